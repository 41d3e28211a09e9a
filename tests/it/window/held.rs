//! The pointer is held down on something while something else comes into its place: it is let go on what it was pressed on.

use std::fs;
use std::time::Duration;

use egui::Key;
use egui_kittest::kittest::NodeT as _;
use mapscope::model::{Action, DocAction, EditAction, LabAction, PeersAction, Topic, WitnessId};

use super::support::*;

/// What of a name is asked for first.
#[track_caller]
fn named(window: &Window, head: &str) -> String {
    let mut nodes = window.root().children_recursive();
    let names = |node: egui_kittest::Node<'_>| node.accesskit_node().label();
    let name = nodes.find_map(|node| names(node).filter(|name| name.starts_with(head)));
    name.unwrap_or_else(|| panic!("nothing is called {head:?}\n{}", state(window)))
}

/// Writes a byte as pwrite.
#[track_caller]
fn pwrite(window: &mut Window, byte: &str) {
    let entries = doc(window).happened.len();
    let text = PeersAction::ByteEdited(byte.to_owned());
    act(window, Action::Peers(text));
    act(window, Action::Peers(PeersAction::StoreAs(WitnessId::File)));
    until(window, "it is told of", |window| {
        doc(window).happened.len() > entries
    });
}

#[test]
fn an_entry_that_comes_is_not_written_back_in_the_place_of_another() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    pwrite(&mut window, "42");
    go_to(&mut window, 1);
    let back = "Write back as the same: pwrite wrote B at 0";
    until(&mut window, "it is offered", |window| {
        window.root().children_recursive().any(|node| {
            let name = node.accesskit_node().label();
            name.is_some_and(|name| name.starts_with(back))
        })
    });
    let back = named(&window, back);
    let place = hold(&mut window, &back);
    // The newest stands first, where this one stood.
    pwrite(&mut window, "43");
    until(&mut window, "the other one can be written back", |window| {
        is_named(
            window,
            "Write back as the same: pwrite wrote C at 1, where A was",
        )
    });
    let_go(&mut window, place);
    until(&mut window, "what was pressed is written back", |_| {
        fs::read(&path).unwrap()[0] == b'A'
    });
    assert_eq!(fs::read(&path).unwrap()[1], b'C', "and nothing else");
}

#[test]
fn an_edit_that_comes_is_not_undone_in_the_place_of_another() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    type_bytes(&mut window, "5a");
    press(&mut window, CTRL, Key::Num5);
    until(&mut window, "it is listed", |window| {
        is_named(window, "Undo this one, at 0x0, number 1")
    });
    let place = hold(&mut window, "Undo this one, at 0x0, number 1");
    act(&mut window, Action::Edit(EditAction::Fill(b'Y')));
    until(&mut window, "another one is listed above it", |window| {
        is_named(window, "Undo this one, at 0x1, number 2")
    });
    let_go(&mut window, place);
    until(&mut window, "what was pressed is undone", |window| {
        row(window, 0).starts_with("00000000 41 59 ")
    });
}

#[test]
fn a_message_that_comes_is_not_answered_by_a_press_on_another() {
    let (_folder, path) = file(&[b'A'; 3 * 4096]);
    let mut window = open(&path);
    let shorter = fs::OpenOptions::new().write(true).open(&path).unwrap();
    shorter.set_len(100).unwrap();
    until(&mut window, "it is told", |window| {
        is_told(window, &["shrank to 100 bytes"])
    });
    let place = hold(&mut window, "Hide this message");
    // What is more urgent takes its place, and has buttons.
    let new = path.with_file_name("new");
    fs::write(&new, [b'N'; 64]).unwrap();
    fs::rename(&new, &path).unwrap();
    until(
        &mut window,
        "it is told that another file is there",
        |window| is_named(window, "Open the new file"),
    );
    let_go(&mut window, place);
    window.run_steps(3);
    assert_eq!(model(&window).docs.len(), 1, "nothing was opened");
    for topic in [Topic::Path, Topic::Size] {
        assert!(!notice(&window, topic).is_empty(), "nothing was answered");
    }
}

#[test]
fn the_next_thing_to_do_by_hand_is_not_done_by_a_press_on_the_one_before() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    let name = "two-writers-one-page";
    act(&mut window, Action::Lab(LabAction::ByHand(name.to_owned())));
    until(&mut window, "it can be tried", |window| {
        let hand = model(window).doc().and_then(|doc| doc.hand.as_ref());
        hand.is_some_and(|hand| hand.experiment == name && hand.n_done() == 0)
    });
    let done = |window: &Window| doc(window).hand.as_ref().unwrap().n_done();
    let what = |window: &Window| {
        let hand = doc(window).hand.as_ref().unwrap();
        format!("Do it: {}", hand.plan.items[hand.n_done()].what)
    };
    // Up to one that is done at once: before it the press is gone for a while, and with it what was held.
    while !what(&window).contains(" stores ") {
        let index = done(&window);
        act(&mut window, Action::Peers(PeersAction::DoByHand(index)));
        until(&mut window, "it is done", |window| done(window) > index);
    }
    let (index, held) = (done(&window), what(&window));
    until(&mut window, "there is a press for it", |window| {
        is_named(window, &held)
    });
    let place = hold(&mut window, &held);
    act(&mut window, Action::Peers(PeersAction::DoByHand(index)));
    until(&mut window, "it was done otherwise", |window| {
        done(window) == index + 1 && is_named(window, &what(window))
    });
    let_go(&mut window, place);
    let next = what(&window);
    throughout(
        &mut window,
        Duration::from_millis(300),
        "the next is to be done",
        |window| done(window) == index + 1 && is_named(window, &next),
    );
    click(&mut window, &next);
    until(&mut window, "it is done by a press of its own", |window| {
        done(window) == index + 2
    });
}

#[test]
fn sums_that_are_over_are_not_begun_anew_by_a_press_on_stop() {
    let (_folder, path) = file(&[]);
    fs::File::create(&path).unwrap().set_len(1 << 30).unwrap();
    let mut window = open(&path);
    press(&mut window, CTRL, Key::Num8);
    until(&mut window, "they can be computed", |window| {
        is_named(window, "Compute")
    });
    click(&mut window, "Compute");
    until(&mut window, "they can be stopped", |window| {
        is_named(window, "Stop")
    });
    let place = hold(&mut window, "Stop");
    let (number, ..) = doc(&window).view().sums.progress().unwrap();
    act(&mut window, Action::Doc(DocAction::CancelJob(number)));
    let is_over = |window: &Window| {
        doc(window).view().sums.progress().is_none() && is_named(window, "Compute")
    };
    until(&mut window, "they are stopped otherwise", is_over);
    let_go(&mut window, place);
    window.run_steps(3);
    assert!(is_over(&window));
    click(&mut window, "Compute");
    until(&mut window, "a press of its own begins them", |window| {
        doc(window).view().sums.progress().is_some()
    });
}
