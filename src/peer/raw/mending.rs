//! A handler of SIGBUS that maps a page of zeros over the hole, so that a program lives on with a byte that no file has.
//!
//! It owns the handler and what it is told. It must not know requests.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{c_int, c_void, on_fault, pointer, set_disposition};

/// Where holes are mended: the first address, one past the last, and the size of a page. A handler can be handed nothing
/// else than statics.
static RANGE: [AtomicUsize; 3] = [const { AtomicUsize::new(0) }; 3];

/// The page that was mapped last, and how many were.
static MENDED: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];

/// sigaction(2): from now on holes from `start` to `end` are mended.
pub(crate) fn mend(start: usize, end: usize, page: usize) {
    for (part, value) in RANGE.iter().zip([start, end, page]) {
        part.store(value, Ordering::Relaxed);
    }
    let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = on_hole;
    let flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    set_disposition(libc::SIGBUS, handler as *const () as usize, flags);
}

/// The page that was mended last and how many were since it was asked last; `None` for none.
pub(crate) fn take_mended() -> Option<(usize, usize)> {
    let [page, count] = MENDED
        .each_ref()
        .map(|part| part.swap(0, Ordering::Relaxed));
    (count > 0).then_some((page, count))
}

/// Maps a page over the place of the fault; the instruction is tried once more then. Nothing in here allocates or waits
/// for a lock: it may run at any instruction.
extern "C" fn on_hole(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let [start, end, page] = RANGE.each_ref().map(|part| part.load(Ordering::Relaxed));
    // SAFETY: the kernel passes a whole siginfo_t that lives until the handler returns.
    let told = unsafe { &*info };
    // SAFETY: a SIGBUS with a code above 0 has an address; what it is otherwise is not used.
    let address = unsafe { told.si_addr() }.addr();
    if told.si_code > 0 && page > 0 && (start..end).contains(&address) {
        let place = address - address % page;
        let prot = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_FIXED | libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: Condition: the page is of the experiment's mapping. The range keeps it. mmap(2) is a system call and no
        // more. What can still go wrong: an error, handled below.
        let mapped = unsafe { libc::mmap(pointer(place), page, prot, flags, -1, 0) };
        if mapped != libc::MAP_FAILED {
            MENDED[0].store(place, Ordering::Relaxed);
            MENDED[1].fetch_add(1, Ordering::Relaxed);
            return;
        }
    }
    // As without it: the next time ends the process.
    set_disposition(signal, libc::SIG_DFL, 0);
    on_fault(signal, info, context);
}
