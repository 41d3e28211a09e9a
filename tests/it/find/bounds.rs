//! Bounds of a search: it stops when it is told to, tells how far it is, reads no holes, and survives its own threads.

use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicU64, Ordering};

use mapscope::bytes::Span;
use mapscope::bytes::find::{
    ByteOrder, LetterCase, MatchRun, NumberType, PatternKind, TextEncoding,
};
use mapscope::map::Gap;
use mapscope::model::find::{FindGoal, FindProgress};
use mapscope::work::find::{FindOptions, Part, Searched};
use mapscope::work::threads::ThreadsError;

use super::{find, found, list, nearest, pattern};
use crate::searched::{Dying, Endless};

const TIB: u64 = 1 << 40;

/// Zeros without end in practice, with some bytes that are there.
struct Sparse {
    len: u64,
    data: Vec<(u64, Vec<u8>)>,
    n_read: AtomicU64,
}

impl Sparse {
    fn new(len: u64, data: Vec<(u64, Vec<u8>)>) -> Self {
        Self {
            len,
            data,
            n_read: AtomicU64::new(0),
        }
    }

    fn extents(&self) -> impl Iterator<Item = Range<u64>> {
        let range = |(at, bytes): &(u64, Vec<u8>)| *at..*at + bytes.len() as u64;
        self.data.iter().map(range)
    }
}

impl Searched for Sparse {
    fn span(&self) -> Span {
        Span::new(0, self.len).unwrap()
    }

    fn part(&self, at: u64) -> Part {
        match self.extents().find(|extent| extent.end > at) {
            Some(extent) if extent.start <= at => Part::Data(extent.end),
            Some(extent) => Part::Zeros(extent.start),
            None => Part::Zeros(self.len),
        }
    }

    fn read(&self, at: u64, into: &mut [u8]) -> Vec<Gap> {
        self.n_read.fetch_add(into.len() as u64, Ordering::Relaxed);
        into.fill(0);
        for (start, bytes) in &self.data {
            for (offset, byte) in (*start..).zip(bytes) {
                let index = offset
                    .checked_sub(at)
                    .and_then(|index| usize::try_from(index).ok());
                if let Some(place) = index.and_then(|index| into.get_mut(index)) {
                    *place = *byte;
                }
            }
        }
        Vec::new()
    }
}

#[test]
fn holes_are_counted_and_not_read() {
    let extent = [b"ab".as_slice(), &[0; 996], b"ba"].concat();
    let places = [5, TIB / 3, TIB / 2 + 1, TIB - 2000];
    let data = places.map(|at| (at, extent.clone())).to_vec();
    let sparse = Sparse::new(TIB, data);
    let options = FindOptions::default();
    let expression = PatternKind::Expression(LetterCase::Matters);
    let zeros = TIB - 4 * 4;
    // Each extent takes the zeros from the starts that it is in: `m - 1` before and within, for both pairs of letters.
    let without = |m: u64| 4 * (2 * (m - 1) + 4);
    let cases = [
        ("61 62", PatternKind::Bytes, 4),
        ("00 00 61 62", PatternKind::Bytes, 4),
        ("00", PatternKind::Bytes, zeros),
        ("00 0? 00", PatternKind::Bytes, TIB - 2 - without(3)),
        (
            "0..7",
            PatternKind::Number(NumberType::U16, ByteOrder::Little),
            TIB - 1 - without(2),
        ),
        (r"a|b", expression, 16),
        (r"b\x00{4}", expression, 4),
        (r"\x00ab", expression, 4),
    ];
    for (text, kind, count) in cases {
        sparse.n_read.store(0, Ordering::Relaxed);
        let report = found(&sparse, &pattern(text, kind), FindGoal::All, &options);
        assert_eq!(list(&report).count, count, "{text}");
        let n_read = sparse.n_read.load(Ordering::Relaxed);
        assert!(n_read < 16 << 20, "{text}: {n_read} bytes");
    }
    let report = found(
        &sparse,
        &pattern("00", PatternKind::Bytes),
        FindGoal::All,
        &options,
    );
    let first = MatchRun {
        start: 0,
        count: 5,
        step: 1,
        len: 1,
    };
    assert_eq!(list(&report).runs[0], first);
    assert_eq!(list(&report).runs.len(), 9);
    // From one end to the other, in both directions.
    let far = pattern("61 62", PatternKind::Bytes);
    sparse.n_read.store(0, Ordering::Relaxed);
    let goal = FindGoal::Previous {
        before: TIB / 3,
        wraps: false,
    };
    assert_eq!(
        nearest(&found(&sparse, &far, goal, &options))
            .unwrap()
            .span
            .start(),
        5
    );
    let goal = FindGoal::Next {
        from: TIB / 3 + 1,
        wraps: false,
    };
    let next = nearest(&found(&sparse, &far, goal, &options)).unwrap();
    assert_eq!(next.span.start(), TIB / 2 + 1);
    assert!(sparse.n_read.load(Ordering::Relaxed) < 16 << 20);
}

#[test]
fn a_search_without_end_is_stopped() {
    let endless = Endless(b"aaab".repeat(1024));
    let expression = PatternKind::Expression(LetterCase::Matters);
    let cases = [
        ("7A 7A", PatternKind::Bytes),
        ("61", PatternKind::Bytes),
        ("6? 6?", PatternKind::Bytes),
        (
            "0..0x7000",
            PatternKind::Number(NumberType::U16, ByteOrder::Little),
        ),
        ("zz", expression),
        ("a", expression),
        ("a[^c]*c", expression),
        ("[a-y]{500,600}z", expression),
    ];
    for (text, kind) in cases {
        for goal in [
            FindGoal::All,
            FindGoal::Previous {
                before: 1 << 59,
                wraps: true,
            },
        ] {
            let pattern = pattern(text, kind);
            let mut n_asked = 0;
            let mut told: Option<FindProgress> = None;
            let mut progress = |now: FindProgress| {
                n_asked += 1;
                let before = told.replace(now);
                assert!(before.is_none_or(|before| before.done <= now.done));
                assert!(now.done <= now.total);
                if n_asked > 3 {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            };
            let options = FindOptions::default();
            let report = find(&endless, &pattern, goal, &options, &mut progress).unwrap();
            let is_found = nearest_or_none(&report.found);
            assert!(report.is_stopped || is_found, "{text}");
        }
    }
    // Asked to stop before it begins.
    let mut stop = |_| ControlFlow::Break(());
    let zz = pattern("zz", expression);
    let report = find(
        &endless,
        &zz,
        FindGoal::All,
        &FindOptions::default(),
        &mut stop,
    )
    .unwrap();
    assert!(report.is_stopped);
    assert_eq!(list(&report).count, 0);
}

fn nearest_or_none(found: &mapscope::model::find::FoundMatches) -> bool {
    matches!(found, mapscope::model::find::FoundMatches::Nearest(Some(_)))
}

/// The list is bounded, the count is not.
#[test]
fn a_list_is_bounded() {
    let bytes = b"a.".repeat(150_000);
    let len = bytes.len() as u64;
    let sparse = Sparse::new(len, vec![(0, bytes)]);
    for kind in [
        PatternKind::Text(TextEncoding::Utf8, LetterCase::Matters),
        PatternKind::Expression(LetterCase::Ignored),
    ] {
        let report = found(
            &sparse,
            &pattern("a", kind),
            FindGoal::All,
            &FindOptions::default(),
        );
        let list = list(&report);
        assert_eq!(
            (list.count, list.runs.len(), list.lists_all),
            (150_000, 100_000, false)
        );
        assert_eq!(list.runs[99_999].start, 2 * 99_999);
    }
}

#[test]
fn a_thread_that_dies_is_told() {
    let pattern = pattern("00", PatternKind::Bytes);
    let go_on = &mut |_| ControlFlow::Continue(());
    let outcome = find(
        &Dying(0),
        &pattern,
        FindGoal::All,
        &FindOptions::default(),
        go_on,
    );
    assert_eq!(outcome, Err(ThreadsError::ThreadDied));
}
