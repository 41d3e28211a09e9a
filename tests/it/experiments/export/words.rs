//! What programs and their exports say: the same steps in both languages, the calls where they are made, why something is
//! left out, and commands that do what is said of them.

use std::collections::BTreeMap;
use std::process::Stdio;

use super::*;

#[test]
fn every_experiment_has_the_same_steps_in_both_languages() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (in_c, told) = export(&["--all"], "--export-c", one.path());
    let (in_rust, told_of_rust) = export(&["--all"], "--export-rust", other.path());
    let left_out =
        |told: &str| -> Vec<String> { told.lines().skip(1).map(ToOwned::to_owned).collect() };
    assert_eq!(left_out(&told), left_out(&told_of_rust));
    // Number, who and what of each step, and the checks in between.
    let steps = |source: &str, marks: &[(&str, &str)]| -> Vec<String> {
        let lines = source.lines().filter_map(|line| {
            let line = line.trim_start();
            let (word, rest) = marks
                .iter()
                .find_map(|(mark, word)| Some((word, line.strip_prefix(mark)?)))?;
            let end = if *word == "expect" {
                rest.find(',')?
            } else {
                rest.rfind(')').or_else(|| rest.rfind(" {"))?
            };
            Some(format!("{word} {}", &rest[..end]))
        });
        lines.collect()
    };
    for experiment in predicting() {
        let name = experiment.claim.name;
        let c = fs::read_to_string(in_c.join(format!("{name}.c"))).unwrap();
        let rust = fs::read_to_string(in_rust.join(format!("src/bin/{name}.rs"))).unwrap();
        let c = steps(
            &c,
            &[
                ("DO(", "must"),
                ("TRY(", "may"),
                ("START(", "start"),
                ("EXPECT(", "expect"),
            ],
        );
        // What is broken into lines begins with the same words.
        let rust = once_more_joined(&rust);
        let rust = steps(
            &rust,
            &[
                ("if lab.must(", "must"),
                ("if lab.may(", "may"),
                ("lab.start(", "start"),
                ("expect!(lab, ", "expect"),
            ],
        );
        assert_eq!(c, rust, "{name}");
        assert!(
            c.len() > 2 || experiment.available().is_err(),
            "{name}: {c:?}"
        );
    }
}

/// The first arguments of `expect!` in the line that it begins.
fn once_more_joined(source: &str) -> String {
    let mut parts = source.split("expect!(");
    let mut joined = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (first, rest) = part.split_once(',').unwrap_or((part, ""));
        let rest = rest.trim_start();
        joined += "expect!(";
        joined += first.trim();
        joined += ", ";
        joined += rest;
    }
    joined
}

#[test]
fn a_program_shows_its_calls_where_they_are_made() {
    let place = tempfile::tempdir().unwrap();
    let (folder, _) = export(
        &["msync-sync-cleans", "fork-shared-anonymous"],
        "--export-c",
        place.path(),
    );
    let source = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let synced = source("msync-sync-cleans.c");
    let order = [
        "fd_f = open(\"f\", O_RDWR | O_CLOEXEC);",
        "m = mmap(NULL, ",
        "store(m + 28, \"Z\", 1);",
        "told(msync(m, ",
    ];
    let places: Vec<_> = order
        .iter()
        .map(|call| synced.find(call).expect(call))
        .collect();
    assert!(places.is_sorted(), "{synced}");
    assert!(source("fork-shared-anonymous.c").contains("pid_t child = fork();"));
}

#[test]
fn what_a_plain_process_cannot_do_is_left_out_with_its_reason() {
    let place = tempfile::tempdir().unwrap();
    let (folder, told) = export(&["cost"], "--export-c", place.path());
    let mut lines = told.lines();
    assert_eq!(lines.next(), Some("no program was written"));
    let reasons: BTreeMap<&str, &str> = lines
        .map(|line| {
            line.strip_prefix("left out: ")
                .unwrap()
                .split_once(": ")
                .unwrap()
        })
        .collect();
    assert_eq!(reasons.len(), 4, "{told}");
    assert!(
        reasons
            .values()
            .all(|why| why.contains("mapscope's own measuring"))
    );
    assert!(!folder.exists());
}

#[test]
fn the_commands_of_the_readme_do_what_it_says() {
    if !has_compiler() || !Path::new(env!("CARGO")).exists() {
        return;
    }
    let readme = fs::read_to_string("README.md").unwrap();
    let commands: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with("mapscope lab ") && line.contains(" && "))
        .collect();
    assert_eq!(commands.len(), 2, "{commands:?}");
    let place = tempfile::tempdir().unwrap();
    let (own, cargo) = (
        program().parent().unwrap(),
        Path::new(env!("CARGO")).parent().unwrap(),
    );
    let path = std::env::var("PATH").unwrap_or_default();
    for command in commands {
        let output = Command::new("sh")
            .args(["-ec", command])
            .current_dir(place.path())
            .env(
                "PATH",
                format!("{}:{}:{path}", own.display(), cargo.display()),
            )
            .env("CARGO_NET_OFFLINE", "true")
            .env_remove("CARGO_TARGET_DIR")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let (printed, said) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{command}: {printed}{said}");
        let is_run = printed.contains("verdict    as predicted")
            || printed.contains("0 shared-seen-by-read");
        assert!(is_run, "{command}: {printed}");
    }
}
