//! Rules, numbers and sentences of a script as expressions of Rust, over what steps told.
//!
//! It must not know how a step is done.

use std::fmt::Write as _;

use super::text::{bytes, string};
use crate::lab::export::pages::letter;
use crate::lab::export::plan::Plan;
use crate::lab::script::{Figure, Relation, Rule, Value, Words};
use crate::peer::calls::Outcome;

/// A rule, without parentheses around it.
///
/// # Errors
/// What cannot be said, in a sentence.
pub(super) fn rule(plan: &Plan<'_>, rule: &Rule) -> Result<String, String> {
    Ok(match rule {
        Rule::Is(step, outcome) => is(plan.number(*step), outcome)?,
        Rule::OtherBytes(step, others) => {
            let (step, len) = (plan.number(*step), others.len());
            let others = bytes(others);
            format!(
                "lab.figure({step}, Figure::Bytes) == number({len}) && !lab.is_bytes({step}, {others})"
            )
        }
        Rule::Killed(step, signal, code) => {
            let step = plan.number(*step);
            match code {
                Some(code) => format!("lab.was_killed({step}, libc::{signal}, Some({code}))"),
                None => format!("lab.was_killed({step}, libc::{signal}, None)"),
            }
        }
        Rule::Pages(step, pages) => {
            let letters: String = pages.iter().map(letter).collect();
            format!("lab.is_pages({}, {})", plan.number(*step), string(&letters))
        }
        Rule::Ended(step, errno) => {
            format!("lab.ended_with({}, libc::{errno})", plan.number(*step))
        }
        Rule::Named(step, name) => {
            format!(
                "lab.lines_are_named({}, {})",
                plan.number(*step),
                string(name)
            )
        }
        Rule::Same(one, other) => {
            format!(
                "lab.is_same({}, {})",
                plan.number(*one),
                plan.number(*other)
            )
        }
        Rule::Allow(step, lines) => format!("lab.lines_allow({}, &{lines:?})", plan.number(*step)),
        Rule::Nameless(step) => format!("lab.lines_are_nameless({})", plan.number(*step)),
        Rule::Compare(left, relation, right) => {
            let (left, right) = (part(plan, left), part(plan, right));
            let sign = match relation {
                Relation::Equal => "==",
                Relation::Below => "<",
                Relation::AtMost => "<=",
                Relation::AtLeast => ">=",
                Relation::Above => ">",
                Relation::Different => return Ok(format!("{left}.is_other({right})")),
            };
            format!("{left} {sign} {right}")
        }
        Rule::All(rules) => joined(plan, rules, " && ", "true")?,
        Rule::Any(rules) => joined(plan, rules, " || ", "false")?,
    })
}

fn joined(plan: &Plan<'_>, rules: &[Rule], with: &str, empty: &str) -> Result<String, String> {
    let part = |one: &Rule| {
        let text = rule(plan, one)?;
        let is_joined = matches!(one, Rule::All(all) | Rule::Any(all) if all.len() > 1);
        Ok(if is_joined && rules.len() > 1 {
            format!("({text})")
        } else {
            text
        })
    };
    let parts: Result<Vec<String>, String> = rules.iter().map(part).collect();
    let parts = parts?;
    Ok(if parts.is_empty() {
        empty.to_owned()
    } else {
        parts.join(with)
    })
}

fn is(step: usize, outcome: &Outcome) -> Result<String, String> {
    Ok(match outcome {
        Outcome::Done => format!("lab.is_done({step})"),
        Outcome::Failed { errno } => format!("lab.failed_with({step}, libc::{errno})"),
        Outcome::Bytes { bytes: all } => format!("lab.is_bytes({step}, {})", bytes(all)),
        Outcome::Number { value } => {
            format!("lab.figure({step}, Figure::Number) == number({value})")
        }
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
        | Outcome::Killed(_) => {
            return Err(
                "it compares the whole of an answer that programs have no words for".to_owned(),
            );
        }
    })
}

/// A number within a larger expression.
fn part(plan: &Plan<'_>, number: &Value) -> String {
    match number {
        Value::Plus(..) | Value::Minus(..) | Value::Times(..) => {
            format!("({})", value(plan, number))
        }
        Value::Number(_) | Value::Of(..) | Value::Stretches(_) => value(plan, number),
    }
}

/// A number.
fn value(plan: &Plan<'_>, number: &Value) -> String {
    let both = |left, sign, right| format!("{} {sign} {}", part(plan, left), part(plan, right));
    match number {
        Value::Number(number) => format!("number({number})"),
        Value::Of(step, figure) => told(plan.number(*step), *figure),
        Value::Stretches(steps) => {
            let numbers: Vec<usize> = steps.iter().map(|step| plan.number(*step)).collect();
            format!("lab.stretches(&{numbers:?})")
        }
        Value::Plus(left, right) => both(left, "+", right),
        Value::Minus(left, right) => both(left, "-", right),
        Value::Times(left, right) => both(left, "*", right),
    }
}

fn told(step: usize, figure: Figure) -> String {
    let name = match figure {
        Figure::Start(line) => return format!("lab.line_start({step}, {line})"),
        Figure::End(line) => return format!("lab.line_end({step}, {line})"),
        Figure::Offset(line) => return format!("lab.line_offset({step}, {line})"),
        Figure::Minor => "MinorFaults",
        Figure::Major => "MajorFaults",
        Figure::Frame(page) => return format!("lab.frame_of({step}, {page})"),
        // Of a call that was repeated: how often it succeeded.
        Figure::Number | Figure::Times => "Number",
        Figure::Word => "Word",
        Figure::Bytes => "Bytes",
        Figure::Rss => "Rss",
        Figure::Pss => "Pss",
        Figure::SharedClean => "SharedClean",
        Figure::SharedDirty => "SharedDirty",
        Figure::PrivateClean => "PrivateClean",
        Figure::PrivateDirty => "PrivateDirty",
        Figure::Anonymous => "Anonymous",
        Figure::Locked => "Locked",
        Figure::Blocks => "Blocks",
        Figure::TornWords => "TornWords",
        Figure::TornPairs => "TornPairs",
        Figure::AddressSpace => "AddressSpace",
        Figure::Resident => "Resident",
        Figure::Cached => "Cached",
        Figure::DirtyPages => "DirtyPages",
        Figure::Writeback => "Writeback",
        Figure::Lines => "Lines",
        Figure::Pages => "Pages",
        Figure::PagesThere | Figure::InMemory => "PagesThere",
        Figure::Swapped => "Swapped",
        Figure::Huge => "Huge",
        Figure::PageTables => "PageTables",
        Figure::Areas => "Areas",
        Figure::Modified => "Modified",
        Figure::BothSawOld => "BothSawOld",
        Figure::Nanoseconds => "Nanoseconds",
    };
    format!("lab.figure({step}, Figure::{name})")
}

/// A sentence.
pub(super) fn words(plan: &Plan<'_>, words: &Words) -> String {
    let (text, values) = words.parts();
    if values.is_empty() {
        return string(text);
    }
    let mut numbers = String::new();
    let mut rest = text;
    for one in values {
        let number = value(plan, one);
        let (number_at, time_at) = (rest.find("{}"), rest.find("{time}"));
        let is_time = time_at.is_some_and(|time| number_at.is_none_or(|number| time < number));
        let (mark, at) = if is_time {
            ("{time}", time_at)
        } else {
            ("{}", number_at)
        };
        let _ = if is_time {
            write!(numbers, ", time({number})")
        } else {
            write!(numbers, ", {number}")
        };
        rest = at
            .and_then(|at| rest.get(at + mark.len()..))
            .unwrap_or_default();
    }
    format!(
        "format!({}{numbers})",
        string(&text.replace("{time}", "{}"))
    )
}
