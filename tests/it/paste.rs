//! What is taken for bytes when it is pasted: plain digits and the dumps of common tools, or nothing.

use std::io::Write as _;
use std::process::{Command, Stdio};

use mapscope::bytes::clip::{Clip, CopyAs, is_worn};
use mapscope::bytes::dump::{DumpError, DumpErrorKind, Spelled, parse_dump};
use mapscope::bytes::hex::{HexErrorKind, format_hex};
use proptest::prelude::*;

#[track_caller]
fn check(text: &str, bytes: &[u8], addresses_left_out: bool, text_left_out: bool) {
    let expected = Spelled {
        bytes: bytes.to_vec(),
        addresses_left_out,
        text_left_out,
    };
    assert_eq!(parse_dump(text), Ok(expected), "{text:?}");
}

#[track_caller]
fn refused(text: &str, line: usize, column: usize, kind: DumpErrorKind) {
    let expected = DumpError { line, column, kind };
    assert_eq!(parse_dump(text), Err(expected), "{text:?}");
}

#[test]
fn plain_digits_in_the_common_spacings() {
    for text in [
        "41 42",
        "4142",
        "0x41, 0x42",
        "0x41,0x42,",
        "\\x41\\x42",
        "41:42",
        "41\r\n42\n",
        " 41\t42 ",
        "41, 42",
    ] {
        check(text, b"AB", false, false);
    }
    check("", b"", false, false);
    check("4142 4344 45", b"ABCDE", false, false);
    check("414243444546", b"ABCDEF", false, false);
    check("\\x41\\x42 \\x43", b"ABC", false, false);
}

#[test]
fn addresses_and_text_columns_are_left_out_and_said() {
    check("00401000: 41 42", b"AB", true, false);
    check("0x401000: 41 42", b"AB", true, false);
    check(
        "00: 86 80 00 0c\n04: 01 02",
        &[0x86, 0x80, 0, 0x0c, 1, 2],
        true,
        false,
    );
    check("00000000: 4142 430a  ABC.", b"ABC\n", true, true);
    check(
        "00000000: 8182 8384  ....",
        &[0x81, 0x82, 0x83, 0x84],
        true,
        true,
    );
    check("00000000  41 42 43  |ABC|\n00000003", b"ABC", true, true);
    check("000000 41 42 43  >ABC<\n000003", b"ABC", true, true);
    check("000010 41 42\n000012 43", b"ABC", true, false);
    check(" 401000 41424344 4546  ABCDEF", b"ABCDEF", true, true);
    check("00000000: 4120 2020  A", b"A   ", true, true);
    check(
        "00000000  00 00  |..|\n*\n00000006  01  |.|",
        &[0, 0, 0, 0, 0, 0, 1],
        true,
        true,
    );
    let spelled = parse_dump("00000000: 4142 54  ABT").unwrap();
    assert_eq!(
        spelled.left_out(),
        Some("The addresses and the text column were left out")
    );
    assert_eq!(parse_dump("41").unwrap().left_out(), None);
}

#[test]
fn what_could_mean_two_things_is_refused_with_its_place() {
    use DumpErrorKind as K;
    refused("00401000 41 42", 0, 0, K::Ambiguous);
    refused(" deadbeef 4142", 0, 10, K::Word);
    refused("0100 41 42", 0, 0, K::Ambiguous);
    refused("10 4142", 0, 0, K::Ambiguous);
    refused("414243:444546", 0, 0, K::Ambiguous);
    refused("4142 4344  ABCD", 0, 0, K::Ambiguous); // a text column
    refused("34 31  41", 0, 0, K::Ambiguous);
    refused("00401000:41424344", 0, 0, K::Ambiguous);
    refused("41:", 0, 0, K::Ambiguous);
    refused(
        ":10010000214601360121470136007EFE09D2190140",
        0,
        0,
        K::Hex(HexErrorKind::ForeignChar(':')),
    );
    refused("0x41424344, 0x45464748", 0, 0, K::Word);
    refused("00000000: 0x41424344", 0, 10, K::Word);
    refused("0000000 4241 4443\n0000004", 0, 8, K::Word);
    refused("00000000: 4142 4344  ABCZ", 0, 21, K::TextDiffers);
    refused("41 42\n00000002: 43 44", 0, 0, K::NoAddress);
    refused("00000000: 41 42\n43 44", 1, 0, K::NoAddress);
    refused("00000000: 41 42\n00000003: 43", 1, 0, K::AddressJumps);
    refused("00000000: 41 42\n*", 1, 0, K::LoneRepeat);
    refused("*\n00000000: 41 42", 0, 0, K::LoneRepeat);
    refused("00000000: 00 00\n*\n00000005: 01", 2, 0, K::AddressJumps);
    refused("0000000 00 00\n*\n0000006", 2, 0, K::Ambiguous); // octal or hexadecimal
    refused("00000000: 00 00\n*\nff000000: 01", 2, 0, K::TooMuch);
    refused("41 42\n4g", 1, 1, K::Hex(HexErrorKind::ForeignChar('g')));
    refused("41\n42 4", 1, 3, K::Hex(HexErrorKind::OddDigits));
    refused("00000000:     807f   ..", 0, 14, K::Word);
    refused("00000000: 83828180 8584   ......", 0, 10, K::Word);
    refused("00000000: 83828180   ....", 0, 10, K::Word);
    // a text column of digits that could be more bytes
    refused("00000000: 34 31  41", 0, 10, K::Ambiguous);
    refused(
        &format!("00000000: {}", "41 ".repeat(2000)),
        0,
        4096,
        K::LongLine,
    );
    let words = parse_dump("41 42\n00401000 41").unwrap_err().to_string();
    assert!(words.ends_with("at line 1, column 1"), "{words}");
    let words = parse_dump("41\n4g").unwrap_err().to_string();
    assert_eq!(
        words,
        "'g', which is not a hexadecimal digit, at line 2, column 2"
    );
}

/// What a tool writes for `bytes` on its standard input; `None` where it is not installed.
fn dumped(tool: &[&str], bytes: &[u8]) -> Option<String> {
    let mut child = Command::new(tool[0])
        .args(&tool[1..])
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{tool:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Tools, and whether all that they write is understood, which for some is not so.
const TOOLS: [(&[&str], bool); 13] = [
    (&["xxd"], true),
    (&["xxd", "-p"], true),
    (&["xxd", "-u", "-g", "1"], true),
    (&["xxd", "-a"], true),
    (&["xxd", "-i"], true),
    (&["xxd", "-e"], false),
    (&["xxd", "-b"], false),
    (&["hexdump", "-C"], true),
    (&["hexdump"], false),
    (&["od", "-A", "x", "-t", "x1z"], true),
    (&["od", "-A", "x", "-t", "x1"], false),
    (&["od", "-t", "x1"], false),
    (&["od", "-A", "x", "-t", "x4z"], false),
];

/// Bytes of several kinds: any, text that looks like a dump itself, and long runs of one byte.
fn kinds() -> impl Strategy<Value = Vec<u8>> {
    let odd = prop::sample::select(&b"0123456789abcdef  :|><*.\n\0"[..]);
    prop_oneof![
        prop::collection::vec(any::<u8>(), 1..200),
        prop::collection::vec(odd, 1..80),
        (
            any::<u8>(),
            1..200_usize,
            prop::collection::vec(any::<u8>(), 0..40)
        )
            .prop_map(|(byte, n_bytes, end)| [vec![byte; n_bytes], end].concat()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_dump_by_a_real_tool_gives_the_very_bytes_or_an_error(bytes in kinds()) {
        for (tool, understood) in TOOLS {
            let Some(text) = dumped(tool, &bytes) else {
                continue;
            };
            match parse_dump(&text) {
                Ok(spelled) => prop_assert_eq!(&spelled.bytes, &bytes, "{:?}\n{}", tool, text),
                // a text column of digits may be more bytes
                Err(error) => prop_assert!(
                    !understood || error.kind == DumpErrorKind::Ambiguous,
                    "{tool:?}: {error}\n{text}"
                ),
            }
        }
    }

    /// Lines as a person picks them out of a dump, with the blanks at their ends lost or not.
    #[test]
    fn some_lines_of_a_dump_give_their_bytes_or_an_error(bytes in kinds(), from in 0..4_usize, trim: bool) {
        for (tool, _) in TOOLS {
            let Some(text) = dumped(tool, &bytes) else {
                continue;
            };
            if tool.contains(&"-e") || tool.contains(&"-b") || tool.contains(&"x4z") || tool == ["hexdump"] {
                continue; // the line's text differs, which the test above has
            }
            let lines: Vec<&str> = text.lines().skip(from).take(2).collect();
            let lines = lines.iter().map(|line| if trim { line.trim_end() } else { line });
            let part = lines.collect::<Vec<_>>().join("\n");
            if part.split_whitespace().count() == 1 {
                continue; // the address of the end alone, which nobody can tell from data
            }
            if let Ok(spelled) = parse_dump(&part) {
                let found = spelled.bytes.is_empty()
                    || bytes.windows(spelled.bytes.len()).any(|window| window == spelled.bytes);
                prop_assert!(found, "{:?}: {:x?} of\n{}", tool, spelled.bytes, part);
            }
        }
    }

    #[test]
    fn any_text_is_bytes_or_an_error_in_it(text in prop_oneof![".*", "([0-9a-fx:| .*>\t]|\n){0,60}"]) {
        if let Err(error) = parse_dump(&text) {
            let line = text.split('\n').nth(error.line);
            prop_assert!(line.is_some_and(|line| error.column <= line.chars().count()), "{error} in {text:?}");
        }
    }

    #[test]
    fn our_own_hex_is_read_back(bytes in any::<Vec<u8>>()) {
        prop_assert_eq!(parse_dump(&format_hex(&bytes)).unwrap().bytes, bytes);
    }

    #[test]
    fn a_copy_is_known_again_however_worn(bytes in any::<Vec<u8>>(), text: bool) {
        let wanted = if text { CopyAs::Text } else { CopyAs::Hex };
        let (clip, _) = Clip::new(bytes.clone(), wanted);
        prop_assert_eq!(&clip.bytes, &bytes);
        if bytes.is_empty() {
            return Ok(());
        }
        prop_assert!(clip.is(&clip.text));
        prop_assert!(clip.is(&clip.text.replace("\r\n", "\n")));
        prop_assert!(clip.is(&clip.text.replace("\r\n", "\n").replace('\r', "\n")));
        let other = format!("{}x", clip.text);
        prop_assert!(!clip.is(&other));
    }
}

#[test]
fn a_selection_that_is_no_text_is_copied_as_hex() {
    let copy = |bytes: &[u8]| {
        let (clip, went) = Clip::new(bytes.to_vec(), CopyAs::Text);
        (clip.text, went)
    };
    assert_eq!(copy(b"\xe9\xff"), ("e9 ff".to_owned(), CopyAs::Hex));
    assert_eq!(copy(b"a\0b"), ("61 00 62".to_owned(), CopyAs::Hex));
    assert_eq!(copy(b"A\r\nB"), ("A\r\nB".to_owned(), CopyAs::Text));
    assert!(is_worn("A\r\nB", "A\nB"));
    assert!(is_worn("A\0B", "A"));
    assert!(!is_worn("other\r\n", "A\nB"));
}
