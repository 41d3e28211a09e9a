//! The lab in the real window: of each topic one experiment is run, and its verdict is what a screen reader finds.

use std::io::Write as _;

use crate::rig::reader::{Reader, SERVICE, python};
use crate::rig::{Program, Stage};

/// A window, and a screen reader that has found its lab. `None` where something is missing, which was said.
fn set() -> Option<(Stage, &'static str)> {
    let stage = Stage::set(1280, 800, &["dbus-daemon", SERVICE])?;
    let Some(python) = python() else {
        assert!(
            std::env::var("MAPSCOPE_REQUIRE_DESKTOP").as_deref() != Ok("1"),
            "python3 has no module dbus, and MAPSCOPE_REQUIRE_DESKTOP=1 demands it"
        );
        let mut to = std::io::stderr();
        let _ = writeln!(
            to,
            "SKIPPED: the lab's test of the real window did not run, as python3 has no module dbus"
        );
        return None;
    };
    Some((stage, python))
}

/// Runs the experiment by what a screen reader can press, and waits for its verdict.
#[track_caller]
fn check(topic: &str, name: &str, verdict: &str) {
    let Some((mut stage, python)) = set() else {
        return;
    };
    let _bus = stage.start_bus();
    let mut reader = Reader::start(&stage, python);
    let mut program = Program::start(&stage, &[] as &[&str]);
    stage.keys(&["ctrl+4"]);
    let entry = format!("{name}: not run");
    reader.until(
        &format!("\u{201c}{entry}\u{201d} in the list of {topic}"),
        |names| names.contains(&entry).then_some(()),
    );
    reader.press(&entry);
    reader.press("Run");
    // In the experiment itself, and in the list. The window goes on while its tree is read: both may take a moment.
    for wanted in [format!("Verdict: {verdict}"), format!("{name}: {verdict}")] {
        reader.until(&format!("\u{201c}{wanted}\u{201d}"), |names| {
            let found = names.iter().any(|found| found.starts_with(&wanted));
            found.then_some(())
        });
    }
    assert!(program.is_running());
    assert_eq!(program.said(), "", "nothing is printed");
    // Its peers are gone: what is left belongs to the witnesses, who rest while the lab is shown.
    program.until("end of the experiment's processes", |program| {
        (program.peers().len() <= 2).then_some(())
    });
}

#[test]
fn sharing() {
    check("sharing", "shared-seen-by-shared", "as predicted");
}

#[test]
fn fork() {
    check("fork", "fork-copies-on-write", "as predicted");
}

#[test]
fn anonymous_memory() {
    check("anonymous", "large-malloc-is-a-mapping", "as predicted");
}

#[test]
fn protection() {
    check("protection", "store-into-read-only-dies", "as predicted");
}

#[test]
fn ends_of_files() {
    check("ends", "page-past-end-sigbus", "as predicted");
}

#[test]
fn errors() {
    check("errors", "unaligned-offset-einval", "as predicted");
}

#[test]
fn durability() {
    check("durability", "msync-sync-cleans", "as predicted");
}

#[test]
fn cost() {
    check("cost", "cost-warm-sequential", "measured");
}
