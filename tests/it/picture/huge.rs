//! A file whose pages are parts of huge ones (tmpfs, `huge=always`): what is told of a huge page as a whole is not claimed of
//! one of its pages, and all rows are as on any other file.

use std::fs;

use mapscope::bytes::Span;
use mapscope::map::{Access, CallLog, MapRequest, Mapping, Mode, OpenFile};
use mapscope::model::WitnessId;
use mapscope::model::process::ProcessKind;

use super::PAGE;
use super::stage::Stage;
use crate::machine::Mounted;

/// Two huge pages of x86.
const LEN: u64 = 4 << 20;

fn mounted(test: &str) -> Option<Mounted> {
    Mounted::or_skip(test, || Mounted::tmpfs_with("size=64m,huge=always"))
}

#[test]
fn whether_a_page_within_a_huge_one_is_exclusive_is_not_told() {
    let Some(mounted) = mounted("whether_a_page_within_a_huge_one_is_exclusive_is_not_told") else {
        return;
    };
    // The kernel may have no huge page at hand just then.
    let n_huge = (0..8).map(|nth| check_huge(&mounted.path().join(format!("{nth}.bin"))));
    if !n_huge.into_iter().any(|n| n > 0) {
        eprintln!("the kernel gave no huge page, so nothing was seen of one");
    }
}

/// Exactly the pages that the kernel maps as parts of huge ones are not told of; how many these are.
fn check_huge(path: &std::path::Path) -> usize {
    fs::write(path, vec![b'A'; usize::try_from(LEN).unwrap()]).unwrap();
    let log = CallLog::new();
    let file = OpenFile::open(path, &log).unwrap();
    let request = MapRequest {
        mode: Mode::Shared,
        access: Access::ReadOnly,
        span: None,
    };
    let mapping = Mapping::create(&file, request, &log).unwrap();
    let whole = Span::new(0, LEN).unwrap();
    assert!(mapping.read(whole, &file).is_whole());
    let facts = mapping.page_facts(whole).unwrap();
    let n_not_told = facts
        .iter()
        .filter(|fact| fact.is_exclusive.is_none())
        .count();
    assert_eq!(n_not_told as u64 * PAGE, huge_bytes(path));
    n_not_told
}

/// How much of the file this process has mapped as huge pages, as smaps has it.
fn huge_bytes(path: &std::path::Path) -> u64 {
    let smaps = fs::read_to_string("/proc/self/smaps").unwrap();
    let name = path.to_str().unwrap();
    let mut lines = smaps.lines().skip_while(|line| !line.ends_with(name));
    let line = lines.find(|line| line.starts_with("ShmemPmdMapped:"));
    let kib = line.unwrap().split_ascii_whitespace().nth(1).unwrap();
    kib.parse::<u64>().unwrap() << 10
}

#[test]
fn rows_of_a_file_of_huge_pages_are_told_apart_as_of_any_other() {
    let Some(mounted) = mounted("rows_of_a_file_of_huge_pages_are_told_apart_as_of_any_other")
    else {
        return;
    };
    for is_told_frames in [false, true] {
        let mut stage = Stage::open(mounted.path(), LEN, is_told_frames);
        stage.add(ProcessKind::Private);
        let parent = stage.processes(|it| !it.is_built_in())[0];
        for page in [0, 5, 700] {
            stage.point(page * PAGE);
            stage.agreed();
            stage.store_by(parent, b'p');
            stage.store_as(WitnessId::View, b'v');
            stage.agreed();
        }
        stage.fork(parent);
        for page in [0, 1, 5, 700] {
            stage.point(page * PAGE);
            stage.agreed();
        }
        let child = stage.processes(|it| !it.is_built_in() && it.mapping != parent)[0];
        stage.store_by(child, b'c');
        stage.agreed();
        stage.end();
    }
}
