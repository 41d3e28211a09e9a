//! Where Linux differs from POSIX, each with the experiments that show it.
//!
//! It must not know how they are shown.

use super::PosixDifference;

/// Where Linux differs.
pub const DIFFERENCES: [PosixDifference; 15] = [
    PosixDifference {
        posix: "a program has to synchronize mmap with read and write itself",
        linux: "there is one page cache: both show the same bytes at any time",
        shown_by: &["shared-seen-by-read", "write-seen-by-shared"],
    },
    PosixDifference {
        posix: "whether a private mapping shows later changes of the file is left open",
        linux: "it shows them until the page is stored into, and then never again",
        shown_by: &[
            "write-seen-by-untouched-private",
            "copy-freezes-the-page",
            "fork-clean-private-page",
        ],
    },
    PosixDifference {
        posix: "what is stored past the end of the file in its last page is never written",
        linux: "tmpfs keeps it, and shows it when the file grows",
        shown_by: &["tail-store-is-not-saved"],
    },
    PosixDifference {
        posix: "what becomes of a mapping when its file is cut or grows is left open",
        linux: "pages past the end are SIGBUS, private copies go with them, and new pages appear by themselves",
        shown_by: &[
            "truncated-page-sigbus",
            "truncation-takes-private-copies",
            "growth-appears",
        ],
    },
    PosixDifference {
        posix: "mmap fails with ENXIO for offsets that the object does not have",
        linux: "mmap succeeds, and the access is SIGBUS",
        shown_by: &["offset-past-end-can-be-mapped", "empty-file-can-be-mapped"],
    },
    PosixDifference {
        posix: "msync with MS_ASYNC starts the writing",
        linux: "it does nothing: the kernel writes dirty pages by itself",
        shown_by: &["msync-async-does-nothing"],
    },
    PosixDifference {
        posix: "what msync does with a private mapping is left open",
        linux: "it returns 0, and writes nothing",
        shown_by: &["msync-private-writes-nothing"],
    },
    PosixDifference {
        posix: "advice that pages are not needed never changes what they hold (posix_madvise)",
        linux: "MADV_DONTNEED throws away what was stored: the file's page or zeros are shown again",
        shown_by: &["dontneed-drops-the-copy", "dontneed-gives-zeros"],
    },
    PosixDifference {
        posix: "MAP_ANONYMOUS takes the descriptor -1 and the offset 0",
        linux: "it does not look at the descriptor at all",
        shown_by: &["no-descriptor-ebadf"],
    },
    PosixDifference {
        posix: "mlock keeps pages in memory",
        linux: "of a writable private mapping it copies every page as well",
        shown_by: &["mlock-copies-private-pages"],
    },
    PosixDifference {
        posix: "vfork is gone from the standard, and what its child may do was left open",
        linux: "the child uses its parent's memory until it ends or calls execve",
        shown_by: &["vfork-shares"],
    },
    PosixDifference {
        posix: "O_DIRECT, memfd, seals, mremap and MADV_REMOVE are unknown",
        linux: "Linux has them",
        shown_by: &[
            "direct-io-is-coherent",
            "memfd-is-shared-memory",
            "seals",
            "mremap-moves",
            "madv-remove",
        ],
    },
    PosixDifference {
        posix: "mmap fails with EMFILE where there are too many mappings",
        linux: "it fails with ENOMEM, and so does whatever would split one more",
        shown_by: &["map-count-limit"],
    },
    PosixDifference {
        posix: "the times of a file are marked at some time between a store and the next msync",
        linux: "the first store into a clean page marks them, later ones do not",
        shown_by: &["stores-move-no-mtime"],
    },
    PosixDifference {
        posix: "no store succeeds where PROT_WRITE is not set",
        linux: "a write through /proc/self/mem, or of a debugger, does, into a private copy",
        shown_by: &["proc-mem-ignores-protection", "breakpoint-is-a-copy"],
    },
];
