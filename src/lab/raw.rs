//! The unsafe code of a peer: real system calls, loads and stores, that may kill the peer and nobody else.

/// Whether the kernel has cachestat(2) and lets this user ask it about an own file.
pub(crate) fn has_cachestat() -> Result<(), String> {
    Ok(())
}
