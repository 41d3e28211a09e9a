//! A file system within a file: what is on it, that it goes, and what is found in a file.

use super::*;

fn find(file: &str, bytes: &[u8]) -> Call {
    let (file, bytes) = (text(file), bytes.to_vec());
    Call::Object(ObjectCall::Find { file, bytes })
}

fn write(file: &str, at: u64, bytes: &[u8]) -> Call {
    let (file, bytes) = (text(file), bytes.to_vec());
    Call::Write { file, at, bytes }
}

#[test]
fn bytes_are_counted_wherever_they_stand() {
    let scratch = Scratch::new(1);
    let mut peer = Peer::start();
    peer.done(scratch.open());
    assert_eq!(peer.number(find("f", b"A")), page());
    peer.done(truncate("f", 3 << 20));
    for (place, count) in [
        (0, 1),
        ((1 << 20) - 3, 2),
        ((2 << 20) - 1, 3),
        ((3 << 20) - 4, 4),
    ] {
        peer.done(write("f", place, b"mark"));
        assert_eq!(peer.number(find("f", b"mark")), count, "at {place}");
    }
    assert_eq!(peer.number(find("f", b"market")), 0);
    assert!(peer.refuses(find("f", b"")).contains("looked through"));
    peer.done(truncate("f", 65 << 20));
    assert!(peer.refuses(find("f", b"mark")).contains("looked through"));
}

/// The loop devices over a file.
fn loops_over(path: &Path) -> usize {
    let all = fs::read_dir("/sys/block").unwrap().flatten();
    all.filter(|entry| {
        let backing = fs::read_to_string(entry.path().join("loop/backing_file"));
        backing.is_ok_and(|backing| backing.contains(path.to_str().unwrap()))
    })
    .count()
}

#[test]
fn a_disk_within_a_file_goes_with_a_killed_peer() {
    let scratch = Scratch::new(1);
    let mut peer = Peer::start();
    peer.done(scratch.open());
    peer.done(truncate("f", 16 << 20));
    let disk = || {
        let (image, file) = (text("f"), text("g"));
        Call::Object(ObjectCall::DiskIn { image, file })
    };
    if peer.outcome(disk()) != Outcome::Done {
        eprintln!("skipped: only root, with mkfs.ext4 and a loop device, can make a disk");
        return;
    }
    peer.done(write("g", 100, b"within"));
    assert_eq!(peer.number(find("f", b"within")), 0);
    peer.done(Call::Fsync { file: text("g") });
    assert_eq!(peer.number(find("f", b"within")), 1);
    // Nobody sees it mounted.
    let table = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let folder = scratch.path.parent().unwrap().to_str().unwrap();
    assert!(!table.contains(folder), "{table}");
    assert_eq!(loops_over(&scratch.path), 1);
    signal("KILL", peer.pid());
    until("the loop device is gone", || loops_over(&scratch.path) == 0);
}
