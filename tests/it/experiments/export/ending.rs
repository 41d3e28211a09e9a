//! Programs that do not come to their end by themselves.

use std::process::Stdio;

use super::*;

#[test]
fn a_program_that_is_stopped_leaves_nothing() {
    if !has_compiler() {
        return;
    }
    let (place, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let name = "shared-seen-by-shared";
    let (folder, _) = export(&[name], "--export-c", place.path());
    let path = folder.join(format!("{name}.c"));
    let source = fs::read_to_string(&path).unwrap();
    // A step that never ends.
    fs::write(
        &path,
        source.replacen("m = mmap(", "for (;;) pause();\n        m = mmap(", 1),
    )
    .unwrap();
    build(&folder);
    let mut program = Command::new(folder.join(name))
        .arg(dir.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    until("the scratch folder is there", || !is_empty(dir.path()));
    let pid = i32::try_from(program.id()).unwrap();
    rustix::process::kill_process(
        rustix::process::Pid::from_raw(pid).unwrap(),
        rustix::process::Signal::TERM,
    )
    .unwrap();
    assert_eq!(program.wait().unwrap().code(), Some(2));
    assert!(is_empty(dir.path()));
}
