//! Programs that do not come to their end by themselves, or not at all: what hangs holds nothing up, and leaves nothing.

use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::*;

/// A program that is killed at the end of a test that failed.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The program of an experiment in C, with its text changed, built.
#[track_caller]
fn changed(name: &str, place: &Path, change: impl FnOnce(&Path)) -> PathBuf {
    let (folder, _) = export(&[name], "--export-c", place);
    change(&folder);
    build(&folder);
    folder.join(name)
}

/// Starts it, asks it to stop once `is_ready`, and waits for its end.
#[track_caller]
fn is_stopped(program: &Path, dir: &Path, is_ready: impl Fn() -> bool) {
    let program = Command::new(program).arg(dir).stdout(Stdio::null()).spawn();
    let mut started = Started(program.unwrap());
    until("it is so far", is_ready);
    let pid = Pid::from_child(&started.0);
    kill_process(pid, Signal::TERM).unwrap();
    let mut ended = None;
    until("the program has ended", || {
        ended = started.0.try_wait().unwrap();
        ended.is_some()
    });
    assert_eq!(ended.and_then(|status| status.code()), Some(2));
    assert!(is_empty(dir));
}

#[test]
fn a_program_that_is_stopped_leaves_nothing() {
    if !has_compiler() {
        return;
    }
    let (place, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let name = "shared-seen-by-shared";
    let program = changed(name, place.path(), |folder| {
        let step = ["m = mmap(", "for (;;) pause();\n        m = mmap("];
        replace_in(&folder.join(format!("{name}.c")), step);
    });
    is_stopped(&program, dir.path(), || !is_empty(dir.path()));
}

/// Its parent has not said yet which process it is: a signal to all that are known does not reach it.
#[test]
fn a_child_that_stands_still_holds_up_no_end() {
    if !has_compiler() {
        return;
    }
    let (place, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let name = "fork-copies-on-write";
    let program = changed(name, place.path(), |folder| {
        let source = folder.join(format!("{name}.c"));
        let stands = "close(open(\"stands\", O_CREAT | O_WRONLY, 0600)), raise(SIGSTOP), i_am(";
        replace_in(&source, ["i_am(", stands]);
        replace_in(&source, ["told_process(", "pause(), told_process("]);
    });
    is_stopped(&program, dir.path(), || {
        let scratch = fs::read_dir(dir.path()).unwrap().flatten().next();
        scratch.is_some_and(|scratch| scratch.path().join("stands").exists())
    });
}

#[test]
fn a_step_that_does_not_come_ends_the_program_with_a_word() {
    if !has_compiler() {
        return;
    }
    let (place, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let name = "shared-seen-by-shared";
    let program = changed(name, place.path(), |folder| {
        let step = ["m = mmap(", "raise(SIGSTOP);\n        m = mmap("];
        replace_in(&folder.join(format!("{name}.c")), step);
        let patience = ["#define PATIENCE 60\n", "#define PATIENCE 1\n"];
        replace_in(&folder.join("lab.c"), patience);
    });
    let output = run_program(&program, dir.path());
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{said}");
    let why = "not carried out: process A does not do its step within 1 s\n";
    assert!(said.ends_with(why), "{said}");
}
