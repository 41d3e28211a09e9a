//! What the kernel sees of an edit, by strace: its record is written before it is stored, and of a burst that reaches the
//! file the first record is on the disk by then.
//!
//! The session is a process of its own, this very test program.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use mapscope::model::Mode;

use super::Book;
use super::full::{Edited, is_stored};
use crate::skip::skip;

/// The folder that a session is to run in.
pub(super) const FOLDER: &str = "MAPSCOPE_TEST_ORDER";
const PRIVATE: &str = "private-edit";
const SHARED: [&str; 2] = ["shared-edit-one", "shared-edit-two"];

/// The session. Without a folder it is nothing.
#[test]
#[ignore = "it is the program that another test traces"]
fn session() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let book = Book::begin(&folder.join("state"));
    assert_eq!(book.offers(), []);
    for (name, mode, texts) in [
        ("a.bin", Mode::Private, &[PRIVATE][..]),
        ("b.bin", Mode::Shared, &SHARED[..]),
    ] {
        let path = folder.join(name);
        fs::write(&path, [b'.'; 4096]).unwrap();
        let edited = Edited::open(&path, mode, &book);
        for (n, text) in (0_u64..).zip(texts) {
            is_stored(&edited.store(100 * n, text.as_bytes()));
        }
    }
}

/// A call, and the thread that made it; those that others came between stand where they ended.
fn calls(trace: &Path) -> Vec<(String, String)> {
    let trace = fs::read_to_string(trace).unwrap();
    let mut calls = Vec::new();
    let mut unfinished: HashMap<&str, &str> = HashMap::new();
    for line in trace.lines() {
        let Some((thread, call)) = line.split_once(' ') else {
            continue;
        };
        let call = call.trim_start();
        if let Some(start) = call.strip_suffix(" <unfinished ...>") {
            unfinished.insert(thread, start);
        } else if let Some((_, end)) = call.split_once(" resumed>") {
            let start = unfinished.remove(thread).unwrap_or_default();
            calls.push((thread.to_owned(), format!("{start}{end}")));
        } else {
            calls.push((thread.to_owned(), call.to_owned()));
        }
    }
    calls
}

/// What the kernel saw of a session of this test program that runs in a folder of its own, by strace; `None` where it does
/// not trace here.
pub(super) fn traced(session: &str) -> Option<Vec<(String, String)>> {
    if Command::new("strace").arg("-V").output().is_err() {
        skip("strace is not installed");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let ended = Command::new("strace")
        .args(["-f", "-y", "-a", "1", "-s", "8192"])
        .args([
            "-e",
            "trace=write,pwrite64,writev,process_vm_writev,fdatasync",
        ])
        .arg("-o")
        .arg(&trace)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", session, "--ignored"])
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    if !ended.status.success() && said.contains("ptrace") {
        skip("this system does not let strace trace");
        return None;
    }
    let printed = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success(), "{said} {printed}");
    Some(calls(&trace))
}

/// Where `text` first stands in a record, and where it is first stored.
pub(super) fn record_and_store(calls: &[(String, String)], text: &str) -> (usize, usize) {
    let place = |wanted: &dyn Fn(&str) -> bool| {
        let mut calls = calls.iter();
        calls.position(|(_, call)| call.contains(text) && wanted(call))
    };
    let is_record = |call: &str| call.starts_with("write(") && call.contains(".journal>");
    let is_store = |call: &str| !call.contains(".journal>");
    let record = place(&is_record).expect("it is written down");
    (record, place(&is_store).expect("it is stored"))
}

#[test]
fn a_record_is_written_before_its_store_and_on_the_disk_before_a_burst() {
    let Some(calls) = traced("logbook::order::session") else {
        return;
    };
    for text in [PRIVATE].into_iter().chain(SHARED) {
        let (record, store) = record_and_store(&calls, text);
        assert!(record < store, "{text}: {:#?}", &calls[store..=record]);
    }
    let (record, store) = record_and_store(&calls, SHARED[0]);
    let between = &calls[record..store];
    let is_synced = between.iter().any(|(thread, call)| {
        *thread == calls[store].0
            && call.starts_with("fdatasync(")
            && call.contains(".journal>")
            && call.ends_with("= 0")
    });
    assert!(is_synced, "{between:#?}");
}
