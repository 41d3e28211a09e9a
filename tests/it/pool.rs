//! The pool of processes with real ones: that each order reaches the mapping it is for or comes back, once.
//!
//! Nothing sleeps in the hope that something has happened by then: it is looked for, with a deadline.

mod device;
mod ends;
mod growth;
mod identity;
mod idle;
mod random;
mod read_only;
mod sharing;

use std::cell::{Cell, RefCell};
use std::fs::{self, File};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{FileExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::processes::{
    check_none_outlives, exists, program, signal, signal_unless_gone, state_of, until,
};
use mapscope::bytes::Span;
use mapscope::map::{GapReason, Identity, PageState, Readout};
use mapscope::model::identity::{DocId, Generation, MappingId, OrderId, Target};
use mapscope::model::process::{
    EndHow, PageSeen, PeerEvent, PeerFile, PeerNews, PeerOrder, ProcessEnd, ProcessKind,
    ProcessSignal, Refusal,
};
use mapscope::work::peers::PeerPool;

/// Far more than anything here takes.
const LONG: Duration = Duration::from_secs(30);

/// What was read, offset by offset: a byte, or why there is none.
fn cells(readout: &Readout) -> Vec<Result<u8, GapReason>> {
    let span = readout.span;
    let cell = |offset| {
        let gap = || readout.gap_at(offset).unwrap().reason;
        readout.byte(offset).ok_or_else(gap)
    };
    (span.start()..span.end()).map(cell).collect()
}

/// A file of some pages of one letter, open in this process.
struct Sample {
    dir: tempfile::TempDir,
    path: PathBuf,
    file: File,
    letter: u8,
}

impl Sample {
    fn new(letter: u8) -> Self {
        Self::pages(letter, 3)
    }

    fn pages(letter: u8, pages: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sample");
        fs::write(&path, vec![letter; pages * 4096]).unwrap();
        let file = File::options().read(true).write(true).open(&path).unwrap();
        Self {
            dir,
            path,
            file,
            letter,
        }
    }

    fn extent(&self) -> Span {
        Span::new(0, self.file.metadata().unwrap().len()).unwrap()
    }

    fn peer_file(&self) -> PeerFile {
        peer_file(&self.path, &self.file, self.extent())
    }

    fn byte(&self, at: u64) -> u8 {
        let mut byte = [0];
        self.file.read_exact_at(&mut byte, at).unwrap();
        byte[0]
    }

    fn write(&self, at: u64, bytes: &[u8]) {
        self.file.write_all_at(bytes, at).unwrap();
    }

    fn append(&self, len: u64) {
        let at = self.extent().end();
        self.write(at, &vec![self.letter; usize::try_from(len).unwrap()]);
    }
}

/// What processes are told of a file that is open in this one; leave to write to a device is not given.
fn peer_file(path: &Path, file: &File, extent: Span) -> PeerFile {
    let meta = file.metadata().unwrap();
    let (own, fd) = (std::process::id(), file.as_raw_fd());
    PeerFile {
        via: format!("/proc/{own}/fd/{fd}").into(),
        path: path.to_owned(),
        identity: Identity {
            dev: meta.dev(),
            ino: meta.ino(),
        },
        extent,
        is_whole: true,
        is_allowed: false,
    }
}

fn span(start: u64, end: u64) -> Span {
    Span::new(start, end).unwrap()
}

/// A pool, what it reports, and the numbers that orders are given.
struct Rig {
    pool: PeerPool,
    events: Receiver<PeerEvent>,
    /// What was heard while something else was waited for.
    unread: RefCell<Vec<PeerEvent>>,
    last: Cell<u64>,
}

impl Rig {
    fn new() -> Self {
        Self::running(program())
    }

    fn running(program: &Path) -> Self {
        let (report, events) = channel();
        let pool = PeerPool::spawn(program, move |it| {
            report.send(it).ok();
        });
        Self {
            pool: pool.unwrap(),
            events,
            unread: RefCell::default(),
            last: Cell::new(0),
        }
    }

    fn fresh(&self) -> u64 {
        self.last.set(self.last.get() + 1);
        self.last.get()
    }

    #[track_caller]
    fn order(&self, order: PeerOrder) {
        self.pool.order(order).expect("there is room");
    }

    fn open(&self, sample: &Sample) -> DocId {
        let doc = DocId(self.fresh());
        let file = sample.peer_file();
        self.order(PeerOrder::File { doc, file });
        doc
    }

    fn grow(&self, doc: DocId, sample: &Sample) {
        let extent = sample.extent();
        self.order(PeerOrder::Grow { doc, extent });
    }

    fn begin(&self, doc: DocId, kind: ProcessKind, built_in: bool) -> Target {
        let target = Target {
            doc,
            mapping: MappingId(self.fresh()),
            generation: Generation::FIRST,
        };
        self.order(PeerOrder::Start {
            target,
            kind,
            built_in,
        });
        target
    }

    /// A process that runs and has mapped the file, and its number.
    fn start(&self, doc: DocId, kind: ProcessKind) -> (Target, u32) {
        let target = self.begin(doc, kind, false);
        (target, self.runs(target))
    }

    #[track_caller]
    fn runs(&self, target: Target) -> u32 {
        self.wait(target, "it runs", |news| match news {
            PeerNews::Runs { pid } => Some(*pid),
            _ => None,
        })
    }

    fn fork(&self, parent: Target) -> Target {
        let child = MappingId(self.fresh());
        self.order(PeerOrder::Fork { parent, child });
        Target {
            mapping: child,
            generation: Generation::FIRST,
            ..parent
        }
    }

    fn store(&self, target: Target, offset: u64, bytes: &[u8]) -> OrderId {
        let number = OrderId(self.fresh());
        self.order(PeerOrder::Store {
            number,
            target,
            offset,
            bytes: bytes.to_vec(),
            expect: None,
        });
        number
    }

    fn signal(&self, target: Target, signal: ProcessSignal) {
        let number = OrderId(self.fresh());
        self.order(PeerOrder::Signal {
            number,
            target,
            signal,
        });
        self.wait(target, "it is signalled", |news| {
            (*news == PeerNews::Signalled { number, signal }).then_some(())
        });
    }

    fn watch(&self, doc: DocId, span: Option<Span>) {
        self.order(PeerOrder::Watch { doc, span });
    }

    /// The first news of `target` of which `wanted` gives something, of those not waited for yet.
    #[track_caller]
    fn wait<T>(&self, target: Target, what: &str, wanted: impl Fn(&PeerNews) -> Option<T>) -> T {
        let mut unread = self.unread.borrow_mut();
        let wanted = |it: &PeerEvent| (it.target == target).then(|| wanted(&it.news)).flatten();
        if let Some(at) = unread.iter().position(|it| wanted(it).is_some()) {
            return wanted(&unread.remove(at)).unwrap();
        }
        let deadline = Instant::now() + LONG;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(event) => match wanted(&event) {
                    Some(it) => return it,
                    None => unread.push(event),
                },
                Err(error) => panic!("{what}, {target}: {error}, after {unread:#?}"),
            }
        }
    }

    /// What became of a store: what stood there, or why not.
    #[track_caller]
    fn outcome(&self, target: Target, order: OrderId) -> Result<Vec<u8>, Refusal> {
        self.wait(target, "the store is answered", |news| match news {
            PeerNews::Stored { number, old, .. } if *number == order => Some(Ok(old.clone())),
            PeerNews::Refused { number, why, .. } if *number == order => Some(Err(why.clone())),
            _ => None,
        })
    }

    /// The pages, as soon as `target` reads `bytes`.
    #[track_caller]
    fn reads(&self, target: Target, bytes: &[u8]) -> Vec<PageState> {
        let what = format!("it reads {:?}", String::from_utf8_lossy(bytes));
        self.wait(target, &what, |news| match news {
            PeerNews::Reads { readout, pages } if readout.is_whole() && readout.bytes == bytes => {
                Some(
                    pages
                        .iter()
                        .filter_map(PageSeen::fact)
                        .map(|fact| fact.state)
                        .collect(),
                )
            }
            _ => None,
        })
    }

    #[track_caller]
    fn ended(&self, target: Target) -> ProcessEnd {
        self.wait(target, "it ended", |news| match news {
            PeerNews::Ended(end) => Some(end.clone()),
            _ => None,
        })
    }

    /// What was heard and not waited for counts no more.
    fn forget(&self) {
        self.unread.borrow_mut().clear();
    }

    /// Everything that is reported until the pool is gone, with what was left unread.
    fn all_after_drop(self) -> Vec<PeerEvent> {
        drop(self.pool);
        let mut all = self.unread.into_inner();
        loop {
            match self.events.recv_timeout(LONG) {
                Ok(event) => all.push(event),
                Err(RecvTimeoutError::Disconnected) => return all,
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// A program that becomes a peer as soon as the file `go` exists beside it, and is deaf until then.
fn slow_program(dir: &Path) -> PathBuf {
    let path = dir.join("slow");
    let text = format!(
        "#!/bin/sh\nwhile [ ! -e '{}' ]; do sleep 0.01; done\nexec '{}' \"$@\"\n",
        dir.join("go").display(),
        program().display()
    );
    // Written by another process: no descriptor of this one is open for writing while a test forks.
    let mut child = Command::new("sh")
        .args(["-c", "cat > \"$0\""])
        .arg(&path)
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    path
}
