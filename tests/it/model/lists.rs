//! What was asked about a list of edits holds of the mapping that it was asked of, and of no other.

use mapscope::model::patch::{PatchErrorKind, parse};

use super::offers::{compared, is_read};
use super::*;

fn is_store(request: &FileRequest) -> bool {
    matches!(request, FileRequest::Store(_))
}

/// It was to go to the private view and not to the file: the answer to that is no leave to write to the file.
#[test]
fn a_list_is_asked_about_anew_once_the_view_is_mapped_otherwise() {
    let mut rig = open(100);
    let list: &[(u64, u8, u8)] = &[(5, b'a', b'Z')];
    compared(&mut rig, list, b"a");
    rig.assert_says(Topic::Apply, &["private view, not the file"]);
    rig.act(M::ToggleMode);
    rig.remapped(Mode::Shared, Access::ReadWrite);
    // pressed as the message went
    rig.act(D::ApplyPatch { over: false });
    assert!(!rig.orders.iter().any(|order| is_store(&order.request)));
    assert_eq!(rig.says(Topic::Apply), "", "what was said is not true now");
    is_read(&mut rig, list, b"a");
    rig.assert_says(Topic::Apply, &["changes 1 byte", "to the file at once"]);
    rig.act(D::ApplyPatch { over: false });
    let order = rig.order(is_store);
    assert_eq!(order.target, rig.target());
}

/// Of two views only the one that the list is for matters.
#[test]
fn a_list_stays_asked_about_while_another_view_is_mapped_otherwise() {
    let mut rig = open(100);
    let first = rig.view().id;
    rig.act(M::AddView);
    let second = rig.view_added();
    rig.act(A::FocusView(first));
    compared(&mut rig, &[(5, b'a', b'Z')], b"a");
    rig.act(A::FocusView(second));
    rig.act(M::ToggleMode);
    rig.remapped(Mode::Private, Access::ReadWrite);
    rig.assert_says(Topic::Apply, &["private view, not the file"]);
    let other = rig.target();
    rig.act_in(Some(first), D::ApplyPatch { over: false });
    assert_ne!(rig.order(is_store).target, other);
}

/// Half a gigabyte of such lines, which is no longer than a list may be, would take ten of memory.
#[test]
fn a_list_of_more_edits_than_undo_can_hold_is_not_read_to_its_end() {
    let head = "# mapscope edits\n# not in the file: offset, base, value\n";
    let line = "0x0\t41\t42\n";
    let most = 1 << 20;
    let error = parse(&(head.to_owned() + &line.repeat(most + 1))).unwrap_err();
    assert_eq!(error.kind, PatchErrorKind::TooMany);
    assert_eq!(error.line, most + 3, "the first that is too much");
}
