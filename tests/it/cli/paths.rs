//! Paths as they are typed, and as they are shown: pure, against oracles.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use mapscope::bytes::escape::{
    escape, escape_json, escape_lines, escape_name, escape_path, path_in_sentence,
};
use mapscope::bytes::typed_path::{TypedPathError, path_to_type, typed_path};
use proptest::prelude::*;

use super::{check_refused, file, mapscope, out};

#[track_caller]
fn check(typed: &[u8], path: &[u8]) {
    let expected = PathBuf::from(OsString::from_vec(path.to_vec()));
    assert_eq!(typed_path(typed), Ok(expected), "{}", typed.escape_ascii());
}

#[test]
fn line_ends_are_taken_off_and_addresses_are_read() {
    for typed in ["a b", "a b\n", "a b\r\n", "a b\n\n"] {
        check(typed.as_bytes(), b"a b");
    }
    check(b" a\nb ", b" a\nb ");
    check(b"/a%20b", b"/a%20b");
    check(b"file:///a%20b%0a\r\n", b"/a b\n");
    check(b"file:///a%2", b"/a%2");
    check(b"file:///a%zz%FF%fe", b"/a%zz\xff\xfe");
    check(b"FILE://LocalHost/a", b"/a");
    check(b"file:/a", b"/a");
    check(b"file:a", b"file:a");
    check(b"file", b"file");
    check(b"\xff\xfe", b"\xff\xfe");
    check(b"http://x/y", b"http://x/y");
    check("file:///\u{e9}#1?".as_bytes(), "/\u{e9}#1?".as_bytes());
    for nothing in ["", "\n", "\r\n", "file://", "file://localhost"] {
        assert_eq!(typed_path(nothing.as_bytes()), Err(TypedPathError::Empty));
    }
    let elsewhere = typed_path(b"file://server/share").unwrap_err();
    assert!(elsewhere.to_string().contains("server"));
}

/// RFC 3986, with no help from the decoder: every byte but the slashes is written with its number.
fn address_of(path: &[u8]) -> String {
    let bytes = path.iter().map(|byte| match byte {
        b'/' => "/".to_owned(),
        other => format!("%{other:02x}"),
    });
    format!("file://{}", bytes.collect::<String>())
}

/// What an absolute path can be.
fn any_path() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        1_u8..=255,
        Just(b'/'),
        Just(b'%'),
        Just(b'\n'),
        Just(b'a'),
        Just(b' ')
    ];
    prop::collection::vec(byte, 0..24).prop_map(|rest| [b"/".as_slice(), &rest].concat())
}

proptest! {
    #[test]
    fn an_address_leads_to_the_very_bytes(path in any_path()) {
        let typed = typed_path(address_of(&path).as_bytes()).unwrap();
        prop_assert_eq!(typed.as_os_str().as_bytes(), path);
    }

    #[test]
    fn what_is_offered_to_be_edited_means_the_very_path(path in any_path()) {
        let path = PathBuf::from(OsString::from_vec(path));
        let text = path_to_type(&path).unwrap();
        prop_assert_eq!(typed_path(text.as_bytes()), Ok(path));
        prop_assert!(!text.contains(|c: char| c.is_control()));
    }

    #[test]
    fn what_is_shown_has_nothing_hidden(bytes in prop::collection::vec(any::<u8>(), 0..64), text in ".*") {
        for shown in [escape_name(OsStr::from_bytes(&bytes)), escape(&text)] {
            prop_assert!(!shown.contains(|c: char| c.is_control() || turns_or_hides(c)), "{:?}", shown);
        }
    }

    /// Nothing is escaped that people write.
    #[test]
    fn plain_text_is_shown_as_it_is(text in "[ -~가-힣à-ÿא-ת一-龥]{0,40}") {
        prop_assert_eq!(escape(&text), text);
    }

    #[test]
    fn escaped_json_means_the_same(text in any::<String>()) {
        let json = serde_json::to_string_pretty(&[&text]).unwrap();
        let shown = escape_json(&json);
        prop_assert_eq!(serde_json::from_str::<Vec<String>>(&shown).unwrap(), [text]);
        prop_assert!(!shown.contains(|c: char| c != '\n' && (c.is_control() || turns_or_hides(c))));
    }
}

/// Unicode's bidirectional controls and what takes no room, by its own list.
fn turns_or_hides(c: char) -> bool {
    [
        0x061c, 0x200b, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2028, 0x2029,
        0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0xfeff,
    ]
    .contains(&u32::from(c))
}

#[test]
fn a_name_is_shown_escaped_and_delimited_where_its_ends_cannot_be_seen() {
    let path = |bytes: &[u8]| PathBuf::from(OsString::from_vec(bytes.to_vec()));
    assert_eq!(escape_path(&path(b"a\n\x1b\xffb")), "a\\u{a}\\u{1b}\\xffb");
    assert_eq!(path_in_sentence(Path::new("a b")), "a b");
    assert_eq!(path_in_sentence(Path::new("a ")), "\u{201c}a \u{201d}");
    assert_eq!(path_in_sentence(Path::new("")), "\u{201c}\u{201d}");
    assert_eq!(escape_lines("a\tb\n\u{1b}c\n"), "a\\tb\n\\u{1b}c\n");
}

#[test]
fn the_command_line_takes_what_was_pasted() {
    let (dir, path) = file(b"0123");
    for typed in [
        format!("{path}\n"),
        format!("{path}\r\n"),
        address_of(path.as_bytes()),
    ] {
        let output = mapscope(&["lookup", &typed, "3"]).output().unwrap();
        assert_eq!(out(&output), "Received char at 3 is 3\n", "{typed:?}");
    }
    let output = mapscope(&["lookup", &format!("{path} "), "3"])
        .output()
        .unwrap();
    check_refused(
        &output,
        3,
        &["(ENOENT)", &format!("\u{201c}{path} \u{201d}")],
    );
    // A file whose name is just that comes first.
    std::fs::write(dir.path().join("bytes.bin\n"), b"abcd").unwrap();
    let output = mapscope(&["lookup", &format!("{path}\n"), "3"])
        .output()
        .unwrap();
    assert_eq!(out(&output), "Received char at 3 is d\n");
}
