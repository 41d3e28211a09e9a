//! Linux: which kind of file system a file is on.

use std::fs::File;

/// The number of a kind of file system; the type's width differs by architecture.
pub(crate) fn kind_number(kind: impl TryInto<u64>) -> u64 {
    kind.try_into().unwrap_or(0)
}

/// Whether the file lives in memory alone, with no storage below it: tmpfs, ramfs and hugetlbfs, statfs(2).
pub(crate) fn is_in_memory(file: &File) -> bool {
    const IN_MEMORY: [u64; 3] = [0x0102_1994, 0x8584_58f6, 0x9584_58f6];
    rustix::fs::fstatfs(file).is_ok_and(|facts| IN_MEMORY.contains(&kind_number(facts.f_type)))
}
