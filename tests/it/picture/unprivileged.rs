//! All the pictures once more as a user without rights, who is told no frame; root tells the test of them.

use std::os::unix::fs::chown;
use std::process::Command;

use super::{Folder, HISTORIES, kernel};
use crate::machine::is_root;
use crate::random::number_of;

/// The user and group `nobody`.
const NOBODY: u32 = 65534;

#[test]
fn every_row_and_box_is_so_for_a_user_without_rights() {
    if !is_root() {
        return; // then all the others here are just that
    }
    let module = module_path!().split_once("::").unwrap().1;
    let (pictures, _) = module.rsplit_once("::").unwrap();
    let folder = Folder::with_storage("pictures without rights");
    let work = tempfile::tempdir_in(folder.path()).unwrap();
    chown(work.path(), Some(NOBODY), Some(NOBODY)).unwrap();
    let socket = tempfile::tempdir().unwrap();
    let frames = socket.path().join("frames");
    kernel::serve(&frames);
    for path in [socket.path(), &frames] {
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let run = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(std::env::current_exe().unwrap())
        .args([&format!("{pictures}::"), "--nocapture", "--test-threads=3"])
        .env(kernel::SOCKET, &frames)
        .env("TMPDIR", work.path())
        .env("HOME", work.path())
        .env_remove("XDG_STATE_HOME")
        .env_remove("XDG_RUNTIME_DIR")
        // What needs rights is seen in the run that has them.
        .env_remove("MAPSCOPE_REQUIRE_ALL")
        .output();
    let Ok(run) = run else {
        crate::skip::skip("there is no setpriv");
        return;
    };
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr)
    );
    let histories = number_of("MAPSCOPE_PICTURES", HISTORIES);
    let count = format!("{histories} histories: ");
    assert!(run.status.success() && said.contains(&count), "{said}");
    let summary = said.lines().find(|line| line.contains(&count));
    eprintln!("without rights: {}", summary.unwrap_or_default());
}
