//! The file against the view in the model: marks, going to the next difference, how many there are, and taking one edit
//! back.

use std::sync::Arc;

use mapscope::model::differences::{CopiesBy, Differences, Found};
use mapscope::model::journal::{Edit, EditState};
use mapscope::model::{Heading, OrderId};

use super::*;

fn searches(rig: &Rig) -> Vec<OrderId> {
    let orders = rig.orders.iter();
    let searches = orders.filter(|it| matches!(it.request, FileRequest::FindDifference { .. }));
    searches.map(|order| order.number).collect()
}

#[track_caller]
fn search(rig: &mut Rig) -> mapscope::model::FileOrder {
    rig.order(|request| matches!(request, FileRequest::FindDifference { .. }))
}

fn at(offset: u64, wrapped: bool) -> FileNews {
    FileNews::Found(Found::At { offset, wrapped })
}

/// The view shows `view`, of which the first `n_copied` bytes are private copies, and the file holds `file` there.
fn beside(view: &[u8], file: Readout) -> FileNews {
    FileNews::Looked(Arc::new(Look {
        readout: Readout {
            span: span(0, view.len() as u64),
            bytes: view.to_vec(),
            gaps: Vec::new(),
        },
        pages: Ok(vec![PageState::PrivateCopy]),
        page_bytes: 4096,
        file: vec![file],
    }))
}

#[test]
fn what_the_file_holds_otherwise_is_marked_byte_by_byte() {
    let mut rig = open(8);
    let mut file = Readout {
        span: span(0, 6),
        bytes: b"abXd\0\0".to_vec(),
        gaps: Vec::new(),
    };
    file.gaps.push(mapscope::map::Gap {
        span: span(4, 6),
        reason: GapReason::PastFileEnd { file_len: 4 },
    });
    rig.say(beside(b"abcdefgh", file));
    let window = rig.view().window.as_ref().unwrap();
    let marked: Vec<u64> = (0..8)
        .filter(|at| window.cell(*at).unwrap().differs_from_file())
        .collect();
    assert_eq!(marked, [2, 4, 5]);
    assert!((0..8).all(|at| window.cell(at).unwrap().is_byte()));
    assert_eq!(window.file_at(2), Some(Ok(b'X')));
    assert_eq!(
        window.file_at(4),
        Some(Err(GapReason::PastFileEnd { file_len: 4 }))
    );
    assert_eq!(window.file_at(6), None, "the file's own page");
    // an edit, a loss and a fading step leave them
    rig.typed(2, b'c', b'Z');
    rig.act(A::Fade);
    let cell = rig.view().window.as_ref().unwrap().cell(2).unwrap();
    assert!(cell.differs_from_file() && cell.is_edited());
}

#[test]
fn a_shared_view_is_the_file_and_nothing_is_asked() {
    let mut rig = shared(100);
    rig.act(V::FindDifference(Heading::Next));
    assert_eq!(searches(&rig), []);
    rig.assert_says(Topic::Done, &["No difference", "shows the file itself"]);
}

#[test]
fn the_cursor_goes_there_and_back_and_the_way_round_is_said() {
    let mut rig = open(100);
    rig.point(10);
    for (heading, found, wrapped, said) in [
        (Heading::Next, 40, false, "Difference at 0x28"),
        (Heading::Next, 10, true, "From the top"),
        (Heading::Previous, 90, true, "From the end"),
        (Heading::Next, 90, true, "The only difference is here"),
    ] {
        rig.act(V::FindDifference(heading));
        let order = search(&mut rig);
        let from = rig.cursor();
        assert_eq!(order.request, FileRequest::FindDifference { from, heading });
        rig.answer(&order, at(found, wrapped));
        assert_eq!(rig.cursor(), found);
        rig.assert_says(Topic::Done, &[said]);
    }
    rig.act(V::HistoryBack);
    assert_eq!(rig.cursor(), 10);
    for (by, said) in [
        (CopiesBy::Kernel, "hold the same"),
        (CopiesBy::OwnStores, "does not list"),
    ] {
        rig.act(V::FindDifference(Heading::Next));
        let order = search(&mut rig);
        rig.answer(&order, FileNews::Found(Found::Nothing(by)));
        rig.assert_says(Topic::Done, &["No difference", said]);
        assert_eq!(rig.cursor(), 10);
    }
}

#[test]
fn a_newer_wish_takes_the_place_of_an_older_one() {
    let mut rig = open(100);
    rig.act(V::FindDifference(Heading::Next));
    let first = search(&mut rig);
    let effects = rig.act(V::FindDifference(Heading::Previous));
    let doc = rig.doc().id;
    assert!(effects.contains(&Effect::CancelJob(doc, first.number)));
    let second = search(&mut rig);
    rig.answer(&first, at(50, false));
    assert_eq!(rig.cursor(), 0, "nobody waits for that any more");
    rig.answer(&second, at(70, false));
    assert_eq!(rig.cursor(), 70);
    rig.answer(&second, at(20, false));
    assert_eq!(rig.cursor(), 70, "answered once");
}

#[test]
fn an_answer_from_a_mapping_that_is_gone_leads_nowhere() {
    let mut rig = open(100);
    rig.act(V::FindDifference(Heading::Next));
    let order = search(&mut rig);
    rig.act(M::Remap);
    rig.remapped(Mode::Private, Access::ReadWrite);
    rig.answer(&order, at(50, false));
    assert_eq!(rig.cursor(), 0);
    assert!(rig.view().pending.is_empty());
}

#[test]
fn who_has_gone_elsewhere_meanwhile_stays_there() {
    let mut rig = open(100);
    rig.act(V::FindDifference(Heading::Next));
    let order = search(&mut rig);
    rig.point(30);
    rig.answer(&order, at(50, false));
    assert_eq!(rig.cursor(), 30);
    rig.assert_says(Topic::Done, &["0x32"]);
    let notice = rig.doc().notices.get(Topic::Done).unwrap().clone();
    rig.act(notice.actions[0].1.clone());
    assert_eq!(rig.cursor(), 50);
}

/// A storage that hangs: the search stays pending, that is said, and it can be stopped; nothing waits for it.
#[test]
fn a_search_that_hangs_is_said_and_holds_nothing_up() {
    let mut rig = open(100);
    rig.act(V::FindDifference(Heading::Next));
    let order = search(&mut rig);
    assert_eq!(rig.view().pending.search(), Some((order.number, false)));
    rig.answer(&order, FileNews::Progress { done: 0, total: 0 });
    assert_eq!(rig.view().pending.search(), Some((order.number, true)));
    rig.typed(3, b'a', b'b');
    rig.act(E::Undo);
    rig.stored(|_| StoreOutcome::Stored(vec![b'b']));
    assert_eq!(rig.journal().pending_bytes(), 0, "undo does not wait");
    rig.act(M::Remap);
    rig.remapped(Mode::Private, Access::ReadWrite);
    assert_eq!(rig.view().pending.search(), Some((order.number, true)));
    rig.act(D::CancelJob(order.number));
    assert_eq!(rig.view().pending.search(), None);
    rig.assert_says(Topic::Done, &["stopped"]);
}

#[test]
fn what_others_changed_is_counted_without_what_was_edited() {
    let mut rig = open(100);
    rig.typed(3, b'a', b'b');
    rig.typed(9, b'a', b'c');
    let compared = |runs: &[Span], is_whole| {
        FileNews::Compared(Differences {
            runs: runs.to_vec(),
            is_whole,
        })
    };
    rig.say(compared(&[span(2, 5), span(9, 10)], true));
    let changed = rig.view().changed_in_file;
    assert_eq!((changed.n_bytes, changed.is_least), (2, false));
    rig.say(compared(&[span(2, 5)], false));
    let changed = rig.view().changed_in_file;
    assert_eq!((changed.n_bytes, changed.is_least), (2, true));
    let late = rig.target();
    rig.act(M::Remap);
    rig.remapped(Mode::Private, Access::ReadWrite);
    assert_eq!(rig.view().changed_in_file.n_bytes, 0, "another mapping");
    rig.say_of(late, None, compared(&[span(2, 5)], true));
    assert_eq!(rig.view().changed_in_file.n_bytes, 0, "said too late");
}

fn states(rig: &Rig) -> Vec<EditState> {
    let edits = rig.journal().edits().iter();
    edits.map(Edit::state).collect()
}

#[test]
fn one_edit_is_taken_back_as_a_step_of_its_own() {
    use EditState::{Applied, Undone};
    let mut rig = open(100);
    rig.typed(3, b'a', b'b');
    rig.typed(9, b'a', b'c');
    let first = rig.journal().edits()[0].id();
    rig.act(E::UndoOne(first));
    let order = rig.order(|request| matches!(request, FileRequest::Store(_)));
    let FileRequest::Store(batch) = &order.request else {
        unreachable!()
    };
    assert_eq!(batch.purpose, Purpose::UndoOne(first));
    assert_eq!(batch.stores.len(), 1);
    let store = &batch.stores[0];
    assert_eq!(
        (store.offset, &store.bytes[..], store.expect.as_deref()),
        (3, &b"a"[..], Some(&b"b"[..]))
    );
    let news = rig.store_news(&order, |_| StoreOutcome::Stored(vec![b'b']));
    rig.answer(&order, news);
    assert_eq!(states(&rig), [Undone, Applied, Applied]);
    assert_eq!(rig.journal().pending_bytes(), 1);
    rig.act(E::Undo);
    rig.stored(|store| StoreOutcome::Stored(store.expect.clone().unwrap()));
    assert_eq!(states(&rig), [Applied, Applied, Undone]);
    assert_eq!(rig.journal().pending_bytes(), 2, "it is back");
    rig.act(E::Redo);
    rig.stored(|store| StoreOutcome::Stored(store.expect.clone().unwrap()));
    assert_eq!(rig.journal().pending_bytes(), 1);
}

#[test]
fn one_edit_is_not_taken_back_where_that_would_take_more() {
    let mut rig = open(100);
    rig.typed(3, b'a', b'b');
    rig.typed(3, b'b', b'c');
    let ids: Vec<u64> = rig.journal().edits().iter().map(Edit::id).collect();
    rig.act(E::UndoOne(ids[0]));
    rig.assert_says(Topic::Error, &["Not undone", "a later edit", "0x3"]);
    assert!(rig.orders.is_empty());
    rig.act(E::UndoOne(ids[1]));
    rig.stored(|_| StoreOutcome::Changed(vec![b'x']));
    rig.assert_says(Topic::Error, &["not taken back", "78"]);
    assert_eq!(rig.journal().edits().len(), 2, "nothing was done");
    rig.act(E::UndoOne(ids[1]));
    rig.stored(|_| StoreOutcome::Stored(vec![b'c']));
    assert_eq!(rig.says(Topic::Error), "");
    rig.act(E::UndoOne(ids[1]));
    rig.assert_says(Topic::Error, &["Not undone"]);
    rig.act(E::UndoOne(ids[0]));
    rig.stored(|_| StoreOutcome::Stored(vec![b'b']));
    assert_eq!(rig.journal().pending_bytes(), 0);
}
