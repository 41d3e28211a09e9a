//! Characters, each with its name, and text that ends in a NUL.

use std::fmt::Write as _;

use super::{NoReading, Order, Reading, WriteError, expected, first, ordered, too_long};
use crate::bytes::escape::is_hidden;

const CHARACTER: &str = "one character, or its number as U+00E9";

/// The character that `bytes` begin with.
pub(super) fn utf8(bytes: &[u8]) -> Result<Reading, NoReading> {
    let lead = *bytes.first().ok_or(NoReading::TooShort)?;
    let len = match lead {
        0..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Err(NoReading::Invalid("UTF-8")),
    };
    let sequence = bytes.get(..len.min(bytes.len())).unwrap_or_default();
    match str::from_utf8(sequence) {
        Ok(text) => {
            let c = text.chars().next().ok_or(NoReading::TooShort)?;
            Ok(character(c, len))
        }
        // What is there may still become one.
        Err(error) if error.error_len().is_none() => Err(NoReading::TooShort),
        Err(_) => Err(NoReading::Invalid("UTF-8")),
    }
}

/// The character that `bytes` begin with.
pub(super) fn utf16(order: Order, bytes: &[u8]) -> Result<Reading, NoReading> {
    let unit = u16::from_le_bytes(first(order, bytes)?);
    if let Some(c) = char::from_u32(unit.into()) {
        return Ok(character(c, 2));
    }
    if unit >= 0xdc00 {
        return Err(NoReading::Invalid("UTF-16: a second half comes first"));
    }
    let second = u16::from_le_bytes(first(order, bytes.get(2..).unwrap_or_default())?);
    match char::decode_utf16([unit, second]).next() {
        Some(Ok(c)) => Ok(character(c, 4)),
        _ => Err(NoReading::Invalid("UTF-16: a first half stands alone")),
    }
}

/// The character that `bytes` begin with.
pub(super) fn utf32(order: Order, bytes: &[u8]) -> Result<Reading, NoReading> {
    let number = u32::from_le_bytes(first(order, bytes)?);
    match char::from_u32(number) {
        Some(c) => Ok(character(c, 4)),
        None => Err(NoReading::Invalid("a character's number")),
    }
}

fn character(c: char, len: usize) -> Reading {
    let number = format!("U+{:04X}", u32::from(c));
    let (text, number) = if is_hidden(c) || c.is_whitespace() {
        (number, String::new())
    } else {
        (c.to_string(), number)
    };
    let name = name(c).unwrap_or_else(|| "without a name".to_owned());
    let note = format!("{number} {name}").trim().to_owned();
    Reading {
        text,
        note: Some(note),
        len,
    }
}

/// The name that Unicode gives a character. Control characters have none; theirs are those of the pictures for them.
fn name(c: char) -> Option<String> {
    if let Some(name) = unicode_names2::name(c) {
        return Some(name.to_string());
    }
    let picture = match u32::from(c) {
        number @ 0..=0x1f => char::from_u32(0x2400 + number),
        0x7f => Some('\u{2421}'),
        _ => None,
    };
    let picture = unicode_names2::name(picture?)?.to_string();
    picture.strip_prefix("SYMBOL FOR ").map(str::to_owned)
}

/// The one character that was typed, or the one whose number was.
fn typed_character(typed: &str) -> Result<char, WriteError> {
    let mut chars = typed.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return Ok(c);
    }
    let trimmed = typed.trim();
    let start = typed.chars().take_while(|c| c.is_whitespace()).count();
    let digits = ["U+", "u+", "0x"]
        .iter()
        .find_map(|it| trimmed.strip_prefix(it));
    let Some(digits) = digits else {
        let mut chars = trimmed.chars();
        return match (chars.next(), chars.next()) {
            (Some(c), None) => Ok(c),
            _ => Err(expected(start + 1, CHARACTER)),
        };
    };
    if let Some(odd) = digits.chars().position(|c| !c.is_ascii_hexdigit()) {
        return Err(expected(start + 2 + odd, "a hexadecimal digit"));
    }
    let number = u32::from_str_radix(digits, 16)
        .ok()
        .and_then(char::from_u32);
    number.ok_or_else(|| expected(start + 2, "a number up to 10FFFF that is a character's"))
}

/// The bytes of a typed character, as many as stand there.
pub(super) fn write_utf8(typed: &str, there: usize) -> Result<Vec<u8>, WriteError> {
    let c = typed_character(typed)?;
    let bytes = c.encode_utf8(&mut [0; 4]).as_bytes().to_vec();
    as_long(bytes, there)
}

/// The same.
pub(super) fn write_utf16(order: Order, typed: &str, there: usize) -> Result<Vec<u8>, WriteError> {
    let c = typed_character(typed)?;
    let mut units = [0; 2];
    let units = c.encode_utf16(&mut units);
    let bytes = units
        .iter()
        .flat_map(|unit| ordered(order, unit.to_le_bytes()));
    as_long(bytes.collect(), there)
}

/// The same.
pub(super) fn write_utf32(order: Order, typed: &str) -> Result<Vec<u8>, WriteError> {
    let number = u32::from(typed_character(typed)?);
    Ok(ordered(order, number.to_le_bytes()))
}

/// Where no character stands there, whatever length will do.
fn as_long(bytes: Vec<u8>, there: usize) -> Result<Vec<u8>, WriteError> {
    if there == 0 || bytes.len() == there {
        Ok(bytes)
    } else {
        let needs = bytes.len();
        Err(expected(
            0,
            format!("a character of {there} bytes, this one takes {needs}"),
        ))
    }
}

/// The text up to the first NUL. What is no text, a backslash and what cannot be seen is escaped.
pub(super) fn c_string(bytes: &[u8]) -> Result<Reading, NoReading> {
    let end = bytes.iter().position(|byte| *byte == 0);
    let Some(end) = end else {
        return Err(match bytes.len() {
            super::MOST_BYTES.. => NoReading::Invalid("ended within 256 bytes"),
            _ => NoReading::TooShort,
        });
    };
    let mut text = String::new();
    for chunk in bytes.get(..end).unwrap_or_default().utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => text.push_str("\\\\"),
                c if is_hidden(c) => text.extend(c.escape_unicode()),
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}"); // writing to a String does not fail
        }
    }
    Ok(Reading {
        text,
        note: None,
        len: end + 1,
    })
}

/// The bytes of a typed text with a NUL behind it; what is shorter than what stands there leaves the rest as it is.
pub(super) fn write_c_string(typed: &str, there: &[u8]) -> Result<Vec<u8>, WriteError> {
    let mut bytes = unescape(typed)?;
    bytes.push(0);
    let end = there.iter().position(|byte| *byte == 0);
    match end.map(|end| end + 1) {
        Some(len) if bytes.len() > len => Err(too_long(bytes.len(), len)),
        None => Err(expected(0, "a NUL behind the text in the file")),
        Some(_) => Ok(bytes),
    }
}

fn unescape(typed: &str) -> Result<Vec<u8>, WriteError> {
    const ESCAPE: &str = "\\\\, \\n, \\r, \\t, \\xff or \\u{e9}";
    let mut bytes = Vec::with_capacity(typed.len());
    let mut chars = typed.chars().enumerate().peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\0' {
            return Err(expected(at, "text without a NUL"));
        }
        if c != '\\' {
            bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let wrong = || expected(at, ESCAPE);
        match chars.next().map(|(_, c)| c) {
            Some('\\') => bytes.push(b'\\'),
            Some('n') => bytes.push(b'\n'),
            Some('r') => bytes.push(b'\r'),
            Some('t') => bytes.push(b'\t'),
            Some('x') => {
                let digits: String = chars.by_ref().take(2).map(|(_, c)| c).collect();
                let byte = hexadecimal(&digits).filter(|_| digits.len() == 2);
                let byte = byte.and_then(|byte| u8::try_from(byte).ok());
                bytes.push(byte.filter(|byte| *byte != 0).ok_or_else(wrong)?);
            }
            Some('u') => {
                chars.next().filter(|(_, c)| *c == '{').ok_or_else(wrong)?;
                let mut digits = String::new();
                while let Some((_, c)) = chars.next_if(|(_, c)| c.is_ascii_hexdigit()) {
                    digits.push(c);
                }
                chars.next().filter(|(_, c)| *c == '}').ok_or_else(wrong)?;
                let c = hexadecimal(&digits).and_then(char::from_u32);
                let c = c.filter(|c| *c != '\0').ok_or_else(wrong)?;
                bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            _ => return Err(wrong()),
        }
    }
    Ok(bytes)
}

/// The number that digits alone are, without a sign.
fn hexadecimal(digits: &str) -> Option<u32> {
    let is_digits = digits.chars().all(|c| c.is_ascii_hexdigit());
    let number = u32::from_str_radix(digits, 16).ok();
    number.filter(|_| is_digits)
}
