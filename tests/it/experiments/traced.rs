//! What an experiment prints is what strace sees.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{json, program, skip};

/// Of each kind some: files, forks, anonymous memory, refused calls and deaths, pipes, seals, limits, shared memory by name.
/// With `MAPSCOPE_TRACE_ALL=1` in the environment it is every one, which takes a minute.
const EXPERIMENTS: [&str; 10] = [
    "shared-seen-by-shared",
    "fork-shared-file",
    "unmap-middle-splits",
    "map-fixed-destroys",
    "grow-file-and-mapping",
    "pipes-can-alias",
    "seals",
    "address-limit",
    "names-of-shared-memory",
    "private-futex",
];

/// What is printed and is no system call: instructions, and what a trace has otherwise, as `src/peer/serve/execute.rs` says.
const NO_CALLS: [&str; 11] = [
    "load(",
    "store(",
    "atomic_add(",
    "call(",
    "malloc(",
    "free(",
    "sigaction(",
    "pthread_",
    "clone(",
    "execve(",
    "unshare --mount",
];

/// As above, or how often a call was made besides.
fn is_no_call(text: &str) -> bool {
    NO_CALLS.iter().any(|start| text.starts_with(start))
        || text.contains("(...): ")
        || text.contains(", ...): ")
        || text.contains(", UFFDIO_REGISTER, ")
}

fn chosen() -> Vec<&'static str> {
    if std::env::var("MAPSCOPE_TRACE_ALL").as_deref() != Ok("1") {
        return EXPERIMENTS.to_vec();
    }
    let all = super::predicting().into_iter();
    all.filter(|experiment| experiment.available().is_ok())
        .map(|experiment| experiment.claim.name)
        .collect()
}

/// The calls of a trace, by process, each in one piece.
fn calls_of(trace: &str) -> BTreeMap<u64, Vec<String>> {
    let mut calls: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    let mut unfinished: BTreeMap<u64, String> = BTreeMap::new();
    for line in trace.lines() {
        let Some((pid, call)) = line.split_once(' ') else {
            continue;
        };
        let (Ok(pid), call) = (pid.parse(), call.trim_start()) else {
            continue;
        };
        if let Some(start) = call.strip_suffix(" <unfinished ...>") {
            unfinished.insert(pid, start.to_owned());
        } else if let Some((_, end)) = call.split_once(" resumed>") {
            let start = unfinished.remove(&pid).unwrap_or_default();
            calls.entry(pid).or_default().push(start + end);
        } else {
            calls.entry(pid).or_default().push(call.to_owned());
        }
    }
    calls
}

#[test]
fn what_is_printed_is_what_strace_sees() {
    if Command::new("strace").arg("-V").output().is_err() {
        skip("strace is not installed");
        return;
    }
    for name in chosen() {
        let dir = tempfile::tempdir().unwrap();
        let (trace, at) = (dir.path().join("trace"), dir.path().join("scratch"));
        fs::create_dir(&at).unwrap();
        let output = Command::new("strace")
            .args(["-f", "-a1", "-o"])
            .arg(&trace)
            .arg(program())
            .args(["lab", name, "--json", "--dir"])
            .arg(&at)
            .output()
            .unwrap();
        let report = json(&output);
        assert_eq!(output.status.code(), Some(0), "{report:#}");
        check(name, &report, &trace);
    }
}

#[track_caller]
fn check(name: &str, report: &Value, trace: &Path) {
    let seen = calls_of(&fs::read_to_string(trace).unwrap());
    let mut next: BTreeMap<u64, usize> = BTreeMap::new();
    let mut n_compared = 0;
    for step in report["experiments"][0]["steps"].as_array().unwrap() {
        let Some(pid) = step["pid"].as_u64() else {
            continue;
        };
        let calls = seen
            .get(&pid)
            .unwrap_or_else(|| panic!("{name}: no process {pid}"));
        for call in step["calls"].as_array().unwrap() {
            let text = call["text"].as_str().unwrap();
            if is_no_call(text) {
                continue;
            }
            // In the same order as they were made.
            let from = *next.get(&pid).unwrap_or(&0);
            let found = calls[from..].iter().position(|seen| same(text, seen));
            let Some(found) = found else {
                panic!(
                    "{name}: {text:?} of process {pid} is not in {:#?}",
                    &calls[from..]
                );
            };
            next.insert(pid, from + found + 1);
            n_compared += 1;
        }
    }
    let least = if EXPERIMENTS.contains(&name) { 4 } else { 0 };
    assert!(n_compared >= least, "{name}: only {n_compared} calls");
    unprinted(name, report, &seen);
}

/// The same call. The C library makes fork(2) by clone(2).
fn same(printed: &str, seen: &str) -> bool {
    match printed.strip_prefix("fork() = ") {
        Some(child) => {
            (seen.starts_with("clone(") || seen.starts_with("clone3("))
                && seen.ends_with(&format!(" = {child}"))
        }
        None => printed == seen,
    }
}

/// Every call on the scratch files and their mappings is printed: nothing happens behind the scenes.
#[track_caller]
fn unprinted(name: &str, report: &Value, seen: &BTreeMap<u64, Vec<String>>) {
    let printed: Vec<&str> = report["experiments"][0]["steps"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|step| step["calls"].as_array().unwrap())
        .filter_map(|call| call["text"].as_str())
        .collect();
    let peers: Vec<u64> = report["experiments"][0]["peers"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|peer| peer["pid"].as_u64())
        .collect();
    // What the peers mapped, unmapped or protected, by the addresses that are printed.
    let addresses: Vec<&str> = printed
        .iter()
        .filter(|text| text.starts_with("mmap("))
        .filter_map(|text| text.rsplit_once(" = ").map(|(_, address)| address))
        .filter(|address| address.starts_with("0x"))
        .collect();
    for pid in peers {
        for call in seen.get(&pid).into_iter().flatten() {
            let concerns = ["munmap(", "mprotect(", "msync(", "madvise("]
                .iter()
                .any(|word| call.starts_with(word))
                && addresses.iter().any(|address| call.contains(address));
            assert!(
                !concerns || printed.iter().any(|text| same(text, call)),
                "{name}: {call:?} of process {pid} is not printed"
            );
        }
    }
}
