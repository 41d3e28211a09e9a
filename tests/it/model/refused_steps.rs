//! A step of many parts that was refused comes back as a whole: one entry of the tray, done elsewhere as one step or not at
//! all.

use mapscope::model::process::Refusal;
use mapscope::model::{AppAction, FileOrder, MappingAction};

use super::find::{all, is_find, looking, replace_with, run};
use super::rig::*;
use super::*;
use mapscope::model::find::{FindNews, MatchBytes};

/// More than the tray keeps entries.
const MATCHES: u64 = 100;

fn is_store(request: &FileRequest) -> bool {
    matches!(request, FileRequest::Store(_))
}

/// *Replace all* of a hundred matches, whose stores are on their way.
fn replacing() -> (Rig, FileOrder) {
    let mut rig = looking();
    replace_with(&mut rig, "4344");
    let order = rig.order(is_find);
    let starts = || (0..MATCHES).map(|n| n * 10);
    rig.answer(&order, all(starts().map(|start| run(start, 2)).collect()));
    let order = rig.order(|request| matches!(request, FileRequest::ReadMatches(..)));
    let read = starts().map(|start| MatchBytes {
        span: span(start, start + 2),
        bytes: b"AB".to_vec(),
    });
    rig.answer(&order, FileNews::Find(FindNews::Read(Ok(read.collect()))));
    let order = rig.order(is_store);
    (rig, order)
}

#[track_caller]
fn the_only_entry(rig: &Rig) -> Vec<(u64, Vec<u8>)> {
    let [order] = rig.app.tray.orders() else {
        panic!("{:?}", rig.app.tray);
    };
    let parts = order.parts.iter();
    parts
        .map(|part| (part.offset, part.bytes.clone()))
        .collect()
}

fn replaced() -> Vec<(u64, Vec<u8>)> {
    (0..MATCHES).map(|n| (n * 10, b"CD".to_vec())).collect()
}

#[test]
fn all_parts_of_a_refused_step_come_back_as_one_entry() {
    let (mut rig, order) = replacing();
    rig.refuse(&order, Refusal::Gone);
    assert_eq!(the_only_entry(&rig), replaced());
    assert_eq!(rig.app.tray.forgotten, 0);
    // elsewhere it is one step, that one undo takes back
    rig.open(file("/folder/other.bin", 2, 1000));
    rig.act(AppAction::Redirect(order.number));
    let again = rig.order(is_store);
    assert!(rig.orders.is_empty(), "{:?}", rig.orders);
    let news = rig.store_news(&again, |_| StoreOutcome::Stored(b"..".to_vec()));
    rig.answer(&again, news);
    assert!(rig.app.tray.orders().is_empty());
    assert_eq!(rig.journal().edits().len(), 1);
    assert_eq!(rig.journal().pending_bytes(), 200);
    rig.act(E::Undo);
    let undo = rig.order(is_store);
    let news = rig.store_news(&undo, |_| StoreOutcome::Stored(b"CD".to_vec()));
    rig.answer(&undo, news);
    assert_eq!(rig.journal().pending_bytes(), 0);
}

#[test]
fn what_no_store_of_a_step_reached_comes_back_as_one_entry() {
    let (mut rig, order) = replacing();
    let news = rig.store_news(&order, |_| {
        StoreOutcome::Refused("no room for its undo".to_owned())
    });
    rig.answer(&order, news);
    assert_eq!(the_only_entry(&rig), replaced());
}

/// A step is not done in part elsewhere: where one byte of it has no place, or its stores would overtake others.
#[test]
fn a_step_is_done_elsewhere_as_a_whole_or_not_at_all() {
    let (mut rig, order) = replacing();
    rig.refuse(&order, Refusal::Gone);
    rig.open(file("/folder/short.bin", 2, 991));
    rig.act(AppAction::Redirect(order.number));
    assert!(rig.orders.is_empty(), "{:?}", rig.orders);
    rig.assert_says(Topic::Error, &["the view ends before 0x3e0"]);
    assert_eq!(the_only_entry(&rig), replaced());
    rig.open(file("/folder/long.bin", 3, 2000));
    rig.type_byte(0x21);
    let typed = rig.order(is_store);
    rig.act(AppAction::Redirect(order.number));
    assert!(rig.orders.is_empty(), "{:?}", rig.orders);
    rig.assert_says(Topic::Error, &["not stored yet"]);
    assert_eq!(the_only_entry(&rig), replaced());
    let news = rig.store_news(&typed, |_| StoreOutcome::Stored(vec![0]));
    rig.answer(&typed, news);
    rig.act(MappingAction::SetAccess(Access::ReadOnly));
    rig.remapped(Mode::Private, Access::ReadOnly);
    rig.act(AppAction::Redirect(order.number));
    assert!(rig.orders.is_empty(), "{:?}", rig.orders);
    assert_eq!(the_only_entry(&rig), replaced());
}
