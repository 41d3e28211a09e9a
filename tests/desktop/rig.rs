//! What a test of the real window needs: a screen of its own, the program on it, and eyes and hands.
//!
//! [`Stage`] is a virtual screen with a window manager, [`Program`] the program on it, [`Picture`] what is to be seen. It
//! knows no function of the program's: what a test learns, it learns from the window's title, from pixels, from files and
//! from processes, as a person would. The bench of the window uses it too.

#[cfg(test)]
#[path = "rig/hanging.rs"]
pub(crate) mod hanging;
#[path = "rig/memory.rs"]
pub(crate) mod memory;
#[path = "rig/picture.rs"]
pub(crate) mod picture;
#[path = "rig/program.rs"]
pub(crate) mod program;
#[path = "rig/reader.rs"]
pub(crate) mod reader;
#[path = "rig/stage.rs"]
pub(crate) mod stage;

use std::thread::sleep;
use std::time::{Duration, Instant};

pub(crate) use program::Program;
pub(crate) use stage::Stage;

/// How long anything may take on a slow and busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_millis(15);

/// Whether no test may be skipped: `MAPSCOPE_REQUIRE_DESKTOP=1` says it of these, `MAPSCOPE_REQUIRE_ALL=1` of all.
pub(crate) fn is_required() -> bool {
    ["MAPSCOPE_REQUIRE_DESKTOP", "MAPSCOPE_REQUIRE_ALL"]
        .iter()
        .any(|name| std::env::var(name).as_deref() == Ok("1"))
}

/// Waits until `probe` gives something. `what` completes "there was no".
#[track_caller]
pub(crate) fn until<T>(what: &str, probe: impl FnMut() -> Option<T>) -> T {
    match within(PATIENCE, probe) {
        Some(found) => found,
        None => panic!("for {} s there was no {what}", PATIENCE.as_secs()),
    }
}

/// Waits until `probe` gives something, at most `patience`.
pub(crate) fn within<T>(patience: Duration, mut probe: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(found) = probe() {
            return Some(found);
        }
        if Instant::now() > deadline {
            return None;
        }
        sleep(LOOK_EVERY);
    }
}
