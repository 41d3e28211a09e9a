//! Text and names from outside as they may be shown: on one line, in reading order, with nothing hidden in them.
//!
//! It owns the one rule of what is escaped, for the terminal, messages, titles and menus alike: a file's name may hold any
//! byte, and a terminal obeys some of them. It must not know where the text is shown.

use std::fmt::Write as _;
use std::path::Path;

/// Whether `c` may not be shown as it is: it is a control character (a line end too), turns the reading order round, or
/// takes no room where it matters. The joiners of Persian words and of emoji are shown.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// `text` with its hidden characters escaped as Rust writes them: `\n`, `\u{1b}`.
#[must_use]
pub fn escape(text: &str) -> String {
    escape_bytes(text.as_bytes())
}

/// Bytes that should be text: hidden characters escaped, and what is no UTF-8 as `\xff`.
#[must_use]
pub fn escape_bytes(bytes: &[u8]) -> String {
    let mut shown = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if is_hidden(c) {
                shown.extend(c.escape_default());
            } else {
                shown.push(c);
            }
        }
        for byte in chunk.invalid() {
            // Writing to a String does not fail.
            let _ = write!(shown, "\\x{byte:02x}");
        }
    }
    shown
}

/// The whole of a path, escaped.
#[must_use]
pub fn escape_path(path: &Path) -> String {
    escape_bytes(path.as_os_str().as_encoded_bytes())
}

/// A path inside a sentence: escaped, and in quotation marks where one could not see where it begins or ends, which is
/// where it is empty or has a space at an end.
#[must_use]
pub fn path_in_sentence(path: &Path) -> String {
    let shown = escape_path(path);
    if shown.trim() == shown && !shown.is_empty() {
        shown
    } else {
        format!("\u{201c}{shown}\u{201d}")
    }
}

/// Several lines for a terminal: each escaped, the line ends kept.
#[must_use]
pub fn escape_lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(escape).collect();
    lines.join("\n")
}

/// JSON with the hidden characters of its strings escaped as JSON does it. Between its strings there are none but line
/// ends, which stay.
#[must_use]
pub fn escape_json(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for c in json.chars() {
        if is_hidden(c) && c != '\n' {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(c);
        }
    }
    shown
}
