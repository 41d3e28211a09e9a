//! A low window: the bytes and who sees them are both of use, also with the tour open, which takes one line there.

use super::support::*;

use egui::accesskit::Role;
use egui::{Key, Rect, Vec2, vec2};
use egui_kittest::kittest::Queryable as _;
use mapscope::model::OpenRequest;

/// A window of this size on the sample, where the tour is open.
fn sized(size: Vec2) -> Window {
    let mut window = sample();
    window.set_size(size);
    window.run_steps(8);
    until(&mut window, "five rows are there", |window| {
        witness_rows(window).len() >= 5
    });
    window.run_steps(4);
    window
}

/// The rows of the table that stand whole in the window, above its messages.
fn whole_rows(window: &Window) -> Vec<Rect> {
    let table = window.get_by_role_and_label(Role::Table, "Who sees it");
    let messages = window.get_by_role_and_label(Role::Group, "Messages");
    let bottom = messages.rect().top();
    let rows = table.query_all_by_role(Role::Row);
    rows.map(|row| row.rect())
        .filter(|rect| rect.bottom() <= bottom)
        .collect()
}

/// The rows of the grid that stand whole above the panel, or above the messages.
fn whole_lines(window: &Window) -> usize {
    let bytes = grid(window);
    let bottom = bytes.rect().bottom();
    let rows = bytes.query_all_by_role(Role::Row);
    rows.filter(|row| row.rect().bottom() <= bottom + 0.5)
        .count()
}

#[test]
fn four_lines_of_bytes_and_five_rows_of_who_sees_them_stand_in_a_low_window() {
    let mut window = sized(vec2(700.0, 420.0));
    assert_eq!(whole_lines(&window), 4, "{:?}", rows(&window));
    let rows = whole_rows(&window);
    assert_eq!(rows.len(), 5, "{rows:?}");
    for pair in rows.windows(2) {
        assert!(pair[0].bottom() <= pair[1].top() + 1.0, "{pair:?}");
    }
    // a write can be made, and its copy gets its box, without anything having to be scrolled
    type_bytes(&mut window, "5a");
    until(&mut window, "the copy is told", |window| {
        witness(window, VIEW).starts_with("5a")
    });
    assert_eq!(whole_rows(&window).len(), 5);
    let buttons = window.query_all_by_label_contains("Write as ");
    assert!(buttons.count() >= 5);
}

#[test]
fn the_step_of_the_tour_is_a_line_there_and_all_of_it_on_demand() {
    let mut window = sized(vec2(700.0, 420.0));
    let leave = |window: &Window| window.query_by_label("Leave the tour").is_some();
    assert!(!leave(&window), "it is a part of the rest");
    let ticks = |window: &Window, n: usize| {
        let words = format!("{n} of 5 steps of the tour are done");
        status(window).contains(&words)
    };
    assert!(ticks(&window, 0));
    let line = window.query_by_label_contains("1 of 5: Look up. Press Ctrl+G");
    let line = line.expect("the step, and its words").rect();
    assert!(line.height() < 26.0, "{line}");
    let tab = window.get_by_role_and_label(Role::Button, "Facts").rect();
    assert!((line.center().y - tab.center().y).abs() < 4.0, "{line}");
    go_to(&mut window, 28);
    until(&mut window, "it is ticked", |window| ticks(window, 1));
    click(&mut window, "All of this step of the tour");
    until(&mut window, "all of it is there", leave);
    let words = window.query_all_by_label_contains("Type 5a. Only this");
    assert_eq!(words.count(), 2, "in the line, and whole");
    press(&mut window, PLAIN, Key::Escape);
    until(&mut window, "it is a line again", |window| !leave(window));
    // with room for it, it is the card that it was
    window.set_size(vec2(1280.0, 800.0));
    until(&mut window, "the card is there", leave);
}

/// What is chosen to be shown is shown: sixteen bytes a row, though a long number of a page has no room.
#[test]
fn a_usual_row_fits_into_a_narrow_window() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("large.bin");
    let large = std::fs::File::create(&path).unwrap();
    large.set_len(1 << 40).unwrap();
    let mut window = start(OpenRequest::private(Some(path)));
    window.set_size(vec2(700.0, 420.0));
    until(&mut window, "sixteen bytes stand in a row", |window| {
        let rows = rows(window);
        let first = rows.first().map(|row| row.split_whitespace().count());
        first.is_some_and(|n| n >= 17) && doc(window).view().viewport.columns == 16
    });
}
