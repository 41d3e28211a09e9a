//! Text and names from outside as they may be shown: on one line, in reading order, with nothing hidden in them.
//!
//! It owns the one rule of what is escaped, for the terminal, messages, titles and menus alike: a file's name may hold any
//! byte, and a terminal obeys some of them. It must not know where the text is shown.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;

/// Whether `c` may not be shown as it is: it is a control character (a line end too), turns the reading order round, or
/// shows nothing where it matters. The joiners of Persian words and of emoji are shown.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' // soft hyphen
                | '\u{61c}' | '\u{200e}' | '\u{200f}' // marks of direction
                | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // fillers
                | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{feff}' // of no width
                | '\u{2028}' | '\u{2029}' // line and paragraph ends
                | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}' // embeddings, overrides, isolates
                | '\u{fff9}'..='\u{fffb}' // annotations
                | '\u{e0000}'..='\u{e007f}' // tags
        )
}

/// `text` with its hidden characters escaped as Rust writes them: `\n`, `\u{1b}`. A backslash stays as it is: names in
/// `text` may be escaped already.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The name of a file, or what else the system hands over as bytes.
///
/// Hidden characters stand as `\u{a}`, bytes that are no text as `\xff`. A backslash before what could be taken for such an
/// escape is doubled, so two different names never look the same.
#[must_use]
pub fn escape_name(name: &OsStr) -> String {
    let bytes = name.as_encoded_bytes();
    let mut shown = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        let mut chars = chunk.valid().chars();
        while let Some(c) = chars.next() {
            if c == '\\' {
                let rest = chars.as_str().trim_start_matches('\\');
                let at_end = rest.is_empty() && !chunk.invalid().is_empty();
                let is_doubled = at_end || looks_escaped(rest);
                shown.push_str(if is_doubled { "\\\\" } else { "\\" });
            } else if is_hidden(c) {
                shown.extend(c.escape_unicode());
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

/// What follows backslashes begins as an escape does, or becomes one.
fn looks_escaped(rest: &str) -> bool {
    let digits = |text: &str| text.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    rest.starts_with("u{")
        || rest.strip_prefix('x').is_some_and(digits)
        || rest.chars().next().is_some_and(is_hidden)
}

/// The whole of a path, escaped as a name.
#[must_use]
pub fn escape_path(path: &Path) -> String {
    escape_name(path.as_os_str())
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
