//! What the bytes at one place can be read as: numbers, moments, identifiers, characters; and the bytes that a typed value
//! stands for.
//!
//! It owns the list of fields, how each is written out and read back. It must not know where the bytes are, nor how they
//! are stored. Whatever [`read`] gives, [`write()`] takes, and gives the very bytes back.

mod floats;
mod identifiers;
mod integers;
mod leb128;
mod moments;
mod text;

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use super::size::counted;

/// The most bytes that a reading asks for: a text that ends in a NUL is looked for in so many.
pub const MOST_BYTES: usize = 256;

/// Which end of a number of several bytes comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// The lowest byte first.
    Little,
    /// The highest byte first.
    Big,
}

/// What bytes can be read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// One byte, without a sign.
    U8,
    /// One byte, two's complement.
    I8,
    /// Two bytes, without a sign.
    U16,
    /// Two bytes, two's complement.
    I16,
    /// Four bytes, without a sign.
    U32,
    /// Four bytes, two's complement.
    I32,
    /// Eight bytes, without a sign.
    U64,
    /// Eight bytes, two's complement.
    I64,
    /// IEEE 754 binary16.
    F16,
    /// The upper half of a binary32, as machine learning has it.
    Bf16,
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary64.
    F64,
    /// LEB128 without a sign, of at most 64 bits.
    Uleb128,
    /// LEB128 with a sign, of at most 64 bits.
    Sleb128,
    /// Seconds since 1970 in 32 bits with a sign.
    Unix32,
    /// Seconds since 1970 in 64 bits with a sign.
    Unix64,
    /// Windows' FILETIME: tenths of a microsecond since 1601 in 64 bits without a sign.
    Filetime,
    /// DOS date and time as FAT and ZIP have them: a 32-bit number with the date above the time.
    Dos,
    /// RFC 9562: sixteen bytes as they are written.
    Uuid,
    /// The same of Windows: its first three groups are little-endian numbers.
    Guid,
    /// An IPv4 address; big is the order of the network.
    Ipv4,
    /// Three bytes, red first; blue first in the little order.
    Color,
    /// One Unicode scalar value in UTF-8.
    Utf8,
    /// One Unicode scalar value in UTF-16.
    Utf16,
    /// One Unicode scalar value in UTF-32.
    Utf32,
    /// Bytes up to a NUL.
    CString,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The value, as it can be typed too.
    pub text: String,
    /// What else is to be said of it, the name of a character.
    pub note: Option<String>,
    /// How many bytes it takes from the place on.
    pub len: usize,
}

/// Why bytes cannot be read so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoReading {
    /// More bytes are needed than there are.
    TooShort,
    /// They mean nothing as this; the words follow "not", as in "not a date: month 13".
    Invalid(&'static str),
}

/// Why a typed value is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteError {
    /// Column in characters; the first is 0.
    pub at: usize,
    /// What is expected there: a noun.
    pub expected: Cow<'static, str>,
}

impl Field {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 26] = [
        Self::U8,
        Self::I8,
        Self::U16,
        Self::I16,
        Self::U32,
        Self::I32,
        Self::U64,
        Self::I64,
        Self::F16,
        Self::Bf16,
        Self::F32,
        Self::F64,
        Self::Uleb128,
        Self::Sleb128,
        Self::Unix32,
        Self::Unix64,
        Self::Filetime,
        Self::Dos,
        Self::Uuid,
        Self::Guid,
        Self::Ipv4,
        Self::Color,
        Self::Utf8,
        Self::Utf16,
        Self::Utf32,
        Self::CString,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::U8 => "u8",
            Self::I8 => "i8",
            Self::U16 => "u16",
            Self::I16 => "i16",
            Self::U32 => "u32",
            Self::I32 => "i32",
            Self::U64 => "u64",
            Self::I64 => "i64",
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::Uleb128 => "ULEB128",
            Self::Sleb128 => "SLEB128",
            Self::Unix32 => "Unix time, 32 bits",
            Self::Unix64 => "Unix time, 64 bits",
            Self::Filetime => "Windows FILETIME",
            Self::Dos => "DOS date and time",
            Self::Uuid => "UUID",
            Self::Guid => "GUID",
            Self::Ipv4 => "IPv4",
            Self::Color => "color",
            Self::Utf8 => "UTF-8",
            Self::Utf16 => "UTF-16",
            Self::Utf32 => "UTF-32",
            Self::CString => "C string",
        }
    }

    /// Whether it is another value in the other order.
    #[must_use]
    pub const fn has_order(self) -> bool {
        !matches!(
            self,
            Self::U8
                | Self::I8
                | Self::Uleb128
                | Self::Sleb128
                | Self::Uuid
                | Self::Guid
                | Self::Utf8
                | Self::CString
        )
    }
}

/// What the first of `bytes` are as `field`. Of more than [`MOST_BYTES`] none is looked at.
///
/// # Errors
/// There are too few bytes, or they mean nothing as this.
pub fn read(field: Field, order: Order, bytes: &[u8]) -> Result<Reading, NoReading> {
    let bytes = bytes.get(..MOST_BYTES).unwrap_or(bytes);
    match field {
        Field::U8 | Field::U16 | Field::U32 | Field::U64 => integers::unsigned(field, order, bytes),
        Field::I8 | Field::I16 | Field::I32 | Field::I64 => integers::signed(field, order, bytes),
        Field::F16 | Field::Bf16 | Field::F32 | Field::F64 => floats::read(field, order, bytes),
        Field::Uleb128 => leb128::unsigned(bytes),
        Field::Sleb128 => leb128::signed(bytes),
        Field::Unix32 | Field::Unix64 | Field::Filetime | Field::Dos => {
            moments::read(field, order, bytes)
        }
        Field::Uuid | Field::Guid => identifiers::uuid(field, bytes),
        Field::Ipv4 => identifiers::ipv4(order, bytes),
        Field::Color => identifiers::color(order, bytes),
        Field::Utf8 => text::utf8(bytes),
        Field::Utf16 => text::utf16(order, bytes),
        Field::Utf32 => text::utf32(order, bytes),
        Field::CString => text::c_string(bytes),
    }
}

/// The bytes that stand for the typed `text` in the place of the first of `bytes`.
///
/// They are as many as that value is long. Where a value's length varies (LEB128, a character, a text that ends in a NUL)
/// it must fit in what stands there, so that nothing behind it changes; where none stands there, it is as long as it is.
///
/// # Errors
/// What is expected at which column.
pub fn write(field: Field, order: Order, typed: &str, bytes: &[u8]) -> Result<Vec<u8>, WriteError> {
    if field != Field::CString && typed.trim().is_empty() {
        return Err(expected(0, "a value"));
    }
    let there = read(field, order, bytes);
    if there == Err(NoReading::TooShort) {
        return Err(expected(0, "more bytes in the file"));
    }
    let len = there.map_or(0, |there| there.len);
    let written = write_len(field, order, typed, bytes, len)?;
    if written.len() > bytes.len() {
        return Err(expected(0, "more bytes in the file"));
    }
    Ok(written)
}

/// The bytes of a typed value, where one of `len` bytes stands; of none 0.
fn write_len(
    field: Field,
    order: Order,
    typed: &str,
    bytes: &[u8],
    len: usize,
) -> Result<Vec<u8>, WriteError> {
    match field {
        Field::U8
        | Field::I8
        | Field::U16
        | Field::I16
        | Field::U32
        | Field::I32
        | Field::U64
        | Field::I64 => integers::write(field, order, typed),
        Field::F16 | Field::Bf16 | Field::F32 | Field::F64 => floats::write(field, order, typed),
        Field::Uleb128 => leb128::write_unsigned(typed, len),
        Field::Sleb128 => leb128::write_signed(typed, len),
        Field::Unix32 | Field::Unix64 | Field::Filetime | Field::Dos => {
            moments::write(field, order, typed)
        }
        Field::Uuid | Field::Guid => identifiers::write_uuid(field, typed),
        Field::Ipv4 => identifiers::write_ipv4(order, typed),
        Field::Color => identifiers::write_color(order, typed),
        Field::Utf8 => text::write_utf8(typed, len),
        Field::Utf16 => text::write_utf16(order, typed, len),
        Field::Utf32 => text::write_utf32(order, typed),
        Field::CString => text::write_c_string(typed, bytes),
    }
}

fn expected(at: usize, what: impl Into<Cow<'static, str>>) -> WriteError {
    WriteError {
        at,
        expected: what.into(),
    }
}

/// `value` without a note.
fn plain(text: String, len: usize) -> Reading {
    Reading {
        text,
        note: None,
        len,
    }
}

/// The first `N` of `bytes`, the lowest first.
fn first<const N: usize>(order: Order, bytes: &[u8]) -> Result<[u8; N], NoReading> {
    let mut first = *bytes.first_chunk::<N>().ok_or(NoReading::TooShort)?;
    if order == Order::Big {
        first.reverse();
    }
    Ok(first)
}

/// `bytes`, of which the lowest is the first, in this order.
fn ordered<const N: usize>(order: Order, mut bytes: [u8; N]) -> Vec<u8> {
    if order == Order::Big {
        bytes.reverse();
    }
    bytes.to_vec()
}

/// The `n` lowest bytes of a number, in this order.
fn lowest(order: Order, value: i128, n: usize) -> Vec<u8> {
    let mut bytes = value.to_le_bytes().to_vec();
    bytes.truncate(n);
    if order == Order::Big {
        bytes.reverse();
    }
    bytes
}

/// Says that a value takes more bytes than the one that stands there.
fn too_long(needs: usize, there: usize) -> WriteError {
    let needs = counted(needs as u64, "byte");
    expected(
        0,
        format!("a value of at most {there}, this one takes {needs}"),
    )
}

impl fmt::Display for NoReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort => f.write_str("too few bytes"),
            Self::Invalid(why) => write!(f, "not {why}"),
        }
    }
}

impl Error for NoReading {}

impl fmt::Display for WriteError {
    /// A sentence, with the column as people count it, from 1.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Expected at column {}: {}",
            self.at.saturating_add(1),
            self.expected
        )
    }
}

impl Error for WriteError {}
