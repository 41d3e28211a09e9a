//! Where Linux differs from POSIX, each with the experiments that show it.
//!
//! It must not know how they are shown.

use super::PosixDifference;

/// Where Linux differs.
pub const DIFFERENCES: [PosixDifference; 21] = [
    PosixDifference {
        posix: "a program has to synchronize mmap with read and write itself",
        linux: "there is one page cache: both show the same bytes at any time",
        shown_by: &["shared-seen-by-read", "write-seen-by-shared"],
    },
    PosixDifference {
        posix: "whether a private mapping shows later changes of the file is left open",
        linux: "it shows them until the page is stored into, and then a copy of the time of that store",
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
        posix: "mmap() leaves open what a mapping shows of a file that is cut or grows; ftruncate() demands SIGBUS where it was cut",
        linux: "pages past the end are SIGBUS, private copies go with them, and new pages appear by themselves",
        shown_by: &[
            "truncated-page-sigbus",
            "truncation-takes-private-copies",
            "growth-appears",
        ],
    },
    PosixDifference {
        posix: "mmap fails with ENXIO for offsets that are invalid for the object",
        linux: "of a regular file none is invalid, up to the largest: past its end mmap succeeds, and the access is SIGBUS",
        shown_by: &["offset-past-end-can-be-mapped", "empty-file-can-be-mapped"],
    },
    PosixDifference {
        posix: "msync with MS_ASYNC starts the writing, or queues it",
        linux: "it does nothing: the kernel writes dirty pages by itself",
        shown_by: &["msync-async-does-nothing"],
    },
    PosixDifference {
        posix: "advice that pages are not needed never changes what they hold (posix_madvise)",
        linux: "MADV_DONTNEED throws away what was stored: the file's page or zeros are shown again",
        shown_by: &["dontneed-drops-the-copy", "dontneed-gives-zeros"],
    },
    PosixDifference {
        posix: "mlock brings pages into memory, and keeps them there",
        linux: "of a writable private mapping it copies every page at once",
        shown_by: &["mlock-copies-private-pages"],
    },
    PosixDifference {
        posix: "vfork is gone from the standard, and what its child may do was left open",
        linux: "the child uses its parent's memory until it ends or calls execve",
        shown_by: &["vfork-shares"],
    },
    PosixDifference {
        posix: "nothing of O_DIRECT, memfd, seals, mremap, MAP_FIXED_NOREPLACE, MAP_POPULATE, MAP_GROWSDOWN, MAP_HUGETLB, userfaultfd and MADV_REMOVE",
        linux: "it has them",
        shown_by: &[
            "direct-io-is-coherent",
            "memfd-is-shared-memory",
            "seals",
            "mremap-moves",
            "map-fixed-destroys",
            "populate-copies-private-pages",
            "stack-guard-gap",
            "hugetlb-needs-reserve",
            "program-answers-the-fault",
            "madv-remove",
        ],
    },
    PosixDifference {
        posix: "mmap fails with EMFILE where there are too many mappings",
        linux: "it fails with ENOMEM; so does whatever would split one more, munmap of a middle included, which has no such error in POSIX",
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
    PosixDifference {
        posix: "mlock takes a privilege",
        linux: "up to RLIMIT_MEMLOCK it takes none",
        shown_by: &["memlock-limit"],
    },
    PosixDifference {
        posix: "where mlock fails, no lock is changed",
        linux: "where a page of the range is not mapped, those before it stay locked",
        shown_by: &["mlock-copies-private-pages"],
    },
    PosixDifference {
        posix: "RLIMIT_DATA bounds the data segment, and malloc",
        linux: "it bounds all private writable mappings, those of mmap and mprotect included",
        shown_by: &["address-limit"],
    },
    PosixDifference {
        posix: "a system may send SIGBUS where a store finds no room on the storage",
        linux: "it does, where the file system looks for room at the fault, as local ones do",
        shown_by: &["full-disk-is-sigbus"],
    },
    PosixDifference {
        posix: "whether a system call notices a bad address is left open",
        linux: "it fails with EFAULT, and no signal is sent",
        shown_by: &["system-calls-say-efault"],
    },
    PosixDifference {
        posix: "a child has all mappings of its parent, with what they hold",
        linux: "not those of MADV_DONTFORK, and those of MADV_WIPEONFORK as zeros",
        shown_by: &["wipeonfork-dontfork"],
    },
    PosixDifference {
        posix: "munmap takes every page of which a part is in the range",
        linux: "of MAP_HUGETLB only whole huge pages: else it fails with EINVAL",
        shown_by: &["hugetlb-needs-reserve"],
    },
    PosixDifference {
        posix: "MAP_SHARED or MAP_PRIVATE is given, but not both",
        linux: "both together are MAP_SHARED_VALIDATE: shared, and flags that are unknown are refused",
        shown_by: &["neither-kind-einval"],
    },
];
