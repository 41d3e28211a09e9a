//! `mapscope lab --compare`: two results held against each other.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use super::{Lab, json, memory_dir, skip, text};

const ONE: &str = "shared-seen-by-shared";

/// The results of a run, in a file of this name.
#[track_caller]
fn results(dir: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let output = Lab::new(arguments).output();
    json(&output);
    let path = dir.join(name);
    fs::write(&path, &output.stdout).unwrap();
    path
}

fn compare(left: &Path, right: &Path) -> Output {
    Lab::new(&["--compare", left.to_str().unwrap(), right.to_str().unwrap()]).output()
}

/// Addresses, numbers of processes and times differ in each run, and are no differences. What only happens in most runs, such
/// as an addition that is lost, is none of these names: where it does not, one of the two is not available.
#[test]
fn what_varies_by_nature_is_no_difference() {
    let dir = tempfile::tempdir().unwrap();
    let names = [
        "fork",
        "moving",
        "anonymous",
        "names-of-shared-memory",
        "store-into-read-only-dies",
        "--json",
    ];
    let one = results(dir.path(), "one.json", &names);
    let other = results(dir.path(), "other.json", &names);
    let read = [&one, &other].map(|path| fs::read_to_string(path).unwrap());
    assert_ne!(read[0], read[1], "these runs cannot be told apart");
    let output = compare(&one, &other);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.ends_with(" in both: none differs\n"), "{said}");
}

/// How much room there is depends on everybody else, so that one run is compared with itself where the number is another.
#[test]
fn how_much_room_others_leave_is_no_difference() {
    let dir = tempfile::tempdir().unwrap();
    let one = results(dir.path(), "one.json", &["room-of-deleted-files", "--json"]);
    let mut report: Value = serde_json::from_slice(&fs::read(&one).unwrap()).unwrap();
    let mut n_changed = 0;
    for step in report["experiments"][0]["steps"].as_array_mut().unwrap() {
        if step["doing"]["call"]["object"] == "room" {
            step["observed"] = "12345".into();
            n_changed += 1;
        }
    }
    if n_changed == 0 {
        skip("how this file system counts is not known");
        return;
    }
    let other = dir.path().join("other.json");
    fs::write(&other, report.to_string()).unwrap();
    let output = compare(&one, &other);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

#[test]
fn another_verdict_and_another_byte_are_differences() {
    let dir = tempfile::tempdir().unwrap();
    let more = "two-mappings-one-process";
    let one = results(dir.path(), "one.json", &[ONE, more, "--json"]);
    let deceived = [
        ONE,
        "offset-maps-the-middle",
        "--json",
        "--sabotage",
        "B=other-mode",
    ];
    let same = results(dir.path(), "same.json", &deceived);
    let deceived = [
        ONE,
        "offset-maps-the-middle",
        "--json",
        "--sabotage",
        "A=skip-stores",
    ];
    let other = results(dir.path(), "other.json", &deceived);
    let output = compare(&one, &other);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for part in [
        "\nshared-seen-by-shared\n  verdict\n    1: as predicted\n    2: differs\n",
        "\n  step 10, B loads the byte at 28\n    1: 5a 'Z' (as expected)\n    2: 41 'A' (not as expected)\n",
        "\nonly in 1: two-mappings-one-process\n",
        "\nonly in 2: offset-maps-the-middle\n",
        "\n1 experiment in both: 1 differs\n",
    ] {
        assert!(said.contains(part), "{part:?} in {said}");
    }
    // What only one of them has is a difference too.
    let output = compare(&one, &same);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("1 experiment in both: none differs"));
}

#[test]
fn two_file_systems_differ_in_where_and_in_what_was_observed() {
    let Some(memory) = memory_dir() else {
        skip("there is no tmpfs");
        return;
    };
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let names = [
        "store-leaves-the-page-dirty",
        "shared-seen-by-read",
        "--json",
        "--dir",
    ];
    let at = |place: &Path| [&names[..], &[place.to_str().unwrap()]].concat().join("\n");
    let run = |name: &str, place: &Path| {
        let arguments = at(place);
        results(dir.path(), name, &arguments.lines().collect::<Vec<_>>())
    };
    let one = run("disk.json", dir.path());
    let other = run("memory.json", &memory);
    let ground = |path: &Path| {
        let report: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        report["ground"]["file_system"].as_str().unwrap().to_owned()
    };
    if ground(&one) == ground(&other) {
        skip("all is on tmpfs here");
        return;
    }
    let output = compare(&one, &other);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let surroundings = format!("  file system\n    1: {}\n    2: tmpfs\n", ground(&one));
    assert!(
        said.contains("\nsurroundings\n") && said.contains(&surroundings),
        "{said}"
    );
    assert!(
        said.contains("    2: The page is dirty before and after"),
        "{said}"
    );
    assert!(!said.contains("shared-seen-by-read"), "{said}");
}

#[test]
fn what_is_no_result_gets_one_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let good = results(dir.path(), "good.json", &[ONE, "--json"]);
    let whole = fs::read_to_string(&good).unwrap();
    let cases = [
        ("empty.json", String::new(), "no JSON"),
        ("cut.json", whole[..whole.len() / 2].to_owned(), "no JSON"),
        ("other.json", "{\"a\": 1}".to_owned(), "no result"),
        ("list.json", "[]".to_owned(), "no result"),
        (
            "newer.json",
            whole.replacen("\"version\": 1", "\"version\": 2", 1),
            "version",
        ),
        (
            "less.json",
            whole.replace("\"observed\"", "\"seen\""),
            "observed",
        ),
    ];
    for (name, contents, why) in cases {
        let path = dir.path().join(name);
        fs::write(&path, contents).unwrap();
        for (left, right) in [(&good, &path), (&path, &good)] {
            let output = compare(left, right);
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(3), "{said}");
            assert_eq!(said.lines().count(), 1, "one sentence: {said}");
            assert!(said.contains(name) && said.contains(why), "{said}");
            assert!(output.stdout.is_empty());
        }
    }
    let missing = dir.path().join("missing.json");
    let said = text(&compare(&good, &missing).stderr);
    assert!(
        said.contains("(ENOENT)") && said.contains("missing.json"),
        "{said}"
    );
}
