//! Whether there is room for a large scratch file, on its file system and in memory.
//!
//! It must not know what the file is for.

use std::fs;
use std::path::Path;

use crate::map::free_bytes;

use super::Stage;

impl Stage<'_> {
    /// Why there is no room for a scratch file of `len` bytes twice over, and for its pages in memory; `None` where there
    /// is, or where the system does not say.
    pub(super) fn no_room(&self, len: u64) -> Option<String> {
        let wanted = 2 * len;
        let free = free_bytes(self.folder).filter(|free| *free < wanted);
        if let Some(free) = free {
            return Some(format!(
                "the file system has {free} bytes free, of which {wanted} are wanted"
            ));
        }
        let memory = free_memory().filter(|memory| *memory < wanted)?;
        Some(format!(
            "{memory} bytes of memory are free, of which {wanted} are wanted"
        ))
    }
}

/// How much memory can be had, where the system says: what the machine has to spare, and what the control groups of this
/// process may have at most.
fn free_memory() -> Option<u64> {
    let table = fs::read_to_string("/proc/meminfo").ok()?;
    let available = table
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = available.split_whitespace().next()?.parse().ok()?;
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let limits = groups.lines().flat_map(|line| {
        // cgroups(7): `0::/group` of version 2, `4:memory:/group` of version 1.
        let mut parts = line.splitn(3, ':').skip(1);
        let (root, name) = match parts.next() {
            Some("") => ("/sys/fs/cgroup", "memory.max"),
            Some("memory") => ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
            _ => return Vec::new(),
        };
        let own = parts.next().unwrap_or_default().trim_start_matches('/');
        // Those above it bind as well; of the topmost the path is empty.
        let above = Path::new(own).ancestors();
        above
            .filter_map(|group| fs::read_to_string(Path::new(root).join(group).join(name)).ok())
            // The word `max` is no number: no limit.
            .filter_map(|text| text.trim().parse().ok())
            .collect()
    });
    Some(limits.fold(kib * 1024, u64::min))
}
