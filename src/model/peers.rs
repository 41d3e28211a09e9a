//! The witnesses of a file and the processes that map it: what each is, what it sees, and who forked whom.
//!
//! It owns the list and its tree, and how many there may be. It must not know how a process is run: what one says comes
//! as news, with the identity that it was said under.

use crate::bytes::Span;

use super::doc::{Doc, Out};
use super::effect::{Effect, FileRequest};
use super::identity::{Generation, MappingId, OrderId, Target, ViewId};
use super::pending::{Waiting, WitnessStore};
use super::process::{PeerOrder, ProcessFacts, ProcessKind, ProcessSignal};
use super::topic::Subject;
use super::witness::{Note, WitnessId, WitnessState};

/// The most processes added to a file.
pub const MOST_ADDED: usize = 12;
/// The most processes added to all files.
pub const MOST_ADDED_IN_ALL: usize = 32;
/// The most files whose built-in pair runs; beyond, the one shown longest ago ends.
pub(super) const MOST_PAIRS: usize = 4;

/// What a person does with witnesses and processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeersAction {
    /// The text of the byte to write changed.
    ByteEdited(String),
    /// Keep *Who sees it* on what it is about, or let it follow the cursor again.
    Pin,
    /// Store the byte through this witness.
    StoreAs(WitnessId),
    /// Start a process that maps the file so.
    Add(ProcessKind),
    /// Have it fork: the child is a process too.
    Fork(MappingId),
    /// Have it store the byte to write.
    Store(MappingId),
    /// Have it store the byte to write through its read-only mapping, which ends it.
    StoreAnyway(MappingId),
    /// Ask it what it has mapped, and show that; `None` shows it no more.
    ShowMapping(Option<MappingId>),
    /// Write back what stood there before the entry of this number of *What happened*, as the same, comparing first.
    PutBack(u64),
    /// Stop it, let it go on, or kill it.
    Signal(MappingId, ProcessSignal),
    /// Take it off the list; its process ends, and with it those that it forked.
    Remove(MappingId),
    /// Do the thing of that index of the experiment that is tried by hand, where it is its turn.
    DoByHand(usize),
    /// Show or hide the list of things to do by hand.
    FoldByHand,
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
    /// What it is called in the experiment that is tried by hand.
    pub letter: Option<char>,
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
    /// It has not answered for a second.
    pub is_late: bool,
    /// How it ended, in words.
    pub ended: Option<String>,
    /// What it said it has mapped, where it was asked.
    pub facts: Option<ProcessFacts>,
    /// Stores that it was asked for and has not answered.
    pub(super) pending: Vec<ProcessStore>,
    /// The last signal that was sent to it: what it answers to later orders, it does as it is after that.
    pub(super) last_signal: OrderId,
}

/// Bytes that a process was asked to store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ProcessStore {
    /// The number of the order.
    pub(super) number: OrderId,
    /// File offset.
    pub(super) offset: u64,
    /// What to store.
    pub(super) bytes: Vec<u8>,
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

    /// The order of that number was answered. `false` where it was before.
    pub(super) fn end(&mut self, number: OrderId) -> bool {
        let known = self.pending.extract_if(.., |store| store.number == number);
        known.count() > 0
    }

    /// What it is called in the table: `process 4123`, `child 4124`.
    #[must_use]
    pub fn name(&self) -> String {
        let kind = if self.parent.is_some() {
            "child"
        } else {
            "process"
        };
        let name = match self.pid {
            Some(pid) => format!("{kind} {pid}"),
            None => format!("{kind} to be started"),
        };
        match self.letter {
            Some(letter) => format!("{letter}, {name}"),
            None => name,
        }
    }

    /// What it is called in a sentence.
    pub(super) fn words(&self) -> String {
        match (self.is_built_in(), self.kind) {
            (true, ProcessKind::Shared) => "the other process, shared".to_owned(),
            (true, _) => "the other process, private".to_owned(),
            (false, _) => format!("process {}", self.ordinal),
        }
    }
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Processes {
    list: Vec<Process>,
    last_ordinal: u32,
    /// Whose mapping is shown.
    pub(super) shown: Option<MappingId>,
    /// When the built-in pair was last shown, in a count of shows.
    pub(super) shown_at: u64,
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

    pub(super) fn get_mut(&mut self, mapping: MappingId) -> Option<&mut Process> {
        self.list
            .iter_mut()
            .find(|process| process.mapping == mapping)
    }

    /// The process numbers of those that run.
    #[must_use]
    pub fn pids(&self) -> Vec<u32> {
        let running = self.list.iter().filter(|process| process.ended.is_none());
        running.filter_map(|process| process.pid).collect()
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

    /// Those that were added, but for what the built-in pair forked, each with its depth below the first of its line: children right after their parents, the newest
    /// first.
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

    /// That process and those that it forked, as in [`Self::tree`].
    #[must_use]
    pub fn line_of<'a>(&'a self, first: &'a Process) -> Vec<(usize, &'a Process)> {
        let mut line = Vec::new();
        self.below(first, 0, &mut line);
        line
    }

    fn below<'a>(
        &'a self,
        process: &'a Process,
        depth: usize,
        tree: &mut Vec<(usize, &'a Process)>,
    ) {
        tree.push((depth, process));
        // A parent was always added before its children, so this ends. The newest child comes first: then no line of the
        // picture crosses another.
        for child in self
            .list
            .iter()
            .rev()
            .filter(|child| child.parent == Some(process.mapping))
        {
            self.below(child, depth + 1, tree);
        }
    }

    /// Nothing of the person's would go with the built-in pair.
    pub(super) fn pair_is_free(&self) -> bool {
        let has_child = |process: &Process| {
            let is_child = |it: &&Process| it.parent == Some(process.mapping) && it.ended.is_none();
            self.list.iter().any(|it| is_child(&it))
        };
        self.built_in()
            .all(|process| !process.holds_copy && process.pending.is_empty() && !has_child(process))
    }

    /// Some process was asked to store bytes that are in the file at once, and has not answered.
    pub(super) fn write_to_file(&self) -> bool {
        self.stores_to_file().next().is_some()
    }

    /// What processes were asked to store in the file and have not answered.
    pub(super) fn stores_to_file(&self) -> impl Iterator<Item = (&Process, &ProcessStore)> {
        let reach = self.list.iter().filter(|process| process.reaches_file());
        reach.flat_map(|process| process.pending.iter().map(move |store| (process, store)))
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
            letter: None,
            kind,
            parent,
            pid: None,
            state: WitnessState::Waiting,
            holds_copy: false,
            note: None,
            stopped: false,
            is_late: false,
            ended: None,
            facts: None,
            pending: Vec::new(),
            last_signal: OrderId(0), // numbers begin after it
        });
    }
}

impl Doc {
    pub(super) fn process_target(&self, mapping: MappingId) -> Option<Target> {
        let process = self.processes.get(mapping)?;
        Some(Target {
            doc: self.id,
            mapping,
            generation: process.generation,
        })
    }

    /// Nobody looks at this file's witnesses.
    pub(super) fn rest(&mut self, target: Target, out: &mut Out<'_>) {
        self.witnesses.span = None;
        self.happened.second_is_gone();
        self.others = super::others::OtherPrograms::default();
        out.file(target, FileRequest::Watch(None));
        out.push(Effect::Peers(PeerOrder::Watch {
            doc: self.id,
            span: None,
        }));
    }

    /// Somebody looks at these bytes. The built-in pair starts when it is first shown.
    pub(super) fn start_watching(
        &mut self,
        target: Target,
        span: Span,
        is_new: bool,
        out: &mut Out<'_>,
    ) {
        if self.witnesses.span != Some(span) || self.witnesses.mapping != Some(target.mapping) {
            for row in &mut self.witnesses.rows {
                row.note = None;
            }
            for process in &mut self.processes.list {
                process.note = None;
            }
        }
        if self.witnesses.mapping.replace(target.mapping) != Some(target.mapping) {
            self.happened.forget_own_rows();
        }
        self.witnesses.span = Some(span);
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

    pub(super) fn end_pair(&mut self, out: &mut Out<'_>) {
        let pair: Vec<MappingId> = self
            .processes
            .built_in()
            .map(|process| process.mapping)
            .collect();
        for mapping in pair {
            self.remove_process(mapping, out);
        }
    }

    fn start(&mut self, kind: ProcessKind, built_in: bool, out: &mut Out<'_>) -> MappingId {
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
        mapping
    }

    /// Adds a process.
    pub(super) fn add_process(&mut self, kind: ProcessKind, out: &mut Out<'_>) {
        self.notices.settle(Subject::Process);
        let letter = self.letter_for(kind, None);
        let mapping = self.start(kind, false, out);
        self.call_process(mapping, letter);
    }

    /// A process is called so from now on.
    fn call_process(&mut self, mapping: MappingId, letter: Option<char>) {
        if let Some(process) = self.processes.get_mut(mapping) {
            process.letter = letter;
        }
        self.lettered(letter, mapping);
    }

    pub(super) fn fork_process(&mut self, parent: MappingId, out: &mut Out<'_>) {
        let Some(target) = self.process_target(parent) else {
            return;
        };
        let kind = self
            .processes
            .get(parent)
            .map_or(ProcessKind::Shared, |process| process.kind);
        let child = out.numbers.mapping();
        let letter = self.letter_for(kind, Some(parent));
        self.processes.enter(child, kind, Some(parent), false);
        self.call_process(child, letter);
        self.happened.fork_sent(child);
        out.push(Effect::Peers(PeerOrder::Fork {
            parent: target,
            child,
        }));
    }

    pub(super) fn remove_process(&mut self, mapping: MappingId, out: &mut Out<'_>) {
        let Some(target) = self.process_target(mapping) else {
            return;
        };
        self.note_removed(mapping);
        self.processes
            .list
            .retain(|process| process.mapping != mapping);
        out.push(Effect::Peers(PeerOrder::End { target }));
    }

    pub(super) fn signal(&mut self, mapping: MappingId, signal: ProcessSignal, out: &mut Out<'_>) {
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

    /// Stores the byte to write through a witness of this process. Through the view it is as if it was typed.
    pub(super) fn store_as(
        &mut self,
        view: ViewId,
        id: WitnessId,
        bytes: Result<Vec<u8>, String>,
        out: &mut Out<'_>,
    ) {
        let Some(known) = self.view_by(view) else {
            return;
        };
        let (Some(about), target) = (self.watched(), self.target(known)) else {
            return;
        };
        let offset = about.start();
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(why) => {
                self.witnesses.row_mut(id).note = Some(Note::failed(format!("Not written: {why}")));
                return;
            }
        };
        self.witnesses.row_mut(id).note = None;
        self.wrote(offset, bytes.len());
        let beside = self.beside(view).map(|beside| beside.id);
        if id == WitnessId::View {
            self.store(view, offset, bytes, out);
        } else if let (WitnessId::OtherMode, Some(beside)) = (id, beside) {
            self.store(beside, offset, bytes, out); // as if it was typed there
        } else {
            let store = WitnessStore {
                id,
                offset,
                bytes,
                expect: None,
                puts_back: None,
            };
            let wish = Waiting::Witness(target, store);
            if !self.submit(view, wish, out) {
                let why = "Not written: too much waits for the storage already";
                self.witnesses.row_mut(id).note = Some(Note::failed(why));
            }
        }
    }
}
