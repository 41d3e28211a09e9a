//! What an earlier run left is offered, at the file that it is of, and nothing of it is applied unasked. Lists of edits are
//! compared before anything of them is stored.

use mapscope::map::Identity;
use mapscope::model::OfferAction;
use mapscope::model::event::EditsNews;
use mapscope::model::journal::PendingRun;
use mapscope::model::offer::{EditsOffer, FileFate, JournalNews, OfferId, OfferPart};
use mapscope::model::patch::{Patch, PatchErrorKind, of_offer, parse};

use super::*;

/// Runs of one byte each: where, what stood there, what was put there.
type Bytes<'a> = &'a [(u64, u8, u8)];

fn runs(bytes: Bytes<'_>) -> Vec<PendingRun> {
    let run = |(offset, base, value): &(u64, u8, u8)| PendingRun {
        offset: *offset,
        base: vec![*base],
        value: vec![*value],
    };
    bytes.iter().map(run).collect()
}

pub(super) fn offer(path: &str, unsaved: Bytes<'_>, in_file: Bytes<'_>) -> EditsOffer {
    EditsOffer {
        id: OfferId(1),
        path: PathBuf::from(path),
        identity: Some(Identity { dev: 1, ino: 1 }),
        standing: FileFate::Same,
        conflicts: Vec::new(),
        at: std::time::SystemTime::UNIX_EPOCH,
        size: 100,
        unsaved: runs(unsaved),
        in_file: runs(in_file),
        cut: None,
    }
}

pub(super) fn told(rig: &mut Rig, offers: Vec<EditsOffer>) -> Vec<Effect> {
    rig.hear(Event::Journal(JournalNews::Offers(offers)))
}

pub(super) fn changes(effects: &[Effect]) -> Vec<&Effect> {
    let is_change = |effect: &&Effect| match effect {
        Effect::File(order) => !order.request.is_look(),
        Effect::Retire(..) | Effect::ListOffer { .. } => true,
        _ => false,
    };
    effects.iter().filter(is_change).collect()
}

#[test]
fn an_offer_of_an_open_file_is_said_there_and_nothing_is_done() {
    let mut rig = open(100);
    let effects = told(
        &mut rig,
        vec![offer(PATH, &[(5, b'a', b'Z')], &[(6, b'a', b'Y')])],
    );
    assert_eq!(changes(&effects), Vec::<&Effect>::new());
    rig.assert_says(
        Topic::Offer,
        &["1 edited byte is not in the file, 1 is in it already"],
    );
    assert!(!rig.doc().has_unsaved());
    let labels: Vec<&str> = rig
        .doc()
        .notices
        .get(Topic::Offer)
        .unwrap()
        .actions
        .iter()
        .map(|(label, _)| label.as_str())
        .collect();
    assert_eq!(
        labels,
        [
            "Reapply",
            "Take 1 byte back in the file",
            "Export",
            "Discard"
        ]
    );
}

#[test]
fn an_offer_of_a_file_that_is_not_open_waits_for_it() {
    let mut rig = open(100);
    let mut other = offer("/folder/other.bin", &[(5, b'a', b'Z')], &[]);
    other.identity = Some(Identity { dev: 1, ino: 7 });
    told(&mut rig, vec![other]);
    assert!(
        rig.doc().notices.get(Topic::Offer).is_none(),
        "it is of another file"
    );
    let said = rig.app.notices.get(Topic::Offer).unwrap();
    assert!(
        said.text
            .contains("other.bin (1 edited byte is not in the file)"),
        "{}",
        said.text
    );
    // by another path, as through a link
    rig.open(file("/links/to.bin", 7, 100));
    rig.assert_says(Topic::Offer, &["1 edited byte is not in the file"]);
    assert!(
        rig.app.notices.get(Topic::Offer).is_none(),
        "it is said once"
    );
    rig.act(F::Close);
    assert!(
        rig.app.notices.get(Topic::Offer).is_some(),
        "and still stands"
    );
}

#[test]
fn what_is_reapplied_is_written_down_stored_once_and_undone() {
    let mut rig = open(100);
    told(&mut rig, vec![offer(PATH, &[(5, b'a', b'Z')], &[])]);
    let effects = rig.act(Action::Offer(OfferId(1), OfferAction::Reapply));
    let asked: Vec<&FileRequest> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::File(order) => Some(&order.request),
            _ => None,
        })
        .collect();
    let taken = asked
        .iter()
        .position(|it| matches!(it, FileRequest::TakeOver { .. }));
    let stored = asked
        .iter()
        .position(|it| matches!(it, FileRequest::Store(_)));
    assert!(
        taken.unwrap() < stored.unwrap(),
        "written down first: {asked:?}"
    );
    assert!(rig.app.offers.is_empty(), "it is decided");
    assert!(rig.doc().notices.get(Topic::Offer).is_none());
    assert!(
        rig.doc().has_unsaved(),
        "it is asked about before the file is closed"
    );
    rig.stored(|_| StoreOutcome::Stored(vec![b'a']));
    assert_eq!(rig.journal().pending_bytes(), 1);
    assert_eq!(rig.journal().patch_bytes(), 0);
    rig.act(E::Undo);
    rig.stored(|store| {
        assert_eq!((store.offset, store.bytes.as_slice()), (5, &b"a"[..]));
        StoreOutcome::Stored(vec![b'Z'])
    });
    assert!(!rig.doc().has_unsaved());
}

#[test]
fn what_was_edited_since_is_not_stored_over() {
    let mut rig = open(100);
    rig.typed(5, b'a', b'b');
    told(&mut rig, vec![offer(PATH, &[(5, b'a', b'Z')], &[])]);
    let effects = rig.act(Action::Offer(OfferId(1), OfferAction::Reapply));
    assert_eq!(changes(&effects), Vec::<&Effect>::new());
    rig.assert_says(Topic::Error, &["Nothing was reapplied", "0x5"]);
    assert_eq!(rig.app.offers.len(), 1, "it is still offered");
}

#[test]
fn taking_back_compares_first_and_says_what_was_left() {
    let mut rig = open(100);
    told(
        &mut rig,
        vec![offer(PATH, &[], &[(5, b'a', b'Z'), (6, b'a', b'Y')])],
    );
    rig.act(Action::Offer(OfferId(1), OfferAction::PutBack));
    let order = rig.order(|request| matches!(request, FileRequest::PutBack { .. }));
    let FileRequest::PutBack { runs: back, .. } = &order.request else {
        unreachable!()
    };
    assert_eq!(*back, runs(&[(5, b'Z', b'a'), (6, b'Y', b'a')]));
    let wrote = WroteBack {
        written: vec![span(5, 6)],
        synced: true,
        conflicts: vec![(6, b'q')],
        error: None,
    };
    rig.answer(
        &order,
        FileNews::Edits(EditsNews::PutBack(OfferId(1), wrote)),
    );
    rig.assert_says(Topic::Error, &["1 byte", "0x6", "71"]);
    assert_eq!(rig.app.offers.len(), 1, "what was left is not decided");
}

#[test]
fn what_is_discarded_goes_through_the_shell() {
    let mut rig = open(100);
    told(&mut rig, vec![offer(PATH, &[(5, b'a', b'Z')], &[])]);
    let mut other = offer("/gone/other.bin", &[(5, b'a', b'Z')], &[]);
    (other.id, other.identity) = (OfferId(2), None);
    let before = rig.app.offers.clone();
    told(&mut rig, before.into_iter().chain([other]).collect());
    rig.act(Action::Offer(OfferId(2), OfferAction::Discard));
    let effects = rig.act(Action::Offer(OfferId(1), OfferAction::Discard));
    assert_eq!(
        changes(&effects),
        [&Effect::Retire(OfferId(1), OfferPart::All)]
    );
    assert!(rig.app.offers.is_empty());
    assert!(rig.doc().notices.get(Topic::Offer).is_none());
}

#[test]
fn edits_that_are_given_up_are_told_to_the_journal() {
    let mut rig = open(100);
    rig.typed(5, b'a', b'b');
    rig.say(FileNews::CopiesLost(vec![span(0, 100)]));
    let effects = rig.act(E::DropPatch);
    let forgets = |effect: &Effect| matches!(effect, Effect::File(order) if order.request == FileRequest::Forget(vec![span(5, 6)]));
    assert!(effects.iter().any(forgets), "{effects:?}");
}

/// What is exported of an offer, and of a view, can be applied.
#[test]
fn what_is_listed_is_read_back() {
    let offer = offer(PATH, &[(5, b'a', b'Z'), (9, 0, 1)], &[(70, 1, 2)]);
    let listed = parse(&of_offer(&offer)).unwrap();
    assert_eq!(listed.runs, offer.unsaved);
    assert_eq!(listed.size, Some(100));
    assert_eq!(listed.of.as_deref(), Some(PATH));
}

#[test]
fn a_list_that_cannot_be_read_is_told_with_its_place() {
    let check = |text: &str, expected: (usize, usize, PatchErrorKind)| {
        let error = parse(text).unwrap_err();
        assert_eq!((error.line, error.column, error.kind), expected, "{text:?}");
    };
    let part =
        |lines: &str| format!("# mapscope edits\n# not in the file: offset, base, value\n{lines}");
    check("", (1, 1, PatchErrorKind::NoList));
    check("--- a\n+++ b\n", (1, 1, PatchErrorKind::NoList));
    check(
        "# mapscope edits\n0x5\t61\t62\n",
        (2, 1, PatchErrorKind::NoPart),
    );
    check(&part("5\t61\t62\n"), (3, 1, PatchErrorKind::Offset));
    check(&part("0x\t61\t62\n"), (3, 1, PatchErrorKind::Offset));
    check(&part("0x+5\t61\t62\n"), (3, 1, PatchErrorKind::Offset));
    check(&part("0x5 61 62\n"), (3, 1, PatchErrorKind::Columns));
    check(
        &part("0x5\t61\t62\tshared\n"),
        (3, 1, PatchErrorKind::Columns),
    );
    check(&part("0x5\t61\t6g\n"), (3, 9, PatchErrorKind::Bytes));
    check(&part("0x5\t61 62\t63\n"), (3, 11, PatchErrorKind::Lengths));
    check(
        &part("0x5\t61 62\t63 64\n0x6\t61\t62\n"),
        (4, 1, PatchErrorKind::Place),
    );
    check(
        &part("0xffffffffffffffff\t61 62\t63 64\n"),
        (3, 1, PatchErrorKind::Place),
    );
    check(
        "# mapscope edits\n# size: many\n",
        (2, 9, PatchErrorKind::Size),
    );
}

/// Asks for a list of these edits to be applied, where the view shows `found`.
pub(super) fn compared(rig: &mut Rig, bytes: Bytes<'_>, found: &[u8]) {
    rig.act(D::AskForPatch);
    rig.act(D::DestinationEdited("/folder/list.txt".to_owned()));
    rig.act(D::DestinationSubmitted);
    is_read(rig, bytes, found);
}

/// A list of these edits was read, where the view shows `found`.
pub(super) fn is_read(rig: &mut Rig, bytes: Bytes<'_>, found: &[u8]) {
    let order = rig.order(|request| matches!(request, FileRequest::ReadPatch(_)));
    let patch = Patch {
        path: PathBuf::from("/folder/list.txt"),
        listed: mapscope::model::patch::Listed {
            of: None,
            size: Some(100),
            runs: runs(bytes),
            parts: Vec::new(),
        },
        found: found.iter().map(|byte| vec![*byte]).collect(),
        file_len: 100,
    };
    let read = EditsNews::PatchRead(Ok(Box::new(patch)));
    rig.answer(&order, FileNews::Edits(read));
}

#[test]
fn a_list_is_asked_about_stored_as_one_step_and_undone() {
    let mut rig = open(100);
    compared(&mut rig, &[(5, b'a', b'Z'), (9, b'a', b'Y')], b"aa");
    rig.assert_says(
        Topic::Apply,
        &["changes 2 bytes", "private view, not the file"],
    );
    assert!(rig.orders.is_empty(), "nothing is stored before the answer");
    rig.act(D::ApplyPatch { over: false });
    rig.stored(|_| StoreOutcome::Stored(vec![b'a']));
    assert_eq!(rig.journal().pending_bytes(), 2);
    assert_eq!(rig.journal().n_recorded(), 1);
    rig.act(E::Undo);
    rig.stored(|store| {
        assert_eq!(store.bytes, b"a");
        StoreOutcome::Stored(store.expect.clone().unwrap())
    });
    assert_eq!(rig.journal().pending_bytes(), 0);
}

#[test]
fn what_stands_in_the_way_of_a_list_is_named_first_and_left_alone() {
    let mut rig = open(100);
    compared(
        &mut rig,
        &[(5, b'a', b'Z'), (9, b'a', b'Y'), (12, b'a', b'X')],
        b"aqX",
    );
    rig.assert_says(Topic::Apply, &["changes 1 byte", "71 at 0x9"]);
    rig.act(D::ApplyPatch { over: false });
    let stores = |rig: &mut Rig| match rig.orders.last().cloned().unwrap().request {
        FileRequest::Store(batch) => batch
            .stores
            .into_iter()
            .map(|store| (store.offset, store.bytes, store.expect))
            .collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let one = |offset, new: &[u8], was: &[u8]| (offset, new.to_vec(), Some(was.to_vec()));
    assert_eq!(stores(&mut rig), [one(5, b"Z", b"a")]);
    rig.stored(|_| StoreOutcome::Stored(vec![b'a']));
    compared(&mut rig, &[(9, b'a', b'Y')], b"q");
    rig.act(D::ApplyPatch { over: true });
    assert_eq!(stores(&mut rig), [one(9, b"Y", b"q")]);
}

#[test]
fn a_list_that_is_not_applied_changes_nothing() {
    let mut rig = open(100);
    compared(&mut rig, &[(5, b'a', b'Z')], b"a");
    let effects = rig.act(D::DropPatchList);
    assert_eq!(changes(&effects), Vec::<&Effect>::new());
    assert!(rig.doc().notices.get(Topic::Apply).is_none());
    let effects = rig.act(D::ApplyPatch { over: true });
    assert_eq!(changes(&effects), Vec::<&Effect>::new(), "it was put away");
}
