//! What a person is asked in the terminal, what is kept of the answers, and what comes of them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use mapscope::lab::catalogue;
use mapscope::lab::claim::Verdict;
use mapscope::lab::learning::{AnswerStore, OwnAnswer, OwnAnswers, is_right};

use super::text;
use super::typed::lab;

const ONE: &str = "shared-seen-by-shared";

fn kept(home: &Path) -> PathBuf {
    home.join("mapscope/lab/answers.json")
}

#[track_caller]
fn scores(home: &Path) -> String {
    let output = lab(home, &["--scores"], "");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[track_caller]
fn n_of(topic: &str) -> usize {
    let all = catalogue::all().filter(|it| it.claim.topic.word() == topic);
    all.count()
}

#[test]
fn a_person_is_asked_before_and_told_after() {
    let home = tempfile::tempdir().unwrap();
    let claim = &catalogue::find(ONE).unwrap().claim;
    let output = lab(home.path(), &[ONE, "--ask"], "9\nseen\n1\n");
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let (before, after) = said.split_once("\nRight: 1, ").unwrap();
    assert!(before.contains(claim.question()), "{before}");
    assert!(claim.choices.iter().all(|choice| before.contains(choice)));
    assert_eq!(before.matches("A number from 1 to 3 is needed.").count(), 2);
    for given_away in [claim.name, claim.title, claim.why, claim.source] {
        assert!(!before.contains(given_away), "{given_away}");
        assert!(after.contains(given_away), "{given_away} in {after}");
    }
    assert!(
        after.ends_with("your predictions: 1 of 1 right\n"),
        "{after}"
    );

    let wrong = lab(home.path(), &["shared-seen-by-read", "--ask"], "3\n");
    let said = text(&wrong.stdout);
    assert!(
        said.contains("\nWrong: not 3, read shows the old byte until msync or fsync.\n"),
        "{said}"
    );
    let left = n_of("sharing") - 2;
    let line = format!(
        "sharing      1 right, 1 wrong, {left} of {} not answered\n",
        n_of("sharing")
    );
    assert!(
        scores(home.path()).starts_with(&line),
        "{}",
        scores(home.path())
    );
}

#[test]
fn answers_are_kept_for_their_owner_alone_and_forgotten_when_asked() {
    let home = tempfile::tempdir().unwrap();
    lab(
        home.path(),
        &[ONE, "two-writers-one-page", "--ask"],
        "2\n1\n",
    );
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let file = kept(home.path());
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    assert!(scores(home.path()).contains("sharing      1 right, 1 wrong"));
    let forgot = |names: &[&str]| {
        let output = lab(home.path(), &[&["--forget"], names].concat(), "");
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    assert_eq!(forgot(&[ONE]), "forgot 1 answer\n");
    assert!(scores(home.path()).contains("sharing      1 right, 0 wrong"));
    assert_eq!(forgot(&["sharing", "fork"]), "forgot 1 answer\n");
    assert!(scores(home.path()).contains("sharing      0 right, 0 wrong"));
    assert_eq!(forgot(&["--all"]), "forgot 0 answers\n");
    let output = lab(home.path(), &["--forget"], "");
    assert_eq!(output.status.code(), Some(2));
}

/// Neither a run without a question nor a question without an answer counts as one.
#[test]
fn an_unanswered_question_stays_one() {
    let home = tempfile::tempdir().unwrap();
    for (arguments, typed) in [
        (&["sharing"][..], ""),
        (&[ONE, "shared-seen-by-read", "--ask"], ""),
        (&[ONE, "--ask"], "\n"),
        (&[ONE, "--ask", "--exercise"], "1\n"),
    ] {
        let output = lab(home.path(), arguments, typed);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(!kept(home.path()).exists(), "{arguments:?}");
    }
    assert!(scores(home.path()).contains("sharing      0 right, 0 wrong"));
}

#[test]
fn answers_that_cannot_be_read_stay_as_they_are() {
    let home = tempfile::tempdir().unwrap();
    let file = kept(home.path());
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    for contents in [
        "not JSON",
        "{}",
        "{\"format\":\"other\",\"version\":1,\"answers\":{}}",
    ] {
        fs::write(&file, contents).unwrap();
        let output = lab(home.path(), &["--scores"], "");
        assert_eq!(output.status.code(), Some(3));
        let output = lab(home.path(), &[ONE, "--ask"], "1\n");
        let said = text(&output.stderr);
        assert_eq!(
            output.status.code(),
            Some(0),
            "the run is worth having: {said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(
            said.contains("answers.json") && said.contains("move it away"),
            "{said}"
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), contents);
    }
}

#[test]
fn a_report_says_what_its_writer_expected() {
    let home = tempfile::tempdir().unwrap();
    for (name, sign) in [
        ("report.md", "- **Own prediction**: "),
        ("report.html", "<dt>Own prediction</dt><dd>"),
    ] {
        let path = home.path().join(name);
        let report = |arguments: &[&str], typed: &str| {
            let arguments = [arguments, &["--report", path.to_str().unwrap()]].concat();
            let output = lab(home.path(), &arguments, typed);
            assert_eq!(output.status.code(), Some(0));
            fs::read_to_string(&path).unwrap()
        };
        let with = report(&[ONE, "shared-seen-by-read", "--ask"], "2\n1\n");
        for (choice, came) in [
            ("The other process sees it after msync", "wrong"),
            ("read shows the new byte at once", "right"),
        ] {
            let line = format!("{sign}{choice} ({came}; given 20");
            assert!(with.contains(&line), "{line} in {with}");
        }
        // Of an earlier run too, and of what was never answered nothing.
        let later = report(&["sharing"], "");
        assert_eq!(later.matches(sign).count(), 2);
        lab(home.path(), &["--forget", "--all"], "");
    }
}

#[test]
fn an_exercise_is_asked_and_told() {
    let home = tempfile::tempdir().unwrap();
    let output = lab(
        home.path(),
        &["shared-seen-by-read", "--exercise", "--ask"],
        "1\n",
    );
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("A's mapping is private instead"), "{said}");
    assert!(said.contains("\nWrong: not 1, The new byte.\n"), "{said}");
    assert!(said.contains("  predicted  The old byte\n"), "{said}");
    assert!(
        said.contains("A (") && said.contains("maps 4096 bytes of f, private"),
        "{said}"
    );
    // What is only measured is asked about too, and what nobody promises is never wrong.
    for (name, answer) in [
        ("cost-warm-random", "\nRight: 2, "),
        ("torn-pairs", "\nNobody promises which: none is wrong"),
    ] {
        let output = lab(home.path(), &[name, "--exercise", "--ask"], "2\n");
        let said = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{said}");
        let is_available = !said.contains("not available here");
        assert!(said.contains(answer) || !is_available, "{said}");
    }
}

#[test]
fn words_and_assertions_are_told_without_a_run() {
    let home = tempfile::tempdir().unwrap();
    let told = |arguments: &[&str]| text(&lab(home.path(), arguments, "").stdout);
    let all = told(&["--glossary"]);
    assert!(
        all.contains("\nfolio\n  one or more neighboring pages"),
        "{all}"
    );
    let some = told(&["--glossary", "COW", "folio"]);
    assert!(
        some.starts_with("copy-on-write (also: cow)\n") && some.contains("\nfolio\n"),
        "{some}"
    );
    assert_eq!(some.lines().count(), 5);
    let output = lab(home.path(), &["--glossary", "pagecache"], "");
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(
        said.contains("\u{201c}pagecache\u{201d}; the nearest are page cache, "),
        "{said}"
    );
    let posix = told(&["--posix"]);
    for part in [
        "mmap, 31 assertions",
        "munmap, 10 assertions",
        "mlock, 12 assertions",
        "POSIX says: ",
        "Linux does: ",
    ] {
        assert!(posix.contains(part), "{part}");
    }
    for wrong in [
        &["--posix", "--scores"][..],
        &["--posix", "--json"],
        &["--scores", ONE],
        &["--ask"],
        &["--exercise", ONE, "--json"],
        &["--glossary", "folio", "--report", "a.md"],
    ] {
        let output = lab(home.path(), wrong, "");
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(output.stdout.is_empty(), "{wrong:?}");
    }
}

#[test]
fn an_answer_is_right_by_what_was_observed() {
    let claim = |name: &str| &catalogue::find(name).unwrap().claim;
    let store = claim("store-leaves-the-page-dirty");
    let differs = Verdict::Differs;
    for (claim, file_system, verdict, choice, right) in [
        (store, "ext4", Verdict::AsPredicted, 1, Some(true)),
        (store, "tmpfs", Verdict::AsPredicted, 1, Some(false)),
        (store, "tmpfs", Verdict::AsPredicted, 2, Some(true)),
        (store, "ext4", differs.clone(), 1, Some(false)),
        (store, "ext4", differs, 0, None),
        (store, "ext4", Verdict::Cancelled, 1, None),
        (
            claim("pipes-can-alias"),
            "ext4",
            Verdict::AsPredicted,
            0,
            None,
        ),
        (
            claim("cost-warm-random"),
            "ext4",
            Verdict::Measured,
            0,
            None,
        ),
    ] {
        let told = is_right(claim, file_system, &verdict, choice);
        assert_eq!(
            told, right,
            "{} {file_system} {verdict} {choice}",
            claim.name
        );
    }
}

#[test]
fn a_store_keeps_what_others_wrote_and_follows_the_words_of_a_choice() {
    let dir = tempfile::tempdir().unwrap();
    let store = AnswerStore::at(dir.path().join("new/answers.json"));
    assert_eq!(store.load().unwrap(), OwnAnswers::default());
    let answer = |choice: &str| OwnAnswer {
        choice: choice.to_owned(),
        right: Some(true),
        at: "2026-11-26 03:04:05 UTC".to_owned(),
    };
    let claim = &catalogue::find(ONE).unwrap().claim;
    store
        .change(|all| all.note(ONE, answer(claim.choices[2])))
        .unwrap();
    let other = AnswerStore::at(store.path().to_owned());
    let both = other
        .change(|all| all.note("gone", answer("no choice")))
        .unwrap();
    assert_eq!(both, store.load().unwrap());
    assert_eq!(both.of(claim).unwrap().0, 2);
    // What is no choice any more is no answer.
    store
        .change(|all| all.note(ONE, answer("another wording")))
        .unwrap();
    assert_eq!(store.load().unwrap().of(claim), None);
    let sum: usize = store
        .load()
        .unwrap()
        .scores()
        .iter()
        .map(|it| it.right)
        .sum();
    assert_eq!(sum, 0);
}
