//! What is under way on one mapping, and what waits for it.
//!
//! It owns the one record that undo, writing back, mapping anew, closing and quitting ask. Every order that changes
//! something stands in it under its number until it is answered; what has to wait for those stands in a queue, in the
//! order it was asked for. It must not know what the orders do.

use std::collections::VecDeque;

use crate::bytes::Span;
use crate::map::Mode;

use super::action::UnsavedChoice;
use super::change::{Change, Shape};
use super::differences::Heading;
use super::identity::{OrderId, Target, ViewId};
use super::journal::{Differing, Drawn};
use super::topic::Subject;
use super::witness::WitnessId;

/// How much may wait; more is refused.
const MOST_WAITING: usize = 256;

/// So many bytes of a store are kept with its order.
pub const FIRST_BYTES: usize = 128;

/// An order that changes something and is not answered yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The number of the order.
    pub number: OrderId,
    /// What it does.
    pub what: Under,
}

/// What an order that is under way does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Under {
    /// Stores what the person typed, pasted or filled.
    Store {
        /// Where.
        span: Span,
        /// The first of the bytes, at most [`FIRST_BYTES`]: what is to be said should the program end now.
        first: Vec<u8>,
        /// What was drawn there.
        seen: Drawn,
    },
    /// Takes an edit back, or brings it back; where that is something else than the person saw when typing.
    Compensate(Vec<Differing>),
    /// Stores again what the mapping lost.
    Reapply,
    /// Writes edits to the file.
    WriteBack,
    /// Maps anew.
    Remap {
        /// How.
        shape: Shape,
        /// What becomes of the edits.
        choice: Option<UnsavedChoice>,
    },
    /// msync.
    Flush,
    /// Gives private copies back.
    Discard,
    /// Stores through a witness, which is another mapping than the view's, or the file.
    Witness(WitnessStore),
    /// Gives back the private copies of pages that hold nothing of the person's any more.
    GiveBack,
    /// Allows writing to a block device.
    AllowWriting,
    /// Reads what is on the screen in another way.
    ReadBy,
    /// Looks for a difference between the view and the file.
    Find {
        /// Where the cursor was.
        from: u64,
        /// Which one.
        heading: Heading,
        /// It takes so long that it is said.
        is_slow: bool,
    },
}

/// Bytes that are to be stored through a witness of this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessStore {
    /// Which witness.
    pub id: WitnessId,
    /// File offset.
    pub offset: u64,
    /// What to store.
    pub bytes: Vec<u8>,
    /// What must stand there now; `None` for whatever.
    pub expect: Option<Vec<u8>>,
    /// It writes back what stood there before this entry of *What happened*.
    pub puts_back: Option<u64>,
}

/// A file that is read to be pasted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FilePaste {
    pub(super) number: OrderId,
    pub(super) path: std::path::PathBuf,
    pub(super) view: ViewId,
    pub(super) target: Target,
    /// Where it goes, and what there is room for: the selection, or all from the cursor on.
    pub(super) room: Span,
    /// Where the cursor was.
    pub(super) cursor: u64,
}

/// A paste that is on its way, and what is to be said of it once it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SentPaste {
    pub(super) view: ViewId,
    pub(super) span: Span,
    pub(super) words: String,
}

/// An order to a process to store bytes.
pub(super) struct StoreBy {
    pub(super) number: OrderId,
    pub(super) target: Target,
    pub(super) offset: u64,
    pub(super) bytes: Vec<u8>,
    pub(super) over: StoreOver,
    /// It writes back what stood there before this entry of *What happened*.
    pub(super) puts_back: Option<u64>,
}

/// What a process may store over.
pub(super) enum StoreOver {
    /// Whatever stands there.
    Whatever,
    /// These bytes, and nothing else.
    Only(Vec<u8>),
    /// A mapping that is read-only: the store ends the process.
    ReadOnly,
}

/// Something that waits until what is under way is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// What the person typed, pasted or filled.
    Store {
        /// File offset.
        offset: u64,
        /// The bytes.
        bytes: Vec<u8>,
        /// What was drawn there.
        seen: Drawn,
    },
    /// Undo was pressed.
    Undo,
    /// Redo was pressed.
    Redo,
    /// This one edit is to be taken back.
    UndoOne(u64),
    /// The lost edits are to be stored again, through the mapping in this mode: what is asked of a private one must not
    /// reach the file because the view is shared by then. Those in these spans alone, where some are named.
    Reapply(Mode, Option<Vec<Span>>),
    /// The private changes are to be written.
    WriteBack,
    /// Private copies are to be given back; `None` for all that the mapping has then.
    Discard(Option<Span>),
    /// The file is to be mapped anew, otherwise than it is then.
    Remap {
        /// What is to be otherwise.
        change: Change,
        /// What becomes of the edits.
        choice: Option<UnsavedChoice>,
    },
    /// Bytes are to be stored through a witness: of the mapping that the view had when it was asked for, as another one
    /// has other witnesses.
    Witness(Target, WitnessStore),
}

impl Waiting {
    /// What a message about it is about.
    pub(super) fn subject(&self) -> Subject {
        match self {
            Self::Store { .. } | Self::Witness(..) => Subject::Edit,
            Self::Undo | Self::Redo | Self::UndoOne(_) => Subject::Undo,
            Self::Reapply(..) => Subject::Reapply,
            Self::WriteBack => Subject::Write,
            Self::Discard(_) => Subject::Discard,
            Self::Remap { .. } => Subject::Map,
        }
    }

    fn is_store(&self) -> bool {
        matches!(self, Self::Store { .. } | Self::Witness(..))
    }
}

/// What a full queue did not take, and nobody would ask for again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Later {
    /// Give back the private copies of these pages, as far as they still hold nothing of the person's.
    GiveBack(Target, Vec<Span>),
    /// Drop the mapping of a view that is closed.
    DropView(Target),
}

/// What is under way on one mapping, and what waits for it.
#[derive(Clone, Debug, Default)]
pub struct Pending {
    operations: Vec<Operation>,
    waiting: VecDeque<Waiting>,
    /// What was typed while the file was being mapped anew, and refused, as hex digits.
    refused: String,
}

/// How many hex digits of what was refused are shown.
const MOST_REFUSED: usize = 64;

impl Pending {
    /// What is under way, in the order it was sent.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// What waits for it.
    pub fn waiting(&self) -> impl Iterator<Item = &Waiting> {
        self.waiting.iter()
    }

    /// Nothing is under way and nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty() && self.waiting.is_empty()
    }

    /// Nothing is under way, and nothing waits, that closing or mapping otherwise has to wait for: of the rest nothing is
    /// lost with the mapping.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let goes_along = |operation: &Operation| {
            matches!(
                operation.what,
                Under::GiveBack | Under::AllowWriting | Under::ReadBy | Under::Find { .. }
            )
        };
        self.waiting.is_empty() && self.operations.iter().all(goes_along)
    }

    /// Bytes that the person changed and whose stores are not answered.
    #[must_use]
    pub fn edit_bytes(&self) -> u64 {
        let under_way = self
            .operations
            .iter()
            .map(|operation| match &operation.what {
                Under::Store { span, .. } => span.len(),
                _ => 0,
            });
        let waiting = self.waiting.iter().map(|waiting| match waiting {
            Waiting::Store { bytes, .. } => bytes.len() as u64,
            _ => 0,
        });
        under_way.chain(waiting).sum()
    }

    /// Where stores are that are not answered, and the first bytes of each: at most [`FIRST_BYTES`].
    pub fn first_bytes(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let under_way = self.operations.iter().filter_map(|it| match &it.what {
            Under::Store { span, first, .. } => Some((span.start(), &first[..])),
            _ => None,
        });
        let waiting = self.waiting.iter().filter_map(|waiting| match waiting {
            Waiting::Store { offset, bytes, .. } => {
                Some((*offset, &bytes[..bytes.len().min(FIRST_BYTES)]))
            }
            _ => None,
        });
        under_way.chain(waiting)
    }

    /// The file is being mapped anew, or is to be as soon as what is under way is answered.
    #[must_use]
    pub fn remaps(&self) -> bool {
        let under_way = self
            .operations
            .iter()
            .any(|operation| matches!(operation.what, Under::Remap { .. }));
        under_way
            || self
                .waiting
                .iter()
                .any(|waiting| matches!(waiting, Waiting::Remap { .. }))
    }

    /// What a mapping that is `now` so comes to, with all that the person asked for so far.
    pub(super) fn wished(&self, now: Shape) -> Shape {
        let mut operations = self.operations.iter().rev();
        let under_way = operations.find_map(|operation| match operation.what {
            Under::Remap { shape, .. } => Some(shape),
            _ => None,
        });
        self.waiting
            .iter()
            .filter_map(|waiting| match waiting {
                Waiting::Remap { change, .. } => Some(*change),
                _ => None,
            })
            .fold(under_way.unwrap_or(now), Shape::after)
    }

    /// What was to change how the file is mapped does not any more: it was asked for in the belief that an earlier change
    /// would come about. Whether there was any.
    pub(super) fn forget_remaps(&mut self) -> bool {
        let n_before = self.waiting.len();
        self.waiting
            .retain(|waiting| !matches!(waiting, Waiting::Remap { .. }));
        self.waiting.len() < n_before
    }

    /// Edits are being written to the file, or are to be.
    #[must_use]
    pub fn writes_back(&self) -> bool {
        let under_way = self
            .operations
            .iter()
            .any(|operation| operation.what == Under::WriteBack);
        under_way || self.waiting.contains(&Waiting::WriteBack)
    }

    /// Something changes bytes, or is to.
    #[must_use]
    pub fn changes(&self) -> bool {
        let under_way = self
            .operations
            .iter()
            .any(|operation| match operation.what {
                Under::Remap { .. }
                | Under::Flush
                | Under::Discard
                | Under::GiveBack
                | Under::AllowWriting
                | Under::ReadBy
                | Under::Find { .. } => false,
                Under::Store { .. }
                | Under::Compensate(_)
                | Under::Reapply
                | Under::WriteBack
                | Under::Witness(_) => true,
            });
        under_way
            || self
                .waiting
                .iter()
                .any(|waiting| !matches!(waiting, Waiting::Remap { .. } | Waiting::Discard(_)))
    }

    /// Something is to be stored through the view itself, and is not answered or waits.
    #[must_use]
    pub(super) fn stores_by_view(&self) -> bool {
        let mut under_way = self.operations.iter().map(|it| &it.what);
        let stores = |what: &Under| {
            matches!(
                what,
                Under::Store { .. } | Under::Compensate(_) | Under::Reapply
            )
        };
        let mut waiting = self.waiting.iter();
        under_way.any(stores) || waiting.any(|it| matches!(it, Waiting::Store { .. }))
    }

    /// What is to be stored through witnesses, and is not answered or waits.
    pub fn witness_stores(&self) -> impl Iterator<Item = &WitnessStore> {
        let under_way = self.operations.iter().filter_map(|it| match &it.what {
            Under::Witness(store) => Some(store),
            _ => None,
        });
        let waiting = self.waiting.iter().filter_map(|waiting| match waiting {
            Waiting::Witness(_, store) => Some(store),
            _ => None,
        });
        under_way.chain(waiting)
    }

    /// What was typed was refused as the file is being mapped anew: all of it so far, so that it can be said at once.
    pub(super) fn refuse(&mut self, digits: &str) -> &str {
        if self.refused.len() + digits.len() <= MOST_REFUSED {
            self.refused.push_str(digits);
        } else if !self.refused.ends_with('\u{2026}') {
            self.refused.push('\u{2026}');
        }
        &self.refused
    }

    /// Something was refused that the person may not have seen yet.
    pub(super) fn has_refused(&self) -> bool {
        !self.refused.is_empty()
    }

    /// The file is mapped anew: what was refused meanwhile.
    pub(super) fn take_refused(&mut self) -> Option<String> {
        Some(std::mem::take(&mut self.refused)).filter(|refused| !refused.is_empty())
    }

    /// Stores under way that touch `span`.
    pub(super) fn stores_in(&self, span: Span) -> bool {
        self.operations
            .iter()
            .any(|operation| match &operation.what {
                Under::Store { span: store, .. } => {
                    store.intersect(span).is_some_and(|both| !both.is_empty())
                }
                Under::Compensate(_) | Under::Reapply => true,
                _ => false,
            })
    }

    /// An order was sent.
    pub(super) fn begin(&mut self, number: OrderId, what: Under) {
        self.operations.push(Operation { number, what });
    }

    /// An order was answered; `None` where it was answered before.
    pub(super) fn end(&mut self, number: OrderId) -> Option<Under> {
        let at = self
            .operations
            .iter()
            .position(|operation| operation.number == number)?;
        Some(self.operations.remove(at).what)
    }

    /// The search for a difference that is under way, and whether it takes so long that it is said.
    #[must_use]
    pub fn search(&self) -> Option<(OrderId, bool)> {
        let mut operations = self.operations.iter();
        operations.find_map(|operation| match operation.what {
            Under::Find { is_slow, .. } => Some((operation.number, is_slow)),
            _ => None,
        })
    }

    /// No search is waited for any more: the numbers of those that were.
    pub(super) fn end_searches(&mut self) -> Vec<OrderId> {
        let is_search = |operation: &mut Operation| matches!(operation.what, Under::Find { .. });
        let ended = self.operations.extract_if(.., is_search);
        ended.map(|operation| operation.number).collect()
    }

    /// The search with this number takes long.
    pub(super) fn mark_slow(&mut self, number: OrderId) {
        for operation in &mut self.operations {
            if let Under::Find { is_slow, .. } = &mut operation.what
                && operation.number == number
            {
                *is_slow = true;
            }
        }
    }

    /// Whether it can be sent at once. A store may follow others; everything else needs to know how they went.
    pub(super) fn may_begin(&self, wish: &Waiting) -> bool {
        self.waiting.is_empty() && self.is_free_for(wish)
    }

    fn is_free_for(&self, wish: &Waiting) -> bool {
        self.operations
            .iter()
            .all(|operation| match operation.what {
                Under::Remap { .. } => false,
                // the worker takes orders in turn, and nothing follows from how these went
                Under::Flush
                | Under::GiveBack
                | Under::AllowWriting
                | Under::ReadBy
                | Under::Find { .. } => true,
                _ => wish.is_store(),
            })
    }

    /// It waits. Returns it where too much waits already.
    pub(super) fn wait(&mut self, wish: Waiting) -> Result<(), Waiting> {
        if self.waiting.len() >= MOST_WAITING {
            return Err(wish);
        }
        self.waiting.push_back(wish);
        Ok(())
    }

    /// The next that waits, once it can be sent.
    pub(super) fn next(&mut self) -> Option<Waiting> {
        let is_free = self.is_free_for(self.waiting.front()?);
        is_free.then(|| self.waiting.pop_front())?
    }
}
