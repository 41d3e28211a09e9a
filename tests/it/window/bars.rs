//! The bars: whatever the size, all of them can be reached, the file's name is to be seen, and nothing moves when states
//! change.

use super::support::*;

use egui::accesskit::Role;
use egui::{Key, Rect, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{Access, Action, MappingAction, Mode};

/// Every fixed part of the bars.
const FIXED: [&str; 9] = [
    "Open\u{2026}",
    "Path",
    "Private",
    "Shared",
    "Read-only",
    "Undo",
    "Redo",
    "Look up",
    "Go there",
];

/// Texts that were painted, with their places.
fn painted(window: &Window) -> Vec<(String, Rect)> {
    fn add(shape: &egui::Shape, found: &mut Vec<(String, Rect)>) {
        match shape {
            egui::Shape::Text(text) => {
                let rect = text.galley.rect.translate(text.pos.to_vec2());
                found.push((text.galley.text().to_owned(), rect));
            }
            egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| add(shape, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for clipped in &window.output().shapes {
        let mut here = Vec::new();
        add(&clipped.shape, &mut here);
        found.extend(
            here.into_iter()
                .filter(|(_, rect)| clipped.clip_rect.contains_rect(*rect)),
        );
    }
    found
}

#[test]
fn the_name_of_the_file_is_to_be_seen_at_any_size() {
    let folder = tempfile::TempDir::new().unwrap();
    let deep = folder
        .path()
        .join("a-directory/with-a-long-name/in-another-one/and-so-on");
    std::fs::create_dir_all(&deep).unwrap();
    let path = deep.join("the-name.bin");
    std::fs::write(&path, [b'A'; 64]).unwrap();
    let mut window = open(&path);
    for size in [vec2(1500.0, 900.0), vec2(700.0, 420.0), vec2(467.0, 280.0)] {
        window.set_size(size);
        window.run_steps(6);
        let texts = painted(&window);
        let mut in_bar = texts.iter().filter(|(_, rect)| rect.top() < 100.0);
        assert!(
            in_bar.any(|(text, _)| text.ends_with("the-name.bin")),
            "at {size}: {texts:?}"
        );
        // a screen reader, and who types in it, gets all of it
        let value = field(&window, "Path").accesskit_node().value();
        assert_eq!(value.as_deref(), path.to_str());
    }
}

/// Three times the usual size in a window of 1200 x 740, and others.
#[test]
fn everything_is_in_reach_and_the_cursor_in_sight_at_any_size() {
    let (_folder, path) = file(&[b'A'; 8192]);
    for size in [
        vec2(1920.0, 1080.0),
        vec2(1200.0, 740.0),
        vec2(700.0, 420.0),
        vec2(467.0, 280.0),
        vec2(400.0, 247.0),
    ] {
        let mut window = open(&path);
        window.set_size(size);
        window.run_steps(8);
        for key in [Key::ArrowRight; 7].into_iter().chain([Key::PageDown; 2]) {
            press(&mut window, PLAIN, key);
        }
        window.run_steps(4);
        let content = Rect::from_min_size(egui::Pos2::ZERO, size);
        for label in FIXED {
            let mut nodes = window.query_all_by_label(label);
            let whole =
                nodes.any(|node| content.contains_rect(node.rect()) && node.rect().width() >= 15.0);
            assert!(whole, "{label} at {size}");
        }
        let bytes = grid(&window).rect();
        let view = &doc(&window).view().viewport;
        let here = view
            .rows()
            .span_from_row(view.rows().row_from_offset(view.cursor), view.extent);
        let row = row(&window, here.start());
        assert!(!row.is_empty(), "the cursor's row at {size}");
        let rect = window.get_by_role_and_label(Role::Row, &row).rect();
        assert!(
            bytes.y_range().contains(rect.center().y),
            "{rect} in {bytes}"
        );
        // offsets, both columns and a part of the lane fit beside each other
        let columns = usize::try_from(view.columns).unwrap();
        assert!(
            columns >= 1 && row.split_whitespace().count() >= columns,
            "{row}"
        );
        assert!(
            rect.width() <= bytes.width() + 60.0, // a page's number may be missing
            "{rect} in {bytes} at {size}"
        );
    }
}

/// The fixed parts, each with its place.
fn places(window: &Window) -> Vec<(&'static str, Rect)> {
    FIXED
        .into_iter()
        .map(|label| {
            let mut nodes = window.query_all_by_label(label);
            (
                label,
                nodes.next().unwrap_or_else(|| panic!("{label}")).rect(),
            )
        })
        .collect()
}

#[test]
fn nothing_moves_when_states_change() {
    for size in [vec2(1500.0, 900.0), vec2(700.0, 420.0)] {
        let (_folder, path) = file(&[b'A'; 8192]);
        let mut window = open(&path);
        window.set_size(size);
        window.run_steps(6);
        let before = places(&window);
        let stays = |window: &mut Window, what: &str| {
            window.run_steps(4);
            assert_eq!(places(window), before, "{what} at {size}");
        };
        look_up(&mut window, "99999999999");
        stays(&mut window, "an error in the lookup");
        press(&mut window, PLAIN, Key::Escape);
        type_bytes(&mut window, "5a");
        until(&mut window, "copies are offered", |window| {
            window.query_by_label("Discard copies").is_some()
        });
        stays(&mut window, "a copy");
        press(&mut window, CTRL, Key::Z);
        until(&mut window, "it is undone", |window| {
            !doc(window).has_unsaved()
        });
        stays(&mut window, "an undo");
        for (mode, access) in [
            (Mode::Shared, Access::ReadWrite),
            (Mode::Shared, Access::ReadOnly),
            (Mode::Private, Access::ReadOnly),
        ] {
            act(&mut window, Action::Mapping(MappingAction::SetMode(mode)));
            until(&mut window, "the mode", |window| {
                doc(window).view().mode == mode
            });
            act(
                &mut window,
                Action::Mapping(MappingAction::SetAccess(access)),
            );
            until(&mut window, "the access", |window| {
                doc(window).view().access == access
            });
            stays(&mut window, "a mode");
        }
    }
}

#[test]
fn copies_are_offered_to_be_discarded_where_there_are_any() {
    let (_folder, path) = file(&[b'A'; 8192]);
    let mut window = open(&path);
    let offered = |window: &Window| {
        let mut nodes = window.query_all_by_label("Discard copies");
        nodes.any(|node| !node.accesskit_node().is_disabled())
    };
    assert!(!offered(&window));
    type_bytes(&mut window, "5a");
    until(&mut window, "there is a copy", offered);
    click(&mut window, "Discard copies");
    until(&mut window, "there is none", |window| !offered(window));
    assert!(row(&window, 0).starts_with("00000000 41 "));
}

/// What is open, locked and can be undone is also told without color.
#[test]
fn the_switch_and_the_lock_say_what_holds() {
    let (_folder, path) = file(&[b'A'; 8192]);
    let mut window = open(&path);
    let is_on = |window: &Window, role, label| {
        let node = window.get_by_role_and_label(role, label);
        node.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True)
    };
    assert!(is_on(&window, Role::RadioButton, "Private"));
    assert!(!is_on(&window, Role::CheckBox, "Read-only"));
    click(&mut window, "Read-only");
    until(&mut window, "it is locked", |window| {
        is_on(window, Role::CheckBox, "Read-only")
    });
    assert_eq!(doc(&window).view().access, Access::ReadOnly);
    click(&mut window, "Shared");
    until(&mut window, "it is shared", |window| {
        is_on(window, Role::RadioButton, "Shared") && !is_on(window, Role::RadioButton, "Private")
    });
    assert_eq!(doc(&window).view().access, Access::ReadOnly);
}
