//! The lookup grammar: a table for every line of it, and random texts against an oracle that never saw a token.

use mapscope::bytes::lookup::{Context, Lookup, LookupErrorKind, Offer, parse, reads_as_column};
use mapscope::bytes::rows::offset_digits;
use mapscope::bytes::span::Span;
use proptest::prelude::*;

mod oracle;

#[track_caller]
fn span(start: u64, end: u64) -> Span {
    Span::new(start, end).unwrap()
}

/// A mapping of 62 bytes of a file of 62, the cursor at 10.
fn sample() -> Context {
    Context {
        extent: span(0, 62),
        file_len: 62,
        cursor: 10,
        page_bytes: 4096,
        column_digits: 8,
    }
}

/// Everything a span can hold, so that only the value matters; the cursor at 1000.
fn everything() -> Context {
    Context {
        extent: span(0, u64::MAX),
        file_len: u64::MAX,
        cursor: 1000,
        page_bytes: 4096,
        column_digits: 16,
    }
}

/// The bytes 100 to 199 of a file of 300.
fn window() -> Context {
    Context {
        extent: span(100, 200),
        file_len: 300,
        cursor: 150,
        page_bytes: 16,
        column_digits: 8,
    }
}

/// 62 mapped bytes of which the file has 32 left.
fn shrunk() -> Context {
    Context {
        file_len: 32,
        ..sample()
    }
}

fn nothing() -> Context {
    Context {
        extent: Span::empty(0),
        file_len: 0,
        cursor: 0,
        page_bytes: 4096,
        column_digits: 8,
    }
}

#[track_caller]
fn check_index(text: &str, context: &Context, expected: u64) {
    assert_eq!(
        parse(text, context),
        Ok(Lookup::Index(expected)),
        "{text:?}"
    );
}

#[track_caller]
fn check_range(text: &str, context: &Context, start: u64, end: u64) {
    assert_eq!(
        parse(text, context),
        Ok(Lookup::Range(span(start, end))),
        "{text:?}"
    );
}

#[track_caller]
fn check_error(text: &str, context: &Context, at: usize, kind: LookupErrorKind) {
    let error = parse(text, context).unwrap_err();
    assert_eq!((error.at, error.kind), (at, kind), "{text:?}");
}

#[track_caller]
fn check_offer(text: &str, context: &Context, expected: Option<Offer>) {
    let error = parse(text, context).unwrap_err();
    assert_eq!(error.offer, expected, "{text:?}: {error}");
}

const PAST_61: LookupErrorKind = LookupErrorKind::PastEnd { last: 61 };
const BEFORE_0: LookupErrorKind = LookupErrorKind::BeforeStart { first: 0 };
const PAST_FILE: LookupErrorKind = LookupErrorKind::PastFileEnd { file_len: 32 };

// Numbers.

#[test]
fn numbers_in_every_form() {
    for text in [
        "65",
        "0x41",
        "0X41",
        "41h",
        "41H",
        "041h",
        "0o101",
        "0O101",
        "0b1000001",
        "0B1000001",
        "065",
        "00065",
        "6_5",
        "0x4_1",
        "0x_41",
        "4_1h",
        "65_",
        "p0+65",
        " 65 ",
        "\t65\n",
    ] {
        check_index(text, &everything(), 65);
    }
    check_index("010", &everything(), 10);
    check_index("08", &everything(), 8);
    check_index("0", &everything(), 0);
    check_index("0b1h", &everything(), 0xb1);
    check_index("0FFh", &everything(), 255);
    check_index("0xAbCd", &everything(), 0xabcd);
    check_index("0xb", &everything(), 11);
    check_error("0x1h", &everything(), 3, LookupErrorKind::NotANumber);
}

#[test]
fn units() {
    for (text, expected) in [
        ("1k", 1000),
        ("1M", 1_000_000),
        ("1G", 1_000_000_000),
        ("1T", 1_000_000_000_000),
        ("1Ki", 1 << 10),
        ("1Mi", 1 << 20),
        ("1Gi", 1 << 30),
        ("1Ti", 1 << 40),
        ("64Ki", 65536),
        ("0x10Ki", 16384),
        ("1_000k", 1_000_000),
        ("010k", 10_000),
        ("p2k", 2000 * 4096),
        ("1K", 1000),
        ("1kB", 1000),
        ("1KB", 1000),
        ("1MB", 1_000_000),
        ("1GB", 1_000_000_000),
        ("1TB", 1_000_000_000_000),
        ("1ki", 1 << 10),
        ("1kiB", 1 << 10),
        ("1KiB", 1 << 10),
        ("1MiB", 1 << 20),
        ("4GiB", 4 << 30),
        ("1TiB", 1 << 40),
        ("0x10KiB", 16384),
        ("0b11kB", 3000),
    ] {
        check_index(text, &everything(), expected);
    }
    for (text, at) in [
        ("1i", 1),
        ("1iB", 1),
        ("1B", 1),
        ("1kb", 1),
        ("1KIB", 1),
        ("1kBB", 1),
        ("0xkB", 2),
        ("kB", 0),
        ("1kk", 1),
        ("1 Ki", 2),
        ("1hk", 1),
        ("0xk", 2),
        ("1m", 1),
    ] {
        check_error(text, &everything(), at, LookupErrorKind::NotANumber);
    }
}

// What the screen shows is taken as shown.

#[test]
fn counts_are_taken_with_their_commas() {
    for (text, expected) in [
        ("1,000", 1000),
        ("12,345", 12_345),
        ("1,048,576", 1 << 20),
        ("1,000+2,000", 3000),
        ("p1,000", 1000 * 4096),
        ("(1,000)", 1000),
    ] {
        check_index(text, &everything(), expected);
    }
    check_range("1,000..2,000", &everything(), 1000, 2000);
    check_range("1,000:+2,000", &everything(), 1000, 3000);
}

/// 256 bytes of a large file, whose column has nine digits.
fn wide() -> Context {
    let extent = span(0x1_0000_0000, 0x1_0000_0100);
    Context {
        extent,
        file_len: 0x2_0000_0000,
        cursor: extent.start(),
        page_bytes: 4096,
        column_digits: offset_digits(extent),
    }
}

#[test]
fn a_number_as_the_offset_column_shows_it_is_hexadecimal() {
    check_index("00000020", &sample(), 0x20);
    check_index("0000001f", &sample(), 0x1f);
    check_index("0000001F", &sample(), 0x1f);
    check_index(" 00000020 ", &sample(), 0x20);
    check_index("00000010+00000010", &sample(), 0x20);
    check_index("00000020-8", &sample(), 0x18);
    check_range("00000010..00000020", &sample(), 0x10, 0x20);
    check_range("00000010:+8", &sample(), 0x10, 0x18);
    check_error("00000040", &sample(), 0, PAST_61);
    for text in ["00000020", "1+00000020", "00000010..20", "00000040"] {
        assert!(reads_as_column(text, &sample()), "{text}");
    }
    // Not as wide, without a zero in front, with a sign that says otherwise, or where there is no column.
    let nowhere = Context {
        column_digits: 0,
        ..sample()
    };
    for (text, context, expected) in [
        ("0000020", &sample(), 20),
        ("000000020", &sample(), 20),
        ("00_000020", &sample(), 20),
        ("0x000020", &sample(), 0x20),
        ("0000020h", &sample(), 0x20),
        ("0o000020", &sample(), 0o20),
        ("0b000010", &sample(), 2),
        ("00000020", &nowhere, 20),
    ] {
        check_index(text, context, expected);
        assert!(!reads_as_column(text, context), "{text}");
    }
    check_error("12345678", &sample(), 0, PAST_61);
    check_error("000000.0", &sample(), 6, LookupErrorKind::NotANumber);
    // The number of a page stands in no offset column.
    let pages = Context {
        page_bytes: 1,
        ..sample()
    };
    check_index("p00000020", &pages, 20);
    assert!(!reads_as_column("p00000020", &pages));
    assert_eq!(wide().column_digits, 9);
    check_error(
        "100000020",
        &wide(),
        0,
        LookupErrorKind::BeforeStart {
            first: 0x1_0000_0000,
        },
    );
}

#[test]
fn a_binary_number_is_an_offset_only_where_one_looks_so() {
    let extent = span(0, 0x0b00_0100);
    let large = Context {
        extent,
        file_len: extent.end(),
        column_digits: offset_digits(extent),
        ..sample()
    };
    check_index("0b000010", &large, 0x0b00_0010);
    check_index("0b000010", &sample(), 2);
    check_index("0b00001", &large, 1);
    check_index("0b111111", &large, 63);
}

proptest! {
    #[test]
    fn every_offset_is_taken_as_the_column_shows_it(end in 1_u64.., at in any::<prop::sample::Index>(), upper in any::<bool>()) {
        let extent = span(0, end);
        let context = Context { extent, file_len: end, cursor: 0, page_bytes: 4096, column_digits: offset_digits(extent) };
        let offset = at.index(usize::try_from(end).unwrap()) as u64;
        let width = format!("{:x}", end - 1).len().max(8);
        let shown = if upper { format!("{offset:0width$X}") } else { format!("{offset:0width$x}") };
        if shown.starts_with('0') {
            prop_assert_eq!(parse(&shown, &context), Ok(Lookup::Index(offset)));
            prop_assert!(reads_as_column(&shown, &context));
        }
    }

    #[test]
    fn an_offer_can_be_typed(text in prop_oneof!["[0-9a-fA-F]{1,17}h?", "0{1,3}[1-9][0-9]{0,2}", "[0-9]{1,3} ?- ?[0-9]{1,3}", "[0-9a-f_+.-]{1,12}"], context in prop::sample::select(vec![sample(), window(), shrunk(), nothing(), wide()])) {
        if let Err(error) = parse(&text, &context) && let Some(offer) = error.offer {
            let again = parse(&offer.to_string(), &context);
            let kind = again.as_ref().err().map(|error| error.kind);
            prop_assert!(kind != Some(LookupErrorKind::NotANumber), "{text}: {offer}");
            match (offer, again) {
                (Offer::Hexadecimal(value), Ok(found)) => prop_assert_eq!(found, Lookup::Index(value)),
                (Offer::Range(start, end), Ok(found)) => prop_assert_eq!(found, Lookup::Range(span(start, end))),
                _ => {}
            }
        }
    }
}

#[test]
fn what_was_meant_is_offered() {
    let hexadecimal = |value| Some(Offer::Hexadecimal(value));
    for (text, expected) in [
        ("FF", hexadecimal(0xff)),
        ("ff", hexadecimal(0xff)),
        ("ffh", hexadecimal(0xff)),
        ("1f", hexadecimal(0x1f)),
        ("0000001f", hexadecimal(0x1f)),
        ("3+FF", hexadecimal(0xff)),
        ("3..1f", hexadecimal(0x1f)),
        ("1_f", hexadecimal(0x1f)),
        ("ffffffffffffffffffff", None),
        ("xyz", None),
        ("fog", None),
        ("0b2", None),
        ("12x", None),
        ("1 2", None),
    ] {
        check_offer(text, &everything(), expected);
    }
    let range = |start, end| Some(Offer::Range(start, end));
    for (text, expected) in [
        ("3-7", range(3, 7)),
        (" 3 - 7 ", range(3, 7)),
        ("0x3-0x7", range(3, 7)),
        ("00000010-00000020", range(0x10, 0x20)),
        ("3-70", range(3, 70)),
        ("1K-2K", range(1000, 2000)),
        ("-3", None),
        ("3-4-5", None),
        ("3-(7)", None),
        (".-20", None),
        ("2-p7", None),
        ("..3-7", None),
        ("70", None),
    ] {
        check_offer(text, &sample(), expected);
    }
    check_index("7-3", &sample(), 4);
    // A difference of offsets that lies before the window is no range where it runs backwards or has no bytes.
    check_offer("150-160", &window(), range(150, 160));
    check_offer("190-150", &window(), None);
    check_offer("150-150", &window(), None);
    // A number with a zero in front that is no offset here, though it is one in hexadecimal.
    check_offer("0070", &window(), hexadecimal(0x70));
    check_offer("010h", &window(), None);
    check_offer("70", &window(), None);
    check_offer("0010", &window(), None);
    check_offer("p0", &window(), None);
}

// Operands and operators.

#[test]
fn cursor_length_and_pages() {
    check_index(".", &sample(), 10);
    check_index(".+1", &sample(), 11);
    check_index(".-10", &sample(), 0);
    check_index("+5", &sample(), 15);
    check_index("+ 5", &sample(), 15);
    check_index("+-5", &sample(), 5);
    check_index("+2*3", &sample(), 16);
    check_index("+2*3-1", &sample(), 15);
    check_index("$-16", &sample(), 46);
    check_index("$ - 1", &sample(), 61);
    check_index("$-1", &window(), 199);
    check_error("$", &sample(), 0, PAST_61);
    check_index("p0", &sample(), 0);
    check_index("p12", &everything(), 12 * 4096);
    check_index("p12+0x40", &everything(), 12 * 4096 + 0x40);
    check_index("p12h", &everything(), 0x12 * 4096);
    check_index("p0x10", &everything(), 16 * 4096);
    check_index("p7", &window(), 112);
    check_index(
        "p7",
        &Context {
            page_bytes: 0,
            ..sample()
        },
        7,
    );
    for text in ["p", "p-1", "p 1", "p(1)", "px", "P1", "p_1", "pp1"] {
        check_error(text, &everything(), 0, LookupErrorKind::NotANumber);
    }
    check_error("1+p", &everything(), 2, LookupErrorKind::NotANumber);
    check_error("p1x", &everything(), 2, LookupErrorKind::NotANumber);
}

#[test]
fn operators() {
    for (text, expected) in [
        ("2+3*4", 14),
        ("(2+3)*4", 20),
        ("2*3+4", 10),
        ("100-10-1", 89),
        ("100/10/2", 5),
        ("100/(10/2)", 20),
        ("100%7*2", 4),
        ("2*100%7", 4),
        ("7/2", 3),
        ("10+-7/2", 7),
        ("10+-7%4", 7),
        ("--5", 5),
        ("- - -(-5)", 5),
        ("2--3", 5),
        ("2 * -3 + 10", 4),
        ("((((7))))", 7),
        ("0x10000000000000000-0x10000000000000000", 0),
        ("\u{3000}1 + \u{a0}2", 3),
        (".*2", 2000),
        ("(.)", 1000),
    ] {
        check_index(text, &everything(), expected);
    }
}

#[test]
fn texts_outside_the_grammar_name_the_column() {
    for (text, at) in [
        ("abc", 0),
        ("  abc", 2),
        ("\u{3000}1 +\u{a0}x", 5),
        ("é", 0),
        ("12é", 2),
        ("12x", 2),
        ("0x", 2),
        ("0xg", 2),
        ("0x4g1", 3),
        ("0o8", 2),
        ("0b2", 2),
        ("ffh", 0),
        ("1f", 1),
        ("_1", 0),
        ("1 2", 2),
        ("1..2..3", 4),
        ("1+", 2),
        ("1+  ", 2),
        ("+", 1),
        ("-", 1),
        ("++1", 1),
        ("*1", 0),
        ("1**2", 2),
        ("2*+3", 2),
        ("(+3)", 1),
        ("()", 1),
        ("(1", 2),
        ("1)", 1),
        (")", 0),
        ("1.5", 1),
        (".5", 1),
        ("....", 2),
        ("3..=", 4),
        ("..=", 3),
        ("3:5", 2),
        (":+5", 0),
        ("3:", 2),
        ("3:+", 3),
        ("3:++1", 3),
        ("3:+..", 3),
        ("(1..2)", 2),
        ("1/0 x", 4),
        ("65\u{0}", 2),
        ("６５", 0),
        (",000", 0),
        ("1,", 1),
        ("1,00", 1),
        ("1,0000", 1),
        ("1,000,", 1),
        ("1,000,00", 1),
        ("1234,000", 4),
        ("0,000", 1),
        ("1,000k", 1),
        ("1,000_000", 1),
        ("1, 000", 1),
        ("0x1,000", 3),
        ("p1,", 2),
    ] {
        check_error(text, &everything(), at, LookupErrorKind::NotANumber);
    }
}

// Ranges.

#[test]
fn ranges_in_every_form() {
    check_range("3..7", &sample(), 3, 7);
    check_range("3 .. 7", &sample(), 3, 7);
    check_range("3..=7", &sample(), 3, 8);
    check_range("3..=3", &sample(), 3, 4);
    check_range("3:+4", &sample(), 3, 7);
    check_range("3 : + 4", &sample(), 3, 7);
    check_range("3:+2*2", &sample(), 3, 7);
    check_range("3:+-(-4)", &sample(), 3, 7);
    check_range("..7", &sample(), 0, 7);
    check_range("..=7", &sample(), 0, 8);
    check_range("3..", &sample(), 3, 62);
    check_range("..", &sample(), 0, 62);
    check_range("..$", &sample(), 0, 62);
    check_range("$-16..", &sample(), 46, 62);
    check_range("$-16..$", &sample(), 46, 62);
    check_range("..=$-1", &sample(), 0, 62);
    check_range("...", &sample(), 0, 10);
    check_range(". ..", &sample(), 10, 62);
    check_range(". .. +4", &sample(), 10, 14);
    check_range("+1..+4", &sample(), 11, 14);
    check_range("+1..=+4", &sample(), 11, 15);
    check_range(".:+16", &sample(), 10, 26);
    check_range("p0..p0+8", &sample(), 0, 8);
    check_range("1+1..2*(3+1)", &sample(), 2, 8);
    check_range("0..3eh", &sample(), 0, 62);
}

#[test]
fn ranges_of_a_window() {
    check_range("..", &window(), 100, 200);
    check_range("..110", &window(), 100, 110);
    check_range("190..", &window(), 190, 200);
    check_range("..=100", &window(), 100, 101);
    let before = LookupErrorKind::BeforeStart { first: 100 };
    let past = LookupErrorKind::PastEnd { last: 199 };
    check_index("100", &window(), 100);
    check_index("199", &window(), 199);
    check_error("99", &window(), 0, before);
    check_error("200", &window(), 0, past);
    check_error("99..101", &window(), 0, before);
    check_error("10..20", &window(), 0, before);
    check_error("..50", &window(), 2, before);
    check_error("..=99", &window(), 3, before);
    check_error("..100", &window(), 0, LookupErrorKind::EmptyRange);
    check_error("190..201", &window(), 5, past);
    check_error("250..260", &window(), 0, past);
    check_error("250..", &window(), 0, past);
}

// Errors, kind by kind.

#[test]
fn nothing_typed() {
    for text in ["", " ", "\t\n", "\u{3000}"] {
        check_error(text, &sample(), 0, LookupErrorKind::Empty);
        check_error(text, &nothing(), 0, LookupErrorKind::Empty);
    }
}

#[test]
fn out_of_the_mapping() {
    check_index("0", &sample(), 0);
    check_index("61", &sample(), 61);
    check_error("62", &sample(), 0, PAST_61);
    check_error(" 65", &sample(), 1, PAST_61);
    check_error("18446744073709551615", &sample(), 0, PAST_61);
    check_error(
        "18446744073709551615",
        &everything(),
        0,
        LookupErrorKind::PastEnd { last: u64::MAX - 1 },
    );
    check_index("18446744073709551614", &everything(), u64::MAX - 1);
    check_error("-99", &sample(), 0, BEFORE_0);
    check_error("-1", &sample(), 0, BEFORE_0);
    check_error("-0xffffffffffffffffff", &sample(), 0, BEFORE_0);
    check_error("+-11", &sample(), 0, BEFORE_0);
    check_error("60..63", &sample(), 4, PAST_61);
    check_error("60..=62", &sample(), 5, PAST_61);
    check_error("60:+3", &sample(), 4, PAST_61);
    check_error("70..80", &sample(), 0, PAST_61);
    check_error("70..", &sample(), 0, PAST_61);
    check_error("-5..3", &sample(), 0, BEFORE_0);
    check_error("-5..-3", &sample(), 0, BEFORE_0);
    check_error("..-3", &sample(), 2, BEFORE_0);
    check_error("..=-1", &sample(), 3, BEFORE_0);
    check_error(
        "0..=18446744073709551615",
        &everything(),
        4,
        LookupErrorKind::PastEnd { last: u64::MAX - 1 },
    );
}

#[test]
fn ranges_without_bytes() {
    let (reversed, empty) = (LookupErrorKind::ReversedRange, LookupErrorKind::EmptyRange);
    for (text, at, kind) in [
        ("7..3", 1, reversed),
        ("7..=6", 1, reversed),
        ("7..-3", 1, reversed),
        ("70..65", 2, reversed),
        ("7:+-1", 1, reversed),
        ("7..7", 1, empty),
        ("70..70", 2, empty),
        ("7:+0", 1, empty),
        ("..0", 0, empty),
        ("$..", 1, empty),
    ] {
        check_error(text, &sample(), at, kind);
    }
}

#[test]
fn over_64_bits() {
    let over = LookupErrorKind::Over64Bits;
    let over_128 = format!("1{}", "0".repeat(40));
    for (text, at) in [
        ("18446744073709551616", 0),
        ("0x10000000000000000", 0),
        ("1+0xffffffffffffffff", 0),
        ("99999999999999999Ti", 0),
        ("0..0x10000000000000000", 3),
        ("0x10000000000000000..0", 0),
        ("9..=0x10000000000000000", 4),
        ("1:+0xffffffffffffffff", 3),
        ("1:+0x10000000000000000", 3),
        (over_128.as_str(), 0),
        ("1+1000000000000T*1000000000000T*2", 16),
        ("p100000000000000000000000000000000000000", 0),
        ("1+170141183460469231731687303715884105727", 1),
        ("-170141183460469231731687303715884105727-2", 40),
    ] {
        check_error(text, &sample(), at, over);
    }
    let long = "1".repeat(1 << 20);
    check_error(&long, &sample(), 0, over);
    check_error(
        &format!("({long})x"),
        &sample(),
        long.len() + 2,
        LookupErrorKind::NotANumber,
    );
}

#[test]
fn division_by_zero() {
    let zero = LookupErrorKind::DivisionByZero;
    check_error("1/0", &sample(), 2, zero);
    check_error("1%0", &sample(), 2, zero);
    check_error("1 / (3-3)", &sample(), 4, zero);
    check_error("0..1/0", &sample(), 5, zero);
    check_error("1/0..70", &sample(), 2, zero);
    check_error("1/-0", &sample(), 2, zero);
    check_index("0/1", &sample(), 0);
}

#[test]
fn past_the_end_of_a_file_that_shrank() {
    check_index("31", &shrunk(), 31);
    check_error("32", &shrunk(), 0, PAST_FILE);
    check_error("61", &shrunk(), 0, PAST_FILE);
    check_error("62", &shrunk(), 0, PAST_61);
    check_range("0..32", &shrunk(), 0, 32);
    check_error("0..33", &shrunk(), 3, PAST_FILE);
    check_error("40..50", &shrunk(), 0, PAST_FILE);
    check_error("0..63", &shrunk(), 3, PAST_61);
    check_error("..", &shrunk(), 0, PAST_FILE);
    check_index(
        "61",
        &Context {
            file_len: u64::MAX,
            ..sample()
        },
        61,
    );
}

#[test]
fn nothing_mapped() {
    for text in ["0", "-99", "65", "..", "3..7", "7..3", "$", "."] {
        check_error(text, &nothing(), 0, LookupErrorKind::EmptyMapping);
    }
    // What is wrong with the text itself is told first.
    check_error("abc", &nothing(), 0, LookupErrorKind::NotANumber);
    check_error("1/0", &nothing(), 2, LookupErrorKind::DivisionByZero);
    check_error(
        "0x10000000000000000",
        &nothing(),
        0,
        LookupErrorKind::Over64Bits,
    );
}

#[test]
fn deep_and_long_texts_need_no_stack() {
    let nested = |depth: usize| format!("{}7{}", "(".repeat(depth), ")".repeat(depth));
    check_index(&nested(64), &sample(), 7);
    check_error(&nested(65), &sample(), 64, LookupErrorKind::TooDeep);
    check_error(
        &"(".repeat(1 << 20),
        &sample(),
        64,
        LookupErrorKind::TooDeep,
    );
    check_error(
        &"-(".repeat(1 << 19),
        &sample(),
        129,
        LookupErrorKind::TooDeep,
    );
    // Depth is what is open at once, not how many there are.
    check_index(&format!("0{}", "+(0)".repeat(1000)), &sample(), 0);
    check_index(&format!("{}7", "-".repeat(1 << 20)), &sample(), 7);
    check_error(
        &format!("{}7", "-".repeat((1 << 20) + 1)),
        &sample(),
        0,
        BEFORE_0,
    );
    check_index(&format!("0{}", "+0".repeat(1 << 19)), &sample(), 0);
    check_index(&format!("1{}", "*1".repeat(1 << 19)), &sample(), 1);
    check_index(&format!("{}7", " ".repeat(1 << 20)), &sample(), 7);
}

#[test]
fn a_lookup_as_a_span() {
    assert_eq!(Lookup::Index(3).span(), span(3, 4));
    assert_eq!(Lookup::Range(span(3, 7)).span(), span(3, 7));
    assert_eq!(Lookup::Range(span(3, 7)).start(), 3);
    assert_eq!(Lookup::Index(u64::MAX).span(), Span::empty(u64::MAX));
    assert_eq!(shrunk().valid(), Some(span(0, 32)));
    assert_eq!(nothing().valid(), None);
}
