//! *Find* in the window: who has the keys when it goes, who is not moved, where it is looked for, and what is said of a
//! replacement while it is typed.

use egui::accesskit::Role;
use egui::{Key, vec2};
use egui_kittest::kittest::Queryable as _;
use mapscope::bytes::Span;
use mapscope::bytes::find::TextEncoding;
use mapscope::model::{Action, Column, FindAction, FindForm, ViewAction};

use super::support::*;

const TEXT: FindForm = FindForm::Text(TextEncoding::Utf8);

/// `ELF` at 1, 100 and 4096, and the form that looks for it.
fn three() -> (tempfile::TempDir, Window) {
    let (folder, path) = file_with_elf(&[1, 100, 4096]);
    let mut window = open(&path);
    press(&mut window, CTRL, Key::F);
    look_for(&mut window, TEXT, "ELF");
    until(&mut window, "the form has the keys", |window| {
        focused(window) == "Find"
    });
    (folder, window)
}

fn look_for(window: &mut Window, form: FindForm, text: &str) {
    for action in [
        FindAction::SetForm(form),
        FindAction::Edited(text.to_owned()),
    ] {
        act(window, Action::Find(action));
    }
}

fn selection(window: &Window) -> Span {
    doc(window).view().viewport.selection()
}

fn at(start: u64, len: u64) -> Span {
    Span::at(start, len).unwrap()
}

fn is_shown(window: &Window) -> bool {
    is_named(window, "Close Find")
}

#[test]
fn escape_in_the_bytes_closes_it_after_all_else() {
    let (_folder, mut window) = three();
    grid(&window).focus();
    window.run_steps(2);
    press(&mut window, egui::Modifiers::SHIFT, Key::ArrowRight);
    type_text(&mut window, "4");
    // a half-typed byte is dropped first, then a selection
    for _ in 0..2 {
        assert!(is_shown(&window));
        press(&mut window, PLAIN, Key::Escape);
        window.run_steps(3);
    }
    if is_shown(&window) {
        press(&mut window, PLAIN, Key::Escape);
    }
    until(&mut window, "it is closed", |window| !is_shown(window));
    assert!(grid(&window).is_focused());
    assert_eq!(doc(&window).view().journal.edits().len(), 0);
}

/// From wherever they are: whoever speaks the window presses it without going there.
#[test]
fn closed_from_elsewhere_it_gives_the_keys_to_the_bytes() {
    let (_folder, mut window) = three();
    press(&mut window, CTRL, Key::G);
    until(&mut window, "another field has the keys", |window| {
        focused(window) == "Look up"
    });
    let cross = window.get_by_role_and_label(Role::Button, "Close Find");
    cross.click_accesskit();
    until(&mut window, "it is closed", |window| !is_shown(window));
    window.run_steps(2);
    assert_eq!(focused(&window), "Bytes");
}

#[test]
fn its_cross_gives_the_keys_to_the_bytes() {
    let (_folder, mut window) = three();
    let cross = window.get_by_role_and_label(Role::Button, "Close Find");
    cross.focus();
    window.run_steps(2);
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "it is closed", |window| !is_shown(window));
    window.run_steps(2);
    assert_eq!(focused(&window), "Bytes");
    press(&mut window, PLAIN, Key::ArrowRight);
    assert_eq!(doc(&window).view().viewport.cursor, 1);
}

/// Both keys come in one frame, before the answer can.
#[test]
fn who_went_elsewhere_is_not_moved_by_what_was_found() {
    let (_folder, mut window) = three();
    grid(&window).focus();
    window.run_steps(2);
    let keys = [Key::F3, Key::ArrowDown].map(|key| down(key, PLAIN));
    window.input_mut().events.extend(keys);
    until(&mut window, "where it is is told", |window| {
        is_told(window, &["The match that you looked for is at 0x1"])
    });
    window.run_steps(5);
    assert_eq!(selection(&window), at(16, 1));
    click(&mut window, "Go there");
    until(&mut window, "it is gone to", |window| {
        selection(window) == at(1, 3)
    });
}

/// Opens the menu beside the field, and chooses that, by key or not.
#[track_caller]
fn choose(window: &mut Window, menu: &str, item: &str, by_key: bool) {
    click(window, &format!("Looked for as: {menu}"));
    until(window, "the menu is open", |window| is_named(window, item));
    window.run_steps(2);
    if by_key {
        clickable(window, item).unwrap().focus();
        window.run_steps(2);
        press(window, PLAIN, Key::Enter);
    } else {
        click(window, item);
    }
    window.run_steps(3);
    assert!(!is_named(window, item), "the menu is open");
    until(window, "the field has the keys", |window| {
        focused(window) == "Find"
    });
}

#[test]
fn where_it_is_looked_for_is_chosen_in_the_menu() {
    for by_key in [false, true] {
        let (_folder, mut window) = three();
        for (offset, extend) in [(50, false), (199, true)] {
            let column = Column::Hex;
            let point = ViewAction::Point {
                offset,
                extend,
                column,
            };
            act(&mut window, Action::View(point));
        }
        choose(&mut window, "Text", "In what is selected now", by_key);
        act(&mut window, Action::Find(FindAction::All));
        until_said(&mut window, "1 match");
        assert_eq!(
            model(&window).find.part.map(|part| part.1),
            Some(at(50, 150))
        );
        choose(&mut window, "Text", "In the whole file", by_key);
        act(&mut window, Action::Find(FindAction::All));
        until_said(&mut window, "3 matches");
    }
}

#[test]
fn the_buttons_lead_to_the_match_before_and_the_next() {
    let (_folder, mut window) = three();
    act(&mut window, Action::View(ViewAction::GoTo(2000)));
    click(&mut window, "Previous match");
    until_said(&mut window, "2 of 3 matches");
    assert_eq!(selection(&window), at(100, 3));
    click(&mut window, "Previous match");
    until_said(&mut window, "1 of 3 matches");
    click(&mut window, "Next match");
    until_said(&mut window, "2 of 3 matches");
}

/// Types over what is in the field of the replacement.
fn replace_with(window: &mut Window, text: &str) {
    field(window, "Replace with").focus();
    window.run_steps(2);
    press(window, CTRL, Key::A);
    type_text(window, text);
}

#[test]
fn the_column_of_what_is_no_single_value_is_told() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    press(&mut window, CTRL, Key::H);
    window.run_steps(4);
    look_for(&mut window, FindForm::Bytes, "41 41");
    for (text, column) in [("42 4?", 5), ("?1 42", 1), ("42??", 3)] {
        replace_with(&mut window, text);
        let sentence = format!(
            "Not replaced: in the replacement, what stands at column {column} can be several bytes: one value is expected"
        );
        until_said(&mut window, &sentence);
    }
}

/// As when it is asked for, and by the same words.
#[test]
fn a_replacement_of_another_length_is_told_while_it_is_typed() {
    const TAIL: &str = "and the replacement 4; a mapping cannot change a file's length";
    for size in [vec2(1500.0, 900.0), vec2(700.0, 420.0)] {
        let (_folder, mut window) = three();
        window.set_size(size);
        press(&mut window, CTRL, Key::H);
        window.run_steps(4);
        replace_with(&mut window, "abcd");
        until_said(
            &mut window,
            &format!("Not replaced: a match has 3 bytes {TAIL}"),
        );
        // where a match was gone to, it is that one
        act(&mut window, Action::Find(FindAction::Next));
        let here = format!("Not replaced: the match at 0x1 has 3 bytes {TAIL}");
        until_said(&mut window, &here);
        assert_eq!(
            field(&window, "Replace with").value().as_deref(),
            Some("abcd")
        );
        // who has the keys elsewhere is told what was found, or done
        click(&mut window, "Replace");
        until_said(
            &mut window,
            &format!("Nothing was replaced: the match at 0x1 has 3 bytes {TAIL}"),
        );
        assert!(!is_told(&window, &["Not replaced"]));
        replace_with(&mut window, "abc");
        window.run_steps(3);
        assert!(!is_told(&window, &["Not replaced"]));
        // matches of an expression have lengths of their own
        look_for(&mut window, FindForm::Expression, "E.+");
        replace_with(&mut window, "ab");
        window.run_steps(3);
        assert!(!is_told(&window, &["Not replaced"]));
        look_for(&mut window, FindForm::Expression, "[EF]LF?");
        replace_with(&mut window, "abcd");
        window.run_steps(3);
        assert!(!is_told(&window, &["Not replaced"]));
        look_for(&mut window, FindForm::Expression, "[EF]L.");
        replace_with(&mut window, "abcd");
        until_said(
            &mut window,
            &format!("Not replaced: a match has 3 bytes {TAIL}"),
        );
        assert_eq!(doc(&window).view().journal.edits().len(), 0);
    }
}
