//! Nothing that is said or asked moves the bytes: not a notice, not a question, not a form. Forms stand in the row of the
//! menus, one at a time, whole, and within reach of the keys.

use super::support::*;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Pos2, Rect, Vec2, vec2};
use egui_kittest::kittest::Queryable as _;
use mapscope::model::saving::What;
use mapscope::model::session::ProgramLanguage;
use mapscope::model::{
    Action, AppAction, DocAction, EditAction, FileAction, Focus, MappingAction, Mode, Topic,
};

/// Sizes of the window: the usual ones, and small ones at 150 and 175 percent.
const SIZES: [Vec2; 5] = [
    vec2(1920.0, 1080.0),
    vec2(1280.0, 800.0),
    vec2(700.0, 420.0),
    vec2(467.0, 280.0),
    vec2(400.0, 247.0),
];

/// The forms, what opens each, where it has the keyboard, and its field.
fn forms() -> Vec<(Action, Focus, &'static str)> {
    let save = |action| (Action::Doc(action), Focus::Destination, "Save to");
    let svg = DocAction::SavePicture("<svg/>".to_owned());
    vec![
        (
            Action::Edit(EditAction::ToggleFill),
            Focus::Fill,
            "Fill with",
        ),
        save(DocAction::SaveCopy),
        save(DocAction::ExportEdits),
        save(DocAction::SaveHappened),
        save(DocAction::SaveSteps),
        save(DocAction::SaveProgram(ProgramLanguage::Rust)),
        save(svg),
    ]
}

/// A window of this size on 8192 bytes, with one edit.
fn edited(size: Vec2) -> (tempfile::TempDir, std::path::PathBuf, Window) {
    let (folder, path) = file(&[b'A'; 8192]);
    let mut window = open(&path);
    window.set_size(size);
    window.run_steps(6);
    type_bytes(&mut window, "5a");
    window.run_steps(4);
    (folder, path, window)
}

/// Where the first row of bytes stands, and how high all of them are.
fn bytes(window: &Window) -> (Pos2, Vec2) {
    let grid = grid(window);
    let first = grid.query_all_by_role(Role::Row).next();
    let first = first.expect("a row is in sight").rect();
    (first.min, grid.rect().size())
}

fn has_form(window: &Window) -> bool {
    window.query_by_label("Fill with").is_some() || window.query_by_label("Save to").is_some()
}

/// The menu *Edit* is open.
fn has_menu(window: &Window) -> bool {
    window.query_by_label_contains("Select all").is_some()
}

#[test]
fn no_form_moves_the_bytes_or_covers_what_it_is_about() {
    for size in SIZES {
        let (_folder, _path, mut window) = edited(size);
        let before = bytes(&window);
        for (action, focus, name) in forms() {
            let what = format!("{action:?} at {size}");
            act(&mut window, action);
            until(&mut window, &what, |window| {
                assert_eq!(bytes(window), before, "{what}");
                model(window).area == focus && field(window, name).is_focused()
            });
            for _ in 0..4 {
                window.step();
                assert_eq!(bytes(&window), before, "{what}");
            }
            let content = Rect::from_min_size(Pos2::ZERO, size);
            let tools = window.get_by_role_and_label(Role::Button, "Open\u{2026}");
            let tools = tools.rect().top();
            let rect = field(&window, name).rect();
            assert!(rect.bottom() <= tools, "{what}: {rect} above {tools}");
            assert!(rect.width() >= 40.0, "{what}: {rect}");
            let buttons: &[&str] = match focus {
                Focus::Fill => &["Fill", "Cancel"],
                _ => &["Save", "Choose\u{2026}", "Cancel"],
            };
            let mut left = rect.right();
            for label in buttons {
                let rect = window.get_by_role_and_label(Role::Button, label).rect();
                assert!(content.contains_rect(rect), "{what}: {label} at {rect}");
                assert!(rect.left() >= left, "{what}: {label} at {rect}");
                left = rect.right();
            }
            press(&mut window, PLAIN, Key::Escape);
            until(&mut window, "the form is gone", |window| {
                assert_eq!(bytes(window), before, "{what}, gone");
                !has_form(window) && grid(window).is_focused()
            });
        }
    }
}

/// Asked for the second, the first is not in its way.
#[test]
fn one_form_stands_at_a_time() {
    let (_folder, _path, mut window) = edited(vec2(1280.0, 800.0));
    act(&mut window, Action::Edit(EditAction::ToggleFill));
    window.run_steps(3);
    act(&mut window, Action::Doc(DocAction::SaveCopy));
    until(&mut window, "it is asked where to save", |window| {
        field(window, "Save to").is_focused()
    });
    assert!(window.query_by_label("Fill with").is_none());
    assert_eq!(
        doc(&window).saving.as_ref().map(|saving| saving.what),
        Some(What::View)
    );
    act(&mut window, Action::Edit(EditAction::ToggleFill));
    until(&mut window, "the byte is asked for", |window| {
        field(window, "Fill with").is_focused()
    });
    assert!(window.query_by_label("Save to").is_none());
    press(&mut window, PLAIN, Key::Escape);
    until(&mut window, "none stands", |window| !has_form(window));
}

/// Wherever the keyboard is, F6 leads back to the form, and the menus to themselves.
#[test]
fn a_form_and_the_menus_are_reached_by_key_in_any_width() {
    for size in SIZES {
        let (_folder, _path, mut window) = edited(size);
        act(&mut window, Action::Edit(EditAction::ToggleFill));
        until(&mut window, "the byte is asked for", |window| {
            field(window, "Fill with").is_focused()
        });
        let before = bytes(&window);
        press(&mut window, Modifiers::ALT, Key::E);
        until(&mut window, "the menu is open", |window| {
            assert_eq!(bytes(window), before, "at {size}");
            has_menu(window)
        });
        press(&mut window, PLAIN, Key::Escape);
        until(&mut window, "the form is back", |window| {
            assert_eq!(bytes(window), before, "at {size}");
            !has_menu(window) && has_form(window)
        });
        grid(&window).focus();
        window.run_steps(2);
        press(&mut window, PLAIN, Key::F6);
        until(&mut window, "F6 leads to the form", |window| {
            model(window).area == Focus::Fill && field(window, "Fill with").is_focused()
        });
        press(&mut window, PLAIN, Key::Enter);
        until(&mut window, "it is filled", |window| {
            row(window, 0).starts_with("00000000 5a 00 ") && !has_form(window)
        });
    }
}

#[test]
fn no_notice_and_no_question_moves_the_bytes() {
    for size in SIZES {
        let (folder, path, mut window) = edited(size);
        let before = bytes(&window);
        let stays = |window: &mut Window, topic: Topic| {
            until(window, &format!("{topic:?} at {size}"), |window| {
                assert_eq!(bytes(window), before, "{topic:?} at {size}");
                !notice(window, topic).is_empty()
            });
            for _ in 0..4 {
                window.step();
                assert_eq!(bytes(window), before, "{topic:?} at {size}");
            }
        };
        let is_answered = |window: &mut Window| {
            press(window, PLAIN, Key::Escape);
            until(window, "the question is gone", |window| {
                assert_eq!(bytes(window), before, "at {size}");
                notice(window, Topic::Unsaved).is_empty()
            });
        };
        for asks in [
            Action::Mapping(MappingAction::SetMode(Mode::Shared)),
            Action::File(FileAction::Close),
            Action::App(AppAction::Quit),
        ] {
            act(&mut window, asks);
            stays(&mut window, Topic::Unsaved);
            is_answered(&mut window);
        }
        press(&mut window, CTRL, Key::M);
        stays(&mut window, Topic::Done);
        act(
            &mut window,
            Action::File(FileAction::Open(folder.path().join("nowhere"))),
        );
        stays(&mut window, Topic::Error);
        // somebody writes what is edited here
        let mut changed = vec![b'A'; 8192];
        changed[0] = b'B';
        overwrite(&path, &changed);
        press(&mut window, CTRL, Key::S);
        stays(&mut window, Topic::Conflict);
        let other = folder.path().join("other.bin");
        std::fs::write(&other, b"other").unwrap();
        std::fs::rename(&other, &path).unwrap();
        stays(&mut window, Topic::Path);
        assert!(notices(&window).len() > 2, "{}", state(&window));
    }
}

/// Writes over the bytes of the file: it is the same file, of the same length.
fn overwrite(path: &std::path::Path, bytes: &[u8]) {
    use std::io::Write as _;
    let mut file = std::fs::File::options().write(true).open(path).unwrap();
    file.write_all(bytes).unwrap();
}
