//! A step of very many parts, as all matches that are replaced at once: each thing that is done to it takes a moment. Were
//! each part compared with each, one of these would take minutes.

use std::time::SystemTime;

use mapscope::bytes::Span;
use mapscope::model::Mode;
use mapscope::model::journal::{Drawn, EditState, Journal, Stored};

use super::{TARGET, compensation, state_of};

/// So many bytes are changed, so far apart.
const N: u64 = 200_000;
const APART: u64 = 100;

fn places() -> impl Iterator<Item = u64> {
    (0..N).map(|index| index * APART)
}

/// A journal with one such step, as it was drawn.
fn recorded() -> (Journal, u64) {
    let mut journal = Journal::with_budget(1 << 30);
    let mut drawn = Drawn::nothing();
    for offset in places() {
        drawn.add(offset, vec![b'd']);
    }
    let stores = places().map(|offset| Stored {
        offset,
        old: vec![b'a'],
        new: vec![b'Z'],
    });
    let at = SystemTime::UNIX_EPOCH;
    let recorded = journal.record(stores.collect(), &drawn, Mode::Private, TARGET, at);
    let recorded = recorded.unwrap();
    assert_eq!(recorded.differing.len() as u64, N);
    (journal, recorded.id)
}

fn n_pending(journal: &Journal) -> u64 {
    journal.pending_bytes() as u64
}

#[test]
fn a_step_of_many_parts_is_recorded_and_goes_both_ways() {
    let (mut journal, id) = recorded();
    let spans: Vec<Span> = places()
        .map(|offset| Span::at(offset, 1).unwrap())
        .collect();
    assert_eq!(n_pending(&journal), N);
    assert_eq!(compensation(journal.undo()).stores.len() as u64, N);
    journal.undone_in(id, &spans);
    assert_eq!(n_pending(&journal), 0);
    journal.redone_in(id, &spans);
    assert_eq!(n_pending(&journal), N);
    // by itself, and that taken back in its turn
    let taken = journal.undo_one(id).unwrap();
    assert_eq!(taken.stores.len() as u64, N);
    let at = SystemTime::UNIX_EPOCH;
    let step = journal.took_back(id, &spans, TARGET, at).unwrap().id;
    assert_eq!(n_pending(&journal), 0);
    journal.undone_in(step, &spans);
    assert_eq!(n_pending(&journal), N);
    assert_eq!(state_of(&journal, id), EditState::Applied);
}

/// Each second of its bytes is stored alone.
#[test]
fn a_step_of_many_parts_is_undone_in_part() {
    let (mut journal, id) = recorded();
    let half: Vec<Span> = places()
        .step_by(2)
        .map(|offset| Span::at(offset, 1).unwrap())
        .collect();
    journal.undone_in(id, &half);
    assert_eq!(n_pending(&journal), N / 2);
    let left = compensation(journal.undo());
    assert_eq!(left.stores.len() as u64, N / 2);
    assert_eq!(left.stores[0].offset, APART);
}
