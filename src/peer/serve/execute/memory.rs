//! The calls on memory: mmap and its kin, malloc, and real loads and stores.
//!
//! It owns how they are written down, and keeps loads and stores inside of the pages where their mapping was made. It
//! must not know what backs a page.

use std::ffi::c_int;
use std::os::fd::AsRawFd as _;

use super::{Calls, Executor, Kind, Place, Result, refused, timed, touched};
use crate::bytes::size::counted;
use crate::map::{CallResult, STRING_BYTES, hex, page_bytes, quoted};
use crate::peer::calls::{Advice, MapCall, Outcome, Prot, Source, SyncHow};
use crate::peer::raw;

/// The most bytes of one request to load.
const MAX_LOAD: usize = 65_536;

/// The most rounds of one request to count: a few seconds.
const MAX_ROUNDS: u64 = 1_000_000_000;

impl Prot {
    fn bits(self) -> (c_int, &'static str) {
        match self {
            Self::None => (libc::PROT_NONE, "PROT_NONE"),
            Self::Read => (libc::PROT_READ, "PROT_READ"),
            Self::ReadWrite => (libc::PROT_READ | libc::PROT_WRITE, "PROT_READ|PROT_WRITE"),
        }
    }
}

impl Place {
    /// Where its last page ends.
    fn end(self) -> usize {
        let page = page_size();
        let end = self.address.saturating_add(self.len);
        end.saturating_add((page - end % page) % page)
    }

    /// The address of `at`, for a call that the kernel checks by itself.
    fn address_of(self, at: u64) -> Result<usize> {
        let at = usize::try_from(at).ok();
        match at.and_then(|at| self.address.checked_add(at)) {
            Some(address) => Ok(address),
            None => refused("The place lies past the end of the address space"),
        }
    }

    /// The address of `at`, where all of `len` bytes lie on pages of the mapping as it was made.
    fn inside(self, at: u64, len: usize) -> Result<usize> {
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

fn page_size() -> usize {
    usize::try_from(page_bytes()).unwrap_or(4096)
}

/// A length in memory, which the kernel is to judge.
fn length(len: u64) -> Result<usize> {
    match usize::try_from(len) {
        Ok(len) => Ok(len),
        Err(_) => refused(format!("{len} bytes are more than an address can count")),
    }
}

/// An address as strace writes it.
fn shown(address: usize) -> String {
    if address == 0 {
        "NULL".to_owned()
    } else {
        format!("{address:#x}")
    }
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
        let mode = |shared: bool| {
            if shared {
                (libc::MAP_SHARED, "MAP_SHARED")
            } else {
                (libc::MAP_PRIVATE, "MAP_PRIVATE")
            }
        };
        // A deceiver does the one and says the other.
        let (mut flags, _) = mode(call.shared != self.maps_otherwise);
        let (_, mode_words) = mode(call.shared);
        let mut mode_words = mode_words.to_owned();
        if call.source == Source::Anonymous {
            flags |= libc::MAP_ANONYMOUS;
            mode_words.push_str("|MAP_ANONYMOUS");
        }
        let args = format!(
            "NULL, {len}, {prot_words}, {mode_words}, {descriptor}, {}",
            hex(call.offset)
        );
        // Whatever comes of it: what had the name before is not to be taken for what was asked for.
        self.places.remove(&call.map);
        let address = calls.run(
            "mmap",
            |_| args,
            || raw::map(len, prot, flags, descriptor, call.offset),
            |&address| CallResult::Address(address as u64),
        )?;
        let kind = Kind::Mmap;
        let place = Place { address, len, kind };
        self.places.insert(call.map.clone(), place);
        Ok(Outcome::Done)
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
        let (advice, words) = match advice {
            Advice::DontNeed => (libc::MADV_DONTNEED, "MADV_DONTNEED"),
            Advice::WillNeed => (libc::MADV_WILLNEED, "MADV_WILLNEED"),
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
