//! Carrying out what an experiment asks of a peer, and listing every call that was made for it.
//!
//! It owns the names of the peer's files and mappings, and the bounds of a request. It must not know the protocol's
//! lines, nor why anything is asked. The folder beside it holds a file for each kind of request.
//!
//! The list has what strace(1) would print with `-a 1`, made from what was passed and what came back. Not in the list is
//! what merely looks: the reads of `/proc`, getrusage(2) and fstatfs(2), nor the lock on the scratch folder, nor what a guard
//! does. Different from a trace are malloc(3), fork(2) and mutexes, of which a trace has the calls that the C library makes;
//! cachestat(2), which strace before 6.6 does not know; and sigaction(2), clone(2), execve(2) and the ioctl of userfaultfd(2), of which
//! the addresses of the C library's own are left out.

#[cfg(target_os = "linux")]
mod area;
mod facts;
mod files;
#[cfg(target_os = "linux")]
mod machine;
mod memory;
#[cfg(target_os = "linux")]
mod objects;
mod pass;
#[cfg(target_os = "linux")]
mod racing;
#[cfg(target_os = "linux")]
mod transfer;
#[cfg(target_os = "linux")]
mod undoing;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::time::Instant;

use crate::map::{CallResult, errno_name, errno_of};
use crate::os::temp_folder::Hold;
use crate::peer::calls::{Call, Did, MadeCall, Outcome, Sabotage};
use crate::peer::raw;
use crate::peer::wire::FaultCount;

/// What a peer has for its experiment.
#[derive(Debug, Default)]
pub(super) struct Executor {
    files: BTreeMap<String, File>,
    places: BTreeMap<String, Place>,
    #[cfg(target_os = "linux")]
    segments: BTreeMap<String, i32>,
    /// The scratch folder that its files are in stays as long as it lives, whoever else is gone.
    hold: Option<Hold>,
    skips_stores: bool,
    maps_otherwise: bool,
    /// The number of the request that is carried out.
    #[cfg(target_os = "linux")]
    request: Option<u64>,
    #[cfg(target_os = "linux")]
    is_forked: bool,
    #[cfg(target_os = "linux")]
    undoing: undoing::Undoing,
}

#[cfg(target_os = "linux")]
pub(super) use machine::after_exec;

/// Where a mapping was made. What is there by now only the kernel knows.
#[derive(Clone, Copy, Debug)]
struct Place {
    address: usize,
    /// Bytes that were asked for.
    len: usize,
    kind: Kind,
}

/// What made a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Mmap,
    Malloc,
    Freed,
}

/// Why something was not done.
enum NotDone {
    /// The system refused the call. An outcome like others.
    Failed(io::Error),
    /// It was not tried: why, in a sentence.
    Refused(String),
}

impl From<io::Error> for NotDone {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

fn refused<T>(message: impl Into<String>) -> Result<T, NotDone> {
    Err(NotDone::Refused(message.into()))
}

type Result<T = Outcome, E = NotDone> = std::result::Result<T, E>;

impl Executor {
    /// Does it. Some calls end this process by a signal.
    ///
    /// # Errors
    /// What cannot be tried: why, in a sentence.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(unused_variables, reason = "only Linux has execve as a call")
    )]
    pub(super) fn carry_out(&mut self, id: u64, call: &Call) -> Result<Did, String> {
        let mut calls = Calls::default();
        #[cfg(target_os = "linux")]
        {
            self.request = Some(id);
        }
        let attempted = self.attempt(call, &mut calls);
        #[cfg(target_os = "linux")]
        calls.list_mended();
        let outcome = match attempted {
            Ok(outcome) => outcome,
            Err(NotDone::Failed(error)) => Outcome::Failed {
                errno: errno_name(errno_of(&error)).to_owned(),
            },
            Err(NotDone::Refused(message)) => return Err(message),
        };
        Ok(Did {
            calls: calls.0,
            outcome,
        })
    }

    /// In a forked child: ends every deception, and leaves to its parent what is its parent's to undo.
    #[cfg(target_os = "linux")]
    pub(super) fn begin_as_child(&mut self) {
        self.skips_stores = false;
        self.maps_otherwise = false;
        self.is_forked = true;
        self.undoing.leave_to_parent();
    }

    fn attempt(&mut self, call: &Call, calls: &mut Calls) -> Result {
        match call {
            Call::Open { file, path, access } => self.open(file, path, *access, calls),
            #[cfg(not(target_os = "linux"))]
            Call::Memfd { .. } => refused("Only Linux has memfd_create"),
            #[cfg(target_os = "linux")]
            Call::Memfd { file, len } => self.memfd(file, *len, calls),
            Call::Close { file } => self.close(file, calls),
            Call::Map(map) => self.map(map, calls),
            Call::Unmap { map, at, len } => self.unmap(map, *at, *len, calls),
            Call::Protect { map, at, len, prot } => self.protect(map, *at, *len, *prot, calls),
            Call::Advise {
                map,
                at,
                len,
                advice,
            } => self.advise(map, *at, *len, *advice, calls),
            Call::Sync { map, at, len, how } => self.sync(map, *at, *len, *how, calls),
            Call::Fsync { file } => self.fsync(file, calls),
            Call::Load { map, at, len } => self.load(map, *at, *len, calls),
            Call::Store { map, at, bytes } => self.store(map, *at, bytes, calls),
            Call::Touch {
                map,
                at,
                len,
                write,
            } => self.touch(map, *at, *len, *write, calls),
            Call::Count { map, at, times } => self.count(map, *at, *times, calls),
            Call::Read { file, at, len } => self.read(file, *at, *len, calls),
            Call::Write { file, at, bytes } => self.write(file, *at, bytes, calls),
            Call::Truncate { file, len } => self.truncate(file, *len, calls),
            Call::Length { file } => self.length(file, calls),
            Call::Malloc { map, len } => self.malloc(map, *len, calls),
            Call::Free { map } => self.free(map, calls),
            Call::Pages { map, at, len } => self.pages(map, *at, *len),
            Call::Maps { map } => self.maps(map),
            Call::Sums { map } => self.sums(map),
            Call::Memory => facts::memory(),
            Call::Faults => Ok(facts::faults()),
            Call::Cache { file } => self.cache(file, calls),
            Call::Cool { file } => self.cool(file, calls),
            Call::Pass(pass) => self.pass(pass, calls),
            #[cfg(target_os = "linux")]
            Call::Area(call) => self.area(call, calls),
            #[cfg(target_os = "linux")]
            Call::Object(call) => self.object(call, calls),
            #[cfg(target_os = "linux")]
            Call::Transfer(call) => self.transfer(call, calls),
            #[cfg(target_os = "linux")]
            Call::Race(call) => self.race(call, calls),
            #[cfg(target_os = "linux")]
            Call::Futex(call) => self.futex(call, calls),
            #[cfg(target_os = "linux")]
            Call::Mutex(call) => self.mutex(call, calls),
            #[cfg(target_os = "linux")]
            Call::Process(call) => self.process(call, calls),
            #[cfg(not(target_os = "linux"))]
            Call::Area(_)
            | Call::Object(_)
            | Call::Transfer(_)
            | Call::Race(_)
            | Call::Futex(_)
            | Call::Mutex(_)
            | Call::Process(_) => refused(format!("Only Linux knows {}", call.word())),
            Call::Abort => std::process::abort(),
            Call::Sabotage(how) => {
                match how {
                    Sabotage::SkipStores => self.skips_stores = true,
                    Sabotage::OtherMode => self.maps_otherwise = true,
                }
                Ok(Outcome::Done)
            }
        }
    }

    fn file(&self, name: &str) -> Result<&File> {
        match self.files.get(name) {
            Some(file) => Ok(file),
            None => refused(format!("This process has no file that is called {name}")),
        }
    }

    fn place(&self, name: &str) -> Result<Place> {
        match self.places.get(name) {
            Some(place) => Ok(*place),
            None => refused(format!("This process has no mapping that is called {name}")),
        }
    }
}

/// The calls that were made for a request.
#[derive(Default)]
struct Calls(Vec<MadeCall>);

impl Calls {
    /// Makes a call and lists it: `args` writes the arguments down when it has been made, `result_of` what a success
    /// returned.
    fn run<T>(
        &mut self,
        name: &str,
        args: impl FnOnce(&io::Result<T>) -> String,
        make: impl FnOnce() -> io::Result<T>,
        result_of: impl FnOnce(&T) -> CallResult,
    ) -> io::Result<T> {
        let (outcome, nanoseconds) = timed(make);
        let result = self::result_of(&outcome, result_of);
        self.list_call(name, &args(&outcome), result, nanoseconds);
        outcome
    }

    /// As [`Self::run`], for a call that returns 0 and whose arguments are known before.
    fn run_plain(
        &mut self,
        name: &str,
        args: String,
        make: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<()> {
        self.run(name, |_| args, make, |()| CallResult::Ok(0))
    }

    /// Lists what the handler of SIGBUS mapped meanwhile.
    #[cfg(target_os = "linux")]
    fn list_mended(&mut self) {
        let Some((address, count)) = crate::peer::raw::take_mended() else {
            return;
        };
        let page = crate::map::page_bytes();
        let args = format!(
            "{address:#x}, {page}, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0"
        );
        self.list_call("mmap", &args, CallResult::Address(address as u64), 0);
        if count > 1 {
            self.list(format!("mmap(...): {} more of them before", count - 1), 0);
        }
    }

    fn list_call(&mut self, name: &str, args: &str, result: CallResult, nanoseconds: u64) {
        self.list(format!("{name}({args}) = {result}"), nanoseconds);
    }

    fn list(&mut self, text: String, nanoseconds: u64) {
        self.0.push(MadeCall {
            text,
            nanoseconds,
            faults: None,
        });
    }

    /// Lists loads or stores.
    fn list_touched(&mut self, text: String, (nanoseconds, faults): Touched) {
        self.0.push(MadeCall {
            text,
            nanoseconds,
            faults: Some(faults),
        });
    }
}

/// How long loads or stores took in nanoseconds, and the page faults meanwhile.
type Touched = (u64, FaultCount);

/// Makes loads or stores. getrusage(2) before and after them is no call of the experiment, and not listed.
fn touched(make: impl FnOnce()) -> Touched {
    // What counts, times, loads and stores is in memory before: no page of its own is counted.
    raw::warm_up();
    let _ = (timed(raw::page_faults), raw::page_faults());
    let before = raw::page_faults();
    let ((), nanoseconds) = timed(make);
    let after = raw::page_faults();
    let faults = FaultCount {
        minor: after.0.saturating_sub(before.0),
        major: after.1.saturating_sub(before.1),
    };
    (nanoseconds, faults)
}

/// What a call returned, as it is written down.
fn result_of<T>(outcome: &io::Result<T>, success: impl FnOnce(&T) -> CallResult) -> CallResult {
    match outcome {
        Ok(value) => success(value),
        Err(error) => CallResult::Err(errno_of(error)),
    }
}

/// What `make` returns, and how long it took in nanoseconds.
pub(super) fn timed<T>(make: impl FnOnce() -> T) -> (T, u64) {
    let start = Instant::now();
    let outcome = make();
    let took = start.elapsed().as_nanos();
    (outcome, u64::try_from(took).unwrap_or(u64::MAX))
}
