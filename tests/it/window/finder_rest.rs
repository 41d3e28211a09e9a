//! Find, copying, pasting and sums: the list's order, the boxes of the menu of patterns, what is typed as a replacement, and
//! what follows one another at once.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, vec2};
use egui_kittest::kittest::Queryable as _;

use mapscope::bytes::Span;
use mapscope::bytes::find::{NumberType, TextEncoding};
use mapscope::bytes::forms::Form;
use mapscope::model::sums::SumsAge;
use mapscope::model::{Action, FindAction, FindForm, ViewAction};

use super::support::*;

const TEXT: FindForm = FindForm::Text(TextEncoding::Utf8);

fn look_for(window: &mut Window, form: FindForm, text: &str) {
    find(window, FindAction::SetForm(form));
    find(window, FindAction::Edited(text.to_owned()));
}

#[test]
fn matches_are_listed_from_the_first_to_the_last() {
    let (_folder, path) = file_with_elf(&[1, 100, 4096]);
    let mut window = open(&path);
    find(&mut window, FindAction::Open { replaces: false });
    look_for(&mut window, TEXT, "ELF");
    find(&mut window, FindAction::All);
    until_said(&mut window, "3 matches");
    let names = ["0x1", "0x64", "0x1000"].map(|at| format!("{at}  45 4c 46  ELF"));
    until(&mut window, "they are listed", |window| {
        names.iter().all(|name| is_named(window, name))
    });
    let tops = names.map(|name| window.get_by_label(&name).rect().top());
    assert!(tops[0] < tops[1] && tops[1] < tops[2], "{tops:?}");
}

/// Opens the menu of patterns, and presses what is called so.
fn tick(window: &mut Window, menu: &str, name: &str) {
    let menu = format!("Looked for as: {menu}");
    click(window, &menu);
    until(window, "the menu is open", |window| is_named(window, name));
    window.run_steps(2);
    let ticked = window.get_by_role_and_label(Role::CheckBox, name);
    ticked.click();
    window.run_steps(2);
    if is_named(window, name) {
        press(window, PLAIN, Key::Escape);
        window.run_steps(2);
    }
}

#[test]
fn case_and_byte_order_are_chosen_in_the_menu() {
    let (_folder, path) = file(b"..Elf.....\x12\x34....\x34\x12");
    let mut window = open(&path);
    find(&mut window, FindAction::Open { replaces: false });
    look_for(&mut window, TEXT, "ELF");
    find(&mut window, FindAction::Next);
    until_said(&mut window, "No match");
    tick(&mut window, "Text", "Ignore case");
    find(&mut window, FindAction::Next);
    let at = |window: &Window| doc(window).view().viewport.selection();
    until(&mut window, "it is found in another case", |window| {
        at(window) == Span::at(2, 3).unwrap()
    });
    look_for(&mut window, FindForm::Number(NumberType::U16), "0x1234");
    find(&mut window, FindAction::Next);
    until(&mut window, "the lower byte is first", |window| {
        at(window) == Span::at(16, 2).unwrap()
    });
    tick(&mut window, "u16", "Numbers are big-endian");
    find(&mut window, FindAction::Next);
    until(&mut window, "the higher byte is first", |window| {
        at(window) == Span::at(10, 2).unwrap()
    });
}

/// What was put there is no match that is left, be it one again: it is passed, and the list of those that were is gone.
#[test]
fn what_was_replaced_is_not_gone_to_again() {
    let (_folder, path) = file(b"ABAC....");
    let mut window = open(&path);
    find(&mut window, FindAction::Open { replaces: true });
    look_for(&mut window, FindForm::Bytes, "4?");
    find(&mut window, FindAction::ReplacementEdited("4f".to_owned()));
    let at = |window: &Window| doc(window).view().viewport.selection();
    find(&mut window, FindAction::Next);
    until_said(&mut window, "1 of 4 matches");
    for n in 1..3 {
        find(&mut window, FindAction::Replace);
        until(&mut window, "the next one is gone to", |window| {
            at(window) == Span::at(n, 1).unwrap()
        });
    }
    until_said(&mut window, "3 of 4 matches");
    find(&mut window, FindAction::ReplacementEdited("5f".to_owned()));
    find(&mut window, FindAction::ReplaceAll);
    until_said(&mut window, "4 replaced, as one edit");
    let list = &doc(&window).view().searches.list;
    assert!(list.is_none(), "it is marked: {list:?}");
}

/// Told while it is typed, beside its field, without anything being asked for; and gone with the fault.
#[test]
fn a_bad_replacement_is_told_while_it_is_typed() {
    for size in [vec2(1280.0, 800.0), vec2(700.0, 420.0)] {
        let (_folder, path) = file(&[b'A'; 64]);
        let mut window = open(&path);
        window.set_size(size);
        window.run_steps(4);
        press(&mut window, CTRL, Key::H);
        window.run_steps(4);
        look_for(&mut window, FindForm::Bytes, "41");
        field(&window, "Replace with").focus();
        window.run_steps(2);
        type_text(&mut window, "?1 42");
        let sentence = "Not replaced: in the replacement, what stands at column 1 can be several bytes: one value is expected";
        until_said(&mut window, sentence);
        let below = window.get_by_label(sentence).rect();
        let at = field(&window, "Replace with").rect();
        assert!(below.top() < at.bottom() + 16.0 && below.right() <= size.x);
        press(&mut window, CTRL, Key::A);
        type_text(&mut window, "42");
        until(&mut window, "it goes", |window| {
            window.query_by_label(sentence).is_none()
        });
        // what is wrong with the pattern comes first
        find(&mut window, FindAction::ReplacementEdited("?1".to_owned()));
        find(&mut window, FindAction::Edited("4x".to_owned()));
        until(&mut window, "the pattern's fault is told", |window| {
            is_told(window, &["Not searched"]) && !is_told(window, &["Not replaced"])
        });
        // without that field there is no replacement
        find(&mut window, FindAction::Edited("41".to_owned()));
        find(&mut window, FindAction::ToggleReplace);
        window.run_steps(3);
        assert!(!is_told(&window, &["Not replaced"]));
        assert_eq!(doc(&window).view().journal.edits().len(), 0);
    }
}

/// Whatever is copied in a form is the same bytes when it is pasted.
#[test]
fn all_bytes_are_copied_in_every_form() {
    let bytes: Vec<u8> = (0x20..0x3e).collect();
    let (_folder, path) = file(&bytes);
    let mut window = open(&path);
    act(&mut window, Action::View(ViewAction::SelectAll));
    for form in Form::ALL {
        for name in ["Edit", "Copy as"] {
            until(&mut window, &format!("{name:?} is there"), |window| {
                clickable(window, name).is_some()
            });
            click(&mut window, name);
        }
        until(&mut window, "the menu within is open", |window| {
            clickable(window, form.name()).is_some()
        });
        window.run_steps(2);
        // what it does is to be seen from the first frame on
        clickable(&window, form.name()).unwrap().click();
        let text = copied(&mut window);
        assert_eq!(form.read(&text).unwrap(), bytes, "{}: {text}", form.name());
    }
}

/// A form that was chosen is that of one paste alone, be the next one in the same frame.
#[test]
fn a_form_is_chosen_for_one_paste() {
    let (_folder, path) = file(&[0; 16]);
    let mut window = open(&path);
    click(&mut window, "Edit");
    until(&mut window, "the menu is open", |window| {
        is_named(window, "Paste as")
    });
    click(&mut window, "Paste as");
    until(&mut window, "the menu within is open", |window| {
        is_named(window, "Base64")
    });
    window.run_steps(2);
    clickable(&window, "Base64").unwrap().click();
    until(&mut window, "the clipboard is asked for", |window| {
        commands(window).contains(&egui::ViewportCommand::RequestPaste)
    });
    for text in ["QUJD", "4444"] {
        window.event(Event::Paste(text.to_owned()));
    }
    until(&mut window, "both are stored", |window| {
        row(window, 0).contains("41 42 43 44 44 00")
    });
}

/// What an edit changes out of sight makes sums stale too.
#[test]
fn an_edit_out_of_sight_makes_sums_stale() {
    let mut bytes = vec![b'.'; 1 << 16];
    bytes[60_000..60_003].copy_from_slice(b"ELF");
    let (_folder, path) = file(&bytes);
    let mut window = open(&path);
    let age = |window: &Window| {
        let doc = doc(window);
        let (order, _) = doc.view().sums.last()?;
        Some(doc.age_of_sums(doc.view(), order))
    };
    act(&mut window, Action::View(ViewAction::Sum));
    until(&mut window, "they are there", |window| {
        age(window) == Some(SumsAge::NoChangeSeen)
    });
    look_for(&mut window, TEXT, "ELF");
    find(&mut window, FindAction::ReplacementEdited("elf".to_owned()));
    find(&mut window, FindAction::ReplaceAll);
    until(&mut window, "it is replaced", |window| {
        doc(window).view().journal.pending_bytes() == 3
    });
    let seen = doc(&window).view().viewport.in_sight();
    assert!(!seen.contains(60_000), "it is in sight: {seen}");
    until(&mut window, "they are stale", |window| {
        matches!(age(window), Some(SumsAge::Changed(_)))
    });
}

/// A key closes the menu of a tab as a click does.
#[test]
fn what_is_chosen_in_a_menu_by_key_closes_it() {
    let (_folder, path) = file(&[1; 64]);
    let mut window = open(&path);
    let (_other, second) = file(&[2; 64]);
    let request = mapscope::model::FileAction::Open(second);
    act(&mut window, Action::File(request));
    until(&mut window, "both are open", |window| {
        window.query_all_by_role(Role::Tab).count() >= 2 && model(window).docs.len() == 2
    });
    let tab = window.query_all_by_role(Role::Tab).next().unwrap();
    let pos = tab.rect().left_center() + vec2(20.0, 0.0);
    window.hover_at(pos);
    window.step();
    for pressed in [true, false] {
        window.event(Event::PointerButton {
            pos,
            button: PointerButton::Secondary,
            pressed,
            modifiers: Modifiers::NONE,
        });
        window.step();
    }
    choose_by_key(&mut window, "Split: private beside shared");
    assert!(!is_named(&window, "Close file"), "the tab's menu is open");
}

/// Presses what is called so in the menu that is open.
#[track_caller]
fn choose_by_key(window: &mut Window, name: &str) {
    until(window, &format!("{name:?} is there"), |window| {
        clickable(window, name).is_some()
    });
    window.run_steps(2);
    clickable(window, name).unwrap().focus();
    window.run_steps(2);
    press(window, PLAIN, Key::Enter);
    window.run_steps(5);
}
