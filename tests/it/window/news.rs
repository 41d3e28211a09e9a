//! News pass, and with them what can be done about them; until then the keyboard reaches it.

use super::support::*;

use egui::accesskit::Role;
use egui::{Key, Modifiers, vec2};
use egui_kittest::Node;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{Access, Action, Focus, MappingAction, Mode, Topic, ViewId};

const WRITE: &str = "Make it read-write";

/// A window with two views, private beside shared and read-only, which is news.
fn split() -> (tempfile::TempDir, Window, ViewId) {
    let (folder, path) = file(&[b'A'; 8192]);
    let mut window = open(&path);
    act(&mut window, Action::Mapping(MappingAction::AddView));
    until(
        &mut window,
        "there are two views, and that is news",
        |window| doc(window).views.len() == 2 && !notice(window, Topic::Done).is_empty(),
    );
    window.run_steps(2);
    let second = doc(&window).views[1].id;
    assert_eq!(access(&window, second), (Mode::Shared, Access::ReadOnly));
    (folder, window, second)
}

fn access(window: &Window, view: ViewId) -> (Mode, Access) {
    let view = doc(window).view_by(view).expect("the view is there");
    (view.mode, view.access)
}

fn offer(window: &Window) -> Option<Node<'_>> {
    window.query_by_role_and_label(Role::Button, WRITE)
}

fn is_focused(window: &Window, name: &str) -> bool {
    let mut nodes = window.root().children_recursive();
    let node = nodes.find(Node::is_focused);
    node.and_then(|node| node.accesskit_node().label())
        .as_deref()
        == Some(name)
}

#[test]
fn news_have_their_action_and_lose_it_as_they_pass() {
    for size in [vec2(1500.0, 900.0), vec2(700.0, 420.0)] {
        let (_folder, mut window, _) = split();
        window.set_size(size);
        window.run_steps(4);
        let button = offer(&window).expect("it can be made read-write").rect();
        let content = egui::Rect::from_min_size(egui::Pos2::ZERO, size);
        assert!(content.contains_rect(button), "{button} at {size}");
        window.run_steps(80); // eight seconds
        assert!(notice(&window, Topic::Done).is_empty());
        assert!(offer(&window).is_none(), "gone with the news");
    }
}

/// The button is about the view that the news are about, whichever has the keyboard.
#[test]
fn the_action_is_done_in_the_view_that_the_news_are_about() {
    let (_folder, mut window, second) = split();
    let first = doc(&window).views[0].id;
    act(
        &mut window,
        Action::App(mapscope::model::AppAction::FocusView(first)),
    );
    window.run_steps(2);
    let of_first = access(&window, first);
    offer(&window).expect("it stands still").click();
    until(&mut window, "it is read-write", |window| {
        access(window, second) == (Mode::Shared, Access::ReadWrite)
    });
    assert_eq!(access(&window, first), of_first);
}

#[test]
fn f6_leads_to_the_news_and_they_wait_while_the_keyboard_is_there() {
    let (_folder, mut window, second) = split();
    // behind the messages, of which there are none, and before the bytes
    press(&mut window, Modifiers::SHIFT, Key::F6);
    until(&mut window, "the news have the keyboard", |window| {
        model(window).area == Focus::News && is_focused(window, "News")
    });
    window.run_steps(80); // eight seconds
    assert!(offer(&window).is_some(), "they wait");
    press(&mut window, PLAIN, Key::Tab);
    until(&mut window, "the button has it", |window| {
        is_focused(window, WRITE)
    });
    window.run_steps(80);
    assert!(offer(&window).is_some(), "they wait");
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "it is read-write", |window| {
        access(window, second) == (Mode::Shared, Access::ReadWrite)
    });
    // what had the keyboard is gone: the bytes have it
    until(&mut window, "the bytes have the keyboard", |window| {
        offer(window).is_none() && model(window).area == Focus::Grid
    });
}

/// They go while nobody looks, and the keyboard is never nowhere.
#[test]
fn the_keyboard_goes_on_from_the_news_to_the_bytes() {
    let (_folder, mut window, _) = split();
    press(&mut window, Modifiers::SHIFT, Key::F6);
    until(&mut window, "the news have the keyboard", |window| {
        is_focused(window, "News")
    });
    press(&mut window, PLAIN, Key::F6);
    until(&mut window, "the bytes have it", |window| {
        model(window).area == Focus::Grid
    });
    window.run_steps(80);
    assert!(offer(&window).is_none(), "gone with the news");
}

/// What was news before does not come up again behind what is.
#[test]
fn only_the_latest_are_news() {
    let (_folder, mut window, _) = split();
    let first = doc(&window).views[0].id;
    act(
        &mut window,
        Action::App(mapscope::model::AppAction::FocusView(first)),
    );
    press(&mut window, CTRL, Key::Z);
    until(&mut window, "there is other news", |window| {
        notice(window, Topic::Done) == "Nothing left to undo"
    });
    window.run_steps(2);
    assert!(offer(&window).is_none());
    for _ in 0..90 {
        window.step();
        let said = notice(&window, Topic::Done);
        assert!(
            said.is_empty() || said == "Nothing left to undo",
            "{said} once more"
        );
    }
}
