//! What must not stay when a peer ends, however it ends.

use super::*;
use mapscope::peer::calls::Knob;

const SCAN: &str = "/sys/kernel/mm/ksm/pages_to_scan";

fn scan() -> Option<u64> {
    fs::read_to_string(SCAN).ok()?.trim().parse().ok()
}

fn tune(value: u64) -> Call {
    let knob = Knob::SamePageScan;
    Call::Process(ProcessCall::Tune { knob, value })
}

/// The shared memory of a name.
fn named(name: &str) -> (PathBuf, Call) {
    let name = format!("test-{}-{name}", std::process::id());
    let path = Path::new("/dev/shm").join(format!("mapscope-{name}"));
    let (file, create) = (text("s"), true);
    (
        path,
        Call::Object(ObjectCall::ShmOpen { file, name, create }),
    )
}

#[test]
fn a_name_goes_with_a_peer_that_ends_or_is_killed() {
    for signal_name in ["", "KILL"] {
        let (path, open) = named(&format!("guarded{signal_name}"));
        let mut peer = Peer::start();
        peer.done(open);
        let (child, _) = peer.fork("child");
        assert!(path.exists());
        // A child that ends takes nothing along.
        drop(child);
        peer.done(Call::Map(shared("s", page())));
        assert!(path.exists());
        if signal_name.is_empty() {
            drop(peer.0.end());
            assert!(!path.exists(), "an orderly end waits for it");
        } else {
            signal(signal_name, peer.pid());
            until("the name is gone", || !path.exists());
        }
    }
}

#[test]
fn what_another_made_is_not_removed() {
    let (path, open) = named("others");
    let (mut maker, mut other) = (Peer::start(), Peer::start());
    maker.done(open.clone());
    other.fails(open, "EEXIST");
    drop(other.0.end());
    assert!(path.exists());
    drop(maker.0.end());
    assert!(!path.exists());
}

#[test]
fn a_segment_goes_with_a_killed_peer() {
    let mut peer = Peer::start();
    let (segment, len) = (text("s"), page());
    let made = Call::Object(ObjectCall::SegmentMake { segment, len });
    let segment = peer.number(made).to_string();
    let is_there = || {
        let all = fs::read_to_string("/proc/sysvipc/shm").unwrap();
        all.lines()
            .any(|line| line.split_whitespace().nth(1) == Some(&segment))
    };
    assert!(is_there());
    signal("KILL", peer.pid());
    until("the segment is gone", || !is_there());
}

#[test]
fn a_knob_is_set_back_when_the_peer_is_killed() {
    let Some(before) = scan().filter(|_| is_root()) else {
        let mut peer = Peer::start();
        if Path::new(SCAN).exists() {
            peer.fails(tune(1), "EACCES");
        }
        return;
    };
    let mut peer = Peer::start();
    peer.done(tune(before + 1));
    peer.done(tune(before + 2));
    assert_eq!(scan(), Some(before + 2));
    // Else the second one would set it back to what the first one made of it.
    let mut second = Peer::start();
    second.fails(tune(before + 3), "EAGAIN");
    signal("KILL", peer.pid());
    until("the knob is set back", || scan() == Some(before));
    // The guard has to end before.
    until("the second one may", || {
        second.did(tune(before + 3)).outcome == Outcome::Done
    });
    drop(second.0.end());
    until("the knob is set back once more", || scan() == Some(before));
    let mut peer = Peer::start();
    assert!(peer.refuses(tune(1 << 40)).contains("at most"));
    assert_eq!(scan(), Some(before));
}
