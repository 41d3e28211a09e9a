//! The engine of *Save a copy* and *Export the edits*: what a view shows, in a new file.
//!
//! It owns the walk over holes, data and private copies, and how each is copied. It must not know threads, jobs or the
//! window: it runs in the thread that calls it, tells how far it is, and is stopped by the answer.
//!
//! # What is copied
//!
//! The file's bytes come from the file itself, by `copy_file_range(2)` in steps of at most 4 MiB, else by pread(2): never
//! through the mapping whose page states the view shows. Over them come the view's private copies, read through the
//! mapping, also where they lie in holes of the file; short ones are bridged, as many small steps of the kernel's take
//! longer than writing a page twice. Other holes are not read and stay holes. Memory does not grow with
//! the file.
//!
//! It is no snapshot: what is stored while the copy is made is in it or not, page by page.
//!
//! # What cannot be read
//!
//! By default ([`Unread::Fail`]) the first stretch that cannot be read ends the copy: nothing is left, and the error says
//! which and why. Asked to go on ([`Unread::LeaveOut`]), the copy has a hole or zeros there, and the report lists it. A stretch
//! that could not be read is never a zero that nobody heard of.

mod error;
mod overlay;

use std::io;
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};

use crate::bytes::Span;
use crate::map::{AlignedBuffer, Gap, GapReason, Mapping, OpenFile, errno_of};
use crate::os::file_range::{copy_by_kernel, data_after};
use crate::os::save::{Existing, NewFile, Rights};

pub use error::CopyError;
use overlay::Overlay;

/// Bytes read and written at a time, and at most copied between two questions whether to go on.
const CHUNK: usize = 256 << 10;

/// Bytes that the kernel copies at a time, at most and at first. Some milliseconds where the storage is fast.
const LARGEST_STEP: usize = 4 << 20;
const FIRST_STEP: usize = 1 << 20;

/// A step of the kernel's that took longer is halved, one that took less than a quarter of this is doubled.
const STEP_TIME: Duration = Duration::from_millis(30);

/// What a short stretch counts as for the question whether to go on: 64 of them make a chunk.
const LEAST_WORK: usize = CHUNK / 64;

/// Stretches that could not be read and are listed one by one.
const LISTED_GAPS: usize = 1000;

/// What is copied.
#[derive(Clone, Copy, Debug)]
pub struct CopySource<'a> {
    file: &'a OpenFile,
    span: Span,
    view: Option<&'a RwLock<Mapping>>,
}

impl<'a> CopySource<'a> {
    /// What `view`, a mapping of `file`, shows: as many bytes as it has now, and its private copies over the file's. The
    /// lock is taken for reading, for a moment at a time.
    #[must_use]
    pub fn of_view(file: &'a OpenFile, view: &'a RwLock<Mapping>) -> Self {
        Self {
            file,
            span: read(view).span(),
            view: Some(view),
        }
    }

    /// The same, of those bytes alone that are in `span` too.
    #[must_use]
    pub fn within(self, span: Span) -> Self {
        let start = self.span.start();
        let span = self.span.intersect(span).unwrap_or(Span::empty(start));
        Self { span, ..self }
    }

    /// The bytes of `span` as the file has them.
    #[must_use]
    pub fn of_file(file: &'a OpenFile, span: Span) -> Self {
        Self {
            file,
            span,
            view: None,
        }
    }
}

/// What is done about a stretch that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unread {
    /// The copy fails and names it.
    #[default]
    Fail,
    /// It becomes a hole, or zeros, and is listed.
    LeaveOut,
}

/// How to copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopyOptions {
    /// What is done where the destination exists.
    pub existing: Existing,
    /// What is done about what cannot be read.
    pub unread: Unread,
}

/// What is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Bytes are copied.
    Copying,
    /// All are copied, and are being put on the disk.
    Syncing,
}

/// How far a copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyProgress {
    /// What is under way.
    pub phase: Phase,
    /// Bytes that are behind, holes too.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
}

/// What a finished copy came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyReport {
    /// Length of the copy in bytes.
    pub len: u64,
    /// Bytes of it that are no holes.
    pub written: u64,
    /// Bytes that could not be read: holes or zeros in the copy.
    pub unread: u64,
    /// Where and why, in offsets of the source: the first 1000 stretches.
    pub gaps: Vec<Gap>,
}

/// Copies `source` to a new file at `destination`, which has its name only once it is whole and on the disk. It is never
/// readable for anybody who may not read the source.
///
/// `progress` is called at the beginning and then at least once a step of some 10 milliseconds, as long as the storage
/// answers, and every 20 milliseconds while the copy is being synced. Where it answers `Break`, nothing is left.
///
/// # Errors
/// [`CopyError`], one sentence. Nothing is left, but where only the folder could not be synced.
pub fn copy(
    source: &CopySource<'_>,
    destination: &Path,
    options: CopyOptions,
    progress: &mut dyn FnMut(CopyProgress) -> ControlFlow<()>,
) -> Result<CopyReport, CopyError> {
    // A file that cannot be looked at is copied for the owner alone.
    let rights = Rights::of_file(source.file.file()).unwrap_or(Rights::OWNER_ONLY);
    let mut out = NewFile::create(destination, options.existing, rights)?;
    let total = source.span.len();
    out.set_len(total)?;
    let mut copier = Copier {
        source,
        out,
        unread: options.unread,
        overlay: Overlay::new(source.view, source.span),
        data: 0..0,
        buffer: AlignedBuffer::new(CHUNK),
        by_kernel: true,
        step: FIRST_STEP,
        work: 0,
        syncing: 0,
        progress,
        report: CopyReport {
            len: total,
            ..CopyReport::default()
        },
    };
    match copier.copy_all().and_then(|()| copier.sync()) {
        Ok(()) => {
            copier.out.publish()?;
            Ok(copier.report)
        }
        Err(CopyError::Stopped) => {
            copier.out.abandon();
            Err(CopyError::Stopped)
        }
        Err(error) => Err(error),
    }
}

/// Writes `text` to a new file at `destination`, as [`copy`] does: whole, on the disk, with at most the rights of `like`,
/// the file that it tells of.
///
/// # Errors
/// [`CopyError`], one sentence. Nothing is left, but where only the folder could not be synced.
pub fn save_text(
    text: &str,
    destination: &Path,
    existing: Existing,
    like: Rights,
) -> Result<(), CopyError> {
    let mut out = NewFile::create(destination, existing, like)?;
    out.write_at(text.as_bytes(), 0)?;
    Ok(out.publish()?)
}

fn read(view: &RwLock<Mapping>) -> RwLockReadGuard<'_, Mapping> {
    // Reading changes nothing, so a thread that died while it held the lock did no harm.
    view.read().unwrap_or_else(PoisonError::into_inner)
}

/// A copy in the making.
struct Copier<'a> {
    source: &'a CopySource<'a>,
    out: NewFile,
    unread: Unread,
    overlay: Overlay<'a>,
    /// The stretch of data looked up last: from the offset that it was looked up for to its start there is a hole.
    data: Range<u64>,
    buffer: AlignedBuffer,
    /// `copy_file_range(2)` has not failed yet.
    by_kernel: bool,
    /// Bytes of its next step.
    step: usize,
    /// Bytes since the last question.
    work: usize,
    /// Up to here the copy is on its way to the disk.
    syncing: u64,
    progress: &'a mut dyn FnMut(CopyProgress) -> ControlFlow<()>,
    report: CopyReport,
}

impl Copier<'_> {
    fn copy_all(&mut self) -> Result<(), CopyError> {
        let end = self.source.span.end();
        let mut at = self.source.span.start();
        self.ask(at)?;
        while at < end {
            let copy = self.overlay.next_at(at).unwrap_or(Span::empty(end));
            at = if copy.start() <= at {
                self.copy_of_view(at, copy.end().min(end))?
            } else {
                self.copy_of_file(at, copy.start().min(end))?
            };
        }
        Ok(())
    }

    fn sync(&mut self) -> Result<(), CopyError> {
        let total = self.source.span.len();
        let now = CopyProgress {
            phase: Phase::Syncing,
            done: total,
            total,
        };
        let progress = &mut *self.progress;
        if progress(now).is_break() || self.out.sync(&mut || progress(now))?.is_break() {
            return Err(CopyError::Stopped);
        }
        Ok(())
    }

    /// Copies a part of `at..end` that the view shows as the file has it. Returns where it ends.
    fn copy_of_file(&mut self, at: u64, end: u64) -> Result<u64, CopyError> {
        if at >= self.data.end {
            match data_after(self.source.file.file(), at) {
                Ok(data) => self.data = data.unwrap_or(u64::MAX..u64::MAX),
                Err(error) => {
                    let errno = errno_of(&error);
                    self.gap(at, end, GapReason::Storage { errno })?;
                    return Ok(end);
                }
            }
        }
        if at < self.data.start {
            let end = end.min(self.data.start);
            self.leave_hole(at, end)?;
            return Ok(end);
        }
        if self.by_kernel {
            let end = self.data.end.min(self.source.span.end());
            let after = self.copy_step(at, self.overlay.bridged(at, end))?;
            if after > at {
                return Ok(after);
            }
        }
        self.copy_chunk(at, end.min(self.data.end))
    }

    /// A hole up to `end`, but for what is past the end of the file by now.
    fn leave_hole(&mut self, at: u64, end: u64) -> Result<(), CopyError> {
        match self.source.file.file_len() {
            Ok(file_len) => {
                let reason = GapReason::PastFileEnd { file_len };
                self.gap(file_len.clamp(at, end), end, reason)?;
            }
            Err(error) => {
                let errno = errno_of(&error);
                self.gap(at, end, GapReason::Storage { errno })?;
            }
        }
        self.worked(LEAST_WORK, end)
    }

    /// One `copy_file_range(2)`, with the private copies over it that lie in it. Returns where it ended: `at` where it cannot
    /// do it, which it is not asked again then.
    fn copy_step(&mut self, at: u64, end: u64) -> Result<u64, CopyError> {
        let len = usize::try_from(end - at).map_or(self.step, |len| len.min(self.step));
        let begin = Instant::now();
        let file = self.source.file.file();
        match copy_by_kernel(file, at, self.out.file(), self.place(at), len) {
            Ok(count) if count > 0 => {
                let took = begin.elapsed();
                self.slow_down(took);
                if took < STEP_TIME / 4 && len == self.step {
                    self.step = (self.step * 2).min(LARGEST_STEP);
                }
                let after = at + count as u64;
                self.cover(at, after)?;
                self.report.written += count as u64;
                self.worked(count, after)?;
                Ok(after)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => self.copy_step(at, end),
            // Across file systems, from a device, or at a bad block: reading and writing tells which of the two fails. An
            // answer of nothing is the end of the file, or a file that only read(2) can read.
            Ok(_) | Err(_) => {
                self.by_kernel = false;
                Ok(at)
            }
        }
    }

    /// Writes the private copies in `at..end` over the file's bytes, which are there already: all of them, as what cannot be
    /// read must not show the file's bytes in its place.
    fn cover(&mut self, mut at: u64, end: u64) -> Result<(), CopyError> {
        while at < end
            && let Some(view) = self.source.view
            && let Some(copy) = self.overlay.next_at(at)
            && copy.start() < end
        {
            let from = copy.start().max(at);
            at = copy.end().min(end).min(from + CHUNK as u64);
            let len = usize::try_from(at - from).unwrap_or(CHUNK);
            let gaps = read(view).read_chunk(from, self.source.file, &mut self.buffer[..len]);
            for gap in gaps {
                self.gap(gap.span.start(), gap.span.end(), gap.reason)?;
            }
            let place = self.place(from);
            self.out.write_at(&self.buffer[..len], place)?;
            self.worked(len, at)?;
        }
        Ok(())
    }

    /// Reads and writes one chunk. Returns where it ends.
    fn copy_chunk(&mut self, at: u64, end: u64) -> Result<u64, CopyError> {
        let end = end.min(at + CHUNK as u64);
        let len = usize::try_from(end - at).unwrap_or(CHUNK);
        match self.source.file.pread_once(&mut self.buffer[..len], at) {
            Ok(count) if count > 0 => {
                let after = at + count as u64;
                self.write_around(at, count, &[])?;
                self.worked(count, after)?;
                return Ok(after);
            }
            _ => {}
        }
        // A bad block or the end of the file: page by page, with what is wrong with each.
        let readout = self
            .source
            .file
            .pread(Span::new(at, end).unwrap_or(Span::empty(at)));
        self.buffer[..len].copy_from_slice(&readout.bytes);
        self.write_around(at, len, &readout.gaps)?;
        self.worked(len, end)?;
        Ok(end)
    }

    /// Copies a part of `at..end` through the view's mapping. Returns where it ends.
    fn copy_of_view(&mut self, at: u64, end: u64) -> Result<u64, CopyError> {
        let Some(view) = self.source.view else {
            return Ok(end);
        };
        let end = end.min(at + CHUNK as u64);
        let len = usize::try_from(end - at).unwrap_or(CHUNK);
        let gaps = read(view).read_chunk(at, self.source.file, &mut self.buffer[..len]);
        // Where the kernel does not tell copies from the file's pages, it does not tell holes either.
        let is_blank = self.overlay.is_guess() && self.buffer[..len].iter().all(|byte| *byte == 0);
        if is_blank {
            for gap in gaps {
                self.gap(gap.span.start(), gap.span.end(), gap.reason)?;
            }
        } else {
            self.write_around(at, len, &gaps)?;
        }
        self.worked(len, end)?;
        Ok(end)
    }

    /// Writes the first `len` bytes of the buffer, which stand at `at` in the source, but for the gaps among them.
    fn write_around(&mut self, at: u64, len: usize, gaps: &[Gap]) -> Result<(), CopyError> {
        let end = at + len as u64;
        let mut from = at;
        for gap in gaps {
            self.write(at, from, gap.span.start())?;
            self.gap(gap.span.start(), gap.span.end(), gap.reason)?;
            from = gap.span.end();
        }
        self.write(at, from, end)
    }

    /// Writes `from..to` of the buffer, whose first byte stands at `base`.
    fn write(&mut self, base: u64, from: u64, to: u64) -> Result<(), CopyError> {
        let index = |offset: u64| usize::try_from(offset - base).unwrap_or(usize::MAX);
        if from < to {
            let place = self.place(from);
            self.out
                .write_at(&self.buffer[index(from)..index(to)], place)?;
            self.report.written += to - from;
        }
        Ok(())
    }

    /// Notes that `start..end` cannot be read; nothing if it is empty.
    fn gap(&mut self, start: u64, end: u64, reason: GapReason) -> Result<(), CopyError> {
        let Some(span) = Span::new(start, end).filter(|span| !span.is_empty()) else {
            return Ok(());
        };
        let gap = Gap { span, reason };
        if self.unread == Unread::Fail {
            return Err(CopyError::Unread {
                path: self.source.file.path().to_owned(),
                gap,
            });
        }
        self.report.unread += span.len();
        let gaps = &mut self.report.gaps;
        if let Some(last) = gaps.last_mut()
            && last.span.end() == start
            && last.reason == reason
        {
            last.span = last.span.hull(span);
        } else if gaps.len() < LISTED_GAPS {
            gaps.push(gap);
        }
        Ok(())
    }

    /// Where the byte at `offset` of the source stands in the copy.
    fn place(&self, offset: u64) -> u64 {
        offset - self.source.span.start()
    }

    /// Halves the step of a storage that is so slow that a stop would wait for it.
    fn slow_down(&mut self, took: Duration) {
        if took > STEP_TIME {
            self.step = (self.step / 2).max(CHUNK);
        }
    }

    /// Asks whether to go on where enough was done since the last time. All up to `at` is copied.
    fn worked(&mut self, len: usize, at: u64) -> Result<(), CopyError> {
        let place = self.place(at);
        if place - self.syncing >= self.step as u64 {
            let begin = Instant::now();
            self.out.start_sync(self.syncing, place);
            self.syncing = place;
            self.slow_down(begin.elapsed());
        }
        self.work += len.max(LEAST_WORK);
        if self.work < CHUNK {
            return Ok(());
        }
        self.work = 0;
        self.ask(at)
    }

    fn ask(&mut self, at: u64) -> Result<(), CopyError> {
        let now = CopyProgress {
            phase: Phase::Copying,
            done: self.place(at),
            total: self.source.span.len(),
        };
        match (self.progress)(now) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(CopyError::Stopped),
        }
    }
}
