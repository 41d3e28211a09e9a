//! Other processes, and what the window leaves behind when it goes.

use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A process that is ended with the test.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// Runs the test `name` of this program in another process, with `value` in the environment as `key`: where it finds that,
/// the test is not the test but the other process.
pub(crate) fn other_process(name: &str, key: &str, value: &Path) -> Running {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(key, value)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    Running(command.spawn().unwrap())
}

/// In such another process: ends it when the test that started it is gone, however that went.
pub(crate) fn end_with_parent() {
    std::thread::spawn(|| {
        let _end = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
}

/// Waits until nothing is at `path`: a window that goes does not wait for the worker that removes its scratch file.
#[track_caller]
pub(crate) fn until_removed(path: &Path) {
    let deadline = Instant::now() + Duration::from_secs(5);
    while path.exists() {
        assert!(
            Instant::now() < deadline,
            "{} was left behind",
            path.display()
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}
