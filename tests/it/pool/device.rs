//! Processes of a block device: none of them maps it for writing before the person allowed that, and each can after it.

use super::*;
use crate::machine::LoopDevice;
use std::os::unix::fs::FileTypeExt as _;

/// A loop device of one page full of `A`, open in this process.
struct Device {
    device: LoopDevice,
    file: File,
}

impl Device {
    /// `None`, said loudly, where there can be none.
    fn or_skip() -> Option<Self> {
        let device = LoopDevice::or_skip(&[b'A'; 4096])?;
        let file = File::open(device.path()).unwrap();
        assert!(file.metadata().unwrap().file_type().is_block_device());
        Some(Self { device, file })
    }

    fn peer_file(&self, is_allowed: bool) -> PeerFile {
        PeerFile {
            is_allowed,
            ..peer_file(self.device.path(), &self.file, span(0, 4096))
        }
    }

    fn byte(&self) -> u8 {
        let mut byte = [0];
        self.file.read_exact_at(&mut byte, 0).unwrap();
        byte[0]
    }

    /// Whether the process has it open or mapped in a way that could write to it.
    fn is_writable_by(&self, pid: u32) -> bool {
        let name = self.device.path().to_str().unwrap();
        let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
        let maps = maps.lines().filter(|line| line.ends_with(name));
        let is_mapped = maps.into_iter().any(|line| line.contains(" rw-s "));
        let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten();
        let is_open = descriptors
            .filter(|entry| fs::read_link(entry.path()).is_ok_and(|to| to == self.device.path()))
            .any(|entry| {
                let number = entry.file_name().into_string().unwrap();
                let info = fs::read_to_string(format!("/proc/{pid}/fdinfo/{number}")).unwrap();
                let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
                let flags = u32::from_str_radix(flags.unwrap().trim(), 8).unwrap();
                flags & 3 != 0
            });
        is_mapped || is_open
    }
}

#[track_caller]
fn is_not_allowed(outcome: Result<Vec<u8>, Refusal>) {
    match outcome {
        Err(Refusal::Failed(why)) => {
            assert!(why.message.contains("block device"), "{why:?}");
            assert_eq!(why.errno.as_deref(), Some("EPERM"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_process_writes_to_a_block_device_only_once_that_was_allowed() {
    let Some(device) = Device::or_skip() else {
        return;
    };
    let rig = Rig::new();
    let doc = DocId(1000);
    let allow = |is_allowed| {
        let file = device.peer_file(is_allowed);
        rig.order(PeerOrder::File { doc, file });
    };
    allow(false);
    let (shared, pid) = rig.start(doc, ProcessKind::Shared);
    let child = rig.fork(shared);
    let child_pid = rig.runs(child);
    let (private, _) = rig.start(doc, ProcessKind::Private);
    for target in [shared, child] {
        is_not_allowed(rig.outcome(target, rig.store(target, 0, b"!")));
    }
    // Its own copy is nobody else's, and needs no leave.
    let order = rig.store(private, 0, b"p");
    assert_eq!(rig.outcome(private, order), Ok(b"A".to_vec()));
    for pid in [pid, child_pid] {
        assert!(!device.is_writable_by(pid), "unasked");
    }
    assert_eq!(device.byte(), b'A');

    allow(true);
    let order = rig.store(shared, 0, b"!");
    assert_eq!(rig.outcome(shared, order), Ok(b"A".to_vec()));
    let order = rig.store(child, 0, b"?");
    assert_eq!(rig.outcome(child, order), Ok(b"!".to_vec()));
    assert_eq!(device.byte(), b'?');
    // As can one that begins now.
    let (later, _) = rig.start(doc, ProcessKind::Shared);
    let order = rig.store(later, 0, b"B");
    assert_eq!(rig.outcome(later, order), Ok(b"?".to_vec()));
    // One that is to be read-only stays so.
    let (reads, pid) = rig.start(doc, ProcessKind::ReadOnly);
    let order = rig.store(reads, 0, b"C");
    assert!(rig.outcome(reads, order).is_err());
    assert!(!device.is_writable_by(pid));
}

/// Leave is given for one file: that of another open device is not it.
#[test]
fn leave_for_one_device_is_no_leave_for_another() {
    let Some((one, other)) = Device::or_skip().and_then(|one| Some((one, Device::or_skip()?)))
    else {
        return;
    };
    let rig = Rig::new();
    let docs = [(DocId(1000), &one, true), (DocId(1001), &other, false)];
    for (doc, device, is_allowed) in docs {
        let file = device.peer_file(is_allowed);
        rig.order(PeerOrder::File { doc, file });
    }
    let (target, pid) = rig.start(DocId(1001), ProcessKind::Shared);
    is_not_allowed(rig.outcome(target, rig.store(target, 0, b"!")));
    assert!(!other.is_writable_by(pid));
    assert_eq!(other.byte(), b'A');
    let (target, _) = rig.start(DocId(1000), ProcessKind::Shared);
    let order = rig.store(target, 0, b"!");
    assert_eq!(rig.outcome(target, order), Ok(b"A".to_vec()));
}
