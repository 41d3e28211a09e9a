//! What an exported program says of its calls: of each what it is about there.

use mapscope::lab::catalogue;
use mapscope::lab::claim::{Environment, Expected, LabTopic};
use mapscope::lab::export::{ExportLanguage, ExportSubject, export, export_all};
use mapscope::lab::script::Script;
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

/// What stands before the first step that calls it so.
#[test]
fn each_flag_has_its_own_remark() {
    for (name, remark, step) in [
        (
            "shared-seen-by-shared",
            "MAP_SHARED: the pages of the mapping are",
            "maps 4096 bytes of f, shared, read-write",
        ),
        (
            "one-byte-copies-one-page",
            "MAP_PRIVATE: the file's pages, until",
            "maps 16384 bytes of f, private, read-write",
        ),
        (
            "fork-shared-anonymous",
            "Memory without a file that a forked child shares.",
            "maps 4096 bytes without a file, anonymous shared",
        ),
        (
            "anonymous-starts-as-zeros",
            "Memory without a file: zeros",
            "maps 8192 bytes without a file, anonymous private",
        ),
        (
            "wipeonfork-dontfork",
            "MADV_WIPEONFORK: a child finds zeros here.",
            "says MADV_WIPEONFORK of s",
        ),
        (
            "wipeonfork-dontfork",
            "MADV_DONTFORK: a child does not get this mapping.",
            "says MADV_DONTFORK of d",
        ),
        (
            "msync-async-does-nothing",
            "MS_ASYNC waits for nothing.",
            "calls msync with MS_ASYNC",
        ),
        (
            "msync-sync-cleans",
            "MS_SYNC waits until the pages of a shared mapping are on the storage.",
            "calls msync with MS_SYNC",
        ),
    ] {
        check(name, remark, step);
    }
}

/// Whoever runs a program reads there how it ends, and where it was made for.
#[test]
fn each_program_says_how_it_ends_and_what_it_was_made_for() {
    let statuses = "Exit status 0: all was observed as predicted; 1: something was not; 2: it could not be carried out; 77: this system cannot show it.";
    let mut n_made_for = 0;
    for experiment in catalogue::all().filter(|it| it.claim.topic != LabTopic::Cost) {
        let claim = &experiment.claim;
        let depends = matches!(
            claim.expected,
            Expected::OnTmpfs { .. } | Expected::On { .. }
        );
        let c = program(claim.name, ExportLanguage::C);
        let rust = program(claim.name, ExportLanguage::Rust).replace("//! ", "");
        assert!(c.contains(statuses) && rust.contains(statuses), "{c}");
        if depends {
            n_made_for += 1;
            assert!(c.contains(".file_system = \"ext4\","), "{c}");
            assert!(rust.contains("file_system: Some(\"ext4\")"), "{rust}");
            assert!(
                c.contains("and for scratch files on ext4, for elsewhere"),
                "{c}"
            );
        }
    }
    assert!(n_made_for > 5);
}

/// Whatever a heading says, it stays one.
#[test]
fn no_text_of_a_heading_becomes_a_statement() {
    let environment = Environment {
        page_bytes: page_bytes(),
        kernel: "1.2\nevil(); */ evil(); //".to_owned(),
        ..Environment::default()
    };
    let script = Script::of(
        |s| {
            s.peer("A");
        },
        &environment,
    );
    let mut subject = ExportSubject::of_script("some", script);
    let hostile = "a */ evil(); /* b \\\nevil();\r\nevil(); /*/ evil(); \"\u{2028}evil(); \\";
    subject.heading = vec![hostile.to_owned()];
    (subject.title, subject.predicted) = (hostile.to_owned(), hostile.to_owned());
    for language in [ExportLanguage::Rust, ExportLanguage::C] {
        let made = export_all([subject.clone()], language);
        let text = &made
            .files
            .iter()
            .find(|it| it.path.contains("some."))
            .unwrap()
            .text;
        let bare = match language {
            ExportLanguage::C => without_comments(text),
            ExportLanguage::Rust => text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect::<Vec<_>>()
                .join("\n"),
        };
        for line in bare.lines().filter(|line| line.contains("evil")) {
            let start = line.trim_start();
            let is_text = [
                "\"",
                ".title = \"",
                ".predicted = \"",
                "title: \"",
                "predicted: \"",
            ];
            assert!(
                is_text.iter().any(|it| start.starts_with(it)),
                "{line} in {text}"
            );
        }
        assert!(!text.contains('\r'), "{text}");
    }
}

/// C without its comments, as a compiler reads it.
fn without_comments(text: &str) -> String {
    let mut bare = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        bare.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    bare + rest
}
