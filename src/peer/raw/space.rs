//! Calls on stretches of the address space that only Linux has, or has in this form.
//!
//! It owns the calls. It must not know requests, nor names of mappings. Addresses are numbers here too.

use super::{c_int, checked, io, pointer};

/// mremap(2), to `place` where `flags` have `MREMAP_FIXED`.
pub(crate) fn remap(
    address: usize,
    old_len: usize,
    len: usize,
    flags: c_int,
    place: usize,
) -> io::Result<usize> {
    let flags = libc::c_long::from(flags);
    // SAFETY: Condition: nothing that Rust knows is moved or replaced. The callers keep it: both places are of mappings of
    // the experiment, or where one was. What can still go wrong: an error, handled below; or what is there by now is this
    // process's own, and it dies of it, alone.
    let moved = unsafe { libc::syscall(libc::SYS_mremap, address, old_len, len, flags, place) };
    usize::try_from(moved).map_err(|_| io::Error::last_os_error())
}

/// mlock(2).
pub(crate) fn lock(address: usize, len: usize) -> io::Result<()> {
    // SAFETY: the call changes no byte. What can still go wrong: an error.
    checked(unsafe { libc::mlock(pointer(address), len) })
}

/// mlock2(2) with `MLOCK_ONFAULT`.
pub(crate) fn lock_on_fault(address: usize, len: usize) -> io::Result<()> {
    // SAFETY: the call changes no byte. What can still go wrong: an error.
    let locked = unsafe {
        let flags = rustix::mm::MlockFlags::ONFAULT;
        rustix::mm::mlock_with(pointer(address), len, flags)
    };
    Ok(locked?)
}

/// munlock(2).
pub(crate) fn unlock(address: usize, len: usize) -> io::Result<()> {
    // SAFETY: the call changes no byte. What can still go wrong: an error.
    checked(unsafe { libc::munlock(pointer(address), len) })
}

/// mincore(2): a byte for each page from `address` on, as many as `into` has.
pub(crate) fn resident(address: usize, len: usize, into: &mut [u8]) -> io::Result<()> {
    // SAFETY: Condition: `into` has a byte for each page of `len` bytes. The caller keeps it. The call touches no page.
    checked(unsafe { libc::mincore(pointer(address), len, into.as_mut_ptr()) })
}

/// Calls a function of C without arguments that returns an int.
pub(crate) fn execute(address: usize) -> i32 {
    // What was stored as data may not be what the processor takes for instructions yet.
    #[cfg(target_arch = "aarch64")]
    // SAFETY: the instructions change no byte. What can still go wrong: there is no page, and the process dies of it.
    unsafe {
        std::arch::asm!(
            "dc cvau, {0}", "dsb ish", "ic ivau, {0}", "dsb ish", "isb",
            in(reg) address, options(nostack, preserves_flags),
        );
    }
    // SAFETY: Condition: the address is not 0. `inside` keeps it, as nothing of an experiment that can be run lies there.
    let function: extern "C" fn() -> c_int = unsafe { std::mem::transmute(address) };
    // What is there may be no code: then the process dies of it, alone. That is what is asked for.
    function()
}
