//! Results that no run wrote as they are, held against each other: names and texts that would pass for others, more of everything than
//! there ever is, and experiments that did not begin.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Lab, text};

/// Results with these experiments.
fn results(experiments: &Value) -> Value {
    json!({"format": "mapscope-lab", "version": 1, "ground": {"dir": "/tmp"}, "experiments": experiments})
}

fn experiment(name: &str, verdict: &Value, steps: &Value) -> Value {
    json!({"name": name, "predicted": "It is", "verdict": verdict, "steps": steps})
}

fn step(number: u64, peer: &str, what: &str, observed: &str) -> Value {
    json!({"number": number, "peer": peer, "what": what, "doing": {}, "observed": observed, "holds": null})
}

fn predicted() -> Value {
    json!({"is": "as-predicted", "because": null})
}

#[track_caller]
fn file(dir: &Path, name: &str, results: &Value) -> PathBuf {
    let path = dir.join(name);
    fs::write(&path, results.to_string()).unwrap();
    path
}

/// It ends by itself, and soon.
#[track_caller]
fn compare(left: &Path, right: &Path) -> Output {
    let mut lab = Lab::new(&["--compare", left.to_str().unwrap(), right.to_str().unwrap()]);
    lab.command.stdin(Stdio::null());
    // A file takes as much as there is: nobody reads before the end.
    let said = tempfile::tempfile().unwrap();
    lab.command
        .stdout(said.try_clone().unwrap())
        .stderr(Stdio::piped());
    let mut child = lab.command.spawn().unwrap();
    let until = Instant::now() + Duration::from_mins(1);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() >= until {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut output = child.wait_with_output().unwrap();
    let (mut said, mut stdout) = (said, Vec::new());
    std::io::Seek::rewind(&mut said).unwrap();
    std::io::Read::read_to_end(&mut said, &mut stdout).unwrap();
    output.stdout = stdout;
    output
}

#[track_caller]
fn told(left: &Value, right: &Value) -> (String, Option<i32>) {
    let dir = tempfile::tempdir().unwrap();
    let output = compare(
        &file(dir.path(), "left.json", left),
        &file(dir.path(), "right.json", right),
    );
    assert_eq!(text(&output.stderr), "");
    (text(&output.stdout), output.status.code())
}

/// A line of its own is what mapscope says; what a file says stands below it, or within it.
#[test]
fn no_text_of_a_file_passes_for_a_line_of_its_own() {
    let forged = "x\n\nonly in 1: everything\n\u{1b}[31m  verdict";
    let mut left = results(&json!([
        experiment(forged, &predicted(), &json!([step(1, "A", forged, "old")])),
        experiment(
            "same",
            &predicted(),
            &json!([step(1, "A", "looks", forged)])
        ),
    ]));
    left["ground"]["dir"] = forged.into();
    left["ground"][forged] = forged.into();
    let right = results(&json!([experiment(
        "same",
        &json!({"is": "differs", "because": forged}),
        &json!([step(1, "A", "looks", "new")]),
    )]));
    let mut other = left.clone();
    other["experiments"][0]["steps"][0]["observed"] = "new".into();
    for (said, code) in [
        told(&left, &right),
        told(&right, &left),
        told(&left, &other),
    ] {
        assert_eq!(code, Some(1));
        assert!(!said.contains('\u{1b}'), "{said}");
        let forged = said.lines().filter(|line| {
            ["only in 1: everything", "  verdict"]
                .iter()
                .any(|it| line == it)
        });
        let real = said.contains("2: differs") || said.contains("1: differs");
        assert_eq!(forged.count(), usize::from(real), "{said}");
        assert!(!said.contains("\nonly in 1: everything"), "{said}");
    }
}

#[test]
fn what_did_not_begin_differs_by_its_verdict_alone() {
    let steps = json!([
        step(1, "A", "looks", "done"),
        step(2, "A", "stores", "done")
    ]);
    let one = results(&json!([experiment("some", &predicted(), &steps)]));
    let not_here = json!({"is": "not-available", "because": "nobody has it"});
    let other = results(&json!([experiment("some", &not_here, &json!([]))]));
    let differs = "\nsome\n  verdict\n    1: as predicted\n    2: not available: nobody has it\n\n1 experiment in both: 1 differs\n";
    let (said, code) = told(&one, &other);
    assert_eq!(code, Some(1));
    assert!(said.ends_with(differs), "{said}");
    // Of one that did begin, steps that are missing are told.
    let none = results(&json!([experiment("some", &predicted(), &json!([]))]));
    let (said, code) = told(&one, &none);
    assert_eq!(code, Some(1));
    assert_eq!(said.matches("    2: no such step\n").count(), 2, "{said}");
}

/// What is done several times stands at the first of them, and is told of the last: also then in the order of the steps.
#[test]
fn steps_are_told_in_their_order() {
    let steps = |last: &str| {
        json!([
            step(1, "A", "looks", "done"),
            step(2, "B", "looks", last),
            step(3, "A", "looks", last),
        ])
    };
    let more = |last: &str| {
        let mut steps = steps(last);
        let all = steps.as_array_mut().unwrap();
        all.insert(2, step(3, "A", "looks", "done"));
        all[3]["number"] = 4.into();
        steps
    };
    let one = results(&json!([experiment("some", &predicted(), &steps("left"))]));
    let other = results(&json!([experiment("some", &predicted(), &more("right"))]));
    let (said, _) = told(&one, &other);
    let told: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("  step "))
        .collect();
    assert_eq!(told, ["  step 2, B looks", "  step 3, A looks"], "{said}");
}

#[test]
fn many_experiments_are_compared_and_too_much_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let many: Vec<Value> = (0..150_000)
        .map(|number| {
            experiment(
                &format!("{number}"),
                &json!({"is": "measured", "because": null}),
                &json!([]),
            )
        })
        .collect();
    let path = file(dir.path(), "many.json", &results(&many.into()));
    let output = compare(&path, &path);
    let said = text(&output.stdout);
    assert!(
        said.ends_with("\n150000 experiments in both: none differs\n"),
        "{said} {}",
        text(&output.stderr)
    );

    // A number of two letters takes sixteen times as much memory.
    let mut large = results(&json!([]));
    large["ground"]["dir"] = vec![0; 9 << 20].into();
    let path = file(dir.path(), "large.json", &large);
    let output = compare(&path, &path);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("file too large") && said.contains("large.json"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
}

/// Also where the path is a folder, or the file is none of text: what can be done is of that.
#[test]
fn each_refusal_says_what_can_be_done() {
    let dir = tempfile::tempdir().unwrap();
    let good = file(dir.path(), "good.json", &results(&json!([])));
    let binary = dir.path().join("binary.json");
    fs::write(&binary, b"\xff\xfe{").unwrap();
    let seq = file(dir.path(), "seq.json", &json!(["mapscope-lab", 1]));
    for (path, parts) in [
        (dir.path(), ["(EISDIR)", "name a file in it"]),
        (&binary, ["is no text", "make one with"]),
        (&seq, ["lacks a part", "make one with"]),
    ] {
        let output = compare(&good, path);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(parts.iter().all(|part| said.contains(part)), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

/// The same words can be what one of the two expects and the other one does not.
#[test]
fn how_a_check_came_out_is_a_difference() {
    let judged = |holds: Value| {
        let mut step = step(1, "A", "looks", "done");
        step["holds"] = holds;
        results(&json!([experiment("some", &predicted(), &json!([step]))]))
    };
    let kinds = [
        (Value::Null, "done"),
        (true.into(), "done (as expected)"),
        (false.into(), "done (not as expected)"),
    ];
    for (left, one) in &kinds {
        for (right, other) in &kinds {
            let (said, code) = told(&judged(left.clone()), &judged(right.clone()));
            assert_eq!(code, Some(i32::from(left != right)), "{said}");
            let lines = format!("  step 1, A looks\n    1: {one}\n    2: {other}\n");
            assert_eq!(said.contains(&lines), left != right, "{said}");
        }
    }
}

/// What two processes add without asking each other is lost by chance, and so is what is loaded after it.
#[test]
fn what_is_loaded_after_a_race_is_no_difference() {
    for (call, is_same) in [("count", true), ("race", true), ("store", false)] {
        let run = |observed: &str| {
            let mut adds = step(1, "A", "adds", "done");
            adds["doing"] = json!({"is": "ask", "call": {"call": call}});
            let mut loads = step(2, "A", "loads", observed);
            loads["doing"] = json!({"is": "ask", "call": {"call": "load"}});
            results(&json!([experiment(
                "some",
                &predicted(),
                &json!([adds, loads])
            )]))
        };
        let (said, code) = told(&run("5a 'Z'"), &run("41 'A'"));
        assert_eq!(code, Some(i32::from(!is_same)), "{call}: {said}");
    }
}
