//! What an exported program says of its calls: of each what it is about there.

use mapscope::lab::catalogue;
use mapscope::lab::claim::Environment;
use mapscope::lab::export::{ExportLanguage, export};
use mapscope::map::page_bytes;

/// A program without its line breaks, so that a remark is found however it is broken.
#[track_caller]
fn program(name: &str, language: ExportLanguage) -> String {
    let environment = Environment {
        page_bytes: page_bytes(),
        file_system: "ext4".to_owned(),
        ..Environment::default()
    };
    let made = export(&[catalogue::find(name).unwrap()], language, &environment);
    assert_eq!(made.programs, [name]);
    let is_program = |path: &str| path.contains(name);
    let file = made
        .files
        .iter()
        .find(|file| is_program(&file.path))
        .unwrap();
    let words = file.text.split_whitespace().filter(|word| *word != "//");
    words.collect::<Vec<_>>().join(" ")
}

/// The first remark that begins so stands before the step that it is about.
#[track_caller]
fn check(name: &str, remark: &str, step: &str) {
    for language in [ExportLanguage::C, ExportLanguage::Rust] {
        let program = program(name, language);
        let (_, after) = program
            .split_once(remark)
            .unwrap_or_else(|| panic!("{remark} in {program}"));
        let next = after.split_once('"').unwrap().1;
        assert!(
            next.starts_with(step),
            "{remark} before {step}, not {next:.60}"
        );
    }
}

#[test]
fn fstat_is_said_to_tell_what_is_asked_of_it() {
    let remark = "fstat: st_blocks is how much room the file takes, in units of 512 bytes, st_mtim when it was modified.";
    check(
        "stores-move-no-mtime",
        remark,
        "asks fstat when f was modified",
    );
    check(
        "holes-get-blocks-by-stores",
        remark,
        "asks fstat how much room f takes",
    );
}

#[test]
fn mlock_copies_what_is_private() {
    let remark = "mlock brings the pages in, for good. Of a private mapping that may be stored into, it copies each of the file's.";
    check("mlock-copies-private-pages", remark, "calls mlock for m");
}

/// Memory without a file is nowhere to be found: it is made.
#[test]
fn a_minor_fault_reads_nothing() {
    let remark = "Page faults so far: minor ones took no read from the storage, major ones did.";
    check(
        "huge-page-faults",
        remark,
        "looks up how many page faults it had",
    );
}
