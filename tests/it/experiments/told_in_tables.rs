//! The tables of the lab, held against what they are about: the list against what this system has, what POSIX asserts against the
//! experiments that are said to show it, measurements and JSON against the run.

use mapscope::lab::catalogue;
use mapscope::lab::claim::{CostPoint, Environment, LabTopic, RunRecord, Verdict};
use mapscope::lab::export::{ExportLanguage, export};
use mapscope::lab::glossary::TERMS;
use mapscope::lab::learning::{OwnAnswer, OwnAnswers};
use mapscope::lab::posix::{ASSERTIONS, DIFFERENCES, ShownBy, tables};
use mapscope::lab::report::{Report, list, run_lines};
use mapscope::map::page_bytes;
use serde_json::Value;

use super::{Lab, text};

/// The names of errors and signals in a sentence.
fn codes(sentence: &str) -> Vec<&str> {
    let words = sentence.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .filter(|word| {
            let is_code = |start: &str| word.starts_with(start) && word.len() > start.len() + 2;
            is_code("E") || is_code("SIG")
        })
        .filter(|word| {
            word.chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        })
        .collect()
}

/// The experiments as programs in C, for root and for others: what they expect stands there in the words of the system.
fn programs(names: &[&str]) -> String {
    let experiments = names.iter().map(|name| catalogue::find(name).unwrap());
    let experiments: Vec<_> = experiments.collect();
    let of_user = |user| {
        let environment = Environment {
            page_bytes: page_bytes(),
            file_system: "ext4".to_owned(),
            user: Some(user),
            ..Environment::default()
        };
        export(&experiments, ExportLanguage::C, &environment).files
    };
    let files = [0, 1000].into_iter().flat_map(of_user);
    let programs = files.filter(|file| !file.path.starts_with("lab."));
    programs.map(|file| file.text).collect()
}

/// Whether one of these expects it: a call that fails so, or a process that ends so.
#[track_caller]
fn check_shown(code: &str, names: &[&str], sentence: &str) {
    let programs = programs(names);
    let is_expected = programs
        .lines()
        .filter(|line| {
            line.contains("failed_with(")
                || line.contains("was_killed(")
                || line.contains("ended_with(")
        })
        .any(|line| line.contains(code));
    assert!(is_expected, "{names:?} do not show {code}: {sentence}");
}

#[test]
fn what_posix_says_of_errors_is_shown_by_the_experiments_that_are_named() {
    let mut n_checked = 0;
    for one in ASSERTIONS {
        let ShownBy::Experiments(names) = one.shown_by else {
            continue;
        };
        // What Linux says instead is what can be seen.
        let instead = one.gist.split_once("Linux says");
        let gist = instead.map_or(one.gist, |(_, linux)| linux);
        for code in codes(gist) {
            check_shown(code, names, one.gist);
            n_checked += 1;
        }
    }
    for one in DIFFERENCES {
        for code in codes(one.linux) {
            check_shown(code, one.shown_by, one.linux);
            n_checked += 1;
        }
    }
    assert!(n_checked >= 20, "{n_checked}");
}

#[test]
fn posix_and_linux_stand_in_their_places() {
    let told = tables();
    for one in DIFFERENCES {
        let lines = format!(
            "  POSIX says: {}\n  Linux does: {}\n      {}\n",
            one.posix,
            one.linux,
            one.shown_by.join(", ")
        );
        assert!(told.contains(&lines), "{lines} in {told}");
    }
    let mut n_shown = 0;
    for one in ASSERTIONS {
        let shown_by = match one.shown_by {
            ShownBy::Experiments(names) => names.join(", "),
            ShownBy::Exercise(name) => format!("the exercise of {name}"),
            ShownBy::Nothing(why) => format!("- {why}"),
        };
        n_shown += usize::from(!shown_by.starts_with("- "));
        let lines = format!("  {:>2}  {}\n      {shown_by}\n", one.number, one.gist);
        assert!(told.contains(&lines), "{lines} in {told}");
    }
    let sum = format!(
        "\n{n_shown} of {} are shown; the others say why not.\n",
        ASSERTIONS.len()
    );
    assert!(told.contains(&sum), "{sum} in {told}");
}

#[test]
fn the_list_says_what_this_system_does_not_have() {
    let told = list();
    let mut lines = told.lines();
    for experiment in LabTopic::ALL.into_iter().flat_map(catalogue::of_topic) {
        let claim = &experiment.claim;
        let row = format!("  {:<36} {}", claim.name, claim.question());
        assert!(lines.any(|line| line == row), "{row} in {told}");
        if let Err(why) = experiment.available() {
            let why = format!("  {:<36} not available here: {why}", "");
            assert_eq!(lines.next(), Some(&*why));
        }
    }
}

#[test]
fn a_word_of_the_glossary_names_what_shows_it() {
    let told = text(&Lab::new(&["--glossary"]).output().stdout);
    for term in &TERMS {
        let also = if term.also.is_empty() {
            String::new()
        } else {
            format!(" (also: {})", term.also.join(", "))
        };
        let shown_by = match term.shown_by {
            "" => String::new(),
            name => format!("  shown by {name}\n"),
        };
        let lines = format!("{}{also}\n  {}\n{shown_by}", term.word, term.meaning);
        assert!(told.contains(&lines), "{lines} in {told}");
    }
}

fn measured(costs: Vec<CostPoint>) -> RunRecord {
    RunRecord {
        name: "cost-warm-random".to_owned(),
        verdict: Verdict::Measured,
        predicted: "what was predicted".to_owned(),
        observed: "what was observed".to_owned(),
        steps: Vec::new(),
        peers: Vec::new(),
        costs,
        milliseconds: 12,
    }
}

#[test]
fn a_measurement_stands_under_its_heads_and_points_to_who_is_faster() {
    let point = CostPoint {
        bytes: 4096,
        taken: 4096,
        read_seconds: 2e-6,
        load_seconds: 8e-6,
        read_faults: (1, 2),
        load_faults: (3, 4),
        kept_seconds: Some(5e-7),
    };
    let cold = CostPoint {
        read_seconds: 8e-6,
        load_seconds: 2e-6,
        kept_seconds: None,
        ..point.clone()
    };
    let told = run_lines(&measured(vec![point, cold]), false);
    let lines = [
        "          file        read  mmap, load        load    faults (read)    faults (load)  mmap faster <  > read faster",
        "       4.0 KiB      2.0 \u{b5}s      8.0 \u{b5}s      500 ns            1 + 2            3 + 4            |####       read is 4.0 times faster; where the mapping is kept, mmap is 4.0 times faster",
        "       4.0 KiB      8.0 \u{b5}s      2.0 \u{b5}s           -            1 + 2            3 + 4        ####|           mmap is 4.0 times faster",
    ];
    for line in lines {
        assert!(
            told.lines().any(|it| it.trim_end() == line),
            "{line} in {told}"
        );
    }
}

#[test]
fn each_field_of_json_is_that_of_the_run() {
    let environment = Environment {
        dir: "/there".to_owned(),
        file_system: "xfs".to_owned(),
        ..Environment::default()
    };
    let records = [measured(Vec::new())];
    let report: Value = serde_json::from_str(&Report::new(&environment, &records).json()).unwrap();
    let claim = &catalogue::find("cost-warm-random").unwrap().claim;
    let one = &report["experiments"][0];
    for (field, value) in [
        ("name", claim.name),
        ("title", claim.title),
        ("question", claim.question()),
        ("why", claim.why),
        ("source", claim.source),
        ("predicted", "what was predicted"),
        ("observed", "what was observed"),
        ("topic", "cost"),
    ] {
        assert_eq!(one[field], value, "{field}");
    }
    assert_eq!(one["verdict"]["is"], "measured");
    assert_eq!(one["milliseconds"], 12);
    assert_eq!(report["ground"]["dir"], "/there");
    assert_eq!(report["ground"]["file_system"], "xfs");
}

#[test]
fn what_a_run_did_not_tell_counts_neither_way() {
    let mut own = OwnAnswers::default();
    let claims = catalogue::all()
        .map(|it| &it.claim)
        .filter(|it| it.topic.word() == "sharing");
    for (claim, right) in claims.zip([Some(true), Some(false), Some(false), None, None, None]) {
        let choice = claim.choices[0].to_owned();
        let at = "then".to_owned();
        own.note(claim.name, OwnAnswer { choice, right, at });
    }
    let score = own.scores()[0];
    let left = score.asked - 6;
    let told = format!(
        "1 right, 2 wrong, 3 not told by the run, {left} of {} not answered",
        score.asked
    );
    assert_eq!(score.to_string(), told);
    assert_eq!(score.unanswered(), left);
}
