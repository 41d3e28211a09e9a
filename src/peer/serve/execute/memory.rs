//! The calls on memory: mmap and its kin, malloc, and real loads and stores.
//!
//! It owns how they are written down, and keeps loads and stores inside of the pages where their mapping was made. It
//! must not know what backs a page.

use std::ffi::c_int;
use std::os::fd::AsRawFd as _;

use super::{Calls, Executor, Kind, Place, Result, refused, timed, touched};
use crate::bytes::size::counted;
use crate::map::{CallResult, STRING_BYTES, hex, page_bytes, quoted};
use crate::peer::calls::{Advice, MapCall, MapFlag, Outcome, Placing, Prot, Source, Spot, SyncHow};
use crate::peer::raw;

/// The most bytes of one request to load.
const MAX_LOAD: usize = 65_536;

/// Below this address no process has a mapping, other than root's that asks for it.
const NOBODYS_START: usize = 64 << 10;

/// The most rounds of one request to count: a few seconds.
const MAX_ROUNDS: u64 = 1_000_000_000;

impl Prot {
    fn bits(self) -> (c_int, &'static str) {
        let (read, write, execute) = (libc::PROT_READ, libc::PROT_WRITE, libc::PROT_EXEC);
        match self {
            Self::None => (libc::PROT_NONE, "PROT_NONE"),
            Self::Read => (read, "PROT_READ"),
            Self::ReadWrite => (read | write, "PROT_READ|PROT_WRITE"),
            Self::Write => (write, "PROT_WRITE"),
            Self::Execute => (execute, "PROT_EXEC"),
            Self::ReadExecute => (read | execute, "PROT_READ|PROT_EXEC"),
            Self::All => (read | write | execute, "PROT_READ|PROT_WRITE|PROT_EXEC"),
        }
    }
}

impl Place {
    /// Where its last page ends.
    pub(super) fn end(self) -> usize {
        let page = page_size();
        let end = self.address.saturating_add(self.len);
        end.saturating_add((page - end % page) % page)
    }

    /// The address of `at`, for a call that the kernel checks by itself.
    pub(super) fn address_of(self, at: u64) -> Result<usize> {
        let at = usize::try_from(at).ok();
        match at.and_then(|at| self.address.checked_add(at)) {
            Some(address) => Ok(address),
            None => refused("The place lies past the end of the address space"),
        }
    }

    /// The address of `at`, where all of `len` bytes lie on pages of the mapping as it was made.
    pub(super) fn inside(self, at: u64, len: usize) -> Result<usize> {
        let address = self.address_of(at)?;
        match address.checked_add(len) {
            Some(end) if end <= self.end() => Ok(address),
            _ => refused(format!(
                "{} at {at} {} past the last page of a mapping of {}",
                counted(len as u64, "byte"),
                if len == 1 { "reaches" } else { "reach" },
                counted(self.len as u64, "byte")
            )),
        }
    }
}

pub(super) fn page_size() -> usize {
    usize::try_from(page_bytes()).unwrap_or(4096)
}

/// A length in memory, which the kernel is to judge.
pub(super) fn length(len: u64) -> Result<usize> {
    match usize::try_from(len) {
        Ok(len) => Ok(len),
        Err(_) => refused(format!("{len} bytes are more than an address can count")),
    }
}

/// An address as strace writes it.
pub(super) fn shown(address: usize) -> String {
    if address == 0 {
        "NULL".to_owned()
    } else {
        format!("{address:#x}")
    }
}

/// The number of an advice, and what strace calls it; `None` where the system does not have it.
#[cfg_attr(
    target_os = "linux",
    expect(
        clippy::unnecessary_wraps,
        reason = "other systems do not have all of them"
    )
)]
fn advice_bits(advice: Advice) -> Option<(c_int, &'static str)> {
    Some(match advice {
        Advice::Normal => (libc::MADV_NORMAL, "MADV_NORMAL"),
        Advice::Random => (libc::MADV_RANDOM, "MADV_RANDOM"),
        Advice::Sequential => (libc::MADV_SEQUENTIAL, "MADV_SEQUENTIAL"),
        Advice::WillNeed => (libc::MADV_WILLNEED, "MADV_WILLNEED"),
        Advice::DontNeed => (libc::MADV_DONTNEED, "MADV_DONTNEED"),
        #[cfg(target_os = "linux")]
        Advice::Free => (libc::MADV_FREE, "MADV_FREE"),
        #[cfg(target_os = "linux")]
        Advice::Remove => (libc::MADV_REMOVE, "MADV_REMOVE"),
        #[cfg(target_os = "linux")]
        Advice::DontFork => (libc::MADV_DONTFORK, "MADV_DONTFORK"),
        #[cfg(target_os = "linux")]
        Advice::WipeOnFork => (libc::MADV_WIPEONFORK, "MADV_WIPEONFORK"),
        #[cfg(target_os = "linux")]
        Advice::Mergeable => (libc::MADV_MERGEABLE, "MADV_MERGEABLE"),
        #[cfg(target_os = "linux")]
        Advice::Unmergeable => (libc::MADV_UNMERGEABLE, "MADV_UNMERGEABLE"),
        #[cfg(target_os = "linux")]
        Advice::HugePage => (libc::MADV_HUGEPAGE, "MADV_HUGEPAGE"),
        #[cfg(target_os = "linux")]
        Advice::NoHugePage => (libc::MADV_NOHUGEPAGE, "MADV_NOHUGEPAGE"),
        #[cfg(target_os = "linux")]
        Advice::Cold => (libc::MADV_COLD, "MADV_COLD"),
        #[cfg(target_os = "linux")]
        Advice::PageOut => (libc::MADV_PAGEOUT, "MADV_PAGEOUT"),
        #[cfg(target_os = "linux")]
        Advice::PopulateRead => (libc::MADV_POPULATE_READ, "MADV_POPULATE_READ"),
        #[cfg(target_os = "linux")]
        Advice::PopulateWrite => (libc::MADV_POPULATE_WRITE, "MADV_POPULATE_WRITE"),
        #[cfg(not(target_os = "linux"))]
        _ => return None,
    })
}

/// Flags of mmap(2) that Linux alone has, and what strace calls them.
#[cfg(target_os = "linux")]
fn extra_flag(flag: MapFlag) -> (c_int, &'static str) {
    match flag {
        // They stand in place of the kind.
        MapFlag::NeitherKind | MapFlag::BothKinds => (0, ""),
        MapFlag::NoReserve => (libc::MAP_NORESERVE, "|MAP_NORESERVE"),
        MapFlag::Populate => (libc::MAP_POPULATE, "|MAP_POPULATE"),
        MapFlag::GrowsDown => (libc::MAP_GROWSDOWN, "|MAP_GROWSDOWN"),
        MapFlag::Locked => (libc::MAP_LOCKED, "|MAP_LOCKED"),
        MapFlag::HugeTlb => (libc::MAP_HUGETLB, "|MAP_HUGETLB"),
    }
}

#[cfg(not(target_os = "linux"))]
fn extra_flag(_: MapFlag) -> (c_int, &'static str) {
    (0, "")
}

#[cfg(target_os = "linux")]
const NO_REPLACE: c_int = libc::MAP_FIXED_NOREPLACE;
#[cfg(not(target_os = "linux"))]
const NO_REPLACE: c_int = 0;

/// The flags of a mmap(2) that is shared or not, as a number and as strace writes them.
fn map_flags(call: &MapCall, placing: Placing, shared: bool) -> Result<(c_int, String)> {
    let mut flags = call.extra.flags.clone();
    if cfg!(not(target_os = "linux")) && (!flags.is_empty() || placing == Placing::FixedNoReplace) {
        return refused("Only Linux has such flags of mmap");
    }
    flags.sort_unstable();
    flags.dedup();
    let (mut bits, kind) = if flags.contains(&MapFlag::NeitherKind) {
        (0, "MAP_FILE")
    } else if flags.contains(&MapFlag::BothKinds) {
        (libc::MAP_SHARED | libc::MAP_PRIVATE, "MAP_SHARED_VALIDATE")
    } else if shared {
        (libc::MAP_SHARED, "MAP_SHARED")
    } else {
        (libc::MAP_PRIVATE, "MAP_PRIVATE")
    };
    let mut words = kind.to_owned();
    let mut add = |flag: (c_int, &str)| {
        bits |= flag.0;
        words.push_str(flag.1);
    };
    if placing == Placing::Fixed {
        add((libc::MAP_FIXED, "|MAP_FIXED"));
    }
    if call.source == Source::Anonymous {
        add((libc::MAP_ANONYMOUS, "|MAP_ANONYMOUS"));
    }
    for flag in flags {
        add(extra_flag(flag));
    }
    if placing == Placing::FixedNoReplace {
        add((NO_REPLACE, "|MAP_FIXED_NOREPLACE"));
    }
    Ok((bits, words))
}

impl Executor {
    pub(super) fn map(&mut self, call: &MapCall, calls: &mut Calls) -> Result {
        let len = length(call.len)?;
        let descriptor = match &call.source {
            Source::Anonymous => -1,
            Source::File(file) => self.file(file)?.as_raw_fd(),
            Source::Descriptor(number) => *number,
        };
        let (prot, prot_words) = call.prot.bits();
        let (place, placing) = self.spot(&call.extra.spot)?;
        // A deceiver does the one and says the other.
        let (flags, _) = map_flags(call, placing, call.shared != self.maps_otherwise)?;
        let (_, words) = map_flags(call, placing, call.shared)?;
        let args = format!(
            "{}, {len}, {prot_words}, {words}, {descriptor}, {}",
            shown(place),
            hex(call.offset)
        );
        // Whatever comes of it: what had the name before is not to be taken for what was asked for.
        self.places.remove(&call.map);
        let address = calls.run(
            "mmap",
            |_| args,
            || raw::map(place, len, prot, flags, descriptor, call.offset),
            |&address| match address {
                0 => CallResult::Ok(0),
                address => CallResult::Address(address as u64),
            },
        )?;
        let kind = Kind::Mmap;
        let place = Place { address, len, kind };
        self.places.insert(call.map.clone(), place);
        Ok(Outcome::Done)
    }

    /// The address that is asked for, 0 for none, and how firmly.
    fn spot(&self, spot: &Spot) -> Result<(usize, Placing)> {
        match spot {
            Spot::Anywhere => Ok((0, Placing::Hint)),
            Spot::At { map, at, how } => Ok((self.place(map)?.address_of(*at)?, *how)),
            Spot::Nowhere { address, how } => {
                let place = length(*address)?;
                // On every 64-bit system half of the address space or more is the kernel's.
                if (NOBODYS_START..usize::MAX / 2 + 1).contains(&place) {
                    return refused(format!("At {address:#x} there may be something"));
                }
                Ok((place, *how))
            }
        }
    }

    pub(super) fn unmap(&self, map: &str, at: u64, len: u64, calls: &mut Calls) -> Result {
        let (address, len) = (self.place(map)?.address_of(at)?, length(len)?);
        let args = format!("{}, {len}", shown(address));
        calls.run_plain("munmap", args, || raw::unmap(address, len))?;
        Ok(Outcome::Done)
    }

    pub(super) fn protect(
        &self,
        map: &str,
        at: u64,
        len: u64,
        prot: Prot,
        calls: &mut Calls,
    ) -> Result {
        let (address, len) = (self.place(map)?.address_of(at)?, length(len)?);
        let (prot, words) = prot.bits();
        let args = format!("{}, {len}, {words}", shown(address));
        calls.run_plain("mprotect", args, || raw::protect(address, len, prot))?;
        Ok(Outcome::Done)
    }

    pub(super) fn advise(
        &self,
        map: &str,
        at: u64,
        len: u64,
        advice: Advice,
        calls: &mut Calls,
    ) -> Result {
        let (address, len) = (self.place(map)?.address_of(at)?, length(len)?);
        let Some((advice, words)) = advice_bits(advice) else {
            return refused("Only Linux takes this advice");
        };
        let args = format!("{}, {len}, {words}", shown(address));
        calls.run_plain("madvise", args, || raw::advise(address, len, advice))?;
        Ok(Outcome::Done)
    }

    pub(super) fn sync(
        &self,
        map: &str,
        at: u64,
        len: u64,
        how: SyncHow,
        calls: &mut Calls,
    ) -> Result {
        let (address, len) = (self.place(map)?.address_of(at)?, length(len)?);
        let (flags, words) = match how {
            SyncHow::Async => (libc::MS_ASYNC, "MS_ASYNC"),
            SyncHow::Sync => (libc::MS_SYNC, "MS_SYNC"),
        };
        let args = format!("{}, {len}, {words}", shown(address));
        calls.run_plain("msync", args, || raw::sync(address, len, flags))?;
        Ok(Outcome::Done)
    }

    pub(super) fn load(&self, map: &str, at: u64, len: u64, calls: &mut Calls) -> Result {
        let place = self.place(map)?;
        let len = length(len)?;
        if len > MAX_LOAD {
            return refused(format!(
                "{len} bytes cannot be loaded at once; at most {MAX_LOAD} can"
            ));
        }
        let address = place.inside(at, len)?;
        // Its pages come in before.
        let mut bytes = vec![1; len];
        let took = touched(|| raw::load_all(address, &mut bytes));
        let loaded = quoted(&bytes, STRING_BYTES);
        calls.list_touched(format!("load({address:#x}, {len}) = {loaded}"), took);
        Ok(Outcome::Bytes { bytes })
    }

    pub(super) fn store(&self, map: &str, at: u64, bytes: &[u8], calls: &mut Calls) -> Result {
        let address = self.place(map)?.inside(at, bytes.len())?;
        let took = touched(|| {
            if !self.skips_stores {
                raw::store_all(address, bytes);
            }
        });
        let stored = quoted(bytes, STRING_BYTES);
        calls.list_touched(format!("store({address:#x}, {stored})"), took);
        Ok(Outcome::Done)
    }

    pub(super) fn touch(
        &self,
        map: &str,
        at: u64,
        len: u64,
        write: bool,
        calls: &mut Calls,
    ) -> Result {
        let len = length(len)?;
        let address = self.place(map)?.inside(at, len)?;
        let (end, page) = (address + len, page_size());
        let (mut pages, mut next) = (0_u64, address);
        let took = touched(|| {
            while next < end {
                if !write {
                    raw::load_all(next, &mut [0]);
                } else if !self.skips_stores {
                    raw::store_all(next, &[1]);
                }
                pages += 1;
                // On each further page the first byte.
                next = next.saturating_add(page - next % page);
            }
        });
        let what = if write { "store" } else { "load" };
        calls.list_touched(
            format!("{what}({address:#x}, 1 on each of {pages} pages)"),
            took,
        );
        Ok(Outcome::Done)
    }

    pub(super) fn count(&self, map: &str, at: u64, times: u64, calls: &mut Calls) -> Result {
        let address = self.place(map)?.inside(at, 1)?;
        if times > MAX_ROUNDS {
            return refused(format!(
                "{times} rounds take too long; at most {MAX_ROUNDS} can be asked for"
            ));
        }
        let took = touched(|| {
            if !self.skips_stores {
                raw::count(address, times);
            }
        });
        calls.list_touched(
            format!("store({address:#x}, load({address:#x}, 1) + 1), {times} times"),
            took,
        );
        Ok(Outcome::Done)
    }

    pub(super) fn malloc(&mut self, map: &str, len: u64, calls: &mut Calls) -> Result {
        let len = length(len)?;
        self.places.remove(map);
        let (memory, nanoseconds) = timed(|| raw::allocate(len));
        let shown = memory.as_ref().map_or(0, |address| *address);
        calls.list(
            format!("malloc({len}) = {}", self::shown(shown)),
            nanoseconds,
        );
        let (address, kind) = (memory?, Kind::Malloc);
        let place = Place { address, len, kind };
        self.places.insert(map.to_owned(), place);
        Ok(Outcome::Done)
    }

    pub(super) fn free(&mut self, map: &str, calls: &mut Calls) -> Result {
        let place = self.place(map)?;
        match place.kind {
            Kind::Malloc => {}
            Kind::Mmap => return refused(format!("{map} was not made by malloc")),
            Kind::Freed => return refused(format!("{map} has been freed already")),
        }
        let kind = Kind::Freed;
        self.places.insert(map.to_owned(), Place { kind, ..place });
        let ((), nanoseconds) = timed(|| raw::release(place.address));
        calls.list(format!("free({:#x})", place.address), nanoseconds);
        Ok(Outcome::Done)
    }
}
