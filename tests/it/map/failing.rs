//! What the kernel or the storage does not give or take: told page by page, and the rest goes on working.

use std::fs;

use mapscope::map::{Gap, GapReason, Primitive, Readout, StoreError};

use super::support::{
    Mounted, Outcome, PAGE, PRIMITIVES, both_by, in_file, opened, pattern, resize_by_other, run,
    scratch, shared, span, wait_until, write_by_other,
};

/// Row 12, without the race: another, longer file vouches for a length that the mapped one no longer has. So it is the
/// kernel that refuses, and not the look at the length.
#[test]
fn what_the_kernel_refuses_is_told_page_by_page() -> Outcome {
    for primitive in PRIMITIVES {
        let content = pattern(6 * 4096);
        let (folder, path) = scratch(&content)?;
        let other = folder.path().join("other");
        fs::write(&other, &content)?;
        let (file, _) = opened(&path)?;
        let (vouching, _) = opened(&other)?;
        for mapping in both_by(primitive, &file)? {
            resize_by_other(&path, 6 * PAGE)?;
            write_by_other(&path, 0, &content)?;
            mapping.store(4 * PAGE, b"x", &file)?;
            resize_by_other(&path, 3 * PAGE)?;
            let mut out = Readout {
                span: span(0, 1)?,
                bytes: vec![0xee; 30_000],
                gaps: Vec::new(),
            };
            mapping.read_into(span(100, 5 * PAGE + 7)?, &vouching, &mut out);
            assert_eq!(
                out.gaps.len(),
                1,
                "{primitive:?} {}: {:?}",
                mapping.mode(),
                out.gaps
            );
            assert_eq!(out.gaps[0].span, span(3 * PAGE, 5 * PAGE + 7)?);
            assert_eq!(
                out.gaps[0].reason,
                GapReason::NotThroughMapping { errno: 14 }
            );
            assert_eq!(
                out.gaps[0].reason.to_string(),
                "not through the mapping: Bad address (EFAULT); a plain read (pread) shows it"
            );
            assert!(
                out.bytes[3 * 4096 - 100..].iter().all(|&byte| byte == 0),
                "nothing is left over"
            );
            assert_eq!(out.bytes[..3 * 4096 - 100], content[100..3 * 4096]);

            let refusal = mapping.store(3 * PAGE - 2, b"abcd", &vouching).err();
            let reason = GapReason::NotThroughMapping { errno: 14 };
            assert_eq!(
                refusal,
                Some(StoreError::Unreadable {
                    offset: 3 * PAGE,
                    reason
                }),
                "{primitive:?}"
            );
            assert_eq!(
                mapping.read(span(3 * PAGE - 2, 3 * PAGE)?, &file).bytes,
                content[3 * 4096 - 2..3 * 4096]
            );
        }
    }
    Ok(())
}

/// Rows 13 and 15, and the pages that were there go on working.
#[test]
fn on_a_full_memory_file_system_a_hole_is_refused_and_the_rest_works() -> Outcome {
    let name = "on_a_full_memory_file_system_a_hole_is_refused_and_the_rest_works";
    let Some(mounted) = Mounted::or_skip(name, || Mounted::tmpfs(1 << 20)) else {
        return Ok(());
    };
    PRIMITIVES
        .into_iter()
        .try_for_each(|primitive| fill_up(&mounted, primitive))
}

fn fill_up(mounted: &Mounted, primitive: Primitive) -> Outcome {
    // Data, a hole, data, a hole.
    let path = mounted.path().join("holes");
    fs::write(&path, pattern(4096))?;
    resize_by_other(&path, 4 * PAGE)?;
    write_by_other(&path, 2 * PAGE, b"data")?;
    let (file, _) = opened(&path)?;
    let [_, mapping] = both_by(primitive, &file)?;
    let filler = mounted.path().join("filler");
    let _full = fs::write(&filler, vec![1; 2 << 20]);

    let out = mapping.read(span(0, 4 * PAGE)?, &file);
    assert_eq!(out.bytes[..4096], pattern(4096));
    let reason = GapReason::HoleNeedsBlock;
    let (first, second) = (span(PAGE, 2 * PAGE)?, span(3 * PAGE, 4 * PAGE)?);
    assert_eq!(
        out.gaps,
        [
            Gap {
                span: first,
                reason
            },
            Gap {
                span: second,
                reason
            }
        ]
    );
    assert_eq!(&out.bytes[2 * 4096..2 * 4096 + 4], b"data");
    assert_eq!(
        reason.to_string(),
        "a hole of the file: reading it through a mapping needs a block, and the file system is full: No space left on \
         device (ENOSPC); a plain read (pread) shows it"
    );
    assert!(reason.pread_shows_it());
    assert!(
        file.pread(span(0, 4 * PAGE)?).is_whole(),
        "the file itself can be read there"
    );

    let refusal = mapping
        .store(3 * PAGE, b"x", &file)
        .err()
        .map(|refusal| refusal.to_string());
    let refusal = refusal.unwrap_or_default();
    assert!(
        refusal.starts_with("Not written") && refusal.contains("ENOSPC"),
        "{refusal}"
    );
    mapping.store(10, b"fits", &file)?;
    assert_eq!(in_file(&path, 10, 4)?, b"fits");
    fs::remove_file(&filler)?;
    // A child that another test starts may hold the filler for a moment.
    wait_until("the page can be stored to", || {
        mapping.store(3 * PAGE, b"x", &file).is_ok()
    })?;
    assert_eq!(in_file(&path, 3 * PAGE, 1)?, b"x");
    fs::remove_file(&path)?;
    Ok(())
}

/// Row 14, and a store that crosses from a page with room to one without: it says how much was stored.
#[test]
fn on_a_full_disk_a_store_says_how_much_was_written() -> Outcome {
    let name = "on_a_full_disk_a_store_says_how_much_was_written";
    let (folder, _) = scratch(b"")?;
    let image = folder.path().join("image");
    let Some(mounted) = Mounted::or_skip(name, || Mounted::ext4(&image, 16 << 20)) else {
        return Ok(());
    };
    let path = mounted.path().join("holes");
    fs::write(&path, pattern(4096))?;
    resize_by_other(&path, 64 << 20)?;
    let (file, _) = opened(&path)?;
    let mapping = shared(&file)?;
    let _full = fs::write(mounted.path().join("filler"), vec![1; 20 << 20]);
    let mut refusal = None;
    let mut page = 1;
    while refusal.is_none() && page < 16 << 10 {
        // The first byte of each page and the last of the page before, which has room by then.
        refusal = mapping.store(page * PAGE - 1, b"ab", &file).err();
        page += 1;
    }
    let offset = (page - 1) * PAGE - 1;
    match &refusal {
        Some(StoreError::Refused {
            stored: 1,
            wanted: 2,
            before,
            reason: GapReason::Failed { errno: 28 },
            ..
        }) => {
            assert_eq!(before.len(), 1);
        }
        other => assert_eq!(
            *other, None,
            "it is a partial store for want of space, page {page}"
        ),
    }
    let sentence = refusal
        .map(|refusal| refusal.to_string())
        .unwrap_or_default();
    assert_eq!(
        sentence,
        format!("Only 1 of 2 bytes written at offset {offset}: No space left on device (ENOSPC)")
    );
    assert_eq!(
        mapping.read(span(offset, offset + 2)?, &file).bytes,
        b"a\0",
        "the page still reads"
    );
    let [_, by_pipe] = both_by(Primitive::Pipe, &file)?;
    let refusal = by_pipe
        .store(offset, b"cd", &file)
        .err()
        .map(|refusal| refusal.to_string());
    assert_eq!(refusal, Some(sentence), "a pipe says the same");
    assert_eq!(by_pipe.read(span(offset, offset + 2)?, &file).bytes, b"c\0");
    mapping.store(0, b"old pages work", &file)?;
    Ok(())
}

/// Row 17: the device below fails to read. Pages in memory stay readable, the others carry the device's error.
#[test]
fn a_device_that_fails_leaves_gaps_with_its_error() -> Outcome {
    let name = "a_device_that_fails_leaves_gaps_with_its_error";
    let (folder, _) = scratch(b"")?;
    let image = folder.path().join("image");
    let Some(mounted) = Mounted::or_skip(name, || Mounted::ext4(&image, 16 << 20)) else {
        return Ok(());
    };
    let path = mounted.path().join("file");
    let content = pattern(2 << 20);
    fs::write(&path, &content)?;
    run("sync", &["-f", &path.display().to_string()])?;
    // Forgets the pages of the file, so that they have to be read again; then the device loses its backing.
    run(
        "dd",
        &[
            &format!("if={}", path.display()),
            "iflag=nocache",
            "count=0",
            "status=none",
        ],
    )?;
    resize_by_other(&image, 0)?;
    let (file, _) = opened(&path)?;
    for primitive in PRIMITIVES {
        for mapping in both_by(primitive, &file)? {
            let out = mapping.read(span(4_000, 9_000)?, &file);
            let reason = GapReason::Storage { errno: 5 };
            assert_eq!(
                out.gaps,
                [Gap {
                    span: span(4_000, 9_000)?,
                    reason
                }],
                "{primitive:?} {}",
                mapping.mode()
            );
            assert_eq!(
                reason.to_string(),
                "the storage does not give it: Input/output error (EIO)"
            );
            let refusal = mapping.store(5_000, b"x", &file);
            assert_eq!(
                refusal,
                Err(StoreError::Unreadable {
                    offset: 5_000,
                    reason
                })
            );
        }
    }
    assert_eq!(file.pread(span(4_000, 9_000)?).gaps.len(), 1);
    Ok(())
}
