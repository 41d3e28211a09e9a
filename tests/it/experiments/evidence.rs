//! What is said of a run was seen in it: the sentence, the data of each step, and what is said of each peer.

use mapscope::lab::claim::{Contents, Doing, RunStep, Verdict, time_words};
use mapscope::peer::calls::{Call, Outcome};
use serde_json::Value;

use super::{Lab, json, memory_dir, run_one};

#[test]
fn the_sentence_is_made_from_what_was_loaded() {
    let record = run_one("shared-seen-by-shared", |_| {});
    assert_eq!(record.verdict, Verdict::AsPredicted);
    assert_eq!(
        record.observed,
        "B loaded 'A' at 28; A stored 'Z' at 28, then B loaded 'Z' at 28, with no call on file or mapping in between"
    );
    // A call in between is one.
    let record = run_one("unmap-loses-no-store", |_| {});
    assert!(!record.observed.contains("no call"), "{}", record.observed);
    assert!(
        record.observed.ends_with("B loaded 'AZA' at 27"),
        "{}",
        record.observed
    );
    let record = run_one("page-past-end-sigbus", |_| {});
    let page = mapscope::map::page_bytes();
    let words = format!("; A, loading at {page}, was killed by SIGBUS (BUS_ADRERR) at 0x");
    assert!(record.observed.contains(&words), "{}", record.observed);
    let record = run_one("child-unmaps-alone", |_| {});
    let words = "C looked up m in /proc/self/maps: no line";
    assert!(record.observed.contains(words), "{}", record.observed);
}

/// The calls of a run, as data.
fn calls(steps: &[RunStep]) -> Vec<(&Call, bool, &Outcome)> {
    let asked = steps
        .iter()
        .filter_map(|step| match (&step.doing, &step.told) {
            (Doing::Ask { call, sets_up }, Some(told)) => Some((call, *sets_up, told)),
            _ => None,
        });
    asked.collect()
}

#[test]
fn each_step_says_as_data_what_was_done() {
    let record = run_one("page-past-end-sigbus", |_| {});
    let made = Doing::MakeFile {
        name: "f".to_owned(),
        contents: Contents::Letters {
            first: 'A',
            pages: 1,
        },
    };
    assert_eq!(record.steps[0].doing, made);
    assert_eq!(record.steps[1].doing, Doing::Start);
    let calls = calls(&record.steps);
    let words: Vec<_> = calls.iter().map(|it| (it.0.word(), it.1)).collect();
    let expected = [
        ("open", true),
        ("map", true),
        ("load", false),
        ("load", false),
    ];
    assert_eq!(words, expected);
    // It died of the last one, whose calls nobody could list.
    assert!(matches!(calls[3].2, Outcome::Killed(_)));
    assert!(record.steps.last().unwrap().calls.is_empty());
}

#[test]
fn json_has_contents_mapping_file_and_the_call_that_a_peer_died_of() {
    let report = json(
        &Lab::new(&[
            "page-past-end-sigbus",
            "renamed-over-file-lives-on",
            "--json",
        ])
        .output(),
    );
    let steps = report["experiments"][0]["steps"].as_array().unwrap();
    let doing = |index: usize| &steps[index]["doing"];
    assert_eq!(doing(0)["is"], "make-file");
    assert_eq!(doing(0)["contents"]["are"], "letters");
    assert_eq!(doing(0)["contents"]["first"], "A");
    assert_eq!(doing(3)["call"]["call"], "map");
    assert_eq!(doing(3)["call"]["map"], "m");
    assert_eq!(doing(3)["call"]["source"]["file"], "f");
    assert_eq!(doing(3)["sets_up"], true);
    let last = &steps[steps.len() - 1]["doing"];
    assert_eq!(last["call"]["call"], "load");
    assert_eq!(last["call"]["map"], "m");
    assert_eq!(last["sets_up"], false);
    let is_rename = |step: &&Value| step["doing"]["is"] == "rename-file";
    let steps = report["experiments"][1]["steps"].as_array().unwrap();
    let renamed = steps.iter().find(is_rename).unwrap();
    assert_eq!(renamed["doing"]["to"], "f");
}

/// Loads and stores say which page faults they had; system calls do not.
#[test]
fn json_has_the_faults_of_loads_and_stores() {
    let report = json(&Lab::new(&["shared-seen-by-shared", "--json"]).output());
    let mut n_counted = 0;
    for step in report["experiments"][0]["steps"].as_array().unwrap() {
        for call in step["calls"].as_array().unwrap() {
            let text = call["text"].as_str().unwrap();
            let is_touch = text.starts_with("load(") || text.starts_with("store(");
            assert_eq!(call["faults"]["minor"].is_u64(), is_touch, "{call}");
            n_counted += u64::from(is_touch);
        }
    }
    assert!(n_counted >= 3, "{n_counted}");
}

#[test]
fn of_a_dead_process_its_last_load_is_said_to_be_before_its_end() {
    let record = run_one("page-past-end-sigbus", |_| {});
    let card = &record.peers[0];
    assert!(card.ended.is_some(), "{card:?}");
    assert!(
        card.bytes.ends_with(": 41 'A', before it ended"),
        "{card:?}"
    );
}

#[test]
fn of_many_pages_it_is_said_which_were_looked_at() {
    let record = run_one("memory-comes-with-the-touch", |_| {});
    let card = &record.peers[0];
    assert!(card.pages.contains("(the first 8 of "), "{card:?}");
    let record = run_one("one-byte-copies-one-page", |_| {});
    let card = &record.peers[0];
    assert!(!card.pages.contains("first"), "{card:?}");
}

/// A copy is one of a page of a file or of a parent; memory without a file copies nothing.
#[test]
fn pages_of_no_file_are_no_copies() {
    for (name, is_copy, words) in [
        ("memory-comes-with-the-touch", false, "anonymous page"),
        ("fork-shared-anonymous", false, "shared anonymous page"),
        ("one-byte-copies-one-page", true, "private copy"),
    ] {
        let record = run_one(name, |_| {});
        let card = &record.peers[0];
        assert!(card.pages.contains(words), "{name}: {card:?}");
        assert_eq!(card.pages.contains("copy"), is_copy, "{name}: {card:?}");
    }
}

#[test]
fn short_times_are_in_nanoseconds() {
    assert_eq!(time_words(62e-9), "62 ns");
    assert_eq!(time_words(1.2e-6), "1.2 \u{b5}s");
    assert_eq!(time_words(3.4e-3), "3.40 ms");
}

/// mapscope's own steps are read with its name before them.
#[test]
fn steps_of_mapscope_are_sentences_with_its_name() {
    for name in [
        "first-store-after-msync-faults",
        "small-malloc-is-no-mapping",
    ] {
        let record = run_one(name, |_| {});
        let own: Vec<_> = record
            .steps
            .iter()
            .filter(|step| step.peer.is_none())
            .collect();
        assert!(!own.is_empty());
        for step in own {
            let verb = step.what.split(' ').next().unwrap();
            assert!(
                verb.ends_with('s') && verb != "faults",
                "mapscope {}",
                step.what
            );
        }
    }
}

/// What a file system in memory has of a store is what a disk has, in other words.
#[test]
fn the_sentence_follows_what_was_seen_and_not_the_prediction() {
    let Some(memory) = memory_dir() else {
        crate::skip::skip("/dev/shm is no tmpfs here");
        return;
    };
    let there = tempfile::tempdir_in(memory).unwrap();
    let seen = |dir: &std::path::Path| {
        let output = Lab::new(&[
            "tail-store-is-not-saved",
            "--json",
            "--dir",
            dir.to_str().unwrap(),
        ])
        .output();
        json(&output)["experiments"][0]["observed"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(seen(there.path()).ends_with("B read 'WXYZ' at 98 of f"));
}
