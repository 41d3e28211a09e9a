//! Typing, pasting, filling, undo and redo by keys; what the file has of it is asked of the file.

use super::support::*;
use std::fs;

use egui::{Event, Key, Modifiers};
use mapscope::model::{Action, EditAction, Topic, WitnessId};

#[test]
fn private_typing_changes_the_row_and_not_the_file() {
    let (_folder, path) = file(b"ABCDEFGH");
    let mut window = open(&path);
    type_bytes(&mut window, "5a7e");
    until(&mut window, "the row shows it", |window| {
        row(window, 0) == "00000000 5a 7e 43 44 45 46 47 48  Z~CDEFGH"
    });
    assert_eq!(fs::read(&path).unwrap(), b"ABCDEFGH");
    assert_eq!(doc(&window).view().viewport.cursor, 2);
    assert!(
        status(&window)
            .iter()
            .any(|status| status.starts_with("Cursor 0x2 (2): 0x43"))
    );
    press(&mut window, PLAIN, Key::ArrowLeft);
    until(
        &mut window,
        "the cursor's byte says it is edited",
        |window| {
            status(window)
                .iter()
                .any(|status| status.contains("edited privately, was 0x42"))
        },
    );
    until(&mut window, "the page is a private copy", |window| {
        witness(window, VIEW).contains("through a copy")
    });
}

#[test]
fn the_text_column_takes_characters() {
    let (_folder, path) = file(b"ABCDEFGH");
    let mut window = open(&path);
    press(&mut window, PLAIN, Key::Tab);
    type_text(&mut window, "x\u{e9}");
    until(&mut window, "the row shows it", |window| {
        row(window, 0).starts_with("00000000 78 c3 a9 44 ")
    });
    press(&mut window, PLAIN, Key::Tab);
    type_bytes(&mut window, "00");
    until(&mut window, "the row shows it", |window| {
        row(window, 0).starts_with("00000000 78 c3 a9 00 45 ")
    });
}

#[test]
fn undo_and_redo_by_keys() {
    let (_folder, path) = file(b"ABCDEFGH");
    let mut window = open(&path);
    let shift = Modifiers {
        shift: true,
        ..CTRL
    };
    type_bytes(&mut window, "0102");
    let shows = |window: &mut Window, start: &str| {
        let row_start = format!("00000000 {start} 43 ");
        until(window, &row_start, |window| {
            row(window, 0).starts_with(&row_start)
        });
    };
    shows(&mut window, "01 02");
    press(&mut window, CTRL, Key::Z);
    shows(&mut window, "01 42");
    press(&mut window, CTRL, Key::Z);
    shows(&mut window, "41 42");
    press(&mut window, CTRL, Key::Z);
    until(&mut window, "it says that nothing is left", |window| {
        is_told(window, &["Nothing left to undo"])
    });
    assert_eq!(doc(&window).view().journal.pending_bytes(), 0);
    press(&mut window, CTRL, Key::Y);
    shows(&mut window, "01 42");
    press(&mut window, shift, Key::Z);
    shows(&mut window, "01 02");
    assert_eq!(doc(&window).view().journal.pending_bytes(), 2);
    assert_eq!(fs::read(&path).unwrap(), b"ABCDEFGH");
}

#[test]
fn paste_and_fill() {
    let (_folder, path) = file(&[0x61; 32]);
    let mut window = open(&path);
    window.event(Event::Paste("de ad 0xbe,ef".to_owned()));
    until(&mut window, "the paste is shown", |window| {
        row(window, 0).starts_with("00000000 de ad be ef 61 ")
    });
    window.event(Event::Paste("no hex".to_owned()));
    until(&mut window, "a paste is refused in words", |window| {
        is_told(window, &["does not hold hex"])
    });
    // the cursor went on behind what was pasted
    window.event(Event::Paste("00 ".repeat(33)));
    until(&mut window, "a paste is refused in words", |window| {
        is_told(
            window,
            &["33 bytes", "room for 28", "never changes the length"],
        )
    });
    go_to(&mut window, 16);
    for _ in 0..3 {
        press(&mut window, Modifiers::SHIFT, Key::ArrowRight);
    }
    press(&mut window, CTRL, Key::B);
    until(&mut window, "the fill bar has the keyboard", |window| {
        model(window).area == mapscope::model::Focus::Fill
    });
    type_text(&mut window, "7a");
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "the fill is shown", |window| {
        row(window, 16).starts_with("00000010 7a 7a 7a 7a 61 ")
    });
    until(&mut window, "the keyboard is back in the grid", |window| {
        grid(window).is_focused()
    });
    assert_eq!(fs::read(&path).unwrap(), [0x61; 32]);
    assert_eq!(doc(&window).view().journal.pending_bytes(), 8);
}

#[test]
fn copy_gives_the_selection_as_hex_or_as_text() {
    let (_folder, path) = file(b"ABCDEFGH");
    let mut window = open(&path);
    let copied = |window: &mut Window| {
        window.event(Event::Copy);
        Some(copied(window))
    };
    press(&mut window, Modifiers::SHIFT, Key::ArrowRight);
    press(&mut window, Modifiers::SHIFT, Key::ArrowRight);
    assert_eq!(copied(&mut window).as_deref(), Some("41 42 43"));
    press(&mut window, PLAIN, Key::Tab);
    assert_eq!(copied(&mut window).as_deref(), Some("ABC"));
}

#[test]
fn what_is_typed_and_saved_at_once_is_saved() {
    let (_folder, path) = file(&[0x61; 64]);
    let mut window = open(&path);
    type_bytes(&mut window, "01");
    // the storage is slow: the second store is still on its way when Ctrl+S is pressed
    let ctx = window.ctx.clone();
    for action in [
        Action::Edit(EditAction::HexDigit(0)),
        Action::Edit(EditAction::HexDigit(2)),
        Action::Edit(EditAction::WriteBack),
    ] {
        window.state_mut().act(&ctx, action);
    }
    until(&mut window, "both are stored", |window| {
        doc(window).view().journal.edits().len() == 2
    });
    until(&mut window, "something was written", |window| {
        is_told(window, &["written to data.bin"])
    });
    throughout(
        &mut window,
        std::time::Duration::from_millis(700),
        "in the file, pending and shown, or told",
        |window| {
            let in_file = fs::read(&path).unwrap()[1] == 2;
            let pending = doc(window).view().journal.pending_at(1).is_some();
            let shown = row(window, 0).starts_with("00000000 01 02 ");
            let told = !notice(window, Topic::Patch).is_empty();
            in_file || (pending && shown) || told
        },
    );
}

#[test]
fn write_back_writes_the_edited_bytes_only() {
    let (_folder, path) = file(&[0x61; 8192]);
    let mut window = open(&path);
    type_bytes(&mut window, "0102");
    // somebody else writes in the same page: this view has a copy of it and does not see that
    let mut others = vec![0x61; 8192];
    others[100] = 0x62;
    write_at(&path, 100, b"\x62");
    press(&mut window, CTRL, Key::S);
    until(&mut window, "it is written", |window| {
        is_told(window, &["2 bytes written"])
    });
    others[..2].copy_from_slice(&[1, 2]);
    assert_eq!(fs::read(&path).unwrap(), others);
    until(&mut window, "and the page is the file's again", |window| {
        row(window, 96).starts_with("00000060 61 61 61 61 62 ")
    });
    assert!(!doc(&window).has_unsaved());
    assert!(witness(&window, VIEW).contains("02"));
}

#[test]
fn write_back_lists_a_conflict_and_writes_over_it_when_told() {
    let (_folder, path) = file(&[0x61; 64]);
    let mut window = open(&path);
    type_bytes(&mut window, "0102");
    write_at(&path, 1, b"x");
    press(&mut window, CTRL, Key::S);
    until(&mut window, "the conflict is told", |window| {
        is_told(window, &["1 edited byte is not written", "0x1", "0x78"])
    });
    assert_eq!(fs::read(&path).unwrap()[..2], [1, b'x']);
    assert_eq!(doc(&window).view().journal.pending_bytes(), 1);
    click(&mut window, "Write over it");
    until(&mut window, "it is written", |window| {
        fs::read(&path).unwrap()[..2] == [1, 2] && !doc(window).has_unsaved()
    });
}

#[test]
fn an_undo_after_somebody_elses_write_is_refused_in_words() {
    let (_folder, path) = file(&[0x61; 64]);
    let mut window = open(&path);
    press(&mut window, CTRL, Key::T);
    until(&mut window, "it is shared", |window| {
        doc(window).view().writes_through()
    });
    type_bytes(&mut window, "01");
    write_at(&path, 0, b"x");
    press(&mut window, CTRL, Key::Z);
    until(&mut window, "the undo is refused in words", |window| {
        is_told(window, &["somebody changed", "78"])
    });
    assert_eq!(fs::read(&path).unwrap()[0], b'x');
    assert_eq!(doc(&window).witnesses.rows.len(), WitnessId::ALL.len());
}

/// Somebody who knows nothing of this program writes.
fn write_at(path: &std::path::Path, offset: u64, bytes: &[u8]) {
    use std::os::unix::fs::FileExt as _;
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.write_all_at(bytes, offset).unwrap();
}
