//! Integers of one to eight bytes.

use super::{Field, NoReading, Order, Reading, WriteError, expected, first, lowest, plain};

/// What `bytes` are as a number without a sign.
pub(super) fn unsigned(field: Field, order: Order, bytes: &[u8]) -> Result<Reading, NoReading> {
    Ok(match field {
        Field::U8 => plain(u8::from_le_bytes(first(order, bytes)?).to_string(), 1),
        Field::U16 => plain(u16::from_le_bytes(first(order, bytes)?).to_string(), 2),
        Field::U32 => plain(u32::from_le_bytes(first(order, bytes)?).to_string(), 4),
        _ => plain(u64::from_le_bytes(first(order, bytes)?).to_string(), 8),
    })
}

/// What `bytes` are as a number with a sign.
pub(super) fn signed(field: Field, order: Order, bytes: &[u8]) -> Result<Reading, NoReading> {
    Ok(match field {
        Field::I8 => plain(i8::from_le_bytes(first(order, bytes)?).to_string(), 1),
        Field::I16 => plain(i16::from_le_bytes(first(order, bytes)?).to_string(), 2),
        Field::I32 => plain(i32::from_le_bytes(first(order, bytes)?).to_string(), 4),
        _ => plain(i64::from_le_bytes(first(order, bytes)?).to_string(), 8),
    })
}

/// The bytes of a typed number, which fits in those of `field`.
pub(super) fn write(field: Field, order: Order, typed: &str) -> Result<Vec<u8>, WriteError> {
    let (least, most, len) = match field {
        Field::U8 => (0, u8::MAX.into(), 1),
        Field::U16 => (0, u16::MAX.into(), 2),
        Field::U32 => (0, u32::MAX.into(), 4),
        Field::I8 => (i8::MIN.into(), i8::MAX.into(), 1),
        Field::I16 => (i16::MIN.into(), i16::MAX.into(), 2),
        Field::I32 => (i32::MIN.into(), i32::MAX.into(), 4),
        Field::I64 => (i64::MIN.into(), i64::MAX.into(), 8),
        _ => (0, u64::MAX.into(), 8),
    };
    Ok(lowest(order, number(typed, least, most)?, len))
}

/// A typed whole number from `least` to `most`: decimal, or with `0x`, `0o`, `0b`; `_` separates digits.
pub(super) fn number(typed: &str, least: i128, most: i128) -> Result<i128, WriteError> {
    let mut chars = typed.chars().enumerate().peekable();
    while chars.next_if(|(_, c)| c.is_whitespace()).is_some() {}
    let start = chars.peek().map_or(0, |(at, _)| *at);
    let sign = chars.next_if(|(_, c)| matches!(c, '-' | '+'));
    let is_negative = sign.is_some_and(|(_, c)| c == '-');
    let mut radix = 10;
    if chars.next_if(|(_, c)| *c == '0').is_some() {
        radix = match chars.peek().map(|(_, c)| *c) {
            Some('x' | 'X') => 16,
            Some('o' | 'O') => 8,
            Some('b' | 'B') => 2,
            _ => 10,
        };
        if radix != 10 {
            chars.next();
        }
    }
    let is_zero_typed = radix == 10 && typed.contains('0');
    let range = || format!("a whole number from {least} to {most}");
    let (mut value, mut n_digits) = (0_i128, usize::from(is_zero_typed));
    while let Some((at, c)) = chars.next() {
        if let Some(digit) = c.to_digit(radix) {
            value = value
                .saturating_mul(radix.into())
                .saturating_add(digit.into());
            n_digits += 1;
        } else if c.is_whitespace() && chars.clone().all(|(_, c)| c.is_whitespace()) {
            break;
        } else if c != '_' {
            return Err(expected(at, range()));
        }
    }
    let value = if is_negative { -value } else { value };
    if n_digits == 0 {
        return Err(expected(typed.chars().count(), range()));
    }
    if value < least || value > most {
        return Err(expected(start, range()));
    }
    Ok(value)
}
