//! The tokens of the lookup grammar.
//!
//! It owns how numbers are spelled and where each token begins. It must not know what tokens may follow each other.

use super::error::{LookupError, LookupErrorKind};

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
}

impl<'text> Lexer<'text> {
    pub(super) fn new(text: &'text str) -> Self {
        // The end is where the last token ends: an error there is then next to what the person typed.
        Self {
            rest: text.trim_end(),
            at: 0,
        }
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
            Some('0'..='9') => Token::Number(self.number()?),
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
        Err(LookupErrorKind::NotANumber.at(self.at))
    }

    /// A number, which begins here with a decimal digit and takes all letters and digits that follow.
    fn number(&mut self) -> Result<Option<i128>, LookupError> {
        let len = self
            .rest
            .bytes()
            .take_while(|&b| b.is_ascii_alphanumeric() || b == b'_')
            .count();
        let word = self.rest.get(..len).unwrap_or_default();
        let value = number_from_word(word)
            .map_err(|index| LookupErrorKind::NotANumber.at(self.at + index))?;
        self.skip(len);
        Ok(value)
    }

    /// Passes `count` ASCII characters.
    fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
        self.at += count;
    }
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

/// The word without its unit, and the unit's factor. The letters of units are digits in no radix.
fn split_unit(word: &str) -> (&str, i128) {
    const UNITS: [(&str, i128); 8] = [
        ("k", 1000),
        ("M", 1000_i128.pow(2)),
        ("G", 1000_i128.pow(3)),
        ("T", 1000_i128.pow(4)),
        ("Ki", 1 << 10),
        ("Mi", 1 << 20),
        ("Gi", 1 << 30),
        ("Ti", 1 << 40),
    ];
    UNITS
        .iter()
        .find_map(|&(unit, factor)| Some((word.strip_suffix(unit)?, factor)))
        .unwrap_or((word, 1))
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
