//! An open file: what belongs to it and to no other one.
//!
//! It must not know other files. What it asks for goes out through `Out`.

use std::path::{Path, PathBuf};

use crate::bytes::escape::escape_name;
use crate::bytes::lookup::Context;
use crate::bytes::rows::offset_digits;
use crate::map::Identity;

use super::closing::Question;
use super::effect::{Effect, FileOrder, FileRequest, ScratchFile};
use super::event::{Facts, Opened, PathNow};
use super::hand::Hand;
use super::happened::Happened;
use super::identity::{DocId, MappingId, Numbers, OrderId, Target, ViewId};
use super::lockstep::Lockstep;
use super::lookup::LookupState;
use super::notice::{Notice, Notices, Severity};
use super::others::OtherPrograms;
use super::patch::Patching;
use super::peers::Processes;
use super::pending::{FilePaste, Later, SentPaste};
use super::saving::{Job, Saving, Sent};
use super::syncs::Syncs;
use super::topic::{Subject, Topic};
use super::view::View;
use super::witness::{Pin, Witnesses};

/// Where a file sends what it asks for.
pub(super) struct Out<'a> {
    /// Gives the names of orders.
    pub(super) numbers: &'a mut Numbers,
    /// What is asked for.
    pub(super) effects: &'a mut Vec<Effect>,
}

impl Out<'_> {
    /// Something to be done.
    pub(super) fn push(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// An order to a file's worker. Returns its number.
    pub(super) fn file(&mut self, target: Target, request: FileRequest) -> OrderId {
        let number = self.numbers.order();
        self.effects.push(Effect::File(FileOrder {
            number,
            target,
            request,
        }));
        number
    }
}

/// An open file: one for each pair of device and inode.
#[derive(Clone, Debug)]
pub struct Doc {
    /// Its name in this run.
    pub id: DocId,
    /// Where it was opened.
    pub path: PathBuf,
    /// Which scratch file of this program it is, where it is one.
    pub scratch: Option<ScratchFile>,
    /// What makes it this file, whatever its path.
    pub identity: Identity,
    /// The file's length now.
    pub file_len: u64,
    /// Bytes in a page.
    pub page_bytes: u64,
    /// What its path names now.
    pub path_now: PathNow,
    /// The person decided to go on with the file although its path names another one, or none.
    pub keep_old: bool,
    /// Its views, one or two.
    pub views: Vec<View>,
    /// The lookup field, its answer, and earlier answers.
    pub lookup: LookupState,
    /// Who sees the bytes at the cursor.
    pub witnesses: Witnesses,
    /// What holds the panel on other bytes than the selection.
    pub pin: Pin,
    /// What syncs brought to the storage, and what they did not.
    pub syncs: Syncs,
    /// What happened with it.
    pub happened: Happened,
    /// The processes of this program that map it.
    pub processes: Processes,
    /// Those of other programs that map it or have it open.
    pub others: OtherPrograms,
    /// Messages about it.
    pub notices: Notices,
    /// What is being written from it.
    pub jobs: Vec<Job>,
    /// Where to save is being asked.
    pub saving: Option<Saving>,
    /// Facts about the mapping, while they are shown.
    pub facts: Option<Facts>,
    /// Seconds that the storage has not answered.
    pub waiting_seconds: Option<u64>,
    /// Jobs whose storage has not answered, and for how many seconds.
    pub waiting_jobs: Vec<(OrderId, u64)>,
    /// The experiment that is tried on it by hand.
    pub hand: Option<Hand>,
    /// The first of the files that were asked for together with it; their tabs stand in the order of their names.
    pub batch: DocId,
    /// What keeps its two views together.
    pub lockstep: Lockstep,
    /// The view that has the focus.
    pub(super) focus: ViewId,
    /// A second view is being made: the order, and the name of its mapping.
    pub(super) adding: Option<(OrderId, MappingId)>,
    /// Views are closed, and their mappings are not dropped yet.
    pub(super) leaving: Vec<(OrderId, Target)>,
    /// What a full queue did not take, to be asked for again.
    pub(super) later: Vec<Later>,
    /// What becomes of edits is being asked, or an answer to it is carried out.
    pub(super) question: Option<Question>,
    /// Forms that were answered, and what came of that is not known yet.
    pub(super) sent: Vec<Sent>,
    /// A list of edits that is to be applied.
    pub(super) patching: Option<Patching>,
    /// A file that is read to be pasted.
    pub(super) pasting: Option<FilePaste>,
    /// A paste that is on its way.
    pub(super) pasted: Option<SentPaste>,
    /// The person has done something with it.
    pub(super) touched: bool,
}

impl Doc {
    /// A file that was just opened, with one view.
    pub(super) fn new(
        id: DocId,
        view: ViewId,
        mapping: MappingId,
        opened: Opened,
        hand: Option<Hand>,
    ) -> Self {
        Self {
            id,
            path: opened.path,
            scratch: opened.scratch,
            identity: opened.identity,
            file_len: opened.file_len,
            page_bytes: opened.page_bytes,
            path_now: PathNow::Same,
            keep_old: false,
            views: vec![View::new(view, mapping, opened.mapped)],
            lookup: LookupState::default(),
            witnesses: Witnesses::default(),
            pin: Pin::default(),
            syncs: Syncs::default(),
            happened: Happened::default(),
            processes: Processes::default(),
            others: OtherPrograms::default(),
            notices: Notices::default(),
            jobs: Vec::new(),
            saving: None,
            facts: None,
            waiting_seconds: None,
            waiting_jobs: Vec::new(),
            hand,
            batch: id,
            lockstep: Lockstep::default(),
            focus: view,
            adding: None,
            leaving: Vec::new(),
            later: Vec::new(),
            question: None,
            sent: Vec::new(),
            patching: None,
            pasting: None,
            pasted: None,
            touched: false,
        }
    }

    /// The last part of its path, as it can be shown.
    #[must_use]
    pub fn name(&self) -> String {
        shown_name(&self.path)
    }

    /// The view that has the focus.
    ///
    /// # Panics
    /// Never: a file has at least one view.
    #[must_use]
    pub fn view(&self) -> &View {
        self.views
            .iter()
            .find(|view| view.id == self.focus)
            .unwrap_or(&self.views[0])
    }

    /// The same, to be changed.
    pub(super) fn view_mut(&mut self) -> &mut View {
        let index = self.views.iter().position(|view| view.id == self.focus);
        &mut self.views[index.unwrap_or(0)]
    }

    /// The view of this name.
    #[must_use]
    pub fn view_by(&self, id: ViewId) -> Option<&View> {
        self.views.iter().find(|view| view.id == id)
    }

    /// The other one of two views.
    #[must_use]
    pub fn beside(&self, id: ViewId) -> Option<&View> {
        self.views.iter().find(|view| view.id != id)
    }

    /// What a view is called among those of the file.
    #[must_use]
    pub fn view_words(&self, id: ViewId) -> String {
        let Some(view) = self.view_by(id) else {
            return "view that is closed".to_owned();
        };
        let is_first = self.views.first().is_some_and(|first| first.id == id);
        match self.beside(id) {
            Some(other) if other.mode == view.mode => {
                let which = if is_first { "first" } else { "second" };
                format!("{which} {} view", view.mode)
            }
            _ => format!("{} view", view.mode),
        }
    }

    /// The same in a sentence about that view: of the only one there is nothing to add.
    #[must_use]
    pub fn view_name(&self, id: ViewId) -> String {
        match self.beside(id) {
            Some(_) => self.view_words(id),
            None => "view".to_owned(),
        }
    }

    /// " in the private view", to be put behind the file's name; empty where there is no other.
    pub(super) fn in_words(&self, id: ViewId) -> String {
        match self.beside(id) {
            Some(_) => format!(" in the {}", self.view_words(id)),
            None => String::new(),
        }
    }

    /// The view of this mapping.
    #[must_use]
    pub fn view_with(&self, mapping: MappingId) -> Option<&View> {
        self.views.iter().find(|view| view.mapping == mapping)
    }

    /// The view of this mapping, to be changed.
    pub(super) fn view_of_mut(&mut self, mapping: MappingId) -> Option<&mut View> {
        self.views.iter_mut().find(|view| view.mapping == mapping)
    }

    /// How orders name the mapping of `view`.
    #[must_use]
    pub fn target(&self, view: &View) -> Target {
        Target {
            doc: self.id,
            mapping: view.mapping,
            generation: view.generation,
        }
    }

    /// How orders name the mapping of the view that has the focus.
    #[must_use]
    pub fn focused_target(&self) -> Target {
        self.target(self.view())
    }

    /// It is the file that was opened there: the same device and inode, or, where the system does not tell them, the same
    /// path.
    pub(super) fn is_same_file(&self, opened: &Opened) -> bool {
        if self.identity.is_known() && opened.identity.is_known() {
            self.identity == opened.identity
        } else {
            self.path == opened.path
        }
    }

    /// Some edit would be lost with a mapping or a journal, or is on its way.
    #[must_use]
    pub fn has_unsaved(&self) -> bool {
        self.views.iter().any(View::has_unsaved)
    }

    /// Edits would be lost that the person may want: not those of a scratch file.
    #[must_use]
    pub fn must_ask(&self) -> bool {
        self.has_unsaved() && self.scratch.is_none()
    }

    /// It is a scratch copy of the built-in sample.
    #[must_use]
    pub fn is_sample(&self) -> bool {
        self.scratch == Some(ScratchFile::Sample)
    }

    /// Nobody would miss it: the sample, as it was opened.
    pub(super) fn is_untouched_sample(&self) -> bool {
        self.is_sample()
            && !self.touched
            && !self.has_unsaved()
            && self.processes.n_added() == 0
            && self.jobs.is_empty()
    }

    /// What a lookup can refer to.
    #[must_use]
    pub fn context(&self) -> Context {
        let viewport = &self.view().viewport;
        Context {
            extent: viewport.extent,
            file_len: self.file_len,
            cursor: viewport.cursor,
            page_bytes: self.page_bytes,
            column_digits: offset_digits(viewport.extent),
        }
    }

    /// An order to this file's worker, for the view that has the focus.
    pub(super) fn ask(&self, request: FileRequest, out: &mut Out<'_>) -> OrderId {
        out.file(self.focused_target(), request)
    }

    /// Something was done: a short message, and an error about the same no longer stands.
    pub(super) fn done(&mut self, subject: Subject, message: impl Into<String>) {
        self.notices.settle(subject);
        self.said(message);
    }

    /// News that speak neither for nor against anything that stands.
    pub(super) fn said(&mut self, message: impl Into<String>) {
        self.is_news(Notice::new(Topic::Done, Severity::Info, message));
    }

    /// The latest news alone are news: those of another view do not come up again behind them.
    pub(super) fn is_news(&mut self, notice: Notice) {
        self.notices.clear(Topic::Done);
        self.notices.put(notice);
    }

    /// Something asked for was not done: one sentence. It stands until the same succeeds.
    pub(super) fn failed(&mut self, subject: Subject, message: impl Into<String>) {
        self.notices.clear(Topic::Done);
        self.notices
            .put(Notice::new(Topic::Error, Severity::Error, message).about(subject));
    }
}

/// The last part of a path, with what cannot be shown escaped.
#[must_use]
pub fn shown_name(path: &Path) -> String {
    escape_name(path.file_name().unwrap_or(path.as_os_str()))
}
