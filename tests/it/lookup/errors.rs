//! Errors of what is a number or a range, kind by kind.

use super::*;

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
