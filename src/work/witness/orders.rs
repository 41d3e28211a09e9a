//! What the thread of a peer is told to do, and how it waits for that.
//!
//! It owns the one slot for each kind of order, where the latest counts, and the bounded list of stores. It must not
//! know peers.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::bytes::span::Span;
use crate::work::witness::WitnessTarget;

/// How many stores may wait.
const STORES_WAITING: usize = 64;

/// Bytes to be stored by a peer.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) offset: u64,
    pub(super) bytes: Vec<u8>,
}

/// The orders, for both sides.
#[derive(Debug, Default)]
pub(super) struct Orders {
    slot: Mutex<Slot>,
    news: Condvar,
}

#[derive(Debug, Default)]
struct Slot {
    target: Option<Arc<WitnessTarget>>,
    /// Counts the calls that set `target`.
    generation: u64,
    watch: Option<Span>,
    stores: VecDeque<Store>,
    /// Whether anything here was not seen yet.
    changed: bool,
    stop: bool,
}

/// The orders as they stand.
pub(super) struct Taken {
    pub(super) target: Option<Arc<WitnessTarget>>,
    pub(super) generation: u64,
    pub(super) watch: Option<Span>,
    pub(super) stores: VecDeque<Store>,
}

impl Orders {
    pub(super) fn attach(&self, target: Option<Arc<WitnessTarget>>) {
        self.change(|slot| {
            slot.target = target;
            slot.generation += 1;
        });
    }

    pub(super) fn watch(&self, span: Option<Span>) {
        self.change(|slot| slot.watch = span);
    }

    /// Whether it was taken.
    pub(super) fn store(&self, store: Store) -> bool {
        let mut taken = false;
        self.change(|slot| {
            taken = slot.stores.len() < STORES_WAITING;
            if taken {
                slot.stores.push_back(store);
            }
        });
        taken
    }

    pub(super) fn stop(&self) {
        self.change(|slot| slot.stop = true);
    }

    /// Something happened to the peer: look at it.
    pub(super) fn nudge(&self) {
        self.change(|_| ());
    }

    /// Whether the thread is to end. Never waits.
    pub(super) fn stopped(&self) -> bool {
        self.slot().stop
    }

    /// The orders, as soon as there are new ones or it is `until`; `None` if the thread is to end.
    pub(super) fn take(&self, until: Option<Instant>) -> Option<Taken> {
        let mut slot = self.slot();
        while !slot.changed && !slot.stop {
            slot = match until {
                None => self.news.wait(slot).unwrap_or_else(PoisonError::into_inner),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        break;
                    }
                    let (slot, _) = self
                        .news
                        .wait_timeout(slot, left)
                        .unwrap_or_else(PoisonError::into_inner);
                    slot
                }
            };
        }
        if slot.stop {
            return None;
        }
        slot.changed = false;
        Some(Taken {
            target: slot.target.clone(),
            generation: slot.generation,
            watch: slot.watch,
            stores: std::mem::take(&mut slot.stores),
        })
    }

    fn change(&self, by: impl FnOnce(&mut Slot)) {
        let mut slot = self.slot();
        by(&mut slot);
        slot.changed = true;
        drop(slot);
        self.news.notify_one();
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
