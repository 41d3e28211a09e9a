//! Where a view differs from its file: the comparison and the walk, beside the plainest thing that does the same.

use std::ops::ControlFlow;

use mapscope::bytes::Span;
use mapscope::map::{Gap, GapReason, Readout};
use mapscope::model::Heading;
use mapscope::work::differences::{CHUNK_BYTES, Nearest, find, list};
use proptest::collection::vec;
use proptest::prelude::*;

fn span(start: u64, end: u64) -> Span {
    Span::new(start, end).unwrap()
}

/// Bytes, each there or not, from an offset.
fn readout(start: u64, bytes: &[Option<u8>]) -> Readout {
    let gaps = (start..).zip(bytes).filter(|(_, byte)| byte.is_none());
    Readout {
        span: span(start, start + bytes.len() as u64),
        bytes: bytes.iter().map(|byte| byte.unwrap_or(0)).collect(),
        gaps: gaps
            .map(|(at, _)| Gap {
                span: span(at, at + 1),
                reason: if at % 3 == 0 {
                    GapReason::StorageGaveNothing
                } else {
                    GapReason::OutsideMapping
                },
            })
            .collect(),
    }
}

/// The runs of what is set, from `start` on.
fn runs(start: u64, set: &[bool]) -> Vec<Span> {
    let mut runs: Vec<Span> = Vec::new();
    for (at, _) in (start..).zip(set).filter(|(_, set)| **set) {
        match runs.last_mut() {
            Some(last) if last.end() == at => *last = span(last.start(), at + 1),
            _ => runs.push(span(at, at + 1)),
        }
    }
    runs
}

fn cell() -> impl Strategy<Value = Option<u8>> {
    prop_oneof![1 => Just(None), 5 => (0..2_u8).prop_map(Some)]
}

/// What is looked at: the places where view and file differ, in one address space of so many bytes, seen in small.
const LEN: usize = 24;
/// A place stands for this many bytes, so that chunks end between places and within runs.
const WIDE: u64 = CHUNK_BYTES / 2;

/// Compares by looking at `differs`; notes what it was asked.
fn compare<'a>(
    differs: &'a [bool],
    asked: &'a mut Vec<Span>,
) -> impl FnMut(Span) -> ControlFlow<(), Vec<Span>> + 'a {
    move |chunk| {
        assert!(!chunk.is_empty() && chunk.len() <= CHUNK_BYTES, "{chunk}");
        asked.push(chunk);
        let wide = differs.iter().zip(0_u64..).filter(|(differs, _)| **differs);
        let inside = wide.filter_map(|(_, at)| span(at * WIDE, (at + 1) * WIDE).intersect(chunk));
        let mut found: Vec<Span> = Vec::new();
        for part in inside {
            match found.last_mut() {
                Some(last) if last.end() == part.start() => *last = last.hull(part),
                _ => found.push(part),
            }
        }
        ControlFlow::Continue(found)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn a_view_differs_where_it_shows_a_byte_and_the_file_has_another_or_none(
        view in vec(cell(), 1..200), file in vec(cell(), 1..200), shift in 0..40_u64, lead in 0..40_u64,
    ) {
        let (own, other) = (100 + shift, 100 + lead);
        let told = readout(own, &view).differing_from(&readout(other, &file));
        let end = (own + view.len() as u64).min(other + file.len() as u64);
        let start = own.max(other);
        let set: Vec<bool> = (start..end)
            .map(|at| {
                let shown = view[usize::try_from(at - own).unwrap()];
                shown.is_some() && shown != file[usize::try_from(at - other).unwrap()]
            })
            .collect();
        prop_assert_eq!(told, runs(start, &set));
    }

    #[test]
    fn the_next_difference_is_the_nearest_that_begins_that_way_and_round_the_end(
        differs in vec(any::<bool>(), LEN), copied in vec(prop::bool::weighted(0.7), LEN),
        from in 0..LEN as u64 * WIDE, at_place: bool, next: bool,
    ) {
        let differs: Vec<bool> = differs.iter().zip(&copied).map(|(differs, copied)| *differs && *copied).collect();
        let wide = |runs: Vec<Span>| -> Vec<Span> {
            runs.iter().map(|run| span(run.start() * WIDE, run.end() * WIDE)).collect()
        };
        let copies = wide(runs(0, &copied));
        let from = if at_place { from / WIDE * WIDE } else { from };
        let extent = span(0, LEN as u64 * WIDE);
        let mut asked = Vec::new();
        let heading = if next { Heading::Next } else { Heading::Previous };
        let found = find(&copies, extent, from, heading, &mut compare(&differs, &mut asked));
        let starts: Vec<u64> = wide(runs(0, &differs)).iter().map(|run| run.start()).collect();
        let (near, far) = if next {
            (starts.iter().find(|start| **start > from), starts.first())
        } else {
            (starts.iter().rfind(|start| **start < from), starts.last())
        };
        let wanted = near.map(|start| (*start, false)).or(far.map(|start| (*start, true)));
        let wanted = wanted.map(|(offset, wrapped)| Nearest { offset, wrapped });
        prop_assert_eq!(found, ControlFlow::Continue(wanted));
        let is_copied = |part: &Span| copies.iter().any(|copy| copy.contains_span(*part));
        prop_assert!(asked.iter().all(is_copied), "nothing but copies is compared: {:?}", asked);
    }

    #[test]
    fn all_runs_are_listed_or_it_is_said_that_there_may_be_more(
        differs in vec(any::<bool>(), LEN), most in 0..8_usize, most_places in 0..40_u64,
    ) {
        let copies = [span(0, LEN as u64 * WIDE)];
        let mut asked = Vec::new();
        let bounds = (most, most_places * WIDE);
        let told = list(&copies, copies[0], bounds, &mut compare(&differs, &mut asked));
        let ControlFlow::Continue((told, is_whole)) = told else { panic!("nobody stopped it") };
        let all: Vec<Span> = runs(0, &differs).iter().map(|run| span(run.start() * WIDE, run.end() * WIDE)).collect();
        let n_compared: u64 = asked.iter().map(|chunk| chunk.len()).sum();
        prop_assert!(n_compared <= bounds.1.next_multiple_of(CHUNK_BYTES));
        prop_assert!(told.len() <= most);
        if is_whole {
            prop_assert_eq!(told, all);
        } else {
            prop_assert!(all.len() > most || n_compared < copies[0].len());
            prop_assert!(told.iter().all(|run| all.iter().any(|known| known.contains_span(*run))));
        }
    }
}

#[test]
fn a_search_that_is_stopped_says_so() {
    let copies = [span(0, 10 * CHUNK_BYTES)];
    let mut n_asked = 0;
    let found = find(&copies, copies[0], 5, Heading::Next, &mut |_| {
        n_asked += 1;
        if n_asked == 3 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(Vec::new())
        }
    });
    assert_eq!((found, n_asked), (ControlFlow::Break(()), 3));
}
