//! What Linux and macOS have in common: POSIX files, and calls written as strace(1) writes them.
//!
//! It must not know page facts.
#![expect(
    unsafe_code,
    reason = "munmap, sysconf, getrlimit, fstatvfs and geteuid are C calls"
)]

use std::fmt::Write as _;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileExt as _, FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::OnceLock;

use crate::bytes::Span;
use crate::map::{Access, Identity, Mode, OpenErrorKind};

pub(crate) use libc::{
    EACCES, EFAULT, EINVAL, EIO, EISDIR, ELOOP, ENODEV, ENOENT, ENOMEM, ENOSPC, ENOSYS, ENXIO,
    EPERM, EROFS, ESTALE, ETXTBSY,
};

/// See [`crate::map::page_bytes`].
pub(crate) fn page_bytes() -> u64 {
    static PAGE_BYTES: OnceLock<u64> = OnceLock::new();
    *PAGE_BYTES.get_or_init(|| {
        // SAFETY: sysconf(3) takes a number and touches no memory of ours. What can still go wrong: -1, handled below.
        let said = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        u64::try_from(said)
            .ok()
            .filter(|bytes| bytes.is_power_of_two())
            .unwrap_or(4096)
    })
}

/// What the start of a mapping is aligned to, in bytes.
pub(crate) fn map_alignment() -> usize {
    usize::try_from(page_bytes()).unwrap_or(4096)
}

/// Unmaps `len` bytes at `base`: munmap(2).
///
/// # Safety
///
/// The pages must be the caller's own mapping, and nobody may use them afterwards.
pub(crate) unsafe fn unmap(base: *mut u8, len: usize) -> io::Result<()> {
    // SAFETY: passed on to the caller, see above.
    let result = unsafe { libc::munmap(base.cast(), len) };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// The limit on this process's address space in bytes, if there is one: getrlimit(2), `RLIMIT_AS`.
pub(crate) fn address_space_limit() -> Option<u64> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `limit` is a whole rlimit that lives through the call. What can still go wrong: -1, handled below.
    let result = unsafe { libc::getrlimit(libc::RLIMIT_AS, &raw mut limit) };
    (result == 0 && limit.rlim_cur != libc::RLIM_INFINITY).then_some(limit.rlim_cur)
}

/// Whether the file's file system has no room for one more page. False where it does not say.
pub(crate) fn is_full(file: &File) -> bool {
    free_bytes(file).is_some_and(|free| free < page_bytes())
}

/// How much room the file's file system has for this user, where it says: fstatvfs(3).
pub(crate) fn free_bytes(file: &File) -> Option<u64> {
    let mut facts = MaybeUninit::<libc::statvfs>::zeroed();
    // SAFETY: the descriptor is open through the call, and `facts` has room for the struct that the call fills.
    let result = unsafe { libc::fstatvfs(file.as_raw_fd(), facts.as_mut_ptr()) };
    // SAFETY: all fields are integers, for which the zeros of above are values too.
    let facts = unsafe { facts.assume_init() };
    #[allow(
        clippy::useless_conversion,
        reason = "the fields are 32 bits wide on some systems"
    )]
    let (blocks, free, unit) = (
        u64::from(facts.f_blocks),
        u64::from(facts.f_bavail),
        u64::from(facts.f_frsize),
    );
    (result == 0 && blocks > 0).then(|| free.saturating_mul(unit))
}

/// Whether this process runs as the owner of the file: geteuid(2).
pub(crate) fn is_owner(metadata: &Metadata) -> bool {
    // SAFETY: geteuid(2) takes nothing and cannot fail.
    let user = unsafe { libc::geteuid() };
    metadata.uid() == user
}

/// How a file is opened: never waiting for a peer, never as controlling terminal. std adds `O_CLOEXEC`.
pub(crate) fn open_options(write: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    options
        .read(true)
        .write(write)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    options
}

/// Device and inode (inode(7)).
pub(crate) fn identity(metadata: &Metadata) -> Identity {
    Identity {
        dev: metadata.dev(),
        ino: metadata.ino(),
    }
}

/// Number of names of the file (inode(7), `st_nlink`).
#[expect(clippy::unnecessary_wraps, reason = "not every system tells it")]
pub(crate) fn link_count(metadata: &Metadata) -> Option<u64> {
    Some(metadata.nlink())
}

/// What kind of file cannot be mapped by its type alone.
pub(crate) fn refused_type(metadata: &Metadata) -> Option<OpenErrorKind> {
    let kind = metadata.file_type();
    if kind.is_dir() {
        Some(OpenErrorKind::Directory)
    } else if kind.is_fifo() {
        Some(OpenErrorKind::Fifo)
    } else if kind.is_socket() {
        Some(OpenErrorKind::Socket)
    } else if kind.is_char_device() {
        Some(OpenErrorKind::CharacterDevice)
    } else {
        None
    }
}

/// Whether the length has to be found by seeking, as stat(2) says 0.
pub(crate) fn is_block_device(metadata: &Metadata) -> bool {
    metadata.file_type().is_block_device()
}

/// pread(2).
pub(crate) fn read_at(file: &File, into: &mut [u8], offset: u64) -> io::Result<usize> {
    file.read_at(into, offset)
}

/// pwrite(2).
pub(crate) fn write_at(file: &File, from: &[u8], offset: u64) -> io::Result<usize> {
    file.write_at(from, offset)
}

/// The call that opens `path`, as std makes it.
pub(crate) fn open_call(path: &Path, write: bool) -> (&'static str, String) {
    let path = quoted(path.as_os_str().as_bytes(), usize::MAX);
    let access = if write { "O_RDWR" } else { "O_RDONLY" };
    let flags = format!("{path}, {access}|O_NOCTTY|O_NONBLOCK|O_CLOEXEC");
    if cfg!(target_os = "linux") {
        ("openat", format!("AT_FDCWD, {flags}"))
    } else {
        ("open", flags)
    }
}

/// The result of that call.
pub(crate) fn open_result(file: &File) -> i128 {
    i128::from(file.as_raw_fd())
}

/// The call that maps `span` of `file`, as memmap2 makes it.
pub(crate) fn map_call(
    file: &File,
    mode: Mode,
    access: Access,
    span: Span,
) -> (&'static str, String) {
    let lead = span.start() % page_bytes();
    let protection = match access {
        Access::ReadOnly => "PROT_READ",
        Access::ReadWrite => "PROT_READ|PROT_WRITE",
    };
    let flags = match (mode, access) {
        (Mode::Shared, _) => "MAP_SHARED",
        (Mode::Private, Access::ReadOnly) => "MAP_PRIVATE",
        (Mode::Private, Access::ReadWrite) => "MAP_PRIVATE|MAP_NORESERVE",
    };
    let (len, fd, offset) = (
        span.len() + lead,
        file.as_raw_fd(),
        hex(span.start() - lead),
    );
    (
        "mmap",
        format!("NULL, {len}, {protection}, {flags}, {fd}, {offset}"),
    )
}

/// The call that unmaps.
pub(crate) fn unmap_call(base: usize, len: usize) -> (&'static str, String) {
    ("munmap", format!("{base:#x}, {len}"))
}

/// The call that flushes.
pub(crate) fn flush_call(base: usize, len: usize) -> (&'static str, String) {
    ("msync", format!("{base:#x}, {len}, MS_SYNC"))
}

/// The call that writes `bytes` at `offset` of `file`.
pub(crate) fn write_call(file: &File, bytes: &[u8], offset: u64) -> (&'static str, String) {
    let name = if cfg!(target_os = "linux") {
        "pwrite64"
    } else {
        "pwrite"
    };
    (
        name,
        format!(
            "{}, {}, {}, {offset}",
            file.as_raw_fd(),
            quoted(bytes, STRING_BYTES),
            bytes.len()
        ),
    )
}

/// The call that waits until what was written to `file` is on the device.
pub(crate) fn sync_call(file: &File) -> (&'static str, String) {
    let name = if cfg!(target_vendor = "apple") {
        "fcntl" // F_FULLFSYNC, as std does it there
    } else {
        "fdatasync"
    };
    (name, file.as_raw_fd().to_string())
}

/// Bytes of a string that strace shows.
pub(crate) const STRING_BYTES: usize = 32;

/// A number as strace writes offsets: hexadecimal, but 0 as it is.
pub(crate) fn hex(value: u64) -> String {
    if value == 0 {
        "0".to_owned()
    } else {
        format!("{value:#x}")
    }
}

/// `bytes` in quotes with C's escapes, cut after `limit` bytes and then followed by dots.
pub(crate) fn quoted(bytes: &[u8], limit: usize) -> String {
    let shown = &bytes[..bytes.len().min(limit)];
    let mut text = String::from("\"");
    for (index, &byte) in shown.iter().enumerate() {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(byte)]),
            b'\t' => text.push_str("\\t"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            0x0b => text.push_str("\\v"),
            0x0c => text.push_str("\\f"),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => {
                // Three digits where the next character would read as one more.
                let digit_follows = shown.get(index + 1).is_some_and(u8::is_ascii_digit);
                let _infallible = if digit_follows {
                    write!(text, "\\{byte:03o}")
                } else {
                    write!(text, "\\{byte:o}")
                };
            }
        }
    }
    text.push_str(if bytes.len() > limit { "\"..." } else { "\"" });
    text
}
