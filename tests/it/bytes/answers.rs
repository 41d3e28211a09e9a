//! Answers and the question, against tables; an answer is one line whatever was typed.

use mapscope::bytes::answer::{
    Cell, answer_error, answer_found, answer_index, answer_range, prompt,
};
use mapscope::bytes::lookup::{Context, parse};
use mapscope::bytes::span::Span;
use proptest::prelude::*;

use super::span;

fn cells(bytes: &[u8]) -> Vec<Cell> {
    bytes.iter().copied().map(Cell::Byte).collect()
}

const SAMPLE: Context = Context {
    extent: match Span::new(0, 62) {
        Some(extent) => extent,
        None => Span::empty(0),
    },
    file_len: 62,
    cursor: 0,
    page_bytes: 4096,
    column_digits: 8,
};

#[track_caller]
fn check_error(text: &str, context: &Context, expected: &str) {
    let error = parse(text, context).unwrap_err();
    assert_eq!(answer_error(text, &error, context), expected);
}

#[test]
fn the_question() {
    assert_eq!(
        prompt(span(0, 62)),
        "Enter -1 to quit or enter a number between 0 and 61: "
    );
    assert_eq!(
        prompt(span(4096, 8192)),
        "Enter -1 to quit or enter a number between 4096 and 8191: "
    );
    assert_eq!(
        prompt(Span::empty(0)),
        "Nothing is mapped; enter -1 to quit: "
    );
}

#[test]
fn answers_to_an_index() {
    assert_eq!(
        answer_index(3, &Cell::Byte(b'D')),
        "Received char at 3 is D"
    );
    assert_eq!(
        answer_index(61, &Cell::Byte(b'\n')),
        "Received char at 61 is 0x0a"
    );
    assert_eq!(
        answer_index(0, &Cell::Byte(b' ')),
        "Received char at 0 is 0x20"
    );
    assert_eq!(
        answer_index(0, &Cell::Byte(0xff)),
        "Received char at 0 is 0xff"
    );
    assert_eq!(
        answer_index(0, &Cell::Byte(0)),
        "Received char at 0 is 0x00"
    );
    let gone = Cell::Unreadable("the file is shorter now".into());
    assert_eq!(
        answer_index(3, &gone),
        "Received unreadable index 3: the file is shorter now"
    );
}

#[test]
fn answers_to_a_range() {
    assert_eq!(
        answer_range(span(3, 7), &cells(b"DEFG"), 4096),
        "Received 4 bytes at 0x3..0x7 (3 to 6), page 0: 44 45 46 47 DEFG"
    );
    assert_eq!(
        answer_range(span(4095, 4096), &cells(b"\n"), 4096),
        "Received 1 byte at 0xfff..0x1000 (4095), page 0: 0a ."
    );
    assert_eq!(
        answer_range(span(0, 16), &cells(b"ABCDEFGHIJKLMNOP"), 4096),
        "Received 16 bytes at 0x0..0x10 (0 to 15), page 0: 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f 50 ABCDEFGHIJKLMNOP"
    );
    assert_eq!(
        answer_range(span(0, 10_000), &cells(b"ABCDEFGHIJKLMNOPQ"), 4096),
        "Received 10000 bytes at 0x0..0x2710 (0 to 9999), pages 0 to 2: \
         41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f 50 … ABCDEFGHIJKLMNOP…"
    );
    let holed = [
        Cell::Byte(b'A'),
        Cell::Unreadable("EFAULT".into()),
        Cell::Unreadable("EIO".into()),
    ];
    assert_eq!(
        answer_range(span(4095, 4098), &holed, 4096),
        "Received 3 bytes at 0xfff..0x1002 (4095 to 4097), pages 0 to 1: 41 ?? ?? A; unreadable index 4096: EFAULT"
    );
    let first = [
        Cell::Unreadable("EIO".into()),
        Cell::Byte(b'B'),
        Cell::Byte(b' '),
    ];
    assert_eq!(
        answer_range(span(0, 3), &first, 4096),
        "Received 3 bytes at 0x0..0x3 (0 to 2), page 0: ?? 42 20  B ; unreadable index 0: EIO"
    );
    assert_eq!(
        answer_range(span(0, 3), &first[..1], 4096),
        "Received 3 bytes at 0x0..0x3 (0 to 2), page 0: ?? …; unreadable index 0: EIO"
    );
    assert_eq!(
        answer_range(span(0, 4), &[], 4096),
        "Received 4 bytes at 0x0..0x4 (0 to 3), page 0"
    );
    assert_eq!(
        answer_range(Span::empty(3), &cells(b"A"), 4096),
        "Received 0 bytes at 0x3..0x3"
    );
    // More cells than bytes, and offsets next to the end of the 64 bits.
    assert_eq!(
        answer_range(span(u64::MAX - 1, u64::MAX), &cells(b"AB"), 4096),
        "Received 1 byte at 0xfffffffffffffffe..0xffffffffffffffff \
         (18446744073709551614), page 4503599627370495: 41 A"
    );
}

#[test]
fn answers_to_an_error() {
    let check = |text, expected| check_error(text, &SAMPLE, expected);
    check(
        "65",
        "Received invalid index 65: past the end; valid indexes are 0 to 61",
    );
    check(
        "  65 ",
        "Received invalid index 65: past the end; valid indexes are 0 to 61",
    );
    check(
        "-99",
        "Received invalid index -99: before the start; valid indexes are 0 to 61",
    );
    check(
        "xyz",
        "Received invalid index xyz: not a number at column 1; valid indexes are 0 to 61",
    );
    check(
        "  12x",
        "Received invalid index 12x: not a number at column 3; valid indexes are 0 to 61",
    );
    check("", "Received no index; valid indexes are 0 to 61");
    check(" \t", "Received no index; valid indexes are 0 to 61");
    check(
        "1/0",
        "Received invalid index 1/0: division by zero at column 3; valid indexes are 0 to 61",
    );
    check(
        "0xffffffffffffffffff",
        "Received invalid index 0xffffffffffffffffff: over 64 bits; valid indexes are 0 to 61",
    );
    check(
        "7..3",
        "Received invalid index 7..3: the range is reversed; valid indexes are 0 to 61",
    );
    check(
        "7..7",
        "Received invalid index 7..7: the range is empty; valid indexes are 0 to 61",
    );
}

#[test]
fn an_answer_says_what_was_taken_for_the_offset_column() {
    let answer = |text, bytes: &[u8]| {
        let found = parse(text, &SAMPLE).unwrap();
        answer_found(text, found, &cells(bytes), &SAMPLE)
    };
    assert_eq!(answer("32", b"D"), "Received char at 32 is D");
    assert_eq!(answer("0x20", b"D"), "Received char at 32 is D");
    assert_eq!(
        answer("00000020", b"D"),
        "Received char at 32 is D; read in hexadecimal as the offset column shows it"
    );
    assert_eq!(
        answer("00000010..00000012", b"DE"),
        "Received 2 bytes at 0x10..0x12 (16 to 17), page 0: 44 45 DE; \
         read in hexadecimal as the offset column shows it"
    );
    check_error(
        "00000040",
        &SAMPLE,
        "Received invalid index 00000040: past the end, read in hexadecimal as the offset column shows it; \
         valid indexes are 0 to 61",
    );
}

#[test]
fn an_answer_offers_what_was_meant() {
    check_error(
        "FF",
        &SAMPLE,
        "Received invalid index FF: hexadecimal is written 0xff; valid indexes are 0 to 61",
    );
    check_error(
        "3-7",
        &SAMPLE,
        "Received invalid index 3-7: before the start, a range is written 3..7; valid indexes are 0 to 61",
    );
    let wide = Context {
        column_digits: 9,
        ..SAMPLE
    };
    check_error(
        "0000001f",
        &wide,
        "Received invalid index 0000001f: hexadecimal is written 0x1f; valid indexes are 0 to 61",
    );
    check_error(
        "5",
        &Context {
            file_len: 5000,
            extent: span(10, 5001),
            ..SAMPLE
        },
        "Received invalid index 5: before the start; valid indexes are 10 to 4999",
    );
}

#[test]
fn answers_to_an_error_name_what_is_valid_now() {
    let shrunk = |file_len| Context { file_len, ..SAMPLE };
    check_error(
        "40",
        &shrunk(32),
        "Received invalid index 40: past the file's present end, the file has 32 bytes now; valid indexes are 0 to 31",
    );
    check_error(
        "40",
        &shrunk(1),
        "Received invalid index 40: past the file's present end, the file has 1 byte now; the only valid index is 0",
    );
    check_error(
        "40",
        &shrunk(0),
        "Received invalid index 40: past the file's present end, the file has 0 bytes now; no index is valid now",
    );
    check_error(
        "5000",
        &Context {
            extent: span(0, 6000),
            ..shrunk(5000)
        },
        "Received invalid index 5000: past the file's present end, the file has 5000 bytes now; \
         valid indexes are 0 to 4999",
    );
    let nothing = Context {
        extent: Span::empty(0),
        file_len: 0,
        ..SAMPLE
    };
    check_error("0", &nothing, "Received invalid index 0: nothing is mapped");
    check_error("", &nothing, "Received no index; nothing is mapped");
    let window = Context {
        extent: span(100, 200),
        file_len: 300,
        ..SAMPLE
    };
    check_error(
        "99",
        &window,
        "Received invalid index 99: before the start; valid indexes are 100 to 199",
    );
}

#[test]
fn an_answer_repeats_no_more_than_a_line() {
    let nested = "(".repeat(1 << 20);
    check_error(
        &nested,
        &SAMPLE,
        &format!(
            "Received invalid index {}…: nested too deeply at column 65; valid indexes are 0 to 61",
            "(".repeat(63)
        ),
    );
    let fits = "1".repeat(64);
    check_error(
        &fits,
        &SAMPLE,
        &format!("Received invalid index {fits}: over 64 bits; valid indexes are 0 to 61"),
    );
    check_error(
        "z\n\u{1b}[31m",
        &SAMPLE,
        "Received invalid index z\\n\\u{1b}[31m: not a number at column 1; valid indexes are 0 to 61",
    );
    check_error(
        "'\"\\한",
        &SAMPLE,
        "Received invalid index '\"\\한: not a number at column 1; valid indexes are 0 to 61",
    );
    check_error(
        "\u{202e}1",
        &SAMPLE,
        "Received invalid index \\u{202e}1: not a number at column 1; valid indexes are 0 to 61",
    );
    // An escape is never cut in two.
    let escapes = format!("{}\u{1b}x", "1".repeat(60));
    check_error(
        &escapes,
        &SAMPLE,
        &format!(
            "Received invalid index {}…: not a number at column 61; valid indexes are 0 to 61",
            "1".repeat(60)
        ),
    );
}

proptest! {
    #[test]
    fn answers_stay_on_one_line(text in any::<String>()) {
        if let Err(error) = parse(&text, &SAMPLE) {
            let answer = answer_error(&text, &error, &SAMPLE);
            prop_assert!(!answer.chars().any(char::is_control));
            prop_assert!(answer.chars().count() < 200);
        }
    }
}
