//! Peers and witnesses with real processes: what they see, and what becomes of everything when one dies.
//!
//! Nothing sleeps in the hope that something has happened by then: it is looked for, with a deadline.

mod death;
mod protocol;
mod sight;

use std::cell::RefCell;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::processes::{check_none_outlives, exists, state_of};
use mapscope::bytes::Span;
use mapscope::bytes::answer::Cell;
use mapscope::map::{
    Access, CallLog, Identity, MapRequest, Mapping, Mode, OpenFile, die_with_parent,
};
use mapscope::peer::protocol::{
    Answer, MAX_LINE_BYTES, MapAccess, MapMode, Open, ReadAnswer, Request,
};
use mapscope::peer::wire::PeerPage;
use mapscope::peer::{PeerError, PeerProcess};
use mapscope::work::witness::{
    WitnessId, WitnessReport, WitnessState, WitnessTarget, WitnessWorker,
};
use serde_json::{Value, json};

const SECOND: Duration = Duration::from_secs(1);
/// Far more than anything here takes.
const LONG: Duration = Duration::from_secs(20);

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_mapscope"))
}

/// A file of `pages` pages, each full of its number as a letter: A, B, …
struct Sample {
    _dir: tempfile::TempDir,
    path: PathBuf,
    file: File,
}

impl Sample {
    fn new() -> Self {
        Self::named("sample".into())
    }

    fn named(name: OsString) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        fs::write(&path, [[b'A'; 4096], [b'B'; 4096], [b'C'; 4096]].concat()).unwrap();
        let file = File::options().read(true).write(true).open(&path).unwrap();
        Self {
            _dir: dir,
            path,
            file,
        }
    }

    fn target(&self) -> WitnessTarget {
        let meta = self.file.metadata().unwrap();
        let fd = std::os::fd::AsRawFd::as_raw_fd(&self.file);
        WitnessTarget {
            via: format!("/proc/{}/fd/{fd}", std::process::id()).into(),
            path: self.path.clone().into(),
            identity: Identity {
                dev: meta.dev(),
                ino: meta.ino(),
            },
            extent: Span::new(0, meta.len()).unwrap(),
            writable: true,
        }
    }

    fn open(&self, mode: MapMode, access: MapAccess) -> Request {
        let target = self.target();
        Request::Open(Open {
            via: target.via,
            path: target.path,
            dev: target.identity.dev,
            ino: target.identity.ino,
            mode,
            access,
            start: target.extent.start(),
            end: target.extent.end(),
            whole: false,
        })
    }

    fn byte(&self, at: u64) -> u8 {
        let mut byte = [0];
        self.file.read_exact_at(&mut byte, at).unwrap();
        byte[0]
    }

    /// A shared store by another mapping than the peers': this process's.
    fn store_shared(&self, at: u64, byte: u8) {
        let log = CallLog::new();
        let file = OpenFile::open(&self.path, &log).unwrap();
        let request = MapRequest {
            mode: Mode::Shared,
            access: Access::ReadWrite,
            span: None,
        };
        let mapping = Mapping::create(&file, request, &log).unwrap();
        mapping.store(at, &[byte], &file).unwrap();
    }
}

/// A peer spoken to by hand.
struct Raw {
    child: Ends,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Raw {
    fn start() -> Self {
        let mut child = Command::new(program())
            .arg("peer")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut peer = Self {
            child: Ends(child),
            input,
            output,
        };
        let ready = peer.hear();
        assert_eq!(ready["answer"], "ready");
        assert_eq!(ready["pid"], peer.child.0.id());
        peer
    }

    fn hear(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line:?}"))
    }

    fn ask(&mut self, line: &[u8]) -> Value {
        let input = self.input.as_mut().unwrap();
        input.write_all(line).unwrap();
        input.write_all(b"\n").unwrap();
        self.hear()
    }

    #[track_caller]
    fn check(&mut self, request: &Value, expected: &Value) {
        let heard = self.ask(request.to_string().as_bytes());
        for (key, value) in expected.as_object().unwrap() {
            let said = &heard[key];
            let same = match (key.as_str(), value) {
                // Of a message only a part is expected.
                ("message", Value::String(part)) => {
                    said.as_str().is_some_and(|it| it.contains(part))
                }
                _ => said == value,
            };
            assert!(same, "{request} is answered {heard}, not {expected}");
        }
    }
}

/// A process that ends with the test, also with one that fails.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[track_caller]
fn until(what: &str, limit: Duration, mut done: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < limit, "{what} within {limit:?}");
        thread::sleep(Duration::from_millis(1));
    }
}

fn signal(name: &str, pid: u32) {
    let done = Command::new("kill")
        .args([&format!("-{name}"), &pid.to_string()])
        .status()
        .unwrap();
    assert!(done.success());
    if name == "STOP" {
        until("the process is stopped", LONG, || {
            state_of(pid) == Some('T')
        });
    }
}

/// A worker with two peers, and what it reports.
struct Witnesses {
    worker: WitnessWorker,
    reports: Receiver<WitnessReport>,
    /// What was heard while something else was waited for.
    unread: RefCell<Vec<WitnessReport>>,
}

impl Witnesses {
    fn start() -> Self {
        Self::running(program())
    }

    fn running(program: &Path) -> Self {
        let (report, reports) = channel();
        let worker = WitnessWorker::spawn(program, move |it| {
            report.send(it).ok();
        });
        Self {
            worker: worker.unwrap(),
            reports,
            unread: RefCell::default(),
        }
    }

    /// The first report of which `wanted` gives something, of those not waited for yet.
    #[track_caller]
    fn wait<T>(&self, what: &str, wanted: impl Fn(&WitnessReport) -> Option<T>) -> T {
        let mut unread = self.unread.borrow_mut();
        if let Some(at) = unread.iter().position(|report| wanted(report).is_some()) {
            return wanted(&unread.remove(at)).unwrap();
        }
        let deadline = Instant::now() + LONG;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.reports.recv_timeout(left) {
                Ok(report) => match wanted(&report) {
                    Some(it) => return it,
                    None => unread.push(report),
                },
                Err(error) => panic!("{what}: {error}, after {unread:#?}"),
            }
        }
    }

    /// The process number and pages, as soon as `id` reads `bytes`.
    #[track_caller]
    fn wait_reading(&self, id: WitnessId, bytes: &[u8]) -> (u32, Vec<PeerPage>) {
        let what = format!("{id:?} reads {bytes:?}");
        self.wait(&what, |report| match &report.state {
            WitnessState::Reading {
                pid, cells, pages, ..
            } if report.id == id && *cells == cells_of(bytes) => Some((*pid, pages.clone())),
            _ => None,
        })
    }

    /// As soon as both peers read `bytes`: their process numbers.
    #[track_caller]
    fn wait_both(&self, bytes: &[u8]) -> [u32; 2] {
        WitnessId::ALL.map(|id| self.wait_reading(id, bytes).0)
    }

    #[track_caller]
    fn wait_state(
        &self,
        id: WitnessId,
        what: &str,
        is: impl Fn(&WitnessState) -> bool,
    ) -> WitnessState {
        self.wait(what, |report| {
            (report.id == id && is(&report.state)).then(|| report.state.clone())
        })
    }

    /// Nobody looks any more, and both threads know it: they did, after that, what they had to do for it.
    fn look_away(&self) {
        self.worker.watch(None);
        for id in WitnessId::ALL {
            assert!(self.worker.store(id, 8192, b"C"));
            let stored = |state: &_| matches!(state, WitnessState::Stored { .. });
            self.wait_state(id, "a store", stored);
        }
    }

    /// Nothing is reported for `time`, and nothing was left unread.
    #[track_caller]
    fn silent(&self, time: Duration) {
        let mut unread = self.unread.borrow_mut();
        unread.retain(|report| report.state != WitnessState::Starting);
        assert_eq!(unread.as_slice(), []);
        let heard = self.reports.recv_timeout(time);
        assert_eq!(heard, Err(RecvTimeoutError::Timeout));
    }
}

fn cells_of(bytes: &[u8]) -> Vec<Cell> {
    bytes.iter().copied().map(Cell::Byte).collect()
}

fn died(state: &WitnessState) -> bool {
    matches!(state, WitnessState::Died { .. })
}
