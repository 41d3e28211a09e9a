//! Three seconds in which another process truncates, extends and writes while we read, store, scan and give back.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use mapscope::map::{AlignedBuffer, GapReason, Mapping, OpenFile, Primitive, Readout, StoreError};

use super::support::{
    Outcome, PAGE, PRIMITIVES, both_by, expect_rerun, full_name, opened, pattern, program_for_all,
    rerun_args, rerun_folder, scratch, shared, span,
};

const PAGES: u64 = 256;

/// Sets lengths and writes in the middle until its time is over.
fn disturb(path: &std::path::Path, until: Instant) -> Outcome {
    let file = fs::OpenOptions::new().write(true).open(path)?;
    let mut seed = 88_172_645_463_325_252_u64;
    while Instant::now() < until {
        for _ in 0..64 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            match seed % 16 {
                0 => file.set_len(0)?,
                1..4 => file.set_len(seed / 7 % (PAGES * PAGE))?,
                4..8 => file.set_len(PAGES * PAGE)?,
                _ => {
                    // Never longer than the file was mapped.
                    std::os::unix::fs::FileExt::write_at(
                        &file,
                        b"other",
                        seed / 7 % (PAGES * PAGE - 5),
                    )?;
                }
            }
        }
    }
    file.set_len(PAGES * PAGE)?;
    Ok(())
}

#[derive(Debug, Default)]
struct Counts {
    reads: AtomicU64,
    gaps: AtomicU64,
    /// Gaps whose page was back before the reason could be found.
    raced: AtomicU64,
    stores: AtomicU64,
    refused: AtomicU64,
    scans: AtomicU64,
}

fn one(counter: &AtomicU64, by: usize) {
    counter.fetch_add(by as u64, Ordering::Relaxed);
}

fn read_and_store(
    mapping: &Mapping,
    file: &OpenFile,
    until: Instant,
    counts: &Counts,
) -> Result<(), String> {
    let mut buffer = AlignedBuffer::new(64 << 10);
    let mut round = 0_u64;
    while Instant::now() < until {
        round = round
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let at = (round >> 33) % (PAGES * PAGE - (64 << 10));
        let gaps = mapping.read_chunk(at, file, &mut buffer);
        one(&counts.reads, 1);
        one(&counts.gaps, gaps.len());
        for gap in gaps {
            match gap.reason {
                GapReason::PastFileEnd { .. } => {}
                // The page came back while the file was asked why, and was gone again for the next try.
                GapReason::NotThroughMapping { errno: 14 } | GapReason::StorageGaveNothing => {
                    one(&counts.raced, 1);
                }
                other => return Err(format!("an odd gap: {other:?}")),
            }
        }
        match mapping.store(at, b"ours", file) {
            Ok(before) => assert_eq!(before.len(), 4),
            Err(
                StoreError::PastFileEnd { .. }
                | StoreError::Unreadable { .. }
                | StoreError::Refused { .. }
                | StoreError::NotKept { .. },
            ) => one(&counts.refused, 1),
            Err(other) => return Err(format!("an odd refusal: {other}")),
        }
        one(&counts.stores, 1);
    }
    Ok(())
}

fn scan_and_give_back(mapping: &Mapping, until: Instant, counts: &Counts) -> Result<(), String> {
    while Instant::now() < until {
        let copies = mapping
            .private_copies(10_000)
            .map_err(|why| why.to_string())?;
        if copies
            .iter()
            .any(|copy| copy.end() > PAGES * PAGE || copy.start() % PAGE != 0)
        {
            return Err(format!("odd copies: {copies:?}"));
        }
        mapping
            .give_back(mapping.span())
            .map_err(|why| why.to_string())?;
        let states = mapping
            .page_states(mapping.span())
            .map_err(|why| why.to_string())?;
        if states.len() as u64 != PAGES {
            return Err("a page has no state".to_owned());
        }
        one(&counts.scans, 1);
    }
    Ok(())
}

/// All mappings are read and stored to at once, each by a thread, and scanned by another.
fn work_on(
    mappings: &[Mapping],
    file: &OpenFile,
    until: Instant,
) -> Result<Counts, Box<dyn std::error::Error>> {
    let counts = Counts::default();
    std::thread::scope(|threads| {
        let mut workers = Vec::new();
        for mapping in mappings {
            workers.push(threads.spawn(|| read_and_store(mapping, file, until, &counts)));
            if mapping.primitive() == Primitive::ProcessVm {
                workers.push(threads.spawn(|| scan_and_give_back(mapping, until, &counts)));
            }
        }
        for worker in workers {
            worker.join().map_err(|_| "a worker panicked")??;
        }
        Ok::<(), Box<dyn std::error::Error>>(())
    })?;
    Ok(counts)
}

/// Row 10, at this layer: the pages that vanish are data, and no signal comes.
#[test]
fn no_chaos_kills_a_reader() -> Outcome {
    let name = full_name(module_path!(), "no_chaos_kills_a_reader");
    if let Some(folder) = rerun_folder() {
        return disturb(
            &folder.join("file"),
            Instant::now() + Duration::from_millis(3_500),
        );
    }
    let (_home, program, folder) = program_for_all(0o755)?;
    let path = folder.join("file");
    fs::write(&path, pattern(256 * 4096))?;
    let (file, _) = opened(&path)?;
    let mut mappings = Vec::new();
    for primitive in PRIMITIVES {
        mappings.extend(both_by(primitive, &file)?);
    }
    let mut other = Command::new(program);
    rerun_args(&mut other, &folder, &name);
    let other = std::thread::spawn(move || expect_rerun(other).map_err(|error| error.to_string()));
    let counts = work_on(&mappings, &file, Instant::now() + Duration::from_secs(3))?;
    other
        .join()
        .map_err(|_| "the thread that waited panicked")??;
    let _told = writeln!(std::io::stderr(), "chaos: {counts:?}");
    for counter in [&counts.gaps, &counts.refused, &counts.scans] {
        assert!(
            counter.load(Ordering::Relaxed) > 0,
            "nothing was disturbed: {counts:?}"
        );
    }
    for (index, mapping) in mappings.iter().enumerate() {
        assert!(
            mapping.read(span(0, PAGES * PAGE)?, &file).is_whole(),
            "once it is over, everything reads again"
        );
        assert_eq!(
            mapping.primitive(),
            PRIMITIVES[index / 2],
            "pages that come and go change nothing in how they are read"
        );
    }
    Ok(())
}

/// The last page of a file that shrinks shows zeros past the end, which are not the file's. The file here never holds a
/// zero, so each one that is read and not called a gap would be a lie. With the length looked at before the read alone,
/// many are told; looking again after it leaves only a shrinking and growing within one read. Many pages are read, so
/// that the last one comes late.
#[test]
fn a_file_that_shrinks_during_a_read_shows_no_zeros() -> Outcome {
    let (_folder, path) = scratch(&vec![7; 64 * 4096])?;
    let (file, _) = opened(&path)?;
    let mapping = shared(&file)?;
    let until = Instant::now() + Duration::from_secs(1);
    // Much longer than a read takes.
    let hold = || {
        let start = Instant::now();
        while start.elapsed() < Duration::from_micros(500) {
            std::hint::spin_loop();
        }
    };
    let (shrunk, lies) = std::thread::scope(|threads| {
        let other = threads.spawn(|| {
            let file = fs::OpenOptions::new().write(true).open(&path)?;
            while Instant::now() < until {
                file.set_len(63 * PAGE + 1000)?;
                hold();
                file.write_at(&[7; 3096], 63 * PAGE + 1000)?;
                hold();
            }
            Ok::<(), std::io::Error>(())
        });
        let (mut shrunk, mut lies) = (0_u64, 0_u64);
        let (last_page, mut out) = (63 * PAGE, Readout::new());
        while Instant::now() < until {
            mapping.read_into(span(0, last_page + PAGE)?, &file, &mut out);
            shrunk += u64::from(!out.is_whole());
            lies += u64::from(
                (last_page..last_page + PAGE)
                    .step_by(64)
                    .any(|at| out.byte(at) == Some(0)),
            );
        }
        other.join().map_err(|_| "the other thread panicked")??;
        Ok::<_, Box<dyn std::error::Error>>((shrunk, lies))
    })?;
    let _told = writeln!(
        std::io::stderr(),
        "shrinking: {shrunk} short reads, {lies} lies"
    );
    assert!(shrunk > 10, "it was not disturbed: {shrunk}");
    // With one look at the length they are some hundred.
    assert!(
        lies <= 10 + shrunk / 500,
        "{lies} lies in {shrunk} short reads"
    );
    Ok(())
}
