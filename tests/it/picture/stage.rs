//! A file that is open with no window: the model, a worker, the pool, and a descriptor of the test's own.

use std::collections::BTreeSet;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use mapscope::bytes::Span;
use mapscope::map::PageFact;
use mapscope::model::event::{Event, FileEvent, FileNews};
use mapscope::model::process::ProcessKind;
use mapscope::model::process::{PageSeen, PeerNews, PeerOrder, ProcessSignal};
use mapscope::model::{
    Action, App, Column, Doc, Effect, FileAction, Intent, MappingAction, MappingId, Mode, OrderId,
    PeersAction, Picture, Process, Settings, ViewAction, WitnessId, WitnessState,
};
use mapscope::work::file::FileWorker;
use mapscope::work::peers::PeerPool;

use super::PAGE;
use super::second::Second;
use super::truth;
use crate::processes::program;

/// Far more than anything here takes.
const LONG: Duration = Duration::from_secs(30);
/// How long it is listened before the picture is compared again.
const A_WHILE: Duration = Duration::from_millis(20);

pub(super) struct Stage {
    pub(super) app: App,
    pub(super) file: File,
    worker: Option<FileWorker>,
    pool: PeerPool,
    sender: Sender<Event>,
    events: Receiver<Event>,
    is_told_frames: bool,
    /// Another process that looks at the file and changes it.
    pub(super) second: Second,
    /// What is told of pages is changed like this before the program hears it.
    changed: Option<fn(&mut Event)>,
    /// Since then: another one like it, which hears the same unchanged.
    unchanged: Option<App>,
    /// The page that was to be written when a sync failed.
    pub(super) sync_failed: Option<u64>,
    /// Orders that change something and are not answered.
    outstanding: BTreeSet<OrderId>,
    path: PathBuf,
    folder: Option<tempfile::TempDir>,
}

impl Stage {
    /// Opens a file of `len` bytes in a new folder below `folder`; the built-in processes run.
    pub(super) fn open(folder: &Path, len: u64, is_told_frames: bool) -> Self {
        let folder = tempfile::tempdir_in(folder).unwrap();
        let path = folder.path().join("pictured.bin");
        let letters: Vec<u8> = (0..len)
            .map(|at| b'A' + u8::try_from(at % 26).unwrap())
            .collect();
        std::fs::write(&path, letters).unwrap();
        let mut stage = Self::open_file(path, is_told_frames);
        stage.folder = Some(folder);
        stage
    }

    /// Opens a file that is there.
    pub(super) fn open_file(path: PathBuf, is_told_frames: bool) -> Self {
        let file = File::options().read(true).write(true).open(&path).unwrap();
        let (sender, events) = channel();
        let report = sender.clone();
        let pool = PeerPool::spawn(program(), move |event| {
            let _ = report.send(Event::Peer(event));
        });
        let mut settings = Settings::default();
        settings.panel_shown = true;
        let mut stage = Self {
            app: App::new(settings),
            file,
            worker: None,
            pool: pool.unwrap(),
            sender,
            events,
            is_told_frames,
            second: Second::of(&path),
            changed: None,
            unchanged: None,
            sync_failed: None,
            outstanding: BTreeSet::new(),
            path: path.clone(),
            folder: None,
        };
        stage.act(Action::File(FileAction::Open(path)));
        stage.until("the file is open", |stage| !stage.app.docs.is_empty());
        stage.settle_processes();
        stage
    }

    pub(super) fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// What the file has at these offsets, by a descriptor of the test's own; `None` past its end.
    pub(super) fn in_file(&self, offsets: std::ops::Range<u64>) -> Vec<Option<u8>> {
        let mut bytes = vec![0; usize::try_from(offsets.end - offsets.start).unwrap()];
        let mut n_read = 0;
        loop {
            let at = offsets.start + n_read as u64;
            match self.file.read_at(&mut bytes[n_read..], at).unwrap() {
                0 => break,
                n => n_read += n,
            }
        }
        let numbered = bytes.into_iter().enumerate();
        numbered
            .map(|(at, byte)| (at < n_read).then_some(byte))
            .collect()
    }

    /// The bytes of the file in the page of this number.
    pub(super) fn page_in_file(&self, page: u64) -> Vec<u8> {
        let bytes = self.in_file(page * PAGE..(page + 1) * PAGE);
        bytes.into_iter().flatten().collect()
    }

    pub(super) fn doc(&self) -> &Doc {
        &self.app.docs[0]
    }

    pub(super) fn act(&mut self, action: Action) {
        let view = self.app.docs.first().map(|doc| doc.view().id);
        let intent = Intent { view, action };
        if let Some(unchanged) = &mut self.unchanged {
            unchanged.apply(intent.clone());
        }
        let effects = self.app.apply(intent);
        self.run(effects);
    }

    /// What is told of pages is changed like this from now on.
    pub(super) fn change(&mut self, change: fn(&mut Event)) {
        self.unchanged = Some(self.app.clone());
        self.changed = Some(change);
    }

    /// Nothing is changed any more.
    pub(super) fn change_nothing(&mut self) {
        (self.changed, self.unchanged) = (None, None);
    }

    pub(super) fn is_changed(&self) -> bool {
        self.changed.is_some()
    }

    fn run(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Open(doc, mapping, request) => {
                    let report = self.sender.clone();
                    let report = Arc::new(move |event| drop(report.send(event)));
                    let program = program().to_owned();
                    let worker = FileWorker::open(doc, mapping, request, program, report);
                    self.worker = Some(worker.unwrap());
                }
                Effect::File(order) => {
                    if !order.request.is_look() {
                        self.outstanding.insert(order.number);
                    }
                    let sent = self.worker.as_ref().unwrap().send(order);
                    assert!(sent.is_ok(), "there is room");
                }
                Effect::Peers(order) => {
                    if let PeerOrder::Store { number, .. } | PeerOrder::Signal { number, .. } =
                        order
                    {
                        self.outstanding.insert(number);
                    }
                    assert!(self.pool.order(order).is_ok(), "there is room");
                }
                _ => {}
            }
        }
    }

    /// Hears what comes within a while.
    fn listen(&mut self) {
        let mut next = self.events.recv_timeout(A_WHILE).ok();
        while let Some(event) = next {
            self.hear(event);
            next = self.events.try_recv().ok();
        }
    }

    fn hear(&mut self, mut event: Event) {
        if !self.is_told_frames {
            change_facts(&mut event, |fact| fact.frame = None);
        }
        if let Some(change) = self.changed {
            change(&mut event);
        }
        if let Some(number) = answered(&event) {
            self.outstanding.remove(&number);
        }
        let has_new_extent = match &event {
            Event::Opened(doc, _) => Some(*doc),
            Event::File(FileEvent {
                target,
                news: FileNews::Grown(_) | FileNews::Remapped(_),
                ..
            }) => Some(target.doc),
            _ => None,
        };
        let effects = self.app.take(event);
        let file = self.worker.as_ref().and_then(FileWorker::peer_file);
        if let (Some(doc), Some(file)) = (has_new_extent, file) {
            self.run(vec![Effect::Peers(PeerOrder::File { doc, file })]);
        }
        self.run(effects);
    }

    #[track_caller]
    pub(super) fn until(&mut self, what: &str, mut done: impl FnMut(&Self) -> bool) {
        let begin = Instant::now();
        while !done(self) {
            assert!(
                begin.elapsed() < LONG,
                "until {what}: {:#?}",
                self.picture()
            );
            self.listen();
        }
    }

    pub(super) fn picture(&self) -> Option<Picture> {
        Picture::of(self.app.docs.first()?, None)
    }

    /// All that was asked for is done, and what others did to the file's length is known.
    #[track_caller]
    pub(super) fn settle(&mut self) {
        self.until("all is done", |stage| {
            let len = stage.file.metadata().unwrap().len();
            stage.outstanding.is_empty() && stage.doc().file_len == len
        });
    }

    /// The picture, once it is as the test finds things itself. Where it never becomes so, what is wrong is printed.
    #[track_caller]
    pub(super) fn agreed(&mut self) -> Picture {
        self.settle();
        let begin = Instant::now();
        loop {
            self.listen();
            let picture = self.picture().unwrap();
            match truth::compare(self, &picture) {
                Ok(()) => return picture,
                Err(why) => assert!(begin.elapsed() < LONG, "{why}\n{picture:#?}"),
            }
        }
    }

    /// Waits until the comparison says this, and at the same time agrees with the program that hears everything unchanged.
    #[track_caller]
    pub(super) fn until_disagreed(&mut self, what: &str, said: &str) {
        self.settle();
        let begin = Instant::now();
        loop {
            self.listen();
            let picture = self.picture().unwrap();
            let unchanged = Picture::of(&self.unchanged.as_ref().unwrap().docs[0], None).unwrap();
            let control = truth::compare(self, &unchanged);
            let compared = truth::compare(self, &picture);
            if control.is_ok() && compared.as_ref().is_err_and(|why| why.contains(said)) {
                return;
            }
            let is_late = begin.elapsed() >= LONG;
            assert!(
                !is_late,
                "{what}, and it says {compared:?}; unchanged {control:?}\n{picture:#?}"
            );
        }
    }

    pub(super) fn point(&mut self, offset: u64) {
        let extent = self.doc().view().viewport.extent;
        let offset = offset.min(extent.end() - 1);
        let column = Column::Hex;
        self.act(Action::View(ViewAction::Point {
            offset,
            extend: false,
            column,
        }));
    }

    pub(super) fn select(&mut self, offset: u64, len: u64) {
        self.point(offset);
        let end = self.doc().view().viewport.extent.end();
        self.act(Action::View(ViewAction::Point {
            offset: (offset + len - 1).min(end - 1),
            extend: true,
            column: Column::Hex,
        }));
    }

    fn type_byte(&mut self, byte: u8) {
        self.act(Action::Peers(PeersAction::ByteEdited(format!(
            "{byte:02x}"
        ))));
    }

    pub(super) fn store_as(&mut self, id: WitnessId, byte: u8) {
        self.type_byte(byte);
        self.act(Action::Peers(PeersAction::StoreAs(id)));
    }

    pub(super) fn store_by(&mut self, mapping: MappingId, byte: u8) {
        self.type_byte(byte);
        self.act(Action::Peers(PeersAction::Store(mapping)));
    }

    pub(super) fn add(&mut self, kind: ProcessKind) {
        self.act(Action::Peers(PeersAction::Add(kind)));
        self.settle_processes();
    }

    /// The view is mapped shared.
    pub(super) fn map_shared(&mut self) {
        self.act(Action::Mapping(MappingAction::SetMode(Mode::Shared)));
        self.until("the view is shared", |stage| {
            stage.doc().view().mode == Mode::Shared
        });
        self.settle_processes();
    }

    /// A stopped one has no child; what is asked of it is done when it goes on.
    pub(super) fn fork(&mut self, parent: MappingId) {
        if !self.doc().processes.get(parent).unwrap().stopped {
            self.act(Action::Peers(PeersAction::Fork(parent)));
            self.settle_processes();
        }
    }

    pub(super) fn stop_or_continue(&mut self, process: MappingId) {
        // What it was asked before is to be done first.
        self.settle();
        let is_stopped = self.doc().processes.get(process).unwrap().stopped;
        let signal = if is_stopped {
            ProcessSignal::Continue
        } else {
            ProcessSignal::Stop
        };
        self.act(Action::Peers(PeersAction::Signal(process, signal)));
        self.until("it stands still or goes on", |stage| {
            stage.doc().processes.get(process).unwrap().stopped != is_stopped
        });
        self.settle_processes();
    }

    /// Every process runs and has said what it sees, or ended.
    pub(super) fn settle_processes(&mut self) {
        self.until("all processes answer", |stage| {
            let all = stage.doc().processes.list();
            all.len() >= 2
                && all
                    .iter()
                    .all(|it| it.ended.is_some() || it.stopped || it.state != WitnessState::Waiting)
        });
    }

    /// Those that run and are such.
    pub(super) fn processes(&self, is_such: impl Fn(&Process) -> bool) -> Vec<MappingId> {
        let all = self.doc().processes.list().iter();
        let running = all.filter(|it| it.ended.is_none() && it.pid.is_some() && is_such(it));
        running.map(|it| it.mapping).collect()
    }

    pub(super) fn n_added(&self) -> usize {
        self.doc().processes.n_added()
    }

    pub(super) fn write_outside(&self, offset: u64, byte: u8) {
        let len = self.file.metadata().unwrap().len();
        self.file
            .write_all_at(&[byte], offset.min(len - 1))
            .unwrap();
    }

    pub(super) fn set_len(&self, len: u64) {
        self.file.set_len(len).unwrap();
    }

    pub(super) fn end(self) {
        drop(self.worker);
        drop(self.pool);
        drop(self.folder);
    }
}

/// Changes what is told of each page of a mapping.
pub(super) fn change_facts(event: &mut Event, change: impl Fn(&mut PageFact)) {
    let pages: &mut Vec<PageSeen> = match event {
        Event::Peer(event) => match &mut event.news {
            PeerNews::Reads { pages, .. } => pages,
            _ => return,
        },
        Event::File(FileEvent {
            news: FileNews::Witness(_, WitnessState::Reads { pages, .. }),
            ..
        }) => pages,
        _ => return,
    };
    for page in pages {
        if let PageSeen::Told(fact) = page {
            change(fact);
        }
    }
}

/// The order that this answers.
fn answered(event: &Event) -> Option<OrderId> {
    match event {
        Event::File(event) => event.number,
        Event::Peer(event) => match event.news {
            PeerNews::Stored { number, .. }
            | PeerNews::Refused { number, .. }
            | PeerNews::Signalled { number, .. }
            | PeerNews::NotSignalled { number, .. } => Some(number),
            _ => None,
        },
        _ => None,
    }
}

/// The offsets that rows show.
pub(super) fn offsets(span: Span) -> std::ops::Range<u64> {
    span.start()..span.end()
}
