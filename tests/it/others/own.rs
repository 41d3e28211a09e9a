//! Which processes are no others: this program's own, by number and the moment when they started.

use std::os::fd::AsRawFd as _;
use std::os::unix::fs::MetadataExt as _;

use mapscope::map::Identity;
use mapscope::model::process::{PeerEvent, PeerFile, PeerNews, PeerOrder, ProcessKind};
use mapscope::work::peers::PeerPool;

use super::*;

/// How often a number is tried to be had again.
const TRIES: usize = 200;

#[test]
fn what_was_told_to_be_ours_is_left_out_until_it_is_not() {
    let (_dir, path) = file(2);
    let watched = Watched::new(&path, 0);
    let mut ours = Program::start();
    ours.map(&path, "shared");
    watched.with(ours.pid, 1);
    watched.own.tell(vec![ours.pid]);
    watched.without(ours.pid);
    let mut other = Program::start();
    other.map(&path, "shared");
    watched.with(other.pid, 1);
    watched.own.tell(Vec::new());
    watched.with(ours.pid, 1);
}

/// Has the next process get the number `pid`, where we may say so.
fn wish_for(pid: u32) -> bool {
    fs::write("/proc/sys/kernel/ns_last_pid", (pid - 1).to_string()).is_ok()
}

#[test]
fn a_number_that_is_used_again_is_another_process() {
    let (_dir, path) = file(2);
    let watched = Watched::new(&path, 0);
    for _ in 0..TRIES {
        let mut ours = Program::start();
        let pid = ours.pid;
        ours.map(&path, "shared");
        watched.with(pid, 1);
        watched.own.tell(vec![pid]);
        watched.without(pid);
        // Later than the first by a clock tick, which is what its start is told in.
        std::thread::sleep(Duration::from_millis(50));
        ours.end();
        if !wish_for(pid) {
            crate::skip::skip("this user cannot say which number a process gets");
            return;
        }
        let mut other = Program::start();
        if other.pid != pid {
            watched.own.tell(Vec::new());
            continue; // somebody was quicker
        }
        other.map(&path, "private");
        let process = watched.with(pid, 1);
        assert_eq!(process.mappings[0].mode, Mode::Private);
        return;
    }
    panic!("the number was never given again");
}

#[test]
fn a_number_that_had_nothing_of_the_file_is_asked_again_once_it_is_another_process() {
    let (_dir, path) = file(2);
    let watched = Watched::new(&path, 0);
    for _ in 0..TRIES {
        let first = Program::start();
        let pid = first.pid;
        let mut beside = Program::start();
        beside.map(&path, "shared");
        watched.with(beside.pid, 1); // so the first was asked too
        first.end();
        if !wish_for(pid) {
            crate::skip::skip("this user cannot say which number a process gets");
            return;
        }
        let mut other = Program::start();
        if other.pid == pid {
            other.map(&path, "private");
            watched.with(pid, 1);
            return;
        }
    }
    panic!("the number was never given again");
}

#[test]
fn our_helpers_and_what_they_fork_are_no_others_though_nobody_was_told() {
    let (_dir, path) = file(2);
    let watched = Watched::new(&path, 0);
    let open = fs::File::open(&path).unwrap();
    let facts = open.metadata().unwrap();
    let (sender, events) = channel::<PeerEvent>();
    let pool = PeerPool::spawn(mapscope(), move |event| {
        sender.send(event).ok();
    })
    .unwrap();
    let (doc, target) = (watched.target.doc, watched.target);
    let file = PeerFile {
        via: format!("/proc/{}/fd/{}", std::process::id(), open.as_raw_fd()).into(),
        path: path.clone(),
        identity: Identity {
            dev: facts.dev(),
            ino: facts.ino(),
        },
        extent: Span::new(0, facts.len()).unwrap(),
        is_whole: true,
        is_allowed: false,
    };
    pool.order(PeerOrder::File { doc, file }).unwrap();
    let kind = ProcessKind::Private;
    let start = PeerOrder::Start {
        target,
        kind,
        built_in: false,
    };
    pool.order(start).unwrap();
    let child = MappingId(77);
    let parent = target;
    pool.order(PeerOrder::Fork { parent, child }).unwrap();
    let mut pids = Vec::new();
    while pids.len() < 2 {
        let event = events.recv_timeout(LONG).expect("both run");
        if let PeerNews::Runs { pid } = event.news {
            pids.push(pid);
        }
    }
    let maps = |pid: u32| {
        let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
        maps.contains(text(&path))
    };
    let deadline = Instant::now() + LONG;
    while !pids.iter().all(|pid| maps(*pid)) {
        assert!(Instant::now() < deadline, "both map it");
        std::thread::yield_now();
    }
    // Somebody who came later is seen, so those two were looked at.
    let mut other = Program::start();
    other.map(&path, "shared");
    watched.with(other.pid, 1);
    let again = Watched::new(&path, 0);
    again.with(other.pid, 1);
    for others in [watched.whole(), again.whole()] {
        let told: Vec<u32> = others.processes.iter().map(|it| it.pid).collect();
        assert_eq!(told, [other.pid], "not {pids:?}");
    }
}
