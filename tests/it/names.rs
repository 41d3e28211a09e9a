//! Names as they are shown: one line, nothing hidden, and no two alike.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use mapscope::bytes::escape::{escape_name, escape_path};
use mapscope::model::shown_name;
use proptest::prelude::*;

#[track_caller]
fn check(name: &str, expected: &str) {
    assert_eq!(escape_name(OsStr::new(name)), expected, "{name:?}");
}

#[test]
fn what_cannot_be_seen_is_escaped_and_the_rest_is_left_alone() {
    check("notes 2024.txt", "notes 2024.txt");
    check(
        "\u{d55c}\u{ae00} \u{e9}t\u{e9}",
        "\u{d55c}\u{ae00} \u{e9}t\u{e9}",
    );
    check("a\nb", "a\\u{a}b");
    check("a\u{1b}[31mb", "a\\u{1b}[31mb");
    check("cod\u{202e}gpj.exe", "cod\\u{202e}gpj.exe");
    check("a\u{2066}b\u{200b}c", "a\\u{2066}b\\u{200b}c");
    check("C:\\new\\table", "C:\\new\\table");
    check("a\\u{a}b", "a\\\\u{a}b");
    check("a\\xffb", "a\\\\xffb");
    assert_eq!(shown_name(Path::new("/tmp/a\nb")), "a\\u{a}b");
    assert_eq!(escape_path(Path::new("/tmp/a\nb")), "/tmp/a\\u{a}b");
    assert_eq!(shown_name(Path::new("/")), "/");
}

#[cfg(unix)]
fn name_of(bytes: Vec<u8>) -> OsString {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(bytes)
}

/// Turns a shown name back into bytes: an oracle that shares no code with what made it.
#[cfg(unix)]
fn unescape(text: &str) -> Vec<u8> {
    let chars: Vec<char> = text.chars().collect();
    let mut bytes = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let run = chars[at..].iter().take_while(|c| **c == '\\').count();
        let rest: String = chars[at + run..].iter().collect();
        let hex = rest.get(1..3).filter(|_| rest.starts_with('x'));
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let brace = rest.find('}').filter(|_| rest.starts_with("u{"));
        if run == 0 {
            bytes.extend(chars[at].to_string().bytes());
            at += 1;
            continue;
        }
        let is_escape = byte.is_some() || rest.starts_with("u{");
        let n_literal = if is_escape { run / 2 } else { run };
        bytes.extend(std::iter::repeat_n(b'\\', n_literal));
        at += run;
        if is_escape && run % 2 == 1 {
            if let Some(byte) = byte {
                bytes.push(byte);
                at += 3;
            } else {
                let end = brace.unwrap();
                let code = u32::from_str_radix(&rest[2..end], 16).unwrap();
                bytes.extend(char::from_u32(code).unwrap().to_string().bytes());
                at += end + 1;
            }
        }
    }
    bytes
}

#[cfg(unix)]
proptest! {
    #[test]
    fn a_shown_name_is_one_line_and_can_be_turned_back(
        name in prop_oneof![
            any::<Vec<u8>>(),
            prop::collection::vec(prop::sample::select(&b"\\xu{}a0f\n\xff\xe2\x80\xae"[..]), 0..12),
        ]
    ) {
        let text = escape_name(&name_of(name.clone()));
        prop_assert!(!text.chars().any(char::is_control), "{:?}", text);
let hides = text.contains(['\u{202e}', '\u{2028}', '\u{200b}']);
        prop_assert!(!hides);
        prop_assert_eq!(unescape(&text), name, "{}", text);
    }
}
