//! The rules of sentences that hold numbers: one form of numbers, one byte is no bytes.

use std::path::PathBuf;

use mapscope::bytes::Span;
use mapscope::bytes::answer::{
    Cell, answer_error, answer_found, answer_index, answer_range, prompt,
};
use mapscope::bytes::lookup::{Context, parse};
use mapscope::bytes::size::{counted, human_size};
use mapscope::map::{GapReason, MapError, Mode, StoreError};
use proptest::prelude::*;

/// Words that are counted.
const COUNTED: [&str; 8] = [
    "bytes",
    "pages",
    "edits",
    "files",
    "processes",
    "copies",
    "indexes",
    "columns",
];

/// What is wrong with the numbers of a sentence.
pub(crate) fn fault(sentence: &str) -> Option<String> {
    let bytes = sentence.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b',' && at > 0 && is_digit(at - 1) && is_digit(at + 1) {
            return Some(format!("a mark between digits: {sentence}"));
        }
    }
    let words: Vec<&str> = sentence
        .split(|c: char| !c.is_alphanumeric() && c != '.')
        .filter(|word| !word.is_empty())
        .collect();
    let is_counted = |at: usize| words.get(at).is_some_and(|word| COUNTED.contains(word));
    (0..words.len()).find_map(|at| {
        // `1 bytes`, `1 edited bytes`
        let is_edited = words.get(at + 1) == Some(&"edited") && is_counted(at + 2);
        let wrong = words.get(at) == Some(&"1") && (is_counted(at + 1) || is_edited);
        wrong.then(|| format!("one of many: {sentence}"))
    })
}

#[track_caller]
pub(crate) fn check(sentence: &str) {
    assert_eq!(fault(sentence), None);
}

#[test]
fn the_rule_sees_what_it_should() {
    for wrong in [
        "9,806 bytes",
        "it has 1 bytes",
        "1 edited bytes",
        "0 to 1,000",
    ] {
        assert!(fault(wrong).is_some(), "{wrong}");
    }
    for right in [
        "9806 bytes",
        "1 byte",
        "11 bytes",
        "at 5, 6 bytes",
        "1.0 KiB (1024 bytes)",
    ] {
        check(right);
    }
}

/// Numbers round the places where a form could change.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        0..3_u64,
        995..1005_u64,
        Just(9805),
        Just(1_048_576),
        any::<u64>()
    ]
}

proptest! {
    #[test]
    fn numbers_have_one_form_in_every_answer(start in number(), len in 0..20_000_u64, asked in number(), file_len in number()) {
        let Some(extent) = Span::at(start, len) else {
            return Ok(());
        };
        check(&prompt(extent));
        let cells = [Cell::Byte(b'A'), Cell::Unreadable("gone".into())];
        check(&answer_range(extent, &cells, 4096));
        check(&answer_index(asked, &cells[0]));
        check(&answer_index(asked, &cells[1]));
        let context = Context { extent, file_len, cursor: start, page_bytes: 4096, column_digits: 8 };
        for text in [asked.to_string(), format!("{asked}..{file_len}"), "x".repeat(1200) + "!"] {
            match parse(&text, &context) {
                Ok(found) => check(&answer_found(&text, found, &cells, &context)),
                Err(error) => check(&answer_error(&text, &error, &context)),
            }
        }
    }

    #[test]
    fn numbers_have_one_form_in_every_error(offset in number(), len in number(), file_len in number()) {
        check(&human_size(len));
        check(&counted(len, "byte"));
        check(&GapReason::PastFileEnd { file_len }.to_string());
        let mapped = Span::at(offset, len).unwrap_or(Span::empty(0));
        let bytes = usize::try_from(len).unwrap_or(usize::MAX);
        for error in [
            StoreError::ReadOnly { mode: Mode::Private },
            StoreError::OutsideMapping { offset, mapped },
            StoreError::PastFileEnd { offset, len: bytes, file_len },
            StoreError::Unreadable { offset, reason: GapReason::PastFileEnd { file_len } },
            StoreError::Refused { offset, stored: bytes / 2, wanted: bytes, before: Vec::new(), reason: GapReason::HoleNeedsBlock },
        ] {
            check(&error.to_string());
        }
        check(&MapError::PastFileEnd { path: PathBuf::from("f"), span: mapped, file_len }.to_string());
    }
}
