//! Spans, rows, classes, hexadecimal text, sizes and answers, each against a table or a naive reference.

use mapscope::bytes::answer::{
    Cell, answer_error, answer_found, answer_index, answer_range, prompt,
};
use mapscope::bytes::class::{ByteClass, class_of, hex_pair, is_graphic, text_char};
use mapscope::bytes::hex::{HexError, HexErrorKind, format_hex, parse_hex};
use mapscope::bytes::lookup::{Context, parse};
use mapscope::bytes::rows::{RowLayout, offset_digits};
use mapscope::bytes::size::{counted, group_digits, human_size};
use mapscope::bytes::span::Span;
use proptest::prelude::*;

#[track_caller]
fn span(start: u64, end: u64) -> Span {
    Span::new(start, end).unwrap()
}

/// Offsets of interest: small, near the end of the 64 bits, and any.
fn offset() -> impl Strategy<Value = u64> {
    prop_oneof![0..200_u64, (u64::MAX - 200)..=u64::MAX, any::<u64>()]
}

fn any_span() -> impl Strategy<Value = Span> {
    (offset(), offset()).prop_map(|(a, b)| span(a.min(b), a.max(b)))
}

// Spans.

#[test]
fn a_span_keeps_its_ends_in_order() {
    assert_eq!(Span::new(2, 1), None);
    assert_eq!(Span::new(1, 1), Some(Span::empty(1)));
    assert_eq!(Span::at(16, 16), Some(span(16, 32)));
    assert_eq!(Span::at(u64::MAX, 0), Some(Span::empty(u64::MAX)));
    assert_eq!(Span::at(u64::MAX, 1), None);
}

#[test]
fn a_span_is_shown_in_hexadecimal() {
    assert_eq!(span(16, 32).to_string(), "0x10..0x20");
    assert_eq!(Span::empty(0).to_string(), "0x0..0x0");
}

#[test]
fn pages_of_a_span() {
    assert_eq!(span(0, 1).pages(4096), 0..1);
    assert_eq!(span(0, 4096).pages(4096), 0..1);
    assert_eq!(span(4095, 4097).pages(4096), 0..2);
    assert!(Span::empty(8192).pages(4096).is_empty());
    assert!(Span::empty(8193).pages(4096).is_empty());
    assert_eq!(span(0, u64::MAX).pages(1), 0..u64::MAX);
    assert_eq!(span(3, 5).pages(0), 3..5, "a page size of 0 is read as 1");
}

#[test]
fn an_empty_span_adds_nothing_to_a_hull() {
    assert_eq!(span(5, 9).hull(Span::empty(1)), span(5, 9));
    assert_eq!(Span::empty(100).hull(span(5, 9)), span(5, 9));
    assert_eq!(span(1, 2).hull(span(5, 9)), span(1, 9));
    assert_eq!(Span::empty(1).hull(Span::empty(2)), Span::empty(2));
}

proptest! {
    #[test]
    fn spans_agree_with_sets_of_offsets(a in 0..20_u64, b in 0..20_u64, c in 0..20_u64, d in 0..20_u64, page in 1..7_u64) {
        let (x, y) = (span(a.min(b), a.max(b)), span(c.min(d), c.max(d)));
        let held = |s: Span| (0..20).filter(|&o| s.start() <= o && o < s.end()).collect::<Vec<u64>>();
        let common: Vec<u64> = held(x).into_iter().filter(|o| held(y).contains(o)).collect();
        let all: Vec<u64> = (0..20).filter(|o| held(x).contains(o) || held(y).contains(o)).collect();
        prop_assert_eq!(x.intersect(y).map(held).unwrap_or_default(), common.clone());
        prop_assert_eq!(x.intersect(y).is_none(), common.is_empty());
        let hull = held(x.hull(y));
        prop_assert_eq!(hull.first(), all.first());
        prop_assert_eq!(hull.last(), all.last());
        prop_assert_eq!(held(x).len() as u64, x.len());
        prop_assert_eq!(held(x).is_empty(), x.is_empty());
        prop_assert_eq!(held(x).last().copied(), x.last());
        prop_assert_eq!((0..20).filter(|&o| x.contains(o)).collect::<Vec<_>>(), held(x));
        prop_assert_eq!(x.contains_span(y), held(y).iter().all(|o| held(x).contains(o)));
        let mut pages: Vec<u64> = held(x).into_iter().map(|o| o / page).collect();
        pages.dedup();
        prop_assert_eq!(x.pages(page).collect::<Vec<_>>(), pages);
    }
}

// Rows.

#[test]
fn rows_of_a_window_that_begins_inside_a_row() {
    let layout = RowLayout {
        origin: 96,
        columns: 16,
    };
    let extent = span(100, 130);
    assert_eq!(layout.rows_in(extent), 3);
    assert_eq!(layout.span_from_row(0, extent), span(100, 112));
    assert_eq!(layout.span_from_row(1, extent), span(112, 128));
    assert_eq!(layout.span_from_row(2, extent), span(128, 130));
    assert_eq!(layout.span_from_row(3, extent), Span::empty(130));
    assert_eq!(layout.row_from_offset(100), 0);
    assert_eq!(layout.column_from_offset(100), 4);
    assert_eq!(layout.offset_from_cell(0, 4), Some(100));
    assert_eq!(layout.offset_from_cell(0, 16), None);
}

#[test]
fn no_columns_are_read_as_one() {
    let layout = RowLayout {
        origin: 0,
        columns: 0,
    };
    assert_eq!(layout.row_from_offset(7), 7);
    assert_eq!(layout.column_from_offset(7), 0);
    assert_eq!(layout.rows_in(span(0, 62)), 62);
}

#[test]
fn an_empty_extent_has_no_rows() {
    let layout = RowLayout {
        origin: 0,
        columns: 16,
    };
    assert_eq!(layout.rows_in(Span::empty(0)), 0);
    assert_eq!(layout.rows_in(Span::empty(u64::MAX)), 0);
    assert_eq!(layout.rows_in(span(0, u64::MAX)), u64::MAX / 16 + 1);
}

proptest! {
    #[test]
    fn rows_agree_with_wide_arithmetic(
        origin in offset(), columns in prop_oneof![1..70_u64, any::<u64>()], row in offset(), at in offset(), extent in any_span(),
    ) {
        let layout = RowLayout { origin, columns };
        let width = u128::from(columns.max(1));
        let past = u128::from(at).saturating_sub(u128::from(origin));
        prop_assert_eq!(u128::from(layout.row_from_offset(at)), past / width);
        prop_assert_eq!(u128::from(layout.column_from_offset(at)), past % width);
        if at >= origin {
            let cell = layout.offset_from_cell(layout.row_from_offset(at), layout.column_from_offset(at));
            prop_assert_eq!(cell, Some(at));
        }

        let row_start = u128::from(origin) + u128::from(row) * width;
        let start = row_start.max(u128::from(extent.start()));
        let end = (row_start + width).min(u128::from(extent.end()));
        let got = layout.span_from_row(row, extent);
        prop_assert!(extent.start() <= got.start() && got.end() <= extent.end());
        if start < end {
            prop_assert_eq!((u128::from(got.start()), u128::from(got.end())), (start, end));
        } else {
            prop_assert!(got.is_empty());
            // A row after the extent answers at its end, one before it at its start.
            let nearer = if row_start >= u128::from(extent.end()) { extent.end() } else { extent.start() };
            prop_assert_eq!(got.start(), nearer);
        }
    }

    #[test]
    fn rows_cover_an_extent_once(origin in 0..40_u64, columns in 1..20_u64, skip in 0..60_u64, len in 0..200_u64) {
        let layout = RowLayout { origin, columns };
        // Begins in row 0, as a view's extent does.
        let first = origin + skip % columns;
        let extent = span(first, first + len);
        let mut next = extent.start();
        for row in 0..layout.rows_in(extent) {
            let row_span = layout.span_from_row(row, extent);
            prop_assert!(!row_span.is_empty());
            prop_assert_eq!(row_span.start(), next);
            next = row_span.end();
        }
        prop_assert_eq!(next, extent.end());
    }
}

#[test]
fn offsets_have_eight_digits_or_more() {
    for (end, digits) in [
        (0, 8),
        (1, 8),
        (0x1_0000_0000, 8),
        (0x1_0000_0001, 9),
        (0x10_0000_0000, 9),
        (0x10_0000_0001, 10),
        (u64::MAX, 16),
    ] {
        assert_eq!(offset_digits(span(0, end)), digits, "{end:#x}");
    }
}

// Classes.

#[test]
fn classes_of_all_bytes() {
    let mut counts = [0; 6];
    for byte in 0..=u8::MAX {
        let class = class_of(byte);
        counts[class as usize] += 1;
        assert_eq!(class == ByteClass::Printable, is_graphic(byte), "{byte:#x}");
        assert_eq!(
            text_char(byte) == '.',
            !(is_graphic(byte) || byte == b' ') || byte == b'.',
            "{byte:#x}"
        );
        assert_eq!(hex_pair(byte).as_slice(), format!("{byte:02x}").as_bytes());
    }
    assert_eq!(counts, [1, 94, 6, 27, 127, 1]);
    assert_eq!(class_of(b'\n'), ByteClass::Whitespace);
    assert_eq!(class_of(b' '), ByteClass::Whitespace);
    assert_eq!(class_of(0x7f), ByteClass::Control);
    assert_eq!(class_of(0x80), ByteClass::High);
    assert_eq!(class_of(0xff), ByteClass::Ones);
    assert_eq!(text_char(b' '), ' ');
    assert_eq!(text_char(b'D'), 'D');
    assert_eq!(text_char(0xe9), '.');
}

// Hexadecimal text.

#[track_caller]
fn check_hex(text: &str, expected: &[u8]) {
    assert_eq!(parse_hex(text).as_deref(), Ok(expected), "{text:?}");
}

#[track_caller]
fn check_hex_error(text: &str, at: usize, kind: HexErrorKind) {
    assert_eq!(parse_hex(text), Err(HexError { at, kind }), "{text:?}");
}

#[test]
fn hexadecimal_in_the_common_forms() {
    for text in [
        "41 42",
        "4142",
        "0x41, 0x42",
        "0x41,0x42",
        "\\x41\\x42",
        "\\x4142",
        "41:42",
        "41\n42\r\n",
        "0X4142",
        "  41\t42  ",
    ] {
        check_hex(text, b"AB");
    }
    check_hex("", b"");
    check_hex(" ,\n: ", b"");
    check_hex("Ff aB", &[0xff, 0xab]);
    check_hex("00 0x00", &[0, 0]);
}

#[test]
fn a_megabyte_of_hexadecimal_is_read_in_one_pass() {
    // With work that grows as the square of the length this would take minutes.
    let bytes = vec![0x5a; 1 << 20];
    check_hex(&format_hex(&bytes), &bytes);
}

#[test]
fn hexadecimal_errors_name_the_column() {
    check_hex_error("414", 0, HexErrorKind::OddDigits);
    check_hex_error("41 4 42", 3, HexErrorKind::OddDigits);
    check_hex_error("41, 0x4", 6, HexErrorKind::OddDigits);
    check_hex_error("0x", 2, HexErrorKind::NoDigits);
    check_hex_error("41 0x 42", 5, HexErrorKind::NoDigits);
    check_hex_error("4142\\x", 6, HexErrorKind::NoDigits);
    check_hex_error("41 g2", 3, HexErrorKind::ForeignChar('g'));
    check_hex_error("41\n4é", 4, HexErrorKind::ForeignChar('é'));
    check_hex_error("\u{3000}é", 1, HexErrorKind::ForeignChar('é'));
    check_hex_error("0x410x42", 5, HexErrorKind::ForeignChar('x'));
    check_hex_error("41 \\42", 3, HexErrorKind::ForeignChar('\\'));
    check_hex_error("-1", 0, HexErrorKind::ForeignChar('-'));
    let message = |text| parse_hex(text).unwrap_err().to_string();
    assert_eq!(message("414"), "an odd number of digits from column 1");
    assert_eq!(
        message("41 g2"),
        "'g' at column 4 is not a hexadecimal digit"
    );
    assert_eq!(message("0x"), "no digits at column 3");
}

proptest! {
    #[test]
    fn hexadecimal_comes_back(bytes in any::<Vec<u8>>(), form in 0..4_usize) {
        prop_assert_eq!(parse_hex(&format_hex(&bytes)), Ok(bytes.clone()));
        let (prefix, separator) = [("", ""), ("0x", ", "), ("\\x", ""), ("", ":")][form];
        let text: Vec<String> = bytes.iter().map(|byte| format!("{prefix}{byte:02X}")).collect();
        prop_assert_eq!(parse_hex(&text.join(separator)), Ok(bytes));
    }

    #[test]
    fn hexadecimal_errors_lie_in_the_text(text in prop_oneof![".*", "[0-9a-fgx\\\\ ,:\\n]{0,12}"]) {
        if let Err(error) = parse_hex(&text) {
            prop_assert!(error.at <= text.chars().count());
            if let HexErrorKind::ForeignChar(foreign) = error.kind {
                prop_assert_eq!(text.chars().nth(error.at), Some(foreign));
            }
        }
    }
}

// Sizes.

#[track_caller]
fn check_size(bytes: u64, expected: &str) {
    assert_eq!(human_size(bytes), expected);
}

#[test]
fn sizes_for_people() {
    check_size(0, "0 bytes");
    check_size(1, "1 byte");
    check_size(62, "62 bytes");
    check_size(999, "999 bytes");
    check_size(1000, "1,000 bytes");
    check_size(1023, "1,023 bytes");
    check_size(1024, "1.0 KiB");
    check_size(1536, "1.5 KiB");
    check_size(1075, "1.0 KiB");
    check_size(1076, "1.1 KiB");
    check_size((1 << 20) - 1, "1.0 MiB");
    check_size(1 << 20, "1.0 MiB");
    check_size(1023 * 1024, "1,023.0 KiB");
    check_size(1 << 30, "1.0 GiB");
    check_size(1 << 40, "1.0 TiB");
    check_size(1 << 50, "1.0 PiB");
    check_size(1 << 60, "1.0 EiB");
    check_size(u64::MAX, "16.0 EiB");
}

#[test]
fn digits_in_groups() {
    for (value, expected) in [
        (0, "0"),
        (999, "999"),
        (1000, "1,000"),
        (100_000, "100,000"),
        (1 << 20, "1,048,576"),
        (u64::MAX, "18,446,744,073,709,551,615"),
    ] {
        assert_eq!(group_digits(value), expected);
    }
}

proptest! {
    #[test]
    fn grouped_digits_come_back(value in offset()) {
        let text = group_digits(value);
        prop_assert_eq!(text.replace(',', "").parse(), Ok(value));
        let groups: Vec<&str> = text.split(',').collect();
        prop_assert!(groups.iter().skip(1).all(|group| group.len() == 3));
        prop_assert!((1..=3).contains(&groups[0].len()));
    }
}

#[test]
fn counts_with_their_word() {
    assert_eq!(counted(0, "byte"), "0 bytes");
    assert_eq!(counted(1, "byte"), "1 byte");
    assert_eq!(counted(5000, "page"), "5,000 pages");
}

// Answers.

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
        "Received 10,000 bytes at 0x0..0x2710 (0 to 9999), pages 0 to 2: \
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
        "Received invalid index 5000: past the file's present end, the file has 5,000 bytes now; \
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
