//! Storage that fails for one page: what is read around it is right, a search goes on past it and lists it, and a write that
//! the device refused is final.
//!
//! The file system is served by a process of its own. Here nothing of the window takes part; what it shows is in `window`.

mod window;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::RwLock;

use mapscope::bytes::Span;
use mapscope::bytes::find::{LetterCase, PatternKind, TextEncoding, parse};
use mapscope::map::{Access, CallLog, Gap, GapReason, MapRequest, Mapping, Mode, OpenFile};
use mapscope::model::find::{FindGoal, FoundMatches};
use mapscope::work::find::{FindOptions, SearchedFile, find};

use crate::rig::hanging::{FILL, Fails, Hanging, LEN};

const PAGE: u64 = 4096;

fn opened(path: &Path, mode: Mode) -> (OpenFile, RwLock<Mapping>) {
    let log = CallLog::new();
    let file = OpenFile::open(path, &log).unwrap();
    let request = MapRequest {
        mode,
        access: Access::ReadWrite,
        span: None,
    };
    let mapping = Mapping::create(&file, request, &log).unwrap();
    (file, RwLock::new(mapping))
}

#[test]
fn one_page_that_cannot_be_read_is_told_and_a_search_goes_on() {
    let Some(mut storage) = Hanging::or_skip() else {
        return;
    };
    storage.fail(Fails::Read(10));
    storage.forget_pages();
    let expected = [Gap {
        span: Span::at(10 * PAGE, PAGE).unwrap(),
        reason: GapReason::Storage { errno: libc::EIO },
    }];
    for mode in [Mode::Private, Mode::Shared] {
        let (file, mapping) = opened(&storage.path(), mode);
        let all = mapping.read().unwrap().span();
        let readout = mapping.read().unwrap().read(all, &file);
        assert_eq!(readout.gaps, expected, "{mode}");
        assert_eq!(readout.byte(10 * PAGE - 1), Some(FILL));
        assert_eq!(readout.byte(11 * PAGE), Some(FILL));
        let words = expected[0].reason.to_string();
        assert!(words.contains("Input/output error (EIO)"), "{words}");
        let text = PatternKind::Text(TextEncoding::Utf8, LetterCase::Matters);
        let pattern = parse("A", text).unwrap();
        let searched = SearchedFile::of_view(&file, &mapping);
        let report = find(
            &searched,
            &pattern,
            FindGoal::All,
            &FindOptions::default(),
            &mut |_| ControlFlow::Continue(()),
        )
        .unwrap();
        let FoundMatches::All(list) = &report.found else {
            panic!("all were asked for");
        };
        assert_eq!(list.count, LEN as u64 - PAGE, "{mode}: it went on");
        assert_eq!((report.unread, &report.gaps[..]), (PAGE, &expected[..]));
        assert!(!report.is_stopped);
    }
}

#[test]
fn a_page_that_the_device_refuses_is_told_and_that_is_final() {
    let Some(mut storage) = Hanging::or_skip() else {
        return;
    };
    let (file, mapping) = opened(&storage.path(), Mode::Shared);
    let mapping = mapping.into_inner().unwrap();
    storage.fail(Fails::Write(40));
    mapping.store(40 * PAGE, b"Z", &file).unwrap();
    let failure = mapping.flush(None).unwrap_err();
    assert_eq!(failure.errno, libc::EIO);
    let words = failure.to_string();
    for part in ["final", "0x0..0x40000", "save the edits elsewhere"] {
        assert!(words.contains(part), "{words}");
    }
    // memory shows what the device has not; the kernel soon says that all is well, and it is remembered
    let at = Span::at(40 * PAGE, 1).unwrap();
    assert_eq!(mapping.read(at, &file).bytes, b"Z");
    let again = mapping.flush(None);
    let earlier = again.map_or_else(|again| Some(again.errno), |report| report.earlier_failure);
    assert_eq!(earlier, Some(libc::EIO));
}
