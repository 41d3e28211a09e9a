//! Other processes that map the file that is open: how, through which page, and what they see there.
//!
//! It owns the looking, which never stores to them and never makes them touch a page: of a page that is not in their page
//! table no byte is asked for, as the kernel would bring it in for them. It must not know how what is found is worded or
//! drawn. What the kernel hides is a reason, never a guess.

mod maps;

#[cfg(target_os = "linux")]
mod look;

pub use maps::{MapsLine, parse_line};

use std::ffi::OsString;

use super::mapping::Mapping;
use super::mode::Mode;
use super::open::OpenFile;
use super::page::{PageState, Unavailable};
use crate::bytes::Span;

/// The most bytes that are read of another process at once.
pub const MOST_BYTES: u64 = 4096;

/// What the kernel calls the file in `/proc/PID/maps`: device and inode as they stand there. It is not always what stat(2)
/// says (btrfs, overlayfs), so it is read from a mapping of our own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileKey {
    /// ` 08:01 1234 `, with the blanks around it.
    text: Vec<u8>,
    /// What equal keys prove.
    proof: Proof,
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
    /// Whether it is this very file.
    pub sameness: Sameness,
    /// Its page with the first of the bytes, or why the kernel does not tell.
    pub page: Result<OtherPage, Unavailable>,
    /// What it sees.
    pub seen: SeenBytes,
}

/// A process with such mappings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherProcess {
    /// Its number, in our namespace.
    pub pid: u32,
    /// Its name (`/proc/PID/comm`): any bytes but NUL, at most 15.
    pub name: OsString,
    /// Its mappings, by address.
    pub mappings: Vec<OtherMapping>,
}

/// What a look at all processes found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Others {
    /// Those that map the bytes, by number.
    pub processes: Vec<OtherProcess>,
    /// How many processes could be looked at.
    pub n_looked: usize,
    /// How many the kernel hides from us (another user's, or with more rights).
    pub n_hidden: usize,
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

/// Looks at every process but this one for mappings of `file`, which the kernel calls `key`, that have the first byte of
/// `span`, and at what they see of `span`: at most [`MOST_BYTES`] and no further than its page.
///
/// Costs some 25 microseconds a process. A process that ends or changes its mappings meanwhile is left out.
///
/// # Errors
///
/// [`Unavailable`] where `/proc` cannot be listed, or this system has none.
#[cfg(target_os = "linux")]
pub fn look_at_others(file: &OpenFile, key: &FileKey, span: Span) -> Result<Others, Unavailable> {
    look::look(file, key, span)
}

/// The same where the system has no such list.
///
/// # Errors
///
/// [`Unavailable::NotOnThisSystem`], always.
#[cfg(not(target_os = "linux"))]
pub fn look_at_others(
    _file: &OpenFile,
    _key: &FileKey,
    _span: Span,
) -> Result<Others, Unavailable> {
    Err(Unavailable::NotOnThisSystem)
}
