//! An experiment that is tried by hand with its own processes, in the window: by keys, by clicks, in an order of one's own,
//! behind a file, and ended in the middle.

use super::super::support::*;
use super::{ends_with_its_processes, lab, verdict};

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::lab::catalogue;
use mapscope::lab::claim::PeerCard;
use mapscope::model::{Action, LabAction};

/// No row of an open file can be told to call mprotect.
const NAME: &str = "mprotect-opens-none";

#[track_caller]
fn until_says(window: &mut Window, wanted: &str) {
    until(window, wanted, |window| {
        status(window).iter().any(|said| said == wanted)
    });
}

/// The experiment by hand; nothing is done yet.
fn by_hand() -> Window {
    let mut window = lab();
    act(&mut window, Action::Lab(LabAction::Choose(NAME.to_owned())));
    until(&mut window, "it is shown", |window| {
        verdict(window) == "not run"
    });
    click(&mut window, "Try it by hand");
    until_says(&mut window, "By hand: 0 of 13 done in order");
    window
}

fn peers(window: &Window) -> &[PeerCard] {
    model(window).lab.entry(NAME).unwrap().peers()
}

/// Has the first `n` things done.
fn done_in_order(window: &mut Window, n: usize) {
    for done in 1..=n {
        press(window, PLAIN, Key::F4);
        until_says(window, &format!("By hand: {done} of 13 done in order"));
    }
}

#[track_caller]
fn click_item(window: &mut Window, label: &str) {
    let role = Role::Button;
    until(window, label, |window| {
        let button = window.query_by_role_and_label(role, label);
        button.is_some_and(|button| !button.accesskit_node().is_disabled())
    });
    window.get_by_role_and_label(role, label).click();
    window.step();
}

#[test]
fn all_in_order_by_the_key_comes_as_the_experiment_expects() {
    let mut window = by_hand();
    let claim = catalogue::find(NAME).unwrap().claim;
    let says = |window: &Window, words: &str| {
        let mut found = window.query_all_by_label_contains(words);
        found.next().is_some()
    };
    assert!(!says(&window, claim.title), "the answer is not given away");
    done_in_order(&mut window, 13);
    assert!(says(
        &window,
        "All that you saw is as the experiment expects"
    ));
    assert!(says(&window, claim.title));
    assert!(says(&window, "killed by SIGSEGV (SEGV_ACCERR)"));
    let ended = peers(&window)[1].ended.clone();
    assert!(ended.is_some_and(|how| how.contains("SIGSEGV")));
    // B cannot do anything more, and A can
    let button = |window: &Window, label: &str| {
        let button = window.get_by_role_and_label(Role::Button, label);
        !button.accesskit_node().is_disabled()
    };
    assert!(!button(&window, "Again: B loads the byte at 28"));
    assert!(button(&window, "Again: A loads the byte at 28"));
    press(&mut window, PLAIN, Key::F4);
    window.step();
    assert!(says(
        &window,
        "All that you saw is as the experiment expects"
    ));
    click(&mut window, "Stop");
    until(&mut window, "what was known before is shown", |window| {
        verdict(window) == "not run"
    });
    assert!(model(&window).lab.entry(NAME).unwrap().record().is_none());
}

/// Without mprotect A has no access: in an order of one's own that is seen, and is neither right nor wrong.
#[test]
fn what_is_left_out_is_seen_in_what_comes_after_it() {
    let mut window = by_hand();
    done_in_order(&mut window, 8);
    click_item(&mut window, "Do it: A loads the byte at 28");
    until_says(&mut window, "By hand, in an order of your own");
    until(&mut window, "A died of it", |window| {
        peers(window)[0].ended.is_some()
    });
    let entry = model(&window).lab.entry(NAME).unwrap();
    assert_eq!(entry.steps().last().unwrap().holds, Some(false));
    let told = window.query_by_label_contains("in its own order: 41 'A'");
    assert!(told.is_some(), "{:?}", state(&window));
    assert!(window.query_by_label_contains("otherwise than").is_none());
    let pids: Vec<u32> = peers(&window).iter().map(|card| card.pid).collect();
    click(&mut window, "Start over");
    until_says(&mut window, "By hand: 0 of 13 done in order");
    assert!(peers(&window).is_empty());
    done_in_order(&mut window, 3);
    assert!(peers(&window).iter().all(|card| !pids.contains(&card.pid)));
}

#[test]
fn it_waits_behind_a_file_and_another_experiment_ends_it() {
    let mut window = by_hand();
    done_in_order(&mut window, 2);
    let (_folder, path) = file(&[b'Q'; 64]);
    let open = mapscope::model::FileAction::Open(path);
    act(&mut window, Action::File(open));
    until(&mut window, "the other file is in front", |window| {
        row(window, 0).starts_with("00000000 51")
    });
    window.get_by_role_and_label(Role::Tab, "Lab: waits for you");
    press(&mut window, CTRL, Key::Num4);
    done_from(&mut window, 3);
    let other = "shared-seen-by-read".to_owned();
    act(&mut window, Action::Lab(LabAction::Choose(other)));
    until(&mut window, "it is shown", |window| {
        verdict(window) == "not run"
    });
    click(&mut window, "Run");
    until(&mut window, "it ran", |window| {
        model(window).lab.queue.is_none() && verdict(window) == "as predicted"
    });
    let entry = model(&window).lab.entry(NAME).unwrap();
    assert!(entry.hand.is_none() && entry.record().is_none());
}

fn done_from(window: &mut Window, n: usize) {
    press(window, PLAIN, Key::F4);
    until_says(window, &format!("By hand: {n} of 13 done in order"));
}

#[test]
fn closing_the_tab_or_the_window_ends_its_processes() {
    for closes_window in [false, true] {
        let mut window = by_hand();
        done_in_order(&mut window, 5);
        ends_with_its_processes(window, NAME, closes_window);
    }
}

/// A press leads the keyboard to what comes next, so that Enter goes on.
#[test]
fn enter_goes_on_where_a_click_began() {
    let mut window = by_hand();
    click_item(&mut window, "Do it: mapscope makes the scratch file f");
    for done in 1..=4 {
        until_says(&mut window, &format!("By hand: {done} of 13 done in order"));
        until(&mut window, "the next has the keyboard", |window| {
            let next = window.query_all_by_role(Role::Button);
            next.filter(egui_kittest::Node::is_focused).any(|it| {
                it.accesskit_node()
                    .label()
                    .is_some_and(|it| it.starts_with("Do it: "))
            })
        });
        press(&mut window, PLAIN, Key::Enter);
    }
    until_says(&mut window, "By hand: 5 of 13 done in order");
}
