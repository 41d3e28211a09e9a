//! What a test does that cannot run here: it says so, and fails where that is not allowed.

use std::io::Write as _;

/// Set to 1, no test may be skipped: where the tests decide about a change, all that they need is there.
const REQUIRED: &str = "MAPSCOPE_REQUIRE_ALL";

/// Says on the terminal why the test that calls this, or a part of it, does not run.
#[track_caller]
pub(crate) fn skip(why: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a part of a test");
    assert!(
        std::env::var(REQUIRED).as_deref() != Ok("1"),
        "{test} cannot run: {why}, and {REQUIRED}=1 demands it"
    );
    // Not by eprintln, which a test that passes keeps to itself.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {why}");
}

/// The same for `what`: a part of a test, or a test that may stand in another thread's place.
#[track_caller]
pub(crate) fn skip_part(what: &str, why: &str) {
    skip(&format!("{what}: {why}"));
}
