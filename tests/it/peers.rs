//! Peers and witnesses with real processes: what they see, and what becomes of everything when one dies.
//!
//! Nothing sleeps to wait for something: every wait is for an event, with a deadline.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

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

use mapscope::bytes::Span;
use mapscope::bytes::answer::Cell;
use mapscope::lab::protocol::{
    Answer, MAX_LINE_BYTES, MapAccess, MapMode, Open, PeerPage, ReadAnswer, Request,
};
use mapscope::lab::{PeerError, PeerProcess};
use mapscope::map::{
    Access, CallLog, Identity, MapRequest, Mapping, Mode, OpenFile, die_with_parent,
};
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
    child: Child,
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
            child,
            input,
            output,
        };
        let ready = peer.hear();
        assert_eq!(ready["answer"], "ready");
        assert_eq!(ready["pid"], peer.child.id());
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

impl Drop for Raw {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Whether there is a process with this number, a zombie too.
fn exists(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

/// The letter of the process's state (`proc_pid_stat(5)`): T is stopped, Z is a zombie.
fn state_of(pid: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

#[track_caller]
fn until(what: &str, limit: Duration, mut done: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < limit, "{what} within {limit:?}");
        thread::yield_now();
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

#[test]
fn every_request_is_answered_as_the_table_says() {
    let sample = Sample::new();
    let target = sample.target();
    let open = json!({"id": 1, "do": "open", "via": target.via, "path": target.path,
        "dev": target.identity.dev, "ino": target.identity.ino,
        "mode": "shared", "access": "read_write", "start": 0, "end": 12288});
    let mut peer = Raw::start();
    let error = |id: u64, part: &str| json!({"id": id, "answer": "error", "message": part});
    let table = [
        (
            json!({"id": 2, "do": "read", "offset": 0, "len": 1}),
            error(2, "No file is mapped"),
        ),
        (
            json!({"id": 3, "do": "store", "offset": 0, "bytes": "00"}),
            error(3, "No file is mapped"),
        ),
        (open.clone(), json!({"id": 1, "answer": "opened"})),
        (
            json!({"id": 4, "do": "read", "offset": 4094, "len": 4}),
            json!({"id": 4, "answer": "read", "hex": "41414242", "gaps": [], "pages": ["file_page", "file_page"]}),
        ),
        (
            json!({"id": 5, "do": "read", "offset": 12287, "len": 2}),
            json!({"id": 5, "hex": "4300", "gaps": [{"start": 12288, "end": 12289, "reason": "outside the mapping"}]}),
        ),
        (
            json!({"id": 6, "do": "read", "offset": 0, "len": 0}),
            error(6, "0 bytes cannot be read"),
        ),
        (
            json!({"id": 7, "do": "read", "offset": 0, "len": 65537}),
            error(7, "65537 bytes cannot"),
        ),
        (
            json!({"id": 8, "do": "read", "offset": u64::MAX, "len": 2}),
            error(8, "past 64 bits"),
        ),
        (
            json!({"id": 9, "do": "store", "offset": 4095, "bytes": "78 79"}),
            json!({"id": 9, "answer": "stored", "old": "4142"}),
        ),
        (
            json!({"id": 10, "do": "store", "offset": 0, "bytes": ""}),
            error(10, "no bytes to store"),
        ),
        (
            json!({"id": 11, "do": "store", "offset": 12288, "bytes": "00"}),
            error(11, "outside the mapped bytes"),
        ),
        (
            json!({"id": 12, "do": "store", "offset": 0, "bytes": "0g"}),
            error(12, "cannot be understood"),
        ),
        (
            json!({"id": 13, "do": "dance"}),
            error(13, "unknown variant `dance`"),
        ),
        (json!({"id": 14}), error(14, "missing field `do`")),
        (
            json!({"do": "exit"}),
            json!({"id": null, "answer": "error"}),
        ),
        (
            json!({"id": -1, "do": "exit"}),
            json!({"id": null, "answer": "error"}),
        ),
        (json!([]), json!({"id": null, "answer": "error"})),
        (
            json!({"id": 15, "do": "open", "via": target.via, "path": target.path, "dev": 1, "ino": 1,
                "mode": "private", "access": "read_only", "start": 0, "end": 1}),
            error(15, "sample"),
        ),
        // What was refused does not leave the mapping of before in place.
        (
            json!({"id": 16, "do": "read", "offset": 0, "len": 1}),
            error(16, "No file is mapped"),
        ),
        (
            json!({"id": 17, "do": "exit"}),
            json!({"id": 17, "answer": "leaving"}),
        ),
    ];
    for (request, expected) in &table {
        peer.check(request, expected);
    }
    assert_eq!(peer.child.wait().unwrap().code(), Some(0));
    assert_eq!((sample.byte(4095), sample.byte(4096)), (b'x', b'y'));
}

#[test]
fn a_read_of_the_most_bytes_fits_into_a_line() {
    let sample = Sample::new();
    sample.file.set_len(1 << 20).unwrap();
    let mut peer = PeerProcess::spawn(program(), "test peer").unwrap();
    let open = sample.open(MapMode::Private, MapAccess::ReadOnly);
    assert_eq!(peer.request(&open, LONG), Ok(Answer::Opened));
    let read = Request::Read {
        offset: 4000,
        len: 65_536,
    };
    let Ok(Answer::Read(ReadAnswer { bytes, gaps, pages })) = peer.request(&read, LONG) else {
        panic!("it is read");
    };
    assert_eq!((bytes.len(), bytes[0], bytes[96]), (65_536, b'A', b'B'));
    assert_eq!((gaps.len(), pages.len()), (0, 17));
}

#[test]
fn a_line_that_is_none_does_not_end_a_peer() {
    let mut peer = Raw::start();
    let understood = |heard: &Value| {
        !heard["message"]
            .to_string()
            .contains("cannot be understood")
    };
    for line in [
        &b"{"[..],
        b"",
        b"\xff\xfe",
        b"null",
        b"{\"id\": 1, \"do\": [}",
    ] {
        let heard = peer.ask(line);
        assert!(!understood(&heard), "{line:?} is answered {heard}");
    }
    // The longest line is taken, one byte more is not, and the next one is whole again.
    let longest = vec![b' '; MAX_LINE_BYTES];
    assert!(!understood(&peer.ask(&longest)));
    let too_long = [&longest[..], b" "].concat();
    let far_too_long = vec![b'x'; 3 * MAX_LINE_BYTES];
    for line in [too_long, far_too_long] {
        let heard = peer.ask(&line);
        assert!(
            heard["message"]
                .to_string()
                .contains("more than 1048576 bytes"),
            "{heard}"
        );
        assert_eq!(heard["id"], Value::Null);
        let exit = json!({"id": 7, "do": "read", "offset": 0, "len": 1});
        peer.check(&exit, &json!({"id": 7, "message": "No file is mapped"}));
    }
}

#[test]
fn a_peer_ends_with_its_input_and_with_its_output() {
    let mut peer = Raw::start();
    peer.input = None;
    assert_eq!(peer.child.wait().unwrap().code(), Some(0));

    let mut deaf = Raw::start();
    // The only reader of its output is replaced: the pipe is broken.
    let other = Raw::start().child.stdout.take();
    assert!(other.is_none());
    let child = Command::new("true").stdout(Stdio::piped()).spawn();
    let mut child = child.unwrap();
    deaf.output = BufReader::new(child.stdout.take().unwrap());
    child.wait().unwrap();
    let mut input = deaf.input.take().unwrap();
    input.write_all(b"{}\n").unwrap();
    until("a peer that nobody hears ends", LONG, || {
        deaf.child.try_wait().unwrap().is_some()
    });
    assert_eq!(deaf.child.wait().unwrap().code(), Some(0));
    drop(input);
}

#[test]
fn both_peers_see_a_shared_store_by_another_process() {
    let sample = Sample::named(OsString::from_vec(b"not \xff unicode\n ".to_vec()));
    let it = Witnesses::start();
    it.worker.attach(sample.target());
    it.worker.watch(Span::new(4094, 4098));
    it.wait_both(b"AABB");
    sample.store_shared(4095, b'x');
    let pids = it.wait_both(b"AxBB");
    // A store of the shared peer is seen by the private one, whose page is still the file's.
    assert!(it.worker.store(WitnessId::SharedPeer, 4096, b"y"));
    let stored = it.wait_state(WitnessId::SharedPeer, "a store", |state| {
        matches!(state, WitnessState::Stored { .. })
    });
    let (offset, len) = (4096, 1);
    assert_eq!(stored, WitnessState::Stored { offset, len });
    assert_eq!(it.wait_both(b"AxyB"), pids);
    assert_eq!(sample.byte(4096), b'y');
}

#[test]
fn a_private_store_is_seen_by_its_peer_alone() {
    let sample = Sample::new();
    let it = Witnesses::start();
    it.worker.attach(sample.target());
    it.worker.watch(Span::new(0, 2));
    it.wait_reading(WitnessId::SharedPeer, b"AA");
    let (pid, pages) = it.wait_reading(WitnessId::PrivatePeer, b"AA");
    assert_eq!(pages, [PeerPage::FilePage]);

    assert!(it.worker.store(WitnessId::PrivatePeer, 0, b"p"));
    it.wait_state(WitnessId::PrivatePeer, "a store", |state| {
        matches!(state, WitnessState::Stored { offset: 0, len: 1 })
    });
    let seen = it.wait_reading(WitnessId::PrivatePeer, b"pA");
    assert_eq!(seen, (pid, vec![PeerPage::PrivateCopy]));
    assert_eq!(sample.byte(0), b'A');
    // Its whole page is frozen; the shared peer goes on seeing the file.
    sample.store_shared(1, b'z');
    it.wait_reading(WitnessId::SharedPeer, b"Az");
    it.silent(SECOND / 2);
    // It keeps its copy while nobody looks.
    it.worker.watch(None);
    it.worker.watch(Span::new(0, 1));
    assert_eq!(it.wait_reading(WitnessId::PrivatePeer, b"p").0, pid);
    it.wait_reading(WitnessId::SharedPeer, b"A");
    // Mapped anew, the copy is gone.
    it.worker.attach(sample.target());
    let seen = it.wait_reading(WitnessId::PrivatePeer, b"A");
    assert_eq!(seen, (pid, vec![PeerPage::FilePage]));
}

#[test]
fn a_window_that_does_not_change_is_reported_once() {
    let sample = Sample::new();
    let it = Witnesses::start();
    it.worker.attach(sample.target());
    // Nobody looks: no process is started.
    it.silent(SECOND / 4);
    it.worker.watch(Span::new(0, 500));
    for id in WitnessId::ALL {
        it.wait_state(id, "the start", |state| *state == WitnessState::Starting);
    }
    // At most 16 bytes.
    it.wait_both(&[b'A'; 16]);
    it.silent(SECOND / 2);
    it.worker.watch(None);
    sample.store_shared(0, b'x');
    it.silent(SECOND / 2);
    // Past the end of the mapping there is nothing to see, and that is said.
    it.worker.watch(Span::new(12_287, 12_289));
    for id in WitnessId::ALL {
        it.wait_state(id, "the end", |state| match state {
            WitnessState::Reading { cells, .. } => {
                let outside = Cell::Unreadable("outside the mapping".into());
                *cells == [Cell::Byte(b'C'), outside]
            }
            _ => false,
        });
    }
    it.worker.detach();
    it.silent(SECOND / 4);
}

#[test]
fn a_shared_peer_of_a_file_that_may_not_be_written_refuses_in_words() {
    let sample = Sample::new();
    let it = Witnesses::start();
    let target = sample.target();
    it.worker.attach(WitnessTarget {
        writable: false,
        ..target
    });
    // Also with nothing watched.
    assert!(it.worker.store(WitnessId::SharedPeer, 0, b"x"));
    let refused = it.wait_state(WitnessId::SharedPeer, "a refusal", |state| {
        matches!(state, WitnessState::StoreRefused { .. })
    });
    let message = "This peer's mapping is read-only".to_owned();
    assert_eq!(refused, WitnessState::StoreRefused { message });
    assert_eq!(sample.byte(0), b'A');
    // There is a bound, and it is told.
    it.worker.detach();
    let taken = (0..10_000).all(|_| it.worker.store(WitnessId::PrivatePeer, 0, &[0; 1000]));
    let message = "No file is open that a peer could map".to_owned();
    it.wait_state(WitnessId::PrivatePeer, "a refusal", |state| {
        *state
            == WitnessState::StoreRefused {
                message: message.clone(),
            }
    });
    assert!(!taken || it.unread.borrow().len() < 10_000);
}

#[test]
fn a_running_program_cannot_be_stored_to_by_a_shared_peer() {
    let dir = tempfile::tempdir().unwrap();
    let copy = dir.path().join("sleep");
    // Copied by another process: no descriptor of this one is open for writing while a test forks.
    assert!(
        Command::new("cp")
            .arg("/bin/sleep")
            .arg(&copy)
            .status()
            .unwrap()
            .success()
    );
    let mut running = Command::new(&copy).arg("1000").spawn().unwrap();
    let meta = fs::metadata(&copy).unwrap();
    let mut peer = PeerProcess::spawn(program(), "shared peer").unwrap();
    let open = Request::Open(Open {
        via: "/nowhere".into(),
        path: copy.into(),
        dev: meta.dev(),
        ino: meta.ino(),
        mode: MapMode::Shared,
        access: MapAccess::ReadWrite,
        start: 0,
        end: meta.len(),
    });
    assert_eq!(peer.request(&open, LONG), Ok(Answer::Opened));
    let bytes = vec![0];
    let refused = peer.request(&Request::Store { offset: 0, bytes }, LONG);
    // The mapping that it has goes on.
    let read = peer.request(&Request::Read { offset: 1, len: 3 }, LONG);
    running.kill().unwrap();
    running.wait().unwrap();
    match refused {
        Err(PeerError::Refused { message, errno }) => {
            assert_eq!(errno.as_deref(), Some("ETXTBSY"), "{message}");
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(read, Ok(Answer::Read(ReadAnswer { bytes, .. })) if bytes == *b"ELF"));
}

#[test]
fn a_killed_peer_is_reported_and_replaced() {
    let sample = Sample::new();
    let it = Witnesses::start();
    it.worker.attach(sample.target());
    it.worker.watch(Span::new(0, 1));
    let [shared, private] = it.wait_both(b"A");
    for (id, pid, label) in [
        (WitnessId::SharedPeer, shared, "shared"),
        (WitnessId::PrivatePeer, private, "private"),
    ] {
        signal("KILL", pid);
        let died = it.wait_state(id, "its end", died);
        let message = format!("The {label} peer (process {pid}) ended: signal 9 (SIGKILL)");
        let restarting = true;
        assert_eq!(
            died,
            WitnessState::Died {
                message,
                restarting
            }
        );
        assert!(!exists(pid), "{pid} is reaped");
        assert_ne!(it.wait_reading(id, b"A").0, pid);
    }
    // Also while nobody looks, and then no other is started.
    it.worker.watch(None);
    it.worker.watch(Span::new(4096, 4097));
    let [shared, _] = it.wait_both(b"B");
    it.worker.watch(None);
    it.unread.borrow_mut().clear();
    signal("KILL", shared);
    let died = it.wait_state(WitnessId::SharedPeer, "its end", died);
    assert!(matches!(
        died,
        WitnessState::Died {
            restarting: false,
            ..
        }
    ));
    assert!(!exists(shared));
    it.silent(SECOND / 2);
}

#[test]
fn a_peer_that_always_dies_is_started_ever_more_rarely() {
    let sample = Sample::new();
    let it = Witnesses::running(Path::new("/bin/true"));
    it.worker.attach(sample.target());
    it.worker.watch(Span::new(0, 1));
    let mut at = Vec::new();
    for _ in 0..4 {
        let state = it.wait_state(WitnessId::SharedPeer, "its end", died);
        at.push(Instant::now());
        let WitnessState::Died { message, .. } = state else {
            unreachable!();
        };
        assert!(message.ends_with("ended: exit code 0"), "{message}");
    }
    let pauses: Vec<_> = at.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(pauses[0] < SECOND / 2, "{pauses:?}");
    assert!(
        pauses[1] >= SECOND * 9 / 10 && pauses[1] < SECOND * 2,
        "{pauses:?}"
    );
    assert!(
        pauses[2] >= SECOND * 19 / 10 && pauses[2] < SECOND * 3,
        "{pauses:?}"
    );
}

#[test]
fn a_program_that_is_missing_or_no_peer_is_told_in_words() {
    let sample = Sample::new();
    let it = Witnesses::running(Path::new("/nowhere/mapscope"));
    it.worker.attach(sample.target());
    it.worker.watch(Span::new(0, 1));
    let state = it.wait_state(WitnessId::PrivatePeer, "why not", |state| {
        *state != WitnessState::Starting
    });
    let message = "The private peer cannot be started: No such file or directory (os error 2)";
    let message = message.to_owned();
    assert_eq!(state, WitnessState::Unavailable { message });

    let mut parrot = PeerProcess::spawn(Path::new("/bin/echo"), "parrot").unwrap();
    let pid = parrot.pid();
    let heard = parrot
        .request(&Request::Exit, LONG)
        .unwrap_err()
        .to_string();
    assert!(
        heard.starts_with(&format!("The parrot (process {pid}) is not understood: ")),
        "{heard}"
    );

    let mut loud = PeerProcess::spawn(Path::new("/bin/ls"), "ls").unwrap();
    let pid = loud.pid();
    let heard = loud.request(&Request::Exit, LONG).unwrap_err().to_string();
    let start = format!("The ls (process {pid}) ended: exit code 2: /bin/ls: ");
    assert!(heard.starts_with(&start), "{heard}");
}

#[test]
fn a_stopped_peer_is_given_up_in_time_and_replaced() {
    let sample = Sample::new();
    let it = Witnesses::start();
    it.worker.attach(sample.target());
    it.worker.watch(Span::new(0, 1));
    let [shared, _] = it.wait_both(b"A");
    signal("STOP", shared);
    let begin = Instant::now();
    // The other one is asked on.
    sample.store_shared(0, b'x');
    it.wait_reading(WitnessId::PrivatePeer, b"x");
    assert!(begin.elapsed() < SECOND, "{:?}", begin.elapsed());
    let state = it.wait_state(WitnessId::SharedPeer, "its end", died);
    assert!(begin.elapsed() < SECOND * 5 / 2, "{:?}", begin.elapsed());
    let message = format!(
        "The shared peer (process {shared}) did not answer \u{201c}read\u{201d} within 2.0 s; it was ended"
    );
    let restarting = true;
    assert_eq!(
        state,
        WitnessState::Died {
            message,
            restarting
        }
    );
    assert!(!exists(shared), "it is killed and reaped");
    assert_ne!(it.wait_reading(WitnessId::SharedPeer, b"x").0, shared);
}

#[test]
fn a_full_pipe_to_a_stopped_peer_blocks_nobody() {
    let sample = Sample::new();
    let mut peer = PeerProcess::spawn(program(), "private peer").unwrap();
    let open = sample.open(MapMode::Private, MapAccess::ReadWrite);
    assert_eq!(peer.request(&open, LONG), Ok(Answer::Opened));
    signal("STOP", peer.pid());
    let begin = Instant::now();
    let bytes = vec![b'x'; 400_000];
    for _ in 0..5 {
        let store = Request::Store {
            offset: 0,
            bytes: bytes.clone(),
        };
        let silent = peer.request(&store, SECOND / 10).unwrap_err();
        assert!(matches!(silent, PeerError::TimedOut { .. }), "{silent}");
    }
    assert!(begin.elapsed() < SECOND * 3, "{:?}", begin.elapsed());
    // It goes on where it was, and what comes late is not taken for an answer.
    signal("CONT", peer.pid());
    let read = Request::Read { offset: 0, len: 1 };
    let answer = loop {
        match peer.request(&read, SECOND / 4) {
            Err(PeerError::TimedOut { .. }) if begin.elapsed() < LONG => {}
            other => break other,
        }
    };
    assert!(
        matches!(&answer, Ok(Answer::Read(ReadAnswer { bytes, .. })) if *bytes == *b"A"),
        "{answer:?}"
    );
    // Full and stopped, it is killed and reaped all the same.
    signal("STOP", peer.pid());
    let store = Request::Store { offset: 0, bytes };
    peer.request(&store, SECOND / 10).unwrap_err();
    let (pid, begin) = (peer.pid(), Instant::now());
    drop(peer);
    assert!(begin.elapsed() < SECOND, "{:?}", begin.elapsed());
    assert!(!exists(pid));
}

#[test]
fn nothing_is_left_when_the_worker_is_dropped() {
    let sample = Sample::new();
    for stopped in [false, true] {
        let it = Witnesses::start();
        it.worker.attach(sample.target());
        it.worker.watch(Span::new(0, 1));
        let pids = it.wait_both(b"A");
        if stopped {
            for pid in pids {
                signal("STOP", pid);
            }
        }
        let begin = Instant::now();
        drop(it);
        assert!(begin.elapsed() < SECOND * 2, "{:?}", begin.elapsed());
        assert_eq!(pids.map(exists), [false, false]);
    }
}

/// What the killed process of the next test does, in a process of its own; nothing in the test run itself.
#[test]
fn as_a_parent_of_peers() {
    let Some(path) = std::env::var_os("MAPSCOPE_TEST_PARENT_OF_PEERS") else {
        return;
    };
    die_with_parent();
    let sample = Sample::new();
    let it = Witnesses::start();
    it.worker.attach(sample.target());
    it.worker.watch(Span::new(0, 1));
    let [shared, private] = it.wait_both(b"A");
    fs::write(&path, format!("{shared} {private}\n")).unwrap();
    // Until it is killed.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn peers_do_not_outlive_a_program_that_is_killed() {
    let dir = tempfile::tempdir().unwrap();
    for stopped in [false, true] {
        let path = dir.path().join(format!("pids-{stopped}"));
        let (_, this) = module_path!().split_once("::").unwrap();
        let mut parent = Command::new(std::env::current_exe().unwrap())
            .args([
                &format!("{this}::as_a_parent_of_peers"),
                "--exact",
                "--nocapture",
            ])
            .env("MAPSCOPE_TEST_PARENT_OF_PEERS", &path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut pids = String::new();
        until("the peers run", LONG, || {
            pids = fs::read_to_string(&path).unwrap_or_default();
            pids.ends_with('\n')
        });
        let pids: Vec<u32> = pids
            .split_whitespace()
            .map(|pid| pid.parse().unwrap())
            .collect();
        assert_eq!(pids.len(), 2);
        // A stopped one does not even notice that its input ended: it takes the kernel's SIGKILL.
        for pid in pids.iter().filter(|_| stopped) {
            signal("STOP", *pid);
        }
        parent.kill().unwrap();
        parent.wait().unwrap();
        // Whoever inherits them reaps them when it likes.
        let gone = |pid: &u32| matches!(state_of(*pid), None | Some('Z' | 'X'));
        until("the peers are gone", LONG, || pids.iter().all(gone));
    }
}

#[test]
fn a_thousand_peers_start_while_other_threads_hold_locks() {
    static LOCK: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let done = AtomicBool::new(false);
    let begin = Instant::now();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    // The lock of the list, the allocator's, that of standard error and that of the environment.
                    let mut held = LOCK.lock().unwrap();
                    held.push(format!("{:?}", std::env::var_os("PATH")));
                    let _stderr = std::io::stderr().lock();
                    if held.len() > 100 {
                        held.clear();
                    }
                    drop(held);
                    thread::yield_now();
                }
            });
        }
        for _ in 0..1000 {
            let mut peer = PeerProcess::spawn(program(), "peer").unwrap();
            assert_eq!(peer.request(&Request::Exit, LONG), Ok(Answer::Leaving));
            let pid = peer.pid();
            drop(peer);
            assert!(!exists(pid));
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(begin.elapsed() < SECOND * 120, "{:?}", begin.elapsed());
}
