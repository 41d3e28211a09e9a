//! The words of the lab, each explained once.
//!
//! It must not know who asks for them.

use crate::lab::nearest::nearest_of;

/// A word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The word.
    pub word: &'static str,
    /// Other names of the same.
    pub also: &'static [&'static str],
    /// What it means, in one or two sentences without a final period.
    pub meaning: &'static str,
    /// An experiment that shows it; empty where none does.
    pub shown_by: &'static str,
}

const fn term(
    word: &'static str,
    also: &'static [&'static str],
    meaning: &'static str,
    shown_by: &'static str,
) -> Term {
    Term {
        word,
        also,
        meaning,
        shown_by,
    }
}

/// All of them, in alphabetical order.
pub const TERMS: [Term; 35] = [
    term(
        "address space",
        &[],
        "the addresses that a process can use, with what is mapped at each; every process has its own, also after fork, and threads share one",
        "terabyte-file",
    ),
    term(
        "anonymous",
        &["anonymous memory", "MAP_ANONYMOUS"],
        "memory that is of no file: it begins as zeros, and can be private (heap, stack) or shared with children",
        "anonymous-starts-as-zeros",
    ),
    term(
        "backing",
        &["backs"],
        "what stands behind a page of a mapping: a page of the file, a copy of one's own, memory without a file, or nothing yet",
        "one-byte-copies-one-page",
    ),
    term(
        "copy-on-write",
        &["cow"],
        "a page is shared until somebody stores into it, who gets a copy of it then",
        "fork-copies-on-write",
    ),
    term(
        "descriptor",
        &["file descriptor", "fd"],
        "the number by which a process names an open file; a mapping does not need it any more once it is made",
        "close-leaves-the-mapping",
    ),
    term(
        "dirty",
        &[],
        "changed since it was last written to the storage; said of a page in the page cache",
        "store-leaves-the-page-dirty",
    ),
    term(
        "durable",
        &["durability"],
        "on the storage, so that a power loss does not take it; msync with MS_SYNC and fsync see to that, a store alone does not",
        "msync-sync-cleans",
    ),
    term(
        "fault",
        &["page fault"],
        "the processor finds no page at an address, or not for this access, and asks the kernel",
        "memory-comes-with-the-touch",
    ),
    term(
        "fault-around",
        &[],
        "the kernel maps neighboring pages of a file at a fault where they are in the page cache already, to save further faults",
        "one-load-many-pages",
    ),
    term(
        "folio",
        &[],
        "one or more neighboring pages that the page cache keeps as one",
        "",
    ),
    term(
        "frame",
        &["page frame"],
        "a page's place in memory; mappings of several processes can lead to one frame, which is counted once",
        "same-frame",
    ),
    term(
        "guard page",
        &[],
        "a page without any access behind or below memory that could be overrun, such as a stack, so that an overrun is SIGSEGV",
        "load-from-none-dies",
    ),
    term(
        "hole",
        &["sparse"],
        "a part of a file that takes no room and reads as zeros; also addresses between mappings at which nothing is mapped",
        "holes-get-blocks-by-stores",
    ),
    term(
        "huge page",
        &["THP", "transparent huge page"],
        "a page of 2 MiB (on x86-64, in the place of 512 small ones) or more: fewer faults, and memory in larger pieces",
        "huge-page-faults",
    ),
    term(
        "major fault",
        &[],
        "a page fault for which the kernel reads from the storage",
        "cost-cold-random",
    ),
    term(
        "mapping",
        &["memory mapping", "mmap", "VMA"],
        "a stretch of addresses that shows a file or memory without one, with one protection; a line of /proc/PID/maps",
        "unmap-middle-splits",
    ),
    term(
        "memfd",
        &[],
        "a file without a name that lives in memory; whoever has its descriptor can map it",
        "memfd-is-shared-memory",
    ),
    term(
        "minor fault",
        &[],
        "a page fault that takes no read from the storage: the page was in memory, or is zeros",
        "memory-comes-with-the-touch",
    ),
    term(
        "overcommit",
        &[],
        "the kernel grants more memory than there is, as most of it is never touched",
        "overcommit-heuristic",
    ),
    term(
        "page",
        &["page size"],
        "the piece in which memory is mapped and protected: 4 KiB on x86-64, also 16 or 64 KiB elsewhere",
        "unmap-takes-whole-pages",
    ),
    term(
        "page cache",
        &["cache"],
        "the memory in which the kernel keeps pages of files; read, write and mappings all work on it, private ones until they store",
        "shared-seen-by-read",
    ),
    term(
        "page table",
        &[],
        "what the processor looks addresses up in: which frame stands at each page, and what is allowed there",
        "page-tables-cost",
    ),
    term(
        "private copy",
        &["private", "MAP_PRIVATE"],
        "a page of a private mapping that was stored into: a copy of the file's or the parent's page that nobody else sees",
        "private-seen-by-nobody",
    ),
    term(
        "protection",
        &["PROT_READ", "PROT_WRITE", "PROT_NONE"],
        "what may be done with a page: load, store, run; anything else is SIGSEGV",
        "store-into-read-only-dies",
    ),
    term(
        "Pss",
        &["proportional set size"],
        "resident memory of which a page that n mappings share counts for an n-th",
        "same-frame",
    ),
    term(
        "readahead",
        &["reading ahead"],
        "the kernel reads more of a file from the storage than was asked for, as it is likely to be wanted next",
        "one-load-many-pages",
    ),
    term(
        "resident",
        &["Rss"],
        "in memory now, and mapped; as opposed to the addresses that are merely taken",
        "reading-takes-no-memory",
    ),
    term(
        "seal",
        &["F_ADD_SEALS"],
        "what is forbidden of a memfd for good and to everybody: to shrink, to grow, to be written, or to be sealed further",
        "seals",
    ),
    term(
        "shared",
        &["shared mapping", "MAP_SHARED"],
        "a mapping whose stores go to the file, or to the common memory, where all others see them",
        "shared-seen-by-shared",
    ),
    term(
        "SIGBUS",
        &[],
        "the signal for an access to a page that is mapped, and that cannot be had, as past the end of its file or on a full disk",
        "page-past-end-sigbus",
    ),
    term(
        "SIGSEGV",
        &["segmentation fault"],
        "the signal for an access where nothing is mapped (SEGV_MAPERR), or that the protection does not allow (SEGV_ACCERR)",
        "load-from-none-dies",
    ),
    term(
        "swap",
        &["swapped out"],
        "storage for pages that belong to no file, private copies among them, where memory is short",
        "madv-free-is-lazy",
    ),
    term(
        "TLB",
        &["translation lookaside buffer"],
        "the processor keeps the last translations of addresses at hand there, so as not to look into the page tables each time",
        "cost-warm-random",
    ),
    term(
        "writeback",
        &["write back"],
        "the kernel writes dirty pages to the storage, some time later or when it is asked to",
        "anyone-may-write-it-back",
    ),
    term(
        "zero page",
        &[],
        "the one page of zeros that is shown wherever private memory without a file is read before it was stored into",
        "reading-takes-no-memory",
    ),
];

/// The term of this name, by whatever of its names, and however its letters are written.
#[must_use]
pub fn look_up(name: &str) -> Option<&'static Term> {
    let is = |known: &str| known.eq_ignore_ascii_case(name.trim());
    TERMS
        .iter()
        .find(|term| is(term.word) || term.also.iter().copied().any(is))
}

/// The words nearest to a name that is none.
#[must_use]
pub fn nearest(name: &str) -> Vec<&'static str> {
    let names = TERMS.iter().flat_map(|term| {
        let also = term.also.iter().map(|also| (term.word, *also));
        also.chain([(term.word, term.word)])
    });
    nearest_of(name, names)
}
