//! A umask that keeps even the owner out of a new folder: scratch files are refused, and no folder is left.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::machine::is_root;
use crate::processes::program;
use crate::skip::skip;

#[test]
fn a_refused_scratch_folder_is_not_left() {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let mut refused = 0;
    for umask in ["777", "477", "277", "177", "077"] {
        let mut shell = if is_root() {
            // root may enter whatever there is
            let mut command = Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        let script = "umask \"$1\"; shift; exec \"$@\"";
        shell.args(["-c", script, "sh", umask]).arg(program());
        shell
            .args(["lab", "shared-seen-by-read", "--dir"])
            .arg(dir.path());
        let Ok(output) = shell.output() else {
            return skip("there is no setpriv");
        };
        let said = String::from_utf8_lossy(&output.stderr);
        refused += u32::from(output.status.code() == Some(3));
        let left: Vec<_> = fs::read_dir(dir.path()).unwrap().flatten().collect();
        assert!(left.is_empty(), "{umask}: {left:?} {said}");
    }
    assert_eq!(refused, 4);
}
