//! The tests that need nothing but Rust: pure parts against naive oracles, real files, real processes, and the window
//! through its accessibility tree, with no display.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says loudly when it cannot run"
)]

mod astray;
mod bytes;
mod cli;
mod differences;
mod experiments;
mod facts;
mod find;
mod forms;
mod inspect;
mod journal;
mod lab;
mod logbook;
mod lookup;
mod machine;
mod map;
mod model;
mod names;
mod others;
mod ownership;
mod paste;
mod peers;
mod picker;
mod picture;
mod pool;
mod processes;
mod random;
mod raw_peer;
mod saving;
mod scratch;
mod searched;
mod set_aside;
mod skip;
mod start;
mod sums;
mod tidy;
mod view;
mod waits;
mod window;
mod words;
mod worker;
