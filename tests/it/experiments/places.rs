//! Everything matches its prediction: on disk and in memory, for root and for others.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;

use serde_json::Value;

use super::{Lab, is_empty, is_root, json, memory_dir, mounted, predicting, program, skip, text};

/// Somebody without any right.
const NOBODY: u32 = 65_534;

/// Why an experiment need not be available: a kernel, a file system, a setting or a user may lack it. Also what nobody
/// promises, and what was not seen.
const NOT_EVERYWHERE: [&str; 20] = [
    "memfd_create",
    "root is granted",
    "root is not granted",
    "needs root",
    "shares no blocks",
    "not known to cut",
    "cuts no range",
    "is not known",
    "shows nothing",
    "huge page",
    "hugetlb",
    "same-page",
    "ptrace_scope",
    "proc_mem.force_override",
    "userfaultfd",
    "vm.overcommit_memory",
    "vm.max_map_count",
    "this overlay keeps",
    "a loop device",
    "may not write to the program",
];

#[track_caller]
fn check_all(mut lab: Lab, file_system: Option<&str>) {
    let output = lab.output();
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{}",
        text(&output.stderr)
    );
    let report = json(&output);
    assert_eq!(report["format"], "mapscope-lab");
    assert_eq!(report["version"], 1);
    if let Some(file_system) = file_system {
        assert_eq!(report["ground"]["file_system"], file_system);
    }
    let experiments = report["experiments"].as_array().unwrap();
    assert_eq!(experiments.len(), predicting().len());
    assert!(experiments.len() >= 40, "{} experiments", experiments.len());
    let mut wrong = Vec::new();
    for one in experiments {
        if one["verdict"]["is"] == "not-available" {
            // A kernel may lack a call; what Linux has had for long must be there.
            let because = one["verdict"]["because"].as_str().unwrap();
            let is_known = NOT_EVERYWHERE.iter().any(|why| because.contains(why));
            assert!(is_known, "{one}");
            continue;
        }
        if one["verdict"]["is"] != "as-predicted" || !says_what_was_seen(one) {
            wrong.push(format!(
                "{}: {} {}",
                one["name"], one["verdict"], one["observed"]
            ));
        }
        let steps = one["steps"].as_array().unwrap();
        assert!(steps.len() > 2, "{one}");
        let has_words = |step: &Value| {
            !step["observed"].as_str().unwrap().is_empty()
                && !step["what"].as_str().unwrap().is_empty()
        };
        assert!(
            steps.iter().all(has_words),
            "each step says what was observed"
        );
        let checks = steps.iter().filter(|step| step["holds"] == true);
        assert!(checks.count() > 0, "{one}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(output.status.code(), Some(0));
    lab.until_no_process();
}

/// The sentence has the last check, and is not the prediction once more.
fn says_what_was_seen(one: &Value) -> bool {
    let observed = one["observed"].as_str().unwrap();
    let steps = one["steps"].as_array().unwrap();
    let last = steps.iter().rfind(|step| step["holds"] == true).unwrap();
    let who = last["peer"].as_str().unwrap_or("mapscope");
    let prediction = one["predicted"].as_str().unwrap();
    let last_words = observed.rsplit("; ").next().unwrap().to_lowercase();
    last_words.contains(&who.to_lowercase()) && !prediction.contains(observed)
}

fn all_in(dir: &Path) -> [&str; 6] {
    let dir = dir.to_str().unwrap();
    ["--all", "--without", "cost", "--json", "--dir", dir]
}

#[test]
fn all_match_on_disk() {
    let dir = tempfile::tempdir().unwrap();
    check_all(Lab::new(&all_in(dir.path())), None);
    assert!(is_empty(dir.path()), "scratch files are left");
}

#[test]
fn all_match_in_memory() {
    let Some(memory) = memory_dir() else {
        skip("/dev/shm is no tmpfs here");
        return;
    };
    let dir = tempfile::tempdir_in(memory).unwrap();
    check_all(Lab::new(&all_in(dir.path())), Some("tmpfs"));
    assert!(is_empty(dir.path()), "scratch files are left");
}

#[test]
fn all_match_for_somebody_without_rights() {
    for parent in [Some(std::env::temp_dir()), memory_dir()]
        .into_iter()
        .flatten()
    {
        let dir = tempfile::tempdir_in(parent).unwrap();
        // The program's own folder may be closed to others.
        let copy = dir.path().join("mapscope");
        // By another process: what this one has open for writing a child of another test may have open a moment longer,
        // and then it cannot be run (ETXTBSY).
        let copied = std::process::Command::new("cp")
            .args([program(), &copy])
            .status()
            .unwrap();
        assert!(copied.success());
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let scratch = dir.path().join("scratch");
        fs::create_dir(&scratch).unwrap();
        let mut lab = Lab::of(&copy, &all_in(&scratch));
        lab.command.current_dir(&scratch);
        // Where the tests have no rights this run has none either.
        if is_root() {
            std::os::unix::fs::chown(&scratch, Some(NOBODY), Some(NOBODY)).unwrap();
            lab.command.uid(NOBODY).gid(NOBODY);
        }
        check_all(lab, None);
        assert!(is_empty(&scratch), "scratch files are left");
    }
}

/// As in a container: what is written lives in the file system below, which here is in memory.
#[test]
fn all_match_on_an_overlay_over_memory() {
    if !is_root() {
        skip("only root can mount an overlay");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().to_str().unwrap();
    let program = program().to_str().unwrap();
    let script = format!(
        "mount -t tmpfs none {at}; cd {at}; mkdir lower upper work merged; \
         mount -t overlay -o lowerdir={at}/lower,upperdir={at}/upper,workdir={at}/work none {at}/merged; \
         {program} lab --all --without cost --dir {at}/merged || echo code $?"
    );
    let Some(output) = mounted(&script) else {
        skip("no overlay can be mounted here");
        return;
    };
    let said = text(&output.stdout);
    assert!(
        said.contains("scratch files on overlay over tmpfs in "),
        "{said}"
    );
    let last = said.lines().next_back().unwrap_or_default();
    // Nothing but these two: none differs, and all were carried out.
    let all = predicting().len();
    let rest = last.strip_prefix(&format!("{all} experiments: "));
    let mut parts = rest.unwrap_or_default().split(", ");
    assert!(
        parts
            .next()
            .is_some_and(|part| part.ends_with(" as predicted"))
            && parts.all(|part| part.ends_with(" not available here")),
        "{said}"
    );
}

/// Too little memory speaks neither for nor against a claim.
#[test]
fn a_limit_of_the_system_is_no_difference() {
    let program = program().to_str().unwrap();
    let output = std::process::Command::new("sh")
        .args([
            "-c",
            "ulimit -v 80000; exec \"$0\" lab large-malloc-is-a-mapping",
        ])
        .arg(program)
        .output()
        .unwrap();
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(
        said.contains("fails with ENOMEM: a limit of this system"),
        "{said}"
    );
    assert!(said.contains("  verdict    not available here"), "{said}");
}
