//! What a system lacks is told as what it is: it is no failed observation, and no fault of the scratch folder.

use std::path::Path;
use std::process::Command;

use mapscope::lab::catalogue;
use serde_json::Value;

use super::{options, program, run};
use crate::skip::skip;

/// The verdict of `experiment` where this call fails, the exit code, or nothing where no call can be made to fail.
fn without(filter: &[&str], experiment: &str) -> Option<(Value, Option<i32>)> {
    let strace = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null"])
        .args(filter)
        .arg("--")
        .arg(program())
        .args(["lab", experiment, "--json"])
        .output();
    let Ok(output) = strace else {
        skip("there is no strace to make a call fail");
        return None;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    if output.stdout.is_empty() && said.contains("strace") {
        skip(&format!("strace cannot make a call fail here: {said}"));
        return None;
    }
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let verdict = report["experiments"][0]["verdict"].clone();
    Some((verdict, output.status.code()))
}

#[track_caller]
fn counts_neither_way(filter: &[&str], experiment: &str, reasons: [&str; 2]) {
    let Some((verdict, code)) = without(filter, experiment) else {
        return;
    };
    assert_eq!(verdict["is"], "not-available", "{verdict}");
    let why = verdict["because"].as_str().unwrap();
    assert!(reasons.iter().all(|reason| why.contains(reason)), "{why}");
    assert_eq!(code, Some(0));
}

#[test]
fn a_system_without_files_in_memory_counts_neither_way() {
    counts_neither_way(
        &["-e", "inject=memfd_create:error=ENOSYS"],
        "memfd-is-shared-memory",
        ["memfd_create", "ENOSYS"],
    );
}

#[test]
fn a_system_that_hides_what_backs_a_page_counts_neither_way() {
    counts_neither_way(
        &[
            "-P",
            "/proc/self/pagemap",
            "-e",
            "inject=openat:error=EACCES",
        ],
        "same-value-copies-too",
        ["/proc/self/pagemap", "EACCES"],
    );
}

#[test]
fn a_helper_that_cannot_be_started_is_not_laid_on_the_scratch_folder() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path());
    options.program = Path::new("/no/such/program").to_owned();
    let all: Vec<_> = catalogue::all().take(1).collect();
    let (records, over) = run(&all, &options, |_| {});
    assert!(records.is_empty());
    let why = over.unwrap_err();
    assert!(
        why.contains("/no/such/program") && why.contains("ENOENT"),
        "{why}"
    );
    assert!(!why.contains("scratch"), "{why}");
    let left = std::fs::read_dir(dir.path()).unwrap().count();
    assert_eq!(left, 0, "the scratch folder goes");
}

#[test]
fn a_child_that_nobody_may_hold_counts_neither_way() {
    counts_neither_way(
        &["-e", "inject=pidfd_open:error=EPERM"],
        "fork-shared-file",
        ["cannot be held", "EPERM"],
    );
}

/// It then tells zeros, which no first store into a page can have.
#[test]
fn a_system_that_counts_no_faults_counts_neither_way() {
    counts_neither_way(
        &["-e", "inject=getrusage:retval=0"],
        "first-store-after-msync-faults",
        ["counts no page faults", "no process"],
    );
}

/// Who may run a program and not read it has a process that hides what its pages are.
#[test]
fn a_program_that_may_not_be_read_counts_neither_way() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;
    if !super::is_root() {
        skip("only root can become somebody who may not read a program");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (copy, scratch) = (dir.path().join("mapscope"), dir.path().join("scratch"));
    let copied = Command::new("cp")
        .args([program(), &copy])
        .status()
        .unwrap();
    assert!(copied.success());
    std::fs::create_dir(&scratch).unwrap();
    for (path, mode) in [(dir.path(), 0o755), (&copy, 0o111), (&scratch, 0o777)] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let output = Command::new(&copy)
        .args(["lab", "--all", "--without", "cost", "--json", "--dir"])
        .arg(&scratch)
        .uid(65_534)
        .gid(65_534)
        .current_dir(&scratch)
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let experiments = report["experiments"].as_array().unwrap();
    let of = |kind: &str| -> Vec<&Value> {
        let of_kind = |one: &&Value| one["verdict"]["is"] == kind;
        experiments.iter().filter(of_kind).collect()
    };
    let differ: Vec<_> = of("differs")
        .iter()
        .map(|one| (&one["name"], &one["observed"]))
        .collect();
    assert!(differ.is_empty(), "{differ:?}");
    assert!(!of("not-available").is_empty());
    assert!(of("as-predicted").len() > 30);
}

/// `LD_PRELOAD` may bring another malloc; a tunable turns mappings off.
#[test]
fn another_malloc_counts_neither_way() {
    for (name, value) in [
        ("GLIBC_TUNABLES", "glibc.malloc.mmap_max=0"),
        ("MALLOC_MMAP_MAX_", "0"),
    ] {
        for experiment in [
            "large-malloc-is-a-mapping",
            "use-after-free-of-a-large-block",
        ] {
            let output = Command::new(program())
                .args(["lab", experiment, "--json"])
                .env(name, value)
                .output()
                .unwrap();
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            let verdict = &report["experiments"][0]["verdict"];
            assert_eq!(verdict["is"], "not-available", "{name}: {verdict}");
            assert!(
                verdict["because"].as_str().unwrap().contains(name),
                "{verdict}"
            );
        }
    }
}

/// Not "choose another directory": what is missing is named.
#[test]
fn a_system_without_proc_or_dev_is_told_so() {
    for (place, missing) in [("/proc", "/proc/self"), ("/dev", "/dev/null")] {
        let script = format!(
            "mount -t tmpfs none {place}; '{}' lab directory-enodev",
            program().display()
        );
        let Some(output) = super::mounted(&script) else {
            skip("nothing can be mounted here");
            return;
        };
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(&format!("for {missing}; ")), "{said}");
        assert!(!said.contains("scratch"), "{said}");
    }
}
