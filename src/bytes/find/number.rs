//! Numbers that are looked for: types, orders of bytes, and ranges of values as they are typed.
//!
//! It owns that grammar: `42`, `-0x2a`, `1.5`, `1..10`, `1..=10`. It must not know how numbers are found.

use super::error::{PatternError, PatternErrorKind};
use super::number_type::{ByteOrder, NumberType};

/// Values between two bounds, both of which belong to them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Bounds {
    /// Of whole numbers: the lowest one's bits, and how far the highest is above it.
    Whole { low: u64, width: u64 },
    /// Of [`NumberType::F32`].
    Single { low: f32, high: f32 },
    /// Of [`NumberType::F64`].
    Double { low: f64, high: f64 },
}

/// Numbers of one type between two bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct NumberRange {
    pub(super) number: NumberType,
    pub(super) order: ByteOrder,
    pub(super) bounds: Bounds,
}

impl NumberRange {
    /// The bytes, where exactly these are looked for: of zero there are two as a float.
    pub(super) fn literal(&self) -> Option<Vec<u8>> {
        let bits = match self.bounds {
            Bounds::Whole { low, width: 0 } => low,
            Bounds::Single { low, high } if low.to_bits() == high.to_bits() && low != 0.0 => {
                u64::from(low.to_bits())
            }
            Bounds::Double { low, high } if low.to_bits() == high.to_bits() && low != 0.0 => {
                low.to_bits()
            }
            _ => return None,
        };
        let mut bytes = bits.to_le_bytes()[..self.number.len_bytes()].to_vec();
        if self.order == ByteOrder::Big {
            bytes.reverse();
        }
        Some(bytes)
    }

    /// Whether zeros alone are in the range.
    pub(super) fn fits_zeros(&self) -> bool {
        match self.bounds {
            Bounds::Whole { low, width } => {
                let bits = self.number.len_bytes() * 8;
                low.wrapping_neg() & (u64::MAX >> (64 - bits)) <= width
            }
            Bounds::Single { low, high } => low <= 0.0 && 0.0 <= high,
            Bounds::Double { low, high } => low <= 0.0 && 0.0 <= high,
        }
    }
}

/// One side of a range, with the column where it begins.
struct Side<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Side<'a> {
    fn new(text: &'a str, at: usize) -> Self {
        let inside = text.trim_start();
        let skipped = text.chars().count() - inside.chars().count();
        Self {
            text: inside.trim_end(),
            at: at + skipped,
        }
    }
}

/// The numbers that a text names.
pub(super) fn of_number(
    text: &str,
    number: NumberType,
    order: ByteOrder,
) -> Result<NumberRange, PatternError> {
    if text.trim().is_empty() {
        return Err(PatternErrorKind::Empty.at(text.chars().count()));
    }
    let range = Sides::new(text);
    let bounds = match number {
        NumberType::F32 => {
            let (low, high) = range.bounds(|side| float(side, number, f32::is_finite))?;
            Bounds::Single {
                low,
                high: if range.is_open {
                    high.next_down()
                } else {
                    high
                },
            }
        }
        NumberType::F64 => {
            let (low, high) = range.bounds(|side| float(side, number, f64::is_finite))?;
            Bounds::Double {
                low,
                high: if range.is_open {
                    high.next_down()
                } else {
                    high
                },
            }
        }
        _ => {
            let (low, high) = range.bounds(|side| whole(side, number))?;
            let bits = number.len_bytes() * 8;
            Bounds::Whole {
                low: low_bits(low) & (u64::MAX >> (64 - bits)),
                width: low_bits(high - low - i128::from(range.is_open)),
            }
        }
    };
    Ok(NumberRange {
        number,
        order,
        bounds,
    })
}

/// The two sides of a range; both are the same where there is one number.
struct Sides<'a> {
    first: Side<'a>,
    second: Side<'a>,
    /// The last number does not belong to it.
    is_open: bool,
}

impl<'a> Sides<'a> {
    fn new(text: &'a str) -> Self {
        let Some((first, rest)) = text.split_once("..") else {
            return Self {
                first: Side::new(text, 0),
                second: Side::new(text, 0),
                is_open: false,
            };
        };
        let at = first.chars().count() + 2;
        let (second, is_open) = match rest.strip_prefix('=') {
            Some(rest) => (Side::new(rest, at + 1), false),
            None => (Side::new(rest, at), true),
        };
        Self {
            first: Side::new(first, 0),
            second,
            is_open,
        }
    }

    /// The numbers of both sides, in order.
    fn bounds<T: PartialOrd>(
        &self,
        parse: impl Fn(&Side<'_>) -> Result<T, PatternError>,
    ) -> Result<(T, T), PatternError> {
        let (low, high) = (parse(&self.first)?, parse(&self.second)?);
        if high < low {
            return Err(PatternErrorKind::ReversedRange.at(self.second.at));
        }
        if self.is_open && high <= low {
            return Err(PatternErrorKind::EmptyRange.at(self.second.at));
        }
        Ok((low, high))
    }
}

/// A whole number in decimal, or in another base with `0x`, `0o` or `0b`; `_` may stand between digits.
fn whole(side: &Side<'_>, number: NumberType) -> Result<i128, PatternError> {
    let wrong = || PatternErrorKind::NotANumber(number).at(side.at);
    let digits = side.text.strip_prefix('-').unwrap_or(side.text);
    let is_negative = digits.len() < side.text.len();
    let (digits, base) = match digits.get(..2) {
        Some("0x" | "0X") => (&digits[2..], 16),
        Some("0o" | "0O") => (&digits[2..], 8),
        Some("0b" | "0B") => (&digits[2..], 2),
        _ => (digits, 10),
    };
    let digits = digits.replace('_', "");
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(base)) {
        return Err(wrong());
    }
    let out_of_range = || PatternErrorKind::OutOfRange(number).at(side.at);
    let value = i128::from_str_radix(&digits, base).map_err(|_| out_of_range())?;
    let value = if is_negative { -value } else { value };
    match number.limits() {
        Some((least, greatest)) if least <= value && value <= greatest => Ok(value),
        _ => Err(out_of_range()),
    }
}

/// A number with a fraction; `inf` and `-inf` too.
fn float<T: std::str::FromStr + Copy>(
    side: &Side<'_>,
    number: NumberType,
    is_finite: fn(T) -> bool,
) -> Result<T, PatternError> {
    let text = side.text.replace('_', "").to_ascii_lowercase();
    let unsigned = text.trim_start_matches(['-', '+']);
    if unsigned == "nan" {
        return Err(PatternErrorKind::NeverEqual.at(side.at));
    }
    let value: T = text
        .parse()
        .map_err(|_| PatternErrorKind::NotANumber(number).at(side.at))?;
    if !is_finite(value) && !unsigned.starts_with("inf") {
        return Err(PatternErrorKind::OutOfRange(number).at(side.at));
    }
    Ok(value)
}

/// The lowest 64 bits: of a number below zero those of its two's complement.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the lowest bits are what is asked for"
)]
const fn low_bits(value: i128) -> u64 {
    value as u64
}
