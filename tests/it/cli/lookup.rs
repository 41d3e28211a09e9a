//! `mapscope lookup`: parts of files, files that change, standard input.

use std::fs::{self, File};
use std::io::{BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::{check_refused, err, file, mapscope, out};

const LETTERS: &[u8] = b"ABCDEFGHIJ";

#[test]
fn a_part_of_a_file_keeps_the_files_offsets() {
    let (_dir, path) = file(LETTERS);
    let output = mapscope(&[
        "lookup", "--offset", "0x3", "--length", "4", &path, "3", "6", "7", "..",
    ])
    .output()
    .unwrap();
    assert_eq!(output.status.code(), Some(1), "7 is not mapped");
    assert_eq!(
        out(&output),
        "Received char at 3 is D\nReceived char at 6 is G\n\
         Received invalid index 7: past the end; valid indexes are 3 to 6\n\
         Received 4 bytes at 0x3..0x7 (3 to 6), page 0: 44 45 46 47 DEFG\n"
    );
    // without a length up to the end; and behind the file's name too
    for arguments in [["--offset", "8", &path], [&path, "--offset", "8"]] {
        let mut all = vec!["lookup"];
        all.extend(arguments);
        all.extend(["$-1", "7"]);
        let output = mapscope(&all).output().unwrap();
        assert!(out(&output).starts_with("Received char at 9 is J\n"));
        assert!(out(&output).contains("valid indexes are 8 to 9"));
    }
}

#[test]
fn a_part_that_is_none_is_refused() {
    let (_dir, path) = file(LETTERS);
    let refused = |part: &[&str], code: i32, words: &[&str]| {
        let mut all = vec!["lookup"];
        all.extend(part);
        all.extend([path.as_str(), "0"]);
        let output = mapscope(&all).output().unwrap();
        assert_eq!(out(&output), "");
        check_refused(&output, code, words);
    };
    refused(&["--length", "0"], 2, &["--length 0", "at least one byte"]);
    refused(
        &["--offset", "$-1"],
        2,
        &["--offset $-1", "a number is needed"],
    );
    refused(&["--offset", "1..2"], 2, &["--offset 1..2", "a number"]);
    refused(
        &["--offset", "2", "--length", "0xfffffffffffffffe"],
        2,
        &["64 bits"],
    );
    refused(&["--offset", "10"], 3, &["10 bytes", &path]);
    refused(&["--length", "11"], 3, &["past the end", &path]);
}

/// `mapscope lookup` at its prompt.
struct Asking {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Asking {
    fn start(arguments: &[&str]) -> Self {
        let mut child = mapscope(&[&["lookup"], arguments].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self {
            child,
            input,
            output,
        }
    }

    /// The next that it prints, as long as `expected`.
    #[track_caller]
    fn expect(&mut self, expected: &str) {
        let mut said = vec![0; expected.len()];
        self.output.read_exact(&mut said).unwrap();
        assert_eq!(String::from_utf8_lossy(&said), expected);
    }

    fn enter(&mut self, text: &str) {
        self.input.write_all(text.as_bytes()).unwrap();
    }

    #[track_caller]
    fn end(mut self) {
        drop(self.input);
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

fn question(first: u64, last: u64) -> String {
    format!("Enter -1 to quit or enter a number between {first} and {last}: ")
}

#[test]
fn the_prompt_follows_a_file_that_grows_and_shrinks() {
    let (_dir, path) = file(LETTERS);
    let mut asking = Asking::start(&[&path]);
    asking.expect(&question(0, 9));
    let mut grown = File::options().append(true).open(&path).unwrap();
    grown.write_all(b"KLMNOP").unwrap();
    asking.enter("12\n");
    asking.expect("Received char at 12 is M\n");
    asking.expect(&question(0, 15));
    asking.enter("$-1\n");
    asking.expect("Received char at 15 is P\n");
    asking.expect(&question(0, 15));
    grown.set_len(5).unwrap();
    asking.enter("12\n");
    asking.expect("Received invalid index 12: past the end; valid indexes are 0 to 4\n");
    asking.expect(&question(0, 4));
    grown.set_len(0).unwrap();
    asking.enter("0\n");
    asking.expect(
        "Received invalid index 0: past the file's present end, the file has 0 bytes now; no index is valid now\n",
    );
    asking.expect("Nothing is mapped; enter -1 to quit: ");
    asking.enter("-1\n");
    asking.end();
}

#[test]
fn a_part_up_to_the_end_follows_too_and_a_part_of_a_length_does_not() {
    let (_dir, path) = file(LETTERS);
    let mut open = Asking::start(&["--offset", "5", &path]);
    let mut closed = Asking::start(&["--offset", "5", "--length", "2", &path]);
    open.expect(&question(5, 9));
    closed.expect(&question(5, 6));
    let mut grown = File::options().append(true).open(&path).unwrap();
    grown.write_all(b"KL").unwrap();
    open.enter("11\n");
    open.expect("Received char at 11 is L\n");
    open.expect(&question(5, 11));
    closed.enter("6\n");
    closed.expect("Received char at 6 is G\n");
    closed.expect(&question(5, 6));
    for asking in [open, closed] {
        asking.end();
    }
}

#[test]
fn a_line_without_end_takes_no_memory() {
    let (_dir, path) = file(LETTERS);
    let mut asking = Asking::start(&[&path]);
    asking.expect(&question(0, 9));
    for _ in 0..64 {
        asking.enter(&"1".repeat(1 << 20));
    }
    let status = fs::read_to_string(format!("/proc/{}/status", asking.child.id()));
    asking.enter("\n");
    asking.expect("Received no index: the line is too long\n");
    asking.expect(&question(0, 9));
    if let Some(peak) = status.ok().as_deref().and_then(peak_kib) {
        assert!(peak < 32 * 1024, "{peak} KiB for a line of 64 MiB");
    }
    asking.enter("3\n");
    asking.expect("Received char at 3 is D\n");
    asking.expect(&question(0, 9));
    asking.end();
}

fn peak_kib(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[test]
fn standard_input_that_cannot_be_read_is_told() {
    let (dir, path) = file(LETTERS);
    let folder = File::open(dir.path()).unwrap();
    let output = mapscope(&["lookup", &path]).stdin(folder).output().unwrap();
    check_refused(&output, 3, &["standard input", "EISDIR"]);
}

#[test]
fn a_pipe_is_looked_up_by_a_copy_that_goes() {
    let dir = tempfile::tempdir().unwrap();
    let (reader, mut writer) = std::io::pipe().unwrap();
    let child = mapscope(&["lookup", "-", "3", "$-1"])
        .stdin(reader)
        .env("TMPDIR", dir.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writer.write_all(LETTERS).unwrap();
    drop(writer);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert_eq!(
        out(&output),
        "Received char at 3 is D\nReceived char at 9 is J\n"
    );
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "it is left");
}

#[test]
fn a_file_as_standard_input_is_not_copied_unless_a_part_of_it_is_gone() {
    let (dir, path) = file(LETTERS);
    // A folder for temporary files that is none: a copy would fail.
    let look = |input: File, tmp: &std::path::Path| {
        let mut command = mapscope(&["lookup", "-", "0"]);
        command.stdin(input).env("TMPDIR", tmp).output().unwrap()
    };
    let nowhere = dir.path().join("nowhere");
    let output = look(File::open(&path).unwrap(), &nowhere);
    assert_eq!(out(&output), "Received char at 0 is A\n");
    let mut half = File::open(&path).unwrap();
    half.seek(SeekFrom::Start(5)).unwrap();
    let output = look(half.try_clone().unwrap(), &nowhere);
    check_refused(&output, 3, &["ENOENT", "TMPDIR", "nowhere"]);
    let output = look(half, dir.path());
    assert_eq!(out(&output), "Received char at 0 is F\n");
}

#[test]
fn standard_input_that_is_no_file_says_why() {
    let output = mapscope(&["lookup", "-", "0"]).output().unwrap();
    check_refused(&output, 3, &["standard input is empty"]);
    let output = mapscope(&["lookup", "-"]).output().unwrap();
    check_refused(&output, 2, &["standard input", "`mapscope lookup - 0`"]);
    // The window has nobody to copy it for.
    let output = mapscope(&["-"]).output().unwrap();
    check_refused(&output, 2, &["standard input", "./-"]);
    // But a file of that name can be meant.
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("-"), b"x").unwrap();
    let output = mapscope(&["lookup", "./-", "0"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert_eq!(out(&output), "Received char at 0 is x\n");
}
