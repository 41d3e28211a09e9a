//! `mapscope lab` and its arguments: what it lists, prints and writes, and what it says of what it cannot do.

use std::fs;

use mapscope::lab::catalogue;
use mapscope::lab::claim::{Expected, LabTopic, Verdict};

use super::{Lab, is_empty, is_root, json, mounted, run_one, skip, text};

const ONE: &str = "shared-seen-by-shared";

#[test]
fn without_a_name_it_lists_all_of_them() {
    let output = Lab::new(&[]).output();
    assert_eq!(output.status.code(), Some(0));
    let list = text(&output.stdout);
    for experiment in catalogue::all() {
        assert!(list.contains(&format!("  {} ", experiment.claim.name)));
        assert!(list.contains(experiment.claim.question()));
        let title = experiment.claim.title;
        assert!(!list.contains(title), "{title} gives the answer away");
    }
    for topic in LabTopic::ALL {
        assert!(list.contains(&format!("{} ({})", topic.title(), topic.word())));
        assert!(catalogue::of_topic(topic).count() > 0, "{topic:?} is empty");
    }
}

#[test]
fn names_are_unique_and_claims_are_whole() {
    let mut names: Vec<_> = catalogue::all()
        .map(|experiment| experiment.claim.name)
        .chain(LabTopic::ALL.map(LabTopic::word))
        .collect();
    let n_names = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), n_names, "a name stands for one thing");
    for experiment in catalogue::all() {
        let claim = &experiment.claim;
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(claim.name.chars().all(is_name), "{}", claim.name);
        assert!(!claim.why.is_empty() && !claim.source.is_empty());
        assert!(!claim.title.ends_with('.'), "{}", claim.title);
        if claim.topic == LabTopic::Cost {
            continue;
        }
        for file_system in ["ext4", "tmpfs"] {
            let predicted = claim.predicted(file_system);
            let choices = match claim.expected {
                Expected::Either(choices) => choices.to_vec(),
                _ => vec![predicted.unwrap()],
            };
            let is_choice = |choice: &usize| *choice < claim.choices.len();
            assert!(choices.iter().all(is_choice), "{}", claim.name);
            assert!(!claim.prediction(file_system).is_empty());
        }
        assert!(claim.choices.len() >= 2, "{}", claim.name);
    }
}

#[test]
fn a_table_tells_each_step_with_its_calls() {
    let output = Lab::new(&[ONE]).output();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    for part in [
        "shared-seen-by-shared: ",
        "  predicted  ",
        "MAP_SHARED, ",
        "\u{2713} B (",
        "5a 'Z'",
        "  verdict    as predicted",
        "1 experiment: 1 as predicted",
    ] {
        assert!(table.contains(part), "{part:?} in {table}");
    }
}

#[test]
fn a_topic_stands_for_its_experiments() {
    let output = Lab::new(&["errors", "--json"]).output();
    let report = json(&output);
    let names: Vec<_> = report["experiments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap().to_owned())
        .collect();
    let expected: Vec<_> = catalogue::of_topic(LabTopic::Errors)
        .map(|experiment| experiment.claim.name)
        .collect();
    assert_eq!(names, expected);
}

#[test]
fn a_difference_is_exit_code_1_and_says_what_was_observed() {
    let output = Lab::new(&[ONE, "--sabotage", "A=skip-stores"]).output();
    assert_eq!(output.status.code(), Some(1));
    let table = text(&output.stdout);
    assert!(table.contains("\u{2717} B ("), "{table}");
    assert!(table.contains("differs from the prediction"), "{table}");
    assert!(
        table.contains("41 'A', where this was predicted: 5a 'Z'"),
        "{table}"
    );
}

#[test]
fn a_report_can_be_handed_in() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("report.md");
    let at = path.to_str().unwrap();
    let output = Lab::new(&[ONE, "sharing", "--report", at]).output();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report = fs::read_to_string(&path).unwrap();
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    for part in [
        release.trim(),
        "| File system | ",
        "| Page size | ",
        "### shared-seen-by-shared",
        "**Verdict**: as predicted",
        "`mmap(NULL, ",
    ] {
        assert!(report.contains(part), "{part:?} in {report}");
    }
    assert_eq!(
        report.matches("### shared-seen-by-shared").count(),
        1,
        "once"
    );

    let output = Lab::new(&[ONE, "--report", "/proc/no/report.md"]).output();
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("/proc/no/report.md"));
}

#[test]
fn an_unknown_name_lists_the_nearest() {
    let output = Lab::new(&["shared-seen-by-shard"]).output();
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(
        said.contains("\u{201c}shared-seen-by-shard\u{201d}"),
        "{said}"
    );
    assert!(
        said.contains("the nearest are shared-seen-by-shared, "),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1);
    assert!(output.stdout.is_empty(), "nothing ran");
    let output = Lab::new(&["--all", "--without", "cots"]).output();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cost"));
}

#[track_caller]
fn check_refused(dir: &str, words: &[&str]) {
    let output = Lab::new(&["--all", "--without", "cost", "--dir", dir]).output();
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stdout));
    let said = text(&output.stderr);
    assert_eq!(said.lines().count(), 1, "one sentence: {said}");
    for word in words.iter().chain(&[dir]) {
        assert!(said.contains(word), "{word:?} in {said}");
    }
}

#[test]
fn a_folder_that_cannot_be_used_gives_one_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("missing");
    check_refused(missing.to_str().unwrap(), &["(ENOENT)"]);
    assert!(is_empty(dir.path()));
    let file = dir.path().join("file");
    fs::write(&file, b"").unwrap();
    check_refused(file.to_str().unwrap(), &["not a directory"]);
    // In /proc nobody can make a folder, root included.
    check_refused("/proc", &["cannot hold scratch files"]);
}

#[test]
fn a_full_and_a_read_only_folder_give_one_sentence_and_stay_empty() {
    if !is_root() {
        skip("only root can mount a full file system");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().to_str().unwrap();
    let program = super::program().to_str().unwrap();
    for (options, words) in [("size=64k", "(ENOSPC)"), ("ro", "(EROFS)")] {
        let script = format!(
            "mount -t tmpfs -o {options} none {at}; {program} lab {ONE} --dir {at} || echo code $?; ls -A {at} | wc -l"
        );
        let Some(output) = mounted(&script) else {
            skip("nothing can be mounted here");
            return;
        };
        let said = text(&output.stderr);
        assert!(said.contains(words) && said.contains(at), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert_eq!(text(&output.stdout), "code 3\n0\n", "{options}");
    }
}

/// The times and process numbers differ, nothing else: what is printed is stable enough to be compared.
#[test]
fn two_runs_take_the_same_steps() {
    let steps = || -> Vec<_> {
        let record = run_one(ONE, |_| {});
        let steps = record.steps.into_iter();
        steps
            .map(|step| (step.peer, step.what, step.observed))
            .collect()
    };
    assert_eq!(steps(), steps());
}

#[test]
fn the_cost_group_measures_both_ways_over_sizes() {
    let record = run_one("cost-warm-random", |_| {});
    assert_eq!(record.verdict, Verdict::Measured);
    let costs = &record.costs;
    assert!(costs.len() >= 4, "{costs:?}");
    assert!(costs.is_sorted_by(|left, right| left.bytes < right.bytes));
    assert_eq!(costs[0].bytes, 4096);
    for point in costs {
        assert!(point.read_seconds > 0.0 && point.load_seconds > 0.0);
        assert!(point.load_faults.0 > 0, "a mapping faults: {point:?}");
        assert!(point.load_faults.0 >= point.read_faults.0, "{point:?}");
    }
    // Both ways took the same bytes: their sums are compared.
    let checks = record.steps.iter().filter(|step| step.holds == Some(true));
    assert!(checks.count() >= costs.len());
}

/// What a switch is about is not dropped in silence.
#[test]
fn a_switch_that_is_about_nothing_here_is_refused() {
    for arguments in [
        &["--posix", "--all"][..],
        &["--scores", "--all"],
        &["--glossary", "--all"],
        &["--dir", "/"],
        &["--without", "cost"],
    ] {
        let output = Lab::new(arguments).output();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        let named = arguments.iter().rev().find(|it| it.starts_with("--"));
        assert!(said.contains(named.unwrap()), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}
