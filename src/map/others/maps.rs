//! The lines of `/proc/PID/maps` (`proc_pid_maps(5)`), as bytes.
//!
//! It owns their form. It must not know which line matters.

/// One line: a range of addresses and what is mapped there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapsLine<'a> {
    /// The first address.
    pub start: u64,
    /// The address behind the last.
    pub end: u64,
    /// It may be read, stored to, executed.
    pub may: [bool; 3],
    /// Stores are shared.
    pub is_shared: bool,
    /// Where in the file it begins.
    pub offset: u64,
    /// Device and inode, with a blank before, between and after: ` 08:01 1234 `.
    pub key: &'a [u8],
    /// The path, which may be empty; the kernel writes a line end in it as `\012`, all else is raw.
    pub path: &'a [u8],
}

/// Reads one line, without its line end. `None` where it is none.
#[must_use]
pub fn parse_line(line: &[u8]) -> Option<MapsLine<'_>> {
    let dash = line.iter().position(|byte| *byte == b'-')?;
    let start = hexadecimal(&line[..dash])?;
    let rest = &line[dash + 1..];
    let (end, rest) = word(rest)?;
    let end = hexadecimal(end)?;
    let (may, rest) = word(rest)?;
    let &[read, write, execute, shared] = may else {
        return None;
    };
    let (offset, after_offset) = word(rest)?;
    let (device, rest) = word(after_offset)?;
    let (inode, rest) = word(rest)?;
    let is_number = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_digit);
    if !is_number(inode) || !device.contains(&b':') {
        return None;
    }
    // The blank before the device is the one that ends the offset; the blank behind the inode always stands.
    let key_at = line.len() - after_offset.len() - 1;
    let key = &line[key_at..line.len() - rest.len()];
    let path = match rest.iter().position(|byte| *byte != b' ') {
        Some(first) => &rest[first..],
        None => &[],
    };
    Some(MapsLine {
        start,
        end,
        may: [read == b'r', write == b'w', execute == b'x'],
        is_shared: shared == b's',
        offset: hexadecimal(offset)?,
        key,
        path,
    })
}

/// Up to the next blank, and what follows it.
fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|byte| *byte == b' ')?;
    Some((&text[..end], &text[end + 1..]))
}

fn hexadecimal(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then(|| u64::from_str_radix(text, 16).ok()).flatten()
}
