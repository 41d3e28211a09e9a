//! What the processes of a run held after each of its steps, and at which steps something changed.
//!
//! It owns what counts as a change: another page behind a mapping, another byte at a place that was looked at before, and the
//! end of a process. It must not know how either is written down.

use std::collections::BTreeMap;

use crate::lab::claim::{Doing, HeldPage, PeerCard, Progress, RunRecord, RunStep};
use crate::peer::calls::{Call, Outcome};

use super::held::held;

/// What the processes of one run held after each step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    after: Vec<Vec<PeerCard>>,
}

/// The courses of several runs, taken down while they are under way.
#[derive(Clone, Debug, Default)]
pub struct Courses {
    of: BTreeMap<String, Course>,
    current: String,
    cards: Vec<PeerCard>,
}

impl Courses {
    /// Takes note of what is told.
    pub fn hear(&mut self, progress: &Progress) {
        match progress {
            Progress::Started(name) => {
                self.current.clone_from(name);
                self.cards.clear();
                self.of.insert(name.clone(), Course::default());
            }
            Progress::Peers(cards) => {
                self.cards.clone_from(cards);
                // What a step did is looked up after it was told; a process that has just begun belongs to the next one.
                if let Some(last) = self.course().and_then(|course| course.after.last_mut())
                    && last.len() == cards.len()
                {
                    last.clone_from(cards);
                }
            }
            Progress::Step(step) => {
                let cards = self.cards.clone();
                if let Some(course) = self.course()
                    && step.number > course.after.len()
                {
                    course.after.push(cards);
                }
            }
            Progress::Environment(_)
            | Progress::Finished(_)
            | Progress::Waits(_)
            | Progress::ByHand(_)
            | Progress::Over(_) => {}
        }
    }

    fn course(&mut self) -> Option<&mut Course> {
        self.of.get_mut(&self.current)
    }

    /// That of the run of this name.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<&Course> {
        self.of.get(name)
    }
}

impl Course {
    /// What the processes held once everything was set up: before the first step that does anything else than to make files,
    /// processes and mappings.
    pub(super) fn start(&self, steps: &[RunStep]) -> &[PeerCard] {
        let n_made = steps.iter().take_while(|step| is_made(step)).count();
        self.after(n_made)
    }

    /// What they held after the step of this number; nothing before the first.
    fn after(&self, number: usize) -> &[PeerCard] {
        let index = number.checked_sub(1);
        index
            .and_then(|index| self.after.get(index))
            .map_or(&[], Vec::as_slice)
    }
}

/// It makes something, and does nothing with it.
fn is_made(step: &RunStep) -> bool {
    match &step.doing {
        Doing::MakeFile { .. } | Doing::Start | Doing::Fork { .. } => true,
        Doing::Ask { call, .. } => matches!(
            call,
            Call::Open { .. } | Call::Memfd { .. } | Call::Map(_) | Call::Close { .. }
        ),
        _ => false,
    }
}

/// Of each step, what had changed after it, in words; nothing where nothing had.
pub(super) fn changes(record: &RunRecord, course: Option<&Course>) -> Vec<Vec<String>> {
    let mut known = Known::default();
    let of_step = |(index, step): (usize, &RunStep)| {
        let mut words = Vec::new();
        if let Some(course) = course {
            let (before, now) = (course.after(index), course.after(index + 1));
            // A card that was not there before holds what its parent held.
            for (before, now) in before.iter().zip(now) {
                words.extend(changes_of(before, now));
            }
        }
        words.extend(known.look(step));
        words
    };
    record.steps.iter().enumerate().map(of_step).collect()
}

/// What is different about a process.
fn changes_of(before: &PeerCard, now: &PeerCard) -> Vec<String> {
    if let (None, Some(how)) = (&before.ended, &now.ended) {
        return vec![format!("{} ended: {how}", now.name)];
    }
    let mut runs: Vec<(usize, usize, HeldPage, HeldPage)> = Vec::new();
    for (at, (old, new)) in held(before).pages.iter().zip(&held(now).pages).enumerate() {
        match runs.last_mut() {
            _ if old == new => {}
            Some((_, end, was, is)) if *end == at && was == old && is == new => *end += 1,
            _ => runs.push((at, at + 1, *old, *new)),
        }
    }
    let words = runs.into_iter().map(|(from, end, was, is)| {
        let pages = if end - from == 1 {
            format!("page {from}")
        } else {
            format!("pages {from} to {}", end - 1)
        };
        format!("{}, {pages}: {is}, was {was}", now.name)
    });
    words.collect()
}

/// Each byte that a process saw last, by the process, what it looked through, and the offset.
#[derive(Default)]
struct Known(BTreeMap<(String, String, u64), u8>);

impl Known {
    /// What a step saw otherwise than it was seen before.
    fn look(&mut self, step: &RunStep) -> Option<String> {
        let who = step.peer.as_ref()?;
        let Doing::Ask { call, .. } = &step.doing else {
            return None;
        };
        let (place, at) = match call {
            Call::Load { map, at, .. } => (format!("map {map}"), *at),
            Call::Read { file, at, .. } => (format!("file {file}"), *at),
            _ => return None,
        };
        let Some(Outcome::Bytes { bytes }) = &step.told else {
            return None;
        };
        let mut changed: Vec<(u64, u8, u8)> = Vec::new();
        for (at, byte) in (at..).zip(bytes) {
            let was = self.0.insert((who.clone(), place.clone(), at), *byte);
            changed.extend(was.filter(|was| was != byte).map(|was| (at, was, *byte)));
        }
        let (first, was, is) = *changed.first()?;
        let [was, is] = [was, is].map(|byte| match byte {
            b' '..=b'~' => format!("'{}'", char::from(byte)),
            byte => format!("{byte}"),
        });
        Some(match changed.len() {
            1 => format!("{who} sees {is} at {first}, was {was}"),
            n_bytes => format!("{who} sees {n_bytes} other bytes from {first} on: {is}, was {was}"),
        })
    }
}
