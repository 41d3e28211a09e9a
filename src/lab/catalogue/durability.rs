//! When a store is on the storage: what msync, fsync, munmap and close do to a dirty page.
//!
//! What the storage holds cannot be seen while the page cache has the page. What can be seen is what the kernel still
//! means to write: a dirty page is one that changed since it was written last. smaps tells of it on every file system.

use crate::lab::Experiment;
use crate::lab::Need;
use crate::lab::claim::{Claim, Contents, Expected, LabTopic, Promise};
use crate::lab::script::{Figure, Peer, Script, StepId, Value, Words, private, shared};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::calls::SyncHow;
use crate::peer::wire::PeerPage::PrivateCopy;

use super::dirty::{
    ATTEMPTS, clean_page, dirty_after, expect_clean, expect_dirty, expect_in_file, is_clean,
    is_dirty,
};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "store-leaves-the-page-dirty",
            topic: LabTopic::Durability,
            title: "A store through a shared mapping is not on the storage yet: the page is dirty",
            choices: &[
                "The store is on the storage when the next instruction runs",
                "The page was clean, and is dirty after the store: the kernel writes it later",
                "The page is dirty before and after, for there is no storage to write it to",
            ],
            expected: Expected::OnTmpfs {
                tmpfs: 2,
                elsewhere: 1,
            },
            promise: Promise::Linux,
            why: "A store changes memory. The kernel learns of the first one to a clean page by a fault, marks the \
                  page dirty, and writes it some time later, within half a minute as a rule \
                  (vm.dirty_expire_centisecs). Until then a power failure loses it, though every process sees it. \
                  tmpfs lives in memory: its pages are dirty for as long as they exist.",
            source: "msync(2): \u{201c}Without use of this call, there is no guarantee that changes are written back \
                     before munmap(2) is called\u{201d}; proc_pid_smaps(5) (proc(5) in older manuals); \
                     Documentation/admin-guide/sysctl/vm.rst",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: store_leaves_the_page_dirty,
    },
    Experiment {
        claim: Claim {
            name: "msync-sync-cleans",
            topic: LabTopic::Durability,
            title: "msync with MS_SYNC returns when the page is written",
            choices: &[
                "The page is still dirty when it returns: it only starts the writing",
                "The page is clean when it returns",
                "The page stays dirty, for there is nowhere to write it to",
            ],
            expected: Expected::OnTmpfs {
                tmpfs: 2,
                elsewhere: 1,
            },
            promise: Promise::Linux,
            why: "MS_SYNC waits until the pages of the range are written and the storage has confirmed it; then the \
                  kernel counts them as clean. That takes as long as the storage takes, thousands of times longer than \
                  the store. POSIX promises the completed write; that the page counts as clean is Linux. An error of \
                  the storage is told once for each open of the file: a second msync returns 0 though the data is \
                  lost. On tmpfs there is no storage, and msync returns at once.",
            source: "msync(2), MS_SYNC: \u{201c}Requests an update and waits for it to complete\u{201d}; POSIX.1-2024 \
                     msync(); proc_pid_smaps(5) (proc(5) in older manuals)",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: msync_sync_cleans,
    },
    Experiment {
        claim: Claim {
            name: "msync-async-does-nothing",
            topic: LabTopic::Durability,
            title: "msync with MS_ASYNC returns at once and writes nothing",
            choices: &[
                "The page is clean when it returns",
                "The page is as dirty as before",
                "It fails with EINVAL: Linux does not know MS_ASYNC",
                "It returns 0; as the page is dirty whatever is called, it does not show whether anything was written",
            ],
            expected: Expected::OnTmpfs {
                tmpfs: 3,
                elsewhere: 1,
            },
            promise: Promise::Linux,
            why: "MS_ASYNC asks that the writing be scheduled. On Linux every dirty page is scheduled already, as the \
                  kernel knows of each and writes them in its own time; so there is nothing left to do. It checks the \
                  arguments and returns 0, which is no news about the storage.",
            source: "msync(2), VERSIONS (NOTES in older manuals): \u{201c}Since Linux 2.6.19, MS_ASYNC is in fact a \
                     no-op\u{201d}",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: msync_async_does_nothing,
    },
    Experiment {
        claim: Claim {
            name: "msync-private-writes-nothing",
            topic: LabTopic::Durability,
            title: "msync of a private mapping returns 0 and writes nothing",
            choices: &[
                "It writes the private copy to the file",
                "It fails with EINVAL: there is nothing to write",
                "It returns 0, and neither the file nor the private copy changes",
            ],
            expected: Expected::Always(2),
            promise: Promise::Posix,
            why: "The private copy belongs to no file, so there is no place to write it to. The call succeeds all the \
                  same, as nothing went wrong: what belongs to the file is written. Its 0 must not be taken for a save.",
            source: "POSIX.1-2024 msync(): on MAP_PRIVATE mappings \u{201c}any modified data shall not be written to \
                     the underlying object\u{201d}",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: msync_private_writes_nothing,
    },
    Experiment {
        claim: Claim {
            name: "fsync-writes-stores-too",
            topic: LabTopic::Durability,
            title: "fsync writes what was stored through a mapping too, also that of another process",
            choices: &[
                "fsync writes what went through write; stores need msync",
                "The page that was stored into is clean after fsync",
                "fsync returns 0, and the page stays dirty, for there is nowhere to write it to",
            ],
            expected: Expected::OnTmpfs {
                tmpfs: 2,
                elsewhere: 1,
            },
            promise: Promise::Linux,
            why: "fsync(2) writes all dirty pages of the file, whoever made them dirty and in which way, and what the \
                  file system knows of the file. msync does for its range what fdatasync(2) does for the file: the \
                  bytes and what is needed to find them. fsync adds the rest of the file and its other metadata, such \
                  as the times. A new file needs its directory written too. Here one process stores and another one calls \
                  fsync.",
            source: "fsync(2): \u{201c}all modified in-core data of\u{201d} the file; msync(2); the kernel's \
                     mm/msync.c",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: fsync_writes_stores_too,
    },
    Experiment {
        claim: Claim {
            name: "fsync-adds-the-rest",
            topic: LabTopic::Durability,
            title: "msync writes its range; fsync writes the rest of the file too",
            choices: &[
                "msync of one page leaves nothing dirty: it is for the whole file",
                "A page far away is still dirty after msync of the first one, and clean after fsync",
                "A page far away is still dirty after both: fsync knows nothing of stores",
                "Pages stay dirty whatever is called, for there is nowhere to write them to",
            ],
            expected: Expected::OnTmpfs {
                tmpfs: 3,
                elsewhere: 1,
            },
            promise: Promise::Open,
            why: "msync is given a range, and most file systems write just what lies in it, or some neighbors with it, \
                  as the page cache may keep many pages as one large folio: so the two stores here are 4 MiB apart. \
                  That nothing else is written is promised by nobody; btrfs writes the whole file at each msync, and \
                  the experiment is not carried out there. fsync(2) is always for the whole file.",
            source: "msync(2); fsync(2); the kernel's mm/msync.c; proc_pid_smaps(5) (proc(5) in older manuals)",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: fsync_adds_the_rest,
    },
    Experiment {
        claim: Claim {
            name: "munmap-and-close-write-nothing",
            topic: LabTopic::Durability,
            title: "On a local file system munmap and close do not write: the page stays dirty",
            choices: &[
                "munmap writes the page, as msync would",
                "close writes the page, as fsync would",
                "The page is in the file and dirty as before",
                "The page is in the file; as it is dirty whatever is called, it does not show whether it was written",
            ],
            expected: Expected::OnTmpfs {
                tmpfs: 3,
                elsewhere: 2,
            },
            promise: Promise::Linux,
            why: "munmap hands the mark \u{201c}dirty\u{201d} from the page tables to the page itself and forgets the \
                  mapping; close forgets the descriptor. On a local file system neither waits for the storage, and \
                  neither tells of its errors; a network file system such as NFS does write at close. The kernel \
                  writes the page in its own time. A program that must know that it is written calls msync or fsync before.",
            source: "msync(2); close(2), NOTES: \u{201c}A successful close does not guarantee that the data has been \
                     successfully saved to disk\u{201d}",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: munmap_and_close_write_nothing,
    },
    Experiment {
        claim: Claim {
            name: "first-store-after-msync-faults",
            topic: LabTopic::Durability,
            title: "After msync the first store into each page faults again; later ones do not",
            choices: &[
                "A page faults once; msync changes nothing about that",
                "Every store into a shared mapping faults, so that the kernel knows of it",
                "The second round of stores has no faults; the first after msync has one for each page",
                "Neither the second round nor the one after msync has faults: no page needs watching",
            ],
            expected: Expected::OnTmpfs {
                tmpfs: 3,
                elsewhere: 2,
            },
            promise: Promise::Open,
            why: "To know which pages are dirty the kernel makes clean ones read-only in the page tables: the first \
                  store faults, the page is marked dirty and made writable, and later stores run freely. Writing the \
                  page cleans it and makes it read-only again. That is a hidden price of calling msync often. tmpfs \
                  writes nothing and so watches nothing.",
            source: "the kernel's mm/memory.c, do_shared_fault() and wp_page_shared(); getrusage(2), ru_minflt",
        },
        needs: &[],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: first_store_after_msync_faults,
    },
];

fn store_leaves_the_page_dirty(s: &mut Script) {
    let a = s.peer("A");
    clean_page(s, a);
    dirty_after(s, a, a, |_| {});
    expect_in_file(s, a);
}

fn msync_sync_cleans(s: &mut Script) {
    let page = s.page();
    let a = s.peer("A");
    clean_page(s, a);
    dirty_after(s, a, a, |_| {});
    let synced = s.sync(a, page, SyncHow::Sync);
    s.expect_done(synced);
    expect_clean(s, a);
    expect_in_file(s, a);
    s.note("tells how long MS_SYNC took", time(synced));
}

fn msync_async_does_nothing(s: &mut Script) {
    let page = s.page();
    let a = s.peer("A");
    clean_page(s, a);
    dirty_after(s, a, a, |s| {
        let synced = s.sync(a, page, SyncHow::Async);
        s.expect_done(synced);
    });
    // Once more for its time, and because one more call would be the one to do something.
    let again = s.sync(a, page, SyncHow::Async);
    s.expect_done(again);
    expect_in_file(s, a);
    let slow = s.sync(a, page, SyncHow::Sync);
    s.expect_done(slow);
    let times = [
        again.get(Figure::Nanoseconds),
        slow.get(Figure::Nanoseconds),
    ];
    let words = Words::new("MS_ASYNC took {time}, MS_SYNC {time}", times);
    s.note("tells how long the two took", words);
}

fn msync_private_writes_nothing(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, private("f", page));
    s.open(b, "f");
    s.store(a, 28, b"Z");
    let synced = s.sync(a, page, SyncHow::Sync);
    s.expect_done(synced);
    let in_file = s.read(b, "f", 28, 1);
    s.expect_bytes(in_file, b"A");
    let own = s.load(a, 28, 1);
    s.expect_bytes(own, b"Z");
    let pages = s.pages(a, 0, page);
    s.expect_pages(pages, &[PrivateCopy]);
}

fn fsync_writes_stores_too(s: &mut Script) {
    let a = s.peer("A");
    clean_page(s, a);
    let b = s.peer("B");
    s.open(b, "f");
    dirty_after(s, a, a, |_| {});
    let synced = s.fsync(b, "f");
    s.expect_done(synced);
    expect_clean(s, a);
    expect_in_file(s, b);
    s.note("tells how long fsync took", time(synced));
}

fn fsync_adds_the_rest(s: &mut Script) {
    const LEN: u64 = 8 << 20;
    if s.environment().file_system == "btrfs" {
        let why = "btrfs writes the whole file at each msync: nothing would be left for fsync";
        return s.not_available(why);
    }
    let page = s.page();
    s.file("f", Contents::Noise { len: LEN });
    let a = s.peer("A");
    s.open_and_map(a, shared("f", LEN));
    s.fsync(a, "f");
    // The kernel may write the far page in between; then it is done again.
    let sums = s.until(ATTEMPTS, |s| {
        s.store(a, 28, b"Z");
        s.store(a, LEN / 2 + 28, b"Z");
        let synced = s.sync(a, page, SyncHow::Sync);
        s.expect_done(synced);
        let sums = s.sums(a);
        (sums, is_dirty(sums))
    });
    expect_dirty(s, sums);
    let synced = s.fsync(a, "f");
    s.expect_done(synced);
    let sums = s.sums(a);
    if s.on_tmpfs() {
        expect_dirty(s, sums);
    } else {
        s.judge(sums, "no dirty page", is_clean(sums));
    }
    for at in [28, LEN / 2 + 28] {
        let in_file = s.read(a, "f", at, 1);
        s.expect_bytes(in_file, b"Z");
    }
}

fn munmap_and_close_write_nothing(s: &mut Script) {
    if let Some(why) = writes_at_close(s) {
        return s.not_available(why);
    }
    let page = s.page();
    let b = s.peer("B");
    clean_page(s, b);
    let a = s.peer("A");
    let sums = s.until(ATTEMPTS, |s| {
        s.open_and_map(a, shared("f", page));
        s.store(a, 28, b"Z");
        let unmapped = s.unmap(a, 0, page);
        s.expect_done(unmapped);
        s.close(a, "f");
        let seen = s.load(b, 28, 1);
        s.expect_bytes(seen, b"Z");
        let sums = s.sums(b);
        (sums, is_dirty(sums))
    });
    expect_dirty(s, sums);
    expect_in_file(s, b);
}

/// Why nothing can be predicted of close; `None` on a local file system.
fn writes_at_close(s: &Script) -> Option<String> {
    const WRITING: [&str; 11] = [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "9p",
        "afs",
        "ceph",
        "virtiofs",
        "vboxsf",
        "vfat with flush",
        "msdos with flush",
    ];
    let name = s.environment().file_system.as_str();
    (WRITING.contains(&name) || name.starts_with("fuse"))
        .then(|| format!("{name} may write when a file is unmapped or closed"))
}

fn first_store_after_msync_faults(s: &mut Script) {
    /// More faults by far than the peer has by the way.
    const PAGES: u64 = 256;
    let len = PAGES * s.page();
    s.letters("f", PAGES);
    let a = s.peer("A");
    s.open_and_map(a, shared("f", len));
    let before = s.faults(a);
    s.touch(a, 0, len, true);
    let after = s.faults(a);
    let first = after.get(Figure::Minor) - before.get(Figure::Minor);
    s.note("counts the faults of the first round", number(first));
    let why = "the system counts no page faults: no process runs without one";
    s.require(after.get(Figure::Minor).above(0), why);
    // Where the kernel writes pages in between, they fault again.
    let second = s.until(ATTEMPTS, |s| {
        let round = stores(s, a, len);
        (round.clone(), round.below(PAGES / 4))
    });
    let few = format!("far fewer than the {PAGES} pages");
    let is_few = second.clone().below(PAGES / 4);
    s.check(
        "counts the faults of a later round",
        number(second),
        few.as_str(),
        is_few,
    );
    let synced = s.sync(a, len, SyncHow::Sync);
    s.expect_done(synced);
    let after = stores(s, a, len);
    if s.on_tmpfs() {
        let is_few = after.clone().below(PAGES / 4);
        s.check(
            "counts the faults of the round after msync",
            number(after),
            few,
            is_few,
        );
    } else {
        let wanted = format!("{PAGES} or more");
        let is_so = after.clone().at_least(PAGES);
        s.check(
            "counts the faults of the round after msync",
            number(after),
            wanted,
            is_so,
        );
    }
    let in_file = s.read(a, "f", len - s.page(), 1);
    s.expect_bytes(in_file, &[1]);
}

/// The faults of a round of one store a page.
fn stores(s: &mut Script, peer: Peer, len: u64) -> Value {
    let before = s.faults(peer);
    s.touch(peer, 0, len, true);
    s.faults(peer).get(Figure::Minor) - before.get(Figure::Minor)
}

fn number(value: Value) -> Words {
    Words::new("{}", [value])
}

fn time(step: StepId) -> Words {
    Words::new("{time}", [step.get(Figure::Nanoseconds)])
}
