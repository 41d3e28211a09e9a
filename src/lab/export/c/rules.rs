//! Rules, numbers and sentences of a script as expressions of C, over what steps told.
//!
//! It must not know how a step is done.

use super::text::{address_of, string};
use crate::lab::export::pages::letter;
use crate::lab::export::plan::Plan;
use crate::lab::script::{Figure, Relation, Rule, Value, Words};
use crate::peer::calls::Outcome;

/// A rule.
///
/// # Errors
/// What cannot be said, in a sentence.
pub(super) fn rule(plan: &Plan<'_>, rule: &Rule) -> Result<String, String> {
    Ok(match rule {
        Rule::Is(step, outcome) => is(plan.number(*step), outcome)?,
        Rule::OtherBytes(step, bytes) => {
            let (step, len) = (plan.number(*step), bytes.len());
            let bytes = address_of(bytes);
            format!("(figure({step}, BYTES) == {len} && !is_bytes({step}, {bytes}, {len}))")
        }
        Rule::Killed(step, signal, code) => {
            let code = code.as_deref().unwrap_or("0");
            format!("was_killed({}, {signal}, {code})", plan.number(*step))
        }
        Rule::Pages(step, pages) => {
            let letters: String = pages.iter().map(letter).collect();
            format!("is_pages({}, {})", plan.number(*step), string(&letters))
        }
        Rule::Ended(step, errno) => format!("ended_with({}, {errno})", plan.number(*step)),
        Rule::Named(step, name) => {
            format!("lines_are_named({}, {})", plan.number(*step), string(name))
        }
        Rule::Same(one, other) => {
            format!("is_same({}, {})", plan.number(*one), plan.number(*other))
        }
        Rule::Allow(step, lines) => {
            let lines = string(&lines.join(" "));
            format!("lines_allow({}, {lines})", plan.number(*step))
        }
        Rule::Nameless(step) => format!("lines_are_nameless({})", plan.number(*step)),
        Rule::Compare(left, relation, right) => {
            let (left, right) = (value(plan, left), value(plan, right));
            let sign = match relation {
                Relation::Equal => "==",
                Relation::Below => "<",
                Relation::AtMost => "<=",
                Relation::AtLeast => ">=",
                Relation::Above => ">",
                // Of what was not told nothing holds, this neither.
                Relation::Different => {
                    return Ok(format!("({left} < {right} || {left} > {right})"));
                }
            };
            format!("{left} {sign} {right}")
        }
        Rule::All(rules) => joined(plan, rules, " && ", "1")?,
        Rule::Any(rules) => joined(plan, rules, " || ", "0")?,
    })
}

fn joined(plan: &Plan<'_>, rules: &[Rule], with: &str, empty: &str) -> Result<String, String> {
    let parts: Result<Vec<String>, String> = rules.iter().map(|one| rule(plan, one)).collect();
    let parts = parts?;
    Ok(match parts.as_slice() {
        [] => empty.to_owned(),
        [one] => one.clone(),
        all => format!("({})", all.join(with)),
    })
}

fn is(step: usize, outcome: &Outcome) -> Result<String, String> {
    Ok(match outcome {
        Outcome::Done => format!("is_done({step})"),
        Outcome::Failed { errno } => format!("failed_with({step}, {errno})"),
        Outcome::Bytes { bytes } => {
            format!("is_bytes({step}, {}, {})", address_of(bytes), bytes.len())
        }
        Outcome::Number { value } => format!("figure({step}, NUMBER) == {value}"),
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

/// A number.
pub(super) fn value(plan: &Plan<'_>, number: &Value) -> String {
    match number {
        // What has no room in a long is unsigned.
        Value::Number(number) if i64::try_from(*number).is_err() => format!("{number}u"),
        Value::Number(number) => number.to_string(),
        Value::Of(step, figure) => told(plan.number(*step), *figure),
        Value::Stretches(steps) => {
            let numbers = steps.iter().map(|step| plan.number(*step).to_string());
            let numbers: Vec<String> = numbers.collect();
            format!("stretches({}, 0)", numbers.join(", "))
        }
        Value::Plus(left, right) => format!("({} + {})", value(plan, left), value(plan, right)),
        Value::Minus(left, right) => format!("({} - {})", value(plan, left), value(plan, right)),
        Value::Times(left, right) => format!("{} * {}", value(plan, left), value(plan, right)),
    }
}

fn told(step: usize, figure: Figure) -> String {
    let name = match figure {
        Figure::Start(line) => return format!("line_start({step}, {line})"),
        Figure::End(line) => return format!("line_end({step}, {line})"),
        Figure::Offset(line) => return format!("line_offset({step}, {line})"),
        Figure::Frame(page) => return format!("frame_of({step}, {page})"),
        // Of a call that was repeated: how often it succeeded.
        Figure::Number | Figure::Times => "NUMBER",
        Figure::Word => "WORD",
        Figure::Bytes => "BYTES",
        Figure::Minor => "MINOR_FAULTS",
        Figure::Major => "MAJOR_FAULTS",
        Figure::Rss => "RSS",
        Figure::Pss => "PSS",
        Figure::SharedClean => "SHARED_CLEAN",
        Figure::SharedDirty => "SHARED_DIRTY",
        Figure::PrivateClean => "PRIVATE_CLEAN",
        Figure::PrivateDirty => "PRIVATE_DIRTY",
        Figure::Anonymous => "ANONYMOUS_KIB",
        Figure::Locked => "LOCKED",
        Figure::Blocks => "BLOCKS",
        Figure::TornWords => "TORN_WORDS",
        Figure::TornPairs => "TORN_PAIRS",
        Figure::AddressSpace => "ADDRESS_SPACE",
        Figure::Resident => "RESIDENT",
        Figure::Cached => "CACHED",
        Figure::DirtyPages => "DIRTY_PAGES",
        Figure::Writeback => "WRITEBACK",
        Figure::Lines => "LINES",
        Figure::Pages => "PAGES",
        Figure::PagesThere | Figure::InMemory => "PAGES_THERE",
        Figure::Swapped => "SWAPPED",
        Figure::Huge => "HUGE_KIB",
        Figure::PageTables => "PAGE_TABLES",
        Figure::Areas => "AREAS",
        Figure::Modified => "MODIFIED",
        Figure::BothSawOld => "BOTH_SAW_OLD",
        Figure::Nanoseconds => "NANOSECONDS",
    };
    format!("figure({step}, {name})")
}

/// A sentence.
pub(super) fn words(plan: &Plan<'_>, words: &Words) -> String {
    let (text, values) = words.parts();
    if values.is_empty() {
        return string(text);
    }
    let numbers: Vec<String> = values
        .iter()
        .map(|one| format!("(number) {}", value(plan, one)))
        .collect();
    format!("say({}, {})", string(text), numbers.join(", "))
}
