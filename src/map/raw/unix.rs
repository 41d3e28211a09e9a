//! What Linux and macOS have in common: POSIX files, and calls written as strace(1) writes them.
//!
//! It must not know page facts. All of it goes through rustix and std, so there is no unsafe code.

use std::fmt::Write as _;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileExt as _, FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use super::Opening;
use crate::bytes::Span;
use crate::map::errno::ENXIO;
use crate::map::file_kind::{FileKind, Identity};
use crate::map::mode::{Access, Mode, Way};

/// See [`crate::map::page_bytes`].
pub(crate) fn page_bytes() -> u64 {
    rustix::param::page_size() as u64
}

/// What the start of a mapping is aligned to, in bytes.
pub(crate) fn map_alignment() -> usize {
    rustix::param::page_size()
}

/// The limit on this process's address space in bytes, if there is one: getrlimit(2), `RLIMIT_AS`.
pub(crate) fn address_space_limit() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::As).current
}

/// Whether the file's file system has no room for one more page. False where it does not say.
pub(crate) fn is_full(file: &File) -> bool {
    free_bytes(file).is_some_and(|free| free < page_bytes())
}

/// How much room the file's file system has for this user, where it says: fstatvfs(3).
pub(crate) fn free_bytes(file: &File) -> Option<u64> {
    let facts = rustix::fs::fstatvfs(file).ok()?;
    (facts.f_blocks > 0).then(|| facts.f_bavail.saturating_mul(facts.f_frsize))
}

/// Whether nothing but a hole lies in the `len` bytes at `offset`, where the file system tells: lseek(2), `SEEK_DATA`.
/// Nobody uses the position.
pub(crate) fn is_hole(file: &File, offset: u64, len: u64) -> bool {
    match rustix::fs::seek(file, rustix::fs::SeekFrom::Data(offset)) {
        Ok(data) => data >= offset.saturating_add(len),
        // No data from there to the end.
        Err(errno) => errno.raw_os_error() == ENXIO,
    }
}

/// How a file is opened: never waiting for a peer, never as controlling terminal. std adds `O_CLOEXEC`.
pub(crate) fn open_options(opening: Opening) -> OpenOptions {
    let mut options = OpenOptions::new();
    options
        .read(true)
        .write(opening == Opening::Write)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY | direct_flag(opening));
    options
}

#[cfg(target_os = "linux")]
fn direct_flag(opening: Opening) -> i32 {
    if opening == Opening::ReadDirect {
        libc::O_DIRECT
    } else {
        0
    }
}

#[cfg(not(target_os = "linux"))]
fn direct_flag(_: Opening) -> i32 {
    0
}

/// Device and inode of an open file (inode(7)).
pub(crate) fn identity(file: &File) -> io::Result<Identity> {
    Ok(identity_of(&file.metadata()?))
}

/// Device and inode of what stands at `path`, and its length: stat(2).
pub(crate) fn identity_at(path: &Path) -> io::Result<(Identity, u64)> {
    let metadata = std::fs::metadata(path)?;
    Ok((identity_of(&metadata), metadata.len()))
}

fn identity_of(metadata: &Metadata) -> Identity {
    Identity {
        dev: metadata.dev(),
        ino: metadata.ino(),
    }
}

/// Number of names of the file (inode(7), `st_nlink`).
pub(crate) fn link_count(file: &File) -> io::Result<Option<u64>> {
    Ok(Some(file.metadata()?.nlink()))
}

/// What kind of file it is.
pub(crate) fn file_kind(metadata: &Metadata) -> FileKind {
    let kind = metadata.file_type();
    if kind.is_dir() {
        FileKind::Directory
    } else if kind.is_fifo() {
        FileKind::Fifo
    } else if kind.is_socket() {
        FileKind::Socket
    } else if kind.is_char_device() {
        FileKind::CharacterDevice
    } else if kind.is_block_device() {
        FileKind::BlockDevice
    } else {
        FileKind::Regular
    }
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
pub(crate) fn open_call(path: &Path, opening: Opening) -> (&'static str, String) {
    let path = quoted(path.as_os_str().as_bytes(), usize::MAX);
    let (access, direct) = match opening {
        Opening::Read => ("O_RDONLY", ""),
        Opening::Write => ("O_RDWR", ""),
        Opening::ReadDirect => ("O_RDONLY", "O_DIRECT|"),
    };
    let flags = format!("{path}, {access}|O_NOCTTY|O_NONBLOCK|{direct}O_CLOEXEC");
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
pub(crate) fn map_call(file: &File, way: Way, span: Span) -> (&'static str, String) {
    let Way { mode, access } = way;
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
