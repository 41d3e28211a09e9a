//! One line of a pasted text: how it begins, its address, its bytes and its text column.
//!
//! It owns what a line can be. It must not know the lines around it.

use super::DumpErrorKind;
use crate::bytes::hex::{HexErrorKind, parse_hex};

/// The widest address, in digits: 64 bits.
const WIDEST_ADDRESS: usize = 16;
/// The narrowest address without a colon, in digits: what `od` writes.
const NARROWEST_ADDRESS: usize = 6;

/// How a line begins, by how surely that is an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Start {
    /// As data.
    Plain,
    /// With digits that may be an address: `00401000 41 42`.
    Bare,
    /// With an address and a colon: `00401000: 41 42`.
    Colon,
}

/// One line of the text, not blank.
#[derive(Clone, Copy)]
pub(super) struct Line<'a>(pub(super) &'a str);

/// What follows the address.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Data {
    /// The bytes; none where the address stands alone.
    pub(super) bytes: Vec<u8>,
    /// A text column follows that agrees with them.
    pub(super) text: bool,
    /// The text column bears out that groups of several bytes stand in the order of the file.
    pub(super) ordered: bool,
    /// Digits of the first group.
    pub(super) width: usize,
    /// Blanks before it.
    pub(super) blanks: usize,
    /// Column of the first group.
    pub(super) column: usize,
}

/// A column, and what is wrong there.
type Fault = (usize, DumpErrorKind);

impl<'a> Line<'a> {
    /// Column of the first character that is not blank.
    pub(super) fn indent(self) -> usize {
        let trimmed = self.0.trim_start();
        self.column(trimmed)
    }

    /// Column in characters of `rest`, which ends this line.
    fn column(self, rest: &str) -> usize {
        let at = self.0.len().saturating_sub(rest.len());
        self.0.get(..at).map_or(0, |before| before.chars().count())
    }

    pub(super) fn start(self) -> Start {
        let (digits, after) = head(self.0);
        if digits.is_empty() {
            return Start::Plain;
        }
        if let Some(after) = after.trim_start().strip_prefix(':')
            && (after.is_empty() || after.starts_with(char::is_whitespace))
        {
            return Start::Colon;
        }
        let bare = (NARROWEST_ADDRESS..=WIDEST_ADDRESS).contains(&digits.len());
        let more = after.starts_with(char::is_whitespace) && !after.trim().is_empty();
        if bare && more && !has_prefix(self.0) {
            Start::Bare
        } else {
            Start::Plain
        }
    }

    /// The address and what follows it, in a dump whose lines begin as `start` says.
    pub(super) fn address(self, start: Start) -> Option<(u64, &'a str)> {
        let (digits, after) = head(self.0);
        let value = u64::from_str_radix(digits, 16).ok()?;
        match start {
            Start::Colon => Some((value, after.trim_start().strip_prefix(':')?)),
            Start::Bare => {
                let ends = after.is_empty() || after.starts_with(char::is_whitespace);
                let wide = digits.len() >= NARROWEST_ADDRESS && !has_prefix(self.0);
                (ends && wide).then_some((value, after))
            }
            Start::Plain => None,
        }
    }

    /// Its address is hexadecimal, by its digits or as no tool writes others so: `od` pads octal and decimal ones to
    /// seven digits, `xxd` puts a colon behind decimal ones.
    pub(super) fn surely_hex(self, start: Start) -> bool {
        let (digits, _) = head(self.0);
        let padded = digits.len() == NARROWEST_ADDRESS
            || digits.len() > NARROWEST_ADDRESS + 1 && digits.starts_with('0');
        digits.contains(|c: char| !c.is_ascii_digit()) || start == Start::Bare && padded
    }

    /// The bytes that `after`, the line behind its address, spells.
    ///
    /// Digits end where a gap stands and the text behind it agrees with the bytes, or at the line's end. Where both
    /// readings are possible and differ, neither is taken. Only pairs may have a gap among them, as in the middle of a
    /// line of `hexdump -C`.
    pub(super) fn data(self, after: &'a str) -> Result<Data, Fault> {
        let mut groups = Groups::default();
        let mut rest = after.trim_start();
        let column = self.column(rest);
        let blanks = after.len() - rest.len();
        let mut found: Option<Data> = None;
        let fault = loop {
            if rest.is_empty() {
                break None;
            }
            let group = rest.split(char::is_whitespace).next().unwrap_or(rest);
            if let Err(kind) = groups.push(group) {
                break Some((self.column(rest), kind));
            }
            let behind = rest.get(group.len()..).unwrap_or_default();
            if text_agrees(behind, &groups.bytes) {
                let ordered = !text_agrees(behind, &groups.reversed);
                let data = groups.data(Some(ordered), column, blanks);
                if found.is_some_and(|other| other.bytes != data.bytes) {
                    return Err((self.column(behind.trim_start()), DumpErrorKind::Ambiguous));
                }
                found = Some(data);
            }
            rest = behind.trim_start();
            if groups.width > 2 && behind.len() - rest.len() > 1 && !rest.is_empty() {
                break Some((self.column(rest), DumpErrorKind::TextDiffers));
            }
        };
        match (fault, found) {
            (Some(_), Some(data)) => Ok(data),
            (Some(fault), None) if groups.bytes.is_empty() => Err(fault),
            (Some((at, DumpErrorKind::Word)), None) => Err((at, DumpErrorKind::Word)),
            (Some((at, _)), None) => Err((at, DumpErrorKind::TextDiffers)),
            (None, None) => Ok(groups.data(None, column, blanks)),
            (None, Some(_)) => Err((column, DumpErrorKind::Ambiguous)),
        }
    }

    /// What is wrong with this line of plain digits although they are digits: groups of several widths may be an
    /// address and bytes, and numbers may be words.
    pub(super) fn plain_fault(self) -> Option<Fault> {
        let line = self.0;
        if line.trim_start().starts_with(':') {
            let kind = DumpErrorKind::Hex(HexErrorKind::ForeignChar(':')); // a record of Intel HEX
            return Some((self.indent(), kind));
        }
        let gap = line.contains("  ") || line.contains('\t');
        if gap
            && let Ok(Data { text: true, .. }) | Err((_, DumpErrorKind::Ambiguous)) =
                self.data(line)
        {
            return Some((self.indent(), DumpErrorKind::Ambiguous)); // a text column of digits
        }
        let separator = |c: char| c.is_whitespace() || c == ',' || c == ':';
        // each group with its column
        let groups = || {
            let mut next = 0;
            let all = line.split(separator).map(move |group| {
                let column = next;
                next += group.chars().count() + 1;
                (column, group)
            });
            all.filter(|(_, group)| !group.is_empty() && !group.starts_with("\\x"))
        };
        let is_word = |group: &str| has_prefix(group) && head(group).0.len() > 2;
        if let Some((column, _)) = groups().find(|(_, group)| is_word(group)) {
            return Some((column, DumpErrorKind::Word));
        }
        let mut widths = groups().map(|(_, group)| head(group).0.len());
        let first = widths.next()?;
        let n_more = groups().count() - 1;
        let narrower_end = n_more > 1;
        let mixed = widths.enumerate().any(|(index, width)| {
            let may_differ = narrower_end && index + 1 == n_more && width < first;
            width != first && !may_differ
        });
        let colons = line.contains(':') && n_more > 0 && (mixed || first != 2);
        (mixed || colons).then(|| (self.indent(), DumpErrorKind::Ambiguous))
    }
}

/// Groups of digits that have one width, but the last.
#[derive(Default)]
struct Groups {
    bytes: Vec<u8>,
    /// The bytes, those of each group from its end.
    reversed: Vec<u8>,
    width: usize,
    closed: bool,
}

impl Groups {
    fn push(&mut self, group: &str) -> Result<(), DumpErrorKind> {
        let (digits, after) = head(group);
        if let Some(foreign) = after.chars().next() {
            return Err(DumpErrorKind::Hex(HexErrorKind::ForeignChar(foreign)));
        }
        if has_prefix(group) && digits.len() > 2 {
            return Err(DumpErrorKind::Word);
        }
        if self.width != 0 && (self.closed || digits.len() > self.width) {
            return Err(DumpErrorKind::Ambiguous);
        }
        let bytes = parse_hex(digits).map_err(|error| DumpErrorKind::Hex(error.kind))?;
        if bytes.is_empty() {
            return Err(DumpErrorKind::Hex(HexErrorKind::NoDigits));
        }
        if self.width == 0 {
            self.width = digits.len();
        }
        self.closed = digits.len() < self.width;
        self.reversed.extend(bytes.iter().rev());
        self.bytes.extend(bytes);
        Ok(())
    }

    /// `ordered` where a text column follows.
    fn data(&self, ordered: Option<bool>, column: usize, blanks: usize) -> Data {
        Data {
            bytes: self.bytes.clone(),
            text: ordered.is_some(),
            ordered: ordered == Some(true),
            blanks,
            width: self.width,
            column,
        }
    }
}

/// The first run of digits, without a prefix, and what follows it.
fn head(line: &str) -> (&str, &str) {
    let trimmed = line.trim_start();
    let trimmed = prefix(trimmed).map_or(trimmed, |(_, rest)| rest);
    let digits = trimmed.bytes().take_while(u8::is_ascii_hexdigit).count();
    trimmed.split_at_checked(digits).unwrap_or((trimmed, ""))
}

fn prefix(text: &str) -> Option<(&str, &str)> {
    (text.starts_with("0x") || text.starts_with("0X"))
        .then(|| text.split_at_checked(2))
        .flatten()
}

fn has_prefix(line: &str) -> bool {
    prefix(line.trim_start()).is_some()
}

/// `behind` is a gap and a text column that shows `bytes`: between bars, between angles as `od` writes it, or bare, where
/// blanks at its end may have been lost.
fn text_agrees(behind: &str, bytes: &[u8]) -> bool {
    let trimmed = behind.trim_start();
    if trimmed.is_empty() {
        return false;
    }
    let between = |open: char, close: char| {
        let inner = trimmed.trim_end().strip_prefix(open)?.strip_suffix(close)?;
        Some(inner.chars().count() == bytes.len() && shows(inner, bytes))
    };
    if between('|', '|') == Some(true) || between('>', '<') == Some(true) {
        return true;
    }
    let gap = behind.len() - trimmed.len();
    let least = if behind.starts_with('\t') { 1 } else { 2 };
    (least..=gap).any(|skipped| behind.get(skipped..).is_some_and(|text| shows(text, bytes)))
}

/// `text` shows `bytes`, the blanks at the end left out or not.
fn shows(text: &str, bytes: &[u8]) -> bool {
    let mut chars = text.chars();
    let all = bytes.iter().all(|byte| match (chars.next(), byte) {
        (Some(c), b' '..=b'~') => c == char::from(*byte),
        (Some(c), _) => c == '.' || !c.is_ascii(),
        (None, byte) => *byte == b' ',
    });
    all && chars.all(char::is_whitespace)
}
