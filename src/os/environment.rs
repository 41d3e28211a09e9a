//! What the surroundings of the process say: the folder for temporary files, and how much address space is left.
//!
//! It must not know what either is needed for.

use std::path::PathBuf;

/// The folder for temporary files: as [`std::env::temp_dir`], but an empty `TMPDIR` counts as none, as in POSIX tools; taken
/// as a path it would be no folder at all.
#[must_use]
pub fn temp_dir() -> PathBuf {
    let dir = std::env::temp_dir();
    if dir.as_os_str().is_empty() {
        return PathBuf::from("/tmp");
    }
    dir
}

/// Bytes of address space that this process may still map before its limit (`ulimit -v`, `RLIMIT_AS`); `None` where there
/// is no limit, or the system does not tell.
#[must_use]
pub fn address_space_left() -> Option<u64> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    left_in(&limits, &status)
}

fn left_in(limits: &str, status: &str) -> Option<u64> {
    let limit = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max address space"))?;
    let limit: u64 = limit.split_whitespace().next()?.parse().ok()?; // "unlimited" is no number
    let used = status
        .lines()
        .find_map(|line| line.strip_prefix("VmSize:"))?;
    let used_kib: u64 = used.split_whitespace().next()?.parse().ok()?;
    Some(limit.saturating_sub(used_kib.saturating_mul(1024)))
}
