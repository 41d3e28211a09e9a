//! Private and shared, read-only and read-write: the switch, what becomes of edits, and what the file gets.

use crate::map::support::as_nobody;

use super::support::*;
use std::fs;
use std::time::Duration;

use egui::Key;
use mapscope::model::{Access, Action, MappingAction, Mode, Topic, ViewAction};

/// A window with `Z` typed over the first of 64 bytes `A`, asked to become shared.
fn asked() -> (tempfile::TempDir, std::path::PathBuf, Window) {
    let (folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    type_bytes(&mut window, "5a");
    press(&mut window, CTRL, Key::T);
    until(&mut window, "the fate of the edit is asked", |window| {
        is_told(
            window,
            &["1 byte is edited privately in data.bin", "what becomes of"],
        )
    });
    assert_eq!(doc(&window).view().mode, Mode::Private);
    assert_eq!(fs::read(&path).unwrap(), [b'A'; 64]);
    (folder, path, window)
}

fn is_shared(window: &Window) -> bool {
    doc(window).view().mode == Mode::Shared
}

#[test]
fn edits_are_written_and_everybody_sees_them() {
    let (_folder, path, mut window) = asked();
    click(&mut window, "Write it to the file");
    until(&mut window, "it is shared", is_shared);
    assert_eq!(fs::read(&path).unwrap()[..2], *b"ZA");
    press(&mut window, PLAIN, Key::ArrowLeft);
    until(&mut window, "every witness sees it", |window| {
        [SECOND, CALLS, SHARED_PEER, PRIVATE_PEER]
            .iter()
            .all(|title| witness(window, title).starts_with("5a 'Z'"))
    });
    assert!(row(&window, 0).starts_with("00000000 5a 41 "));
    assert!(is_named(&window, "Mode: shared read-write"));
    assert!(model(&window).title().contains("SHARED"));
    assert!(!doc(&window).has_unsaved());
}

#[test]
fn edits_are_kept_and_reapplied_on_the_way_back() {
    let (_folder, path, mut window) = asked();
    click(&mut window, "Keep as a patch");
    until(&mut window, "it is shared and the edit waits", |window| {
        is_shared(window) && is_told(window, &["1 edited byte", "no longer in the view"])
    });
    until(&mut window, "the view shows the file", |window| {
        row(window, 0).starts_with("00000000 41 41 ")
    });
    assert_eq!(fs::read(&path).unwrap(), [b'A'; 64]);
    press(&mut window, CTRL, Key::T);
    until(&mut window, "it is private", |window| !is_shared(window));
    click(&mut window, "Reapply");
    until(&mut window, "the edit is back", |window| {
        row(window, 0).starts_with("00000000 5a 41 ") && notice(window, Topic::Patch).is_empty()
    });
    assert_eq!(fs::read(&path).unwrap(), [b'A'; 64]);
    assert_eq!(doc(&window).view().journal.pending_bytes(), 1);
}

#[test]
fn edits_are_dropped() {
    let (_folder, path, mut window) = asked();
    click(&mut window, "Drop it");
    until(&mut window, "it is shared and shows the file", |window| {
        is_shared(window) && row(window, 0).starts_with("00000000 41 41 ")
    });
    assert!(!doc(&window).has_unsaved());
    assert_eq!(fs::read(&path).unwrap(), [b'A'; 64]);
}

#[test]
fn nothing_happens_on_cancel() {
    let (_folder, path, mut window) = asked();
    click(&mut window, "Cancel");
    until(&mut window, "the question is gone", |window| {
        notice(window, Topic::Unsaved).is_empty()
    });
    assert!(!is_shared(&window));
    assert!(row(&window, 0).starts_with("00000000 5a 41 "));
    assert_eq!(doc(&window).view().journal.pending_bytes(), 1);
    assert_eq!(fs::read(&path).unwrap(), [b'A'; 64]);
}

#[test]
fn a_shared_write_is_in_the_file_at_once() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    click(&mut window, "Shared");
    until(&mut window, "it is shared", is_shared);
    type_bytes(&mut window, "5a");
    assert_eq!(fs::read(&path).unwrap()[..2], *b"ZA");
    press(&mut window, CTRL, Key::Z);
    until(&mut window, "undo writes too", |_| {
        fs::read(&path).unwrap()[0] == b'A'
    });
}

#[test]
fn read_only_refuses_in_words() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    click(&mut window, "Read-only");
    until(&mut window, "it is read-only", |window| {
        doc(window).view().access == Access::ReadOnly
    });
    type_text(&mut window, "5");
    until(&mut window, "it is refused in words", |window| {
        is_told(window, &["data.bin is read-only", "read-write"])
    });
    assert!(row(&window, 0).starts_with("00000000 41 41 "));
    click(&mut window, "Read-only");
    until(&mut window, "it is read-write", |window| {
        doc(window).view().access == Access::ReadWrite
    });
    type_bytes(&mut window, "5a");
}

#[test]
fn a_remap_keeps_private_edits() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    type_bytes(&mut window, "5a5b");
    press(&mut window, PLAIN, Key::F5);
    until(&mut window, "it says so", |window| {
        is_told(window, &["mapped anew"])
    });
    until(&mut window, "the edits are back", |window| {
        row(window, 0).starts_with("00000000 5a 5b 41 ")
            && doc(window).view().journal.pending_bytes() == 2
            && doc(window).view().journal.patch_bytes() == 0
    });
    assert_eq!(fs::read(&path).unwrap(), [b'A'; 64]);
}

#[test]
fn discarded_copies_show_the_file_and_the_edits_wait() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    type_bytes(&mut window, "5a");
    click(&mut window, "Discard copies");
    until(&mut window, "the view shows the file", |window| {
        row(window, 0).starts_with("00000000 41 41 ") && is_told(window, &["1 edited byte"])
    });
    click(&mut window, "Reapply");
    until(&mut window, "the edit is back", |window| {
        row(window, 0).starts_with("00000000 5a 41 ")
    });
}

#[test]
fn an_untouched_page_follows_the_file_and_a_copied_one_does_not() {
    let (_folder, path) = file(&[b'A'; 8192]);
    let mut window = open(&path);
    go_to(&mut window, 4090);
    until(&mut window, "both pages are in sight", |window| {
        !row(window, 4096).is_empty()
    });
    type_bytes(&mut window, "5a"); // page 0 is copied
    let writer = fs::OpenOptions::new().write(true).open(&path).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&writer, b"xxxxxxxxxxxxxxxx", 4088).unwrap();
    let page_0 = "00000ff0 41 41 41 41 41 41 41 41 41 41 5a 41 ";
    let page_1 = "00001000 78 78 78 78 78 78 78 78 41 ";
    until(&mut window, "page 1 follows", |window| {
        row(window, 4096).starts_with(page_1)
    });
    throughout(
        &mut window,
        Duration::from_millis(400),
        "page 0 does not",
        |window| row(window, 0xff0).starts_with(page_0),
    );
    // and so does a page of a shared view, edited or not
    press(&mut window, CTRL, Key::T);
    until(&mut window, "the fate is asked", |window| {
        is_told(window, &["edited privately"])
    });
    click(&mut window, "Drop it");
    until(&mut window, "the shared view shows all of it", |window| {
        row(window, 0xff0).starts_with("00000ff0 41 41 41 41 41 41 41 41 78 ")
    });
}

#[test]
fn a_running_program_is_refused_in_words_and_edited_privately() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("sleeper");
    fs::copy("/bin/sleep", &path).unwrap();
    let mut command = std::process::Command::new(&path);
    let _running = Running(command.arg("60").spawn().unwrap());
    let before = fs::read(&path).unwrap();
    let mut window = open(&path);
    press(&mut window, CTRL, Key::T);
    until(
        &mut window,
        "shared writing is refused in words",
        |window| {
            is_told(
                window,
                &[
                    "ETXTBSY",
                    "running program",
                    "private editing works",
                    "sleeper",
                ],
            )
        },
    );
    assert_eq!(
        (doc(&window).view().mode, doc(&window).view().access),
        (Mode::Shared, Access::ReadOnly)
    );
    type_text(&mut window, "5a");
    window.run_steps(3);
    assert!(doc(&window).view().journal.edits().is_empty());
    assert!(is_told(&window, &["ETXTBSY"]));
    press(&mut window, CTRL, Key::T);
    until(&mut window, "it is private", |window| !is_shared(window));
    type_bytes(&mut window, "5a");
    until(&mut window, "the row shows it", |window| {
        row(window, 0).starts_with("00000000 5a 45 4c 46 ")
    });
    assert_eq!(fs::read(&path).unwrap(), before);
    // nor does looking at it make it impossible to start
    let started = std::process::Command::new(&path).arg("0").status();
    assert!(started.unwrap().success());
}

#[test]
fn a_file_of_somebody_else_is_refused_in_words() {
    let name = "a_file_of_somebody_else_is_refused_in_words";
    as_nobody(module_path!(), name, |_| {
        check_somebody_elses_file();
        Ok(())
    })
    .unwrap();
}

fn check_somebody_elses_file() {
    // Everybody may read it, and nobody but root may write it.
    let path = std::path::Path::new("/etc/passwd");
    let mut window = open(path);
    press(&mut window, CTRL, Key::T);
    until(
        &mut window,
        "shared writing is refused in words",
        |window| is_told(window, &["EACCES", "private editing works"]),
    );
    press(&mut window, CTRL, Key::T);
    until(&mut window, "it is private", |window| !is_shared(window));
    type_bytes(&mut window, "5a");
}

#[test]
fn a_scroll_that_a_narrower_mapping_overtakes_leaves_the_screen_alive() {
    let (_folder, path) = file(&vec![b'A'; 1 << 20]);
    let mut window = open(&path);
    go_to(&mut window, 900_000);
    // both are on their way before either is answered: the bytes wished for are outside by then
    let ctx = window.ctx.clone();
    let part = mapscope::bytes::Span::new(0, 64);
    for action in [
        Action::Mapping(MappingAction::SetWindow(part)),
        Action::View(ViewAction::ScrollRows(3)),
    ] {
        window.state_mut().act(&ctx, action);
    }
    until(&mut window, "the narrow mapping is shown", |window| {
        row(window, 0).starts_with("00000000 41 41 ")
    });
    fs::write(&path, vec![b'B'; 1 << 20]).unwrap();
    until(&mut window, "it is looked at still", |window| {
        row(window, 0).starts_with("00000000 42 42 ")
    });
}
