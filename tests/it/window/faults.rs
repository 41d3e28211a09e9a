//! What other programs do to the open file: truncate, extend, replace, delete, grow. Rows of the list of faults.

use super::support::*;
use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::Key;
use mapscope::model::{Action, DocAction, EditAction, Topic};

const GIB: u64 = 1 << 30;

fn truncate(path: &Path, len: u64) {
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(len).unwrap();
}

/// A file of three pages full of `A` with `Z` typed at 0 and at 4097.
fn edited() -> (tempfile::TempDir, PathBuf, Window) {
    let (folder, path) = file(&[b'A'; 3 * 4096]);
    let mut window = open(&path);
    type_bytes(&mut window, "5a");
    go_to(&mut window, 4097);
    type_bytes(&mut window, "5a");
    press(&mut window, CTRL, Key::Home);
    until(&mut window, "the start is in sight", |window| {
        row(window, 0).starts_with("00000000 5a 41 ")
    });
    (folder, path, window)
}

#[test]
fn shrunk_to_nothing_and_extended_again() {
    let (_folder, path, mut window) = edited();
    truncate(&path, 0);
    until(&mut window, "no byte is shown and it is told", |window| {
        rows(window)
            .iter()
            .all(|row| row.matches("--").count() == 16)
            && is_told(window, &["data.bin shrank to 0 bytes"])
            && is_told(window, &["2 edited bytes", "truncated"])
    });
    assert_eq!(doc(&window).view().journal.edits().len(), 2);
    assert!(
        status(&window)
            .iter()
            .any(|status| status.contains("past the end of the file"))
    );
    // typing there is refused in words and nothing is stored (row 11)
    type_text(&mut window, "5a");
    until(&mut window, "it is refused", |window| {
        is_told(window, &["past the end of the file"])
    });
    assert_eq!(doc(&window).view().journal.edits().len(), 2);
    assert_eq!(fs::read(&path).unwrap(), b"");
    fs::write(&path, vec![b'B'; 3 * 4096]).unwrap();
    until(&mut window, "the new bytes are shown", |window| {
        row(window, 0).starts_with("00000000 42 42 ") && notice(window, Topic::Size).is_empty()
    });
    assert!(is_told(&window, &["2 edited bytes"]), "{}", state(&window));
    click(&mut window, "Reapply");
    until(&mut window, "the edits are back", |window| {
        row(window, 0).starts_with("00000000 5a 42 ") && notice(window, Topic::Patch).is_empty()
    });
    go_to(&mut window, 4096);
    until(&mut window, "all of them", |window| {
        row(window, 4096).starts_with("00001000 42 5a 42 ")
    });
    assert_eq!(fs::read(&path).unwrap(), vec![b'B'; 3 * 4096]);
}

#[test]
fn shrunk_to_the_middle_of_a_page_and_extended_again() {
    let (_folder, path, mut window) = edited();
    truncate(&path, 100);
    // the kernel keeps the private copy of the page that the end lies in; what it shows past the end is no byte
    until(&mut window, "what is past the end is marked", |window| {
        row(window, 96).starts_with("00000060 41 41 41 41 -- -- -- ")
            && row(window, 112).starts_with("00000070 -- -- ")
            && row(window, 0).starts_with("00000000 5a 41 ")
    });
    until(&mut window, "it is told", |window| {
        is_told(window, &["shrank to 100 bytes", "12288"]) && is_told(window, &["1 edited byte is"])
    });
    go_to(&mut window, 99);
    type_text(&mut window, "5b5c"); // the last byte, and one past it
    until(&mut window, "the second is refused in words", |window| {
        is_told(
            window,
            &["Not written", "past the end of the file", "100 bytes"],
        )
    });
    assert_eq!(doc(&window).view().journal.edits().len(), 3);
    assert_eq!(doc(&window).view().journal.edits()[2].span().start(), 99);
    truncate(&path, 3 * 4096);
    until(&mut window, "the view returns", |window| {
        row(window, 112).starts_with("00000070 00 00 ")
            || row(window, 112).starts_with("00000070 41 41 ")
    });
    assert_eq!(fs::read(&path).unwrap()[..100], [b'A'; 100]);
    click(&mut window, "Reapply");
    until(&mut window, "the lost edit is back", |window| {
        notice(window, Topic::Patch).is_empty()
    });
    assert_eq!(doc(&window).view().journal.pending_bytes(), 3);
}

#[test]
fn shrunk_to_before_an_edit_in_the_same_page_and_extended_again() {
    let (_folder, path) = file(&[b'A'; 8192]);
    let mut window = open(&path);
    go_to(&mut window, 200);
    type_bytes(&mut window, "5a");
    truncate(&path, 100);
    until(&mut window, "it is told", |window| {
        is_told(window, &["shrank to 100 bytes"])
    });
    // a store in the same page meanwhile: what lies past the end of the file is hidden, not gone
    go_to(&mut window, 50);
    type_bytes(&mut window, "5b");
    throughout(
        &mut window,
        Duration::from_millis(600),
        "the edit is kept",
        |window| doc(window).has_unsaved(),
    );
    truncate(&path, 8192);
    until(&mut window, "it has its length again", |window| {
        notice(window, Topic::Size).is_empty()
    });
    throughout(
        &mut window,
        Duration::from_millis(600),
        "the edit is kept",
        |window| doc(window).has_unsaved(),
    );
    act(&mut window, Action::Edit(EditAction::Reapply));
    until(&mut window, "the edit is in the view", |window| {
        row(window, 192).contains(" 5a ") && notice(window, Topic::Patch).is_empty()
    });
    assert!(
        doc(&window).view().journal.pending_at(200).is_some(),
        "the view shows the edit, the file has not got it, and the journal knows nothing of it\n{}",
        state(&window)
    );
    let before = doc(&window).view().generation;
    press(&mut window, PLAIN, Key::F5);
    until(&mut window, "it is mapped anew", |window| {
        doc(window).view().generation > before
    });
    until(&mut window, "with both edits", |window| {
        row(window, 192).contains(" 5a ") && row(window, 48).contains(" 5b ")
    });
    assert_eq!(doc(&window).view().journal.pending_bytes(), 2);
}

#[test]
fn saved_in_place_by_another_program() {
    let (_folder, path, mut window) = edited();
    fs::write(&path, vec![b'C'; 3 * 4096]).unwrap(); // truncates to nothing, then writes: private pages go
    until(
        &mut window,
        "the new bytes are shown, the loss is told",
        |window| {
            row(window, 0).starts_with("00000000 43 43 ")
                && is_told(window, &["2 edited bytes", "saved in place"])
        },
    );
    click(&mut window, "Reapply");
    until(&mut window, "the edits are back", |window| {
        row(window, 0).starts_with("00000000 5a 43 ") && notice(window, Topic::Patch).is_empty()
    });
}

#[test]
fn saved_in_place_while_the_person_types() {
    let (_folder, path, mut window) = edited();
    fs::write(&path, vec![b'C'; 3 * 4096]).unwrap();
    // at once, before anybody can have noticed: the page with the lost edit is copied anew
    go_to(&mut window, 5);
    type_bytes(&mut window, "5b");
    press(&mut window, CTRL, Key::Home);
    let told_or_shown = |window: &Window| {
        let told = is_told(window, &["2 edited bytes"]);
        told || row(window, 0).starts_with("00000000 5a ")
    };
    until(
        &mut window,
        "the edit at 0 is told to be lost, or is in the view",
        told_or_shown,
    );
}

#[test]
fn replaced_by_a_rename_twice() {
    let (_folder, path, mut window) = edited();
    for (n_bytes, round) in [(77, 1), (1234, 2)] {
        let new = path.with_file_name(format!("new {round}"));
        fs::write(&new, vec![b'N'; n_bytes]).unwrap();
        fs::rename(&new, &path).unwrap();
    }
    until(&mut window, "it is told once", |window| {
        let said: Vec<_> = alerts(window);
        let about = said
            .iter()
            .filter(|alert| alert.contains("replaced"))
            .count();
        about == 1
            && is_told(
                window,
                &[
                    "data.bin was replaced by another file of 1234 bytes",
                    "old one",
                ],
            )
    });
    assert!(
        row(&window, 0).starts_with("00000000 5a 41 "),
        "the old bytes, with the edit"
    );
    assert_eq!(doc(&window).view().journal.pending_bytes(), 2);
    // the view of the old file can be saved
    let saved = path.with_file_name("saved");
    act(&mut window, Action::Doc(DocAction::SaveCopy));
    save_to(&mut window, &saved);
    until(&mut window, "it is saved", |window| {
        !notice(window, Topic::Done).is_empty()
    });
    let copies: Vec<PathBuf> = fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|found| *found != path)
        .collect();
    assert_eq!(copies, [saved]);
    let copy = fs::read(&copies[0]).unwrap();
    assert_eq!(
        (copy.len(), copy[0], copy[1], copy[4097]),
        (3 * 4096, b'Z', b'A', b'Z')
    );
    let old = doc(&window).id;
    click(&mut window, "Open the new file");
    until(&mut window, "the new file is open", |window| {
        row(window, 0).starts_with("00000000 4e 4e ") && doc(window).file_len == 1234
    });
    let old = model(&window).doc_by(old).expect("the old one stays");
    assert_eq!(old.view().journal.pending_bytes(), 2);
}

#[test]
fn replaced_under_a_shared_view_refuses_edits_until_decided() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    press(&mut window, CTRL, Key::T);
    until(&mut window, "it is shared", |window| {
        doc(window).view().writes_through()
    });
    let old = path.with_file_name("old");
    fs::hard_link(&path, &old).unwrap();
    let new = path.with_file_name("new");
    fs::write(&new, b"new").unwrap();
    fs::rename(&new, &path).unwrap();
    until(&mut window, "it is told", |window| {
        is_told(window, &["was replaced"])
    });
    type_text(&mut window, "5a");
    until(&mut window, "the edit is refused", |window| {
        is_told(window, &["decide which one"])
    });
    assert_eq!(fs::read(&old).unwrap(), [b'A'; 64]);
    click(&mut window, "Keep the old one");
    type_bytes(&mut window, "5a");
    assert_eq!(fs::read(&old).unwrap()[0], b'Z');
    assert_eq!(fs::read(&path).unwrap(), b"new");
}

#[test]
fn deleted() {
    let (_folder, path, mut window) = edited();
    fs::remove_file(&path).unwrap();
    until(&mut window, "it is told", |window| {
        is_told(window, &["data.bin was deleted", "still holds"])
    });
    assert!(row(&window, 0).starts_with("00000000 5a 41 "));
    go_to(&mut window, 4096);
    assert!(
        row(&window, 4096).starts_with("00001000 41 5a "),
        "{}",
        state(&window)
    );
    click(&mut window, "Save a copy");
    let saved = path.with_file_name("saved");
    save_to(&mut window, &saved);
    until(&mut window, "it is saved", |window| {
        !notice(window, Topic::Done).is_empty()
    });
    let copy = fs::read(saved).unwrap();
    assert_eq!((copy.len(), copy[0], copy[4097]), (3 * 4096, b'Z', b'Z'));
}

#[test]
fn moved_away_with_another_file_in_its_place() {
    let (_folder, path, mut window) = edited();
    fs::rename(&path, path.with_file_name("moved")).unwrap();
    fs::write(&path, b"another").unwrap();
    until(&mut window, "it is told", |window| {
        is_told(
            window,
            &["data.bin was replaced by another file of 7 bytes"],
        )
    });
    fs::remove_file(&path).unwrap();
    fs::rename(path.with_file_name("moved"), &path).unwrap();
    until(&mut window, "and no longer when it is back", |window| {
        notice(window, Topic::Path).is_empty()
    });
    assert_eq!(doc(&window).view().journal.pending_bytes(), 2);
}

#[test]
fn grown_by_a_gibibyte() {
    let (_folder, path, mut window) = edited();
    let end = 3 * 4096 + GIB;
    let started = Instant::now();
    truncate(&path, end);
    until(&mut window, "all of it is mapped", |window| {
        doc(window).view().viewport.extent.end() == end
    });
    let took = started.elapsed();
    assert!(took < Duration::from_secs(1), "took {took:?}");
    until(&mut window, "it is told", |window| {
        is_told(window, &["grew from 12288 to 1073754112 bytes"])
    });
    assert!(
        row(&window, 0).starts_with("00000000 5a 41 "),
        "{}",
        state(&window)
    );
    let journal = &doc(&window).view().journal;
    assert_eq!((journal.pending_bytes(), journal.patch_bytes()), (2, 0));
    press(&mut window, CTRL, Key::End);
    until(&mut window, "its last row is shown", |window| {
        row(window, end - 16).starts_with("40002ff0 00 00 ")
    });
    type_bytes(&mut window, "5a");
    throughout(
        &mut window,
        Duration::from_millis(600),
        "no edit is said to be lost",
        |window| notice(window, Topic::Patch).is_empty(),
    );
    let file = fs::File::open(&path).unwrap();
    let mut last = [1];
    file.read_exact_at(&mut last, end - 1).unwrap();
    assert_eq!(last, [0]);
}

#[test]
fn unreadable_after_it_was_opened() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, path, mut window) = edited();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    go_to(&mut window, 9000);
    until(&mut window, "the view works", |window| {
        row(window, 0x2320).starts_with("00002320 41 ")
    });
    type_bytes(&mut window, "5a");
    assert_eq!(doc(&window).view().journal.pending_bytes(), 3);
}
