//! What a run showed, in one sentence that is made from its steps: evidence and sentence cannot part.
//!
//! It must not know what was predicted, nor what any experiment is about.

use crate::bytes::class::is_graphic;
use crate::bytes::size::counted;
use crate::lab::claim::{Doing, RunStep};
use crate::lab::tense::{in_past, outcome_in_past};
use crate::lab::words::{bytes_words, outcome_words, stored_words};
use crate::peer::calls::{AreaCall, Call, Outcome};

/// The most observations that are said; of more, the last ones.
const MOST: usize = 8;

/// What was seen where everything was as expected: each check, and the store before it that it is about. A step that sets
/// things up is no observation.
pub(super) fn seen(steps: &[RunStep]) -> String {
    let (mut said, mut from): (Vec<String>, usize) = (Vec::new(), 0);
    for (at, step) in steps.iter().enumerate() {
        if step.holds.is_none() {
            continue;
        }
        let between = steps.get(from..at).unwrap_or_default();
        let store = between.iter().rposition(|step| stored(step).is_some());
        let mut words = seen_in(step);
        if let Some(store) = store
            && let Some(stored) = between.get(store).and_then(stored)
        {
            let after = between.get(store + 1..).unwrap_or_default();
            let by_other = between.get(store).is_some_and(|it| it.peer != step.peer);
            if by_other && is_load(step) && after.iter().all(is_no_call) {
                words.push_str(", with no call on file or mapping in between");
            }
            words = format!("{stored}, then {words}");
        }
        if said.last() != Some(&words) {
            said.push(words);
        }
        from = at + 1;
    }
    let earlier = said.len().saturating_sub(MOST);
    let mut said = said.split_off(earlier);
    if earlier > 0 {
        said.insert(
            0,
            format!("{} held before", counted(earlier as u64, "check")),
        );
    }
    said.join("; ")
}

fn call_of(step: &RunStep) -> Option<&Call> {
    match &step.doing {
        Doing::Ask { call, .. } => Some(call),
        _ => None,
    }
}

fn is_load(step: &RunStep) -> bool {
    matches!(call_of(step), Some(Call::Load { .. }))
}

/// It neither asks the kernel for anything with the file or the mapping, nor could have changed them in another way.
fn is_no_call(step: &RunStep) -> bool {
    match &step.doing {
        Doing::Look => true,
        Doing::Ask { call, .. } => matches!(
            call,
            Call::Load { .. }
                | Call::Pages { .. }
                | Call::Maps { .. }
                | Call::Sums { .. }
                | Call::Memory
                | Call::Faults
                | Call::Area(AreaCall::Where { .. } | AreaCall::Frames { .. })
        ),
        _ => false,
    }
}

/// The store or the write that a step was, in words.
fn stored(step: &RunStep) -> Option<String> {
    let who = step.peer.as_deref()?;
    match (call_of(step)?, step.told.as_ref()?) {
        (Call::Store { map, at, bytes }, Outcome::Done) => Some(format!(
            "{who} stored {} at {at}{}",
            stored_words(bytes),
            of(map)
        )),
        (Call::Write { file, at, bytes }, Outcome::Done) => Some(format!(
            "{who} wrote {} at {at} of {file}",
            stored_words(bytes)
        )),
        _ => None,
    }
}

/// `m` is the mapping that steps are about where they name none.
fn of(map: &str) -> String {
    if map == "m" {
        String::new()
    } else {
        format!(" of {map}")
    }
}

/// What a step showed, in words.
fn seen_in(step: &RunStep) -> String {
    let who = step.peer.as_deref().unwrap_or("mapscope");
    let did = in_past(&step.what).unwrap_or_else(|| step.what.clone());
    let told = step.told.as_ref();
    match (call_of(step), told) {
        (Some(Call::Load { map, at, .. }), Some(Outcome::Bytes { bytes })) => {
            format!("{who} loaded {} at {at}{}", read_words(bytes), of(map))
        }
        (Some(Call::Read { file, at, .. }), Some(Outcome::Bytes { bytes })) => {
            format!("{who} read {} at {at} of {file}", read_words(bytes))
        }
        (Some(Call::Load { map, at, .. }), Some(Outcome::Killed(death))) => {
            format!("{who}, loading at {at}{}, was {death}", of(map))
        }
        (Some(Call::Store { map, at, .. }), Some(Outcome::Killed(death))) => {
            format!("{who}, storing at {at}{}, was {death}", of(map))
        }
        (_, Some(Outcome::Lines { lines })) => {
            let allow: Vec<&str> = lines
                .iter()
                .filter_map(|line| line.split(' ').nth(1))
                .collect();
            let lines = match lines.len() {
                0 => outcome_words(&Outcome::Lines { lines: Vec::new() }),
                count => format!("{} ({})", counted(count as u64, "line"), allow.join(", ")),
            };
            format!("{who} {did}: {lines}")
        }
        _ => stored(step).unwrap_or_else(|| {
            let came = outcome_in_past(&step.observed.replace('\n', ", "));
            format!("{who} {did}: {came}")
        }),
    }
}

/// Text between quotes where it is all characters.
fn read_words(bytes: &[u8]) -> String {
    if !bytes.is_empty() && bytes.len() <= 16 && bytes.iter().all(|byte| is_graphic(*byte)) {
        return stored_words(bytes);
    }
    bytes_words(bytes)
}
