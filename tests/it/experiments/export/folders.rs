//! The folder that programs are written into: nothing of others is touched, and nothing is left of what fails.

use super::*;

/// Exports one experiment with a shell's words around it.
fn exported(script: &str, dir: &Path) -> Output {
    Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(program())
        .arg(dir)
        .output()
        .unwrap()
}

#[test]
fn an_export_that_fails_leaves_nothing_behind() {
    let place = tempfile::tempdir().unwrap();
    let empty = place.path().join("empty");
    fs::create_dir(&empty).unwrap();
    for language in ["--export-c", "--export-rust"] {
        for folder in [place.path().join("new"), empty.clone()] {
            // Room for the first files only: no file may be larger than 16 KiB.
            let limit = if cfg!(target_os = "linux") { 16 } else { 32 };
            let script = format!(
                "trap '' XFSZ; ulimit -f {limit}; \"$1\" lab shared-seen-by-read {language} \"$2\""
            );
            let output = exported(&script, &folder);
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(3), "{said}");
            assert!(said.contains("(EFBIG)"), "{said}");
            let is_as_before = if folder == empty {
                is_empty(&folder)
            } else {
                !folder.exists()
            };
            assert!(is_as_before, "{} {language}", folder.display());
        }
    }
}

#[test]
fn an_export_overwrites_nothing() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("programs");
    fs::create_dir(&folder).unwrap();
    let refused = |dir: &Path, expected: &str| {
        let output =
            Lab::new(&["shared-seen-by-read", "--export-c", dir.to_str().unwrap()]).output();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(output.stdout.is_empty());
        assert!(
            said.contains(expected) && said.lines().count() == 1,
            "{said}"
        );
    };
    let file = folder.join("lab.h");
    fs::write(&file, "mine").unwrap();
    refused(&folder, "none is overwritten");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    refused(&file, "(ENOTDIR)");
    refused(&place.path().join("missing/programs"), "(ENOENT)");
    // an empty folder is as good as none
    fs::remove_file(&file).unwrap();
    let (_, told) = export(&["shared-seen-by-read"], "--export-c", place.path());
    assert!(told.starts_with("1 program written: "), "{told}");
}

#[test]
fn a_second_export_into_the_same_folder_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let (folder, _) = export(&["shared-seen-by-read"], "--export-c", place.path());
    let makefile = fs::read_to_string(folder.join("Makefile")).unwrap();
    let at = folder.to_str().unwrap();
    for language in ["--export-c", "--export-rust"] {
        let output = Lab::new(&["fork", language, at]).output();
        assert_eq!(output.status.code(), Some(3));
        assert!(text(&output.stderr).contains("none is overwritten"));
    }
    assert_eq!(
        fs::read_to_string(folder.join("Makefile")).unwrap(),
        makefile
    );
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 4);
}

#[test]
fn names_with_blanks_do() {
    if !has_compiler() {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let (within, scratch) = (
        place.path().join("two words"),
        place.path().join("scratch $x 'y'"),
    );
    for dir in [&within, &scratch] {
        fs::create_dir(dir).unwrap();
    }
    let (folder, _) = export(&["shared-seen-by-read"], "--export-c", &within);
    build(&folder);
    let output = run_program(&folder.join("shared-seen-by-read"), &scratch);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

#[test]
fn what_is_no_folder_of_this_user_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let link = place.path().join("link");
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    let fifo = place.path().join("fifo");
    let made = Command::new("mkfifo").arg(&fifo).status().unwrap();
    assert!(made.success());
    for (dir, why) in [(&link, "(ENOENT)"), (&fifo, "(ENOTDIR)")] {
        let output = Lab::new(&["fork", "--export-rust", dir.to_str().unwrap()]).output();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains(why) && said.lines().count() == 1, "{said}");
    }
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2);
    // Into an empty folder behind a link, as `cd` would go there.
    fs::create_dir(place.path().join("nowhere")).unwrap();
    let output = Lab::new(&["shared-seen-by-read", "--export-c", link.to_str().unwrap()]).output();
    assert!(output.status.success(), "{}", text(&output.stderr));
}
