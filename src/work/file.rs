//! The worker of one open file: a thread that owns the descriptor and the mappings and answers requests.
//!
//! The window makes no call on a file or a mapping, not even fstat: a file system that hangs would hang it. Everything
//! goes through here, and where the storage does not answer, this thread waits alone.

mod facts;
mod storing;
mod watcher;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::bytes::Span;
use crate::map::{self, Access, CallLog, MapRequest, Mapping, Mode, OpenFile};
use crate::model::effect::{FileRequest, OpenRequest, ScratchFile};
use crate::model::event::{Event, Opened};
use crate::model::shown_name;

use super::export;
use super::scratch::Scratch;
use watcher::Watcher;

/// Requests that may wait. More wait only where the storage does not answer.
const QUEUED_REQUESTS: usize = 64;

/// How long the worker is waited for when its file is closed; after that it is left to its storage.
const GOODBYE: Duration = Duration::from_millis(300);

/// Reports what happened; called from the worker's threads.
pub type Report = Arc<dyn Fn(Event) + Send + Sync>;

/// What a peer needs in order to map the same file.
#[derive(Clone, Debug)]
pub struct PeerFile {
    /// A path to the descriptor itself, so that a renamed or deleted file is still the right one.
    pub via: std::path::PathBuf,
    /// The path it was opened at.
    pub path: std::path::PathBuf,
    /// Which file it must turn out to be.
    pub identity: map::Identity,
    /// What the view covers.
    pub extent: Span,
}

/// State that the window may read at any time without waiting.
#[derive(Debug, Default)]
struct Board {
    /// When the request in work began, in milliseconds of `start`, plus one; 0 while idle.
    busy_since: AtomicU64,
    peer_file: Mutex<Option<PeerFile>>,
}

/// The handle that the window holds on an open file.
#[derive(Debug)]
pub struct FileWorker {
    requests: Option<SyncSender<FileRequest>>,
    thread: Option<JoinHandle<()>>,
    board: Arc<Board>,
    start: Instant,
    log: CallLog,
}

impl FileWorker {
    /// Starts a worker that opens and maps what `request` says; it reports [`Event::Opened`] or [`Event::OpenFailed`]
    /// and, after a failure, ends.
    ///
    /// `program` is what is run as `program keep` for a scratch file.
    ///
    /// # Errors
    /// Where the system gives no further thread.
    pub fn open(request: OpenRequest, program: PathBuf, report: Report) -> std::io::Result<Self> {
        let (requests, inbox) = sync_channel(QUEUED_REQUESTS);
        let board = Arc::new(Board::default());
        let start = Instant::now();
        let log = CallLog::new();
        let thread = std::thread::Builder::new().name("file".to_owned()).spawn({
            let (board, log) = (Arc::clone(&board), log.clone());
            move || {
                board.busy(start);
                let opened = Worker::open(&request, &log, &board, &report);
                board.idle();
                match opened {
                    Ok(mut worker) => worker.run(&inbox, start, &program),
                    Err(message) => report(Event::OpenFailed(message)),
                }
            }
        })?;
        Ok(Self {
            requests: Some(requests),
            thread: Some(thread),
            board,
            start,
            log,
        })
    }

    /// AddedPeers a request over.
    ///
    /// # Errors
    /// The request, where it cannot be taken because the storage has not answered for long.
    pub fn send(&self, request: FileRequest) -> Result<(), FileRequest> {
        let sent = self
            .requests
            .as_ref()
            .map(|requests| requests.try_send(request));
        match sent {
            Some(Err(TrySendError::Full(request))) => Err(request),
            // a worker that ended could not open its file, and has said so
            Some(Ok(()) | Err(TrySendError::Disconnected(_))) | None => Ok(()),
        }
    }

    /// How long the request in work has been going on; zero while idle.
    #[must_use]
    pub fn busy_for(&self) -> Duration {
        match self.board.busy_since.load(Ordering::Relaxed).checked_sub(1) {
            Some(since) => self
                .start
                .elapsed()
                .saturating_sub(Duration::from_millis(since)),
            None => Duration::ZERO,
        }
    }

    /// What a peer needs in order to map the same file; `None` until it is open.
    #[must_use]
    pub fn peer_file(&self) -> Option<PeerFile> {
        self.board
            .peer_file
            .lock()
            .ok()
            .and_then(|file| file.clone())
    }

    /// The calls made for this file.
    #[must_use]
    pub fn log(&self) -> &CallLog {
        &self.log
    }
}

impl Drop for FileWorker {
    fn drop(&mut self) {
        drop(self.requests.take()); // the worker ends when nobody can ask any more
        let Some(thread) = self.thread.take() else {
            return;
        };
        let deadline = Instant::now() + GOODBYE;
        while !thread.is_finished() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
        if thread.is_finished() {
            let _ = thread.join();
        }
        // else: it waits for storage that does not answer; nothing can be done but to leave it behind
    }
}

impl Board {
    fn busy(&self, start: Instant) {
        let millis = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX - 1);
        self.busy_since.store(millis + 1, Ordering::Relaxed);
    }

    fn idle(&self) {
        self.busy_since.store(0, Ordering::Relaxed);
    }
}

/// The thread's own state.
struct Worker {
    file: Arc<OpenFile>,
    /// The mapping that the view shows. Long jobs read it under the lock; remapping waits for them.
    mapping: Arc<RwLock<Mapping>>,
    /// The mapping of the other mode, made when the witnesses first ask for it.
    other: Option<Mapping>,
    whole: bool,
    log: CallLog,
    report: Report,
    live: Watcher,
    jobs: Vec<export::Job>,
    board: Arc<Board>,
    scratch: Option<Scratch>,
}

impl Worker {
    fn open(
        request: &OpenRequest,
        log: &CallLog,
        board: &Arc<Board>,
        report: &Report,
    ) -> Result<Self, String> {
        let (scratch, path) = if let Some(path) = &request.path {
            (None, expand_home(path))
        } else {
            let scratch = Scratch::new().map_err(|error| error.to_string())?;
            let made = match request.scratch {
                ScratchFile::Sample => scratch.sample(),
                ScratchFile::Letters => scratch.letters(),
            };
            let path = made.map_err(|error| error.to_string())?;
            (Some(scratch), path)
        };
        let path = std::path::absolute(&path).unwrap_or(path);
        let file = OpenFile::open(&path, log).map_err(|error| error.to_string())?;
        let (mapping, refusal) = create(&file, request.mode, request.access, request.span, log)?;
        let file_len = file.file_len().unwrap_or_else(|_| mapping.span().end());
        let (mode, access, extent) = (mapping.mode(), mapping.access(), mapping.span());
        let kind = scratch.is_some().then_some(request.scratch);
        let worker = Self {
            file: Arc::new(file),
            mapping: Arc::new(RwLock::new(mapping)),
            other: None,
            whole: request.span.is_none(),
            log: log.clone(),
            report: Arc::clone(report),
            live: Watcher::new(file_len),
            jobs: Vec::new(),
            board: Arc::clone(board),
            scratch,
        };
        worker.post_peer_file(); // before anybody hears of the file and asks for it
        report(Event::Opened(Box::new(Opened {
            path: path.clone(),
            scratch: kind,
            mode,
            access,
            extent,
            whole: request.span.is_none(),
            file_len,
            page_bytes: map::page_bytes(),
            refusal,
        })));
        Ok(worker)
    }

    fn run(&mut self, inbox: &Receiver<FileRequest>, start: Instant, program: &Path) {
        loop {
            match inbox.recv_timeout(self.live.until_next()) {
                Ok(request) => {
                    self.board.busy(start);
                    self.handle(request);
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.board.busy(start);
                    // Now that nothing waits: a process would compete with the first frame.
                    if let Some(scratch) = &mut self.scratch {
                        scratch.keep(program);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.live_checks();
            self.board.idle();
        }
    }

    fn say(&self, event: Event) {
        (self.report)(event);
    }

    fn handle(&mut self, request: FileRequest) {
        match request {
            FileRequest::Look(span) => self.look(span),
            FileRequest::Peek { ticket, span } => {
                let readout = self.view(|mapping, file| mapping.read(span, file));
                if let Some(readout) = readout {
                    self.say(Event::Peeked { ticket, readout });
                }
            }
            FileRequest::Store(batch) => self.store(batch),
            FileRequest::Remap { mode, access, span } => self.remap(mode, access, span),
            FileRequest::Flush => self.flush(),
            FileRequest::Discard(span) => self.discard(span),
            FileRequest::WriteBack(runs) => self.write_back(&runs),
            FileRequest::Watch(span) => self.watch(span),
            FileRequest::WitnessStore { id, offset, bytes } => {
                self.witness_store(id, offset, &bytes);
            }
            FileRequest::Facts(shown) => self.show_facts(shown),
            FileRequest::ExportText { suffix, text } => {
                let result = export::write_text(self.file.path(), suffix, &text);
                self.say(Event::Exported(result));
            }
            FileRequest::ExportView => {
                self.jobs.retain(|job| !job.is_finished());
                match export::Job::start(
                    Arc::clone(&self.file),
                    Arc::clone(&self.mapping),
                    Arc::clone(&self.report),
                ) {
                    Ok(job) => self.jobs.push(job),
                    Err(error) => self.say(Event::Exported(Err(format!(
                        "No thread to save a copy with: {error}"
                    )))),
                }
            }
        }
    }

    /// Does something with the view's mapping. `None` only where a thread died while it held the lock.
    fn view<T>(&self, read: impl FnOnce(&Mapping, &OpenFile) -> T) -> Option<T> {
        self.mapping
            .read()
            .ok()
            .map(|mapping| read(&mapping, &self.file))
    }

    fn remap(&mut self, mode: Mode, access: Access, span: Option<Span>) {
        match create(&self.file, mode, access, span, &self.log) {
            Ok((mapping, refusal)) => {
                let (mode, access, extent) = (mapping.mode(), mapping.access(), mapping.span());
                if let Ok(mut current) = self.mapping.write() {
                    *current = mapping; // waits for readers: an address is never reused under a read
                }
                self.other = None;
                self.release_writer();
                self.whole = span.is_none();
                self.live.remapped();
                self.post_peer_file();
                self.say(Event::Remapped {
                    mode,
                    access,
                    extent,
                    whole: self.whole,
                    refusal,
                });
                self.check_state(true);
                self.read_witnesses(true);
            }
            Err(message) => self.say(Event::RemapFailed(message)),
        }
    }

    fn flush(&self) {
        let flushed = self.view(|mapping, _| (mapping.mode(), mapping.flush(None)));
        let name = shown_name(self.file.path());
        match flushed {
            Some((Mode::Private, Ok(_))) => self.say(Event::Flushed(Ok(format!(
                "msync returned 0 for {name}: a private mapping has nothing to write, its changes stay in memory"
            )))),
            Some((Mode::Shared, Ok(report))) => self.say(Event::Flushed(match report.earlier_failure {
                None => Ok(format!("{name}: msync wrote what was changed in {} to the storage", report.span)),
                Some(errno) => Err(format!(
                    "{name}: msync succeeded now, but an earlier one failed with {}: what it lost is lost on the device",
                    map::describe_errno(errno)
                )),
            })),
            Some((_, Err(error))) => self.say(Event::Flushed(Err(error.to_string()))),
            None => {}
        }
    }

    fn discard(&mut self, span: Span) {
        let discarded = self.view(|mapping, _| {
            let held = copies_in(mapping, span);
            let discarded = mapping.discard(span).map(|_| held);
            (mapping.mode(), mapping.page_bytes(), discarded)
        });
        match discarded {
            Some((Mode::Shared, ..)) => self.say(Event::Discarded(Err(
                "A shared mapping has no private copies to discard: it shows the file".to_owned(),
            ))),
            Some((Mode::Private, page_bytes, Ok(n_pages))) => {
                let pages = span.pages(page_bytes);
                self.live.discarded(pages.clone());
                let whole = Span::new(
                    pages.start * page_bytes,
                    pages.end.saturating_mul(page_bytes),
                )
                .unwrap_or(span);
                self.say(Event::Discarded(Ok((whole, n_pages))));
                self.look_again();
                self.read_witnesses(true);
            }
            Some((Mode::Private, _, Err(error))) => self.say(Event::Discarded(Err(format!(
                "{}: private copies were not discarded: {error}",
                shown_name(self.file.path())
            )))),
            None => {}
        }
    }

    /// The view's mapping is remade after the file grew; private copies are kept where the system can do that.
    fn grow(&mut self, file_len: u64) -> bool {
        let grown = match self.mapping.write() {
            Ok(mut mapping) => mapping.grow(file_len).map(|()| mapping.span()),
            Err(_) => return false,
        };
        match grown {
            Ok(extent) => {
                self.other = None;
                self.post_peer_file();
                self.say(Event::Grown(extent));
                true
            }
            Err(_) => false, // the state is reported instead, and the person can remap
        }
    }

    /// Closes the descriptor that may write once no mapping needs it: as long as it is open, nobody can start a program
    /// from the file (`ETXTBSY`).
    pub(super) fn release_writer(&mut self) {
        if self.other.as_ref().is_some_and(writes_through) {
            self.other = None; // made anew, read-only, when it is next looked at
        }
        if self.view(|mapping, _| writes_through(mapping)) == Some(false) {
            self.file.release_writer();
        }
    }

    fn post_peer_file(&self) {
        let Some(extent) = self.view(|mapping, _| mapping.span()) else {
            return;
        };
        if let Ok(mut post) = self.board.peer_file.lock() {
            *post = Some(PeerFile {
                via: self.file.descriptor_path(),
                path: self.file.path().to_owned(),
                identity: self.file.identity(),
                extent,
            });
        }
    }
}

/// How many private copies the pages of `span` hold; `None` where the system cannot tell.
fn copies_in(mapping: &Mapping, span: Span) -> Option<u64> {
    let page_bytes = mapping.page_bytes().max(1);
    let pages = span.pages(page_bytes);
    let copies = mapping.private_copies(usize::MAX).ok()?;
    let inside = copies.iter().map(|copy| {
        let copy = copy.pages(page_bytes);
        copy.end
            .min(pages.end)
            .saturating_sub(copy.start.max(pages.start))
    });
    Some(inside.sum())
}

fn writes_through(mapping: &Mapping) -> bool {
    mapping.mode() == Mode::Shared && mapping.access() == Access::ReadWrite
}

/// Maps; where shared writing is refused, maps shared and read-only and says why.
fn create(
    file: &OpenFile,
    mode: Mode,
    access: Access,
    span: Option<Span>,
    log: &CallLog,
) -> Result<(Mapping, Option<String>), String> {
    let mut refusal = None;
    let mut access = access;
    if mode == Mode::Shared
        && access == Access::ReadWrite
        && let Err(refused) = file.writer()
    {
        refusal = Some(refused.to_string());
        access = Access::ReadOnly;
    }
    let mapping = Mapping::create(file, MapRequest { mode, access, span }, log)
        .map_err(|error| error.to_string())?;
    Ok((mapping, refusal))
}

/// `~/` at the start of a path that a person typed is their home folder.
fn expand_home(path: &Path) -> std::path::PathBuf {
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}
