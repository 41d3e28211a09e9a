//! What cannot be read, in every field and form: one sentence beside it with the column and what is expected, and nothing is
//! changed.

use std::fs;

use egui::accesskit::Role;
use egui::{Event, Key};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use mapscope::bytes::find::{ByteOrder, LetterCase, NumberType, PatternKind, TextEncoding};
use mapscope::bytes::forms::Form;
use mapscope::bytes::inspect::{Field, Order, write};
use mapscope::model::{Action, EditAction, FindAction, FindForm};
use mapscope::ui::command::{Deed, FORMS};

use super::support::*;

/// One sentence: no line ends, the column, and what is expected.
#[track_caller]
fn check_sentence(said: &str) {
    assert!(said.contains("column "), "no column: {said}");
    assert!(!said.contains('\n'), "more than one line: {said}");
    let expects = ["expected", "Expected", "something else than"];
    let expects = expects.iter().any(|words| said.contains(words));
    assert!(expects, "nothing is expected: {said}");
}

#[test]
fn every_pattern() {
    let number = |number| PatternKind::Number(number, ByteOrder::Little);
    let long = "41".repeat(140_000);
    let big = "(a{500}){500}";
    for (kind, texts) in [
        (PatternKind::Bytes, &["4", "zz", "4 5", "??", &long][..]),
        (
            number(NumberType::U8),
            &["x", "256", "5..3", "5..5", "1..x", "-1"],
        ),
        (number(NumberType::F32), &["x", "nan", "2..1", "1e99"]),
        (
            PatternKind::Expression(LetterCase::Matters),
            &[
                "E(L",
                "a*",
                "[z-a]",
                "a{2,1}",
                big,
                "a)",
                "[a",
                "*",
                "a{",
                "a{,}",
                "\\",
                "\\y",
                "\\1",
                "\\xg",
                "\\x{}",
                "(?z)",
                "(?",
                "(?<",
                "(?<a>b)(?<a>c)",
                "(?=a)",
                "[\\d-z]",
                "\\pL",
                "\\b{",
            ],
        ),
        (
            PatternKind::Text(TextEncoding::Utf8, LetterCase::Matters),
            &[&"a".repeat(70_000)],
        ),
    ] {
        for text in texts {
            let short: String = text.chars().take(20).collect();
            match mapscope::bytes::find::parse(text, kind) {
                Ok(_) => panic!("{short:?} is taken as {kind:?}"),
                Err(error) => check_sentence(&error.to_string()),
            }
        }
    }
}

#[test]
fn every_form_of_find_and_of_the_replacement() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    press(&mut window, CTRL, Key::H);
    window.run_steps(3);
    let find = |window: &mut Window, action| act(window, Action::Find(action));
    for (form, text, column) in [
        (FindForm::Bytes, "41 4x", 5),
        (FindForm::Number(NumberType::I8), "128", 1),
        (FindForm::Number(NumberType::I8), "1..=x", 5),
        (FindForm::Expression, "A(B", 2),
    ] {
        find(&mut window, FindAction::SetForm(form));
        find(&mut window, FindAction::Edited(text.to_owned()));
        let column = format!("column {column}");
        until(&mut window, &format!("{text:?} is told"), |window| {
            is_told(window, &["Not searched: ", column.as_str()])
        });
        let said = status(&window);
        let said = said.iter().find(|said| said.starts_with("Not searched"));
        check_sentence(said.unwrap());
    }
    for (form, text, with) in [
        (FindForm::Bytes, "41", "4x"),
        (FindForm::Bytes, "41", "?1"),
        (FindForm::Bytes, "41", ""),
        (FindForm::Number(NumberType::U8), "65", "1..3"),
        (FindForm::Number(NumberType::U8), "65", "300"),
    ] {
        find(&mut window, FindAction::SetForm(form));
        find(&mut window, FindAction::Edited(text.to_owned()));
        find(&mut window, FindAction::ReplacementEdited(with.to_owned()));
        find(&mut window, FindAction::ReplaceAll);
        let answer = &doc(&window).view().searches.answer;
        assert!(
            answer.starts_with("Nothing was replaced: in the replacement, "),
            "{with:?}: {answer}"
        );
        check_sentence(answer);
        find(&mut window, FindAction::ReplacementEdited("42".to_owned()));
        find(&mut window, FindAction::Next);
        until(&mut window, "it says something else", |window| {
            doc(window).view().searches.answer.contains("of 64")
        });
    }
    assert_eq!(doc(&window).view().journal.edits().len(), 0);
    assert_eq!(fs::read(path).unwrap(), [b'A'; 64]);
}

/// The sentence is whole where the row has no room for it, and goes with the error.
#[test]
fn what_does_not_fit_into_the_row_stands_below_the_field() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    window.set_size(egui::vec2(700.0, 420.0));
    window.run_steps(4);
    press(&mut window, CTRL, Key::H);
    window.run_steps(4);
    type_text(&mut window, "zz top");
    let sentence = "Not searched: not a byte at column 1: two hexadecimal digits are expected, with ? for any, such as DE ?? 4?";
    until(&mut window, "it is told", |window| {
        status(window).iter().any(|said| said == sentence)
    });
    window.run_steps(3);
    let below = window.get_by_label(sentence).rect();
    let at = field(&window, "Find").rect();
    assert!(below.top() >= at.bottom() && below.top() < at.bottom() + 16.0);
    assert!(below.left() >= at.left() - 1.0 && below.right() <= 700.0);
    assert!(below.height() > 20.0, "in more lines than one: {below}");
    for label in ["All matches", "Replace with", "Replace all"] {
        assert!(is_named(&window, label), "{label} stays");
    }
    press(&mut window, CTRL, Key::A);
    type_text(&mut window, "41");
    until(&mut window, "it goes", |window| {
        window.query_by_label(sentence).is_none()
    });
}

#[test]
fn every_value_of_the_inspector() {
    let mut bytes = vec![0; 512];
    bytes[..4].copy_from_slice(b"ABC\0");
    let (_folder, path) = file(&bytes);
    let mut window = open(&path);
    press(&mut window, CTRL, Key::I);
    window.run_steps(4);
    for field in Field::ALL {
        let wrong = match field {
            Field::CString => "a\\q",
            Field::Utf8 | Field::Utf16 | Field::Utf32 => "U+xyz",
            _ => "1!",
        };
        let error = write(field, Order::Little, wrong, &bytes).unwrap_err();
        let head = format!("{}: ", field.name());
        let little = format!("{}, little-endian: ", field.name());
        let name = window
            .query_all_by_role(Role::Button)
            .filter_map(|button| button.accesskit_node().label())
            .find(|name| name.starts_with(&head) || name.starts_with(&little));
        let name = name.unwrap_or_else(|| panic!("no value of {}", field.name()));
        click(&mut window, &name);
        window.run_steps(3);
        press(&mut window, CTRL, Key::A);
        type_text(&mut window, wrong);
        press(&mut window, PLAIN, Key::Enter);
        let said = error.to_string();
        check_sentence(&said);
        until(&mut window, &format!("{said:?} is told"), |window| {
            is_told(window, &[&said])
        });
        // beside the field that it is about
        let told = window.get_by_label(&said).rect();
        let label = focused(&window);
        let at = super::support::field(&window, &label).rect();
        let gap = (told.top() - at.bottom()).max(at.top() - told.bottom());
        assert!(gap < 30.0, "{}: {told} and {at}", field.name());
        press(&mut window, PLAIN, Key::Escape);
        window.run_steps(3);
        assert!(window.query_by_label(&said).is_none(), "it goes: {said}");
    }
    assert_eq!(doc(&window).view().journal.edits().len(), 0);
    assert_eq!(fs::read(path).unwrap(), bytes);
}

/// The column is where it is wrong.
#[test]
fn the_columns_of_numbers_and_addresses() {
    for (field, text, column) in [
        (Field::F32, "1.5.5", 4),
        (Field::F64, "1e", 3),
        (Field::F64, "-x", 2),
        (Field::F16, " 1 2", 3),
        (Field::Ipv4, "1.2.300.4", 5),
        (Field::Ipv4, "1.2.3", 6),
        (Field::Ipv4, "1.2.3.4.5", 8),
        (Field::Ipv4, "1.02.3.4", 3),
        (Field::U16, "12x", 3),
        (Field::Color, "#12345", 7),
        (Field::Unix32, "2026-13-01 00:00:00", 6),
        (Field::Uuid, "67e5504-410b1-426f-9247-bb680e5fe0c8", 8),
        (Field::Guid, "67e55044-10b14-26f-9247-bb680e5fe0c8", 14),
        (Field::Uuid, "67e5504410b1-426f-9247-bb680e5fe0c8", 9),
        (Field::Uuid, " {67e55044-10b1-426f-9247-bb680e5fe0c", 38),
        (Field::Uuid, "67e55044-10b1-426f-9247-bb680e5fe0c81", 37),
        (Field::Guid, "67e5504410b1426f9247bb680e5fe0c", 32),
        (Field::Uuid, "67e5504410b1426f9247bb680e5fe0cg", 32),
    ] {
        let error = write(field, Order::Little, text, &[0; 64]).unwrap_err();
        assert_eq!(
            error.at + 1,
            column,
            "{text:?} as {}: {error}",
            field.name()
        );
    }
}

fn pasted_forms() -> impl Iterator<Item = (&'static str, Form)> {
    FORMS[1].commands.iter().map(|command| match command.deed {
        Deed::PasteAs(form) => (command.label, form),
        _ => panic!("{command:?} pastes nothing"),
    })
}

#[test]
fn every_form_is_refused_by_the_name_that_was_chosen() {
    let (_folder, path) = file(&[0; 64]);
    let mut window = open(&path);
    let mut n_refused = 0;
    for (label, form) in pasted_forms() {
        assert_eq!(label, form.reading_name());
        let wrong = match form {
            Form::Hex => "41 4",
            Form::C => "{ 1,\n x }",
            Form::Base64 => "QUI*",
            _ => continue, // any text is one of these
        };
        let pasted = EditAction::PasteAs(form, wrong.to_owned().into());
        act(&mut window, Action::Edit(pasted));
        let head = format!("Nothing was pasted as {label}: ");
        until(&mut window, &format!("{label} is refused"), |window| {
            is_told(window, &[&head])
        });
        let said = notices(&window);
        let said = said.iter().map(|notice| notice.text.clone());
        check_sentence(&said.rev().find(|said| said.contains(&head)).unwrap());
        n_refused += 1;
    }
    assert_eq!(n_refused, 3);
    assert_eq!(doc(&window).view().journal.edits().len(), 0);
    window.event(Event::Paste(String::new()));
    window.step();
}

/// What `xxd -i` writes is taken as it is.
#[test]
fn a_c_source_of_xxd_is_pasted() {
    let mut bytes = vec![0; 40];
    let (folder, path) = file(&bytes);
    let small = folder.path().join("a b.bin");
    let values: Vec<u8> = (0..30).map(|n| n * 7 + 1).collect();
    fs::write(&small, &values).unwrap();
    let source = std::process::Command::new("xxd")
        .arg("-i")
        .arg(&small)
        .output();
    let source = String::from_utf8(source.expect("xxd is installed").stdout).unwrap();
    assert!(source.contains("_len = 30;"), "{source}");
    let mut window = open(&path);
    let pasted = EditAction::PasteAs(Form::C, source.clone().into());
    act(&mut window, Action::Edit(pasted));
    until(&mut window, "it is stored", |window| {
        row(window, 0).contains("01 08 0f 16")
    });
    bytes[..30].copy_from_slice(&values);
    assert_eq!(doc(&window).view().journal.pending_bytes(), 30);
    assert_eq!(Form::C.read(&source).unwrap(), values);
    // the length must be right, and nothing else may follow
    for (from, to, expected) in [
        ("_len = 30", "_len = 31", "the number of bytes in the array"),
        ("_len = 30;", "_len = 30; x", "the end of the text"),
        ("_len = 30;", "_len = 30", "a semicolon"),
        (
            "unsigned int",
            "unsigned char y[] = { 1 }; int",
            "the end, or the array's length",
        ),
    ] {
        let wrong = source.replace(from, to);
        assert_ne!(wrong, source);
        let error = Form::C.read(&wrong).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        check_sentence(&error);
    }
}
