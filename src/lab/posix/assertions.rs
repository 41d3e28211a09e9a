//! The assertions, each with what shows it.
//!
//! It must not know how they are shown.

use super::PosixFunction::{Mlock, Mmap, Munmap};
use super::{Assertion, PosixFunction, ShownBy};

const fn by(
    function: PosixFunction,
    number: u8,
    gist: &'static str,
    experiments: &'static [&'static str],
) -> Assertion {
    Assertion {
        function,
        number,
        gist,
        shown_by: ShownBy::Experiments(experiments),
    }
}

const fn not(
    function: PosixFunction,
    number: u8,
    gist: &'static str,
    why: &'static str,
) -> Assertion {
    Assertion {
        function,
        number,
        gist,
        shown_by: ShownBy::Nothing(why),
    }
}

/// Why nothing shows what is about typed memory.
const NO_TYPED_MEMORY: &str = "Linux has no typed memory objects";

/// Every assertion, by function and number.
pub const ASSERTIONS: [Assertion; 53] = [
    by(
        Mmap,
        1,
        "maps len bytes of a file, from an offset on, at an address",
        &["shared-seen-by-shared", "offset-maps-the-middle"],
    ),
    not(
        Mmap,
        2,
        "of a typed memory object, maps the part that was allocated",
        NO_TYPED_MEMORY,
    ),
    by(
        Mmap,
        3,
        "a new mapping replaces what was mapped in its pages",
        &["map-fixed-destroys"],
    ),
    by(
        Mmap,
        4,
        "works for regular files and shared memory objects",
        &[
            "names-of-shared-memory",
            "shared-seen-by-read",
            "memfd-is-shared-memory",
        ],
    ),
    by(
        Mmap,
        5,
        "takes PROT_NONE, or an OR of PROT_READ, PROT_WRITE and PROT_EXEC",
        &[
            "load-from-none-dies",
            "store-into-read-only-dies",
            "shared-seen-by-shared",
            "running-program-etxtbsy",
        ],
    ),
    by(
        Mmap,
        6,
        "no store without PROT_WRITE, and no access with PROT_NONE; the file has to be open for reading, and for writing where stores are to reach it",
        &[
            "store-into-read-only-dies",
            "load-from-none-dies",
            "write-only-file-eacces",
            "shared-needs-write-access",
        ],
    ),
    by(
        Mmap,
        7,
        "stores change the object where the mapping is shared, and are seen by nobody else where it is private; the kind is kept over fork",
        &[
            "shared-seen-by-shared",
            "private-seen-by-nobody",
            "write-seen-by-untouched-private",
            "fork-shared-file",
            "fork-private-anonymous",
        ],
    ),
    not(
        Mmap,
        8,
        "of a typed memory object, allocates what was not allocated before",
        NO_TYPED_MEMORY,
    ),
    by(
        Mmap,
        9,
        "with MAP_FIXED the mapping is at the address that was asked for, in place of what was there, or mmap fails",
        &["map-fixed-destroys"],
    ),
    by(
        Mmap,
        10,
        "without it the address is a hint; no mapping goes to address 0, or over another one",
        &["page-zero", "map-fixed-destroys"],
    ),
    by(
        Mmap,
        11,
        "offsets are aligned to pages where the system demands it, and whole pages are mapped; the rest of the last page is zeros and never written out; whole pages past the end are SIGBUS",
        &[
            "unaligned-offset-einval",
            "tail-reads-as-zeros",
            "tail-store-is-not-saved",
            "page-past-end-sigbus",
        ],
    ),
    by(
        Mmap,
        12,
        "a mapping keeps its file after close, until the last mapping of it goes",
        &[
            "room-of-deleted-files",
            "close-leaves-the-mapping",
            "unlinked-file-lives-on",
        ],
    ),
    not(
        Mmap,
        13,
        "the access time may be marked at any time while the file is mapped, and is at the first access",
        "no experiment: Linux marks it in mmap, but with relatime or noatime, as most file systems are mounted, only at times or never",
    ),
    by(
        Mmap,
        14,
        "the times of change are marked between a store and the next msync",
        &["stores-move-no-mtime"],
    ),
    not(
        Mmap,
        15,
        "where mmap fails, but for EBADF, EINVAL and ENOTSUP, mappings in its range may be gone",
        "it permits, and demands nothing. Linux finds most errors before it unmaps anything, but where the file's driver refuses to be mapped (of /proc/cpuinfo: EIO), what MAP_FIXED was to replace is gone",
    ),
    by(
        Mmap,
        16,
        "returns the address, or MAP_FAILED with the error",
        &["shared-seen-by-shared", "length-zero-einval"],
    ),
    by(
        Mmap,
        17,
        "EACCES where the file is not open for what the mapping needs",
        &["shared-needs-write-access", "write-only-file-eacces"],
    ),
    not(
        Mmap,
        18,
        "EAGAIN where mlockall asks that mappings be locked, and this one cannot be",
        "no experiment calls mlockall, which binds whatever a process maps for itself as well. memlock-limit has EAGAIN for MAP_LOCKED, which asks the same for one mapping",
    ),
    by(
        Mmap,
        19,
        "EBADF where the descriptor is not an open one",
        &["no-descriptor-ebadf"],
    ),
    by(
        Mmap,
        20,
        "EINVAL where the offset, or with MAP_FIXED the address, is not aligned; may, not must",
        &["unaligned-offset-einval"],
    ),
    by(
        Mmap,
        21,
        "EINVAL where neither MAP_SHARED nor MAP_PRIVATE is given",
        &["neither-kind-einval"],
    ),
    by(
        Mmap,
        22,
        "EMFILE where there are too many mappings; Linux says ENOMEM",
        &["map-count-limit"],
    ),
    by(
        Mmap,
        23,
        "ENODEV where this type of file cannot be mapped",
        &["null-device-enodev", "directory-enodev"],
    ),
    by(
        Mmap,
        24,
        "ENOMEM where the address space has no room, or with MAP_FIXED does not go so far",
        &["address-limit", "larger-than-addresses-enomem"],
    ),
    not(
        Mmap,
        25,
        "ENOMEM where mlockall asks that mappings be locked, and there is less memory than that",
        "Linux never says so: what cannot be brought into memory is mapped all the same (mmap(2), MAP_LOCKED)",
    ),
    not(
        Mmap,
        26,
        "ENOMEM where a typed memory object has no room",
        NO_TYPED_MEMORY,
    ),
    not(
        Mmap,
        27,
        "ENOTSUP where the system does not support MAP_FIXED, MAP_PRIVATE or a combination of protections",
        "Linux supports all of them. It has the same number, as EOPNOTSUPP, for flags that MAP_SHARED_VALIDATE does not know",
    ),
    not(
        Mmap,
        28,
        "ENXIO where the offsets are invalid for the object",
        "to Linux no offset of a regular file is, up to the largest: past the end mmap succeeds, as offset-past-end-can-be-mapped shows, and beyond the largest it is EOVERFLOW",
    ),
    not(
        Mmap,
        29,
        "ENXIO where with MAP_FIXED address, length and offset together are invalid for the object",
        "Linux knows no such object: past the end of a file it maps, as without MAP_FIXED, and SIGBUS comes with the access",
    ),
    not(
        Mmap,
        30,
        "ENXIO where a typed memory object cannot be accessed",
        NO_TYPED_MEMORY,
    ),
    by(
        Mmap,
        31,
        "EOVERFLOW where the pages go past the largest offset of the file",
        &["offset-too-large-eoverflow"],
    ),
    by(
        Munmap,
        1,
        "removes every page of which a part is in the range; an access is SIGSEGV from then on",
        &["unmap-middle-splits", "unmap-takes-whole-pages"],
    ),
    by(
        Munmap,
        2,
        "has no effect where nothing is mapped",
        &["unmap-a-hole-succeeds"],
    ),
    by(
        Munmap,
        3,
        "the system may require an aligned address",
        &["unmap-unaligned-fails"],
    ),
    by(
        Munmap,
        4,
        "what was stored into a private mapping is discarded",
        &["private-gone-with-mapping"],
    ),
    by(
        Munmap,
        5,
        "locks go with the mapping",
        &["mlock-copies-private-pages"],
    ),
    not(
        Munmap,
        6,
        "of a typed memory object, gives back what was allocated",
        NO_TYPED_MEMORY,
    ),
    by(
        Munmap,
        7,
        "returns 0, or -1 with the error",
        &["unmap-a-hole-succeeds", "unmap-unaligned-fails"],
    ),
    by(
        Munmap,
        8,
        "EINVAL where the range goes outside the address space",
        &["unmap-a-hole-succeeds"],
    ),
    Assertion {
        function: Munmap,
        number: 9,
        gist: "EINVAL where the length is 0",
        shown_by: ShownBy::Exercise("unmap-a-hole-succeeds"),
    },
    by(
        Munmap,
        10,
        "EINVAL where the address is not aligned; may, not must",
        &["unmap-unaligned-fails"],
    ),
    by(
        Mlock,
        1,
        "whole pages stay in memory until they are unlocked, or the process ends or calls execve",
        &["mlock-copies-private-pages"],
    ),
    not(
        Mlock,
        2,
        "the system may require an aligned address",
        "Linux rounds it down instead",
    ),
    by(
        Mlock,
        3,
        "the pages are locked and in memory when it returns",
        &["mlock-copies-private-pages"],
    ),
    by(
        Mlock,
        4,
        "it takes a privilege; on Linux only beyond RLIMIT_MEMLOCK",
        &["memlock-limit"],
    ),
    by(Mlock, 5, "returns 0", &["mlock-copies-private-pages"]),
    by(
        Mlock,
        6,
        "where it fails, no lock is changed; Linux keeps the locks of pages before a hole",
        &["mlock-copies-private-pages"],
    ),
    by(Mlock, 7, "returns -1 where it fails", &["memlock-limit"]),
    by(
        Mlock,
        8,
        "ENOMEM where a part of the range is not mapped",
        &["mlock-copies-private-pages"],
    ),
    not(
        Mlock,
        9,
        "EAGAIN where something could not be locked",
        "no experiment: it takes a machine that has no memory left",
    ),
    not(
        Mlock,
        10,
        "EINVAL where the address is not aligned; may, not must",
        "Linux never says so: it rounds the address down",
    ),
    by(
        Mlock,
        11,
        "ENOMEM where it would be more than the process may lock; may, not must",
        &["memlock-limit"],
    ),
    by(
        Mlock,
        12,
        "EPERM where the privilege is missing; may, not must, and on Linux only where the limit is 0",
        &["memlock-limit"],
    ),
];
