//! Two views of a file beside each other: which one the keys act on, which rows they show, and what is said of which.

use mapscope::map::Gap;
use mapscope::model::differing::{differing, other_byte};
use mapscope::model::{FileRequest, Journal, View, ViewId, Window};
use proptest::prelude::*;

use super::*;

/// A file of 160 rows in two views of ten rows each, the second one shared. The first has the focus.
fn split() -> (Rig, ViewId, ViewId) {
    let mut rig = open(160 * 16);
    let first = rig.view().id;
    rig.act(M::AddView);
    let second = rig.view_added();
    rig.act(A::Shown(vec![first, second]));
    for view in [first, second] {
        rig.act_in(Some(view), layout(10));
    }
    rig.act(A::FocusView(first));
    (rig, first, second)
}

fn layout(page_rows: u64) -> V {
    V::Layout {
        columns: 16,
        page_rows,
    }
}

fn view(rig: &Rig, id: ViewId) -> &View {
    rig.app.doc_of(id).unwrap().view_by(id).unwrap()
}

/// Something that moves a view.
type Move = fn(&mut Rig, ViewId);

/// The first offset that each view shows.
fn firsts(rig: &Rig, views: [ViewId; 2]) -> [u64; 2] {
    views.map(|id| view(rig, id).viewport.first())
}

/// Of which views bytes are asked for, and from where.
fn looks(rig: &Rig, effects: &[Effect]) -> Vec<(ViewId, u64)> {
    let orders = effects.iter().filter_map(|effect| match effect {
        Effect::File(order) => Some(order),
        _ => None,
    });
    let looks = orders.filter_map(|order| match &order.request {
        FileRequest::Look(Some(span)) => {
            let view = rig.doc().view_with(order.target.mapping).unwrap();
            Some((view.id, span.start()))
        }
        _ => None,
    });
    looks.collect()
}

#[test]
fn whatever_moves_one_view_moves_the_other_while_they_are_locked() {
    let moves: [(&str, Move); 8] = [
        ("the wheel", |rig, view| {
            rig.act_in(Some(view), V::ScrollRows(7));
        }),
        ("a touchpad", |rig, view| {
            let step = V::ScrollPoints {
                points: 45.5,
                row_points: 18.0,
            };
            rig.act_in(Some(view), step);
        }),
        ("the scroll bar", |rig, view| {
            rig.act_in(Some(view), V::ScrollTo(33));
        }),
        ("a key", |rig, view| {
            let step = V::Step {
                step: Step::PageDown,
                extend: false,
            };
            rig.act_in(Some(view), step);
        }),
        ("the end", |rig, view| {
            let step = V::Step {
                step: Step::End,
                extend: false,
            };
            rig.act_in(Some(view), step);
        }),
        ("a lookup", |rig, view| {
            rig.act(A::FocusView(view));
            rig.act_in(Some(view), V::LookupEdited("0x500".into()));
        }),
        ("going there", |rig, view| {
            rig.act(A::FocusView(view));
            rig.act_in(Some(view), V::LookupEdited("0x500".into()));
            rig.act_in(Some(view), V::LookupCommit);
        }),
        ("going back", |rig, view| {
            rig.act(A::FocusView(view));
            rig.act_in(Some(view), V::LookupEdited("0x500".into()));
            rig.act_in(Some(view), V::LookupCommit);
            rig.act_in(Some(view), V::ScrollTo(0));
            rig.act_in(Some(view), V::HistoryBack);
            rig.act_in(Some(view), V::HistoryForward);
        }),
    ];
    for (what, moved) in moves {
        for which in [0, 1] {
            let (mut rig, first, second) = split();
            let views = [first, second];
            moved(&mut rig, views[which]);
            let [one, other] = views.map(|id| view(&rig, id).viewport.clone());
            assert_ne!(one.first(), 0, "{what}");
            assert_eq!(one.first(), other.first(), "{what}");
            let apart = (one.fraction_points - other.fraction_points).abs();
            assert!(apart < f32::EPSILON, "{what}");
        }
    }
}

/// The follower's bytes are asked for at once, and nothing is where nothing moved.
#[test]
fn the_view_that_follows_asks_for_its_bytes() {
    let (mut rig, first, second) = split();
    let effects = rig.act_in(Some(first), V::ScrollRows(5));
    assert_eq!(looks(&rig, &effects), [(first, 80), (second, 80)]);
    let effects = rig.act(A::Fade);
    assert_eq!(looks(&rig, &effects), []);
}

#[test]
fn unlocked_each_view_has_its_own_rows_and_locked_again_the_focus_leads() {
    let (mut rig, first, second) = split();
    let views = [first, second];
    rig.act(D::ToggleLockedScrolling);
    rig.act_in(Some(second), V::ScrollTo(30));
    assert_eq!(firsts(&rig, views), [0, 480]);
    rig.act_in(Some(first), V::ScrollTo(2));
    assert_eq!(firsts(&rig, views), [32, 480]);
    rig.act(A::FocusView(second));
    rig.act(D::ToggleLockedScrolling);
    assert_eq!(firsts(&rig, views), [480, 480]);
}

/// Moving rows under the pointer is not being at work there; a click is. What the room asks for is not either.
#[test]
fn the_wheel_leaves_the_focus_and_a_click_takes_it() {
    let (mut rig, first, second) = split();
    for action in [V::ScrollRows(3), V::ScrollTo(9), layout(11)] {
        rig.act_in(Some(second), action.clone());
        assert_eq!(rig.view().id, first, "{action:?}");
    }
    rig.act_in(
        Some(second),
        V::Point {
            offset: 5,
            extend: false,
            column: Column::Hex,
        },
    );
    assert_eq!(rig.view().id, second);
    assert_eq!(view(&rig, first).viewport.cursor, 0, "it has its own");
}

/// What is looked up is what the view with the focus shows: the answer is read again when the focus moves.
#[test]
fn the_answer_is_of_the_view_with_the_focus_and_a_half_byte_stays_behind() {
    let (mut rig, first, second) = split();
    rig.act(V::LookupEdited("5".into()));
    rig.order(|request| matches!(request, FileRequest::Peek(_)));
    rig.act(A::FocusView(second));
    let peek = rig.order(|request| matches!(request, FileRequest::Peek(_)));
    assert_eq!(peek.target.mapping, view(&rig, second).mapping);
    rig.act(A::FocusView(first));
    rig.act(E::HexDigit(5));
    assert_eq!(view(&rig, first).viewport.nibble, Some(5));
    rig.act(A::FocusView(second));
    rig.act(A::FocusView(first));
    assert_eq!(view(&rig, first).viewport.nibble, None);
}

/// The next key is about what is seen: a cursor that is out of sight comes to where the other one is, and can go back.
#[test]
fn the_cursor_of_a_view_comes_along_where_it_was_left_behind() {
    let (mut rig, first, second) = split();
    rig.act(V::LookupEdited("0x705".into()));
    rig.act(V::LookupCommit);
    rig.act(A::FocusView(second));
    assert_eq!(view(&rig, second).viewport.cursor, 0x705);
    rig.act(V::HistoryBack);
    assert_eq!(view(&rig, second).viewport.cursor, 0);
    // in sight, it stays
    rig.act(V::Step {
        step: Step::Right,
        extend: false,
    });
    rig.act(A::FocusView(first));
    assert_eq!(view(&rig, first).viewport.cursor, 1, "it was out of sight");
    rig.act(A::FocusView(second));
    rig.act(V::Step {
        step: Step::Down,
        extend: false,
    });
    rig.act(A::FocusView(first));
    assert_eq!(view(&rig, first).viewport.cursor, 1);
    // and so does a selection, and each where they are not locked
    rig.act(V::Step {
        step: Step::Right,
        extend: true,
    });
    rig.act(A::FocusView(second));
    rig.act(V::ScrollTo(100));
    rig.act(A::FocusView(first));
    assert_eq!(view(&rig, first).viewport.selection(), span(1, 3));
}

/// A view of a part of the file shows the nearest that it has, and gets in line again once the other one comes by.
#[test]
fn a_part_of_the_file_follows_as_far_as_it_goes() {
    let (mut rig, first, second) = split();
    rig.act_in(Some(second), M::SetWindow(Some(span(1024, 2048))));
    let order = rig.order(|request| matches!(request, FileRequest::Remap { .. }));
    let mut target = order.target;
    target.generation = target.generation.next();
    let part = Remapped {
        extent: span(1024, 2048),
        whole: false,
        ..mapped(Mode::Shared, Access::ReadOnly, 0)
    };
    rig.say_of(target, Some(order.number), FileNews::Remapped(part));
    let views = [first, second];
    // ten rows are the least it can show at its end
    for (row, follower) in [(0, 1024), (63, 1024), (64, 1024), (70, 1120), (120, 1888)] {
        rig.act_in(Some(first), V::ScrollTo(row));
        assert_eq!(firsts(&rig, views), [row * 16, follower]);
    }
    // and leads itself
    rig.act_in(Some(second), V::ScrollRows(-2));
    assert_eq!(firsts(&rig, views), [1856, 1856]);
}

#[test]
fn the_second_view_begins_where_the_first_one_is() {
    let mut rig = open(160 * 16);
    rig.act(V::LookupEdited("0x705".into()));
    rig.act(V::LookupCommit);
    let before = rig.view().viewport.clone();
    rig.act(M::AddView);
    let second = rig.view_added();
    let known = view(&rig, second);
    assert_eq!(known.viewport.cursor, 0x705);
    assert_eq!(known.viewport.first(), before.first());
    assert_eq!((known.mode, known.access), (Mode::Shared, Access::ReadOnly));
    // it is said, with what makes it writable: that view, whichever has the focus by then
    let doc = rig.doc();
    let said = doc.notices.get(Topic::Done).unwrap().clone();
    assert!(said.text.contains("shared and read-only"), "{}", said.text);
    let first = doc.beside(second).unwrap().id;
    rig.act(A::FocusView(first));
    rig.act(said.chosen(&said.actions[0].1));
    let order = rig.order(|request| matches!(request, FileRequest::Remap { .. }));
    assert_eq!(order.target.mapping, view(&rig, second).mapping);
}

#[test]
fn views_are_called_by_their_mode_and_by_their_place_where_that_is_the_same() {
    let (rig, first, second) = split();
    assert_eq!(rig.doc().view_words(first), "private view");
    assert_eq!(rig.doc().view_words(second), "shared view");
    let mut rig = open(100);
    rig.act(M::ToggleMode);
    let order = rig.order(|request| matches!(request, FileRequest::Remap { .. }));
    let mut target = order.target;
    target.generation = target.generation.next();
    let same = mapped(Mode::Shared, Access::ReadWrite, 100);
    rig.say_of(target, Some(order.number), FileNews::Remapped(same));
    let first = rig.view().id;
    rig.act(M::AddView);
    let second = rig.view_added();
    assert_eq!(rig.doc().view_words(first), "shared view");
    assert_eq!(rig.doc().view_words(second), "private view");
    rig.act_in(Some(first), M::ToggleMode);
    let order = rig.order(|request| matches!(request, FileRequest::Remap { .. }));
    let mut target = order.target;
    target.generation = target.generation.next();
    let same = mapped(Mode::Private, Access::ReadWrite, 100);
    rig.say_of(target, Some(order.number), FileNews::Remapped(same));
    assert_eq!(rig.doc().view_words(first), "first private view");
    assert_eq!(rig.doc().view_words(second), "second private view");
}

/// A message about one view names it, stands beside that of the other, acts on its own view, and goes with it.
#[test]
fn messages_about_a_view_name_it_and_act_on_it() {
    let (mut rig, first, second) = split();
    for view in [first, second] {
        rig.act_in(Some(view), M::ReadBy(mapscope::model::ReadBy::Pread));
        let order = rig.order(|request| matches!(request, FileRequest::ReadBy(_)));
        rig.answer(&order, FileNews::ReadsBy(mapscope::model::ReadBy::Pread));
    }
    let standing = |rig: &Rig| -> Vec<Notice> {
        let notices = rig.doc().notices.iter();
        let about = notices.filter(|notice| notice.topic == Topic::Pread);
        about.cloned().collect()
    };
    let both = standing(&rig);
    assert_eq!(both.len(), 2, "{both:?}");
    for (id, words) in [(first, "private view"), (second, "shared view")] {
        let notice = both.iter().find(|notice| notice.view == Some(id)).unwrap();
        assert!(notice.text.contains(words), "{}", notice.text);
        rig.act(notice.chosen(&notice.actions[0].1));
        let order = rig.order(|request| matches!(request, FileRequest::ReadBy(_)));
        assert_eq!(order.target.mapping, view(&rig, id).mapping);
    }
    rig.act_in(Some(second), F::CloseView);
    let left: Vec<_> = standing(&rig).iter().map(|notice| notice.view).collect();
    assert_eq!(left, [Some(first)]);
}

#[test]
fn the_question_about_a_view_names_it() {
    let (mut rig, first, _) = split();
    rig.act_in(Some(first), V::SelectAll);
    rig.typed(5, b'a', b'Z');
    rig.act_in(Some(first), F::CloseView);
    rig.assert_says(
        Topic::Unsaved,
        &["1 byte is edited privately in the private view of"],
    );
}

/// What F6 and Ctrl+F6 lead to: the view, the keyboard in its bytes, its tab in front.
#[test]
fn a_view_that_gets_the_keyboard_brings_its_file_forward() {
    let (mut rig, first, second) = split();
    let other = rig.open(file("/other", 2, 100));
    assert_eq!(rig.view().id, other);
    let effects = rig.act(A::FocusView(second));
    assert!(effects.contains(&Effect::Focus(Focus::Grid)), "{effects:?}");
    assert_eq!(rig.view().id, second);
    rig.act_in(Some(second), F::CloseView);
    assert_eq!(rig.view().id, first);
    rig.act(A::FocusView(second));
    assert_eq!(rig.view().id, first, "it is closed");
}

/// A look at `bytes` from `start` on, of which `gaps` could not be read.
fn window(start: u64, bytes: &[u8], gaps: &[(u64, u64)]) -> Window {
    let inside = span(start, start + bytes.len() as u64);
    let mut readout = Readout::new();
    readout.span = inside;
    readout.bytes = bytes.to_vec();
    let mut from = 0;
    for (skip, len) in gaps {
        let at = from + skip;
        let Some(gap) = span(start + at, start + at + len).intersect(inside) else {
            break;
        };
        if gap.is_empty() {
            break;
        }
        from = at + len + 1;
        readout.gaps.push(Gap {
            span: gap,
            reason: GapReason::HoleNeedsBlock,
        });
    }
    let look = Look {
        readout,
        pages: Ok(Vec::new()),
        file: Vec::new(),
        page_bytes: 4096,
    };
    Window::new(std::sync::Arc::new(look), None, &Journal::new())
}

fn a_window() -> impl Strategy<Value = Window> {
    let bytes = prop::collection::vec(0..3_u8, 1..60);
    let gaps = prop::collection::vec((0..20_u64, 1..6_u64), 0..3);
    (0..40_u64, bytes, gaps).prop_map(|(start, bytes, gaps)| window(start, &bytes, &gaps))
}

proptest! {
    /// Against one look-up a byte.
    #[test]
    fn where_two_windows_differ_is_where_each_has_a_byte_of_its_own(
        one in a_window(), other in a_window(), start in 0..100_u64, len in 0..100_u64,
    ) {
        let part = span(start, start + len);
        let found: Vec<u64> = differing(&one, &other, part).collect();
        let is_other = |at: &u64| {
            matches!((one.byte(*at), other.byte(*at)), (Some(one), Some(other)) if one != other)
        };
        let expected: Vec<u64> = (start..start + len).filter(is_other).collect();
        prop_assert_eq!(&found, &expected);
        for at in 0..200 {
            let byte = other_byte(&one, &other, at);
            prop_assert_eq!(byte.is_some(), is_other(&at));
            prop_assert!(byte.is_none() || byte == other.byte(at));
        }
    }
}

/// What is stored through one view is looked at in the other before anything else is done: an order that stands right
/// behind the store is answered after that look.
#[cfg(target_os = "linux")]
#[test]
fn a_store_through_one_view_is_looked_at_in_the_other_at_once() {
    use crate::worker::{FIRST, Worker};
    use mapscope::model::MappingId;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("split.bin");
    std::fs::write(&path, [b'a'; 64]).unwrap();
    let worker = Worker::open(path, |event| event);
    let shared = MappingId(1000);
    let (mode, access) = (Mode::Shared, Access::ReadWrite);
    worker.send(FileRequest::AddView {
        mapping: shared,
        mode,
        access,
    });
    for mapping in [FIRST, shared] {
        worker.send_to(mapping, FileRequest::Look(Some(span(0, 64))));
    }
    let store = Store {
        offset: 7,
        bytes: b"Z".to_vec(),
        expect: None,
    };
    let batch = StoreBatch {
        purpose: Purpose::Edit,
        stores: vec![store],
        beside: Vec::new(),
    };
    worker.send_to(shared, FileRequest::Store(batch));
    worker.send_to(shared, FileRequest::Peek(span(7, 8)));
    let mut seen = Vec::new();
    loop {
        let Event::File(event) = worker.hear() else {
            continue;
        };
        match event.news {
            FileNews::Looked(look) if look.readout.byte(7) == Some(b'Z') => {
                seen.push(event.target.mapping);
            }
            FileNews::Peeked(_) => break,
            _ => {}
        }
    }
    assert!(seen.contains(&FIRST), "{seen:?}");
    assert!(seen.contains(&shared), "{seen:?}");
}
