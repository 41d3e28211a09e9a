//! *Save a copy* against `cp`, in one run each: a gibibyte of random bytes with its sync, a tebibyte of holes, memory, and
//! how soon a copy stops.
//!
//! `cargo bench --bench copy [FOLDER]`; the folder needs 3 GiB for a moment and gets everything back.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench prints, and fails by panicking"
)]

#[allow(dead_code, reason = "each bench takes what it needs")]
mod frame;

use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use mapscope::map::{Access, CallLog, MapRequest, Mapping, Mode, OpenFile};
use mapscope::work::copy::{CopyError, CopyOptions, CopyReport, CopySource, copy};

use frame::{N_EXTENTS, millis, timed, with_memory, write_random};

const MIB: u64 = 1 << 20;
const LARGE: u64 = 1 << 30;
const HOLES: u64 = 1 << 40;
const N_ROUNDS: usize = 7;

/// Of `cp` and `sync` together.
const LEAST_SPEED: f64 = 0.7;
const MOST_MEMORY: u64 = 16 * MIB;
const MOST_FOR_HOLES: Duration = Duration::from_secs(2);
const MOST_TO_STOP: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    let folder = frame::folder();
    println!(
        "on {} in {}",
        file_system(folder.path()),
        folder.path().display()
    );
    let mut is_fine = large(folder.path());
    is_fine &= holes(folder.path());
    is_fine &= stopping(folder.path());
    frame::verdict(is_fine)
}

/// 1 GiB with some private copies, in turns with `cp`, each from a quiet disk.
fn large(folder: &Path) -> bool {
    let source = folder.join("random");
    write_random(&source, LARGE);
    let opened = Opened::new(&source);
    for page in 0..2600 {
        opened.store(page * 100 * 4096, b"edited");
    }
    let target = folder.join("copy");
    let (mut ours, mut theirs, mut memory) = (Vec::new(), Vec::new(), 0);
    for round in 0..=N_ROUNDS {
        run("sync", &[]);
        let time = timed(|| {
            run("cp", &["--reflink=never", text(&source), text(&target)]);
            run("sync", &[text(&target)]);
        });
        fs::remove_file(&target).unwrap();
        run("sync", &[]);
        let (took, added) = with_memory(|| {
            timed(|| {
                opened.copy(&target, || false).expect("a copy");
            })
        });
        fs::remove_file(&target).unwrap();
        // The first round warms up.
        if round > 0 {
            ours.push(took);
            theirs.push(time);
            memory = memory.max(added);
        }
    }
    fs::remove_file(source).unwrap();
    let (ours, theirs) = (quickest(&ours), quickest(&theirs));
    let speed = theirs.as_secs_f64() / ours.as_secs_f64();
    println!(
        "1 GiB of random bytes, 2,600 private copies, with fsync, the quickest of {N_ROUNDS}:"
    );
    println!("  a copy        {:7.0} ms", millis(ours));
    println!("  cp and sync   {:7.0} ms", millis(theirs));
    println!("  speed of cp's {speed:7.2} (at least {LEAST_SPEED})");
    memory_is_fine(memory) && speed >= LEAST_SPEED
}

/// 1 TiB of holes with some data.
fn holes(folder: &Path) -> bool {
    let source = folder.join("holes");
    if !frame::write_holes(&source, 65_536) {
        return true;
    }
    let opened = Opened::new(&source);
    opened.store(HOLES / 2 + 4096, b"edited in a hole");
    let target = folder.join("copy");
    let (took, memory) = with_memory(|| {
        timed(|| {
            opened.copy(&target, || false).expect("a copy");
        })
    });
    let [before, after] = [&source, &target].map(|path| fs::metadata(path).unwrap().blocks() * 512);
    fs::remove_file(target).unwrap();
    fs::remove_file(source).unwrap();
    println!("1 TiB of holes, {N_EXTENTS} extents, one private copy:");
    println!(
        "  a copy        {:7.0} ms (at most {:.0})",
        millis(took),
        millis(MOST_FOR_HOLES)
    );
    println!("  on the disk   {before} bytes before, {after} after");
    // The private copy is a page more, and may be an extent more to list.
    memory_is_fine(memory) && took <= MOST_FOR_HOLES && after <= before + 3 * 4096
}

/// How long after the flag is set the copy is over, at several moments; and that nothing is left.
fn stopping(folder: &Path) -> bool {
    let source = folder.join("random");
    write_random(&source, LARGE);
    let opened = Opened::new(&source);
    let target = folder.join("copy");
    let mut slowest = Duration::ZERO;
    let mut n_stopped = 0;
    for wait in [5, 50, 100, 150, 200, 300, 400, 500, 600] {
        run("sync", &[]);
        let stop = AtomicBool::new(false);
        let (outcome, over, set) = std::thread::scope(|scope| {
            let copying = scope.spawn(|| {
                let outcome = opened.copy(&target, || stop.load(Ordering::Relaxed));
                (outcome, Instant::now())
            });
            std::thread::sleep(Duration::from_millis(wait));
            let set = Instant::now();
            stop.store(true, Ordering::Relaxed);
            let (outcome, over) = copying.join().expect("no panic");
            (outcome, over, set)
        });
        match outcome {
            Err(CopyError::Stopped) => {
                n_stopped += 1;
                slowest = slowest.max(over.saturating_duration_since(set));
                assert_eq!(fs::read_dir(folder).unwrap().count(), 1, "only the source");
            }
            Ok(_) => fs::remove_file(&target).unwrap(),
            Err(error) => panic!("{error}"),
        }
    }
    fs::remove_file(source).unwrap();
    println!("stopped at {n_stopped} moments, nothing left:");
    println!(
        "  at the latest {:7.0} ms later (at most {:.0})",
        millis(slowest),
        millis(MOST_TO_STOP)
    );
    n_stopped > 3 && slowest <= MOST_TO_STOP
}

/// A file and a private view of it.
struct Opened {
    file: OpenFile,
    view: RwLock<Mapping>,
}

impl Opened {
    fn new(path: &Path) -> Self {
        let log = CallLog::new();
        let file = OpenFile::open(path, &log).expect("the file opens");
        let request = MapRequest {
            mode: Mode::Private,
            access: Access::ReadWrite,
            span: None,
        };
        let view = Mapping::create(&file, request, &log).expect("a mapping");
        Self {
            file,
            view: RwLock::new(view),
        }
    }

    fn store(&self, offset: u64, bytes: &[u8]) {
        let view = self.view.read().unwrap();
        view.store(offset, bytes, &self.file).expect("a store");
    }

    fn copy(&self, to: &Path, is_over: impl Fn() -> bool) -> Result<CopyReport, CopyError> {
        let source = CopySource::of_view(&self.file, &self.view);
        copy(&source, to, CopyOptions::default(), &mut |_| {
            if is_over() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
    }
}

fn memory_is_fine(bytes: u64) -> bool {
    println!("  memory added  {:7} KiB (less than 16384)", bytes / 1024);
    bytes < MOST_MEMORY
}

fn file_system(folder: &Path) -> String {
    let output = Command::new("df")
        .arg("--output=fstype")
        .arg(folder)
        .output();
    let said = output.map_or_else(|_| Vec::new(), |output| output.stdout);
    let said = String::from_utf8_lossy(&said).into_owned();
    said.lines()
        .nth(1)
        .unwrap_or("an unknown file system")
        .to_owned()
}

fn run(program: &str, arguments: &[&str]) {
    let status = Command::new(program).args(arguments).status();
    assert!(status.expect(program).success(), "{program}");
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// What else the machine does only ever adds to a time.
fn quickest(times: &[Duration]) -> Duration {
    times.iter().copied().min().unwrap_or_default()
}
