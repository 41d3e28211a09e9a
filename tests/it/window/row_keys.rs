//! *Who sees it* by keys alone: how many lead from the bytes to writing as any row, and what is spoken of each.

use super::process_rows::PRIVATE;
use super::support::*;

use std::collections::BTreeSet;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{Action, PeersAction};

use crate::others::Program;

const SHARED: &str = super::process_rows::SHARED;
const READ_ONLY: &str =
    "Start a process that maps the file shared and read-only: its stores are refused";
/// From the bytes to the open menu whose first item writes, at most.
const MOST_KEYS: usize = 6;
/// Rows of our own processes, at least.
const N_OURS: usize = 12;

/// A window with rows of every kind, and the other program that is one of them.
fn crowded() -> (tempfile::TempDir, Window, Program) {
    let (folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    for round in 0..N_OURS - 3 {
        let kind = [SHARED, PRIVATE, READ_ONLY][round % 3];
        click(&mut window, kind);
        until(&mut window, "one process more", |window| {
            doc(window).processes.list().len() == round + 3
        });
    }
    let private = doc(&window).processes.list().iter();
    let private = private.filter(|it| !it.is_built_in() && !it.reaches_file());
    let private = private.map(|it| it.mapping).next().expect("a private one");
    act(&mut window, Action::Peers(PeersAction::Fork(private)));
    let mut program = Program::start();
    program.map(&path, "shared");
    program.ask(&serde_json::json!(["store", 0, 0, 0x41]));
    until(&mut window, "every row was heard", |window| {
        let rows = witness_rows(window);
        rows.len() == N_OURS + 4 && rows.iter().all(|row| row.contains("sees 41 'A'"))
    });
    (folder, window, program)
}

/// The place of the row with the keyboard, and what it says.
fn focused(window: &Window) -> Option<String> {
    let mut rows = window.query_all_by_role(Role::Row);
    let row = rows.find(egui_kittest::Node::is_focused)?;
    row.accesskit_node().label()
}

/// What the row that says this is called: before how it maps.
fn name_of(row: &str) -> &str {
    let (head, _) = row.split_once(": ").unwrap();
    head.rsplit_once(", ").unwrap().0
}

/// Presses one key more, a digit as the text that it types.
fn key(window: &mut Window, key: &str, n_keys: &mut usize) {
    *n_keys += 1;
    match Key::from_name(key).filter(|_| key.len() > 1) {
        Some(named) => press(window, PLAIN, named),
        None => type_text(window, key),
    }
}

/// Goes from the bytes to what row `index` can do; how many keys that took.
fn open_menu(window: &mut Window, index: usize, row: &str) -> usize {
    let mut n_keys = 0;
    assert!(grid(window).is_focused());
    key(window, "F7", &mut n_keys);
    for digit in (index + 1).to_string().chars() {
        key(window, &digit.to_string(), &mut n_keys);
    }
    until(window, &format!("row {index} has the keyboard"), |window| {
        focused(window).is_some_and(|it| it.split(": ").next() == row.split(": ").next())
    });
    key(window, "Enter", &mut n_keys);
    let name = name_of(row);
    until(window, "the menu is open", |window| {
        is_named(window, &format!("What {name} can do"))
    });
    n_keys
}

#[test]
fn any_row_is_written_as_within_six_keys_from_the_bytes() {
    let (_folder, mut window, _program) = crowded();
    let rows = witness_rows(&window);
    let mut n_written = 0;
    for (index, row) in rows.iter().enumerate() {
        let byte = 0x61 + u8::try_from(index).unwrap();
        let text = format!("{byte:02x}");
        act(&mut window, Action::Peers(PeersAction::ByteEdited(text)));
        grid(&window).focus();
        window.step();
        let mut n_keys = open_menu(&mut window, index, row);
        if row.contains("read-only") || !is_named(&window, "Write as it") {
            let can = is_named(&window, &format!("Write as {}", name_of(row)));
            assert!(row.contains("read-only") || !can, "{row}");
            press(&mut window, PLAIN, Key::Escape);
            window.run_steps(2);
            continue;
        }
        until(&mut window, "what writes has the keyboard", |window| {
            let first = window.query_by_role_and_label(Role::Button, "Write as it");
            first.is_some_and(|first| first.is_focused())
        });
        key(&mut window, "Enter", &mut n_keys);
        assert!(n_keys <= MOST_KEYS, "{n_keys} keys to write as {row}");
        let head = row.split(": ").next().unwrap().to_owned();
        let saw = format!("sees {byte:02x} ");
        until(&mut window, &format!("{head} has written"), |window| {
            let rows = witness_rows(window);
            let now = rows.iter().find(|now| now.starts_with(&head));
            now.is_some_and(|now| now.contains(&saw))
        });
        n_written += 1;
    }
    assert!(n_written >= N_OURS, "{n_written} of {} rows", rows.len());
}

#[test]
fn keys_lead_from_row_to_row_and_back_to_the_bytes() {
    let (_folder, mut window, _program) = crowded();
    let rows = witness_rows(&window);
    let head = |row: &String| row.split(": ").next().unwrap().to_owned();
    press(&mut window, PLAIN, Key::F7);
    let ways: [(Key, usize); 7] = [
        (Key::End, rows.len() - 1),
        (Key::ArrowDown, rows.len() - 1),
        (Key::ArrowUp, rows.len() - 2),
        (Key::Home, 0),
        (Key::ArrowUp, 0),
        (Key::ArrowDown, 1),
        (Key::F7, 0),
    ];
    for (key, index) in ways {
        press(&mut window, PLAIN, key);
        until(&mut window, &format!("{key:?}"), |window| {
            focused(window).is_some_and(|row| head(&row) == head(&rows[index]))
        });
    }
    press(&mut window, PLAIN, Key::Escape);
    until(&mut window, "the bytes have it again", |window| {
        grid(window).is_focused()
    });
    // Hidden, or another tab: it is shown.
    for key in [Key::F9, Key::Num2] {
        let modifiers = if key == Key::F9 { PLAIN } else { CTRL };
        press(&mut window, modifiers, key);
        until(&mut window, "there is no row", |window| {
            witness_rows(window).is_empty()
        });
        press(&mut window, PLAIN, Key::F7);
        until(&mut window, "the first row has the keyboard", |window| {
            focused(window).is_some_and(|row| head(&row) == head(&rows[0]))
        });
        press(&mut window, PLAIN, Key::Escape);
        window.run_steps(2);
    }
}

/// Who, how it maps, what it sees, and through what: nothing cut off, and no two alike.
#[test]
fn each_row_is_spoken_as_one_whole_sentence() {
    let (_folder, window, _program) = crowded();
    let rows = witness_rows(&window);
    let distinct: BTreeSet<&String> = rows.iter().collect();
    assert_eq!(distinct.len(), rows.len(), "{rows:#?}");
    for row in &rows {
        assert!(!row.contains(|c: char| c.is_control() || c == '\u{2026}'));
        let (who, says) = row.split_once(": ").expect("who, and what it says");
        let (name, maps) = who.rsplit_once(", ").expect("a name, and how it maps");
        assert!(!name.is_empty() && !maps.is_empty(), "{row}");
        let (sees, through) = says.split_once("; through ").expect("through what");
        assert!(sees.starts_with("sees 41 'A'"), "{row}");
        assert!(
            ["the file's page", "a copy"]
                .iter()
                .any(|it| through.contains(it)),
            "{row}"
        );
    }
}
