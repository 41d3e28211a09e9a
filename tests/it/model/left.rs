//! Edits that an earlier run left go where the person is and nowhere else, and stay offered until something is decided. A
//! list of edits is one step however long it is.

use mapscope::model::effect::Export;
use mapscope::model::event::EditsNews;
use mapscope::model::journal::PendingRun;
use mapscope::model::offer::{OfferId, OfferPart};
use mapscope::model::patch::{Listed, Patch, parse};
use mapscope::model::{AppAction, FileOrder, OfferAction};

use super::offers::{changes, offer, told};
use super::*;

const REAPPLY: Action = Action::Offer(OfferId(1), OfferAction::Reapply);
const PUT_BACK: Action = Action::Offer(OfferId(1), OfferAction::PutBack);

/// Where the stores of an order are.
fn places(order: &FileOrder) -> Vec<u64> {
    match &order.request {
        FileRequest::Store(batch) => batch.stores.iter().map(|store| store.offset).collect(),
        other => panic!("{other:?}"),
    }
}

fn is_store(request: &FileRequest) -> bool {
    matches!(request, FileRequest::Store(_))
}

#[test]
fn what_is_offered_is_stored_and_nothing_else_that_waits() {
    let mut rig = open(0x4000);
    rig.typed(5, b'a', b'b');
    rig.say(FileNews::CopiesLost(vec![span(0, 0x1000)]));
    assert_eq!(rig.journal().patch_bytes(), 1, "it waits for the person");
    // beside it, so that both are one run of neighbors
    told(&mut rig, vec![offer(PATH, &[(6, b'a', b'Z')], &[])]);
    rig.act(REAPPLY);
    let order = rig.order(is_store);
    assert_eq!(places(&order), [6]);
    let news = rig.store_news(&order, |_| StoreOutcome::Stored(vec![b'a']));
    rig.answer(&order, news);
    assert_eq!(rig.journal().patch_bytes(), 1, "and it still does");
    assert_eq!(rig.journal().pending_bytes(), 1);
}

#[test]
fn it_goes_to_the_view_that_has_the_focus_and_into_no_shared_one() {
    let mut rig = open(100);
    let first = rig.target().mapping;
    rig.act(M::AddView);
    let second = rig.view_added();
    told(&mut rig, vec![offer(PATH, &[(5, b'a', b'Z')], &[])]);
    rig.act(Action::App(AppAction::FocusView(second)));
    assert_eq!((rig.view().id, rig.view().mode), (second, Mode::Shared));
    let effects = rig.act(REAPPLY);
    assert_eq!(changes(&effects), Vec::<&Effect>::new());
    rig.assert_says(
        Topic::Error,
        &["Nothing was reapplied", "in the file at once"],
    );
    let way = &rig.doc().notices.get(Topic::Error).unwrap().actions[0].1;
    assert_eq!(*way, Action::Mapping(M::SetMode(Mode::Private)));
    assert_eq!(rig.app.offers.len(), 1, "it is still offered");
    let private = rig.doc().views[0].id;
    rig.act(Action::App(AppAction::FocusView(private)));
    rig.act(REAPPLY);
    let order = rig.order(is_store);
    assert_eq!((order.target.mapping, places(&order)), (first, vec![5]));
}

#[test]
fn taking_back_names_all_that_was_left_up_to_a_bound_and_offers_it_still() {
    let mut rig = open(100);
    let bytes: Vec<(u64, u8, u8)> = (0..11).map(|at| (at, b'a', b'Z')).collect();
    told(&mut rig, vec![offer(PATH, &[], &bytes)]);
    rig.act(PUT_BACK);
    let order = rig.order(|request| matches!(request, FileRequest::PutBack { .. }));
    let put_back = |wrote| FileNews::Edits(EditsNews::PutBack(OfferId(1), wrote));
    let wrote = WroteBack {
        written: vec![span(0, 1)],
        synced: true,
        conflicts: (1..11)
            .map(|at| (at, 0x40 + u8::try_from(at).unwrap()))
            .collect(),
        error: None,
    };
    rig.answer(&order, put_back(wrote));
    let listed = "41 at 0x1, 42 at 0x2, 43 at 0x3, 44 at 0x4, 45 at 0x5, 46 at 0x6, 47 at 0x7, 48 at 0x8 and 2 more";
    rig.assert_says(Topic::Error, &["10 bytes were left", listed]);
    assert_eq!(rig.app.offers.len(), 1);
    rig.act(PUT_BACK);
    let order = rig.order(|request| matches!(request, FileRequest::PutBack { .. }));
    rig.answer(&order, put_back(WroteBack::default())); // all of it stands there
    assert!(rig.app.offers.is_empty());
}

#[test]
fn export_asks_where_and_the_offer_stays() {
    let mut rig = open(100);
    let left = offer(PATH, &[(5, b'a', b'Z')], &[(7, b'a', b'Y')]);
    told(&mut rig, vec![left.clone()]);
    rig.act(Action::Offer(OfferId(1), OfferAction::List));
    assert!(
        rig.orders.is_empty(),
        "nothing is written before the answer"
    );
    let asked = rig.doc().saving.clone().expect("it asks where");
    assert_eq!(asked.text, "/folder/data.bin.edits.txt");
    rig.act(D::DestinationEdited("/other/place.txt".to_owned()));
    rig.act(D::DestinationSubmitted);
    let order = rig.order(|request| matches!(request, FileRequest::Export { .. }));
    let FileRequest::Export {
        destination,
        what: Export::Text(text),
        ..
    } = &order.request
    else {
        panic!("{order:?}");
    };
    assert_eq!(destination, &PathBuf::from("/other/place.txt"));
    assert_eq!(parse(text).unwrap().runs, left.unsaved);
    assert!(text.contains("0x7"), "what is in the file is listed too");
    assert_eq!(rig.app.offers.len(), 1, "nothing is decided by it");
    let effects = rig.act(Action::Offer(OfferId(1), OfferAction::Discard));
    assert_eq!(
        changes(&effects),
        [&Effect::Retire(OfferId(1), OfferPart::All)]
    );
}

/// A list of `n_bytes` that agrees with what the view shows.
fn compared(rig: &mut Rig, n_bytes: usize) {
    rig.act(D::AskForPatch);
    rig.act(D::DestinationEdited("/folder/list.txt".to_owned()));
    rig.act(D::DestinationSubmitted);
    let order = rig.order(|request| matches!(request, FileRequest::ReadPatch(_)));
    let run = PendingRun {
        offset: 0,
        base: vec![b'a'; n_bytes],
        value: vec![b'Z'; n_bytes],
    };
    let patch = Patch {
        path: PathBuf::from("/folder/list.txt"),
        found: vec![run.base.clone()],
        listed: Listed {
            runs: vec![run],
            ..Listed::default()
        },
        file_len: 1 << 30,
    };
    let read = EditsNews::PatchRead(Ok(Box::new(patch)));
    rig.answer(&order, FileNews::Edits(read));
}

#[test]
fn a_long_list_is_one_step_and_one_that_undo_cannot_hold_is_refused_whole() {
    let mut rig = open(1 << 30);
    let n_bytes = (5 << 20) + 3;
    compared(&mut rig, n_bytes);
    rig.act(D::ApplyPatch { over: false });
    let n_orders = rig.orders.iter().filter(|order| is_store(&order.request));
    assert_eq!(n_orders.count(), 1);
    rig.stored(|store| StoreOutcome::Stored(vec![b'a'; store.bytes.len()]));
    assert_eq!(rig.journal().n_recorded(), 1, "one step");
    assert_eq!(rig.journal().pending_bytes(), n_bytes);
    rig.act(E::Undo);
    rig.stored(|store| StoreOutcome::Stored(vec![b'Z'; store.bytes.len()]));
    assert_eq!(rig.journal().pending_bytes(), 0, "and undone as one");
    compared(&mut rig, 40 << 20);
    let effects = rig.act(D::ApplyPatch { over: false });
    assert_eq!(changes(&effects), Vec::<&Effect>::new());
    rig.assert_says(
        Topic::Error,
        &["was not applied", "more than undo can hold"],
    );
}
