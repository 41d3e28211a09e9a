//! Peers that a person added by added: what each is, what it sees, and who forked whom.
//!
//! It owns the list and its tree. It must not know processes: what a peer says comes as news.

use super::Model;
use super::effect::Effect;
use super::witness::WitnessState;
use crate::lab::claim::AddedKind;

/// The most peers at a time.
pub const MOST_ADDED: usize = 12;

/// A peer added by added. Counts from 1 and is never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddedId(pub u32);

/// What a person does with peers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddedAction {
    /// Start one. [`AddedKind::Child`] forks the one added last.
    Add(AddedKind),
    /// Have it fork: the child is a peer too.
    Fork(AddedId),
    /// Have it store the byte to write.
    Store(AddedId),
    /// Stop it, let it go on, or kill it.
    Signal(AddedId, AddedSignal),
    /// Take it off the list; its process ends, and with it those that it forked.
    Remove(AddedId),
}

/// A signal for a peer, signal(7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddedSignal {
    /// SIGSTOP.
    Stop,
    /// SIGCONT.
    Continue,
    /// SIGKILL.
    Kill,
}

/// What the shell must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddedOrder {
    /// Start it; it maps the open file.
    Start(AddedId, AddedKind),
    /// Have the first fork the second.
    Fork(AddedId, AddedId),
    /// Have it store bytes.
    Store {
        /// Which.
        id: AddedId,
        /// File offset.
        offset: u64,
        /// What to store.
        bytes: Vec<u8>,
    },
    /// Send it a signal.
    Signal(AddedId, AddedSignal),
    /// End it.
    End(AddedId),
}

/// What a peer says, or what is found out about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddedNews {
    /// It runs, as this process.
    Runs(u32),
    /// What it sees at the watched bytes.
    Sees(WitnessState),
    /// What became of the last that was asked of it.
    Note(String),
    /// It was stopped, or goes on.
    Stopped(bool),
    /// It ended: how.
    Ended(String),
}

/// A peer added by added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Which.
    pub id: AddedId,
    /// What it maps, and how; a child has what its parent had.
    pub kind: AddedKind,
    /// Who forked it.
    pub parent: Option<AddedId>,
    /// What it stores is in the file at once.
    pub reaches_file: bool,
    /// Its process, once it runs.
    pub pid: Option<u32>,
    /// What it sees.
    pub sees: WitnessState,
    /// What became of the last that was asked of it.
    pub note: Option<String>,
    /// It was stopped.
    pub stopped: bool,
    /// How it ended.
    pub ended: Option<String>,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct AddedPeers {
    list: Vec<Added>,
    last: u32,
}

impl AddedPeers {
    /// In the order they were added.
    #[must_use]
    pub fn list(&self) -> &[Added] {
        &self.list
    }

    /// The peer of that number.
    #[must_use]
    pub fn get(&self, id: AddedId) -> Option<&Added> {
        self.list.iter().find(|added| added.id == id)
    }

    fn get_mut(&mut self, id: AddedId) -> Option<&mut Added> {
        self.list.iter_mut().find(|added| added.id == id)
    }

    /// Each with its depth below the first of its line: children right after their parents.
    #[must_use]
    pub fn tree(&self) -> Vec<(usize, &Added)> {
        let mut tree = Vec::with_capacity(self.list.len());
        // A child whose parent is off the list stands for itself.
        let is_root = |added: &&Added| added.parent.is_none_or(|parent| self.get(parent).is_none());
        for root in self.list.iter().filter(is_root) {
            self.below(root, 0, &mut tree);
        }
        tree
    }

    fn below<'a>(&'a self, added: &'a Added, depth: usize, tree: &mut Vec<(usize, &'a Added)>) {
        tree.push((depth, added));
        // A parent was always added before its children, so this ends.
        for child in self
            .list
            .iter()
            .filter(|child| child.parent == Some(added.id))
        {
            self.below(child, depth + 1, tree);
        }
    }

    /// Another one can be added.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.list.len() < MOST_ADDED
    }

    /// What was noted counts no more: other bytes are watched.
    pub(super) fn forget_notes(&mut self) {
        for added in &mut self.list {
            added.note = None;
        }
    }

    fn enter(&mut self, kind: AddedKind, parent: Option<AddedId>) -> AddedId {
        self.last += 1;
        let id = AddedId(self.last);
        let inherited = parent.and_then(|parent| self.get(parent));
        let reaches_file = kind == AddedKind::Shared || inherited.is_some_and(|it| it.reaches_file);
        self.list.push(Added {
            id,
            kind,
            parent,
            reaches_file,
            pid: None,
            sees: WitnessState::Waiting,
            note: None,
            stopped: false,
            ended: None,
        });
        id
    }
}

impl Model {
    pub(super) fn act_on_added(&mut self, action: &AddedAction) -> Vec<Effect> {
        let order = match *action {
            AddedAction::Add(AddedKind::Child) => match self.added.list.last() {
                Some(last) => {
                    let last = last.id;
                    return self.act_on_added(&AddedAction::Fork(last));
                }
                None => return self.failed("There is no process yet that could fork".to_owned()),
            },
            AddedAction::Add(_) | AddedAction::Fork(_) if !self.added.has_room() => {
                return self.failed(format!(
                    "{MOST_ADDED} more processes are enough: remove one first"
                ));
            }
            AddedAction::Add(_) if self.doc.is_none() => {
                return self.failed("No file is open that a process could map".to_owned());
            }
            AddedAction::Add(kind) => AddedOrder::Start(self.added.enter(kind, None), kind),
            AddedAction::Fork(parent) => {
                AddedOrder::Fork(parent, self.added.enter(AddedKind::Child, Some(parent)))
            }
            AddedAction::Store(id) => return self.added_store(id),
            AddedAction::Signal(id, signal) => AddedOrder::Signal(id, signal),
            AddedAction::Remove(id) => {
                self.added.list.retain(|added| added.id != id);
                AddedOrder::End(id)
            }
        };
        vec![Effect::Added(order)]
    }

    fn added_store(&mut self, id: AddedId) -> Vec<Effect> {
        let Some(span) = self.witnesses.span else {
            return self.failed("No byte is watched that could be written".to_owned());
        };
        match self.witnesses.bytes_to_write() {
            Ok(bytes) => vec![Effect::Added(AddedOrder::Store {
                id,
                offset: span.start(),
                bytes,
            })],
            Err(message) => self.failed(message),
        }
    }

    pub(super) fn added_said(&mut self, id: AddedId, news: AddedNews) -> Vec<Effect> {
        let watched = self.witnesses.span;
        let Some(added) = self.added.get_mut(id) else {
            return Vec::new(); // it was taken off the list meanwhile
        };
        match news {
            AddedNews::Runs(pid) => added.pid = Some(pid),
            AddedNews::Sees(state) => {
                let late =
                    matches!(&state, WitnessState::Reading { span, .. } if watched != Some(*span));
                if !late {
                    added.sees = state;
                }
            }
            AddedNews::Note(note) => added.note = Some(note),
            AddedNews::Stopped(stopped) => added.stopped = stopped,
            AddedNews::Ended(how) => {
                added.ended = Some(how);
                added.stopped = false;
                added.sees = WitnessState::Waiting;
            }
        }
        Vec::new()
    }
}
