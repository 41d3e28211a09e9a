//! The tokens of the lookup grammar.
//!
//! It owns how numbers are spelled and where each token begins. It must not know what tokens may follow each other.

use super::Context;
use super::error::{LookupError, LookupErrorKind, Offer};
use crate::bytes::span::Span;

/// One token. Numbers are values already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A number; `None` where it passes 128 bits, which is no error of syntax.
    Number(Option<i128>),
    /// `p` and a page's index.
    Page(Option<i128>),
    /// `.`
    Cursor,
    /// `$`
    Length,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `%`
    Percent,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `..`
    Dots,
    /// `..=`
    DotsEqual,
    /// `:`
    Colon,
    /// The end of the text.
    End,
}

/// A token and the column where it begins, in characters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) token: Token,
    pub(super) at: usize,
}

/// Gives the tokens of a text one by one, so that a long text costs no memory.
pub(super) struct Lexer<'text> {
    rest: &'text str,
    at: usize,
    column: OffsetColumn,
    read_as_column: bool,
}

/// The offsets that a person sees in front of the rows, and may type as they stand there.
#[derive(Clone, Copy)]
struct OffsetColumn {
    digits: usize,
    extent: Span,
}

impl<'text> Lexer<'text> {
    pub(super) fn new(text: &'text str, context: &Context) -> Self {
        // The end is where the last token ends: an error there is then next to what the person typed.
        Self {
            rest: text.trim_end(),
            at: 0,
            column: OffsetColumn {
                digits: context.column_digits,
                extent: context.extent,
            },
            read_as_column: false,
        }
    }

    /// Whether a number was read in hexadecimal so far because it looks like the offset column.
    pub(super) fn read_as_column(&self) -> bool {
        self.read_as_column
    }

    /// The next token; after the last one, `End` each time.
    pub(super) fn next(&mut self) -> Result<Placed, LookupError> {
        let trimmed = self.rest.trim_start();
        // Spaces may be several bytes long, columns are in characters.
        let spaces = self.rest.len() - trimmed.len();
        self.at += self.rest.get(..spaces).map_or(0, |s| s.chars().count());
        self.rest = trimmed;
        let at = self.at;
        let token = match trimmed.chars().next() {
            None => Token::End,
            Some('0'..='9') => Token::Number(self.offset_or_number()?),
            Some('p') => {
                self.skip(1);
                if !self.rest.starts_with(|c: char| c.is_ascii_digit()) {
                    // The `p` is what does not fit, not what follows it.
                    return Err(LookupErrorKind::NotANumber.at(at));
                }
                Token::Page(self.number()?)
            }
            Some(_) => self.symbol()?,
        };
        Ok(Placed { token, at })
    }

    fn symbol(&mut self) -> Result<Token, LookupError> {
        const SYMBOLS: [(&str, Token); 12] = [
            // The longer ones first.
            ("..=", Token::DotsEqual),
            ("..", Token::Dots),
            (".", Token::Cursor),
            ("$", Token::Length),
            ("+", Token::Plus),
            ("-", Token::Minus),
            ("*", Token::Star),
            ("/", Token::Slash),
            ("%", Token::Percent),
            ("(", Token::Open),
            (")", Token::Close),
            (":", Token::Colon),
        ];
        for (symbol, token) in SYMBOLS {
            if self.rest.starts_with(symbol) {
                self.skip(symbol.len());
                return Ok(token);
            }
        }
        let offer = bare_hexadecimal(self.word());
        Err(LookupErrorKind::NotANumber.at(self.at).offering(offer))
    }

    /// All letters and digits from here on.
    fn word(&self) -> &'text str {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let len = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        self.rest.get(..len).unwrap_or_default()
    }

    /// A number as the offset column shows it, else any other.
    fn offset_or_number(&mut self) -> Result<Option<i128>, LookupError> {
        let word = self.word();
        if let Some(offset) = self.column.offset_from_word(word) {
            self.read_as_column = true;
            self.skip(word.len());
            return Ok(Some(i128::from(offset)));
        }
        self.number()
    }

    /// A number, which begins here with a decimal digit and takes all letters and digits that follow.
    fn number(&mut self) -> Result<Option<i128>, LookupError> {
        let grouped = grouped_len(self.rest);
        if let Some(grouped) = self.rest.get(..grouped).filter(|text| !text.is_empty()) {
            self.skip(grouped.len());
            let plain = grouped.replace(',', "");
            return Ok(plain.parse().ok());
        }
        let word = self.word();
        let value = number_from_word(word).map_err(|index| {
            let offer = bare_hexadecimal(word);
            LookupErrorKind::NotANumber
                .at(self.at + index)
                .offering(offer)
        })?;
        self.skip(word.len());
        Ok(value)
    }

    /// Passes `count` ASCII characters.
    fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
        self.at += count;
    }
}

impl OffsetColumn {
    /// The offset that `word` is in the column: zeros in front and just as wide.
    fn offset_from_word(self, word: &str) -> Option<u64> {
        let is_shown = word.len() == self.digits && word.starts_with('0');
        if !is_shown || !word.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let offset = u64::from_str_radix(word, 16).ok()?;
        // `0b000001` is a binary number too, and in the column only where the file is that long.
        let is_binary = word
            .strip_prefix(['0'])
            .and_then(|word| word.strip_prefix(['b', 'B']))
            .is_some_and(|digits| {
                !digits.is_empty() && digits.bytes().all(|b| matches!(b, b'0' | b'1'))
            });
        (!is_binary || self.extent.contains(offset)).then_some(offset)
    }
}

/// How many bytes at the start of `text` are a decimal number with a comma between groups of three digits, as counts are
/// shown; 0 where it is none, and where the last group runs on.
fn grouped_len(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let first = digits(text);
    if !(1..=3).contains(&first) || text.starts_with('0') {
        return 0;
    }
    let mut len = first;
    while let Some(rest) = text.get(len..).and_then(|rest| rest.strip_prefix(','))
        && digits(rest) == 3
    {
        len += 4;
    }
    let runs_on = text.get(len..).is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphanumeric() || "_,".contains(c))
    });
    if len == first || runs_on { 0 } else { len }
}

/// What `word` is in hexadecimal, where it is that and says so by its digits alone: `FF`, `1f`, `ffh`.
fn bare_hexadecimal(word: &str) -> Option<Offer> {
    // What begins like a binary number was meant as one. No longer word fits in 64 bits, but for its separators.
    if word.len() > 32 || word.starts_with("0b") || word.starts_with("0B") {
        return None;
    }
    let digits = word.trim_end_matches(['h', 'H']).replace('_', "");
    u64::from_str_radix(&digits, 16)
        .ok()
        .map(Offer::Hexadecimal)
}

/// The value of `word`, which is ASCII and begins with a decimal digit; or the index of what does not fit.
fn number_from_word(word: &str) -> Result<Option<i128>, usize> {
    // Before the prefixes: `0b1h` is hexadecimal, since `b` is a digit of it.
    if let Some(body) = word.strip_suffix(['h', 'H'])
        && body.bytes().all(|b| b.is_ascii_hexdigit() || b == b'_')
    {
        return digits(body, 16);
    }
    let (body, unit) = split_unit(word);
    let (body, radix, prefix_len) = match body.as_bytes() {
        [b'0', b'x' | b'X', ..] => (body.get(2..), 16, 2),
        [b'0', b'o' | b'O', ..] => (body.get(2..), 8, 2),
        [b'0', b'b' | b'B', ..] => (body.get(2..), 2, 2),
        // A leading zero is decimal: `010` is ten.
        _ => (Some(body), 10, 0),
    };
    let value = digits(body.unwrap_or_default(), radix)
        .map_err(|index| index.saturating_add(prefix_len))?;
    Ok(value.and_then(|value| value.checked_mul(unit)))
}

/// The word without its unit, and the unit's factor. A unit begins with a letter that is a digit in no radix.
fn split_unit(word: &str) -> (&str, i128) {
    let body = word.strip_suffix('B').unwrap_or(word);
    let (body, base) = match body.strip_suffix('i') {
        Some(body) => (body, 1024_i128),
        None => (body, 1000),
    };
    let power = match body.as_bytes().last() {
        Some(b'k' | b'K') => 1,
        Some(b'M') => 2,
        Some(b'G') => 3,
        Some(b'T') => 4,
        // A lone `B` or `i` is no unit; it is left for the digits to refuse, or to take.
        _ => return (word, 1),
    };
    let number = body.get(..body.len().saturating_sub(1)).unwrap_or_default();
    (number, base.pow(power))
}

/// The value of `body` in `radix`, with `_` anywhere among the digits; `None` past 128 bits. Otherwise the index
/// of the character that is no digit, or the length where there is none at all.
fn digits(body: &str, radix: u32) -> Result<Option<i128>, usize> {
    let mut value = Some(0_i128);
    let mut any = false;
    for (index, c) in body.chars().enumerate() {
        if c == '_' {
            continue;
        }
        let digit = c.to_digit(radix).ok_or(index)?;
        any = true;
        value = value
            .and_then(|value| value.checked_mul(i128::from(radix)))
            .and_then(|value| value.checked_add(i128::from(digit)));
    }
    if any { Ok(value) } else { Err(body.len()) }
}
