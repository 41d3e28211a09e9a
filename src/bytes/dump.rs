//! Hexadecimal text as people bring it from elsewhere: plain digits, or lines of a dump.
//!
//! It owns which texts are understood as bytes when they are pasted. Nothing is guessed: what may be an address and may
//! be data is refused with its place, and a text column must agree with the bytes beside it. It must not know the
//! clipboard.

mod line;

use std::error::Error;
use std::fmt;

use super::hex::{HexError, HexErrorKind, parse_hex};
use line::{Line, Start};

/// The most bytes that lines left out of a dump (`*`) may stand for.
const MOST_REPEATED: u64 = 1 << 24;
/// The longest line of a dump, in bytes of text; `xxd -c 256` makes less than 1,000.
const LONGEST_LINE: usize = 4096;

/// Bytes that a text spells, and what of the text was not data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spelled {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The text was a dump whose addresses were left out.
    pub addresses_left_out: bool,
    /// Its text column, which agreed with the bytes, was left out.
    pub text_left_out: bool,
}

/// Why a text is not taken for bytes, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DumpError {
    /// Line of the text; the first is 0.
    pub line: usize,
    /// Column in characters; the first is 0.
    pub column: usize,
    /// What is wrong there.
    pub kind: DumpErrorKind,
}

/// What can be wrong with a text that is to be taken for bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DumpErrorKind {
    /// It is not hexadecimal.
    Hex(HexErrorKind),
    /// It may be an address and may be data.
    Ambiguous,
    /// A number of more than one byte, whose byte order is not known.
    Word,
    /// Other lines begin with an address, and this one does not.
    NoAddress,
    /// The address is not the one that follows from the line before.
    AddressJumps,
    /// The rest of the line is neither bytes nor a text column that agrees with them.
    TextDiffers,
    /// A `*` that does not stand between two lines with addresses.
    LoneRepeat,
    /// A `*` stands for more bytes than can be pasted.
    TooMuch,
    /// A line of a dump is longer than any tool makes them.
    LongLine,
}

/// The bytes that `text` spells.
///
/// Plain: pairs of digits, groups of four, or runs of any even length, as [`parse_hex`] takes them: `41 42`, `4142 4344`,
/// `0x41, 0x42`, `\x41\x42`, `41:42`; all groups of a line of one width, but the last. A dump: each line begins with an
/// address, followed by a colon or by blanks, and may end with a text column: the lines of `xxd`, `hexdump -C`,
/// `od -A x -t x1z`, `00401000: 41 42`. `*` stands for lines like the one before, up to the next address.
///
/// # Errors
/// The first place that is not understood, or that could mean two things.
pub fn parse_dump(text: &str) -> Result<Spelled, DumpError> {
    let lines = || {
        text.lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
    };
    let start = lines().map(|(_, line)| Line(line).start()).max();
    match start {
        None | Some(Start::Plain) => plain(text, lines()),
        Some(start) => Dump::new(start).read(lines()),
    }
}

fn plain<'a>(
    text: &str,
    lines: impl Iterator<Item = (usize, &'a str)>,
) -> Result<Spelled, DumpError> {
    let bytes = parse_hex(text).map_err(|error| place(text, error))?;
    for (line, words) in lines {
        if let Some((column, kind)) = Line(words).plain_fault() {
            return Err(DumpError { line, column, kind });
        }
    }
    Ok(Spelled {
        bytes,
        ..Spelled::default()
    })
}

/// The line and column of an error whose place is counted from the start of `text`.
fn place(text: &str, error: HexError) -> DumpError {
    let (mut line, mut column) = (0, 0);
    for c in text.chars().take(error.at) {
        if c == '\n' {
            (line, column) = (line + 1, 0);
        } else {
            column += 1;
        }
    }
    let kind = DumpErrorKind::Hex(error.kind);
    DumpError { line, column, kind }
}

/// A dump that is being read.
struct Dump {
    start: Start,
    spelled: Spelled,
    /// The address that the next line must have.
    next: Option<u64>,
    /// Where the bytes of the last line begin in those read so far.
    last_row: usize,
    /// A `*` stands before the next line.
    repeats: bool,
    /// Addresses that followed from the line before: they bear out that they are addresses.
    n_followed: usize,
    /// The first line whose address nothing in the line itself bears out.
    unproven: Option<DumpError>,
    /// The first group whose bytes may stand in another order than in the file.
    unordered: Option<DumpError>,
    /// Some text column bore out the order.
    ordered: bool,
    /// The first address after a `*`, which says how many bytes that stands for if it is hexadecimal.
    repeated: Option<DumpError>,
    /// The addresses are hexadecimal: that follows from one of them, or from two with enough bytes between.
    is_hex: bool,
}

impl Dump {
    fn new(start: Start) -> Self {
        Self {
            start,
            spelled: Spelled {
                addresses_left_out: true,
                ..Spelled::default()
            },
            next: None,
            last_row: 0,
            repeats: false,
            n_followed: 0,
            unproven: None,
            unordered: None,
            ordered: false,
            repeated: None,
            is_hex: false,
        }
    }

    fn read<'a>(
        mut self,
        lines: impl Iterator<Item = (usize, &'a str)>,
    ) -> Result<Spelled, DumpError> {
        let mut end = (0, 0);
        for (line, words) in lines {
            self.line(line, words)
                .map_err(|(column, kind)| DumpError { line, column, kind })?;
            end = (line, words.chars().count());
        }
        if self.repeats {
            let (line, column) = (end.0, end.1.saturating_sub(1));
            let kind = DumpErrorKind::LoneRepeat;
            return Err(DumpError { line, column, kind });
        }
        let unordered = self.unordered.filter(|_| !self.ordered);
        let unknown = self.repeated.filter(|_| !self.is_hex);
        if let Some(error) = unordered.or(unknown) {
            return Err(error);
        }
        match self.unproven {
            Some(error) if self.n_followed == 0 => Err(error),
            _ if self.spelled.bytes.is_empty() => Err(ambiguous(end.0, 0)),
            _ => Ok(self.spelled),
        }
    }

    fn line(&mut self, number: usize, words: &str) -> Result<(), (usize, DumpErrorKind)> {
        if words.len() > LONGEST_LINE {
            return Err((LONGEST_LINE, DumpErrorKind::LongLine));
        }
        let line = Line(words);
        if words.trim() == "*" {
            if self.repeats || self.next.is_none() {
                return Err((line.indent(), DumpErrorKind::LoneRepeat));
            }
            self.repeats = true;
            return Ok(());
        }
        let Some((address, after)) = line.address(self.start) else {
            return Err((line.indent(), DumpErrorKind::NoAddress));
        };
        let at = |kind, column| DumpError {
            line: number,
            column,
            kind,
        };
        self.is_hex |= line.surely_hex(self.start);
        if self.repeats {
            let error = at(DumpErrorKind::Ambiguous, line.indent());
            self.repeated.get_or_insert(error);
        }
        self.follow(address).map_err(|kind| (line.indent(), kind))?;
        let data = line.data(after)?;
        if data.bytes.is_empty() {
            return Ok(()); // the address of the end stands alone
        }
        if self.start == Start::Bare && !data.text {
            let error = at(DumpErrorKind::Ambiguous, line.indent());
            self.unproven.get_or_insert(error);
        }
        // `xxd` writes groups of four digits, one blank before them, and as they stand in the file
        let plain = self.start == Start::Colon && data.width == 4 && data.blanks == 1;
        if data.width > 2 && !plain {
            let error = at(DumpErrorKind::Word, data.column);
            self.unordered.get_or_insert(error);
        }
        self.ordered |= data.ordered;
        self.last_row = self.spelled.bytes.len();
        self.next = address.checked_add(data.bytes.len() as u64);
        self.spelled.text_left_out |= data.text;
        self.spelled.bytes.extend(data.bytes);
        Ok(())
    }

    /// Takes note of the next line's address, and writes out what a `*` before it stands for.
    fn follow(&mut self, address: u64) -> Result<(), DumpErrorKind> {
        let Some(expected) = self.next else {
            return if self.spelled.bytes.is_empty() {
                Ok(()) // the first line
            } else {
                Err(DumpErrorKind::AddressJumps) // the line before reached past 64 bits
            };
        };
        if std::mem::take(&mut self.repeats) {
            let row = self.spelled.bytes.get(self.last_row..).unwrap_or_default();
            let row = row.to_vec();
            let n_bytes = address.saturating_sub(expected);
            if n_bytes == 0 || row.is_empty() || n_bytes % row.len() as u64 != 0 {
                return Err(DumpErrorKind::AddressJumps);
            }
            if n_bytes > MOST_REPEATED {
                return Err(DumpErrorKind::TooMuch);
            }
            for _ in 0..n_bytes / row.len() as u64 {
                self.spelled.bytes.extend_from_slice(&row);
            }
        } else if address != expected {
            return Err(DumpErrorKind::AddressJumps);
        } else {
            let n_bytes = self.spelled.bytes.len() - self.last_row;
            self.is_hex |= n_bytes >= 10; // octal and decimal ones would differ by other digits
        }
        self.next = Some(address);
        self.n_followed += 1;
        Ok(())
    }
}

fn ambiguous(line: usize, column: usize) -> DumpError {
    DumpError {
        line,
        column,
        kind: DumpErrorKind::Ambiguous,
    }
}

impl Spelled {
    /// What was left out of the text, in words; `None` where all of it was data.
    #[must_use]
    pub fn left_out(&self) -> Option<&'static str> {
        match (self.addresses_left_out, self.text_left_out) {
            (false, _) => None,
            (true, false) => Some("The addresses were left out"),
            (true, true) => Some("The addresses and the text column were left out"),
        }
    }
}

impl fmt::Display for DumpError {
    /// A sentence's end, with line and column as people count them, from 1.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            DumpErrorKind::Hex(HexErrorKind::OddDigits) => "an odd number of digits",
            DumpErrorKind::Hex(HexErrorKind::NoDigits) => "digits are missing",
            DumpErrorKind::Hex(HexErrorKind::ForeignChar(foreign)) => {
                write!(f, "{foreign:?}, ")?;
                "which is not a hexadecimal digit,"
            }
            DumpErrorKind::Ambiguous => {
                "what may be an address or data, so take it out or put a colon behind it,"
            }
            DumpErrorKind::Word => "a number of several bytes, whose order is not known,",
            DumpErrorKind::NoAddress => "a line without an address among lines with one",
            DumpErrorKind::AddressJumps => "an address that does not follow from the line before",
            DumpErrorKind::TextDiffers => {
                "what is neither bytes nor a text column that agrees with them"
            }
            DumpErrorKind::LoneRepeat => "a * without an address after it",
            DumpErrorKind::TooMuch => "a * that stands for more than can be pasted",
            DumpErrorKind::LongLine => "a line that is too long for a dump",
        };
        let (line, column) = (self.line.saturating_add(1), self.column.saturating_add(1));
        write!(f, "{what} at line {line}, column {column}")
    }
}

impl Error for DumpError {}
