//! The thread of one open file: it opens, takes orders one at a time, and looks by itself in between.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Instant;

use crate::bytes::Span;
use crate::map::{self, Access, CallLog, Mapping, Mode, OpenFile};
use crate::model::effect::{FileOrder, FileRequest, OpenRequest, ScratchFile};
use crate::model::event::{DiscardError, Event, FileEvent, FileNews, Flushed, Opened, Remapped};
use crate::model::identity::{DocId, Generation, MappingId, OrderId, Target};
use crate::model::process::{PeerFile, Refusal};
use crate::model::{ReadBy, shown_name};

use super::others::WatchedOthers;
use super::views::{ViewMapping, create};
use super::watcher::Watcher;
use super::witnesses::Witnesses;
use super::{Board, EventSink, Sent};
use crate::work::logbook::record::EditPlace;
use crate::work::logbook::{FileLog, Logbook};
use crate::work::scratch::Scratch;
use crate::work::store_log::StoreWords;

/// The thread's own state.
pub(super) struct Worker {
    pub(super) doc: DocId,
    pub(super) file: Arc<OpenFile>,
    /// One a view.
    pub(super) views: Vec<ViewMapping>,
    pub(super) witnesses: Witnesses,
    pub(super) others: WatchedOthers,
    pub(super) watcher: Watcher,
    pub(super) log: CallLog,
    pub(super) report: EventSink,
    pub(super) board: Arc<Board>,
    /// Where edits are written down before they are stored.
    pub(super) journal: FileLog,
    /// What processes are about to store.
    pub(super) process_stores: StoreWords,
    scratch: Option<Scratch>,
}

impl Worker {
    pub(super) fn open(
        (doc, mapping_id): (DocId, MappingId),
        request: &OpenRequest,
        log: &CallLog,
        (journal, process_stores): (FileLog, StoreWords),
        board: &Arc<Board>,
        report: &EventSink,
    ) -> Result<Self, String> {
        let (scratch, path) = place(request)?;
        let path = std::path::absolute(&path).unwrap_or(path);
        let file = OpenFile::open(&path, log).map_err(|error| error.to_string())?;
        let (mapping, refusal) = create(&file, request.mode, request.access, request.span, log)?;
        let file_len = file.file_len().unwrap_or_else(|_| mapping.span().end());
        let identity = file.identity();
        let view = ViewMapping::new(mapping_id, mapping, request.span.is_none());
        let mapped = view
            .state(refusal)
            .ok_or_else(|| "the mapping is gone".to_owned())?;
        let opened = Opened {
            path: path.clone(),
            scratch: scratch.is_some().then_some(request.scratch.clone()),
            identity,
            mapped,
            file_len,
            page_bytes: map::page_bytes(),
        };
        let worker = Self {
            doc,
            file: Arc::new(file),
            views: vec![view],
            witnesses: Witnesses::default(),
            others: WatchedOthers::default(),
            watcher: Watcher::new(file_len),
            log: log.clone(),
            report: Arc::clone(report),
            board: Arc::clone(board),
            // a scratch file goes with the program, and so do its edits
            journal: if scratch.is_some() {
                Logbook::new(|_| ()).of_file()
            } else {
                journal
            },
            process_stores,
            scratch,
        };
        worker.post_peer_file(); // before anybody hears of the file and asks for it
        report(Event::Opened(doc, Box::new(opened)));
        Ok(worker)
    }

    pub(super) fn run(&mut self, inbox: &Receiver<Sent>, start: Instant, program: &Path) {
        loop {
            match inbox.recv_timeout(self.until_next()) {
                Ok(sent) => {
                    self.board.busy(start);
                    let way = Arc::clone(&self.board.way);
                    let _goes_first = way.hold();
                    self.hear_of_processes(!self.board.is_closed());
                    if let Sent::Order(order) = sent {
                        self.handle(order);
                    }
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
            if !self.board.is_closed() {
                self.check();
                self.tend_others(program);
            }
            self.board.idle();
        }
        self.hear_of_processes(false);
        if self.board.decided.load(Ordering::Relaxed) {
            self.journal.retired(None);
        }
    }

    /// Says something of the mapping at `index`, as an answer where there is a number.
    pub(super) fn say(&self, index: usize, number: Option<OrderId>, news: FileNews) {
        if let Some(view) = self.views.get(index) {
            self.say_of(view.id, view.generation, number, news);
        }
    }

    /// Says something of the file as a whole.
    pub(super) fn say_of_file(&self, news: FileNews) {
        self.say(0, None, news);
    }

    pub(super) fn say_of(
        &self,
        mapping: MappingId,
        generation: Generation,
        number: Option<OrderId>,
        news: FileNews,
    ) {
        let target = Target {
            doc: self.doc,
            mapping,
            generation,
        };
        (self.report)(Event::File(FileEvent {
            target,
            number,
            news,
        }));
    }

    fn handle(&mut self, order: FileOrder) {
        let (number, target, request) = (order.number, order.target, order.request);
        let index = self.views.iter().position(|view| {
            view.id == target.mapping
                && (view.generation == target.generation || request.is_for_any_generation())
        });
        let Some(index) = index.filter(|_| !self.board.is_closed()) else {
            let news = FileNews::Refused(Box::new(request), Refusal::Gone);
            self.say_of(target.mapping, target.generation, Some(number), news);
            return;
        };
        match request {
            FileRequest::Look(span) => self.look(index, span),
            FileRequest::Peek(span) => {
                let file = Arc::clone(&self.file);
                let view = self.views.get(index);
                if let Some(readout) = view.and_then(|view| view.read(span, &file)) {
                    self.say(index, Some(number), FileNews::Peeked(readout));
                }
            }
            FileRequest::Store(batch) => self.store(index, number, batch),
            FileRequest::Remap { mode, access, span } => {
                self.remap(index, number, mode, access, span);
            }
            FileRequest::AddView {
                mapping,
                mode,
                access,
            } => self.add_view(number, mapping, mode, access),
            FileRequest::ReadBy(by) => self.read_by(index, number, by),
            FileRequest::DropView => self.drop_view(index, number, target),
            FileRequest::AllowWriting => self.allow_writing(index, number),
            FileRequest::Flush => self.flush(index, number),
            FileRequest::Discard(span) => self.discard(index, number, span),
            FileRequest::GiveBack(pages) => self.give_back(index, number, &pages),
            FileRequest::WriteBack(runs) => self.write_back(index, number, &runs),
            FileRequest::Watch(span) => self.watch(index, span),
            store @ FileRequest::WitnessStore { .. } => self.witness_store(index, number, store),
            FileRequest::Facts(shown) => self.show_facts(index, shown),
            FileRequest::FindDifference { from, heading: to } => {
                self.find_difference(index, number, from, to);
            }
            FileRequest::Find(request) => self.find(index, number, *request),
            FileRequest::ReadMatches(of, runs) => self.read_matches(index, number, *of, runs),
            FileRequest::Export {
                destination,
                if_exists,
                what,
            } => self.export(index, number, destination, if_exists, what),
            FileRequest::Sum(span) => self.sum(index, number, span),
            request @ (FileRequest::Forget(_)
            | FileRequest::TakeOver { .. }
            | FileRequest::WriteDown { .. }
            | FileRequest::PutBack { .. }
            | FileRequest::ReadPatch(_)
            | FileRequest::ReadPatchPart(..)
            | FileRequest::ReadWhole(_)) => self.handle_edits(index, number, target, request),
        }
    }

    /// The person allows writing to the device; the processes have the same leave.
    fn allow_writing(&self, index: usize, number: OrderId) {
        self.file.allow_writing();
        self.post_peer_file();
        self.say(index, Some(number), FileNews::WritingAllowed);
    }

    /// Does something with a view's mapping.
    pub(super) fn with<T>(&self, index: usize, read: impl FnOnce(&Mapping) -> T) -> Option<T> {
        self.views.get(index)?.with(read)
    }

    fn remap(
        &mut self,
        index: usize,
        number: OrderId,
        mode: Mode,
        access: Access,
        span: Option<Span>,
    ) {
        let created = create(&self.file, mode, access, span, &self.log);
        let Some(view) = self.views.get_mut(index) else {
            return;
        };
        match created {
            Ok((mapping, refusal)) => {
                view.replace(mapping, span.is_none());
                let state = view.state(refusal);
                self.witnesses.forget();
                self.release_writer();
                self.post_peer_file();
                self.say_remapped(index, number, state);
                self.check_state(true);
                self.read_witnesses(true);
            }
            Err(message) => self.say(index, Some(number), FileNews::RemapFailed(message)),
        }
    }

    fn say_remapped(&self, index: usize, number: OrderId, state: Option<Remapped>) {
        if let Some(state) = state {
            self.say(index, Some(number), FileNews::Remapped(state));
        }
    }

    fn add_view(&mut self, number: OrderId, mapping: MappingId, mode: Mode, access: Access) {
        match create(&self.file, mode, access, None, &self.log) {
            Ok((created, refusal)) => {
                self.views.push(ViewMapping::new(mapping, created, true));
                self.witnesses.forget_other();
                let index = self.views.len() - 1;
                let state = self.views.get(index).and_then(|view| view.state(refusal));
                self.say_remapped(index, number, state);
            }
            Err(message) => self.say_of(
                mapping,
                Generation::FIRST,
                Some(number),
                FileNews::RemapFailed(message),
            ),
        }
    }

    /// The view at `index` is closed: its mapping goes, once no job reads it. The last one stays, as the file does.
    fn drop_view(&mut self, index: usize, number: OrderId, target: Target) {
        let news = if self.views.len() > 1 {
            self.views.remove(index);
            let gone = EditPlace::Private(target.mapping.0);
            self.journal.retired(Some(gone)); // that was asked about
            self.witnesses.drop_view(target.mapping);
            self.witnesses.forget_other();
            self.release_writer();
            self.post_peer_file();
            FileNews::Dropped
        } else {
            FileNews::Refused(Box::new(FileRequest::DropView), Refusal::Gone)
        };
        self.say_of(target.mapping, target.generation, Some(number), news);
    }

    fn read_by(&mut self, index: usize, number: OrderId, by: ReadBy) {
        if let Some(view) = self.views.get_mut(index) {
            view.read_by = by;
        }
        self.say(index, Some(number), FileNews::ReadsBy(by));
        self.look_again(index);
    }

    fn flush(&self, index: usize, number: OrderId) {
        self.journal.sync(); // undo first
        let flushed = self.with(index, |mapping| (mapping.mode(), mapping.flush(None)));
        let Some((mode, flushed)) = flushed else {
            return;
        };
        let result = match (mode, flushed) {
            (Mode::Private, Ok(_)) => Ok(Flushed::Private),
            (Mode::Shared, Ok(report)) => Ok(match report.earlier_failure {
                None => Flushed::Written(report.span),
                Some(errno) => Flushed::EarlierFailure(map::describe_errno(errno)),
            }),
            (_, Err(error)) => Err(error.to_string()),
        };
        self.say(index, Some(number), FileNews::Flushed(result));
    }

    fn discard(&mut self, index: usize, number: OrderId, span: Span) {
        let discarded = self.with(index, |mapping| {
            let held = copies_in(mapping, span);
            let discarded = mapping.discard(span).map(|_| held);
            (mapping.mode(), mapping.page_bytes(), discarded)
        });
        let result = match discarded {
            Some((Mode::Shared, ..)) => Err(DiscardError::Shared),
            Some((Mode::Private, page_bytes, Ok(n_pages))) => {
                let pages = span.pages(page_bytes);
                if let Some(view) = self.views.get_mut(index) {
                    view.copies.retain(|page| !pages.contains(page));
                    view.comparer.forget();
                }
                let whole = Span::new(
                    pages.start * page_bytes,
                    pages.end.saturating_mul(page_bytes),
                );
                Ok((whole.unwrap_or(span), n_pages))
            }
            Some((Mode::Private, _, Err(error))) => Err(DiscardError::Failed(error.to_string())),
            None => return,
        };
        let done = result.is_ok();
        self.say(index, Some(number), FileNews::Discarded(result));
        if done {
            self.look_again(index);
            self.read_witnesses(true);
        }
    }

    /// Private copies that hold nothing of the person's any more, and would hide what others write.
    fn give_back(&mut self, index: usize, number: OrderId, pages: &[Span]) {
        for span in pages {
            let page_bytes = self.with(index, |mapping| {
                let is_private = mapping.mode() == Mode::Private;
                (is_private && mapping.discard(*span).is_ok()).then(|| mapping.page_bytes())
            });
            if let (Some(Some(page_bytes)), Some(view)) = (page_bytes, self.views.get_mut(index)) {
                let pages = span.pages(page_bytes);
                view.copies.retain(|page| !pages.contains(page));
                view.comparer.forget();
            }
        }
        self.say(index, Some(number), FileNews::GaveBack);
        self.look_again(index);
        self.read_witnesses(true);
    }

    /// The whole-file mappings are extended after the file grew; private copies are kept where the system can do that.
    pub(super) fn grow(&mut self, file_len: u64) -> bool {
        let mut grown = Vec::new();
        for (index, view) in self.views.iter().enumerate().filter(|(_, view)| view.whole) {
            let Ok(mut mapping) = view.mapping.write() else {
                continue;
            };
            if mapping.span().end() < file_len && mapping.grow(file_len).is_ok() {
                grown.push((index, mapping.span()));
            }
        }
        if grown.is_empty() {
            return false; // the state is reported instead, and the person can map anew
        }
        self.post_peer_file();
        for (index, extent) in grown {
            self.say(index, None, FileNews::Grown(extent));
        }
        true
    }

    /// Closes the descriptor that may write once no mapping needs it: as long as it is open, nobody can start a program
    /// from the file (`ETXTBSY`).
    pub(super) fn release_writer(&mut self) {
        self.witnesses.release_writer(); // made anew, read-only, when it is next looked at
        if !self.views.iter().any(ViewMapping::writes_through) {
            self.file.release_writer();
        }
    }

    fn post_peer_file(&self) {
        let Some((extent, is_whole)) = self
            .views
            .first()
            .and_then(|view| Some((view.with(Mapping::span)?, view.whole)))
        else {
            return;
        };
        let file = PeerFile {
            via: self.file.descriptor_path(),
            path: self.file.path().to_owned(),
            identity: self.file.identity(),
            extent,
            is_whole,
            is_allowed: self.file.is_block_device() && self.file.may_open_writer(),
        };
        let mut post = self
            .board
            .peer_file
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *post = Some(file);
    }

    pub(super) fn name(&self) -> String {
        shown_name(self.file.path())
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

/// Where the file to be opened is; a scratch file is made.
fn place(request: &OpenRequest) -> Result<(Option<Scratch>, PathBuf), String> {
    if let Some(path) = &request.path {
        return Ok((None, expand_home(path)));
    }
    let scratch = Scratch::new().map_err(|error| error.to_string())?;
    let made = match &request.scratch {
        ScratchFile::Sample => scratch.sample(),
        ScratchFile::Made(contents) => scratch.made(contents),
    };
    let path = made.map_err(|error| error.to_string())?;
    Ok((Some(scratch), path))
}

/// `~/` at the start of a path that a person typed is their home folder.
fn expand_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}
