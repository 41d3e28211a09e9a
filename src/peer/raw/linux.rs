//! What only Linux has of what peers need from the start: forked children and processes held by a descriptor.
//!
//! It owns descriptors that it makes. It must not know requests.

use std::ffi::CStr;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Duration;

use super::{File, c_int, c_void, checked, io};

/// `memfd_create(2)` with `MFD_CLOEXEC`.
pub(crate) fn file_in_memory(name: &CStr) -> io::Result<File> {
    // SAFETY: the name is a C string that lives through the call, which touches no other memory.
    let descriptor = unsafe { libc::memfd_create(name.as_ptr(), libc::MFD_CLOEXEC) };
    if descriptor < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call has just made the descriptor, and nobody else knows it.
    Ok(File::from(unsafe { OwnedFd::from_raw_fd(descriptor) }))
}

/// `posix_fadvise(2)` for the whole file with `POSIX_FADV_DONTNEED`.
pub(crate) fn forget_cache(file: &File) -> io::Result<()> {
    // SAFETY: the call takes numbers. It returns the error number itself.
    match unsafe { libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_DONTNEED) } {
        0 => Ok(()),
        errno => Err(io::Error::from_raw_os_error(errno)),
    }
}

/// Whether the kernel makes files in memory, and for this user.
pub(crate) fn has_memfd() -> Result<(), String> {
    file_in_memory(c"mapscope").map(drop).map_err(|error| {
        let errno = error.raw_os_error().unwrap_or_default();
        format!("memfd_create fails: {}", crate::map::describe_errno(errno))
    })
}

/// fork(2): the child's number, or `None` in the child.
pub(crate) fn fork() -> io::Result<Option<u32>> {
    // SAFETY: Condition: the process has one thread, else the child may find locks held that nobody will release.
    // The caller keeps it: it counts the threads first. What can still go wrong: an error, handled below.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(None),
        pid => Ok(Some(pid.cast_unsigned())),
    }
}

/// dup2(2) of `null` over standard input, output and error.
pub(crate) fn replace_standard(null: &File) {
    for standard in 0..=2 {
        // SAFETY: Condition: nobody relies on what the descriptor was. The caller keeps it: it is a child that has
        // just been forked, and has other pipes. What can still go wrong: an error, which leaves the parent's pipe.
        unsafe { libc::dup2(null.as_raw_fd(), standard) };
    }
}

/// waitpid(2) without waiting: how the child ended; `None` while it runs.
pub(crate) fn reap(pid: u32) -> io::Result<Option<ExitStatus>> {
    let mut status = 0;
    // SAFETY: `status` is an integer that lives through the call.
    match unsafe { libc::waitpid(pid.cast_signed(), &raw mut status, libc::WNOHANG) } {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(None),
        _ => Ok(Some(ExitStatus::from_raw(status))),
    }
}

/// A process that is no child of ours, held so that its number cannot become another's: `pidfd_open(2)`.
#[derive(Debug)]
pub(crate) struct Pidfd(OwnedFd);

impl Pidfd {
    pub(crate) fn open(pid: u32) -> io::Result<Self> {
        // SAFETY: the call takes numbers.
        let descriptor = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
        let descriptor = c_int::try_from(descriptor).unwrap_or(-1);
        if descriptor < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the call has just made the descriptor, and nobody else knows it.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(descriptor) }))
    }

    /// `pidfd_send_signal(2)`.
    pub(crate) fn signal(&self, signal: c_int) -> io::Result<()> {
        let (descriptor, no_info) = (self.0.as_raw_fd(), std::ptr::null::<c_void>());
        // SAFETY: the call takes numbers and a NULL. The descriptor is open through the call.
        let sent =
            unsafe { libc::syscall(libc::SYS_pidfd_send_signal, descriptor, signal, no_info, 0) };
        checked(c_int::try_from(sent).unwrap_or(-1))
    }

    /// Whether the process ends before `limit` is over, a zombie too: poll(2).
    pub(crate) fn gone_within(&self, limit: Duration) -> bool {
        let mut poll = libc::pollfd {
            fd: self.0.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        };
        let limit = c_int::try_from(limit.as_millis()).unwrap_or(c_int::MAX);
        // SAFETY: `poll` is one pollfd that lives through the call. What can still go wrong: EINTR, which looks like a
        // process that runs; whoever asks kills it then.
        unsafe { libc::poll(&raw mut poll, 1, limit) == 1 }
    }
}

/// A descriptor that this process was started with; `None` where there is none.
pub(crate) fn adopt(descriptor: c_int) -> Option<File> {
    if descriptor < 3 {
        return None;
    }
    // SAFETY: the call takes numbers.
    if unsafe { libc::fcntl(descriptor, libc::F_GETFD) } < 0 {
        return None;
    }
    // SAFETY: Condition: nobody else owns the descriptor. The caller keeps it: it asks before it has opened anything, for one
    // that the program before execve(2) left open.
    Some(File::from(unsafe { OwnedFd::from_raw_fd(descriptor) }))
}
