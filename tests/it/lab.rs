//! Peers that make real system calls, loads and stores: what each one does, seen from outside, and how they die.
//!
//! What a peer says is compared with what this process finds out by itself: the file, `/proc` of the peer, another
//! peer. Nothing sleeps in the hope that something has happened by then.
#![cfg(target_os = "linux")]
#![allow(
    clippy::needless_pass_by_value,
    reason = "a call that is made once reads best where it is asked for"
)]

mod calls;
mod death;
mod faults;
mod files;
mod fork;
mod kernel;
mod trace;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::processes::{check_none_outlives, exists, is_over, program, signal, state_of, until};
use crate::raw_peer::RawPeer;
use mapscope::lab::script::{anonymous, anonymous_shared, load, private, shared, store};
use mapscope::map::page_bytes;
use mapscope::peer::calls::{
    Advice, Call, Did, FileAccess, MadeCall, MapCall, Outcome, PassCall, Prot, Sabotage, Source,
    SyncHow,
};
use mapscope::peer::protocol::{Answer, Request};
use mapscope::peer::wire::{FaultCount, PeerPage};
use mapscope::peer::{PeerError, PeerProcess, PeerSignal};
use serde_json::{Value, json};

/// Far more than anything here takes.
const LONG: Duration = Duration::from_secs(20);

fn page() -> u64 {
    page_bytes()
}

fn page_size() -> usize {
    usize::try_from(page()).unwrap()
}

/// A folder with a file `f` of `pages` pages, each full of its number as a letter: A, B, …
struct Scratch {
    _dir: tempfile::TempDir,
    path: PathBuf,
}

impl Scratch {
    fn new(pages: u8) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let bytes: Vec<u8> = (0..pages)
            .flat_map(|index| vec![b'A' + index; page_size()])
            .collect();
        fs::write(&path, bytes).unwrap();
        Self { _dir: dir, path }
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(&self.path).unwrap()
    }

    fn open(&self) -> Call {
        self.open_as("f", FileAccess::ReadWrite)
    }

    fn open_as(&self, file: &str, access: FileAccess) -> Call {
        Call::Open {
            file: file.to_owned(),
            path: self.path.clone().into(),
            access,
        }
    }
}

/// A peer, asked by calls.
struct Peer(PeerProcess);

impl Peer {
    fn start() -> Self {
        Self(PeerProcess::spawn(program(), "test peer").unwrap())
    }

    /// A peer that has `scratch` open to read and write, and mapped as `m`.
    fn mapping(scratch: &Scratch, map: MapCall) -> Self {
        let mut peer = Self::start();
        peer.done(scratch.open());
        peer.done(Call::Map(map));
        peer
    }

    fn ask(&mut self, call: Call) -> Result<Did, PeerError> {
        match self.0.request(&Request::Do(call), LONG)? {
            Answer::Did(did) => Ok(did),
            other => panic!("{other:?} is no answer to a call"),
        }
    }

    #[track_caller]
    fn did(&mut self, call: Call) -> Did {
        self.ask(call.clone())
            .unwrap_or_else(|error| panic!("{call:?}: {error}"))
    }

    #[track_caller]
    fn outcome(&mut self, call: Call) -> Outcome {
        self.did(call).outcome
    }

    #[track_caller]
    fn done(&mut self, call: Call) -> Vec<String> {
        let did = self.did(call.clone());
        assert_eq!(did.outcome, Outcome::Done, "{call:?}");
        texts(&did.calls)
    }

    #[track_caller]
    fn fails(&mut self, call: Call, errno: &str) -> Vec<String> {
        let did = self.did(call.clone());
        let errno = errno.to_owned();
        assert_eq!(did.outcome, Outcome::Failed { errno }, "{call:?}");
        texts(&did.calls)
    }

    /// The words of a refusal.
    #[track_caller]
    fn refuses(&mut self, call: Call) -> String {
        match self.ask(call.clone()) {
            Err(PeerError::Refused { message, .. }) => message,
            other => panic!("{call:?} is answered {other:?}"),
        }
    }

    #[track_caller]
    fn bytes(&mut self, call: Call) -> Vec<u8> {
        match self.outcome(call) {
            Outcome::Bytes { bytes } => bytes,
            other => panic!("{other:?} is no bytes"),
        }
    }

    #[track_caller]
    fn pages(&mut self, map: &str, at: u64, len: u64) -> Vec<PeerPage> {
        let map = map.to_owned();
        match self.outcome(Call::Pages { map, at, len }) {
            Outcome::Pages { pages } => pages,
            other => panic!("{other:?} is no pages"),
        }
    }

    #[track_caller]
    fn lines(&mut self, map: &str) -> Vec<String> {
        match self.outcome(Call::Maps {
            map: map.to_owned(),
        }) {
            Outcome::Lines { lines } => lines,
            other => panic!("{other:?} is no lines"),
        }
    }

    fn fork(&mut self, label: &str) -> (Self, MadeCall) {
        let (child, call) = self.0.fork(label, LONG).unwrap();
        (Self(child), call)
    }

    fn pid(&self) -> u32 {
        self.0.pid()
    }
}

fn texts(calls: &[MadeCall]) -> Vec<String> {
    calls.iter().map(|call| call.text.clone()).collect()
}

/// What the test itself reads of `/proc/PID/maps`: the lines that hold `address`.
fn maps_line(pid: u32, address: u64) -> Option<String> {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let holds = |line: &&str| {
        let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let number = |text| u64::from_str_radix(text, 16).unwrap();
        (number(start)..number(end)).contains(&address)
    };
    maps.lines().find(holds).map(ToOwned::to_owned)
}

/// The address that a call's text ends with: `mmap(...) = 0x7f12a4c5d000`.
#[track_caller]
fn address_in(text: &str) -> u64 {
    let (_, address) = text.rsplit_once(" = 0x").unwrap();
    u64::from_str_radix(address, 16).unwrap()
}

/// A line of the peer's smaps for the mapping that holds `address`, in KiB.
fn smaps_kib(pid: u32, address: u64, field: &str) -> u64 {
    let line = maps_line(pid, address).unwrap();
    let smaps = fs::read_to_string(format!("/proc/{pid}/smaps")).unwrap();
    let (_, of_it) = smaps.split_once(line.as_str()).unwrap();
    let (_, value) = of_it.split_once(&format!("\n{field}:")).unwrap();
    let (kib, _) = value.split_once(" kB").unwrap();
    kib.trim().parse().unwrap()
}

impl RawPeer {
    fn call(&mut self, call: Call) -> Value {
        let mut line = serde_json::to_value(Request::Do(call)).unwrap();
        line["id"] = json!(7);
        self.ask(line.to_string())
    }
}
