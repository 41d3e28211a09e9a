//! What a peer and the process that started it say to each other: one JSON object a line, UTF-8, `\n` at the end.
//!
//! It owns the words and the bound of a line. It must not know what a mapping is, nor how a line travels. A new
//! request is a new variant of [`Request`] and, where its answer is new, one of [`Answer`]; a peer answers a request
//! that it does not know with an error and lives on.

use std::ffi::OsString;
use std::io::{self, BufRead, Read as _};

use serde::{Deserialize, Serialize};

use super::calls::{Call, Did, MadeCall};
use super::wire::{self, PeerPageFact, WireReason};
use crate::map::GapReason;

/// The longest line that either side takes, in bytes, without its line end.
pub const MAX_LINE_BYTES: usize = 1 << 20;

/// The most bytes that one [`Request::Read`] may ask for.
pub const MAX_READ_BYTES: u64 = 65_536;

/// A request and the number that its answer repeats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestLine {
    /// Chosen by the sender.
    pub id: u64,
    /// What the peer shall do.
    #[serde(flatten)]
    pub request: Request,
}

/// An answer and the number of its request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnswerLine {
    /// The request's number; none in [`Answer::Ready`] and where the request's could not be read.
    pub id: Option<u64>,
    /// What came of it.
    #[serde(flatten)]
    pub answer: Answer,
}

/// What a peer can be asked to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Request {
    /// Map a file, in place of the one mapped before.
    Open(Open),
    /// Read bytes through the mapping.
    Read {
        /// Offset in the file of the first byte.
        offset: u64,
        /// How many bytes, 1 to [`MAX_READ_BYTES`].
        len: u64,
    },
    /// Store bytes through the mapping. A shared mapping is writable from the first store on, not before; that of a block
    /// device not before [`Request::AllowWriting`] either.
    Store {
        /// Offset in the file of the first byte.
        offset: u64,
        /// The bytes, in hexadecimal on the wire.
        #[serde(with = "wire")]
        bytes: Vec<u8>,
    },
    /// The same, but only where `expect` stands there, as long as `bytes`: compared right before, with nothing in between
    /// that this peer does.
    StoreOver {
        /// Offset in the file of the first byte.
        offset: u64,
        /// The bytes, in hexadecimal on the wire.
        #[serde(with = "wire")]
        bytes: Vec<u8>,
        /// What must stand there, in hexadecimal on the wire.
        #[serde(with = "wire")]
        expect: Vec<u8>,
    },
    /// Store bytes through a mapping that is read-only, with real store instructions: the processor refuses the first one,
    /// and its signal ends the peer. Refused where the mapping allows stores, and outside of it.
    StoreAnyway {
        /// Offset in the file of the first byte.
        offset: u64,
        /// The bytes, in hexadecimal on the wire.
        #[serde(with = "wire")]
        bytes: Vec<u8>,
    },
    /// Say what is mapped, and where.
    Facts,
    /// The person allows writing to the block device that is mapped: stores to it are no longer refused for what it is.
    AllowWriting,
    /// The file has another length: make the mapping longer, as mremap(2) does, where it ends before `end`. Private copies
    /// stay. Only a mapping of the whole file can.
    Grow {
        /// Offset in the file one past the last byte to map.
        end: u64,
    },
    /// Make real system calls, loads and stores, which may end the peer.
    Do(Call),
    /// fork(2): the child is a peer of its own, with everything that this one has open and mapped. Only a peer with a
    /// single thread forks.
    Fork {
        /// A path that leads to a pipe's reading end, such as `/proc/PID/fd/N`: the child's requests.
        input: OsString,
        /// A path that leads to a pipe's writing end: the child's answers.
        output: OsString,
    },
    /// waitpid(2) for a forked child that is known to have ended, or ends soon.
    Reap {
        /// Its process number.
        pid: u32,
    },
    /// Answer, then end with exit code 0.
    Exit,
}

impl Request {
    /// The word that names the request, as on the wire.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Open(_) => "open",
            Self::Read { .. } => "read",
            Self::Store { .. } => "store",
            Self::StoreOver { .. } => "store_over",
            Self::StoreAnyway { .. } => "store_anyway",
            Self::Facts => "facts",
            Self::AllowWriting => "allow_writing",
            Self::Grow { .. } => "grow",
            Self::Do(call) => call.word(),
            Self::Fork { .. } => "fork",
            Self::Reap { .. } => "reap",
            Self::Exit => "exit",
        }
    }
}

/// Which file to map, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// A path that leads to the very file that the asking process has open, such as `/proc/PID/fd/N`.
    pub via: OsString,
    /// The file's own path, where `via` leads nowhere.
    pub path: OsString,
    /// Device number of the file; a file with another one is refused.
    pub dev: u64,
    /// Inode number of the file; a file with another one is refused.
    pub ino: u64,
    /// Private or shared.
    pub mode: MapMode,
    /// What the mapping shall ever allow.
    pub access: MapAccess,
    /// Offset of the first byte to map.
    pub start: u64,
    /// Offset one past the last byte to map.
    pub end: u64,
    /// Map the whole file instead, as long as it is now, so that [`Request::Grow`] can make it longer.
    #[serde(default)]
    pub whole: bool,
}

/// The mode of a peer's mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MapMode {
    /// Copy-on-write.
    Private,
    /// Stores reach the file.
    Shared,
}

/// The access that a peer's mapping allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MapAccess {
    /// Every store is refused.
    ReadOnly,
    /// Stores are allowed where the file allows them.
    ReadWrite,
}

/// What a peer answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// Said once, before any request: the peer runs.
    Ready {
        /// Its process number.
        pid: u32,
    },
    /// The file is mapped.
    Opened,
    /// What the mapping holds.
    Read(ReadAnswer),
    /// The bytes are stored.
    Stored {
        /// What stood there before, in hexadecimal on the wire.
        #[serde(with = "wire")]
        old: Vec<u8>,
    },
    /// Nothing was stored: something else stands there than was expected.
    Differs {
        /// What, in hexadecimal on the wire.
        #[serde(with = "wire")]
        found: Vec<u8>,
    },
    /// The store broke off, or other bytes stood there right after it.
    NotWhole {
        /// What stood where bytes were stored, from the first one.
        #[serde(with = "wire")]
        before: Vec<u8>,
        /// Why, in a full sentence without a final period.
        message: String,
        /// The name of the operating system's error, where it was one.
        errno: Option<String>,
    },
    /// What is mapped, and where.
    Facts(MappedFacts),
    /// The leave is taken note of.
    Allowed,
    /// The mapping reaches as far as was asked.
    Grown {
        /// Offset in the file one past the last byte that is mapped.
        end: u64,
        /// The private copies, as starts and ends of whole pages, in order; `None` where the system does not tell, or there
        /// are too many.
        copies: Option<Vec<(u64, u64)>>,
    },
    /// What was done, and what came of it.
    Did(Did),
    /// A forked child is a peer now. Said by the parent; the child says [`Self::Ready`] on its own output.
    Forked {
        /// The child's process number.
        pid: u32,
        /// The call, as strace prints it.
        call: MadeCall,
    },
    /// How a forked child ended: `exit code 0` or `signal 9 (SIGKILL)`.
    Reaped {
        /// In words.
        how: String,
        /// The signal by name, where one ended it.
        signal: Option<String>,
        /// Its number.
        number: Option<i32>,
        /// The exit code, where it exited.
        code: Option<i32>,
    },
    /// Said without having been asked, as the last word: a load or store of this peer was refused by the processor, and
    /// the signal ends it now.
    Fault {
        /// SIGSEGV or SIGBUS, as a number.
        signal: i32,
        /// `si_code` of sigaction(2).
        code: i32,
        /// `si_addr`.
        address: u64,
    },
    /// The peer ends now.
    Leaving,
    /// The request was refused.
    Error {
        /// Why, in a full sentence without a final period.
        message: String,
        /// The name of the operating system's error, such as `EACCES`, where it was one.
        errno: Option<String>,
    },
}

/// The answer to [`Request::Facts`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedFacts {
    /// Offset in the file of the first byte that is mapped.
    pub start: u64,
    /// Offset one past the last of them.
    pub end: u64,
    /// The address of the first.
    pub address: u64,
    /// `PROT_WRITE` is allowed by now.
    pub is_writable: bool,
    /// The lines of `/proc/self/maps` that overlap it; empty where the system has none.
    pub lines: Vec<String>,
}

/// The answer to [`Request::Read`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadAnswer {
    /// The bytes, in hexadecimal on the wire; 0 within a gap.
    #[serde(rename = "hex", with = "wire")]
    pub bytes: Vec<u8>,
    /// The ranges of the file that could not be read, ascending and apart.
    pub gaps: Vec<ReadGap>,
    /// What backs each page that the range touches, in order.
    pub pages: Vec<PeerPageFact>,
}

/// A range that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadGap {
    /// Offset in the file of the first byte that could not be read.
    pub start: u64,
    /// Offset one past the last of them.
    pub end: u64,
    /// Why.
    #[serde(with = "WireReason")]
    pub reason: GapReason,
}

/// What came of reading a line.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// A line, without its end.
    Whole(Vec<u8>),
    /// A line of more than [`MAX_LINE_BYTES`]. Its bytes are gone; the next line is whole again.
    TooLong,
}

/// The next line of `input`, or `None` at the end of input. A last line needs no line end.
///
/// # Errors
///
/// Whatever reading `input` reports.
pub fn next_line(input: &mut impl BufRead) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    // One byte more than a line may have: its end.
    let limit = u64::try_from(MAX_LINE_BYTES).unwrap_or(u64::MAX) + 1;
    if input.by_ref().take(limit).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.pop_if(|last| *last == b'\n').is_some() || line.len() <= MAX_LINE_BYTES {
        return Ok(Some(Line::Whole(line)));
    }
    input.skip_until(b'\n')?;
    Ok(Some(Line::TooLong))
}

/// `line` as it travels, with its line end.
///
/// # Errors
///
/// The message of a value that JSON cannot hold, or of a line over [`MAX_LINE_BYTES`].
pub fn encode(line: &impl Serialize) -> Result<Vec<u8>, String> {
    let mut bytes = serde_json::to_vec(line).map_err(|error| error.to_string())?;
    if bytes.len() > MAX_LINE_BYTES {
        let len = bytes.len();
        return Err(format!(
            "the line has {len} bytes, more than the {MAX_LINE_BYTES} allowed"
        ));
    }
    bytes.push(b'\n');
    Ok(bytes)
}

/// The request that `line` spells.
///
/// # Errors
///
/// The refusal to answer with: under the line's own number where that much could be read.
pub fn decode_request(line: &[u8]) -> Result<RequestLine, Box<AnswerLine>> {
    /// As much of a line as every request has.
    #[derive(Deserialize)]
    struct Numbered {
        id: u64,
    }

    serde_json::from_slice(line).map_err(|error| {
        Box::new(AnswerLine {
            id: serde_json::from_slice(line).ok().map(|Numbered { id }| id),
            answer: Answer::Error {
                message: format!("The request cannot be understood: {error}"),
                errno: None,
            },
        })
    })
}
