//! A session by hand as a program in C, from the real window: by its menu, into a folder that is named with the keys, built as
//! strictly as a compiler can, and run.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::rig::reader::{Reader, stage_with_python};
use crate::rig::{Program, Stage, until};

/// What is needed of other programs.
const TOOLS: [&str; 1] = ["gcc"];

fn has_tools() -> bool {
    TOOLS.iter().all(|tool| {
        let found = Command::new(tool).arg("--version").output();
        found.is_ok_and(|found| found.status.success())
    })
}

/// The program that is in the folder, built.
fn build(folder: &Path) {
    let built = Command::new("gcc")
        .args([
            "-Wall",
            "-Wextra",
            "-Werror",
            "-o",
            "session",
            "session.c",
            "lab.c",
        ])
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success() && said.is_empty(), "{said}");
}

fn says(reader: &mut Reader, wanted: &str) {
    reader.until(wanted, |names| {
        let found = names.iter().any(|name| name.contains(wanted));
        found.then_some(())
    });
}

#[test]
fn a_session_is_exported_built_and_run() {
    if !has_tools() {
        assert!(!crate::rig::is_required(), "there is no gcc");
        return;
    }
    let Some((mut stage, python)) = stage_with_python() else {
        return;
    };
    let _bus = stage.start_bus();
    let path = stage.file("by hand.bin", b"what is done by hand is done again");
    let mut reader = Reader::start(&stage, python);
    let mut program = Program::start(&stage, &[path.to_str().unwrap()]);
    program.until_title("by hand.bin \u{2014} PRIVATE read-write \u{2014} mapscope");
    program.learn_grid();
    program.look_up("5");
    program.until_cursor(5);
    stage.keys(&["5", "a"]);
    says(&mut reader, "You wrote Z at 5");

    let folder = stage.folder().join("programs in C");
    export(&stage, &mut reader, &folder);
    says(&mut reader, "What happened is a program in C in ");
    assert!(program.is_running());

    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["Makefile", "lab.c", "lab.h", "session.c"]);
    build(&folder);
    let scratch = tempfile::tempdir().unwrap();
    let run = Command::new(folder.join("session"))
        .arg(scratch.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert_eq!(run.status.code(), Some(0), "{said}");
    assert!(said.contains("stores Z at 5 of view, entry "), "{said}");
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);
    assert_eq!(
        fs::read(path).unwrap(),
        b"what is done by hand is done again",
        "the file itself stays as it is"
    );
}

/// *Export as C…*, and the folder typed over what is proposed.
fn export(stage: &Stage, reader: &mut Reader, folder: &Path) {
    reader.press("Export as a program");
    reader.until("the menu", |names| {
        let named = |name: &String| name.starts_with("Export as C");
        names.iter().any(named).then_some(())
    });
    reader.press("Export as C\u{2026}");
    until("the keyboard in the field", || {
        (reader.focused() == "Save to").then_some(())
    });
    stage.keys(&["ctrl+a"]);
    stage.types(folder.to_str().unwrap());
    stage.keys(&["Return"]);
}
