//! Experiments tried by hand, with real files and real processes: each list is carried out by the orders that a person has.

use std::process::Command;

use super::support::*;
use mapscope::lab::{catalogue, hand};
use mapscope::model::hand::{Hand, HandOutcome, command, has_press};
use mapscope::model::{Action, DocId, FileAction, LabAction, PeersAction};

/// What is tried by hand in the tab that is in front.
#[track_caller]
fn tried(window: &Window) -> &Hand {
    doc(window).hand.as_ref().expect("an experiment is tried")
}

/// Opens the scratch file of an experiment in a tab that is in front then.
#[track_caller]
fn by_hand(window: &mut Window, name: &'static str) -> DocId {
    act(window, Action::Lab(LabAction::ByHand(name.to_owned())));
    until(window, &format!("{name} can be tried"), |window| {
        let hand = model(window).doc().and_then(|doc| doc.hand.as_ref());
        hand.is_some_and(|hand| hand.experiment == name && hand.n_done() == 0)
    });
    doc(window).id
}

/// Does the next thing: by its press, or as a shell with its command.
#[track_caller]
fn do_next(window: &mut Window) {
    let (name, index) = (tried(window).experiment, tried(window).current().unwrap());
    let item = tried(window).plan.items[index].clone();
    if has_press(&item.deed) {
        act(window, Action::Peers(PeersAction::DoByHand(index)));
    } else {
        let command = command(&item.deed, &doc(window).path).expect("a press or a command");
        let shell = Command::new("sh").args(["-c", &command]).status().unwrap();
        assert!(shell.success(), "{command}");
    }
    until(window, &format!("{name}: {}", item.what), |window| {
        tried(window).n_done() > index
    });
}

/// Does all that is left.
#[track_caller]
fn do_all(window: &mut Window) {
    while tried(window).current().is_some() {
        do_next(window);
    }
}

/// All that was seen, in words.
fn seen(hand: &Hand) -> Vec<String> {
    let items = hand.plan.items.iter().enumerate();
    items
        .filter_map(|(index, item)| {
            let seen = hand.seen(index)?;
            Some(format!("{}: {seen:?}", item.what))
        })
        .collect()
}

#[test]
fn every_list_is_ticked_by_ordinary_orders_and_agrees_with_its_claim() {
    // with a file of its own in front whenever one is closed: the sample would come back
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    let page = doc(&window).page_bytes;
    let mut n_lists = 0;
    for experiment in catalogue::all() {
        let name = experiment.claim.name;
        if experiment.available().is_err() || hand::plan_of(experiment, page).is_err() {
            continue;
        }
        let id = by_hand(&mut window, name);
        do_all(&mut window);
        let hand = tried(&window);
        let (outcome, seen) = (hand.outcome(), seen(hand));
        assert_eq!(outcome, HandOutcome::Agrees, "{name}: {seen:#?}");
        assert_eq!(
            seen.len(),
            hand.plan
                .items
                .iter()
                .filter(|it| it.deed.is_look() || it.deed.is_check())
                .count(),
            "{name}"
        );
        act(&mut window, Action::File(FileAction::CloseDoc(id)));
        n_lists += 1;
    }
    assert!(n_lists > 20, "only {n_lists} lists");
}
