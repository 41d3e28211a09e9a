//! Questions about files and their ends, errors, the storage, limits, programs, order and cost.
//!
//! It must not know the answers.

/// Names of experiments, each with its question.
pub(super) const QUESTIONS: [(&str, &str); 67] = [
    (
        "on-the-storage",
        "A file system lies in a file of its own, as a disk would: when do the blocks of that disk hold what was stored through a mapping?",
    ),
    (
        "stores-move-no-mtime",
        "A file is stored into through a mapping again and again: when does its time of change move, and what does a watcher hear?",
    ),
    (
        "tail-reads-as-zeros",
        "A file ends in the middle of a page: what does a mapping show between its end and the end of the page?",
    ),
    (
        "tail-store-is-not-saved",
        "A process stores past the end of a file, but in its last page: what becomes of the byte, also when the page is written and the file grows?",
    ),
    (
        "store-never-grows-the-file",
        "A process stores through a mapping at and past the end of a file: how long is the file then?",
    ),
    (
        "page-past-end-sigbus",
        "mmap is asked for a page more than the file has, and that page is loaded from: what happens?",
    ),
    (
        "empty-file-can-be-mapped",
        "A file holds no byte: can it be mapped, and what does a load do?",
    ),
    (
        "offset-past-end-can-be-mapped",
        "mmap is given an offset behind the end of the file: what do mmap and a load do?",
    ),
    (
        "truncated-page-sigbus",
        "A process calls ftruncate to cut a file that another one has mapped and loaded from: what becomes of a load behind the new end?",
    ),
    (
        "file-grows-back",
        "A file is cut under a shared mapping and grows back to its length: what does the mapping show there?",
    ),
    (
        "truncation-clears-the-tail",
        "A file is cut in the middle of a page: what does a mapping show of the rest of that page?",
    ),
    (
        "truncation-takes-private-copies",
        "A process has a private copy of a page, and the file is cut before that page: what becomes of the copy, also when the file grows back?",
    ),
    (
        "save-in-place-reverts-copies",
        "Another program saves a file in place, cutting it to nothing and writing it anew: what becomes of a private copy of its page?",
    ),
    (
        "growth-appears",
        "A mapping is longer than its file, and the file grows: what does the mapping show of the new part?",
    ),
    (
        "system-calls-say-efault",
        "A system call is given memory where a load or store would be a signal: what does it do?",
    ),
    (
        "sigbus-handler-hides-the-loss",
        "A handler of SIGBUS maps a page where the file has none, so that the store is done after all: where is the byte?",
    ),
    (
        "punch-hole-spares-copies",
        "A hole is punched into a file that is mapped shared and private: what do the mappings show there?",
    ),
    (
        "madv-remove",
        "A process says MADV_REMOVE of a shared mapping of a file: whose bytes go?",
    ),
    (
        "holes-get-blocks-by-stores",
        "A hole of a file is loaded from, and stored into, through a mapping: which of the two takes room?",
    ),
    (
        "terabyte-file",
        "A file of 1 TiB without any data is mapped whole and stored into at its end: what does that take?",
    ),
    (
        "room-of-deleted-files",
        "A file is deleted while somebody has it mapped: when does its room on the storage come back?",
    ),
    (
        "full-disk-is-sigbus",
        "A file has a hole, and its file system has no room left: what do a store into the hole and a write there do?",
    ),
    (
        "collapse-range",
        "A range is cut out of the middle of a file that is mapped: what do shared mappings and private copies show behind it?",
    ),
    (
        "clone-shares-no-pages",
        "One file is a clone of another and shares its blocks: which pages in memory do their mappings have in common?",
    ),
    (
        "hugetlb-needs-reserve",
        "A process maps memory with MAP_HUGETLB: where do the huge pages come from, and what if there are none?",
    ),
    (
        "length-zero-einval",
        "mmap is asked for no bytes of a file: what does it do?",
    ),
    (
        "unaligned-offset-einval",
        "mmap is given an offset in the middle of a page: what does it do?",
    ),
    (
        "shared-needs-write-access",
        "A file was opened read-only: which writable mappings of it does mmap make, shared and private?",
    ),
    (
        "write-only-file-eacces",
        "A file was opened write-only: which mappings of it does mmap make?",
    ),
    (
        "null-device-enodev",
        "/dev/null can be read and written: what does mmap make of it?",
    ),
    (
        "directory-enodev",
        "A directory can be opened: what does mmap make of it?",
    ),
    (
        "larger-than-addresses-enomem",
        "mmap is asked for more bytes than there are addresses: what does it do?",
    ),
    (
        "no-descriptor-ebadf",
        "mmap is given the descriptor -1: what does it do, with MAP_ANONYMOUS and without?",
    ),
    (
        "neither-kind-einval",
        "mmap of a file is given neither MAP_SHARED nor MAP_PRIVATE, and then both: what does it do?",
    ),
    (
        "offset-too-large-eoverflow",
        "mmap is asked for pages past the largest offset that a file can have: what does it do?",
    ),
    (
        "store-leaves-the-page-dirty",
        "A process stores through a shared mapping of a file: where is the byte when its next instruction runs?",
    ),
    (
        "msync-sync-cleans",
        "msync was called with MS_SYNC for a page that was stored into: what is true of the page when it returns?",
    ),
    (
        "msync-async-does-nothing",
        "msync was called with MS_ASYNC for a page that was stored into: what is true of the page when it returns?",
    ),
    (
        "msync-private-writes-nothing",
        "msync is called for a private mapping that was stored into: what does it do with the stored byte?",
    ),
    (
        "fsync-writes-stores-too",
        "A process calls fsync for a file that another one stored into through a mapping: what becomes of that page?",
    ),
    (
        "fsync-adds-the-rest",
        "Two pages far from each other are dirty; msync is called for the one, then fsync for the file: when is the other one clean?",
    ),
    (
        "munmap-and-close-write-nothing",
        "A page was stored into through a shared mapping; the mapping is unmapped and the file closed: is the page written by that?",
    ),
    (
        "first-store-after-msync-faults",
        "Each page of a shared mapping is stored into, again, and once more after msync: in which rounds do the stores fault?",
    ),
    (
        "locks-stop-no-store",
        "A process holds a lock on a whole file: what happens to another one's store through its mapping?",
    ),
    (
        "seals",
        "A memfd is sealed against shrinking and writing: what can still be done with it, and by whom?",
    ),
    (
        "permission-at-mmap",
        "All permissions of a file are taken away while a process has it mapped writable: what does its next store do?",
    ),
    (
        "memlock-limit",
        "A process asks mlock, and mmap with MAP_LOCKED, for more than RLIMIT_MEMLOCK allows: what do they do?",
    ),
    (
        "anyone-may-write-it-back",
        "A process has stored through a mapping, and does nothing more: who else can make that store durable?",
    ),
    (
        "address-limit",
        "A process may have only so many addresses (RLIMIT_AS), or so much data (RLIMIT_DATA): which mappings are refused?",
    ),
    (
        "overcommit-heuristic",
        "A process maps far more memory than the machine has, in several ways: which of them are granted?",
    ),
    (
        "map-count-limit",
        "A process splits a mapping into more and more pieces with mprotect: how does that end, and what do mmap and munmap do then?",
    ),
    (
        "stack-guard-gap",
        "A mapping with MAP_GROWSDOWN is touched further and further below its start: how far does it grow?",
    ),
    (
        "vfork-shares",
        "A child of vfork and a child of fork each store into memory that they have of their parent: which stores does the parent see?",
    ),
    (
        "exec-drops-mappings",
        "A process with a mapped file calls execve: what has the new program of mapping and descriptor?",
    ),
    (
        "write-xor-execute",
        "The bytes of a function are stored into memory, and called: on what does it depend whether they run?",
    ),
    (
        "running-program-etxtbsy",
        "A program is running, and has loaded a library: which of the two files can be opened for writing, and what if it is cut?",
    ),
    (
        "breakpoint-is-a-copy",
        "A debugger puts a breakpoint into a process: who else that runs the same file meets it?",
    ),
    (
        "program-answers-the-fault",
        "A program has userfaultfd tell it of missing pages: what do a load and a system call of such a page do?",
    ),
    (
        "plain-additions-are-lost",
        "Two processes add 1 to the same shared word many times, at the same time: is the sum right?",
    ),
    (
        "torn-pairs",
        "A process loads words while another one stores them: what can it see half old and half new?",
    ),
    (
        "private-futex",
        "A process waits for a word in shared memory by futex, another one wakes it: does it matter whether they call the futex private?",
    ),
    (
        "holder-dies",
        "A process dies while it holds a mutex in shared memory: who can lock it afterwards?",
    ),
    (
        "store-buffering",
        "Two processes each store into a word of their own and then load the other's: what can both of them find?",
    ),
    (
        "cost-warm-sequential",
        "A file is in memory and is taken from its start to its end: is read or mmap faster, and from which size on?",
    ),
    (
        "cost-warm-random",
        "A file is in memory and pages of it are drawn at random: is read or mmap faster, and from which size on?",
    ),
    (
        "cost-cold-sequential",
        "A file is not in memory and is taken from its start to its end: is read or mmap faster, and from which size on?",
    ),
    (
        "cost-cold-random",
        "A file is not in memory and pages of it are drawn at random: is read or mmap faster, and from which size on?",
    ),
];
