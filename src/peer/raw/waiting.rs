//! Waiting for a word in memory, and mutexes of pthreads that lie in memory.
//!
//! It owns the calls. It must not know requests. Addresses are numbers here too.

use std::mem::MaybeUninit;
use std::time::Duration;

use super::{c_int, checked, io, pointer};

fn time_of(span: Duration) -> libc::timespec {
    // Both are small: whoever asks keeps to seconds.
    libc::timespec {
        tv_sec: libc::time_t::try_from(span.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: span.subsec_nanos().into(),
    }
}

/// futex(2) with `FUTEX_WAIT`, and these flags.
pub(crate) fn futex_wait(
    address: usize,
    flags: c_int,
    value: u32,
    limit: Duration,
) -> io::Result<()> {
    let limit = time_of(limit);
    let operation = libc::FUTEX_WAIT | flags;
    // SAFETY: `limit` is whole and lives through the call. The kernel loads the word at the address, and finds out by itself
    // whether it can. What can still go wrong: an error.
    let woken =
        unsafe { libc::syscall(libc::SYS_futex, address, operation, value, &raw const limit) };
    checked(c_int::try_from(woken).unwrap_or(-1))
}

/// futex(2) with `FUTEX_WAKE`, and these flags: how many woke.
pub(crate) fn futex_wake(address: usize, flags: c_int, count: u32) -> io::Result<u32> {
    let operation = libc::FUTEX_WAKE | flags;
    // SAFETY: the call takes numbers, and looks at no memory but that of the kernel.
    let woken = unsafe { libc::syscall(libc::SYS_futex, address, operation, count) };
    u32::try_from(woken).map_err(|_| io::Error::last_os_error())
}

/// The functions of pthreads return their error.
fn pthread(error: c_int) -> io::Result<()> {
    match error {
        0 => Ok(()),
        errno => Err(io::Error::from_raw_os_error(errno)),
    }
}

fn mutex(address: usize) -> *mut libc::pthread_mutex_t {
    pointer(address).cast()
}

/// Whether a mutex fits into what an experiment sets aside for it.
pub(crate) const MUTEX_FITS: bool = size_of::<libc::pthread_mutex_t>() <= 64;

/// `pthread_mutex_init(3)`: one that processes share.
pub(crate) fn mutex_init(address: usize, robust: bool) -> io::Result<()> {
    let mut attributes = MaybeUninit::<libc::pthread_mutexattr_t>::zeroed();
    let attributes = attributes.as_mut_ptr();
    // SAFETY: `attributes` has room for what the call makes, and lives through all of these; as with the next two.
    pthread(unsafe { libc::pthread_mutexattr_init(attributes) })?;
    // SAFETY: as above.
    pthread(unsafe {
        libc::pthread_mutexattr_setpshared(attributes, libc::PTHREAD_PROCESS_SHARED)
    })?;
    if robust {
        // SAFETY: as above.
        pthread(unsafe {
            libc::pthread_mutexattr_setrobust(attributes, libc::PTHREAD_MUTEX_ROBUST)
        })?;
    }
    // SAFETY: Condition for this and all below: there is room for a mutex at the address, aligned, on pages of the
    // experiment's mapping. The caller keeps it. What can still go wrong: there is no page, or what lies there is no mutex;
    // then the process dies of it, or waits until it is killed, alone.
    pthread(unsafe { libc::pthread_mutex_init(mutex(address), attributes) })
}

/// `pthread_mutex_timedlock(3)`.
pub(crate) fn mutex_lock(address: usize, limit: Duration) -> io::Result<()> {
    let now = std::time::SystemTime::now();
    let now = now.duration_since(std::time::UNIX_EPOCH);
    let until = time_of(now.unwrap_or_default().saturating_add(limit));
    // SAFETY: as with `mutex_init`. `until` is whole and lives through the call.
    pthread(unsafe { libc::pthread_mutex_timedlock(mutex(address), &raw const until) })
}

/// `pthread_mutex_consistent(3)`.
pub(crate) fn mutex_consistent(address: usize) -> io::Result<()> {
    // SAFETY: as with `mutex_init`.
    pthread(unsafe { libc::pthread_mutex_consistent(mutex(address)) })
}

/// `pthread_mutex_unlock(3)`.
pub(crate) fn mutex_unlock(address: usize) -> io::Result<()> {
    // SAFETY: as with `mutex_init`.
    pthread(unsafe { libc::pthread_mutex_unlock(mutex(address)) })
}
