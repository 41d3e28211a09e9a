//! The real program in a real window, driven by keys and mouse on a virtual screen, as a person would.
//!
//! Needs Xvfb, openbox and xdotool, some tests zenity, dbus-daemon and python with D-Bus; without them a test says that
//! it is skipped. `MAPSCOPE_REQUIRE_DESKTOP=1` makes that a failure. The tests take turns.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test stops where something is not as it should be, and says what it measured"
)]

mod arguments;
mod bare;
mod by_hand;
mod clipboard;
mod closing;
mod decided;
mod dialog;
mod editing;
mod ending;
mod exported;
mod failing;
mod hanging;
mod hidden;
mod indoors;
mod keyboard;
mod keys;
mod killed;
mod lab;
mod left;
mod offered;
mod offered_of_processes;
mod processes;
mod remembered;
mod rig;
mod size;
mod split;
mod spoken;
mod starting;
mod tour;
mod walk;
