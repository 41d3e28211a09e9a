//! The last page of a file, and the pages past its end.

use crate::lab::Experiment;
use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{Script, shared};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::calls::SyncHow;

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "tail-reads-as-zeros",
            topic: LabTopic::Ends,
            title: "Past the end of the file, but in its last page, a mapping reads zeros",
            choices: &[
                "A load there ends the process",
                "It reads zeros",
                "It reads whatever the storage has behind the file",
            ],
            expected: Expected::Always(1),
            promise: Promise::Posix,
            why: "Pages are mapped whole, so the rest of the last page has to be something. The kernel fills it with \
                  zeros when it brings the page in; what lies behind the file on the storage may be somebody \
                  else\u{2019}s. The processor cannot tell these bytes from the file\u{2019}s, so they can be loaded \
                  without a signal. They are zeros as long as nobody has stored there: such a store is seen through \
                  other mappings too.",
            source: "mmap(2), NOTES and BUGS; POSIX.1-2024 mmap(): \u{201c}The system shall always zero-fill any \
                     partial page at the end of an object\u{201d}",
        },
        needs: &[],
        rests_on: &[],
        script: tail_reads_as_zeros,
    },
    Experiment {
        claim: Claim {
            name: "tail-store-is-not-saved",
            topic: LabTopic::Ends,
            title: "A store past the end of the file, in its last page, succeeds, and is not in the file when that grows, except on tmpfs",
            choices: &[
                "The file grows by the store",
                "Read back it is there, but written and grown to a whole page the file has zeros there",
                "Read back it is there, and written and grown to a whole page the file has it too",
                "The store ends the process with SIGBUS",
            ],
            expected: Expected::OnTmpfs {
                tmpfs: 2,
                elsewhere: 1,
            },
            promise: Promise::Open,
            why: "The page can be stored into as a whole, so the bytes past the end are there until somebody clears \
                  them. A file system with storage clears them when it writes the page (newer kernels also when the \
                  file grows), and never writes them out. tmpfs has the page and nothing else: there they stay, and \
                  are part of the file when it grows. POSIX demands zeros of a file that grows; a program should not \
                  store there at all.",
            source: "mmap(2), BUGS, on partial pages and tmpfs; POSIX.1-2024 mmap(): \u{201c}shall never write out any \
                     modified portions of the last page of an object which are beyond its end\u{201d}",
        },
        needs: &[],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: tail_store_is_not_saved,
    },
    Experiment {
        claim: Claim {
            name: "store-never-grows-the-file",
            topic: LabTopic::Ends,
            title: "No store through a mapping changes the length of the file",
            choices: &[
                "The length stays",
                "The file grows to the last byte that was stored",
                "The file grows to the end of the page at msync",
            ],
            expected: Expected::Always(0),
            promise: Promise::Posix,
            why: "A store is an instruction; the kernel sees at most the first one to a page, and not which byte. The \
                  length is a property of the file that write(2) past the end and ftruncate(2) change. A program that is to grow a file through a mapping first makes it longer, then maps it.",
            source: "POSIX.1-2024, System Interfaces, Memory Mapped Files, and mmap(), RATIONALE; mmap(2); \
                     ftruncate(2)",
        },
        needs: &[],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: store_never_grows_the_file,
    },
    Experiment {
        claim: Claim {
            name: "page-past-end-sigbus",
            topic: LabTopic::Ends,
            title: "A load from a whole page past the end of the file ends the process with SIGBUS",
            choices: &[
                "mmap fails: the mapping is longer than the file",
                "It reads zeros, as in the last page",
                "SIGSEGV: nothing is mapped there",
                "SIGBUS: it is mapped, but the file has no such page",
            ],
            expected: Expected::Always(3),
            promise: Promise::Posix,
            why: "A mapping may be longer than the file. The addresses are taken, but when a page past the end is \
                  touched there is nothing to bring in, for the file has no such page, and a store must not make it \
                  longer. That is SIGBUS (on Linux with the code BUS_ADRERR), to be told from SIGSEGV, where nothing \
                  is mapped.",
            source: "mmap(2), SIGBUS; POSIX.1-2024, System Interfaces, Memory Mapped Files, and mmap(): references \
                     \u{201c}to whole pages following the end of an object shall result in delivery of a SIGBUS \
                     signal\u{201d}",
        },
        needs: &[],
        rests_on: &[],
        script: page_past_end_sigbus,
    },
    Experiment {
        claim: Claim {
            name: "empty-file-can-be-mapped",
            topic: LabTopic::Ends,
            title: "An empty file can be mapped; the first load ends the process",
            choices: &[
                "mmap fails with EINVAL: there is nothing to map",
                "mmap succeeds, and the load reads 0",
                "mmap succeeds, and the load is SIGBUS",
            ],
            expected: Expected::Always(2),
            promise: Promise::Linux,
            why: "mmap does not compare the length with that of the file: it may be more than the file has, and all of \
                  it is past the end here. Programs that map \u{201c}the whole file\u{201d} ask for length 0 when the \
                  file is empty, and that is what fails with EINVAL. So an empty file needs a case of its own either \
                  way.",
            source: "mmap(2), SIGBUS and ERRORS, EINVAL; POSIX.1-2024 mmap(), RATIONALE: it \u{201c}can be used to \
                     map a region of memory that is larger than the current size of the object\u{201d}",
        },
        needs: &[],
        rests_on: &[],
        script: empty_file_can_be_mapped,
    },
    Experiment {
        claim: Claim {
            name: "offset-past-end-can-be-mapped",
            topic: LabTopic::Ends,
            title: "A mapping that begins past the end of the file succeeds, but every load is SIGBUS",
            choices: &[
                "mmap fails with EINVAL: the offset is not in the file",
                "mmap succeeds, and a load is SIGBUS",
                "mmap succeeds and makes the file longer",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "The offset has to be aligned and to fit the largest file that there can be, of 2^63 bytes; where \
                  the file ends now does not matter, for it may grow. Until it does, every load is past the end. \
                  POSIX speaks of offsets that are possible and not necessarily current, and has ENXIO for those that \
                  are invalid, so that a system may refuse it.",
            source: "mmap(2), SIGBUS; POSIX.1-2024 mmap(), DESCRIPTION: offsets \u{201c}possible (not necessarily \
                     current)\u{201d}, and ERRORS, ENXIO",
        },
        needs: &[],
        rests_on: &[],
        script: offset_past_end_can_be_mapped,
    },
];

/// The length of a file that ends within its first page.
const SHORT: u64 = 100;

/// A file of [`SHORT`] bytes.
fn short_file(s: &mut Script) {
    s.file("f", &[b'A'; 100]);
}

fn tail_reads_as_zeros(s: &mut Script) {
    let page = s.page();
    short_file(s);
    let a = s.peer("A");
    s.open_and_map(a, shared("f", page));
    s.expect_length(a, "f", SHORT);
    let end = s.load(a, SHORT - 1, 3);
    s.expect_bytes(end, &[b'A', 0, 0]);
    let zeros = vec![0; usize::try_from(page - SHORT).unwrap_or_default()];
    let tail = s.load(a, SHORT, page - SHORT);
    s.expect_bytes(tail, &zeros);
}

fn tail_store_is_not_saved(s: &mut Script) {
    let page = s.page();
    short_file(s);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", page));
    s.open(b, "f");
    // Two bytes in the file, and two past its end.
    s.store(a, SHORT - 2, b"WXYZ");
    let own = s.load(a, SHORT - 2, 4);
    s.expect_bytes(own, b"WXYZ");
    let in_file = s.read(b, "f", SHORT - 2, 4);
    s.expect_bytes(in_file, b"WX");
    // Not every kernel clears them when the file grows; all do when they write the page.
    let synced = s.sync(a, page, SyncHow::Sync);
    s.expect_done(synced);
    s.truncate(b, "f", page);
    let grown = s.read(b, "f", SHORT - 2, 4);
    let saved: &[u8] = if s.on_tmpfs() { b"WXYZ" } else { b"WX\0\0" };
    s.expect_bytes(grown, saved);
}

fn store_never_grows_the_file(s: &mut Script) {
    let page = s.page();
    short_file(s);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", page));
    s.open(b, "f");
    s.store(a, SHORT - 1, b"Y");
    s.store(a, 2 * SHORT, b"Z");
    let synced = s.sync(a, page, SyncHow::Sync);
    s.expect_done(synced);
    let unmapped = s.unmap(a, 0, page);
    s.expect_done(unmapped);
    s.expect_length(b, "f", SHORT);
    let mut all = vec![b'A'; 99];
    all.push(b'Y');
    let in_file = s.read(b, "f", 0, page);
    s.expect_bytes(in_file, &all);
}

fn page_past_end_sigbus(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let a = s.peer("A");
    s.open_and_map(a, shared("f", 2 * page));
    let last = s.load(a, page - 1, 1);
    s.expect_bytes(last, b"A");
    let past = s.load(a, page, 1);
    s.expect_killed(past, "SIGBUS", Some("BUS_ADRERR"));
}

fn empty_file_can_be_mapped(s: &mut Script) {
    let page = s.page();
    s.file("f", b"");
    let a = s.peer("A");
    s.open(a, "f");
    s.expect_length(a, "f", 0);
    let mapped = s.try_map(a, "maps a page of the empty file", shared("f", page));
    s.expect_done(mapped);
    let load = s.load(a, 0, 1);
    s.expect_killed(load, "SIGBUS", Some("BUS_ADRERR"));
}

fn offset_past_end_can_be_mapped(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let a = s.peer("A");
    s.open(a, "f");
    let far = shared("f", page).from(10 * page);
    let mapped = s.try_map(a, "maps a page that begins nine pages past the end", far);
    s.expect_done(mapped);
    s.expect_length(a, "f", page);
    let load = s.load(a, 0, 1);
    s.expect_killed(load, "SIGBUS", Some("BUS_ADRERR"));
}
