//! Private beside shared: a file in two views, seen and used as a person does.

use super::support::*;
use std::fs;
use std::os::unix::fs::FileExt as _;
use std::time::{Duration, Instant};

use egui::accesskit::{Action as AccessAction, Role};
use egui::{Event, Key, Modifiers, PointerButton, Pos2, pos2};
use egui_kittest::Node;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{
    Access, Action, Column, FileAction, MappingAction, Mode, OpenRequest, Step, Topic, View,
    ViewAction,
};

const CTRL_SHIFT: Modifiers = CTRL.plus(Modifiers::SHIFT);
const PRIVATE: &str = "data.bin, private view";
const SHARED: &str = "data.bin, shared view";

/// Steps the window until `reached`. That of the other tests tells of one grid only.
#[track_caller]
fn until(window: &mut Window, what: &str, mut reached: impl FnMut(&Window) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        window.step();
        if reached(window) {
            return;
        }
        let told = (status(window), alerts(window));
        assert!(Instant::now() < deadline, "in vain until {what}: {told:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The group of a view, by its name.
fn group<'a>(window: &'a Window, name: &'a str) -> Option<Node<'a>> {
    window.query_by_role_and_label(Role::Group, name)
}

fn rows_of(window: &Window, name: &str) -> Vec<String> {
    let Some(group) = group(window, name) else {
        return Vec::new();
    };
    let rows = group.query_all_by_role(Role::Row);
    rows.filter_map(|row| row.accesskit_node().label())
        .collect()
}

fn first_row(window: &Window, name: &str) -> String {
    rows_of(window, name).into_iter().next().unwrap_or_default()
}

/// What the header of a view says.
fn header(window: &Window, name: &str) -> Vec<String> {
    let Some(group) = group(window, name) else {
        return Vec::new();
    };
    let facts = group.query_all_by_role(Role::Status);
    facts
        .filter_map(|fact| fact.accesskit_node().label())
        .collect()
}

#[track_caller]
fn grid_of<'a>(window: &'a Window, name: &'a str) -> Node<'a> {
    let group = group(window, name).expect("there is such a view");
    group.get_by_role_and_label(Role::Grid, "Bytes")
}

#[track_caller]
fn view(window: &Window, mode: Mode) -> &View {
    let mut views = doc(window).views.iter();
    views.find(|view| view.mode == mode).expect("it is there")
}

/// A file of these bytes, private beside shared. The shared view has the keyboard.
#[track_caller]
fn split(bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf, Window) {
    let (folder, path) = file(bytes);
    let mut window = open(&path);
    press(&mut window, CTRL_SHIFT, Key::Num2);
    until_two(&mut window);
    (folder, path, window)
}

#[track_caller]
fn until_two(window: &mut Window) {
    until(
        window,
        "both views have bytes and the second the keys",
        |window| {
            let has_bytes = |name| {
                let first = first_row(window, name);
                !first.is_empty() && !first.contains("??")
            };
            has_bytes(PRIVATE) && has_bytes(SHARED) && grid_of(window, SHARED).is_focused()
        },
    );
}

/// Has the keys go to the private view.
#[track_caller]
fn to_private(window: &mut Window) {
    press(window, CTRL, Key::F6);
    until(window, "the private view has the keys", |window| {
        grid_of(window, PRIVATE).is_focused()
    });
}

fn button(window: &mut Window, pos: Pos2, button: PointerButton, pressed: bool) {
    window.event(Event::PointerButton {
        pos,
        button,
        pressed,
        modifiers: Modifiers::NONE,
    });
    window.step();
}

#[test]
fn a_file_is_shown_twice_and_either_view_can_go() {
    let (_folder, _path, mut window) = split(&[b'a'; 300]);
    let shared = view(&window, Mode::Shared);
    assert_eq!(shared.access, Access::ReadOnly, "nobody asked to write");
    assert!(is_named(&window, "Make the shared view read-write"));
    let told = notice(&window, Topic::Done);
    assert!(told.contains("shared and read-only"), "{told}");
    // the key closes the one with the keys
    press(&mut window, CTRL_SHIFT, Key::W);
    until(&mut window, "the shared view is gone", |window| {
        doc(window).views.len() == 1 && grid(window).is_focused()
    });
    assert_eq!(doc(&window).view().mode, Mode::Private);
    press(&mut window, CTRL_SHIFT, Key::Num2);
    until_two(&mut window);
    click(&mut window, "Close the private view");
    until(&mut window, "the private view is gone", |window| {
        doc(window).views.len() == 1 && grid(window).is_focused()
    });
    assert_eq!(doc(&window).view().mode, Mode::Shared);
}

#[test]
fn a_private_write_stays_and_is_marked_in_both() {
    let (_folder, path, mut window) = split(&[b'2'; 300]);
    to_private(&mut window);
    let edit = |window: &mut Window, hex: &str| type_text(window, hex);
    edit(&mut window, "5a");
    for name in [PRIVATE, SHARED] {
        until(&mut window, "the difference is counted", |window| {
            header(window, name).contains(&"1 byte in sight differs".to_owned())
        });
    }
    assert!(header(&window, PRIVATE).contains(&"1 edited".to_owned()));
    assert!(!header(&window, SHARED).contains(&"1 edited".to_owned()));
    assert!(first_row(&window, PRIVATE).starts_with("00000000 5a 32 "));
    assert!(first_row(&window, SHARED).starts_with("00000000 32 32 "));
    press(&mut window, PLAIN, Key::ArrowLeft);
    until(
        &mut window,
        "the cursor tells of the other view",
        |window| {
            let cursor = status(window)
                .into_iter()
                .find(|it| it.starts_with("Cursor"));
            cursor.is_some_and(|it| it.ends_with("; the shared view: 32 '2'"))
        },
    );
    edit(&mut window, "5b5c");
    until(&mut window, "both differences are counted", |window| {
        header(window, SHARED).contains(&"2 bytes in sight differ".to_owned())
    });
    assert_eq!(fs::read(&path).unwrap(), [b'2'; 300]);
    // undo acts on the view with the keys
    press(&mut window, CTRL, Key::Z);
    press(&mut window, CTRL, Key::Z);
    press(&mut window, CTRL, Key::Z);
    until(&mut window, "nothing differs", |window| {
        header(window, SHARED).contains(&"no byte in sight differs".to_owned())
    });
}

#[test]
fn a_shared_write_is_seen_to_arrive_and_after_a_copy_not_to() {
    let (_folder, path, mut window) = split(&[b'2'; 300]);
    click(&mut window, "Make the shared view read-write");
    until(&mut window, "it may write", |window| {
        view(window, Mode::Shared).writes_through()
    });
    until(&mut window, "it has the keys again", |window| {
        grid_of(window, SHARED).is_focused()
    });
    type_text(&mut window, "41");
    until(
        &mut window,
        "it arrives in the private view and flashes",
        |window| {
            let cell = |view: &View| Some(view.window.as_ref()?.cell(0)?.flash() > 0);
            first_row(window, PRIVATE).starts_with("00000000 41 32 ")
                && cell(view(window, Mode::Private)) == Some(true)
        },
    );
    assert_eq!(fs::read(&path).unwrap()[..2], *b"A2");
    to_private(&mut window);
    type_text(&mut window, "5a");
    until(&mut window, "it stays private", |window| {
        header(window, SHARED).contains(&"1 byte in sight differs".to_owned())
    });
    // somebody else writes: it is seen in the shared view alone, as the page was copied
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.write_all_at(b"#", 7).unwrap();
    until(&mut window, "it arrives in the shared view", |window| {
        first_row(window, SHARED).starts_with("00000000 41 32 32 32 32 32 32 23 ")
    });
    until(&mut window, "two bytes differ", |window| {
        header(window, PRIVATE).contains(&"2 bytes in sight differ".to_owned())
    });
    assert!(first_row(&window, PRIVATE).starts_with("00000000 5a 32 32 32 32 32 32 32 "));
}

/// A press in the other view, and what is dragged from there, is of that view, as are the keys that follow.
#[test]
fn a_click_in_a_view_gives_it_the_keys_and_a_drag_selects_there_at_once() {
    let (_folder, _path, mut window) = split(&[b'a'; 300]);
    let rect = grid_of(&window, PRIVATE).rect();
    let (from, to) = (
        rect.min + egui::vec2(150.0, 30.0),
        rect.min + egui::vec2(150.0, 70.0),
    );
    window.hover_at(from);
    window.step();
    button(&mut window, from, PointerButton::Primary, true);
    for part in 1..=4_u8 {
        window.hover_at(from + (to - from) * (f32::from(part) / 4.0));
        window.step();
    }
    button(&mut window, to, PointerButton::Primary, false);
    until(&mut window, "the private view has the keys", |window| {
        grid_of(window, PRIVATE).is_focused()
    });
    let viewport = &view(&window, Mode::Private).viewport;
    assert!(viewport.selection().len() > 16, "{viewport:?}");
    assert_eq!(doc(&window).view().mode, Mode::Private);
    assert!(view(&window, Mode::Shared).viewport.anchor.is_none());
    press(&mut window, PLAIN, Key::End);
    assert_eq!(view(&window, Mode::Private).viewport.cursor % 16, 15);
    assert_eq!(view(&window, Mode::Shared).viewport.cursor, 0);
}

#[test]
fn the_wheel_over_either_view_moves_both_and_leaves_the_keys() {
    let (_folder, _path, mut window) = split(&vec![b'a'; 16 * 500]);
    for (name, other) in [(PRIVATE, SHARED), (SHARED, PRIVATE)] {
        let middle = grid_of(&window, name).rect().center();
        window.hover_at(middle);
        window.step();
        let before = first_row(&window, other);
        wheel(&mut window, -2.0);
        until(&mut window, "both have moved", |window| {
            let row = first_row(window, other);
            row != before && row == first_row(window, name) && !row.contains("??")
        });
        assert!(grid_of(&window, SHARED).is_focused());
    }
    press(&mut window, CTRL_SHIFT, Key::L);
    let before = first_row(&window, PRIVATE);
    wheel(&mut window, -2.0);
    until(&mut window, "the one below the pointer moves", |window| {
        first_row(window, SHARED) != before
    });
    assert_eq!(first_row(&window, PRIVATE), before);
}

#[test]
fn the_area_keys_lead_through_both_views() {
    let (_folder, _path, mut window) = split(&[b'a'; 300]);
    let at = |window: &Window| [PRIVATE, SHARED].map(|name| grid_of(window, name).is_focused());
    assert_eq!(at(&window), [false, true]);
    press(&mut window, PLAIN, Key::F6);
    until(&mut window, "the lookup field has them", |window| {
        field(window, "Look up").is_focused()
    });
    assert_eq!(doc(&window).view().mode, Mode::Shared, "lookups are of it");
    press(&mut window, Modifiers::SHIFT, Key::F6);
    until(&mut window, "back in the shared view", |window| {
        at(window) == [false, true]
    });
    // a screen reader puts the keyboard where it likes, and the view follows
    grid_of(&window, PRIVATE).focus();
    until(&mut window, "the view follows the keyboard", |window| {
        doc(window).view().mode == Mode::Private && at(window) == [true, false]
    });
}

/// A click on a header that is not a sign of it gives its view the keys.
#[test]
fn a_click_on_a_header_gives_its_view_the_keys() {
    let (_folder, _path, mut window) = split(&[b'a'; 300]);
    let rect = grid_of(&window, PRIVATE).rect();
    let pos = pos2(rect.center().x + 60.0, rect.min.y - 40.0);
    let group = group(&window, PRIVATE).unwrap().rect();
    let pos = pos.clamp(group.min, group.max);
    window.hover_at(pos);
    window.step();
    button(&mut window, pos, PointerButton::Primary, true);
    button(&mut window, pos, PointerButton::Primary, false);
    until(&mut window, "the private view has the keys", |window| {
        grid_of(window, PRIVATE).is_focused()
    });
}

#[test]
fn closing_a_view_with_edits_asks_and_the_other_one_stays() {
    let (_folder, path, mut window) = split(&[b'a'; 300]);
    to_private(&mut window);
    type_text(&mut window, "5a");
    until(&mut window, "it is stored", |window| {
        view(window, Mode::Private).has_unsaved()
    });
    click(&mut window, "Close the private view");
    until(&mut window, "it is asked about", |window| {
        is_told(
            window,
            &["1 byte is edited privately in the private view of data.bin"],
        )
    });
    click(&mut window, "Write it to the file");
    until(&mut window, "it is closed", |window| {
        doc(window).views.len() == 1 && doc(window).view().mode == Mode::Shared
    });
    assert_eq!(fs::read(&path).unwrap()[..2], *b"Za");
}

/// Side by side where there is room for the bytes that were chosen, else one above the other; the same rows either way.
#[test]
fn the_views_stand_where_there_is_room_for_them() {
    let (_folder, _path, mut window) = split(&vec![b'a'; 16 * 500]);
    let rects = |window: &Window| [PRIVATE, SHARED].map(|name| grid_of(window, name).rect());
    for (size, is_beside) in [
        ([1280.0, 800.0], false),
        ([1920.0, 1080.0], true),
        ([700.0, 420.0], false),
        ([1400.0, 340.0], true),
    ] {
        window.set_size(size.into());
        until(&mut window, &format!("laid out in {size:?}"), |window| {
            let views = [Mode::Private, Mode::Shared].map(|mode| &view(window, mode).viewport);
            let n_rows = rows_of(window, PRIVATE).len();
            let shown = views[0].page_rows.min(500) == n_rows as u64;
            let [one, other] = rects(window);
            let is_so = ((one.top() - other.top()).abs() < 0.5) == is_beside;
            let same = (views[0].columns, views[0].page_rows, views[0].top)
                == (views[1].columns, views[1].page_rows, views[1].top);
            shown && is_so && same && one.size() == other.size()
        });
        let columns = view(&window, Mode::Private).viewport.columns;
        assert!(columns == 16 || size[1] < 500.0, "{size:?}: {columns}");
    }
}

#[test]
fn a_tab_offers_to_split_and_to_close_its_views() {
    let (_folder, path) = file(&[b'a'; 300]);
    let other = path.with_file_name("other.bin");
    fs::write(&other, b"other").unwrap();
    let requests = [path, other].map(|path| OpenRequest::private(Some(path)));
    let mut window = start_with(requests.to_vec());
    until(&mut window, "both are open", |window| {
        model(window).docs.len() == 2 && is_named(window, "other.bin")
    });
    let open_menu = |window: &mut Window| {
        let tab = window.get_by_role_and_label(Role::Tab, "data.bin");
        let pos = tab.rect().left_center() + egui::vec2(20.0, 0.0);
        window.hover_at(pos);
        window.step();
        button(window, pos, PointerButton::Secondary, true);
        button(window, pos, PointerButton::Secondary, false);
        window.step();
    };
    open_menu(&mut window);
    click(&mut window, "Split: private beside shared");
    until_two(&mut window);
    open_menu(&mut window);
    let entries = window.query_all_by_label("Close the shared view");
    let menu = entries.filter(|node| {
        node.accesskit_node()
            .data()
            .supports_action(AccessAction::Click)
    });
    assert_eq!(menu.count(), 2, "in the header and in the menu");
    click(&mut window, "Close the shared view");
    until(&mut window, "it is closed", |window| {
        doc(window).views.len() == 1
    });
}

/// A store through one view is looked at in the other one at once, not at the next round: what happens in between is
/// told by the worker itself.
#[test]
fn what_one_view_does_is_asked_of_both_in_one_go() {
    let (_folder, _path, mut window) = split(&vec![b'a'; 16 * 500]);
    let shared = doc(&window).view().id;
    act(
        &mut window,
        Action::View(ViewAction::Step {
            step: Step::PageDown,
            extend: false,
        }),
    );
    until(
        &mut window,
        "both windows cover what is in sight",
        |window| {
            let views = [Mode::Private, Mode::Shared].map(|mode| view(window, mode));
            views.iter().all(|view| {
                let seen = view.window.as_ref().map(mapscope::model::Window::span);
                seen == view.visible() && view.viewport.top > 0
            })
        },
    );
    assert_eq!(doc(&window).view().id, shared);
    act(
        &mut window,
        Action::View(ViewAction::Point {
            offset: 20,
            extend: false,
            column: Column::Text,
        }),
    );
    act(&mut window, Action::Mapping(MappingAction::AddView));
    let told = notice(&window, Topic::Error);
    assert!(told.contains("second view already"), "{told}");
    act(&mut window, Action::File(FileAction::Close));
    until(&mut window, "the file goes with both", |window| {
        model(window)
            .doc()
            .is_some_and(mapscope::model::Doc::is_sample)
    });
}
