//! The witnesses of a file and the processes that map it: what each is, what it sees, and who forked whom.
//!
//! It owns the list and its tree, and how many there may be. It must not know how a process is run: what one says comes
//! as news, with the identity that it was said under.

use crate::bytes::Span;
use crate::lab::claim::AddedKind;

use super::doc::{Doc, Out};
use super::effect::{Effect, FileRequest};
use super::event::FileNews;
use super::identity::{DocId, Generation, MappingId, Target, ViewId};
use super::process::{
    EndHow, Failure, PeerEvent, PeerNews, PeerOrder, ProcessEnd, ProcessKind, ProcessSignal,
    Refusal,
};
use super::tray::RefusedOrder;
use super::witness::{Note, WATCHED_BYTES, WitnessId, WitnessState, parse_bytes};
use super::{App, Tab};

/// The most processes added to a file.
pub const MOST_ADDED: usize = 12;
/// The most processes added to all files.
pub const MOST_ADDED_IN_ALL: usize = 32;
/// The most files whose built-in pair runs; beyond, the one shown longest ago ends.
const MOST_PAIRS: usize = 4;

/// What a person does with witnesses and processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeersAction {
    /// The text of the byte to write changed.
    ByteEdited(String),
    /// Store the byte through this witness.
    StoreAs(WitnessId),
    /// Start a process. [`AddedKind::Child`] forks the one added last.
    Add(AddedKind),
    /// Have it fork: the child is a process too.
    Fork(MappingId),
    /// Have it store the byte to write.
    Store(MappingId),
    /// Stop it, let it go on, or kill it.
    Signal(MappingId, ProcessSignal),
    /// Take it off the list; its process ends, and with it those that it forked.
    Remove(MappingId),
}

/// A process that maps the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its mapping, which names it.
    pub mapping: MappingId,
    /// Which of the processes in its place it is.
    pub generation: Generation,
    /// Its number on the screen, of those added to this file; 0 for one that is built in.
    pub ordinal: u32,
    /// How it maps; a child has what its parent had.
    pub kind: ProcessKind,
    /// Who forked it.
    pub parent: Option<MappingId>,
    /// Its process number, once it runs.
    pub pid: Option<u32>,
    /// What it sees.
    pub state: WitnessState,
    /// It reads through a copy of its own.
    pub holds_copy: bool,
    /// What became of the last that was asked of it.
    pub note: Option<Note>,
    /// It was stopped.
    pub stopped: bool,
    /// How it ended, in words.
    pub ended: Option<String>,
    /// Orders to it that are not answered.
    pending: usize,
}

impl Process {
    /// It is one of the pair that is always there, not one that was added.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        self.ordinal == 0
    }

    /// What it stores is in the file at once.
    #[must_use]
    pub fn reaches_file(&self) -> bool {
        self.kind == ProcessKind::Shared
    }
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Processes {
    list: Vec<Process>,
    last_ordinal: u32,
    /// When the built-in pair was last shown, in a count of shows.
    shown_at: u64,
}

impl Processes {
    /// In the order they were started.
    #[must_use]
    pub fn list(&self) -> &[Process] {
        &self.list
    }

    /// The process of that mapping.
    #[must_use]
    pub fn get(&self, mapping: MappingId) -> Option<&Process> {
        self.list.iter().find(|process| process.mapping == mapping)
    }

    fn get_mut(&mut self, mapping: MappingId) -> Option<&mut Process> {
        self.list
            .iter_mut()
            .find(|process| process.mapping == mapping)
    }

    /// The two that are always there: shared, private.
    pub fn built_in(&self) -> impl Iterator<Item = &Process> {
        self.list.iter().filter(|process| process.is_built_in())
    }

    /// How many were added.
    #[must_use]
    pub fn n_added(&self) -> usize {
        self.list
            .iter()
            .filter(|process| !process.is_built_in())
            .count()
    }

    /// Those that were added, each with its depth below the first of its line: children right after their parents.
    #[must_use]
    pub fn tree(&self) -> Vec<(usize, &Process)> {
        let mut tree = Vec::with_capacity(self.list.len());
        // A child whose parent is off the list stands for itself.
        let is_root = |process: &&Process| {
            !process.is_built_in()
                && process
                    .parent
                    .is_none_or(|parent| self.get(parent).is_none())
        };
        for root in self.list.iter().filter(is_root) {
            self.below(root, 0, &mut tree);
        }
        tree
    }

    fn below<'a>(
        &'a self,
        process: &'a Process,
        depth: usize,
        tree: &mut Vec<(usize, &'a Process)>,
    ) {
        tree.push((depth, process));
        // A parent was always added before its children, so this ends.
        for child in self
            .list
            .iter()
            .filter(|child| child.parent == Some(process.mapping))
        {
            self.below(child, depth + 1, tree);
        }
    }

    /// Nothing of the person's would go with the built-in pair.
    fn pair_is_free(&self) -> bool {
        self.built_in()
            .all(|process| !process.holds_copy && process.pending == 0)
    }

    fn enter(
        &mut self,
        mapping: MappingId,
        kind: ProcessKind,
        parent: Option<MappingId>,
        built_in: bool,
    ) {
        if !built_in {
            self.last_ordinal += 1;
        }
        self.list.push(Process {
            mapping,
            generation: Generation::FIRST,
            ordinal: if built_in { 0 } else { self.last_ordinal },
            kind,
            parent,
            pid: None,
            state: WitnessState::Waiting,
            holds_copy: false,
            note: None,
            stopped: false,
            ended: None,
            pending: 0,
        });
    }
}

impl App {
    pub(super) fn apply_peers(
        &mut self,
        view: Option<ViewId>,
        action: PeersAction,
        effects: &mut Vec<Effect>,
    ) {
        if let PeersAction::ByteEdited(text) = action {
            self.byte_text = text;
            return;
        }
        if matches!(action, PeersAction::Add(_) | PeersAction::Fork(_))
            && let Some(why) = view.and_then(|view| self.why_no_room(view))
        {
            self.in_view(view, effects, |doc, _, _| {
                doc.failed(why);
                None
            });
            return;
        }
        let bytes = parse_bytes(&self.byte_text);
        self.in_view(view, effects, |doc, view, out| {
            doc.touched = true;
            match action {
                PeersAction::ByteEdited(_) => {}
                PeersAction::StoreAs(id) => doc.store_as(view, id, bytes, out),
                PeersAction::Add(kind) => doc.add_process(kind, out),
                PeersAction::Fork(parent) => doc.fork_process(parent, out),
                PeersAction::Store(mapping) => doc.store_by(mapping, bytes, out),
                PeersAction::Signal(mapping, signal) => doc.signal(mapping, signal, out),
                PeersAction::Remove(mapping) => doc.remove_process(mapping, out),
            }
            None
        });
    }

    /// Why no process can be added to the file of `view`, in words that name the tab that has them; `None` where one can.
    #[must_use]
    pub fn why_no_room(&self, view: ViewId) -> Option<String> {
        let doc = self.doc_of(view)?;
        if doc.processes.n_added() >= MOST_ADDED {
            return Some(format!(
                "{MOST_ADDED} processes are enough for one file: remove one of {} first",
                doc.name()
            ));
        }
        let in_all: usize = self.docs.iter().map(|doc| doc.processes.n_added()).sum();
        if in_all < MOST_ADDED_IN_ALL {
            return None;
        }
        let most = self.docs.iter().max_by_key(|doc| doc.processes.n_added())?;
        Some(format!(
            "{MOST_ADDED_IN_ALL} processes are enough: remove one first, the tab of {} has {}",
            most.name(),
            most.processes.n_added()
        ))
    }

    /// The witnesses of the file that has the focus watch its cursor while somebody looks; all others rest.
    pub(super) fn watch(&mut self, effects: &mut Vec<Effect>) {
        let shown = self.settings.panel_shown && self.settings.tab == Tab::Witnesses;
        let wanted = self
            .doc()
            .filter(|_| shown)
            .and_then(|doc| Some((doc.focused_target(), doc.watched()?)));
        if wanted == self.watched {
            return;
        }
        let before = std::mem::replace(&mut self.watched, wanted);
        if let Some((target, _)) = before
            && wanted.is_none_or(|(now, _)| now.doc != target.doc)
            && let Some((doc, mut out)) = self.doc_and_out(target.doc, effects)
        {
            doc.rest(target, &mut out);
        }
        if let Some((target, span)) = wanted {
            let is_new = before.is_none_or(|(was, _)| was.doc != target.doc);
            if let Some((doc, mut out)) = self.doc_and_out(target.doc, effects) {
                doc.start_watching(target, span, is_new, &mut out);
            }
            if is_new {
                self.end_old_pairs(target.doc, effects);
            }
        }
    }

    /// Beyond four built-in pairs the one shown longest ago ends, unless something of the person's would go with it.
    fn end_old_pairs(&mut self, shown: DocId, effects: &mut Vec<Effect>) {
        let count = self.numbers.fresh();
        if let Some(doc) = self.docs.iter_mut().find(|doc| doc.id == shown) {
            doc.processes.shown_at = count;
        }
        loop {
            let running = self
                .docs
                .iter()
                .filter(|doc| doc.processes.built_in().next().is_some());
            if running.clone().count() <= MOST_PAIRS {
                return;
            }
            let oldest = running
                .filter(|doc| doc.id != shown && doc.processes.pair_is_free())
                .min_by_key(|doc| doc.processes.shown_at)
                .map(|doc| doc.id);
            let Some((doc, mut out)) = oldest.and_then(|oldest| self.doc_and_out(oldest, effects))
            else {
                return;
            };
            doc.end_pair(&mut out);
        }
    }

    /// What a process says. Late news of an earlier generation is not taken for that of a later one.
    pub(super) fn peer_said(&mut self, event: PeerEvent, effects: &mut Vec<Effect>) {
        let PeerEvent { target, news } = event;
        if let PeerNews::Refused {
            number,
            offset,
            bytes,
            why,
        } = &news
        {
            let order = RefusedOrder {
                number: *number,
                doc: target.doc,
                name: self
                    .doc_by(target.doc)
                    .map_or_else(|| "a file that is closed".to_owned(), Doc::name),
                through: self.through_words(target),
                offset: *offset,
                bytes: bytes.clone(),
                why: why.clone(),
            };
            self.tray.put(order);
        }
        if let Some((doc, _)) = self.doc_and_out(target.doc, effects) {
            doc.process_said(target, news);
        }
    }

    fn through_words(&self, target: Target) -> String {
        self.doc_by(target.doc)
            .and_then(|doc| doc.processes.get(target.mapping))
            .map_or_else(
                || "a process that is gone".to_owned(),
                |process| match (process.is_built_in(), process.kind) {
                    (true, ProcessKind::Shared) => "the other process, shared".to_owned(),
                    (true, _) => "the other process, private".to_owned(),
                    (false, _) => format!("process {}", process.ordinal),
                },
            )
    }
}

impl Doc {
    /// What the witnesses are to watch: up to 16 bytes from the cursor's selection.
    pub(super) fn watched(&self) -> Option<Span> {
        let viewport = &self.view().viewport;
        if viewport.extent.is_empty() {
            return None;
        }
        let selection = viewport.selection();
        Span::at(selection.start(), selection.len().clamp(1, WATCHED_BYTES))
    }

    fn process_target(&self, mapping: MappingId) -> Option<Target> {
        let process = self.processes.get(mapping)?;
        Some(Target {
            doc: self.id,
            mapping,
            generation: process.generation,
        })
    }

    /// Nobody looks at this file's witnesses.
    fn rest(&mut self, target: Target, out: &mut Out<'_>) {
        self.witnesses.span = None;
        out.file(target, FileRequest::Watch(None));
        out.push(Effect::Peers(PeerOrder::Watch {
            doc: self.id,
            span: None,
        }));
    }

    /// Somebody looks at these bytes. The built-in pair starts when it is first shown.
    fn start_watching(&mut self, target: Target, span: Span, is_new: bool, out: &mut Out<'_>) {
        if self.witnesses.span != Some(span) || self.witnesses.mapping != Some(target.mapping) {
            for row in &mut self.witnesses.rows {
                row.note = None;
            }
            for process in &mut self.processes.list {
                process.note = None;
            }
        }
        self.witnesses.span = Some(span);
        self.witnesses.mapping = Some(target.mapping);
        if is_new && self.processes.built_in().next().is_none() {
            for kind in [ProcessKind::Shared, ProcessKind::Private] {
                self.start(kind, true, out);
            }
        }
        out.file(target, FileRequest::Watch(Some(span)));
        out.push(Effect::Peers(PeerOrder::Watch {
            doc: self.id,
            span: Some(span),
        }));
    }

    fn end_pair(&mut self, out: &mut Out<'_>) {
        let pair: Vec<MappingId> = self
            .processes
            .built_in()
            .map(|process| process.mapping)
            .collect();
        for mapping in pair {
            self.remove_process(mapping, out);
        }
    }

    fn start(&mut self, kind: ProcessKind, built_in: bool, out: &mut Out<'_>) {
        let mapping = out.numbers.mapping();
        self.processes.enter(mapping, kind, None, built_in);
        out.push(Effect::Peers(PeerOrder::Start {
            target: Target {
                doc: self.id,
                mapping,
                generation: Generation::FIRST,
            },
            kind,
            built_in,
        }));
    }

    /// Adds a process; [`AddedKind::Child`] forks the one that was added last.
    pub(super) fn add_process(&mut self, kind: AddedKind, out: &mut Out<'_>) {
        match kind {
            AddedKind::Shared => self.start(ProcessKind::Shared, false, out),
            AddedKind::Private => self.start(ProcessKind::Private, false, out),
            AddedKind::ReadOnly => self.start(ProcessKind::ReadOnly, false, out),
            AddedKind::Child => {
                let last = self
                    .processes
                    .list
                    .iter()
                    .rfind(|process| !process.is_built_in() && process.ended.is_none());
                match last.map(|process| process.mapping) {
                    Some(last) => self.fork_process(last, out),
                    None => self.failed("There is no process yet that could fork"),
                }
            }
        }
    }

    fn fork_process(&mut self, parent: MappingId, out: &mut Out<'_>) {
        let Some(target) = self.process_target(parent) else {
            return;
        };
        let kind = self
            .processes
            .get(parent)
            .map_or(ProcessKind::Shared, |process| process.kind);
        let child = out.numbers.mapping();
        self.processes.enter(child, kind, Some(parent), false);
        out.push(Effect::Peers(PeerOrder::Fork {
            parent: target,
            child,
        }));
    }

    fn remove_process(&mut self, mapping: MappingId, out: &mut Out<'_>) {
        let Some(target) = self.process_target(mapping) else {
            return;
        };
        self.processes
            .list
            .retain(|process| process.mapping != mapping);
        out.push(Effect::Peers(PeerOrder::End { target }));
    }

    fn signal(&mut self, mapping: MappingId, signal: ProcessSignal, out: &mut Out<'_>) {
        let Some(target) = self.process_target(mapping) else {
            return;
        };
        let number = out.numbers.order();
        out.push(Effect::Peers(PeerOrder::Signal {
            number,
            target,
            signal,
        }));
    }

    /// Has a process store the byte to write.
    fn store_by(&mut self, mapping: MappingId, bytes: Result<Vec<u8>, String>, out: &mut Out<'_>) {
        let (Some(target), Some(span)) = (self.process_target(mapping), self.watched()) else {
            return;
        };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(why) => {
                if let Some(process) = self.processes.get_mut(mapping) {
                    process.note = Some(Note::failed(format!("Not written: {why}")));
                }
                return;
            }
        };
        if let Some(process) = self.processes.get_mut(mapping) {
            process.note = None;
            process.pending += 1;
        }
        let number = out.numbers.order();
        out.push(Effect::Peers(PeerOrder::Store {
            number,
            target,
            offset: span.start(),
            bytes,
        }));
    }

    /// Stores the byte to write through a witness of this process. Through the view it is as if it was typed.
    fn store_as(
        &mut self,
        view: ViewId,
        id: WitnessId,
        bytes: Result<Vec<u8>, String>,
        out: &mut Out<'_>,
    ) {
        let Some(known) = self.view_by(view) else {
            return;
        };
        let (offset, target) = (known.viewport.selection().start(), self.target(known));
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(why) => {
                self.witnesses.row_mut(id).note = Some(Note::failed(format!("Not written: {why}")));
                return;
            }
        };
        self.witnesses.row_mut(id).note = None;
        if id == WitnessId::View {
            self.store(view, offset, bytes, out);
        } else {
            out.file(target, FileRequest::WitnessStore { id, offset, bytes });
        }
    }

    /// What became of bytes written as a witness of this process.
    pub(super) fn witness_stored(&mut self, news: FileNews) {
        let FileNews::WitnessStored { id, outcome, .. } = news else {
            return;
        };
        let note = match (outcome, id) {
            (Ok(_), WitnessId::File) => Note::done("written with pwrite"),
            (Ok(_), _) => {
                let mode = match self.view().mode {
                    super::Mode::Private => super::Mode::Shared,
                    super::Mode::Shared => super::Mode::Private,
                };
                Note::done(format!("written through the {mode} mapping"))
            }
            (Err(why), _) => Note::failed(format!("Not written: {why}")),
        };
        self.witnesses.row_mut(id).note = Some(note);
    }

    fn process_said(&mut self, target: Target, news: PeerNews) {
        let watched = self.witnesses.span;
        let Some(process) = self.processes.get_mut(target.mapping) else {
            return; // it was taken off the list meanwhile
        };
        if target.generation < process.generation {
            return;
        }
        process.generation = target.generation;
        match news {
            PeerNews::Runs { pid } => {
                process.pid = Some(pid);
                process.ended = None;
                process.stopped = false;
                process.state = WitnessState::Waiting;
            }
            PeerNews::NotStarted { why } => {
                process.ended = Some(format!("it was not started: {}", refusal_words(&why)));
            }
            PeerNews::NotMapped { why } => process.state = WitnessState::Unavailable(why.message),
            PeerNews::Reads {
                span,
                readings,
                pages,
            } => {
                if watched == Some(span) {
                    let page = pages.first().map(ToString::to_string).unwrap_or_default();
                    process.holds_copy |= pages.contains(&crate::peer::wire::PeerPage::PrivateCopy);
                    process.state = WitnessState::Reads {
                        span,
                        readings,
                        page,
                    };
                }
            }
            PeerNews::Stored { .. } => {
                process.pending = process.pending.saturating_sub(1);
                process.holds_copy |= process.kind == ProcessKind::Private;
                process.note = Some(Note::done("written by that process"));
            }
            PeerNews::Refused { why, .. } => {
                process.pending = process.pending.saturating_sub(1);
                process.note = Some(Note::failed(format!(
                    "Not written: {}",
                    refusal_words(&why)
                )));
            }
            PeerNews::Signalled { signal, .. } => {
                process.stopped = match signal {
                    ProcessSignal::Stop => true,
                    ProcessSignal::Continue => false,
                    ProcessSignal::Kill => process.stopped,
                };
            }
            PeerNews::NotSignalled { why, .. } => {
                process.note = Some(Note::failed(format!(
                    "It was not signalled: {}",
                    refusal_words(&why)
                )));
            }
            PeerNews::Late { .. } => {
                process.note = Some(Note::done(if process.stopped {
                    "it is stopped: what it was told waits"
                } else {
                    "it has not answered for a second: what it was told waits"
                }));
            }
            PeerNews::Answers => process.note = None,
            PeerNews::Grown { .. } => {}
            PeerNews::NotGrown { why } => {
                process.note = Some(Note::failed(format!(
                    "it could not map the new bytes: {}",
                    why.message
                )));
            }
            PeerNews::CopiesLost { spans } => {
                let bytes: u64 = spans.iter().map(|span| span.len()).sum();
                process.note = Some(Note::failed(format!(
                    "its private copies of {} bytes are gone: the file was shorter in between",
                    crate::bytes::size::group_digits(bytes)
                )));
            }
            PeerNews::Ended(end) => process_ended(process, &end),
            PeerNews::EndLearned { how } => process.ended = Some(end_words(&how)),
        }
    }
}

fn process_ended(process: &mut Process, end: &ProcessEnd) {
    let mut words = end_words(&end.how);
    if let Some(complaint) = &end.complaint {
        words = format!("{words}: {complaint}");
    }
    if end.lost_copies {
        words.push_str("; its private copies went with it");
    }
    process.pending = 0;
    process.holds_copy = false;
    process.stopped = false;
    process.state = WitnessState::Waiting;
    if let Some(next) = end.next {
        process.generation = next;
        process.pid = None;
        process.note = Some(Note::failed(format!(
            "ended: {words}; another one is started"
        )));
    } else {
        process.ended = Some(words);
    }
}

fn end_words(how: &EndHow) -> String {
    match how {
        EndHow::Exited(code) => format!("exit code {code}"),
        EndHow::Killed(signal) => crate::peer::describe_signal(*signal),
        EndHow::WithParent => "with the process that forked it".to_owned(),
        EndHow::Unknown => "only the process that forked it learns how".to_owned(),
        EndHow::Stuck => "killed, but it does not go: it is stuck in the kernel".to_owned(),
        EndHow::NotUnderstood(what) => format!("it said what is no answer: {what}"),
    }
}

pub(super) fn refusal_words(why: &Refusal) -> String {
    match why {
        Refusal::Gone => "it is gone".to_owned(),
        Refusal::QueueFull => "too much waits there already".to_owned(),
        Refusal::NotAnswering => "it does not answer, and too much waits there already".to_owned(),
        Refusal::NotRunning => "there is no process to be signalled now".to_owned(),
        Refusal::Ended => "it ended before it began".to_owned(),
        Refusal::Unanswered => {
            "it ended before it answered: whether it wrote is not known".to_owned()
        }
        Refusal::Failed(Failure { message, .. }) => message.clone(),
        Refusal::NotWhole { why, before } => {
            format!(
                "only the first {} bytes were: {}",
                before.len(),
                why.message
            )
        }
    }
}
