//! A walk through every panel, with inspector, lookups, copies, differences and a split, over files made to be hard: one of
//! 2 GiB without a line break, one of nothing but zeros, a log that grows, a database that is being written, a file that is
//! cut while it is searched.
//!
//! At each stop the bytes that are described are those that `xxd` prints of the file, and no frame holds the window up.

mod walker;

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::{self, sleep};

use egui::Key;
use mapscope::bytes::Span;
use mapscope::bytes::find::{LetterCase, PatternKind, TextEncoding, parse};
use mapscope::map::{CallLog, OpenFile};
use mapscope::model::find::FindGoal;
use mapscope::work::find::{FindOptions, SearchedFile, find};
use tempfile::TempDir;

use crate::indoors::*;
use crate::rig::is_required;
use walker::{Nobody, Walk, Writer, rows};

fn folder() -> TempDir {
    tempfile::Builder::new()
        .prefix("mapscope-walk-")
        .tempdir()
        .unwrap()
}

/// Whether `tool` is here; said where it is not.
fn has_tool(tool: &str) -> bool {
    let is_there = Command::new(tool)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    assert!(is_there || !is_required(), "{tool} is missing");
    if !is_there {
        let _ = writeln!(std::io::stderr(), "SKIPPED: a walk, as {tool} is missing");
    }
    is_there
}

#[test]
fn two_gibibytes_without_a_line_break() {
    const LEN: u64 = 2 << 30;
    if !has_tool("xxd") {
        return;
    }
    let folder = folder();
    let path = folder.path().join("long-line.txt");
    let file = File::create(&path).unwrap();
    file.set_len(LEN).unwrap();
    let line: Vec<u8> = (0..1 << 20).map(|n: u32| b'a' + (n % 23) as u8).collect();
    for at in [0, (1 << 30) - (1 << 19), LEN - (1 << 20)] {
        file.write_all_at(&line, at).unwrap();
    }
    let walk = Walk::begin(&path, Box::new(Nobody));
    walk.all(&[(1 << 30) + 3, LEN - 9, 0x7000_0000]);
}

#[test]
fn nothing_but_zeros() {
    if !has_tool("xxd") {
        return;
    }
    let folder = folder();
    let path = folder.path().join("zeros.bin");
    fs::write(&path, vec![0; 1 << 20]).unwrap();
    Walk::begin(&path, Box::new(Nobody)).all(&[4095, 0xf_fff0]);
}

/// A log, a line longer at each step.
struct Log(File, usize);

impl Writer for Log {
    fn go_on(&mut self) {
        self.1 += 1;
        let line = format!("line {} is written while the log is looked at\n", self.1);
        self.0.write_all(line.as_bytes()).unwrap();
    }
}

#[test]
fn a_log_that_grows() {
    if !has_tool("xxd") {
        return;
    }
    let folder = folder();
    let path = folder.path().join("growing.log");
    fs::write(&path, "the first line\n".repeat(1000)).unwrap();
    let file = File::options().append(true).open(&path).unwrap();
    Walk::begin(&path, Box::new(Log(file, 0))).all(&[4090, 9000]);
}

/// A python3 that writes rows to a database, some at each word, and answers when they are there.
struct Database {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    n_asked: usize,
}

const PROGRAM: &str = r"
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute('create table sold(what)')
for line in sys.stdin:
    for n in range(20):
        db.execute('insert into sold values(randomblob(200))')
    db.execute('update sold set what = randomblob(200) where rowid % 7 = 1')
    print('written', flush=True)
";

impl Writer for Database {
    fn go_on(&mut self) {
        self.to.write_all(b"on\n").unwrap();
        self.n_asked += 1;
    }

    fn settle(&mut self) {
        for _ in 0..std::mem::take(&mut self.n_asked) {
            let mut line = String::new();
            self.from.read_line(&mut line).unwrap();
            assert_eq!(line, "written\n");
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_database_that_is_being_written() {
    if !has_tool("xxd") || !has_tool("python3") {
        return;
    }
    let folder = folder();
    let path = folder.path().join("shop.db");
    let child = Command::new("python3")
        .args(["-c", PROGRAM])
        .arg(&path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut child = child.unwrap();
    let (to, from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let from = BufReader::new(from);
    let n_asked = 0;
    let mut database = Database {
        child,
        to,
        from,
        n_asked,
    };
    database.go_on();
    database.settle();
    Walk::begin(&path, Box::new(database)).all(&[24, 4096, 5000]);
}

#[test]
fn a_file_that_is_cut_while_it_is_searched() {
    const LEN: u64 = 48 << 20;
    const CUT: u64 = (5 << 20) + 1001;
    if !has_tool("xxd") {
        return;
    }
    let folder = folder();
    let path = folder.path().join("cut.bin");
    let bytes: Vec<u8> = (0..LEN)
        .map(|n| (n.wrapping_mul(n) >> 7).to_le_bytes()[0] | 1)
        .collect();
    fs::write(&path, &bytes).unwrap();
    let mut walk = Walk::begin(&path, Box::new(Nobody));
    walk.look_up("0x2ffff00", 0x2ff_ff00);
    // The search has begun, with the length that the file then had, and is asked whether it is to go on.
    let searched = path.clone();
    let search = thread::spawn(move || {
        let file = OpenFile::open(&searched, &CallLog::new()).unwrap();
        let source = SearchedFile::of_file(&file, Span::new(0, LEN).unwrap());
        let kind = PatternKind::Text(TextEncoding::Utf8, LetterCase::Matters);
        let pattern = parse("nowhere in it", kind).unwrap();
        let mut is_cut = false;
        let report = find(
            &source,
            &pattern,
            FindGoal::All,
            &FindOptions::default(),
            &mut |_| {
                if !std::mem::replace(&mut is_cut, true) {
                    let file = File::options().write(true).open(&searched).unwrap();
                    file.set_len(CUT).unwrap();
                }
                ControlFlow::Continue(())
            },
        );
        report.unwrap()
    });
    while !search.is_finished() {
        walk.press("a page up", PLAIN, Key::PageUp);
        sleep(PAUSE);
    }
    let report = search.join().unwrap();
    assert_eq!(report.unread, LEN - CUT, "{report:?}");
    walk.same("what was cut off is past the end");
    let gone = rows(walk.window())[0].join(" ");
    assert!(gone.contains(" -- "), "{gone}");
    walk.look_up("0x500100", 0x50_0100);
    walk.all(&[CUT - 6, 0]);
    finds_while_it_is_cut(&path, &bytes);
}

/// The command, started on the whole file, which is cut at some time of its run: it ends by itself, with a word of it.
fn finds_while_it_is_cut(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_mapscope"))
        .args(["find", "--count"])
        .arg(path)
        .arg("00 01")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let file = File::options().write(true).open(path).unwrap();
    file.set_len(1 << 20).unwrap();
    let output = child.unwrap().wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(1) => assert_eq!(said, "", "it was over, or had not begun"),
        Some(3) => assert!(said.contains("past the end of the file"), "{said}"),
        _ => panic!("{output:?}"),
    }
}
