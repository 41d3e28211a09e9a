//! Experiments on a thread of their own.
//!
//! It owns the thread, which lives as long as the peers do, as a peer dies with the thread that started it. It must not
//! know the window, nor what an experiment is about; what is told goes to a closure.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::lab::claim::{Claim, HandPlan, Progress};
use crate::lab::gate::Gate;
use crate::lab::runner::{self, Options};
use crate::lab::stage::STEP_LIMIT;
use crate::lab::{Experiment, catalogue, hand};
use crate::map::page_bytes;
use crate::model::lab::Pace;
use crate::os::environment::temp_dir;
use crate::os::thread::join_within;
use crate::work::scratch::scratch_folder;

/// Time to read a step and what it changed.
const PAUSE: Duration = Duration::from_millis(900);
/// How long the thread may take to end once it is asked to: peers are killed in less.
const STOP: Duration = Duration::from_secs(3);

/// Every experiment, and why this system cannot carry it out, where it cannot.
#[must_use]
pub fn list() -> Vec<(&'static Claim, Result<(), String>)> {
    catalogue::all()
        .map(|experiment| (&experiment.claim, experiment.available()))
        .collect()
}

/// What a person does to try each by hand, or why this system or an open file cannot be told to.
#[must_use]
pub fn by_hand() -> Vec<(&'static str, Result<Arc<HandPlan>, String>)> {
    let page_bytes = page_bytes();
    catalogue::all()
        .map(|experiment| {
            let is_available = experiment.available();
            let plan = is_available.and_then(|()| hand::plan_of(experiment, page_bytes));
            (experiment.claim.name, plan.map(Arc::new))
        })
        .collect()
}

/// Experiments that run, or ran. Dropping it stops them.
#[derive(Debug)]
pub struct LabThread {
    cancelled: Arc<AtomicBool>,
    gate: Option<Arc<Gate>>,
    thread: Option<JoinHandle<()>>,
}

impl LabThread {
    /// Runs the experiments of these names one after the other, with files in the scratch folder of this run; a name that
    /// nothing is called is left out. `program` is what is run as `program peer`. `report` hears of
    /// everything, at last of [`Progress::Over`], also where the thread ended otherwise than it should.
    ///
    /// # Errors
    /// Where the system gives no further thread.
    pub fn start(
        program: PathBuf,
        names: &[String],
        pace: Pace,
        report: impl Fn(Progress) + Send + 'static,
    ) -> io::Result<Self> {
        let experiments: Vec<&'static Experiment> = names
            .iter()
            .filter_map(|name| catalogue::find(name))
            .collect();
        let cancelled = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&cancelled);
        let gate = match pace {
            Pace::Steps => Some(Arc::new(Gate::default())),
            Pace::ByHand => Some(Arc::new(Gate::by_hand())),
            Pace::AtOnce | Pace::Slowly => None,
        };
        let waits_at = gate.clone();
        let thread = thread::Builder::new()
            .name("lab".to_owned())
            .spawn(move || {
                let mut last = LastWord {
                    report,
                    is_over: false,
                };
                let folder = match scratch_folder() {
                    Ok(folder) => folder,
                    Err(error) => return last.tell(Progress::Over(Err(error.to_string()))),
                };
                let options = Options {
                    program,
                    dir: temp_dir().0,
                    folder: Some(folder),
                    sabotage: None,
                    limit: STEP_LIMIT,
                    pause: if pace == Pace::Slowly {
                        PAUSE
                    } else {
                        Duration::ZERO
                    },
                    gate: waits_at,
                };
                runner::run(&experiments, &options, &stop, &mut |progress| {
                    last.tell(progress);
                });
            })?;
        Ok(Self {
            cancelled,
            gate,
            thread: Some(thread),
        })
    }

    /// The step under way is to be the last. Does not wait for it.
    pub fn stop(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
        if let Some(gate) = &self.gate {
            gate.wake();
        }
    }

    /// One step more may go.
    pub fn step(&self) {
        if let Some(gate) = &self.gate {
            gate.step();
        }
    }

    /// This is to be done, where the person has things done by hand: its place in the list.
    pub fn have_done(&self, item: usize) {
        if let Some(gate) = &self.gate {
            gate.name(item);
        }
    }

    /// All steps that are left may go.
    pub fn go_on(&self) {
        if let Some(gate) = &self.gate {
            gate.open();
        }
    }
}

impl Drop for LabThread {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            join_within(thread, STOP);
        }
    }
}

/// Sees to it that the end is told, whatever the end is.
struct LastWord<F: Fn(Progress)> {
    report: F,
    is_over: bool,
}

impl<F: Fn(Progress)> LastWord<F> {
    fn tell(&mut self, progress: Progress) {
        self.is_over = matches!(progress, Progress::Over(_));
        (self.report)(progress);
    }
}

impl<F: Fn(Progress)> Drop for LastWord<F> {
    fn drop(&mut self) {
        if !self.is_over {
            let why = "the experiments ended in the middle; what was printed says why";
            (self.report)(Progress::Over(Err(why.to_owned())));
        }
    }
}
