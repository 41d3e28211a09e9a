//! Races over shared memory, futexes and mutexes.
//!
//! It must not know whose step it is.

use super::{Lines, one};
use crate::lab::export::variables::Variables;
use crate::peer::calls::{FutexCall, Lane, MutexCall, RaceCall};

/// One process's part of a race.
pub(super) fn race(call: &RaceCall, v: &mut Variables) -> Lines {
    let (line, racers, rounds) = (v.at(&call.map, call.line), call.racers, call.rounds);
    let start = format!("start_line({line}, {racers})");
    let race = format!("uint64_t race = {start};");
    let number = |yes: bool| u8::from(yes);
    match call.lane {
        Lane::Add { at, atomic } => {
            let add = if atomic {
                "    __atomic_fetch_add(word, 1, __ATOMIC_SEQ_CST); /* one instruction */"
            } else {
                "    *word = *word + 1; /* a load, and a store */"
            };
            vec![
                format!(
                    "volatile uint64_t *word = (uint64_t *) ({});",
                    v.at(&call.map, at)
                ),
                format!("{start};"),
                format!("for (long i = 0; i < {rounds}; i++)"),
                add.to_owned(),
                format!("told_added({rounds});"),
            ]
        }
        Lane::WriteWords { at, counted } => {
            let words = v.at(&call.map, at);
            vec![
                race,
                format!(
                    "told_written_words({line}, race, {words}, {});",
                    number(counted)
                ),
            ]
        }
        Lane::ReadWords { at, counted } => {
            let words = v.at(&call.map, at);
            vec![
                race,
                format!(
                    "told_read_words({line}, race, {words}, {rounds}, {});",
                    number(counted)
                ),
            ]
        }
        Lane::StoreThenLoad { at, first, fence } => {
            let (words, first, fence) = (v.at(&call.map, at), number(first), number(fence));
            vec![
                format!("{start};"),
                format!("told_store_then_load({words}, {rounds}, {first}, {fence});"),
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
        } => format!(
            "told(futex_wait({}, {value}, {}, {milliseconds}));",
            v.at(map, *at),
            u8::from(*private)
        ),
        FutexCall::Wake {
            map,
            at,
            count,
            private,
            milliseconds,
        } => format!(
            "told_count(futex_wake({}, {count}, {}, {milliseconds}));",
            v.at(map, *at),
            u8::from(*private)
        ),
    })
}

/// A mutex of pthreads.
pub(super) fn mutex(call: &MutexCall, v: &mut Variables) -> Lines {
    one(match call {
        MutexCall::Init { map, at, robust } => {
            format!(
                "told_error(shared_mutex({}, {}));",
                v.at(map, *at),
                u8::from(*robust)
            )
        }
        MutexCall::Lock {
            map,
            at,
            milliseconds,
        } => {
            format!(
                "told_error(lock_within({}, {milliseconds}));",
                v.at(map, *at)
            )
        }
        MutexCall::Consistent { map, at } => format!(
            "told_error(pthread_mutex_consistent((pthread_mutex_t *) ({})));",
            v.at(map, *at)
        ),
        MutexCall::Unlock { map, at } => format!(
            "told_error(pthread_mutex_unlock((pthread_mutex_t *) ({})));",
            v.at(map, *at)
        ),
    })
}
