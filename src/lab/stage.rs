//! The stage of a running experiment: its scratch files, its peers, and every step with what was observed.
//!
//! A script asks peers to do things and says what must be observed; the stage carries it out with real processes, keeps
//! the time limits, and tells each step as it is done. It must not know what any experiment is about.

mod actor;
mod checks;
mod measuring;
mod words;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::bytes::escape::path_in_sentence;
use crate::bytes::size::counted;
use crate::lab::claim::{
    CallLine, CostPoint, Environment, PeerCard, Progress, RunStep, lives_in_memory,
};
use crate::lab::limits::check_memory;
use crate::map::page_bytes;
use crate::peer::calls::{Call, FileAccess, MapCall, MapExtra, Outcome, Prot, Sabotage, Source};

use actor::{Actor, Touches};
pub use words::outcome_words;
pub(super) use words::stored_words;

/// How long a peer may take to carry out a step that needs no storage.
pub const STEP_LIMIT: Duration = Duration::from_secs(5);
/// How many times as long a step may take that waits for the storage.
const STORAGE_STEPS: u32 = 4;
/// The same, for one that takes or drops a large file as a whole.
const PASS_STEPS: u32 = 12;

/// Errors that say that the system has not enough of something, or grants it to others only.
const WANTS: [&str; 9] = [
    "ENOMEM", "EAGAIN", "EMFILE", "ENFILE", "ENOSPC", "EDQUOT", "EFBIG", "EPERM", "ENOSYS",
];

/// What the threads that talk to a peer take of this process's memory: their stacks.
const THREADS_OF_A_PEER: u64 = 3 * (2 << 20);

/// How long a stop may take to be noticed in a pause.
const CANCEL_LATENCY: Duration = Duration::from_millis(20);

/// What a script returns early with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It could not be carried out: why, in a sentence.
    NotDone(String),
    /// The person stopped it.
    Cancelled,
}

/// One peer of the experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(usize);

/// What a step told.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "an observation is there to be checked"]
pub struct Told {
    /// Its place in the list of steps.
    step: usize,
    /// What came of it.
    pub outcome: Outcome,
}

impl Told {
    /// The bytes that were read; none where none were.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match &self.outcome {
            Outcome::Bytes { bytes } => bytes,
            _ => &[],
        }
    }

    /// The lines that were told; none where none were.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        match &self.outcome {
            Outcome::Lines { lines } => lines,
            _ => &[],
        }
    }
}

/// The stage.
pub struct Stage<'a> {
    pub(super) program: &'a Path,
    pub(super) environment: &'a Environment,
    pub(super) folder: &'a Path,
    pub(super) cancelled: &'a AtomicBool,
    pub(super) limit: Duration,
    pub(super) pause: Duration,
    pub(super) sabotage: Option<(&'a str, Sabotage)>,
    pub(super) tell: &'a mut dyn FnMut(Progress),
    pub(super) actors: Vec<Actor>,
    pub(super) steps: Vec<RunStep>,
    pub(super) costs: Vec<CostPoint>,
}

impl std::fmt::Debug for Stage<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage")
            .field("environment", &self.environment)
            .field("actors", &self.actors)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

/// A shared, readable and writable mapping of `len` bytes of `file` from its start, by the name `m`.
#[must_use]
pub fn shared(file: &str, len: u64) -> MapCall {
    MapCall {
        map: "m".to_owned(),
        source: Source::File(file.to_owned()),
        shared: true,
        prot: Prot::ReadWrite,
        offset: 0,
        len,
        extra: MapExtra::default(),
    }
}

/// As [`shared`], private.
#[must_use]
pub fn private(file: &str, len: u64) -> MapCall {
    MapCall {
        shared: false,
        ..shared(file, len)
    }
}

/// A shared, readable and writable mapping without a file, by the name `m`.
#[must_use]
pub fn anonymous_shared(len: u64) -> MapCall {
    MapCall {
        source: Source::Anonymous,
        ..shared("", len)
    }
}

/// As [`anonymous_shared`], private.
#[must_use]
pub fn anonymous(len: u64) -> MapCall {
    MapCall {
        shared: false,
        ..anonymous_shared(len)
    }
}

impl MapCall {
    /// By another name.
    #[must_use]
    pub fn named(mut self, map: &str) -> Self {
        map.clone_into(&mut self.map);
        self
    }

    /// With another protection.
    #[must_use]
    pub fn allowing(mut self, prot: Prot) -> Self {
        self.prot = prot;
        self
    }

    /// From this offset in the file on.
    #[must_use]
    pub fn from(mut self, offset: u64) -> Self {
        self.offset = offset;
        self
    }
}

impl Stage<'_> {
    /// Bytes in a page.
    #[must_use]
    pub fn page(&self) -> u64 {
        page_bytes()
    }

    /// Whether scratch files live in memory only, as on tmpfs.
    #[must_use]
    pub fn on_tmpfs(&self) -> bool {
        lives_in_memory(&self.environment.file_system)
    }

    /// Where the experiment runs.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        self.environment
    }

    /// The contents of the usual scratch file: the first page is all `A`, the next all `B`, and so on.
    #[must_use]
    pub fn letters(&self, pages: u64) -> Vec<u8> {
        let page = usize::try_from(self.page()).unwrap_or(4096);
        (0..pages)
            .flat_map(|index| {
                let letter = b'A' + u8::try_from(index % 26).unwrap_or(0);
                std::iter::repeat_n(letter, page)
            })
            .collect()
    }

    /// The path of a scratch file.
    #[must_use]
    pub fn path_of(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// Makes a scratch file of these bytes. It goes when the experiment is over.
    ///
    /// # Errors
    /// Where the file system refuses it.
    pub fn file(&mut self, name: &str, contents: &[u8]) -> Result<(), Stop> {
        self.on()?;
        let path = self.path_of(name);
        std::fs::write(&path, contents).map_err(|error| {
            Stop::NotDone(format!(
                "the scratch file {} cannot be written: {error}",
                path_in_sentence(&path)
            ))
        })?;
        let what = format!(
            "makes the scratch file {name}, {}",
            counted(contents.len() as u64, "byte")
        );
        self.push(None, what, Vec::new(), "done".to_owned());
        Ok(())
    }

    /// Starts a peer: a process of its own.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn peer(&mut self, name: &'static str) -> Result<Peer, Stop> {
        self.on()?;
        check_memory(THREADS_OF_A_PEER).map_err(Stop::NotDone)?;
        let actor = Actor::spawn(self.program, name)?;
        let what = "starts as a process of its own".to_owned();
        let peer = self.enter(actor)?;
        self.push(Some(peer), what, Vec::new(), "runs".to_owned());
        Ok(peer)
    }

    /// Has `parent` fork; the child has everything that its parent has open and mapped, by the same names.
    ///
    /// # Errors
    /// Where the fork fails, or the parent does not answer.
    pub fn fork(&mut self, parent: Peer, name: &'static str) -> Result<Peer, Stop> {
        self.on()?;
        check_memory(THREADS_OF_A_PEER).map_err(Stop::NotDone)?;
        let limit = self.limit;
        let (child, call) = self.actor(parent)?.fork(name, parent.0, limit)?;
        let pid = child.card.pid;
        let peer = self.enter(child)?;
        let what = format!("forks {name}");
        self.push(Some(parent), what, vec![call], format!("process {pid}"));
        Ok(peer)
    }

    /// Asks a peer to do something that may well fail or kill it; `what` says it in words after the peer's name.
    ///
    /// # Errors
    /// Where the peer does not answer, or ended for a reason that is not of the experiment.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a script makes its calls where it asks for them"
    )]
    pub fn attempt(
        &mut self,
        peer: Peer,
        what: impl Into<String>,
        call: Call,
    ) -> Result<Told, Stop> {
        self.on()?;
        let limit = limit(&call, self.limit);
        let touches = Touches::of(&call);
        let (outcome, calls) = self.carry_out(peer, &call, limit)?;
        self.actor(peer)?.note(&call, &outcome);
        let step = self.push(Some(peer), what.into(), calls, outcome_words(&outcome));
        self.look_around(peer, touches)?;
        Ok(Told { step, outcome })
    }

    /// As [`Self::attempt`], for what has to succeed so that the rest makes sense: a step that sets things up observes
    /// nothing, and speaks neither for nor against a claim.
    ///
    /// # Errors
    /// As there, and where it fails.
    pub fn must(&mut self, peer: Peer, what: impl Into<String>, call: Call) -> Result<Told, Stop> {
        let word = call.word();
        let what = what.into();
        let told = self.attempt(peer, what.clone(), call)?;
        if let Outcome::Failed { errno } = &told.outcome
            && WANTS.contains(&errno.as_str())
        {
            return Err(Stop::NotDone(format!(
                "\u{201c}{word}\u{201d} fails with {errno}: a limit of this system, or of this user"
            )));
        }
        if matches!(told.outcome, Outcome::Failed { .. } | Outcome::Killed(_)) {
            return Err(Stop::NotDone(format!(
                "a step that the rest needs does not succeed: {} {what}: {}",
                self.actor(peer)?.card.name,
                outcome_words(&told.outcome)
            )));
        }
        Ok(told)
    }

    /// open(2) of a scratch file.
    ///
    /// # Errors
    /// As [`Self::must`].
    pub fn open(&mut self, peer: Peer, file: &str, access: FileAccess) -> Result<(), Stop> {
        let how = match access {
            FileAccess::Read => "to read",
            FileAccess::ReadWrite => "to read and write",
            FileAccess::Write => "to write only",
            FileAccess::Direct => "to read and write past the page cache",
        };
        let call = Call::Open {
            file: file.to_owned(),
            path: self.path_of(file).into_os_string(),
            access,
        };
        self.must(peer, format!("opens {file} {how}"), call)
            .map(drop)
    }

    /// mmap(2).
    ///
    /// # Errors
    /// As [`Self::must`].
    pub fn map(&mut self, peer: Peer, call: MapCall) -> Result<(), Stop> {
        let what = words::map_words(&call);
        self.must(peer, what, Call::Map(call)).map(drop)
    }

    /// Opens `file` to read and write, and maps it as `call` says.
    ///
    /// # Errors
    /// As [`Self::must`].
    pub fn open_and_map(&mut self, peer: Peer, call: MapCall) -> Result<(), Stop> {
        if let Source::File(file) = &call.source {
            self.open(peer, &file.clone(), FileAccess::ReadWrite)?;
        }
        self.map(peer, call)
    }

    /// Stores bytes through the mapping `m`.
    ///
    /// # Errors
    /// As [`Self::must`].
    pub fn store(&mut self, peer: Peer, at: u64, bytes: &[u8]) -> Result<(), Stop> {
        let what = format!("stores {} at {at}", stored_words(bytes));
        self.must(peer, what, store("m", at, bytes)).map(drop)
    }

    /// Loads bytes through the mapping `m`; what comes of it is there to be checked.
    ///
    /// # Errors
    /// As [`Self::attempt`].
    pub fn load(&mut self, peer: Peer, at: u64, len: u64) -> Result<Told, Stop> {
        let what = match len {
            1 => format!("loads the byte at {at}"),
            _ => format!("loads {len} bytes at {at}"),
        };
        self.attempt(peer, what, load("m", at, len))
    }

    /// Reads `file` by pread(2); what comes of it is there to be checked.
    ///
    /// # Errors
    /// As [`Self::attempt`].
    pub fn read(&mut self, peer: Peer, file: &str, at: u64, len: u64) -> Result<Told, Stop> {
        let what = match len {
            1 => format!("reads the byte at {at} of {file} by pread"),
            _ => format!("reads {len} bytes at {at} of {file} by pread"),
        };
        let file = file.to_owned();
        self.attempt(peer, what, Call::Read { file, at, len })
    }

    /// What backs the pages of the mapping `m`; what comes of it is there to be checked.
    ///
    /// # Errors
    /// As [`Self::attempt`].
    pub fn pages(&mut self, peer: Peer, at: u64, len: u64) -> Result<Told, Stop> {
        let call = Call::Pages {
            map: "m".to_owned(),
            at,
            len,
        };
        self.attempt(peer, "looks up what backs its pages", call)
    }

    /// Adds a measurement of the cost group.
    pub fn measured(&mut self, point: CostPoint) {
        self.costs.push(point);
    }

    /// Whether it may go on; after the pause that the person wants to look at the last step.
    fn on(&self) -> Result<(), Stop> {
        let until = Instant::now() + self.pause;
        loop {
            self.not_cancelled()?;
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || self.steps.is_empty() {
                return Ok(());
            }
            std::thread::sleep(left.min(CANCEL_LATENCY));
        }
    }

    fn not_cancelled(&self) -> Result<(), Stop> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(Stop::Cancelled);
        }
        Ok(())
    }

    pub(super) fn cards(&self) -> Vec<PeerCard> {
        self.actors.iter().map(|actor| actor.card.clone()).collect()
    }

    /// Lists a step, and tells it.
    fn push(
        &mut self,
        peer: Option<Peer>,
        what: String,
        calls: Vec<CallLine>,
        observed: String,
    ) -> usize {
        let card = peer
            .and_then(|peer| self.actors.get(peer.0))
            .map(|actor| &actor.card);
        let step = RunStep {
            number: self.steps.len() + 1,
            peer: card.map(|card| card.name.clone()),
            pid: card.map(|card| card.pid),
            what,
            calls,
            observed,
            expected: None,
            holds: None,
        };
        self.steps.push(step.clone());
        (self.tell)(Progress::Step(step));
        self.steps.len() - 1
    }
}

/// A load through a mapping.
#[must_use]
pub fn load(map: &str, at: u64, len: u64) -> Call {
    Call::Load {
        map: map.to_owned(),
        at,
        len,
    }
}

/// A store through a mapping.
#[must_use]
pub fn store(map: &str, at: u64, bytes: &[u8]) -> Call {
    Call::Store {
        map: map.to_owned(),
        at,
        bytes: bytes.to_vec(),
    }
}

/// How long a peer may take, where a step that needs no storage may take `step`.
fn limit(call: &Call, step: Duration) -> Duration {
    match call {
        Call::Pass(_) | Call::Cool { .. } => step * PASS_STEPS,
        Call::Sync { .. } | Call::Fsync { .. } => step * STORAGE_STEPS,
        _ => step,
    }
}
