//! The list that the kernel keeps of this process's own mappings, `/proc/self/maps`.
//!
//! It owns which of its lines are about a stretch of addresses. It must not know what is mapped there.

use std::io;

/// A file of `/proc/self` as text. Paths of files in it may be no UTF-8.
///
/// # Errors
/// What reading it reports: on other systems than Linux there is none.
pub(super) fn own(name: &str) -> io::Result<String> {
    let bytes = std::fs::read(format!("/proc/self/{name}"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The lines of maps that overlap the addresses from `start` to `end`.
///
/// # Errors
/// As [`own`].
pub(super) fn lines_of(start: usize, end: usize) -> io::Result<Vec<String>> {
    let text = own("maps")?;
    let lines = text.lines().filter(|line| overlaps(line, start, end));
    Ok(lines.map(ToOwned::to_owned).collect())
}

/// The range of addresses that a line of maps or smaps begins with.
pub(super) fn range_of(line: &str) -> Option<(usize, usize)> {
    let (start, end) = line.split(' ').next()?.split_once('-')?;
    let number = |text| usize::from_str_radix(text, 16).ok();
    Some((number(start)?, number(end)?))
}

/// The line is of addresses between `start` and `end`.
pub(super) fn overlaps(line: &str, start: usize, end: usize) -> bool {
    range_of(line).is_some_and(|(from, to)| from < end && start < to)
}
