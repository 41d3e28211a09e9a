//! What comes in the middle of an experiment that is tried by hand: an end, a switch of the mode, a second press, the end of all.

use super::*;

/// The view itself stores, and looks.
fn plan_of_view() -> HandPlan {
    let by = || HandActor::View("A".to_owned());
    HandPlan {
        items: vec![
            add("B", HandKind::Shared),
            look(by(), 28, b"A"),
            item(HandDeed::Discard { at: 28, len: 1 }),
        ],
        ..plan()
    }
}

fn view_reads(rig: &mut Rig, doc: DocId, n_times: u8) {
    for _ in 0..n_times {
        let row = (WitnessId::View, read(rig, doc, b'A'));
        witness(rig, row);
    }
}

/// The view has this mode, as the worker says.
fn switch(rig: &mut Rig, mode: Mode) {
    rig.act(M::SetMode(mode));
    rig.remapped(mode, Access::ReadWrite);
    assert_eq!(rig.view().mode, mode);
}

#[test]
fn a_view_in_another_mode_is_not_that_of_the_list() {
    let mut rig = bench(Ok(plan_of_view()));
    let doc = tried(&mut rig, 9);
    switch(&mut rig, Mode::Shared);
    assert_eq!(rig.doc().hand_blocked(), None, "B is not the view");
    runs(&mut rig, doc, ProcessKind::Shared);
    assert_eq!(n_done(&rig, doc), 1);
    let why = rig.doc().hand_blocked().unwrap();
    assert!(why.contains("shared now"), "{why}");
    view_reads(&mut rig, doc, 4);
    assert_eq!(n_done(&rig, doc), 1, "a shared mapping was read");
    let before = rig.doc().about();
    rig.point(500);
    rig.act(P::DoByHand(1));
    assert_ne!(rig.doc().about(), before, "nothing is selected");
    rig.point(28);
    switch(&mut rig, Mode::Private);
    assert_eq!(rig.doc().hand_blocked(), None);
    assert_eq!(n_done(&rig, doc), 1, "what was read before does not count");
    view_reads(&mut rig, doc, 2);
    assert_eq!(n_done(&rig, doc), 2);
}

#[test]
fn a_second_press_adds_no_second_process_of_that_letter() {
    let mut rig = bench(Ok(plan()));
    let doc = tried(&mut rig, 9);
    rig.act(P::DoByHand(0));
    rig.act(P::DoByHand(0));
    assert_eq!(added(&rig, doc).len(), 1);
    // it could not begin: then a press adds one again
    let a = target(&rig, doc, 0);
    peer(&mut rig, a, PeerNews::Ended(killed()));
    rig.act(P::DoByHand(0));
    assert_eq!(added(&rig, doc).len(), 2);
    assert_eq!(added(&rig, doc)[1].letter, Some('A'));
}

fn killed() -> ProcessEnd {
    ProcessEnd {
        how: EndHow::Killed(9),
        complaint: None,
        lost_copies: false,
        next: None,
    }
}

#[test]
fn a_press_for_a_process_that_ended_gives_no_order() {
    let mut rig = bench(Ok(plan()));
    let doc = tried(&mut rig, 9);
    let a = runs(&mut rig, doc, ProcessKind::Shared);
    runs(&mut rig, doc, ProcessKind::Private);
    peer(&mut rig, a, PeerNews::Ended(killed()));
    let effects = rig.act(P::DoByHand(2));
    let is_order = |effect: &Effect| matches!(effect, Effect::Peers(PeerOrder::Store { .. }));
    assert!(!effects.iter().any(is_order));
    assert_eq!(n_done(&rig, doc), 2);
}

#[test]
fn quitting_while_the_scratch_file_is_made_asks_nothing() {
    let mut rig = bench(Ok(plan()));
    rig.act(LabAction::ByHand(CLAIM.name.to_owned()));
    assert_eq!(rig.opening.len(), 1);
    let effects = rig.act(A::Quit);
    assert!(effects.contains(&Effect::Quit), "{effects:?}");
    assert!(!rig.is_asked());
}

#[test]
fn started_over_while_it_is_made_there_is_one_of_it() {
    let mut rig = bench(Ok(plan()));
    let doc = tried(&mut rig, 9);
    rig.act(LabAction::StartOver(doc));
    rig.act(LabAction::StartOver(doc));
    assert_eq!(
        rig.opening.len(),
        1,
        "the second press was for one that is gone"
    );
    rig.opened(scratch(10, 4096));
    let fresh = rig.doc().id;
    let tabs = rig.app.docs.iter().filter(|doc| doc.hand.is_some()).count();
    assert_eq!((tabs, n_done(&rig, fresh)), (1, 0));
    assert_eq!(added(&rig, fresh).len(), 0);
}
