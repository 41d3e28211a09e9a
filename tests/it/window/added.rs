//! Processes added to the witnesses by hand: added, forked, made to write, stopped, killed, taken away; real ones.

use super::process_rows::{PRIVATE, SHARED, order, until_says, write_by};
use super::support::*;
use crate::processes::{exists, state_of};
use std::fs;
use std::time::{Duration, Instant};

use mapscope::model::{Action, FileAction, PeersAction, Process, Processes};

const READ_ONLY: &str =
    "Start a process that maps the file shared and read-only: its stores are refused";

fn processes(window: &Window) -> &Processes {
    &doc(window).processes
}

/// The process that has this number on the screen.
#[track_caller]
fn process(window: &Window, number: u32) -> &Process {
    let mut list = processes(window).list().iter();
    list.find(|process| process.ordinal == number).unwrap()
}

fn pid(window: &Window, number: u32) -> u32 {
    process(window, number).pid.unwrap()
}

/// Every witness was heard: from then on what stands below them stays where it is.
#[track_caller]
fn heard(window: &mut Window) {
    let titles = [VIEW, SECOND, CALLS, SHARED_PEER, PRIVATE_PEER];
    until(window, "every witness was heard", |window| {
        let said = titles.map(|title| witness(window, title));
        said.iter().all(|said| said.starts_with("41 'A'"))
    });
}

/// A window on 64 bytes `A` with these processes added, all of which have answered.
fn with(kinds: &[&str]) -> (tempfile::TempDir, std::path::PathBuf, Window) {
    let (folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    heard(&mut window);
    for (kind, number) in kinds.iter().zip(1..) {
        click(&mut window, kind);
        until_says(&mut window, number, "41 'A', as the file has it");
    }
    (folder, path, window)
}

#[test]
fn each_kind_writes_as_it_maps() {
    let (_folder, path, mut window) = with(&[SHARED, PRIVATE, READ_ONLY]);
    write_by(&mut window, 2);
    until_says(
        &mut window,
        2,
        "21 '!', which differs from the file; through a copy",
    );
    until_says(&mut window, 1, "41 'A', as the file has it");
    assert_eq!(fs::read(&path).unwrap()[0], b'A', "a private store");

    // No button offers what the processor refuses; ordered by other means it is refused in words.
    let read_only = process(&window, 3);
    let (name, mapping) = (read_only.name(), read_only.mapping);
    assert!(!is_named(&window, &format!("Write as {name}")));
    act(&mut window, Action::Peers(PeersAction::Store(mapping)));
    until_says(
        &mut window,
        3,
        "Not written: This process's mapping is read-only",
    );

    write_by(&mut window, 1);
    for number in [1, 3] {
        until_says(&mut window, number, "21 '!', as the file has it");
    }
    assert_eq!(fs::read(&path).unwrap()[0], b'!', "a shared store");
}

#[test]
fn a_forked_child_shares_its_parents_copies_until_one_writes() {
    let (_folder, path, mut window) = with(&[PRIVATE]);
    write_by(&mut window, 1);
    until_says(&mut window, 1, "21 '!', which differs");
    // The last that comes of it: a row that changes would move the menu away from under a click.
    until_says(&mut window, 1, "written by that process");
    order(&mut window, 1, "Fork a child");
    // The child never wrote: it has what its parent wrote before.
    until_says(
        &mut window,
        2,
        "21 '!', which differs from the file; through a copy",
    );
    let parent = fs::read_to_string(format!("/proc/{}/stat", pid(&window, 2))).unwrap();
    let parent = parent
        .rsplit_once(") ")
        .unwrap()
        .1
        .split(' ')
        .nth(1)
        .unwrap();
    assert_eq!(parent, pid(&window, 1).to_string(), "a real child");
    let tree: Vec<_> = processes(&window)
        .tree()
        .iter()
        .map(|(depth, process)| (*depth, process.ordinal))
        .collect();
    assert_eq!(tree, [(0, 1), (1, 2)]);

    act(
        &mut window,
        Action::Peers(PeersAction::ByteEdited("5a".to_owned())),
    );
    write_by(&mut window, 2);
    until_says(&mut window, 2, "5a 'Z', which differs");
    until_says(&mut window, 1, "21 '!', which differs");
    assert_eq!(fs::read(&path).unwrap()[0], b'A');
}

#[test]
fn a_process_is_stopped_and_goes_on() {
    let (_folder, path, mut window) = with(&[SHARED, SHARED]);
    let stopped = pid(&window, 1);
    order(&mut window, 1, "Stop");
    until_says(&mut window, 1, "stopped");
    until(&mut window, "the kernel says so", |_| {
        state_of(stopped) == Some('T')
    });
    write_by(&mut window, 1);
    // The other one answers all the while.
    write_by(&mut window, 2);
    until_says(&mut window, 2, "21 '!', as the file has it");
    act(
        &mut window,
        Action::Peers(PeersAction::ByteEdited("5a".to_owned())),
    );
    assert_eq!(fs::read(&path).unwrap()[0], b'!');
    order(&mut window, 1, "Continue");
    // What it was told before it stopped, or while it was, it does now.
    until_says(&mut window, 1, "written by that process");
    until_says(&mut window, 1, "21 '!', as the file has it");
}

#[test]
fn a_killed_process_is_said_to_have_ended_and_its_children_with_it() {
    let (_folder, _path, mut window) = with(&[PRIVATE]);
    order(&mut window, 1, "Fork a child");
    until_says(&mut window, 2, "41 'A'");
    order(&mut window, 2, "Fork a child");
    until_says(&mut window, 3, "41 'A'");
    let pids = [1, 2, 3].map(|number| pid(&window, number));

    order(&mut window, 3, "Kill");
    until_says(&mut window, 3, "ended: signal 9 (SIGKILL)");
    until(&mut window, "its parent reaped it", |_| !exists(pids[2]));
    until_says(&mut window, 2, "41 'A'");

    order(&mut window, 1, "Kill");
    until_says(&mut window, 1, "ended: signal 9 (SIGKILL)");
    until_says(&mut window, 2, "ended: ");
    until(&mut window, "all are gone", |_| {
        !pids.iter().any(|pid| exists(*pid))
    });

    for number in [3, 2, 1] {
        order(&mut window, number, "Remove");
    }
    until(&mut window, "none is left", |window| {
        processes(window).n_added() == 0
    });
}

#[test]
fn a_removed_process_ends_and_the_rest_goes_with_the_window() {
    let (_folder, _path, mut window) = with(&[SHARED, PRIVATE]);
    let pids = [1, 2].map(|number| pid(&window, number));
    order(&mut window, 1, "Remove");
    until(&mut window, "it is gone", |_| !exists(pids[0]));
    assert!(exists(pids[1]));
    drop(window);
    // the window does not wait for them
    let deadline = Instant::now() + Duration::from_secs(5);
    while exists(pids[1]) {
        assert!(Instant::now() < deadline, "it outlives the window");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn they_stay_with_their_own_file() {
    let (_folder, path, mut window) = with(&[SHARED]);
    let first = doc(&window).id;
    let (_other_folder, other) = file(&[b'B'; 64]);
    act(&mut window, Action::File(FileAction::Open(other)));
    until(&mut window, "the other file is in front", |window| {
        doc(window).id != first && witness(window, CALLS).contains("42 'B'")
    });
    assert_eq!(processes(&window).n_added(), 0);
    let own = model(&window).doc_by(first).unwrap();
    assert_eq!(
        (own.path.as_path(), own.processes.n_added()),
        (path.as_path(), 1)
    );
}
