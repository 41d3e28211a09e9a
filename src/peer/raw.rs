//! The unsafe code of a peer: real system calls, loads and stores, that may kill the peer and nobody else.
//!
//! It owns the calls that std has no safe form of, and the instructions that touch a mapping. It must not know requests,
//! names of mappings, or words. Addresses are numbers here: no reference or pointer of Rust ever leads into a mapping, and
//! a load or store there is an instruction of its own in assembly, so that a trap and a byte that others change are as
//! little Rust's business as what another process does.
#![expect(
    unsafe_code,
    reason = "the calls have no safe form in std, and a load that may trap must be outside of Rust's memory"
)]

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
use std::ffi::c_long;
use std::ffi::{c_int, c_void};
use std::fs::File;
use std::io::{self, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::IntoRawFd as _;
use std::sync::atomic::{AtomicI32, AtomicU8, Ordering};

/// The pointer of C to an address. Nothing in Rust is reached through it, except by `free`.
fn pointer(address: usize) -> *mut c_void {
    std::ptr::with_exposed_provenance_mut(address)
}

fn checked(result: c_int) -> io::Result<()> {
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// mmap(2), at `place` or near it, or wherever the kernel likes where that is 0; every argument reaches it as it is. The C
/// library would refuse an offset that is not aligned by itself, and a trace would not show it.
pub(crate) fn map(
    place: usize,
    len: usize,
    prot: c_int,
    flags: c_int,
    descriptor: c_int,
    offset: u64,
) -> io::Result<usize> {
    #[cfg(all(target_os = "linux", target_pointer_width = "64"))]
    {
        // SAFETY: Condition: the call replaces no memory that Rust knows. Without `MAP_FIXED` the kernel takes a free place.
        // With it, the callers keep it: they pass a place where a mapping of the experiment is or was, or one where no
        // process has anything. What can still go wrong: an error, handled below; or what is at that place by now is this
        // process's own, and it dies of it, alone.
        let address = unsafe {
            let (prot, flags) = (c_long::from(prot), c_long::from(flags));
            let descriptor = c_long::from(descriptor);
            libc::syscall(libc::SYS_mmap, place, len, prot, flags, descriptor, offset)
        };
        usize::try_from(address).map_err(|_| io::Error::last_os_error())
    }
    #[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
    {
        let Ok(offset) = libc::off_t::try_from(offset) else {
            return Err(io::Error::from_raw_os_error(libc::EOVERFLOW));
        };
        // SAFETY: as above.
        let address = unsafe { libc::mmap(pointer(place), len, prot, flags, descriptor, offset) };
        if address == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(address.expose_provenance())
    }
}

/// munmap(2).
pub(crate) fn unmap(address: usize, len: usize) -> io::Result<()> {
    // SAFETY: Condition: nobody uses the pages afterwards. The callers keep it: they pass a place inside of a mapping of
    // the experiment, to which no reference exists. What can still go wrong: an experiment that asks for more than its
    // mapping takes the peer's own memory away, and the peer dies of it, alone.
    checked(unsafe { libc::munmap(pointer(address), len) })
}

/// mprotect(2).
pub(crate) fn protect(address: usize, len: usize, prot: c_int) -> io::Result<()> {
    // SAFETY: as with `unmap`: only pages of an experiment's mapping change, which no reference leads to.
    checked(unsafe { libc::mprotect(pointer(address), len, prot) })
}

/// madvise(2).
pub(crate) fn advise(address: usize, len: usize, advice: c_int) -> io::Result<()> {
    // SAFETY: as with `unmap`: what `MADV_DONTNEED` throws away are pages of an experiment's mapping. A witness advises its
    // own mapping, and only what changes no byte.
    checked(unsafe { libc::madvise(pointer(address), len, advice) })
}

/// msync(2).
pub(crate) fn sync(address: usize, len: usize, flags: c_int) -> io::Result<()> {
    // SAFETY: the call changes no memory; it writes what pages hold to their file. What can still go wrong: an error.
    checked(unsafe { libc::msync(pointer(address), len, flags) })
}

/// close(2), with what it returns.
pub(crate) fn close(file: File) -> io::Result<()> {
    // SAFETY: Condition: nobody uses the descriptor afterwards. `into_raw_fd` takes it from its one owner.
    checked(unsafe { libc::close(file.into_raw_fd()) })
}

/// malloc(3): the address; `ENOMEM` for NULL. The memory stays untouched.
pub(crate) fn allocate(len: usize) -> io::Result<usize> {
    // SAFETY: malloc(3) takes a number. What can still go wrong: NULL, handled below.
    let memory = unsafe { libc::malloc(len) };
    if memory.is_null() {
        return Err(io::Error::from_raw_os_error(libc::ENOMEM));
    }
    Ok(memory.expose_provenance())
}

/// free(3).
pub(crate) fn release(address: usize) {
    // SAFETY: Condition: the address came from malloc(3) and is freed once. `doing` keeps it: it passes what `allocate`
    // gave it, and takes note. What can still go wrong: an experiment that stored past the block broke the allocator's
    // own data; then the peer aborts, alone.
    unsafe { libc::free(pointer(address)) };
}

/// One load instruction.
fn load(address: usize) -> u8 {
    let byte: u8;
    // SAFETY: Condition for all loads and stores of this file: the instruction touches just the byte at the address, and
    // no memory that Rust knows. `doing` keeps it: it passes addresses inside of a mapping of the experiment (or where it
    // was); a witness stores inside of its own mapping, where that is read-only, to be refused. To the compiler the instruction is opaque: a byte that others change is read once, as it is. What can still
    // go wrong: there is no page, and the processor's trap ends this process by SIGSEGV or SIGBUS, which is a result of
    // the experiment; or the place belongs to something else by now, of this process alone.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!("mov {}, byte ptr [{}]", out(reg_byte) byte, in(reg) address, options(nostack, preserves_flags));
    }
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!("ldrb {:w}, [{}]", out(reg) byte, in(reg) address, options(nostack, preserves_flags));
    }
    // SAFETY: as above, as far as a volatile access is opaque.
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    unsafe {
        byte = pointer(address).cast::<u8>().read_volatile();
    }
    byte
}

/// One store instruction.
fn store(address: usize, byte: u8) {
    // SAFETY: as with `load`. What can still go wrong besides: a store into a place that is not the experiment's any
    // more changes this process's own memory; it may die of it, alone.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!("mov byte ptr [{}], {}", in(reg) address, in(reg_byte) byte, options(nostack, preserves_flags));
    }
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!("strb {:w}, [{}]", in(reg) byte, in(reg) address, options(nostack, preserves_flags));
    }
    // SAFETY: as above, as far as a volatile access is opaque.
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    unsafe {
        pointer(address).cast::<u8>().write_volatile(byte);
    }
}

/// A load for each byte of `into`.
pub(crate) fn load_all(address: usize, into: &mut [u8]) {
    for (index, byte) in into.iter_mut().enumerate() {
        *byte = load(address.wrapping_add(index));
    }
}

/// A store of each byte of `from`.
pub(crate) fn store_all(address: usize, from: &[u8]) {
    for (index, byte) in from.iter().enumerate() {
        store(address.wrapping_add(index), *byte);
    }
}

/// A load and a store of a byte of this program's own, so that the code of both is in memory. It is an atomic: Rust reckons
/// with its changing at any time.
pub(crate) fn warm_up() {
    static OWN: AtomicU8 = AtomicU8::new(0);
    let address = OWN.as_ptr().expose_provenance();
    let mut byte = [0];
    load_all(address, &mut byte);
    store_all(address, &byte);
}

/// Loads the byte, adds 1 and stores it, `times` times. What others store between the two is lost.
pub(crate) fn count(address: usize, times: u64) {
    for _ in 0..times {
        store(address, load(address).wrapping_add(1));
    }
}

/// The sum of `len` bytes from `address` as words of 64 bits, a load each; what is left at the end counts as a word that
/// is filled up with zeros. For memory of Rust's own as well as for a mapping, so that both cost the same.
pub(crate) fn sum(address: usize, len: usize) -> u64 {
    let whole = len / 32 * 32;
    let mut sum = sum_whole(address, address.wrapping_add(whole));
    let mut at = whole;
    while at < len {
        let mut word = [0; 8];
        let n = word.len().min(len - at);
        load_all(address.wrapping_add(at), &mut word[..n]);
        sum = sum.wrapping_add(u64::from_le_bytes(word));
        at += n;
    }
    sum
}

/// The sum of the words from `start` to `end`, a multiple of 32 bytes apart.
fn sum_whole(start: usize, end: usize) -> u64 {
    let mut sums = [0_u64; 4];
    let [a, b, c, d] = &mut sums;
    #[cfg(target_arch = "x86_64")]
    if start != end {
        // SAFETY: as with `load`, for 8 bytes at a time. The callers own the memory, or it is the experiment's.
        unsafe {
            std::arch::asm!(
                "2:",
                "add {a}, qword ptr [{at}]",
                "add {b}, qword ptr [{at} + 8]",
                "add {c}, qword ptr [{at} + 16]",
                "add {d}, qword ptr [{at} + 24]",
                "add {at}, 32",
                "cmp {at}, {end}",
                "jne 2b",
                a = inout(reg) *a, b = inout(reg) *b, c = inout(reg) *c, d = inout(reg) *d,
                at = inout(reg) start => _, end = in(reg) end,
                options(nostack, readonly),
            );
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    for at in (start..end).step_by(32) {
        let word = |index: usize| {
            let address = at + index * 8;
            let word: u64;
            // SAFETY: as above.
            #[cfg(target_arch = "aarch64")]
            unsafe {
                std::arch::asm!("ldr {}, [{}]", out(reg) word, in(reg) address, options(nostack, preserves_flags));
            }
            // SAFETY: as above, as far as a volatile access is opaque.
            #[cfg(not(target_arch = "aarch64"))]
            unsafe {
                word = pointer(address).cast::<u64>().read_unaligned();
            }
            u64::from_le(word)
        };
        for (index, sum) in [&mut *a, &mut *b, &mut *c, &mut *d].into_iter().enumerate() {
            *sum = sum.wrapping_add(word(index));
        }
    }
    sums.into_iter().fold(0, u64::wrapping_add)
}

/// Minor and major page faults of this process so far: getrusage(2).
pub(crate) fn page_faults() -> (u64, u64) {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: `usage` has room for the struct that the call fills. What can still go wrong: nothing, with this constant.
    unsafe { libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()) };
    // SAFETY: all fields are integers, for which the zeros of above are values too.
    let usage = unsafe { usage.assume_init() };
    let count = |faults: libc::c_long| u64::try_from(faults).unwrap_or(0);
    (count(usage.ru_minflt), count(usage.ru_majflt))
}

/// The descriptor that a fault is told to. A handler can be handed nothing else than a static.
static TOLD_TO: AtomicI32 = AtomicI32::new(1);

/// From now on, in a forked child, a fault is told to `descriptor`.
#[cfg(target_os = "linux")]
pub(crate) fn tell_faults_to(descriptor: c_int) {
    TOLD_TO.store(descriptor, Ordering::Relaxed);
}

/// Has this process tell of a SIGSEGV or SIGBUS before it dies of it, and leave no core dump behind; and undoes what
/// whoever started it blocks and ignores, which a process hands on: a fault whose signal is blocked kills without the
/// handler.
pub(crate) fn prepare_to_die() {
    let none = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `none` is a whole rlimit that lives through the call. A refusal leaves a core dump, no more.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
    let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = on_fault;
    let handler = handler as *const () as usize;
    // Reset: the handler returns, the instruction faults once more, and the signal ends the process for real.
    let once = libc::SA_SIGINFO | libc::SA_RESETHAND | libc::SA_ONSTACK;
    for (signal, disposition, flags) in [
        (libc::SIGSEGV, handler, once),
        (libc::SIGBUS, handler, once),
        // Ignored, it would keep abort(3) from being the end, and waitpid(2) from telling how a child ended.
        (libc::SIGABRT, libc::SIG_DFL, 0),
        (libc::SIGCHLD, libc::SIG_DFL, 0),
        // A write past the limit on a file's size fails with EFBIG then, and the peer can say so.
        (libc::SIGXFSZ, libc::SIG_IGN, 0),
        // Likewise of an output that nobody reads; as Rust has it from the start.
        (libc::SIGPIPE, libc::SIG_IGN, 0),
    ] {
        set_disposition(signal, disposition, flags);
    }
    let mut none = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: `none` has room for the set that the call makes empty; it lives through both calls. What can still go wrong:
    // a refusal, and a fault ends the process without a last word.
    unsafe { libc::sigemptyset(none.as_mut_ptr()) };
    // SAFETY: as above.
    unsafe { libc::sigprocmask(libc::SIG_SETMASK, none.as_ptr(), std::ptr::null_mut()) };
}

/// sigaction(2): what becomes of a signal from now on: a handler of three arguments, `SIG_DFL` or `SIG_IGN`.
fn set_disposition(signal: c_int, disposition: usize, flags: c_int) {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: all fields are integers (and, on Linux, an optional function), for which zeros are values.
    let action = unsafe { action.assume_init_mut() };
    action.sa_sigaction = disposition;
    action.sa_flags = flags;
    // SAFETY: Condition: a handler is safe at any instruction. The callers keep it: they pass `on_fault` and `on_hole` alone.
    // `action` is whole and lives through the call. What can still go wrong: a refusal, and the process dies without a last
    // word.
    unsafe { libc::sigaction(signal, action, std::ptr::null_mut()) };
}

/// Tells of the fault. Nothing in here allocates or waits for a lock: it may run at any instruction.
extern "C" fn on_fault(signal: c_int, info: *mut libc::siginfo_t, _: *mut c_void) {
    // SAFETY: the kernel passes a whole siginfo_t that lives until the handler returns.
    let info = unsafe { &*info };
    if info.si_code <= 0 {
        // By kill(2) and not by a fault. It waits until the handler returns, and then ends the process.
        // SAFETY: raise(3) takes a number and may be called in a handler.
        unsafe { libc::raise(signal) };
        return;
    }
    // SAFETY: a signal of these two with a code above 0 has an address.
    let address = unsafe { info.si_addr() }.addr();
    let mut line = [0; 128];
    let mut room = &mut line[..];
    // Numbers are written without allocating, and the line is shorter than its room.
    let _told = writeln!(
        room,
        "{{\"id\":null,\"answer\":\"fault\",\"signal\":{signal},\"code\":{},\"address\":{address}}}",
        info.si_code
    );
    let left = room.len();
    let len = line.len() - left;
    // SAFETY: `line` is live and has that many bytes; write(2) may be called in a handler. What can still go wrong: nobody
    // hears it.
    unsafe { libc::write(TOLD_TO.load(Ordering::Relaxed), line.as_ptr().cast(), len) };
}

/// kill(2).
pub(crate) fn send_signal(pid: u32, signal: c_int) -> io::Result<()> {
    // SAFETY: the call takes numbers. The callers pass the number of a child that is not reaped, so it is nobody else's.
    checked(unsafe { libc::kill(pid.cast_signed(), signal) })
}

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod mending;
#[cfg(target_os = "linux")]
mod moving;
#[cfg(target_os = "linux")]
mod space;
#[cfg(target_os = "linux")]
mod system;
#[cfg(target_os = "linux")]
mod waiting;
#[cfg(target_os = "linux")]
mod words;

#[cfg(target_os = "linux")]
pub(crate) use linux::*;
#[cfg(target_os = "linux")]
pub(crate) use mending::*;
#[cfg(target_os = "linux")]
pub(crate) use moving::*;
#[cfg(target_os = "linux")]
pub(crate) use space::*;
#[cfg(target_os = "linux")]
pub(crate) use system::*;
#[cfg(target_os = "linux")]
pub(crate) use waiting::*;
#[cfg(target_os = "linux")]
pub(crate) use words::*;
