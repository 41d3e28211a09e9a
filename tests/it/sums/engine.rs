//! The engine of sums, judged by Python and by plain loops.

use std::fs::{self, File};
use std::ops::ControlFlow;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use mapscope::bytes::Span;
use mapscope::bytes::digest::SumKind;
use mapscope::map::{Gap, GapReason, Mode};
use mapscope::model::sums::SumsReport;
use mapscope::work::shown_bytes::{Part, Searched};
use mapscope::work::sums::SumsOptions;
use mapscope::work::threads::ThreadsError;
use proptest::prelude::*;
use tempfile::TempDir;

use super::fake::fakes;
use crate::random;
use crate::searched::{Cell, Cutting, Dying, Endless, Fake, Opened, REASON, Watched};

const ORACLE: &str = "
import sys, zlib, hashlib
b = open(sys.argv[1], 'rb').read()
print('%08x' % zlib.crc32(b), *(hashlib.new(n, b).hexdigest() for n in ('md5', 'sha1', 'sha256')))
";

/// The digits, as Python's hashlib and zlib say them.
fn by_python(bytes: &[u8]) -> Vec<String> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("bytes");
    fs::write(&path, bytes).unwrap();
    let output = Command::new("python3")
        .args(["-c", ORACLE])
        .arg(&path)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    said.split_whitespace().map(str::to_owned).collect()
}

fn options(chunk: u64, threads: usize) -> SumsOptions {
    SumsOptions {
        chunk,
        threads,
        is_nice: false,
        ..SumsOptions::default()
    }
}

/// Sums that fail where they do not end.
#[track_caller]
fn sum<S: Searched>(
    source: &S,
    options: &SumsOptions,
    progress: &mut dyn FnMut(SumsReport) -> ControlFlow<()>,
) -> Result<SumsReport, ThreadsError> {
    let watched = Watched::new(source);
    let ask = &mut |now| watched.go_on(|| progress(now));
    let outcome = mapscope::work::sums::sum(&watched, options, ask);
    watched.check();
    outcome
}

#[track_caller]
fn summed<S: Searched>(source: &S, options: &SumsOptions) -> SumsReport {
    let mut done = 0;
    let report = sum(source, options, &mut |so_far| {
        assert!(so_far.done >= done, "never back");
        assert!(so_far.digits.is_empty() && so_far.done <= so_far.span.len());
        done = so_far.done;
        ControlFlow::Continue(())
    });
    let report = report.unwrap();
    assert!(!report.is_stopped);
    assert_eq!(report.done, report.span.len());
    assert_eq!(report.span, source.span());
    report
}

fn digits(report: &SumsReport) -> Vec<String> {
    let kinds: Vec<SumKind> = report.digits.iter().map(|(kind, _)| *kind).collect();
    if !kinds.is_empty() {
        assert_eq!(kinds, SumKind::ALL);
    }
    report
        .digits
        .iter()
        .map(|(_, digits)| digits.clone())
        .collect()
}

/// Counts and entropy, block by block, of what can be read.
fn check_counts(report: &SumsReport, cells: &[Option<u8>]) {
    let mut counts = [0_u64; 256];
    for byte in cells.iter().flatten() {
        counts[usize::from(*byte)] += 1;
    }
    assert_eq!(*report.histogram.counts(), counts);
    let line = &report.entropy;
    assert!(line.block >= 4096 && line.block.is_multiple_of(4096));
    let block = usize::try_from(line.block).unwrap();
    let mut bits: Vec<Option<f64>> = cells.chunks(block).map(entropy).collect();
    while bits.last() == Some(&None) {
        bits.pop(); // behind the last byte that could be read nothing is told
    }
    assert_eq!(line.bits.len(), bits.len());
    for (told, known) in line.bits.iter().zip(bits) {
        match (told, known) {
            (None, None) => {}
            (Some(told), Some(known)) => assert!((f64::from(*told) - known).abs() < 1e-5),
            other => panic!("{other:?}"),
        }
    }
}

/// By the definition, with a division for each byte.
fn entropy(cells: &[Option<u8>]) -> Option<f64> {
    let bytes: Vec<u8> = cells.iter().flatten().copied().collect();
    if bytes.is_empty() {
        return None;
    }
    let mut counts = [0_u32; 256];
    for byte in &bytes {
        counts[usize::from(*byte)] += 1;
    }
    let total = f64::from(u32::try_from(bytes.len()).unwrap());
    let shares = counts.iter().map(|n| f64::from(*n) / total);
    Some(
        shares
            .filter(|share| *share > 0.0)
            .map(|share| -share * share.log2())
            .sum(),
    )
}

proptest! {
    #![proptest_config(random::cases(60))]

    #[test]
    fn they_are_what_python_says_in_any_pieces(
        (base, cells) in fakes(),
        chunk in prop_oneof![1000..5000_u64, Just(4096), Just(1 << 20)],
        threads in 1..5_usize,
    ) {
        let fake = Fake::new(base, cells.clone());
        let report = summed(&fake, &options(chunk, threads));
        let plain: Vec<Option<u8>> = cells
            .iter()
            .map(|cell| match cell {
                Cell::Byte(byte) => Some(*byte),
                Cell::Hole => Some(0),
                Cell::Bad => None,
            })
            .collect();
        check_counts(&report, &plain);
        let n_bad = plain.iter().filter(|cell| cell.is_none()).count() as u64;
        prop_assert_eq!(report.unread, n_bad);
        let of_gaps: u64 = report.gaps.iter().map(|gap| gap.span.len()).sum();
        prop_assert_eq!(of_gaps, n_bad);
        for gap in &report.gaps {
            prop_assert_eq!(gap.reason, REASON);
            let is_bad = |offset: u64| plain[usize::try_from(offset - base).unwrap()].is_none();
            prop_assert!((gap.span.start()..gap.span.end()).all(is_bad));
        }
        if n_bad == 0 {
            let bytes: Vec<u8> = plain.into_iter().flatten().collect();
            prop_assert_eq!(digits(&report), by_python(&bytes));
        } else {
            prop_assert!(report.digits.is_empty(), "{:?}", report.digits);
        }
    }
}

/// Each checksum alone is what it is among the others.
#[test]
fn one_checksum_alone_is_the_same() {
    let cells: Vec<Cell> = (0..50_000_u32)
        .map(|n| Cell::Byte(((n * n) >> 3).to_le_bytes()[0]))
        .collect();
    let fake = Fake::new(77, cells);
    let all = summed(&fake, &options(1000, 2));
    for (kind, digits) in &all.digits {
        let alone = SumsOptions {
            kinds: vec![*kind],
            counts: false,
            ..options(3000, 2)
        };
        let report = summed(&fake, &alone);
        assert_eq!(report.digits, [(*kind, digits.clone())]);
        assert_eq!(
            (report.histogram.total(), report.entropy.bits.len()),
            (0, 0)
        );
    }
}

#[test]
fn blocks_are_at_most_a_thousand() {
    for (len, block) in [(0, 4096), (1, 4096), (4_096_000, 4096), (4_096_001, 8192)] {
        let fake = Fake::new(5, vec![Cell::Hole; len]);
        let report = summed(&fake, &options(1 << 20, 2));
        assert_eq!(report.entropy.block, block, "{len}");
        assert!(report.entropy.bits.len() <= 1000);
    }
}

/// What holes hold is known without reading them, but for their ends.
#[test]
fn holes_are_not_read() {
    let mut cells = vec![Cell::Hole; 100_000];
    cells[70_000] = Cell::Byte(9);
    let fake = Fake::new(0, cells);
    let report = summed(&fake, &options(1000, 2));
    assert_eq!(report.histogram.counts()[0], 99_999);
    assert_eq!(fake.n_read.load(Ordering::Relaxed), 1000, "one piece");
}

/// A file with holes, a private view of it, what was typed into that, and what is summed.
#[derive(Clone, Debug)]
struct Case {
    len: u64,
    data: Vec<(u64, Vec<u8>)>,
    edits: Vec<(u64, Vec<u8>)>,
    part: Option<(u64, u64)>,
    chunk: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    let bytes = |most| prop::collection::vec(any::<u8>(), 1..most);
    let place =
        (0..40_u64, 0..30_u64).prop_map(|(page, beside)| (page * 4096 + beside).saturating_sub(15));
    let data = prop::collection::vec((place.clone(), bytes(6000)), 0..6);
    let edits = prop::collection::vec((place, bytes(40)), 0..8);
    let part = prop::option::of((0..90_000_u64, 0..90_000_u64));
    let chunk = prop_oneof![500..9000_u64, Just(4096), Just(1 << 20)];
    (1..40 * 4096_u64, data, edits, part, chunk).prop_map(|(len, data, edits, part, chunk)| Case {
        len,
        data,
        edits,
        part: part.filter(|(start, cut)| start + cut < len),
        chunk,
    })
}

fn put(bytes: &mut [u8], at: u64, new: &[u8]) -> Vec<u8> {
    let at = usize::try_from(at).unwrap().min(bytes.len());
    let n = new.len().min(bytes.len() - at);
    bytes[at..at + n].copy_from_slice(&new[..n]);
    new[..n].to_vec()
}

proptest! {
    #![proptest_config(random::cases(60))]

    #[test]
    fn what_the_view_shows_is_summed(case in cases()) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("summed");
        let file = File::create(&path).unwrap();
        file.set_len(case.len).unwrap();
        let mut expected = vec![0; usize::try_from(case.len).unwrap()];
        for (at, bytes) in &case.data {
            let part = put(&mut expected, *at, bytes);
            file.write_all_at(&part, (*at).min(case.len)).unwrap();
        }
        let opened = Opened::new(&path, Mode::Private, None);
        for (at, bytes) in &case.edits {
            let part = put(&mut expected, *at, bytes);
            if !part.is_empty() {
                opened.store(*at, &part);
            }
        }
        let states = || {
            let view = opened.view.read().unwrap();
            view.page_states(view.span()).unwrap()
        };
        let (were, had) = (states(), fs::metadata(&path).unwrap().blocks());
        let (start, cut) = case.part.unwrap_or((0, 0));
        let span = Span::new(start, case.len - cut).unwrap();
        let report = summed(&opened.shown().within(span), &options(case.chunk, 2));
        let index = |offset: u64| usize::try_from(offset).unwrap();
        let expected = &expected[index(start)..index(span.end())];
        prop_assert_eq!(digits(&report), by_python(expected));
        let cells: Vec<Option<u8>> = expected.iter().copied().map(Some).collect();
        check_counts(&report, &cells);
        prop_assert!(states() == were, "no page was touched");
        prop_assert_eq!(fs::metadata(&path).unwrap().blocks(), had);
    }
}

/// Truncated in the middle: what is gone is told, with the reason, and there is no checksum.
#[test]
fn a_file_that_is_cut_meanwhile_has_no_checksum() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("cut");
    fs::write(&path, vec![7; 300_000]).unwrap();
    let opened = Opened::new(&path, Mode::Private, None);
    // Eleven pieces of ten thousand bytes are read, more or less, before it is cut.
    let cutting = Cutting::new(&opened, &path, 150_001, 11);
    let report = summed(&cutting, &options(10_000, 2));
    assert_eq!(report.unread, 300_000 - 150_001);
    assert_eq!(report.gaps.len(), 1, "{:?}", report.gaps);
    let gap = report.gaps[0];
    assert_eq!(gap.span, Span::new(150_001, 300_000).unwrap());
    assert!(matches!(
        gap.reason,
        GapReason::PastFileEnd { file_len: 150_001 }
    ));
    assert!(report.digits.is_empty(), "{:?}", report.digits);
    assert_eq!(report.histogram.counts()[7], 150_001);
}

#[test]
fn it_is_stopped_by_the_answer_and_says_so() {
    for n_calls in 1..4 {
        let mut left = n_calls;
        let report = sum(&Endless(vec![3; 4096]), &options(1 << 16, 2), &mut |_| {
            left -= 1;
            if left > 0 {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        let report = report.unwrap();
        assert!(report.is_stopped && report.digits.is_empty());
        assert!(report.done < report.span.len());
    }
}

/// The memory that it takes does not grow with what is summed: pieces that may wait are counted by those that were read
/// before the first is behind.
#[test]
fn few_pieces_are_read_ahead() {
    const CHUNK: u64 = 1 << 16;
    struct Counting(AtomicU64);
    impl Searched for Counting {
        fn span(&self) -> Span {
            Span::new(0, 400 * CHUNK).unwrap()
        }
        fn part(&self, _: u64) -> Part {
            Part::Data(400 * CHUNK)
        }
        fn read(&self, _: u64, into: &mut [u8]) -> Vec<Gap> {
            self.0.fetch_add(into.len() as u64, Ordering::SeqCst);
            Vec::new()
        }
    }
    let source = Counting(AtomicU64::new(0));
    let report = sum(&source, &options(CHUNK, 4), &mut |so_far| {
        let read = source.0.load(Ordering::SeqCst);
        // Those that were let go between the two looks are behind as well, so only at the start both are known.
        assert!(so_far.done > 0 || read <= 20 * CHUNK, "{read}");
        ControlFlow::Continue(())
    });
    assert_eq!(report.unwrap().done, 400 * CHUNK);
}

/// A thread that dies ends all others, and is told.
#[test]
fn a_thread_that_dies_is_told() {
    let go_on = &mut |_| ControlFlow::Continue(());
    let outcome = sum(&Dying(1 << 22), &options(1 << 20, 2), go_on);
    assert_eq!(outcome, Err(ThreadsError::ThreadDied));
    assert!(
        ThreadsError::ThreadDied
            .to_string()
            .contains("error of this program")
    );
}
