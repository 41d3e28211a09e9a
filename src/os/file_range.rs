//! Stretches of a file: which of them hold data, and copying one from file to file inside the kernel.
//!
//! It must not know what the files are for. No call here moves a position that others rely on.

use std::fs::File;
use std::io;
use std::ops::Range;

/// The first stretch of data at or after `from`: lseek(2), `SEEK_DATA` and `SEEK_HOLE`. `None` where a hole reaches from
/// there to the end of the file. Where the file system does not tell holes, all is data, also past the end.
///
/// # Errors
/// The system's, such as `EIO` or `ESTALE`.
#[cfg(target_os = "linux")]
pub(crate) fn data_after(file: &File, from: u64) -> io::Result<Option<Range<u64>>> {
    use rustix::fs::{SeekFrom, seek};
    use rustix::io::Errno;

    let untold = |errno: Errno| [Errno::INVAL, Errno::OPNOTSUPP, Errno::SPIPE].contains(&errno);
    let start = match seek(file, SeekFrom::Data(from)) {
        Ok(start) => start,
        Err(Errno::NXIO) => return Ok(None),
        Err(errno) if untold(errno) => return Ok(Some(from..u64::MAX)),
        Err(errno) => return Err(errno.into()),
    };
    match seek(file, SeekFrom::Hole(start)) {
        // Others may have punched a hole there since: it is looked at again from `end` on.
        Ok(end) => Ok(Some(start..end.max(start + 1))),
        // The file was cut since.
        Err(Errno::NXIO) => Ok(None),
        Err(errno) => Err(errno.into()),
    }
}

/// As above: not told on this system.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "one signature on all systems")]
pub(crate) fn data_after(_: &File, from: u64) -> io::Result<Option<Range<u64>>> {
    Ok(Some(from..u64::MAX))
}

/// Copies up to `len` bytes from `from` at `at` to `to` at `to_at` inside the kernel, which may share the blocks instead:
/// `copy_file_range(2)`. How many bytes were copied: 0 at the end of `from`.
///
/// # Errors
/// The system's; what can be done is to read and write.
#[cfg(target_os = "linux")]
pub(crate) fn copy_by_kernel(
    from: &File,
    mut at: u64,
    to: &File,
    mut to_at: u64,
    len: usize,
) -> io::Result<usize> {
    Ok(rustix::fs::copy_file_range(
        from,
        Some(&mut at),
        to,
        Some(&mut to_at),
        len,
    )?)
}

/// As above: not on this system.
#[cfg(not(target_os = "linux"))]
pub(crate) fn copy_by_kernel(_: &File, _: u64, _: &File, _: u64, _: usize) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}
