//! Closing files and the window: nothing that is under way is forgotten, and no edit goes without a question.

use super::action::UnsavedChoice;
use super::change::Change;
use super::doc::{Doc, Out};
use super::effect::{Effect, OpenRequest};
use super::event::PathNow;
use super::identity::{DocId, ViewId};
use super::notice::{Notice, Severity};
use super::topic::{Subject, Topic};
use super::{Action, App, AppAction, DocAction, Mode, View};
use crate::bytes::size::{counted, counted_are};

/// What waits for an answer about edits of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Map this view otherwise.
    Map(ViewId, Change),
    /// Close this view, and leave the file's other one.
    CloseView(ViewId),
    /// Close the file.
    Close,
    /// Close the window, once the other files are settled too.
    Quit,
}

/// A question about edits, or the answer to it while it is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) next: Next,
    /// What was answered.
    pub(super) choice: Option<UnsavedChoice>,
    /// The edits are being listed in a file, as was answered.
    pub(super) is_listing: bool,
}

/// The window is to close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Quitting {
    /// The question stands.
    Asked,
    /// It was answered; these files are not settled yet.
    Settling(Vec<DocId>),
}

/// What a file has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// It can be closed.
    Close,
    /// The window may close, as far as this file goes.
    Quit,
    /// What was asked for does not happen: the edits are not safe.
    Stays,
}

/// What would be lost of one file, in words.
pub(super) fn unsaved_words(doc: &Doc) -> String {
    let bytes = doc.unsaved_bytes();
    let what = counted(bytes, "edited byte");
    format!("{}: {what} not in the file", doc.name())
}

fn about_to_close(next: Next) -> &'static str {
    match next {
        Next::CloseView(_) => "The view is about to be closed",
        _ => "The file is about to be closed",
    }
}

impl Doc {
    /// Bytes that are edited and not in the file, those on their way among them.
    #[must_use]
    pub fn unsaved_bytes(&self) -> u64 {
        self.views.iter().map(View::unsaved_bytes).sum()
    }

    /// An answer about its edits is being carried out, and something waits for that.
    pub(super) fn is_settling(&self) -> bool {
        self.question
            .is_some_and(|question| question.choice.is_some())
    }

    /// Nothing of it may be forgotten: neither edits nor what is under way.
    pub(super) fn needs_question(&self) -> bool {
        self.must_ask() || !self.jobs.is_empty() || (self.scratch.is_none() && self.is_changing())
    }

    /// Something is under way, or waits, that changes bytes.
    fn is_changing(&self) -> bool {
        self.views.iter().any(|view| view.pending.changes()) || self.processes.write_to_file()
    }

    fn closes_view(&self) -> bool {
        self.question
            .is_some_and(|question| matches!(question.next, Next::CloseView(_)))
    }

    fn writes_back(&self) -> bool {
        self.views.iter().any(|view| view.pending.writes_back())
    }

    /// Asks what becomes of the edits before going on with `next`.
    pub(super) fn ask_unsaved(&mut self, next: Next) {
        let bytes = match next {
            Next::Map(view, ..) => self.view_by(view).map_or(0, View::held_bytes),
            Next::CloseView(view) => self.view_by(view).map_or(0, View::unsaved_bytes),
            Next::Close | Next::Quit => self.unsaved_bytes(),
        };
        let what = self.unsaved_sentence(bytes, &self.place_words(next));
        let it = it_or_them(bytes);
        let (why, write, keep, drop) = match next {
            Next::Map(view, change) => (
                match self
                    .view_by(view)
                    .map(|known| known.wished().after(change).mode)
                {
                    Some(Mode::Shared) => "A shared mapping shows the file itself",
                    _ => "The mapping is made anew",
                },
                format!("Write {it} to the file"),
                "Keep as a patch".to_owned(),
                format!("Drop {it}"),
            ),
            Next::CloseView(_) | Next::Close | Next::Quit if bytes == 0 => (
                about_to_close(next),
                "Close when it is done".to_owned(),
                String::new(),
                "Stop it and close".to_owned(),
            ),
            Next::CloseView(_) | Next::Close | Next::Quit => (
                about_to_close(next),
                format!("Write {it} to the file"),
                format!("Export {it}"),
                format!("Drop {it}"),
            ),
        };
        let then = if bytes > 1 {
            "what becomes of the edits?"
        } else {
            "what becomes of it?"
        };
        let mut notice = Notice::new(
            Topic::Unsaved,
            Severity::Warning,
            format!("{what}. {why}: {then}"),
        );
        let choices = [
            (write, UnsavedChoice::Write),
            (keep, UnsavedChoice::Keep),
            (drop, UnsavedChoice::Drop),
            ("Cancel".to_owned(), UnsavedChoice::Stay),
        ];
        for (label, choice) in choices.into_iter().filter(|(label, _)| !label.is_empty()) {
            notice = notice.with(label, Action::Doc(DocAction::Unsaved(choice)));
        }
        self.notices.put(notice.pinned());
        self.question = Some(Question {
            next,
            choice: None,
            is_listing: false,
        });
    }

    /// The file, or of several views of it the one that is concerned.
    fn place_words(&self, next: Next) -> String {
        let view = match next {
            Next::Map(view, ..) | Next::CloseView(view) => Some(view),
            Next::Close | Next::Quit => None,
        };
        match view.filter(|view| self.beside(*view).is_some()) {
            Some(view) => format!("the {} of {}", self.view_words(view), self.name()),
            None => self.name(),
        }
    }

    /// What would be lost of `place`, of which `bytes` bytes are edits.
    fn unsaved_sentence(&self, bytes: u64, place: &str) -> String {
        let name = self.name();
        match (bytes, self.on_its_way()) {
            (0, _) if self.writes_back() => format!("Edits of {name} are being written to it"),
            (0, Some(what)) => format!("Not all that you asked of {name} is done: {what}"),
            (0, None) if self.jobs.is_empty() => {
                format!("Not all that you asked of {name} is done")
            }
            (0, None) => format!("A file is being saved from {name}"),
            _ => format!(
                "{} edited privately in {place} and not in the file",
                counted_are(bytes, "byte")
            ),
        }
    }

    /// The answer to the question.
    pub(super) fn choose(&mut self, choice: UnsavedChoice, out: &mut Out<'_>) -> Option<Settled> {
        self.notices.clear(Topic::Unsaved);
        // one that is being carried out was answered
        let question = self
            .question
            .take_if(|question| question.choice.is_none())?;
        if choice == UnsavedChoice::Stay {
            return Some(Settled::Stays);
        }
        if let (Next::Map(view, change), UnsavedChoice::Drop | UnsavedChoice::Keep) =
            (question.next, choice)
        {
            // the mapping holds the edits until the new one is there, and so does the journal
            self.change(view, change, Some(choice), out);
            return None;
        }
        self.question = Some(Question {
            choice: Some(choice),
            ..question
        });
        self.carry_out(choice, out);
        self.settle(out)
    }

    /// The views that the question is about: the one that is mapped otherwise or closed, else all, as all go.
    fn concerned(&self) -> Vec<ViewId> {
        match self.question.map(|question| question.next) {
            Some(Next::Map(view, ..) | Next::CloseView(view)) => vec![view],
            _ => self.views.iter().map(|view| view.id).collect(),
        }
    }

    /// Does what was answered.
    pub(super) fn carry_out(&mut self, choice: UnsavedChoice, out: &mut Out<'_>) {
        match choice {
            UnsavedChoice::Write => {
                let views = self.concerned();
                for view in views {
                    self.write_back(view, out);
                }
            }
            // with one view of two no job goes
            UnsavedChoice::Drop if self.closes_view() => {}
            UnsavedChoice::Drop => {
                for job in &self.jobs {
                    out.push(Effect::CancelJob(self.id, job.number));
                }
            }
            // what is kept is listed once none of it is on its way
            UnsavedChoice::Keep | UnsavedChoice::Stay => {}
        }
    }

    /// Goes on with what waited for an answer, once it is carried out.
    pub(super) fn settle(&mut self, out: &mut Out<'_>) -> Option<Settled> {
        let Question {
            next,
            choice: Some(choice),
            is_listing,
        } = self.question?
        else {
            return None;
        };
        if choice != UnsavedChoice::Drop {
            let concerned = self.concerned();
            let views = self.views.iter();
            let (mut is_busy, mut is_unsaved) = (false, false);
            for view in views.filter(|view| concerned.contains(&view.id)) {
                is_busy |= !view.pending.is_settled();
                is_unsaved |= view.has_unsaved();
            }
            let goes = matches!(next, Next::Close | Next::Quit);
            if is_busy || (goes && self.processes.write_to_file()) {
                return None;
            }
            if choice == UnsavedChoice::Keep && !is_listing && is_unsaved {
                self.question = self.question.map(|question| Question {
                    is_listing: true,
                    ..question
                });
                self.export_beside(out);
                return None;
            }
            if !self.jobs.is_empty() && (goes || is_listing) {
                return None;
            }
            if is_unsaved {
                // nothing that is under way will change that: not to be waited for, to happen by surprise later
                self.tell_of_late_edits(next);
                return self.stay();
            }
        }
        self.question = None;
        match next {
            Next::Map(view, change) => {
                self.change(view, change, None, out);
                None
            }
            Next::CloseView(view) => {
                self.drop_view(view, out);
                None
            }
            Next::Close => Some(Settled::Close),
            Next::Quit => Some(Settled::Quit),
        }
    }

    fn tell_of_late_edits(&mut self, next: Next) {
        let name = self.name();
        let stays = match next {
            Next::Map(..) => "stays mapped as it is",
            Next::CloseView(_) | Next::Close | Next::Quit => "stays open",
        };
        self.failed(
            Subject::Write,
            format!("{name} {stays}: it was edited after you answered"),
        );
    }

    /// The edits are not safe: what waited for them does not happen.
    pub(super) fn stay(&mut self) -> Option<Settled> {
        let waited = self.question.take_if(|question| question.choice.is_some());
        waited.map(|_| Settled::Stays)
    }
}

impl App {
    /// Closes a file, after asking about what would be lost.
    pub(super) fn close(&mut self, id: DocId, effects: &mut Vec<Effect>) {
        let Some(doc) = self.docs.iter_mut().find(|doc| doc.id == id) else {
            if self.take_incoming(id).is_some() {
                self.remove(id, effects); // it is not to be opened after all
            }
            return;
        };
        if doc.needs_question() {
            doc.ask_unsaved(Next::Close);
            self.focus_doc(id, effects);
        } else {
            self.remove(id, effects);
        }
    }

    /// The file's tab goes, and with it its worker and its processes. The last one leaves the sample.
    pub(super) fn remove(&mut self, id: DocId, effects: &mut Vec<Effect>) {
        self.docs.retain(|doc| doc.id != id);
        self.order.retain(|known| *known != id);
        if self.watched.is_some_and(|(target, _)| target.doc == id) {
            self.watched = None;
        }
        if self.facts_of.is_some_and(|target| target.doc == id) {
            self.facts_of = None;
        }
        effects.push(Effect::Close(id));
        self.renew_offers();
        self.is_settled(id, effects);
        if self.docs.is_empty() && self.incoming.is_empty() {
            self.open_request(OpenRequest::private(None), effects);
        }
    }

    /// The window is asked to close.
    pub(super) fn quit(&mut self, effects: &mut Vec<Effect>) {
        if !self.docs.iter().any(Doc::needs_question) {
            effects.push(Effect::Quit);
            return;
        }
        let mut unsaved = Vec::new();
        let mut others = Vec::new();
        for doc in self.docs.iter().filter(|doc| doc.needs_question()) {
            if doc.must_ask() {
                unsaved.push(unsaved_words(doc));
            } else {
                others.push(doc.unsaved_sentence(0, &doc.name()));
            }
        }
        let has_unsaved = !unsaved.is_empty();
        let asked = || self.docs.iter().filter(|doc| doc.must_ask());
        let it = it_or_them(asked().map(Doc::unsaved_bytes).sum());
        let to = match asked().count() {
            1 => "the file",
            _ => "their files",
        };
        unsaved.append(&mut others);
        let text = format!(
            "{}. The window is about to close: what becomes of {}?",
            unsaved.join("; "),
            if has_unsaved && it == "them" {
                "the edits"
            } else {
                "it"
            }
        );
        let choice = |choice| Action::App(AppAction::Unsaved(choice));
        let mut notice = Notice::new(Topic::Unsaved, Severity::Warning, text);
        notice = if has_unsaved {
            notice
                .with(format!("Write {it} to {to}"), choice(UnsavedChoice::Write))
                .with(format!("Export {it}"), choice(UnsavedChoice::Keep))
                .with(format!("Drop {it}"), choice(UnsavedChoice::Drop))
        } else {
            notice
                .with("Quit when it is done", choice(UnsavedChoice::Write))
                .with("Stop it and quit", choice(UnsavedChoice::Drop))
        };
        self.notices
            .put(notice.with("Cancel", choice(UnsavedChoice::Stay)).pinned());
        self.quitting = Some(Quitting::Asked);
    }

    /// The answer to the question before the window closes.
    pub(super) fn choose_for_all(&mut self, choice: UnsavedChoice, effects: &mut Vec<Effect>) {
        self.notices.clear(Topic::Unsaved);
        if self.quitting.take().is_none() || choice == UnsavedChoice::Stay {
            return;
        }
        if choice == UnsavedChoice::Drop {
            effects.push(Effect::Quit);
            return;
        }
        let asked: Vec<DocId> = self
            .docs
            .iter()
            .filter(|doc| doc.needs_question())
            .map(|doc| doc.id)
            .collect();
        if asked.is_empty() {
            effects.push(Effect::Quit); // what was asked about has settled meanwhile
            return;
        }
        self.quitting = Some(Quitting::Settling(asked.clone()));
        for id in asked {
            self.in_doc(id, effects, |doc, out| {
                doc.notices.clear(Topic::Unsaved);
                doc.question = Some(Question {
                    next: Next::Quit,
                    choice: Some(choice),
                    is_listing: false,
                });
                doc.carry_out(choice, out);
            });
        }
    }

    /// What follows when a file is settled.
    pub(super) fn settled(&mut self, id: DocId, settled: Settled, effects: &mut Vec<Effect>) {
        match settled {
            Settled::Close => self.remove(id, effects),
            Settled::Stays => self.check_quitting(),
            Settled::Quit => self.is_settled(id, effects),
        }
    }

    /// Where a file that the window waits for does not go after all, or is asked something else, the window stays.
    pub(super) fn check_quitting(&mut self) {
        let Some(Quitting::Settling(waiting)) = &self.quitting else {
            return;
        };
        let goes = |doc: &Doc| {
            doc.question
                .is_some_and(|question| matches!(question.next, Next::Close | Next::Quit))
        };
        let mut docs = self.docs.iter().filter(|doc| waiting.contains(&doc.id));
        if !docs.all(goes) {
            self.quitting = None;
        }
    }

    /// The window waits for this file no longer.
    fn is_settled(&mut self, id: DocId, effects: &mut Vec<Effect>) {
        let Some(Quitting::Settling(waiting)) = &mut self.quitting else {
            return;
        };
        waiting.retain(|known| *known != id);
        if waiting.is_empty() {
            self.quitting = None;
            // something else may have been typed meanwhile
            self.quit(effects);
        }
    }
}

/// The file's path names the open file, or nobody knows better.
pub(super) fn is_in_place(path: &PathNow) -> bool {
    matches!(path, PathNow::Same | PathNow::Unknown(_))
}

fn it_or_them(n: u64) -> &'static str {
    if n == 1 { "it" } else { "them" }
}
