//! What is put in the place of matches: the bytes that a text stands for, where they are no more than one.
//!
//! It must not know what is replaced.

use super::error::{PatternError, PatternErrorKind};
use super::fixed::Fixed;
use super::hexadecimal::of_hexadecimal;
use super::number::{Bounds, of_number};
use super::number_type::ByteOrder;
use super::pattern::PatternKind;
use super::text::{LetterCase, TextEncoding, of_text};

/// The bytes that `text` stands for, read as a pattern of this kind: of text without regard to case as it is typed, of an
/// expression its letters in UTF-8.
///
/// # Errors
/// [`PatternError`], also where it stands for more than one sequence of bytes.
pub fn literal(text: &str, kind: PatternKind) -> Result<Vec<u8>, PatternError> {
    if text.is_empty() {
        return Err(PatternErrorKind::Empty.at(0));
    }
    match kind {
        PatternKind::Bytes => {
            let fixed = of_hexadecimal(text)?;
            let first = text.chars().position(|letter| letter == '?');
            bytes_of(&fixed).ok_or(PatternErrorKind::ManyValues.at(first.unwrap_or(0)))
        }
        PatternKind::Text(encoding, _) => {
            let fixed = of_text(text, encoding, LetterCase::Matters);
            bytes_of(&fixed).ok_or(PatternErrorKind::ManyValues.at(0))
        }
        PatternKind::Expression(_) => literal(
            text,
            PatternKind::Text(TextEncoding::Utf8, LetterCase::Matters),
        ),
        PatternKind::Number(number, order) => {
            let bits = match of_number(text, number, order)?.bounds {
                Bounds::Whole { low, width: 0 } => Some(low),
                Bounds::Single { low, high } if low.to_bits() == high.to_bits() => {
                    Some(u64::from(low.to_bits()))
                }
                Bounds::Double { low, high } if low.to_bits() == high.to_bits() => {
                    Some(low.to_bits())
                }
                _ => None,
            };
            let range = text.find("..").map_or(0, |at| text[..at].chars().count());
            let bits = bits.ok_or(PatternErrorKind::ManyValues.at(range))?;
            let mut bytes = bits.to_le_bytes()[..number.len_bytes()].to_vec();
            if order == ByteOrder::Big {
                bytes.reverse();
            }
            Ok(bytes)
        }
    }
}

fn bytes_of(fixed: &Fixed) -> Option<Vec<u8>> {
    fixed.literal().map(<[u8]>::to_vec)
}
