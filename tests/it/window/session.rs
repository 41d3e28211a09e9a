//! A session by hand as a program: driven with the real worker and real processes, exported, built and run, it shows again
//! what each row was seen to see.

use super::support::*;
use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use mapscope::lab::claim::Environment;
use mapscope::map::page_bytes;
use mapscope::model::happened::{Fate, Occurrence, Saw};
use mapscope::model::process::{ProcessKind, ProcessSignal};
use mapscope::model::session::ProgramLanguage;
use mapscope::model::witness::Who;
use mapscope::model::{
    Action, Happening, MappingAction, MappingId, Mode, PeersAction, ViewAction, WitnessId,
};
use mapscope::work::programs::write_programs;
use mapscope::work::session::programs_of;
use tempfile::TempDir;

use crate::skip::skip;

mod again;
mod between;
mod drawn;
mod folder;

/// A file of two pages and a half, each byte of which says where it is.
fn contents() -> Vec<u8> {
    let len = page_bytes() * 5 / 2;
    (0..len).map(|at| u8::try_from(at % 251).unwrap()).collect()
}

/// A person with an open file.
struct Hand {
    _folder: TempDir,
    path: PathBuf,
    window: Window,
    byte: u8,
}

impl Hand {
    fn new() -> Self {
        let (folder, path) = file(&contents());
        let window = open(&path);
        let mut hand = Self {
            _folder: folder,
            path,
            window,
            byte: 0x80,
        };
        hand.point(28);
        hand
    }

    fn act(&mut self, action: Action) {
        act(&mut self.window, action);
    }

    /// All rows have said what they see at the cursor, and who saw what was stored.
    fn settle(&mut self) {
        until(&mut self.window, "all rows are read", is_settled);
    }

    fn point(&mut self, offset: u64) {
        let column = doc(&self.window).view().viewport.column;
        self.act(Action::View(ViewAction::Point {
            offset,
            extend: false,
            column,
        }));
        self.settle();
    }

    /// Another byte each time, none of which the file has at first where it is stored.
    fn next_byte(&mut self) -> u8 {
        self.byte = if self.byte == 0xfa {
            0x80
        } else {
            self.byte + 1
        };
        self.byte
    }

    /// Does something that stores bytes, and waits until it is known who saw it.
    fn store(&mut self, action: PeersAction) {
        let byte = self.next_byte();
        self.act(Action::Peers(PeersAction::ByteEdited(format!(
            "{byte:02x}"
        ))));
        let before = self.last();
        self.act(Action::Peers(action));
        self.told(before, "the store is told", Happening::is_store);
        self.settle();
    }

    fn last(&self) -> u64 {
        doc(&self.window).happened.n_made()
    }

    fn told(&mut self, before: u64, what: &str, is_it: impl Fn(&Happening) -> bool) {
        until(&mut self.window, what, |window| {
            doc(window).happened.after(before).any(&is_it)
        });
    }

    fn add(&mut self, kind: ProcessKind) -> MappingId {
        let before = self.last();
        self.act(Action::Peers(PeersAction::Add(kind)));
        self.told(before, "it runs", |it| {
            matches!(it.what, Occurrence::Started | Occurrence::Forked { .. })
        });
        self.settle();
        doc(&self.window).processes.list().last().unwrap().mapping
    }

    fn fork(&mut self, parent: MappingId) -> MappingId {
        let before = self.last();
        self.act(Action::Peers(PeersAction::Fork(parent)));
        self.told(before, "it forked", |it| {
            matches!(it.what, Occurrence::Forked { .. })
        });
        self.settle();
        doc(&self.window).processes.list().last().unwrap().mapping
    }

    fn kill(&mut self, mapping: MappingId) {
        let before = self.last();
        self.act(Action::Peers(PeersAction::Signal(
            mapping,
            ProcessSignal::Kill,
        )));
        self.told(before, "it ended", |it| {
            matches!(it.what, Occurrence::Ended { .. })
        });
        self.settle();
    }

    fn outside(&mut self) {
        let (byte, before) = (self.next_byte(), self.last());
        let at = doc(&self.window).view().viewport.cursor;
        let file = fs::OpenOptions::new().write(true).open(&self.path).unwrap();
        file.write_all_at(&[byte], at).unwrap();
        self.told(before, "it is found", Happening::is_store);
        self.settle();
    }

    fn set_len(&mut self, len: u64) {
        let file = fs::OpenOptions::new().write(true).open(&self.path).unwrap();
        file.set_len(len).unwrap();
        until(&mut self.window, "the length is told", |window| {
            doc(window).file_len == len
        });
        self.settle();
    }

    fn told_after(&mut self, action: Action) {
        let before = self.last();
        self.act(action);
        self.told(before, "it is told", |_| true);
        self.settle();
    }

    /// A process of the built-in pair.
    fn pair(&self, mode: Mode) -> MappingId {
        let mut pair = doc(&self.window).processes.built_in();
        let is_it = |it: &mapscope::model::Process| it.reaches_file() == (mode == Mode::Shared);
        pair.find(|it| is_it(it)).unwrap().mapping
    }

    /// Exports the session into a folder.
    fn export(&self, language: ProgramLanguage, folder: &Path) {
        let session = doc(&self.window).as_session();
        let environment = Environment {
            page_bytes: page_bytes(),
            file_system: "somewhere".to_owned(),
            ..Environment::default()
        };
        let made = programs_of(&session, language, &environment).unwrap();
        write_programs(folder, &made.files, || ControlFlow::Continue(())).unwrap();
    }

    /// Exports it in C, builds and runs it, and compares what it printed with what was observed: how many rows.
    #[track_caller]
    fn again(&self) -> usize {
        self.said_again().0
    }

    /// The same, with what it printed.
    #[track_caller]
    fn said_again(&self) -> (usize, String) {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("programs");
        self.export(ProgramLanguage::C, &folder);
        build(&folder);
        let output = run(&folder.join("session"));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        (self.compare(&output), said)
    }

    #[track_caller]
    fn compare(&self, output: &Output) -> usize {
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let entries: Vec<String> = doc(&self.window)
            .happened
            .newest_first()
            .rev()
            .map(|it| format!("{} {}", it.number, it.full_words()))
            .collect();
        let all = format!("{said}{}", entries.join("\n"));
        assert_eq!(output.status.code(), Some(0), "{all}");
        let mut n_rows = 0;
        for entry in doc(&self.window).happened.newest_first() {
            n_rows += compared(entry, &said).unwrap_or_else(|why| panic!("{why}\n{all}"));
        }
        n_rows
    }
}

/// Every row that can be read was, at the cursor; who saw the last stores is known.
fn is_settled(window: &Window) -> bool {
    let doc = doc(window);
    let at = doc.view().viewport.cursor;
    if at >= doc.file_len {
        return true;
    }
    let own = WitnessId::ALL.iter().all(|id| {
        let read = doc.witnesses.row(*id).state.readout();
        read.is_some_and(|it| it.span.contains(at))
    });
    let mut living = doc.processes.list().iter().filter(|it| it.ended.is_none());
    let theirs = living.all(|it| {
        let read = it.state.readout();
        it.pid.is_some() && read.is_some_and(|it| it.span.contains(at))
    });
    let gone = |who: Who| {
        let Who::Process(mapping) = who else {
            return false;
        };
        doc.processes
            .get(mapping)
            .is_none_or(|it| it.ended.is_some())
    };
    let is_told = |it: &Happening| {
        !it.is_asking()
            || it
                .saw
                .iter()
                .all(|row| row.saw != Saw::Waiting || gone(row.who))
    };
    own && theirs && doc.happened.newest_first().all(is_told)
}

/// What a program printed of the rows of an entry, beside what they were seen to see: as many as were judged.
fn compared(entry: &Happening, said: &str) -> Result<usize, String> {
    let Occurrence::Wrote { new, .. } = &entry.what else {
        return Ok(0);
    };
    if entry.fate != Fate::Done {
        return Ok(0);
    }
    let mark = format!(", entry {}: ", entry.number);
    let looks = said.lines().filter(|line| {
        line.contains(&mark) && (line.contains(" loads ") || line.contains(" reads "))
    });
    let shown: Vec<bool> = looks
        .map(|line| {
            let shown = line.split(&mark).nth(1).unwrap_or_default();
            let digits: Vec<String> = new.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            shown.starts_with(&digits.join(" "))
        })
        .collect();
    let rows: Vec<bool> = entry
        .saw
        .iter()
        .filter(|row| !matches!(row.saw, Saw::Waiting | Saw::Unclear))
        .map(|row| row.saw != Saw::Not)
        .collect();
    if shown == rows {
        Ok(rows.len())
    } else {
        Err(format!(
            "entry {}: {shown:?}, seen was {rows:?}",
            entry.number
        ))
    }
}

fn has_compiler() -> bool {
    let has = ["cc", "make"].iter().all(|tool| {
        let found = Command::new(tool).arg("--version").output();
        found.is_ok_and(|found| found.status.success())
    });
    if !has {
        skip("there is no C compiler, or no make");
    }
    has
}

#[track_caller]
fn build(folder: &Path) {
    let made = Command::new("make")
        .args(["CFLAGS=-O1 -Wall -Wextra -Werror", "-C"])
        .arg(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success() && said.is_empty(), "{said}");
}

/// Runs a program; nothing is left of it.
#[track_caller]
fn run(program: &Path) -> Output {
    let dir = tempfile::tempdir().unwrap();
    let output = Command::new(program)
        .arg(dir.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(
        fs::read_dir(dir.path()).unwrap().count(),
        0,
        "left something"
    );
    output
}

#[test]
fn who_saw_stores_of_all_kinds_is_seen_again() {
    if !has_compiler() {
        return;
    }
    let mut hand = Hand::new();
    hand.store(PeersAction::Store(hand.pair(Mode::Shared)));
    hand.store(PeersAction::StoreAs(WitnessId::View));
    hand.store(PeersAction::StoreAs(WitnessId::File));
    hand.store(PeersAction::StoreAs(WitnessId::OtherMode));
    hand.store(PeersAction::Store(hand.pair(Mode::Private)));
    hand.outside();
    hand.store(PeersAction::Store(hand.pair(Mode::Shared)));
    // The view, the second mapping, pread, the pair, of seven stores; but for what was read at the moment of the next one,
    // of which no row is judged.
    let n_rows = hand.again();
    assert!((28..=35).contains(&n_rows), "{n_rows}");
}

#[test]
fn what_children_of_a_fork_have_copies_of_is_seen_again() {
    if !has_compiler() {
        return;
    }
    let mut hand = Hand::new();
    let parent = hand.add(ProcessKind::Private);
    hand.store(PeersAction::Store(parent));
    let child = hand.fork(parent);
    hand.store(PeersAction::Store(child));
    hand.point(page_bytes() + 7);
    hand.store(PeersAction::Store(parent));
    hand.store(PeersAction::StoreAs(WitnessId::File));
    hand.kill(child);
    hand.store(PeersAction::Store(parent));
    hand.again();
}

#[test]
fn a_store_that_the_processor_refuses_ends_its_process_again() {
    if !has_compiler() {
        return;
    }
    let mut hand = Hand::new();
    let process = hand.add(ProcessKind::ReadOnly);
    hand.store(PeersAction::Store(hand.pair(Mode::Shared)));
    let before = hand.last();
    hand.act(Action::Peers(PeersAction::StoreAnyway(process)));
    hand.told(before, "it ended", |it| {
        matches!(it.what, Occurrence::Ended { .. })
    });
    hand.settle();
    hand.store(PeersAction::Store(hand.pair(Mode::Shared)));
    let (_, said) = hand.said_again();
    assert!(
        said.contains("which ends it: killed by SIGSEGV (SEGV_ACCERR)"),
        "{said}"
    );
}

#[test]
fn a_file_that_grows_and_is_cut_does_so_again() {
    if !has_compiler() {
        return;
    }
    let mut hand = Hand::new();
    let private = hand.pair(Mode::Private);
    hand.point(page_bytes() + 5);
    hand.store(PeersAction::Store(private));
    hand.point(3);
    hand.store(PeersAction::Store(private));
    hand.set_len(page_bytes() / 2);
    hand.store(PeersAction::StoreAs(WitnessId::File));
    hand.set_len(3 * page_bytes());
    // The private copy of that page went with it.
    hand.point(page_bytes() + 5);
    hand.store(PeersAction::StoreAs(WitnessId::File));
    hand.told_after(Action::Mapping(MappingAction::SetMode(Mode::Shared)));
    hand.told_after(Action::Mapping(MappingAction::Flush));
    hand.store(PeersAction::StoreAs(WitnessId::View));
    hand.again();
}
