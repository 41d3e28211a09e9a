//! Opening, closing and quitting: the open file stays, with its edits, until another one is ready.

use std::path::PathBuf;

use super::action::{Action, UnsavedChoice};
use super::effect::{Effect, FileRequest, OpenRequest, ScratchFile};
use super::event::{Opened, PathNow};
use super::notice::{Notice, Severity, Topic};
use super::{Access, Doc, Journal, Mode, Model, Next, Opening, UnderWay, View, Witnesses};

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

impl Model {
    pub(super) fn open(&mut self, path: Option<PathBuf>) -> Vec<Effect> {
        self.open_request(OpenRequest::private(path))
    }

    /// Opens what `request` says, after asking what becomes of edits that would go.
    pub fn open_request(&mut self, request: OpenRequest) -> Vec<Effect> {
        self.path_text = None;
        self.completions.clear();
        if self.doc.as_ref().is_some_and(Doc::must_ask) {
            return self.ask_unsaved(Next::Open(request));
        }
        vec![self.begin(request)]
    }

    pub(super) fn open_dialog(&mut self) -> Vec<Effect> {
        let folder = self
            .doc
            .as_ref()
            .filter(|doc| doc.scratch.is_none())
            .and_then(|doc| doc.path.parent().map(PathBuf::from));
        self.notices.put(
            Notice::new(
                Topic::Dialog,
                Severity::Info,
                "The file dialog is open in a window of its own",
            )
            .with("Cancel", Action::CancelDialog)
            .pinned(),
        );
        vec![Effect::Pick(folder)]
    }

    pub(super) fn cancel_dialog(&mut self) -> Vec<Effect> {
        self.notices.clear(Topic::Dialog);
        vec![Effect::CancelPick]
    }

    pub(super) fn picked(&mut self, result: Result<Option<PathBuf>, String>) -> Vec<Effect> {
        self.notices.clear(Topic::Dialog);
        match result {
            Ok(Some(path)) => self.open(Some(path)),
            Ok(None) => Vec::new(),
            Err(message) => self.failed(message),
        }
    }

    pub(super) fn open_replacement(&mut self) -> Vec<Effect> {
        match self.doc.as_ref().map(|doc| doc.path.clone()) {
            Some(path) => self.open(Some(path)),
            None => Vec::new(),
        }
    }

    pub(super) fn close(&mut self) -> Vec<Effect> {
        if self.doc.as_ref().is_some_and(Doc::must_ask) {
            return self.ask_unsaved(Next::Close);
        }
        vec![self.begin(OpenRequest::private(None))]
    }

    pub(super) fn quit(&mut self) -> Vec<Effect> {
        if self.doc.as_ref().is_some_and(Doc::must_ask) {
            return self.ask_unsaved(Next::Quit);
        }
        vec![Effect::Quit]
    }

    pub(super) fn path_edited(&mut self, text: String) -> Vec<Effect> {
        self.path_text = Some(text.clone());
        vec![Effect::Complete(text)]
    }

    pub(super) fn path_submitted(&mut self) -> Vec<Effect> {
        let Some(text) = self.path_text.take() else {
            return Vec::new();
        };
        self.completions.clear();
        if text.trim().is_empty() {
            return vec![Effect::Focus(super::Focus::Grid)];
        }
        let mut effects = self.open(Some(PathBuf::from(text)));
        effects.push(Effect::Focus(super::Focus::Grid));
        effects
    }

    pub(super) fn path_completed(&mut self, text: String) -> Vec<Effect> {
        self.path_text = Some(text.clone());
        self.completions.clear();
        vec![Effect::Complete(text), Effect::Focus(super::Focus::Path)]
    }

    pub(super) fn path_cancelled(&mut self) -> Vec<Effect> {
        self.path_text = None;
        self.completions.clear();
        vec![Effect::Focus(super::Focus::Grid)]
    }

    pub(super) fn opened(&mut self, opened: Opened) -> Vec<Effect> {
        if !self.may_replace() {
            // edits were typed while the file was being opened: it has to wait for an answer about them
            self.opening = Opening::Nothing;
            return self.ask_unsaved(Next::Open(OpenRequest {
                path: Some(opened.path).filter(|_| opened.scratch.is_none()),
                scratch: opened.scratch.unwrap_or_default(),
                mode: opened.mode,
                access: opened.access,
                span: Some(opened.extent).filter(|_| !opened.whole),
            }));
        }
        self.opening = Opening::Nothing;
        // the error that led to the sample at the start stays in sight
        let error = self
            .notices
            .get(Topic::Error)
            .filter(|_| self.doc.is_none())
            .cloned();
        self.notices.clear_all();
        self.witnesses = Witnesses {
            byte_text: std::mem::take(&mut self.witnesses.byte_text),
            ..Witnesses::default()
        };
        self.window = None;
        self.back.clear();
        self.forward.clear();
        if opened.scratch == Some(ScratchFile::Sample) {
            let text = "This is the built-in sample, a scratch copy: write in it as you like. Open a file of your own any time";
            self.notices.put(
                Notice::new(Topic::Sample, Severity::Info, text)
                    .with("Open\u{2026}", Action::OpenDialog),
            );
        } else if opened.scratch.is_none() {
            self.settings.remember(&opened.path);
        }
        let layout = self
            .doc
            .as_ref()
            .map(|doc| (doc.view.columns, doc.view.page_rows));
        let mut view = View::new(opened.extent);
        if let Some((columns, page_rows)) = layout {
            view.columns = columns;
            view.page_rows = page_rows;
        }
        self.doc = Some(Doc {
            path: opened.path,
            scratch: opened.scratch,
            mode: opened.mode,
            access: opened.access,
            whole: opened.whole,
            file_len: opened.file_len,
            page_bytes: opened.page_bytes,
            path_now: PathNow::Same,
            keep_old: false,
            refusal: opened.refusal.clone(),
            journal: Journal::new(),
            view,
            facts: None,
        });
        if let Some(error) = error {
            self.notices.put(error);
        }
        if let Some(refusal) = opened.refusal {
            self.failed(refusal);
        }
        self.lookup.begin_anew();
        self.under_way = UnderWay::default();
        self.look_wanted = true;
        if opened.scratch == Some(ScratchFile::Letters) {
            return self.letters_opened();
        }
        self.facts_wanted()
    }

    pub(super) fn open_failed(&mut self, message: String) -> Vec<Effect> {
        let failed = std::mem::take(&mut self.opening);
        let mut effects = self.failed(message);
        if self.doc.is_none() && failed != Opening::Sample {
            effects.push(self.begin(OpenRequest::private(None)));
        }
        effects
    }

    /// The effect that opens a file; what is open stays until it is ready.
    pub fn begin(&mut self, request: OpenRequest) -> Effect {
        self.opening = if request.path.is_some() {
            Opening::File
        } else {
            Opening::Sample
        };
        Effect::Open(request)
    }

    /// The mapping's facts are reported only while their tab is shown.
    pub(super) fn facts_wanted(&mut self) -> Vec<Effect> {
        if self.doc.is_none() {
            return Vec::new();
        }
        let shown = self.settings.panel_shown && self.settings.tab == super::Tab::Mapping;
        vec![Effect::File(FileRequest::Facts(shown))]
    }

    /// Asks what becomes of private edits before going on with `next`.
    pub(super) fn ask_unsaved(&mut self, next: Next) -> Vec<Effect> {
        let Some(doc) = &self.doc else {
            return Vec::new();
        };
        let n = doc.journal.pending_bytes() + doc.journal.patch_bytes();
        let (why, keep) = match &next {
            Next::Map(Mode::Shared, _) => {
                ("A shared mapping shows the file itself", "Keep as a patch")
            }
            Next::Map(Mode::Private, _) => ("The mapping is made anew", "Keep as a patch"),
            Next::Open(_) => ("Another file is about to be opened", "Export them"),
            Next::Close => ("The file is about to be closed", "Export them"),
            Next::Quit => ("The window is about to close", "Export them"),
        };
        let edits = if n == 1 {
            "1 byte is edited privately".to_owned()
        } else {
            format!("{n} bytes are edited privately")
        };
        let text = format!(
            "{edits} in {} and not in the file. {why}: what becomes of the edits?",
            doc.name()
        );
        self.next = Some(next);
        self.next_after_write = false;
        self.notices.put(
            Notice::new(Topic::Unsaved, Severity::Warning, text)
                .with(
                    "Write them to the file",
                    Action::Unsaved(UnsavedChoice::Write),
                )
                .with(keep, Action::Unsaved(UnsavedChoice::Keep))
                .with("Drop them", Action::Unsaved(UnsavedChoice::Drop))
                .with("Cancel", Action::Unsaved(UnsavedChoice::Stay))
                .pinned(),
        );
        Vec::new()
    }

    /// The answer to the question of the private edits.
    pub(super) fn choose_unsaved(&mut self, choice: UnsavedChoice) -> Vec<Effect> {
        self.notices.clear(Topic::Unsaved);
        let Some(next) = self.next.take() else {
            return Vec::new();
        };
        let switching = matches!(next, Next::Map(..));
        let Some(doc) = &mut self.doc else {
            return Vec::new();
        };
        match choice {
            UnsavedChoice::Stay => Vec::new(),
            // the mapping holds the edits until the new one is there, and so does the journal
            UnsavedChoice::Drop | UnsavedChoice::Keep if switching => {
                self.unsaved_choice = Some(choice);
                self.go_on(next)
            }
            UnsavedChoice::Drop => {
                doc.journal.set_aside();
                doc.journal.drop_patch();
                self.notices.clear(Topic::Patch);
                self.mark_window();
                self.go_on(next)
            }
            UnsavedChoice::Keep => {
                // the mapping goes for good: the edits are kept in a file, and only then is it gone on
                self.next = Some(next);
                self.next_after_write = true;
                self.export_edits()
            }
            UnsavedChoice::Write => {
                self.next = Some(next);
                self.next_after_write = true;
                self.write_back()
            }
        }
    }

    /// The edits are safe: goes on with what waited for them.
    pub(super) fn go_on_if_waiting(&mut self) -> Vec<Effect> {
        if !std::mem::take(&mut self.next_after_write) {
            return Vec::new();
        }
        match self.next.take() {
            Some(next) => self.go_on(next),
            None => Vec::new(),
        }
    }

    /// The edits are not safe: what waited for them does not happen.
    pub(super) fn stay(&mut self) {
        self.next = None;
        self.next_after_write = false;
    }

    fn go_on(&mut self, next: Next) -> Vec<Effect> {
        let request = match next {
            Next::Map(mode, access) => return self.map_as(mode, access),
            Next::Quit => return vec![Effect::Quit],
            Next::Open(request) => request,
            Next::Close => OpenRequest::private(None),
        };
        let effect = self.begin(request);
        let n_edits = self.doc.as_ref().map_or(0, |doc| doc.journal.edits().len());
        self.opening = Opening::Agreed(n_edits);
        vec![effect]
    }

    pub(super) fn exported(&mut self, result: Result<String, String>) -> Vec<Effect> {
        match result {
            Ok(message) => {
                let mut effects = self.done(message);
                effects.extend(self.go_on_if_waiting());
                effects
            }
            Err(message) => {
                self.stay();
                self.failed(message)
            }
        }
    }
}
