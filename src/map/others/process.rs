//! Linux: one other process, held by its folder in `/proc`, which never leads to another one that got the same number.
//!
//! It owns the reading of single files there. It must not know what is looked for.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStringExt as _;

use rustix::fs::{AtFlags, CWD, Dir, Mode, OFlags, StatxFlags, readlinkat, statx};
use rustix::path::Arg;

use super::StatIdentity;
use crate::map::errno::{EACCES, EPERM, errno_of};

/// The longest list of mappings that is read: half a million of them.
const MOST_MAPS_BYTES: u64 = 64 << 20;
/// The most descriptors of one process that are looked at.
const MOST_DESCRIPTORS: usize = 16_384;
/// The most threads that are tried for one that lives, where the first has ended.
const MOST_THREADS: usize = 16;

/// Device and inode of what `name` in `folder` leads to. Never asks a file system that may not answer: what is known of an
/// open file tells them.
pub(super) fn identity_at(folder: impl AsFd, name: impl Arg) -> io::Result<StatIdentity> {
    let flags = AtFlags::STATX_DONT_SYNC | AtFlags::EMPTY_PATH;
    let facts = statx(folder, name, flags, StatxFlags::INO)?;
    Ok(StatIdentity {
        device: (facts.stx_dev_major, facts.stx_dev_minor),
        inode: facts.stx_ino,
    })
}

/// The kernel does not let us look.
pub(super) fn is_refusal(error: &io::Error) -> bool {
    matches!(errno_of(error), EACCES | EPERM)
}

/// What `/proc/PID/stat` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lineage {
    /// The number of its parent.
    pub(super) parent: u32,
    /// When it started, in clock ticks since the system did.
    pub(super) started: u64,
}

/// A process.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) pid: u32,
    folder: OwnedFd,
    /// Where its memory is looked at: empty, or `task/N/` where its first thread has ended and another lives.
    thread: String,
    /// It has more mappings, or descriptors, than were looked through.
    pub(super) is_cut: bool,
}

impl Process {
    pub(super) fn hold(pid: u32) -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::openat(CWD, format!("/proc/{pid}"), flags, Mode::empty())?;
        Ok(Self {
            pid,
            folder,
            thread: String::new(),
            is_cut: false,
        })
    }

    fn open_at(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.folder, name, flags, Mode::empty())?;
        Ok(File::from(file))
    }

    /// Opens a file that shows its memory as it is now: `pagemap`, `mem`. One that was opened before an exec shows the memory
    /// from before.
    pub(super) fn open(&self, name: &str) -> io::Result<File> {
        self.open_at(&format!("{}{name}", self.thread))
    }

    fn read_into(&self, name: &str, bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.clear();
        self.open_at(name)?
            .take(MOST_MAPS_BYTES)
            .read_to_end(bytes)?;
        Ok(())
    }

    /// Its mappings, and whether there are more of them. A list that does not end is cut behind its last whole line.
    fn read_maps(&mut self, name: &str, bytes: &mut Vec<u8>) -> io::Result<()> {
        self.read_into(name, bytes)?;
        if bytes.len() as u64 >= MOST_MAPS_BYTES {
            self.is_cut = true;
            bytes.truncate(memchr::memrchr(b'\n', bytes).map_or(0, |last| last + 1));
        }
        Ok(())
    }

    /// Its mappings, and whether its memory is looked at through another thread from now on: a leader that ended while
    /// other threads live shows nothing, and those of another thread are the same.
    pub(super) fn maps(&mut self, bytes: &mut Vec<u8>) -> io::Result<bool> {
        let before = std::mem::take(&mut self.thread);
        if !before.is_empty()
            && self.read_maps(&format!("{before}maps"), bytes).is_ok()
            && !bytes.is_empty()
        {
            self.thread = before;
            return Ok(false);
        }
        self.read_maps("maps", bytes)?;
        if !bytes.is_empty() {
            return Ok(false);
        }
        for thread in self.other_threads()? {
            let thread = format!("task/{thread}/");
            match self.read_maps(&format!("{thread}maps"), bytes) {
                Ok(()) if !bytes.is_empty() => {
                    self.thread = thread;
                    return Ok(true);
                }
                // Memory that has nobody left is refused to nobody, so this is somebody's.
                Err(error) if is_refusal(&error) => return Err(error),
                Ok(()) | Err(_) => {} // it has ended too
            }
        }
        bytes.clear();
        Ok(false)
    }

    /// The folder in it, to be listed.
    fn list(&self, name: &str) -> io::Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(
            &self.folder,
            name,
            flags,
            Mode::empty(),
        )?)
    }

    fn other_threads(&self) -> io::Result<Vec<u32>> {
        let entries = Dir::new(self.list("task")?)?;
        let threads = entries.filter_map(|entry| number(entry.ok()?.file_name().to_bytes()));
        let others = threads.filter(|thread| *thread != self.pid);
        Ok(others.take(MOST_THREADS).collect())
    }

    /// Whose it is. The folder itself tells that also of one that may not be looked into, what is in it does not.
    pub(super) fn user(&self) -> Option<u32> {
        let facts = rustix::fs::fstat(&self.folder).ok()?;
        Some(facts.st_uid)
    }

    /// Its name: any bytes but NUL, at most 15.
    pub(super) fn name(&self) -> io::Result<OsString> {
        let mut name = Vec::new();
        self.read_into("comm", &mut name)?;
        name.truncate(name.strip_suffix(b"\n").unwrap_or(&name).len());
        Ok(OsString::from_vec(name))
    }

    /// Who started it, and when.
    pub(super) fn lineage(&self) -> io::Result<Lineage> {
        let mut stat = Vec::new();
        self.read_into("stat", &mut stat)?;
        parse_stat(&stat).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// What `name` in its folder leads to.
    pub(super) fn identity(&self, name: &[u8]) -> io::Result<StatIdentity> {
        identity_at(&self.folder, name)
    }

    /// The descriptors of the file of this identity: each with its number, whether it reads and writes, and the path that
    /// the kernel tells.
    pub(super) fn descriptors(&mut self, wanted: StatIdentity) -> io::Result<Vec<Descriptor>> {
        let folder = self.list(&format!("{}fd", self.thread))?;
        let mut found = Vec::new();
        let mut n_asked = 0;
        for entry in Dir::read_from(&folder)? {
            let entry = entry?;
            let Some(number) = number(entry.file_name().to_bytes()) else {
                continue;
            };
            if n_asked == MOST_DESCRIPTORS {
                self.is_cut = true;
                break;
            }
            n_asked += 1;
            if identity_at(&folder, entry.file_name()).ok() != Some(wanted) {
                continue;
            }
            let Ok(path) = readlinkat(&folder, entry.file_name(), Vec::new()) else {
                continue; // closed meanwhile
            };
            found.push(Descriptor {
                number,
                may: self.may(number),
                path: path.into_bytes(),
            });
        }
        found.sort_unstable_by_key(|descriptor| descriptor.number);
        Ok(found)
    }

    /// Whether it reads and writes through the descriptor: `flags` of `/proc/PID/fdinfo/N`, octal.
    fn may(&self, descriptor: u32) -> Option<[bool; 2]> {
        let mut bytes = Vec::new();
        let name = format!("{}fdinfo/{descriptor}", self.thread);
        self.read_into(&name, &mut bytes).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let flags = text
            .lines()
            .find_map(|line| line.strip_prefix("flags:"))
            .and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok())?;
        let access = OFlags::from_bits_retain(flags);
        if access.contains(OFlags::PATH) {
            return Some([false, false]);
        }
        Some(match access & OFlags::RWMODE {
            OFlags::RDONLY => [true, false],
            OFlags::WRONLY => [false, true],
            _ => [true, true],
        })
    }
}

/// A descriptor of the file.
#[derive(Debug)]
pub(super) struct Descriptor {
    pub(super) number: u32,
    pub(super) may: Option<[bool; 2]>,
    pub(super) path: Vec<u8>,
}

/// A name that is a number, as the kernel writes it.
pub(super) fn number(name: &[u8]) -> Option<u32> {
    std::str::from_utf8(name).ok()?.parse().ok()
}

/// The name in it may hold blanks and parentheses: what follows the last one is counted.
fn parse_stat(stat: &[u8]) -> Option<Lineage> {
    let name_end = stat.iter().rposition(|byte| *byte == b')')?;
    let rest = std::str::from_utf8(stat.get(name_end + 1..)?).ok()?;
    let mut words = rest.split_whitespace();
    let parent = words.nth(1)?.parse().ok()?;
    let started = words.nth(17)?.parse().ok()?;
    Some(Lineage { parent, started })
}
