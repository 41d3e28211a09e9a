//! One mapping of one window of a file: making it, reading it, making it longer.
//!
//! It owns the region and the rule that a read tells the bytes that are there, and for the rest why there are none. It
//! must not know who reads, and keeps no copy of what was read.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicI32;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::errno::errno_of;
use super::raw::Region;
use super::readout::Gaps;
use super::wording::Shown;
use super::{
    Access, CallLog, Gap, GapReason, Mode, OpenFile, Primitive, Readout, WriteRefusal,
    describe_errno, page_bytes, primitive, raw,
};
use crate::bytes::Span;
use crate::bytes::size::human_size;

/// What is to be mapped, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapRequest {
    /// Who is to see stores.
    pub mode: Mode,
    /// Whether stores are to be allowed.
    pub access: Access,
    /// Which bytes of the file; any offset, aligned or not. `None` is the whole file, as long as it is now.
    pub span: Option<Span>,
}

/// A mapping could not be made or made longer. `Display` is one sentence with the path last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MapError {
    /// There is no byte to map.
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The window reaches past the end of the file.
    PastFileEnd {
        /// The file.
        path: PathBuf,
        /// The window that was asked for.
        span: Span,
        /// Length of the file in bytes.
        file_len: u64,
    },
    /// A shared read-write mapping needs a file that may be written.
    NotWritable(WriteRefusal),
    /// The address space has no room (`ENOMEM`).
    NoAddressSpace {
        /// The file.
        path: PathBuf,
        /// Bytes of address space that it takes.
        need_bytes: u64,
        /// The limit on this process (getrlimit(2), `RLIMIT_AS`), if there is one.
        limit_bytes: Option<u64>,
    },
    /// A mapping of a window, or one that would get shorter, is not changed in length.
    CannotGrow {
        /// The file.
        path: PathBuf,
    },
    /// Any other error of the system.
    Failed {
        /// The file.
        path: PathBuf,
        /// The error number of mmap(2), mremap(2) or fstat(2).
        errno: i32,
    },
}

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty { path } => write!(f, "There are no bytes to map: {}", Shown(path)),
            Self::PastFileEnd {
                path,
                span,
                file_len,
            } => write!(
                f,
                "The window {span} reaches past the end of the file, which is {file_len} bytes long; choose a window inside it: {}",
                Shown(path)
            ),
            Self::NotWritable(refusal) => refusal.fmt(f),
            Self::NoAddressSpace {
                path,
                need_bytes,
                limit_bytes,
            } => {
                write!(
                    f,
                    "The mapping needs {} of address space",
                    human_size(*need_bytes)
                )?;
                match limit_bytes {
                    Some(limit) => {
                        write!(
                            f,
                            ", and the limit is {} (ENOMEM, RLIMIT_AS)",
                            human_size(*limit)
                        )?;
                    }
                    None => write!(f, ", which the system does not give in one piece (ENOMEM)")?,
                }
                write!(
                    f,
                    "; map a window of the file with --offset and --length: {}",
                    Shown(path)
                )
            }
            Self::CannotGrow { path } => {
                write!(
                    f,
                    "Only a mapping of the whole file follows its growth; map the file again: {}",
                    Shown(path)
                )
            }
            Self::Failed { path, errno } => write!(
                f,
                "The mapping cannot be made: {}: {}",
                describe_errno(*errno),
                Shown(path)
            ),
        }
    }
}

impl Error for MapError {}

/// A mapping of a stretch of a file. Dropping it unmaps it.
///
/// Offsets are the file's, not the mapping's. All calls may be made from any thread; a borrow keeps the address from
/// being reused, so [`Mapping::grow`] and dropping wait for readers by the rules of borrowing.
#[derive(Debug)]
pub struct Mapping {
    region: Region,
    mode: Mode,
    access: Access,
    span: Span,
    is_whole_file: bool,
    primitive: Primitive,
    path: PathBuf,
    log: CallLog,
    /// Held by stores, and by what must not meet a store half-way.
    stores: Mutex<()>,
    /// The error number of a flush that failed, or 0.
    failed_flush: AtomicI32,
}

impl Mapping {
    /// Maps `file` as `request` says: mmap(2). Private read-write mappings are made with `MAP_NORESERVE`.
    ///
    /// # Errors
    ///
    /// [`MapError`]: nothing to map, a window past the end, a file that may not be written (shared read-write only), no
    /// room in the address space, or the system's error.
    pub fn create(file: &OpenFile, request: MapRequest, log: &CallLog) -> Result<Self, MapError> {
        let path = file.path();
        let file_len = file
            .file_len()
            .map_err(|error| failed(path, errno_of(&error)))?;
        let span = match request.span {
            Some(span) => span,
            None => Span::new(0, file_len).unwrap_or(Span::empty(0)),
        };
        if span.is_empty() {
            return Err(MapError::Empty {
                path: path.to_owned(),
            });
        }
        if span.end() > file_len {
            return Err(MapError::PastFileEnd {
                path: path.to_owned(),
                span,
                file_len,
            });
        }
        let is_writing = (request.mode, request.access) == (Mode::Shared, Access::ReadWrite);
        let region = if is_writing {
            let writer = file.writer().map_err(MapError::NotWritable)?;
            Region::map(&writer, request.mode, request.access, span, log)
        } else {
            Region::map(file.file(), request.mode, request.access, span, log)
        };
        let region = region.map_err(|error| match errno_of(&error) {
            // A sealed or append-only file, or swap space, may be opened for writing and not be mapped for it.
            errno @ (raw::EPERM | raw::EACCES | raw::ETXTBSY) if is_writing => {
                MapError::NotWritable(WriteRefusal {
                    path: path.to_owned(),
                    errno,
                })
            }
            errno => refusal(path, errno, span.len()),
        })?;
        Ok(Self {
            region,
            mode: request.mode,
            access: request.access,
            span,
            is_whole_file: request.span.is_none(),
            primitive: primitive(),
            path: path.to_owned(),
            log: log.clone(),
            stores: Mutex::new(()),
            failed_flush: AtomicI32::new(0),
        })
    }

    /// Reads and stores by `primitive` from now on instead of the one that [`primitive()`] chose. For tests of the
    /// primitives that are not chosen here.
    pub fn use_primitive(&mut self, primitive: Primitive) {
        self.primitive = primitive;
    }

    /// Who sees stores.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether stores are allowed.
    #[must_use]
    pub fn access(&self) -> Access {
        self.access
    }

    /// The mapped bytes, in offsets of the file. The file may end earlier by now.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// Bytes in a page.
    #[must_use]
    pub fn page_bytes(&self) -> u64 {
        page_bytes()
    }

    /// Address of the first mapped byte, to be shown; [`Mapping::grow`] may change it.
    #[must_use]
    pub fn address(&self) -> usize {
        self.region.address()
    }

    /// How this mapping is read and stored to.
    #[must_use]
    pub fn primitive(&self) -> Primitive {
        self.primitive
    }

    /// Reads `span` through the mapping. It never fails as a whole: what could not be read is a gap with its reason.
    ///
    /// Bytes past the file's present end are gaps, also in its last page, where memory shows zeros. `file` is the file
    /// that is mapped; its length is asked for before and after. The result holds `span.len()` bytes, so ask for what
    /// is needed and not for a whole file.
    #[must_use]
    pub fn read(&self, span: Span, file: &OpenFile) -> Readout {
        let mut out = Readout::new();
        self.read_into(span, file, &mut out);
        out
    }

    /// Reads as [`Mapping::read`] does, into a readout whose memory is used again.
    pub fn read_into(&self, span: Span, file: &OpenFile, out: &mut Readout) {
        out.span = span;
        out.bytes
            .resize(usize::try_from(span.len()).unwrap_or(0), 0);
        out.gaps = self.fill(span, file, &mut out.bytes);
    }

    /// Reads from `start` on into the whole of `buffer` and returns the gaps; bytes in gaps are 0. For bulk reads with
    /// an [`AlignedBuffer`](super::AlignedBuffer), 256 KiB at a time.
    #[must_use]
    pub fn read_chunk(&self, start: u64, file: &OpenFile, buffer: &mut [u8]) -> Vec<Gap> {
        // An end past 64 bits is in no mapping and no file.
        let len = (buffer.len() as u64).min(u64::MAX - start);
        let span = Span::at(start, len).unwrap_or(Span::empty(start));
        self.fill(span, file, buffer)
    }

    /// Makes a mapping of the whole file `new_len` bytes long, as after the file has grown: mremap(2). Private copies
    /// stay; the address may change.
    ///
    /// # Errors
    ///
    /// [`MapError::CannotGrow`] for a mapping of a window, for a length below the present one, and on systems that
    /// cannot do it; [`MapError::NoAddressSpace`]; [`MapError::Failed`] with the error number of mremap(2).
    pub fn grow(&mut self, new_len: u64) -> Result<(), MapError> {
        let longer = Span::new(0, new_len)
            .filter(|longer| self.is_whole_file && longer.contains_span(self.span));
        let (Some(longer), Ok(len)) = (longer, usize::try_from(new_len)) else {
            return Err(MapError::CannotGrow {
                path: self.path.clone(),
            });
        };
        if longer != self.span {
            self.region
                .remap(len)
                .map_err(|error| match errno_of(&error) {
                    raw::ENOSYS => MapError::CannotGrow {
                        path: self.path.clone(),
                    },
                    errno => refusal(&self.path, errno, new_len),
                })?;
            self.span = longer;
        }
        Ok(())
    }

    /// Fills `bytes`, one for each offset of `span`, and returns the gaps.
    fn fill(&self, span: Span, file: &OpenFile, bytes: &mut [u8]) -> Vec<Gap> {
        let mut gaps = Gaps::default();
        let Some(mapped) = span.intersect(self.span) else {
            bytes.fill(0);
            gaps.push(span.start(), span.end(), GapReason::OutsideMapping);
            return gaps.into_vec();
        };
        let index = |offset: u64| usize::try_from(offset - span.start()).unwrap_or(usize::MAX);
        gaps.push(span.start(), mapped.start(), GapReason::OutsideMapping);
        bytes[..index(mapped.start())].fill(0);
        bytes[index(mapped.end())..].fill(0);
        let inside = &mut bytes[index(mapped.start())..index(mapped.end())];
        match file.file_len() {
            Ok(file_len) => self.fill_mapped(mapped, file_len, file, inside, &mut gaps),
            Err(error) => {
                inside.fill(0);
                gaps.push(
                    mapped.start(),
                    mapped.end(),
                    GapReason::Failed {
                        errno: errno_of(&error),
                    },
                );
            }
        }
        gaps.push(mapped.end(), span.end(), GapReason::OutsideMapping);
        gaps.into_vec()
    }

    /// Fills the part of a read that lies in the mapping.
    fn fill_mapped(
        &self,
        mapped: Span,
        file_len: u64,
        file: &OpenFile,
        bytes: &mut [u8],
        gaps: &mut Gaps,
    ) {
        let index = |offset: u64| usize::try_from(offset - mapped.start()).unwrap_or(usize::MAX);
        let readable = mapped.end().min(file_len.max(mapped.start()));
        let mut at = mapped.start();
        while at < readable {
            match self.copy_out(at, &mut bytes[index(at)..index(readable)]) {
                Ok(count) => at += count as u64,
                Err(errno) => {
                    let page_end = (at / page_bytes() + 1)
                        .saturating_mul(page_bytes())
                        .min(readable);
                    let reason = read_failure(at, errno, file);
                    // The page may have come back while its failure was looked into.
                    let page = &mut bytes[index(at)..index(page_end)];
                    if let Ok(count) = self.copy_out(at, page) {
                        at += count as u64;
                        continue;
                    }
                    page.fill(0);
                    gaps.push(at, page_end, reason);
                    at = page_end;
                }
            }
        }
        // Bytes past the end of a file that shrank during the read were zeros of its last page, and not the file's.
        let file_len = file.file_len().map_or(file_len, |now| now.min(file_len));
        let end = mapped.end().min(file_len.max(mapped.start()));
        gaps.cut(end);
        bytes[index(end)..].fill(0);
        gaps.push(end, mapped.end(), GapReason::PastFileEnd { file_len });
    }

    /// One copy by the kernel, counted: at least one byte, or the error number.
    fn copy_out(&self, offset: u64, into: &mut [u8]) -> Result<usize, i32> {
        self.log.count_read();
        match raw::copy_out(self.primitive, self.address_of(offset), into) {
            Ok(0) => Err(raw::EFAULT),
            outcome => outcome,
        }
    }

    /// The address that shows `offset`, which lies in the mapping.
    pub(crate) fn address_of(&self, offset: u64) -> usize {
        self.region.address() + usize::try_from(offset - self.span.start()).unwrap_or(0)
    }

    pub(crate) fn region(&self) -> &Region {
        &self.region
    }

    pub(crate) fn log(&self) -> &CallLog {
        &self.log
    }

    pub(crate) fn failed_flush(&self) -> &AtomicI32 {
        &self.failed_flush
    }

    /// Keeps other threads from storing as long as the guard lives.
    pub(crate) fn lock_stores(&self) -> MutexGuard<'_, ()> {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed(path: &Path, errno: i32) -> MapError {
    MapError::Failed {
        path: path.to_owned(),
        errno,
    }
}

fn refusal(path: &Path, errno: i32, need_bytes: u64) -> MapError {
    match errno {
        raw::ENOMEM => MapError::NoAddressSpace {
            path: path.to_owned(),
            need_bytes,
            limit_bytes: raw::address_space_limit(),
        },
        _ => failed(path, errno),
    }
}

/// Why the byte at `offset` cannot be read through the mapping, which said `errno`: the file knows better.
pub(crate) fn read_failure(offset: u64, errno: i32, file: &OpenFile) -> GapReason {
    match file.file_len() {
        Ok(file_len) if file_len <= offset => return GapReason::PastFileEnd { file_len },
        Err(error) => {
            return GapReason::Failed {
                errno: errno_of(&error),
            };
        }
        Ok(_) => {}
    }
    match file.pread_once(&mut [0], offset) {
        Err(errno) => GapReason::Failed { errno },
        // A hole can be read from the file, but a page to map it needs room on some file systems (tmpfs).
        Ok(_) if raw::is_full(file.file()) => GapReason::Failed { errno: raw::ENOSPC },
        Ok(_) => GapReason::Failed { errno },
    }
}
