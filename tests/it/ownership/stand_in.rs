//! The folder of what stands in for `zenity` while the portal's dialog is open.

use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;

use mapscope::os::temp_folder::Hold;
use mapscope::work::picker::{PickKind, PickOutcome, Picker};
use tempfile::TempDir;

use super::*;

/// An executable script, written by another process: what this one has open for writing a child of another test may have
/// open a moment longer, and then it cannot be run.
fn script(path: &Path, lines: &str) {
    let mut shell = Command::new("sh")
        .args(["-c", "cat > \"$0\" && chmod 755 \"$0\""])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = shell.stdin.take().unwrap();
    write!(input, "#!/bin/sh\n{lines}\n").unwrap();
    drop(input);
    assert!(shell.wait().unwrap().success());
}

/// A folder of a person's whose name ends with the number of a helper is nobody's to remove.
#[test]
fn a_folder_with_the_number_of_a_helper_is_left_alone() {
    let dir = TempDir::new().unwrap();
    let (program, told) = (dir.path().join("silent"), dir.path().join("pid"));
    script(
        &program,
        &format!("echo $$ > '{}'; exec sleep 1000", told.display()),
    );
    let (report, outcomes) = channel();
    let picker = Picker::start(&program, None, PickKind::Open, move |outcome| {
        report.send(outcome).ok();
    });
    let mut pid = String::new();
    until("the helper runs", || {
        pid = fs::read_to_string(&told).unwrap_or_default();
        pid.ends_with('\n')
    });
    let folder = std::env::temp_dir().join(format!("mapscope-pick-{}", pid.trim()));
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("notes"), b"work of years").unwrap();
    picker.cancel();
    assert_eq!(outcomes.recv_timeout(LONG), Ok(PickOutcome::Cancelled));
    drop(picker);
    let is_left = folder.join("notes").exists();
    let _ = fs::remove_dir_all(&folder);
    assert!(is_left, "a person's folder was removed by its name");
}

/// While the dialog is open its folder is a scratch folder like every other, and it goes also where the helper is killed.
#[test]
fn the_folder_is_a_scratch_folder_and_goes_with_a_killed_helper() {
    let dir = TempDir::new().unwrap();
    // A session bus that says nothing: whoever asks it waits.
    let socket = dir.path().join("bus");
    let _bus = UnixListener::bind(&socket).unwrap();
    let temp = dir.path().join("tmp");
    fs::create_dir(&temp).unwrap();
    let address = [b"unix:path=", socket.as_os_str().as_bytes()].concat();
    let mut helper = Command::new(program())
        .arg("pick")
        .env_clear()
        .env("TMPDIR", &temp)
        .env("DBUS_SESSION_BUS_ADDRESS", OsStr::from_bytes(&address))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    until("there is the stand-in", || {
        folders(&temp)
            .first()
            .is_some_and(|folder| folder.join("zenity").exists())
    });
    let folder = folders(&temp).remove(0);
    let name = folder.file_name().unwrap().to_str().unwrap();
    let is_numbered = name.ends_with(&format!("-{}", helper.id()));
    let is_ours = Hold::take(&folder).is_some();
    let rights = fs::metadata(&folder).unwrap().permissions().mode() & 0o777;
    helper.kill().unwrap();
    helper.wait().unwrap();
    assert!(
        !is_numbered && is_ours && rights == 0o700,
        "{name}: {rights:o}"
    );
    until("the folder is gone", || folders(&temp).is_empty());
}
