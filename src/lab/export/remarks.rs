//! What a reader of a program is told about its calls, once each.
//!
//! It must not know any language.

use crate::peer::calls::{
    Advice, AreaCall, Call, FileAccess, MapFlag, ObjectCall, Placing, ProcessCall, Source, Spot,
    SyncHow, TransferCall,
};

/// A remark on a call; the same text is said once in a program.
pub(super) fn remark(call: &Call) -> Option<&'static str> {
    Some(match call {
        Call::Open {
            access: FileAccess::Direct,
            ..
        } => "O_DIRECT: what is read and written goes past the page cache.",
        Call::Memfd { .. } => "A file in memory, without a name in any folder.",
        Call::Map(map) => map_remark(&map.source, map.shared, &map.extra.spot, &map.extra.flags),
        Call::Unmap { .. } => {
            "munmap takes whole pages out of this process's list of mappings, and touches no file."
        }
        Call::Protect { .. } => {
            "mprotect changes what this process may do with the pages, and nobody else."
        }
        Call::Advise { advice, .. } => return advice_remark(*advice),
        Call::Sync {
            how: SyncHow::Sync, ..
        } => "MS_SYNC waits until the pages of a shared mapping are on the storage.",
        Call::Sync {
            how: SyncHow::Async,
            ..
        } => "MS_ASYNC waits for nothing.",
        Call::Fsync { .. } => "fsync waits until the file is on the storage, whoever changed it.",
        Call::Load { .. } => {
            "A load is an instruction and no call: it sees what is in memory at this moment. Where there is no page that may \
             be read the processor refuses it, and the kernel sends a signal."
        }
        Call::Store { .. } => {
            "A store is an instruction and no call. Nothing tells the kernel of it, but the processor, which marks the page \
             as dirty, or traps where the page may not be stored into."
        }
        Call::Touch { write: true, .. } | Call::Area(AreaCall::TouchEvery { write: true, .. }) => {
            "The first store into a page brings it in, or makes a copy of it."
        }
        Call::Touch { .. } | Call::Area(AreaCall::TouchEvery { .. }) => {
            "The first load from a page brings it in."
        }
        Call::Read { .. } => "pread takes from the page cache what the file holds now.",
        Call::Write { .. } => "pwrite changes the page cache, which every shared mapping shows.",
        Call::Truncate { .. } => {
            "ftruncate: pages past the new end leave every mapping of the file."
        }
        Call::Malloc { .. } => "malloc takes large blocks by mmap, small ones from the heap.",
        call @ (Call::Pages { .. }
        | Call::Maps { .. }
        | Call::Sums { .. }
        | Call::Memory
        | Call::Faults) => {
            return look_remark(call);
        }
        Call::Area(call) => return area_remark(call),
        Call::Object(call) => return object_remark(call),
        Call::Transfer(call) => return transfer_remark(call),
        Call::Process(call) => return process_remark(call),
        _ => return None,
    })
}

fn look_remark(call: &Call) -> Option<&'static str> {
    Some(match call {
        Call::Pages { .. } => {
            "The page table, as /proc/self/pagemap tells it: a file's page, a copy of this process's own, or none. Looking \
             touches no page."
        }
        Call::Maps { .. } => "The kernel's list of mappings, /proc/self/maps.",
        Call::Sums { .. } => {
            "/proc/self/smaps: Rss is what is in memory, Pss the same with shared pages by their share; shared and private \
             count whether other page tables have the page, dirty and clean whether it changed since it was written."
        }
        Call::Memory => "How large this process is: its addresses, and what of them is in memory.",
        Call::Faults => {
            "Page faults so far: minor ones took no read from the storage, major ones did."
        }
        _ => return None,
    })
}

fn process_remark(call: &ProcessCall) -> Option<&'static str> {
    Some(match call {
        ProcessCall::Vfork { .. } => {
            "The child of vfork runs in its parent's own memory, while the parent waits."
        }
        ProcessCall::Exec { .. } => {
            "execve replaces the address space: no mapping is left. A descriptor stays open where FD_CLOEXEC is taken away."
        }
        ProcessCall::Userfault { .. } => {
            "userfaultfd: a page that is missing is filled by a thread of this process, not by the kernel."
        }
        _ => return None,
    })
}

fn map_remark(source: &Source, shared: bool, spot: &Spot, flags: &[MapFlag]) -> &'static str {
    if flags.contains(&MapFlag::Populate) {
        return "MAP_POPULATE brings all pages in at once.";
    }
    match (spot, source, shared) {
        (
            Spot::At {
                how: Placing::Hint, ..
            },
            ..,
        ) => "The address is only a hint.",
        (
            Spot::At {
                how: Placing::Fixed,
                ..
            },
            ..,
        ) => "MAP_FIXED: what was mapped there is gone, without a word.",
        (
            Spot::At {
                how: Placing::FixedNoReplace,
                ..
            },
            ..,
        ) => "MAP_FIXED_NOREPLACE: just there, or not at all.",
        (_, Source::Anonymous, true) => "Memory without a file that a forked child shares.",
        (_, Source::Anonymous, false) => "Memory without a file: zeros until it is stored into.",
        (_, _, true) => {
            "MAP_SHARED: the pages of the mapping are the file's own, in the page cache."
        }
        (_, _, false) => {
            "MAP_PRIVATE: the file's pages, until a store makes a copy of one for this process."
        }
    }
}

fn advice_remark(advice: Advice) -> Option<&'static str> {
    Some(match advice {
        Advice::DontNeed => {
            "MADV_DONTNEED drops the pages now: private copies are lost, and the next touch begins anew."
        }
        Advice::Free => {
            "MADV_FREE: the kernel may drop the pages when memory is short, until they are stored into again."
        }
        Advice::Remove => "MADV_REMOVE punches a hole into the file, for everybody.",
        Advice::DontFork => "MADV_DONTFORK: a child does not get this mapping.",
        Advice::WipeOnFork => "MADV_WIPEONFORK: a child finds zeros here.",
        Advice::PageOut => "MADV_PAGEOUT asks the kernel to take the pages now.",
        _ => return None,
    })
}

fn area_remark(call: &AreaCall) -> Option<&'static str> {
    Some(match call {
        AreaCall::Remap { .. } => {
            "mremap moves pages to other addresses, or makes their range longer; no byte is copied."
        }
        AreaCall::Lock { .. } => {
            "mlock brings the pages in, for good. Of a private mapping that may be stored into, it copies each of the file's."
        }
        AreaCall::Execute { .. } => "The bytes are called as a function of C.",
        AreaCall::Mend { .. } => {
            "A handler of SIGBUS that maps a page of zeros over the hole; the instruction is made again."
        }
        AreaCall::Follow { .. } => "The bytes are taken for a pointer, and followed.",
        _ => return None,
    })
}

fn object_remark(call: &ObjectCall) -> Option<&'static str> {
    Some(match call {
        ObjectCall::SealableMemfd { .. } => {
            "A file in memory whose changes can be forbidden for good, by seals."
        }
        ObjectCall::Stat { .. } => {
            "fstat: st_blocks is how much room the file takes, in units of 512 bytes, st_mtim when it was modified."
        }
        ObjectCall::Lock { .. } => {
            "Locks on files are advisory: they stop only who asks for a lock too."
        }
        ObjectCall::Chmod { .. } => "Permissions are looked at when a file is opened.",
        _ => return None,
    })
}

fn transfer_remark(call: &TransferCall) -> Option<&'static str> {
    Some(match call {
        TransferCall::WriteFrom { .. } => {
            "The kernel itself reads from the mapping: where it cannot, the call fails, and no signal comes."
        }
        TransferCall::ReadInto { .. } => {
            "The kernel itself stores into the mapping: where it may not, the call fails, and no signal comes."
        }
        TransferCall::Splice { .. } | TransferCall::Vmsplice { .. } => {
            "The pipe may be given the page itself, not a copy."
        }
        _ => return None,
    })
}
