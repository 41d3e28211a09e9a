//! The bytes of a file, with a view's private copies over them, for whoever reads all of them: a search, sums.
//!
//! It owns where the bytes come from, and which are zeros that need no reading. It must not know what they are read for.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use crate::bytes::Span;
use crate::map::{Gap, GapReason, Mapping, Mode, OpenFile, errno_of};
use crate::os::file_range::data_after;

/// What stands from some offset on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Bytes that have to be read, up to this offset.
    Data(u64),
    /// Zeros up to this offset, as the file has a hole there.
    Zeros(u64),
    /// Nothing that could be read, up to this offset.
    Unreadable(u64, GapReason),
}

impl Part {
    /// The offset up to which it is so.
    #[must_use]
    pub const fn end(self) -> u64 {
        match self {
            Self::Data(end) | Self::Zeros(end) | Self::Unreadable(end, _) => end,
        }
    }
}

/// Bytes that can be gone through, by several threads at once.
pub trait Searched: Sync {
    /// The offsets of the bytes.
    fn span(&self) -> Span;

    /// What stands from `at` on, which is in the span: up to a later offset, at most the span's end.
    fn part(&self, at: u64) -> Part;

    /// Reads from `at` on into the whole of `into`, which is within the span. Returns what could not be read, in order and
    /// apart; what `into` holds there means nothing.
    fn read(&self, at: u64, into: &mut [u8]) -> Vec<Gap>;
}

/// A file, or what a view shows of it.
///
/// The file's bytes are read by pread(2): no page comes into any mapping's page table, and holes are not read at all. Over
/// them come the view's private copies, read through its mapping, where they are already.
#[derive(Clone, Copy, Debug)]
pub struct SearchedFile<'a> {
    file: &'a OpenFile,
    span: Span,
    view: Option<View<'a>>,
}

#[derive(Clone, Copy, Debug)]
struct View<'a> {
    mapping: &'a RwLock<Mapping>,
    /// The kernel does not tell private copies: all is read through the mapping, as if it were one.
    is_guess: bool,
}

impl<'a> SearchedFile<'a> {
    /// What `view`, a mapping of `file`, shows: as many bytes as it has now, and its private copies over the file's. The
    /// lock is taken for reading, for a moment at a time.
    #[must_use]
    pub fn of_view(file: &'a OpenFile, view: &'a RwLock<Mapping>) -> Self {
        let mapping = read(view);
        let span = mapping.span();
        let is_guess = mapping.private_copies_in(span, 1).is_err();
        let view = View {
            mapping: view,
            is_guess,
        };
        Self {
            file,
            span,
            view: (mapping.mode() == Mode::Private).then_some(view),
        }
    }

    /// The bytes of `span` as the file has them.
    #[must_use]
    pub const fn of_file(file: &'a OpenFile, span: Span) -> Self {
        Self {
            file,
            span,
            view: None,
        }
    }

    /// The same, of those bytes alone that are in `span` too.
    #[must_use]
    pub fn within(self, span: Span) -> Self {
        let start = self.span.start();
        Self {
            span: self.span.intersect(span).unwrap_or(Span::empty(start)),
            ..self
        }
    }

    /// The private copies in `span`, at most `limit`, in order and apart.
    fn copies(&self, span: Span, limit: usize) -> Vec<Span> {
        let Some(view) = &self.view else {
            return Vec::new();
        };
        if view.is_guess {
            return vec![span];
        }
        // What was told once is told again; a failure of the call would leave the file's bytes in place of the view's.
        let copies = read(view.mapping).private_copies_in(span, limit);
        let Ok(copies) = copies else {
            return vec![span];
        };
        copies
            .into_iter()
            .filter_map(|copy| copy.intersect(span))
            .collect()
    }

    /// Reads `from..to` of the file into `into`, whose first byte stands at `base`.
    fn read_file(
        &self,
        (from, to): (u64, u64),
        (into, base): (&mut [u8], u64),
        gaps: &mut Vec<Gap>,
    ) {
        let index = |offset: u64| usize::try_from(offset - base).unwrap_or(usize::MAX);
        let file_len = match self.file.file_len() {
            Ok(file_len) => file_len,
            Err(error) => {
                let errno = errno_of(&error);
                return push(gaps, (from, to), GapReason::Failed { errno });
            }
        };
        let readable = to.min(file_len.max(from));
        let mut at = from;
        while at < readable {
            // Where holes are not told, all is data: reading says what is wrong.
            let data = data_after(self.file.file(), at).unwrap_or(Some(at..u64::MAX));
            let data = data.unwrap_or(u64::MAX..u64::MAX);
            let start = data.start.clamp(at, readable);
            into[index(at)..index(start)].fill(0);
            at = start;
            let end = data.end.min(readable);
            while at < end {
                match self.file.pread_once(&mut into[index(at)..index(end)], at) {
                    Ok(count) if count > 0 => at += count as u64,
                    _ => {
                        // A bad block, or the end of the file: page by page, with what is wrong with each.
                        let rest = Span::new(at, end).unwrap_or(Span::empty(at));
                        let readout = self.file.pread(rest);
                        into[index(at)..index(end)].copy_from_slice(&readout.bytes);
                        for gap in readout.gaps {
                            push(gaps, (gap.span.start(), gap.span.end()), gap.reason);
                        }
                        at = end;
                    }
                }
            }
        }
        push(gaps, (readable, to), GapReason::PastFileEnd { file_len });
    }
}

impl Searched for SearchedFile<'_> {
    fn span(&self) -> Span {
        self.span
    }

    fn part(&self, at: u64) -> Part {
        let end = self.span.end();
        let file_len = match self.file.file_len() {
            Ok(file_len) if file_len <= at => {
                return Part::Unreadable(end, GapReason::PastFileEnd { file_len });
            }
            Ok(file_len) => file_len,
            Err(error) => {
                let errno = errno_of(&error);
                return Part::Unreadable(end, GapReason::Failed { errno });
            }
        };
        let end = end.min(file_len);
        let zeros_end = match data_after(self.file.file(), at) {
            Ok(Some(data)) if data.start <= at => return Part::Data(data.end.clamp(at + 1, end)),
            Ok(Some(data)) => data.start.min(end),
            Ok(None) => end,
            Err(_) => return Part::Data(end),
        };
        let hole = Span::new(at, zeros_end).unwrap_or(Span::empty(at));
        match self.copies(hole, 1).first() {
            Some(copy) if copy.start() <= at => Part::Data(copy.end()),
            Some(copy) => Part::Zeros(copy.start()),
            None => Part::Zeros(zeros_end),
        }
    }

    fn read(&self, at: u64, into: &mut [u8]) -> Vec<Gap> {
        let mut gaps = Vec::new();
        let end = at + into.len() as u64;
        let span = Span::new(at, end).unwrap_or(Span::empty(at));
        let mut from = at;
        for copy in self.copies(span, usize::MAX) {
            self.read_file((from, copy.start()), (&mut *into, at), &mut gaps);
            from = copy.end();
            if let Some(view) = &self.view {
                let index = |offset: u64| usize::try_from(offset - at).unwrap_or(usize::MAX);
                let part = &mut into[index(copy.start())..index(copy.end())];
                let unread = read(view.mapping).read_chunk(copy.start(), self.file, part);
                for gap in unread {
                    push(&mut gaps, (gap.span.start(), gap.span.end()), gap.reason);
                }
            }
        }
        self.read_file((from, end), (into, at), &mut gaps);
        gaps
    }
}

/// Adds a gap behind all others; nothing if it is empty.
pub(super) fn push(gaps: &mut Vec<Gap>, (start, end): (u64, u64), reason: GapReason) {
    let Some(span) = Span::new(start, end).filter(|span| !span.is_empty()) else {
        return;
    };
    if let Some(last) = gaps.last_mut()
        && last.span.end() == start
        && last.reason == reason
    {
        last.span = last.span.hull(span);
    } else {
        gaps.push(Gap { span, reason });
    }
}

fn read(view: &RwLock<Mapping>) -> RwLockReadGuard<'_, Mapping> {
    // Reading changes nothing, so a thread that died while it held the lock did no harm.
    view.read().unwrap_or_else(PoisonError::into_inner)
}
