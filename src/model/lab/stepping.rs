//! A run by steps: what a person lets go, and what was said of a step before.
//!
//! It owns that a prediction after the fact is none. It must not know what a step is.

use crate::lab::claim::{NextStep, RunStep};
use crate::model::App;
use crate::model::effect::Effect;

use super::{LabEntry, LabRun, LabState, Pace, Said};

impl App {
    /// The step that waits may go; where nothing runs, the chosen experiment begins, and waits before its first step.
    pub(super) fn lab_step(&mut self, effects: &mut Vec<Effect>) {
        if self.lab.queue.is_none() && self.lab.chosen().is_none() {
            // What would be run is shown first.
            let first = self.lab.entries.first().map(|entry| entry.claim.name);
            self.lab_show(first, effects);
        } else if (self.lab.is_stepping() || self.lab.is_by_hand()) && self.lab.is_out_of_sight() {
            // So is what waits behind another one: nothing goes that nobody sees.
            let waits = self.lab.current().map(|entry| entry.claim.name);
            self.lab_show(waits, effects);
        } else if self.lab.queue.is_none() {
            let name = self.lab.chosen.map(str::to_owned);
            self.lab_run(name.into_iter().collect(), Pace::Steps, effects);
        } else if self.lab.is_stepping() {
            self.lab.come_forward();
            self.lab.commit();
            effects.push(Effect::LabStep);
        } else if self.lab.is_by_hand() {
            self.lab_have_next_done(effects);
        }
    }

    /// All steps that are left may go.
    pub(super) fn lab_go_on(&mut self, effects: &mut Vec<Effect>) {
        if !self.lab.is_stepping() {
            return;
        }
        self.lab.commit();
        if let Some(queue) = &mut self.lab.queue {
            queue.pace = Pace::AtOnce;
        }
        effects.push(Effect::LabGoOn);
    }
}

impl LabState {
    /// Another experiment is shown than the one whose steps wait.
    fn is_out_of_sight(&self) -> bool {
        let current = self.queue.as_ref().and_then(|it| it.current.as_deref());
        current.is_some_and(|current| self.chosen != Some(current))
    }

    pub(super) fn current(&mut self) -> Option<&mut LabEntry> {
        let name = self.queue.as_ref()?.current.clone()?;
        self.entry_mut(&name)
    }

    /// A step waits for the person. One that waits although nobody is to be waited for was told late.
    pub(super) fn waits(&mut self, step: NextStep) {
        if !self.is_stepping() {
            return;
        }
        if !step.choices.is_empty() {
            self.show(); // what may be seen is told with it
        }
        if let Some(LabEntry {
            run: LabRun::Running { next, .. },
            ..
        }) = self.current()
        {
            *next = Some((step, None));
        }
    }

    /// What the person foresees of the step that waits; the same once more takes it back.
    pub(super) fn foresee(&mut self, index: usize) {
        if let Some(LabEntry {
            run:
                LabRun::Running {
                    next: Some((step, choice)),
                    ..
                },
            ..
        }) = self.current()
            && index < step.choices.len()
        {
            *choice = (*choice != Some(index)).then_some(index);
        }
    }

    /// What the person expects of an experiment; the same once more takes it back.
    pub(super) fn pick(&mut self, name: &str, choice: usize) {
        if let Some(entry) = self.entry_mut(name)
            && entry.may_pick()
            && choice < entry.claim.choices.len()
        {
            entry.pick = (entry.pick != Some(choice)).then_some(choice);
        }
    }

    /// The choice of that index, of whatever is asked now.
    pub(super) fn say(&mut self, index: usize) {
        let shown = self.chosen.map(str::to_owned);
        let waiting = self.waiting().map(|entry| entry.claim.name);
        match shown {
            Some(shown) if waiting == Some(shown.as_str()) => self.foresee(index),
            Some(shown) => self.pick(&shown, index),
            None => {}
        }
    }

    /// From here on what was foreseen of the step that waited stands.
    fn commit(&mut self) {
        let Some(entry) = self.current() else { return };
        let LabRun::Running { next: waiting, .. } = &mut entry.run else {
            return;
        };
        if let Some((next, Some(choice))) = waiting.take() {
            entry.said.push(Said {
                next,
                choice,
                came: None,
            });
        }
    }

    /// The step that waits will not go; what was foreseen of it was not said.
    pub(super) fn withdraw(&mut self) {
        if let Some(LabEntry {
            run: LabRun::Running { next, .. },
            ..
        }) = self.current()
        {
            *next = None;
        }
    }

    /// A step was told: whether it went as was said of it.
    pub(super) fn compare(&mut self, step: &RunStep) {
        let Some(entry) = self.current() else { return };
        let said = entry.said.iter_mut();
        for said in said.filter(|said| said.next.number == step.number) {
            said.came = said.next.came(said.choice, step.told.as_ref(), step.holds);
        }
    }
}
