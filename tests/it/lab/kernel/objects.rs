//! Files and what else has a descriptor or a name, seen from outside.

use super::*;
use mapscope::peer::calls::{AllocateHow, FileLock, SealKind};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

fn allocate(how: AllocateHow, at: u64, len: u64) -> Call {
    Call::Object(ObjectCall::Allocate {
        file: text("f"),
        how,
        at,
        len,
    })
}

fn seal(seals: &[SealKind]) -> Call {
    Call::Object(ObjectCall::Seal {
        file: text("s"),
        seals: seals.to_vec(),
    })
}

fn lock(file: &str, how: FileLock) -> Call {
    let file = text(file);
    Call::Object(ObjectCall::Lock { file, how })
}

#[test]
fn facts_of_a_file_are_those_of_stat() {
    let scratch = Scratch::new(3);
    let mut peer = Peer::start();
    peer.done(scratch.open());
    let check = |peer: &mut Peer| {
        let (told, meta) = (peer.stat("f"), fs::metadata(&scratch.path).unwrap());
        let moment = |seconds: i64, rest: i64| seconds * 1_000_000_000 + rest;
        assert_eq!(
            (told.len, told.blocks, told.links),
            (meta.len(), meta.blocks(), meta.nlink())
        );
        assert_eq!(told.modified, moment(meta.mtime(), meta.mtime_nsec()));
        assert_eq!(told.changed, moment(meta.ctime(), meta.ctime_nsec()));
        told
    };
    check(&mut peer);
    peer.done(truncate("f", 1 << 20));
    assert_eq!(check(&mut peer).len, 1 << 20);
    let chmod = |mode| {
        let file = text("f");
        Call::Object(ObjectCall::Chmod { file, mode })
    };
    peer.done(chmod(0o640));
    let mode = fs::metadata(&scratch.path).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o640);
    let room = Call::Object(ObjectCall::Room { file: text("f") });
    assert!(peer.number(room) > 1 << 20);
    let path: std::ffi::OsString = scratch.path.clone().into();
    let cut = Call::Object(ObjectCall::TruncatePath {
        path: path.clone(),
        len: 5,
    });
    peer.done(cut.clone());
    assert_eq!(scratch.bytes(), b"AAAAA");
    let unlink = Call::Object(ObjectCall::Unlink { path });
    peer.done(unlink.clone());
    assert!(!scratch.path.exists());
    assert_eq!(peer.stat("f").links, 0);
    peer.fails(unlink, "ENOENT");
    peer.fails(cut, "ENOENT");
}

#[test]
fn a_range_is_given_and_taken() {
    let scratch = Scratch::new(4);
    let mut peer = Peer::mapping(&scratch, private("f", 4 * page()));
    peer.done(store("m", page(), b"x"));
    let size = page_size();
    match peer.outcome(allocate(AllocateHow::PunchHole, page(), 2 * page())) {
        Outcome::Done => {
            let bytes = scratch.bytes();
            assert_eq!((bytes[0], bytes[size], bytes[3 * size]), (b'A', 0, b'D'));
            // The copy stays, what was none is the file's.
            assert_eq!(peer.bytes(load("m", page(), 1)), b"x");
            assert_eq!(peer.bytes(load("m", 2 * page(), 1)), [0]);
        }
        other => assert_eq!(
            other,
            Outcome::Failed {
                errno: text("EOPNOTSUPP")
            }
        ),
    }
    match peer.outcome(allocate(AllocateHow::Collapse, 0, page())) {
        Outcome::Done => assert_eq!(scratch.bytes().len(), 3 * size),
        Outcome::Failed { errno } => {
            assert!(
                ["EOPNOTSUPP", "EINVAL"].contains(&errno.as_str()),
                "{errno}"
            );
        }
        other => panic!("{other:?}"),
    }
    let before = peer.stat("f").len;
    if let Outcome::Done = peer.outcome(allocate(AllocateHow::KeepSize, 0, 8 * page())) {
        assert_eq!(peer.stat("f").len, before);
        peer.done(allocate(AllocateHow::Grow, 0, 8 * page()));
        assert_eq!(peer.stat("f").len, 8 * page());
    }
    peer.fails(allocate(AllocateHow::Grow, 0, 0), "EINVAL");
}

#[test]
fn a_file_system_of_its_own_is_full_soon() {
    let mut peer = Peer::start();
    let small = Call::Object(ObjectCall::SmallDisk {
        file: text("f"),
        room: 4 * page(),
    });
    let Outcome::Done = peer.outcome(small) else {
        eprintln!("skipped: this user may make no file system");
        return;
    };
    peer.done(truncate("f", 100 * page()));
    peer.done(Call::Map(shared("f", 100 * page())));
    let touch = |pages| Call::Touch {
        map: text("m"),
        at: 0,
        len: pages * page(),
        write: true,
    };
    peer.done(touch(4));
    let write = Call::Write {
        file: text("f"),
        at: 50 * page(),
        bytes: b"x".to_vec(),
    };
    peer.fails(write, "ENOSPC");
    // Nobody else sees it.
    let pid = peer.pid();
    let mounts = fs::read_to_string(format!("/proc/{pid}/mountinfo")).unwrap();
    assert!(!mounts.contains("size=16k"), "{mounts}");
    peer.dies(touch(5), "SIGBUS");
}

#[test]
fn locks_stop_each_other_and_no_store() {
    let scratch = Scratch::new(1);
    let mut holder = Peer::start();
    let mut other = Peer::mapping(&scratch, shared("f", page()));
    holder.done(scratch.open());
    holder.done(lock("f", FileLock::Whole));
    holder.done(lock("f", FileLock::Range));
    other.fails(lock("f", FileLock::Whole), "EAGAIN");
    other.fails(lock("f", FileLock::Range), "EAGAIN");
    other.done(store("m", 0, b"!"));
    assert_eq!(scratch.bytes()[0], b'!');
    holder.done(lock("f", FileLock::UnlockWhole));
    holder.done(lock("f", FileLock::UnlockRange));
    other.done(lock("f", FileLock::Whole));
    other.done(lock("f", FileLock::Range));
}

#[test]
fn a_sealed_file_keeps_its_length() {
    let mut peer = Peer::start();
    peer.done(Call::Object(ObjectCall::SealableMemfd {
        file: text("s"),
        len: page(),
    }));
    peer.done(Call::Map(shared("s", page())));
    peer.fails(seal(&[SealKind::Write]), "EBUSY");
    peer.done(seal(&[SealKind::Grow, SealKind::Shrink]));
    peer.fails(truncate("s", 0), "EPERM");
    peer.done(unmap("m", page()));
    peer.done(seal(&[
        SealKind::FutureWrite,
        SealKind::Write,
        SealKind::Seal,
    ]));
    peer.fails(Call::Map(shared("s", page())), "EPERM");
    peer.fails(seal(&[SealKind::Write]), "EPERM");
}

#[test]
fn a_watch_hears_of_writes_alone() {
    let scratch = Scratch::new(1);
    let mut peer = Peer::mapping(&scratch, shared("f", page()));
    peer.done(Call::Object(ObjectCall::Watch {
        file: text("watch"),
        path: scratch.path.clone().into(),
    }));
    peer.done(store("m", 0, b"x"));
    peer.done(Call::Sync {
        map: text("m"),
        at: 0,
        len: page(),
        how: SyncHow::Sync,
    });
    peer.fails(take("watch", 4096), "EAGAIN");
    peer.done(Call::Write {
        file: text("f"),
        at: 0,
        bytes: b"y".to_vec(),
    });
    assert_eq!(peer.bytes(take("watch", 4096)).len(), 16);
}

#[test]
fn a_clone_is_made_or_refused_by_the_file_system() {
    let scratch = Scratch::new(1);
    let copy = scratch.path.with_file_name("copy");
    fs::write(&copy, []).unwrap();
    let mut peer = Peer::start();
    peer.done(scratch.open());
    peer.done(Call::Open {
        file: text("copy"),
        path: copy.clone().into(),
        access: FileAccess::ReadWrite,
    });
    let call = Call::Object(ObjectCall::Clone {
        from: text("f"),
        into: text("copy"),
    });
    match peer.outcome(call) {
        Outcome::Done => assert_eq!(fs::read(copy).unwrap(), scratch.bytes()),
        other => assert_eq!(
            other,
            Outcome::Failed {
                errno: text("EOPNOTSUPP")
            }
        ),
    }
}

#[test]
fn shared_memory_has_a_name() {
    let name = format!("test-{}-named", std::process::id());
    let open = |create| {
        let (file, name) = (text("s"), name.clone());
        Call::Object(ObjectCall::ShmOpen { file, name, create })
    };
    let (mut maker, mut other) = (Peer::start(), Peer::start());
    other.fails(open(false), "ENOENT");
    maker.done(open(true));
    maker.fails(open(true), "EEXIST");
    maker.done(truncate("s", page()));
    maker.done(Call::Map(shared("s", page())));
    maker.done(store("m", 0, b"left behind"));
    assert!(maker.lines("m")[0].ends_with(&format!("/dev/shm/mapscope-{name}")));
    other.done(open(false));
    other.done(Call::Map(shared("s", page())));
    let unlink = Call::Object(ObjectCall::ShmUnlink { name: name.clone() });
    other.done(unlink.clone());
    other.fails(unlink, "ENOENT");
    drop(maker);
    assert_eq!(other.bytes(load("m", 0, 11)), b"left behind");
    for name in ["", "a/b", "../x", "a b"] {
        let name = text(name);
        let refused = other.refuses(Call::Object(ObjectCall::ShmUnlink { name }));
        assert!(refused.contains("no name"), "{refused}");
    }
}

#[test]
fn a_segment_is_attached_by_its_name() {
    let mut maker = Peer::start();
    let len = page();
    let segment = text("s");
    maker.number(Call::Object(ObjectCall::SegmentMake { segment, len }));
    let (mut other, _) = maker.fork("other");
    let attach = || {
        let (segment, map) = (text("s"), text("m"));
        Call::Object(ObjectCall::SegmentAttach { segment, map, len })
    };
    maker.done(attach());
    maker.done(store("m", 0, b"left behind"));
    assert!(maker.lines("m")[0].contains("/SYSV00000000 (deleted)"));
    other.done(attach());
    maker.done(Call::Object(ObjectCall::SegmentDetach { map: text("m") }));
    assert_eq!(maker.lines("m"), [""; 0]);
    let segment = text("s");
    maker.done(Call::Object(ObjectCall::SegmentRemove { segment }));
    assert_eq!(other.bytes(load("m", 0, 11)), b"left behind");
    other.done(unmap("m", len));
    other.fails(attach(), "EINVAL");
}
