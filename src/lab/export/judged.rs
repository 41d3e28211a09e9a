//! Rules, numbers and sentences of a script, with the steps by their numbers in a program: what is left is to write them.
//!
//! It owns which rules a program can carry. It must not know any language.

use std::collections::BTreeMap;

use super::pages::letter;
use crate::lab::script::{Figure, Relation, Rule, StepId, Value, Words};
use crate::peer::calls::Outcome;

/// The numbers of steps that rules name.
pub(super) type StepNumbers = BTreeMap<StepId, usize>;

/// Why a rule about a whole answer is in no program.
const WHOLE: &str = "it compares the whole of an answer that programs have no words for";

/// A rule.
#[derive(Debug)]
pub(super) enum Judged<'a> {
    Done(usize),
    /// By the name of the error.
    Failed(usize, &'a str),
    Bytes(usize, &'a [u8]),
    /// As many bytes as these, but others.
    OtherBytes(usize, &'a [u8]),
    Number(usize, u64),
    /// By signal and code.
    Killed(usize, &'a str, Option<&'a str>),
    /// A letter for each page.
    Pages(usize, String),
    Ended(usize, &'a str),
    Same(usize, usize),
    Allow(usize, &'a [String]),
    Nameless(usize),
    Named(usize, &'a str),
    Compare(Number, Relation, Number),
    All(Vec<Self>),
    Any(Vec<Self>),
}

/// A number that steps told, or that is computed.
#[derive(Debug)]
pub(super) enum Number {
    Plain(u64),
    Of(usize, Figure),
    Stretches(Vec<usize>),
    Plus(Box<Self>, Box<Self>),
    Minus(Box<Self>, Box<Self>),
    Times(Box<Self>, Box<Self>),
}

/// A sentence with numbers in it, where its text has `{}` or, for times, `{time}`.
#[derive(Debug)]
pub(super) struct Sentence<'a> {
    /// It.
    pub(super) text: &'a str,
    /// In order.
    pub(super) numbers: Vec<SaidNumber>,
}

/// A number in a sentence.
#[derive(Debug)]
pub(super) struct SaidNumber {
    /// It.
    pub(super) number: Number,
    /// It is a time.
    pub(super) is_time: bool,
}

fn of(numbers: &StepNumbers, step: StepId) -> usize {
    numbers.get(&step).copied().unwrap_or_default()
}

impl<'a> Judged<'a> {
    /// Of a rule.
    ///
    /// # Errors
    /// What cannot be said, in a sentence.
    pub(super) fn of(rule: &'a Rule, steps: &StepNumbers) -> Result<Self, String> {
        let all = |rules: &'a [Rule]| -> Result<Vec<Self>, String> {
            rules.iter().map(|one| Self::of(one, steps)).collect()
        };
        Ok(match rule {
            Rule::Is(step, outcome) => Self::is(of(steps, *step), outcome)?,
            Rule::OtherBytes(step, bytes) => Self::OtherBytes(of(steps, *step), bytes),
            Rule::Killed(step, signal, code) => {
                Self::Killed(of(steps, *step), signal, code.as_deref())
            }
            Rule::Pages(step, pages) => {
                Self::Pages(of(steps, *step), pages.iter().map(letter).collect())
            }
            Rule::Ended(step, errno) => Self::Ended(of(steps, *step), errno),
            Rule::Named(step, name) => Self::Named(of(steps, *step), name),
            Rule::Same(one, other) => Self::Same(of(steps, *one), of(steps, *other)),
            Rule::Allow(step, lines) => Self::Allow(of(steps, *step), lines),
            Rule::Nameless(step) => Self::Nameless(of(steps, *step)),
            Rule::Compare(left, relation, right) => {
                Self::Compare(Number::of(left, steps), *relation, Number::of(right, steps))
            }
            Rule::All(rules) => Self::All(all(rules)?),
            Rule::Any(rules) => Self::Any(all(rules)?),
        })
    }

    fn is(step: usize, outcome: &'a Outcome) -> Result<Self, String> {
        Ok(match outcome {
            Outcome::Done => Self::Done(step),
            Outcome::Failed { errno } => Self::Failed(step, errno),
            Outcome::Bytes { bytes } => Self::Bytes(step, bytes),
            Outcome::Number { value } => Self::Number(step, *value),
            Outcome::Pages { .. }
            | Outcome::Lines { .. }
            | Outcome::Sums(_)
            | Outcome::Memory(_)
            | Outcome::Faults { .. }
            | Outcome::Cache { .. }
            | Outcome::Resident { .. }
            | Outcome::Frames { .. }
            | Outcome::Stat(_)
            | Outcome::Repeated { .. }
            | Outcome::Raced(_)
            | Outcome::Pass(_)
            | Outcome::Killed(_) => return Err(WHOLE.to_owned()),
        })
    }
}

impl Number {
    fn of(value: &Value, steps: &StepNumbers) -> Self {
        let inner = |value: &Value| Box::new(Self::of(value, steps));
        match value {
            Value::Number(number) => Self::Plain(*number),
            Value::Of(step, figure) => Self::Of(of(steps, *step), *figure),
            Value::Stretches(all) => Self::Stretches(all.iter().map(|it| of(steps, *it)).collect()),
            Value::Plus(left, right) => Self::Plus(inner(left), inner(right)),
            Value::Minus(left, right) => Self::Minus(inner(left), inner(right)),
            Value::Times(left, right) => Self::Times(inner(left), inner(right)),
        }
    }
}

impl<'a> Sentence<'a> {
    /// Of words.
    pub(super) fn of(words: &'a Words, steps: &StepNumbers) -> Self {
        let (text, values) = words.parts();
        let mut rest = text;
        let numbers = values.iter().map(|value| {
            let mark = next_mark(rest);
            rest = mark.map_or("", |(_, after)| after);
            SaidNumber {
                number: Number::of(value, steps),
                is_time: mark.is_some_and(|(is_time, _)| is_time),
            }
        });
        let numbers = numbers.collect();
        Self { text, numbers }
    }
}

/// Whether the first place for a number is one for a time, and what comes after it.
fn next_mark(text: &str) -> Option<(bool, &str)> {
    let found = |mark: &str, is_time| {
        let at = text.find(mark)?;
        Some((at, is_time, text.get(at + mark.len()..)?))
    };
    let (_, is_time, after) = [found("{}", false), found("{time}", true)]
        .into_iter()
        .flatten()
        .min_by_key(|(at, ..)| *at)?;
    Some((is_time, after))
}
