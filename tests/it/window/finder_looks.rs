//! How sums, the inspector and the field of a file to paste look: what is empty is empty, what is whole is whole, and what is
//! wrong is said once, where it can be mended.

use egui::accesskit::Role;
use egui::epaint::{ClippedShape, Shape};
use egui::{Color32, Key, Rect, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{Action, AppAction, DocAction, FindAction, Tab, ViewAction};

use super::support::*;

/// What is seen of the shape that fills most of `place` in this color.
fn filled(window: &Window, place: Rect, color: Color32) -> Rect {
    let seen = |clipped: &ClippedShape| match &clipped.shape {
        Shape::Rect(shape) if shape.fill == color => Some(shape.rect.intersect(clipped.clip_rect)),
        _ => None,
    };
    let shapes = window.output().shapes.iter().filter_map(seen);
    let mut inside = shapes.filter(|rect| place.expand(0.5).contains_rect(*rect));
    inside.next().unwrap_or(Rect::NOTHING)
}

#[test]
fn a_bar_at_its_beginning_is_empty() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("large.bin");
    let large = std::fs::File::create(&path).unwrap();
    large.set_len(1 << 40).unwrap();
    let mut window = open(&path);
    act(&mut window, Action::App(AppAction::ShowTab(Tab::Sums)));
    act(&mut window, Action::View(ViewAction::Sum));
    until(&mut window, "it is told how far it is", |window| {
        window.query_all_by_role(Role::ProgressIndicator).count() > 0
    });
    let accent = window.ctx.global_style().visuals.hyperlink_color;
    let bar = window.query_all_by_role(Role::ProgressIndicator).next();
    let (place, value) = {
        let bar = bar.unwrap();
        (bar.rect(), bar.accesskit_node().numeric_value().unwrap())
    };
    assert!(value < 2.0, "it is far: {value}");
    assert!((place.width() - 90.0).abs() < 1.0 && place.height() <= 10.0);
    let done = filled(&window, place, accent);
    assert!(done.width() < 3.0, "{done} of {place}");
    act(&mut window, Action::App(AppAction::ShowTab(Tab::Lookups)));
    click(&mut window, "Stop");
}

/// A time of Windows, and the same bytes the other way round, which are none.
#[test]
fn a_moment_is_whole_where_there_is_room_for_it() {
    let mut bytes = vec![0; 64];
    bytes[..8].copy_from_slice(&0x01d9_eed2_b8d5_d580_u64.to_le_bytes());
    let (_folder, path) = file(&bytes);
    let mut window = open(&path);
    window.set_size(vec2(1280.0, 800.0));
    press(&mut window, CTRL, Key::I);
    let name = "Windows FILETIME, little-endian: 2023-09-24 10:34:39.5704704 UTC";
    until(&mut window, "the inspector reads", |window| {
        is_named(window, name)
    });
    window.run_steps(3);
    // what is drawn, not what is spoken
    let drawn = texts(&window);
    for moment in ["2023-09-24 10:34:39.5704704 UTC", "1932-03-02 04:24:32"] {
        let is_whole = drawn.iter().any(|text| text == moment);
        assert!(is_whole, "{moment} in {drawn:?}");
    }
    let first = window.get_by_label(name).rect();
    let others = window.query_all_by_role(Role::Button).filter(|node| {
        let label = node.accesskit_node().label().unwrap_or_default();
        label.starts_with("Windows FILETIME, big-endian: ")
    });
    let second = others.into_iter().next().unwrap().rect();
    assert!(first.right() <= second.left() + 0.5 && second.width() >= 25.0);
}

/// The texts that were drawn, as they were drawn.
fn texts(window: &Window) -> Vec<String> {
    let text = |clipped: &ClippedShape| match &clipped.shape {
        Shape::Text(text) => Some(
            text.galley
                .rows
                .iter()
                .map(|row| row.text())
                .collect::<String>(),
        ),
        _ => None,
    };
    window.output().shapes.iter().filter_map(text).collect()
}

#[test]
fn a_path_that_is_none_leaves_the_keys_in_its_field() {
    let (_folder, path) = file(&[1; 64]);
    let mut window = open(&path);
    act(&mut window, Action::Doc(DocAction::PasteFile));
    let has_keys = |window: &Window| focused(window) == "File to paste";
    until(&mut window, "it is asked for the file", has_keys);
    for (typed, told) in [
        ("", "Type the path of a file to paste"),
        ("file://elsewhere/x", "elsewhere"),
    ] {
        press(&mut window, CTRL, Key::A);
        press(&mut window, PLAIN, Key::Backspace);
        type_text(&mut window, typed);
        press(&mut window, PLAIN, Key::Enter);
        until(&mut window, "what is wrong is told", |window| {
            is_told(window, &[told])
        });
        window.run_steps(3);
        assert!(has_keys(&window), "{:?}", focused(&window));
    }
}

/// The reason is longer than the panel is wide.
#[test]
fn what_could_not_be_read_is_told_whole_where_it_is_pointed_at() {
    let (_folder, path) = file(&vec![b'A'; 20_000]);
    let mut window = open(&path);
    window.set_size(vec2(1280.0, 800.0));
    std::fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(100)
        .unwrap();
    for action in [FindAction::Edited("42".to_owned()), FindAction::All] {
        act(&mut window, Action::Find(action));
    }
    let row = "0x64..0x4e20 not read: past the end of the file, which is now 100 bytes long";
    until(&mut window, "it is listed", |window| is_named(window, row));
    window.run_steps(3);
    let middle = window.get_by_label(row).rect().center();
    window.hover_at(middle);
    let whole = format!("{row}\nGo there");
    until(&mut window, "it is told whole", |window| {
        window.query_by_label(&whole).is_some()
    });
}
