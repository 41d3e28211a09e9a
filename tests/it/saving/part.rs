//! What is in a copy of a part.

use std::fs::{self, File};
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt as _;

use mapscope::bytes::Span;
use mapscope::map::Mode;
use mapscope::work::copy::{CopyOptions, CopySource, copy};
use proptest::prelude::*;
use tempfile::TempDir;

use super::{Opened, PAGE, folder_with, pattern};
use crate::random;

/// A file with a hole in the middle, edits in its private view, and a part of that.
fn check(len: u64, edits: &[(u64, u8)], start: u64, n: u64) {
    let (folder, path) = folder_with(b"");
    let file = File::options().write(true).open(&path).unwrap();
    file.set_len(len).unwrap();
    let third = usize::try_from(len / 3).unwrap();
    file.write_all_at(&pattern(third), 0).unwrap();
    file.write_all_at(&pattern(third), len - len / 3).unwrap();
    let opened = Opened::new(&path, Mode::Private, None);
    let mut expected = fs::read(&path).unwrap();
    for (at, byte) in edits {
        opened.store(*at, &[*byte]);
        expected[usize::try_from(*at).unwrap()] = *byte;
    }
    let part = Span::at(start, n).unwrap();
    let to = folder.path().join("part");
    let source = CopySource::of_view(&opened.file, &opened.view).within(part);
    let report = copy(&source, &to, CopyOptions::default(), &mut |_| {
        ControlFlow::Continue(())
    });
    assert_eq!(report.unwrap().len, n);
    let index = |offset: u64| usize::try_from(offset).unwrap();
    assert!(fs::read(&to).unwrap() == expected[index(start)..index(part.end())]);
}

proptest! {
    #![proptest_config(random::cases(60))]

    #[test]
    fn exactly_those_bytes_are_copied(
        len in 1..60 * PAGE,
        edits in prop::collection::vec((any::<u64>(), any::<u8>()), 0..12),
        start in any::<u64>(),
        n in any::<u64>(),
    ) {
        let edits: Vec<_> = edits.into_iter().map(|(at, byte)| (at % len, byte)).collect();
        let start = start % len;
        check(len, &edits, start, n % (len - start) + 1);
    }
}

/// More private copies than are listed at once lie before the part.
#[test]
fn a_part_behind_many_private_copies_has_its_own() {
    const N_COPIES: u64 = 16_384 + 700;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("source");
    File::create(&path)
        .unwrap()
        .set_len(2 * N_COPIES * PAGE)
        .unwrap();
    let opened = Opened::private(&path);
    for number in 0..N_COPIES {
        opened.store(2 * number * PAGE + 5, &number.to_le_bytes());
    }
    let start = 2 * (N_COPIES - 3) * PAGE + 7;
    let part = Span::at(start, 3 * PAGE).unwrap();
    let to = folder.path().join("part");
    let source = CopySource::of_view(&opened.file, &opened.view).within(part);
    copy(&source, &to, CopyOptions::default(), &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap();
    let mut expected = vec![0; 3 * 4096];
    expected[..6].copy_from_slice(&(N_COPIES - 3).to_le_bytes()[2..]);
    let next = 2 * 4096 - 2;
    expected[next..next + 8].copy_from_slice(&(N_COPIES - 2).to_le_bytes());
    assert!(fs::read(&to).unwrap() == expected);
}
