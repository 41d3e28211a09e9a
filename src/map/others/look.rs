//! Linux: one look at `/proc`.
//!
//! It owns the order of the questions: the page table first, then bytes only of a page that is there, then once more
//! whether the process and its mapping are still the same. A process is held by its folder in `/proc`, which never leads
//! to another one that got the same number. It must not know who asks.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;

use rustix::fs::{CWD, Mode as FileMode, OFlags};

use super::{
    FileKey, MOST_BYTES, MapsLine, OtherMapping, OtherPage, OtherProcess, Others, Proof, Sameness,
    SeenBytes, parse_line,
};
use crate::bytes::Span;
use crate::map::errno::{EACCES, EIO, EPERM, errno_of};
use crate::map::mapping::Mapping;
use crate::map::mode::Mode;
use crate::map::open::OpenFile;
use crate::map::page::{PageState, Unavailable};
use crate::map::raw::{PageEntry, kind_number, page_bytes};

/// The numbers of statfs(2) for file systems where a key is no proof.
const BTRFS: u64 = 0x9123_683e;
const OVERLAYFS: u64 = 0x794c_7630;

/// The longest list of mappings that is read: half a million of them.
const MOST_MAPS_BYTES: u64 = 64 << 20;

fn hidden(error: &io::Error) -> Unavailable {
    Unavailable::Hidden {
        errno: errno_of(error),
    }
}

/// What the kernel calls the file of `mapping`.
pub(super) fn key_of(mapping: &Mapping, file: &OpenFile) -> Result<FileKey, Unavailable> {
    let maps = fs::read("/proc/self/maps").map_err(|error| hidden(&error))?;
    let address = mapping.address() as u64;
    let line = lines(&maps).find(|line| (line.start..line.end).contains(&address));
    let line = line.ok_or(Unavailable::Failed { errno: EIO })?;
    let proof = match rustix::fs::fstatfs(file.file()).map(|facts| kind_number(facts.f_type)) {
        Ok(BTRFS) => Proof::OneOfSeveral,
        Ok(OVERLAYFS) => Proof::SomeLayer,
        _ => Proof::Same,
    };
    Ok(FileKey {
        text: line.key.to_vec(),
        proof,
    })
}

fn lines(maps: &[u8]) -> impl Iterator<Item = MapsLine<'_>> {
    maps.split(|byte| *byte == b'\n').filter_map(parse_line)
}

/// Looks at all processes but this one.
pub(super) fn look(file: &OpenFile, key: &FileKey, span: Span) -> Result<Others, Unavailable> {
    let mut found = Others::default();
    let own = std::process::id();
    let mut pids: Vec<u32> = fs::read_dir("/proc")
        .map_err(|error| hidden(&error))?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| *pid != own)
        .collect();
    pids.sort_unstable();
    let asked = Asked { file, key, span };
    for pid in pids {
        match Process::hold(pid).and_then(|process| process.look(&asked)) {
            Ok(process) => {
                found.n_looked += 1;
                found.processes.extend(process);
            }
            Err(error) if matches!(errno_of(&error), EACCES | EPERM) => found.n_hidden += 1,
            // It ended.
            Err(_) => {}
        }
    }
    Ok(found)
}

/// What is looked for.
struct Asked<'a> {
    file: &'a OpenFile,
    key: &'a FileKey,
    span: Span,
}

impl Asked<'_> {
    /// The line has the first byte.
    fn is_in(&self, line: &MapsLine<'_>) -> bool {
        let len = line.end.saturating_sub(line.start);
        line.key == self.key.text
            && Span::at(line.offset, len).is_some_and(|span| span.contains(self.span.start()))
    }
}

/// A process, held by its folder: what is read in it is of that process or an error.
struct Process {
    pid: u32,
    folder: OwnedFd,
}

impl Process {
    fn hold(pid: u32) -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let path = format!("/proc/{pid}");
        let folder = rustix::fs::openat(CWD, path, flags, FileMode::empty())?;
        Ok(Self { pid, folder })
    }

    fn open(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.folder, name, flags, FileMode::empty())?;
        Ok(File::from(file))
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open(name)?
            .take(MOST_MAPS_BYTES)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Its mappings. A leader that ended while other threads live shows none: those of another thread are the same.
    fn maps(&self) -> io::Result<Vec<u8>> {
        let maps = self.read("maps")?;
        if !maps.is_empty() {
            return Ok(maps);
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let tasks = rustix::fs::openat(&self.folder, "task", flags, FileMode::empty())?;
        for entry in rustix::fs::Dir::read_from(tasks)?.take(4) {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') || name == self.pid.to_string() {
                continue;
            }
            if let Ok(maps) = self.read(&format!("task/{name}/maps"))
                && !maps.is_empty()
            {
                return Ok(maps);
            }
        }
        Ok(maps)
    }

    /// What it has of the file; nothing where it has nothing, or not any more.
    fn look(&self, asked: &Asked<'_>) -> io::Result<Option<OtherProcess>> {
        let maps = self.maps()?;
        let finder = memchr::memmem::Finder::new(&asked.key.text);
        if finder.find(&maps).is_none() {
            return Ok(None);
        }
        let wanted: Vec<MapsLine<'_>> = lines(&maps).filter(|line| asked.is_in(line)).collect();
        if wanted.is_empty() {
            return Ok(None);
        }
        let mut mappings: Vec<OtherMapping> = wanted
            .iter()
            .filter_map(|line| self.look_at(line, asked))
            .collect();
        let mut name = self.read("comm")?;
        name.truncate(name.trim_ascii_end().len());
        // What was unmapped or mapped anew meanwhile was not what was looked at.
        let after = self.maps()?;
        let is_still = |mapping: &OtherMapping| {
            let range = mapping.addresses;
            let old = wanted.iter().find(|line| (line.start, line.end) == range);
            lines(&after).any(|line| Some(&line) == old)
        };
        mappings.retain(is_still);
        Ok((!mappings.is_empty()).then_some(OtherProcess {
            pid: self.pid,
            name: OsString::from_vec(name),
            mappings,
        }))
    }

    fn look_at(&self, line: &MapsLine<'_>, asked: &Asked<'_>) -> Option<OtherMapping> {
        let len = line.end.checked_sub(line.start)?;
        let span = Span::at(line.offset, len)?;
        let sameness = self.sameness(line, asked)?;
        let address = line.start + (asked.span.start() - line.offset);
        let page = self.page(address, !line.is_shared);
        let seen = match &page {
            Ok(page) if page.state == PageState::NotPresent => SeenBytes::NotPresent,
            // Its file would give bytes that the process itself cannot read.
            Ok(_) if !line.may[0] => SeenBytes::Refused(EACCES),
            // A page in swap would be brought in.
            Ok(page) if page.state == PageState::Swapped => SeenBytes::NotPresent,
            Ok(_) => self.bytes(address, asked.span.intersect(span)?.len()),
            Err(Unavailable::Hidden { errno } | Unavailable::Failed { errno }) => {
                SeenBytes::Refused(*errno)
            }
            Err(_) => SeenBytes::NotPresent,
        };
        Some(OtherMapping {
            addresses: (line.start, line.end),
            span,
            mode: if line.is_shared {
                Mode::Shared
            } else {
                Mode::Private
            },
            may: line.may,
            path: OsString::from_vec(line.path.to_vec()),
            sameness,
            page,
            seen,
        })
    }

    /// Whether the mapping is of this very file; `None` where it is known to be of another.
    fn sameness(&self, line: &MapsLine<'_>, asked: &Asked<'_>) -> Option<Sameness> {
        match asked.key.proof {
            Proof::Same => Some(Sameness::Proven),
            Proof::SomeLayer => Some(Sameness::OtherLayer),
            Proof::OneOfSeveral => {
                let ours = asked.file.file().metadata().ok()?;
                let of = |path: &str| fs::metadata(Path::new(path)).ok();
                let is_ours = |it: &fs::Metadata| (it.dev(), it.ino()) == (ours.dev(), ours.ino());
                let mapped = format!(
                    "/proc/{}/map_files/{:x}-{:x}",
                    self.pid, line.start, line.end
                );
                // The link is for root; the path may lead elsewhere by now, so it proves one way only.
                if let Some(facts) = of(&mapped) {
                    return is_ours(&facts).then_some(Sameness::Proven);
                }
                let path = String::from_utf8_lossy(line.path);
                let path = format!("/proc/{}/root{path}", self.pid);
                match of(&path) {
                    Some(facts) if is_ours(&facts) => Some(Sameness::Proven),
                    _ => Some(Sameness::OtherSubvolume),
                }
            }
        }
    }

    fn page(&self, address: u64, is_private: bool) -> Result<OtherPage, Unavailable> {
        let file = self.open("pagemap").map_err(|error| hidden(&error))?;
        let mut entry = [0; 8];
        file.read_exact_at(&mut entry, address / page_bytes() * 8)
            .map_err(|error| hidden(&error))?;
        let entry = PageEntry::new(u64::from_ne_bytes(entry));
        Ok(OtherPage {
            state: crate::map::facts::state_of(entry, is_private),
            is_exclusive: entry.is_exclusive(),
            frame: entry.frame(),
        })
    }

    /// At most `len` bytes at `address`, and no further than its page: the next one may not be there.
    ///
    /// By `/proc/PID/mem`, which only looks. `process_vm_readv(2)` pins the page, and the kernel then makes a copy of one
    /// that a parent and its child share since a fork: measured on Linux 6.18, mm/gup.c, `gup_must_unshare`.
    fn bytes(&self, address: u64, len: u64) -> SeenBytes {
        let left = page_bytes() - address % page_bytes();
        let len = usize::try_from(len.min(left).min(MOST_BYTES)).unwrap_or(0);
        let mut bytes = vec![0; len];
        let read = self
            .open("mem")
            .and_then(|mem| mem.read_at(&mut bytes, address));
        match read {
            Ok(n) => {
                bytes.truncate(n);
                SeenBytes::Bytes(bytes)
            }
            Err(error) => SeenBytes::Refused(errno_of(&error)),
        }
    }
}
