//! The lookup grammar: a table for every line of it, and random texts against an oracle that never saw a token.

use mapscope::bytes::lookup::{Context, Lookup, LookupErrorKind, Offer, parse, reads_as_column};
use mapscope::bytes::rows::offset_digits;
use mapscope::bytes::span::Span;
use proptest::prelude::*;

mod errors;
mod numbers;
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
