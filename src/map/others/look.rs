//! Linux: one process, and what it has of the file.
//!
//! It owns what is of the file there, and that what was read was of that: whether the process and its mapping are still the
//! same is asked once more afterwards. It must not know who asks, nor how often.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::MetadataExt as _;

use memchr::memmem;

use super::memory::{Memory, Place, hidden};
use super::process::{Process, identity_at};
use super::{
    FileKey, MOST_TOLD_DESCRIPTORS, MapsLine, OtherMapping, OtherOpen, Proof, Sameness,
    StatIdentity, parse_line,
};
use crate::bytes::Span;
use crate::map::errno::EIO;
use crate::map::mapping::Mapping;
use crate::map::mode::Mode;
use crate::map::open::OpenFile;
use crate::map::page::Unavailable;
use crate::map::raw::kind_number;

/// The numbers of statfs(2) for file systems where a key is no proof.
const BTRFS: u64 = 0x9123_683e;
const OVERLAYFS: u64 = 0x794c_7630;

/// What the kernel writes behind a path that leads to the file no more. A file may also be called that.
const DELETED: &[u8] = b" (deleted)";

/// How often what is read is read again because the mappings changed meanwhile.
const N_ATTEMPTS: usize = 2;

/// What the kernel calls the file of `mapping`.
pub(super) fn key_of(mapping: &Mapping, file: &OpenFile) -> Result<FileKey, Unavailable> {
    let maps = fs::read("/proc/self/maps").map_err(|error| hidden(&error))?;
    let address = mapping.address() as u64;
    let line = maps
        .split(|byte| *byte == b'\n')
        .filter_map(parse_line)
        .find(|line| (line.start..line.end).contains(&address));
    let line = line.ok_or(Unavailable::Failed { errno: EIO })?;
    let proof = match rustix::fs::fstatfs(file.file()).map(|facts| kind_number(facts.f_type)) {
        Ok(BTRFS) => Proof::OneOfSeveral,
        Ok(OVERLAYFS) => Proof::SomeLayer,
        _ => Proof::Same,
    };
    let identity = identity_at(file.file(), "").map_err(|error| hidden(&error))?;
    Ok(FileKey {
        text: line.key.to_vec(),
        proof,
        identity,
        is_kernels: is_kernels(file, &line).map_err(|error| hidden(&error))?,
    })
}

/// Whether our own mapping there is of the kernel's memory or a device's (`VM_PFNMAP`, `VM_IO`), and so is everybody's of
/// that file. Their page tables look as if nothing were there.
fn is_kernels(file: &OpenFile, own: &MapsLine<'_>) -> io::Result<bool> {
    // What takes blocks on a storage has pages of its own. To ask of a terabyte of them would take long.
    let facts = file.file().metadata()?;
    if facts.is_file() && facts.blocks() > 0 {
        return Ok(false);
    }
    let mut is_it = false;
    for line in BufReader::new(File::open("/proc/self/smaps")?).split(b'\n') {
        let line = line?;
        if let Some(mapping) = parse_line(&line) {
            is_it = mapping.start == own.start;
        } else if is_it && let Some(flags) = line.strip_prefix(b"VmFlags:") {
            let mut flags = flags.split(|byte| *byte == b' ');
            return Ok(flags.any(|flag| flag == b"pf" || flag == b"io"));
        }
    }
    Err(io::Error::from_raw_os_error(EIO))
}

/// What is looked for.
#[derive(Debug)]
pub(super) struct Sought {
    key: FileKey,
    /// Our own mount namespace.
    namespace: Option<StatIdentity>,
}

impl Sought {
    pub(super) fn new(key: FileKey) -> Self {
        Self {
            key,
            namespace: identity_at(rustix::fs::CWD, "/proc/self/ns/mnt").ok(),
        }
    }

    /// The lines of `maps` with the file's key. Only the lines around a hit are read.
    fn lines<'a>(&'a self, maps: &'a [u8]) -> impl Iterator<Item = MapsLine<'a>> {
        let mut behind = 0; // of the last hit's line
        memmem::find_iter(maps, &self.key.text).filter_map(move |at| {
            if at < behind {
                return None; // once more in the path of the same line
            }
            let start = memchr::memrchr(b'\n', &maps[..at]).map_or(0, |before| before + 1);
            let end = memchr::memchr(b'\n', &maps[at..]).map_or(maps.len(), |len| at + len);
            behind = end;
            parse_line(&maps[start..end]).filter(|line| line.key == self.key.text)
        })
    }

    /// Whether the mapping is of this very file; `None` where it is known to be of another.
    fn sameness(&self, process: &Process, line: &MapsLine<'_>) -> Option<Sameness> {
        match self.key.proof {
            Proof::Same => Some(Sameness::Proven),
            Proof::SomeLayer => Some(Sameness::OtherLayer),
            Proof::OneOfSeveral => {
                let mapped = format!("map_files/{:x}-{:x}", line.start, line.end);
                // The link is for root; the path may lead elsewhere by now, so it proves one way only.
                if let Ok(identity) = process.identity(mapped.as_bytes()) {
                    return (identity == self.key.identity).then_some(Sameness::Proven);
                }
                Some(if self.is_at(process, line.path) {
                    Sameness::Proven
                } else {
                    Sameness::OtherSubvolume
                })
            }
        }
    }

    /// The path leads to the file, as the process's own root has it.
    fn is_at(&self, process: &Process, path: &[u8]) -> bool {
        if !path.starts_with(b"/") {
            return false;
        }
        let leads = |path: &[u8]| {
            let path = [b"root", path].concat();
            process.identity(&path).ok() == Some(self.key.identity)
        };
        leads(path) || (memmem::find(path, b"\\012").is_some() && leads(&with_line_ends(path)))
    }

    /// The path without the sign of the kernel that it leads to the file no more, and whether that is so. A file may bear
    /// that sign as its name.
    fn told_path(&self, process: &Process, path: &[u8]) -> (OsString, bool) {
        match path.strip_suffix(DELETED) {
            Some(before) if !self.is_at(process, path) => {
                (OsString::from_vec(before.to_vec()), true)
            }
            _ => (OsString::from_vec(path.to_vec()), false),
        }
    }

    fn file_lines(&self, process: &Process, maps: &[u8]) -> Vec<FileLine> {
        let mut found: Vec<FileLine> = Vec::new();
        for line in self.lines(maps) {
            let Some(sameness) = self.sameness(process, &line) else {
                continue;
            };
            let (path, is_deleted) = match found.last() {
                Some(last) if last.raw_path == line.path => (last.path.clone(), last.is_deleted),
                _ => self.told_path(process, line.path),
            };
            found.push(FileLine {
                start: line.start,
                end: line.end,
                offset: line.offset,
                may: line.may,
                is_shared: line.is_shared,
                raw_path: line.path.to_vec(),
                path,
                is_deleted,
                sameness,
            });
        }
        found
    }
}

fn with_line_ends(path: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = memmem::find(rest, b"\\012") {
        out.extend_from_slice(&rest[..at]);
        out.push(b'\n');
        rest = &rest[at + 4..];
    }
    out.extend_from_slice(rest);
    out
}

/// A mapping of the file, as it was found.
#[derive(Debug)]
struct FileLine {
    start: u64,
    end: u64,
    offset: u64,
    may: [bool; 3],
    is_shared: bool,
    /// As it stands in the list.
    raw_path: Vec<u8>,
    path: OsString,
    is_deleted: bool,
    sameness: Sameness,
}

impl FileLine {
    fn is(&self, line: &MapsLine<'_>) -> bool {
        (self.start, self.end, self.offset) == (line.start, line.end, line.offset)
            && (self.may, self.is_shared) == (line.may, line.is_shared)
            && self.raw_path == line.path
    }

    fn span(&self) -> Option<Span> {
        Span::at(self.offset, self.end.checked_sub(self.start)?)
    }

    fn has(&self, asked: Span) -> bool {
        let inside = self.span().and_then(|span| span.intersect(asked));
        inside.is_some_and(|inside| !inside.is_empty())
    }

    fn look_at(&self, memory: &Memory, sought: &Sought, asked: Span) -> Option<OtherMapping> {
        let span = self.span()?;
        let place = Place {
            start: self.start,
            span,
            is_private: !self.is_shared,
            may_read: self.may[0],
            is_kernels: sought.key.is_kernels,
        };
        let pages = memory.look_at(place, asked);
        (!pages.is_empty()).then(|| OtherMapping {
            addresses: (self.start, self.end),
            span,
            mode: if self.is_shared {
                Mode::Shared
            } else {
                Mode::Private
            },
            may: self.may,
            path: self.path.clone(),
            is_deleted: self.is_deleted,
            sameness: self.sameness,
            pages,
        })
    }
}

/// A process that has the file.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) started: u64,
    pub(super) name: OsString,
    pub(super) is_elsewhere: Option<bool>,
    pub(super) open: Vec<OtherOpen>,
    pub(super) n_open: usize,
    lines: Vec<FileLine>,
}

impl Candidate {
    /// What the process has of the file; `None` where it has nothing.
    pub(super) fn find(
        process: &mut Process,
        sought: &Sought,
        maps: &mut Vec<u8>,
    ) -> io::Result<Option<Self>> {
        process.maps(maps)?;
        let lines = sought.file_lines(process, maps);
        // The same right is asked for as for the list of mappings: where it is refused, it was given up meanwhile.
        let descriptors = process.descriptors(sought.key.identity).unwrap_or_default();
        if lines.is_empty() && descriptors.is_empty() {
            return Ok(None);
        }
        let n_open = descriptors.len();
        let told = descriptors.into_iter().take(MOST_TOLD_DESCRIPTORS);
        let open = told.map(|descriptor| {
            let (path, is_deleted) = sought.told_path(process, &descriptor.path);
            OtherOpen {
                descriptor: descriptor.number,
                may: descriptor.may,
                path,
                is_deleted,
            }
        });
        let namespace = process.identity(b"ns/mnt").ok();
        Ok(Some(Self {
            started: process.lineage()?.started,
            name: process.name()?,
            is_elsewhere: namespace.zip(sought.namespace).map(|(it, own)| it != own),
            open: open.collect(),
            n_open,
            lines,
        }))
    }

    /// How many of its mappings have some of these bytes.
    pub(super) fn n_with(&self, asked: Span) -> usize {
        self.lines.iter().filter(|line| line.has(asked)).count()
    }

    /// At most `most` of its mappings that have some of `span`, and what it sees through them. What was unmapped or
    /// mapped anew meanwhile was not what was looked at: then it is looked once more.
    pub(super) fn read(
        &mut self,
        process: &mut Process,
        sought: &Sought,
        span: Span,
        most: usize,
        maps: &mut Vec<u8>,
    ) -> io::Result<Vec<OtherMapping>> {
        let mut mappings = Vec::new();
        for _ in 0..N_ATTEMPTS {
            let memory = Memory::open(process);
            let wanted = self.lines.iter().filter(|line| line.has(span)).take(most);
            let read = wanted.filter_map(|line| line.look_at(&memory, sought, span));
            mappings = read.collect();
            if mappings.is_empty() {
                return Ok(mappings);
            }
            let has_moved = process.maps(maps)?;
            if !has_moved && self.is_as_in(sought, maps) {
                return Ok(mappings);
            }
            let before = std::mem::take(&mut self.lines);
            self.lines = sought.file_lines(process, maps);
            let is_still = |mapping: &OtherMapping| {
                let is_it = |line: &&FileLine| (line.start, line.end) == mapping.addresses;
                let (old, new) = (before.iter().find(is_it), self.lines.iter().find(is_it));
                old.zip(new).is_some_and(|(old, new)| {
                    (old.offset, old.is_shared, old.may) == (new.offset, new.is_shared, new.may)
                })
            };
            mappings.retain(is_still);
        }
        Ok(mappings)
    }

    /// The list of mappings still has the same lines of the file. One that is known to be of another file counts as no
    /// line, which is looked at anew, and that is all.
    fn is_as_in(&self, sought: &Sought, maps: &[u8]) -> bool {
        let mut lines = sought.lines(maps);
        self.lines
            .iter()
            .all(|known| lines.next().is_some_and(|line| known.is(&line)))
            && lines.next().is_none()
    }
}
