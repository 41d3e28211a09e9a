//! The journal beside the plainest thing that does the same, and what it must say of each kind of trouble.

mod many;
mod memory;
mod parts;
mod random;
mod world;

use std::time::SystemTime;

use mapscope::bytes::Span;
use mapscope::model::Mode;
use mapscope::model::identity::{DocId, Generation, MappingId, Target};
use mapscope::model::journal::{
    Compensation, Differing, Drawn, EditState, Gone, Journal, Next, PendingByte, PendingRun,
    Recorded, Stored, Swap,
};

const TARGET: Target = Target {
    doc: DocId(1),
    mapping: MappingId(2),
    generation: Generation(3),
};

fn span(start: u64, len: u64) -> Span {
    Span::at(start, len).unwrap()
}

fn record(
    journal: &mut Journal,
    offset: u64,
    old: &[u8],
    new: &[u8],
    mode: Mode,
    drawn: &Drawn,
) -> Recorded {
    let (old, new) = (old.to_vec(), new.to_vec());
    let stores = vec![Stored { offset, old, new }];
    journal
        .record(stores, drawn, mode, TARGET, SystemTime::UNIX_EPOCH)
        .expect("something was stored")
}

/// A private store of `new` over `old`, out of sight.
fn private(journal: &mut Journal, offset: u64, old: &[u8], new: &[u8]) -> u64 {
    record(journal, offset, old, new, Mode::Private, &Drawn::nothing()).id
}

fn shared(journal: &mut Journal, offset: u64, old: &[u8], new: &[u8]) -> u64 {
    record(journal, offset, old, new, Mode::Shared, &Drawn::nothing()).id
}

fn reapply(journal: &mut Journal, offset: u64, old: &[u8], new: &[u8]) -> Recorded {
    let (old, new) = (old.to_vec(), new.to_vec());
    let stores = vec![Stored { offset, old, new }];
    journal
        .reapplied(stores, TARGET, SystemTime::UNIX_EPOCH)
        .expect("something was stored")
}

fn state_of(journal: &Journal, id: u64) -> EditState {
    let mut edits = journal.edits().iter();
    edits.find(|edit| edit.id() == id).expect("listed").state()
}

fn compensation(next: Option<Next>) -> Compensation {
    match next {
        Some(Next::Store(compensation)) => compensation,
        other => panic!("nothing to store: {other:?}"),
    }
}

fn gone(next: Option<Next>) -> Gone {
    match next {
        Some(Next::Gone { why, .. }) => why,
        other => panic!("not gone: {other:?}"),
    }
}

fn run(offset: u64, base: &[u8], value: &[u8]) -> PendingRun {
    let (base, value) = (base.to_vec(), value.to_vec());
    PendingRun {
        offset,
        base,
        value,
    }
}

fn unsaved(journal: &Journal) -> Vec<PendingRun> {
    journal.unsaved_runs().collect()
}

#[test]
fn the_base_is_what_was_drawn_through_remap_and_reapply() {
    let mut journal = Journal::new();
    let drawn = Drawn::bytes(5, b"a".to_vec());
    record(&mut journal, 5, b"a", b"X", Mode::Private, &drawn);
    // somebody writes y there; the person maps anew, and the edit is stored over it
    journal.set_aside();
    assert_eq!(unsaved(&journal), [run(5, b"a", b"X")]);
    let recorded = reapply(&mut journal, 5, b"y", b"X");
    assert_eq!(
        unsaved(&journal),
        [run(5, b"a", b"X")],
        "the conflict with y is told when it is written"
    );
    let differing = Differing {
        offset: 5,
        drawn: b"a".to_vec(),
        stood: b"y".to_vec(),
    };
    assert_eq!(
        recorded.differing.as_slice(),
        std::slice::from_ref(&differing)
    );
    let undo = compensation(journal.undo());
    assert_eq!(undo.stores[0].write, b"y");
    assert_eq!(undo.differing, [differing], "it is not what was seen");
}

#[test]
fn what_stood_there_unseen_is_no_base() {
    let mut journal = Journal::new();
    let drawn = Drawn::bytes(4, b"pqr".to_vec());
    // while the key was on its way, somebody wrote over q
    let recorded = record(&mut journal, 4, b"pQrs", b"wxyz", Mode::Private, &drawn);
    assert_eq!(unsaved(&journal), [run(4, b"pqrs", b"wxyz")]);
    assert_eq!(recorded.differing.len(), 1);
    assert_eq!(recorded.differing[0].offset, 5);
    // typed again: the base holds
    private(&mut journal, 5, b"x", b"X");
    assert_eq!(unsaved(&journal), [run(4, b"pqrs", b"wXyz")]);
    // even where that is what was seen: the file holds something else
    private(&mut journal, 5, b"X", b"q");
    assert_eq!(unsaved(&journal), [run(4, b"pqrs", b"wqyz")]);
    for id in [3, 2, 1] {
        journal.undone(id);
    }
    assert!(unsaved(&journal).is_empty(), "all of it is taken back");
    journal.redone(1);
    assert_eq!(unsaved(&journal), [run(4, b"pqrs", b"wxyz")]);
}

#[test]
fn a_byte_of_ones_own_that_was_not_drawn_yet_is_nobody_elses() {
    for mode in [Mode::Private, Mode::Shared] {
        let mut journal = Journal::new();
        let drawn = Drawn::bytes(0, b"a".to_vec());
        record(&mut journal, 0, b"a", b"1", mode, &drawn);
        let again = record(&mut journal, 0, b"1", b"2", mode, &drawn);
        assert_eq!(again.differing, [], "{mode}");
    }
}

#[test]
fn a_page_is_free_once_its_edits_are_undone_or_written() {
    let mut journal = Journal::new();
    let id = private(&mut journal, 0x10, b"a", b"b");
    assert!(
        journal
            .pages_free_of_edits(&[span(0x10, 1)], 4096)
            .is_empty()
    );
    journal.undone(id);
    private(&mut journal, 0x11, b"c", b"d");
    private(&mut journal, 0x1000, b"e", b"f");
    journal.written(&[span(0x11, 1)], true);
    let pages = [span(0x11, 1), span(0xfff, 2)];
    assert_eq!(journal.pages_free_of_edits(&pages, 4096), [span(0, 4096)]);
    assert!(journal.holds_edit(span(0x1000, 4096)));
    assert_eq!(
        journal.pages_free_of_edits(&pages, 1 << 16),
        [],
        "a larger page holds the other edit"
    );
    let there: Vec<_> = journal.pending_runs_in(span(0x1000, 4096)).collect();
    assert_eq!(there, [run(0x1000, b"e", b"f")]);
}

#[test]
fn undo_of_what_the_person_discarded_says_so() {
    let mut journal = Journal::new();
    let before = private(&mut journal, 0, b"a", b"b");
    let id = private(&mut journal, 4096, b"a", b"b");
    assert_eq!(journal.discard(&[span(4096, 4096)]), 1);
    assert_eq!(state_of(&journal, id), EditState::Discarded);
    assert_eq!(gone(journal.undo()), Gone::Discarded);
    journal.skip(id);
    assert_eq!(compensation(journal.undo()).id, before);
    assert_eq!(journal.patch_bytes(), 1);
    assert_eq!(journal.drop_patch(), 1);
    assert_eq!(state_of(&journal, id), EditState::Dropped);
    assert_eq!(state_of(&journal, before), EditState::Applied);
}

#[test]
fn of_an_edit_over_two_pages_the_part_that_is_left_can_be_undone() {
    let mut journal = Journal::new();
    let id = private(&mut journal, 4094, b"abcd", b"1234");
    assert_eq!(journal.lose(&[span(4096, 4096)]), 2);
    assert_eq!(state_of(&journal, id), EditState::Lost);
    let undo = compensation(journal.undo());
    let swap = Swap {
        offset: 4094,
        expect: b"12".to_vec(),
        write: b"ab".to_vec(),
    };
    assert_eq!(undo.stores, [swap]);
    assert_eq!(undo.stays, [(span(4096, 2), EditState::Lost)]);
    assert_eq!(undo.target, Some(TARGET));
    journal.undone(id);
    assert_eq!(unsaved(&journal), [run(4096, b"cd", b"34")]);
    assert_eq!(compensation(journal.redo()).stores[0].write, b"12");
}

#[test]
fn private_edits_are_undone_in_their_generation_only_and_shared_ones_anywhere() {
    let mut journal = Journal::new();
    let in_file = shared(&mut journal, 9, b"a", b"b");
    let written = private(&mut journal, 0, b"a", b"b");
    journal.written(&[span(0, 1)], true);
    let undone = private(&mut journal, 1, b"a", b"b");
    journal.undone(undone);
    assert_eq!(journal.set_aside(), 0);
    assert_eq!(gone(journal.redo()), Gone::Mapping);
    journal.skip(undone);
    assert_eq!(gone(journal.undo()), Gone::Mapping);
    journal.skip(written);
    assert_eq!(state_of(&journal, written), EditState::InFile);
    let undo = compensation(journal.undo());
    assert_eq!(
        (undo.id, undo.mode, undo.target),
        (in_file, Mode::Shared, None)
    );
}

#[test]
fn reapplying_is_one_step_and_retires_the_old_ones() {
    let mut journal = Journal::new();
    let first = private(&mut journal, 0, b"ab", b"12");
    let second = private(&mut journal, 8, b"c", b"3");
    journal.set_aside();
    assert_eq!(state_of(&journal, first), EditState::SetAside);
    let runs: Vec<_> = journal.patch_runs().collect();
    assert_eq!(runs, [run(0, b"ab", b"12"), run(8, b"c", b"3")]);
    let stores = runs.into_iter().map(|run| Stored {
        offset: run.offset,
        old: run.base,
        new: run.value,
    });
    let at = SystemTime::UNIX_EPOCH;
    let new = journal.reapplied(stores.collect(), TARGET, at).unwrap().id;
    for old in [first, second] {
        assert_eq!(state_of(&journal, old), EditState::Retired);
    }
    let undo = compensation(journal.undo());
    assert_eq!((undo.id, undo.stores.len()), (new, 2));
    journal.undone(new);
    assert_eq!(journal.undo(), None, "the old ones no longer undo");
    assert!(unsaved(&journal).is_empty());
    journal.redone(new);
    assert_eq!(journal.pending_bytes(), 3);
}

#[test]
fn what_could_not_be_reapplied_waits_on() {
    let mut journal = Journal::new();
    let id = private(&mut journal, 0, b"ab", b"12");
    journal.set_aside();
    reapply(&mut journal, 0, b"a", b"1");
    assert_eq!((journal.pending_bytes(), journal.patch_bytes()), (1, 1));
    assert_eq!(state_of(&journal, id), EditState::SetAside);
    reapply(&mut journal, 1, b"b", b"2");
    assert_eq!(state_of(&journal, id), EditState::Retired);
}

#[test]
fn what_waited_beneath_a_newer_edit_is_there_again_after_its_undo() {
    let mut journal = Journal::new();
    private(&mut journal, 3, b"a", b"b");
    journal.lose(&[span(0, 4096)]);
    let newer = private(&mut journal, 3, b"y", b"c");
    assert_eq!(unsaved(&journal), [run(3, b"y", b"c")]);
    assert_eq!((journal.pending_bytes(), journal.patch_bytes()), (1, 0));
    journal.undone(newer);
    assert_eq!(unsaved(&journal), [run(3, b"a", b"b")]);
    assert_eq!((journal.pending_bytes(), journal.patch_bytes()), (0, 1));
}

#[test]
fn typing_what_stands_there_over_an_edit_that_waits_is_newer() {
    let mut journal = Journal::new();
    private(&mut journal, 3, b"a", b"b");
    journal.lose(&[span(0, 4096)]);
    let newer = private(&mut journal, 3, b"a", b"a");
    assert_eq!(
        unsaved(&journal),
        [],
        "the person wants what the file holds"
    );
    journal.undone(newer);
    assert_eq!(unsaved(&journal), [run(3, b"a", b"b")], "and now does not");
    journal.redone(newer);
    assert_eq!(unsaved(&journal), []);
}

#[test]
fn nothing_is_written_back_twice_and_undo_after_it_is_a_private_edit() {
    let mut journal = Journal::new();
    let id = private(&mut journal, 3, b"a", b"b");
    journal.written(&[span(3, 1)], true);
    assert!(unsaved(&journal).is_empty());
    assert_eq!(state_of(&journal, id), EditState::InFile);
    journal.undone(id);
    let pending = PendingByte {
        base: b'b',
        value: b'a',
    };
    assert_eq!(journal.pending_at(3), Some(pending));
}

#[test]
fn what_a_failed_sync_took_is_unsaved_until_it_is_written_and_synced() {
    let mut journal = Journal::new();
    let id = private(&mut journal, 3, b"a", b"b");
    journal.written(&[span(3, 1)], false);
    assert_eq!(state_of(&journal, id), EditState::WrittenNotSynced);
    assert_eq!(journal.unsaved().not_synced, 1);
    assert!(journal.unsaved().must_ask());
    assert!(!journal.holds_edit(span(3, 1)), "the file shows it");
    journal.synced(); // the system says 0 although the data is lost
    assert_eq!(journal.unsaved_bytes(), 1);
    assert_eq!(
        unsaved(&journal),
        [run(3, b"a", b"b")],
        "to be written anew"
    );
    journal.written(&[span(3, 1)], false);
    assert_eq!(journal.unsaved_bytes(), 1);
    journal.written(&[span(3, 1)], true);
    assert_eq!(journal.unsaved_bytes(), 0);
    assert_eq!(state_of(&journal, id), EditState::InFile);
}

#[test]
fn shared_edits_count_as_unsaved_after_a_failed_sync() {
    let mut journal = Journal::new();
    let early = shared(&mut journal, 0, b"a", b"b");
    journal.synced();
    assert_eq!(state_of(&journal, early), EditState::InFile);
    let id = shared(&mut journal, 1, b"a", b"b");
    assert_eq!(journal.unsaved_bytes(), 0, "it is in the file");
    journal.sync_failed();
    assert_eq!(unsaved(&journal), [run(1, b"a", b"b")]);
    assert_eq!(state_of(&journal, id), EditState::WrittenNotSynced);
    assert_eq!(state_of(&journal, early), EditState::InFile);
    // stored once more: a sync that succeeds makes that safe
    let again = shared(&mut journal, 1, b"b", b"c");
    assert_eq!(unsaved(&journal), [run(1, b"a", b"c")]);
    journal.synced();
    assert_eq!(journal.unsaved_bytes(), 0);
    assert_eq!(state_of(&journal, again), EditState::InFile);
}

#[test]
fn an_export_makes_safe_what_it_holds() {
    let mut journal = Journal::new();
    let id = shared(&mut journal, 0, b"a", b"b");
    journal.sync_failed();
    private(&mut journal, 8, b"a", b"b");
    let revision = journal.revision();
    journal.exported(revision);
    assert!(!journal.unsaved().must_ask());
    assert_eq!(journal.pending_bytes(), 1, "it is still not in the file");
    journal.synced();
    assert_eq!(state_of(&journal, id), EditState::WrittenNotSynced);
    private(&mut journal, 9, b"a", b"b");
    journal.exported(revision); // the answer to an older question
    assert_eq!(journal.unsaved_bytes(), 2, "a byte that no export holds");
}

#[test]
fn a_conflict_is_overwritten_in_one_order_and_the_base_holds() {
    let mut journal = Journal::new();
    private(&mut journal, 3, b"aaa", b"bbb");
    journal.lose(&[span(4, 1)]);
    let found = [(1, b'w'), (3, b'x'), (4, b'y'), (9, b'z')];
    let over: Vec<_> = journal.unsaved_runs_over(&found).collect();
    assert_eq!(over, [run(3, b"xya", b"bbb")]);
    assert_eq!(unsaved(&journal), [run(3, b"aaa", b"bbb")]);
}

#[test]
fn answers_about_another_edit_than_the_one_named_change_nothing() {
    let mut journal = Journal::new();
    let first = private(&mut journal, 0, b"0", b"1");
    let second = private(&mut journal, 1, b"0", b"1");
    for id in [first, 99] {
        journal.undone(id);
        journal.skip(id);
        journal.redone(id);
    }
    journal.redone(second);
    assert_eq!(compensation(journal.undo()).id, second);
    assert_eq!(journal.pending_bytes(), 2);
    journal.undone(second);
    journal.undone(second);
    assert_eq!(journal.pending_bytes(), 1, "once");
    assert_eq!(compensation(journal.undo()).id, first);
    assert_eq!(compensation(journal.redo()).id, second);
}

#[test]
fn an_undo_that_was_stored_in_part_is_undone_in_that_part() {
    let mut journal = Journal::new();
    let id = shared(&mut journal, 0, b"abcd", b"1234");
    journal.undone_in(id, &[span(0, 2)]);
    let undo = compensation(journal.undo());
    assert_eq!(undo.stores[0].expect, b"34");
    assert_eq!(undo.stays, [(span(0, 2), EditState::Undone)]);
    assert_eq!(journal.redo(), None);
    journal.skip(id); // the rest will not go
    assert_eq!(compensation(journal.redo()).stores[0].write, b"12");
}

#[test]
fn an_edit_that_undo_passed_over_stays_listed() {
    let mut journal = Journal::new();
    let id = shared(&mut journal, 0, b"a", b"b");
    journal.skip(id); // somebody changed the byte since: it was not taken back
    shared(&mut journal, 9, b"a", b"b");
    assert_eq!(state_of(&journal, id), EditState::Applied);
    assert_eq!(journal.edits()[0].span(), span(0, 1));
}

#[test]
fn an_edit_that_the_view_still_had_when_it_was_reapplied_stays_pending() {
    let mut journal = Journal::new();
    private(&mut journal, 5, b"a", b"X");
    journal.lose(&[span(0, 64)]); // it seemed lost: the file ended before it for a while
    reapply(&mut journal, 5, b"X", b"X"); // but its private copy was there all the time
    let pending = PendingByte {
        base: b'a',
        value: b'X',
    };
    assert_eq!(journal.pending_at(5), Some(pending));
}

#[test]
fn nothing_stored_is_no_edit() {
    let mut journal = Journal::new();
    let (drawn, at) = (Drawn::nothing(), SystemTime::UNIX_EPOCH);
    let none = journal.record(Vec::new(), &drawn, Mode::Private, TARGET, at);
    assert_eq!(none, None);
    assert_eq!(journal.reapplied(Vec::new(), TARGET, at), None);
    assert_eq!(journal.n_recorded(), 0);
}
