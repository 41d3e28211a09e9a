//! Linux: the kernel copies through `process_vm_readv(2)` or a pipe, and tells of a file by cachestat.
//!
//! It must not know offsets of files: only addresses.
#![expect(
    unsafe_code,
    reason = "the calls have no safe form in std; each takes addresses as numbers or our own memory"
)]

use std::ffi::{c_int, c_long, c_void};
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::path::PathBuf;

use super::unix::{STRING_BYTES, quoted};
use crate::bytes::Span;
use crate::map::call_log::{CallLog, CallResult};
use crate::map::errno::{EACCES, EIO, EPERM};
use crate::map::page::{CacheFacts, Unavailable};
use crate::map::primitive::Primitive;
use crate::map::refusal::Bar;

/// The primitives to try, best first.
pub(crate) const CANDIDATES: &[Primitive] = &[Primitive::ProcessVm, Primitive::Pipe];

pub(super) fn last_errno() -> i32 {
    io::Error::last_os_error().raw_os_error().unwrap_or(EIO)
}

/// The address as the C type that system calls take. It may come from memory that Rust knows (the self-test's static),
/// whose provenance is exposed then.
fn pointer(address: usize) -> *mut c_void {
    std::ptr::with_exposed_provenance_mut(address)
}

/// Copies from `address` of our own address space into `into`: how many bytes came, which is fewer where a page in the
/// middle could not be read; an error number where none came.
pub(crate) fn copy_out(
    primitive: Primitive,
    address: usize,
    into: &mut [u8],
) -> Result<usize, i32> {
    match primitive {
        Primitive::ProcessVm => process_vm_read(address, into),
        Primitive::Pipe => pipe_read(address, into),
        _ => Err(libc::ENOSYS),
    }
}

/// Copies `from` to `address` of our own address space, as [`copy_out`] does the other way.
pub(crate) fn copy_in(primitive: Primitive, address: usize, from: &[u8]) -> Result<usize, i32> {
    match primitive {
        Primitive::ProcessVm => process_vm_write(address, from),
        Primitive::Pipe => pipe_write(address, from),
        _ => Err(libc::ENOSYS),
    }
}

/// The call of [`copy_in`] in words.
pub(crate) fn copy_in_call(
    primitive: Primitive,
    address: usize,
    from: &[u8],
) -> (&'static str, String) {
    let (text, len) = (quoted(from, STRING_BYTES), from.len());
    if primitive == Primitive::Pipe {
        // The pipe's descriptor is not known before the call; strace would print its number.
        return (
            "read",
            format!("/* pipe */, {text}, {len} /* at {address:#x} */"),
        );
    }
    let pid = std::process::id();
    let (ours, theirs) = (
        format!("{{iov_base={text}, iov_len={len}}}"),
        format!("{{iov_base={address:#x}, iov_len={len}}}"),
    );
    (
        "process_vm_writev",
        format!("{pid}, [{ours}], 1, [{theirs}], 1, 0"),
    )
}

fn process_vm_read(address: usize, into: &mut [u8]) -> Result<usize, i32> {
    let ours = libc::iovec {
        iov_base: into.as_mut_ptr().cast(),
        iov_len: into.len(),
    };
    let mapped = libc::iovec {
        iov_base: pointer(address),
        iov_len: into.len(),
    };
    let pid = std::process::id().cast_signed();
    // SAFETY: Condition: the kernel may write `ours`, which is a live exclusive slice. The mapped side is a number that
    // the kernel checks: what is not mapped, past the end of a file or on a broken disk comes back as EFAULT or as a
    // short count. What can still go wrong: nothing in memory; the bytes may be older than the call's return.
    let copied =
        unsafe { libc::process_vm_readv(pid, &raw const ours, 1, &raw const mapped, 1, 0) };
    usize::try_from(copied).map_err(|_| last_errno())
}

fn process_vm_write(address: usize, from: &[u8]) -> Result<usize, i32> {
    let ours = libc::iovec {
        iov_base: from.as_ptr().cast_mut().cast(),
        iov_len: from.len(),
    };
    let mapped = libc::iovec {
        iov_base: pointer(address),
        iov_len: from.len(),
    };
    let pid = std::process::id().cast_signed();
    // SAFETY: Condition: the kernel only reads `ours`, a live slice, and may write the `mapped` side, which must be no
    // memory that Rust uses. The callers keep it: they pass addresses inside a `Region`, to which no reference exists.
    // The kernel honors the protection and copies on write. What can still go wrong: a wrong address would overwrite
    // our own memory; `Mapping::store` is the one caller, and checks the span against the mapping first.
    let copied =
        unsafe { libc::process_vm_writev(pid, &raw const ours, 1, &raw const mapped, 1, 0) };
    usize::try_from(copied).map_err(|_| last_errno())
}

/// Bytes to put through the pipe next. At most 4096, the least that a pipe holds, so that no call waits; and never past
/// the end of a page, as the pipe reports a chunk that fails half-way as failed from its start.
fn pipe_chunk(address: usize, left: usize) -> usize {
    const PIPE_BYTES: usize = 4096;
    left.min(PIPE_BYTES - address % PIPE_BYTES)
}

fn pipe_read(address: usize, into: &mut [u8]) -> Result<usize, i32> {
    let (mut reader, writer) = io::pipe().map_err(|error| error.raw_os_error().unwrap_or(EIO))?;
    let mut done = 0;
    while done < into.len() {
        let want = pipe_chunk(address + done, into.len() - done);
        // SAFETY: Condition: the memory at the address is only read, which write(2) keeps; it answers EFAULT for what cannot
        // be read, and nothing in Rust's memory changes. What can still go wrong: a load of a device's registers may act;
        // `Mapping` comes here for such memory only where the file can be read there too.
        let moved = unsafe { libc::write(writer.as_raw_fd(), pointer(address + done), want) };
        let moved = match usize::try_from(moved) {
            Ok(moved) if moved > 0 => moved,
            _ if done > 0 => break,
            _ => return Err(last_errno()),
        };
        reader
            .read_exact(&mut into[done..done + moved])
            .map_err(|error| error.raw_os_error().unwrap_or(EIO))?;
        done += moved;
    }
    Ok(done)
}

fn pipe_write(address: usize, from: &[u8]) -> Result<usize, i32> {
    let (reader, mut writer) = io::pipe().map_err(|error| error.raw_os_error().unwrap_or(EIO))?;
    let mut done = 0;
    while done < from.len() {
        let want = pipe_chunk(address + done, from.len() - done);
        writer
            .write_all(&from[done..done + want])
            .map_err(|error| error.raw_os_error().unwrap_or(EIO))?;
        // SAFETY: Condition: the memory at the address, to which read(2) stores, must be no memory that Rust uses. The
        // callers keep it: they pass addresses inside a `Region`. Protection is honored, and what cannot be written is
        // EFAULT. What can still go wrong: as with `process_vm_write`.
        let moved = unsafe { libc::read(reader.as_raw_fd(), pointer(address + done), want) };
        match usize::try_from(moved) {
            Ok(moved) if moved == want => done += moved,
            Ok(moved) if done + moved > 0 => return Ok(done + moved),
            _ if done > 0 => return Ok(done),
            _ => return Err(last_errno()),
        }
    }
    Ok(done)
}

/// A file without a name that lives in memory: `memfd_create(2)`. `None` where the system refuses it.
pub(crate) fn file_in_memory() -> Option<File> {
    rustix::fs::memfd_create("mapscope self-test", rustix::fs::MemfdFlags::CLOEXEC)
        .ok()
        .map(File::from)
}

/// What protects the file against being written whoever asks: seals (fcntl(2), `F_GET_SEALS`) and attributes (statx(2)).
pub(crate) fn protection(file: &File) -> Option<Bar> {
    use rustix::fs::{AtFlags, SealFlags, StatxAttributes, StatxFlags};
    let sealed = SealFlags::WRITE | SealFlags::FUTURE_WRITE;
    if rustix::fs::fcntl_get_seals(file).is_ok_and(|seals| seals.intersects(sealed)) {
        return Some(Bar::Sealed);
    }
    let facts = rustix::fs::statx(file, "", AtFlags::EMPTY_PATH, StatxFlags::empty()).ok()?;
    if facts.stx_attributes.contains(StatxAttributes::IMMUTABLE) {
        Some(Bar::Immutable)
    } else if facts.stx_attributes.contains(StatxAttributes::APPEND) {
        Some(Bar::AppendOnly)
    } else {
        None
    }
}

/// A path that leads to the very file that is open, also where its name is gone or leads elsewhere (`proc_pid_fd(5)`).
#[expect(clippy::unnecessary_wraps, reason = "other systems have no such path")]
pub(crate) fn path_of_descriptor(file: &File) -> Option<PathBuf> {
    Some(PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd())))
}

/// Whether this process may write the file: faccessat(2) with `AT_EACCESS`, which opens nothing.
pub(crate) fn may_write(file: &File) -> Result<(), i32> {
    use rustix::fs::{Access, AtFlags, CWD, accessat};
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    accessat(CWD, path, Access::WRITE_OK, AtFlags::EACCESS).map_err(rustix::io::Errno::raw_os_error)
}

/// The call that makes a mapping longer.
pub(crate) fn remap_call(base: usize, old_len: usize, new_len: usize) -> (&'static str, String) {
    (
        "mremap",
        format!("{base:#x}, {old_len}, {new_len}, MREMAP_MAYMOVE"),
    )
}

/// Takes whole pages out of our page tables: madvise(2), `MADV_DONTNEED`. Private copies among them are lost. Listed in
/// `log`, if there is one.
pub(crate) fn drop_pages(
    base: usize,
    len: usize,
    log: Option<&CallLog>,
) -> Result<(), Unavailable> {
    let advise = || {
        // SAFETY: Condition: the pages are a mapping of a file to which no reference exists, as their bytes change under
        // it. The callers keep it: they pass pages of a `Region`. What can still go wrong: a wrong address would clear
        // our own memory; both callers compute it from the region and clip it there.
        let advised =
            unsafe { rustix::mm::madvise(pointer(base), len, rustix::mm::Advice::LinuxDontNeed) };
        advised.map_err(io::Error::from)
    };
    let outcome = match log {
        Some(log) => log.run(
            "madvise",
            format!("{base:#x}, {len}, MADV_DONTNEED"),
            advise,
            |()| CallResult::Ok(0),
        ),
        None => advise(),
    };
    outcome.map_err(|error| Unavailable::Failed {
        errno: error.raw_os_error().unwrap_or(EIO),
    })
}

#[repr(C)]
#[derive(Default)]
struct CacheRange {
    offset: u64,
    len: u64,
}

#[repr(C)]
#[derive(Default)]
struct CacheCounts {
    cached: u64,
    dirty: u64,
    writeback: u64,
    evicted: u64,
    recently_evicted: u64,
}

/// The page cache's counts for `span` of the file, or for all of it: cachestat(2), Linux 6.5 and later.
pub(crate) fn cache_facts(file: &File, span: Option<Span>) -> Result<CacheFacts, Unavailable> {
    const SYS_CACHESTAT: c_long = 451;
    // A length of 0 reaches to the end of the file.
    let range = span.map_or(CacheRange::default(), |span| CacheRange {
        offset: span.start(),
        len: span.len(),
    });
    let mut counts = CacheCounts::default();
    let no_flags: libc::c_uint = 0;
    // SAFETY: Condition: the kernel reads `range` and fills `counts`, both live, of its layout. This function keeps it:
    // both live on its stack, and the number is the same on every architecture that Rust's std supports on Linux. What
    // can still go wrong: ENOSYS, EPERM.
    let result = unsafe {
        libc::syscall(
            SYS_CACHESTAT,
            file.as_raw_fd(),
            &raw const range,
            &raw mut counts,
            no_flags,
        )
    };
    if result != 0 {
        return Err(match last_errno() {
            errno @ (EPERM | EACCES) => Unavailable::Hidden { errno },
            errno => Unavailable::Failed { errno },
        });
    }
    Ok(CacheFacts {
        cached_pages: counts.cached,
        dirty_pages: counts.dirty,
        writeback_pages: counts.writeback,
        evicted_pages: counts.evicted,
        recently_evicted_pages: counts.recently_evicted,
    })
}

/// See [`crate::map::keep_freed_memory`].
pub(crate) fn keep_freed_memory() {
    #[cfg(target_env = "gnu")]
    {
        const KEPT_BYTES: c_int = 256 << 20;
        for parameter in [libc::M_TRIM_THRESHOLD, libc::M_MMAP_THRESHOLD] {
            // SAFETY: Condition: none, mallopt(3) takes two numbers and locks for itself. What can still go wrong: it
            // refuses, and memory is given back as before.
            unsafe { libc::mallopt(parameter, KEPT_BYTES) };
        }
    }
}

/// See [`crate::map::die_with_parent`].
pub(crate) fn die_with_parent() {
    let parent = std::os::unix::process::parent_id();
    // A refusal does no harm: the process then ends when its pipes do.
    let _told =
        rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    if std::os::unix::process::parent_id() != parent {
        std::process::exit(1);
    }
}
