//! What is on the storage: a file system is made within a file, so that what it has written can be looked for from outside.

use crate::lab::claim::{Claim, Contents, Expected, LabTopic, Promise};
use crate::lab::script::{Figure, Peer, Rule, Script, StepId, shared};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::calls::{Call, FileAccess, ObjectCall, Outcome, SyncHow};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[Experiment {
    claim: Claim {
        name: "on-the-storage",
        topic: LabTopic::Durability,
        title: "A store is not on the storage until somebody waits for it, though every process sees it",
        choices: &[
            "It is on the storage as soon as it is stored",
            "It is in no block after the store, after MS_ASYNC, after munmap and close; after MS_SYNC and fsync it is",
            "It is on the storage after munmap, as the memory is given back then",
        ],
        expected: Expected::Always(1),
        promise: Promise::Linux,
        why: "All other experiments ask the kernel, which answers from the page cache: a page that it calls dirty is \
              in memory only. Here the blocks themselves are looked at: an ext4 file system lies within a scratch \
              file, which is its disk. What a machine loses when its power fails is what is not in these blocks. The \
              kernel would write the page by itself later, within half a minute as a rule. (What a real disk still \
              has in its own cache then, MS_SYNC and fsync also have written, by a flush.)",
        source: "msync(2), MS_ASYNC and MS_SYNC; fsync(2); Documentation/admin-guide/sysctl/vm.rst, dirty_expire_centisecs",
    },
    needs: &[Need::PageFacts, Need::Root],
    rests_on: &[("A", SkipStores), ("A", OtherMode)],
    script: on_the_storage,
}];

/// Bytes of the disk.
const DISK: u64 = 16 << 20;

/// How often it is tried: somebody may call sync(2) in between, and then all is written.
pub(in crate::lab) const ATTEMPTS: u64 = 5;

/// What is looked for, and what stands there before.
pub(in crate::lab) const MARK: &[u8; 16] = b"[marked by A 28]";
pub(in crate::lab) const BLANK: &[u8; 16] = b"................";

/// How often the mark is in the blocks of the disk.
pub(in crate::lab) fn marks(s: &mut Script, b: Peer) -> StepId {
    let call = Call::Object(ObjectCall::Find {
        file: "disk".to_owned(),
        bytes: MARK.to_vec(),
    });
    s.must(b, "counts the marks in the blocks of disk", call)
}

fn expect_written(s: &mut Script, b: Peer) {
    let told = marks(s, b);
    s.judge(told, "1", told.get(Figure::Number).is(1));
}

/// Stores the mark where it is not, on the storage either, and has `then` done: what is on the storage after the store, and
/// after that.
fn mark(s: &mut Script, (a, b): (Peer, Peer), then: impl FnOnce(&mut Script)) {
    let page = s.page();
    let told = s.until(ATTEMPTS, |s| {
        s.map(a, shared("f", page));
        s.store(a, 28, BLANK);
        let synced = s.sync(a, page, SyncHow::Sync);
        s.expect_done(synced);
        let before = marks(s, b);
        s.store(a, 28, MARK);
        let seen = s.read(a, "f", 28, 16);
        s.expect_bytes(seen, MARK);
        let stored = marks(s, b);
        then(s);
        let after = marks(s, b);
        let told = [before, stored, after];
        let none = told.map(|told| told.get(Figure::Number).is(0));
        (told, Rule::all(none))
    });
    for told in told {
        s.judge(told, "0", told.get(Figure::Number).is(0));
    }
}

/// A peer with a file f on a disk of its own, which lies within a scratch file, and one that looks at the disk.
pub(in crate::lab) fn make_disk(s: &mut Script) -> (Peer, Peer) {
    s.file("disk", Contents::Hole { len: DISK });
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open(a, "disk");
    s.open_as(b, "disk", FileAccess::Read);
    let disk = Call::Object(ObjectCall::DiskIn {
        image: "disk".to_owned(),
        file: "f".to_owned(),
    });
    let made = s.attempt(a, "makes an ext4 file system in disk, with a file f", disk);
    let why = "needs mkfs.ext4 and a loop device";
    s.require(made.is(Outcome::Done), why);
    s.write(a, "f", 0, &s.filled(1, b'.'));
    s.fsync(a, "f");
    (a, b)
}

fn on_the_storage(s: &mut Script) {
    let page = s.page();
    let (a, b) = make_disk(s);
    mark(s, (a, b), |s| {
        let told = s.sync(a, page, SyncHow::Async);
        s.expect_done(told);
    });
    let told = s.sync(a, page, SyncHow::Sync);
    s.expect_done(told);
    expect_written(s, b);
    mark(s, (a, b), |s| {
        let told = s.unmap(a, 0, page);
        s.expect_done(told);
    });
    s.fsync(a, "f");
    expect_written(s, b);
}
