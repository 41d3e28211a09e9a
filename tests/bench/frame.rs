//! What benches of whole files have in common: a folder, what stands in it, times, memory, and what comes of it all.
//!
//! It must not know what is measured.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use tempfile::TempDir;

const HOLES: u64 = 1 << 40;
pub(crate) const N_EXTENTS: u64 = 100;

/// A folder that goes at the end: in the one that the first argument names, or among temporary files.
pub(crate) fn folder() -> TempDir {
    let named = std::env::args_os()
        .skip(1)
        .find(|word| !word.as_encoded_bytes().starts_with(b"-"));
    let folder = match named {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    };
    folder.expect("a folder")
}

/// A file of random bytes, written a mebibyte at a time and to the disk.
///
/// What is written page by page, as `sendfile(2)` and so `std::io::copy` do, stays in the page cache page by page, and is read
/// at half the speed. Programs that copy and save write more at a time, and so does the kernel when it reads ahead.
pub(crate) fn write_random(path: &Path, len: u64) {
    let mut random = File::open("/dev/urandom").unwrap();
    write(path, len, |part| random.read_exact(part).unwrap());
}

/// The same, written page by page, so that the page cache has it page by page.
pub(crate) fn write_random_by_pages(path: &Path, len: u64) {
    let mut random = File::open("/dev/urandom").unwrap();
    write_by(4096, path, len, |part| random.read_exact(part).unwrap());
}

/// A file of what `fill` puts there, a mebibyte at a time.
pub(crate) fn write(path: &Path, len: u64, fill: impl FnMut(&mut [u8])) {
    write_by(1 << 20, path, len, fill);
}

fn write_by(bytes: usize, path: &Path, len: u64, mut fill: impl FnMut(&mut [u8])) {
    let mut target = File::create(path).unwrap();
    let mut part = vec![0; 1 << 20];
    for _ in 0..len >> 20 {
        fill(&mut part);
        for piece in part.chunks(bytes) {
            target.write_all(piece).unwrap();
        }
    }
    // Else the disk is written meanwhile.
    target.sync_all().unwrap();
}

/// A file of 1 TiB of holes with a hundred extents of so many bytes; `false` where the file system has none as large.
pub(crate) fn write_holes(path: &Path, extent: usize) -> bool {
    let file = File::create(path).unwrap();
    if let Err(error) = file.set_len(HOLES) {
        println!("1 TiB of holes: not on this file system ({error})");
        return false;
    }
    let bytes = vec![1; extent];
    for number in 0..N_EXTENTS {
        let at = number * (HOLES / N_EXTENTS);
        file.write_all_at(&bytes, at - at % extent as u64).unwrap();
    }
    file.sync_all().unwrap();
    true
}

pub(crate) fn timed(work: impl FnOnce()) -> Duration {
    let begin = Instant::now();
    work();
    begin.elapsed()
}

pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// How long after the answer to stop `work` is over, at the latest, where that is the first answer, the second one, and so on
/// up to the `n`th. `work` gets the answers.
pub(crate) fn slowest_stop(
    n: u32,
    mut work: impl FnMut(&mut dyn FnMut() -> ControlFlow<()>),
) -> Duration {
    let mut slowest = Duration::ZERO;
    for n_calls in 1..=n {
        let (mut left, mut stopped) = (n_calls, None);
        work(&mut || {
            left = left.saturating_sub(1);
            if left > 0 {
                return ControlFlow::Continue(());
            }
            stopped.get_or_insert_with(Instant::now);
            ControlFlow::Break(())
        });
        slowest = slowest.max(stopped.map_or(Duration::ZERO, |at| at.elapsed()));
    }
    slowest
}

/// What `work` gives, and by how many bytes the memory of this process grew at most meanwhile: `VmHWM` over `VmRSS`
/// (`proc_pid_status(5)`, `proc_pid_clear_refs(5)`).
pub(crate) fn with_memory<T>(work: impl FnOnce() -> T) -> (T, u64) {
    fs::write("/proc/self/clear_refs", "5").expect("the peak is forgotten");
    let before = status_bytes("VmRSS:");
    let result = work();
    (result, status_bytes("VmHWM:").saturating_sub(before))
}

fn status_bytes(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kib = line.unwrap().trim().trim_end_matches(" kB");
    kib.parse::<u64>().unwrap() * 1024
}

/// What the bench comes to.
pub(crate) fn verdict(is_fine: bool) -> ExitCode {
    if is_fine {
        ExitCode::SUCCESS
    } else {
        println!("MISSED");
        ExitCode::FAILURE
    }
}
