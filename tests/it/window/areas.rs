//! F6 leads round all areas behind each of two views, both ways, also from a row of *Who sees it*; and the row of the other
//! view leads there.

use super::support::*;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use mapscope::model::{Action, AppAction, Focus, Mode, Tab};

const CTRL_SHIFT: Modifiers = CTRL.plus(Modifiers::SHIFT);
const OTHER: &str = "other view";
/// Far more than there are areas.
const MANY: usize = 30;

/// Steps the window until `reached`. That of the other tests tells of one grid only.
#[track_caller]
fn until(window: &mut Window, what: &str, mut reached: impl FnMut(&Window) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        window.step();
        if reached(window) {
            return;
        }
        let told = (witness_rows(window), place(window));
        assert!(Instant::now() < deadline, "in vain until {what}: {told:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The view that everything tells of, and the area with the keys.
fn place(window: &Window) -> (Mode, Focus) {
    (doc(window).view().mode, model(window).area)
}

/// Private beside shared; the private view has the keys.
fn split() -> (tempfile::TempDir, Window) {
    let (folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    press(&mut window, CTRL_SHIFT, Key::Num2);
    until(&mut window, "there are two views", |window| {
        doc(window).views.len() == 2 && witness(window, OTHER).starts_with("41 'A'")
    });
    let mut views = doc(&window).views.iter();
    let first = views.find(|view| view.mode == Mode::Private).unwrap().id;
    act(&mut window, Action::App(AppAction::FocusView(first)));
    until(&mut window, "the private one is looked at", |window| {
        place(window) == (Mode::Private, Focus::Grid) && witness(window, VIEW).starts_with("41 'A'")
    });
    (folder, window)
}

/// The places that the key leads to, until it is where it began.
fn round(window: &mut Window, modifiers: Modifiers) -> Vec<(Mode, Focus)> {
    let start = place(window);
    let mut places = vec![start];
    while places.len() < MANY {
        let before = place(window);
        press(window, modifiers, Key::F6);
        until(window, "the key leads on", |window| place(window) != before);
        // What follows from it has come to rest.
        window.run_steps(3);
        if place(window) == start {
            return places;
        }
        places.push(place(window));
    }
    panic!("no way back: {places:?}");
}

#[test]
fn every_area_is_reached_for_each_of_two_views_both_ways() {
    let (_folder, mut window) = split();
    let there = round(&mut window, PLAIN);
    for mode in [Mode::Private, Mode::Shared] {
        for area in [Focus::Grid, Focus::Lookup, Focus::Path, Focus::WitnessByte] {
            assert!(there.contains(&(mode, area)), "{mode} {area:?}: {there:?}");
        }
    }
    let mut back = round(&mut window, Modifiers::SHIFT);
    back[1..].reverse();
    assert_eq!(there, back);
}

#[test]
fn from_a_row_the_key_goes_on_behind_the_panel() {
    let (_folder, mut window) = split();
    let there = round(&mut window, PLAIN);
    let at = |it| there.iter().position(|place| *place == it).unwrap();
    let panel = at((Mode::Private, Focus::WitnessByte));
    for (modifiers, next) in [(PLAIN, panel + 1), (Modifiers::SHIFT, panel - 1)] {
        let first = doc(&window).views[0].id;
        act(&mut window, Action::App(AppAction::FocusView(first)));
        until(&mut window, "the bytes have the keys", |window| {
            place(window) == (Mode::Private, Focus::Grid)
        });
        press(&mut window, PLAIN, Key::F7);
        press(&mut window, PLAIN, Key::ArrowDown);
        until(&mut window, "a row has the keys", |window| {
            place(window) == (Mode::Private, Focus::Rows)
        });
        press(&mut window, modifiers, Key::F6);
        until(&mut window, "it goes on", |window| {
            place(window) == there[next]
        });
    }
}

/// Opens the menu of the row of the other view, and chooses.
fn choose(window: &mut Window, label: &str) {
    press(window, PLAIN, Key::F7);
    type_text(window, "2");
    press(window, PLAIN, Key::Enter);
    until(window, "the menu is open", |window| {
        is_named(window, "What other view can do")
    });
    // A menu stands above all else.
    let items = window.query_all_by_role_and_label(Role::Button, label);
    items.last().expect("it is offered").click();
    window.run_steps(2);
}

#[test]
fn the_row_of_the_other_view_leads_there_and_to_its_mapping() {
    let (_folder, mut window) = split();
    choose(&mut window, "Go there");
    until(&mut window, "the shared view has the keys", |window| {
        place(window) == (Mode::Shared, Focus::Grid)
    });
    choose(&mut window, "Show its mapping");
    until(
        &mut window,
        "the private view's mapping is shown",
        |window| {
            doc(window).view().mode == Mode::Private && model(window).settings.tab == Tab::Mapping
        },
    );
}
