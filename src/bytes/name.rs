//! Names and paths as they can be shown: one line, in the order in which they are stored, nothing invisible.
//!
//! It owns how the names of files are escaped in titles, menus, banners and reports. It must not know what they name.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;

/// `name` as it can be shown.
///
/// Control characters, line ends, marks that reorder text (U+202E and its kin) and invisible ones stand as `\u{202e}`,
/// bytes that are no text as `\xff`. A backslash before what could be taken for such an escape is doubled, so two
/// different names never look the same.
#[must_use]
pub fn shown(name: &OsStr) -> String {
    let bytes = name.as_encoded_bytes();
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        let mut chars = chunk.valid().chars();
        while let Some(c) = chars.next() {
            if c == '\\' {
                let rest = chars.as_str().trim_start_matches('\\');
                let at_end = rest.is_empty() && !chunk.invalid().is_empty();
                text.push_str(if at_end || looks_escaped(rest) {
                    "\\\\"
                } else {
                    "\\"
                });
            } else if is_hidden(c) {
                let _ = write!(text, "\\u{{{:x}}}", u32::from(c));
            } else {
                text.push(c);
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// The last part of `path`, as it can be shown; all of a path that has no last part.
#[must_use]
pub fn shown_name(path: &Path) -> String {
    shown(path.file_name().unwrap_or(path.as_os_str()))
}

/// All of `path`, as it can be shown.
#[must_use]
pub fn shown_path(path: &Path) -> String {
    shown(path.as_os_str())
}

/// What follows backslashes begins as an escape does, or becomes one.
fn looks_escaped(rest: &str) -> bool {
    let digits = |text: &str| text.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    rest.starts_with("u{")
        || rest.strip_prefix('x').is_some_and(digits)
        || rest.chars().next().is_some_and(is_hidden)
}

/// Characters that show nothing, end the line or change the order of the others.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' // soft hyphen
            | '\u{61c}' | '\u{200e}' | '\u{200f}' // marks of direction
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // fillers
            | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' // of no width
            | '\u{2028}' | '\u{2029}' // line and paragraph ends
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}' // embeddings, overrides, isolates
            | '\u{fff9}'..='\u{fffb}' // annotations
            | '\u{e0000}'..='\u{e007f}' // tags
        )
}
