//! Types of numbers as they stand in bytes.
//!
//! It owns their names, lengths and limits. It must not know what is done with numbers.

use std::fmt;

/// A type of number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberType {
    /// Whole, without sign, 1 byte.
    U8,
    /// Whole, without sign, 2 bytes.
    U16,
    /// Whole, without sign, 4 bytes.
    U32,
    /// Whole, without sign, 8 bytes.
    U64,
    /// Whole, with sign (two's complement), 1 byte.
    I8,
    /// Whole, with sign, 2 bytes.
    I16,
    /// Whole, with sign, 4 bytes.
    I32,
    /// Whole, with sign, 8 bytes.
    I64,
    /// IEEE 754, 4 bytes.
    F32,
    /// IEEE 754, 8 bytes.
    F64,
}

/// In which order the bytes of a number stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// The low one first.
    #[default]
    Little,
    /// The high one first.
    Big,
}

impl NumberType {
    /// All types.
    pub const ALL: [Self; 10] = [
        Self::U8,
        Self::U16,
        Self::U32,
        Self::U64,
        Self::I8,
        Self::I16,
        Self::I32,
        Self::I64,
        Self::F32,
        Self::F64,
    ];

    /// Its name in Rust, such as `u32`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }

    /// Its length in bytes.
    #[must_use]
    pub const fn len_bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }

    /// The least and the greatest value of a whole number.
    pub(super) fn limits(self) -> Option<(i128, i128)> {
        let bits = self.len_bytes() * 8;
        match self {
            Self::U8 | Self::U16 | Self::U32 | Self::U64 => Some((0, (1 << bits) - 1)),
            Self::I8 | Self::I16 | Self::I32 | Self::I64 => {
                Some((-(1 << (bits - 1)), (1 << (bits - 1)) - 1))
            }
            Self::F32 | Self::F64 => None,
        }
    }

    /// A range as it can be typed.
    pub(super) const fn example(self) -> &'static str {
        match self {
            Self::F32 | Self::F64 => "0.5..=1.5",
            _ => "10..20",
        }
    }
}

impl fmt::Display for NumberType {
    /// What can be typed: `a whole number from 0 to 255 (u8)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.limits() {
            Some((least, greatest)) => {
                write!(f, "a whole number from {least} to {greatest}")
            }
            None => f.write_str("a number"),
        }?;
        write!(f, " ({})", self.name())
    }
}
