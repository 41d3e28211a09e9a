//! Programs for other surroundings than those that they are run in: they say so, and judge nothing.

use std::process::Stdio;

use super::*;

/// An experiment that is another one for root than for others.
const BY_USER: &str = "page-zero";
/// The same for the file system that the scratch files are on.
const BY_FILE_SYSTEM: &str = "tail-store-is-not-saved";

/// Lets anybody look into a folder, and write.
fn open_to_all(dir: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o777)).unwrap();
}

fn as_nobody(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    command.args(nobody).arg(program).stdin(Stdio::null());
    command
}

#[test]
fn a_program_for_another_user_is_not_available() {
    if !has_compiler() {
        return;
    }
    if !is_root() {
        return skip("only root can be another user");
    }
    let (place, other_place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let dir = tempfile::tempdir().unwrap();
    for folder in [&place, &other_place, &dir] {
        open_to_all(folder.path());
    }
    let (by_root, _) = export(&[BY_USER], "--export-c", place.path());
    let by_nobody = other_place.path().join("programs");
    let exported = as_nobody(program())
        .args(["lab", BY_USER, "--export-c"])
        .arg(&by_nobody)
        .output()
        .unwrap();
    assert!(exported.status.success(), "{}", text(&exported.stderr));
    for folder in [&by_root, &by_nobody] {
        build(folder);
    }
    let refused = |output: Output, why: &str| {
        let said = text(&output.stdout);
        assert_eq!(output.status.code(), Some(77), "{said}");
        assert!(said.contains(why), "{said}");
    };
    let output = as_nobody(&by_root.join(BY_USER)).arg(dir.path()).output();
    refused(output.unwrap(), "was made for root;");
    let output = run_program(&by_nobody.join(BY_USER), dir.path());
    refused(output, "was made for another user than root;");
}

#[test]
fn a_program_for_another_file_system_is_not_available() {
    let Some(memory) = memory_dir().filter(|_| has_compiler()) else {
        return;
    };
    let place = tempfile::tempdir().unwrap();
    let (folder, _) = export(&[BY_FILE_SYSTEM], "--export-c", place.path());
    build(&folder);
    let dir = tempfile::tempdir_in(memory).unwrap();
    let here = run_program(&folder.join(BY_FILE_SYSTEM), dir.path());
    let where_made = tempfile::tempdir().unwrap();
    let there = run_program(&folder.join(BY_FILE_SYSTEM), where_made.path());
    assert_eq!(there.status.code(), Some(0), "{}", text(&there.stdout));
    let said = text(&here.stdout);
    if here.status.code() != Some(0) {
        assert_eq!(here.status.code(), Some(77), "{said}");
        assert!(said.contains("here they are on tmpfs"), "{said}");
    }
}

#[test]
fn a_program_that_may_not_enter_its_folder_leaves_none() {
    if !has_compiler() {
        return;
    }
    if !is_root() {
        return skip("only root can be another user");
    }
    let (place, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in [&place, &dir] {
        open_to_all(folder.path());
    }
    let name = "shared-seen-by-shared";
    let (folder, _) = export(&[name], "--export-c", place.path());
    build(&folder);
    let output = as_nobody(Path::new("sh"))
        .args(["-c", "umask 777; exec \"$@\"", "sh"])
        .arg(folder.join(name))
        .arg(dir.path())
        .output()
        .unwrap();
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("cannot hold scratch files"), "{said}");
    assert!(is_empty(dir.path()));
}

#[test]
fn a_program_knows_what_an_overlay_is_over() {
    if !has_compiler() {
        return;
    }
    if !is_root() {
        return skip("only root can mount an overlay");
    }
    let (place, other_place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let (folder, _) = export(&[BY_FILE_SYSTEM], "--export-c", place.path());
    build(&folder);
    let (at, there) = (dir.path().display(), other_place.path().display());
    // A blank in its name is written otherwise in the list of mounts.
    let script = format!(
        "mount -t tmpfs none {at}; cd {at}; mkdir lower 'an upper' work merged; \
         mount -t overlay -o lowerdir={at}/lower,upperdir='{at}/an upper',workdir={at}/work none {at}/merged; \
         {} {at}/merged; {} lab {BY_FILE_SYSTEM} --dir {at}/merged --export-c {there}/own && \
         make -s -C {there}/own && {there}/own/{BY_FILE_SYSTEM} {at}/merged",
        folder.join(BY_FILE_SYSTEM).display(),
        program().display(),
    );
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", &script])
        .output()
        .unwrap();
    let (said, errors) = (text(&output.stdout), text(&output.stderr));
    if errors.contains("mount") {
        return skip("no overlay can be mounted here");
    }
    assert!(output.status.success(), "{said}{errors}");
    assert!(
        said.contains("here they are on overlay over tmpfs;"),
        "{said}"
    );
    assert!(said.ends_with("verdict    as predicted\n"), "{said}");
}

#[test]
fn scratch_files_are_for_a_folder_that_is_there() {
    let place = tempfile::tempdir().unwrap();
    let (folder, file) = (place.path().join("programs"), place.path().join("file"));
    fs::write(&file, "").unwrap();
    for (dir, why) in [
        (place.path().join("missing"), "(ENOENT)"),
        (file, "(ENOTDIR)"),
    ] {
        let arguments = [
            BY_FILE_SYSTEM,
            "--export-c",
            folder.to_str().unwrap(),
            "--dir",
            dir.to_str().unwrap(),
        ];
        let output = Lab::new(&arguments).output();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(
            said.contains("cannot hold scratch files") && said.contains(why),
            "{said}"
        );
        assert!(!folder.exists());
    }
}
