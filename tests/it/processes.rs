//! The program that is tested, what tests look up and wait for of other processes, and a program with peers that is killed.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take on a slow and busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The program that is tested.
pub(crate) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_mapscope"))
}

/// Whether there is a process with this number, a zombie too.
pub(crate) fn exists(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

/// The letter of the process's state (`proc_pid_stat(5)`): T is stopped, Z is a zombie.
pub(crate) fn state_of(pid: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

/// Whether it is gone, or a zombie that whoever inherited it reaps when it likes.
pub(crate) fn is_over(pid: u32) -> bool {
    matches!(state_of(pid), None | Some('Z' | 'X'))
}

/// Waits until `done` says so, which somebody else brings about; fails where that takes far too long.
#[track_caller]
pub(crate) fn until(what: &str, mut done: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < PATIENCE, "{what} within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Sends a signal to a process behind the back of whoever started it; one that is to stop has stopped.
#[track_caller]
pub(crate) fn signal(name: &str, pid: u32) {
    let done = Command::new("kill")
        .args([&format!("-{name}"), &pid.to_string()])
        .status();
    assert!(done.unwrap().success());
    if name == "STOP" {
        until("the process is stopped", || state_of(pid) == Some('T'));
    }
}

/// Sends a signal to a process that may have ended by now.
pub(crate) fn signal_unless_gone(name: &str, pid: u32) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &pid.to_string()])
        .stderr(Stdio::null())
        .status();
    sent.unwrap();
}

/// Runs `test` of this very program in a process of its own, with the path of a file in `variable`: a test that finds this is
/// not the test but that process. As soon as it has
/// written the numbers of its `n_peers` peers there and a line end, it is killed: the peers must go, running or stopped.
#[track_caller]
pub(crate) fn check_none_outlives(test: &str, variable: &str, n_peers: usize) {
    let dir = tempfile::tempdir().unwrap();
    for stopped in [false, true] {
        let path = dir.path().join(format!("pids-{stopped}"));
        let (_, test) = test.split_once("::").unwrap();
        let mut program = Command::new(std::env::current_exe().unwrap())
            .args([test, "--exact", "--nocapture"])
            .env(variable, &path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut pids = String::new();
        until("the peers run", || {
            pids = fs::read_to_string(&path).unwrap_or_default();
            pids.ends_with('\n')
        });
        let pids: Vec<u32> = pids
            .split_whitespace()
            .map(|pid| pid.parse().unwrap())
            .collect();
        assert_eq!(pids.len(), n_peers);
        // A stopped one does not even notice that its input ended: it takes the kernel's SIGKILL.
        for pid in pids.iter().filter(|_| stopped) {
            signal("STOP", *pid);
        }
        program.kill().unwrap();
        program.wait().unwrap();
        until("the peers are gone", || pids.iter().copied().all(is_over));
    }
}
