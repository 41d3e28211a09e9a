//! What experiments that measure need besides: large scratch files, and calls that are too many to be listed.
//!
//! It must not know what is compared with what.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::Ordering;

use crate::bytes::escape::path_in_sentence;
use crate::map::{free_bytes, page_bytes};
use crate::peer::calls::{Call, Outcome};

use super::{Peer, Stage, Stop, limit};

/// Bytes that are written at once.
const CHUNK: u64 = 1 << 20;
/// After so many bytes the storage is waited for, so that it is never long in one go.
const SYNC_EVERY: u64 = 64 << 20;

impl Stage<'_> {
    /// Asks a peer to do something, without listing it as a step.
    ///
    /// # Errors
    /// As [`Self::attempt`].
    pub fn quietly(&mut self, peer: Peer, call: &Call) -> Result<Outcome, Stop> {
        self.not_cancelled()?;
        let limit = limit(call, self.limit);
        let (outcome, _) = self.carry_out(peer, call, limit)?;
        Ok(outcome)
    }

    /// Makes a scratch file of `len` bytes, no page like another, and waits until it is on the storage.
    ///
    /// # Errors
    /// Where the file system refuses it, or the person stops it.
    pub fn large_file(&mut self, name: &str, len: u64) -> Result<(), Stop> {
        self.on()?;
        let path = self.path_of(name);
        let written = self.write_large(&path, len);
        if let Err(error) = written {
            self.not_cancelled()?;
            return Err(Stop::NotDone(format!(
                "the scratch file {} of {len} bytes cannot be written: {error}",
                path_in_sentence(&path)
            )));
        }
        let what = format!("makes the scratch file {name}, {len} bytes");
        self.push(None, what, Vec::new(), "done".to_owned());
        Ok(())
    }

    fn write_large(&self, path: &Path, len: u64) -> io::Result<()> {
        let mut file = File::create(path)?;
        let page = page_bytes();
        let mut chunk = noise(usize::try_from(CHUNK.min(len)).unwrap_or_default());
        let mut at = 0;
        while at < len {
            if self.cancelled.load(Ordering::Relaxed) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let part = CHUNK.min(len - at);
            for (index, page_of) in
                (0..).zip(chunk.chunks_mut(usize::try_from(page).unwrap_or(4096)))
            {
                let number = at / page + index;
                for (byte, of_number) in page_of.iter_mut().zip(number.to_le_bytes()) {
                    *byte = of_number;
                }
            }
            file.write_all(&chunk[..usize::try_from(part).unwrap_or_default()])?;
            at += part;
            if at % SYNC_EVERY == 0 {
                file.sync_data()?;
            }
        }
        file.sync_all()
    }

    /// Removes a scratch file that takes much room, before the experiment is over.
    ///
    /// # Errors
    /// Where the file system refuses it.
    pub fn remove(&mut self, name: &str) -> Result<(), Stop> {
        let path = self.path_of(name);
        fs::remove_file(&path).map_err(|error| {
            Stop::NotDone(format!(
                "the scratch file {} cannot be removed: {error}",
                path_in_sentence(&path)
            ))
        })
    }

    /// Why there is no room for a scratch file of `len` bytes twice over, and for its pages in memory; `None` where there
    /// is, or where the system does not say.
    #[must_use]
    pub fn no_room(&self, len: u64) -> Option<String> {
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

/// Bytes without a pattern.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
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
