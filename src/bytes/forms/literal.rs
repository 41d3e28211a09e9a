//! Bytes as C, Rust and Python write them.

use std::fmt::Write as _;
use std::iter::{Enumerate, Peekable};
use std::str::Chars;

/// Numbers in a line.
const IN_A_LINE: usize = 12;

/// A character of the text, and what is expected there.
type Fault = (usize, &'static str);

/// An array of C.
pub(super) fn c(bytes: &[u8]) -> String {
    let len = bytes.len();
    format!(
        "const unsigned char data[{len}] = {{\n{}}};\n",
        numbers(bytes)
    )
}

/// An array of Rust.
pub(super) fn rust(bytes: &[u8]) -> String {
    let len = bytes.len();
    format!("const DATA: [u8; {len}] = [\n{}];\n", numbers(bytes))
}

fn numbers(bytes: &[u8]) -> String {
    let mut text = String::new();
    for line in bytes.chunks(IN_A_LINE) {
        text.push_str("   ");
        for byte in line {
            let _ = write!(text, " {byte:#04x},"); // writing to a String does not fail
        }
        text.push('\n');
    }
    text
}

/// A bytes object of Python.
pub(super) fn python(bytes: &[u8]) -> String {
    let mut text = String::from("data = (\n");
    for line in bytes.chunks(IN_A_LINE) {
        text.push_str("    b\"");
        for byte in line {
            let _ = write!(text, "\\x{byte:02x}"); // writing to a String does not fail
        }
        text.push_str("\"\n");
    }
    if bytes.is_empty() {
        text.push_str("    b\"\"\n");
    }
    text.push_str(")\n");
    text
}

/// The bytes of an array or of texts in quotation marks. What stands before a `=` is left out: a name, a type and a length.
/// Behind the array may stand how long it is, as `xxd -i` writes it.
pub(super) fn read(text: &str) -> Result<Vec<u8>, Fault> {
    let begin = body(text);
    let mut reader = Reader {
        chars: text.chars().enumerate().peekable(),
        end: text.chars().count(),
        bytes: Vec::new(),
    };
    while reader.chars.next_if(|(at, _)| *at < begin).is_some() {}
    reader.all()?;
    Ok(reader.bytes)
}

/// The character behind the first `=` outside of quotation marks; 0 where there is none.
fn body(text: &str) -> usize {
    let before = text.chars().take_while(|c| !matches!(c, '"' | '\''));
    let at = before
        .enumerate()
        .find(|(_, c)| *c == '=')
        .map(|(at, _)| at);
    at.map_or(0, |at| at + 1)
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

struct Reader<'a> {
    chars: Peekable<Enumerate<Chars<'a>>>,
    end: usize,
    bytes: Vec<u8>,
}

impl Reader<'_> {
    fn at(&mut self) -> usize {
        self.chars.peek().map_or(self.end, |(at, _)| *at)
    }

    fn next_is(&mut self, wanted: impl Fn(char) -> bool) -> Option<char> {
        self.chars.next_if(|(_, c)| wanted(*c)).map(|(_, c)| c)
    }

    /// Numbers and texts, with whatever stands between them.
    fn all(&mut self) -> Result<(), Fault> {
        let mut is_closed = false;
        loop {
            while let Some(c) = self.next_is(|c| c.is_whitespace() || ",;()[]{}&".contains(c)) {
                is_closed |= c == ';';
            }
            let at = self.at();
            match self.chars.peek().map(|(_, c)| *c) {
                None => return Ok(()),
                Some(c) if is_closed && is_of_name(c) && !c.is_ascii_digit() => {
                    return self.length();
                }
                Some('b' | 'B') => {
                    self.chars.next();
                    if !matches!(self.chars.peek(), Some((_, '"' | '\''))) {
                        return Err((at, "a number or a text in quotation marks"));
                    }
                }
                Some(quote @ ('"' | '\'')) => {
                    self.chars.next();
                    self.text(quote)?;
                }
                Some('0'..='9') => self.number(at)?,
                Some(_) => return Err((at, "a number or a text in quotation marks")),
            }
        }
    }

    /// `unsigned int data_len = 2;` behind the array: as many bytes as there are, and the end of the text.
    fn length(&mut self) -> Result<(), Fault> {
        while self
            .next_is(|c| is_of_name(c) || c.is_whitespace())
            .is_some()
        {}
        let at = self.at();
        let end = "the end, or the array's length as xxd -i writes it";
        self.next_is(|c| c == '=').ok_or((at, end))?;
        self.blanks();
        let at = self.at();
        let mut digits = String::new();
        while let Some(c) = self.next_is(|c| c.is_ascii_digit()) {
            digits.push(c);
        }
        if digits.parse() != Ok(self.bytes.len()) {
            return Err((at, "the number of bytes in the array"));
        }
        let at = self.at();
        self.next_is(|c| c == ';').ok_or((at, "a semicolon"))?;
        self.blanks();
        let at = self.at();
        match self.chars.peek() {
            None => Ok(()),
            Some(_) => Err((at, "the end of the text")),
        }
    }

    fn blanks(&mut self) {
        while self.next_is(char::is_whitespace).is_some() {}
    }

    fn number(&mut self, at: usize) -> Result<(), Fault> {
        let mut word = String::new();
        while let Some(c) = self.next_is(is_of_name) {
            word.push(c);
        }
        let word = word.to_ascii_lowercase().replace('_', "");
        let word = word.strip_suffix("u8").unwrap_or(&word);
        let value = match word.get(..2) {
            Some("0x") => u8::from_str_radix(word.get(2..).unwrap_or_default(), 16),
            Some("0b") => u8::from_str_radix(word.get(2..).unwrap_or_default(), 2),
            Some("0o") => u8::from_str_radix(word.get(2..).unwrap_or_default(), 8),
            // C takes it for an octal number, others for a decimal one.
            Some(two) if two.starts_with('0') => {
                return Err((at, "a number without a leading zero"));
            }
            _ => word.parse(),
        };
        self.bytes
            .push(value.map_err(|_| (at, "a number from 0 to 255"))?);
        Ok(())
    }

    /// Up to the quotation mark that closes it.
    fn text(&mut self, quote: char) -> Result<(), Fault> {
        loop {
            let at = self.at();
            match self.chars.next().map(|(_, c)| c) {
                None => return Err((at, "a closing quotation mark")),
                Some(c) if c == quote => return Ok(()),
                Some('\\') => self.escape(at)?,
                Some(c) => self.bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
    }

    fn escape(&mut self, at: usize) -> Result<(), Fault> {
        let wrong = (at, "an escape such as \\n, \\0 or \\xff");
        let byte = match self.chars.next().map(|(_, c)| c).ok_or(wrong)? {
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'a' => 0x07,
            'b' => 0x08,
            'v' => 0x0b,
            'f' => 0x0c,
            c @ ('\\' | '"' | '\'' | '?') => u8::try_from(c).map_err(|_| wrong)?,
            'x' => {
                self.digits(16, 2, 0)
                    .filter(|(_, n)| *n == 2)
                    .ok_or(wrong)?
                    .0
            }
            c @ '0'..='7' => {
                let first = c.to_digit(8).unwrap_or_default();
                self.digits(8, 2, first).ok_or(wrong)?.0
            }
            _ => return Err(wrong),
        };
        self.bytes.push(byte);
        Ok(())
    }

    /// A number of at most `most` more digits, and how many there were; `None` where it is over 255.
    fn digits(&mut self, radix: u32, most: usize, first: u32) -> Option<(u8, usize)> {
        let (mut value, mut n) = (first, 0);
        while n < most
            && let Some(c) = self.next_is(|c| c.is_digit(radix))
        {
            value = value * radix + c.to_digit(radix)?;
            n += 1;
        }
        Some((u8::try_from(value).ok()?, n))
    }
}
