//! Files, segments of System V, user faults and vfork: calls that neither std nor rustix has in safe form.
//!
//! It owns the calls. It must not know requests.

use std::ffi::CStr;
use std::os::fd::{AsRawFd as _, BorrowedFd, OwnedFd};

use super::{c_int, c_void, checked, io, pointer, store_all};

/// truncate(2). Rustix has none by path.
pub(crate) fn truncate_path(path: &CStr, len: u64) -> io::Result<()> {
    // SAFETY: the path is a C string that lives through the call, which touches no other memory.
    checked(unsafe { libc::truncate64(path.as_ptr(), len.cast_signed()) })
}

/// fcntl(2) with `F_OFD_SETLK`, of the whole file. Rustix has the locks of processes alone.
pub(crate) fn lock_range(file: BorrowedFd<'_>, kind: c_int) -> io::Result<()> {
    let mut lock = std::mem::MaybeUninit::<libc::flock64>::zeroed();
    // SAFETY: all fields are integers, for which zeros are values.
    let lock = unsafe { lock.assume_init_mut() };
    lock.l_type = libc::c_short::try_from(kind).unwrap_or_default();
    // SAFETY: `lock` is whole and lives through the call.
    checked(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_OFD_SETLK, &raw mut *lock) })
}

/// unshare(2): a user and a mount namespace of this process's own.
pub(crate) fn own_namespaces() -> io::Result<()> {
    let flags = rustix::thread::UnshareFlags::NEWNS | rustix::thread::UnshareFlags::NEWUSER;
    // SAFETY: Condition: nobody shares descriptors or memory with this process in a way that Rust relies on. These two flags
    // change neither. What can still go wrong: an error.
    Ok(unsafe { rustix::thread::unshare_unsafe(flags) }?)
}

/// shmget(2) with `IPC_PRIVATE`: the number of a new segment.
pub(crate) fn segment_make(len: usize) -> io::Result<i32> {
    // SAFETY: the call takes numbers.
    let segment = unsafe { libc::shmget(libc::IPC_PRIVATE, len, libc::IPC_CREAT | 0o600) };
    if segment < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(segment)
}

/// shmat(2) wherever the kernel likes.
pub(crate) fn segment_attach(segment: i32) -> io::Result<usize> {
    // SAFETY: Condition: the call replaces no memory in use. The address is NULL, so the kernel takes a free place.
    let address = unsafe { libc::shmat(segment, std::ptr::null(), 0) };
    if address.addr() == usize::MAX {
        return Err(io::Error::last_os_error());
    }
    Ok(address.expose_provenance())
}

/// shmdt(2).
pub(crate) fn segment_detach(address: usize) -> io::Result<()> {
    // SAFETY: as with `unmap`; and what is not attached there is an error.
    checked(unsafe { libc::shmdt(pointer(address)) })
}

/// shmctl(2) with `IPC_RMID`.
pub(crate) fn segment_remove(segment: i32) -> io::Result<()> {
    // SAFETY: the call takes numbers and a NULL, which this command does not look at.
    checked(unsafe { libc::shmctl(segment, libc::IPC_RMID, std::ptr::null_mut()) })
}

/// What a vforked child stores, and where.
struct Errand<'a> {
    address: usize,
    bytes: &'a [u8],
}

/// The child: stores, and ends without a word to the C library, whose data are its parent's.
extern "C" fn run_errand(errand: *mut c_void) -> c_int {
    // SAFETY: `vfork_store` passes an `Errand` that lives until the child has ended.
    let errand = unsafe { &*errand.cast::<Errand<'_>>() };
    store_all(errand.address, errand.bytes);
    0
}

/// clone(2) with `CLONE_VM|CLONE_VFORK|SIGCHLD`: a child that stores and ends, while this process stands still. Its number
/// and the address of its stack.
pub(crate) fn vfork_store(address: usize, bytes: &[u8]) -> io::Result<(u32, usize)> {
    let mut stack = vec![0_u128; 4096];
    let top = stack.as_mut_ptr_range().end;
    let errand = Errand { address, bytes };
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
    // SAFETY: Condition: the child touches nothing that this process relies on to be unchanged, and its stack and errand
    // live as long as it does. The function stores into the experiment's mapping and returns; and the kernel lets this
    // process go on when the child has ended. What can still go wrong: a store that the processor refuses ends the child,
    // whose handler of faults tells of it as the parent's would; the exit is asked for afterwards.
    let pid = unsafe {
        libc::clone(
            run_errand,
            top.cast(),
            flags,
            (&raw const errand).cast_mut().cast(),
        )
    };
    if pid < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok((pid.cast_unsigned(), top.addr()))
}

/// As `linux/userfaultfd.h` has them, which libc does not.
mod user_fault {
    pub(super) const API: u64 = 0xaa;
    pub(super) const USER_MODE_ONLY: libc::c_long = 1;
    pub(super) const IOCTL_API: u64 = 0xc018_aa3f;
    pub(super) const IOCTL_REGISTER: u64 = 0xc020_aa00;
    pub(super) const IOCTL_COPY: u64 = 0xc028_aa03;
    pub(super) const MODE_MISSING: u64 = 1;
    pub(super) const EVENT_PAGEFAULT: u8 = 0x12;
}

/// ioctl(2) with a record of words that the kernel reads and writes.
fn control<const N: usize>(
    file: BorrowedFd<'_>,
    request: u64,
    words: &mut [u64; N],
) -> io::Result<()> {
    // The C libraries differ in the type of a request.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "it has 32 bits"
    )]
    let request = request as _;
    // SAFETY: Condition: the record has the size that the request's number holds. `user_fault` keeps it: 24, 32 and 40 bytes.
    // `words` lives through the call. What can still go wrong: an error.
    checked(unsafe { libc::ioctl(file.as_raw_fd(), request, words.as_mut_ptr()) })
}

/// userfaultfd(2) with `UFFD_USER_MODE_ONLY|O_CLOEXEC`, and its handshake.
pub(crate) fn user_faults() -> io::Result<OwnedFd> {
    use std::os::fd::FromRawFd as _;
    let flags = user_fault::USER_MODE_ONLY | libc::c_long::from(libc::O_CLOEXEC);
    // SAFETY: the call takes a number.
    let descriptor = unsafe { libc::syscall(libc::SYS_userfaultfd, flags) };
    let descriptor = c_int::try_from(descriptor).unwrap_or(-1);
    if descriptor < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call has just made the descriptor, and nobody else knows it.
    let faults = unsafe { OwnedFd::from_raw_fd(descriptor) };
    let handshake = &mut [user_fault::API, 0, 0];
    control(
        std::os::fd::AsFd::as_fd(&faults),
        user_fault::IOCTL_API,
        handshake,
    )?;
    Ok(faults)
}

/// `UFFDIO_REGISTER` of missing pages.
pub(crate) fn user_faults_of(faults: BorrowedFd<'_>, address: usize, len: usize) -> io::Result<()> {
    let range = &mut [address as u64, len as u64, user_fault::MODE_MISSING, 0];
    control(faults, user_fault::IOCTL_REGISTER, range)
}

/// Waits for a page to be missing: an address on it; `None` where something else is told.
pub(crate) fn next_user_fault(faults: BorrowedFd<'_>) -> io::Result<Option<usize>> {
    let mut message = [0_u8; 32];
    rustix::io::read(faults, &mut message)?;
    let (event, address) = (message[0], &message[16..24]);
    let address = address.try_into().map_or(0, usize::from_ne_bytes);
    Ok((event == user_fault::EVENT_PAGEFAULT).then_some(address))
}

/// `UFFDIO_COPY`: the missing page at `address` is this one.
pub(crate) fn fill_user_fault(
    faults: BorrowedFd<'_>,
    address: usize,
    page: &[u8],
) -> io::Result<()> {
    let from = page.as_ptr().expose_provenance() as u64;
    control(
        faults,
        user_fault::IOCTL_COPY,
        &mut [address as u64, from, page.len() as u64, 0, 0],
    )
}
