//! Bytes that the kernel moves from or to a mapping: into files and pipes, and between processes.
//!
//! It owns how these calls are written down. It must not know what backs a page.

use std::fs;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::os::unix::fs::FileExt as _;

use super::files::at_call;
use super::memory::{length, shown};
use super::{Calls, Executor, Result, refused, result_of, timed};
use crate::map::{CallResult, STRING_BYTES, hex, quoted};
use crate::os::exit::signal_name;
use crate::peer::calls::{Outcome, Remote, TransferCall};
use crate::peer::raw;

/// The most bytes of one read.
const MAX_READ: u64 = 65_536;

/// A file and a stretch of a mapping.
struct Stretch<'a> {
    file: &'a str,
    offset: Option<u64>,
    map: &'a str,
    at: u64,
    len: u64,
}

/// A number of bytes as a call returns it.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "as `Calls::run` hands it"
)]
fn bytes_moved(count: &usize) -> CallResult {
    CallResult::Ok(*count as i128)
}

fn number(value: usize) -> Outcome {
    let value = value as u64;
    Outcome::Number { value }
}

/// What strace shows of bytes at an address: the bytes, where it can read as many as it would show.
fn shown_bytes(address: usize, len: usize) -> String {
    let mut bytes = vec![0; len.min(STRING_BYTES + 1)];
    match raw::peek(std::process::id(), address, &mut bytes) {
        Ok(read) if read == bytes.len() => quoted(&bytes, STRING_BYTES),
        _ => shown(address),
    }
}

impl Executor {
    pub(super) fn transfer(&mut self, call: &TransferCall, calls: &mut Calls) -> Result {
        match call {
            TransferCall::WriteFrom {
                file,
                offset,
                map,
                at,
                len,
            }
            | TransferCall::ReadInto {
                file,
                offset,
                map,
                at,
                len,
            } => {
                let stretch = Stretch {
                    file,
                    offset: *offset,
                    map,
                    at: *at,
                    len: *len,
                };
                self.move_stretch(
                    &stretch,
                    matches!(call, TransferCall::ReadInto { .. }),
                    calls,
                )
            }
            TransferCall::Take { file, len } => self.take(file, *len, calls),
            TransferCall::Splice {
                from,
                offset,
                to,
                len,
            } => self.splice(from, *offset, to, *len, calls),
            TransferCall::Vmsplice { to, map, at, len } => self.vmsplice(to, map, *at, *len, calls),
            TransferCall::Peek { there, len } => {
                let (pid, address) = known(there)?;
                peek(pid, address, *len, calls)
            }
            TransferCall::Poke { there, byte } => {
                let (pid, address) = known(there)?;
                poke(pid, address, *byte, calls)
            }
            TransferCall::Overwrite {
                file,
                map,
                at,
                bytes,
            } => self.overwrite(file, (map, *at), bytes, calls),
        }
    }

    fn move_stretch(&self, stretch: &Stretch<'_>, into: bool, calls: &mut Calls) -> Result {
        let file = self.file(stretch.file)?;
        let len = length(stretch.len)?;
        // Where it ends is the kernel's to judge when it only reads there.
        let place = self.place(stretch.map)?;
        let address = if into {
            place.inside(stretch.at, len)?
        } else {
            place.address_of(stretch.at)?
        };
        let (moved, nanoseconds) = timed(|| {
            if into {
                raw::read_into(file.as_fd(), stretch.offset, address, len)
            } else if self.skips_stores {
                Ok(len)
            } else {
                raw::write_from(file.as_fd(), stretch.offset, address, len)
            }
        });
        let bytes = match (&moved, into) {
            (Ok(came), true) => shown_bytes(address, *came),
            (Err(_), true) => shown(address),
            (_, false) => shown_bytes(address, len),
        };
        let args = format!("{}, {bytes}, {len}", file.as_raw_fd());
        let (name, args) = match (stretch.offset, into) {
            (Some(offset), _) => (at_call(into), format!("{args}, {}", offset.cast_signed())),
            (None, true) => ("read", args),
            (None, false) => ("write", args),
        };
        let result = result_of(&moved, bytes_moved);
        calls.list_call(name, &args, result, nanoseconds);
        Ok(number(moved?))
    }

    /// A place as an offset in the file: what of this process's memory is there is the file's to say.
    fn overwrite(
        &self,
        file: &str,
        (map, at): (&str, u64),
        bytes: &[u8],
        calls: &mut Calls,
    ) -> Result {
        let file = self.file(file)?;
        let address = self.place(map)?.inside(at, bytes.len())? as u64;
        let args = format!(
            "{}, {}, {}, {address}",
            file.as_raw_fd(),
            quoted(bytes, STRING_BYTES),
            bytes.len()
        );
        let taken = calls.run(
            at_call(false),
            |_| args,
            || {
                if self.skips_stores {
                    Ok(bytes.len())
                } else {
                    file.write_at(bytes, address)
                }
            },
            bytes_moved,
        )?;
        Ok(number(taken))
    }

    fn take(&self, file: &str, len: u64, calls: &mut Calls) -> Result {
        let file = self.file(file)?;
        let mut bytes = room_for(len)?;
        let (fd, address) = (file.as_raw_fd(), bytes.as_ptr().addr());
        let (read, nanoseconds) = timed(|| Ok::<_, io::Error>(rustix::io::read(file, &mut bytes)?));
        let shown = match &read {
            Ok(n) => quoted(bytes.get(..*n).unwrap_or_default(), STRING_BYTES),
            Err(_) => format!("{address:#x}"),
        };
        let result = result_of(&read, bytes_moved);
        calls.list_call(
            "read",
            &format!("{fd}, {shown}, {len}"),
            result,
            nanoseconds,
        );
        bytes.truncate(read?);
        Ok(Outcome::Bytes { bytes })
    }

    fn splice(
        &self,
        from: &str,
        offset: Option<u64>,
        to: &str,
        len: u64,
        calls: &mut Calls,
    ) -> Result {
        let (from, to, len) = (self.file(from)?, self.file(to)?, length(len)?);
        let place = offset.map_or("NULL".to_owned(), |offset| format!("[{offset}]"));
        let args = format!(
            "{}, {place}, {}, NULL, {len}, 0",
            from.as_raw_fd(),
            to.as_raw_fd()
        );
        let mut offset = offset;
        let flags = rustix::pipe::SpliceFlags::empty();
        let moved = calls.run(
            "splice",
            |_| args,
            || {
                Ok(rustix::pipe::splice(
                    from,
                    offset.as_mut(),
                    to,
                    None,
                    len,
                    flags,
                )?)
            },
            bytes_moved,
        )?;
        Ok(number(moved))
    }

    fn vmsplice(&self, to: &str, map: &str, at: u64, len: u64, calls: &mut Calls) -> Result {
        let (to, len) = (self.file(to)?, length(len)?);
        let address = self.place(map)?.address_of(at)?;
        let (moved, nanoseconds) = timed(|| raw::lend_to_pipe(to.as_fd(), address, len));
        let args = format!(
            "{}, [{{iov_base={}, iov_len={len}}}], 1, 0",
            to.as_raw_fd(),
            shown_bytes(address, len)
        );
        let result = result_of(&moved, bytes_moved);
        calls.list_call("vmsplice", &args, result, nanoseconds);
        Ok(number(moved?))
    }
}

fn room_for(len: u64) -> Result<Vec<u8>> {
    match usize::try_from(len).ok().filter(|_| len <= MAX_READ) {
        Some(room) => Ok(vec![0; room]),
        None => refused(format!(
            "{len} bytes cannot be read at once; at most {MAX_READ} can"
        )),
    }
}

/// Number and address of a place that whoever asks has found.
fn known(there: &Remote) -> Result<(u32, u64)> {
    match there {
        Remote::Process { pid, address } => Ok((*pid, *address)),
        Remote::Peer { peer, .. } => refused(format!("This process does not know who {peer} is")),
    }
}

fn peek(pid: u32, address: u64, len: u64, calls: &mut Calls) -> Result {
    let mut bytes = room_for(len)?;
    let Ok(there) = usize::try_from(address) else {
        return refused(format!("{address:#x} is more than an address can count"));
    };
    let here = bytes.as_ptr().addr();
    let (read, nanoseconds) = timed(|| raw::peek(pid, there, &mut bytes));
    let shown = match &read {
        Ok(n) => quoted(bytes.get(..*n).unwrap_or_default(), STRING_BYTES),
        Err(_) => format!("{here:#x}"),
    };
    let args = format!(
        "{pid}, [{{iov_base={shown}, iov_len={len}}}], 1, [{{iov_base={}, iov_len={len}}}], 1, 0",
        hex(address)
    );
    let result = result_of(&read, bytes_moved);
    calls.list_call("process_vm_readv", &args, result, nanoseconds);
    bytes.truncate(read?);
    Ok(Outcome::Bytes { bytes })
}

/// Only of a child of this process: nobody else's program is stopped.
fn poke(pid: u32, address: u64, byte: u8, calls: &mut Calls) -> Result {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
    if parent.and_then(|pid| pid.trim().parse().ok()) != Some(std::process::id()) {
        return refused(format!("Process {pid} is no child of this peer"));
    }
    let Ok(there) = usize::try_from(address) else {
        return refused(format!("{address:#x} is more than an address can count"));
    };
    let args = format!("PTRACE_ATTACH, {pid}");
    calls.run_plain("ptrace", args, || raw::trace_attach(pid))?;
    let poked = poke_attached(pid, there, byte, calls);
    let args = format!("PTRACE_DETACH, {pid}, NULL, 0");
    let detached = calls.run_plain("ptrace", args, || raw::trace_detach(pid));
    poked?;
    detached?;
    Ok(Outcome::Done)
}

fn poke_attached(pid: u32, address: usize, byte: u8, calls: &mut Calls) -> io::Result<()> {
    let (status, nanoseconds) = timed(|| raw::wait_child(pid));
    let status = status?;
    let how = signal_name(libc::WSTOPSIG(status));
    let args = format!("{pid}, [{{WIFSTOPPED(s) && WSTOPSIG(s) == {how}}}], __WALL, NULL");
    let result = CallResult::Ok(i128::from(pid));
    calls.list_call("wait4", &args, result, nanoseconds);
    let word = calls.run(
        "ptrace",
        |word: &io::Result<usize>| {
            let word = word.as_ref().map_or(0, |word| *word);
            format!("PTRACE_PEEKTEXT, {pid}, {}, [{word:#x}]", shown(address))
        },
        || raw::trace_peek(pid, address),
        |_| CallResult::Ok(0),
    )?;
    let mut bytes = word.to_ne_bytes();
    bytes[0] = byte;
    let word = usize::from_ne_bytes(bytes);
    let args = format!("PTRACE_POKETEXT, {pid}, {}, {word:#x}", shown(address));
    calls.run_plain("ptrace", args, || raw::trace_poke(pid, address, word))
}
