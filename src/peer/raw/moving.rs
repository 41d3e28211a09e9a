//! Bytes that the kernel moves from or to a mapping, by its address.
//!
//! It owns the calls. It must not know requests. What the kernel cannot reach at an address is EFAULT and no signal.

use std::os::fd::{AsRawFd as _, BorrowedFd};

use super::{c_int, c_void, io, pointer};

/// The number of bytes that a call moved, or its error.
fn counted(moved: isize) -> io::Result<usize> {
    usize::try_from(moved).map_err(|_| io::Error::last_os_error())
}

fn offset_of(offset: u64) -> libc::off64_t {
    offset.cast_signed()
}

/// write(2), or pwrite(2), of what stands at an address.
pub(crate) fn write_from(
    file: BorrowedFd<'_>,
    offset: Option<u64>,
    address: usize,
    len: usize,
) -> io::Result<usize> {
    let (fd, bytes) = (file.as_raw_fd(), pointer(address).cast_const());
    counted(match offset {
        // SAFETY: the kernel reads at the address, and finds out by itself whether it can. What can still go wrong: an error.
        None => unsafe { libc::write(fd, bytes, len) },
        // SAFETY: as above.
        Some(offset) => unsafe { libc::pwrite64(fd, bytes, len, offset_of(offset)) },
    })
}

/// read(2), or pread(2), to an address.
pub(crate) fn read_into(
    file: BorrowedFd<'_>,
    offset: Option<u64>,
    address: usize,
    len: usize,
) -> io::Result<usize> {
    let (fd, bytes) = (file.as_raw_fd(), pointer(address));
    counted(match offset {
        // SAFETY: Condition: the bytes there are nothing that Rust knows. The callers keep it: they are of the experiment's
        // mapping. What can still go wrong: an error; or the place is this process's own by now, and it dies of it, alone.
        None => unsafe { libc::read(fd, bytes, len) },
        // SAFETY: as above.
        Some(offset) => unsafe { libc::pread64(fd, bytes, len, offset_of(offset)) },
    })
}

/// vmsplice(2) of what stands at an address, without flags.
pub(crate) fn lend_to_pipe(pipe: BorrowedFd<'_>, address: usize, len: usize) -> io::Result<usize> {
    let part = libc::iovec {
        iov_base: pointer(address),
        iov_len: len,
    };
    // SAFETY: `part` is one whole iovec that lives through the call. The kernel takes the pages at the address, and finds
    // out by itself whether it can. What can still go wrong: an error.
    counted(unsafe { libc::vmsplice(pipe.as_raw_fd(), &raw const part, 1, 0) })
}

/// `process_vm_readv(2)` of `address` in a process, which may be this one.
pub(crate) fn peek(pid: u32, address: usize, into: &mut [u8]) -> io::Result<usize> {
    let part = |iov_base: *mut c_void, iov_len| libc::iovec { iov_base, iov_len };
    let there = part(pointer(address), into.len());
    let here = part(into.as_mut_ptr().cast(), into.len());
    // SAFETY: `into` has that many bytes and nobody else uses it; both iovecs are whole and live through the call. What the
    // address leads to is the kernel's to find out. What can still go wrong: an error.
    counted(unsafe {
        libc::process_vm_readv(
            pid.cast_signed(),
            &raw const here,
            1,
            &raw const there,
            1,
            0,
        )
    })
}

/// ptrace(2): a request that takes a number as its address and one as its data; what it returns.
fn trace(request: u32, pid: u32, address: usize, data: usize) -> io::Result<()> {
    let (pid, request) = (pid.cast_signed(), libc::c_long::from(request));
    // SAFETY: Condition: the request writes nothing into this process. The callers keep it: attach, poke and detach take
    // numbers. What can still go wrong: an error.
    let done = unsafe { libc::syscall(libc::SYS_ptrace, request, pid, address, data) };
    super::checked(c_int::try_from(done).unwrap_or(-1))
}

/// `PTRACE_ATTACH`.
pub(crate) fn trace_attach(pid: u32) -> io::Result<()> {
    trace(libc::PTRACE_ATTACH, pid, 0, 0)
}

/// `PTRACE_DETACH`.
pub(crate) fn trace_detach(pid: u32) -> io::Result<()> {
    trace(libc::PTRACE_DETACH, pid, 0, 0)
}

/// `PTRACE_POKETEXT`: a word over what stands there.
pub(crate) fn trace_poke(pid: u32, address: usize, word: usize) -> io::Result<()> {
    trace(libc::PTRACE_POKETEXT, pid, address, word)
}

/// `PTRACE_PEEKTEXT`.
pub(crate) fn trace_peek(pid: u32, address: usize) -> io::Result<usize> {
    let mut word = 0_usize;
    let request = libc::c_long::from(libc::PTRACE_PEEKTEXT);
    // SAFETY: the system call, other than the C library's, stores the word at its last argument, which lives through it.
    // What can still go wrong: an error.
    let done = unsafe {
        let pid = pid.cast_signed();
        libc::syscall(libc::SYS_ptrace, request, pid, address, &raw mut word)
    };
    super::checked(c_int::try_from(done).unwrap_or(-1))?;
    Ok(word)
}

/// waitpid(2) with `__WALL`, which waits: for a child that ends or stops at once.
pub(crate) fn wait_child(pid: u32) -> io::Result<i32> {
    let mut status = 0;
    // SAFETY: `status` is an integer that lives through the call.
    let waited = unsafe { libc::waitpid(pid.cast_signed(), &raw mut status, libc::__WALL) };
    if waited < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(status)
}
