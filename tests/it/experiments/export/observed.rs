//! Programs beside mapscope: they build without a warning, observe what it observes, step by step, and say so where they do
//! not.

use std::thread;

use mapscope::lab::claim::{Doing, Promise, RunRecord, Verdict};
use mapscope::peer::calls::{Call, ProcessCall};

use super::same::compared;
use super::*;

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
    if !has_cargo() {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let (folder, told) = export(&IN_RUST, "--export-rust", place.path());
    assert!(told.starts_with("10 programs written: cargo "), "{told}");
    let experiments: Vec<_> = IN_RUST
        .iter()
        .filter_map(|name| catalogue::find(name))
        .collect();
    let build = || {
        build_in_rust(&folder);
    };
    compare(&experiments, build, |name| {
        folder.join(BUILT_IN_RUST).join(name)
    });
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
