//! `mapscope who`, beside what a program that is not ours says of itself.

#![cfg(target_os = "linux")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use proptest::prelude::*;
use serde_json::Value;

use super::{check_refused, file, mapscope, out};

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

/// What `mapscope who` says of the process, and what the process says: mapping by mapping.
fn agree(said: &Value, own: &Value, pid: u64) {
    let of_it = |row: &&Value| row["pid"] == pid;
    let rows: Vec<&Value> = said["mappings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(of_it)
        .collect();
    let states = own["states"].as_array().unwrap();
    assert_eq!(rows.len(), states.len(), "{said}");
    for state in states {
        let row = rows.iter().find(|row| row["address"] == state["address"]);
        let row = row.unwrap_or_else(|| panic!("{state} is not in {said}"));
        assert_eq!(row["mode"], state["mode"]);
        assert_eq!(row["protection"], state["protection"]);
        let memory = row["memory"].as_str().unwrap();
        match (state["present"].as_u64(), state["file"].as_u64()) {
            (Some(0), _) => assert_eq!(memory, "not present"),
            (_, Some(1)) => assert_eq!(memory, "file page"),
            _ => assert!(["own copy", "shared copy", "copy of several"].contains(&memory)),
        }
        let sees = state["byte"].as_u64().map(|byte| format!("{byte:02x}"));
        assert_eq!(row["sees"].as_str(), sees.as_deref(), "{row}");
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
        let rows = said["mappings"].as_array().unwrap();
        let of = |memory: &str| rows.iter().find(|row| row["memory"] == memory);
        assert_eq!(of("own copy").unwrap()["differs"], true);
        assert_eq!(of("file page").unwrap()["differs"], false);
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
    let rows = said["mappings"].as_array().unwrap();
    assert_eq!(rows.len(), 3, "{said}");
    for row in rows {
        assert_eq!(row["memory"], "not present", "{row}");
        assert_eq!(row["sees"], Value::Null);
    }
    assert_eq!(who(&path, "p16000")["mappings"], said["mappings"]);
    assert_eq!(mapper.ask("tell"), before);
}

#[test]
fn a_copy_that_parent_and_child_share_is_nobodys_own() {
    let (_dir, path) = file(&bytes());
    let mut mapper = Mapper::start(&path, 28);
    let own = mapper.ask("fork");
    let child = own["children"][0].as_u64().unwrap();
    let said = who(&path, "28");
    let rows = said["mappings"].as_array().unwrap();
    let copies: Vec<&Value> = rows.iter().filter(|row| row["differs"] == true).collect();
    let pids: Vec<u64> = copies
        .iter()
        .filter_map(|row| row["pid"].as_u64())
        .collect();
    assert_eq!(copies.len(), 2, "{said}");
    assert!(pids.contains(&child) && pids.contains(&mapper.pid()));
    for copy in &copies {
        assert_ne!(copy["memory"], "own copy", "{copy}");
        assert_eq!(copy["sees"], "5a");
        // Root is told which frame it is, and then it is one box.
        assert_eq!(copy["memory"] == "shared copy", copy["frame"].is_string());
        assert_eq!(copy["frame"], copies[0]["frame"]);
    }
    assert_eq!(
        who(&path, "28")["mappings"],
        said["mappings"],
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
    assert_eq!(said["mappings"].as_array().unwrap().len(), 0, "{said}");
}

#[test]
fn a_name_cannot_act_on_the_terminal() {
    let (_dir, path) = file(&bytes());
    let mut mapper = Mapper::start(&path, 28);
    mapper.ask("name \\x1b[31mred\\n1 x");
    let output = mapscope(&["who", &path, "28"]).output().unwrap();
    let text = out(&output);
    assert!(!text.contains('\u{1b}'), "{text:?}");
    assert!(text.contains("[31mred"), "{text}");
    assert_eq!(text.lines().count(), 6, "{text}");
}

#[test]
fn the_sentences_of_one_byte() {
    let (_dir, path) = file(&bytes());
    let output = mapscope(&["who", &path]).output().unwrap();
    let text = out(&output);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], format!("Byte 0 (0x0) of {path}, page 0"));
    assert!(
        lines[1].starts_with("  the file: it has 00 '.'; its page: "),
        "{text}"
    );
    assert!(lines[2].starts_with("No other process maps it"), "{text}");

    let mapper = Mapper::start(&path, 28);
    let output = mapscope(&["who", &path, "28"]).output().unwrap();
    let text = out(&output);
    let pid = mapper.pid();
    assert!(
        text.contains(&format!(
            "{pid}  python3  private rw-  5a 'Z' differs  a copy of its own\n"
        )),
        "{text}"
    );
    assert!(text.contains("1c '.' same"), "{text}");
    assert!(
        text.contains("\n3 mappings in 1 process; 1 sees something else than the file"),
        "{text}"
    );
}

#[test]
fn what_cannot_be_answered_is_said() {
    let (_dir, path) = file(&bytes());
    let output = mapscope(&["who", &path, "99999"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).starts_with("Received invalid index 99999"));
    let refused = |expression: &str, words: &[&str]| {
        let output = mapscope(&["who", &path, expression]).output().unwrap();
        check_refused(&output, 1, words);
    };
    refused("0..17", &["17 bytes", "16 bytes of one page"]);
    refused("4090..4100", &["10 bytes", "2 pages"]);
    let output = mapscope(&["who", "/nowhere/at/all"]).output().unwrap();
    check_refused(&output, 3, &["/nowhere/at/all", "ENOENT"]);
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
