//! A file that is cut, made longer and written all the time, while it is searched, looked at and edited: nothing ends the
//! program, what could not be read is counted, and afterwards everything is found again.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use mapscope::bytes::Span;
use mapscope::bytes::find::{LetterCase, PatternKind, TextEncoding};
use mapscope::map::Mode;
use mapscope::model::find::{FindGoal, FindReport};

use super::files::{folder_with, small};
use super::{each, found, list, pattern};
use crate::random::Draw;
use crate::searched::Opened;

const PAGE: u64 = 4096;
const PAGES: u64 = 200;
const LEN: u64 = PAGES * PAGE;
const NEEDLE: &[u8; 6] = b"needle";
/// How long anything may take on a slow and busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The file as it is in quiet times: a needle across the end of each page but the last.
fn content() -> Vec<u8> {
    let mut bytes = vec![b'.'; usize::try_from(LEN).unwrap()];
    for page in 1..PAGES {
        let at = usize::try_from(page * PAGE - 3).unwrap();
        bytes[at..at + NEEDLE.len()].copy_from_slice(NEEDLE);
    }
    bytes
}

/// Cuts, makes longer and writes until it is over.
fn disturb(path: &Path, is_over: &AtomicBool) {
    let file = File::options().write(true).open(path).unwrap();
    let mut draw = Draw::new(7);
    while !is_over.load(Ordering::Relaxed) {
        match draw.next(4) {
            0 => file.set_len(draw.next(LEN)).unwrap(),
            1 => file.set_len(LEN + draw.next(9 * PAGE)).unwrap(),
            2 => file.write_all_at(NEEDLE, draw.next(LEN)).unwrap(),
            _ => file.write_all_at(&content(), 0).unwrap(),
        }
    }
}

/// What is not read is counted, and nothing is found there.
fn check(report: &FindReport) {
    assert!(!report.is_stopped);
    let counted: u64 = report.gaps.iter().map(|gap| gap.span.len()).sum();
    assert_eq!(report.unread, counted);
    for (at, len) in each(&list(report).runs) {
        let found = Span::at(at, len).unwrap();
        let is_in = |gap: &mapscope::map::Gap| gap.span.contains_span(found);
        assert!(!report.gaps.iter().any(is_in), "found in what was not read");
    }
}

/// What was met so far.
#[derive(Debug, Default)]
struct Met {
    searches: usize,
    incomplete: usize,
    unread: usize,
    stored: usize,
    refused: usize,
}

impl Met {
    fn is_all(&self) -> bool {
        self.searches >= 50
            && [self.incomplete, self.unread, self.stored, self.refused]
                .iter()
                .all(|n| *n > 0)
    }
}

fn search_look_and_edit(opened: &Opened) -> Met {
    let needle = pattern(
        "needle",
        PatternKind::Text(TextEncoding::Utf8, LetterCase::Matters),
    );
    let mut draw = Draw::new(8);
    let mut met = Met::default();
    let deadline = Instant::now() + PATIENCE;
    while !met.is_all() {
        assert!(
            Instant::now() < deadline,
            "not all of it came about: {met:?}"
        );
        let report = found(&opened.shown(), &needle, FindGoal::All, &small(3 * PAGE));
        check(&report);
        met.searches += 1;
        met.incomplete += usize::from(report.unread > 0);
        let view = opened.view.read().unwrap();
        for _ in 0..20 {
            let seen = Span::at(draw.next(LEN - 2 * PAGE), PAGE).unwrap();
            let out = view.read(seen, &opened.file);
            let gaps: u64 = out.gaps.iter().map(|gap| gap.span.len()).sum();
            met.unread += usize::from(gaps > 0);
            match view.store(seen.start(), b"x", &opened.file) {
                Ok(_) => met.stored += 1,
                Err(_) => met.refused += 1,
            }
        }
    }
    met
}

#[test]
fn a_file_that_never_rests_ends_no_search_and_hides_no_gap() {
    for mode in [Mode::Private, Mode::Shared] {
        let (_folder, path) = folder_with(&content());
        let opened = Opened::new(&path, mode, None);
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let trouble = scope.spawn(|| disturb(&path, &is_over));
            let met = scope.spawn(|| search_look_and_edit(&opened)).join();
            is_over.store(true, Ordering::Relaxed);
            trouble.join().unwrap();
            met.unwrap();
        });
        fs::write(&path, content()).unwrap();
        let fresh = Opened::new(&path, mode, None);
        let needle = pattern(
            "needle",
            PatternKind::Text(TextEncoding::Utf8, LetterCase::Matters),
        );
        let report = found(&fresh.shown(), &needle, FindGoal::All, &small(3 * PAGE));
        assert_eq!((list(&report).count, report.unread), (PAGES - 1, 0));
    }
}
