//! `mapscope dump`, compared with `xxd`.

use std::io::Read as _;
use std::process::{Command, Stdio};

use super::*;

fn xxd(path: &str, arguments: &[&str]) -> String {
    let output = Command::new("xxd").args(arguments).arg(path).output();
    let output = output.expect("xxd is installed");
    assert!(output.status.success());
    out(&output)
}

#[test]
fn it_prints_what_xxd_prints() {
    let mut bytes: Vec<u8> = (0..=255).collect();
    bytes.extend((0..70_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()));
    for len in [1, 15, 16, 17, 255, 4096, 4097, 262_144, 262_145, 280_000] {
        let (_dir, path) = file(&bytes[..len]);
        let output = mapscope(&["dump", &path]).output().unwrap();
        assert!(output.status.success(), "{}", err(&output));
        assert!(out(&output) == xxd(&path, &[]), "{len} bytes");
    }
    let (_dir, path) = file(&bytes);
    for (offset, length) in [
        ("0", "1"),
        ("5", "37"),
        ("262139", "17"),
        ("0x1003", "0x2001"),
    ] {
        let output = mapscope(&["dump", "--offset", offset, "--length", length, &path]).output();
        let expected = xxd(&path, &["-s", offset, "-l", length]);
        assert!(out(&output.unwrap()) == expected, "{offset} {length}");
    }
}

#[test]
fn what_is_beyond_four_gibibytes_has_longer_offsets() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large");
    let file = std::fs::File::create(&path).unwrap();
    file.set_len((1 << 33) + 20).unwrap();
    let path = path.to_str().unwrap();
    let output = mapscope(&["dump", "--offset", "0x200000000", path]).output();
    let output = output.unwrap();
    assert_eq!(out(&output), xxd(path, &["-s", "0x200000000"]));
}

#[test]
fn what_cannot_be_read_is_no_zero() {
    let (_dir, path) = file(&vec![b'A'; 0x80000]);
    let mut dump = mapscope(&["dump", &path]);
    let mut dump = dump
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It has printed a part of the first 256 KiB and waits for somebody to read on.
    let mut first = [0; 1];
    dump.stdout
        .as_mut()
        .unwrap()
        .read_exact(&mut first)
        .unwrap();
    let truncated = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    truncated.set_len(0x40008).unwrap();
    let output = dump.wait_with_output().unwrap();
    let text = out(&output);
    assert_eq!(text.lines().count(), 0x8000);
    assert_eq!(
        text.lines().nth(0x4000),
        Some("00040000: 4141 4141 4141 4141 ???? ???? ???? ????  AAAAAAAA????????")
    );
    assert!(text.ends_with(": ???? ???? ???? ???? ???? ???? ???? ????  ????????????????\n"));
    check_refused(&output, 3, &["262152", "past the end of the file", &path]);
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let output = mapscope(&["dump", "/nowhere/at/all"]).output().unwrap();
    check_refused(&output, 3, &["/nowhere/at/all", "ENOENT"]);
}
