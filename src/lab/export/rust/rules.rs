//! Rules, numbers and sentences of a script as expressions of Rust, over what steps told.
//!
//! It must not know how a step is done.

use super::text::{bytes, string};
use crate::lab::export::judged::{Judged, Number, Sentence};
use crate::lab::script::{Figure, Relation};

/// A rule, without parentheses around it.
pub(super) fn rule(judged: &Judged<'_>) -> String {
    match judged {
        Judged::Done(step) => format!("lab.is_done({step})"),
        Judged::Failed(step, errno) => format!("lab.failed_with({step}, {errno})"),
        Judged::Bytes(step, all) => format!("lab.is_bytes({step}, {})", bytes(all)),
        Judged::OtherBytes(step, others) => {
            let (len, others) = (others.len(), bytes(others));
            format!(
                "lab.figure({step}, Figure::Bytes) == number({len}) && !lab.is_bytes({step}, {others})"
            )
        }
        Judged::Number(step, value) => {
            format!("lab.figure({step}, Figure::Number) == number({value})")
        }
        Judged::Killed(step, signal, Some(code)) => {
            format!("lab.was_killed({step}, {signal}, Some({code}))")
        }
        Judged::Killed(step, signal, None) => {
            format!("lab.was_killed({step}, {signal}, None)")
        }
        Judged::Pages(step, letters) => format!("lab.is_pages({step}, {})", string(letters)),
        Judged::Ended(step, errno) => format!("lab.ended_with({step}, {errno})"),
        Judged::Named(step, name) => format!("lab.lines_are_named({step}, {})", string(name)),
        Judged::Same(one, other) => format!("lab.is_same({one}, {other})"),
        Judged::Allow(step, lines) => format!("lab.lines_allow({step}, &{lines:?})"),
        Judged::Nameless(step) => format!("lab.lines_are_nameless({step})"),
        Judged::Compare(left, relation, right) => compared(left, *relation, right),
        Judged::All(rules) => joined(rules, " && ", "true"),
        Judged::Any(rules) => joined(rules, " || ", "false"),
    }
}

fn compared(left: &Number, relation: Relation, right: &Number) -> String {
    if relation == Relation::Different {
        return format!("{}.is_other({})", part(left), value(right));
    }
    let (left, right) = (value(left), value(right));
    let sign = match relation {
        Relation::Equal => "==",
        Relation::Below => "<",
        Relation::AtMost => "<=",
        Relation::AtLeast => ">=",
        Relation::Above => ">",
        Relation::Different => "!=",
    };
    format!("{left} {sign} {right}")
}

fn joined(rules: &[Judged<'_>], with: &str, empty: &str) -> String {
    let part = |one: &Judged<'_>| {
        let is_joined = matches!(one, Judged::All(all) | Judged::Any(all) if all.len() > 1);
        if is_joined && rules.len() > 1 {
            format!("({})", rule(one))
        } else {
            rule(one)
        }
    };
    if rules.is_empty() {
        return empty.to_owned();
    }
    rules.iter().map(part).collect::<Vec<_>>().join(with)
}

/// A number.
fn value(number: &Number) -> String {
    match number {
        Number::Plain(number) => format!("number({number})"),
        Number::Of(step, figure) => told(*step, *figure),
        Number::Stretches(steps) => format!("lab.stretches(&{steps:?})"),
        Number::Plus(left, right) => format!("{} + {}", value(left), part(right)),
        Number::Minus(left, right) => format!("{} - {}", value(left), part(right)),
        Number::Times(left, right) => format!("{} * {}", part(left), part(right)),
    }
}

/// A number as one thing.
fn part(number: &Number) -> String {
    match number {
        Number::Plus(..) | Number::Minus(..) | Number::Times(..) => format!("({})", value(number)),
        Number::Plain(_) | Number::Of(..) | Number::Stretches(_) => value(number),
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
pub(super) fn words(sentence: &Sentence<'_>) -> String {
    if sentence.numbers.is_empty() {
        return string(sentence.text);
    }
    let numbers = sentence.numbers.iter().map(|said| {
        let number = value(&said.number);
        if said.is_time {
            format!(", time({number})")
        } else {
            format!(", {number}")
        }
    });
    let numbers: String = numbers.collect();
    let text = string(&sentence.text.replace("{time}", "{}"));
    format!("format!({text}{numbers})")
}
