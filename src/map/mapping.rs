//! One mapping of one window of a file: making it, reading it, making it longer.
//!
//! It owns the region and the rule that a read tells the bytes that are there, and for the rest why there are none. It
//! must not know who reads, and keeps no copy of what was read.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::call_log::CallLog;
use super::errno::{EACCES, EFAULT, ENODEV, ENOMEM, ENOSYS, EPERM, ETXTBSY, errno_of};
use super::map_error::MapError;
use super::mode::{Access, Mode, Way};
use super::open::OpenFile;
use super::primitive::Primitive;
use super::raw::{self, Region, page_bytes};
use super::readout::{Gap, GapReason, Gaps, Readout};
use super::refusal::{Bar, MapRefusal};
use super::self_test::primitive;
use crate::bytes::Span;

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

/// A mapping of a stretch of a file. Dropping it unmaps it.
///
/// Offsets are the file's, not the mapping's. All calls may be made from any thread; a borrow keeps the address from
/// being reused, so [`Mapping::grow`] and dropping wait for readers by the rules of borrowing.
#[derive(Debug)]
pub struct Mapping {
    region: Region,
    way: Way,
    span: Span,
    is_whole_file: bool,
    /// The primitive that is tried first.
    first: Primitive,
    /// The primitive that has read a byte of this mapping: all its pages are of one kind, so it stays with it.
    proven: OnceLock<Primitive>,
    /// Reads leave pages alone that a parent and its child share.
    parts_nothing: AtomicBool,
    path: PathBuf,
    log: CallLog,
    /// Held by stores, and by what must not meet a store half-way.
    stores: Mutex<()>,
    /// The file's, see [`OpenFile`].
    failed_flush: Arc<AtomicI32>,
}

impl Mapping {
    /// Maps `file` as `request` says: mmap(2). Private read-write mappings are made with `MAP_NORESERVE`.
    ///
    /// # Errors
    ///
    /// [`MapError`]: nothing to map, a window past the end, a file that cannot be mapped in this way (the refusal says in
    /// which it can), no room in the address space, or the system's error.
    pub fn create(file: &OpenFile, request: MapRequest, log: &CallLog) -> Result<Self, MapError> {
        Self::create_by(primitive(), file, request, log)
    }

    /// Maps as [`Mapping::create`] does, or where that way is refused in the nearest one that works, and says then what
    /// was refused. Never in one that lets more reach the file than was asked for.
    ///
    /// # Errors
    ///
    /// [`MapError`], where no way works.
    pub fn create_nearest(
        file: &OpenFile,
        request: MapRequest,
        log: &CallLog,
    ) -> Result<(Self, Option<MapRefusal>), MapError> {
        let refusal = match Self::create(file, request, log) {
            Ok(mapping) => return Ok((mapping, None)),
            Err(MapError::Refused(refusal)) => refusal,
            Err(other) => return Err(other),
        };
        let Some(&Way { mode, access }) = refusal.works.first() else {
            return Err(MapError::Refused(refusal));
        };
        let nearest = MapRequest {
            mode,
            access,
            ..request
        };
        Self::create(file, nearest, log).map(|mapping| (mapping, Some(refusal)))
    }

    /// Maps as [`Mapping::create`] does; bytes are read and stored by `first`, unless it turns out that it cannot and
    /// another can.
    ///
    /// # Errors
    ///
    /// As for [`Mapping::create`].
    pub fn create_by(
        first: Primitive,
        file: &OpenFile,
        request: MapRequest,
        log: &CallLog,
    ) -> Result<Self, MapError> {
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
        let way = Way::new(request.mode, request.access);
        let region = if way.writes_the_file() {
            let writer = file.writer().map_err(MapError::Refused)?;
            Region::map(&writer, way, span, log)
        } else {
            Region::map(file.file(), way, span, log)
        };
        let region = region.map_err(|error| refused(file, way, errno_of(&error), span.len()))?;
        Ok(Self {
            region,
            way,
            span,
            is_whole_file: request.span.is_none(),
            first,
            proven: OnceLock::new(),
            parts_nothing: AtomicBool::new(false),
            path: path.to_owned(),
            log: log.clone(),
            stores: Mutex::new(()),
            failed_flush: Arc::clone(file.failed_flush()),
        })
    }

    /// Who sees stores.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.way.mode
    }

    /// Whether stores are allowed.
    #[must_use]
    pub fn access(&self) -> Access {
        self.way.access
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
        self.proven.get().copied().unwrap_or(self.first)
    }

    /// Whether the first primitive could not read these pages and another one can: memory of the kernel's own, which it
    /// hands out page by page without a file's page behind it (`VM_PFNMAP`).
    pub(super) fn has_no_file_pages(&self) -> bool {
        self.primitive() != self.first
    }

    /// From now on a read leaves a private copy that this process shares with a child or its parent, since a fork, as it is.
    ///
    /// `process_vm_readv(2)` pins what it reads, and for that the kernel gives the reader a copy of its own first (Linux 6.18,
    /// mm/gup.c, `gup_must_unshare`): who looks would part the two. write(2) into a pipe reads as a load does.
    pub fn part_nothing(&self) {
        self.parts_nothing.store(true, Ordering::Relaxed);
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
                    ENOSYS => MapError::CannotGrow {
                        path: self.path.clone(),
                    },
                    errno => no_room_or_failed(&self.path, errno, new_len),
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
                    let reason = file.why_unreadable(at, page_end, errno);
                    // The page may have come back while its failure was looked into.
                    let page = &mut bytes[index(at)..index(page_end)];
                    let again = self.copy_out(at, page);
                    if let Ok(count) = again.or_else(|_| self.copy_otherwise(at, page, reason)) {
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
        let by = self.primitive();
        if by == Primitive::ProcessVm && self.parts_nothing.load(Ordering::Relaxed) {
            return self.copy_out_by(Primitive::Pipe, offset, into);
        }
        let copied = self.copy_out_by(by, offset, into);
        if copied.is_ok() {
            self.proven.get_or_init(|| by);
        }
        copied
    }

    /// The same by the primitives after the one that failed, where that is the primitive's fault: before any byte of this
    /// mapping was read, and only where a plain read of the file gives the bytes. Pages that nothing but a load can read
    /// are a device's registers, and reading those may act.
    fn copy_otherwise(
        &self,
        offset: u64,
        into: &mut [u8],
        reason: GapReason,
    ) -> Result<usize, i32> {
        let is_kind = matches!(reason, GapReason::NotThroughMapping { errno: EFAULT });
        if !is_kind || self.proven.get().is_some() {
            return Err(EFAULT);
        }
        let others = raw::CANDIDATES.iter().skip_while(|&&it| it != self.first);
        for &by in others.skip(1) {
            if let Ok(count) = self.copy_out_by(by, offset, into) {
                // Once more by the first: a page that came and went meanwhile is no reason to give it up.
                // Where it fails it copies nothing, and what the other brought stays.
                return Ok(self.copy_out(offset, into).unwrap_or_else(|_| {
                    self.proven.get_or_init(|| by);
                    count
                }));
            }
        }
        Err(EFAULT)
    }

    fn copy_out_by(&self, by: Primitive, offset: u64, into: &mut [u8]) -> Result<usize, i32> {
        self.log.count_read();
        match raw::copy_out(by, self.address_of(offset), into) {
            Ok(0) => Err(EFAULT),
            outcome => outcome,
        }
    }

    /// The address that shows `offset`, which lies in the mapping.
    pub(super) fn address_of(&self, offset: u64) -> usize {
        self.region.address() + usize::try_from(offset - self.span.start()).unwrap_or(0)
    }

    pub(super) fn region(&self) -> &Region {
        &self.region
    }

    pub(super) fn log(&self) -> &CallLog {
        &self.log
    }

    pub(super) fn failed_flush(&self) -> &AtomicI32 {
        &self.failed_flush
    }

    /// Keeps other threads from storing as long as the guard lives.
    pub(super) fn lock_stores(&self) -> MutexGuard<'_, ()> {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed(path: &Path, errno: i32) -> MapError {
    MapError::Failed {
        path: path.to_owned(),
        errno,
    }
}

fn no_room_or_failed(path: &Path, errno: i32, need_bytes: u64) -> MapError {
    match errno {
        ENOMEM => MapError::NoAddressSpace {
            path: path.to_owned(),
            need_bytes,
            limit_bytes: raw::address_space_limit(),
        },
        _ => failed(path, errno),
    }
}

/// What a refusal by mmap(2) means: the way of mapping, or something that no other way would change.
fn refused(file: &OpenFile, way: Way, errno: i32, need_bytes: u64) -> MapError {
    let bar = match errno {
        EPERM | EACCES | ETXTBSY | ENODEV => {
            Bar::of_mapping(way, errno, raw::protection(file.file()))
        }
        _ => None,
    };
    match bar {
        Some(bar) => MapError::Refused(file.refusal(way, bar, errno)),
        None => no_room_or_failed(file.path(), errno, need_bytes),
    }
}
