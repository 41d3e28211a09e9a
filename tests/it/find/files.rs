//! Finding in real files and in what a view shows of them: holes, edits, ends, and files that change meanwhile.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use mapscope::bytes::Span;
use mapscope::bytes::find::{LetterCase, NumberType, PatternKind, TextEncoding};
use mapscope::map::{Gap, GapReason, Mode, page_bytes};
use mapscope::model::find::FindGoal;
use mapscope::work::find::{FindOptions, Part, Searched, SearchedFile};
use proptest::prelude::*;
use tempfile::TempDir;

use super::{each, found, list, nearest, pattern};
use crate::random;
use crate::searched::{Cutting, Opened};

const PAGE: u64 = 4096;
const TEXT: PatternKind = PatternKind::Text(TextEncoding::Utf8, LetterCase::Matters);

pub(super) fn small(chunk: u64) -> FindOptions {
    FindOptions {
        chunk,
        stripe: 3 * chunk + 1,
        block: 2 * chunk + 1,
        is_nice: false,
        most_runs: usize::MAX / 2,
        ..FindOptions::default()
    }
}

pub(super) fn folder_with(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("searched");
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// A file with holes, a view of it, and what was typed into that.
#[derive(Clone, Debug)]
struct Case {
    len: u64,
    data: Vec<(u64, Vec<u8>)>,
    edits: Vec<(u64, Vec<u8>)>,
    window: Option<(u64, u64)>,
    chunk: u64,
    cursor: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    let bytes = |most| prop::collection::vec(prop::sample::select(&b"ab\0"[..]), 1..most);
    // Near the ends of pages, where what is found has to be put together.
    let place =
        (0..40_u64, 0..30_u64).prop_map(|(page, beside)| (page * PAGE + beside).saturating_sub(15));
    let data = prop::collection::vec((place.clone(), bytes(6000)), 0..6);
    let edits = prop::collection::vec((place, bytes(40)), 0..8);
    let window = prop::option::of((0..10_000_u64, 0..10_000_u64));
    let chunk = prop_oneof![500..5000_u64, Just(PAGE), Just(1 << 20)];
    (1..40 * PAGE, data, edits, window, chunk, 0..40 * PAGE).prop_map(
        |(len, data, edits, window, chunk, cursor)| Case {
            len,
            data: data.into_iter().filter(|(at, _)| *at < len).collect(),
            edits: edits.into_iter().filter(|(at, _)| *at < len).collect(),
            window: window.filter(|(start, cut)| start + cut < len),
            chunk,
            cursor,
        },
    )
}

/// Whether bytes are a match.
type Fits = fn(&[u8]) -> bool;

/// Stores what lies in `shown`.
fn put(bytes: &mut [u8], shown: &Span, at: u64, new: &[u8]) -> Option<(u64, Vec<u8>)> {
    let inside = Span::at(at, new.len() as u64)?.intersect(*shown)?;
    let index = |offset: u64| usize::try_from(offset).unwrap();
    let part = &new[index(inside.start() - at)..index(inside.end() - at)];
    bytes[index(inside.start())..index(inside.end())].copy_from_slice(part);
    Some((inside.start(), part.to_vec()))
}

fn check(case: &Case) {
    let (_folder, path) = folder_with(b"");
    let file = File::options().write(true).open(&path).unwrap();
    file.set_len(case.len).unwrap();
    let whole = Span::new(0, case.len).unwrap();
    let mut expected = vec![0; usize::try_from(case.len).unwrap()];
    for (at, bytes) in &case.data {
        let (at, part) = put(&mut expected, &whole, *at, bytes).unwrap();
        file.write_all_at(&part, at).unwrap();
    }
    let (start, cut) = case.window.unwrap_or((0, 0));
    let shown = Span::new(start, case.len - cut).unwrap();
    let opened = Opened::new(&path, Mode::Private, case.window.and(Some(shown)));
    for (at, bytes) in &case.edits {
        if let Some((at, part)) = put(&mut expected, &shown, *at, bytes) {
            opened.store(at, &part);
        }
    }
    let states = || {
        let view = opened.view.read().unwrap();
        view.page_states(view.span()).unwrap()
    };
    let blocks = || fs::metadata(&path).unwrap().blocks();
    let (were, had) = (states(), blocks());
    let bytes = &expected[usize::try_from(start).unwrap()..usize::try_from(shown.end()).unwrap()];
    let number = PatternKind::Number(NumberType::U16, mapscope::bytes::find::ByteOrder::Big);
    let patterns: [(&str, PatternKind, usize, Fits); 5] = [
        ("ab", TEXT, 2, |b| b == b"ab"),
        ("\0\0\0a", TEXT, 4, |b| b == b"\0\0\0a"),
        ("00 ?? 00", PatternKind::Bytes, 3, |b| {
            b[0] == 0 && b[2] == 0
        }),
        ("0..0x6162", number, 2, |b| b < b"ab".as_slice()),
        ("bbbbbbbb", TEXT, 8, |b| b == b"bbbbbbbb"),
    ];
    let options = small(case.chunk);
    for (text, kind, len, fits) in patterns {
        let pattern = pattern(text, kind);
        let starts: Vec<(u64, u64)> = (start..)
            .zip(bytes.windows(len))
            .filter(|(_, window)| fits(window))
            .map(|(at, _)| (at, len as u64))
            .collect();
        let report = found(&opened.shown(), &pattern, FindGoal::All, &options);
        assert!(each(&list(&report).runs) == starts, "{text:?}");
        assert_eq!((report.unread, report.gaps.len()), (0, 0));
        let goal = FindGoal::Previous {
            before: case.cursor,
            wraps: false,
        };
        let report = found(&opened.shown(), &pattern, goal, &options);
        let last = starts.iter().rfind(|(at, _)| *at < case.cursor);
        let got = nearest(&report).map(|it| (it.span.start(), it.span.len()));
        assert_eq!(got, last.copied(), "{text:?} before {}", case.cursor);
    }
    assert_eq!(states(), were, "no page was touched");
    assert_eq!(blocks(), had, "no hole was filled");
}

proptest! {
    #![proptest_config(random::cases(60))]

    #[test]
    fn what_the_view_shows_is_searched(case in cases()) {
        check(&case);
    }
}

/// The zeros that memory shows behind the end of a file are no bytes of it.
#[test]
fn nothing_is_found_behind_the_end() {
    let (_folder, path) = folder_with(b"end");
    let opened = Opened::new(&path, Mode::Private, None);
    let zero = pattern("00", PatternKind::Bytes);
    for _ in 0..2 {
        let report = found(&opened.shown(), &zero, FindGoal::All, &small(100));
        assert_eq!(list(&report).count, 0);
        let last = pattern("d", TEXT);
        let report = found(&opened.shown(), &last, FindGoal::All, &small(100));
        assert_eq!(each(&list(&report).runs), [(2, 1)]);
        // Once more with a private copy of the page.
        opened.store(0, b"E");
    }
}

/// A shared view has no copies; of a file alone edits in a private view are not seen.
#[test]
fn edits_are_found_where_they_are_seen() {
    let (_folder, path) = folder_with(&b".".repeat(20_000));
    let word = pattern("edit", TEXT);
    let count = |source: &SearchedFile<'_>| {
        let report = found(source, &word, FindGoal::All, &small(1000));
        list(&report).count
    };
    let private = Opened::new(&path, Mode::Private, None);
    private.store(8190, b"edit");
    let whole = Span::new(0, 20_000).unwrap();
    assert_eq!(count(&private.shown()), 1);
    assert_eq!(
        count(&private.shown().within(Span::new(8191, 20_000).unwrap())),
        0
    );
    assert_eq!(
        count(&private.shown().within(Span::new(8190, 8194).unwrap())),
        1
    );
    assert_eq!(count(&SearchedFile::of_file(&private.file, whole)), 0);
    let shared = Opened::new(&path, Mode::Shared, None);
    shared.store(100, b"edit");
    assert_eq!(count(&shared.shown()), 1);
    assert_eq!(count(&private.shown()), 2);
    assert_eq!(count(&SearchedFile::of_file(&private.file, whole)), 1);
}

/// What a file no longer has is told, and what is beside it found.
#[test]
fn a_file_that_was_cut_is_searched_up_to_its_end() {
    let (_folder, path) = folder_with(&b"0123456789".repeat(5000));
    let opened = Opened::new(&path, Mode::Private, None);
    opened.store(45_000, b"lost");
    let cut = 2 * PAGE + 106;
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(cut)
        .unwrap();
    for chunk in [77, PAGE, 1 << 20] {
        let report = found(
            &opened.shown(),
            &pattern("789", TEXT),
            FindGoal::All,
            &small(chunk),
        );
        assert_eq!(list(&report).count, cut / 10);
        assert_eq!(list(&report).runs.last().unwrap().start, 8297 - 10);
        let reason = GapReason::PastFileEnd { file_len: cut };
        let span = Span::new(cut, 50_000).unwrap();
        assert_eq!(report.gaps, [Gap { span, reason }], "{chunk}");
        assert_eq!(report.unread, span.len());
        let zero = pattern("00", PatternKind::Bytes);
        let report = found(&opened.shown(), &zero, FindGoal::All, &small(chunk));
        assert_eq!(list(&report).count, 0);
    }
}

#[test]
fn a_file_that_is_cut_meanwhile_ends_no_search() {
    let bytes = b"0123456789abcdef".repeat(4 << 10);
    let len = bytes.len() as u64;
    let (folder, _) = folder_with(b"");
    for n_reads in [1, 2, 5, 9, 14] {
        let path = folder.path().join(n_reads.to_string());
        fs::write(&path, &bytes).unwrap();
        let opened = Opened::new(&path, Mode::Private, None);
        opened.store(len - 16, b"0123");
        let cut = 20_005;
        let source = Cutting::new(&opened, &path, cut, n_reads);
        let options = FindOptions {
            threads: 1,
            stripe: 1 << 40,
            ..small(PAGE)
        };
        let report = found(&source, &pattern("cdef", TEXT), FindGoal::All, &options);
        // What was read before is found; of the rest what is left of the file; and what is neither is told.
        let read_before = (n_reads - 1) * PAGE;
        let searched = read_before.max(cut);
        let expected = (0..len / 16).map(|line| line * 16 + 12);
        let expected: Vec<_> = expected.filter(|at| at + 4 <= searched + 3).collect();
        let got: Vec<u64> = each(&list(&report).runs)
            .iter()
            .map(|(at, _)| *at)
            .collect();
        assert!(
            got.len().abs_diff(expected.len()) <= 1,
            "{n_reads}: {} of {}",
            got.len(),
            expected.len()
        );
        assert!(report.gaps.iter().all(|gap| gap.span.start() >= cut));
        assert_eq!(report.gaps.last().unwrap().span.end(), len);
        assert_eq!(report.unread, len - report.gaps[0].span.start());
    }
}

/// A tebibyte of holes takes no time and no memory of the page cache, from any end.
#[test]
fn a_large_hole_is_not_read() {
    const LEN: u64 = 1 << 40;
    let (_folder, path) = folder_with(b"");
    let file = File::options().write(true).open(&path).unwrap();
    file.set_len(LEN).unwrap();
    for extent in 0..20 {
        file.write_all_at(b"needle", extent * (LEN / 20) + 4090)
            .unwrap();
    }
    let opened = Opened::new(&path, Mode::Private, None);
    opened.store(LEN / 2 + 12_345, b"needle");
    let needle = pattern("needle", TEXT);
    let options = FindOptions::default();
    let report = found(&opened.shown(), &needle, FindGoal::All, &options);
    assert_eq!(list(&report).count, 21);
    let zeros = pattern("00 00", PatternKind::Bytes);
    let report = found(&opened.shown(), &zeros, FindGoal::All, &options);
    // Each word takes seven starts.
    assert_eq!(list(&report).count, LEN - 1 - 21 * 7);
    assert_eq!(list(&report).runs.len(), 22);
    let before = LEN / 2 + 20_000;
    let goal = FindGoal::Previous {
        before,
        wraps: false,
    };
    let report = found(&opened.shown(), &needle, goal, &options);
    assert_eq!(nearest(&report).unwrap().span.start(), LEN / 2 + 12_345);
    let goal = FindGoal::Previous {
        before: 4090,
        wraps: true,
    };
    let report = found(&opened.shown(), &needle, goal, &options);
    assert_eq!(
        nearest(&report).unwrap().span.start(),
        19 * (LEN / 20) + 4090
    );
    let states = opened.view.read().unwrap().private_copies(100).unwrap();
    assert_eq!(states.len(), 1);
    assert!(page_bytes() > PAGE || fs::metadata(&path).unwrap().blocks() * 512 < 64 * PAGE);
}

/// Notes how nice the threads are that read.
struct Noting<'a>(SearchedFile<'a>, AtomicU64);

impl Searched for Noting<'_> {
    fn span(&self) -> Span {
        self.0.span()
    }

    fn part(&self, at: u64) -> Part {
        self.0.part(at)
    }

    fn read(&self, at: u64, into: &mut [u8]) -> Vec<Gap> {
        let stat = fs::read_to_string("/proc/thread-self/stat").unwrap();
        // The 19th field is the nice value; the second is a name in brackets (proc_pid_stat(5)).
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        let nice = fields.split(' ').nth(16).unwrap().parse().unwrap();
        self.1.store(nice, Ordering::Relaxed);
        self.0.read(at, into)
    }
}

#[test]
fn the_threads_give_way_to_others() {
    let (_folder, path) = folder_with(b"0123");
    let opened = Opened::new(&path, Mode::Private, None);
    let noting = Noting(opened.shown(), AtomicU64::new(99));
    found(
        &noting,
        &pattern("2", TEXT),
        FindGoal::All,
        &FindOptions::default(),
    );
    assert_eq!(noting.1.load(Ordering::Relaxed), 10);
}
