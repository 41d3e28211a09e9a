//! The unsafe code of the mapping layer, and all that differs by system.
//!
//! It owns the region of address space that a mapping occupies, from mmap to munmap. The folder beside it holds one
//! file a system: how its kernel copies between a mapping and our memory, and what it tells about pages. It must not
//! know messages or policy.
#![expect(
    unsafe_code,
    reason = "mappings are made and released here; no Rust code ever loads from or stores into one"
)]

use std::fs::File;
use std::io;
use std::mem::ManuallyDrop;

use memmap2::{MmapOptions, MmapRaw};

use super::call_log::{CallLog, CallResult};
use super::errno::ENOMEM;
use super::mode::{Access, Mode, Way};
use crate::bytes::Span;

#[cfg(target_vendor = "apple")]
mod apple;
#[cfg(target_os = "linux")]
mod file_system;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod page_table;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;
#[cfg(not(target_os = "linux"))]
mod without_page_facts;

#[cfg(target_vendor = "apple")]
pub(crate) use apple::*;
#[cfg(target_os = "linux")]
pub(crate) use file_system::*;
#[cfg(target_os = "linux")]
pub(crate) use linux::*;
#[cfg(target_os = "linux")]
pub(crate) use page_table::*;
#[cfg(unix)]
pub(crate) use unix::*;
#[cfg(windows)]
pub(crate) use windows::*;
#[cfg(not(target_os = "linux"))]
pub(crate) use without_page_facts::*;

#[cfg(not(any(target_os = "linux", target_vendor = "apple", windows)))]
compile_error!("the mapping layer knows Linux, macOS and Windows");

/// What a descriptor is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// Reading.
    Read,
    /// Reading and writing.
    Write,
    /// Reading past the page cache, where the system has that (`O_DIRECT`, Linux).
    ReadDirect,
}

/// A stretch of our address space that shows a file: unmapped when it is dropped.
///
/// It gives out addresses as numbers, never a reference or a pointer, so Rust code cannot load or store there.
#[derive(Debug)]
pub(crate) struct Region {
    raw: ManuallyDrop<MmapRaw>,
    log: CallLog,
}

impl Region {
    /// Maps `span` of `file`. The span is not empty; its start need not be aligned.
    pub(crate) fn map(file: &File, way: Way, span: Span, log: &CallLog) -> io::Result<Self> {
        let Way { mode, access } = way;
        let len = usize::try_from(span.len()).map_err(|_| io::Error::from_raw_os_error(ENOMEM))?;
        let mut options = MmapOptions::new();
        options.offset(span.start()).len(len).no_probe_handle();
        if (mode, access) == (Mode::Private, Access::ReadWrite) {
            // Else the kernel wants memory or swap for a copy of every page at once, and 32 GiB fail (ENOMEM).
            options.no_reserve_swap();
        }
        let make = || {
            Ok(match (mode, access) {
                (Mode::Shared, Access::ReadOnly) => options.map_raw_read_only(file)?,
                (Mode::Shared, Access::ReadWrite) => options.map_raw(file)?,
                (Mode::Private, Access::ReadOnly) => {
                    // SAFETY: Condition: nobody changes the file while a slice of the mapping is in use. This type
                    // keeps it: the `Mmap` becomes an `MmapRaw` at once, no slice is ever taken, and of the `MmapRaw`
                    // only the address is used. What can still go wrong: nothing in Rust code; foreign code that
                    // loads from the address could be killed by SIGBUS.
                    unsafe { options.map_copy_read_only(file) }?.into()
                }
                (Mode::Private, Access::ReadWrite) => {
                    // SAFETY: as above, with `MmapMut` for `Mmap`.
                    unsafe { options.map_copy(file) }?.into()
                }
            })
        };
        let (call, args) = map_call(file, way, span);
        let raw = log.run(call, args, make, |raw: &MmapRaw| {
            CallResult::Address(page_floor(raw.as_ptr().addr()) as u64)
        })?;
        Ok(Self {
            raw: ManuallyDrop::new(raw),
            log: log.clone(),
        })
    }

    /// Address of the first byte that was asked for.
    pub(crate) fn address(&self) -> usize {
        self.raw.as_ptr().addr()
    }

    /// Address of the first page.
    pub(crate) fn base(&self) -> usize {
        page_floor(self.address())
    }

    /// Bytes from the first page's start to the last byte that was asked for.
    fn len_from_base(&self) -> usize {
        self.raw.len() + (self.address() - self.base())
    }

    /// Writes dirty pages of `len` bytes at `offset` (from the first byte) to the file and waits for it: msync(2) with
    /// `MS_SYNC`, or the system's counterpart.
    pub(crate) fn flush(&self, offset: usize, len: usize) -> io::Result<()> {
        let address = self.address() + offset;
        let first = page_floor(address);
        let (call, args) = flush_call(first, len + (address - first));
        self.log.run(
            call,
            args,
            || self.raw.flush_range(offset, len),
            |()| CallResult::Ok(0),
        )
    }

    /// Makes the mapping `new_len` bytes long from its first byte; it may move. Pages keep what they hold.
    #[cfg(target_os = "linux")]
    pub(crate) fn remap(&mut self, new_len: usize) -> io::Result<()> {
        let lead = self.address() - self.base();
        let (call, args) = remap_call(self.base(), self.len_from_base(), new_len + lead);
        let log = self.log.clone();
        let raw = &mut self.raw;
        let make = || {
            // SAFETY: Condition: no pointer into the old place is used again, and nobody relies on pages that the file
            // does not have. `&mut self` keeps the first, as addresses are asked for at each read; the second does not
            // arise, as only the kernel touches the pages and answers an error. What can still go wrong: an address
            // that a caller printed earlier is no longer ours.
            unsafe { raw.remap(new_len, memmap2::RemapOptions::new().may_move(true)) }?;
            Ok(page_floor(raw.as_ptr().addr()) as u64)
        };
        log.run(call, args, make, |&address| CallResult::Address(address))
            .map(|_| ())
    }

    /// As above; only Linux can do it.
    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "one signature on all systems")]
    pub(crate) fn remap(&mut self, _: usize) -> io::Result<()> {
        Err(io::Error::from_raw_os_error(super::errno::ENOSYS))
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        let (base, len) = (self.base(), self.len_from_base());
        let (call, args) = unmap_call(base, len);
        let raw = &mut self.raw;
        let make = || {
            #[cfg(unix)]
            {
                // By hand, as the owner's drop throws the result away and the log tells what happened.
                let pages = raw.as_mut_ptr().wrapping_sub(raw.as_ptr().addr() - base);
                // SAFETY: Condition: the pages are ours, and nobody uses them again. The region is the only owner, its
                // `MmapRaw` is never dropped (so nothing is unmapped twice), and this is its end. What can still go
                // wrong: an address that was handed out as a number may be reused by the system for something else;
                // whoever reads by number must hold a borrow of the region, as `Mapping` does.
                unsafe { rustix::mm::munmap(pages.cast(), len) }.map_err(io::Error::from)
            }
            #[cfg(not(unix))]
            {
                // SAFETY: Condition: it is dropped once and not used again. This is the end of the region. What can
                // still go wrong: as above.
                unsafe { ManuallyDrop::drop(raw) };
                Ok(())
            }
        };
        // A failure leaves the pages mapped and is told by the log; there is nobody to return it to.
        let _told = self.log.run(call, args, make, |()| CallResult::Ok(0));
    }
}

/// The start of the page (of the allocation unit, on Windows) that holds `address`.
fn page_floor(address: usize) -> usize {
    address - address % map_alignment()
}
