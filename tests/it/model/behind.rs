//! What is asked for while an earlier change of the same mapping is under way: it is made from what that one leads to, or
//! refused; nothing brings back what was there when it was asked for.

use proptest::prelude::*;

use super::*;
use crate::random::cases;

const LEN: u64 = 64;

/// What was asked of the file's worker last, about how it is mapped.
#[track_caller]
fn asked(rig: &Rig) -> (Mode, Access, Option<Span>) {
    let orders = rig.orders.iter().rev();
    let mut asked = orders.filter_map(|order| match order.request {
        FileRequest::Remap { mode, access, span } => Some((mode, access, span)),
        _ => None,
    });
    asked.next().expect("it is to be mapped anew")
}

/// The order under way is carried out as it was given.
#[track_caller]
fn carried_out(rig: &mut Rig) {
    let (mode, access, part) = asked(rig);
    rig.remapped_as(Remapped {
        mode,
        access,
        extent: part.unwrap_or(span(0, LEN)),
        whole: part.is_none(),
        refusal: None,
    });
}

fn remap_fails(rig: &mut Rig) {
    let order = rig.order(|request| matches!(request, FileRequest::Remap { .. }));
    rig.answer(&order, FileNews::RemapFailed("no memory".to_owned()));
}

#[test]
fn a_switch_behind_another_part_keeps_that_part() {
    let part = span(16, 32);
    for (done, mode, access) in [
        (M::ToggleMode, Mode::Shared, Access::ReadWrite),
        (M::SetMode(Mode::Shared), Mode::Shared, Access::ReadWrite),
        (M::ToggleAccess, Mode::Private, Access::ReadOnly),
        (
            M::SetAccess(Access::ReadOnly),
            Mode::Private,
            Access::ReadOnly,
        ),
        (M::Remap, Mode::Private, Access::ReadWrite),
        (M::AllowWriting, Mode::Shared, Access::ReadWrite),
    ] {
        let mut rig = open(LEN);
        rig.act(M::SetWindow(Some(part)));
        rig.act(done);
        carried_out(&mut rig);
        assert_eq!(asked(&rig), (mode, access, Some(part)), "{done:?}");
        carried_out(&mut rig);
        if done == M::AllowWriting {
            let leave = rig.order(|request| *request == FileRequest::AllowWriting);
            rig.answer(&leave, FileNews::WritingAllowed);
        }
        assert_eq!(rig.view().viewport.extent, part, "{done:?}");
        assert!(rig.view().pending.is_empty());
    }
}

/// A part that was asked for behind a switch does not take the mode back, nor does mapping anew.
#[test]
fn a_part_and_a_remap_behind_a_switch_keep_the_mode() {
    for done in [M::SetWindow(Some(span(8, 16))), M::Remap] {
        let mut rig = open(LEN);
        rig.act(M::ToggleMode);
        rig.act(done);
        carried_out(&mut rig);
        let (mode, access, _) = asked(&rig);
        assert_eq!(
            (mode, access),
            (Mode::Shared, Access::ReadWrite),
            "{done:?}"
        );
    }
}

/// Locked first and shared then: it never is shared and read-write.
#[test]
fn a_switch_behind_the_lock_keeps_the_lock() {
    let mut rig = open(LEN);
    rig.act(M::ToggleAccess);
    rig.act(M::ToggleMode);
    carried_out(&mut rig);
    let (mode, access, _) = asked(&rig);
    assert_eq!((mode, access), (Mode::Shared, Access::ReadOnly));
}

/// What was asked for in the belief that an earlier change would come about is refused with it, in words.
#[test]
fn what_stands_behind_a_change_that_fails_is_refused() {
    for fails in [remap_fails as fn(&mut Rig), |rig| {
        let order = rig.order(|request| matches!(request, FileRequest::Remap { .. }));
        rig.refuse(&order, Refusal::QueueFull);
    }] {
        let mut rig = open(LEN);
        rig.act(M::ToggleAccess);
        rig.act(M::ToggleMode); // would be shared and read-write now
        fails(&mut rig);
        assert!(rig.orders.is_empty(), "{:?}", rig.orders);
        assert!(rig.view().pending.is_empty());
        rig.assert_says(Topic::Error, &["not done either", "ask again"]);
        let view = rig.view();
        assert_eq!((view.mode, view.access), (Mode::Private, Access::ReadWrite));
        // and it can be asked for again
        rig.act(M::ToggleMode);
        assert_eq!(asked(&rig), (Mode::Shared, Access::ReadWrite, None));
    }
}

/// A question about edits that stood while the part was changed is answered for the part of then.
#[test]
fn an_answer_about_edits_keeps_the_part_that_comes_meanwhile() {
    let part = span(16, 32);
    for choice in [UnsavedChoice::Drop, UnsavedChoice::Keep] {
        let mut rig = open(LEN);
        rig.typed(20, b'a', b'Z');
        rig.act(M::ToggleMode);
        assert!(rig.is_asked());
        rig.act(M::SetWindow(Some(part)));
        rig.act(D::Unsaved(choice));
        carried_out(&mut rig);
        let wanted = (Mode::Shared, Access::ReadWrite, Some(part));
        assert_eq!(asked(&rig), wanted, "{choice:?}");
    }
}

/// All private copies are those of the mapping that there is then, and of a selection what is still mapped.
#[test]
fn a_discard_behind_another_part_is_of_that_part() {
    let discards = |rig: &Rig| {
        let orders = rig.orders.iter();
        let spans = orders.filter_map(|order| match order.request {
            FileRequest::Discard(span) => Some(span),
            _ => None,
        });
        spans.collect::<Vec<_>>()
    };
    let part = span(16, 32);
    for (from, to, discarded) in [
        (0, 63, Some(part)),
        (20, 23, Some(span(20, 24))),
        (24, 40, Some(span(24, 32))),
        (40, 50, None),
    ] {
        let mut rig = open(LEN);
        rig.select(from, false, Column::Hex);
        rig.select(to, true, Column::Hex);
        rig.act(M::SetWindow(Some(part)));
        rig.act(M::DiscardSelection);
        carried_out(&mut rig);
        assert_eq!(discards(&rig), Vec::from_iter(discarded), "{from} to {to}");
        if discarded.is_none() {
            rig.assert_says(Topic::Error, &["Nothing was discarded", "not mapped"]);
            assert!(rig.view().pending.is_empty());
        }
    }
    let mut rig = open(LEN);
    rig.act(M::SetWindow(Some(part)));
    rig.act(M::DiscardAll);
    carried_out(&mut rig);
    assert_eq!(discards(&rig), [part]);
}

/// The second view is in the other mode than the first will have.
#[test]
fn a_second_view_shows_the_mode_that_the_first_will_not_have() {
    let mut rig = open(LEN);
    rig.typed(5, b'a', b'Z');
    rig.act(E::Undo); // what follows waits for it
    rig.act(M::SetMode(Mode::Private));
    rig.act(M::AddView);
    let mode = |rig: &mut Rig| {
        let order = rig.order(|request| matches!(request, FileRequest::AddView { .. }));
        let FileRequest::AddView { mode, .. } = order.request else {
            unreachable!()
        };
        mode
    };
    assert_eq!(mode(&mut rig), Mode::Shared);
    let mut rig = shared(LEN);
    rig.type_byte(0x5a);
    rig.act(M::ToggleMode);
    rig.act(M::AddView);
    assert_eq!(mode(&mut rig), Mode::Shared);
}

/// A person who asks for one change after the other, at any time.
#[derive(Clone, Copy, Debug)]
enum Wish {
    Mode(Mode),
    Access(Access),
    Part(Option<(u64, u64)>),
    Anew,
    /// The worker carries out what is under way.
    Answered,
}

fn wish() -> impl Strategy<Value = Wish> {
    prop_oneof![
        prop::sample::select(vec![Mode::Private, Mode::Shared]).prop_map(Wish::Mode),
        prop::sample::select(vec![Access::ReadOnly, Access::ReadWrite]).prop_map(Wish::Access),
        prop::option::of((0..32_u64, 33..LEN)).prop_map(Wish::Part),
        Just(Wish::Anew),
        Just(Wish::Answered),
    ]
}

proptest! {
    #![proptest_config(cases(300))]

    /// Whenever the worker answers, the mapping ends as if each wish had been carried out before the next was made.
    #[test]
    fn wishes_end_as_if_each_was_done_at_once(wishes in prop::collection::vec(wish(), 1..12)) {
        let mut rig = open(LEN);
        let mut wanted = (Mode::Private, Access::ReadWrite, None);
        for wish in wishes {
            match wish {
                Wish::Mode(mode) => {
                    wanted.0 = mode;
                    rig.act(M::SetMode(mode));
                }
                Wish::Access(access) => {
                    wanted.1 = access;
                    rig.act(M::SetAccess(access));
                }
                Wish::Part(part) => {
                    let part = part.map(|(start, end)| span(start, end));
                    wanted.2 = part;
                    rig.act(M::SetWindow(part));
                }
                Wish::Anew => {
                    rig.act(M::Remap);
                }
                Wish::Answered if !rig.orders.is_empty() => carried_out(&mut rig),
                Wish::Answered => {}
            }
        }
        while !rig.orders.is_empty() {
            carried_out(&mut rig);
        }
        let view = rig.view();
        let part = (!view.whole).then_some(view.viewport.extent);
        prop_assert_eq!((view.mode, view.access, part), wanted);
    }
}
