//! Sessions whose acts are drawn: whatever a person does, the program shows again what was seen.
//!
//! `MAPSCOPE_SESSIONS` says how many, `MAPSCOPE_SESSIONS_SEED` from which on.

use super::*;
use mapscope::model::EditAction;

use crate::random::{Draw, counts, play_all};

/// How many sessions, and acts in each.
const SESSIONS: u64 = 20;
const ACTS: u64 = 9;
/// The most processes that are added.
const MOST_PROCESSES: usize = 6;

counts! { rows seen unseen forks kills cuts growths outside maps copies }

/// One act.
fn one(hand: &mut Hand, draw: &mut Draw, counts: &mut Counts) {
    let living = |built_in_too: bool| -> Vec<MappingId> {
        let list = doc(&hand.window).processes.list().iter();
        let living = list.filter(|it| it.ended.is_none() && (built_in_too || !it.is_built_in()));
        living.map(|it| it.mapping).collect()
    };
    let (all, added) = (living(true), living(false));
    let has_room = doc(&hand.window).processes.list().len() < MOST_PROCESSES;
    let page = page_bytes();
    let len = doc(&hand.window).file_len;
    match draw.next(14) {
        0 | 1 => hand.point(draw.next(len / 8) * 8),
        2 => hand.store(PeersAction::StoreAs(WitnessId::View)),
        3 => hand.store(PeersAction::StoreAs(WitnessId::OtherMode)),
        4 => hand.store(PeersAction::StoreAs(WitnessId::File)),
        5..=7 => hand.store(PeersAction::Store(draw.one_of(&all).unwrap())),
        8 if has_room => {
            let kind = draw.one_of(&[ProcessKind::Shared, ProcessKind::Private]);
            hand.add(kind.unwrap());
        }
        9 if has_room => {
            counts.forks += 1;
            hand.fork(draw.one_of(&all).unwrap());
        }
        10 => {
            if let Some(process) = draw.one_of(&added) {
                counts.kills += 1;
                hand.kill(process);
            }
        }
        11 => {
            counts.outside += 1;
            hand.outside();
        }
        12 if draw.one_in(2) => {
            counts.cuts += 1;
            hand.point(0);
            hand.set_len(page / 2 + draw.next(len - page / 2));
        }
        12 => {
            counts.growths += 1;
            hand.set_len(len + 1 + draw.next(2 * page));
        }
        _ if doc(&hand.window).has_unsaved() && draw.one_in(2) => {
            counts.copies += 1;
            hand.told_after(Action::Edit(EditAction::WriteBack));
        }
        _ if doc(&hand.window).has_unsaved() => {
            counts.copies += 1;
            hand.told_after(Action::Mapping(MappingAction::DiscardAll));
        }
        _ => {
            counts.maps += 1;
            let other = match doc(&hand.window).view().mode {
                Mode::Private => Mode::Shared,
                Mode::Shared => Mode::Private,
            };
            hand.told_after(Action::Mapping(MappingAction::SetMode(other)));
        }
    }
}

/// A session, and what came of it.
fn play(seed: u64) -> Counts {
    let (mut draw, mut counts) = (Draw::new(seed), Counts::default());
    let mut hand = Hand::new();
    for _ in 0..ACTS {
        one(&mut hand, &mut draw, &mut counts);
    }
    let place = doc(&hand.window).view().viewport.cursor;
    hand.point(place);
    hand.store(PeersAction::StoreAs(WitnessId::File));
    counts.rows += u64::try_from(hand.again()).unwrap();
    for row in doc(&hand.window)
        .happened
        .newest_first()
        .flat_map(|it| &it.saw)
    {
        match row.saw {
            Saw::Seen(_) => counts.seen += 1,
            Saw::Not => counts.unseen += 1,
            Saw::Before | Saw::Waiting | Saw::Unclear => {}
        }
    }
    counts
}

#[test]
fn whatever_was_done_is_seen_again() {
    if !has_compiler() {
        return;
    }
    let mut sum = Counts::default();
    let n = play_all("MAPSCOPE_SESSIONS", SESSIONS, 2, play, |counts| {
        sum.add(counts);
    });
    let met = [
        sum.copies,
        sum.forks,
        sum.kills,
        sum.cuts,
        sum.growths,
        sum.outside,
        sum.maps,
        sum.seen,
        sum.unseen,
    ];
    let is_usual = n >= SESSIONS;
    assert!(!is_usual || met.iter().all(|count| *count > 0), "{sum:?}");
}
