//! A menu that is open stays open whatever comes and goes before its button.

use egui_kittest::kittest::Queryable as _;
use mapscope::model::process::ProcessKind;
use mapscope::model::{Action, AppAction, FindAction, FindForm, PeersAction};

use super::support::*;

#[test]
fn the_menu_of_the_picture_stays_open_when_the_tour_is_left() {
    let mut window = sample();
    let is_open = |window: &Window| is_named(window, "Copy as SVG");
    click(&mut window, "The picture");
    until(&mut window, "the menu is open", is_open);
    act(&mut window, Action::App(AppAction::ToggleTour));
    window.run_steps(3);
    assert!(model(&window).settings.tour_left);
    assert!(is_open(&window));
    act(
        &mut window,
        Action::Peers(PeersAction::Add(ProcessKind::Private)),
    );
    until(&mut window, "it runs", |window| {
        let list = doc(window).processes.list();
        list.len() == 3 && list.iter().all(|it| it.pid.is_some())
    });
    window.run_steps(3);
    assert!(is_open(&window));
}

#[test]
fn the_menu_of_programs_stays_open_when_the_tour_is_left() {
    let mut window = sample();
    let is_open = |window: &Window| is_named(window, "Export as C\u{2026}");
    until(&mut window, "something happened", |window| {
        window.query_by_label("Export as a program").is_some()
    });
    window.get_by_label("Export as a program").click_accesskit();
    until(&mut window, "the menu is open", is_open);
    act(&mut window, Action::App(AppAction::ToggleTour));
    window.run_steps(3);
    assert!(model(&window).settings.tour_left);
    assert!(is_open(&window));
}

#[test]
fn the_menu_of_the_search_stays_open_when_what_stands_around_it_changes() {
    let mut window = sample();
    let open = |replaces| Action::Find(FindAction::Open { replaces });
    act(&mut window, open(false));
    act(
        &mut window,
        Action::Find(FindAction::SetForm(FindForm::Bytes)),
    );
    window.run_steps(2);
    let is_open = |window: &Window| is_named(window, "Ignore case");
    click(&mut window, "Looked for as: Bytes");
    until(&mut window, "the menu is open", is_open);
    act(
        &mut window,
        Action::Find(FindAction::Edited("not hex".to_owned())),
    );
    window.run_steps(3);
    assert!(is_open(&window), "an error came");
    act(&mut window, Action::App(AppAction::ToggleTour));
    window.run_steps(3);
    assert!(is_open(&window), "the tour went");
}
