//! A pass over a file's bytes, by pread or by loads, timed.
//!
//! It owns that both ways take the same bytes in the same order, and do the same with them. It must not know what is
//! compared with what.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::FileExt as _;

use super::files::at_call;
use super::{Calls, Executor, Result, refused, result_of, timed};
use crate::map::{AlignedBuffer, CallResult, STRING_BYTES, page_bytes, quoted};
use crate::peer::calls::{Outcome, PassCall, PassDone};
use crate::peer::raw;

/// Bytes of one pread, where the order is the file's.
const CHUNK: usize = 64 << 10;

/// The parts of a file that a pass takes.
#[derive(Clone, Copy)]
struct Plan {
    /// Bytes of the file, from its start.
    len: u64,
    /// Bytes of each part.
    part: usize,
    /// How many parts are drawn; `None` for one after the other.
    draws: Option<u64>,
    seed: u64,
}

impl Plan {
    /// Offset and length of each part.
    fn parts(self) -> impl Iterator<Item = (u64, usize)> {
        let part = self.part as u64;
        let (count, whole) = match self.draws {
            Some(draws) => (draws, self.len / part),
            None => (self.len.div_ceil(part), 0),
        };
        let mut state = self.seed.max(1);
        (0..count).map(move |index| {
            if self.draws.is_none() {
                let at = index * part;
                let left = usize::try_from(self.len - at).unwrap_or(usize::MAX);
                return (at, self.part.min(left));
            }
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % whole * part, self.part)
        })
    }
}

/// What a pass took.
#[derive(Default)]
struct Taken {
    bytes: u64,
    sum: u64,
}

impl Taken {
    fn add(&mut self, address: usize, len: usize) {
        self.bytes += len as u64;
        self.sum = self.sum.wrapping_add(raw::sum(address, len));
    }
}

impl Executor {
    pub(super) fn pass(&self, call: &PassCall, calls: &mut Calls) -> Result {
        let file = self.file(&call.file)?;
        let page = usize::try_from(page_bytes()).unwrap_or(4096);
        let plan = Plan {
            len: call.len,
            part: if call.random_pages.is_some() {
                page
            } else {
                CHUNK
            },
            draws: call.random_pages,
            seed: call.seed,
        };
        if call.len == 0 || (call.random_pages.is_some() && call.len < page as u64) {
            return refused("There are no bytes to take");
        }
        let Ok(len) = usize::try_from(call.len) else {
            return refused(format!(
                "{} bytes are more than an address can count",
                call.len
            ));
        };
        let kept = match &call.over {
            None => None,
            Some(map) => {
                let place = self.place(map)?;
                if place.len < len {
                    return refused(format!("{map} has only {} bytes", place.len));
                }
                Some(place.address)
            }
        };
        let mut buffer = AlignedBuffer::new(if call.by_loads { 0 } else { plan.part });
        // The buffer's own pages come in before.
        buffer.fill(1);
        let before = raw::page_faults();
        let (taken, nanoseconds) = if let Some(address) = kept {
            by_loads_from(address, plan, calls)
        } else if call.by_loads {
            by_loads(file, plan, len, calls)
        } else {
            by_reads(file, plan, &mut buffer, calls)
        };
        let after = raw::page_faults();
        let taken = taken?;
        Ok(Outcome::Pass(PassDone {
            nanoseconds,
            minor: after.0 - before.0,
            major: after.1 - before.1,
            bytes: taken.bytes,
            sum: taken.sum,
        }))
    }
}

/// By pread into `buffer`. Of the many calls the first is listed, and how many there were besides.
fn by_reads(
    file: &File,
    plan: Plan,
    buffer: &mut AlignedBuffer,
    calls: &mut Calls,
) -> (io::Result<Taken>, u64) {
    let address = buffer.as_ptr().expose_provenance();
    let mut taken = Taken::default();
    let mut n_calls = 0_u64;
    // Of the first call: what it asked for, what came and its first bytes.
    let (mut first, mut shown) = (None, [0; STRING_BYTES + 1]);
    let (outcome, nanoseconds) = timed(|| {
        for (at, len) in plan.parts() {
            let mut done = 0;
            while done < len {
                let read = file.read_at(&mut buffer[done..len], at + done as u64)?;
                n_calls += 1;
                if first.is_none() {
                    first = Some((at, len, read));
                    let n = read.min(shown.len());
                    shown[..n].copy_from_slice(&buffer[..n]);
                }
                if read == 0 {
                    break;
                }
                done += read;
            }
            taken.add(address, done);
        }
        Ok(())
    });
    let (call, fd) = (at_call(true), file.as_raw_fd());
    if let Some((at, len, read)) = first {
        let bytes = quoted(&shown[..read.min(shown.len())], STRING_BYTES);
        calls.list(
            format!("{call}({fd}, {bytes}, {len}, {at}) = {read}"),
            nanoseconds / n_calls,
        );
    }
    match n_calls {
        0 | 1 => {}
        _ => calls.list(
            format!("{call}({fd}, ...): {} more of them", n_calls - 1),
            nanoseconds - nanoseconds / n_calls,
        ),
    }
    (outcome.map(|()| taken), nanoseconds)
}

/// By loads of 8 bytes from a mapping that is there.
fn by_loads_from(address: usize, plan: Plan, calls: &mut Calls) -> (io::Result<Taken>, u64) {
    let mut taken = Taken::default();
    let ((), nanoseconds) = timed(|| {
        for (at, len) in plan.parts() {
            taken.add(address + usize::try_from(at).unwrap_or(0), len);
        }
    });
    let n_bytes = taken.bytes;
    calls.list(
        format!("load({address:#x}, {n_bytes} bytes, 8 at a time)"),
        nanoseconds,
    );
    (Ok(taken), nanoseconds)
}

/// By a mapping of the whole, loads of 8 bytes, and the end of the mapping. What is listed is written down afterwards.
fn by_loads(file: &File, plan: Plan, len: usize, calls: &mut Calls) -> (io::Result<Taken>, u64) {
    let fd = file.as_raw_fd();
    let mut taken = Taken::default();
    let mut loading = 0;
    let ((mapped, unmapped), nanoseconds) = timed(|| {
        let mapped = timed(|| raw::map(0, len, libc::PROT_READ, libc::MAP_SHARED, fd, 0));
        let Ok(address) = mapped.0 else {
            return (mapped, None);
        };
        ((), loading) = timed(|| {
            for (at, len) in plan.parts() {
                // What fits into the mapping fits into an address.
                taken.add(address + usize::try_from(at).unwrap_or(0), len);
            }
        });
        (mapped, Some(timed(|| raw::unmap(address, len))))
    });
    let (mapped, took) = mapped;
    let args = format!("NULL, {len}, PROT_READ, MAP_SHARED, {fd}, 0");
    let result = result_of(&mapped, |&address| CallResult::Address(address as u64));
    calls.list_call("mmap", &args, result, took);
    let outcome = mapped.and_then(|address| {
        let n_bytes = taken.bytes;
        calls.list(
            format!("load({address:#x}, {n_bytes} bytes, 8 at a time)"),
            loading,
        );
        let Some((unmapped, took)) = unmapped else {
            return Ok(());
        };
        let result = result_of(&unmapped, |()| CallResult::Ok(0));
        calls.list_call("munmap", &format!("{address:#x}, {len}"), result, took);
        unmapped
    });
    (outcome.map(|()| taken), nanoseconds)
}
