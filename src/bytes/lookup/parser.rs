//! Tokens to values: precedence, parentheses, and the sides of a range.
//!
//! It owns the order of operations and evaluates as it reads, in checked 128-bit integers, with a bounded stack and
//! no tree. It must not know whether a value lies in the mapping.

use super::Context;
use super::error::{LookupError, LookupErrorKind};
use super::lexer::{Lexer, Placed, Token};

/// A text of right syntax, evaluated.
pub(super) enum Query {
    Index(Term),
    Range(RangeQuery),
}

/// A range as written; sides that were left out are `None`.
pub(super) struct RangeQuery {
    pub(super) start: Option<Term>,
    /// The second side; a length in `RangeForm::Length`.
    pub(super) end: Option<Term>,
    pub(super) form: RangeForm,
    /// Column of the range's operator.
    pub(super) at: usize,
}

/// What the second side of a range says.
#[derive(Clone, Copy)]
pub(super) enum RangeForm {
    /// One past the last byte, after `..`.
    HalfOpen,
    /// The last byte, after `..=`.
    Inclusive,
    /// How many bytes, after `:+`.
    Length,
}

/// A value and the column where its text begins.
#[derive(Clone, Copy)]
pub(super) struct Term {
    pub(super) value: i128,
    pub(super) at: usize,
}

/// How deep parentheses may be nested. Each level costs a few stack frames, and no person writes more.
const MAX_DEPTH: usize = 64;

/// Reads the whole of `text`, which is not blank. An error of syntax wins over one of arithmetic before it, since the
/// numbers of a text that is not understood mean nothing.
pub(super) fn parse(text: &str, context: &Context) -> Result<Query, LookupError> {
    let mut lexer = Lexer::new(text, context);
    let current = lexer.next()?;
    let mut parser = Parser {
        lexer,
        current,
        context,
        depth: 0,
    };
    let start = match parser.current.token {
        Token::Dots | Token::DotsEqual => None,
        _ => Some(parser.side()?),
    };
    let range = parser.range_tail(start.is_some())?;
    if parser.current.token != Token::End {
        return Err(parser.unexpected());
    }
    let start = start.map(Side::term).transpose()?;
    match (range, start) {
        (Some(tail), start) => Ok(Query::Range(RangeQuery {
            start,
            end: tail.end.map(Side::term).transpose()?,
            form: tail.form,
            at: tail.at,
        })),
        (None, Some(term)) => Ok(Query::Index(term)),
        (None, None) => Err(parser.unexpected()),
    }
}

/// A value, or the first error of arithmetic in it, kept until the syntax of the rest is known.
type Value = Result<i128, LookupError>;

struct Side {
    value: Value,
    at: usize,
}

impl Side {
    fn term(self) -> Result<Term, LookupError> {
        let at = self.at;
        self.value.map(|value| Term { value, at })
    }
}

struct RangeTail {
    end: Option<Side>,
    form: RangeForm,
    at: usize,
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    current: Placed,
    context: &'a Context,
    depth: usize,
}

impl Parser<'_> {
    /// The operator of a range and what follows it, or `None` where there is none.
    fn range_tail(&mut self, has_start: bool) -> Result<Option<RangeTail>, LookupError> {
        let Placed { token, at } = self.current;
        let form = match token {
            Token::Dots => RangeForm::HalfOpen,
            Token::DotsEqual => RangeForm::Inclusive,
            Token::Colon if has_start => RangeForm::Length,
            _ => return Ok(None),
        };
        self.advance()?;
        let end = match form {
            RangeForm::HalfOpen if self.current.token == Token::End => None,
            RangeForm::HalfOpen | RangeForm::Inclusive => Some(self.side()?),
            RangeForm::Length => {
                // The plus belongs to the operator, so what follows it is not relative to the cursor.
                if self.current.token != Token::Plus {
                    return Err(self.unexpected());
                }
                self.advance()?;
                let at = self.current.at;
                let value = self.sum()?;
                Some(Side { value, at })
            }
        };
        Ok(Some(RangeTail { end, form, at }))
    }

    fn side(&mut self) -> Result<Side, LookupError> {
        let at = self.current.at;
        let value = if self.current.token == Token::Plus {
            self.sum_after(Ok(i128::from(self.context.cursor)))?
        } else {
            self.sum()?
        };
        Ok(Side { value, at })
    }

    fn sum(&mut self) -> Result<Value, LookupError> {
        let first = self.product()?;
        self.sum_after(first)
    }

    /// The rest of a sum whose first term is `value`.
    fn sum_after(&mut self, mut value: Value) -> Result<Value, LookupError> {
        while let Token::Plus | Token::Minus = self.current.token {
            let operator = self.advance()?;
            let right_at = self.current.at;
            let right = self.product()?;
            value = apply(operator, value, right, right_at);
        }
        Ok(value)
    }

    fn product(&mut self) -> Result<Value, LookupError> {
        let mut value = self.unary()?;
        while let Token::Star | Token::Slash | Token::Percent = self.current.token {
            let operator = self.advance()?;
            let right_at = self.current.at;
            let right = self.unary()?;
            value = apply(operator, value, right, right_at);
        }
        Ok(value)
    }

    /// Signs in a loop, not by recursion: a megabyte of them must not reach the end of the stack.
    fn unary(&mut self) -> Result<Value, LookupError> {
        let at = self.current.at;
        let mut minuses = 0_usize;
        while self.current.token == Token::Minus {
            self.advance()?;
            minuses += 1;
        }
        let mut value = self.atom()?;
        // Two negations undo each other, unless the first overflows.
        let negations = if minuses == 0 { 0 } else { 2 - minuses % 2 };
        for _ in 0..negations {
            value = value.and_then(|value| checked(value.checked_neg(), at));
        }
        Ok(value)
    }

    fn atom(&mut self) -> Result<Value, LookupError> {
        let Placed { token, at } = self.current;
        let value = match token {
            Token::Number(value) => checked(value, at),
            Token::Page(page) => {
                let page_bytes = i128::from(self.context.page_bytes.max(1));
                checked(page.and_then(|page| page.checked_mul(page_bytes)), at)
            }
            Token::Cursor => Ok(i128::from(self.context.cursor)),
            Token::Length => Ok(i128::from(self.context.extent.end())),
            Token::Open => self.parenthesis()?,
            _ => return Err(self.unexpected()),
        };
        // Past the operand, or past the closing parenthesis.
        self.advance()?;
        Ok(value)
    }

    /// From the opening parenthesis up to the closing one, which becomes the current token.
    fn parenthesis(&mut self) -> Result<Value, LookupError> {
        if self.depth == MAX_DEPTH {
            return Err(LookupErrorKind::TooDeep.at(self.current.at));
        }
        self.depth += 1;
        self.advance()?;
        let value = self.sum()?;
        if self.current.token != Token::Close {
            return Err(self.unexpected());
        }
        self.depth -= 1;
        Ok(value)
    }

    /// Reads the next token and gives the one that was current.
    fn advance(&mut self) -> Result<Placed, LookupError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.current, next))
    }

    fn unexpected(&self) -> LookupError {
        LookupErrorKind::NotANumber.at(self.current.at)
    }
}

fn apply(operator: Placed, left: Value, right: Value, right_at: usize) -> Value {
    let (left, right) = (left?, right?);
    let result = match operator.token {
        Token::Slash | Token::Percent if right == 0 => {
            return Err(LookupErrorKind::DivisionByZero.at(right_at));
        }
        Token::Minus => left.checked_sub(right),
        Token::Star => left.checked_mul(right),
        Token::Slash => left.checked_div(right),
        Token::Percent => left.checked_rem(right),
        // Only the callers' operators arrive here, and of them only the plus is left.
        _ => left.checked_add(right),
    };
    checked(result, operator.at)
}

/// A result that passed 128 bits passed 64 too, which is what the person is told.
fn checked(result: Option<i128>, at: usize) -> Value {
    result.ok_or(LookupErrorKind::Over64Bits.at(at))
}
