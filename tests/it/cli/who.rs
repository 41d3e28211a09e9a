//! `mapscope who`, beside what a program that is not ours says of itself.

#![cfg(target_os = "linux")]

mod endings;
mod only_open;
mod ranges;
mod readme;
mod text;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use proptest::prelude::*;
use serde_json::Value;

use super::{file, mapscope, out};

/// A page and more, so that the last one is not whole.
const LEN: usize = 3 * 4096 + 100;

fn bytes() -> Vec<u8> {
    (0..=255_u8).cycle().take(LEN).collect()
}

/// A python3 that maps the file.
struct Mapper {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Mapper {
    fn start(path: &str, at: usize) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/cli/who/mapper.py");
        let mut child = Command::new("python3")
            .args([script, path, &at.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3");
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut mapper = Self {
            child,
            input,
            output,
        };
        assert_eq!(mapper.line(), "ready\n");
        mapper
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line
    }

    fn ask(&mut self, what: &str) -> Value {
        writeln!(self.input, "{what}").unwrap();
        serde_json::from_str(&self.line()).unwrap()
    }

    fn pid(&self) -> u64 {
        u64::from(self.child.id())
    }
}

impl Drop for Mapper {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn who(path: &str, expression: &str) -> Value {
    let output = mapscope(&["who", "--json", path, expression])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", super::err(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The rows of the group.
fn group<'a>(said: &'a Value, name: &str) -> Vec<&'a Value> {
    let rows = said["rows"].as_array().unwrap().iter();
    rows.filter(|row| row["group"] == name).collect()
}

fn others(said: &Value) -> Vec<&Value> {
    group(said, "other-processes")
}

/// What `mapscope who` says of the process, and what the process says: mapping by mapping.
fn agree(said: &Value, own: &Value, pid: u64) {
    let mut rows = others(said);
    rows.retain(|row| row["pid"] == pid);
    let states = own["states"].as_array().unwrap();
    assert_eq!(rows.len(), states.len(), "{said}");
    for state in states {
        let is_it = |row: &&&Value| row["mapping"]["address"] == state["address"];
        let row = rows.iter().find(is_it);
        let row = row.unwrap_or_else(|| panic!("{state} is not in {said}"));
        assert_eq!(row["mode"], state["mode"]);
        assert_eq!(row["mapping"]["protection"], state["protection"]);
        assert_eq!(row["frame"], state["frame"]);
        let memory = row["memory"]["is"].as_str().unwrap();
        match (state["present"].as_u64(), state["file"].as_u64()) {
            (Some(0), _) => assert_eq!(memory, "not-present"),
            (_, Some(1)) => assert_eq!(memory, "file-page"),
            _ => assert!(["copy", "copy-of-several"].contains(&memory)),
        }
        let sees = state["byte"].as_u64().map(|byte| format!("{byte:02x}"));
        assert_eq!(row["sees"]["bytes"].as_str(), sees.as_deref(), "{row}");
        let is = if sees.is_some() { "bytes" } else { "not-asked" };
        assert_eq!(row["sees"]["is"], is);
    }
}

#[test]
fn a_program_that_is_not_ours_is_told_as_it_tells_itself() {
    for at in [28, 4096, LEN - 1] {
        let (_dir, path) = file(&bytes());
        let mut mapper = Mapper::start(&path, at);
        let before = mapper.ask("tell");
        let said = who(&path, &at.to_string());
        agree(&said, &before, mapper.pid());
        assert_eq!(mapper.ask("tell"), before, "looking brings no page in");
        let rows = others(&said);
        let of = |memory: &str| rows.iter().find(|row| row["memory"]["is"] == memory);
        let copy = of("copy").unwrap();
        assert_eq!(copy["compared"], "differs");
        assert_eq!(copy["known_by"]["is"], "page-table-alone");
        let page = of("file-page").unwrap();
        assert_eq!(page["compared"], "same");
        assert_eq!(page["known_by"]["is"], "maps-and-page-table");
        assert_eq!(of("not-present").unwrap()["compared"], "not-known");
    }
}

/// A private mapping as the window's, a shared one, and system calls: what each of them reads is the file's page, which is
/// the one that the other program's shared mapping has.
#[test]
fn this_program_has_rows_of_its_own() {
    let (_dir, path) = file(&bytes());
    let mut mapper = Mapper::start(&path, 5000);
    let own = mapper.ask("tell");
    let said = who(&path, "5000");
    let here = group(&said, "this-program");
    let ways: Vec<_> = here
        .iter()
        .map(|row| {
            [
                row["mode"].as_str().unwrap(),
                row["access"].as_str().unwrap(),
            ]
        })
        .collect();
    assert_eq!(ways, [["private", "read-write"], ["shared", "read-only"]]);
    let calls = group(&said, "system-calls");
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0]["known_by"]["is"], "call");
    for row in here.iter().chain(&calls) {
        assert_eq!(row["sees"]["bytes"], format!("{:02x}", bytes()[5000]));
        assert_eq!(row["memory"]["is"], "file-page");
        assert_eq!(row["box"], 1);
    }
    for row in &here {
        assert_eq!(row["compared"], "same");
        assert_eq!(row["known_by"]["is"], "page-table");
        assert_eq!(row["frame"], own["states"][0]["frame"]);
    }
    let boxes = said["boxes"].as_array().unwrap();
    assert_eq!(boxes.len(), 2, "the file's page and the copy: {said}");
    assert_eq!(boxes[0]["bytes"], format!("{:02x}", bytes()[5000]));
    assert_eq!(boxes[1]["bytes"], "5a");
    // Each row stands in the box that it names.
    for (index, row) in said["rows"].as_array().unwrap().iter().enumerate() {
        for (at, it) in boxes.iter().enumerate() {
            let stands = it["rows"].as_array().unwrap().contains(&index.into());
            assert_eq!(stands, row["box"] == at + 1, "{said}");
        }
    }
}

#[test]
fn a_page_that_is_not_there_is_not_asked_for() {
    let (_dir, path) = file(&bytes());
    // Python touched the first page only; a page far behind is not brought in by its neighbors.
    let mut long = bytes();
    long.resize(64 << 20, 7);
    std::fs::write(&path, &long).unwrap();
    let mut mapper = Mapper::start(&path, 0);
    let before = mapper.ask("tell");
    let said = who(&path, "p16000");
    let rows = others(&said);
    assert_eq!(rows.len(), 3, "{said}");
    for row in &rows {
        assert_eq!(row["memory"]["is"], "not-present", "{row}");
        assert_eq!(row["sees"]["is"], "not-asked");
        assert_eq!(row["sees"]["bytes"], Value::Null);
        assert_eq!(row["box"], Value::Null);
    }
    assert_eq!(others(&who(&path, "p16000")), rows);
    assert_eq!(mapper.ask("tell"), before);
}

#[test]
fn a_copy_that_parent_and_child_share_is_nobodys_own() {
    let (_dir, path) = file(&bytes());
    let mut mapper = Mapper::start(&path, 28);
    let own = mapper.ask("fork");
    let child = own["children"][0].as_u64().unwrap();
    let said = who(&path, "28");
    let mut copies = others(&said);
    copies.retain(|row| row["compared"] == "differs");
    let pids = copies.iter().filter_map(|row| row["pid"].as_u64());
    let pids: Vec<u64> = pids.collect();
    assert_eq!(copies.len(), 2, "{said}");
    assert!(pids.contains(&child) && pids.contains(&mapper.pid()));
    for copy in &copies {
        assert!(!copy["memory"]["words"].as_str().unwrap().contains("own"));
        assert_eq!(copy["sees"]["bytes"], "5a");
        // Root is told which frame it is, and then it is one box.
        let is_told = copy["frame"].is_string();
        assert_eq!(copy["memory"]["is"] == "copy", is_told);
        assert_eq!(copy["known_by"]["is"] == "frame", is_told);
        assert_eq!(
            copy["box"] == copies[0]["box"],
            is_told || copy == &copies[0]
        );
        assert_eq!(copy["frame"], copies[0]["frame"]);
    }
    assert_eq!(
        others(&who(&path, "28")),
        others(&said),
        "looking parts nobody"
    );
}

#[test]
fn another_name_and_a_deleted_one_lead_to_the_same_file() {
    let (dir, path) = file(&bytes());
    let other = dir.path().join("other");
    std::fs::hard_link(&path, &other).unwrap();
    let mut mapper = Mapper::start(&path, 28);
    let own = mapper.ask("tell");
    agree(&who(other.to_str().unwrap(), "28"), &own, mapper.pid());
    std::fs::remove_file(&path).unwrap();
    agree(&who(other.to_str().unwrap(), "28"), &own, mapper.pid());
    // A file that took the name is another one.
    std::fs::write(&path, bytes()).unwrap();
    let said = who(&path, "28");
    assert_eq!(others(&said).len(), 0, "{said}");
}

/// Every line of our own list, beside a reading by words.
#[test]
fn lines_of_maps_are_read_as_they_stand() {
    let maps = std::fs::read("/proc/self/maps").unwrap();
    let mut n_lines = 0;
    for line in maps
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let text = String::from_utf8_lossy(line);
        let words: Vec<&str> = text.split_whitespace().collect();
        let read = mapscope::map::parse_line(line).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(format!("{:08x}-{:08x}", read.start, read.end), words[0]);
        assert_eq!(format!("{:08x}", read.offset), words[2]);
        assert_eq!(read.key, format!(" {} {} ", words[3], words[4]).as_bytes());
        assert_eq!(read.may[0], words[1].contains('r'));
        assert_eq!(read.is_shared, words[1].ends_with('s'));
        assert_eq!(
            read.path,
            words.get(5..).unwrap_or_default().join(" ").as_bytes()
        );
        n_lines += 1;
    }
    assert!(n_lines > 10);
}

proptest! {
    #[test]
    fn no_line_ends_the_program(line in prop::collection::vec(any::<u8>(), 0..80), text in "[0-9a-f]{1,17}-[0-9a-f]{1,17} [rwxps-]{3,5} [0-9a-f]{1,9} [0-9a-f:]{1,6} [0-9]{0,9} {0,3}.{0,9}") {
        let _ = mapscope::map::parse_line(&line);
        if let Some(read) = mapscope::map::parse_line(text.as_bytes()) {
            prop_assert!(read.key.starts_with(b" ") && read.key.ends_with(b" "));
        }
    }
}
