//! What the surroundings of the process say: the folder for temporary files, and how much address space is left.
//!
//! It must not know what either is needed for.

use std::path::PathBuf;

/// The variable that names the folder for temporary files.
pub const TEMP_VARIABLE: &str = if cfg!(windows) { "TMP" } else { "TMPDIR" };

/// Who named a folder for scratch files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedBy {
    /// An argument.
    Argument,
    /// [`TEMP_VARIABLE`].
    Variable,
    /// [`TEMP_VARIABLE`] is there and empty, which counts as none, as in POSIX tools; taken as a path it would be no folder
    /// at all.
    EmptyVariable,
    /// Nobody: it is the system's.
    System,
}

/// The folder for temporary files, absolute, and who named it. Whether there is such a folder is not looked at.
#[must_use]
pub fn temp_dir() -> (PathBuf, NamedBy) {
    let dir = std::env::temp_dir();
    let named_by = match std::env::var_os(TEMP_VARIABLE) {
        Some(value) if value.is_empty() => NamedBy::EmptyVariable,
        Some(_) => NamedBy::Variable,
        None => NamedBy::System,
    };
    if dir.as_os_str().is_empty() {
        return (PathBuf::from("/tmp"), named_by);
    }
    // A relative one would lead elsewhere from another folder.
    (std::path::absolute(&dir).unwrap_or(dir), named_by)
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
