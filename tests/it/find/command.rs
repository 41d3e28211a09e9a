//! `mapscope find` as a person meets it.

use std::fs::File;
use std::process::{Command, Output, Stdio};

use crate::processes::program;
use crate::words;

fn mapscope(arguments: &[&str]) -> Output {
    let mut command = Command::new(program());
    command.args(arguments).stdin(Stdio::null());
    command.output().unwrap()
}

fn file(bytes: &[u8]) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bytes.bin");
    std::fs::write(&path, bytes).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (dir, path)
}

#[track_caller]
fn check(arguments: &[&str], code: i32, out: &str) -> String {
    let output = mapscope(arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(String::from_utf8_lossy(&output.stdout), out, "{said}");
    assert_eq!(output.status.code(), Some(code), "{said}");
    said.lines().for_each(words::check);
    said
}

#[test]
fn offsets_are_printed_one_a_line() {
    let (_dir, path) = file(b"aaab AAAB \xde\x11\xbe\xef\0a\0B\x2a\0\0\0");
    let found = |arguments: &[&str], out: &str| {
        let arguments = [&["find", &path], arguments].concat();
        assert_eq!(check(&arguments, 0, out), "");
    };
    found(&["DE ?? BE EF"], "0xa\n");
    found(&["6161"], "0x0\n0x1\n");
    found(&["--text", "aab"], "0x1\n");
    found(&["-i", "aab"], "0x1\n0x6\n");
    found(&["--ignore-case", "aab", "--count"], "2\n");
    found(&["--utf16be", "-i", "Ab"], "0xe\n");
    found(&["--utf16le", "a", "--length", "0x11"], "0xf\n");
    found(&["--number", "u32", "42"], "0x12\n");
    found(&["--number", "u32le", "40..=44"], "0x12\n");
    found(&["--number", "u16be", "0xbeef"], "0xc\n");
    found(&["--regex", "a{1,3}b"], "0x0\n");
    found(&["--regex", "-i", r"a{3}b\b"], "0x0\n0x5\n");
    found(&["--offset", "1", "--length", "3", "61"], "0x1\n0x2\n");
    let nothing = ["find", &path, "--text", "nowhere"];
    assert_eq!(check(&nothing, 1, ""), "");
    assert_eq!(check(&["find", &path, "7A", "--count"], 1, "0\n"), "");
}

#[test]
fn what_is_wrong_is_said_in_one_line() {
    let (_dir, path) = file(b"0123");
    let refused = |arguments: &[&str], code: i32, parts: &[&str]| {
        let said = check(&[&["find"], arguments].concat(), code, "");
        for part in parts {
            assert!(said.contains(part), "{part:?} in {said}");
        }
    };
    refused(&[&path, "DE AG"], 2, &["column 5", "hexadecimal"]);
    refused(&[&path, "--regex", "a*"], 2, &["at least one byte"]);
    refused(&[&path, "--number", "u8", "300"], 2, &["0 to 255"]);
    refused(&[&path, "--number", "u7", "3"], 2, &["u7", "u16"]);
    refused(
        &[&path, "--text", "--regex", "a"],
        2,
        &["--text", "--regex"],
    );
    refused(&[&path, "--length", "0", "30"], 2, &["--length 0"]);
    refused(&[&path, "--offset", "4", "30"], 3, &["4 bytes", &path]);
    refused(
        &["/nonexistent/file", "30"],
        3,
        &["/nonexistent/file", "ENOENT"],
    );
    let said = check(&["find", &path, "--regex", "0.*3"], 0, "0x0\n");
    assert!(said.contains("within 65536 bytes"), "{said}");
}

#[test]
fn many_matches_are_counted_and_the_first_are_listed() {
    let (_dir, path) = file(b"");
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    assert_eq!(
        check(&["find", &path, "00", "--count"], 0, "1099511627776\n"),
        ""
    );
    let output = mapscope(&["find", &path, "00"]);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("only the first 100000 of 1099511627776 matches"),
        "{said}"
    );
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(out.lines().count(), 100_000);
    assert!(out.starts_with("0x0\n0x1\n") && out.ends_with("\n0x1869f\n"));
    let output = mapscope(&["find", &path, "00 00", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["format"], "mapscope-find");
    assert_eq!(json["matches"], 1_099_511_627_775_u64);
    let run =
        serde_json::json!([{"offset": 0, "count": 1_099_511_627_775_u64, "step": 1, "length": 2}]);
    assert_eq!(json["runs"], run);
    assert_eq!(json["unread"], serde_json::json!([]));
}

#[test]
fn output_that_is_lost_is_exit_code_3() {
    let (_dir, path) = file(b"0123");
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut command = Command::new(program());
    let output = command.args(["find", &path, "30"]).stdout(full).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("ENOSPC"));
}
