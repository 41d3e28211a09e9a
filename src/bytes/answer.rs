//! The sentences that answer a lookup, the same in the window and on the command line.
//!
//! It owns their wording, which tests and scripts hold on to: numbers are digits and nothing between them, so that they can
//! be cut out and typed. It must not know how a byte was read, nor where the sentence is shown.

use std::borrow::Cow;

use crate::bytes::class::{hex_pair, is_graphic, text_char};
use crate::bytes::lookup::{Context, Lookup, LookupError, LookupErrorKind, reads_as_column};
use crate::bytes::size::counted;
use crate::bytes::span::Span;

/// How many bytes of a range an answer shows.
pub const SHOWN_BYTES: usize = 16;

/// How many characters of a typed text an answer repeats.
pub const ECHOED_CHARS: usize = 64;

/// What came of reading one byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// The byte's value.
    Byte(u8),
    /// The byte could not be read, and why: the end of a sentence, without a final period.
    Unreadable(Cow<'static, str>),
}

/// The question of a session that asks, with a space after it for the answer; no line end.
#[must_use]
pub fn prompt(extent: Span) -> String {
    match extent.last() {
        Some(last) => {
            let first = extent.start();
            format!("Enter -1 to quit or enter a number between {first} and {last}: ")
        }
        None => "Nothing is mapped; enter -1 to quit: ".to_owned(),
    }
}

/// What is said of a number that stands as in the offset column.
const AS_COLUMN: &str = "read in hexadecimal as the offset column shows it";

/// The answer to `text`, in which [`parse`](crate::bytes::lookup::parse) found `found` in this context: that of
/// [`answer_index`] or [`answer_range`], and whether a number was taken for one of the offset column.
///
/// `cells` are the first bytes found.
#[must_use]
pub fn answer_found(text: &str, found: Lookup, cells: &[Cell], context: &Context) -> String {
    let mut answer = match (found, cells.first()) {
        (Lookup::Index(index), Some(cell)) => answer_index(index, cell),
        _ => answer_range(found.span(), cells, context.page_bytes),
    };
    if reads_as_column(text, context) {
        answer.push_str("; ");
        answer.push_str(AS_COLUMN);
    }
    answer
}

/// The answer to the lookup of one byte: `Received char at 3 is D`.
///
/// A byte that leaves no ink, the space too, is written `0x0a`.
#[must_use]
pub fn answer_index(index: u64, cell: &Cell) -> String {
    match cell {
        Cell::Byte(byte) if is_graphic(*byte) => {
            format!("Received char at {index} is {}", char::from(*byte))
        }
        Cell::Byte(byte) => format!("Received char at {index} is {byte:#04x}"),
        Cell::Unreadable(reason) => format!("Received unreadable index {index}: {reason}"),
    }
}

/// The answer to the lookup of a range, on one line: how many bytes, where, on which pages, and the first of them.
///
/// `cells` are the first bytes of `span`, of which `SHOWN_BYTES` are shown, with `…` where the span has more; a
/// byte that could not be read is `??`, a blank in the text, and the reason of the first of them ends the line.
#[must_use]
pub fn answer_range(span: Span, cells: &[Cell], page_bytes: u64) -> String {
    let head = format!("Received {} at {span}", counted(span.len(), "byte"));
    let Some(last) = span.last() else {
        return head;
    };
    let offsets = first_to_last(span.start(), last);
    let pages = span.pages(page_bytes);
    let last_page = pages.end.saturating_sub(1);
    let plural = if pages.start == last_page { "" } else { "s" };
    let pages = first_to_last(pages.start, last_page);
    let contents = first_bytes(span, cells);
    format!("{head} ({offsets}), page{plural} {pages}{contents}")
}

/// `3 to 6`, or `3` alone where there is one.
fn first_to_last(first: u64, last: u64) -> String {
    if first == last {
        return first.to_string();
    }
    format!("{first} to {last}")
}

/// The answer to a text that names no bytes: `Received invalid index 65: past the end; valid indexes are 0 to 61`.
///
/// `text` is what was given to `parse`; it is repeated without the spaces round it, on one line, cut to
/// `ECHOED_CHARS`. The column is counted from 1 in the text so repeated.
#[must_use]
pub fn answer_error(text: &str, error: &LookupError, context: &Context) -> String {
    let valid = valid_indexes(error, context);
    if error.kind == LookupErrorKind::Empty {
        return format!("Received no index; {valid}");
    }
    let leading = text.chars().take_while(|c| c.is_whitespace()).count();
    let reason = LookupError {
        at: error.at.saturating_sub(leading),
        ..*error
    };
    let echoed = echo(text.trim());
    let as_column = if reads_as_column(text, context) {
        format!(", {AS_COLUMN}")
    } else {
        String::new()
    };
    if error.kind == LookupErrorKind::EmptyMapping {
        // The reason says already that no index is valid.
        return format!("Received invalid index {echoed}: {reason}");
    }
    format!("Received invalid index {echoed}: {reason}{as_column}; {valid}")
}

/// The first bytes of `span` in hexadecimal and as text, after a colon; nothing where none was given.
fn first_bytes(span: Span, cells: &[Cell]) -> String {
    // Never more than the span has, even where the caller read on.
    let limit = usize::try_from(span.len()).map_or(SHOWN_BYTES, |len| len.min(SHOWN_BYTES));
    let shown = cells.get(..limit).unwrap_or(cells);
    if shown.is_empty() {
        return String::new();
    }
    let mut hex = String::new();
    for cell in shown {
        hex.push(' ');
        match cell {
            Cell::Byte(byte) => hex.extend(hex_pair(*byte).map(char::from)),
            Cell::Unreadable(_) => hex.push_str("??"),
        }
    }
    // No text for what was not read: a blank keeps the place where bytes follow that were.
    let n_text = shown
        .iter()
        .rposition(|cell| matches!(cell, Cell::Byte(_)))
        .map_or(0, |last| last + 1);
    let mut text = String::new();
    for cell in shown.iter().take(n_text) {
        text.push(match cell {
            Cell::Byte(byte) => text_char(*byte),
            Cell::Unreadable(_) => ' ',
        });
    }
    if n_text > 0 {
        text.insert(0, ' ');
    }
    if u64::try_from(shown.len()).is_ok_and(|shown| shown < span.len()) {
        hex.push_str(" …");
        text.push_str(if n_text > 0 { "…" } else { "" });
    }
    // The cells first: the offsets, asked once more than there are cells, could pass 2^64 - 1.
    let unreadable = shown
        .iter()
        .zip(span.start()..)
        .find_map(|(cell, at)| match cell {
            Cell::Byte(_) => None,
            Cell::Unreadable(reason) => Some(format!("; unreadable index {at}: {reason}")),
        });
    format!(":{hex}{text}{}", unreadable.unwrap_or_default())
}

fn valid_indexes(error: &LookupError, context: &Context) -> String {
    let valid = context.valid();
    match valid.and_then(Span::last).zip(valid) {
        Some((last, valid)) if valid.start() == last => format!("the only valid index is {last}"),
        Some((last, valid)) => format!("valid indexes are {} to {last}", valid.start()),
        None if context.extent.is_empty() && error.kind == LookupErrorKind::Empty => {
            "nothing is mapped".to_owned()
        }
        None => "no index is valid now".to_owned(),
    }
}

/// `text` on one line and not too long: what does not print is escaped, and a cut is marked with `…`.
fn echo(text: &str) -> String {
    let mut echoed = String::new();
    let mut len = 0;
    // Where to cut if the rest turns out too long: the last end of a character that leaves room for the mark.
    let mut cut = 0;
    for c in text.chars() {
        match c {
            // They print, and escaped they would not be what was typed.
            '\'' | '"' | '\\' => echoed.push(c),
            // Line ends, but also the characters that reorder the text after them.
            _ => echoed.extend(c.escape_debug()),
        }
        len = echoed.chars().count();
        if len < ECHOED_CHARS {
            cut = echoed.len();
        }
        if len > ECHOED_CHARS {
            break;
        }
    }
    if len > ECHOED_CHARS {
        echoed.truncate(cut);
        echoed.push('…');
    }
    echoed
}
