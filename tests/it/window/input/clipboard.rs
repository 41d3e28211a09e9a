//! The clipboard by keys: what is copied comes back as the very bytes, or is refused.

use super::*;

fn copied(window: &mut Window, event: Event) -> String {
    window.input_mut().events.push(event);
    let mut found = None;
    until(window, "something was copied", |window| {
        found = window
            .output()
            .platform_output
            .commands
            .iter()
            .find_map(|command| match command {
                egui::OutputCommand::CopyText(text) => Some(text.clone()),
                _ => None,
            });
        found.is_some()
    });
    found.unwrap()
}

#[test]
fn the_older_keys_of_the_clipboard_work_too() {
    let (_folder, path) = file(b"ABCD");
    let mut window = open(&path);
    assert_eq!(copied(&mut window, down(Key::Insert, CTRL)), "41");
    window.input_mut().events.push(down(Key::Insert, SHIFT));
    window.step();
    let asked = |window: &Window| commands(window).contains(&ViewportCommand::RequestPaste);
    assert!(asked(&window), "the grid asks for the clipboard");
    press(&mut window, CTRL, Key::G);
    until(&mut window, "the field has the keys", |window| {
        field(window, "Look up").is_focused()
    });
    type_text(&mut window, "33");
    window.input_mut().events.push(down(Key::Insert, SHIFT));
    window.step();
    assert!(asked(&window), "a field asks for it");
    press(&mut window, CTRL, Key::A);
    assert_eq!(copied(&mut window, down(Key::Insert, CTRL)), "33");
}

#[test]
fn a_copy_comes_back_as_the_very_bytes() {
    let (_folder, path) = file(b"\xe9\xffA\r\n\0B.........");
    for (column, n_bytes, said) in [
        (Column::Text, 2, true),
        (Column::Hex, 7, false),
        (Column::Text, 5, true),
    ] {
        let mut window = open(&path);
        if column == Column::Text {
            press(&mut window, PLAIN, Key::Tab);
        }
        for _ in 1..n_bytes {
            act(
                &mut window,
                Action::View(ViewAction::Step {
                    step: Step::Right,
                    extend: true,
                }),
            );
        }
        let text = copied(&mut window, Event::Copy);
        assert_eq!(
            notice(&window, Topic::Done).contains("copied as hex"),
            said,
            "{text}"
        );
        let whole = fs::read(&path).unwrap();
        for into in [Column::Hex, Column::Text] {
            act(
                &mut window,
                Action::View(ViewAction::Point {
                    offset: 7,
                    extend: false,
                    column: into,
                }),
            );
            let edits = doc(&window).view().journal.edits().len();
            burst(&mut window, [Event::Paste(text.clone())]);
            until(&mut window, "the paste is stored", |window| {
                doc(window).view().journal.edits().len() > edits
            });
            assert_eq!(last_stored(&window), whole[..n_bytes]);
        }
    }
}

#[test]
fn line_ends_that_were_lost_on_the_way_come_back_with_our_own_copy() {
    let (_folder, path) = file(b"A\r\nB....");
    let mut window = open(&path);
    press(&mut window, PLAIN, Key::Tab);
    for _ in 0..3 {
        act(
            &mut window,
            Action::View(ViewAction::Step {
                step: Step::Right,
                extend: true,
            }),
        );
    }
    assert_eq!(copied(&mut window, Event::Copy), "A\r\nB");
    act(
        &mut window,
        Action::View(ViewAction::Point {
            offset: 4,
            extend: false,
            column: Column::Text,
        }),
    );
    burst(&mut window, [Event::Paste("A\nB".to_owned())]);
    until(&mut window, "the paste is stored", |window| {
        doc(window).view().journal.edits().len() == 1
    });
    assert_eq!(last_stored(&window), b"A\r\nB");
}

#[test]
fn a_dump_is_pasted_without_its_address_or_refused() {
    let (_folder, path) = file(&[0; 64]);
    let mut window = open(&path);
    burst(&mut window, [Event::Paste("00401000: 41 42".to_owned())]);
    until(&mut window, "the bytes are stored", |window| {
        doc(window).view().journal.edits().len() == 1
    });
    assert_eq!(last_stored(&window), b"AB");
    assert!(notice(&window, Topic::Done).contains("addresses were left out"));
    burst(&mut window, [Event::Paste("00401000 41 42".to_owned())]);
    assert_eq!(doc(&window).view().journal.edits().len(), 1);
    assert!(notice(&window, Topic::Error).contains("line 1, column 1"));
}

/// The bytes of the last edit.
fn last_stored(window: &Window) -> Vec<u8> {
    let edit = doc(window).view().journal.edits().back().unwrap();
    let (_, new) = edit.parts().next().unwrap().bytes.unwrap();
    new.all().into_owned()
}
