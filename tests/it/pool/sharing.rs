//! What a look at a forked process must leave as it is.

#![cfg(target_os = "linux")]

use std::os::unix::fs::FileExt as _;

use super::*;

/// Bit 56 of the page's entry: no other page table has it.
fn is_exclusive(pid: u32, sample: &Sample, offset: u64) -> bool {
    let inode = sample.file.metadata().unwrap().ino().to_string();
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let line = maps.lines().find(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.get(4) == Some(&inode.as_str())
    });
    let (start, _) = line.unwrap().split_once('-').unwrap();
    let address = u64::from_str_radix(start, 16).unwrap() + offset;
    let mut entry = [0; 8];
    let pagemap = File::open(format!("/proc/{pid}/pagemap")).unwrap();
    pagemap
        .read_exact_at(&mut entry, address / 4096 * 8)
        .unwrap();
    let entry = u64::from_ne_bytes(entry);
    assert_eq!(entry >> 61, 0b100, "a copy, and present");
    entry >> 56 & 1 == 1
}

/// A page that a parent and its child share since a fork is one page until one of them stores, however often both are read.
#[test]
fn a_look_does_not_part_a_parent_and_its_child() {
    let sample = Sample::new(b'A');
    let rig = Rig::new();
    let doc = rig.open(&sample);
    let (parent, pid) = rig.start(doc, ProcessKind::Private);
    let order = rig.store(parent, 0, b"p");
    assert!(rig.outcome(parent, order).is_ok());
    assert!(is_exclusive(pid, &sample, 0));
    let child = rig.fork(parent);
    let child_pid = rig.runs(child);
    for n in 1..4 {
        // each time a little else, so that both are read afresh
        rig.watch(doc, Some(span(0, n)));
        let bytes = [&b"p"[..], &vec![b'A'; usize::try_from(n).unwrap() - 1]].concat();
        rig.reads(parent, &bytes);
        rig.reads(child, &bytes);
        assert!(!is_exclusive(pid, &sample, 0), "look {n}");
        assert!(!is_exclusive(child_pid, &sample, 0), "look {n}");
    }
    let order = rig.store(child, 0, b"c");
    assert!(rig.outcome(child, order).is_ok());
    rig.watch(doc, Some(span(0, 1)));
    rig.reads(parent, b"p");
    rig.reads(child, b"c");
    assert!(is_exclusive(pid, &sample, 0) && is_exclusive(child_pid, &sample, 0));
}
