//! Rules, numbers and sentences of a script as expressions of C, over what steps told.
//!
//! It must not know how a step is done.

use super::text::{address_of, string};
use crate::lab::export::judged::{Judged, Number, Sentence};
use crate::lab::script::{Figure, Relation};

/// A rule.
pub(super) fn rule(judged: &Judged<'_>) -> String {
    match judged {
        Judged::Done(step) => format!("is_done({step})"),
        Judged::Failed(step, errno) => format!("failed_with({step}, {errno})"),
        Judged::Bytes(step, bytes) => {
            format!("is_bytes({step}, {}, {})", address_of(bytes), bytes.len())
        }
        Judged::OtherBytes(step, bytes) => {
            let (len, bytes) = (bytes.len(), address_of(bytes));
            format!("(figure({step}, BYTES) == {len} && !is_bytes({step}, {bytes}, {len}))")
        }
        Judged::Number(step, value) => format!("figure({step}, NUMBER) == {value}"),
        Judged::Killed(step, signal, code) => {
            format!("was_killed({step}, {signal}, {})", code.unwrap_or("0"))
        }
        Judged::Pages(step, letters) => format!("is_pages({step}, {})", string(letters)),
        Judged::Ended(step, errno) => format!("ended_with({step}, {errno})"),
        Judged::Named(step, name) => format!("lines_are_named({step}, {})", string(name)),
        Judged::Same(one, other) => format!("is_same({one}, {other})"),
        Judged::Allow(step, lines) => {
            format!("lines_allow({step}, {})", string(&lines.join(" ")))
        }
        Judged::Nameless(step) => format!("lines_are_nameless({step})"),
        Judged::Compare(left, relation, right) => compared(left, *relation, right),
        Judged::All(rules) => joined(rules, " && ", "1"),
        Judged::Any(rules) => joined(rules, " || ", "0"),
    }
}

fn compared(left: &Number, relation: Relation, right: &Number) -> String {
    let (left, right) = (value(left), value(right));
    let sign = match relation {
        Relation::Equal => "==",
        Relation::Below => "<",
        Relation::AtMost => "<=",
        Relation::AtLeast => ">=",
        Relation::Above => ">",
        // Of what was not told nothing holds, this neither.
        Relation::Different => return format!("({left} < {right} || {left} > {right})"),
    };
    format!("{left} {sign} {right}")
}

fn joined(rules: &[Judged<'_>], with: &str, empty: &str) -> String {
    let parts: Vec<String> = rules.iter().map(rule).collect();
    match parts.as_slice() {
        [] => empty.to_owned(),
        [one] => one.clone(),
        all => format!("({})", all.join(with)),
    }
}

/// A number.
fn value(number: &Number) -> String {
    match number {
        // What has no room in a long is unsigned.
        Number::Plain(number) if i64::try_from(*number).is_err() => format!("{number}u"),
        Number::Plain(number) => number.to_string(),
        Number::Of(step, figure) => told(*step, *figure),
        Number::Stretches(steps) => {
            let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
            format!("stretches({}, 0)", steps.join(", "))
        }
        Number::Plus(left, right) => format!("({} + {})", value(left), value(right)),
        Number::Minus(left, right) => format!("({} - {})", value(left), value(right)),
        Number::Times(left, right) => format!("{} * {}", value(left), value(right)),
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
pub(super) fn words(sentence: &Sentence<'_>) -> String {
    let text = string(sentence.text);
    if sentence.numbers.is_empty() {
        return text;
    }
    let numbers = sentence.numbers.iter();
    let numbers: Vec<String> = numbers
        .map(|said| format!("(number) {}", value(&said.number)))
        .collect();
    format!("say({text}, {})", numbers.join(", "))
}
