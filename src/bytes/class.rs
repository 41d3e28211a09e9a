//! What one byte is to a reader: its class, its character, its two hexadecimal digits.
//!
//! It owns that division of the 256 values. It must not know the colors or glyphs that stand for a class.

/// The digits of a hexadecimal number, in the lower case that the program writes everywhere.
pub const HEX_DIGITS: [u8; 16] = *b"0123456789abcdef";

/// The six classes of bytes that the hexadecimal view tells apart. Every byte is in exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByteClass {
    /// `0x00`: holes of sparse files and padding.
    Zero,
    /// `0x21` to `0x7e`: the ASCII characters that leave ink.
    Printable,
    /// The space, `\t`, `\n`, `0x0b`, `0x0c` and `\r`.
    Whitespace,
    /// The other ASCII controls, `0x7f` among them.
    Control,
    /// `0x80` to `0xfe`: outside ASCII.
    High,
    /// `0xff`: erased flash, and -1.
    Ones,
}

/// The class of `byte`.
#[must_use]
pub const fn class_of(byte: u8) -> ByteClass {
    match byte {
        0x00 => ByteClass::Zero,
        b' ' | 0x09..=0x0d => ByteClass::Whitespace,
        0x21..=0x7e => ByteClass::Printable,
        0x01..=0x08 | 0x0e..=0x1f | 0x7f => ByteClass::Control,
        0x80..=0xfe => ByteClass::High,
        0xff => ByteClass::Ones,
    }
}

/// Whether `byte` is an ASCII character that leaves ink; the space is not.
#[must_use]
pub const fn is_graphic(byte: u8) -> bool {
    byte.is_ascii_graphic()
}

/// The character that stands for `byte` in a column of text: itself, the space too, and `.` for what does not print.
#[must_use]
pub const fn text_char(byte: u8) -> char {
    if is_graphic(byte) || byte == b' ' {
        byte as char
    } else {
        '.'
    }
}

/// The two hexadecimal digits of `byte`, the high one first, as ASCII.
#[must_use]
pub const fn hex_pair(byte: u8) -> [u8; 2] {
    // Both indexes are under 16, whatever the byte.
    [
        HEX_DIGITS[(byte >> 4) as usize],
        HEX_DIGITS[(byte & 0xf) as usize],
    ]
}
