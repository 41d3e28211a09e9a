//! What is done a thousand times leaves no more behind than what is done ten times: counted in what the model holds.

use super::*;

/// How much the model holds: the length of all of it in words. What happened is a list that is bounded by its own number.
fn held(rig: &Rig) -> usize {
    let happened = rig
        .app
        .docs
        .iter()
        .map(|doc| format!("{:?}", doc.happened).len());
    format!("{:?}{:?}", rig.app.docs, rig.app.notices).len() - happened.sum::<usize>()
}

/// Switches the mode there and back, maps anew, and goes through the tabs of the panel.
fn round(rig: &mut Rig) {
    for mode in [Mode::Shared, Mode::Private] {
        rig.act(M::ToggleMode);
        rig.remapped(mode, Access::ReadWrite);
    }
    rig.act(M::Remap);
    rig.remapped(Mode::Private, Access::ReadWrite);
    for tab in [Tab::Lookups, Tab::Mapping, Tab::Witnesses] {
        rig.act(A::ShowTab(tab));
    }
    rig.say(look(span(0, 100), b'a'));
    rig.orders.clear();
}

#[test]
fn a_thousand_actions_are_held_like_ten() {
    let mut rig = open(100);
    for _ in 0..10 {
        round(&mut rig);
    }
    let before = held(&rig);
    for _ in 0..1000 {
        round(&mut rig);
    }
    let after = held(&rig);
    // numbers of orders and generations have a few digits more
    assert!(after < before + 200, "{before} to {after}");
}

#[test]
fn a_file_that_grows_on_and_on_has_one_notice_and_is_never_mapped_anew() {
    let mut rig = open(100);
    rig.say(look(span(0, 100), b'a'));
    rig.act(A::ShowTab(Tab::Witnesses));
    let mut before = 0;
    for round in 1..=1000 {
        let extent = span(0, 100 + 10 * round);
        let generation = rig.target().generation;
        let mut effects = rig.say(FileNews::Grown(extent));
        effects.extend(rig.say(file_state(extent.end(), PathNow::Same)));
        assert!(requests(&effects).is_empty(), "{effects:?}");
        assert_eq!(rig.target().generation, generation);
        assert_eq!(rig.doc().notices.iter().count(), 1);
        if round == 10 {
            before = held(&rig);
        }
    }
    let after = held(&rig);
    assert!(after < before + 200, "{before} to {after}");
}

/// Wherever a file may lie, what is saved can go elsewhere: it is asked where, in a field that takes any path.
#[test]
fn what_is_saved_goes_where_it_is_told_and_nowhere_before() {
    for action in [D::SaveCopy, D::ExportEdits] {
        let mut rig = open(100);
        rig.typed(5, b'a', b'Z');
        let text = format!("{action:?}");
        let asked = rig.act(action);
        assert!(asked.contains(&Effect::Focus(Focus::Destination)), "{text}");
        assert!(rig.orders.is_empty(), "{text}: {:?}", rig.orders);
        rig.act(D::DestinationEdited("/elsewhere/kept".to_owned()));
        rig.act(D::DestinationSubmitted);
        let order = rig.order(|request| matches!(request, FileRequest::Export { .. }));
        let FileRequest::Export { destination, .. } = order.request else {
            unreachable!()
        };
        assert_eq!(destination, Path::new("/elsewhere/kept"), "{text}");
    }
}
