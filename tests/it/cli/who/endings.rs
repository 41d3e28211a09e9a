//! How it ends, and what is too long.

use std::fs::File;

use serde_json::Value;

use super::super::check_refused;
use super::{bytes, file, mapscope, out, who};

#[test]
fn what_cannot_be_answered_is_said() {
    let (_dir, path) = file(&bytes());
    for (expression, words) in [
        ("99999", "Received invalid index 99999"),
        ("5..3", "Received invalid"),
        ("x", "Received invalid"),
    ] {
        let output = mapscope(&["who", &path, expression]).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{expression}");
        assert!(out(&output).starts_with(words), "{}", out(&output));
    }
    let output = mapscope(&["who", "/nowhere/at/all"]).output().unwrap();
    check_refused(&output, 3, &["/nowhere/at/all", "ENOENT"]);
    let output = mapscope(&["who"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = mapscope(&["who", &path]).stdout(full).output().unwrap();
    check_refused(&output, 3, &["ENOSPC"]);
}

/// Of a longer range the first 64 KiB are compared, and that is said.
#[test]
fn no_more_than_64_kib_are_compared() {
    const MOST: usize = 64 << 10;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("long");
    std::fs::write(&path, vec![7; 3 * MOST]).unwrap();
    let path = path.to_str().unwrap();
    for (expression, is_cut) in [("4096..", true), ("0..=65535", false)] {
        let said = who(path, expression);
        assert_eq!(said["subject"]["length"], MOST);
        assert_eq!(said["is_cut"], is_cut);
        assert_eq!(said["differing"], Value::Null);
        let output = mapscope(&["who", path, expression]).output().unwrap();
        let text = out(&output);
        assert_eq!(text.contains("no more than 64 KiB are compared"), is_cut);
        assert_eq!(text.contains("Who sees the first 65536 bytes"), is_cut);
        assert!(text.contains("none of 65536 differs"), "{text}");
    }
}
