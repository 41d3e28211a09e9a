//! Bytes, text and numbers: every start counts, whatever chunks, pieces, threads, holes and bad places there are.

use mapscope::bytes::find::{
    ByteOrder, LetterCase, NumberType, Pattern, PatternKind, TextEncoding, non_overlapping,
};
use mapscope::model::find::{FindGoal, NearestMatch};
use mapscope::work::find::FindOptions;
use proptest::prelude::*;

use super::fake::fakes;
use super::{each, found, list, nearest, options, pattern};
use crate::random;
use crate::searched::{Cell, Fake};

type Fits = dyn Fn(&[u8]) -> bool;

/// A pattern with what it means: how many bytes, and whether these are a match.
struct Case {
    pattern: Pattern,
    len: usize,
    fits: Box<Fits>,
}

fn case(text: &str, kind: PatternKind, len: usize, fits: impl Fn(&[u8]) -> bool + 'static) -> Case {
    Case {
        pattern: pattern(text, kind),
        len,
        fits: Box::new(fits),
    }
}

/// Of each kind some that occur in the files that are searched.
fn cases() -> Vec<Case> {
    use NumberType::{F32, F64, I8, I16, I32, U8, U16, U32, U64};
    let bytes = PatternKind::Bytes;
    let text = |case| PatternKind::Text(TextEncoding::Utf8, case);
    let (exact, folded) = (text(LetterCase::Matters), text(LetterCase::Ignored));
    let little = |number| PatternKind::Number(number, ByteOrder::Little);
    let big = |number| PatternKind::Number(number, ByteOrder::Big);
    let value = |bytes: &[u8]| {
        bytes
            .iter()
            .rev()
            .fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte))
    };
    let value_be = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte))
    };
    let single = move |bytes: &[u8]| f32::from_bits(u32::try_from(value(bytes)).unwrap());
    let double = move |bytes: &[u8]| f64::from_bits(u64::try_from(value_be(bytes)).unwrap());
    vec![
        case("61", bytes, 1, |b| b == b"a"),
        case("61 62", bytes, 2, |b| b == b"ab"),
        case("6161", bytes, 2, |b| b == b"aa"),
        case("616161 61", bytes, 4, |b| b == b"aaaa"),
        case("00", bytes, 1, |b| b == [0]),
        case("00 00 00", bytes, 3, |b| b == [0; 3]),
        case("00 00 61", bytes, 3, |b| b == b"\0\0a"),
        case("61 00 00 00 00 00 00 00 00 00 00 00", bytes, 12, |b| {
            b == b"a\0\0\0\0\0\0\0\0\0\0\0"
        }),
        case("6?", bytes, 1, |b| b[0] & 0xF0 == 0x60),
        case("?1", bytes, 1, |b| b[0] & 0xF == 1),
        case("61 ?? 62", bytes, 3, |b| b[0] == b'a' && b[2] == b'b'),
        case("?? 00 ??", bytes, 3, |b| b[1] == 0),
        case("0? 0? ?0", bytes, 3, |b| {
            b[0] < 16 && b[1] < 16 && b[2].is_multiple_of(16)
        }),
        case("6? ?2 6? ?1 6?", bytes, 5, |b| {
            b[0] >> 4 == 6 && b[1] & 15 == 2 && b[2] >> 4 == 6 && b[3] & 15 == 1 && b[4] >> 4 == 6
        }),
        case("61 62 61 ?? ?? 61", bytes, 6, |b| {
            &b[..3] == b"aba" && b[5] == b'a'
        }),
        case("00 00 ?? 61", bytes, 4, |b| {
            b[0] == 0 && b[1] == 0 && b[3] == b'a'
        }),
        case("ab", exact, 2, |b| b == b"ab"),
        case(" ", exact, 1, |b| b == b" "),
        case("aB", folded, 2, |b| b.eq_ignore_ascii_case(b"ab")),
        case("a a", folded, 3, |b| b.eq_ignore_ascii_case(b"a a")),
        case("abba", folded, 4, |b| b.eq_ignore_ascii_case(b"abba")),
        case("97", little(U8), 1, |b| b == b"a"),
        case("97..=98", little(U8), 1, |b| (97..=98).contains(&b[0])),
        case("-5..5", little(I8), 1, |b| {
            (-5..5).contains(&i8::from_le_bytes([b[0]]))
        }),
        case("0x6100..0x6200", little(U16), 2, move |b| {
            (0x6100..0x6200).contains(&value(b))
        }),
        case("0x6100..0x6200", big(U16), 2, move |b| {
            (0x6100..0x6200).contains(&value_be(b))
        }),
        case("-300..=97", big(I16), 2, |b| {
            (-300..=97).contains(&i16::from_be_bytes([b[0], b[1]]))
        }),
        case("0x61..0x62_000000", little(U32), 4, move |b| {
            (0x61..0x6200_0000).contains(&value(b))
        }),
        case("-1..1000000", little(I32), 4, |b| {
            (-1..1_000_000).contains(&i32::from_le_bytes(b.try_into().unwrap()))
        }),
        case("0..0x6100000000000000", little(U64), 8, move |b| {
            value(b) < 0x6100_0000_0000_0000
        }),
        case("0..0x6100000000000000", big(U64), 8, move |b| {
            value_be(b) < 0x6100_0000_0000_0000
        }),
        case("0", little(F32), 4, move |b| single(b) == 0.0),
        case("1e20..1e25", little(F32), 4, move |b| {
            (1e20..1e25).contains(&single(b))
        }),
        case("-inf..=0", little(F32), 4, move |b| single(b) <= 0.0),
        case("1e100..=1e300", big(F64), 8, move |b| {
            (1e100..=1e300).contains(&double(b))
        }),
        case("-1..1", big(F64), 8, move |b| {
            (-1.0..1.0).contains(&double(b))
        }),
    ]
}

/// Every start at which the pattern fits, in a stretch that can be read.
fn all_starts(fake: &Fake, case: &Case) -> Vec<u64> {
    let mut starts = Vec::new();
    for (base, bytes) in fake.readable() {
        for start in 0..bytes.len() {
            let end = start + case.len;
            if end <= bytes.len() && (case.fits)(&bytes[start..end]) {
                starts.push(base + start as u64);
            }
        }
    }
    starts
}

fn check(case: &Case, fake: &Fake, options: &FindOptions, cursor: u64) {
    let len = case.len as u64;
    let expected = all_starts(fake, case);
    let text = case.pattern.text();
    let report = found(fake, &case.pattern, FindGoal::All, options);
    let starts: Vec<(u64, u64)> = expected.iter().map(|start| (*start, len)).collect();
    assert_eq!(each(&list(&report).runs), starts, "{text}");
    assert_eq!(list(&report).count, expected.len() as u64, "{text}");
    assert!(list(&report).lists_all);
    let joined = list(&report).runs.windows(2);
    for pair in joined {
        assert!(
            pair[0].start + pair[0].count < pair[1].start,
            "{pair:?} are one"
        );
    }
    let gaps: Vec<_> = report
        .gaps
        .iter()
        .map(|gap| gap.span.start()..gap.span.end())
        .collect();
    assert_eq!(gaps, fake.bad(), "{text}");
    let n_bad: u64 = gaps.iter().map(|gap| gap.end - gap.start).sum();
    assert_eq!(report.unread, n_bad);

    let place = |start: Option<&u64>, wrapped| {
        start.map(|start| NearestMatch {
            span: mapscope::bytes::Span::at(*start, len).unwrap(),
            wrapped,
        })
    };
    let next = expected.iter().find(|start| **start >= cursor);
    let previous = expected.iter().rev().find(|start| **start < cursor);
    for wraps in [false, true] {
        let report = found(
            fake,
            &case.pattern,
            FindGoal::Next {
                from: cursor,
                wraps,
            },
            options,
        );
        let around = expected.first().filter(|_| wraps);
        let expected_next = place(next, false).or(place(around, true));
        assert_eq!(nearest(&report), expected_next, "{text} from {cursor}");
        let goal = FindGoal::Previous {
            before: cursor,
            wraps,
        };
        let report = found(fake, &case.pattern, goal, options);
        let around = expected.last().filter(|_| wraps);
        let expected_previous = place(previous, false).or(place(around, true));
        assert_eq!(
            nearest(&report),
            expected_previous,
            "{text} before {cursor}"
        );
    }

    let mut free = 0;
    let mut replaced = Vec::new();
    for start in expected {
        if start >= free {
            replaced.push((start, len));
            free = start + len;
        }
    }
    let report = found(fake, &case.pattern, FindGoal::All, options);
    assert_eq!(
        each(&non_overlapping(&list(&report).runs)),
        replaced,
        "{text}"
    );
}

proptest! {
    #![proptest_config(super::n_cases())]

    #[test]
    fn every_start_is_found((base, cells) in fakes(), options in options(), cursor in 0..300_u64) {
        let fake = Fake::new(base, cells);
        for case in cases() {
            check(&case, &fake, &options, cursor);
        }
    }

    /// Larger files, so that the loops over many starts at once have work, with matches put anywhere.
    #[test]
    fn every_start_is_found_in_blocks(
        seed in any::<u64>(),
        chunk in prop_oneof![1..900_u64, 2000..9000_u64],
        few in any::<bool>(),
    ) {
        let mut draw = random::Draw::new(seed);
        let letters: &[u8] = if few { b"ab" } else { b"\0abcABC \n\x11\x80\xff!?~0123456789xyz" };
        let len = 1500 + draw.next(9000);
        let cells = (0..len).map(|_| Cell::Byte(draw.one_of(letters).unwrap())).collect();
        let mut fake = Fake::new(draw.next(3) * 4096, cells);
        for _ in 0..draw.next(6) {
            let word = draw.one_of(&[&b"abba"[..], b"a a", b"aB", b"\0\0\0\0\0\0\0\0\0", b"aba12a"]).unwrap();
            let at = usize::try_from(draw.next(len - 20)).unwrap();
            for (cell, byte) in fake.cells[at..].iter_mut().zip(word) {
                *cell = Cell::Byte(*byte);
            }
        }
        let options = FindOptions {
            chunk,
            stripe: 4096,
            block: 1000,
            most_runs: usize::MAX / 2,
            is_nice: false,
            ..FindOptions::default()
        };
        for case in cases() {
            check(&case, &fake, &options, draw.next(12_000));
        }
    }
}
