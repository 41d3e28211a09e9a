//! What an earlier run left is discarded, and the window closed at once: the end of the program waits until that is written
//! down, so that the next window does not offer it again.

use std::process::{Command, Stdio};

use crate::left::{edited_by_a_killed_window, journals};
use crate::rig::reader::{Reader, stage_with_python};
use crate::rig::{Program, is_required, until};

/// A call that removes a file takes so long, in microseconds: longer than the window takes to close.
const SLOW: &str = "inject=unlink,unlinkat:delay_enter=700000";

#[test]
fn what_is_discarded_as_the_window_closes_is_not_offered_again() {
    let Some((mut stage, python)) = stage_with_python() else {
        return;
    };
    let mut strace = Command::new("strace");
    if strace.arg("-V").stdout(Stdio::null()).status().is_err() {
        assert!(!is_required(), "strace is there");
        eprintln!("skipped, as there is no strace");
        return;
    }
    let _bus = stage.start_bus();
    let path = edited_by_a_killed_window(&stage);
    let mut reader = Reader::start(&stage, python);
    let mut program = Program::start(&stage, &[&path]);
    reader.until("offer", |names| {
        let is_offered = |name: &String| name.contains("An earlier run ended");
        names.iter().any(is_offered).then_some(())
    });
    let pid = program.pid().to_string();
    let tracer = stage
        .command("strace")
        .args([
            "-f",
            "-qq",
            "-e",
            "trace=unlink,unlinkat",
            "-e",
            SLOW,
            "-p",
            &pid,
        ])
        .stdout(stage.log("strace"))
        .stderr(stage.log("strace"))
        .spawn();
    let mut tracer = tracer.expect("strace");
    until("traced program", || {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        (!status.contains("TracerPid:\t0")).then_some(())
    });
    reader.press("Discard");
    reader.until("no offer", |names| {
        let is_offered = |name: &String| name.contains("An earlier run ended");
        (!names.iter().any(is_offered)).then_some(())
    });
    assert_eq!(journals(&stage).len(), 1, "it is on its way");
    stage.keys(&["ctrl+q"]);
    assert!(program.until_end().success());
    let _ = tracer.wait();
    assert!(journals(&stage).is_empty(), "it is written down");
}
