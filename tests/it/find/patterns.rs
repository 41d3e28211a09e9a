//! What is a pattern and what is not, and what a person is told.

use mapscope::bytes::find::{
    ByteOrder, Kernel, LetterCase, MatchRun, Matches, NumberType, Pattern, PatternError,
    PatternErrorKind, PatternKind, TextEncoding, non_overlapping, parse,
};
use proptest::prelude::*;

use super::{each, pattern};
use crate::{random, words};

const BYTES: PatternKind = PatternKind::Bytes;
const EXPRESSION: PatternKind = PatternKind::Expression(LetterCase::Matters);

fn text(encoding: TextEncoding, case: LetterCase) -> PatternKind {
    PatternKind::Text(encoding, case)
}

fn number(number: NumberType) -> PatternKind {
    PatternKind::Number(number, ByteOrder::Little)
}

#[track_caller]
fn refused(text: &str, kind: PatternKind, at: usize, part: &str) -> PatternErrorKind {
    let error: PatternError = parse(text, kind).expect_err(text);
    let said = error.to_string();
    words::check(&said);
    assert!(said.contains(part), "{part:?} in {said:?}");
    assert!(!said.contains('\n'), "{said:?}");
    assert_eq!(error.at, at, "{text:?}: {said}");
    assert!(error.at <= text.chars().count());
    error.kind
}

#[test]
fn what_are_no_bytes_is_refused_with_the_column_and_what_is_expected() {
    refused("", BYTES, 0, "nothing to look for");
    refused("   ", BYTES, 3, "nothing to look for");
    refused(
        "DE AG",
        BYTES,
        4,
        "not a byte at column 5: two hexadecimal digits",
    );
    refused("\u{d55c} 00", BYTES, 0, "column 1");
    refused(
        "DE A",
        BYTES,
        4,
        "half a byte at column 5: a second hexadecimal digit or ?",
    );
    refused("DE A EF", BYTES, 4, "half a byte at column 5");
    refused("?", BYTES, 1, "half a byte");
    refused("?? ??", BYTES, 0, "at least one digit is expected");
    refused(&"00".repeat(65537), BYTES, 131_074, "at most 65536 bytes");
    refused(
        &"x".repeat(65537),
        text(TextEncoding::Utf8, LetterCase::Ignored),
        65537,
        "at most",
    );
    refused(
        "",
        text(TextEncoding::Utf8, LetterCase::Matters),
        0,
        "nothing to look for",
    );
}

#[test]
fn what_is_no_number_is_refused_with_the_column_and_what_is_expected() {
    refused(" ", number(NumberType::U8), 1, "nothing to look for");
    refused(
        "256",
        number(NumberType::U8),
        0,
        "from 0 to 255 (u8) is expected",
    );
    refused("-129", number(NumberType::I8), 0, "from -128 to 127 (i8)");
    refused(
        "1e5",
        number(NumberType::U32),
        0,
        "not a number at column 1",
    );
    refused("7 .. x", number(NumberType::U32), 5, "column 6");
    refused("7..", number(NumberType::U32), 3, "column 4");
    refused("..7", number(NumberType::U32), 0, "a range such as 10..20");
    refused("9..7", number(NumberType::U32), 3, "reversed");
    refused("7..7", number(NumberType::U32), 3, "..= before it");
    refused(
        "1.5..=x",
        number(NumberType::F32),
        6,
        "a range such as 0.5..=1.5",
    );
    refused("0x", number(NumberType::U64), 0, "not a number");
    refused(&"9".repeat(60), number(NumberType::U64), 0, "does not fit");
    refused(
        "NaN",
        number(NumberType::F64),
        0,
        "NaN at column 1 equals no number",
    );
    refused("1..-nan", number(NumberType::F32), 3, "NaN at column 4");
    refused("1e39", number(NumberType::F32), 0, "does not fit");
}

#[test]
fn what_is_no_expression_is_refused_with_the_column_and_what_is_expected() {
    refused("", EXPRESSION, 0, "nothing to look for");
    refused(
        "a(b",
        EXPRESSION,
        1,
        "not a regular expression at column 2: unclosed group; expected: a ) behind it, or \\( to take it as it is",
    );
    refused("\u{d55c}[", EXPRESSION, 1, "column 2");
    refused("a*", EXPRESSION, 0, "at least one byte is expected");
    refused("^", EXPRESSION, 0, "matches no bytes");
    refused("a|", EXPRESSION, 0, "matches no bytes");
    for big in [
        "[a-z]{9999999}",
        "(?:a{1000}){1000}",
        "(?:(?:a{99}){99}){99}",
    ] {
        let kind = refused(big, EXPRESSION, 0, "too big");
        assert_eq!(kind, PatternErrorKind::ExpressionTooBig);
    }
    let deep = format!("{}a{}", "(".repeat(1000), ")".repeat(1000));
    let error = parse(&deep, EXPRESSION).unwrap_err();
    assert!(
        matches!(error.kind, PatternErrorKind::Expression { .. }),
        "{error}"
    );
}

/// The starts of a pattern in bytes.
fn starts(pattern: &Pattern, bytes: &[u8]) -> Vec<u64> {
    let mut matches = Matches::new(usize::MAX);
    let mut kernel = Kernel::new(pattern, bytes);
    kernel.scan(bytes, 0, 0..bytes.len(), &mut matches, &mut || true);
    each(matches.runs())
        .into_iter()
        .map(|(start, _)| start)
        .collect()
}

#[test]
fn text_is_found_in_its_encoding_and_without_regard_to_case() {
    use TextEncoding::{Utf8, Utf16Be, Utf16Le};
    let check = |word: &str, encoding, other: &str, is_found: bool| {
        let encoded: Vec<u8> = match encoding {
            Utf8 => other.as_bytes().to_vec(),
            Utf16Le => other.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Utf16Be => other.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        };
        let bytes = [b"....".as_slice(), &encoded, b"...."].concat();
        let pattern = pattern(word, text(encoding, LetterCase::Ignored));
        let expected: &[u64] = if is_found { &[4] } else { &[] };
        assert_eq!(
            starts(&pattern, &bytes),
            expected,
            "{word} in {other}, {encoding:?}"
        );
        let exact = parse(word, text(encoding, LetterCase::Matters)).unwrap();
        assert_eq!(starts(&exact, &bytes).len(), usize::from(word == other));
    };
    for encoding in [Utf8, Utf16Le, Utf16Be] {
        check("Word@[{", encoding, "wORD@[{", true);
        check("a[", encoding, "A{", false);
        check("\u{e9}t\u{e9}", encoding, "\u{c9}T\u{e9}", true);
        check("\u{e9}", encoding, "\u{e8}", false);
        // Cyrillic: the two cases of a letter differ in both bytes.
        check(
            "\u{440}\u{430}\u{437}",
            encoding,
            "\u{420}\u{410}\u{417}",
            true,
        );
        // What lies between the two in their bits is neither.
        check("\u{440}", encoding, "\u{460}", false);
        check("\u{440}", encoding, "\u{400}", false);
        // Three forms of one Greek letter.
        for form in ["\u{3c3}", "\u{3c2}", "\u{3a3}"] {
            check("\u{3c3}", encoding, form, true);
            check(form, encoding, "\u{3c2}", true);
        }
        check("\u{d55c}\u{ae00}", encoding, "\u{d55c}\u{ae00}", true);
        check("\u{10428}", encoding, "\u{10400}", true);
        // An ASCII letter is no sign that only looks like one.
        check("k", encoding, "\u{212a}", false);
        check("s", encoding, "\u{17f}", false);
    }
}

#[test]
fn not_a_number_is_in_no_range() {
    let all = pattern(
        "-inf..=inf",
        PatternKind::Number(NumberType::F32, ByteOrder::Big),
    );
    assert_eq!(starts(&all, &f32::NAN.to_be_bytes()), [0_u64; 0]);
    assert_eq!(starts(&all, &f32::INFINITY.to_be_bytes()), [0]);
    let zero = pattern("0..=0", number(NumberType::F64));
    assert_eq!(starts(&zero, &(-0.0_f64).to_le_bytes()), [0]);
    let below = pattern("-1..0", number(NumberType::F64));
    assert_eq!(starts(&below, &(-0.0_f64).to_le_bytes()), [0_u64; 0]);
    assert_eq!(starts(&below, &(-0.5_f64).to_le_bytes()), [0]);
}

/// Matches in any order of additions are the same runs, and what is replaced does not overlap.
#[test]
fn runs_are_counted_without_walking_them() {
    let run = MatchRun {
        start: 10,
        count: 1 << 40,
        step: 1,
        len: 3,
    };
    let replaced = non_overlapping(&[run]);
    assert_eq!(replaced.len(), 1);
    assert_eq!(
        (replaced[0].start, replaced[0].step, replaced[0].len),
        (10, 3, 3)
    );
    assert_eq!(replaced[0].count, ((1 << 40) - 1) / 3 + 1);
    assert!(replaced[0].last_start() <= run.last_start());
    assert!(non_overlapping(&[]).is_empty());
}

proptest! {
    #![proptest_config(random::cases(3000))]

    /// Whatever is typed: a pattern or a sentence, at once; and a pattern can be searched for.
    #[test]
    fn no_text_ends_the_program(text in "[ -~\\n\u{e9}]{0,24}", kind in 0..5_u8, seed in any::<u64>()) {
        let case = if seed % 2 == 0 { LetterCase::Ignored } else { LetterCase::Matters };
        let kind = match kind {
            0 => PatternKind::Bytes,
            1 => PatternKind::Text(TextEncoding::Utf16Be, case),
            2 => number(NumberType::F64),
            3 => number(NumberType::I16),
            _ => PatternKind::Expression(case),
        };
        match parse(&text, kind) {
            Ok(pattern) => {
                let mut draw = random::Draw::new(seed);
                let bytes: Vec<u8> = (0..300).map(|_| u8::try_from(draw.next(256)).unwrap()).collect();
                starts(&pattern, &bytes);
                prop_assert!(pattern.longest() > 0 && pattern.reach() >= pattern.longest());
            }
            Err(error) => {
                prop_assert!(error.at <= text.chars().count(), "{error:?} of {text:?}");
                words::check(&error.to_string());
            }
        }
    }
}
