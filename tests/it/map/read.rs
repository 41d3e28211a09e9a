//! Reading through a mapping, while others change the file's length under it.

use mapscope::bytes::Span;
use mapscope::map::{
    Access, AlignedBuffer, CallLog, Gap, GapReason, MapError, MapRequest, Mapping, Mode, Primitive,
    primitive,
};

use super::support::{
    Outcome, PAGE, PRIMITIVES, both_by, opened, pattern, private, resize_by_other, scratch, shared,
    span, write_by_other,
};

fn past_end(start: u64, end: u64, file_len: u64) -> Result<Vec<Gap>, Box<dyn std::error::Error>> {
    Ok(vec![Gap {
        span: span(start, end)?,
        reason: GapReason::PastFileEnd { file_len },
    }])
}

#[test]
fn every_window_shows_what_the_file_holds() -> Outcome {
    let content = pattern(5 * 4096 + 123);
    let (_folder, path) = scratch(&content)?;
    let (file, _) = opened(&path)?;
    for mode in [Mode::Private, Mode::Shared] {
        for access in [Access::ReadOnly, Access::ReadWrite] {
            for (start, end) in [
                (0, 1),
                (0, 20_603),
                (1, 4_097),
                (4_095, 8_193),
                (4_096, 8_192),
                (20_000, 20_603),
            ] {
                let window = span(start, end)?;
                let request = MapRequest {
                    mode,
                    access,
                    span: Some(window),
                };
                for primitive in PRIMITIVES {
                    let mapping = Mapping::create_by(primitive, &file, request, &CallLog::new())?;
                    assert_eq!(
                        (mapping.mode(), mapping.access(), mapping.span()),
                        (mode, access, window)
                    );
                    assert_eq!(mapping.address() as u64 % PAGE, start % PAGE);
                    let out = mapping.read(window, &file);
                    assert!(out.is_whole(), "{mode} {access} {window}: {:?}", out.gaps);
                    assert_eq!(
                        out.bytes,
                        content[usize::try_from(start)?..usize::try_from(end)?]
                    );
                }
            }
        }
    }
    Ok(())
}

#[test]
fn a_read_beside_the_window_says_so() -> Outcome {
    let (_folder, path) = scratch(&pattern(10_000))?;
    let (file, _) = opened(&path)?;
    let request = MapRequest {
        mode: Mode::Private,
        access: Access::ReadOnly,
        span: Some(span(5_000, 6_000)?),
    };
    let mapping = Mapping::create(&file, request, &CallLog::new())?;
    let out = mapping.read(span(4_990, 6_010)?, &file);
    let reason = GapReason::OutsideMapping;
    assert_eq!(
        out.gaps,
        [
            Gap {
                span: span(4_990, 5_000)?,
                reason
            },
            Gap {
                span: span(6_000, 6_010)?,
                reason
            }
        ]
    );
    assert_eq!(out.bytes[10..1_010], pattern(10_000)[5_000..6_000]);
    assert_eq!(
        (out.byte(4_999), out.is_readable(5_000), out.byte(6_000)),
        (None, true, None)
    );
    assert_eq!(
        mapping.read(span(0, 10)?, &file).gaps,
        [Gap {
            span: span(0, 10)?,
            reason
        }]
    );
    assert!(mapping.read(span(5_500, 5_500)?, &file).gaps.is_empty());
    assert_eq!(GapReason::OutsideMapping.to_string(), "outside the mapping");
    Ok(())
}

#[test]
fn requests_that_make_no_sense_are_refused() -> Outcome {
    let (_folder, path) = scratch(&pattern(100))?;
    let (file, _) = opened(&path)?;
    let ask = |window: Span| {
        let request = MapRequest {
            mode: Mode::Private,
            access: Access::ReadWrite,
            span: Some(window),
        };
        Mapping::create(&file, request, &CallLog::new()).err()
    };
    assert!(matches!(ask(span(10, 10)?), Some(MapError::Empty { .. })));
    let refusal = ask(span(10, 101)?);
    assert!(matches!(
        refusal,
        Some(MapError::PastFileEnd { file_len: 100, .. })
    ));
    let sentence = refusal
        .map(|refusal| refusal.to_string())
        .unwrap_or_default();
    assert!(
        sentence.contains("100 bytes long") && sentence.ends_with(&path.display().to_string()),
        "{sentence}"
    );
    Ok(())
}

/// Row 1.
#[test]
fn truncated_to_nothing_every_byte_is_a_gap() -> Outcome {
    for primitive in PRIMITIVES {
        let (_folder, path) = scratch(&pattern(3 * 4096))?;
        let (file, _) = opened(&path)?;
        for mapping in both_by(primitive, &file)? {
            resize_by_other(&path, 3 * PAGE)?;
            write_by_other(&path, 0, &pattern(3 * 4096))?;
            assert_eq!(
                mapping.read(span(0, 3 * PAGE)?, &file).bytes,
                pattern(3 * 4096)
            );
            resize_by_other(&path, 0)?;
            let out = mapping.read(span(100, 3 * PAGE)?, &file);
            assert_eq!(out.gaps, past_end(100, 3 * PAGE, 0)?);
            assert!(out.gaps[0].reason.to_string().contains("now 0 bytes"));
            assert!(out.bytes.iter().all(|&byte| byte == 0));
        }
    }
    Ok(())
}

/// Row 2: memory shows zeros in the rest of the last page, and they are not the file's.
#[test]
fn truncated_within_a_page_the_rest_is_no_zeros() -> Outcome {
    for primitive in PRIMITIVES {
        let content = pattern(3 * 4096);
        let (_folder, path) = scratch(&content)?;
        let (file, _) = opened(&path)?;
        let [mapping, _] = both_by(primitive, &file)?;
        resize_by_other(&path, 5_000)?;
        let out = mapping.read(span(4_000, 3 * PAGE)?, &file);
        assert_eq!(out.bytes[..1_000], content[4_000..5_000]);
        assert_eq!(out.gaps, past_end(5_000, 3 * PAGE, 5_000)?);
        assert_eq!(
            (out.byte(4_999), out.byte(5_000)),
            (Some(content[4_999]), None)
        );
        assert_eq!(
            file.pread(span(4_000, 3 * PAGE)?),
            out,
            "a plain read says the same"
        );
    }
    Ok(())
}

/// Row 3: the view returns, edits do not, and the list of copies shows which.
#[test]
fn truncated_and_extended_the_view_returns_without_its_edits() -> Outcome {
    let (_folder, path) = scratch(&pattern(8 * 4096))?;
    let (file, _) = opened(&path)?;
    let mapping = private(&file)?;
    mapping.store(10, b"kept", &file)?;
    mapping.store(5 * PAGE + 10, b"lost", &file)?;
    let (first, sixth) = (span(0, PAGE)?, span(5 * PAGE, 6 * PAGE)?);
    assert_eq!(mapping.private_copies(100)?, [first, sixth]);
    resize_by_other(&path, 2 * PAGE)?;
    assert_eq!(mapping.private_copies(100)?, [first]);
    resize_by_other(&path, 8 * PAGE)?;
    let out = mapping.read(span(0, 8 * PAGE)?, &file);
    assert!(out.is_whole());
    assert_eq!(&out.bytes[10..14], b"kept");
    assert!(
        out.bytes[2 * 4096..].iter().all(|&byte| byte == 0),
        "a hole now, and read as one"
    );
    assert_eq!(mapping.private_copies(100)?, [first]);
    Ok(())
}

#[test]
fn a_mapping_of_the_whole_file_grows_with_it_and_keeps_its_copies() -> Outcome {
    let (_folder, path) = scratch(&pattern(5_000))?;
    let (file, _) = opened(&path)?;
    let mut mapping = private(&file)?;
    mapping.store(4_999, b"!", &file)?;
    let big = 64 << 20;
    resize_by_other(&path, big)?;
    write_by_other(&path, big - 3, b"end")?;
    let out = mapping.read(span(5_000, 5_001)?, &file);
    assert_eq!(out.gaps[0].reason, GapReason::OutsideMapping);
    mapping.grow(big)?;
    assert_eq!(mapping.span(), span(0, big)?);
    assert_eq!(mapping.read(span(big - 3, big)?, &file).bytes, b"end");
    assert_eq!(mapping.read(span(4_999, 5_000)?, &file).bytes, b"!");
    assert_eq!(mapping.private_copies(9)?, [span(PAGE, 2 * PAGE)?]);
    mapping.grow(big)?;
    assert!(matches!(
        mapping.grow(big - 1),
        Err(MapError::CannotGrow { .. })
    ));
    let request = MapRequest {
        mode: Mode::Private,
        access: Access::ReadWrite,
        span: Some(span(0, 100)?),
    };
    let mut window = Mapping::create(&file, request, &CallLog::new())?;
    assert!(matches!(window.grow(200), Err(MapError::CannotGrow { .. })));
    Ok(())
}

#[test]
fn a_chunk_fills_an_aligned_buffer() -> Outcome {
    let content = pattern(300_000);
    let (_folder, path) = scratch(&content)?;
    let (file, _) = opened(&path)?;
    let mapping = shared(&file)?;
    let mut buffer = AlignedBuffer::new(256 << 10);
    assert_eq!(
        (buffer.len(), buffer.as_ptr().addr() as u64 % PAGE),
        (256 << 10, 0)
    );
    assert!(mapping.read_chunk(0, &file, &mut buffer).is_empty());
    assert_eq!(buffer[..], content[..256 << 10]);
    let gaps = mapping.read_chunk(256 << 10, &file, &mut buffer);
    let rest = 300_000 - (256 << 10);
    assert_eq!(
        gaps,
        [Gap {
            span: span(300_000, 512 << 10)?,
            reason: GapReason::OutsideMapping
        }]
    );
    assert_eq!(buffer[..rest], content[256 << 10..]);
    assert!(
        buffer[rest..].iter().all(|&byte| byte == 0),
        "nothing of the chunk before is left"
    );
    assert_eq!(AlignedBuffer::new(0).len(), 0);
    Ok(())
}

#[test]
fn the_self_test_chose_what_cannot_be_killed() {
    assert!(
        matches!(primitive(), Primitive::ProcessVm | Primitive::Pipe),
        "{:?}",
        primitive()
    );
}

#[test]
fn with_no_primitive_every_byte_is_a_gap() -> Outcome {
    let (_folder, path) = scratch(b"content")?;
    let (file, _) = opened(&path)?;
    let [mapping, _] = both_by(Primitive::None, &file)?;
    let out = mapping.read(span(0, 7)?, &file);
    assert!(
        matches!(
            out.gaps[..],
            [Gap {
                reason: GapReason::NotThroughMapping { errno: 38 },
                ..
            }]
        ),
        "{:?}",
        out.gaps
    );
    assert!(mapping.store(0, b"x", &file).is_err());
    assert_eq!(std::fs::read(&path)?, b"content");
    Ok(())
}
