//! Stores: who sees them, what is refused, and that nothing is claimed which did not happen.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::sync::atomic::{AtomicBool, Ordering};

use mapscope::map::{Access, CallLog, MapRequest, Mapping, Mode, StoreError, Unavailable};

use super::support::{
    Outcome, PAGE, PRIMITIVES, both_by, expect_rerun, full_name, in_file, mapped, opened, pattern,
    private, program_for_all, rerun, rerun_folder, resize_by_other, run, scratch, shared, span,
    wait_until, write_by_other,
};

#[test]
fn a_private_store_stays_here_and_a_shared_one_reaches_everybody() -> Outcome {
    let content = pattern(3 * 4096);
    for primitive in PRIMITIVES {
        let (_folder, path) = scratch(&content)?;
        let (file, _) = opened(&path)?;
        let [ours, all] = both_by(primitive, &file)?;
        // Across a page boundary, so that a chunked copy is seen whole.
        assert_eq!(
            ours.store(4_090, b"private edit", &file)?,
            content[4_090..4_102]
        );
        assert_eq!(fs::read(&path)?, content, "the file is as it was");
        assert_eq!(
            all.store(4_090, b"shared edit", &file)?,
            content[4_090..4_101]
        );
        assert_eq!(in_file(&path, 4_090, 11)?, b"shared edit");
        let dumped = run(
            "od",
            &["-An", "-c", "-j4090", "-N6", &path.display().to_string()],
        )?;
        assert_eq!(
            String::from_utf8(dumped.stdout)?
                .split_whitespace()
                .collect::<String>(),
            "shared"
        );
        assert_eq!(ours.read(span(4_090, 4_102)?, &file).bytes, b"private edit");
        assert_eq!(ours.store(0, b"", &file)?, b"");
    }
    Ok(())
}

/// A private copy is frozen as a whole page at the moment of the first store, also where the value stays the same.
#[test]
fn a_private_copy_freezes_its_whole_page() -> Outcome {
    let content = pattern(2 * 4096);
    let (_folder, path) = scratch(&content)?;
    let (file, _) = opened(&path)?;
    let mapping = private(&file)?;
    write_by_other(&path, 100, b"before")?;
    assert_eq!(
        mapping.read(span(100, 106)?, &file).bytes,
        b"before",
        "a clean page follows the file"
    );
    mapping.store(0, &content[..1], &file)?;
    write_by_other(&path, 100, b"after!")?;
    write_by_other(&path, 5_000, b"after!")?;
    assert_eq!(mapping.read(span(100, 106)?, &file).bytes, b"before");
    assert_eq!(mapping.read(span(5_000, 5_006)?, &file).bytes, b"after!");
    assert_eq!(mapping.discard(span(0, 1)?)?, 1);
    assert_eq!(
        mapping.read(span(100, 106)?, &file).bytes,
        b"after!",
        "discarded, it follows the file again"
    );
    Ok(())
}

#[test]
fn discarding_drops_whole_pages_of_copies_and_nothing_else() -> Outcome {
    let content = pattern(8 * 4096);
    let (_folder, path) = scratch(&content)?;
    let (file, _) = opened(&path)?;
    let log = CallLog::new();
    let request = MapRequest {
        mode: Mode::Private,
        access: Access::ReadWrite,
        span: Some(span(5_000, 30_000)?),
    };
    let mapping = Mapping::create(&file, request, &log)?;
    for page in 2..7 {
        mapping.store(page * PAGE, b"edit", &file)?;
    }
    assert_eq!(mapping.discard(span(3 * PAGE + 5, 4 * PAGE + 1)?)?, 2);
    assert_eq!(
        mapping.private_copies(9)?,
        [span(2 * PAGE, 3 * PAGE)?, span(5 * PAGE, 7 * PAGE)?]
    );
    assert_eq!(
        mapping.read(span(4 * PAGE, 4 * PAGE + 4)?, &file).bytes,
        content[4 * 4096..4 * 4096 + 4]
    );
    assert_eq!(mapping.discard(span(0, 4_999)?)?, 0);
    assert_eq!(
        log.entries()
            .iter()
            .filter(|record| record.call == "madvise")
            .count(),
        1
    );
    assert_eq!(mapping.discard(span(0, u64::MAX)?)?, 7);
    assert_eq!(mapping.private_copies(9)?, []);
    assert_eq!(
        shared(&file)?.discard(span(0, 1)?),
        Err(Unavailable::NotPrivate)
    );
    Ok(())
}

#[test]
fn a_read_only_mapping_refuses_in_words() -> Outcome {
    let (_folder, path) = scratch(b"content")?;
    let (file, log) = opened(&path)?;
    for mode in [Mode::Private, Mode::Shared] {
        let mapping = mapped(&file, mode, Access::ReadOnly)?;
        let refusal = mapping.store(0, b"x", &file).err();
        assert_eq!(refusal, Some(StoreError::ReadOnly { mode }));
        let sentence = refusal
            .map(|refusal| refusal.to_string())
            .unwrap_or_default();
        assert!(
            sentence.contains("read-only") && sentence.contains(&mode.to_string()),
            "{sentence}"
        );
    }
    assert_eq!(fs::read(&path)?, b"content");
    assert!(
        !log.entries()
            .iter()
            .any(|record| record.args.contains("O_RDWR")),
        "never opened for writing"
    );
    Ok(())
}

/// Row 11: a store there would succeed, and go to memory that is no file's.
#[test]
fn a_store_past_the_end_in_the_last_page_is_refused() -> Outcome {
    for primitive in PRIMITIVES {
        let (_folder, path) = scratch(&pattern(5_000))?;
        resize_by_other(&path, 8_192)?;
        let (file, _) = opened(&path)?;
        for mapping in both_by(primitive, &file)? {
            resize_by_other(&path, 5_000)?;
            for (offset, bytes) in [(5_000, &b"x"[..]), (4_999, b"xy"), (8_191, b"x")] {
                let refusal = mapping.store(offset, bytes, &file);
                assert_eq!(
                    refusal,
                    Err(StoreError::PastFileEnd {
                        offset,
                        len: bytes.len(),
                        file_len: 5_000
                    })
                );
                let sentence = refusal
                    .err()
                    .map(|refusal| refusal.to_string())
                    .unwrap_or_default();
                assert!(sentence.contains("now 5000 bytes long"), "{sentence}");
            }
            resize_by_other(&path, 8_192)?;
            assert_eq!(
                in_file(&path, 5_000, 3_192)?,
                [0; 3_192],
                "nothing was stored"
            );
        }
        assert!(matches!(
            private(&file)?.store(8_190, b"xyz", &file),
            Err(StoreError::OutsideMapping { .. })
        ));
        assert!(matches!(
            private(&file)?.store(u64::MAX, b"xyz", &file),
            Err(StoreError::OutsideMapping { .. })
        ));
    }
    Ok(())
}

/// A store that somebody overwrites at once is told as such.
#[test]
fn a_store_that_does_not_stay_is_told() -> Outcome {
    let (_folder, path) = scratch(&pattern(100))?;
    let (file, _) = opened(&path)?;
    let mapping = shared(&file)?;
    let stop = AtomicBool::new(false);
    let other = fs::OpenOptions::new().write(true).open(&path)?;
    let told = std::thread::scope(|threads| {
        threads.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let _hammered = other.write_at(b"Z", 50);
            }
        });
        let mut told = None;
        let waited = wait_until("a store is overwritten before it is read back", || {
            told = mapping.store(50, b"A", &file).err();
            told.is_some()
        });
        stop.store(true, Ordering::Relaxed);
        waited.map(|()| told)
    })?;
    let sentence = told.as_ref().map(ToString::to_string).unwrap_or_default();
    assert_eq!(
        sentence,
        "Written, but offset 50 now holds 0x5a instead of 0x41: somebody else changed it"
    );
    assert!(
        matches!(&told, Some(StoreError::NotKept { before, .. }) if before.len() == 1),
        "{told:?}"
    );
    Ok(())
}

/// The most memory that this process has had resident since it was asked to forget, in KiB.
fn peak_kib() -> Result<u64, Box<dyn std::error::Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    Ok(number.ok_or("no VmHWM")?.parse()?)
}

/// A long store costs the bytes that it returns, and a small piece to read back into. In a process of its own, as the
/// peak is the whole process's.
#[test]
fn a_long_store_costs_what_it_returns() -> Outcome {
    const LEN: usize = 16 << 20;
    let name = full_name(module_path!(), "a_long_store_costs_what_it_returns");
    let Some(folder) = rerun_folder() else {
        let (_home, program, folder) = program_for_all(0o755)?;
        return expect_rerun(rerun(&program, &folder, &name)).map(|_| ());
    };
    let path = folder.join("file");
    fs::write(&path, pattern(LEN))?;
    let (file, _) = opened(&path)?;
    let mapping = shared(&file)?;
    let bytes = vec![b'x'; LEN];
    // Every page is mapped before it counts, by pieces too small to leave memory for the long store to use again.
    for (piece, at) in bytes.chunks(4096).zip((0..).step_by(4096)) {
        mapping.store(at, piece, &file)?;
    }
    fs::write("/proc/self/clear_refs", "5")?;
    let before = peak_kib()?;
    let old = mapping.store(0, &bytes, &file)?;
    let cost = peak_kib()?.saturating_sub(before);
    assert_eq!(old, bytes);
    let returned = LEN as u64 / 1024;
    assert!(
        cost < returned + returned / 4,
        "{cost} KiB for {returned} KiB returned"
    );
    Ok(())
}
