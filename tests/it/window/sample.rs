//! The first second: the sample, and the lookups that the program was made for.

use super::support::*;
use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{Access, Mode};

#[test]
fn the_sample_opens_with_rows_and_a_banner() {
    let window = sample();
    assert_eq!(
        rows(&window),
        [
            "00000000 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f 50  ABCDEFGHIJKLMNOP",
            "00000010 51 52 53 54 55 56 57 58 59 5a 30 31 32 33 34 35  QRSTUVWXYZ012345",
            "00000020 36 37 38 39 61 62 63 64 65 66 67 68 69 6a 6b 6c  6789abcdefghijkl",
            "00000030 6d 6e 6f 70 71 72 73 74 75 76 77 78 79 7a  mnopqrstuvwxyz",
        ]
    );
    assert!(is_told(&window, &["built-in sample", "scratch copy"]));
    assert!(doc(&window).is_sample());
    assert_eq!(
        (doc(&window).view().mode, doc(&window).view().access),
        (Mode::Private, Access::ReadWrite)
    );
    let grid = grid(&window);
    let data = grid.accesskit_node();
    assert_eq!(data.data().row_count(), Some(4));
    assert_eq!(data.data().column_count(), Some(16));
    for row in grid.query_all_by_role(Role::Row) {
        assert_eq!(row.accesskit_node().parent().unwrap().id(), data.id());
    }
    assert!(is_named(&window, "Mode: private read-write"));
}

#[test]
fn the_grid_has_the_keyboard_from_the_start() {
    let mut window = start(mapscope::model::OpenRequest::private(None));
    until(&mut window, "the sample is open", |window| {
        !rows(window).is_empty()
    });
    until(&mut window, "the grid has the keyboard", |window| {
        grid(window).is_focused()
    });
}

#[test]
fn the_scratch_copy_goes_with_the_window() {
    let window = sample();
    let path = doc(&window).path.clone();
    assert!(path.exists());
    drop(window);
    until_removed(path.parent().unwrap());
}

#[test]
fn the_six_lookups() {
    let mut window = sample();
    let answered = |window: &Window, expected: &str, exact: bool| {
        status(window).iter().any(|status| {
            if exact {
                status == expected
            } else {
                status.starts_with(expected)
            }
        })
    };
    for (text, expected, exact) in [
        ("3", "Received char at 3 is D", true),
        ("28", "Received char at 28 is 2", true),
        ("38", "Received char at 38 is c", true),
        ("59", "Received char at 59 is x", true),
        ("65", "Received invalid index 65", false),
        ("-99", "Received invalid index -99", false),
    ] {
        look_up(&mut window, text);
        until(&mut window, expected, |window| {
            answered(window, expected, exact)
        });
        press(&mut window, PLAIN, Key::Escape);
    }
}

#[test]
fn enter_goes_there_and_escape_returns() {
    let (_folder, path) = file(&vec![0x61; 1 << 20]);
    let mut window = open(&path);
    assert_eq!(doc(&window).view().viewport.top, 0);
    look_up(&mut window, "0x80000");
    until(&mut window, "the place is in sight", |window| {
        !row(window, 0x80000).is_empty()
    });
    assert_eq!(doc(&window).view().viewport.cursor, 0);
    press(&mut window, PLAIN, Key::Escape);
    until(&mut window, "the view is back", |window| {
        !row(window, 0).is_empty()
    });
    assert!(grid(&window).is_focused());
    assert_eq!(doc(&window).view().viewport.cursor, 0);
    go_to(&mut window, 0x80000);
    assert!(!row(&window, 0x80000).is_empty());
    until(&mut window, "the answer stays in sight", |window| {
        status(window).contains(&"Received char at 524288 is a".to_owned())
    });
    // Enter on an error does nothing but keep the keyboard in the field
    look_up(&mut window, "99999999");
    press(&mut window, PLAIN, Key::Enter);
    window.run_steps(5);
    assert!(field(&window, "Look up").is_focused());
    assert_eq!(doc(&window).view().viewport.cursor, 0x80000);
}
