//! The experiments as a person runs them, with real processes: that they match, that they would not if a peer deceived,
//! that what they print is what strace sees, and that nothing is left behind, whatever happens to a peer.

mod answered_at_once;
mod arguments;
mod by_the_letter;
mod compared;
mod deceived;
mod evidence;
mod exercised;
mod export;
mod forms;
mod hand;
mod handed;
mod handed_over;
mod json;
mod learned;
mod left_behind;
mod lessons;
mod mapped_anew;
mod meant;
mod meanwhile;
mod missing;
mod near;
mod ordered;
mod outlandish;
mod papers;
mod patience;
mod piped;
mod places;
mod remarked;
mod served;
mod set_up;
mod sources;
mod stage_hand;
mod stepped;
mod surroundings;
mod tense;
mod told_in_tables;
mod traced;
mod trouble;
mod typed;
mod unbroken;
mod under_way;
mod unkept;
mod unseen;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use mapscope::lab::Experiment;
use mapscope::lab::catalogue;
use mapscope::lab::claim::{LabTopic, Progress, RunRecord};
use mapscope::lab::runner::{self, Options};
use mapscope::lab::stage::STEP_LIMIT;
use serde_json::Value;

use crate::machine::is_root;
use crate::processes::{program, until};
use crate::skip::skip;

/// All experiments that predict something.
fn predicting() -> Vec<&'static Experiment> {
    catalogue::all()
        .filter(|experiment| experiment.claim.topic != LabTopic::Cost)
        .collect()
}

fn options(dir: &Path) -> Options {
    Options {
        program: program().to_owned(),
        dir: dir.to_owned(),
        folder: None,
        limit: STEP_LIMIT,
        pause: Duration::ZERO,
        gate: None,
        sabotage: None,
    }
}

/// Runs them in this thread, and tells `hear` of all progress.
fn run(
    experiments: &[&'static Experiment],
    options: &Options,
    mut hear: impl FnMut(&Progress),
) -> (Vec<RunRecord>, Result<(), String>) {
    let never = AtomicBool::new(false);
    finished(|tell| {
        runner::run(experiments, options, &never, &mut |progress| {
            hear(&progress);
            tell(progress);
        });
    })
}

/// What a run that tells of its progress finished, and how it ended.
fn finished(run: impl FnOnce(&mut dyn FnMut(Progress))) -> (Vec<RunRecord>, Result<(), String>) {
    let (mut records, mut over) = (Vec::new(), Ok(()));
    run(&mut |progress| match progress {
        Progress::Finished(record) => records.push(*record),
        Progress::Over(result) => over = result,
        _ => {}
    });
    (records, over)
}

/// What runs finished that begin in this way, in a folder of their own, which they leave as empty as it was.
#[track_caller]
fn finished_apart(
    change: impl FnOnce(&mut Options),
    run: impl FnOnce(&Options, &AtomicBool, &mut dyn FnMut(Progress)),
) -> Vec<RunRecord> {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path());
    change(&mut options);
    let never = AtomicBool::new(false);
    let (records, over) = finished(|tell| run(&options, &never, tell));
    over.unwrap();
    assert!(is_empty(dir.path()), "something was left in the folder");
    records
}

/// One run by name, in a folder of its own.
#[track_caller]
fn run_one(name: &str, change: impl FnOnce(&mut Options)) -> RunRecord {
    let experiment = catalogue::find(name).unwrap_or_else(|| panic!("no experiment {name}"));
    let mut records = finished_apart(change, |options, never, tell| {
        runner::run(&[experiment], options, never, tell);
    });
    records.pop().expect("a record")
}

fn is_empty(dir: &Path) -> bool {
    fs::read_dir(dir).unwrap().next().is_none()
}

/// `mapscope lab` with a mark in its environment, by which all its processes are found, however they ended up.
struct Lab {
    command: Command,
    mark: String,
}

impl Lab {
    fn new(arguments: &[&str]) -> Self {
        Self::of(program(), arguments)
    }

    fn of(program: &Path, arguments: &[&str]) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mark = format!("MAPSCOPE_TEST_MARK={}-{number}-end", std::process::id());
        let mut command = Command::new(program);
        let (name, value) = mark.split_once('=').unwrap();
        command.arg("lab").args(arguments).env(name, value);
        Self { command, mark }
    }

    fn output(&mut self) -> Output {
        self.command.output().unwrap()
    }

    /// The processes that are still there; zombies have no environment any more, and are found by their parent.
    fn processes(&self) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let Some(pid) = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok())
            else {
                continue;
            };
            let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
            if environment
                .split(|byte| *byte == 0)
                .any(|one| one == self.mark.as_bytes())
            {
                found.insert(pid);
            }
        }
        found
    }

    #[track_caller]
    fn until_no_process(&self) {
        until("no process is left", || self.processes().is_empty());
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!(
            "{error}: {:?}, and {:?}",
            text(&output.stdout),
            text(&output.stderr)
        )
    })
}

/// Runs a script of the shell where only it sees what it mounts.
fn mounted(script: &str) -> Option<Output> {
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-ec", script])
        .output()
        .ok()?;
    let refused = text(&output.stderr);
    (!refused.contains("unshare:") && !refused.contains("mount:")).then_some(output)
}

/// A folder on tmpfs, where there is one.
fn memory_dir() -> Option<PathBuf> {
    let dir = Path::new("/dev/shm");
    let table = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let is_tmpfs = table
        .lines()
        .any(|line| line.contains(" /dev/shm ") && line.contains(" - tmpfs "));
    is_tmpfs.then(|| dir.to_owned())
}
