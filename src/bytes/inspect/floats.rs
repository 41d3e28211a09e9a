//! Floating-point numbers, of two, four and eight bytes.

use half::{bf16, f16};

use super::{
    Field, NoReading, Order, Reading, WriteError, expected, first, integers, lowest, ordered, plain,
};

/// What `bytes` are as a floating-point number: the shortest digits that give it back. A NaN is written with its bits, as
/// there are many.
pub(super) fn read(field: Field, order: Order, bytes: &[u8]) -> Result<Reading, NoReading> {
    Ok(match field {
        Field::F16 => {
            let value = f16::from_le_bytes(first(order, bytes)?);
            plain(
                words(
                    value.to_f32().into(),
                    shortest(value),
                    value.to_bits().into(),
                    4,
                ),
                2,
            )
        }
        Field::Bf16 => {
            let value = bf16::from_le_bytes(first(order, bytes)?);
            let digits = format!("{:?}", value.to_f32());
            plain(
                words(value.to_f32().into(), digits, value.to_bits().into(), 4),
                2,
            )
        }
        Field::F32 => {
            let value = f32::from_le_bytes(first(order, bytes)?);
            let digits = format!("{value:?}");
            plain(words(value.into(), digits, value.to_bits().into(), 8), 4)
        }
        _ => {
            let value = f64::from_le_bytes(first(order, bytes)?);
            let digits = format!("{value:?}");
            plain(words(value, digits, value.to_bits(), 16), 8)
        }
    })
}

/// Of a half the digits of the same value in 32 bits: exact, as each half is one of those.
fn shortest(value: f16) -> String {
    format!("{:?}", value.to_f32())
}

fn words(value: f64, digits: String, bits: u64, n_digits: usize) -> String {
    if value.is_nan() {
        format!("NaN 0x{bits:0n_digits$x}")
    } else {
        digits
    }
}

/// The bytes of a typed floating-point number, `inf`, or a NaN, with its bits or without.
pub(super) fn write(field: Field, order: Order, typed: &str) -> Result<Vec<u8>, WriteError> {
    if let Some(bits) = nan_bits(field, typed)? {
        let len = match field {
            Field::F16 | Field::Bf16 => 2,
            Field::F32 => 4,
            _ => 8,
        };
        return Ok(lowest(order, bits.into(), len));
    }
    Ok(match field {
        Field::F16 => {
            let value = f16::from_f64(parsed(typed)?);
            check_range(field, typed, value.is_infinite())?;
            ordered(order, value.to_le_bytes())
        }
        Field::Bf16 => {
            let value = bf16::from_f64(parsed(typed)?);
            check_range(field, typed, value.is_infinite())?;
            ordered(order, value.to_le_bytes())
        }
        Field::F32 => {
            let value: f32 = parsed(typed)?;
            check_range(field, typed, value.is_infinite())?;
            ordered(order, value.to_le_bytes())
        }
        _ => {
            let value: f64 = parsed(typed)?;
            check_range(field, typed, value.is_infinite())?;
            ordered(order, value.to_le_bytes())
        }
    })
}

/// A number becomes infinite only where `inf` was typed.
fn check_range(field: Field, typed: &str, is_infinite: bool) -> Result<(), WriteError> {
    if is_infinite && typed.contains(|c: char| c.is_ascii_digit()) {
        let start = typed.chars().take_while(|c| c.is_whitespace()).count();
        return Err(expected(
            start,
            format!("a number that {} holds", field.name()),
        ));
    }
    Ok(())
}

/// The bits of `NaN 0x7fc00001`; `None` where no bits are typed.
fn nan_bits(field: Field, typed: &str) -> Result<Option<u64>, WriteError> {
    let trimmed = typed.trim_start();
    let before = typed.chars().count() - trimmed.chars().count();
    let Some((name, digits)) = trimmed.split_at_checked(3) else {
        return Ok(None);
    };
    if !name.eq_ignore_ascii_case("nan") || digits.trim().is_empty() {
        return Ok(None);
    }
    let most = match field {
        Field::F16 | Field::Bf16 => u16::MAX.into(),
        Field::F32 => u32::MAX.into(),
        _ => u64::MAX,
    };
    let bits = integers::number(digits, 0, most.into());
    let bits = bits.map_err(|error| expected(error.at + before + 3, "the bits of a NaN"))?;
    let bits = u64::try_from(bits).unwrap_or_default();
    let is_nan = match field {
        Field::F16 => f16::from_bits(low(bits)).is_nan(),
        Field::Bf16 => bf16::from_bits(low(bits)).is_nan(),
        Field::F32 => f32::from_bits(u32::try_from(bits).unwrap_or_default()).is_nan(),
        _ => f64::from_bits(bits).is_nan(),
    };
    if is_nan {
        Ok(Some(bits))
    } else {
        Err(expected(before + 4, "the bits of a NaN"))
    }
}

fn low(bits: u64) -> u16 {
    u16::try_from(bits).unwrap_or_default()
}

fn parsed<F: std::str::FromStr>(typed: &str) -> Result<F, WriteError> {
    typed
        .trim()
        .parse()
        .map_err(|_| expected(fault(typed), "a number such as -1.5e3, inf or NaN"))
}

/// The first character with which `typed` is no number any more; its end where something is missing.
fn fault(typed: &str) -> usize {
    let chars: Vec<char> = typed.trim_end().chars().collect();
    let pass = |at: usize, is_part: fn(&char) -> bool| {
        let rest = chars.iter().skip(at);
        at + rest.take_while(|c| is_part(c)).count()
    };
    let is = |at: usize, signs: &str| chars.get(at).is_some_and(|c| signs.contains(*c));
    let mut at = pass(0, |c| c.is_whitespace());
    at += usize::from(is(at, "+-"));
    at = pass(at, char::is_ascii_digit);
    at += usize::from(is(at, "."));
    at = pass(at, char::is_ascii_digit);
    if is(at, "eE")
        && chars
            .get(at.wrapping_sub(1))
            .is_some_and(|c| c.is_ascii_digit() || *c == '.')
    {
        at += 1;
        at += usize::from(is(at, "+-"));
        at = pass(at, char::is_ascii_digit);
    }
    at
}
