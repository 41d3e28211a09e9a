//! A small window: the bytes and who sees them are both of use, also with the tour open, which takes one line there;
//! everything is in reach, and no words are cut off.

use super::support::*;

use egui::accesskit::Role;
use egui::{Key, Rect, Vec2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{Action, AppAction, MappingAction, OpenRequest, Tab};

/// The height of a line below the panel, in points.
const LINE: f32 = 30.0;

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
    // the line of messages, and below it that of the status
    let bottom = window.ctx.content_rect().bottom() - 2.0 * LINE;
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

/// Whatever is shown in it, the panel is as high, and its tabs stand where they stood.
#[test]
fn no_tab_changes_the_place_of_the_tabs_or_of_the_bytes() {
    let tabs = [Tab::Witnesses, Tab::Lookups, Tab::Mapping, Tab::Edits];
    for size in [vec2(700.0, 420.0), vec2(640.0, 360.0), vec2(800.0, 700.0)] {
        let mut window = sized(size);
        let places = |window: &Window| {
            let label = |label| window.get_by_role_and_label(Role::Button, label).rect().min;
            (grid(window).rect(), label("Who sees it"), label("Edits"))
        };
        let before = places(&window);
        assert!(before.0.bottom() <= before.1.y, "{before:?} at {size}");
        for tab in tabs.into_iter().chain([Tab::Witnesses]) {
            act(&mut window, Action::App(AppAction::ShowTab(tab)));
            for _ in 0..6 {
                window.step();
                assert_eq!(places(&window), before, "{tab:?} at {size}");
            }
        }
    }
}

#[test]
fn two_views_and_who_sees_them_stand_in_a_low_window() {
    let (_folder, path) = file(&[b'A'; 8192]);
    let mut window = open(&path);
    window.set_size(vec2(700.0, 420.0));
    act(&mut window, Action::Mapping(MappingAction::AddView));
    until(&mut window, "two views stand there", |window| {
        let grids = window.query_all_by_role_and_label(Role::Grid, "Bytes");
        grids.count() == 2
    });
    window.run_steps(8);
    for grid in window.query_all_by_role_and_label(Role::Grid, "Bytes") {
        let bottom = grid.rect().bottom() + 0.5;
        let rows = grid.query_all_by_role(Role::Row);
        let whole = rows.filter(|row| row.rect().bottom() <= bottom).count();
        assert!(whole >= 2, "{whole} rows in {}", grid.rect());
    }
    let table = window.query_by_role_and_label(Role::Table, "Who sees it");
    assert!(table.is_some(), "the panel is there");
    assert!(whole_rows(&window).len() >= 2);
}

/// Keys lead to each entry of a menu that is higher than the window, and it is seen there.
#[test]
fn every_entry_of_a_menu_can_be_seen_in_a_low_window() {
    let size = vec2(700.0, 420.0);
    let mut window = sized(size);
    let content = Rect::from_min_size(egui::Pos2::ZERO, size);
    press(&mut window, egui::Modifiers::ALT, Key::V);
    window.run_steps(4);
    let mut seen = Vec::new();
    for _ in 0..30 {
        press(&mut window, PLAIN, Key::ArrowDown);
        window.run_steps(4);
        let mut nodes = window.root().children_recursive();
        let Some(focused) = nodes.find(egui_kittest::Node::is_focused) else {
            continue;
        };
        let name = focused.accesskit_node().label().unwrap_or_default();
        let rect = focused.rect();
        assert!(content.contains_rect(rect), "{name} at {rect}");
        seen.push(name);
    }
    for label in ["Side panel", "64 bytes a row", "Light", "Full screen"] {
        let mut names = seen.iter();
        assert!(names.any(|name| name.contains(label)), "{label}: {seen:?}");
    }
}

/// Where there is room for it, all of a menu is seen at once.
#[test]
fn no_menu_is_scrolled_without_need() {
    let size = vec2(1280.0, 1000.0);
    let mut window = sized(size);
    press(&mut window, egui::Modifiers::ALT, Key::V);
    window.run_steps(6);
    let nodes = window.query_all_by_label_contains("Full screen");
    let place = nodes
        .map(|node| node.rect())
        .next()
        .expect("the last entry");
    assert!((600.0..1000.0).contains(&place.bottom()), "{place}");
    let inside = window.output().shapes.iter().any(|clipped| {
        let is_it = |shape: &egui::Shape| match shape {
            egui::Shape::Text(text) => text.galley.text() == "Full screen",
            _ => false,
        };
        is_it(&clipped.shape) && clipped.clip_rect.contains_rect(place.shrink(4.0))
    });
    assert!(inside, "it is painted");
}

/// Texts whose end is cut off by the edge of what they stand in.
fn cut(window: &Window) -> Vec<String> {
    fn add(shape: &egui::Shape, clip: Rect, found: &mut Vec<String>) {
        match shape {
            egui::Shape::Text(text) => {
                let rect = text.galley.rect.translate(text.pos.to_vec2());
                let is_seen = rect.intersects(clip);
                if is_seen && rect.right() > clip.right() + 1.0 {
                    found.push(format!("{:?} at {rect} in {clip}", text.galley.text()));
                }
            }
            egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| add(shape, clip, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for clipped in &window.output().shapes {
        add(&clipped.shape, clipped.clip_rect, &mut found);
    }
    found
}

/// What does not fit is shortened and says so: words whose end is not there may be taken for all of it.
#[test]
fn no_words_are_cut_off() {
    for size in [
        vec2(1920.0, 1080.0),
        vec2(1280.0, 800.0),
        vec2(960.0, 540.0),
        vec2(700.0, 420.0),
        vec2(640.0, 360.0),
        vec2(467.0, 280.0),
    ] {
        let mut window = sample();
        window.set_size(size);
        window.run_steps(6);
        go_to(&mut window, 28);
        type_bytes(&mut window, "5a");
        act(&mut window, Action::Mapping(MappingAction::AddView));
        until(&mut window, "two views stand there", |window| {
            doc(window).views.len() == 2
        });
        for tab in [Tab::Witnesses, Tab::Lookups, Tab::Mapping, Tab::Edits] {
            act(&mut window, Action::App(AppAction::ShowTab(tab)));
            window.run_steps(6);
            let cut = cut(&window);
            assert!(cut.is_empty(), "{tab:?} at {size}: {cut:#?}");
        }
    }
}

/// As much of the panel as there was before the window was small for a while.
#[test]
fn a_window_that_was_smaller_is_as_it_was() {
    let size = vec2(800.0, 700.0);
    let mut window = sized(size);
    let before = (grid(&window).rect(), whole_rows(&window).len());
    for size in [vec2(800.0, 300.0), vec2(400.0, 247.0), size] {
        window.set_size(size);
        window.run_steps(8);
    }
    assert_eq!((grid(&window).rect(), whole_rows(&window).len()), before);
}

/// Words of buttons do not give way to signs as soon as the panel is scrolled.
#[test]
fn a_panel_that_is_scrolled_has_the_same_columns() {
    let mut window = sized(vec2(1280.0, 1000.0));
    let buttons = |window: &Window| {
        let buttons = window.query_all_by_label_contains("Write as ");
        let widths: Vec<f32> = buttons.map(|button| button.rect().width()).collect();
        assert!(widths.len() >= 4, "{widths:?}");
        widths[0]
    };
    let before = buttons(&window);
    window.set_size(vec2(1280.0, 620.0));
    window.run_steps(8);
    assert!((buttons(&window) - before).abs() < 1.0);
}
