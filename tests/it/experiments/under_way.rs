//! A run of one experiment at a gate, on a thread of its own: what it tells comes one by one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use mapscope::lab::catalogue;
use mapscope::lab::claim::{Progress, RunStep};
use mapscope::lab::gate::Gate;
use mapscope::lab::runner::{self, Options};

/// A step may take as long as a busy machine needs for it.
const PATIENCE: Duration = Duration::from_secs(90);

pub(super) struct UnderWay {
    pub(super) gate: Arc<Gate>,
    /// The steps so far, each as it was told last.
    pub(super) steps: Vec<RunStep>,
    cancelled: Arc<AtomicBool>,
    told: Receiver<Progress>,
    thread: JoinHandle<()>,
}

impl UnderWay {
    pub(super) fn start(name: &str, gate: Gate, options: Options) -> Self {
        let gate = Arc::new(gate);
        let options = Options {
            gate: Some(Arc::clone(&gate)),
            ..options
        };
        let cancelled = Arc::new(AtomicBool::new(false));
        let (send, told) = channel();
        let experiment = catalogue::find(name).unwrap();
        let stop = Arc::clone(&cancelled);
        let thread = std::thread::spawn(move || {
            runner::run(&[experiment], &options, &stop, &mut |progress| {
                let _ = send.send(progress);
            });
        });
        Self {
            gate,
            steps: Vec::new(),
            cancelled,
            told,
            thread,
        }
    }

    #[track_caller]
    pub(super) fn hear(&mut self) -> Progress {
        let progress = self.told.recv_timeout(PATIENCE).expect("it goes on");
        if let Progress::Step(step) = &progress {
            self.steps.retain(|known| known.number != step.number);
            self.steps.push((**step).clone());
        }
        progress
    }

    /// Nothing was told that was not heard.
    pub(super) fn is_quiet(&self) -> bool {
        self.told.try_recv().is_err()
    }

    /// The step under way is the last.
    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
        self.gate.wake();
    }

    pub(super) fn join(self) {
        self.thread.join().unwrap();
    }
}
