//! The calls on stretches of the address space that only Linux has, and real loads, stores and jumps that are seldom asked
//! for.
//!
//! It owns how they are written down. It must not know what backs a page.

use std::ffi::c_int;
use std::fs::File;
use std::os::unix::fs::FileExt as _;

use super::memory::{length, page_size, shown};
use super::{Calls, Executor, Kind, Place, Result, refused, timed};
use crate::map::{CallResult, STRING_BYTES, errno_name, errno_of, quoted};
use crate::peer::calls::{AreaCall, LockHow, Outcome, RemapHow};
use crate::peer::raw;

/// The most pages of one question.
const MAX_PAGES: usize = 65_536;

/// How many pages of mincore(2) strace prints.
const SHOWN_PAGES: usize = 32;

/// The bits of an entry of `/proc/PID/pagemap` that say that there is a page, and which frame it is.
const PRESENT: u64 = 1 << 63;
const FRAME: u64 = (1 << 55) - 1;

/// What mremap(2) is asked for.
struct Remap<'a> {
    map: &'a str,
    at: u64,
    old_len: u64,
    len: u64,
    how: &'a RemapHow,
    result: &'a str,
}

impl Executor {
    pub(super) fn area(&mut self, call: &AreaCall, calls: &mut Calls) -> Result {
        match call {
            AreaCall::Remap {
                map,
                at,
                old_len,
                len,
                how,
                result,
            } => {
                let (at, old_len, len) = (*at, *old_len, *len);
                let remap = Remap {
                    map,
                    at,
                    old_len,
                    len,
                    how,
                    result,
                };
                self.remap(&remap, calls)
            }
            AreaCall::Lock { map, at, len, how } => self.lock(map, *at, *len, *how, calls),
            AreaCall::LockAll {
                current,
                future,
                on_fault,
            } => lock_all([*current, *future, *on_fault], calls),
            AreaCall::UnlockAll => {
                calls.run_plain(
                    "munlockall",
                    String::new(),
                    || Ok(rustix::mm::munlockall()?),
                )?;
                Ok(Outcome::Done)
            }
            AreaCall::Resident { map, at, len } => self.resident(map, *at, *len, calls),
            AreaCall::Frames { map, at, len } => self.frames(map, *at, *len),
            AreaCall::Where { map, at } => {
                let value = self.place(map)?.address_of(*at)? as u64;
                Ok(Outcome::Number { value })
            }
            AreaCall::TouchEvery {
                map,
                at,
                len,
                step,
                write,
            } => self.touch_every(map, *at..at.saturating_add(*len), *step, *write, calls),
            AreaCall::ProtectEverySecond { map } => self.protect_every_second(map, calls),
            AreaCall::Point { map, at, to } => self.point(map, *at, *to, calls),
            AreaCall::Follow { map, at } => self.follow(map, *at, calls),
            AreaCall::Execute { map, at } => self.execute(map, *at, calls),
            AreaCall::Mend { map } => self.mend(map, calls),
        }
    }

    fn execute(&self, map: &str, at: u64, calls: &mut Calls) -> Result {
        let address = self.place(map)?.inside(at, 1)?;
        let (value, nanoseconds) = timed(|| raw::execute(address));
        calls.list(format!("call({address:#x}) = {value}"), nanoseconds);
        let value = u64::from(value.cast_unsigned());
        Ok(Outcome::Number { value })
    }

    fn mend(&self, map: &str, calls: &mut Calls) -> Result {
        let place = self.place(map)?;
        raw::mend(place.address, place.end(), page_size());
        let text = "sigaction(SIGBUS, maps a page over the hole) = 0".to_owned();
        calls.list(text, 0);
        Ok(Outcome::Done)
    }

    fn remap(&mut self, call: &Remap<'_>, calls: &mut Calls) -> Result {
        let from = self.place(call.map)?;
        let (address, old_len) = (from.address_of(call.at)?, length(call.old_len)?);
        let len = length(call.len)?;
        let (place, flags, words) = match call.how {
            RemapHow::InPlace => (None, 0, "0"),
            RemapHow::MayMove => (None, libc::MREMAP_MAYMOVE, "MREMAP_MAYMOVE"),
            RemapHow::Over { map, at } => (
                Some(self.place(map)?.address_of(*at)?),
                libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED,
                "MREMAP_MAYMOVE|MREMAP_FIXED",
            ),
            RemapHow::KeepOld => (
                None,
                libc::MREMAP_MAYMOVE | libc::MREMAP_DONTUNMAP,
                "MREMAP_MAYMOVE|MREMAP_DONTUNMAP",
            ),
        };
        let mut args = format!("{}, {old_len}, {len}, {words}", shown(address));
        if let Some(place) = place {
            args.push_str(", ");
            args.push_str(&shown(place));
        }
        let address = calls.run(
            "mremap",
            |_| args,
            || raw::remap(address, old_len, len, flags, place.unwrap_or(0)),
            |&address| CallResult::Address(address as u64),
        )?;
        let kind = Kind::Mmap;
        let place = Place { address, len, kind };
        self.places.insert(call.result.to_owned(), place);
        Ok(Outcome::Done)
    }

    fn lock(&self, map: &str, at: u64, len: u64, how: LockHow, calls: &mut Calls) -> Result {
        let (address, len) = (self.place(map)?.address_of(at)?, length(len)?);
        let mut args = format!("{}, {len}", shown(address));
        let make: fn(usize, usize) -> std::io::Result<()>;
        let name = match how {
            LockHow::Now => {
                make = raw::lock;
                "mlock"
            }
            LockHow::OnFault => {
                args.push_str(", MLOCK_ONFAULT");
                make = raw::lock_on_fault;
                "mlock2"
            }
            LockHow::Unlock => {
                make = raw::unlock;
                "munlock"
            }
        };
        calls.run_plain(name, args, || make(address, len))?;
        Ok(Outcome::Done)
    }

    fn resident(&self, map: &str, at: u64, len: u64, calls: &mut Calls) -> Result {
        let (address, len) = (self.place(map)?.address_of(at)?, length(len)?);
        let count = len.div_ceil(page_size());
        check_pages(count)?;
        let mut bytes = vec![0_u8; count];
        let into = bytes.as_ptr().addr();
        let (outcome, nanoseconds) = timed(|| raw::resident(address, len, &mut bytes));
        let pages: Vec<bool> = bytes.iter().map(|byte| byte & 1 == 1).collect();
        let told = if outcome.is_ok() {
            let mut words: Vec<String> = pages
                .iter()
                .take(SHOWN_PAGES)
                .map(|page| u8::from(*page).to_string())
                .collect();
            if count > SHOWN_PAGES {
                words.push("...".to_owned());
            }
            format!("[{}]", words.join(", "))
        } else {
            format!("{into:#x}")
        };
        let args = format!("{}, {len}, {told}", shown(address));
        let result = super::result_of(&outcome, |()| CallResult::Ok(0));
        calls.list_call("mincore", &args, result, nanoseconds);
        outcome?;
        Ok(Outcome::Resident { pages })
    }

    fn frames(&self, map: &str, at: u64, len: u64) -> Result {
        let (address, page) = (self.place(map)?.address_of(at)?, page_size());
        let first = address / page;
        let Some(end) = address.checked_add(length(len)?) else {
            return refused("The place lies past the end of the address space");
        };
        let count = end.div_ceil(page) - first;
        check_pages(count)?;
        let mut entries = vec![0_u8; count * 8];
        let pagemap = File::open("/proc/self/pagemap")?;
        pagemap.read_exact_at(&mut entries, first as u64 * 8)?;
        let (entries, _) = entries.as_chunks::<8>();
        let entries = entries.iter().map(|entry| u64::from_ne_bytes(*entry));
        let frames: Vec<Option<u64>> = entries
            .map(|entry| (entry & PRESENT != 0).then_some(entry & FRAME))
            .collect();
        if frames.contains(&Some(0)) {
            return refused("Only root is told which frame of memory a page is");
        }
        Ok(Outcome::Frames { frames })
    }

    fn touch_every(
        &self,
        map: &str,
        range: std::ops::Range<u64>,
        step: u64,
        write: bool,
        calls: &mut Calls,
    ) -> Result {
        let (len, step) = (length(range.end - range.start)?, length(step)?);
        let start = self.place(map)?.inside(range.start, len)?;
        if step == 0 {
            return refused("A step of 0 bytes leads nowhere");
        }
        let places = (start..start + len).step_by(step);
        let count = places.len();
        let ((), nanoseconds) = timed(|| {
            for address in places {
                if !write {
                    raw::load_all(address, &mut [0]);
                } else if !self.skips_stores {
                    raw::store_all(address, &[1]);
                }
            }
        });
        let what = if write { "store" } else { "load" };
        calls.list(
            format!("{what}({start:#x}, 1 every {step} bytes, {count} times)"),
            nanoseconds,
        );
        Ok(Outcome::Done)
    }

    /// The first of the calls is listed, the one that failed, and how many there were in between.
    fn protect_every_second(&self, map: &str, calls: &mut Calls) -> Result {
        let (place, page) = (self.place(map)?, page_size());
        let mut times = 0_u64;
        for address in (place.address..place.end()).step_by(2 * page) {
            let mut made = Calls::default();
            let args = format!("{}, {page}, PROT_READ", shown(address));
            let protect = || raw::protect(address, page, libc::PROT_READ);
            let outcome = made.run_plain("mprotect", args, protect);
            if times == 0 || outcome.is_err() {
                if times > 1 {
                    calls.list(format!("mprotect(...): {} more of them", times - 1), 0);
                }
                calls.0.append(&mut made.0);
            }
            if let Err(error) = outcome {
                let errno = Some(errno_name(errno_of(&error)).to_owned());
                return Ok(Outcome::Repeated { times, errno });
            }
            times += 1;
        }
        if times > 1 {
            calls.list(format!("mprotect(...): {} more of them", times - 1), 0);
        }
        let errno = None;
        Ok(Outcome::Repeated { times, errno })
    }

    fn point(&self, map: &str, at: u64, to: u64, calls: &mut Calls) -> Result {
        let place = self.place(map)?;
        let (at, to) = (place.inside(at, size_of::<usize>())?, place.inside(to, 1)?);
        let ((), nanoseconds) = timed(|| {
            if !self.skips_stores {
                raw::store_all(at, &to.to_ne_bytes());
            }
        });
        calls.list(format!("store({at:#x}, {to:#x})"), nanoseconds);
        Ok(Outcome::Done)
    }

    fn follow(&self, map: &str, at: u64, calls: &mut Calls) -> Result {
        let place = self.place(map)?.inside(at, size_of::<usize>())?;
        let mut address = [0; size_of::<usize>()];
        let mut byte = [0];
        let ((), nanoseconds) = timed(|| {
            raw::load_all(place, &mut address);
            raw::load_all(usize::from_ne_bytes(address), &mut byte);
        });
        let loaded = quoted(&byte, STRING_BYTES);
        let address = usize::from_ne_bytes(address);
        calls.list(
            format!("load(load({place:#x}, 8) = {address:#x}, 1) = {loaded}"),
            nanoseconds,
        );
        let bytes = byte.to_vec();
        Ok(Outcome::Bytes { bytes })
    }
}

fn check_pages(count: usize) -> Result<()> {
    if count > MAX_PAGES {
        return refused(format!(
            "{count} pages cannot be told of at once; at most {MAX_PAGES} can"
        ));
    }
    Ok(())
}

fn lock_all(wanted: [bool; 3], calls: &mut Calls) -> Result {
    let known = [
        (libc::MCL_CURRENT, "MCL_CURRENT"),
        (libc::MCL_FUTURE, "MCL_FUTURE"),
        (libc::MCL_ONFAULT, "MCL_ONFAULT"),
    ];
    let chosen = known.iter().zip(wanted).filter(|(_, wanted)| *wanted);
    let (bits, words): (Vec<c_int>, Vec<&str>) = chosen.map(|(flag, _)| *flag).unzip();
    let flags = bits
        .into_iter()
        .fold(0, |all, bit| all | bit.cast_unsigned());
    let args = if words.is_empty() {
        "0".to_owned()
    } else {
        words.join("|")
    };
    calls.run_plain("mlockall", args, || {
        Ok(rustix::mm::mlockall(
            rustix::mm::MlockAllFlags::from_bits_retain(flags),
        )?)
    })?;
    Ok(Outcome::Done)
}
