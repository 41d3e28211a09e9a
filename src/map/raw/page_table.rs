//! Linux: what the page tables of this process and of others say (`proc_pid_pagemap(5)`), and whether two processes have
//! the same ones.
//!
//! It must not know offsets of files: only addresses.
#![expect(
    unsafe_code,
    reason = "an ioctl and a system call that have no safe form in std; they take our own memory, or numbers alone"
)]

use std::ffi::c_long;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::FileExt as _;
use std::sync::{Arc, Mutex, PoisonError};

use super::linux::last_errno;
use super::unix::page_bytes;
use crate::map::errno::{EFAULT, EIO};
use crate::map::page::Unavailable;

/// What pagemap says of one page (`proc_pid_pagemap(5)`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageEntry(u64);

impl PageEntry {
    /// The page is in one page table only (bit 56).
    pub(crate) fn is_exclusive(self) -> bool {
        self.0 >> 56 & 1 == 1
    }

    /// The number of its frame, where it is told.
    pub(crate) fn frame(self) -> Option<u64> {
        let frame = self.0 & ((1 << 55) - 1);
        (self.is_present() && frame != 0).then_some(frame)
    }

    /// The page is in our page table.
    pub(crate) fn is_present(self) -> bool {
        self.0 >> 63 & 1 == 1
    }

    /// The page was moved to swap.
    pub(crate) fn is_swapped(self) -> bool {
        self.0 >> 62 & 1 == 1
    }

    /// The page is the file's own, or shared memory.
    pub(crate) fn is_file_page(self) -> bool {
        self.0 >> 61 & 1 == 1
    }
}

/// `/proc/self/pagemap`, kept open: it stays readable should this process lose the right to open it. It shows the
/// memory of the process that opened it, so a forked child must open its own.
fn pagemap() -> Result<Arc<File>, Unavailable> {
    static KEPT: Mutex<Option<(u32, Arc<File>)>> = Mutex::new(None);
    let pid = std::process::id();
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((owner, file)) = &*kept
        && *owner == pid
    {
        return Ok(Arc::clone(file));
    }
    let file = File::open("/proc/self/pagemap").map_err(|error| Unavailable::Hidden {
        errno: error.raw_os_error().unwrap_or(EIO),
    })?;
    let file = Arc::new(file);
    *kept = Some((pid, Arc::clone(&file)));
    Ok(file)
}

/// The pagemap entries of `pages` pages from `base`.
pub(crate) fn page_entries(base: usize, pages: usize) -> Result<Vec<PageEntry>, Unavailable> {
    let file = pagemap()?;
    entries_in(&file, base as u64, pages).map_err(|error| Unavailable::Hidden {
        errno: error.raw_os_error().unwrap_or(EIO),
    })
}

/// The same of the process whose `/proc/PID/pagemap` is `pagemap`.
pub(crate) fn entries_in(pagemap: &File, base: u64, pages: usize) -> io::Result<Vec<PageEntry>> {
    let mut raw = vec![0; pages.saturating_mul(8)];
    pagemap.read_exact_at(&mut raw, base / page_bytes() * 8)?;
    let (entries, _) = raw.as_chunks::<8>();
    let entries = entries.iter().map(|it| PageEntry(u64::from_ne_bytes(*it)));
    Ok(entries.collect())
}

/// Which pages [`scan`] looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Pages that are ours alone: not the file's, and in memory or in swap.
    PrivateCopies,
    /// Pages of the file that are in our page table.
    FilePages,
    /// Pages that our page table has as a part of a huge one.
    HugePages,
}

const PAGE_IS_FILE: u64 = 1 << 2;
const PAGE_IS_PRESENT: u64 = 1 << 3;
const PAGE_IS_SWAPPED: u64 = 1 << 4;
const PAGE_IS_HUGE: u64 = 1 << 6;

/// `struct pm_scan_arg` of the kernel (Documentation/admin-guide/mm/pagemap.rst).
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct ScanRequest {
    size: u64,
    flags: u64,
    start: u64,
    end: u64,
    walk_end: u64,
    vec: u64,
    vec_len: u64,
    max_pages: u64,
    category_inverted: u64,
    category_mask: u64,
    category_anyof_mask: u64,
    return_mask: u64,
}

/// `struct page_region` of the kernel.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct ScanRegion {
    start: u64,
    end: u64,
    categories: u64,
}

/// Walks the page table from `range.start` to `range.end` (page boundaries) and reports each run of wanted pages, until
/// `report` says false: ioctl `PAGEMAP_SCAN`, Linux 6.7 and later. Its time goes with the pages that are there, not with
/// the length of the range.
pub(crate) fn scan(
    range: Range<usize>,
    wanted: Wanted,
    report: impl FnMut(Range<usize>) -> bool,
) -> Result<(), Unavailable> {
    scan_in(&*pagemap()?, range, wanted, report)
}

/// The same of the process whose `/proc/PID/pagemap` is `pagemap`. It changes nothing there: the flags that would
/// write-protect pages are never passed.
pub(crate) fn scan_in(
    pagemap: &File,
    range: Range<usize>,
    wanted: Wanted,
    mut report: impl FnMut(Range<usize>) -> bool,
) -> Result<(), Unavailable> {
    const PAGEMAP_SCAN: libc::Ioctl = libc::_IOWR::<ScanRequest>('f' as u32, 16);
    let (inverted, mask, any_of) = match wanted {
        Wanted::PrivateCopies => (
            PAGE_IS_FILE,
            PAGE_IS_FILE,
            PAGE_IS_PRESENT | PAGE_IS_SWAPPED,
        ),
        Wanted::FilePages => (0, PAGE_IS_FILE | PAGE_IS_PRESENT, 0),
        Wanted::HugePages => (0, PAGE_IS_HUGE, 0),
    };
    let mut regions = [ScanRegion::default(); 512];
    let mut start = range.start as u64;
    let end = range.end as u64;
    while start < end {
        let mut request = ScanRequest {
            size: size_of::<ScanRequest>() as u64,
            start,
            end,
            vec: regions.as_mut_ptr().expose_provenance() as u64,
            vec_len: regions.len() as u64,
            category_inverted: inverted,
            category_mask: mask,
            category_anyof_mask: any_of,
            return_mask: PAGE_IS_FILE,
            ..ScanRequest::default()
        };
        // SAFETY: Condition: `request` and the regions that it points to are live and exclusively ours, of the kernel's
        // layout and of the length that is passed. This function keeps it: both live on its stack. What can still go
        // wrong: an old kernel does not know the call and says ENOTTY.
        let found = unsafe { libc::ioctl(pagemap.as_raw_fd(), PAGEMAP_SCAN, &raw mut request) };
        let found = usize::try_from(found).map_err(|_| Unavailable::Failed {
            errno: last_errno(),
        })?;
        for region in regions.iter().take(found) {
            let (Ok(from), Ok(to)) = (usize::try_from(region.start), usize::try_from(region.end))
            else {
                return Err(Unavailable::Failed { errno: EFAULT });
            };
            if !report(from..to) {
                return Ok(());
            }
        }
        // Not `walk_end`: a completed scan of more than 512 regions returns a stale one.
        match regions.get(found.wrapping_sub(1)) {
            Some(last) if found == regions.len() => start = last.end,
            _ => break,
        }
    }
    Ok(())
}

/// Whether two processes run in one and the same memory, as after `vfork(2)` or `clone(2)` with `CLONE_VM`: kcmp(2). `None`
/// where the kernel does not tell it: it is built without the call, or we may not look into one of the two.
pub(crate) fn is_same_memory(left: u32, right: u32) -> Option<bool> {
    const KCMP_VM: c_long = 1;
    let (left, right): (c_long, c_long) = (left.into(), right.into());
    // SAFETY: Condition: the call gets numbers alone, and reads and writes no memory of ours. It always holds. What can
    // still go wrong: ENOSYS, EPERM, or ESRCH for a process that ended; and where a number is used again, the answer is
    // of the process that has it now, so the caller asks for those that it holds, and checks them again afterwards.
    let order = unsafe { libc::syscall(libc::SYS_kcmp, left, right, KCMP_VM, 0_u64, 0_u64) };
    (order >= 0).then_some(order == 0)
}
