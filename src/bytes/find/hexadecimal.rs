//! Bytes as they are typed: `DE ?? BE EF`, `4?`, `?f`.
//!
//! It owns that grammar. It must not know how bytes are found.

use super::error::{PatternError, PatternErrorKind};
use super::fixed::{Fixed, FixedBuilder};

/// The pattern of a text; spaces may stand between bytes.
pub(super) fn of_hexadecimal(text: &str) -> Result<Fixed, PatternError> {
    let mut pattern = FixedBuilder::default();
    let mut letters = text.chars().enumerate();
    let mut end = 0;
    let mut has_digit = false;
    while let Some((at, letter)) = letters.next() {
        end = at + 1;
        if letter.is_whitespace() {
            continue;
        }
        let (high, high_mask) = nibble(letter).ok_or(PatternErrorKind::NotHexadecimal.at(at))?;
        let (at, letter) = letters
            .next()
            .ok_or(PatternErrorKind::HalfByte.at(at + 1))?;
        end = at + 1;
        if letter.is_whitespace() {
            return Err(PatternErrorKind::HalfByte.at(at));
        }
        let (low, low_mask) = nibble(letter).ok_or(PatternErrorKind::NotHexadecimal.at(at))?;
        has_digit |= high_mask | low_mask != 0;
        pattern.push(high << 4 | low, high_mask << 4 | low_mask);
    }
    if pattern.is_empty() {
        return Err(PatternErrorKind::Empty.at(end));
    }
    if !has_digit {
        return Err(PatternErrorKind::OnlyWildcards.at(0));
    }
    Ok(pattern.build())
}

/// Value and mask of half a byte.
fn nibble(letter: char) -> Option<(u8, u8)> {
    if letter == '?' {
        return Some((0, 0));
    }
    let digit = letter.to_digit(16)?;
    Some((u8::try_from(digit).ok()?, 0xF))
}
