//! Page facts against what `/proc` says by itself, and silence where the kernel hides them.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;

use mapscope::map::{
    Access, CallLog, MapRequest, Mapping, Mode, OpenFile, PageState, Unavailable, cache_facts,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use super::support::{
    Outcome, PAGE, as_nobody, expect_rerun, full_name, is_root, opened, pattern, private,
    program_for_all, rerun, rerun_folder, scratch, shared, smaps_kib, span,
};

/// What pagemap itself says of the page at `address`: present and file bits.
fn pagemap_bits(address: usize) -> std::io::Result<(bool, bool)> {
    let mut entry = [0; 8];
    File::open("/proc/self/pagemap")?.read_exact_at(&mut entry, address as u64 / PAGE * 8)?;
    let entry = u64::from_ne_bytes(entry);
    Ok((entry >> 63 == 1, entry >> 61 & 1 == 1))
}

#[test]
fn page_states_agree_with_pagemap_and_smaps() -> Outcome {
    let (_folder, path) = scratch(&pattern(40 * 4096))?;
    let (file, _) = opened(&path)?;
    let request = MapRequest {
        mode: Mode::Private,
        access: Access::ReadWrite,
        span: Some(span(2 * PAGE + 5, 40 * PAGE)?),
    };
    let mapping = Mapping::create(&file, request, &CallLog::new())?;
    mapping.store(10 * PAGE, b"a", &file)?;
    mapping.store(11 * PAGE, b"b", &file)?;
    let _touched = mapping.read(span(20 * PAGE, 20 * PAGE + 1)?, &file);
    let states = mapping.page_states(span(0, 45 * PAGE)?)?;
    assert_eq!(states.len(), 45);
    let base = mapping.address() - 5;
    for (page, &state) in states.iter().enumerate() {
        let expected = match page {
            2..40 => match pagemap_bits(base + (page - 2) * 4096)? {
                (true, false) => PageState::PrivateCopy,
                (true, true) => PageState::FilePage,
                (false, _) => PageState::NotPresent,
            },
            _ => PageState::NotPresent,
        };
        assert_eq!(state, expected, "page {page}");
    }
    assert_eq!(
        (states[10], states[11], states[20]),
        (
            PageState::PrivateCopy,
            PageState::PrivateCopy,
            PageState::FilePage
        )
    );
    assert_eq!(smaps_kib(base, "Anonymous")?, 8);
    assert_eq!(mapping.private_copies(10)?, [span(10 * PAGE, 12 * PAGE)?]);
    assert_eq!(
        mapping.page_states(span(10 * PAGE + 9, 10 * PAGE + 10)?)?,
        [PageState::PrivateCopy]
    );

    let all = shared(&file)?;
    all.store(10 * PAGE, b"c", &file)?;
    assert_eq!(
        all.page_states(span(10 * PAGE, 11 * PAGE)?)?,
        [PageState::FilePage]
    );
    assert_eq!(all.private_copies(10)?, []);
    let too_many = mapping.page_states(span(0, 1 << 60)?);
    assert_eq!(
        too_many,
        Err(Unavailable::TooManyPages {
            pages: 1 << 48,
            limit: 1 << 20
        })
    );
    Ok(())
}

/// More copies than one answer of the kernel holds: its `walk_end` is stale then.
#[test]
fn every_one_of_thousands_of_copies_is_found() -> Outcome {
    let (_folder, path) = scratch(b"x")?;
    fs::OpenOptions::new()
        .write(true)
        .open(&path)?
        .set_len(15_000 * PAGE)?;
    let (file, _) = opened(&path)?;
    let mapping = private(&file)?;
    let mut expected = Vec::new();
    for index in 0..3_000 {
        let page = index * 5 + 3;
        mapping.store(page * PAGE + 100, b"x", &file)?;
        expected.push(span(page * PAGE, (page + 1) * PAGE)?);
    }
    assert_eq!(mapping.private_copies(10_000)?, expected);
    assert_eq!(mapping.private_copies(700)?, expected[..700]);
    assert_eq!(mapping.private_copies(0)?, []);
    assert_eq!(smaps_kib(mapping.address(), "Anonymous")?, 3_000 * 4);
    Ok(())
}

#[test]
fn the_cache_of_an_own_file_is_told() -> Outcome {
    as_nobody(
        module_path!(),
        "the_cache_of_an_own_file_is_told",
        |folder| {
            let path = folder.join("own");
            fs::write(&path, pattern(8 * 4096))?;
            let (file, _) = opened(&path)?;
            let facts = cache_facts(&file)?;
            assert!(facts.cached_pages >= 8, "{facts:?}");
            Ok(())
        },
    )
}

/// Row 46: for a file that is neither ours nor writable cachestat refuses.
#[test]
fn facts_about_others_files_are_hidden_and_not_believed() -> Outcome {
    as_nobody(
        module_path!(),
        "facts_about_others_files_are_hidden_and_not_believed",
        |_| {
            let (file, _) = opened(Path::new("/etc/passwd"))?;
            let mapping = private(&file)?;
            let hidden = cache_facts(&file);
            assert_eq!(hidden, Err(Unavailable::Hidden { errno: 1 }));
            assert_eq!(
                hidden.err().map(|why| why.to_string()).unwrap_or_default(),
                "not available (EPERM: the kernel hides it from this process)"
            );
            assert_eq!(
                mapping.page_states(span(0, PAGE)?)?.len(),
                1,
                "our own page table is ours to see"
            );
            Ok(())
        },
    )
}

/// Row 45: a process that may not be dumped cannot look at its own page table. Here it is one whose program nobody may
/// read, which the kernel marks as prctl(2) `PR_SET_DUMPABLE` would.
#[test]
fn without_pagemap_the_view_works_and_page_states_are_not_available() -> Outcome {
    let name = "without_pagemap_the_view_works_and_page_states_are_not_available";
    if rerun_folder().is_none() {
        // Not even its owner may read it; root may, so there it is run as nobody.
        let (_home, program, folder) = program_for_all(0o111)?;
        let mut command = rerun(&program, &folder, &full_name(module_path!(), name));
        if is_root() {
            command.uid(65534).gid(65534);
        }
        return expect_rerun(command).map(|_| ());
    }
    assert!(
        File::open("/proc/self/pagemap").is_err(),
        "the test's own premise"
    );
    let (_folder, path) = scratch(&pattern(8192))?;
    let (file, _) = opened(&path)?;
    let mapping = private(&file)?;
    mapping.store(0, b"edit", &file)?;
    assert_eq!(&mapping.read(span(0, 8192)?, &file).bytes[..4], b"edit");
    assert_eq!(
        mapping.page_states(span(0, PAGE)?),
        Err(Unavailable::Hidden { errno: 13 })
    );
    assert_eq!(
        mapping.private_copies(10),
        Err(Unavailable::Hidden { errno: 13 })
    );
    assert_eq!(
        mapping.give_back(span(0, 0)?),
        Err(Unavailable::Hidden { errno: 13 })
    );
    assert_eq!(&mapping.read(span(0, 8192)?, &file).bytes[..4], b"edit");
    Ok(())
}

#[test]
fn giving_back_drops_file_pages_and_keeps_copies() -> Outcome {
    let content = pattern(1024 * 4096);
    let (_folder, path) = scratch(&content)?;
    let (file, log) = opened(&path)?;
    for mode in [Mode::Private, Mode::Shared] {
        let request = MapRequest {
            mode,
            access: Access::ReadWrite,
            span: None,
        };
        let mapping = Mapping::create(&file, request, &log)?;
        for page in (0..1024).step_by(100) {
            mapping.store(page * PAGE, &content[..1], &file)?;
        }
        let before = mapping.read(mapping.span(), &file);
        assert_eq!(smaps_kib(mapping.address(), "Rss")?, 4096);
        let listed = log.entries().len();
        mapping.give_back(span(50 * PAGE, 60 * PAGE)?)?;
        assert_eq!(log.entries().len(), listed, "not listed");
        let copies = if mode == Mode::Private { 11 } else { 0 };
        assert_eq!(smaps_kib(mapping.address(), "Anonymous")?, copies * 4);
        // At most: a large page that spans the border of what is kept goes as a whole.
        let resident = smaps_kib(mapping.address(), "Rss")?;
        assert!(
            (copies * 4..=(10 + copies) * 4).contains(&resident),
            "{mode}: {resident} KiB"
        );
        assert_eq!(mapping.read(mapping.span(), &file), before);
    }
    Ok(())
}

/// What the property test does to a mapping and to the plain array beside it.
#[derive(Clone, Debug)]
enum Step {
    Store(usize, Vec<u8>),
    GiveBack(usize, usize),
    Discard(usize),
    Touch,
}

const STEP_PAGES: usize = 24;
const STEP_LEN: usize = STEP_PAGES * 4096;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let store = (0..STEP_LEN, prop::collection::vec(any::<u8>(), 1..6000));
    let step = prop_oneof![
        4 => store.prop_map(|(at, bytes)| Step::Store(at, bytes)),
        3 => (0..STEP_LEN, 0..STEP_LEN).prop_map(|(a, b)| Step::GiveBack(a.min(b), a.max(b))),
        1 => (0..STEP_PAGES).prop_map(Step::Discard),
        1 => Just(Step::Touch),
    ];
    prop::collection::vec(step, 1..25)
}

fn take(
    step: Step,
    mapping: &Mapping,
    file: &OpenFile,
    oracle: &mut [u8],
    content: &[u8],
) -> Outcome {
    match step {
        Step::Store(at, mut bytes) => {
            bytes.truncate(STEP_LEN - at);
            let place = &mut oracle[at..at + bytes.len()];
            assert_eq!(mapping.store(at as u64, &bytes, file)?, place);
            place.copy_from_slice(&bytes);
        }
        Step::GiveBack(start, end) => mapping.give_back(span(start as u64, end as u64)?)?,
        Step::Discard(page) => {
            let at = page * 4096;
            mapping.discard(span(at as u64, at as u64 + 1)?)?;
            oracle[at..at + 4096].copy_from_slice(&content[at..at + 4096]);
        }
        Step::Touch => {
            let _touched = mapping.read(mapping.span(), file);
        }
    }
    Ok(())
}

/// Random stores, gifts back to the kernel and discards against a plain array.
#[test]
fn giving_back_never_loses_an_edit() -> Outcome {
    let content = pattern(STEP_LEN);
    let (_folder, path) = scratch(&content)?;
    let (file, _) = opened(&path)?;
    let mut runner = TestRunner::new(Config {
        cases: 150,
        failure_persistence: None,
        ..Config::default()
    });
    let fail = |error: Box<dyn std::error::Error>| TestCaseError::fail(error.to_string());
    runner.run(&steps(), |steps| {
        let mapping = private(&file).map_err(fail)?;
        let mut oracle = content.clone();
        for step in steps {
            take(step, &mapping, &file, &mut oracle, &content).map_err(fail)?;
        }
        let out = mapping.read(mapping.span(), &file);
        prop_assert!(out.is_whole());
        prop_assert!(out.bytes == oracle);
        Ok(())
    })?;
    assert_eq!(fs::read(&path)?, content, "the file never changed");
    Ok(())
}

/// A store and a gift back at the same moment, from two threads: the store is never lost.
#[test]
fn giving_back_waits_for_a_store() -> Outcome {
    let content = pattern(64 * 4096);
    let (_folder, path) = scratch(&content)?;
    let (file, _) = opened(&path)?;
    let mapping = private(&file)?;
    std::thread::scope(|threads| {
        let giver = threads.spawn(|| {
            for _ in 0..3_000 {
                let _touched = mapping.read(mapping.span(), &file);
                if let Err(why) = mapping.give_back(span(0, 0).map_err(|error| error.to_string())?)
                {
                    return Err(why.to_string());
                }
                if mapping
                    .read(
                        span(63 * PAGE, 63 * PAGE + 1).map_err(|error| error.to_string())?,
                        &file,
                    )
                    .bytes
                    == b"!"
                {
                    return Ok(());
                }
            }
            Ok(())
        });
        for round in 0..40_u8 {
            for page in 0..63 {
                mapping.store(page * PAGE + 9, &[round], &file)?;
            }
            for page in 0..63 {
                assert_eq!(
                    mapping
                        .read(span(page * PAGE + 9, page * PAGE + 10)?, &file)
                        .bytes,
                    [round],
                    "page {page}"
                );
                mapping.discard(span(page * PAGE, page * PAGE + 1)?)?;
            }
        }
        mapping.store(63 * PAGE, b"!", &file)?;
        giver.join().map_err(|_| "the other thread panicked")??;
        Ok(())
    })
}
