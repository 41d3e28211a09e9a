//! The stage of a running experiment: its scratch files, its peers, and every step with what was observed.
//!
//! It carries a script out with real processes, keeps the time limits, and tells each step as it is done. It must not know
//! what any experiment is about.

mod actor;
mod areas;
mod asking;
mod by_hand;
mod cost;
mod files;
mod judge;
mod room;
mod waiting;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::lab::claim::{CallLine, CostPoint, Doing, PeerCard, Progress, RunStep};
use crate::lab::gate::Gate;
use crate::lab::script::{Peer, Script, ScriptStep, StepId};
use crate::peer::calls::{Outcome, Sabotage};

use actor::Actor;

/// How long a peer may take to carry out a step that needs no storage.
pub const STEP_LIMIT: Duration = Duration::from_secs(5);

/// How long a stop may take to be noticed in a pause.
const CANCEL_LATENCY: Duration = Duration::from_millis(20);

/// Why a script was not carried out to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It could not be: why, in a sentence.
    NotDone(String),
    /// This system cannot show what it is about: why, in a sentence.
    NotAvailable(String),
    /// The person stopped it.
    Cancelled,
}

/// What a step told when it was carried out last.
#[derive(Debug)]
struct Told {
    /// Its place in the list of steps.
    at: usize,
    outcome: Outcome,
}

/// The stage.
pub struct Stage<'a> {
    pub(super) program: &'a Path,
    pub(super) folder: &'a Path,
    pub(super) page: u64,
    pub(super) cancelled: &'a AtomicBool,
    pub(super) limit: Duration,
    pub(super) pause: Duration,
    pub(super) gate: Option<&'a Gate>,
    pub(super) sabotage: Option<(&'a str, Sabotage)>,
    pub(super) tell: &'a mut dyn FnMut(Progress),
    actors: Vec<Actor>,
    told: BTreeMap<StepId, Told>,
    pub(super) steps: Vec<RunStep>,
    pub(super) costs: Vec<CostPoint>,
}

impl std::fmt::Debug for Stage<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage")
            .field("actors", &self.actors)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

/// What a stage is given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting<'a> {
    /// This very program; it is run as `program peer`.
    pub(super) program: &'a Path,
    /// Where the scratch files are.
    pub(super) folder: &'a Path,
    /// Bytes in a page.
    pub(super) page: u64,
    /// Once it is set, the step under way is the last.
    pub(super) cancelled: &'a AtomicBool,
    /// How long a step may take that needs no storage.
    pub(super) limit: Duration,
    /// Time to look at each step.
    pub(super) pause: Duration,
    /// What each step waits at, where the person lets them go one at a time.
    pub(super) gate: Option<&'a Gate>,
    /// The peer of that name deceives.
    pub(super) sabotage: Option<(&'a str, Sabotage)>,
}

impl<'a> Stage<'a> {
    /// An empty one.
    pub(super) fn new(setting: Setting<'a>, tell: &'a mut dyn FnMut(Progress)) -> Self {
        Self {
            program: setting.program,
            folder: setting.folder,
            page: setting.page,
            cancelled: setting.cancelled,
            limit: setting.limit,
            pause: setting.pause,
            gate: setting.gate,
            sabotage: setting.sabotage,
            tell,
            actors: Vec::new(),
            told: BTreeMap::new(),
            steps: Vec::new(),
            costs: Vec::new(),
        }
    }

    /// Carries a script out, and looks at the end whether every peer is still there that should be; where the person has its
    /// steps done by hand, until that is over.
    ///
    /// # Errors
    /// Why it was not carried out to its end.
    pub(super) fn play(&mut self, script: &Script) -> Result<(), Stop> {
        if let Some(why) = script.why_not() {
            return Err(Stop::NotAvailable(why.to_owned()));
        }
        if let Some(gate) = self.gate.filter(|gate| gate.is_by_hand()) {
            return Err(self.by_hand(script, gate));
        }
        let (steps, free) = match script.free_from() {
            Some(from) => script.steps().split_at_checked(from),
            None => None,
        }
        .unwrap_or((script.steps(), &[]));
        self.all(steps)?;
        for step in free {
            match self.all(std::slice::from_ref(step)) {
                Err(Stop::NotDone(why)) => self.note("goes on without it", why),
                other => other?,
            }
        }
        self.roll_call()
    }

    fn all(&mut self, steps: &[ScriptStep]) -> Result<(), Stop> {
        let mut rest = steps;
        while let Some((step, after)) = rest.split_first() {
            self.before(step)?;
            self.wait_for_leave(step, after)?;
            self.one(step)?;
            rest = after;
        }
        Ok(())
    }

    fn one(&mut self, step: &ScriptStep) -> Result<(), Stop> {
        match step {
            ScriptStep::File { name, contents } => self.make_file(name, contents),
            ScriptStep::Delete { name } => self.delete(name),
            ScriptStep::Rename { from, to } => self.rename(from, to),
            ScriptStep::Start { name } => self.start(name),
            ScriptStep::Fork { parent, name } => self.fork(*parent, name),
            ScriptStep::Ask(ask) => self.ask(ask),
            ScriptStep::Together(asks) => self.together(asks),
            ScriptStep::Judge { of, wanted, rule } => {
                let (wanted, holds) = (self.fill(wanted), self.holds(rule));
                if let Some(at) = self.told.get(of).map(|told| told.at) {
                    self.judge(at, wanted, holds);
                }
                Ok(())
            }
            ScriptStep::Check {
                what,
                observed,
                wanted,
                rule,
            } => {
                let (observed, wanted) = (self.fill(observed), self.fill(wanted));
                self.check(what, observed, wanted, self.holds(rule));
                Ok(())
            }
            ScriptStep::Note { what, observed } => {
                let observed = self.fill(observed);
                self.note(what, observed);
                Ok(())
            }
            ScriptStep::Require { rule, why } if self.holds(rule) => Ok(()),
            ScriptStep::Require { why, .. } => Err(Stop::NotAvailable(why.clone())),
            ScriptStep::Repeat { times, steps } => (0..*times).try_for_each(|_| self.all(steps)),
            ScriptStep::Until {
                steps,
                rule,
                at_most,
                between,
            } => {
                for turn in 1..=*at_most {
                    self.all(steps)?;
                    if self.holds(rule) || turn == *at_most {
                        break;
                    }
                    self.all(between)?;
                }
                Ok(())
            }
            ScriptStep::Cost { peer, way } => self.measure(*peer, *way),
        }
    }

    /// Something worth saying that was computed from observations, and is no check.
    fn note(&mut self, what: &str, observed: String) {
        self.push(None, what.to_owned(), Doing::Look, Vec::new(), observed);
    }

    /// A check of something that was computed from several observations: a step of mapscope's own.
    fn check(&mut self, what: &str, observed: String, wanted: String, holds: bool) {
        let at = self.push(None, what.to_owned(), Doing::Look, Vec::new(), observed);
        self.judge(at, wanted, holds);
    }

    /// The step at this place must have told what `wanted` says in words.
    fn judge(&mut self, at: usize, wanted: String, holds: bool) {
        let Some(step) = self.steps.get_mut(at) else {
            return;
        };
        // A second check of a step: both must hold.
        step.expected = Some(match step.expected.take() {
            Some(before) => format!("{before}; {wanted}"),
            None => wanted,
        });
        step.holds = Some(step.holds.unwrap_or(true) && holds);
        let step = step.clone();
        (self.tell)(Progress::Step(Box::new(step)));
    }

    fn not_cancelled(&self) -> Result<(), Stop> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(Stop::Cancelled);
        }
        Ok(())
    }

    pub(super) fn cards(&self) -> Vec<PeerCard> {
        self.actors.iter().map(|actor| actor.card.clone()).collect()
    }

    /// Lists a step, and tells it.
    fn push(
        &mut self,
        peer: Option<Peer>,
        what: String,
        doing: Doing,
        calls: Vec<CallLine>,
        observed: String,
    ) -> usize {
        self.push_told(peer, what, doing, calls, (observed, None))
    }

    /// The same, with what a peer told.
    fn push_told(
        &mut self,
        peer: Option<Peer>,
        what: String,
        doing: Doing,
        calls: Vec<CallLine>,
        (observed, told): (String, Option<Outcome>),
    ) -> usize {
        let card = peer
            .and_then(|peer| self.actors.get(peer.0))
            .map(|actor| &actor.card);
        let step = RunStep {
            number: self.steps.len() + 1,
            peer: card.map(|card| card.name.clone()),
            pid: card.map(|card| card.pid),
            what,
            doing,
            told,
            calls,
            observed,
            expected: None,
            holds: None,
        };
        self.steps.push(step.clone());
        (self.tell)(Progress::Step(Box::new(step)));
        self.steps.len() - 1
    }
}
