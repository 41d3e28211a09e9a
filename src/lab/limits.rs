//! How much memory this process may still take, by the limits that were set on it (`ulimit -v`, `ulimit -d`).
//!
//! It owns what is looked up before memory is taken that may not be there: an allocation that fails ends a program of Rust
//! without a word. It must not know what the memory is for.

use std::fs;

/// What the lab takes besides what is asked for: answers of peers, the list of steps, a first report.
const RESERVE: u64 = 12 << 20;

/// The limits: how `/proc/self/limits` names them, what they count in `/proc/self/status`, and the option of ulimit.
const LIMITS: [(&str, &str, &str); 2] = [
    ("Max address space", "VmSize:", "ulimit -v"),
    ("Max data size", "VmData:", "ulimit -d"),
];

/// Whether `wanted` bytes of memory can be taken without coming near to a limit. Always where the system does not say.
///
/// # Errors
/// In words, which limit leaves too little.
pub(super) fn check_memory(wanted: u64) -> Result<(), String> {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let wanted = wanted.saturating_add(RESERVE);
    for (name, counted, option) in LIMITS {
        let Some(left) = bytes_left(&limits, &status, name, counted) else {
            continue;
        };
        if left < wanted {
            return Err(format!(
                "the limit on memory ({option}) leaves {left} bytes, of which {wanted} are wanted"
            ));
        }
    }
    Ok(())
}

/// What a limit leaves; `None` where there is none.
fn bytes_left(limits: &str, status: &str, name: &str, counted: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix(name))?;
    // The word `unlimited` is no number.
    let limit: u64 = line.split_whitespace().next()?.parse().ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(counted))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(limit.saturating_sub(kib.saturating_mul(1024)))
}
