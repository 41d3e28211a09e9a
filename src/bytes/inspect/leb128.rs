//! LEB128: seven bits a byte, the lowest first, the highest bit of each but the last set (DWARF 5, 7.6).

use super::{NoReading, Reading, WriteError, integers, plain, too_long};

/// The most bytes that 64 bits take.
const MOST: usize = 10;
const MORE: u8 = 0x80;

/// How many bytes the number takes that `bytes` begin with.
fn len(bytes: &[u8]) -> Result<usize, NoReading> {
    match bytes.iter().take(MOST).position(|byte| byte & MORE == 0) {
        Some(last) => Ok(last + 1),
        None if bytes.len() < MOST => Err(NoReading::TooShort),
        None => Err(NoReading::Invalid("of 64 bits")),
    }
}

/// The number, as wide as its bytes make it.
fn bits(bytes: &[u8]) -> u128 {
    let sevens = bytes.iter().rev().map(|byte| u128::from(byte & !MORE));
    sevens.fold(0, |bits, seven| bits << 7 | seven)
}

/// What `bytes` are without a sign.
pub(super) fn unsigned(bytes: &[u8]) -> Result<Reading, NoReading> {
    let len = len(bytes)?;
    let value = u64::try_from(bits(bytes.get(..len).unwrap_or_default()));
    let value = value.map_err(|_| NoReading::Invalid("of 64 bits"))?;
    Ok(plain(value.to_string(), len))
}

/// What `bytes` are with a sign.
pub(super) fn signed(bytes: &[u8]) -> Result<Reading, NoReading> {
    let len = len(bytes)?;
    let unused = 128 - 7 * len;
    // Shifted to the top and back, so that the highest bit that is there is the sign.
    let value = (bits(bytes.get(..len).unwrap_or_default()) << unused).cast_signed() >> unused;
    let value = i64::try_from(value).map_err(|_| NoReading::Invalid("of 64 bits"))?;
    Ok(plain(value.to_string(), len))
}

/// The bytes of a typed number without a sign, as many as stand there.
pub(super) fn write_unsigned(typed: &str, there: usize) -> Result<Vec<u8>, WriteError> {
    let value = integers::number(typed, 0, u64::MAX.into())?;
    let needs = (1..MOST).find(|n| value >> (7 * n) == 0).unwrap_or(MOST);
    padded(value, needs, there)
}

/// The bytes of a typed number with a sign, as many as stand there.
pub(super) fn write_signed(typed: &str, there: usize) -> Result<Vec<u8>, WriteError> {
    let value = integers::number(typed, i64::MIN.into(), i64::MAX.into())?;
    let fits = |n: &usize| matches!(value >> (7 * n - 1), 0 | -1);
    let needs = (1..MOST).find(fits).unwrap_or(MOST);
    padded(value, needs, there)
}

/// Where no number stands there, as many as it needs.
fn padded(value: i128, needs: usize, there: usize) -> Result<Vec<u8>, WriteError> {
    let len = if there == 0 { needs } else { there };
    if needs > len {
        return Err(too_long(needs, len));
    }
    let seven = |at: usize| {
        let [low, ..] = (value >> (7 * at)).to_le_bytes();
        let more = if at + 1 < len { MORE } else { 0 };
        low & !MORE | more
    };
    Ok((0..len).map(seven).collect())
}
