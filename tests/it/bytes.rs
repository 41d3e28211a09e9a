//! Spans, rows, classes, hexadecimal text and sizes, each against a table or a naive reference; answers stand in a file of
//! their own.

mod answers;

use mapscope::bytes::class::{ByteClass, class_of, hex_pair, is_graphic, text_char};
use mapscope::bytes::hex::{HexError, HexErrorKind, format_hex, parse_hex};
use mapscope::bytes::rows::{RowLayout, offset_digits};
use mapscope::bytes::size::{counted, human_size};
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
    check_size(1000, "1000 bytes");
    check_size(1023, "1023 bytes");
    check_size(1024, "1.0 KiB");
    check_size(1536, "1.5 KiB");
    check_size(1075, "1.0 KiB");
    check_size(1076, "1.1 KiB");
    check_size((1 << 20) - 1, "1.0 MiB");
    check_size(1 << 20, "1.0 MiB");
    check_size(1023 * 1024, "1023.0 KiB");
    check_size(1 << 30, "1.0 GiB");
    check_size(1 << 40, "1.0 TiB");
    check_size(1 << 50, "1.0 PiB");
    check_size(1 << 60, "1.0 EiB");
    check_size(u64::MAX, "16.0 EiB");
}

#[test]
fn counts_with_their_word() {
    assert_eq!(counted(0, "byte"), "0 bytes");
    assert_eq!(counted(1, "byte"), "1 byte");
    assert_eq!(counted(5000, "page"), "5000 pages");
}
