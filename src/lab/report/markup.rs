//! Text within markup.

use crate::bytes::escape::is_hidden;

/// A text as HTML and XML can have it: what is hidden, or no character of XML, is escaped, but for line ends.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => out.extend(c.escape_default()),
            c if is_hidden(c) => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

/// Units that are of no use in another line than their number.
const UNITS: [&str; 8] = ["ns", "\u{b5}s", "ms", "s", "KiB", "MiB", "GiB", "TiB"];

/// A text in which no line ends between a number and its unit: the blank there is one that does not break.
pub(super) fn whole(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(' ') {
        out.push_str(before);
        let is_number = before.ends_with(|c: char| c.is_ascii_digit());
        let end = after.find(|c: char| !c.is_alphabetic());
        let word = end.map_or(after, |end| &after[..end]);
        let holds = is_number && UNITS.contains(&word);
        out.push(if holds { '\u{a0}' } else { ' ' });
        rest = after;
    }
    out + rest
}
