//! What a test has done to the machine is undone also where the test is killed: by a process of its own, which waits for the
//! end of the test's.
//!
//! It must not know what is undone.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Undone when it is dropped, or when this process ends, however it ends.
pub(super) struct Undone(Child);

impl Undone {
    /// The mount on this folder, and the folder.
    pub(super) fn mount(folder: &Path) -> io::Result<Self> {
        Self::by("umount -l \"$1\"; rmdir \"$1\"", folder.as_os_str())
    }

    /// This loop device.
    pub(super) fn loop_device(path: &Path) -> io::Result<Self> {
        Self::by("losetup -d \"$1\"", path.as_os_str())
    }

    fn by(script: &str, what: &OsStr) -> io::Result<Self> {
        // In a session of its own: what ends the tests from the terminal does not end it. Its input ends with this process.
        let child = Command::new("setsid")
            .args(["sh", "-c", &format!("read -r end; {script}"), "sh"])
            .arg(what)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self(child))
    }
}

impl Drop for Undone {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _best_effort = self.0.wait();
    }
}

mod tests {
    use std::fs;
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::process::{Command, Stdio};

    use super::super::Mounted;
    use crate::processes::until;

    const TEST: &str = "machine::undone::tests::a_killed_test_leaves_nothing_mounted";
    const MOUNTS: &str = "MAPSCOPE_TEST_MOUNTS";
    const HEAD: &str = "mounted on ";

    #[test]
    fn a_killed_test_leaves_nothing_mounted() {
        let mounted = || Mounted::tmpfs(1 << 20);
        if std::env::var_os(MOUNTS).is_some() {
            let mounted = mounted().unwrap();
            let line = format!("\n{HEAD}{}\n", mounted.path().display());
            std::io::stdout().write_all(line.as_bytes()).unwrap();
            std::io::stdout().flush().unwrap();
            loop {
                std::thread::park(); // until it is killed
            }
        }
        if Mounted::or_skip(TEST, mounted).is_none() {
            return;
        }
        let mut other = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", TEST, "--nocapture"])
            .env(MOUNTS, "1")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(other.stdout.take().unwrap()).lines();
        let mut lines = lines.map(Result::unwrap);
        let place = lines.find_map(|line| line.strip_prefix(HEAD).map(str::to_owned));
        let place = place.unwrap();
        let is_mounted = || {
            let table = fs::read_to_string("/proc/self/mountinfo").unwrap();
            table.contains(&place)
        };
        assert!(is_mounted());
        other.kill().unwrap();
        other.wait().unwrap();
        until("nothing is mounted there", || {
            !is_mounted() && !fs::exists(&place).unwrap()
        });
    }
}
