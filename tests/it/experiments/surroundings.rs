//! What whoever starts the program leaves behind, and what others do to its files meanwhile, speaks neither for nor against
//! a claim.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mapscope::lab::claim::{Progress, Verdict};
use mapscope::lab::{Experiment, catalogue};

use super::{is_empty, options, predicting, program, run, skip, text};
use crate::processes::signal;

/// A program that is mapscope, started with less: what the shell does first is what it is given.
fn program_after(dir: &Path, first: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = dir.join("program");
    let script = format!(
        "#!/bin/sh\n{first} '{}' \"$@\"\n",
        program().to_str().unwrap()
    );
    // By another process: what this one has open for writing cannot be run (ETXTBSY) while a child of another test has it.
    let copied = Command::new("sh")
        .args(["-c", "printf %s \"$1\" > \"$0\""])
        .arg(&path)
        .arg(script)
        .status()
        .unwrap();
    assert!(copied.success());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// Runs all of them with peers that are started so, and gives name and verdict of each.
fn with_peers_after_told(
    first: &str,
    experiments: &[&'static Experiment],
) -> Vec<(&'static str, Verdict)> {
    let tools = tempfile::tempdir().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path());
    options.program = program_after(tools.path(), first);
    let (records, over) = run(experiments, &options, |_| {});
    over.unwrap();
    assert!(is_empty(dir.path()));
    let names = experiments.iter().map(|experiment| experiment.claim.name);
    names
        .zip(records.into_iter().map(|record| record.verdict))
        .collect()
}

/// The same, of each that is not as predicted. Some file systems cannot do what it is about.
fn with_peers_after(
    first: &str,
    experiments: &[&'static Experiment],
) -> Vec<(&'static str, Verdict)> {
    let mut all = with_peers_after_told(first, experiments);
    all.retain(|(_, verdict)| !matches!(verdict, Verdict::AsPredicted | Verdict::NotAvailable(_)));
    all
}

fn available() -> Vec<&'static Experiment> {
    let mut all = predicting();
    all.retain(|experiment| experiment.available().is_ok());
    all
}

fn has_env_with_signals() -> bool {
    Command::new("env")
        .args(["--block-signal=USR1", "true"])
        .output()
        .is_ok_and(|output| output.status.success())
}

/// A process hands on to its children what it blocks and ignores.
#[test]
fn signals_that_whoever_starts_it_blocks_or_ignores_change_nothing() {
    if !has_env_with_signals() {
        skip("this env(1) blocks no signals");
        return;
    }
    let signals = "BUS,SEGV,ABRT,CHLD,XFSZ,PIPE";
    for how in ["block", "ignore"] {
        let wrong = with_peers_after(&format!("exec env --{how}-signal={signals}"), &available());
        assert_eq!(wrong, [], "signals to {how}");
    }
}

/// A debugger has addresses that are not random, and two programs have the same things at the same places.
#[test]
fn addresses_that_are_not_random_change_nothing() {
    let tried = Command::new("setarch").args(["-R", "true"]).output();
    if !tried.is_ok_and(|output| output.status.success()) {
        skip("this setarch(8) leaves addresses random");
        return;
    }
    for how in ["exec setarch -R", "exec setarch -R -L"] {
        assert_eq!(with_peers_after(how, &available()), [], "{how}");
    }
}

/// A limit that is lower for good is a reason, and no verdict.
#[test]
fn limits_that_cannot_be_raised_are_reasons() {
    // ulimit -l of dash sets both, the hard one for good but for root.
    let first = "ulimit -l 0; exec setpriv --bounding-set=-sys_resource --inh-caps=-sys_resource";
    let tried = Command::new("sh")
        .args(["-c", &format!("{first} true")])
        .output();
    if !tried.is_ok_and(|output| output.status.success()) {
        skip("this setpriv(1) cannot take a privilege away");
        return;
    }
    let wrong = with_peers_after(first, &available());
    assert_eq!(wrong, [], "a hard limit of locked memory");
}

/// The file is gone as soon as it is there: opening it to set the experiment up says ENOENT, which observes nothing.
#[test]
fn a_scratch_file_that_vanishes_is_no_difference() {
    let mut n_refused = 0;
    for experiment in available() {
        let dir = tempfile::tempdir().unwrap();
        let name = experiment.claim.name;
        let (records, over) = run(&[experiment], &options(dir.path()), |progress| {
            if let Progress::Step(step) = progress
                && step.what.starts_with("makes the scratch file")
            {
                remove_files(dir.path());
            }
        });
        over.unwrap();
        match &records[0].verdict {
            Verdict::AsPredicted | Verdict::NotAvailable(_) => {}
            Verdict::NotDone(why) => {
                n_refused += 1;
                assert!(why.contains("ENOENT"), "{name}: {why}");
                assert!(why.contains("open"), "{name}: {why}");
            }
            other => panic!("{name}: {other}, {}", records[0].observed),
        }
    }
    assert!(n_refused > 40, "{n_refused} were refused");
}

/// All files below a folder.
fn remove_files(dir: &Path) {
    for entry in fs::read_dir(dir).unwrap().flatten() {
        if entry.file_type().unwrap().is_dir() {
            remove_files(&entry.path());
        } else {
            fs::remove_file(entry.path()).unwrap();
        }
    }
}

/// Runs the lab where the shell's ulimit sets `option` to `kib`.
fn limited(option: &str, kib: u64, arguments: &[&str], dir: &Path) -> Output {
    Command::new("sh")
        .args(["-c", &format!("ulimit {option} {kib}; exec \"$0\" \"$@\"")])
        .arg(program())
        .args(arguments)
        .arg(dir)
        .output()
        .unwrap()
}

/// Too small a limit ends neither the lab nor a peer without a word, and no claim differs by it.
#[test]
fn limits_of_memory_are_told_and_make_no_difference() {
    for option in ["-v", "-d"] {
        // The least with which the program can begin at all; what it is depends on the system's libraries.
        let dir = tempfile::tempdir().unwrap();
        let begins = |kib: &u64| {
            let listed = limited(
                option,
                *kib,
                &["lab", "page-zero", "--steps", "list", "--dir"],
                dir.path(),
            );
            listed.status.success()
        };
        let least = (0..500).map(|step| step * 2_048).find(begins).unwrap();
        let mut n_told = 0;
        for more in [2_048, 8_192, 14_336, 18_432, 24_576] {
            let kib = least + more;
            let arguments = ["lab", "--all", "--without", "cost", "--dir"];
            let output = limited(option, kib, &arguments, dir.path());
            let said = text(&output.stdout);
            let complained = text(&output.stderr);
            let case = format!("ulimit {option} {kib}: {complained}\n{said}");
            match output.status.code() {
                Some(0) => assert!(!said.contains("verdict    not carried out"), "{case}"),
                Some(3) => assert!(complained.starts_with("mapscope: "), "{case}"),
                _ => panic!("{case}"),
            }
            assert!(!said.contains("differs from the prediction"), "{case}");
            n_told += usize::from(said.contains("the limit on memory (ulimit"));
            assert!(is_empty(dir.path()), "{case}");
        }
        assert!(n_told > 0, "ulimit {option}: no limit is told of");
    }
}

/// Neither is a limit that only the peers have: whoever needs more is not available, and says what is missing.
#[test]
fn a_limit_of_peers_is_told_and_makes_no_difference() {
    for (limit, part) in [("-f 1", "EFBIG"), ("-d 6000", "ENOMEM")] {
        let first = format!("ulimit {limit}; exec");
        let records = with_peers_after_told(&first, &available());
        let mut told = false;
        for (name, verdict) in records {
            match verdict {
                Verdict::AsPredicted => {}
                Verdict::NotAvailable(why) => told |= why.contains(part),
                other => panic!("{limit}: {name}: {other}"),
            }
        }
        assert!(told, "{limit}: nobody says {part}");
    }
}

/// Only the peers that a step can touch are asked after it: another one may stand still for now, and is missed when its own
/// turn comes, or at the end.
#[test]
fn a_peer_is_asked_when_a_step_can_touch_it() {
    let experiment = catalogue::find("shared-seen-by-shared").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (mut pid_of_a, mut steps) = (None, Vec::new());
    let mut options = options(dir.path());
    options.limit = std::time::Duration::from_millis(1500);
    let (records, over) = run(&[experiment], &options, |progress| match progress {
        Progress::Peers(peers) => pid_of_a = peers.first().map(|peer| peer.pid),
        Progress::Step(step) if steps.len() < step.number => {
            steps.push(step.peer.clone());
            if step.peer.as_deref() == Some("B") && steps.iter().flatten().count() > 2 {
                signal("STOP", pid_of_a.unwrap());
            }
        }
        _ => {}
    });
    over.unwrap();
    let why = match &records[0].verdict {
        Verdict::NotDone(why) => why,
        other => panic!("{other}"),
    };
    assert!(
        why.contains("process A (pid ") && why.contains("did not answer"),
        "{why}"
    );
    let last_of_b = steps
        .iter()
        .rev()
        .take_while(|peer| peer.as_deref() == Some("B"));
    assert!(last_of_b.count() >= 2, "{steps:?}");
}
