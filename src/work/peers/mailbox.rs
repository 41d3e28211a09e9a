//! What the pool's thread is told, and how it sleeps until there is something to do.
//!
//! It owns the bounded list of orders. It must not know processes. What changes the state of a file stands in the list
//! once for each file, the latest, and so always finds room; so does the end of a process, of which nothing but its
//! mapping's name is kept.

use std::collections::VecDeque;
use std::mem::discriminant;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::ORDERS_WAITING;
use crate::model::identity::DocId;
use crate::model::process::PeerOrder;
use crate::work::store_log::StoreLog;

/// The list, for both sides.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    slot: Mutex<Slot>,
    news: Condvar,
}

#[derive(Debug, Default)]
struct Slot {
    orders: VecDeque<PeerOrder>,
    /// How many of them may be refused for want of room.
    bounded: usize,
    /// What stores of a file are written down with, by files, the latest.
    logs: Vec<(DocId, StoreLog)>,
    /// A process said something.
    woken: bool,
    stop: bool,
}

/// What there is to do.
pub(super) struct Taken {
    pub(super) orders: VecDeque<PeerOrder>,
    /// To be known before the orders are obeyed.
    pub(super) logs: Vec<(DocId, StoreLog)>,
    pub(super) stop: bool,
}

/// Which file's state the order changes.
fn state_of(order: &PeerOrder) -> Option<DocId> {
    match order {
        PeerOrder::File { doc, .. }
        | PeerOrder::Grow { doc, .. }
        | PeerOrder::Watch { doc, .. }
        | PeerOrder::Close { doc } => Some(*doc),
        PeerOrder::Start { .. }
        | PeerOrder::Fork { .. }
        | PeerOrder::Store { .. }
        | PeerOrder::StoreAnyway { .. }
        | PeerOrder::Facts { .. }
        | PeerOrder::Signal { .. }
        | PeerOrder::End { .. } => None,
    }
}

impl Mailbox {
    /// Takes an order, or gives it back.
    pub(super) fn put(&self, order: PeerOrder) -> Result<(), PeerOrder> {
        let mut slot = self.slot();
        if slot.stop {
            return Err(order);
        }
        if let Some(doc) = state_of(&order) {
            // In the place of the one before: what was told in between wants the file as it is by now, or longer.
            let same = |before: &&mut PeerOrder| {
                discriminant(*before) == discriminant(&order) && state_of(before) == Some(doc)
            };
            match slot.orders.iter_mut().find(same) {
                Some(before) => *before = order,
                None => slot.orders.push_back(order),
            }
        } else if matches!(order, PeerOrder::End { .. }) {
            // There are no more than there were processes. Lost, the process would run on with nobody to end it.
            slot.orders.push_back(order);
        } else if slot.bounded >= ORDERS_WAITING {
            return Err(order);
        } else {
            slot.bounded += 1;
            slot.orders.push_back(order);
        }
        drop(slot);
        self.news.notify_one();
        Ok(())
    }

    /// Stores of this file are written down so from now on.
    pub(super) fn keep(&self, doc: DocId, log: StoreLog) {
        let mut slot = self.slot();
        slot.logs.retain(|(known, _)| *known != doc);
        slot.logs.push((doc, log));
    }

    /// There is something to hear of a process.
    pub(super) fn wake(&self) {
        self.slot().woken = true;
        self.news.notify_one();
    }

    /// The thread is to end; no order is taken any more.
    pub(super) fn stop(&self) {
        self.slot().stop = true;
        self.news.notify_one();
    }

    /// All that there is, as soon as there is anything or it is `until`; `None` sleeps until then, however long.
    pub(super) fn take(&self, until: Option<Instant>) -> Taken {
        let mut slot = self.slot();
        while slot.orders.is_empty() && !slot.woken && !slot.stop {
            slot = match until {
                None => self.news.wait(slot).unwrap_or_else(PoisonError::into_inner),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        break;
                    }
                    let waited = self.news.wait_timeout(slot, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        slot.woken = false;
        slot.bounded = 0;
        Taken {
            orders: std::mem::take(&mut slot.orders),
            logs: std::mem::take(&mut slot.logs),
            stop: slot.stop,
        }
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
