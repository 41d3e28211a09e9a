//! Questions about memory: who shares it, what backs it, and what mappings allow.
//!
//! It must not know the answers.

/// Names of experiments, each with its question.
pub(super) const QUESTIONS: [(&str, &str); 69] = [
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
        "Somebody writes to a file that a process has mapped privately, and never stored into: what does the mapping show?",
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
        "A process has a file mapped, and is to read and write it with O_DIRECT as well: do the two ways agree about its bytes?",
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
        "names-of-shared-memory",
        "A process makes memory that others can share, by shm_open, shmget, memfd_create and without a file: what is each called, and what is left when its maker ends?",
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
        "A child inherits a private mapping that nobody has stored into; then its parent stores there, and a third process writes to the file: what does the child see?",
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
        "A process says MADV_DONTNEED of private memory without a file that it stored into: what does it load there afterwards?",
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
        "A mapping of a file was made with PROT_NONE: what does it show once mprotect has allowed loads and stores?",
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
        "one-load-many-pages",
        "One byte of a mapped file is loaded: how many pages are mapped by that?",
    ),
    (
        "huge-page-faults",
        "A process stores into 2 MiB page by page, with MADV_HUGEPAGE and with MADV_NOHUGEPAGE: how many faults does each take?",
    ),
    (
        "page-tables-cost",
        "A process touches 512 pages that lie 2 MiB apart: how much memory do the page tables take beside the pages?",
    ),
    (
        "same-pages-merge",
        "Private pages of equal contents are advised MADV_MERGEABLE: what becomes of them, and of a store into one?",
    ),
    (
        "page-zero",
        "A process asks for a mapping at the address 0 with MAP_FIXED: what does it get?",
    ),
    (
        "pointers-break",
        "A process stores the address of a byte into shared memory: where does that pointer lead in its child, and in another program?",
    ),
    (
        "others-copies-can-be-read",
        "A process stored into a private page; another process of the same user reads that place by process_vm_readv: what does it get?",
    ),
    (
        "proc-mem-ignores-protection",
        "A process writes to its own read-only mapping through /proc/self/mem: what happens to the mapping and to the file?",
    ),
];
