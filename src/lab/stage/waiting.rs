//! Before a step: the pause to look at the one before it, the wait for the person to let it go, and what may be said of it.
//!
//! It owns what a person can choose among. It must not carry a step out.

use std::time::Instant;

use crate::lab::claim::{Contents, Doing, Foreseen, NextStep, Progress};
use crate::lab::script::{Ask, Rule, ScriptStep, StepId, Words, in_words};
use crate::peer::calls::{Call, Outcome};
use crate::peer::wire::PeerPage;

use super::{CANCEL_LATENCY, Stage, Stop};

/// The most that can be chosen among.
const MOST: usize = 6;

impl Stage<'_> {
    /// Whether this step may begin, after the pause to look at the one before it.
    pub(super) fn before(&self, step: &ScriptStep) -> Result<(), Stop> {
        let is_done_by_itself = matches!(
            step,
            ScriptStep::Judge { .. }
                | ScriptStep::Check { .. }
                | ScriptStep::Note { .. }
                | ScriptStep::Require { .. }
                | ScriptStep::Repeat { .. }
                | ScriptStep::Until { .. }
                | ScriptStep::Cost { .. }
        );
        if is_done_by_itself {
            return Ok(());
        }
        self.on()
    }

    /// Whether it may go on; after the pause that the person wants to look at the last step.
    pub(super) fn on(&self) -> Result<(), Stop> {
        let until = Instant::now() + self.pause;
        loop {
            self.not_cancelled()?;
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || self.steps.is_empty() {
                return Ok(());
            }
            std::thread::sleep(left.min(CANCEL_LATENCY));
        }
    }

    /// Waits until the person lets this step go; `rest` is what follows it in the script. The time that passes here is the
    /// person's: no limit counts it, and nobody is asked anything meanwhile.
    pub(super) fn wait_for_leave(
        &mut self,
        step: &ScriptStep,
        rest: &[ScriptStep],
    ) -> Result<(), Stop> {
        // What was named by hand goes at once.
        let Some(gate) = self.gate.filter(|gate| !gate.is_by_hand()) else {
            return Ok(());
        };
        let Some(next) = self.next(step, rest) else {
            return Ok(());
        };
        if gate.is_shut() {
            (self.tell)(Progress::Waits(Box::new(next)));
        }
        gate.pass(self.cancelled);
        self.not_cancelled()
    }

    /// What this step will be; `None` where it is none that is seen by itself.
    fn next(&self, step: &ScriptStep, rest: &[ScriptStep]) -> Option<NextStep> {
        let names: Vec<String> = self.actors.iter().map(|it| it.card.name.clone()).collect();
        let (peer, what) = in_words(step, &names)?;
        let choices = match step {
            ScriptStep::Ask(ask) => self.choices(ask, rest),
            ScriptStep::Check { wanted, .. } => so(wanted),
            _ => None,
        };
        Some(NextStep {
            number: self.steps.len() + 1,
            peer,
            what,
            choices: choices.unwrap_or_default(),
        })
    }

    /// What may be seen of what a peer is asked, where that is checked.
    fn choices(&self, ask: &Ask, rest: &[ScriptStep]) -> Option<Vec<Foreseen>> {
        let checks: Vec<(&Rule, &Words)> = rest
            .iter()
            .filter_map(|step| match step {
                ScriptStep::Judge { of, rule, wanted } if *of == ask.id => Some((rule, wanted)),
                _ => None,
            })
            .collect();
        let (rule, _) = checks.first()?;
        let mut expected = Vec::new();
        if !outcomes(rule, ask.id, &mut expected) {
            // All of them are compared, so all of them are said.
            let wanted: Option<Vec<&str>> = checks.iter().map(|(_, it)| it.plain()).collect();
            return Some(so_or_not(wanted?.join("; ")));
        }
        let mut choices = match expected.first()? {
            Foreseen::Bytes(bytes) => {
                let mut all = self.images(&ask.call, bytes.len());
                all.extend(expected.iter().cloned());
                all
            }
            Foreseen::Pages(pages) => {
                let alike = [
                    PeerPage::FilePage,
                    PeerPage::PrivateCopy,
                    PeerPage::NotPresent,
                ];
                let alike = alike.map(|page| Foreseen::Pages(vec![page; pages.len()]));
                expected.iter().cloned().chain(alike).collect()
            }
            _ => expected.clone(),
        };
        match &ask.call {
            Call::Load { .. } => choices.push(Foreseen::Dies),
            Call::Store { .. } | Call::Touch { .. } => {
                choices.extend([Foreseen::Done, Foreseen::Dies]);
            }
            Call::Read { .. } => choices.push(Foreseen::Fails),
            Call::Pages { .. } => {}
            _ => choices.extend([Foreseen::Done, Foreseen::Fails]),
        }
        Some(shortened(choices, &expected))
    }

    /// What stood at the place that is loaded or read: at first, and after each store or write so far.
    fn images(&self, call: &Call, len: usize) -> Vec<Foreseen> {
        let (Call::Load { at, .. } | Call::Read { at, .. }) = call else {
            return Vec::new();
        };
        let at = *at;
        let mut image = vec![0; len];
        let mut images = Vec::new();
        for step in &self.steps {
            let changed = match &step.doing {
                Doing::MakeFile { contents, .. } => {
                    let len = image.len() as u64;
                    for (offset, byte) in (at..at + len).zip(&mut image) {
                        *byte = byte_of(contents, offset, self.page);
                    }
                    true
                }
                Doing::Ask { call, .. } => stored(call, at, &mut image),
                _ => false,
            };
            if changed {
                images.push(Foreseen::Bytes(image.clone()));
            }
        }
        if images.is_empty() {
            images.push(Foreseen::Bytes(image));
        }
        images
    }
}

/// Lays what a call stores over the bytes from `at` on; whether it touches them.
fn stored(call: &Call, at: u64, image: &mut [u8]) -> bool {
    let (Call::Store {
        at: from, bytes, ..
    }
    | Call::Write {
        at: from, bytes, ..
    }) = call
    else {
        return false;
    };
    let mut touches = false;
    for (offset, byte) in (*from..).zip(bytes) {
        let place = offset
            .checked_sub(at)
            .and_then(|it| usize::try_from(it).ok());
        if let Some(place) = place.and_then(|it| image.get_mut(it)) {
            (*place, touches) = (*byte, true);
        }
    }
    touches
}

/// What a new scratch file holds there.
fn byte_of(contents: &Contents, offset: u64, page: u64) -> u8 {
    match contents {
        Contents::Letters { first, pages } if offset < pages * page => {
            let letter = (offset / page.max(1)) % 26;
            u8::try_from(*first).unwrap_or_default() + u8::try_from(letter).unwrap_or_default()
        }
        Contents::Bytes { bytes } => {
            let place = usize::try_from(offset).ok();
            place
                .and_then(|it| bytes.get(it).copied())
                .unwrap_or_default()
        }
        _ => 0,
    }
}

/// In an order that does not tell what is expected, each once, at most [`MOST`] and that it is none of them. What is
/// expected is never cut off.
fn shortened(mut choices: Vec<Foreseen>, expected: &[Foreseen]) -> Vec<Foreseen> {
    choices.sort_by_key(rank);
    choices.dedup();
    let mut to_cut = choices.len().saturating_sub(MOST);
    let mut kept: Vec<Foreseen> = Vec::new();
    for choice in choices.into_iter().rev() {
        if to_cut > 0 && !expected.contains(&choice) {
            to_cut -= 1;
        } else {
            kept.push(choice);
        }
    }
    kept.reverse();
    kept.push(Foreseen::Otherwise);
    kept
}

/// That it is as the words say, or not; none where the words have numbers that are not known yet.
fn so(wanted: &Words) -> Option<Vec<Foreseen>> {
    Some(so_or_not(wanted.plain()?.to_owned()))
}

fn so_or_not(words: String) -> Vec<Foreseen> {
    vec![Foreseen::So(words), Foreseen::Otherwise]
}

/// What the rule wants the step to tell; `false` where it wants something else.
fn outcomes(rule: &Rule, of: StepId, found: &mut Vec<Foreseen>) -> bool {
    let foreseen = match rule {
        Rule::Is(step, outcome) if *step == of => match outcome {
            Outcome::Bytes { bytes } => Foreseen::Bytes(bytes.clone()),
            Outcome::Done => Foreseen::Done,
            Outcome::Failed { .. } => Foreseen::Fails,
            _ => return false,
        },
        Rule::Killed(step, ..) if *step == of => Foreseen::Dies,
        Rule::Pages(step, pages) if *step == of => Foreseen::Pages(pages.clone()),
        Rule::Any(rules) => {
            return !rules.is_empty() && rules.iter().all(|it| outcomes(it, of, found));
        }
        _ => return false,
    };
    found.push(foreseen);
    true
}

/// An order that does not tell what is expected: kinds, and within one as the bytes are.
fn rank(choice: &Foreseen) -> (u8, Vec<u8>, String) {
    match choice {
        Foreseen::Bytes(bytes) => (0, bytes.clone(), String::new()),
        Foreseen::Pages(_) => (1, Vec::new(), choice.to_string()),
        Foreseen::Done => (2, Vec::new(), String::new()),
        Foreseen::Fails => (3, Vec::new(), String::new()),
        Foreseen::Dies => (4, Vec::new(), String::new()),
        Foreseen::So(_) => (5, Vec::new(), String::new()),
        Foreseen::Otherwise => (6, Vec::new(), String::new()),
    }
}
