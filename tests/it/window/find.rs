//! *Find* in the window, on real files: what is typed, what is said, marked, listed and replaced.

use std::fs;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::bytes::Span;
use mapscope::bytes::find::TextEncoding;
use mapscope::model::{Action, FindAction, FindForm, MappingAction, Tab};

use super::support::*;

const TEXT: FindForm = FindForm::Text(TextEncoding::Utf8);

/// Opens the form by its key, and has what is typed read in this way.
fn open_find(window: &mut Window, form: FindForm) {
    press(window, CTRL, Key::F);
    until(window, "the form has the keys", |window| {
        let field = window.query_by_role_and_label(Role::TextInput, "Find");
        field.is_some_and(|field| field.is_focused())
    });
    find(window, FindAction::SetForm(form));
}

/// Looks for `text` from the cursor on, by key.
fn look_for(window: &mut Window, form: FindForm, text: &str) {
    open_find(window, form);
    type_text(window, text);
    press(window, PLAIN, Key::Enter);
}

fn selection(window: &Window) -> Span {
    doc(window).view().viewport.selection()
}

fn at(start: u64, len: u64) -> Span {
    Span::at(start, len).unwrap()
}

/// `ELF` at 1, 100 and 4096.
fn three() -> (tempfile::TempDir, std::path::PathBuf, Window) {
    let (folder, path) = file_with_elf(&[1, 100, 4096]);
    let window = open(&path);
    (folder, path, window)
}

#[test]
fn keys_go_from_match_to_match_and_round() {
    let (_folder, _path, mut window) = three();
    look_for(&mut window, TEXT, "ELF");
    until_said(&mut window, "1 of 3 matches");
    assert_eq!(selection(&window), at(1, 3));
    assert!(
        field(&window, "Find").is_focused(),
        "Enter leaves the keys there"
    );
    press(&mut window, PLAIN, Key::Enter);
    until_said(&mut window, "2 of 3 matches");
    press(&mut window, PLAIN, Key::F3);
    until_said(&mut window, "3 of 3 matches");
    assert_eq!(selection(&window), at(4096, 3));
    press(&mut window, PLAIN, Key::F3);
    until_said(&mut window, "1 of 3 matches, from the top again");
    press(&mut window, Modifiers::SHIFT, Key::Enter);
    until_said(&mut window, "3 of 3 matches, from the end again");
    press(&mut window, Modifiers::SHIFT, Key::F3);
    until_said(&mut window, "2 of 3 matches");
    assert_eq!(selection(&window), at(100, 3));
    // Esc gives the keys back; F3 goes on without the form, and each was a jump
    press(&mut window, PLAIN, Key::Escape);
    until(&mut window, "the bytes have the keys", |window| {
        grid(window).is_focused() && !is_named(window, "Close Find")
    });
    press(&mut window, PLAIN, Key::F3);
    until(&mut window, "it goes on", |window| {
        selection(window) == at(4096, 3)
    });
    press(&mut window, Modifiers::ALT, Key::ArrowLeft);
    until(&mut window, "it was a jump", |window| {
        doc(window).view().viewport.cursor == 100
    });
}

#[test]
fn what_is_no_pattern_is_told_beside_the_field_and_changes_nothing() {
    let (_folder, path, mut window) = three();
    open_find(&mut window, FindForm::Bytes);
    type_text(&mut window, "45 4x");
    until_said(
        &mut window,
        "Not searched: not a byte at column 5: two hexadecimal digits are expected, with ? for any, such as DE ?? 4?",
    );
    press(&mut window, PLAIN, Key::Enter);
    window.run_steps(5);
    assert_eq!(selection(&window), at(0, 1));
    assert!(doc(&window).view().searches.list.is_none());
    assert!(field(&window, "Find").is_focused());
    find(&mut window, FindAction::SetForm(FindForm::Expression));
    find(&mut window, FindAction::Edited("E(L".to_owned()));
    until(&mut window, "the column is told", |window| {
        is_told(window, &["not a regular expression at column 2"])
    });
    assert_eq!(fs::read(path).unwrap()[1], b'E');
}

#[test]
fn all_are_listed_marked_and_gone_to() {
    let (_folder, _path, mut window) = three();
    open_find(&mut window, TEXT);
    type_text(&mut window, "ELF");
    click(&mut window, "All matches");
    until_said(&mut window, "3 matches");
    assert_eq!(model(&window).settings.tab, Tab::Found);
    until(&mut window, "they are listed", |window| {
        window.query_by_label("3 matches of ELF").is_some()
            && is_named(window, "0x1000  45 4c 46  ELF")
    });
    // a screen reader is told of the mark
    go_to(&mut window, 101);
    assert!(
        status(&window)
            .iter()
            .any(|said| said.contains("in a match"))
    );
    click(&mut window, "0x1000  45 4c 46  ELF");
    until(&mut window, "it is selected", |window| {
        selection(window) == at(4096, 3)
    });
    let list = doc(&window).view().searches.list.as_ref().unwrap();
    assert_eq!(list.places, [0, 17, 699]);
    assert!(list.covers(4098) && !list.covers(4099) && !list.covers(0));
}

#[test]
fn ten_thousand_matches_are_replaced_as_one_edit() {
    let mut bytes = vec![b'.'; 60_000];
    for start in (0..60_000).step_by(6) {
        bytes[start..start + 2].copy_from_slice(b"ab");
    }
    let (_folder, path) = file(&bytes);
    let mut window = open(&path);
    look_for(&mut window, TEXT, "ab");
    until_said(&mut window, "1 of 10000 matches");
    press(&mut window, CTRL, Key::H);
    until(&mut window, "there is a field", |window| {
        window
            .query_by_role_and_label(Role::TextInput, "Replace with")
            .is_some()
    });
    // of another length nothing is replaced
    find(&mut window, FindAction::ReplacementEdited("xyz".to_owned()));
    click(&mut window, "Replace all");
    until(&mut window, "why not is told", |window| {
        is_told(
            window,
            &[
                "Nothing was replaced",
                "at 0x0 has 2 bytes",
                "replacement 3",
            ],
        )
    });
    assert_eq!(doc(&window).view().journal.edits().len(), 0);
    find(&mut window, FindAction::ReplacementEdited("xy".to_owned()));
    click(&mut window, "Replace all");
    until_said(&mut window, "10000 replaced, as one edit");
    let journal = &doc(&window).view().journal;
    assert_eq!(
        (journal.edits().len(), journal.pending_bytes()),
        (1, 20_000)
    );
    until(&mut window, "it is shown", |window| {
        row(window, 0).contains("78 79 2e 2e 2e 2e 78 79")
    });
    // what is shown is searched
    find(&mut window, FindAction::Edited("xy".to_owned()));
    find(&mut window, FindAction::All);
    until_said(&mut window, "10000 matches");
    grid(&window).focus();
    window.step();
    press(&mut window, CTRL, Key::Z);
    until(&mut window, "all of it is taken back", |window| {
        row(window, 0).contains("61 62 2e 2e 2e 2e 61 62")
            && doc(window).view().journal.pending_bytes() == 0
    });
    assert_eq!(
        fs::read(&path).unwrap(),
        bytes,
        "the file was never written to"
    );
}

#[test]
fn one_is_replaced_and_the_next_one_gone_to() {
    let (_folder, _path, mut window) = three();
    look_for(&mut window, TEXT, "ELF");
    until_said(&mut window, "1 of 3 matches");
    find(&mut window, FindAction::ReplacementEdited("elf".to_owned()));
    find(&mut window, FindAction::Replace);
    until_said(&mut window, "1 of 2 matches");
    assert_eq!(selection(&window), at(100, 3));
    until(&mut window, "it is shown", |window| {
        row(window, 0).contains("2e 65 6c 66 2e")
    });
    // what stands elsewhere than at a match is not replaced: the next is gone to
    go_to(&mut window, 500);
    find(&mut window, FindAction::Replace);
    until(&mut window, "it goes there", |window| {
        selection(window) == at(4096, 3)
    });
    assert_eq!(doc(&window).view().journal.edits().len(), 1);
}

#[test]
fn a_match_that_somebody_changed_is_not_replaced() {
    let (_folder, path, mut window) = three();
    look_for(&mut window, TEXT, "ELF");
    until_said(&mut window, "1 of 3 matches");
    let mut bytes = fs::read(&path).unwrap();
    bytes[2] = b'x';
    {
        use std::os::unix::fs::FileExt as _;
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.write_all_at(b"x", 2).unwrap();
    }
    find(&mut window, FindAction::ReplacementEdited("elf".to_owned()));
    find(&mut window, FindAction::Replace);
    until_said(
        &mut window,
        "Nothing was replaced: what stood at 0x1 has changed; search again",
    );
    assert_eq!(doc(&window).view().journal.edits().len(), 0);
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn what_is_no_index_is_looked_for() {
    let (_folder, _path, mut window) = three();
    look_up(&mut window, "ELF");
    until(&mut window, "it is offered", |window| {
        is_named(window, "find 'ELF'?")
    });
    // Enter does nothing to an error
    press(&mut window, PLAIN, Key::Enter);
    window.run_steps(3);
    assert_eq!(selection(&window), at(0, 1));
    click(&mut window, "find 'ELF'?");
    until_said(&mut window, "1 of 3 matches");
    assert_eq!(selection(&window), at(1, 3));
    // by key too
    look_up(&mut window, "FL");
    press(&mut window, CTRL, Key::F);
    until_said(&mut window, "No match");
    // an index is none of that
    look_up(&mut window, "17");
    window.run_steps(3);
    assert!(!is_named(&window, "find '17'?"));
}

#[test]
fn a_search_is_stopped_at_once_and_the_window_answers_meanwhile() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("large.bin");
    // all of it is data to a search that ends in no hole
    fs::write(&path, vec![b'a'; 48 << 20]).unwrap();
    let mut window = open(&path);
    open_find(&mut window, FindForm::Expression);
    // slow on purpose: it matches nowhere and tries everywhere
    find(
        &mut window,
        FindAction::Edited("[a-c].{3000}[d-z]".to_owned()),
    );
    find(&mut window, FindAction::All);
    until(&mut window, "its bar stands", |window| {
        status(window)
            .iter()
            .any(|said| said.starts_with("Searching: "))
    });
    // the cursor goes on
    grid(&window).focus();
    window.step();
    press(&mut window, PLAIN, Key::ArrowRight);
    assert_eq!(doc(&window).view().viewport.cursor, 1);
    let pressed = Instant::now();
    click(&mut window, "Stop");
    until_said(&mut window, "Stopped");
    assert!(pressed.elapsed() < Duration::from_secs(5));
    assert!(doc(&window).view().searches.now.is_none());
    assert!(!is_told(&window, &["Searching: "]));
}

#[test]
fn a_file_that_is_truncated_and_a_mapping_made_anew_do_not_mislead() {
    let (_folder, path, mut window) = three();
    look_for(&mut window, TEXT, "ELF");
    until_said(&mut window, "1 of 3 matches");
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_len(2000).unwrap();
    find(&mut window, FindAction::All);
    until_said(
        &mut window,
        "2 matches; not all could be read: 4000 bytes missing",
    );
    until(&mut window, "where is listed", |window| {
        window.root().children_recursive().any(|node| {
            let label = node.accesskit_node().label().unwrap_or_default();
            label.contains("not read: ")
        })
    });
    find(&mut window, FindAction::ReplacementEdited("elf".to_owned()));
    find(&mut window, FindAction::ReplaceAll);
    until(&mut window, "a part of them is not replaced", |window| {
        is_told(
            window,
            &["Nothing was replaced: 4000 bytes could not be read"],
        )
    });
    assert_eq!(doc(&window).view().journal.edits().len(), 0);
    act(&mut window, Action::Mapping(MappingAction::Remap));
    until_said(&mut window, "Mapped anew: search again");
    assert!(doc(&window).view().searches.list.is_none());
    find(&mut window, FindAction::All);
    until_said(&mut window, "2 matches");
}

#[test]
fn only_the_selection_is_searched_where_that_is_wanted() {
    let (_folder, _path, mut window) = three();
    look_up(&mut window, "50..200");
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "it is selected", |window| {
        selection(window) == at(50, 150)
    });
    open_find(&mut window, TEXT);
    find(&mut window, FindAction::InSelection(true));
    find(&mut window, FindAction::Edited("ELF".to_owned()));
    find(&mut window, FindAction::All);
    until_said(&mut window, "1 match");
    find(&mut window, FindAction::InSelection(false));
    find(&mut window, FindAction::All);
    until_said(&mut window, "3 matches");
}

#[test]
fn every_part_of_the_form_is_whole_in_a_small_window_and_nothing_moves() {
    let (_folder, _path, mut window) = three();
    window.set_size(vec2(700.0, 420.0));
    window.run_steps(4);
    let before = grid(&window).rect();
    press(&mut window, CTRL, Key::H);
    until(&mut window, "the form stands", |window| {
        is_named(window, "Close Find")
    });
    window.run_steps(4);
    assert_eq!(grid(&window).rect(), before);
    let mut right = 0.0;
    for label in [
        "Looked for as: Bytes",
        "Previous match",
        "Next match",
        "All matches",
        "Replace",
        "Replace all",
        "Close Find",
    ] {
        let rect = window.get_by_role_and_label(Role::Button, label).rect();
        assert!(
            rect.left() >= right - 0.5 && rect.right() <= 700.0,
            "{label}: {rect}"
        );
        right = rect.right();
    }
}

#[test]
fn the_areas_that_f6_leads_to_have_the_form() {
    let (_folder, _path, mut window) = three();
    press(&mut window, CTRL, Key::F);
    window.run_steps(3);
    grid(&window).focus();
    window.run_steps(2);
    for _ in 0..6 {
        press(&mut window, PLAIN, Key::F6);
        window.run_steps(3);
        if focused(&window) == "Find" {
            return;
        }
    }
    panic!("F6 does not lead there, but to {:?}", focused(&window));
}
