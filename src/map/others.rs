//! Other processes that map the file that is open, or have it open: how, through which page, and what they see there.
//!
//! It owns the looking, which never stores to them and never makes them touch a page: of a page that is not in their page
//! table no byte is asked for, as the kernel would bring it in for them. It must not know how what is found is worded or
//! drawn. What the kernel hides is a reason, never a guess.
//!
//! Looking has two halves. To *find* who has the file is slow, as every process has to be asked, so what was found is
//! remembered ([`OthersFinder`]); to *read* those that were found is quick.

mod maps;
mod told;

#[cfg(not(target_os = "linux"))]
mod absent;
#[cfg(target_os = "linux")]
mod find;
#[cfg(target_os = "linux")]
mod kin;
#[cfg(target_os = "linux")]
mod look;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod once;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
mod twins;

#[cfg(target_os = "linux")]
use find as system;
#[cfg(not(target_os = "linux"))]
use {absent as system, absent as once};

pub use maps::{MapsLine, parse_line};
pub use told::{
    Hiding, OtherMapping, OtherOpen, OtherPage, OtherProcess, Others, Sameness, SeenBytes,
};

use std::path::Path;
use std::time::Duration;

use super::mapping::Mapping;
use super::open::OpenFile;
use super::page::Unavailable;
use crate::bytes::Span;

/// The most bytes that are read through one mapping of another process.
pub const MOST_BYTES: u64 = 64 << 10;

/// The most rows that are read while others are watched: mappings, and processes that only have the file open. The rest is
/// counted.
pub const MOST_ROWS: usize = 64;

/// The most descriptors of one process that are told one by one.
pub const MOST_TOLD_DESCRIPTORS: usize = 8;

/// After how long a look at one process is given up. All that is asked of one takes microseconds, and of the largest some
/// tenths of a second, unless the kernel waits for something that the process does: it holds its memory while it waits for
/// a file system, say.
pub const LOOK_PATIENCE: Duration = Duration::from_secs(2);

/// The most looks that wait for the kernel at once, each in a thread that is left behind.
pub const MOST_LEFT_BEHIND: usize = 8;

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
    /// Its mappings are of the kernel's own memory or a device's, of which page tables do not tell.
    is_kernels: bool,
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

    /// Goes on with the round for about `time`. Returns whether the round is over.
    ///
    /// `asks` is told the number of each process before that is asked; where it says no, the process is left out.
    pub fn step(&mut self, time: Duration, asks: &mut dyn FnMut(u32) -> bool) -> bool {
        self.0.step(time, asks)
    }

    /// Reads those that were found, at most [`MOST_ROWS`] rows: their mappings that have some of `span`, and what they see
    /// of its first [`MOST_BYTES`]. `asks` as for [`OthersFinder::step`].
    pub fn read(&mut self, span: Span, asks: &mut dyn FnMut(u32) -> bool) -> Others {
        self.0.read(span, asks)
    }

    /// Some process has the file: there is something to read.
    #[must_use]
    pub fn has_found(&self) -> bool {
        self.0.has_found()
    }
}

/// Looks once at every process but this one for mappings of the file that the kernel calls `key` that have some of `span`,
/// for descriptors of it, and at what they see of its first [`MOST_BYTES`]. All that are found are told, however many.
///
/// Costs some 50 microseconds a process. A process that ends or changes its mappings meanwhile is left out; one about which
/// the kernel has not come back after [`LOOK_PATIENCE`] is told to be silent, and its look is left behind in a thread of its own.
///
/// # Errors
///
/// [`Unavailable`] where `/proc` cannot be listed, or this system has none.
pub fn look_at_others(key: &FileKey, span: Span) -> Result<Others, Unavailable> {
    once::look_once(key, span)
}
