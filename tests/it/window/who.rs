//! *Who sees it*: rows and boxes as a screen reader has them, the menu of a row, the prediction, the picture as SVG.

use super::process_rows::{PRIVATE, order, said, until_says, write_by};
use super::support::*;

use std::fs;

use egui::accesskit::Role;
use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{Action, Mode, PeersAction};

/// A window on 64 bytes `A` with every witness heard.
fn heard() -> (tempfile::TempDir, std::path::PathBuf, Window) {
    let (folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    until(&mut window, "every witness was heard", |window| {
        let all = [VIEW, SECOND, CALLS, SHARED_PEER, PRIVATE_PEER];
        all.iter().all(|who| {
            let said = witness(window, who);
            said.starts_with("41 'A'") && said.ends_with("through the file's page")
        })
    });
    (folder, path, window)
}

/// The row of `who`.
#[track_caller]
fn row_of<'a>(window: &'a Window, who: &str) -> egui_kittest::Node<'a> {
    let head = format!("{}, ", row_name(window, who));
    let mut rows = window.query_all_by_role(Role::Row);
    let row = rows.find(|row| {
        let label = row.accesskit_node().label();
        label.is_some_and(|label| label.starts_with(&head))
    });
    row.unwrap_or_else(|| panic!("no row of {who}"))
}

/// The boxes and remarks whose words begin so.
fn boxes(window: &Window, head: &str) -> Vec<egui::Rect> {
    let nodes = window.query_all_by_role(Role::Button).filter(|node| {
        let label = node.accesskit_node().label();
        label.is_some_and(|label| label.starts_with(head))
    });
    nodes.map(|node| node.rect()).collect()
}

/// Some text on the screen has these words in it.
fn reads(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

#[test]
fn rows_are_rows_of_a_table_and_their_buttons_lie_in_them() {
    let (_folder, _path, window) = heard();
    for who in [VIEW, SECOND, SHARED_PEER, PRIVATE_PEER, CALLS] {
        let row = row_of(&window, who);
        let table = row.accesskit_node().parent().expect("a table");
        assert_eq!(table.role(), Role::Table, "{who}");
        assert_eq!(table.label().as_deref(), Some("Who sees it"));
        let name = format!("Write as {}", row_name(&window, who));
        let button = window.get_by_role_and_label(Role::Button, &name);
        let parent = button.accesskit_node().parent().expect("a row");
        assert_eq!(parent.role(), Role::Row, "{name}");
        let (button, row) = (button.rect(), row.rect());
        assert!(row.contains_rect(button), "{name}: {button:?} in {row:?}");
    }
}

#[test]
fn rows_stand_below_one_another_and_boxes_right_of_them() {
    let (_folder, _path, mut window) = heard();
    let button = |window: &Window| {
        let button = window.get_by_role_and_label(Role::Button, "Write as this view");
        button.rect()
    };
    let before = button(&window);
    write_as(&mut window, VIEW);
    until(&mut window, "the view has its copy", |window| {
        boxes(window, "a copy of its own").len() == 1
    });
    window.run_steps(2);
    let rects: Vec<egui::Rect> = [VIEW, SECOND, SHARED_PEER, PRIVATE_PEER, CALLS]
        .iter()
        .map(|who| row_of(&window, who).rect())
        .collect();
    assert_eq!(button(&window), before, "nothing moves for the first copy");
    for pair in rects.windows(2) {
        assert!(pair[0].bottom() <= pair[1].top(), "{pair:?}");
        assert!((pair[0].left() - pair[1].left()).abs() < 0.1, "{pair:?}");
        assert!((pair[0].height() - pair[1].height()).abs() < 0.1);
    }
    let copy = boxes(&window, "a copy of its own")[0];
    let wall = boxes(&window, "Page 0 of data.bin in the page cache: ")[0];
    let first = rects[0];
    assert!(copy.left() > first.right() && copy.right() < wall.left());
    assert!(copy.top() >= first.top() && copy.bottom() <= first.bottom());
    assert!(wall.top() <= first.top() && wall.bottom() >= rects[4].bottom());
}

/// How a menu is opened.
type Way = fn(&mut Window);

#[test]
fn the_menu_of_a_row_opens_by_click_and_keys_and_gives_the_keyboard_back() {
    let (_folder, _path, mut window) = heard();
    let opens: [(&str, Way); 4] = [
        ("click", |window| {
            row_of(window, PRIVATE_PEER).click();
            window.step();
        }),
        ("Enter", |window| press(window, PLAIN, Key::Enter)),
        ("Menu", |window| press(window, PLAIN, Key::Menu)),
        ("Shift+F10", |window| {
            press(window, Modifiers::SHIFT, Key::F10);
        }),
    ];
    for (how, open) in opens {
        row_of(&window, PRIVATE_PEER).focus();
        window.run_steps(2);
        open(&mut window);
        until(&mut window, how, |window| {
            let first = window.query_by_role_and_label(Role::Button, "Write as it");
            first.is_some_and(|first| first.is_focused())
        });
        press(&mut window, PLAIN, Key::ArrowDown);
        window.run_steps(2);
        let fork = window.get_by_role_and_label(Role::Button, "Fork a child");
        assert!(fork.is_focused(), "{how}: arrows go through the items");
        press(&mut window, PLAIN, Key::Escape);
        until(&mut window, "it is closed", |window| {
            !is_named(window, "Write as it")
        });
        window.run_steps(2);
        assert!(row_of(&window, PRIVATE_PEER).is_focused(), "{how}");
    }
    // Up and down lead from row to row.
    press(&mut window, PLAIN, Key::ArrowUp);
    window.run_steps(2);
    assert!(row_of(&window, SHARED_PEER).is_focused());
}

#[test]
fn the_items_of_a_menu_are_those_that_apply() {
    let (_folder, _path, mut window) = heard();
    row_of(&window, CALLS).click();
    until(&mut window, "the menu", |window| {
        is_named(window, "Write as it")
    });
    for item in ["Fork a child", "Stop", "Kill", "Remove"] {
        assert!(!is_named(&window, item), "{item} of a system call");
    }
    press(&mut window, PLAIN, Key::Escape);
    window.run_steps(2);
    click(&mut window, PRIVATE);
    until_says(&mut window, 1, "41 'A', as the file has it");
    order(&mut window, 1, "Stop");
    until_says(&mut window, 1, "stopped");
    order(&mut window, 1, "Continue");
    until_says(&mut window, 1, "41 'A', as the file has it");
    order(&mut window, 1, "Kill");
    until_says(&mut window, 1, "ended: signal 9 (SIGKILL)");
    assert!(is_named(&window, "ended: signal 9 (SIGKILL)"), "its remark");
    order(&mut window, 1, "Remove");
    until(&mut window, "it is off the list", |window| {
        said(window, 1).is_empty()
    });
}

#[test]
fn what_was_foretold_stands_there_before_and_is_confirmed_after() {
    let (_folder, path, mut window) = heard();
    let button = window.get_by_role_and_label(Role::Button, "Write as second mapping");
    let description = button.accesskit_node().description().unwrap_or_default();
    assert!(
        description.contains("Prediction: all 5 would see it"),
        "{description}"
    );
    button.hover();
    until(&mut window, "the prediction", |window| {
        reads(window, "Prediction: all 5 would see it")
    });
    // The pointer stays where it is.
    write_as(&mut window, SECOND);
    until(&mut window, "it is confirmed", |window| {
        reads(window, "as predicted")
    });
    assert_eq!(fs::read(&path).unwrap()[0], b'!');

    act(
        &mut window,
        Action::Peers(PeersAction::ByteEdited("5a".to_owned())),
    );
    write_as(&mut window, PRIVATE_PEER);
    until(&mut window, "a copy is confirmed too", |window| {
        witness(window, PRIVATE_PEER).starts_with("5a 'Z', which differs")
            && reads(window, "as predicted")
    });
    assert_eq!(fs::read(&path).unwrap()[0], b'!');
}

#[test]
fn a_page_that_is_shared_since_a_fork_is_one_box_of_two_rows() {
    let (_folder, _path, mut window) = heard();
    click(&mut window, PRIVATE);
    until_says(&mut window, 1, "41 'A'");
    write_by(&mut window, 1);
    until_says(&mut window, 1, "a copy of its own");
    order(&mut window, 1, "Fork a child");
    until_says(&mut window, 2, "a copy shared by fork with process");
    let shared = |window: &Window| boxes(window, "a copy shared by fork").len();
    until(&mut window, "one box", |window| shared(window) == 1);
    write_by(&mut window, 2);
    until(&mut window, "two boxes", |window| {
        shared(window) == 0 && said(window, 2).contains("a copy of its own")
    });
}

#[test]
fn a_selection_says_how_much_of_it_differs_and_what_is_shown() {
    let (_folder, path, mut window) = heard();
    go_to(&mut window, 40);
    write_as(&mut window, VIEW);
    until(&mut window, "it is stored", |window| {
        row(window, 32).contains(" 21 ")
    });
    press(&mut window, CTRL, Key::A);
    until(&mut window, "the selection is compared", |window| {
        reads(window, "1 of 64 differs, at 0x28; shown: 0x21..0x31")
    });
    assert!(reads(&window, "Who sees the 64 bytes at 0x0..0x40?"));
    // The row has all of what is shown, and none of it is cut off.
    let view = row_of(&window, VIEW).rect();
    assert!(view.height() > 30.0, "the bytes stand below the name");
    assert_eq!(fs::read(&path).unwrap(), [b'A'; 64]);
}

/// What the last frame put on the clipboard.
fn copied(window: &Window) -> Option<String> {
    let commands = window.output().platform_output.commands.iter();
    commands
        .filter_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
        .next_back()
}

/// Start tags, end tags and text of well-formed XML; panics at the first thing that is none.
fn tags(xml: &str) -> Vec<String> {
    let (mut found, mut open, mut rest) = (Vec::new(), Vec::new(), xml);
    while let Some(start) = rest.find('<') {
        let text = &rest[..start];
        assert!(!text.contains('>'), "{text:?}");
        for (at, _) in text.match_indices('&') {
            let end = text[at..].find(';').expect("an entity ends");
            assert!(["&amp", "&lt", "&gt", "&quot"].contains(&&text[at..at + end]));
        }
        let end = rest[start..].find('>').expect("a tag ends") + start;
        let tag = &rest[start + 1..end];
        assert!(!tag.contains('<'), "{tag}");
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "closed in order");
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().expect("a name"));
        }
        found.push(tag.to_owned());
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?}");
    found
}

#[test]
fn the_picture_as_svg_is_well_formed_whatever_the_file_is_called() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("a<b>&\"c\u{1}.bin");
    fs::write(&path, [b'&'; 64]).unwrap();
    let mut window = open(&path);
    until(&mut window, "the rows are heard", |window| {
        witness(window, CALLS).starts_with("26 '&'") && witness(window, SHARED_PEER).contains("26")
    });
    click(&mut window, "The picture");
    window.run_steps(2);
    click(&mut window, "Copy as SVG");
    let svg = copied(&window).expect("a picture on the clipboard");
    let tags = tags(&svg);
    assert!(tags[0].starts_with("svg xmlns=\"http://www.w3.org/2000/svg\""));
    assert!(tags.iter().filter(|tag| tag.starts_with("line ")).count() >= 5);
    for words in ["&amp;", "this view", "read, pwrite", "Who sees byte 0"] {
        assert!(svg.contains(words), "{words}");
    }
    assert!(!svg.contains("a<b"), "names are escaped");
}

#[test]
fn the_picture_is_saved_where_the_person_says() {
    let (folder, _path, mut window) = heard();
    click(&mut window, "The picture");
    window.run_steps(2);
    click(&mut window, "Save as SVG\u{2026}");
    let place = folder.path().join("who.svg");
    save_to(&mut window, &place);
    until(&mut window, "it is saved", |window| {
        is_told(window, &["The picture is in ", "who.svg"])
    });
    let tags = tags(&fs::read_to_string(&place).unwrap());
    assert!(tags[0].starts_with("svg "));
}

#[test]
fn a_pin_holds_the_bytes_while_the_cursor_moves() {
    let (_folder, _path, mut window) = heard();
    click(&mut window, "Pin");
    until(&mut window, "it is pinned", |window| {
        doc(window).pin.is_by_person
    });
    go_to(&mut window, 28);
    assert!(reads(&window, "Who sees byte 0 (0x0)?"));
    click(&mut window, "Pin");
    until(&mut window, "it follows the cursor", |window| {
        reads(window, "Who sees byte 28 (0x1c)?")
    });
}

#[test]
fn in_a_narrow_window_the_panel_stands_below_the_grid() {
    let (_folder, _path, mut window) = heard();
    let beside = row_of(&window, VIEW).rect();
    assert!(beside.left() > grid(&window).rect().right());
    for size in [vec2(880.0, 600.0), vec2(700.0, 420.0)] {
        window.set_size(size);
        window.run_steps(4);
        let (grid, row) = (grid(&window).rect(), row_of(&window, VIEW).rect());
        assert!(row.top() >= grid.bottom(), "{size}: {row:?} below {grid:?}");
        assert!(grid.height() > 60.0, "{size}: {grid:?}");
        assert!(row.bottom() < size.y, "{size}: {row:?}");
    }
    assert_eq!(doc(&window).view().mode, Mode::Private);
}

#[test]
fn where_nothing_changes_nothing_is_drawn() {
    let (_folder, _path, mut window) = heard();
    window.run_steps(8);
    let wanted = window.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay;
    assert!(wanted > std::time::Duration::from_millis(900), "{wanted:?}");
}
