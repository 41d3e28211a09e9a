//! Storage that fails: what an unreadable page says, and what memory still has.

use mapscope::map::{
    Access, Bar, CallLog, Gap, GapReason, MapRequest, Mapping, Mode, PageOrigin, Unavailable, Way,
};

use super::fuse::{Answer, FILLED_WITH, Fuse};
use super::support::{Outcome, PAGE, PRIMITIVES, both_by, opened, pattern, scratch, shared, span};

/// Row 17, and a page that the storage answers with nothing: each says what the storage did.
#[test]
fn an_unreadable_page_says_what_the_storage_did() -> Outcome {
    let name = "an_unreadable_page_says_what_the_storage_did";
    let Some(mounted) = Fuse::or_skip(name, false) else {
        return Ok(());
    };
    mounted.set(3, Answer::Error(5));
    mounted.set(5, Answer::Nothing);
    mounted.set(6, Answer::Error(116));
    let (file, _) = opened(&mounted.file())?;
    for primitive in PRIMITIVES {
        for mapping in both_by(primitive, &file)? {
            let out = mapping.read(span(2 * PAGE + 10, 8 * PAGE)?, &file);
            let expected = [
                (3, 4, GapReason::Storage { errno: 5 }),
                (5, 6, GapReason::StorageGaveNothing),
                (6, 7, GapReason::Storage { errno: 116 }),
            ];
            let found: Vec<_> = out
                .gaps
                .iter()
                .map(|Gap { span, reason }| (span.start() / PAGE, span.end() / PAGE, *reason))
                .collect();
            assert_eq!(found, expected, "{primitive:?} {}", mapping.mode());
            assert_eq!(out.byte(2 * PAGE + 10), Some(FILLED_WITH));
            assert_eq!(out.byte(4 * PAGE), Some(FILLED_WITH));
            for gap in out.gaps {
                let words = gap.reason.to_string();
                assert!(
                    words.contains("storage") && !words.contains("EFAULT"),
                    "{words}"
                );
            }
        }
    }
    Ok(())
}

/// Pages that were read before the storage failed go on being readable, and are known to be memory's alone.
#[test]
fn pages_that_memory_alone_still_has_are_told() -> Outcome {
    let name = "pages_that_memory_alone_still_has_are_told";
    let Some(mounted) = Fuse::or_skip(name, false) else {
        return Ok(());
    };
    let (file, _) = opened(&mounted.file())?;
    let mapping = shared(&file)?;
    let whole = span(0, 3 * PAGE)?;
    assert!(mapping.read(whole, &file).is_whole());
    let stored = PageOrigin::Storage;
    assert_eq!(file.page_origins(whole), Ok(vec![stored; 3]));
    mounted.set(0, Answer::Error(5));
    mounted.set(2, Answer::Error(116));
    assert!(
        mapping.read(whole, &file).is_whole(),
        "memory still has them"
    );
    let gone = |errno| PageOrigin::CacheOnly { errno };
    assert_eq!(
        file.page_origins(whole),
        Ok(vec![gone(5), stored, gone(116)])
    );
    assert_eq!(
        gone(5).to_string(),
        "bytes from the page cache; the storage does not answer: Input/output error (EIO)"
    );
    assert!(
        mapping.read(whole, &file).is_whole(),
        "asking changed nothing"
    );
    Ok(())
}

/// A direct read writes changed pages first. So it is not asked for where there are any.
#[test]
fn the_storage_is_not_asked_where_changes_wait() -> Outcome {
    let (folder, path) = scratch(&pattern(3 * 4096))?;
    let (file, _) = opened(&path)?;
    super::support::run("sync", &["-f", &folder.path().display().to_string()])?;
    let mapping = shared(&file)?;
    // The system may write the page at any moment; then the storage is asked, and has it.
    let (mut refused, mut waited) = (0, 0);
    while refused == 0 && waited < 100 {
        mapping.store(PAGE, b"changed", &file)?;
        match file.page_origins(span(0, 3 * PAGE)?) {
            Err(Unavailable::Unwritten) => refused += 1,
            // a file system in memory has no storage to wait for
            Ok(origins) => assert_eq!(origins, [PageOrigin::Storage; 3]),
            Err(other) => return Err(other.into()),
        }
        waited += 1;
    }
    assert!(
        refused > 0 || !std::fs::read_to_string("/proc/filesystems")?.contains("\text4"),
        "changed pages were never noticed"
    );
    Ok(())
}

/// A file that has no page cache cannot be mapped shared: which way works is data, and found.
#[test]
fn a_file_that_cannot_be_shared_opens_private() -> Outcome {
    let name = "a_file_that_cannot_be_shared_opens_private";
    let Some(mounted) = Fuse::or_skip(name, true) else {
        return Ok(());
    };
    let (file, _) = opened(&mounted.file())?;
    for (access, nearest) in [
        (Access::ReadWrite, Access::ReadWrite),
        (Access::ReadOnly, Access::ReadOnly),
    ] {
        let request = MapRequest {
            mode: Mode::Shared,
            access,
            span: None,
        };
        let (mapping, refusal) = Mapping::create_nearest(&file, request, &CallLog::new())?;
        let refusal = refusal.ok_or("it was mapped shared")?;
        assert_eq!((refusal.bar, refusal.errno), (Bar::NotShared, 19));
        assert_eq!(refusal.works[0], Way::new(Mode::Private, nearest));
        assert_eq!((mapping.mode(), mapping.access()), (Mode::Private, nearest));
        assert_eq!(
            mapping.read(span(0, 4)?, &file).bytes,
            [FILLED_WITH; 4],
            "{refusal}"
        );
        assert!(
            refusal.to_string().contains("maps nothing shared"),
            "{refusal}"
        );
    }
    Ok(())
}
