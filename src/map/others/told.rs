//! What is told of other processes, as plain data.
//!
//! It must not know how it is found out, nor how it is worded.

use std::ffi::OsString;

use crate::bytes::Span;
use crate::map::mode::Mode;
use crate::map::page::{PageFact, Unavailable};

/// Whether a mapping with the file's device and inode is of this very file's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sameness {
    /// It is.
    Proven,
    /// Not known: on btrfs two subvolumes give two files the same device and inode in `/proc/PID/maps`.
    OtherSubvolume,
    /// Not known: on overlayfs a mapping made before the file was copied up keeps the page of the lower layer.
    OtherLayer,
}

/// A page of another process's mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherPage {
    /// The bytes in it that were asked for, in offsets of the file; never none.
    pub span: Span,
    /// It, as that process's page table has it, or why the kernel does not tell.
    pub fact: Result<PageFact, Unavailable>,
    /// What the process sees of them.
    pub seen: SeenBytes,
}

/// What another process sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeenBytes {
    /// These bytes; fewer than asked for where its mapping or what can be read ends.
    Bytes(Vec<u8>),
    /// Not asked for: the page is not in its page table, and asking would bring it in.
    NotPresent,
    /// Not asked for: what has to be known of the page first is not told, and why.
    NotTold(Unavailable),
    /// The kernel refuses it, or the page cannot be read: the error number.
    Refused(i32),
}

/// A mapping of the file in another process that has some of the bytes asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherMapping {
    /// The addresses it occupies there.
    pub addresses: (u64, u64),
    /// The part of the file that it shows; the last page counts whole.
    pub span: Span,
    /// Who sees stores through it.
    pub mode: Mode,
    /// It may be read, stored to, executed.
    pub may: [bool; 3],
    /// The path in its maps, as that process's mount namespace has it; raw, but that the kernel writes a line end as `\012`.
    pub path: OsString,
    /// The path leads there no more: the file, or that name of it, was deleted.
    pub is_deleted: bool,
    /// Whether it is this very file.
    pub sameness: Sameness,
    /// Its pages with the bytes that it has of those, in order; never none.
    pub pages: Vec<OtherPage>,
}

/// A descriptor of the file in another process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherOpen {
    /// Its number there.
    pub descriptor: u32,
    /// It may read, and write, through it: neither, where it holds the path alone (`O_PATH`). `None` where that is not told.
    pub may: Option<[bool; 2]>,
    /// The path that the kernel tells of it, raw, as that process's mount namespace has it.
    pub path: OsString,
    /// The path leads there no more: the file, or that name of it, was deleted.
    pub is_deleted: bool,
}

/// A process that maps the file or has it open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherProcess {
    /// Its number, in our namespace.
    pub pid: u32,
    /// When it started, in clock ticks since the system did (`proc_pid_stat(5)`): with the number it names the process, as
    /// numbers are used again.
    pub started: u64,
    /// Its name (`/proc/PID/comm`): any bytes but NUL, at most 15.
    pub name: OsString,
    /// It has another mount namespace than we have: its paths are of that one. `None` where that is not told.
    pub is_elsewhere: Option<bool>,
    /// Its mappings, by address.
    pub mappings: Vec<OtherMapping>,
    /// Its descriptors of the file, by number, at most [`super::MOST_TOLD_DESCRIPTORS`].
    pub open: Vec<OtherOpen>,
    /// How many it has.
    pub n_open: usize,
    /// It runs in the very memory of this other process, by number (`vfork(2)`, `CLONE_VM`), and sees what that one sees:
    /// its mappings are told there, and not here.
    pub memory_of: Option<u32>,
    /// The kernel does not come back with what it has: this is as it was before, and what its pages are now is not known.
    pub is_silent: bool,
}

/// Processes that could not be looked at. Whether they map the file cannot be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hiding {
    /// The error number of the refusal: `EACCES` or `EPERM`.
    pub errno: i32,
    /// They belong to the user that this program runs as, and have more rights, or were told not to be looked into.
    pub is_own_user: bool,
    /// How many.
    pub n: usize,
}

/// What a look at all processes found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Others {
    /// Those that map the bytes, and those that have the file open, by number.
    pub processes: Vec<OtherProcess>,
    /// How many mappings of the bytes there are beyond these.
    pub n_more_mappings: usize,
    /// How many processes there are beyond these that have the file open and do not map the bytes.
    pub n_more_open: usize,
    /// How many processes could be looked at.
    pub n_looked: usize,
    /// Those that the kernel hides from us (another user's, or with more rights), by reason.
    pub hidden: Vec<Hiding>,
    /// The processes about which the kernel does not come back, by number. Those that were known to have the file are told
    /// among the others too; of the rest it is not known.
    pub silent: Vec<u32>,
    /// How many processes have more mappings, or more descriptors, than are looked through: there may be more of the file.
    pub n_cut: usize,
    /// Every process was asked; else there may be more.
    pub is_whole: bool,
}

impl OtherMapping {
    /// Its first page that was asked about.
    #[must_use]
    pub fn page(&self) -> Option<&OtherPage> {
        self.pages.first()
    }
}

impl OtherProcess {
    /// It has the file open, and maps none of the bytes.
    #[must_use]
    pub fn only_has_it_open(&self) -> bool {
        self.mappings.is_empty() && self.memory_of.is_none() && self.n_open > 0
    }

    /// As it is shown once the kernel does not come back about it.
    #[must_use]
    pub fn silenced(mut self) -> Self {
        self.is_silent = true;
        for page in self.mappings.iter_mut().flat_map(|it| &mut it.pages) {
            page.fact = Err(Unavailable::NoAnswer);
            page.seen = SeenBytes::NotTold(Unavailable::NoAnswer);
        }
        self
    }
}

impl Others {
    /// How many processes the kernel hides from us.
    #[must_use]
    pub fn n_hidden(&self) -> usize {
        self.hidden.iter().map(|hiding| hiding.n).sum()
    }

    /// It shows the same: how many processes were asked does not count, as that changes all the time.
    #[must_use]
    pub fn is_shown_as(&self, other: &Self) -> bool {
        self.processes == other.processes
            && self.hidden == other.hidden
            && self.is_whole == other.is_whole
            && self.silent == other.silent
            && self.n_cut == other.n_cut
            && self.n_more_mappings == other.n_more_mappings
            && self.n_more_open == other.n_more_open
    }
}
