//! What processes do to the same memory at the same time: races, waiting for each other, a lock.
//!
//! It owns the words on the wire. It must not know how a word in memory is loaded or stored.

use serde::{Deserialize, Serialize};

/// One process's part of a race: it goes to the start line, waits there until all are there, and runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaceCall {
    /// A mapping that all of them share.
    pub map: String,
    /// Where in it the start line is: 128 bytes, all zeros before the first race.
    pub line: u64,
    /// How many processes there are in the race.
    pub racers: u32,
    /// How often each does its part, at most 1,000,000,000 times.
    pub rounds: u64,
    /// What its part is.
    pub lane: Lane,
}

/// A part in a race. `at` counts bytes from the mapping's start and is a multiple of 64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "lane", rename_all = "snake_case")]
pub enum Lane {
    /// Adds 1 to a word of 64 bits: with one atomic instruction, or with a load and a store.
    Add {
        /// Where the word is.
        at: u64,
        /// With one instruction.
        atomic: bool,
    },
    /// Stores words, all ones and all zeros in turn, until the reader has done its rounds: a pair of words, and one across
    /// the end of a cache line. 192 bytes.
    WriteWords {
        /// Where they are.
        at: u64,
        /// With a counter before and after (a seqlock).
        counted: bool,
    },
    /// Loads them, and says how many were torn. Half a second at most, whatever the rounds.
    ReadWords {
        /// Where they are.
        at: u64,
        /// Takes only what was stored while nobody stored.
        counted: bool,
    },
    /// Stores a 1 to its own word, then loads the other's, which is 0 before (store buffering). 640 bytes. The first of the
    /// two counts. Half a second at most, whatever the rounds.
    StoreThenLoad {
        /// Where they are.
        at: u64,
        /// Which of the two this is.
        first: bool,
        /// With a memory fence in between.
        fence: bool,
    },
}

/// futex(2) on a word of 32 bits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "futex", rename_all = "snake_case")]
pub enum FutexCall {
    /// `FUTEX_WAIT`. [`Outcome::Done`](super::Outcome::Done) when woken.
    Wait {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// What the word must be.
        value: u32,
        /// With `FUTEX_PRIVATE_FLAG`.
        private: bool,
        /// How long at most, up to 10,000.
        milliseconds: u64,
    },
    /// `FUTEX_WAKE`; again as long as nobody woke, for so long. [`Outcome::Number`](super::Outcome::Number): how many woke.
    Wake {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// How many at most.
        count: u32,
        /// With `FUTEX_PRIVATE_FLAG`.
        private: bool,
        /// How long it is tried, up to 10,000; 0 for once.
        milliseconds: u64,
    },
}

/// What is done with a mutex of pthreads that processes share. [`Outcome::Done`](super::Outcome::Done), or its error, such
/// as `EOWNERDEAD`, with which it is locked. It has 64 bytes, and lies at a multiple of 8.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mutex", rename_all = "snake_case")]
pub enum MutexCall {
    /// `pthread_mutex_init(3)`.
    Init {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// With `PTHREAD_MUTEX_ROBUST`.
        robust: bool,
    },
    /// `pthread_mutex_timedlock(3)`.
    Lock {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// How long at most, up to 10,000.
        milliseconds: u64,
    },
    /// `pthread_mutex_consistent(3)`.
    Consistent {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
    },
    /// `pthread_mutex_unlock(3)`.
    Unlock {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
    },
}
