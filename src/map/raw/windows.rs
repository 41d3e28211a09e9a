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
use std::os::windows::fs::{FileExt as _, OpenOptionsExt as _};
use std::os::windows::io::AsRawHandle as _;
use std::path::Path;
use std::sync::OnceLock;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, FILE_FLAG_BACKUP_SEMANTICS, GetFileInformationByHandle,
};
use windows_sys::Win32::System::Diagnostics::Debug::{ReadProcessMemory, WriteProcessMemory};
use windows_sys::Win32::System::SystemInformation::{GetSystemInfo, SYSTEM_INFO};
use windows_sys::Win32::System::Threading::GetCurrentProcess;

use super::Opening;
use crate::bytes::Span;
use crate::map::errno::{EIO, ENOSYS};
use crate::map::file_kind::{FileKind, Identity};
use crate::map::mode::{Access, Mode, Way};
use crate::map::primitive::Primitive;

/// The primitives to try, best first.
pub(crate) const CANDIDATES: &[Primitive] = &[Primitive::ProcessMemory];

fn last_error() -> i32 {
    io::Error::last_os_error().raw_os_error().unwrap_or(EIO)
}

/// The handle of our own process, which needs no closing.
fn own_process() -> HANDLE {
    // SAFETY: Condition: none, the call takes nothing and names our own process. Nothing can go wrong.
    unsafe { GetCurrentProcess() }
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
        let process = own_process();
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
        let process = own_process();
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

/// Whether nothing but a hole lies there: not asked for here.
pub(crate) fn is_hole(_: &File, _: u64, _: u64) -> bool {
    false
}

/// How a file is opened.
pub(crate) fn open_options(opening: Opening) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(opening == Opening::Write);
    options
}

/// What the system tells of an open file: `GetFileInformationByHandle`.
fn information(file: &File) -> io::Result<BY_HANDLE_FILE_INFORMATION> {
    let mut told = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: Condition: the handle is open and `told` is a whole structure; both live through the call. What can still
    // go wrong: 0 where the file system does not tell, handled below.
    let ok = unsafe { GetFileInformationByHandle(file.as_raw_handle(), &raw mut told) };
    if ok == 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(told)
    }
}

fn wide(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

fn identity_of(told: &BY_HANDLE_FILE_INFORMATION) -> Identity {
    Identity {
        dev: u64::from(told.dwVolumeSerialNumber),
        ino: wide(told.nFileIndexHigh, told.nFileIndexLow),
    }
}

/// Volume and index of an open file; [`Identity::UNKNOWN`] where the file system does not tell them.
#[expect(
    clippy::unnecessary_wraps,
    reason = "other systems say why they cannot tell"
)]
pub(crate) fn identity(file: &File) -> io::Result<Identity> {
    Ok(information(file).map_or(Identity::UNKNOWN, |told| identity_of(&told)))
}

/// Volume and index of what stands at `path`, and its length. It is opened for no access, which no lock forbids.
pub(crate) fn identity_at(path: &Path) -> io::Result<(Identity, u64)> {
    let file = OpenOptions::new()
        .access_mode(0)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS)
        .open(path)?;
    Ok(information(&file).map_or((Identity::UNKNOWN, 0), |told| {
        let len = wide(told.nFileSizeHigh, told.nFileSizeLow);
        (identity_of(&told), len)
    }))
}

/// Number of names of the file; `None` where the file system does not tell it.
#[expect(
    clippy::unnecessary_wraps,
    reason = "other systems say why they cannot tell"
)]
pub(crate) fn link_count(file: &File) -> io::Result<Option<u64>> {
    Ok(information(file)
        .ok()
        .map(|told| u64::from(told.nNumberOfLinks)))
}

/// What kind of file it is.
pub(crate) fn file_kind(metadata: &Metadata) -> FileKind {
    if metadata.is_dir() {
        FileKind::Directory
    } else {
        FileKind::Regular
    }
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
pub(crate) fn open_call(path: &Path, opening: Opening) -> (&'static str, String) {
    let access = if opening == Opening::Write {
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
pub(crate) fn map_call(file: &File, way: Way, span: Span) -> (&'static str, String) {
    let Way { mode, access } = way;
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
