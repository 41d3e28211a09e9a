//! Experiments as stand-alone programs: that they build without a warning, observe what mapscope observes, step by step,
//! say so where they do not, and leave nothing behind; and that an export overwrites nothing.

mod elsewhere;
mod folders;
mod same;

use std::collections::BTreeMap;
use std::process::Stdio;
use std::thread;

use mapscope::lab::claim::{Doing, Promise, RunRecord, Verdict};
use mapscope::peer::calls::{Call, ProcessCall};

use super::*;
use same::compared;

/// Whether there is a compiler, and make.
fn has_compiler() -> bool {
    let has = ["cc", "make"].iter().all(|tool| {
        let found = Command::new(tool).arg("--version").output();
        found.is_ok_and(|found| found.status.success())
    });
    if !has {
        skip("there is no C compiler, or no make");
    }
    has
}

/// Exports these into a folder below `dir`.
#[track_caller]
fn export(names: &[&str], language: &str, dir: &Path) -> (PathBuf, String) {
    let folder = dir.join("programs");
    let mut arguments = names.to_vec();
    let at = folder.to_str().unwrap();
    arguments.extend([language, at, "--dir", dir.to_str().unwrap()]);
    let output = Lab::new(&arguments).output();
    assert!(output.status.success(), "{}", text(&output.stderr));
    (folder, text(&output.stdout))
}

/// Builds all programs of a folder; every warning is an error.
#[track_caller]
fn build(folder: &Path) {
    let made = Command::new("make")
        .args(["-k", "-j2", "CFLAGS=-O2 -Wall -Wextra -Werror", "-C"])
        .arg(folder)
        .output()
        .unwrap();
    let said = text(&made.stderr);
    assert!(made.status.success() && said.is_empty(), "{said}");
}

/// Runs a program with its scratch files below `dir`, which is empty afterwards.
#[track_caller]
fn run_program(program: &Path, dir: &Path) -> Output {
    let output = Command::new(program)
        .arg(dir)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(is_empty(dir), "{} left something", program.display());
    output
}

/// What a program said it came to, as mapscope says it.
fn exit_of(verdict: &Verdict) -> i32 {
    match verdict {
        Verdict::AsPredicted => 0,
        Verdict::NotAvailable(_) => 77,
        Verdict::Differs => 1,
        Verdict::Measured | Verdict::NotDone(_) | Verdict::Cancelled => 2,
    }
}

/// Whether one of two runs may well show what the other cannot: nobody promises it, or it turns a knob of the machine, which
/// only one at a time may.
fn may_differ(record: &RunRecord) -> bool {
    let claim = &catalogue::find(&record.name).unwrap().claim;
    let turns = |doing: &Doing| {
        let Doing::Ask { call, .. } = doing else {
            return false;
        };
        matches!(call, Call::Process(ProcessCall::Tune { .. }))
    };
    claim.promise == Promise::Open || record.steps.iter().any(|step| turns(&step.doing))
}

/// What is wrong with what a program printed beside what mapscope observed; else how many steps agree.
fn judged(record: &RunRecord, program: &Path, dir: &Path) -> Result<usize, String> {
    let output = run_program(program, dir);
    let said = text(&output.stdout);
    let wanted = exit_of(&record.verdict);
    let found = output.status.code();
    if found == Some(wanted) {
        return match wanted {
            0 => compared(record, &said).map_err(|how| format!("{}: {how}", record.name)),
            _ => Ok(0),
        };
    }
    if may_differ(record) && [wanted, found.unwrap_or(2)].contains(&77) {
        return Ok(0);
    }
    let errors = text(&output.stderr);
    Err(format!(
        "{}: {found:?}, not {wanted}: {said}{errors}",
        record.name
    ))
}

/// Builds the programs while mapscope carries the experiments out, then runs each beside what that came to.
#[track_caller]
fn compare(
    experiments: &[&'static Experiment],
    build: impl FnOnce() + Send,
    program_of: impl Fn(&str) -> PathBuf + Sync,
) {
    let dir = tempfile::tempdir().unwrap();
    let (records, over) = thread::scope(|scope| {
        let building = scope.spawn(build);
        let ran = run(experiments, &options(dir.path()), |_| {});
        building.join().unwrap();
        ran
    });
    over.unwrap();
    let next = AtomicU32::new(0);
    let some = || {
        let dir = tempfile::tempdir().unwrap();
        let mut judgements = Vec::new();
        while let Some(record) = records.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
            judgements.push(judged(record, &program_of(&record.name), dir.path()));
        }
        judgements
    };
    let judgements = thread::scope(|scope| {
        let other = scope.spawn(some);
        let mut judgements = some();
        judgements.extend(other.join().unwrap());
        judgements
    });
    let (agreed, wrong): (Vec<_>, Vec<_>) = judgements.into_iter().partition(Result::is_ok);
    let wrong: Vec<String> = wrong.into_iter().filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let agreed: usize = agreed.into_iter().flatten().sum();
    assert!(
        agreed > 4 * experiments.len(),
        "only {agreed} steps were compared"
    );
}

#[test]
fn every_program_in_c_builds_and_observes_what_mapscope_does() {
    if !has_compiler() {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let (folder, told) = export(&["--all"], "--export-c", place.path());
    let experiments = predicting();
    assert!(
        told.starts_with(&format!("{} programs written: ", experiments.len())),
        "{told}"
    );
    let left_out = told
        .lines()
        .filter(|line| line.starts_with("left out: cost-"));
    assert_eq!(
        left_out.count(),
        catalogue::all().count() - experiments.len(),
        "{told}"
    );
    compare(&experiments, || build(&folder), |name| folder.join(name));
}

/// Those that are built in Rust too: stores seen by others, copies, signals, execve, vfork, times, malloc, addresses, pipes.
const IN_RUST: [&str; 10] = [
    "shared-seen-by-shared",
    "fork-copies-on-write",
    "page-past-end-sigbus",
    "exec-drops-mappings",
    "vfork-shares",
    "msync-async-does-nothing",
    "small-malloc-is-no-mapping",
    "names-of-shared-memory",
    "others-copies-can-be-read",
    "sigbus-handler-hides-the-loss",
];

#[test]
fn programs_in_rust_build_and_observe_what_mapscope_does() {
    let cargo = Path::new(env!("CARGO"));
    if !cargo.exists() {
        return skip("cargo is not where it was");
    }
    let place = tempfile::tempdir().unwrap();
    let (folder, told) = export(&IN_RUST, "--export-rust", place.path());
    assert!(told.starts_with("10 programs written: cargo "), "{told}");
    let build = || {
        let built = Command::new(cargo)
            .args(["build", "--offline", "--quiet"])
            .current_dir(&folder)
            .env("CARGO_TARGET_DIR", folder.join("target"))
            .env("RUSTFLAGS", "-D warnings")
            .output()
            .unwrap();
        let said = text(&built.stderr);
        assert!(built.status.success() && said.is_empty(), "{said}");
    };
    let experiments: Vec<_> = IN_RUST
        .iter()
        .filter_map(|name| catalogue::find(name))
        .collect();
    let programs = folder.join("target/debug");
    compare(&experiments, build, |name| programs.join(name));
}

#[test]
fn every_program_in_rust_is_as_rustfmt_leaves_it() {
    let cargo = Path::new(env!("CARGO"));
    let has = Command::new(cargo).args(["fmt", "--version"]).output();
    if !has.is_ok_and(|found| found.status.success()) {
        return skip("there is no rustfmt");
    }
    let place = tempfile::tempdir().unwrap();
    let (folder, _) = export(&["--all"], "--export-rust", place.path());
    let checked = Command::new(cargo)
        .args(["fmt", "--check"])
        .current_dir(&folder)
        .output()
        .unwrap();
    let (said, errors) = (text(&checked.stdout), text(&checked.stderr));
    assert!(checked.status.success(), "{said}{errors}");
}

#[test]
fn every_program_in_c_is_tidy() {
    let place = tempfile::tempdir().unwrap();
    let (folder, _) = export(&["--all"], "--export-c", place.path());
    for experiment in predicting() {
        let name = experiment.claim.name;
        let source = fs::read_to_string(folder.join(format!("{name}.c"))).unwrap();
        let (_, steps) = source.split_once("static void experiment(void)").unwrap();
        for line in source.lines() {
            assert!(line.chars().count() <= 110, "{name}: {line}");
            assert_eq!(line.trim_end(), line, "{name}: blanks at the end");
            assert!(!line.contains('\t'), "{name}: {line}");
        }
        for line in steps
            .lines()
            .filter(|line| !line.trim_start().starts_with("/*"))
        {
            let indent = line.len() - line.trim_start().len();
            let is_comment = line.len() > indent && indent % 4 == 3;
            assert!(indent % 4 == 0 || is_comment, "{name}: {line}");
        }
    }
}

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

#[test]
fn a_program_that_does_otherwise_says_so() {
    if !has_compiler() {
        return;
    }
    let (place, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let name = "shared-seen-by-shared";
    let (folder, _) = export(&[name], "--export-c", place.path());
    let path = folder.join(format!("{name}.c"));
    let source = fs::read_to_string(&path).unwrap();
    let broken = source.replace("MAP_SHARED, ", "MAP_PRIVATE, ");
    assert_ne!(source, broken);
    fs::write(&path, broken).unwrap();
    build(&folder);
    let output = run_program(&folder.join(name), dir.path());
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(" \u{2717} "), "{said}");
    assert!(said.contains("differs from the prediction"), "{said}");
}

#[test]
fn a_program_that_is_stopped_leaves_nothing() {
    if !has_compiler() {
        return;
    }
    let (place, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let name = "shared-seen-by-shared";
    let (folder, _) = export(&[name], "--export-c", place.path());
    let path = folder.join(format!("{name}.c"));
    let source = fs::read_to_string(&path).unwrap();
    // A step that never ends.
    fs::write(
        &path,
        source.replacen("m = mmap(", "for (;;) pause();\n        m = mmap(", 1),
    )
    .unwrap();
    build(&folder);
    let mut program = Command::new(folder.join(name))
        .arg(dir.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    until("the scratch folder is there", || !is_empty(dir.path()));
    let pid = i32::try_from(program.id()).unwrap();
    rustix::process::kill_process(
        rustix::process::Pid::from_raw(pid).unwrap(),
        rustix::process::Signal::TERM,
    )
    .unwrap();
    assert_eq!(program.wait().unwrap().code(), Some(2));
    assert!(is_empty(dir.path()));
}

#[test]
fn a_program_for_another_file_system_is_not_available() {
    let Some(memory) = memory_dir().filter(|_| has_compiler()) else {
        return;
    };
    let place = tempfile::tempdir().unwrap();
    let name = "tail-store-is-not-saved";
    let (folder, _) = export(&[name], "--export-c", place.path());
    build(&folder);
    let dir = tempfile::tempdir_in(memory).unwrap();
    let here = run_program(&folder.join(name), dir.path());
    let where_made = tempfile::tempdir().unwrap();
    let there = run_program(&folder.join(name), where_made.path());
    assert_eq!(there.status.code(), Some(0), "{}", text(&there.stdout));
    let said = text(&here.stdout);
    if here.status.code() != Some(0) {
        assert_eq!(here.status.code(), Some(77), "{said}");
        assert!(said.contains("here they are on tmpfs"), "{said}");
    }
}

#[test]
fn an_export_overwrites_nothing() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("programs");
    fs::create_dir(&folder).unwrap();
    let refused = |dir: &Path, expected: &str| {
        let output =
            Lab::new(&["shared-seen-by-read", "--export-c", dir.to_str().unwrap()]).output();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(output.stdout.is_empty());
        assert!(
            said.contains(expected) && said.lines().count() == 1,
            "{said}"
        );
    };
    let file = folder.join("lab.h");
    fs::write(&file, "mine").unwrap();
    refused(&folder, "none is overwritten");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    refused(&file, "(ENOTDIR)");
    refused(&place.path().join("missing/programs"), "(ENOENT)");
    // an empty folder is as good as none
    fs::remove_file(&file).unwrap();
    let (_, told) = export(&["shared-seen-by-read"], "--export-c", place.path());
    assert!(told.starts_with("1 program written: "), "{told}");
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
