//! What an earlier run left is offered: listed, file by file, and at the file once it is open. Nothing of it is applied
//! before the person has said so.

use crate::bytes::Span;
use crate::bytes::size::counted;
use crate::map::Mode;

use super::App;
use super::action::{Action, AppAction, MappingAction, OfferAction, Tab};
use super::doc::{Doc, Out};
use super::effect::{Effect, FileRequest};
use super::event::{EditsNews, WroteBack};
use super::identity::{DocId, OrderId, ViewId};
use super::journal::PendingRun;
use super::notice::{Notice, Severity};
use super::offer::{EditsOffer, JournalNews, OfferId, OfferPart, conflict_words, n_bytes};
use super::patch;
use super::pending::{Under, Waiting};
use super::topic::{Subject, Topic};
use super::view::PatchWhy;

impl App {
    /// What the journal on disk has to tell.
    pub(super) fn journal_told(&mut self, news: JournalNews, effects: &mut Vec<Effect>) {
        let warn = |text: String| Notice::new(Topic::Error, Severity::Warning, text);
        match news {
            JournalNews::Offers(offers) => {
                self.offers = offers;
                self.renew_offers();
            }
            JournalNews::Unread(why)
            | JournalNews::Unavailable(why)
            | JournalNews::SyncFailed(why) => {
                self.notices.put(warn(why).about(Subject::Journal));
            }
            JournalNews::Available => self.journal_is_back(effects),
            JournalNews::Forgot(n) => {
                let bytes = counted(n, "byte");
                let text = format!(
                    "The journal of edits is full: the oldest undo in it, of {bytes} that are in their file, is given up and would not be offered after a crash"
                );
                self.notices.put(warn(text).about(Subject::Journal));
            }
            JournalNews::Listed(offer, Ok(path)) => {
                self.offer_listed(offer, None, effects);
                let place = crate::bytes::escape::escape_path(&path);
                self.notices.put(Notice::new(
                    Topic::Done,
                    Severity::Info,
                    format!("What the earlier run left is listed in {place}"),
                ));
            }
            JournalNews::Listed(offer, Err(why)) => {
                self.offer_listed(offer, Some(&why), effects);
                self.failed(why);
            }
            JournalNews::Failed(why) => self.failed(why),
        }
    }

    /// Edits are written down from now on, and so is what was edited privately while they were not.
    fn journal_is_back(&mut self, effects: &mut Vec<Effect>) {
        self.notices.settle(Subject::Journal);
        let text = "The journal of edits is kept again, with what was edited privately meanwhile";
        self.notices
            .put(Notice::new(Topic::Done, Severity::Info, text));
        let docs: Vec<DocId> = self.docs.iter().map(|doc| doc.id).collect();
        for doc in docs {
            self.in_doc(doc, effects, |doc, out| doc.write_down(out));
        }
    }

    /// What is offered of this file.
    #[must_use]
    pub fn offer_of(&self, doc: &Doc) -> Option<&EditsOffer> {
        let is_of = |offer: &&EditsOffer| {
            offer.path == doc.path
                || (offer.identity == Some(doc.identity) && doc.identity.is_known())
        };
        self.offers.iter().find(is_of)
    }

    /// The open file that this is offered of.
    #[must_use]
    pub fn doc_of_offer(&self, id: OfferId) -> Option<&Doc> {
        let is_it = |doc: &&Doc| self.offer_of(doc).is_some_and(|offer| offer.id == id);
        self.docs.iter().find(is_it)
    }

    /// Says what is offered, where it is to be said: at the file, or of all the program where it is not open.
    pub(super) fn renew_offers(&mut self) {
        let mut told = Vec::new();
        for doc in &self.docs {
            if let Some(offer) = self.offer_of(doc) {
                told.push((doc.id, offer.id, offer_notice(offer)));
            }
        }
        for doc in &mut self.docs {
            match told.iter().find(|(id, ..)| *id == doc.id) {
                Some((.., notice)) => doc.notices.put(notice.clone()),
                None => doc.notices.clear(Topic::Offer),
            }
        }
        let others = self.offers.iter();
        let others = others.filter(|offer| !told.iter().any(|(_, known, _)| *known == offer.id));
        let named: Vec<String> = others
            .map(|offer| format!("{} ({})", super::shown_name(&offer.path), offer.words()))
            .collect();
        if named.is_empty() {
            self.notices.clear(Topic::Offer);
            return;
        }
        let text = format!(
            "An earlier run ended without being asked to and left edits: {}",
            named.join("; ")
        );
        let show = Action::App(AppAction::ShowTab(Tab::Edits));
        let notice = Notice::new(Topic::Offer, Severity::Warning, text);
        self.notices.put(notice.with("Show them", show));
    }

    /// What the person wants done with an offer.
    pub(super) fn act_on_offer(
        &mut self,
        id: OfferId,
        action: OfferAction,
        effects: &mut Vec<Effect>,
    ) {
        let Some(offer) = self.offers.iter().find(|offer| offer.id == id).cloned() else {
            return;
        };
        let doc = self.doc_of_offer(id).map(|doc| doc.id);
        match (action, doc) {
            (OfferAction::Open | OfferAction::Reapply | OfferAction::PutBack, None) => {
                self.open(offer.path, effects);
            }
            (OfferAction::Open, Some(doc)) => self.focus_doc(doc, effects),
            (OfferAction::Reapply, Some(doc)) => self.take_over(doc, offer, effects),
            (OfferAction::PutBack, Some(doc)) => {
                let runs = offer.in_file.into_iter().map(turned).collect();
                self.in_doc(doc, effects, |doc, out| {
                    doc.take_back_in_file(id, runs, out);
                });
            }
            (OfferAction::List, Some(doc)) => {
                let text = patch::of_offer(&offer);
                self.focus_doc(doc, effects);
                self.in_doc(doc, effects, |doc, out| doc.save_offer(text, out));
            }
            (OfferAction::List, None) => {
                // where no file is open one is about to be
                if let Some(front) = self.doc().map(|doc| doc.id) {
                    self.in_doc(front, effects, |doc, out| doc.save_other_offer(&offer, out));
                }
            }
            (OfferAction::Discard, _) => {
                self.offers.retain(|offer| offer.id != id);
                effects.push(Effect::Retire(id, OfferPart::All));
            }
        }
        self.renew_offers();
    }

    /// The edits are the view's from now on, and reapplied.
    fn take_over(&mut self, doc: DocId, offer: EditsOffer, effects: &mut Vec<Effect>) {
        let EditsOffer { id, unsaved, .. } = offer;
        let now = std::time::SystemTime::UNIX_EPOCH + self.now.utc;
        let taken = self.in_doc(doc, effects, |doc, out| {
            doc.take_over(id, unsaved, now, out)
        });
        if taken == Some(true) {
            for offer in self.offers.iter_mut().filter(|offer| offer.id == id) {
                offer.unsaved.clear();
            }
            self.offers
                .retain(|offer| !(offer.unsaved.is_empty() && offer.in_file.is_empty()));
        }
    }

    /// Of an open file nothing is offered any more in this part.
    pub(super) fn offer_is_done(&mut self, id: OfferId) {
        for offer in self.offers.iter_mut().filter(|offer| offer.id == id) {
            offer.in_file.clear();
        }
        self.offers
            .retain(|offer| !(offer.unsaved.is_empty() && offer.in_file.is_empty()));
        self.renew_offers();
    }
}

impl Doc {
    /// Has what is edited privately written down.
    fn write_down(&self, out: &mut Out<'_>) {
        for view in &self.views {
            let held: Vec<PendingRun> = view.journal.pending_runs().collect();
            let waiting: Vec<PendingRun> = view.journal.patch_runs().collect();
            if !(held.is_empty() && waiting.is_empty()) {
                let request = FileRequest::WriteDown { held, waiting };
                out.file(self.target(view), request);
            }
        }
    }

    /// Edits of an earlier run wait in the view that has the focus, and they alone are stored there. They were private, so
    /// that must be. `false` where they are not taken.
    fn take_over(
        &mut self,
        offer: OfferId,
        runs: Vec<PendingRun>,
        at: std::time::SystemTime,
        out: &mut Out<'_>,
    ) -> bool {
        let target = self.focused_target();
        let view = self.view();
        let (id, extent) = (view.id, view.viewport.extent);
        if view.mode == Mode::Shared {
            let text = "Nothing was reapplied: these edits were private, and what is stored in this view is in the file at once";
            let private = Action::Mapping(MappingAction::SetMode(Mode::Private));
            let notice = Notice::new(Topic::Error, Severity::Error, text).of(id);
            let notice = notice.about(Subject::Reapply);
            self.notices
                .put(notice.with("Make the view private", private));
            return false;
        }
        let spans = runs
            .iter()
            .filter_map(|run| Span::at(run.offset, run.value.len() as u64));
        let spans: Vec<Span> = spans.collect();
        let journal = &view.journal;
        let is_edited =
            |span: &&Span| journal.holds_edit(**span) || journal.patch_in(**span).next().is_some();
        if let Some(span) = spans.iter().find(is_edited) {
            self.failed(Subject::Reapply, format!(
                "Nothing was reapplied: you edited bytes at {:#x} yourself since, so write those to the file, or undo or forget them, first",
                span.start()
            ));
            return false;
        }
        if let Some(span) = spans
            .iter()
            .find(|span| span.intersect(extent) != Some(**span))
        {
            self.failed(Subject::Reapply, format!(
                "Nothing was reapplied: the view does not reach to {:#x}, export the edits to keep them",
                span.end()
            ));
            return false;
        }
        let journaled = runs.clone();
        out.file(
            target,
            FileRequest::TakeOver {
                offer,
                runs: journaled,
            },
        );
        self.view_mut().journal.take_over(runs, target, at);
        self.touched = true;
        self.show_patch_notice(id, PatchWhy::LeftBehind);
        self.submit(id, Waiting::Reapply(Mode::Private, Some(spans)), out);
        true
    }

    /// Writes to the file what stood there before an earlier run wrote to it.
    fn take_back_in_file(&mut self, offer: OfferId, runs: Vec<PendingRun>, out: &mut Out<'_>) {
        let view = self.view();
        let (id, target) = (view.id, self.target(view));
        if view.pending.may_begin(&Waiting::WriteBack) {
            let number = out.file(target, FileRequest::PutBack { offer, runs });
            self.began(id, number, Under::WriteBack);
        } else {
            self.failed(
                Subject::Write,
                "Nothing was taken back, as something else is being stored: press it again once that is done",
            );
        }
    }

    /// What the worker says of edits that come from a journal or a list, or go there.
    pub(super) fn edits_told(
        &mut self,
        number: Option<OrderId>,
        news: EditsNews,
        out: &mut Out<'_>,
    ) {
        match (news, number) {
            (EditsNews::PutBack(_, wrote), Some(number)) => {
                self.was_put_back(number, &wrote, out);
            }
            (EditsNews::PatchRead(read), Some(number)) => self.patch_read(number, read, out),
            (EditsNews::PatchParts(parts), Some(number)) => self.patch_of_several(number, &parts),
            (EditsNews::WholeRead(read), Some(number)) => self.pasted_file_read(number, read, out),
            // an answer without the number of its order answers nothing
            (EditsNews::Noted, _)
            | (
                EditsNews::PatchRead(_)
                | EditsNews::PatchParts(_)
                | EditsNews::WholeRead(_)
                | EditsNews::PutBack(..),
                None,
            ) => {}
        }
    }

    /// What became of writing back what stood in the file before an earlier run wrote there.
    fn was_put_back(&mut self, number: OrderId, wrote: &WroteBack, out: &mut Out<'_>) {
        let Some((view, _)) = self.ended(number) else {
            return;
        };
        let n: u64 = wrote.written.iter().map(|span| span.len()).sum();
        let name = self.name();
        if let Some(why) = &wrote.error {
            self.failed(Subject::Write, why.clone());
        } else if !wrote.conflicts.is_empty() {
            self.failed(Subject::Write, format!(
                "{} of {name} stand as before again, and {} were left, as somebody changed them since: {}",
                counted(n, "byte"),
                counted(wrote.conflicts.len() as u64, "byte"),
                conflict_words(&wrote.conflicts)
            ));
        } else {
            self.done(
                Subject::Write,
                format!("{} of {name} stand as before again", counted(n, "byte")),
            );
        }
        for view in &mut self.views {
            view.mark();
        }
        self.lookup_reread(out);
        self.go_on(view, out);
    }

    /// The person gave up what waits in a view: nothing of it is offered after an end of the program.
    pub(super) fn tell_given_up(&self, view: ViewId, spans: Vec<Span>, out: &mut Out<'_>) {
        if let Some(known) = self.view_by(view).filter(|_| !spans.is_empty()) {
            out.file(self.target(known), FileRequest::Forget(spans));
        }
    }
}

/// What takes a run back.
fn turned(run: PendingRun) -> PendingRun {
    PendingRun {
        offset: run.offset,
        base: run.value,
        value: run.base,
    }
}

/// The message at the file.
fn offer_notice(offer: &EditsOffer) -> Notice {
    let text = format!(
        "An earlier run ended without being asked to: {}",
        offer.words()
    );
    let act = |action| Action::Offer(offer.id, action);
    let mut notice = Notice::new(Topic::Offer, Severity::Warning, text);
    if !offer.unsaved.is_empty() {
        notice = notice.with("Reapply", act(OfferAction::Reapply));
    }
    if !offer.in_file.is_empty() {
        let n = counted(n_bytes(&offer.in_file), "byte");
        notice = notice.with(
            format!("Take {n} back in the file"),
            act(OfferAction::PutBack),
        );
    }
    notice
        .with("Export", act(OfferAction::List))
        .with("Discard", act(OfferAction::Discard))
}
