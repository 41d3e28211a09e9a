//! What the lab does when a person asks for something, and when a run tells of itself.
//!
//! It owns the order of things: what may begin while something runs, and what a late report still changes. It must not
//! know threads or processes.

use crate::lab::claim::{Claim, LabTopic, Progress, RunRecord, RunStep};
use crate::model::effect::Effect;
use crate::model::{App, Focus};

use super::{LabAction, LabEntry, LabQueue, LabRun, LabState, Pace};

impl App {
    /// Does what a person asked of the lab.
    pub(in crate::model) fn act_on_lab(&mut self, action: LabAction, effects: &mut Vec<Effect>) {
        match action {
            LabAction::Show => self.lab_show(None, effects),
            LabAction::Close => self.lab_close(effects),
            LabAction::Choose(name) => self.lab_choose(&name),
            LabAction::Move(by) => self.lab_move(by),
            LabAction::Fold(topic) => {
                if !self.lab.folded.remove(&topic) {
                    self.lab.folded.insert(topic);
                }
            }
            LabAction::Pick(name, choice) => {
                self.lab.pick(&name, choice);
                self.lab_answer(&name, effects);
            }
            LabAction::Say(index) => {
                self.lab.say(index);
                if let Some(name) = self.lab.chosen {
                    self.lab_answer(name, effects);
                }
            }
            LabAction::Unseal(name) => self.lab.unseal(&name),
            LabAction::AskAgain(name) => self.lab_ask_again(&name, effects),
            LabAction::Run(names) => self.lab_run(names, self.lab.pace(), effects),
            LabAction::RunChosen => self.lab_run_chosen(effects),
            LabAction::RunTopic(topic) => {
                let names = names(self.lab.of_topic(topic));
                self.lab_run(names, self.lab.pace(), effects);
            }
            LabAction::RunAll => {
                let measures = |entry: &&LabEntry| entry.claim.topic == LabTopic::Cost;
                let names = names(self.lab.entries.iter().filter(|entry| !measures(entry)));
                self.lab_run(names, self.lab.pace(), effects);
            }
            LabAction::Step => self.lab_step(effects),
            LabAction::GoOn => self.lab_go_on(effects),
            LabAction::Foresee(index) => self.lab.foresee(index),
            LabAction::Slowly(slowly) => {
                self.lab.slowly = slowly;
            }
            LabAction::Stop => self.lab_stop(effects),
            LabAction::ByHand(name) => self.lab_by_hand(&name, effects),
            LabAction::HaveDone(name, item) => self.lab_have_done(&name, item, effects),
            LabAction::StartOver(doc) => self.lab_start_over(doc, effects),
        }
    }

    /// Brings its tab to the front, and this experiment with it.
    pub(super) fn lab_show(&mut self, name: Option<&str>, effects: &mut Vec<Effect>) {
        if let Some(name) = name {
            self.lab_choose(name);
        }
        self.lab.come_forward();
        effects.push(Effect::Focus(Focus::Lab));
    }

    fn lab_stop(&mut self, effects: &mut Vec<Effect>) {
        self.lab.then = None;
        self.lab.withdraw();
        if let Some(queue) = &mut self.lab.queue {
            queue.stopping = true;
            effects.push(Effect::LabStop);
        }
    }

    /// Closes the lab's tab.
    pub(in crate::model) fn lab_close(&mut self, effects: &mut Vec<Effect>) {
        self.lab_stop(effects);
        self.lab.is_open = false;
        if std::mem::take(&mut self.lab.is_front) {
            effects.push(Effect::Focus(Focus::Grid));
        }
    }

    fn lab_choose(&mut self, name: &str) {
        if let Some(claim) = self.lab.entry(name).map(|entry| entry.claim) {
            self.lab.chosen = Some(claim.name);
            self.lab.folded.remove(&claim.topic);
        }
    }

    fn lab_move(&mut self, by: i32) {
        let listed: Vec<&'static str> = self.lab.listed().map(|entry| entry.claim.name).collect();
        let Some(last) = listed.len().checked_sub(1) else {
            return;
        };
        let now = listed
            .iter()
            .position(|name| Some(*name) == self.lab.chosen);
        let by = isize::try_from(by).unwrap_or(0);
        let next = match now {
            Some(now) => now.saturating_add_signed(by),
            // from above the first one
            None => usize::try_from(by - 1).unwrap_or(0),
        };
        self.lab.chosen = listed.get(next.min(last)).copied();
    }

    /// Runs the one that is shown; where its steps wait for the person, they do no more.
    fn lab_run_chosen(&mut self, effects: &mut Vec<Effect>) {
        let queue = self.lab.queue.as_ref();
        let current = queue.and_then(|queue| queue.current.as_deref());
        if self.lab.is_stepping() && current == self.lab.chosen {
            self.lab_go_on(effects);
            return;
        }
        let name = self.lab.chosen.map(str::to_owned);
        self.lab_run(name.into_iter().collect(), self.lab.pace(), effects);
    }

    /// Runs these. What waits for the person ends first.
    pub(super) fn lab_run(&mut self, wanted: Vec<String>, pace: Pace, effects: &mut Vec<Effect>) {
        let names: Vec<String> = wanted
            .into_iter()
            .filter(|name| self.lab.entry(name).is_some())
            .collect();
        if !self.lab.may_begin() || names.is_empty() {
            return;
        }
        self.lab.come_forward();
        if self.lab.queue.is_some() {
            self.lab_stop(effects);
            self.lab.then = Some((names, pace));
            return;
        }
        if self.lab.chosen.is_none()
            && let Some(first) = names.first()
        {
            self.lab.chosen = self.lab.entry(first).map(|entry| entry.claim.name);
        }
        self.lab.error = None;
        self.lab.queue = Some(LabQueue {
            names: names.clone(),
            pace,
            ..LabQueue::default()
        });
        effects.push(Effect::LabRun { names, pace });
    }

    /// Takes the list of experiments.
    pub(in crate::model) fn lab_listed(&mut self, list: Vec<(&'static Claim, Result<(), String>)>) {
        self.lab.entries = list
            .into_iter()
            .map(|(claim, available)| LabEntry {
                claim,
                available,
                by_hand: Err("What to do by hand is not known yet".to_owned()),
                pick: None,
                run: LabRun::None,
                said: Vec::new(),
                is_sealed: false,
                is_shown: false,
                answer: None,
                hand: None,
            })
            .collect();
    }

    /// Takes note of what a run tells.
    pub(in crate::model) fn lab_told(&mut self, progress: Progress, effects: &mut Vec<Effect>) {
        let lab = &mut self.lab;
        match progress {
            Progress::Environment(environment) => lab.environment = Some(environment),
            Progress::Started(name) => lab.started(name),
            Progress::Step(step) => lab.stepped(*step),
            Progress::Peers(cards) => {
                if let Some(LabRun::Running { peers, .. }) = lab.current_run() {
                    *peers = cards;
                }
            }
            Progress::Finished(record) => {
                let name = record.name.clone();
                lab.finished(record);
                self.lab_answer(&name, effects);
            }
            Progress::Waits(next) => lab.waits(*next),
            Progress::ByHand(told) => self.lab_told_by_hand(told, effects),
            Progress::Over(result) => {
                lab.over(result);
                if let Some((names, pace)) = lab.then.take() {
                    self.lab_run(names, pace, effects);
                }
            }
        }
    }
}

impl LabState {
    /// The keyboard goes there; the lab stays in front only where that is no part of a file.
    pub(in crate::model) fn gives_way_to(&mut self, focus: Focus) {
        let stays = matches!(
            focus,
            Focus::Lab | Focus::Banner | Focus::Messages | Focus::News
        );
        self.is_front &= stays;
    }

    /// How fast what is run next goes.
    fn pace(&self) -> Pace {
        if self.slowly {
            Pace::Slowly
        } else {
            Pace::AtOnce
        }
    }

    pub(super) fn come_forward(&mut self) {
        (self.is_open, self.is_front) = (true, true);
    }

    fn current_run(&mut self) -> Option<&mut LabRun> {
        let name = self.queue.as_ref()?.current.clone()?;
        self.entry_mut(&name).map(|entry| &mut entry.run)
    }

    fn started(&mut self, name: String) {
        let is_one_of_many = self.queue.as_ref().is_some_and(|it| it.names.len() > 1);
        let is_by_hand = self.is_by_hand();
        if let Some(entry) = self.entry_mut(&name) {
            // What was shown before is known; what nobody answered is not used up.
            let was_closed = entry.pick.is_none() && entry.is_closed();
            if is_by_hand {
                entry.taken_by_hand();
            }
            entry.run = LabRun::Running {
                steps: Vec::new(),
                peers: Vec::new(),
                next: None,
            };
            entry.said.clear();
            entry.is_sealed = is_one_of_many && was_closed;
        }
        if let Some(queue) = &mut self.queue {
            queue.current = Some(name);
        }
    }

    /// A step is told again when a check is added to it.
    fn stepped(&mut self, step: RunStep) {
        self.compare(&step);
        if step.holds.is_some() {
            self.show();
        }
        if let Some(LabRun::Running { steps, next, .. }) = self.current_run() {
            // One that was let go before it was told that it waits.
            if next
                .as_ref()
                .is_some_and(|(next, _)| next.number <= step.number)
            {
                *next = None;
            }
            let known = steps.iter_mut().rfind(|known| known.number == step.number);
            match known {
                Some(known) => *known = step,
                None => steps.push(step),
            }
        }
    }

    fn finished(&mut self, record: Box<RunRecord>) {
        if let Some(queue) = &mut self.queue {
            queue.done += 1;
            queue.current = None;
        }
        if self.ended_by_hand(&record.name, &record.verdict) {
            return;
        }
        if let Some(entry) = self.entry_mut(&record.name) {
            entry.run = LabRun::Done(record);
        }
    }

    fn over(&mut self, result: Result<(), String>) {
        self.queue = None;
        self.error = result.err();
        // none is left running, also where the runner ended in the middle
        for entry in &mut self.entries {
            if !entry.given_back() && entry.is_running() {
                (entry.run, entry.is_sealed) = (LabRun::None, false);
            }
        }
    }
}

fn names<'a>(entries: impl Iterator<Item = &'a LabEntry>) -> Vec<String> {
    entries.map(|entry| entry.claim.name.to_owned()).collect()
}
