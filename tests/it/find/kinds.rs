//! Every kind of pattern in real files, with edits, holes, and pages that cannot be read, judged by Python: matches lie
//! across the borders of all of them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Command;

use mapscope::bytes::Span;
use mapscope::bytes::find::{ByteOrder, LetterCase, NumberType, PatternKind, TextEncoding};
use mapscope::map::{Gap, Mode};
use mapscope::model::find::FindGoal;
use mapscope::work::find::{Part, Searched, SearchedFile};
use proptest::prelude::*;

use super::files::{folder_with, small};
use super::{each, found, list, nearest, pattern};
use crate::random;
use crate::searched::{Opened, REASON};

const PAGE: u64 = 4096;

const BYTES: PatternKind = PatternKind::Bytes;
const EXPRESSION: PatternKind = PatternKind::Expression(LetterCase::Matters);

/// What is sought, in the order in which [`ORACLE`] seeks it; first those of which every start counts.
const PATTERNS: [(&str, PatternKind); 18] = [
    ("61", BYTES),
    ("?1", BYTES),
    ("61 62", BYTES),
    ("4? 6?", BYTES),
    ("?1 ?? 00", BYTES),
    ("DE ?? BE EF 00", BYTES),
    ("00 00 00", BYTES),
    ("abAB", text(TextEncoding::Utf8, LetterCase::Ignored)),
    ("ab", text(TextEncoding::Utf16Le, LetterCase::Matters)),
    ("aB", text(TextEncoding::Utf16Be, LetterCase::Ignored)),
    ("0..0x6162", number(NumberType::U16, ByteOrder::Big)),
    ("1..=1.5", number(NumberType::F32, ByteOrder::Little)),
    ("-2..3", number(NumberType::I64, ByteOrder::Big)),
    (r"a[^b\x00]*b", EXPRESSION),
    ("(?:ab|ba){2,}", EXPRESSION),
    ("[0-9]{4}-[0-9]{2}", EXPRESSION),
    (r"\x00{3}[ab]", EXPRESSION),
    ("a.{2,40}?B", EXPRESSION),
];
const N_FIXED: usize = 13;

const fn text(encoding: TextEncoding, case: LetterCase) -> PatternKind {
    PatternKind::Text(encoding, case)
}

const fn number(number: NumberType, order: ByteOrder) -> PatternKind {
    PatternKind::Number(number, order)
}

/// Two lines a pattern: start and length of all matches, and of those at and behind the cursor where it is sought from there.
const ORACLE: &str = r"
import re, struct, sys
path, base, cursor = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
text = open(path, 'rb').read()
stretches, at = [], 0
for word in sys.argv[4:] + ['%d-%d' % (2 * (base + len(text),))]:
    start, end = (int(n) - base for n in word.split('-'))
    stretches.append((at, text[at:start]))
    at = end
def fixed(length, expression):
    sought = re.compile(b'(?s)(?=' + expression + b')')
    return lambda t, p: [(m.start(), length) for m in sought.finditer(t, p)]
def number(form, fits):
    n = struct.calcsize(form)
    return lambda t, p: [(i, n) for i in range(p, len(t) - n + 1) if fits(struct.unpack_from(form, t, i)[0])]
def expression(expression):
    sought = re.compile(b'(?s)' + expression)
    return lambda t, p: [(m.start(), m.end() - m.start()) for m in sought.finditer(t, p)]
ends_in_1 = b'[' + b''.join(b'\\x%x1' % n for n in range(16)) + b']'
for sought in [
    fixed(1, b'a'), fixed(1, ends_in_1),
    fixed(2, b'ab'), fixed(2, b'[\x40-\x4f][\x60-\x6f]'), fixed(3, ends_in_1 + b'.\0'),
    fixed(5, b'\xde.\xbe\xef\0'), fixed(3, b'\0\0\0'), fixed(4, b'(?i:abab)'),
    fixed(4, b'a\0b\0'), fixed(4, b'\0[aA]\0[bB]'),
    number('>H', lambda n: n < 0x6162), number('<f', lambda n: 1 <= n <= 1.5), number('>q', lambda n: -2 <= n < 3),
    expression(b'a[^b\0]*b'), expression(b'(?:ab|ba){2,}'), expression(b'[0-9]{4}-[0-9]{2}'),
    expression(b'\0{3}[ab]'), expression(b'a.{2,40}?B'),
]:
    for begin in (base, cursor):
        all = [(base + at + s, n) for at, t in stretches if begin < base + at + len(t)
               for s, n in sought(t, max(0, begin - base - at))]
        print(*('%d,%d' % match for match in all))
";

/// What a view shows, of which some pages cannot be read.
struct Spoiled<'a> {
    shown: SearchedFile<'a>,
    /// Apart, in order, and within what is shown.
    bad: Vec<Span>,
    /// What cannot be read is told before it is read, as where a file was cut; else only reading tells it, as of a bad
    /// sector.
    foretells: bool,
}

impl Searched for Spoiled<'_> {
    fn span(&self) -> Span {
        self.shown.span()
    }

    fn part(&self, at: u64) -> Part {
        let next = self.bad.iter().find(|bad| bad.end() > at);
        match (next, self.shown.part(at)) {
            // A hole has no sectors.
            (_, data @ Part::Data(_)) if !self.foretells => data,
            (Some(bad), _) if bad.start() <= at => Part::Unreadable(bad.end(), REASON),
            (Some(bad), Part::Data(end)) => Part::Data(end.min(bad.start())),
            (Some(bad), Part::Zeros(end)) => Part::Zeros(end.min(bad.start())),
            (_, part) => part,
        }
    }

    fn read(&self, at: u64, into: &mut [u8]) -> Vec<Gap> {
        let mut gaps = self.shown.read(at, into);
        assert!(gaps.is_empty(), "{gaps:?}");
        let span = Span::at(at, into.len() as u64).unwrap();
        for span in self.bad.iter().filter_map(|bad| bad.intersect(span)) {
            let index = |offset: u64| usize::try_from(offset - at).unwrap();
            // What stands there means nothing.
            for (byte, other) in into[index(span.start())..index(span.end())]
                .iter_mut()
                .zip(b"abAb2026-07\0\0\0".iter().cycle())
            {
                *byte = *other;
            }
            gaps.push(Gap {
                span,
                reason: REASON,
            });
        }
        gaps
    }
}

#[derive(Clone, Debug)]
struct Case {
    len: u64,
    data: Vec<(u64, Vec<u8>)>,
    edits: Vec<(u64, Vec<u8>)>,
    bad: BTreeSet<u64>,
    foretells: bool,
    part: (u64, u64),
    chunk: u64,
    cursor: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    const N_PAGES: u64 = 10;
    let few = prop::collection::vec(prop::sample::select(&b"abAB\0\x01"[..]), 1..6000);
    let needles: [&[u8]; 10] = [
        b"ab",
        b"aBAbab",
        b"a\0b\0a\0B\0",
        b"\0a\0b\0A\0b",
        b"\xde\x01\xbe\xef\0",
        &[0, 0, 0xa0, 0x3f],
        b"\0\0\0\0\0\0\0\x01",
        b"2026-07",
        b"\0\0\0a",
        b"a........................................B",
    ];
    let needle = prop::sample::select(needles.to_vec()).prop_map(<[u8]>::to_vec);
    let bytes = prop_oneof![1 => few, 4 => needle.clone()];
    // About the ends of pages, where edits, holes, chunks and what cannot be read end.
    let place =
        (0..=N_PAGES, 0..50_u64).prop_map(|(page, to)| (page * PAGE + 4).saturating_sub(to));
    let data = prop::collection::vec((place.clone(), bytes), 0..24);
    let edits = prop::collection::vec((place, needle), 0..12);
    let bad = prop_oneof![
        2 => Just(BTreeSet::new()),
        3 => prop::collection::btree_set(0..N_PAGES, 1..3)
    ];
    let part = prop_oneof![2 => Just((0, 0)), 1 => (0..5000_u64, 0..5000_u64)];
    let chunk = prop_oneof![300..3000_u64, Just(PAGE), Just(1 << 20)];
    let len = prop_oneof![1..N_PAGES * PAGE, (N_PAGES - 1) * PAGE..N_PAGES * PAGE + 9];
    let spoiled = (bad, any::<bool>());
    (len, data, edits, spoiled, part, chunk, 0..N_PAGES * PAGE).prop_map(
        |(len, data, edits, (bad, foretells), part, chunk, cursor)| Case {
            len,
            data,
            edits,
            bad,
            foretells,
            part: if part.0 + part.1 < len { part } else { (0, 0) },
            chunk,
            cursor,
        },
    )
}

/// Puts in as much as there is room for, and hands it on.
fn put(bytes: &mut [u8], at: u64, new: &[u8], store: impl Fn(u64, &[u8])) {
    let place = usize::try_from(at).unwrap();
    let n = new.len().min(bytes.len().saturating_sub(place));
    if n > 0 {
        bytes[place..place + n].copy_from_slice(&new[..n]);
        store(at, &new[..n]);
    }
}

type Match = (u64, u64);

/// Of each pattern all matches, and those that there are from the cursor on.
fn by_python(path: &Path, base: u64, cursor: u64, bad: &[Span]) -> Vec<(Vec<Match>, Vec<Match>)> {
    let mut words = format!("{base} {cursor}");
    for bad in bad {
        write!(words, " {}-{}", bad.start(), bad.end()).unwrap();
    }
    let mut python = Command::new("python3");
    python.args(["-c", ORACLE]).arg(path);
    let output = python.args(words.split(' ')).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let said = String::from_utf8(output.stdout).unwrap();
    let pair = |word: &str| {
        let (start, len) = word.split_once(',').unwrap();
        (start.parse().unwrap(), len.parse().unwrap())
    };
    let lines = said.lines();
    let matches: Vec<Vec<Match>> = lines
        .map(|line| line.split_whitespace().map(pair).collect())
        .collect();
    assert_eq!(matches.len(), 2 * PATTERNS.len());
    let pairs = matches.chunks_exact(2);
    pairs.map(|two| (two[0].clone(), two[1].clone())).collect()
}

fn check(case: &Case) {
    let (folder, path) = folder_with(b"");
    let file = File::options().write(true).open(&path).unwrap();
    file.set_len(case.len).unwrap();
    let mut expected = vec![0; usize::try_from(case.len).unwrap()];
    for (at, bytes) in &case.data {
        put(&mut expected, *at, bytes, |at, bytes| {
            file.write_all_at(bytes, at).unwrap();
        });
    }
    let opened = Opened::new(&path, Mode::Private, None);
    for (at, bytes) in &case.edits {
        put(&mut expected, *at, bytes, |at, bytes| {
            let view = opened.view.read().unwrap();
            view.store(at, bytes, &opened.file).unwrap();
        });
    }
    let shown = Span::new(case.part.0, case.len - case.part.1).unwrap();
    let mut bad: Vec<Span> = Vec::new();
    for page in &case.bad {
        let page = Span::at(page * PAGE, PAGE).unwrap();
        let Some(page) = page.intersect(shown).filter(|page| !page.is_empty()) else {
            continue;
        };
        match bad.last_mut() {
            Some(last) if last.end() == page.start() => *last = last.hull(page),
            _ => bad.push(page),
        }
    }
    let index = |offset: u64| usize::try_from(offset).unwrap();
    let plain = folder.path().join("plain");
    fs::write(&plain, &expected[index(shown.start())..index(shown.end())]).unwrap();
    let cursor = case.cursor.clamp(shown.start(), shown.end());
    let known = by_python(&plain, shown.start(), cursor, &bad);
    let source = Spoiled {
        shown: opened.shown().within(shown),
        bad,
        foretells: case.foretells,
    };
    let options = small(case.chunk);
    for (number, ((text, kind), (all, from))) in PATTERNS.iter().zip(known).enumerate() {
        let pattern = pattern(text, *kind);
        let report = found(&source, &pattern, FindGoal::All, &options);
        assert_eq!(each(&list(&report).runs), all, "{text}");
        let gaps: Vec<Span> = report.gaps.iter().map(|gap| gap.span).collect();
        assert_eq!(gaps, source.bad, "{text}");
        let one = |goal| {
            let near = nearest(&found(&source, &pattern, goal, &options));
            near.map(|it| (it.span.start(), it.span.len()))
        };
        let (wraps, before) = (false, cursor);
        let next = one(FindGoal::Next {
            from: cursor,
            wraps,
        });
        assert_eq!(next, from.first().copied(), "{text} from {cursor}");
        if number < N_FIXED {
            let last = all.iter().rfind(|(start, _)| *start < cursor).copied();
            let previous = one(FindGoal::Previous { before, wraps });
            assert_eq!(previous, last, "{text} before {cursor}");
        }
    }
}

proptest! {
    #![proptest_config(random::cases(30))]

    #[test]
    fn every_kind_finds_what_python_finds(case in cases()) {
        check(&case);
    }
}

/// Right before a bad sector, and right behind it, as only reading tells of it.
#[test]
fn a_byte_beside_what_cannot_be_read_is_found() {
    for chunk in [1000, PAGE, 1 << 20] {
        for foretells in [false, true] {
            check(&Case {
                len: 3 * PAGE,
                data: vec![(0, b"aAbB".repeat(3072))],
                edits: vec![(PAGE - 1, b"a".to_vec()), (2 * PAGE, b"a".to_vec())],
                bad: BTreeSet::from([1]),
                foretells,
                part: (0, 0),
                chunk,
                cursor: PAGE,
            });
        }
    }
}
