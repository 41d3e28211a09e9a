//! What is under way for a view ends with it: nobody could stop it any more, nor would anybody hear of it.

use mapscope::model::event::EditsNews;
use mapscope::model::{FileOrder, FindAction, Heading, ViewId};

use super::offers::compared;
use super::*;

/// A file with a private view, the first, and a second one with the focus, which is private too.
fn two() -> (Rig, ViewId, ViewId) {
    let mut rig = open(1000);
    let first = rig.view().id;
    rig.act(M::AddView);
    let second = rig.view_added();
    rig.act(A::FocusView(second));
    rig.act(M::SetMode(Mode::Private));
    rig.remapped(Mode::Private, Access::ReadWrite);
    (rig, first, second)
}

#[test]
fn what_reads_all_of_a_view_is_stopped_when_that_is_closed() {
    type Is = fn(&FileRequest) -> bool;
    let ways: [(Action, Is); 3] = [
        (Action::View(V::Sum), |it| matches!(it, FileRequest::Sum(_))),
        (Action::Find(FindAction::Next), |it| {
            matches!(it, FileRequest::Find(_))
        }),
        (Action::View(V::FindDifference(Heading::Next)), |it| {
            matches!(it, FileRequest::FindDifference { .. })
        }),
    ];
    for (action, is_it) in ways {
        let (mut rig, first, second) = two();
        rig.act(Action::Find(FindAction::Edited("4142".to_owned())));
        rig.act(action);
        let order: FileOrder = rig.order(is_it);
        let effects = rig.act_in(Some(second), F::CloseView);
        let stop = Effect::CancelJob(order.target.doc, order.number);
        assert!(effects.contains(&stop), "{:?}", order.request);
        assert_eq!(rig.doc().views.len(), 1);
        // and not the other view's
        rig.act_in(Some(first), V::Sum);
        assert!(rig.view().sums.running().is_some());
    }
}

#[test]
fn a_file_that_was_to_be_pasted_into_a_closed_view_is_said_so() {
    let (mut rig, _, second) = two();
    rig.act(D::PasteFile);
    rig.act(D::DestinationEdited("/folder/part.bin".to_owned()));
    rig.act(D::DestinationSubmitted);
    let order = rig.order(|it| matches!(it, FileRequest::ReadWhole(_)));
    rig.act_in(Some(second), F::CloseView);
    let read = EditsNews::WholeRead(Ok(b"abc".to_vec()));
    rig.answer(&order, FileNews::Edits(read));
    rig.assert_says(Topic::Error, &["part.bin", "not pasted", "is closed"]);
    assert!(!rig.doc().has_unsaved());
}

#[test]
fn a_list_that_was_to_be_applied_in_a_closed_view_goes_with_it() {
    let (mut rig, _, second) = two();
    compared(&mut rig, &[(5, b'a', b'Z')], b"a");
    rig.act_in(Some(second), F::CloseView);
    assert_eq!(rig.says(Topic::Apply), "");
    rig.orders.clear();
    rig.act(D::ApplyPatch { over: false });
    assert_eq!(rig.orders, []);
}

/// It was being read for the view that is closed: the answer asks nothing of the one that is left.
#[test]
fn a_list_that_is_read_for_a_closed_view_is_asked_about_by_nobody() {
    let (mut rig, _, second) = two();
    rig.act_in(Some(second), D::AskForPatch);
    rig.act_in(Some(second), D::DestinationEdited("/list".to_owned()));
    rig.act_in(Some(second), D::DestinationSubmitted);
    rig.act_in(Some(second), F::CloseView);
    super::offers::is_read(&mut rig, &[(5, b'a', b'Z')], b"a");
    assert_eq!(rig.says(Topic::Apply), "");
}
