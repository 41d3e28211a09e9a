//! Windows: the kernel copies through `ReadProcessMemory` and `WriteProcessMemory` on our own process.
//!
//! They are documented to fail where a range cannot be accessed, where a load would raise an exception. Each call gets
//! one page, as it fails as a whole. Error numbers are the system's error codes.
#![expect(
    unsafe_code,
    reason = "the calls have no safe form in std; each takes addresses as numbers or our own memory"
)]

use std::ffi::c_void;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::windows::fs::FileExt as _;
use std::os::windows::io::AsRawHandle as _;
use std::path::Path;
use std::sync::OnceLock;

use windows_sys::Win32::System::Diagnostics::Debug::{ReadProcessMemory, WriteProcessMemory};
use windows_sys::Win32::System::SystemInformation::{GetSystemInfo, SYSTEM_INFO};
use windows_sys::Win32::System::Threading::GetCurrentProcess;

use crate::bytes::Span;
use crate::map::{Access, Identity, Mode, OpenErrorKind, Primitive};

/// `ERROR_ACCESS_DENIED`
pub(crate) const EACCES: i32 = 5;
/// `ERROR_NOACCESS`
pub(crate) const EFAULT: i32 = 998;
/// `ERROR_INVALID_PARAMETER`
pub(crate) const EINVAL: i32 = 87;
/// `ERROR_IO_DEVICE`
pub(crate) const EIO: i32 = 1117;
/// `ERROR_DIRECTORY`
pub(crate) const EISDIR: i32 = 267;
/// `ERROR_CANT_RESOLVE_FILENAME`
pub(crate) const ELOOP: i32 = 1921;
/// `ERROR_INVALID_FUNCTION`
pub(crate) const ENODEV: i32 = 1;
/// `ERROR_FILE_NOT_FOUND`
pub(crate) const ENOENT: i32 = 2;
/// `ERROR_NOT_ENOUGH_MEMORY`
pub(crate) const ENOMEM: i32 = 8;
/// `ERROR_DISK_FULL`
pub(crate) const ENOSPC: i32 = 112;
/// `ERROR_NOT_SUPPORTED`
pub(crate) const ENOSYS: i32 = 50;
/// `ERROR_BAD_DEVICE`
pub(crate) const ENXIO: i32 = 1200;
/// `ERROR_PRIVILEGE_NOT_HELD`
pub(crate) const EPERM: i32 = 1314;
/// `ERROR_WRITE_PROTECT`
pub(crate) const EROFS: i32 = 19;
/// `ERROR_FILE_INVALID`
pub(crate) const ESTALE: i32 = 1006;
/// `ERROR_SHARING_VIOLATION`
pub(crate) const ETXTBSY: i32 = 32;

/// Number and name of the system's error codes that files and mappings meet.
pub(crate) const ERRNO_NAMES: &[(i32, &str)] = &[
    (ENODEV, "ERROR_INVALID_FUNCTION"),
    (ENOENT, "ERROR_FILE_NOT_FOUND"),
    (3, "ERROR_PATH_NOT_FOUND"),
    (4, "ERROR_TOO_MANY_OPEN_FILES"),
    (EACCES, "ERROR_ACCESS_DENIED"),
    (6, "ERROR_INVALID_HANDLE"),
    (ENOMEM, "ERROR_NOT_ENOUGH_MEMORY"),
    (14, "ERROR_OUTOFMEMORY"),
    (15, "ERROR_INVALID_DRIVE"),
    (EROFS, "ERROR_WRITE_PROTECT"),
    (21, "ERROR_NOT_READY"),
    (23, "ERROR_CRC"),
    (ETXTBSY, "ERROR_SHARING_VIOLATION"),
    (33, "ERROR_LOCK_VIOLATION"),
    (38, "ERROR_HANDLE_EOF"),
    (39, "ERROR_HANDLE_DISK_FULL"),
    (ENOSYS, "ERROR_NOT_SUPPORTED"),
    (53, "ERROR_BAD_NETPATH"),
    (59, "ERROR_UNEXP_NET_ERR"),
    (64, "ERROR_NETNAME_DELETED"),
    (80, "ERROR_FILE_EXISTS"),
    (EINVAL, "ERROR_INVALID_PARAMETER"),
    (109, "ERROR_BROKEN_PIPE"),
    (ENOSPC, "ERROR_DISK_FULL"),
    (123, "ERROR_INVALID_NAME"),
    (183, "ERROR_ALREADY_EXISTS"),
    (206, "ERROR_FILENAME_EXCED_RANGE"),
    (EISDIR, "ERROR_DIRECTORY"),
    (299, "ERROR_PARTIAL_COPY"),
    (487, "ERROR_INVALID_ADDRESS"),
    (EFAULT, "ERROR_NOACCESS"),
    (999, "ERROR_SWAPERROR"),
    (ESTALE, "ERROR_FILE_INVALID"),
    (EIO, "ERROR_IO_DEVICE"),
    (1132, "ERROR_MAPPED_ALIGNMENT"),
    (ENXIO, "ERROR_BAD_DEVICE"),
    (1224, "ERROR_USER_MAPPED_FILE"),
    (EPERM, "ERROR_PRIVILEGE_NOT_HELD"),
    (1455, "ERROR_COMMITMENT_LIMIT"),
    (ELOOP, "ERROR_CANT_RESOLVE_FILENAME"),
];

/// The primitives to try, best first.
pub(crate) const CANDIDATES: &[Primitive] = &[Primitive::ProcessMemory];

fn last_error() -> i32 {
    io::Error::last_os_error().raw_os_error().unwrap_or(EIO)
}

/// Page size and allocation unit: `GetSystemInfo`.
fn sizes() -> (u32, u32) {
    static SIZES: OnceLock<(u32, u32)> = OnceLock::new();
    *SIZES.get_or_init(|| {
        let mut facts = SYSTEM_INFO::default();
        // SAFETY: `facts` is a whole SYSTEM_INFO that lives through the call, which cannot fail.
        unsafe { GetSystemInfo(&raw mut facts) };
        (facts.dwPageSize, facts.dwAllocationGranularity)
    })
}

/// See [`crate::map::page_bytes`].
pub(crate) fn page_bytes() -> u64 {
    u64::from(sizes().0)
}

/// What the start of a mapping is aligned to, in bytes.
pub(crate) fn map_alignment() -> usize {
    usize::try_from(sizes().1).unwrap_or(65536)
}

/// The bytes from `address` to the end of its page, at most `left`.
fn in_page(address: usize, left: usize) -> usize {
    let page = usize::try_from(page_bytes()).unwrap_or(4096);
    left.min(page - address % page)
}

/// Copies from `address` of our own address space into `into`: how many bytes came, which is fewer where a page in the
/// middle could not be read; an error code where none came.
pub(crate) fn copy_out(
    primitive: Primitive,
    address: usize,
    into: &mut [u8],
) -> Result<usize, i32> {
    if primitive != Primitive::ProcessMemory {
        return Err(ENOSYS);
    }
    let mut done = 0;
    while done < into.len() {
        let piece = in_page(address + done, into.len() - done);
        let mapped: *const c_void = std::ptr::with_exposed_provenance(address + done);
        let target = into[done..].as_mut_ptr().cast();
        let mut copied = 0;
        // SAFETY: it takes nothing and names our own process.
        let process = unsafe { GetCurrentProcess() };
        // SAFETY: Condition: the kernel writes at most `piece` bytes at `target`, a live exclusive slice at least as
        // long. The mapped side is a number that the kernel checks. What can still go wrong: a code, handled below.
        let ok = unsafe { ReadProcessMemory(process, mapped, target, piece, &raw mut copied) };
        if ok == 0 {
            return if done > 0 {
                Ok(done)
            } else {
                Err(last_error())
            };
        }
        done += piece;
    }
    Ok(done)
}

/// Copies `from` to `address` of our own address space, as [`copy_out`] does the other way.
///
/// `WriteProcessMemory` makes a read-only page writable for the moment if it may: the callers ask for the mapping's
/// access first.
pub(crate) fn copy_in(primitive: Primitive, address: usize, from: &[u8]) -> Result<usize, i32> {
    if primitive != Primitive::ProcessMemory {
        return Err(ENOSYS);
    }
    let mut done = 0;
    while done < from.len() {
        let piece = in_page(address + done, from.len() - done);
        let mapped: *const c_void = std::ptr::with_exposed_provenance(address + done);
        let source = from[done..].as_ptr().cast();
        let mut copied = 0;
        // SAFETY: it takes nothing and names our own process.
        let process = unsafe { GetCurrentProcess() };
        // SAFETY: Condition: the kernel reads `piece` bytes at `source`, a live slice at least as long, and may write the
        // mapped side, which must be no memory that Rust uses. The callers keep it: they pass addresses inside a
        // `Region`. What can still go wrong: a code, handled below.
        let ok = unsafe { WriteProcessMemory(process, mapped, source, piece, &raw mut copied) };
        if ok == 0 {
            return if done > 0 {
                Ok(done)
            } else {
                Err(last_error())
            };
        }
        done += piece;
    }
    Ok(done)
}

/// The call of [`copy_in`] in words.
pub(crate) fn copy_in_call(_: Primitive, address: usize, from: &[u8]) -> (&'static str, String) {
    (
        "WriteProcessMemory",
        format!("GetCurrentProcess(), {address:#x}, …, {}", from.len()),
    )
}

/// The limit on this process's address space: none that can be asked for.
pub(crate) fn address_space_limit() -> Option<u64> {
    None
}

/// Whether the file's volume is full: not asked for here.
pub(crate) fn is_full(_: &File) -> bool {
    false
}

/// How much room the file's volume has: not asked for here.
pub(crate) fn free_bytes(_: &File) -> Option<u64> {
    None
}

/// Whether this process owns the file: not asked for here.
pub(crate) fn is_owner(_: &Metadata) -> bool {
    true
}

/// How a file is opened.
pub(crate) fn open_options(write: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(write);
    options
}

/// Volume and index of the file: std does not tell them.
pub(crate) fn identity(_: &Metadata) -> Identity {
    Identity::UNKNOWN
}

/// Number of names of the file: std does not tell it.
pub(crate) fn link_count(_: &Metadata) -> Option<u64> {
    None
}

/// What kind of file cannot be mapped by its type alone.
pub(crate) fn refused_type(metadata: &Metadata) -> Option<OpenErrorKind> {
    metadata.is_dir().then_some(OpenErrorKind::Directory)
}

/// Whether the length has to be found by seeking.
pub(crate) fn is_block_device(_: &Metadata) -> bool {
    false
}

/// `ReadFile` at an offset.
pub(crate) fn read_at(file: &File, into: &mut [u8], offset: u64) -> io::Result<usize> {
    file.seek_read(into, offset)
}

/// `WriteFile` at an offset.
pub(crate) fn write_at(file: &File, from: &[u8], offset: u64) -> io::Result<usize> {
    file.seek_write(from, offset)
}

/// The call that opens `path`.
pub(crate) fn open_call(path: &Path, write: bool) -> (&'static str, String) {
    let access = if write {
        "GENERIC_READ|GENERIC_WRITE"
    } else {
        "GENERIC_READ"
    };
    ("CreateFileW", format!("\"{}\", {access}", path.display()))
}

/// The result of that call.
pub(crate) fn open_result(file: &File) -> i128 {
    i128::try_from(file.as_raw_handle().addr()).unwrap_or(0)
}

/// The call that maps `span` of `file`.
pub(crate) fn map_call(
    file: &File,
    mode: Mode,
    access: Access,
    span: Span,
) -> (&'static str, String) {
    let lead = span.start() % u64::from(sizes().1);
    let access = match (mode, access) {
        (_, Access::ReadOnly) => "FILE_MAP_READ",
        (Mode::Shared, Access::ReadWrite) => "FILE_MAP_READ|FILE_MAP_WRITE",
        (Mode::Private, Access::ReadWrite) => "FILE_MAP_COPY",
    };
    (
        "MapViewOfFile",
        format!(
            "{:#x}, {access}, {:#x}, {}",
            open_result(file),
            span.start() - lead,
            span.len() + lead
        ),
    )
}

/// The call that unmaps.
pub(crate) fn unmap_call(base: usize, _: usize) -> (&'static str, String) {
    ("UnmapViewOfFile", format!("{base:#x}"))
}

/// The call that flushes.
pub(crate) fn flush_call(base: usize, len: usize) -> (&'static str, String) {
    ("FlushViewOfFile", format!("{base:#x}, {len}"))
}

/// The call that waits until what was written to `file` is on the device.
pub(crate) fn sync_call(file: &File) -> (&'static str, String) {
    ("FlushFileBuffers", format!("{:#x}", open_result(file)))
}

/// The call that writes `bytes` at `offset` of `file`.
pub(crate) fn write_call(file: &File, bytes: &[u8], offset: u64) -> (&'static str, String) {
    (
        "WriteFile",
        format!("{:#x}, …, {}, {offset}", open_result(file), bytes.len()),
    )
}
