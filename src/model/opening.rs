//! Opening files: each gets a tab of its own, and what is open stays as it is.

use std::path::{Path, PathBuf};

use crate::bytes::typed_path::typed_path;

use super::action::FileAction;
use super::doc::{Doc, Out};
use super::effect::{Effect, FileRequest, OpenRequest, PickRequest, ScratchFile};
use super::event::Opened;
use super::identity::{DocId, OrderId};
use super::notice::{Notice, Severity};
use super::topic::{Subject, Topic};
use super::{Access, Action, App, Completed, Focus, Incoming, Mode, Tab};

impl OpenRequest {
    /// Private and read-write, all of it: the way every file is opened unless asked otherwise.
    #[must_use]
    pub fn private(path: Option<PathBuf>) -> Self {
        Self {
            path,
            scratch: ScratchFile::Sample,
            mode: Mode::Private,
            access: Access::ReadWrite,
            span: None,
        }
    }
}

impl App {
    /// Opens what `request` says in a tab of its own. What is open stays.
    pub fn open_request(&mut self, request: OpenRequest, effects: &mut Vec<Effect>) {
        self.open_for(request, None, effects);
    }

    /// The same, to try an experiment by hand.
    pub(super) fn open_for(
        &mut self,
        request: OpenRequest,
        experiment: Option<&'static str>,
        effects: &mut Vec<Effect>,
    ) {
        self.path_text = None;
        self.path_known = None;
        self.completions.clear();
        let (doc, mapping) = (self.numbers.doc(), self.numbers.mapping());
        // asked for together are those between which nothing came forward
        let beside = self.order.last().copied();
        let mates = self.incoming.iter().filter(|known| known.beside == beside);
        let batch = mates.map(|known| known.batch).next().unwrap_or(doc);
        self.incoming.push(Incoming {
            doc,
            mapping,
            request: request.clone(),
            experiment,
            beside,
            batch,
            typed: None,
            waiting_seconds: None,
        });
        effects.push(Effect::Open(doc, mapping, request));
    }

    pub(super) fn open(&mut self, path: PathBuf, effects: &mut Vec<Effect>) {
        self.open_request(OpenRequest::private(Some(path)), effects);
    }

    /// Shows the native dialog, for `doc` to save under a name, or to open a file.
    pub(super) fn pick(
        &mut self,
        save: Option<DocId>,
        folder: Option<PathBuf>,
        effects: &mut Vec<Effect>,
    ) {
        let number = self.numbers.order();
        self.dialog = Some((number, save));
        self.notices.put(
            Notice::new(
                Topic::Dialog,
                Severity::Info,
                "The file dialog is open in a window of its own",
            )
            .with("Cancel", Action::File(FileAction::CancelDialog))
            .pinned(),
        );
        effects.push(Effect::Pick(PickRequest {
            number,
            save: save.is_some_and(|id| !self.asks_what_to_read(id)),
            folder,
        }));
    }

    /// What is asked for is to be read, so it is there already.
    fn asks_what_to_read(&self, id: DocId) -> bool {
        let saving = self.doc_by(id).and_then(|doc| doc.saving.as_ref());
        saving.is_some_and(|saving| saving.what.is_read())
    }

    /// The folder of the file that has the focus, where it is not a scratch file.
    pub(super) fn folder(&self) -> Option<PathBuf> {
        let doc = self.doc().filter(|doc| doc.scratch.is_none())?;
        doc.path.parent().map(PathBuf::from)
    }

    /// The dialog is of no interest any more.
    pub(super) fn cancel_dialog(&mut self, effects: &mut Vec<Effect>) {
        self.dialog = None;
        self.notices.clear(Topic::Dialog);
        effects.push(Effect::CancelPick);
    }

    /// The dialog was closed. What an earlier one picks, that was given up, is not taken.
    pub(super) fn picked(
        &mut self,
        number: OrderId,
        result: Result<Option<PathBuf>, String>,
        effects: &mut Vec<Effect>,
    ) {
        let Some((_, save)) = self.dialog.take_if(|(known, _)| *known == number) else {
            return;
        };
        self.notices.clear(Topic::Dialog);
        match (result, save) {
            (Ok(Some(path)), None) => self.open(path, effects),
            (Ok(Some(path)), Some(id)) => {
                self.in_doc(id, effects, |doc, out| doc.save_to_chosen(path, out));
            }
            (Ok(None), _) => {}
            (Err(message), _) => self.failed(message),
        }
    }

    pub(super) fn path_edited(&mut self, text: String, effects: &mut Vec<Effect>) {
        self.path_text = Some(text.clone());
        effects.push(Effect::Complete(text));
    }

    pub(super) fn path_submitted(&mut self, effects: &mut Vec<Effect>) {
        let Some(text) = self.path_text.take() else {
            return;
        };
        let known = self.path_known.take().filter(|known| known.text == text);
        self.completions.clear();
        let path = match known {
            Some(known) => Ok(known.path),
            None if text.trim().is_empty() => {
                effects.push(Effect::Focus(Focus::Grid));
                return;
            }
            None => typed_path(text.as_bytes()),
        };
        match path {
            Ok(path) => {
                effects.push(Effect::Focus(Focus::Grid));
                self.open(path, effects);
                if let Some(incoming) = self.incoming.last_mut() {
                    incoming.typed = Some(text);
                }
            }
            Err(error) => {
                self.failed(error.to_string());
                self.path_text = Some(text);
                effects.push(Effect::Focus(Focus::Path));
            }
        }
    }

    /// A completion is taken into the field: a folder goes on being completed, a file waits for Enter.
    pub(super) fn path_completed(&mut self, path: &Path, effects: &mut Vec<Effect>) {
        let Some(known) = self
            .completions
            .iter()
            .find(|known| known.path == *path)
            .cloned()
        else {
            return;
        };
        self.path_text = Some(known.text.clone());
        self.completions.clear();
        if known.is_folder {
            effects.push(Effect::Complete(known.text.clone()));
        }
        self.path_known = Some(known);
        effects.push(Effect::Focus(Focus::Path));
    }

    pub(super) fn path_cancelled(&mut self, effects: &mut Vec<Effect>) {
        self.path_text = None;
        self.path_known = None;
        self.completions.clear();
        effects.push(Effect::Focus(Focus::Grid));
    }

    pub(super) fn completions_came(&mut self, text: &str, list: Vec<Completed>) {
        if self.path_text.as_deref() == Some(text) {
            self.completions = list;
        }
    }

    /// A file is open: it gets a tab, unless it turns out to be one that has a tab already.
    pub(super) fn opened(&mut self, id: DocId, opened: Opened, effects: &mut Vec<Effect>) {
        let Some(incoming) = self.take_incoming(id) else {
            effects.push(Effect::Close(id)); // it was closed while it was being opened
            return;
        };
        if let Some(same) = self.docs.iter().find(|doc| doc.is_same_file(&opened)) {
            let same = same.id;
            effects.push(Effect::Close(id)); // the later one is withdrawn
            self.focus_doc(same, effects);
            self.in_doc(same, effects, |doc, _| {
                let message = format!("{} is open already: this is it", doc.name());
                doc.done(Subject::Open, message);
            });
            return;
        }
        if opened.scratch.is_none() {
            self.settings.remember(&opened.path);
        }
        let (scratch, refusal) = (opened.scratch.clone(), opened.mapped.refusal.clone());
        let view = self.numbers.view();
        let hand = incoming.experiment.and_then(|name| self.hand_of(name));
        let mut doc = Doc::new(id, view, incoming.mapping, opened, hand);
        doc.batch = incoming.batch;
        if let Some(refusal) = refusal {
            doc.not_as_asked(view, refusal);
        }
        if scratch == Some(ScratchFile::Sample) {
            let text = "This is the built-in sample, a scratch copy: write in it as you like. Open a file of your own any time";
            doc.notices.put(
                Notice::new(Topic::Sample, Severity::Info, text)
                    .with("Open\u{2026}", Action::File(FileAction::OpenDialog)),
            );
        }
        // an untouched sample gives way
        let gives_way: Vec<DocId> = self
            .docs
            .iter()
            .filter(|known| known.is_untouched_sample())
            .map(|known| known.id)
            .collect();
        self.docs.push(doc);
        self.order.push(id);
        for sample in gives_way {
            self.remove(sample, effects);
        }
        self.focus_doc(id, effects);
        self.renew_offers();
        if matches!(scratch, Some(ScratchFile::Made(_))) {
            self.show_tab(Tab::Witnesses); // what is to be done with it stands there
        }
    }

    /// A file could not be opened. Where nothing else is open the sample is.
    pub(super) fn open_failed(&mut self, id: DocId, message: String, effects: &mut Vec<Effect>) {
        let Some(failed) = self.take_incoming(id) else {
            return;
        };
        self.failed(message);
        if self.docs.is_empty() && self.incoming.is_empty() && failed.request.path.is_some() {
            self.open_request(OpenRequest::private(None), effects);
        }
        // it stands in the field again, to be mended, unless the person went elsewhere
        let is_free = self.path_text.is_none() && matches!(self.area, Focus::Grid | Focus::Path);
        if let Some(typed) = failed.typed.filter(|_| is_free) {
            self.path_text = Some(typed);
            effects.push(Effect::Focus(Focus::Path));
        }
    }

    pub(super) fn take_incoming(&mut self, id: DocId) -> Option<Incoming> {
        let at = self.incoming.iter().position(|known| known.doc == id)?;
        let incoming = self.incoming.remove(at);
        self.tell_of_opening();
        Some(incoming)
    }

    /// Brings a file's tab forward.
    pub(super) fn focus_doc(&mut self, id: DocId, effects: &mut Vec<Effect>) {
        if self.doc_by(id).is_none() {
            return;
        }
        let was = self.order.last().copied();
        self.order.retain(|known| *known != id);
        self.order.push(id);
        if std::mem::take(&mut self.lab.is_front) || was != Some(id) {
            effects.push(Effect::Focus(Focus::Grid));
        }
    }

    /// Does something with an open file, and goes on with what that settles.
    pub(super) fn in_doc<T>(
        &mut self,
        id: DocId,
        effects: &mut Vec<Effect>,
        change: impl FnOnce(&mut Doc, &mut Out<'_>) -> T,
    ) -> Option<T> {
        let doc = self.docs.iter_mut().find(|doc| doc.id == id)?;
        let mut out = Out {
            numbers: &mut self.numbers,
            effects,
        };
        let result = change(doc, &mut out);
        let settled = doc.settle(&mut out);
        if let Some(settled) = settled {
            self.settled(id, settled, effects);
        }
        Some(result)
    }

    /// Something asked for was not done, and no file is to blame: one sentence.
    pub(super) fn failed(&mut self, message: impl Into<String>) {
        self.notices
            .put(Notice::new(Topic::Error, Severity::Error, message));
    }

    /// The mapping's facts are reported only while their tab is shown, of the file that has the focus.
    pub(super) fn facts_wanted(&mut self, effects: &mut Vec<Effect>) {
        let shown = self.shows(Tab::Mapping);
        let wanted = self.doc().filter(|_| shown).map(Doc::focused_target);
        if wanted == self.facts_of {
            return;
        }
        let before = std::mem::replace(&mut self.facts_of, wanted);
        let mut out = Out {
            numbers: &mut self.numbers,
            effects,
        };
        let same_doc = before.map(|target| target.doc) == wanted.map(|target| target.doc);
        if let Some(target) = before.filter(|_| !same_doc) {
            out.file(target, FileRequest::Facts(false));
        }
        if let Some(target) = wanted {
            out.file(target, FileRequest::Facts(true));
        }
    }
}
