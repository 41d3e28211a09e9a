//! A value that is typed in the inspector, where something comes between.

use std::fs;
use std::path::Path;

use egui::{Event, Key};
use mapscope::map::Access;
use mapscope::model::{Action, MappingAction, ViewAction};

use super::support::*;

/// A window with the inspector on the first byte.
fn inspect(path: &Path) -> Window {
    let mut window = open(path);
    press(&mut window, CTRL, Key::I);
    until(&mut window, "the inspector reads", |window| {
        is_named(window, "u8: 1")
    });
    window
}

/// The first value is to be typed over.
fn type_over(window: &mut Window) {
    click(window, "u8: 1");
    until(window, "the field has the keys", |window| {
        focused(window) == "u8, typed"
    });
}

#[test]
fn all_keys_of_one_frame_do_what_they_do_one_by_one() {
    let (_folder, path) = file(&[1; 64]);
    let mut window = inspect(&path);
    // The inspector has the keys as a whole: Tab leads into it, past the button that hides it.
    for _ in 0..4 {
        press(&mut window, PLAIN, Key::Tab);
        window.run_steps(2);
        if focused(&window) == "u8: 1" {
            break;
        }
    }
    assert_eq!(focused(&window), "u8: 1");
    for event in [
        down(Key::Enter, PLAIN),
        down(Key::Num2, PLAIN),
        Event::Text("2".to_owned()),
        down(Key::Num5, PLAIN),
        Event::Text("5".to_owned()),
        down(Key::Num5, PLAIN),
        Event::Text("5".to_owned()),
        down(Key::Enter, PLAIN),
        down(Key::Enter, PLAIN),
        down(Key::Num7, PLAIN),
        Event::Text("7".to_owned()),
        down(Key::Enter, PLAIN),
    ] {
        window.event(event);
    }
    until(&mut window, "both values were stored", |window| {
        is_named(window, "u8: 7") && doc(window).view().journal.edits().len() == 2
    });
    assert!(row(&window, 0).starts_with("00000000 07 01 "));
    until(&mut window, "the value has the keys", |window| {
        focused(window) == "u8: 7"
    });
}

#[test]
fn what_was_being_typed_does_not_come_back_with_the_cursor() {
    let (_folder, path) = file(&[1; 64]);
    let mut window = inspect(&path);
    type_over(&mut window);
    type_text(&mut window, "255");
    for to in [9, 0] {
        act(&mut window, Action::View(ViewAction::GoTo(to)));
        until(&mut window, "the inspector follows", |window| {
            doc(window).view().viewport.cursor == to
        });
    }
    window.run_steps(3);
    assert!(is_named(&window, "u8: 1") && !is_named(&window, "u8, typed"));
    // Nor with the inspector.
    type_over(&mut window);
    for is_shown in [false, true] {
        press(&mut window, CTRL, Key::I);
        until(&mut window, "it is as it is asked to be", |window| {
            is_named(window, "Data inspector") == is_shown
        });
    }
    window.run_steps(3);
    assert!(is_named(&window, "u8: 1") && !is_named(&window, "u8, typed"));
    assert_eq!(doc(&window).view().journal.edits().len(), 0);
}

#[test]
fn a_view_that_is_read_only_refuses_in_its_words() {
    let (_folder, path) = file(&[1; 64]);
    let mut window = inspect(&path);
    let read_only = MappingAction::SetAccess(Access::ReadOnly);
    act(&mut window, Action::Mapping(read_only));
    until(&mut window, "it is read-only", |window| {
        doc(window).view().access == Access::ReadOnly
    });
    type_over(&mut window);
    type_text(&mut window, "2");
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "it is refused", |window| {
        is_told(
            window,
            &["is read-only: choose read-write in the bar to edit it"],
        )
    });
    assert!(is_named(&window, "u8: 1"));
    assert_eq!(fs::read(&path).unwrap(), [1; 64]);
}

#[test]
fn the_base_is_what_was_drawn_when_the_value_was_taken() {
    let (_folder, path) = file(&[1; 64]);
    let mut window = inspect(&path);
    type_over(&mut window);
    type_text(&mut window, "7");
    fs::write(&path, [9; 64]).unwrap();
    until(&mut window, "what another wrote is drawn", |window| {
        row(window, 0).starts_with("00000000 09 ")
    });
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "it is stored", |window| {
        is_named(window, "u8: 7")
    });
    let edits = doc(&window).view().journal.edits();
    let parts: Vec<_> = edits[0].parts().collect();
    let (old, new) = parts[0].bytes.unwrap();
    assert_eq!((&*old.all(), &*new.all()), (&[9][..], &[7][..]));
}
