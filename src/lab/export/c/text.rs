//! How names, bytes and sentences are written in C.
//!
//! It must not know what they are about.

use std::fmt::Write as _;

use crate::lab::export::text::{BytesShape, commented, wrapped};

/// The longest line of a comment.
const WIDTH: usize = 110;

/// Bytes of a string literal in one piece.
const PIECE: usize = 72;

/// Characters of text in one piece: it has room behind the name of what it is.
const TEXT_PIECE: usize = 84;

/// Text between quotes; what is not ASCII stays as it is, in UTF-8.
pub(super) fn string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            '\n' => quoted.push_str("\\n"),
            c if c.is_ascii_control() => {
                let _ = write!(quoted, "\\{:03o}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// The same in pieces, of which each has room in a line.
pub(super) fn pieces_of(text: &str) -> String {
    let pieces = wrapped(text, TEXT_PIECE);
    let last = pieces.len().saturating_sub(1);
    let quoted = pieces.iter().enumerate().map(|(index, piece)| match index {
        index if index == last => string(piece),
        _ => string(&format!("{piece} ")),
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// Bytes between quotes.
pub(super) fn bytes(bytes: &[u8]) -> String {
    let pieces: Vec<String> = bytes.chunks(PIECE).map(piece).collect();
    if pieces.is_empty() {
        return "\"\"".to_owned();
    }
    pieces.join(" ")
}

fn piece(bytes: &[u8]) -> String {
    let mut quoted = String::from("\"");
    for byte in bytes {
        match byte {
            b'"' | b'\\' => {
                quoted.push('\\');
                quoted.push(char::from(*byte));
            }
            // Two question marks may begin a character in old C.
            b' '..=b'~' if *byte != b'?' => quoted.push(char::from(*byte)),
            byte => {
                let _ = write!(quoted, "\\{byte:03o}");
            }
        }
    }
    quoted + "\""
}

/// An expression for the address of these bytes: of many that are the same, what makes them.
pub(super) fn address_of(all: &[u8]) -> String {
    match BytesShape::of(all) {
        BytesShape::Filled(byte, len) => {
            let byte = match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => format!("'{}'", char::from(byte)),
                byte => byte.to_string(),
            };
            format!("filled({byte}, {len})")
        }
        BytesShape::Padded(head, len) => format!("padded({}, {}, {len})", bytes(head), head.len()),
        BytesShape::Plain => bytes(all),
    }
}

/// A comment of one or more lines, each indented by so many spaces.
pub(super) fn comment(text: &str, indent: usize) -> String {
    let safe = text.replace("*/", "* /").replace("/*", "/ *");
    let start = " ".repeat(indent);
    let lines = commented(&safe, WIDTH.saturating_sub(indent + 6));
    format!("{start}/* {} */\n", lines.join(&format!("\n{start}   ")))
}

/// A statement in lines, each with its indentation: broken behind commas and before operators, where it is too long.
pub(super) fn laid_out(statement: &str, indent: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut line, mut own) = (" ".repeat(indent), 0);
    for piece in pieces(statement) {
        let width = line.chars().count() + piece.trim_end().chars().count();
        if own > 0 && width > WIDTH {
            lines.push(line.trim_end().to_owned());
            line = " ".repeat(indent + 4);
        }
        line.push_str(piece);
        own = line.trim().len();
    }
    lines.push(line);
    lines
}

/// A statement in pieces that stay together.
fn pieces(statement: &str) -> Vec<&str> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    let (mut is_text, mut is_escaped) = (false, false);
    for (at, c) in statement.char_indices() {
        let rest = statement.get(at..).unwrap_or_default();
        let before = statement.get(..at).unwrap_or_default();
        let is_place = before.ends_with(", ")
            || before.ends_with("\" ") && c == '"'
            || rest.starts_with("&& ")
            || rest.starts_with("|| ");
        // A comment behind a statement stays in one line.
        if rest.starts_with("/*") {
            break;
        }
        if !is_text && is_place {
            pieces.push(statement.get(start..at).unwrap_or_default());
            start = at;
        }
        is_text ^= c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
    }
    pieces.push(statement.get(start..).unwrap_or_default());
    pieces
}
