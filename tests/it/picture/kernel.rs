//! What the kernel tells root alone: numbers of frames, and what it holds of a frame. A run without rights asks the run as
//! root that started it, so that its pages are proven as well.

use std::cell::RefCell;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::FileExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use super::PAGE;

/// Set in a run without rights to the socket of the run that has them.
pub(super) const SOCKET: &str = "MAPSCOPE_TEST_FRAMES";

/// A page of a mapping, as its page table has it (`proc_pid_pagemap(5)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) is_present: bool,
    pub(super) is_file: bool,
    /// No other page table has it.
    pub(super) is_exclusive: bool,
    /// 0 where it is not told.
    pub(super) frame: u64,
}

/// What the kernel holds of a frame (`proc_kpageflags(5)`).
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) is_dirty: bool,
    pub(super) is_being_written: bool,
}

pub(super) fn entry(pid: u32, address: u64) -> Result<Entry, String> {
    let raw = number("entry", &[u64::from(pid), address])?;
    let bit = |at: u32| raw >> at & 1 == 1;
    Ok(Entry {
        is_present: bit(63),
        is_file: bit(61),
        is_exclusive: bit(56),
        frame: if bit(63) { raw & ((1 << 55) - 1) } else { 0 },
    })
}

/// `None` where nobody tells it.
pub(super) fn frame(frame: u64) -> Result<Option<Frame>, String> {
    if frame == 0 {
        return Ok(None);
    }
    let raw = number("flags", &[frame])?;
    let bit = |at: u32| raw >> at & 1 == 1;
    Ok(Some(Frame {
        is_dirty: bit(4),
        is_being_written: bit(8),
    }))
}

fn number(what: &str, of: &[u64]) -> Result<u64, String> {
    let Some(socket) = std::env::var_os(SOCKET) else {
        return read(what, of);
    };
    thread_local! {
        static ASKED: RefCell<Option<BufReader<UnixStream>>> = const { RefCell::new(None) };
    }
    ASKED.with_borrow_mut(|asked| {
        let stream = asked
            .get_or_insert_with(|| BufReader::new(UnixStream::connect(socket).expect("it serves")));
        let of: Vec<String> = of.iter().map(u64::to_string).collect();
        writeln!(stream.get_mut(), "{what} {}", of.join(" ")).unwrap();
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        let said = line.trim_end();
        said.parse().map_err(|_| said.to_owned())
    })
}

fn read(what: &str, of: &[u64]) -> Result<u64, String> {
    let (path, at) = match (what, of) {
        ("entry", [pid, address]) => (format!("/proc/{pid}/pagemap"), address / PAGE),
        ("flags", [frame]) => ("/proc/kpageflags".to_owned(), *frame),
        _ => return Err(format!("{what} is no question")),
    };
    let file = File::open(&path).map_err(|why| format!("{path}: {why}"))?;
    let mut raw = [0; 8];
    let read = file.read_exact_at(&mut raw, at * 8);
    read.map_err(|why| format!("{path}: {why}"))?;
    Ok(u64::from_ne_bytes(raw))
}

/// Answers whoever connects to `path`, as long as this program runs.
pub(super) fn serve(path: &Path) {
    let listener = UnixListener::bind(path).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || answer(stream));
        }
    });
}

fn answer(stream: UnixStream) {
    let mut answers = stream.try_clone().unwrap();
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        let mut words = line.split(' ');
        let what = words.next().unwrap_or_default();
        let of: Vec<u64> = words.filter_map(|it| it.parse().ok()).collect();
        let said = match read(what, &of) {
            Ok(number) => writeln!(answers, "{number}"),
            Err(why) => writeln!(answers, "{why}"),
        };
        if said.is_err() {
            return;
        }
    }
}
