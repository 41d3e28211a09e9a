//! Other processes that map the file that is open, or have it open: how, through which page, and what they see there.
//!
//! It owns the looking, which never stores to them and never makes them touch a page: of a page that is not in their page
//! table no byte is asked for, as the kernel would bring it in for them. It must not know how what is found is worded or
//! drawn. What the kernel hides is a reason, never a guess.
//!
//! Looking has two halves. To *find* who has the file is slow, as every process has to be asked, so what was found is
//! remembered ([`OthersFinder`]); to *read* those that were found is quick.

mod maps;

#[cfg(not(target_os = "linux"))]
mod absent;
#[cfg(target_os = "linux")]
mod find;
#[cfg(target_os = "linux")]
mod kin;
#[cfg(target_os = "linux")]
mod look;
#[cfg(target_os = "linux")]
mod process;

#[cfg(not(target_os = "linux"))]
use absent as system;
#[cfg(target_os = "linux")]
use find as system;

pub use maps::{MapsLine, parse_line};

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use super::mapping::Mapping;
use super::mode::Mode;
use super::open::OpenFile;
use super::page::{PageState, Unavailable};
use crate::bytes::Span;

/// The most bytes that are read of another process at once.
pub const MOST_BYTES: u64 = 4096;

/// The most rows that are read while others are watched: mappings, and processes that only have the file open. The rest is
/// counted.
pub const MOST_ROWS: usize = 64;

/// The most descriptors of one process that are told one by one.
pub const MOST_TOLD_DESCRIPTORS: usize = 8;

/// What the kernel calls the file in `/proc/PID/maps`: device and inode as they stand there. It is not always what stat(2)
/// says (btrfs, overlayfs), so it is read from a mapping of our own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileKey {
    /// ` 08:01 1234 `, with the blanks around it.
    text: Vec<u8>,
    /// What equal keys prove.
    proof: Proof,
    /// What stat(2) says of it: that of a descriptor is the same only where it is the same file.
    identity: StatIdentity,
}

/// Device and inode, as stat(2) tells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct StatIdentity {
    device: (u32, u32),
    inode: u64,
}

/// What an equal key proves on the file's file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "only on Linux is there a key")
)]
enum Proof {
    /// It is the file.
    Same,
    /// Another subvolume may have a file with the same key (btrfs).
    OneOfSeveral,
    /// The memory may be that of a lower layer (overlayfs).
    SomeLayer,
}

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

/// The page of another process's mapping, as its page table has it (`proc_pid_pagemap(5)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherPage {
    /// What it is.
    pub state: PageState,
    /// No other page table has it now. Of a copy: nobody else sees it.
    pub is_exclusive: bool,
    /// The number of its frame of memory, where the kernel tells it (to root).
    pub frame: Option<u64>,
}

/// What another process sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeenBytes {
    /// These bytes; fewer than asked for where its mapping or what can be read ends.
    Bytes(Vec<u8>),
    /// Not asked for: the page is not in its page table, and asking would bring it in.
    NotPresent,
    /// The kernel refuses it, or the page cannot be read: the error number.
    Refused(i32),
}

/// A mapping of the file in another process that has the first of the bytes asked for.
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
    /// Its page with the first of the bytes, or why the kernel does not tell.
    pub page: Result<OtherPage, Unavailable>,
    /// What it sees.
    pub seen: SeenBytes,
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
    /// Its descriptors of the file, by number, at most [`MOST_TOLD_DESCRIPTORS`].
    pub open: Vec<OtherOpen>,
    /// How many it has.
    pub n_open: usize,
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
    /// Every process was asked; else there may be more.
    pub is_whole: bool,
}

/// Whose processes are not others: this program's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnProcesses {
    /// Numbers that were told to be ours.
    told: Vec<u32>,
}

impl OwnProcesses {
    /// Those of these numbers, as they are now; a process that gets one of them later is another one.
    #[must_use]
    pub fn new(told: Vec<u32>) -> Self {
        Self { told }
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
            && self.n_more_mappings == other.n_more_mappings
            && self.n_more_open == other.n_more_open
    }
}

impl FileKey {
    /// What the kernel calls the file of `mapping`, a mapping of `file`.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] where `/proc/self/maps` cannot be read, or there is none on this system.
    #[cfg(target_os = "linux")]
    pub fn of(mapping: &Mapping, file: &OpenFile) -> Result<Self, Unavailable> {
        look::key_of(mapping, file)
    }

    /// The same where the system has no such list.
    ///
    /// # Errors
    ///
    /// [`Unavailable::NotOnThisSystem`], always.
    #[cfg(not(target_os = "linux"))]
    pub fn of(_mapping: &Mapping, _file: &OpenFile) -> Result<Self, Unavailable> {
        Err(Unavailable::NotOnThisSystem)
    }
}

/// Remembers of each process whether it has the file, so that to look again costs little.
///
/// A process is looked at in full when it is new, when the size of its memory or the number of its descriptors is another
/// one than before, and else once in thirty rounds; those that are shown, in each.
#[derive(Debug)]
pub struct OthersFinder(system::Finder);

impl OthersFinder {
    /// Looks for the file that the kernel calls `key` in all processes but this one and those of the program `program` that
    /// descend from it.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] where `/proc` cannot be opened, or this system has none.
    pub fn new(key: FileKey, program: &Path) -> Result<Self, Unavailable> {
        system::Finder::new(key, program).map(Self)
    }

    /// These are not others.
    pub fn set_own(&mut self, own: &OwnProcesses) {
        self.0.set_own(&own.told);
    }

    /// Begins a round: lists the processes, and asks none yet.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] where `/proc` cannot be listed.
    pub fn begin(&mut self) -> Result<(), Unavailable> {
        self.0.begin()
    }

    /// Goes on with the round for about `time`, and tells the number of each process before it is asked. Returns whether
    /// the round is over.
    pub fn step(&mut self, time: Duration, asks: &mut dyn FnMut(u32)) -> bool {
        self.0.step(time, asks)
    }

    /// Reads those that were found, at most [`MOST_ROWS`] rows: their mappings that have the first byte of `span`, and what
    /// they see of it, at most [`MOST_BYTES`] and no further than its page. Tells the number of each process before it is
    /// asked.
    pub fn read(&mut self, span: Span, asks: &mut dyn FnMut(u32)) -> Others {
        self.0.read(span, asks)
    }

    /// Some process has the file: there is something to read.
    #[must_use]
    pub fn has_found(&self) -> bool {
        self.0.has_found()
    }
}

/// Looks once at every process but this one for mappings of the file that the kernel calls `key` that have the first byte
/// of `span`, for descriptors of it, and at what they see of `span`: at most [`MOST_BYTES`] and no further than its page.
/// All that are found are told, however many.
///
/// Costs some 50 microseconds a process. A process that ends or changes its mappings meanwhile is left out.
///
/// # Errors
///
/// [`Unavailable`] where `/proc` cannot be listed, or this system has none.
pub fn look_at_others(key: &FileKey, span: Span) -> Result<Others, Unavailable> {
    system::look_once(key, span)
}
