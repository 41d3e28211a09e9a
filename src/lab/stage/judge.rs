//! Whether a rule holds of what the steps told, and the numbers in it.
//!
//! It must not ask a peer anything.

use std::time::Duration;

use crate::lab::claim::time_words;
use crate::lab::script::{Figure, Relation, Rule, StepId, Value, Words};
use crate::peer::calls::Outcome;
use crate::peer::wire::PeerPage::NotPresent;

use super::Stage;
use super::areas::Area;

impl Stage<'_> {
    fn outcome(&self, step: StepId) -> Option<&Outcome> {
        self.told.get(&step).map(|told| &told.outcome)
    }

    fn areas(&self, step: StepId) -> Option<Vec<Area>> {
        match self.outcome(step)? {
            Outcome::Lines { lines } => {
                Some(lines.iter().filter_map(|line| Area::of(line)).collect())
            }
            _ => None,
        }
    }

    /// Whether it holds.
    pub(super) fn holds(&self, rule: &Rule) -> bool {
        match rule {
            Rule::Is(step, wanted) => self.outcome(*step) == Some(wanted),
            Rule::OtherBytes(step, wanted) => match self.outcome(*step) {
                Some(Outcome::Bytes { bytes }) => bytes.len() == wanted.len() && bytes != wanted,
                _ => false,
            },
            Rule::Killed(step, signal, code) => match self.outcome(*step) {
                Some(Outcome::Killed(death)) => {
                    death.signal == *signal && (code.is_none() || death.code == *code)
                }
                _ => false,
            },
            Rule::Pages(step, wanted) => match self.outcome(*step) {
                Some(Outcome::Pages { pages }) => {
                    let all = pages.iter().zip(wanted);
                    pages.len() == wanted.len()
                        && all.into_iter().all(|(page, wanted)| page.is_as(wanted))
                }
                _ => false,
            },
            Rule::Ended(step, wanted) => match self.outcome(*step) {
                Some(Outcome::Repeated { errno, .. }) => errno.as_ref() == Some(wanted),
                _ => false,
            },
            Rule::Same(one, other) => {
                let told = self.outcome(*one);
                told.is_some() && told == self.outcome(*other)
            }
            Rule::Allow(step, wanted) => self.areas(*step).is_some_and(|areas| {
                let allows = |(area, wanted): (&Area, &String)| area.allows.starts_with(wanted);
                areas.len() == wanted.len() && areas.iter().zip(wanted).all(allows)
            }),
            Rule::Named(step, name) => self.areas(*step).is_some_and(|areas| {
                !areas.is_empty() && areas.iter().all(|area| area.name.contains(name))
            }),
            Rule::Nameless(step) => self
                .areas(*step)
                .is_some_and(|areas| areas.iter().all(Area::is_nameless)),
            Rule::Compare(left, relation, right) => self
                .value(left)
                .zip(self.value(right))
                .is_some_and(|(left, right)| compare(left, *relation, right)),
            Rule::All(rules) => rules.iter().all(|rule| self.holds(rule)),
            Rule::Any(rules) => rules.iter().any(|rule| self.holds(rule)),
        }
    }

    /// The number; `None` where a step did not tell it.
    fn value(&self, value: &Value) -> Option<i128> {
        let both = |left: &Value, right: &Value| self.value(left).zip(self.value(right));
        match value {
            Value::Number(number) => Some(i128::from(*number)),
            Value::Of(step, Figure::Nanoseconds) => {
                let step = self.steps.get(self.told.get(step)?.at)?;
                let took = step.calls.iter().map(|call| i128::from(call.nanoseconds));
                Some(took.sum())
            }
            Value::Of(step, field) => {
                let number = match field {
                    Figure::Start(index) => self.areas(*step)?.get(*index)?.start,
                    Figure::End(index) => self.areas(*step)?.get(*index)?.end,
                    Figure::Offset(index) => self.areas(*step)?.get(*index)?.offset,
                    field => number_in(self.outcome(*step)?, *field)?,
                };
                Some(i128::from(number))
            }
            Value::Stretches(steps) => {
                let mut stretches: Vec<Area> = Vec::new();
                for step in steps {
                    // By what they have in common: a heap grows, also while it is looked at.
                    for area in self.areas(*step)? {
                        if !stretches.iter().any(|known| known.overlaps(&area)) {
                            stretches.push(area);
                        }
                    }
                }
                i128::try_from(stretches.len()).ok()
            }
            Value::Plus(left, right) => {
                both(left, right).and_then(|(left, right)| left.checked_add(right))
            }
            Value::Minus(left, right) => {
                both(left, right).and_then(|(left, right)| left.checked_sub(right))
            }
            Value::Times(left, right) => {
                both(left, right).and_then(|(left, right)| left.checked_mul(right))
            }
        }
    }

    /// The sentence with its numbers.
    pub(super) fn fill(&self, words: &Words) -> String {
        words.filled(|value, is_time| match self.value(value) {
            None => "unknown".to_owned(),
            Some(number) if is_time => time_words(seconds(number)),
            Some(number) => number.to_string(),
        })
    }
}

fn seconds(nanoseconds: i128) -> f64 {
    let nanoseconds = u64::try_from(nanoseconds).unwrap_or_default();
    Duration::from_nanos(nanoseconds).as_secs_f64()
}

fn compare(left: i128, relation: Relation, right: i128) -> bool {
    match relation {
        Relation::Equal => left == right,
        Relation::Different => left != right,
        Relation::Below => left < right,
        Relation::AtMost => left <= right,
        Relation::AtLeast => left >= right,
        Relation::Above => left > right,
    }
}

/// A number in what a step told; `None` where it told something else.
fn number_in(outcome: &Outcome, field: Figure) -> Option<u64> {
    Some(match (outcome, field) {
        (Outcome::Number { value }, Figure::Number) => *value,
        (Outcome::Bytes { bytes }, Figure::Bytes) => bytes.len() as u64,
        (Outcome::Bytes { bytes }, Figure::Word) if bytes.len() <= 8 => bytes
            .iter()
            .rev()
            .fold(0, |word, byte| word << 8 | u64::from(*byte)),
        (Outcome::Faults { minor, .. }, Figure::Minor) => *minor,
        (Outcome::Faults { major, .. }, Figure::Major) => *major,
        (Outcome::Pass(pass), Figure::Minor) => pass.minor,
        (Outcome::Pass(pass), Figure::Major) => pass.major,
        (Outcome::Sums(sums), Figure::Rss) => sums.rss,
        (Outcome::Sums(sums), Figure::Pss) => sums.pss,
        (Outcome::Sums(sums), Figure::SharedClean) => sums.shared_clean,
        (Outcome::Sums(sums), Figure::SharedDirty) => sums.shared_dirty,
        (Outcome::Sums(sums), Figure::PrivateClean) => sums.private_clean,
        (Outcome::Sums(sums), Figure::PrivateDirty) => sums.private_dirty,
        (Outcome::Sums(sums), Figure::Anonymous) => sums.anonymous,
        (Outcome::Sums(sums), Figure::Swapped) => sums.swapped,
        (Outcome::Sums(sums), Figure::Huge) => sums.huge,
        (Outcome::Memory(memory), Figure::Swapped) => memory.swapped,
        (Outcome::Memory(memory), Figure::PageTables) => memory.page_tables,
        (Outcome::Memory(memory), Figure::Areas) => memory.areas,
        (Outcome::Repeated { times, .. }, Figure::Times) => *times,
        (Outcome::Stat(facts), Figure::Modified) => u64::try_from(facts.modified).ok()?,
        (Outcome::Resident { pages }, Figure::InMemory) => {
            pages.iter().filter(|page| **page).count() as u64
        }
        (Outcome::Frames { frames }, Figure::Frame(index)) => (*frames.get(index)?)?,
        (Outcome::Raced(raced), Figure::BothSawOld) => raced.both_saw_old,
        (Outcome::Memory(memory), Figure::AddressSpace) => memory.address_space,
        (Outcome::Memory(memory), Figure::Resident) => memory.resident,
        (Outcome::Memory(memory), Figure::Locked) => memory.locked,
        (Outcome::Stat(facts), Figure::Blocks) => facts.blocks,
        (Outcome::Raced(raced), Figure::TornWords) => raced.torn_words,
        (Outcome::Raced(raced), Figure::TornPairs) => raced.torn_pairs,
        (Outcome::Cache { cached, .. }, Figure::Cached) => *cached,
        (Outcome::Cache { dirty, .. }, Figure::DirtyPages) => *dirty,
        (Outcome::Cache { writeback, .. }, Figure::Writeback) => *writeback,
        (Outcome::Lines { lines }, Figure::Lines) => lines.len() as u64,
        (Outcome::Pages { pages }, Figure::Pages) => pages.len() as u64,
        (Outcome::Pages { pages }, Figure::PagesThere) => {
            pages.iter().filter(|page| **page != NotPresent).count() as u64
        }
        _ => return None,
    })
}
