//! What is in a copy.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::ops::ControlFlow;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;

use mapscope::bytes::Span;
use mapscope::map::{GapReason, Mode};
use mapscope::model::FileRequest;
use mapscope::model::effect::{Export, IfExists};
use mapscope::model::event::Event;
use mapscope::model::event::{ExportOutcome, FileNews};
use mapscope::os::save::Existing;
use mapscope::work::copy::{CopyError, CopyOptions, Phase, Unread};
use proptest::prelude::*;
use tempfile::TempDir;

use super::{Opened, PAGE, allocated, folder_with, pattern};
use crate::machine::is_root;
use crate::random;
use crate::skip::skip_part;
use crate::worker::Worker;

/// A file with holes, a view of it, and what was typed into that.
#[derive(Clone, Debug)]
struct Case {
    len: u64,
    /// Written to the file: where, how many bytes.
    data: Vec<(u64, usize)>,
    /// Stored in the private view.
    edits: Vec<(u64, Vec<u8>)>,
    /// Start of the view and how much is left out at its end.
    window: Option<(u64, u64)>,
}

fn cases() -> impl Strategy<Value = Case> {
    let len = prop_oneof![1..3 * PAGE, 1..3 * 1024 * 1024_u64];
    let lens = || prop_oneof![1..200_usize, 1..300_000_usize];
    let data = prop::collection::vec((any::<u64>(), lens()), 0..8);
    let edit = (any::<u64>(), prop::collection::vec(any::<u8>(), 1..9000));
    let edits = prop::collection::vec(edit, 0..12);
    let window = prop::option::of((0..10_000_u64, 0..10_000_u64));
    (len, data, edits, window).prop_map(|(len, data, edits, window)| Case {
        len,
        data: data.into_iter().map(|(at, n)| (at % len, n)).collect(),
        edits: edits.into_iter().map(|(at, b)| (at % len, b)).collect(),
        window: window.filter(|(start, cut)| start + cut < len),
    })
}

/// Copies to a folder on `to` and compares with what a naive reader of the same says.
fn check(case: &Case, to: &Path) {
    let (_folder, path) = folder_with(b"");
    let file = File::options().write(true).open(&path).unwrap();
    file.set_len(case.len).unwrap();
    for &(at, n) in &case.data {
        let n = n.min(usize::try_from(case.len - at).unwrap());
        file.write_all_at(&pattern(n), at).unwrap();
    }
    let (start, cut) = case.window.unwrap_or((0, 0));
    let shown = start..case.len - cut;
    let span = case.window.and(Span::new(shown.start, shown.end));
    let opened = Opened::new(&path, Mode::Private, span);
    let before = fs::read(&path).unwrap();
    let index = |offset: u64| usize::try_from(offset).unwrap();
    let mut expected = before.clone();
    for (at, bytes) in &case.edits {
        let end = shown.end.min(at + bytes.len() as u64);
        let from = shown.start.max(*at);
        if from < end {
            let part = &bytes[index(from - at)..index(end - at)];
            opened.store(from, part);
            expected[index(from)..index(end)].copy_from_slice(part);
        }
    }
    let states = || {
        let view = opened.view.read().unwrap();
        view.page_states(view.span()).unwrap()
    };
    let (was, copy) = (states(), to.join("copy"));
    let report = opened.copy(&copy).unwrap();
    assert_eq!(states(), was, "no page was touched");
    let got = fs::read(&copy).unwrap();
    assert!(
        got == expected[index(shown.start)..index(shown.end)],
        "the bytes"
    );
    assert!(
        fs::read(&path).unwrap() == before,
        "the source is as it was"
    );
    assert_eq!((report.len, report.unread), (shown.end - shown.start, 0));
    check_holes(case, &path, &copy);
    fs::remove_file(copy).unwrap();
}

/// Whole pages alone are copies: a copy takes the source's blocks, one for each edited page, and what the file system
/// needs to list one more piece.
fn check_holes(case: &Case, source: &Path, copy: &Path) {
    if case.window.is_some() {
        return;
    }
    let edited: BTreeSet<u64> = case
        .edits
        .iter()
        .flat_map(|(at, bytes)| *at / PAGE..=(*at + bytes.len() as u64) / PAGE)
        .collect();
    let most = allocated(source) + (edited.len() as u64 + 2) * PAGE;
    assert!(allocated(copy) <= most, "{} > {most}", allocated(copy));
}

proptest! {
    #![proptest_config(random::cases(96))]

    #[test]
    fn a_copy_is_what_the_view_shows(case in cases()) {
        check(&case, TempDir::new().unwrap().path());
    }

    /// On another file system, which the kernel does not copy to.
    #[test]
    fn a_copy_across_file_systems_is_what_the_view_shows(case in cases()) {
        let near = TempDir::new().unwrap();
        let far = tempfile::tempdir_in("/dev/shm").unwrap();
        let dev = |folder: &TempDir| fs::metadata(folder.path()).unwrap().dev();
        assert_ne!(dev(&near), dev(&far), "one file system");
        check(&case, far.path());
    }
}

/// More private copies than are listed at once, each a page, in a file that is all hole; in one page of hole less than
/// nothing is written.
#[test]
fn many_private_copies_are_all_found() {
    const N_COPIES: u64 = 16_384 + 700;
    let (folder, path) = folder_with(b"");
    let file = File::options().write(true).open(&path).unwrap();
    file.set_len(2 * N_COPIES * PAGE + 10).unwrap();
    let opened = Opened::private(&path);
    for number in 0..N_COPIES {
        opened.store(2 * number * PAGE + 5, &number.to_le_bytes());
    }
    let copy = folder.path().join("copy");
    let report = opened.copy(&copy).unwrap();
    assert_eq!(report.written, N_COPIES * PAGE);
    let copy = File::open(&copy).unwrap();
    let mut page = [0; 4096];
    for number in 0..2 * N_COPIES {
        copy.read_exact_at(&mut page, number * PAGE).unwrap();
        let mut expected = [0; 4096];
        if number % 2 == 0 {
            expected[5..13].copy_from_slice(&(number / 2).to_le_bytes());
        }
        assert!(page == expected, "page {number}");
    }
}

/// A shared view has no copies: the file is what it shows, also what somebody wrote a moment ago.
#[test]
fn a_copy_of_a_shared_view_is_the_file() {
    let (folder, path) = folder_with(&pattern(50_000));
    let opened = Opened::new(&path, Mode::Shared, None);
    opened.store(123, b"shared");
    let copy = folder.path().join("copy");
    opened.copy(&copy).unwrap();
    assert_eq!(fs::read(&path).unwrap(), fs::read(&copy).unwrap());
    assert_eq!(fs::read(&copy).unwrap()[123..129], *b"shared");
}

/// The end of a file that was cut is not there to be read: said, and never a zero that nobody heard of.
#[test]
fn what_cannot_be_read_is_told() {
    let bytes = pattern(6 * 4096);
    let (folder, path) = folder_with(&bytes);
    let opened = Opened::private(&path);
    opened.store(5 * PAGE, b"goes with its page");
    let cut = 2 * PAGE + 100;
    let status = std::process::Command::new("truncate")
        .args(["-s", &cut.to_string()])
        .arg(&path)
        .status();
    assert!(status.unwrap().success());
    let copy = folder.path().join("copy");
    let error = opened.copy(&copy).unwrap_err();
    let CopyError::Unread { gap, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(gap.span.start(), cut);
    assert_eq!(gap.reason, GapReason::PastFileEnd { file_len: cut });
    let said = error.to_string();
    assert!(
        said.contains("8292") && said.ends_with(path.to_str().unwrap()),
        "{said}"
    );
    assert_eq!(super::names(folder.path()), ["source"]);

    let options = CopyOptions {
        existing: Existing::Keep,
        unread: Unread::LeaveOut,
    };
    let go_on = |_| ControlFlow::Continue(());
    let report = opened.copy_as(&copy, options, go_on).unwrap();
    let spans: Vec<_> = report.gaps.iter().map(|gap| gap.span).collect();
    assert_eq!(spans, [Span::new(cut, 6 * PAGE).unwrap()]);
    assert_eq!(report.unread, 6 * PAGE - cut);
    let got = fs::read(&copy).unwrap();
    let cut = usize::try_from(cut).unwrap();
    assert!(got.len() == bytes.len() && got[..cut] == bytes[..cut]);
}

/// Progress begins at nothing, never goes back, and comes at least once for each quarter of a megabyte that is read; the
/// last is the sync.
#[test]
fn progress_is_told_all_the_way() {
    let (folder, path) = folder_with(&pattern(8 << 20));
    let opened = Opened::private(&path);
    for page in (0..2048).step_by(2) {
        opened.store(page * PAGE, b"x");
    }
    let mut told = Vec::new();
    let hear = |progress| {
        told.push(progress);
        ControlFlow::Continue(())
    };
    let copy = folder.path().join("copy");
    opened.copy_as(&copy, CopyOptions::default(), hear).unwrap();
    assert!(told.iter().all(|progress| progress.total == 8 << 20));
    assert_eq!((told[0].phase, told[0].done), (Phase::Copying, 0));
    let last = told.last().unwrap();
    assert_eq!((last.phase, last.done), (Phase::Syncing, 8 << 20));
    for pair in told.windows(2) {
        let step = pair[1].done.checked_sub(pair[0].done).expect("never back");
        assert!(step <= 512 << 10, "a step of {step}");
    }
}

/// The job of the window runs with less claim to the processor, and writes where it was told to.
#[test]
fn the_job_gives_way_to_others() {
    let (folder, path) = folder_with(&pattern(10_000));
    let copy = folder.path().join("source.copy");
    let worker = Worker::open(path, |event| {
        let stat = fs::read_to_string("/proc/thread-self/stat").unwrap();
        // The 19th field is the nice value; the second is a name in brackets (proc_pid_stat(5)).
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        let nice = fields.split(' ').nth(16).unwrap().to_owned();
        (event, nice)
    });
    let number = worker.send(FileRequest::Export {
        destination: copy.clone(),
        if_exists: IfExists::Refuse,
        what: Export::View,
    });
    loop {
        let (event, nice) = worker.hear();
        let Event::File(event) = event else { continue };
        let FileNews::Exported(outcome) = event.news else {
            continue;
        };
        assert_eq!(event.number, Some(number));
        assert!(
            matches!(&outcome, ExportOutcome::Done { destination, bytes: 10_000, is_view: true } if *destination == copy),
            "{outcome:?}"
        );
        assert_eq!(nice, "10");
        break;
    }
    assert_eq!(super::names(folder.path()), ["source", "source.copy"]);
}

/// Where `/proc` is missing the kernel tells nothing about pages, and a file without a name could not get one: all is
/// read through the mapping, zeros become holes, and the copy has a temporary name.
#[test]
fn a_copy_without_proc_is_what_the_view_shows() {
    const FOLDER: &str = "MAPSCOPE_TEST_NO_PROC";
    if let Some(folder) = std::env::var_os(FOLDER) {
        assert!(!Path::new("/proc/self").exists(), "/proc is there");
        return without_proc(Path::new(&folder));
    }
    if !is_root() {
        return skip_part("a copy without /proc", "it takes root");
    }
    let folder = TempDir::new().unwrap();
    let script = "umount -l /proc && exec \"$0\" \"$@\"";
    let output = std::process::Command::new("unshare")
        .args(["--mount", "sh", "-c", script])
        .arg(std::env::current_exe().unwrap())
        .args(["saving::copy::a_copy_without_proc_is_what_the_view_shows"])
        .args(["--exact", "--nocapture"])
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let cause = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{cause}");
    assert!(said.contains("1 passed"), "{said}");
}

fn without_proc(folder: &Path) {
    let path = folder.join("source");
    let file = File::create(&path).unwrap();
    file.set_len(4 << 20).unwrap();
    file.write_all_at(&pattern(1 << 20), 1 << 20).unwrap();
    let opened = Opened::private(&path);
    opened.store(3 << 20, b"in a hole");
    let mut expected = fs::read(&path).unwrap();
    expected[3 << 20..][..9].copy_from_slice(b"in a hole");
    let mut hidden = 0;
    let copy = folder.join("copy");
    let look = |_| {
        let names = super::names(folder);
        assert!(!names.contains(&"copy".to_owned()), "{names:?}");
        hidden += names.iter().filter(|name| name.starts_with('.')).count();
        ControlFlow::Continue(())
    };
    opened.copy_as(&copy, CopyOptions::default(), look).unwrap();
    assert!(hidden > 0, "a temporary name is used");
    assert!(fs::read(&copy).unwrap() == expected);
    assert!(allocated(&copy) < 3 << 20, "{}", allocated(&copy));
    let stop = |progress: mapscope::work::copy::CopyProgress| {
        if progress.done > 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let replace = CopyOptions {
        existing: Existing::Replace,
        ..CopyOptions::default()
    };
    let stopped = opened.copy_as(&copy, replace, stop);
    assert!(matches!(stopped, Err(CopyError::Stopped)));
    assert_eq!(super::names(folder), ["copy", "source"]);
    let go_on = |_| ControlFlow::Continue(());
    opened.copy_as(&copy, replace, go_on).unwrap();
    let refused = opened.copy(&copy);
    assert!(matches!(refused, Err(CopyError::Save(_))));
    assert_eq!(super::names(folder), ["copy", "source"]);
    assert!(fs::read(&copy).unwrap() == expected);
}
