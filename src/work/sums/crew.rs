//! Several threads that read and sum one stretch, each doing whatever can be done next.
//!
//! It owns who does what, that checksums get the pieces in order, and when it is over. It must not know what a person asked
//! for.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::SumsOptions;
use super::course::{Course, Stretch};
use super::piece::{Piece, Wanted};
use super::totals::Totals;
use crate::bytes::digest::{Sum, SumKind};
use crate::map::{AlignedBuffer, Gap};
use crate::model::sums::SumsReport;
use crate::work::shown_bytes::Searched;
use crate::work::threads::StopOnPanic;

/// Pieces that may be there at once.
const MOST_AHEAD: usize = 8;

/// So many are read before anything is summed that could be: a checksum that has to wait for a piece is lost time.
const LEAST_AHEAD: usize = 3;

/// Blocks have whole pages of this size.
const BLOCK: u64 = 4096;

/// How long a thread waits for something to do before it looks whether all is over.
const TURN: Duration = Duration::from_millis(10);

/// One stretch that is summed.
pub(super) struct Crew<'a, S> {
    source: &'a S,
    options: &'a SumsOptions,
    wanted: Wanted,
    stop: AtomicBool,
    /// Held while it is asked, which the storage may hold up; the board never is.
    course: Mutex<Course>,
    board: Mutex<Board>,
    turn: Condvar,
}

/// What the threads share.
struct Board {
    /// The pieces that some checksum still needs, in order. `None` while a piece is read.
    pieces: VecDeque<Option<Arc<Piece>>>,
    /// How many were before the first of them.
    n_gone: u64,
    /// How many are in the totals.
    n_added: u64,
    /// Bytes of those that are gone.
    done: u64,
    /// Threads that are about to take the next piece.
    n_taking: usize,
    /// There is no further piece.
    is_read: bool,
    hashes: Vec<Hash>,
    totals: Totals,
    /// Buffers to be read into.
    spare: Vec<AlignedBuffer>,
}

/// A checksum that gets the pieces in order.
struct Hash {
    kind: SumKind,
    /// The number of its next piece.
    next: u64,
    /// `None` while some thread adds a piece.
    sum: Option<Sum>,
}

/// What a thread can do.
enum Task {
    Read(Option<AlignedBuffer>),
    Add(usize, Arc<Piece>, Sum),
    End,
}

impl<'a, S: Searched> Crew<'a, S> {
    pub(super) fn new(source: &'a S, options: &'a SumsOptions) -> Self {
        let span = source.span();
        let block = span.len().div_ceil(options.most_blocks.max(1));
        let block = block.div_ceil(BLOCK).max(1).saturating_mul(BLOCK);
        let in_order = options.kinds.iter().filter(|kind| !kind.is_combinable());
        let hashes = in_order.map(|kind| Hash {
            kind: *kind,
            next: 0,
            sum: Some(Sum::new(*kind)),
        });
        Self {
            source,
            options,
            wanted: Wanted {
                crc32: options.kinds.contains(&SumKind::Crc32),
                counts: options.counts,
                block,
                start: span.start(),
            },
            stop: AtomicBool::new(false),
            course: Mutex::new(Course::new(span, options.chunk)),
            board: Mutex::new(Board {
                pieces: VecDeque::new(),
                n_gone: 0,
                n_added: 0,
                done: 0,
                n_taking: 0,
                is_read: false,
                hashes: hashes.collect(),
                totals: Totals::new(span, block),
                spare: Vec::new(),
            }),
            turn: Condvar::new(),
        }
    }

    /// Ends all threads within some milliseconds.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        self.turn.notify_all();
    }

    /// What there is so far.
    pub(super) fn so_far(&self) -> SumsReport {
        let board = self.board();
        board.totals.so_far(board.done)
    }

    /// What it all came to, once all threads have ended.
    pub(super) fn into_report(self) -> SumsReport {
        let board = self.board.into_inner();
        let mut board = board.unwrap_or_else(PoisonError::into_inner);
        let mut report = board.totals.so_far(board.done);
        report.is_stopped = !board.is_over() && self.stop.into_inner();
        if report.is_stopped || !board.totals.is_whole() {
            return report;
        }
        for kind in &self.options.kinds {
            let sum = if kind.is_combinable() {
                Some(board.totals.crc32())
            } else {
                let hash = board.hashes.iter_mut().find(|hash| hash.kind == *kind);
                hash.and_then(|hash| hash.sum.take())
            };
            report.digits.extend(sum.map(|sum| (*kind, sum.digits())));
        }
        report
    }

    /// Does whatever can be done, until there is nothing left; by several threads at once.
    pub(super) fn work(&self) {
        let _stop = StopOnPanic(&self.stop);
        loop {
            match self.task() {
                Task::Read(buffer) => self.read(buffer),
                Task::Add(index, piece, mut sum) => {
                    piece.add_to(&mut sum);
                    drop(piece); // so that the board has the last of it
                    let mut board = self.board();
                    if let Some(hash) = board.hashes.get_mut(index) {
                        hash.sum = Some(sum);
                        hash.next += 1;
                    }
                    board.drop_done();
                }
                Task::End => return,
            }
            self.turn.notify_all();
        }
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn task(&self) -> Task {
        let mut board = self.board();
        while !self.stop.load(Ordering::Relaxed) && !board.is_over() {
            if let Some(task) = board.task() {
                return task;
            }
            let waited = self.turn.wait_timeout(board, TURN);
            board = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Task::End
    }

    /// Reads the next piece, if there is one.
    fn read(&self, buffer: Option<AlignedBuffer>) {
        let mut course = self.course.lock().unwrap_or_else(PoisonError::into_inner);
        let stretch = course.take(self.source);
        let mut board = self.board();
        board.n_taking -= 1;
        let Some(stretch) = stretch else {
            board.is_read = true;
            return;
        };
        let number = board.n_gone + board.pieces.len() as u64;
        board.pieces.push_back(None);
        drop(board);
        drop(course); // its place in the order is taken: others may go on
        let piece = match stretch {
            Stretch::Data(span) => self.read_data(span, buffer),
            Stretch::Zeros(span) => Piece::of_zeros(span, self.wanted),
            Stretch::Unreadable(span, reason) => Piece::of_gap(Gap { span, reason }),
        };
        let mut board = self.board();
        board.put(number, piece);
    }

    fn read_data(&self, span: crate::bytes::Span, buffer: Option<AlignedBuffer>) -> Piece {
        let size = usize::try_from(self.options.chunk.max(1)).unwrap_or(usize::MAX);
        let mut buffer = buffer.unwrap_or_else(|| AlignedBuffer::new(size));
        let len = usize::try_from(span.len()).unwrap_or(usize::MAX);
        let gaps = self.source.read(span.start(), &mut buffer[..len]);
        Piece::of_bytes(span, buffer, gaps, self.wanted)
    }
}

impl Board {
    fn is_over(&self) -> bool {
        self.is_read && self.pieces.is_empty()
    }

    /// What can be done now, taken by whoever asks.
    fn task(&mut self) -> Option<Task> {
        let n_ahead = self.pieces.len() + self.n_taking;
        let can_read = !self.is_read && n_ahead < MOST_AHEAD;
        if can_read && n_ahead < LEAST_AHEAD {
            return Some(self.take_read());
        }
        let n_gone = self.n_gone;
        let pieces = &self.pieces;
        let piece_of = |hash: &Hash| {
            let index = usize::try_from(hash.next - n_gone).ok()?;
            pieces.get(index)?.clone()
        };
        let ready = self.hashes.iter_mut().enumerate();
        let ready = ready.filter(|(_, hash)| hash.sum.is_some());
        let ready = ready.filter_map(|(index, hash)| Some((index, piece_of(hash)?, hash)));
        if let Some((index, piece, hash)) = ready.min_by_key(|(_, _, hash)| hash.next) {
            return hash.sum.take().map(|sum| Task::Add(index, piece, sum));
        }
        can_read.then(|| self.take_read())
    }

    fn take_read(&mut self) -> Task {
        self.n_taking += 1;
        Task::Read(self.spare.pop())
    }

    /// The piece of this number is there.
    fn put(&mut self, number: u64, piece: Piece) {
        let index = usize::try_from(number - self.n_gone).unwrap_or(usize::MAX);
        if let Some(place) = self.pieces.get_mut(index) {
            *place = Some(Arc::new(piece));
        }
        while let Ok(index) = usize::try_from(self.n_added - self.n_gone)
            && let Some(Some(piece)) = self.pieces.get(index)
        {
            self.totals.add(piece);
            self.n_added += 1;
        }
        if !self.totals.is_whole() {
            self.hashes.clear(); // there will be none
        }
        self.drop_done();
    }

    /// Lets go of what nothing needs any more.
    fn drop_done(&mut self) {
        let needed = self.hashes.iter().map(|hash| hash.next);
        let needed = needed.chain([self.n_added]).min().unwrap_or(0);
        while self.n_gone < needed
            && let Some(Some(piece)) = self.pieces.pop_front()
        {
            self.n_gone += 1;
            self.done += piece.span.len();
            let piece = Arc::into_inner(piece);
            self.spare.extend(piece.and_then(|piece| piece.bytes));
        }
    }
}
