//! Peers that a person added by hand: what each is, what it sees, and who forked whom.
//!
//! It owns the list and its tree. It must not know processes: what a peer says comes as news.

use super::Model;
use super::effect::Effect;
use super::experiment::HandKind;
use super::witness::WitnessState;

/// The most peers at a time.
pub const MOST_HANDS: usize = 12;

/// A peer added by hand. Counts from 1 and is never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HandId(pub u32);

/// What a person does with peers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandAction {
    /// Start one. [`HandKind::Child`] forks the one added last.
    Add(HandKind),
    /// Have it fork: the child is a peer too.
    Fork(HandId),
    /// Have it store the byte to write.
    Store(HandId),
    /// Stop it, let it go on, or kill it.
    Signal(HandId, HandSignal),
    /// Take it off the list; its process ends, and with it those that it forked.
    Remove(HandId),
}

/// A signal for a peer, signal(7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandSignal {
    /// SIGSTOP.
    Stop,
    /// SIGCONT.
    Continue,
    /// SIGKILL.
    Kill,
}

/// What the shell must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandOrder {
    /// Start it; it maps the open file.
    Start(HandId, HandKind),
    /// Have the first fork the second.
    Fork(HandId, HandId),
    /// Have it store bytes.
    Store {
        /// Which.
        id: HandId,
        /// File offset.
        offset: u64,
        /// What to store.
        bytes: Vec<u8>,
    },
    /// Send it a signal.
    Signal(HandId, HandSignal),
    /// End it.
    End(HandId),
}

/// What a peer says, or what is found out about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandNews {
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

/// A peer added by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hand {
    /// Which.
    pub id: HandId,
    /// What it maps, and how; a child has what its parent had.
    pub kind: HandKind,
    /// Who forked it.
    pub parent: Option<HandId>,
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
pub struct Hands {
    list: Vec<Hand>,
    last: u32,
}

impl Hands {
    /// In the order they were added.
    #[must_use]
    pub fn list(&self) -> &[Hand] {
        &self.list
    }

    /// The peer of that number.
    #[must_use]
    pub fn get(&self, id: HandId) -> Option<&Hand> {
        self.list.iter().find(|hand| hand.id == id)
    }

    fn get_mut(&mut self, id: HandId) -> Option<&mut Hand> {
        self.list.iter_mut().find(|hand| hand.id == id)
    }

    /// Each with its depth below the first of its line: children right after their parents.
    #[must_use]
    pub fn tree(&self) -> Vec<(usize, &Hand)> {
        let mut tree = Vec::with_capacity(self.list.len());
        // A child whose parent is off the list stands for itself.
        let is_root = |hand: &&Hand| hand.parent.is_none_or(|parent| self.get(parent).is_none());
        for root in self.list.iter().filter(is_root) {
            self.below(root, 0, &mut tree);
        }
        tree
    }

    fn below<'a>(&'a self, hand: &'a Hand, depth: usize, tree: &mut Vec<(usize, &'a Hand)>) {
        tree.push((depth, hand));
        // A parent was always added before its children, so this ends.
        for child in self
            .list
            .iter()
            .filter(|child| child.parent == Some(hand.id))
        {
            self.below(child, depth + 1, tree);
        }
    }

    /// Another one can be added.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.list.len() < MOST_HANDS
    }

    /// What was noted counts no more: other bytes are watched.
    pub(super) fn forget_notes(&mut self) {
        for hand in &mut self.list {
            hand.note = None;
        }
    }

    fn enter(&mut self, kind: HandKind, parent: Option<HandId>) -> HandId {
        self.last += 1;
        let id = HandId(self.last);
        let inherited = parent.and_then(|parent| self.get(parent));
        let reaches_file = kind == HandKind::Shared || inherited.is_some_and(|it| it.reaches_file);
        self.list.push(Hand {
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
    pub(super) fn hand(&mut self, action: &HandAction) -> Vec<Effect> {
        let order = match *action {
            HandAction::Add(HandKind::Child) => match self.hands.list.last() {
                Some(last) => {
                    let last = last.id;
                    return self.hand(&HandAction::Fork(last));
                }
                None => return self.failed("There is no process yet that could fork".to_owned()),
            },
            HandAction::Add(_) | HandAction::Fork(_) if !self.hands.has_room() => {
                return self.failed(format!(
                    "{MOST_HANDS} more processes are enough: remove one first"
                ));
            }
            HandAction::Add(_) if self.doc.is_none() => {
                return self.failed("No file is open that a process could map".to_owned());
            }
            HandAction::Add(kind) => HandOrder::Start(self.hands.enter(kind, None), kind),
            HandAction::Fork(parent) => {
                HandOrder::Fork(parent, self.hands.enter(HandKind::Child, Some(parent)))
            }
            HandAction::Store(id) => return self.hand_store(id),
            HandAction::Signal(id, signal) => HandOrder::Signal(id, signal),
            HandAction::Remove(id) => {
                self.hands.list.retain(|hand| hand.id != id);
                HandOrder::End(id)
            }
        };
        vec![Effect::Hand(order)]
    }

    fn hand_store(&mut self, id: HandId) -> Vec<Effect> {
        let Some(span) = self.witnesses.span else {
            return self.failed("No byte is watched that could be written".to_owned());
        };
        match self.witnesses.bytes_to_write() {
            Ok(bytes) => vec![Effect::Hand(HandOrder::Store {
                id,
                offset: span.start(),
                bytes,
            })],
            Err(message) => self.failed(message),
        }
    }

    pub(super) fn hand_said(&mut self, id: HandId, news: HandNews) -> Vec<Effect> {
        let watched = self.witnesses.span;
        let Some(hand) = self.hands.get_mut(id) else {
            return Vec::new(); // it was taken off the list meanwhile
        };
        match news {
            HandNews::Runs(pid) => hand.pid = Some(pid),
            HandNews::Sees(state) => {
                let late =
                    matches!(&state, WitnessState::Reading { span, .. } if watched != Some(*span));
                if !late {
                    hand.sees = state;
                }
            }
            HandNews::Note(note) => hand.note = Some(note),
            HandNews::Stopped(stopped) => hand.stopped = stopped,
            HandNews::Ended(how) => {
                hand.ended = Some(how);
                hand.stopped = false;
                hand.sees = WitnessState::Waiting;
            }
        }
        Vec::new()
    }
}
