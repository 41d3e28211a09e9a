//! Races over shared memory, futexes and mutexes.
//!
//! It owns the start line, and who counts what. It must not know how a word is loaded or stored.

use std::cell::Cell;
use std::io;
use std::sync::atomic::{Ordering, fence};
use std::thread;
use std::time::{Duration, Instant};

use super::memory::shown;
use super::{Calls, Executor, Result, refused, timed};
use crate::map::CallResult;
use crate::peer::calls::{FutexCall, Lane, MutexCall, Outcome, RaceCall, Raced};
use crate::peer::raw;

/// The most rounds of one race.
const MAX_ROUNDS: u64 = 1_000_000_000;

/// How long a racer waits for another that does not come.
const PATIENCE: Duration = Duration::from_secs(4);

/// How often is looked before the clock is, and others are let run.
const LOOKS: u32 = 20_000;

/// The same, where two wait for each other all the time.
const FEW_LOOKS: u32 = 200;

/// The longest wait for a futex or a mutex, in milliseconds.
const MAX_WAIT: u64 = 10_000;

/// How long a race takes in which one waits for the other in every round: where others want the processors too, each round
/// can take as long as these are given to them.
const TURNS: Duration = Duration::from_millis(500);

/// How many delays there are of the one that begins: from none to longer than a word takes to another processor.
const DELAYS: u64 = 400;

/// What stands in place of a round's number when there is none any more.
const OVER: u64 = u64::MAX;

/// Bytes that a start line takes; a cache line, and one for the mark of the end.
const LINE: usize = 128;

/// Bytes from one word to the next that shall lie on another pair of cache lines.
const APART: usize = 128;

/// What a futex is asked with for one process alone.
const PRIVATE: i32 = 128;

/// Another racer did not come, or ended.
struct Alone;

/// Waits until `holds`.
fn until(holds: impl Fn() -> bool) -> Result<(), Alone> {
    until_within(LOOKS, holds)
}

/// The same, with so many looks before others are let run.
fn until_within(looks: u32, holds: impl Fn() -> bool) -> Result<(), Alone> {
    let start = Instant::now();
    loop {
        for _ in 0..looks {
            if holds() {
                return Ok(());
            }
            std::hint::spin_loop();
        }
        if start.elapsed() > PATIENCE {
            return Err(Alone);
        }
        thread::yield_now();
    }
}

impl Executor {
    pub(super) fn race(&self, call: &RaceCall, calls: &mut Calls) -> Result {
        let place = self.place(&call.map)?;
        let (at, room) = match call.lane {
            Lane::Add { at, .. } => (at, size_of::<u64>()),
            Lane::WriteWords { at, .. } | Lane::ReadWords { at, .. } => (at, 192),
            Lane::StoreThenLoad { at, .. } => (at, 5 * APART),
        };
        let (line, words) = (place.inside(call.line, LINE)?, place.inside(at, room)?);
        if line % 64 != 0 || words % 64 != 0 {
            return refused("What is raced over must lie at multiples of 64 bytes");
        }
        if call.rounds > MAX_ROUNDS {
            return refused(format!(
                "{} rounds take too long; at most {MAX_ROUNDS} can be asked for",
                call.rounds
            ));
        }
        let (raced, nanoseconds) = timed(|| {
            let race = start(line, call.racers)?;
            self.run_lane(call, (line + LINE / 2, race), words)
        });
        let Ok(raced) = raced else {
            return refused("The other processes of the race did not come");
        };
        calls.list(words_of(call, words, &raced), nanoseconds);
        Ok(Outcome::Raced(raced))
    }

    /// `end`: where the end of a race is marked, and with which number.
    fn run_lane(&self, call: &RaceCall, end: (usize, u64), words: usize) -> Result<Raced, Alone> {
        let rounds = call.rounds;
        match call.lane {
            Lane::Add { atomic, .. } => {
                for _ in 0..rounds {
                    if self.skips_stores {
                    } else if atomic {
                        raw::add_word(words, 1);
                    } else {
                        raw::store_word(words, raw::load_word(words).wrapping_add(1));
                    }
                }
                Ok(Raced {
                    rounds,
                    ..Raced::default()
                })
            }
            Lane::WriteWords { counted, .. } => write_words(end, words, counted),
            Lane::ReadWords { counted, .. } => {
                let raced = read_words(words, rounds, counted);
                raw::release_word(end.0, end.1);
                raced
            }
            Lane::StoreThenLoad { first, fence, .. } => {
                store_then_load(words, rounds, first, fence)
            }
        }
    }

    pub(super) fn futex(&self, call: &FutexCall, calls: &mut Calls) -> Result {
        let (FutexCall::Wait {
            map, at, private, ..
        }
        | FutexCall::Wake {
            map, at, private, ..
        }) = call;
        let address = self.place(map)?.inside(*at, 4)?;
        let (flags, suffix) = if *private {
            (PRIVATE, "_PRIVATE")
        } else {
            (0, "")
        };
        match call {
            FutexCall::Wait {
                value,
                milliseconds,
                ..
            } => {
                let limit = wait_of(*milliseconds)?;
                let args = format!(
                    "{}, FUTEX_WAIT{suffix}, {value}, {{tv_sec={}, tv_nsec={}}}",
                    shown(address),
                    limit.as_secs(),
                    limit.subsec_nanos()
                );
                calls.run_plain("futex", args, || {
                    raw::futex_wait(address, flags, *value, limit)
                })?;
                Ok(Outcome::Done)
            }
            FutexCall::Wake {
                count,
                milliseconds,
                ..
            } => {
                let limit = wait_of(*milliseconds)?;
                let args = format!("{}, FUTEX_WAKE{suffix}, {count}", shown(address));
                let wake = || raw::futex_wake(address, flags, *count);
                let value = u64::from(wake_within(limit, &args, wake, calls)?);
                Ok(Outcome::Number { value })
            }
        }
    }

    /// The calls are listed as C has them: of a system call there is only one where a process waits.
    pub(super) fn mutex(&self, call: &MutexCall, calls: &mut Calls) -> Result {
        let (MutexCall::Init { map, at, .. }
        | MutexCall::Lock { map, at, .. }
        | MutexCall::Consistent { map, at }
        | MutexCall::Unlock { map, at }) = call;
        let address = self.place(map)?.inside(*at, 64)?;
        if address % 8 != 0 || !raw::MUTEX_FITS {
            return refused("A mutex must lie at a multiple of 8 bytes and have room there");
        }
        let place = shown(address);
        match call {
            MutexCall::Init { robust, .. } => {
                let kind = if *robust { ", robust" } else { "" };
                let args = format!("{place}, shared{kind}");
                calls.run_plain("pthread_mutex_init", args, || {
                    raw::mutex_init(address, *robust)
                })?;
            }
            MutexCall::Lock { milliseconds, .. } => {
                let limit = wait_of(*milliseconds)?;
                let args = format!("{place}, {milliseconds} ms");
                calls.run_plain("pthread_mutex_timedlock", args, || {
                    raw::mutex_lock(address, limit)
                })?;
            }
            MutexCall::Consistent { .. } => {
                calls.run_plain("pthread_mutex_consistent", place, || {
                    raw::mutex_consistent(address)
                })?;
            }
            MutexCall::Unlock { .. } => {
                calls.run_plain("pthread_mutex_unlock", place, || raw::mutex_unlock(address))?;
            }
        }
        Ok(Outcome::Done)
    }
}

/// Wakes until somebody woke, and at most so long. The first of the calls is listed, the last one, and how many there were
/// in between.
fn wake_within(
    limit: Duration,
    args: &str,
    wake: impl Fn() -> io::Result<u32>,
    calls: &mut Calls,
) -> io::Result<u32> {
    let begin = Instant::now();
    let mut times = 0_u64;
    loop {
        let mut made = Calls::default();
        let woken = made.run(
            "futex",
            |_| args.to_owned(),
            &wake,
            |&woken| CallResult::Ok(i128::from(woken)),
        );
        let is_last = woken.as_ref().map_or(true, |woken| *woken > 0) || begin.elapsed() >= limit;
        if is_last && times > 1 {
            calls.list(format!("futex(...): {} more of them", times - 1), 0);
        }
        if is_last || times == 0 {
            calls.0.append(&mut made.0);
        }
        if is_last {
            return woken;
        }
        times += 1;
        thread::yield_now();
    }
}

fn wait_of(milliseconds: u64) -> Result<Duration> {
    if milliseconds > MAX_WAIT {
        return refused(format!(
            "{milliseconds} ms are too long to wait; at most {MAX_WAIT} can be asked for"
        ));
    }
    Ok(Duration::from_millis(milliseconds))
}

/// A race as it is listed.
fn words_of(call: &RaceCall, words: usize, raced: &Raced) -> String {
    let rounds = raced.rounds;
    match call.lane {
        Lane::Add { atomic: true, .. } => format!("atomic_add({words:#x}, 1), {rounds} times"),
        Lane::Add { .. } => {
            format!("store({words:#x}, load({words:#x}, 8) + 1), {rounds} times")
        }
        Lane::WriteWords { .. } => {
            format!("store({words:#x}, all zeros or all ones), {rounds} times")
        }
        Lane::ReadWords { .. } => format!("load({words:#x}, 8 and 8 bytes), {rounds} times"),
        Lane::StoreThenLoad { first, fence, .. } => {
            let (own, other) = own_and_other(words, first);
            let fence = if fence { " fence()" } else { "" };
            format!("store({own:#x}, 1){fence} load({other:#x}, 8), {rounds} times")
        }
    }
}

/// Waits at the start line until all racers of this race stand there. A number that is this race's own.
fn start(line: usize, racers: u32) -> Result<u64, Alone> {
    let racers = u64::from(racers.max(1));
    let own = raw::add_word(line, 1) + 1;
    let all = own.div_ceil(racers) * racers;
    until(|| raw::acquire_word(line) >= all)?;
    Ok(all)
}

/// The word across the end of a cache line, and the counter, as offsets from the pair.
const ACROSS: usize = 60;
const COUNTER: usize = 128;

fn write_words(end: (usize, u64), words: usize, counted: bool) -> Result<Raced, Alone> {
    let begin = Instant::now();
    let mut rounds = 0_u64;
    // Until the reader has done its rounds.
    while raw::acquire_word(end.0) < end.1 {
        let word = if rounds.is_multiple_of(2) {
            u64::MAX
        } else {
            0
        };
        if counted {
            raw::add_word(words + COUNTER, 1);
        }
        raw::store_word(words, word);
        raw::store_word(words + 8, word);
        raw::store_word(words + ACROSS, word);
        if counted {
            raw::add_word(words + COUNTER, 1);
        }
        rounds += 1;
        if rounds.is_multiple_of(u64::from(LOOKS)) && begin.elapsed() > 5 * PATIENCE {
            return Err(Alone);
        }
    }
    Ok(Raced {
        rounds,
        ..Raced::default()
    })
}

/// The words at one moment: first and second of the pair, and the one across.
fn look(words: usize) -> [u64; 3] {
    [0, 8, ACROSS].map(|at| raw::load_word(words + at))
}

/// The same, of a moment when nobody stored; asked again until there is one.
fn look_counted(words: usize) -> Result<[u64; 3], Alone> {
    let seen = Cell::new([0; 3]);
    until(|| {
        let count = raw::acquire_word(words + COUNTER);
        seen.set(look(words));
        fence(Ordering::SeqCst);
        count.is_multiple_of(2) && raw::acquire_word(words + COUNTER) == count
    })?;
    Ok(seen.get())
}

fn read_words(words: usize, rounds: u64, counted: bool) -> Result<Raced, Alone> {
    let mut raced = Raced::default();
    let is_torn = |word: u64| word != 0 && word != u64::MAX;
    let start = Instant::now();
    for round in 0..rounds {
        // Without a counter nobody waits, and the clock would take longer than a look.
        let is_due = counted || round.is_multiple_of(u64::from(LOOKS));
        if is_due && start.elapsed() > TURNS {
            break;
        }
        let [first, second, across] = if counted {
            look_counted(words)?
        } else {
            look(words)
        };
        raced.rounds += 1;
        raced.torn_words += u64::from(is_torn(first));
        raced.torn_pairs += u64::from(first != second);
        raced.torn_across_lines += u64::from(is_torn(across));
    }
    Ok(raced)
}

/// The places of store buffering: both words, what each side saw, and how far each is.
fn own_and_other(words: usize, first: bool) -> (usize, usize) {
    let (left, right) = (words, words + APART);
    if first { (left, right) } else { (right, left) }
}

fn store_then_load(words: usize, rounds: u64, first: bool, fenced: bool) -> Result<Raced, Alone> {
    let (own, other) = own_and_other(words, first);
    let cell = |index: usize| words + index * APART;
    // What the second one saw, which round may begin, and which one the second has done.
    let (seen, begin, done) = (cell(2), cell(3), cell(4));
    let mut raced = Raced::default();
    let start = Instant::now();
    for round in 1..=rounds {
        if first && start.elapsed() > TURNS {
            break;
        }
        if first {
            raw::store_word(own, 0);
            raw::store_word(other, 0);
            raw::release_word(begin, round);
            // It takes the other side some time to hear of it: now and then both are as late.
            for step in 0..round % DELAYS {
                std::hint::black_box(step);
            }
        } else {
            until_within(FEW_LOOKS, || {
                [round, OVER].contains(&raw::acquire_word(begin))
            })?;
            if raw::acquire_word(begin) == OVER {
                break;
            }
        }
        raw::store_word(own, 1);
        if fenced {
            fence(Ordering::SeqCst);
        }
        let loaded = raw::load_word(other);
        if first {
            until_within(FEW_LOOKS, || raw::acquire_word(done) == round)?;
            raced.both_saw_old += u64::from(loaded == 0 && raw::load_word(seen) == 0);
        } else {
            raw::store_word(seen, loaded);
            raw::release_word(done, round);
        }
        raced.rounds += 1;
    }
    if first {
        // The second one says that it has heard, so that the next race begins as the first one did.
        raw::release_word(begin, OVER);
        until_within(FEW_LOOKS, || raw::acquire_word(done) == OVER)?;
        raw::release_word(done, 0);
        raw::release_word(begin, 0);
    } else {
        until_within(FEW_LOOKS, || raw::acquire_word(begin) == OVER)?;
        raw::release_word(done, OVER);
    }
    Ok(raced)
}
