//! A pattern: what was typed, and what is looked for.
//!
//! It owns the kinds and what a search has to know of each. It must not know how it is found.

use std::sync::Arc;

use super::error::{PatternError, PatternErrorKind};
use super::expression::{Expression, of_expression};
use super::fixed::Fixed;
use super::hexadecimal::of_hexadecimal;
use super::matches::MatchRun;
use super::number::{NumberRange, of_number};
use super::number_type::{ByteOrder, NumberType};
use super::text::{LetterCase, TextEncoding, of_text};

/// The longest pattern in bytes, and the longest text of one.
const MOST_BYTES: usize = 64 << 10;

/// How a text is read that says what to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PatternKind {
    /// Bytes in hexadecimal, `?` for any half of one: `DE ?? 4? EF`.
    Bytes,
    /// The text itself.
    Text(TextEncoding, LetterCase),
    /// A number or a range of them: `42`, `1..10`, `0.5..=1.5`.
    Number(NumberType, ByteOrder),
    /// A regular expression over bytes.
    Expression(LetterCase),
}

/// What is looked for. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: Arc<str>,
    kind: PatternKind,
    form: Arc<Form>,
}

/// What stands behind a pattern.
#[derive(Debug)]
pub(super) enum Form {
    Fixed(Fixed),
    Number(NumberRange),
    Expression(Expression),
}

/// Patterns of the same text and kind are the same.
impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.text == other.text
    }
}

impl Eq for Pattern {}

/// The pattern that `text` writes.
///
/// # Errors
/// [`PatternError`], with the column and what is expected there.
pub fn parse(text: &str, kind: PatternKind) -> Result<Pattern, PatternError> {
    let most_bytes = MOST_BYTES;
    let too_long = |at: usize| PatternErrorKind::TooLong { most_bytes }.at(at);
    // Three letters a byte, as bytes are written with spaces.
    if text.len() > 4 * MOST_BYTES {
        return Err(too_long(text.chars().count()));
    }
    let form = match kind {
        PatternKind::Bytes => Form::Fixed(of_hexadecimal(text)?),
        PatternKind::Text(encoding, case) => {
            if text.is_empty() {
                return Err(PatternErrorKind::Empty.at(0));
            }
            Form::Fixed(of_text(text, encoding, case))
        }
        PatternKind::Number(number, order) => {
            let range = of_number(text, number, order)?;
            match range.literal() {
                Some(bytes) => Form::Fixed(Fixed::of_bytes(&bytes)),
                None => Form::Number(range),
            }
        }
        PatternKind::Expression(case) => Form::Expression(of_expression(text, case)?),
    };
    if let Form::Fixed(fixed) = &form
        && fixed.len() > MOST_BYTES
    {
        return Err(too_long(text.chars().count()));
    }
    Ok(Pattern {
        text: text.into(),
        kind,
        form: Arc::new(form),
    })
}

impl Pattern {
    /// What was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How it was read.
    #[must_use]
    pub fn kind(&self) -> PatternKind {
        self.kind
    }

    pub(super) fn form(&self) -> &Form {
        &self.form
    }

    /// Bytes of the longest match that is found.
    #[must_use]
    pub fn longest(&self) -> usize {
        match &*self.form {
            Form::Fixed(fixed) => fixed.len(),
            Form::Number(range) => range.number.len_bytes(),
            Form::Expression(expression) => expression.longest,
        }
    }

    /// Bytes of every match, where all have as many.
    #[must_use]
    pub fn only_length(&self) -> Option<usize> {
        let has_others = match &*self.form {
            Form::Fixed(_) | Form::Number(_) => false,
            Form::Expression(expression) => !expression.has_one_length,
        };
        (!has_others).then(|| self.longest())
    }

    /// Whether matches longer than [`Self::longest`] are passed over, or found in part: of an expression that has no bound
    /// of its own, or a very high one. A person should be told.
    #[must_use]
    pub fn cuts_matches(&self) -> bool {
        matches!(&*self.form, Form::Expression(expression) if !expression.is_exact)
    }

    /// Bytes before a start that decide with others whether a match begins there.
    #[must_use]
    pub fn lead(&self) -> usize {
        usize::from(self.goes_on_behind_a_match())
    }

    /// Bytes from a start on that decide whether a match begins there.
    #[must_use]
    pub fn reach(&self) -> usize {
        self.longest() + self.lead()
    }

    /// Whether the next match begins behind the one before, so that it matters where a search begins; else every start
    /// counts.
    #[must_use]
    pub fn goes_on_behind_a_match(&self) -> bool {
        matches!(&*self.form, Form::Expression(_))
    }

    /// The matches that begin in `start..end`, all of which see nothing but zeros: [`Self::lead`] before and
    /// [`Self::reach`] from each on.
    #[must_use]
    pub fn in_zeros(&self, start: u64, end: u64) -> Option<MatchRun> {
        let (len, step) = match &*self.form {
            Form::Fixed(fixed) => (fixed.fits_zeros().then_some(fixed.len())?, 1),
            Form::Number(range) => (range.fits_zeros().then_some(range.number.len_bytes())?, 1),
            Form::Expression(expression) => {
                let len = expression.in_zeros?;
                (len, len as u64)
            }
        };
        let count = end.checked_sub(start)?.div_ceil(step);
        (count > 0).then_some(MatchRun {
            start,
            count,
            step,
            len: len as u64,
        })
    }

    /// Whether zeros alone match.
    #[must_use]
    pub fn matches_zeros(&self) -> bool {
        self.in_zeros(0, 1).is_some()
    }
}
