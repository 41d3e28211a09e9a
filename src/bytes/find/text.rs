//! Text as bytes: encodings, and letters without regard to case.
//!
//! It owns what counts as the same letter. ASCII letters have their ASCII counterpart alone. Every other letter has those that
//! Unicode's simple case folding makes one of, where they take as many bytes in the encoding.

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use super::fixed::{Fixed, FixedBuilder};

/// How text stands in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TextEncoding {
    /// UTF-8, and with it ASCII.
    #[default]
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
}

/// Whether upper and lower case are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LetterCase {
    /// They are.
    #[default]
    Matters,
    /// They are not.
    Ignored,
}

/// The pattern of a text, taken as it is.
pub(super) fn of_text(text: &str, encoding: TextEncoding, case: LetterCase) -> Fixed {
    let mut pattern = FixedBuilder::default();
    for letter in text.chars() {
        let bytes = encoded(letter, encoding);
        match case {
            LetterCase::Matters => pattern.push_bytes(&bytes),
            LetterCase::Ignored => {
                let mut variants: Vec<Vec<u8>> = counterparts(letter)
                    .into_iter()
                    .filter(|other| *other != letter)
                    .map(|other| encoded(other, encoding))
                    .filter(|other| other.len() == bytes.len())
                    .collect();
                variants.insert(0, bytes);
                pattern.push_one_of(variants);
            }
        }
    }
    pattern.build()
}

fn encoded(letter: char, encoding: TextEncoding) -> Vec<u8> {
    let units = |order: fn(u16) -> [u8; 2]| {
        let mut units = [0; 2];
        let units = letter.encode_utf16(&mut units);
        units.iter().flat_map(|unit| order(*unit)).collect()
    };
    match encoding {
        TextEncoding::Utf8 => letter.to_string().into_bytes(),
        TextEncoding::Utf16Le => units(u16::to_le_bytes),
        TextEncoding::Utf16Be => units(u16::to_be_bytes),
    }
}

/// The letters that are the same as this one but for their case.
fn counterparts(letter: char) -> Vec<char> {
    if letter.is_ascii() {
        return vec![letter.to_ascii_lowercase(), letter.to_ascii_uppercase()];
    }
    let mut class = ClassUnicode::new([ClassUnicodeRange::new(letter, letter)]);
    // An error means that the tables were left out, which they are not; then the letter stands for itself.
    if class.try_case_fold_simple().is_err() {
        return Vec::new();
    }
    class
        .ranges()
        .iter()
        .flat_map(|range| range.start()..=range.end())
        .filter(|other| !other.is_ascii())
        .collect()
}
