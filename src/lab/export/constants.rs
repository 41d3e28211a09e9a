//! The constants of system calls, by the names that C gives them, which other languages take over.
//!
//! It must not know how a language writes them together.

use crate::peer::calls::{
    Advice, AllocateHow, FileAccess, Knob, LimitKind, MapCall, MapFlag, Placing, Prot, RemapHow,
    SealKind, Source, SyncHow,
};

/// Flags of open(2).
pub(in crate::lab::export) fn open_flags(access: FileAccess) -> &'static [&'static str] {
    match access {
        FileAccess::Read => &["O_RDONLY", "O_CLOEXEC"],
        FileAccess::ReadWrite => &["O_RDWR", "O_CLOEXEC"],
        FileAccess::Write => &["O_WRONLY", "O_CLOEXEC"],
        FileAccess::Direct => &["O_RDWR", "O_DIRECT", "O_CLOEXEC"],
    }
}

/// A protection.
pub(in crate::lab::export) fn prot(prot: Prot) -> &'static [&'static str] {
    match prot {
        Prot::None => &["PROT_NONE"],
        Prot::Read => &["PROT_READ"],
        Prot::ReadWrite => &["PROT_READ", "PROT_WRITE"],
        Prot::Write => &["PROT_WRITE"],
        Prot::Execute => &["PROT_EXEC"],
        Prot::ReadExecute => &["PROT_READ", "PROT_EXEC"],
        Prot::All => &["PROT_READ", "PROT_WRITE", "PROT_EXEC"],
    }
}

/// An advice.
pub(in crate::lab::export) fn advice(advice: Advice) -> &'static str {
    match advice {
        Advice::Normal => "MADV_NORMAL",
        Advice::Random => "MADV_RANDOM",
        Advice::Sequential => "MADV_SEQUENTIAL",
        Advice::WillNeed => "MADV_WILLNEED",
        Advice::DontNeed => "MADV_DONTNEED",
        Advice::Free => "MADV_FREE",
        Advice::Remove => "MADV_REMOVE",
        Advice::DontFork => "MADV_DONTFORK",
        Advice::WipeOnFork => "MADV_WIPEONFORK",
        Advice::Mergeable => "MADV_MERGEABLE",
        Advice::Unmergeable => "MADV_UNMERGEABLE",
        Advice::HugePage => "MADV_HUGEPAGE",
        Advice::NoHugePage => "MADV_NOHUGEPAGE",
        Advice::Cold => "MADV_COLD",
        Advice::PageOut => "MADV_PAGEOUT",
        Advice::PopulateRead => "MADV_POPULATE_READ",
        Advice::PopulateWrite => "MADV_POPULATE_WRITE",
    }
}

fn map_flag(flag: MapFlag) -> Option<&'static str> {
    match flag {
        // They stand in place of the kind.
        MapFlag::NeitherKind | MapFlag::BothKinds => None,
        MapFlag::NoReserve => Some("MAP_NORESERVE"),
        MapFlag::Populate => Some("MAP_POPULATE"),
        MapFlag::GrowsDown => Some("MAP_GROWSDOWN"),
        MapFlag::Locked => Some("MAP_LOCKED"),
        MapFlag::HugeTlb => Some("MAP_HUGETLB"),
    }
}

/// The flags of a mapping.
pub(in crate::lab::export) fn map_flags(call: &MapCall, how: Placing) -> Vec<&'static str> {
    let extra = &call.extra.flags;
    let mut flags = if extra.contains(&MapFlag::NeitherKind) {
        Vec::new()
    } else if extra.contains(&MapFlag::BothKinds) {
        vec!["MAP_SHARED", "MAP_PRIVATE"]
    } else if call.shared {
        vec!["MAP_SHARED"]
    } else {
        vec!["MAP_PRIVATE"]
    };
    flags.extend(match how {
        Placing::Hint => None,
        Placing::Fixed => Some("MAP_FIXED"),
        Placing::FixedNoReplace => Some("MAP_FIXED_NOREPLACE"),
    });
    if call.source == Source::Anonymous {
        flags.push("MAP_ANONYMOUS");
    }
    flags.extend(extra.iter().filter_map(|one| map_flag(*one)));
    flags
}

/// Flags of mremap(2).
pub(in crate::lab::export) fn remap(how: &RemapHow) -> &'static [&'static str] {
    match how {
        RemapHow::InPlace => &[],
        RemapHow::MayMove => &["MREMAP_MAYMOVE"],
        RemapHow::Over { .. } => &["MREMAP_MAYMOVE", "MREMAP_FIXED"],
        RemapHow::KeepOld => &["MREMAP_MAYMOVE", "MREMAP_DONTUNMAP"],
    }
}

/// The flag of msync(2).
pub(in crate::lab::export) fn sync(how: SyncHow) -> &'static str {
    match how {
        SyncHow::Async => "MS_ASYNC",
        SyncHow::Sync => "MS_SYNC",
    }
}

/// Flags of mlockall(2).
pub(in crate::lab::export) fn lock_all(
    current: bool,
    future: bool,
    on_fault: bool,
) -> Vec<&'static str> {
    let known = [
        (current, "MCL_CURRENT"),
        (future, "MCL_FUTURE"),
        (on_fault, "MCL_ONFAULT"),
    ];
    let chosen = known.into_iter().filter(|(is_chosen, _)| *is_chosen);
    chosen.map(|(_, name)| name).collect()
}

/// Modes of fallocate(2).
pub(in crate::lab::export) fn allocate(how: AllocateHow) -> &'static [&'static str] {
    match how {
        AllocateHow::Grow => &[],
        AllocateHow::KeepSize => &["FALLOC_FL_KEEP_SIZE"],
        AllocateHow::PunchHole => &["FALLOC_FL_KEEP_SIZE", "FALLOC_FL_PUNCH_HOLE"],
        AllocateHow::Collapse => &["FALLOC_FL_COLLAPSE_RANGE"],
        AllocateHow::Zero => &["FALLOC_FL_ZERO_RANGE"],
        AllocateHow::Insert => &["FALLOC_FL_INSERT_RANGE"],
    }
}

/// Seals of a file in memory.
pub(in crate::lab::export) fn seals(seals: &[SealKind]) -> Vec<&'static str> {
    let name = |seal: &SealKind| match seal {
        SealKind::Seal => "F_SEAL_SEAL",
        SealKind::Shrink => "F_SEAL_SHRINK",
        SealKind::Grow => "F_SEAL_GROW",
        SealKind::Write => "F_SEAL_WRITE",
        SealKind::FutureWrite => "F_SEAL_FUTURE_WRITE",
    };
    seals.iter().map(name).collect()
}

/// A limit of setrlimit(2).
pub(in crate::lab::export) fn limit(limit: LimitKind) -> &'static str {
    match limit {
        LimitKind::AddressSpace => "RLIMIT_AS",
        LimitKind::Data => "RLIMIT_DATA",
        LimitKind::FileSize => "RLIMIT_FSIZE",
        LimitKind::Memlock => "RLIMIT_MEMLOCK",
        LimitKind::Descriptors => "RLIMIT_NOFILE",
    }
}

/// Where a knob of the kernel is.
pub(in crate::lab::export) fn knob(knob: Knob) -> &'static str {
    match knob {
        Knob::SamePageMerging => "/sys/kernel/mm/ksm/run",
        Knob::SamePageScan => "/sys/kernel/mm/ksm/pages_to_scan",
        Knob::HugePages => "/proc/sys/vm/nr_hugepages",
    }
}
