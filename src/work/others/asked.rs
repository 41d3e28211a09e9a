//! What the watcher of others and its threads say to each other: the order, what was said last, about whom the kernel does not
//! come back.
//!
//! It owns which thread looks, and which ones were left behind. It must not know how one looks.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::OthersWish;
use crate::bytes::Span;
use crate::map::{OtherProcess, Others};
use crate::model::others::OthersNews;
use crate::os::thread::cpu_time;

/// What all threads of one watcher have in common.
#[derive(Debug, Default)]
pub(super) struct Asked {
    slot: Mutex<Slot>,
    news: Condvar,
}

#[derive(Debug, Default)]
struct Slot {
    wish: Option<OthersWish>,
    is_new: bool,
    stop: bool,
    said: Option<OthersNews>,
    /// The processes about which a thread waits for the kernel, as they were said last, where they had the file.
    silent: BTreeMap<u32, Option<OtherProcess>>,
}

/// What a thread does next.
pub(super) enum Turn {
    Stop,
    Rest,
    Watch { wish: OthersWish, is_new: bool },
}

/// One thread that looks, as others see it.
#[derive(Debug)]
pub(super) struct Looker {
    start: Instant,
    /// At whom it looks, and since when: milliseconds of `start` above, the number below, which is 0 where it lists the
    /// processes. All ones: it does not look.
    at: AtomicU64,
    /// The process that it was left behind with; 0 while it is not.
    waits_for: AtomicU32,
}

/// It does not look.
const AT_REST: u64 = u64::MAX;

impl Looker {
    pub(super) fn new() -> Self {
        Self {
            start: Instant::now(),
            at: AtomicU64::new(AT_REST),
            waits_for: AtomicU32::new(0),
        }
    }

    fn is_left_behind(&self) -> bool {
        self.waited_for().is_some()
    }

    /// The process with which it was left behind.
    pub(super) fn waited_for(&self) -> Option<u32> {
        let pid = self.waits_for.load(Ordering::Relaxed);
        (pid != 0).then_some(pid)
    }

    fn is_at(&self, pid: u32) {
        let millis = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(0);
        let at = (millis & 0x7fff_ffff) << 32 | u64::from(pid);
        self.at.store(at, Ordering::Relaxed);
    }

    /// At whom it looks, and for how long already.
    pub(super) fn looks_at(&self) -> Option<(u32, Duration)> {
        let at = self.at.load(Ordering::Relaxed);
        if at == AT_REST {
            return None;
        }
        let now = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(0);
        let millis = now.wrapping_sub(at >> 32) & 0x7fff_ffff;
        let pid = u32::try_from(at & 0xffff_ffff).unwrap_or(0);
        Some((pid, Duration::from_millis(millis)))
    }

    /// Does what may not come back; returns the processor's time that it took as well, which is what it may cost.
    pub(super) fn busy<T>(&self, look: impl FnOnce() -> T) -> (T, Duration) {
        let begin = (Instant::now(), cpu_time());
        self.is_at(0);
        let result = look();
        self.at.store(AT_REST, Ordering::Relaxed);
        let took = match (begin.1, cpu_time()) {
            (Some(before), Some(after)) => after.saturating_sub(before),
            _ => begin.0.elapsed(),
        };
        (result, took)
    }

    /// It is about to look at this process. Whether it may: not once it was left behind, nor at one that another thread
    /// waits for already.
    pub(super) fn asks(&self, pid: u32, asked: &Asked) -> bool {
        let may = !self.is_left_behind() && !asked.slot().silent.contains_key(&pid);
        if may {
            self.is_at(pid);
        }
        may
    }
}

impl Asked {
    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn wish(&self, wish: Option<OthersWish>) {
        let mut slot = self.slot();
        slot.wish = wish;
        slot.is_new = true;
        self.news.notify_all();
    }

    pub(super) fn stop(&self) {
        self.slot().stop = true;
        self.news.notify_all();
    }

    /// Waits for an order, or until `due` while something is watched.
    pub(super) fn next(&self, looker: &Looker, due: Option<Instant>) -> Turn {
        let mut slot = self.slot();
        loop {
            if slot.stop || looker.is_left_behind() {
                return Turn::Stop;
            }
            let is_new = std::mem::take(&mut slot.is_new);
            let now = Instant::now();
            let due = due.unwrap_or(now);
            slot = match slot.wish {
                None if is_new => {
                    slot.said = None;
                    return Turn::Rest;
                }
                Some(wish) if is_new || now >= due => {
                    if is_new {
                        slot.said = None;
                    }
                    return Turn::Watch { wish, is_new };
                }
                None => self.news.wait(slot).unwrap_or_else(PoisonError::into_inner),
                Some(_) => {
                    let waited = self.news.wait_timeout(slot, due - now);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// Remembers what is to be said, unless that is what was said before, or the thread was left behind: then `None`. Else
    /// whether it is the first that is said since the order.
    pub(super) fn say(&self, looker: &Looker, news: &OthersNews) -> Option<bool> {
        let mut slot = self.slot();
        let is_same = match (&slot.said, news) {
            (Some(OthersNews::Seen(said)), OthersNews::Seen(seen)) => {
                said.span == seen.span && said.found.is_shown_as(&seen.found)
            }
            (said, news) => said.as_ref() == Some(news),
        };
        if is_same || looker.is_left_behind() {
            return None;
        }
        Some(slot.said.replace(news.clone()).is_none())
    }

    /// From now on this thread alone waits for the kernel about this process, and does nothing else any more.
    pub(super) fn leave_behind(&self, looker: &Looker, pid: u32) {
        let mut slot = self.slot();
        let row = match &slot.said {
            Some(OthersNews::Seen(seen)) => {
                let mut rows = seen.found.processes.iter();
                rows.find(|process| process.pid == pid).cloned()
            }
            _ => None,
        };
        slot.silent.insert(pid, row.map(OtherProcess::silenced));
        looker.waits_for.store(pid, Ordering::Relaxed);
        self.news.notify_all();
    }

    /// The kernel came back about it.
    pub(super) fn answered(&self, pid: u32) {
        self.slot().silent.remove(&pid);
    }

    /// About how many processes the kernel does not come back.
    pub(super) fn n_silent(&self) -> usize {
        self.slot().silent.len()
    }

    /// Adds those to what was found about `span`.
    pub(super) fn add_silent(&self, found: &mut Others, span: Span) {
        for (pid, row) in &self.slot().silent {
            found.silent.push(*pid);
            let Some(mut row) = row.clone() else {
                continue;
            };
            row.mappings.retain(|it| it.span.intersect(span).is_some());
            if !row.mappings.is_empty() || row.n_open > 0 {
                found.processes.push(row);
            }
        }
        found.processes.sort_by_key(|process| process.pid);
    }
}
