//! Sums in a view: whoever takes them is told to end where they are stopped or of a mapping that is gone, and at once nobody
//! waits for them, as a storage that does not answer would hold that up.

use mapscope::model::FileOrder;

use super::rig::*;
use super::*;

/// Sums of a file of 1000 bytes that are being taken.
fn summing() -> (Rig, FileOrder) {
    let mut rig = Rig::new();
    rig.open(file("/tmp/a", 1, 1000));
    rig.act(V::Sum);
    let order = rig.order(|request| matches!(request, FileRequest::Sum(_)));
    assert!(rig.view().sums.running().is_some());
    (rig, order)
}

#[test]
fn what_is_stopped_is_ended_and_not_waited_for() {
    let (mut rig, order) = summing();
    let effects = rig.act(D::CancelJob(order.number));
    assert!(effects.contains(&Effect::CancelJob(order.target.doc, order.number)));
    assert!(rig.view().sums.running().is_none());
    assert!(rig.view().sums.last().is_none());
}

#[test]
fn what_is_asked_for_anew_ends_what_was_asked_for_before() {
    let (mut rig, order) = summing();
    let effects = rig.act(V::Sum);
    assert!(effects.contains(&Effect::CancelJob(order.target.doc, order.number)));
    let (now, so_far) = rig.view().sums.running().unwrap();
    assert!(now.number != order.number && so_far.is_none());
}

#[test]
fn what_is_of_a_mapping_that_is_gone_is_ended() {
    let (mut rig, order) = summing();
    rig.act(M::Remap);
    let effects = rig.remapped(Mode::Private, Access::ReadWrite);
    assert!(effects.contains(&Effect::CancelJob(order.target.doc, order.number)));
    assert!(rig.view().sums.running().is_none());
}
