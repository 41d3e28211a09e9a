//! The experiments: the shell lists them for the model, starts and stops their thread.

use crate::lab::claim::Progress;
use crate::lab::learning::AnswerStore;
use crate::model::event::Event;
use crate::model::lab::{GivenAnswer, Pace};
use crate::work::answers::AnswerKeeper;
use crate::work::lab::{self, LabThread};

use super::Shell;

impl Shell {
    /// Tells the model which experiments there are. No process is started by this.
    pub(super) fn list_experiments(&mut self) {
        let _ = self.model.take(Event::LabCatalogue(lab::list()));
        let _ = self.model.take(Event::LabByHand(lab::by_hand()));
    }

    /// What the person expects of experiments is kept there from now on, and what was kept is told.
    pub fn keep_answers(&mut self, store: AnswerStore) {
        let report = self.report();
        let tell = move |answers| report(Event::LabAnswers(answers));
        self.answers = AnswerKeeper::start(store, tell)
            .map_err(|error| {
                let why = format!(
                    "your answers last as long as this window: no thread can be started to keep them: {error}"
                );
                let _ = self.model.take(Event::LabAnswers(Err(why)));
            })
            .ok();
    }

    /// Keeps what the person expected, and whether it was so.
    pub(super) fn keep_answer(&self, answer: GivenAnswer) {
        if let Some(answers) = &self.answers {
            answers.note(answer);
        }
    }

    /// Forgets what the person expected of an experiment.
    pub(super) fn forget_answer(&self, name: String) {
        if let Some(answers) = &self.answers {
            answers.forget(name);
        }
    }

    /// Runs experiments; those of an earlier run are over, or the model would not ask.
    pub(super) fn run_experiments(&mut self, names: &[String], pace: Pace) {
        let report = self.report();
        let tell = move |progress| report(Event::Lab(Box::new(progress)));
        match LabThread::start(self.program.clone(), names, pace, tell) {
            Ok(run) => self.farewell.see_off(self.lab.replace(run)),
            Err(error) => {
                let why = format!("no thread can be started for the experiments: {error}");
                let over = Progress::Over(Err(why));
                let _ = self.model.take(Event::Lab(Box::new(over)));
            }
        }
    }

    /// One step more may go.
    pub(super) fn step_experiments(&self) {
        if let Some(run) = &self.lab {
            run.step();
        }
    }

    /// What is tried by hand does this next.
    pub(super) fn have_experiment_do(&self, item: usize) {
        if let Some(run) = &self.lab {
            run.have_done(item);
        }
    }

    /// All steps that are left may go.
    pub(super) fn let_experiments_go_on(&self) {
        if let Some(run) = &self.lab {
            run.go_on();
        }
    }

    pub(super) fn stop_experiments(&self) {
        if let Some(run) = &self.lab {
            run.stop();
        }
    }
}
