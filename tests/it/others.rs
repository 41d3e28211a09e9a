//! Other programs that map the file or have it open, watched beside what they say of themselves.
//!
//! Nothing here is timed: what must come is waited for, with a deadline that nothing reaches.

#![cfg(target_os = "linux")]

mod bounds;
mod changes;
mod descriptors;
mod hidden;
mod names;
mod own;
mod pages;
mod quiet;
mod relatives;
mod silent;
mod unusual;
mod yielding;

use std::cell::RefCell;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use mapscope::bytes::Span;
use mapscope::map::{
    Access, CallLog, FileKey, MapRequest, Mapping, Mode, OpenFile, OtherMapping, OtherProcess,
    Others, PageFact, PageState, SeenBytes, Unavailable,
};
use mapscope::model::identity::{DocId, Generation, MappingId, Target};
use mapscope::model::others::{OthersEvent, OthersNews};
use mapscope::work::others::{OthersWatcher, OthersWish, OwnList, RightOfWay};
use serde_json::{Value, json};

/// Far more than anything here takes, and half as long as until each process is looked at whatever it shows.
const LONG: Duration = Duration::from_mins(1);

/// How often the watcher is tended.
const TEND: Duration = Duration::from_millis(50);

const PAGE: usize = 4096;

fn mapscope() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_mapscope"))
}

/// A python that every user may run, where there is one.
pub(crate) fn python() -> &'static str {
    if Path::new("/usr/bin/python3").exists() {
        "/usr/bin/python3"
    } else {
        "python3"
    }
}

fn is_root() -> bool {
    fs::read_to_string("/proc/self/status")
        .unwrap()
        .lines()
        .any(|line| line.starts_with("Uid:") && line.split_whitespace().nth(2) == Some("0"))
}

/// A file of some pages in a folder that goes with the value.
fn file(pages: usize) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bytes.bin");
    let bytes: Vec<u8> = (0..=255_u8).cycle().take(pages * PAGE).collect();
    fs::write(&path, bytes).unwrap();
    (dir, path)
}

/// A program that does what it is told.
pub(crate) struct Program {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// Its own number, as it is in our namespace.
    pid: u32,
}

impl Program {
    pub(crate) fn start() -> Self {
        Self::run(Command::new(python()), &[])
    }

    /// Of `runner`, which runs what stands in its last arguments, or is python itself.
    pub(crate) fn run(mut runner: Command, arguments: &[&str]) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/others/program.py");
        let mut child = runner
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let pid = child.id();
        let mut program = Self {
            child,
            input,
            output,
            pid,
        };
        program.answer().expect("it runs");
        program
    }

    fn answer(&mut self) -> Result<Value, String> {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let mut answer: Value = serde_json::from_str(&line).unwrap();
        match answer.get_mut("error") {
            Some(error) => Err(error.to_string()),
            None => Ok(answer["ok"].take()),
        }
    }

    fn try_ask(&mut self, command: &Value) -> Result<Value, String> {
        writeln!(self.input, "{command}").unwrap();
        self.answer()
    }

    #[track_caller]
    pub(crate) fn ask(&mut self, command: &Value) -> Value {
        let answer = self.try_ask(command);
        answer.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// Where it mapped the file.
    pub(crate) fn map(&mut self, path: &Path, way: &str) -> u64 {
        self.ask(&json!(["map", path, way])).as_u64().unwrap()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    pub(crate) fn end(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The watcher of one file, and what it said.
struct Watched {
    watcher: RefCell<OthersWatcher>,
    events: Receiver<OthersEvent>,
    own: Arc<OwnList>,
    way: Arc<RightOfWay>,
    last: RefCell<Option<Others>>,
    target: Target,
    /// Ours, which nobody else must be told of.
    _mapping: Mapping,
}

impl Watched {
    /// Watches one byte of the file.
    fn new(path: &Path, at: u64) -> Self {
        Self::through(path, at, Mode::Shared)
    }

    /// The same by a mapping of that mode.
    fn through(path: &Path, at: u64, mode: Mode) -> Self {
        let log = CallLog::new();
        let file = OpenFile::open(path, &log).unwrap();
        let request = MapRequest {
            mode,
            access: Access::ReadOnly,
            span: None,
        };
        let mapping = Mapping::create(&file, request, &log).unwrap();
        let key = FileKey::of(&mapping, &file).unwrap();
        let own = Arc::new(OwnList::default());
        let (sender, events) = channel();
        let report = Arc::new(move |event| {
            sender.send(event).ok();
        });
        let way = Arc::<RightOfWay>::default();
        let (list, gives_way) = (Arc::clone(&own), Arc::clone(&way));
        let thread = OthersWatcher::spawn(key, mapscope(), list, gives_way, report);
        let watched = Self {
            watcher: RefCell::new(thread.unwrap()),
            events,
            own,
            way,
            last: RefCell::default(),
            target: Target {
                doc: DocId(1),
                mapping: MappingId(2),
                generation: Generation::FIRST,
            },
            _mapping: mapping,
        };
        watched.watch(at);
        watched
    }

    fn watch(&self, at: u64) {
        self.watch_span(Span::at(at, 1).unwrap());
    }

    fn watch_span(&self, span: Span) {
        let target = self.target;
        self.watcher
            .borrow()
            .watch(Some(OthersWish { target, span }));
    }

    /// The next thing that it says.
    #[track_caller]
    fn next(&self) -> Others {
        let event = self.events.recv_timeout(LONG).expect("it says something");
        assert_eq!(event.target, self.target);
        let OthersNews::Seen(seen) = event.news else {
            panic!("{:?}", event.news);
        };
        *self.last.borrow_mut() = Some(seen.found.clone());
        seen.found
    }

    /// Waits until what it last said is so.
    #[track_caller]
    fn until(&self, what: &str, is_so: impl Fn(&Others) -> bool) -> Others {
        let deadline = Instant::now() + LONG;
        loop {
            let last = self.last.borrow().clone();
            if let Some(last) = last.filter(&is_so) {
                return last;
            }
            // As the worker of an open file does.
            let stuck = self.watcher.borrow_mut().go_round();
            let left = deadline.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left.min(TEND)) {
                Err(RecvTimeoutError::Timeout) if !left.is_zero() => {}
                Ok(OthersEvent {
                    news: OthersNews::Seen(seen),
                    ..
                }) => *self.last.borrow_mut() = Some(seen.found),
                Ok(event) => panic!("{event:?}"),
                Err(error) => panic!(
                    "waited in vain until {what} ({error}, {stuck:?}): {:#?}",
                    self.last.borrow()
                ),
            }
        }
    }

    /// Waits until everybody was asked.
    #[track_caller]
    fn whole(&self) -> Others {
        self.until("all were asked", |others| others.is_whole)
    }

    /// Waits until the program has this many rows of mappings, and tells it.
    #[track_caller]
    fn with(&self, pid: u32, n_mappings: usize) -> OtherProcess {
        let is_so = |others: &Others| {
            of(others, pid).is_some_and(|process| process.mappings.len() == n_mappings)
        };
        let others = self.until(&format!("{pid} has {n_mappings} mappings"), is_so);
        of(&others, pid).unwrap().clone()
    }

    #[track_caller]
    fn without(&self, pid: u32) -> Others {
        self.until(&format!("{pid} is gone"), |others| {
            of(others, pid).is_none()
        })
    }
}

fn of(others: &Others, pid: u32) -> Option<&OtherProcess> {
    others.processes.iter().find(|process| process.pid == pid)
}

fn byte(mapping: &OtherMapping) -> Option<u8> {
    match &mapping.pages[0].seen {
        SeenBytes::Bytes(bytes) => bytes.first().copied(),
        _ => None,
    }
}

/// What is told of the first page that was asked about.
fn fact(mapping: &OtherMapping) -> PageFact {
    mapping.pages[0].fact.unwrap()
}

/// What the program says of its page, in order of addresses.
fn check_pages(process: &OtherProcess, entries: &Value) {
    let entries = entries.as_array().unwrap();
    for (mapping, entry) in process.mappings.iter().zip(entries) {
        let expected = match (entry[0].as_u64(), entry[1].as_u64()) {
            (Some(0), _) => PageState::NotPresent,
            (_, Some(1)) => PageState::FilePage,
            _ => PageState::PrivateCopy,
        };
        assert_eq!(fact(mapping).state, expected);
        assert_eq!(byte(mapping).is_some(), expected != PageState::NotPresent);
    }
}

/// `path` as JSON: these paths are all text.
fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
