//! Words in memory that processes share: loaded, stored and added to with instructions of their own.
//!
//! It owns the instructions. It must not know what a word means. What stands in `raw.rs` of loads and stores holds here.

use std::sync::atomic::{AtomicU64, Ordering};

use super::pointer;

/// One load of 64 bits; need not be aligned.
pub(crate) fn load_word(address: usize) -> u64 {
    let word: u64;
    // SAFETY: as with `load` in `raw.rs`, for the 8 bytes at the address.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!("mov {}, qword ptr [{}]", out(reg) word, in(reg) address, options(nostack, preserves_flags));
    }
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!("ldr {}, [{}]", out(reg) word, in(reg) address, options(nostack, preserves_flags));
    }
    // SAFETY: as above, as far as a volatile access is opaque.
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    unsafe {
        word = pointer(address)
            .cast::<[u8; 8]>()
            .cast::<u64>()
            .read_volatile();
    }
    word
}

/// One store of 64 bits; need not be aligned.
pub(crate) fn store_word(address: usize, word: u64) {
    // SAFETY: as with `store` in `raw.rs`, for the 8 bytes at the address.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!("mov qword ptr [{}], {}", in(reg) address, in(reg) word, options(nostack, preserves_flags));
    }
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!("str {}, [{}]", in(reg) word, in(reg) address, options(nostack, preserves_flags));
    }
    // SAFETY: as above, as far as a volatile access is opaque.
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    unsafe {
        pointer(address).cast::<u64>().write_volatile(word);
    }
}

/// The word at an address, which is a multiple of 8, as one that others change with atomic instructions.
fn shared_word<'a>(address: usize) -> &'a AtomicU64 {
    // SAFETY: Condition: 8 aligned bytes that stay mapped, to which no reference but such ones exists. `Racer` keeps it: it
    // takes only multiples of 64 on pages of the experiment's mapping, and nothing is unmapped meanwhile, as one call is
    // carried out at a time. What can still go wrong: the file has become shorter, and the process dies of SIGBUS, alone.
    unsafe { AtomicU64::from_ptr(pointer(address).cast()) }
}

/// Adds to a word with one atomic instruction; what it was before.
pub(crate) fn add_word(address: usize, amount: u64) -> u64 {
    shared_word(address).fetch_add(amount, Ordering::SeqCst)
}

/// Loads a word; what another process stored before it stored this, is seen afterwards.
pub(crate) fn acquire_word(address: usize) -> u64 {
    shared_word(address).load(Ordering::SeqCst)
}

/// Stores a word; whoever loads it by [`acquire_word`] sees what was stored before.
pub(crate) fn release_word(address: usize, word: u64) {
    shared_word(address).store(word, Ordering::SeqCst);
}
