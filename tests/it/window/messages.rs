//! Messages never move the bytes: one line is kept for them, the rest is in a list, a question stands over the bars.

use super::support::*;

use egui::accesskit::Role;
use egui::{Key, Rect, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{Action, FileAction, Topic};

/// Where the bytes stand, and their rows.
fn places(window: &Window) -> Vec<Rect> {
    let rows = grid(window);
    let rows = rows.query_all_by_role(Role::Row);
    let mut places: Vec<Rect> = rows.map(|row| row.rect()).collect();
    places.push(grid(window).rect());
    places
}

/// A window of this size on a file of 8192 bytes.
fn sized(size: egui::Vec2) -> (tempfile::TempDir, std::path::PathBuf, Window) {
    let (folder, path) = file(&[b'A'; 8192]);
    let mut window = open(&path);
    window.set_size(size);
    window.run_steps(6);
    (folder, path, window)
}

#[test]
fn whatever_is_said_the_rows_stay_where_they_are() {
    for size in [vec2(1500.0, 900.0), vec2(700.0, 420.0)] {
        let (folder, path, mut window) = sized(size);
        type_bytes(&mut window, "5a");
        window.run_steps(4);
        let before = places(&window);
        let stay = |window: &mut Window, what: &str, topic: Topic| {
            until(window, what, |window| {
                assert_eq!(places(window), before, "at {size}, before {what}");
                !notice(window, topic).is_empty()
            });
            for _ in 0..4 {
                window.step();
                assert_eq!(places(window), before, "at {size}, after {what}");
            }
        };
        let nowhere = folder.path().join("nowhere.bin");
        act(&mut window, Action::File(FileAction::Open(nowhere)));
        stay(&mut window, "an error", Topic::Error);
        press(&mut window, CTRL, Key::T);
        stay(&mut window, "a question", Topic::Unsaved);
        press(&mut window, PLAIN, Key::Escape);
        std::fs::write(&path, [b'B'; 100]).unwrap();
        stay(&mut window, "a shorter file", Topic::Size);
        press(&mut window, CTRL, Key::Z);
        press(&mut window, CTRL, Key::Z);
        press(&mut window, CTRL, Key::Z);
        stay(&mut window, "news or a refusal", Topic::Error);
        assert!(notices(&window).len() > 1, "{}", state(&window));
    }
}

/// Several messages, in a window of 700 x 420.
fn several() -> (tempfile::TempDir, Window) {
    let (folder, path, mut window) = sized(vec2(700.0, 420.0));
    let nowhere = folder.path().join("a/b/c/d/e/f/g/nowhere/to/be/found.bin");
    act(&mut window, Action::File(FileAction::Open(nowhere)));
    until(&mut window, "an error", |window| {
        !notice(window, Topic::Error).is_empty()
    });
    std::fs::write(&path, b"B").unwrap();
    until(&mut window, "a shorter file", |window| {
        !notice(window, Topic::Size).is_empty()
    });
    window.run_steps(2);
    (folder, window)
}

#[test]
fn one_line_stands_and_opens_to_all_messages() {
    let (_folder, mut window) = several();
    assert_eq!(alerts(&window).len(), 1, "{:?}", alerts(&window));
    assert!(is_told(&window, &["ENOENT"]), "the more urgent one");
    assert!(
        is_told(&window, &["shrank to 1 byte"]),
        "not lost to the ear"
    );
    let line = window.get_by_role_and_label(Role::Group, "Messages").rect();
    assert!(line.height() < 30.0, "{line}");
    let more = window.get_by_role_and_label(Role::Button, "1 more");
    assert!(line.contains_rect(more.rect()), "{} in {line}", more.rect());
    more.click();
    until(&mut window, "all are there", |window| {
        is_named(window, "Remap")
    });
    window.run_steps(3);
    let content = Rect::from_min_size(egui::Pos2::ZERO, vec2(700.0, 420.0));
    for label in ["Remap", "Hide this message"] {
        for node in window.query_all_by_label(label) {
            let rect = node.rect();
            assert!(content.contains_rect(rect), "{label} at {rect}");
        }
    }
    // nothing of the list covers the line
    for node in window.query_all_by_label("Remap") {
        assert!(node.rect().bottom() <= line.top(), "{}", node.rect());
    }
    press(&mut window, PLAIN, Key::Escape);
    window.run_steps(2);
    assert!(!is_named(&window, "Remap"), "Esc closes the list");
    // hidden, the next one stands
    click(&mut window, "1 more");
    window.run_steps(2);
    let mut nodes = window.query_all_by_label("Hide this message");
    let listed = nodes.find(|node| node.rect().bottom() < line.top());
    listed.expect("a cross in the list").click();
    drop(nodes);
    until(&mut window, "the other one stands", |window| {
        let left: Vec<_> = notices(window)
            .into_iter()
            .map(|notice| notice.text)
            .collect();
        left.len() == 1 && alerts(window) == left
    });
}

#[test]
fn f6_leads_to_the_messages_and_tab_into_them() {
    let (_folder, mut window) = several();
    press(&mut window, egui::Modifiers::SHIFT, Key::F6);
    until(&mut window, "the line has the keys", |window| {
        let line = window.query_by_role_and_label(Role::Group, "Messages");
        line.is_some_and(|line| line.is_focused())
    });
    press(&mut window, PLAIN, Key::Tab);
    window.run_steps(2);
    let focused = |window: &Window| {
        let mut nodes = window.root().children_recursive();
        let node = nodes.find(egui_kittest::Node::is_focused)?;
        node.accesskit_node().label()
    };
    assert!(
        matches!(
            focused(&window).as_deref(),
            Some("1 more" | "Hide this message")
        ),
        "{:?}",
        focused(&window)
    );
}

#[test]
fn news_pass_in_the_status_line() {
    let (_folder, _path, mut window) = sized(vec2(1200.0, 740.0));
    press(&mut window, CTRL, Key::Z);
    let said = |window: &Window| {
        let status = status(window);
        status.iter().any(|said| said == "Nothing left to undo")
    };
    until(&mut window, "it is said", said);
    assert!(alerts(&window).is_empty(), "{:?}", alerts(&window));
    window.run_steps(20); // two seconds
    assert!(said(&window), "a person can read it");
    window.run_steps(60);
    assert!(!said(&window), "and then it goes");
    assert!(notice(&window, Topic::Done).is_empty());
    assert!(
        status(&window)
            .iter()
            .any(|said| said.starts_with("Cursor 0x0 "))
    );
    // said once more, it is news once more
    press(&mut window, CTRL, Key::Z);
    until(&mut window, "it is said again", said);
}

#[test]
fn a_question_stands_over_the_bars_and_leaves_the_bytes_alone() {
    for size in [vec2(1500.0, 900.0), vec2(700.0, 420.0)] {
        let (_folder, _path, mut window) = sized(size);
        type_bytes(&mut window, "5a");
        let before = grid(&window).rect();
        press(&mut window, CTRL, Key::T);
        until(&mut window, "it is asked", |window| {
            window.query_by_role(Role::AlertDialog).is_some()
        });
        window.run_steps(2);
        let banner = window.get_by_role(Role::AlertDialog);
        assert!(banner.is_focused());
        assert_eq!(banner.rect().min, egui::Pos2::ZERO, "over the bars");
        assert!((banner.rect().width() - size.x).abs() < 1.0);
        assert_eq!(grid(&window).rect(), before);
        for label in [
            "Write it to the file",
            "Keep as a patch",
            "Drop it",
            "Cancel",
        ] {
            let button = window.get_by_role_and_label(Role::Button, label).rect();
            assert!(banner.rect().contains_rect(button), "{label} at {button}");
        }
    }
}

/// One byte is not "them".
#[test]
fn questions_count_right() {
    for (typed, it) in [("5a", "it"), ("5a5b", "them")] {
        let (_folder, _path, mut window) = sized(vec2(1500.0, 900.0));
        type_bytes(&mut window, typed);
        act(&mut window, Action::File(FileAction::Close));
        until(&mut window, "it is asked", |window| {
            !notice(window, Topic::Unsaved).is_empty()
        });
        for verb in ["Write", "Export", "Drop"] {
            let begin = format!("{verb} {it}");
            let asked = notices(&window);
            let mut labels = asked.iter().flat_map(|notice| &notice.actions);
            assert!(
                labels.any(|(label, _)| label.starts_with(&begin)),
                "{begin}"
            );
        }
        let asked = notice(&window, Topic::Unsaved);
        let end = if it == "it" {
            "what becomes of it?"
        } else {
            "what becomes of the edits?"
        };
        assert!(asked.ends_with(end), "{asked}");
    }
}
