//! The question that each experiment answers: what is shown before a run, in the place of a title that gives the answer away.
//!
//! It must not know the answers.

/// Names of experiments, each with its question.
const QUESTIONS: [(&str, &str); 109] = [
    (
        "shared-seen-by-shared",
        "One process stores a byte through a shared mapping: when does another process's shared mapping of the file show it?",
    ),
    (
        "shared-seen-by-read",
        "A process stores through a shared mapping: when does read(2) in another process show the byte?",
    ),
    (
        "write-seen-by-shared",
        "A process calls write(2) on a file that another one has mapped: when does the mapping show what was written?",
    ),
    (
        "private-seen-by-nobody",
        "A process stores through a private mapping of a file: who can see the new byte?",
    ),
    (
        "private-gone-with-mapping",
        "A private mapping that was stored into is unmapped: what becomes of the stored byte?",
    ),
    (
        "two-writers-one-page",
        "Two processes store by turns into neighboring bytes of one shared page: which of their bytes stand in the end?",
    ),
    (
        "read-only-sees-stores",
        "A process maps a file read-only, and another one stores into it: what does the read-only mapping show?",
    ),
    (
        "two-mappings-one-process",
        "A process maps the same file twice, both times shared, and stores through the one: what does the other show?",
    ),
    (
        "offset-maps-the-middle",
        "A mapping is made with an offset: which byte of the file stands at its start, and where does a store there go?",
    ),
    (
        "write-seen-by-untouched-private",
        "Somebody writes to a file that is mapped privately and was never stored into: what does the mapping show?",
    ),
    (
        "copy-freezes-the-page",
        "A process stored one byte into its private mapping: which later changes of the file does it still see?",
    ),
    (
        "same-value-copies-too",
        "A process stores into a private page the very value that stands there: is the page copied?",
    ),
    (
        "one-byte-copies-one-page",
        "One byte is stored into a private mapping of four pages: how much of the file is copied?",
    ),
    (
        "dontneed-drops-the-copy",
        "A process says MADV_DONTNEED of a private page that it stored into: what does it load there afterwards?",
    ),
    (
        "same-frame",
        "Four processes map the same file and load all of it: how much memory do they take together?",
    ),
    (
        "populate-copies-private-pages",
        "What does MAP_POPULATE do to the pages of a writable private mapping of a file?",
    ),
    (
        "mlock-copies-private-pages",
        "What does mlock do to the pages of a writable private mapping that nobody has touched?",
    ),
    (
        "pipes-can-alias",
        "Bytes of a page go into a pipe by splice, vmsplice and write, and the page is stored into: what comes out?",
    ),
    (
        "direct-io-is-coherent",
        "One process uses a file with O_DIRECT, another one has it mapped: do they agree about its bytes?",
    ),
    (
        "unlinked-file-lives-on",
        "A file is deleted while two processes have it mapped: what becomes of their mappings?",
    ),
    (
        "renamed-over-file-lives-on",
        "An editor saves by renaming a new file over the old one: which of the two does an earlier mapping show?",
    ),
    (
        "memfd-is-shared-memory",
        "A parent and its child both map the same memfd, a file without a name: what does each see of the other's stores?",
    ),
    (
        "child-inherits-mappings",
        "A process forks: what does the child have of its parent's mappings?",
    ),
    (
        "fork-copies-on-write",
        "A process forks: when are its private pages copied, and for whom?",
    ),
    (
        "fork-shared-anonymous",
        "A process maps shared memory without a file, and forks: who sees whose stores?",
    ),
    (
        "fork-private-anonymous",
        "A process has stored into private memory without a file, and forks: what does the child find there, then and later?",
    ),
    (
        "fork-clean-private-page",
        "A child inherits a private mapping of a file that nobody has stored into: which later changes does it see?",
    ),
    (
        "fork-inherits-private-copy",
        "A process stored into a private page of a file and forks, and the file is written to: what does the child show of the page?",
    ),
    (
        "fork-shared-file",
        "A child inherits a shared mapping of a file: who sees the stores of parent and child?",
    ),
    (
        "child-unmaps-alone",
        "A forked child calls munmap: what becomes of its parent's mapping?",
    ),
    (
        "anonymous-starts-as-zeros",
        "Memory without a file has just been mapped: what stands in it?",
    ),
    (
        "memory-comes-with-the-touch",
        "A process maps 16 MiB of memory without a file: when is that much memory taken?",
    ),
    (
        "reading-takes-no-memory",
        "A process loads from each page of private memory that nobody has stored into: how much memory does that take?",
    ),
    (
        "leaked-mappings-stay",
        "A program maps memory again and again and forgets the addresses: what becomes of that memory?",
    ),
    (
        "munmap-gives-both-back",
        "Memory that was mapped and stored into is unmapped: what does the process get smaller by?",
    ),
    (
        "dontneed-gives-zeros",
        "A process says MADV_DONTNEED of private memory without a file: what does it load there afterwards?",
    ),
    (
        "madv-free-is-lazy",
        "A process says MADV_FREE of memory that it stored into: what does it load there, and until when?",
    ),
    (
        "wipeonfork-dontfork",
        "A process says MADV_WIPEONFORK of one page and MADV_DONTFORK of another, and forks: what does the child find?",
    ),
    (
        "large-malloc-is-a-mapping",
        "A program calls malloc for 64 MiB: where does the block lie, and what does free do with it?",
    ),
    (
        "small-malloc-is-no-mapping",
        "A program calls malloc for blocks of 100 bytes: where do they lie, and what does free do with one?",
    ),
    (
        "use-after-free-of-a-large-block",
        "A program loads from a block of 64 MiB that it freed before: what happens?",
    ),
    (
        "unmap-middle-splits",
        "The second of four mapped pages is unmapped: what is left of the mapping?",
    ),
    (
        "unmap-end-shrinks",
        "The last page of a mapping is unmapped: what becomes of the rest of it, and of the file?",
    ),
    (
        "unmap-takes-whole-pages",
        "munmap is asked for the first 100 bytes of a mapping: how much of it goes?",
    ),
    (
        "unmap-a-hole-succeeds",
        "munmap is asked for addresses at which nothing is mapped: what does it do?",
    ),
    (
        "hole-fails-msync-and-mprotect",
        "msync and mprotect are asked for a range with a hole in it: what do they do?",
    ),
    (
        "unmap-unaligned-fails",
        "munmap is given an address in the middle of a page: what does it do?",
    ),
    (
        "unmap-loses-no-store",
        "A shared mapping that was stored into is unmapped without msync: where is the byte?",
    ),
    (
        "close-leaves-the-mapping",
        "The descriptor of a file is closed while the file is mapped: what becomes of the mapping?",
    ),
    (
        "store-into-read-only-dies",
        "A process stores into a mapping that it made read-only: what happens?",
    ),
    (
        "load-from-none-dies",
        "A process loads from a mapping that it made with PROT_NONE: what happens?",
    ),
    (
        "mprotect-allows-stores",
        "A mapping was made read-only: what does a store do once mprotect has allowed writing?",
    ),
    (
        "mprotect-opens-none",
        "A mapping of a file was made with PROT_NONE: what does it show once mprotect has allowed everything?",
    ),
    (
        "mprotect-cannot-widen",
        "A file was opened read-only and mapped shared: what does mprotect say when it is to allow writing?",
    ),
    (
        "mprotect-splits-and-merges",
        "mprotect changes the middle one of three pages, and changes it back: what do the lines of maps show?",
    ),
    (
        "mprotect-is-for-one-process",
        "A process takes all access from its mapping of a file: what does that do to another process's mapping?",
    ),
    (
        "map-fixed-destroys",
        "MAP_FIXED names an address where something is mapped already: what does mmap do?",
    ),
    (
        "mremap-moves",
        "A mapping is to become longer, and another one stands right behind it: what does mremap do?",
    ),
    (
        "mremap-old-size-zero",
        "mremap is asked to move 0 bytes of a mapping to another address: what does it do?",
    ),
    (
        "grow-file-and-mapping",
        "A file becomes longer than the mapping of it: how does a program reach the new part?",
    ),
    (
        "tail-reads-as-zeros",
        "A file ends in the middle of a page: what does a mapping show between its end and the end of the page?",
    ),
    (
        "tail-store-is-not-saved",
        "A process stores past the end of a file, but within its last page: what becomes of the byte when the file is written and grows?",
    ),
    (
        "store-never-grows-the-file",
        "A process stores through a mapping at and past the end of a file: how long is the file then?",
    ),
    (
        "page-past-end-sigbus",
        "A mapping is a page longer than its file: what does a load from that page do?",
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
        "A file is cut while it is mapped: what does a load of a page do that went, though it was loaded before?",
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
        "plain-additions-are-lost",
        "Two processes add 1 to the same shared word many times, at the same time: is the sum right?",
    ),
    (
        "torn-pairs",
        "A process loads words while another one stores them: what can it see half old and half new?",
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

/// The question of the experiment of this name.
pub(super) fn of(name: &str) -> Option<&'static str> {
    let found = QUESTIONS.iter().find(|(known, _)| *known == name);
    found.map(|(_, question)| *question)
}
