//! Races over shared memory, futexes and mutexes.
//!
//! It must not know whose step it is.

use super::{Lines, one};
use crate::lab::export::variables::Variables;
use crate::peer::calls::{FutexCall, Lane, MutexCall, RaceCall};

/// One process's part of a race.
pub(super) fn race(call: &RaceCall, v: &mut Variables) -> Lines {
    let (line, rounds) = (v.at(&call.map, call.line), call.rounds);
    let start = format!("unsafe {{ start_line({line}, {}) }};", call.racers);
    match call.lane {
        Lane::Add { at, atomic } => {
            let add = if atomic {
                [
                    "    // one instruction",
                    "    unsafe { AtomicU64::from_ptr(word) }.fetch_add(1, SeqCst);",
                ]
            } else {
                [
                    "    // a load, and a store",
                    "    unsafe { word.write_volatile(word.read_volatile().wrapping_add(1)) };",
                ]
            };
            vec![
                format!("let word: *mut u64 = {}.cast();", v.at(&call.map, at)),
                start,
                format!("for _ in 0..{rounds} {{"),
                add[0].to_owned(),
                add[1].to_owned(),
                "}".to_owned(),
                format!("lab.told_added({rounds});"),
            ]
        }
        Lane::WriteWords { at, counted } => {
            let words = v.at(&call.map, at);
            vec![
                format!("let race = {start}"),
                format!("unsafe {{ lab.told_written_words({line}, race, {words}, {counted}) }};"),
            ]
        }
        Lane::ReadWords { at, counted } => {
            let words = v.at(&call.map, at);
            vec![
                format!("let race = {start}"),
                format!(
                    "unsafe {{ lab.told_read_words({line}, race, {words}, {rounds}, {counted}) }};"
                ),
            ]
        }
        Lane::StoreThenLoad { at, first, fence } => {
            let words = v.at(&call.map, at);
            vec![
                start,
                format!(
                    "unsafe {{ lab.told_store_then_load({words}, {rounds}, {first}, {fence}) }};"
                ),
            ]
        }
    }
}

/// futex(2).
pub(super) fn futex(call: &FutexCall, v: &mut Variables) -> Lines {
    one(match call {
        FutexCall::Wait {
            map,
            at,
            value,
            private,
            milliseconds,
        } => {
            let at = v.at(map, *at);
            format!("lab.told(unsafe {{ futex_wait({at}, {value}, {private}, {milliseconds}) }});")
        }
        FutexCall::Wake {
            map,
            at,
            count,
            private,
            milliseconds,
        } => {
            let at = v.at(map, *at);
            format!(
                "lab.told_count(unsafe {{ futex_wake({at}, {count}, {private}, {milliseconds}) }});"
            )
        }
    })
}

/// A mutex of pthreads.
pub(super) fn mutex(call: &MutexCall, v: &mut Variables) -> Lines {
    let made = match call {
        MutexCall::Init { map, at, robust } => {
            format!("shared_mutex({}, {robust})", v.at(map, *at))
        }
        MutexCall::Lock {
            map,
            at,
            milliseconds,
        } => {
            format!("lock_within({}, {milliseconds})", v.at(map, *at))
        }
        MutexCall::Consistent { map, at } => {
            format!("libc::pthread_mutex_consistent({}.cast())", v.at(map, *at))
        }
        MutexCall::Unlock { map, at } => {
            format!("libc::pthread_mutex_unlock({}.cast())", v.at(map, *at))
        }
    };
    one(format!("lab.told_error(unsafe {{ {made} }});"))
}
