//! The script of an experiment as data: what is made, who is asked to do what, and what has to come of it.
//!
//! It owns the forms that a step can have, and how a script is put together. An experiment's function is given an empty
//! [`Script`] and adds to it; it does no I/O, and knows of the system what [`Environment`] says, so that the same system
//! has the same script. The run, and whatever else a script can be turned into, is made from these steps alone. It must
//! not know how a step is carried out.
//!
//! One form is as large as an experiment: [`ScriptStep::Cost`] times many passes over files of many sizes, and decides by the
//! times how far it goes. What it compares is data, how it measures is not.

mod asks;
mod change;
mod expect;
mod mapping;
mod ordered;
mod rule;
mod things;
mod value;

use crate::lab::claim::{Contents, Environment, lives_in_memory};
use crate::peer::calls::Call;

pub use change::{ScriptEdit, Wanted, WantedSight};
pub use mapping::{anonymous, anonymous_shared, load, private, shared, store};
pub use rule::{Relation, Rule};
pub(in crate::lab) use things::{Thing, in_words};
pub use value::{Figure, Value, Words};

/// One peer of the experiment: its place in the order in which they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Peer(pub(in crate::lab) usize);

/// A step that tells something. Carried out more than once, it stands for the last time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepId(usize);

impl StepId {
    /// Of a step that no rule is about.
    pub(in crate::lab) const UNNAMED: Self = Self(usize::MAX);
}

/// One thing that a peer is asked to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// By what rules name what comes of it.
    pub id: StepId,
    /// Who is asked.
    pub peer: Peer,
    /// It in words, after the peer's name.
    pub what: String,
    /// It. A path that is not absolute is one in the scratch folder.
    pub call: Call,
    /// It sets things up: it has to succeed so that the rest makes sense, and where it does not, nothing was observed.
    pub is_needed: bool,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub enum ScriptStep {
    /// mapscope makes a scratch file; it goes when the experiment is over.
    File {
        /// Its name in the scratch folder.
        name: String,
        /// What is in it.
        contents: Contents,
    },
    /// mapscope deletes a scratch file.
    Delete {
        /// Which one.
        name: String,
    },
    /// mapscope renames a scratch file, over another one where there is one.
    Rename {
        /// What it is called.
        from: String,
        /// What it is called from now on.
        to: String,
    },
    /// A peer starts as a process of its own.
    Start {
        /// Its name, which is shown.
        name: String,
    },
    /// A peer forks another one, which has everything that its parent has open and mapped, by the same names.
    Fork {
        /// Who.
        parent: Peer,
        /// The name of the child.
        name: String,
    },
    /// A peer is asked to do something.
    Ask(Ask),
    /// Several peers, each another one, do something at the same time.
    Together(Vec<Ask>),
    /// What a step told has to be so.
    Judge {
        /// Which step; what is expected is listed with it.
        of: StepId,
        /// What is expected, in words.
        wanted: Words,
        /// What is expected.
        rule: Rule,
    },
    /// What several steps told has to be so: a step of mapscope's own.
    Check {
        /// What is looked at, in words.
        what: String,
        /// What was found.
        observed: Words,
        /// What is expected, in words.
        wanted: Words,
        /// What is expected.
        rule: Rule,
    },
    /// Something worth saying that was computed from what steps told, and is no check.
    Note {
        /// What it is about.
        what: String,
        /// What is said.
        observed: Words,
    },
    /// Where this does not hold, the system cannot show what the experiment is about: it is not available.
    Require {
        /// What has to hold.
        rule: Rule,
        /// Why it is not available where it does not.
        why: String,
    },
    /// The same again and again.
    Repeat {
        /// How often.
        times: u64,
        /// What.
        steps: Vec<Self>,
    },
    /// The same until something holds.
    Until {
        /// What.
        steps: Vec<Self>,
        /// Until this holds.
        rule: Rule,
        /// How often at most.
        at_most: u64,
        /// What is done before it is tried again.
        between: Vec<Self>,
    },
    /// A peer takes the bytes of files of many sizes, in several ways that are timed.
    Cost {
        /// Who.
        peer: Peer,
        /// What is compared.
        way: CostWay,
    },
}

/// How the bytes of a file are taken where that is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostWay {
    /// The file is not in memory.
    pub cold: bool,
    /// At most so many pages drawn at random; `None` for one after the other.
    pub draws: Option<u64>,
}

/// The steps of an experiment, as they are put together.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    environment: Environment,
    steps: Vec<ScriptStep>,
    n_peers: usize,
    n_ids: usize,
    not_available: Option<String>,
    /// From this step on one that cannot be done ends nothing.
    free_from: Option<usize>,
}

impl Script {
    /// The script that `write` puts together for a system.
    #[must_use]
    pub fn of(write: fn(&mut Self), environment: &Environment) -> Self {
        Self::with(write, environment)
    }

    /// The same, where what puts it together knows more than the system.
    #[must_use]
    pub(in crate::lab) fn with(write: impl FnOnce(&mut Self), environment: &Environment) -> Self {
        let mut script = Self::new(environment);
        write(&mut script);
        script
    }

    /// A script for a system, without any step yet.
    #[must_use]
    pub fn new(environment: &Environment) -> Self {
        Self {
            environment: environment.clone(),
            steps: Vec::new(),
            n_peers: 0,
            n_ids: 0,
            not_available: None,
            free_from: None,
        }
    }

    /// Its steps, in order.
    #[must_use]
    pub fn steps(&self) -> &[ScriptStep] {
        &self.steps
    }

    /// Why this system cannot show what the experiment is about, where it cannot.
    #[must_use]
    pub fn why_not(&self) -> Option<&str> {
        self.not_available.as_deref()
    }

    /// From this step on one that cannot be done ends nothing: the steps are in an order of a person's own.
    #[must_use]
    pub(in crate::lab) fn free_from(&self) -> Option<usize> {
        self.free_from
    }

    /// Bytes in a page.
    #[must_use]
    pub fn page(&self) -> u64 {
        self.environment.page_bytes
    }

    /// Whether scratch files live in memory only, as on tmpfs.
    #[must_use]
    pub fn on_tmpfs(&self) -> bool {
        lives_in_memory(&self.environment.file_system)
    }

    /// Where the experiment runs.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// As many pages of one byte.
    #[must_use]
    pub fn filled(&self, pages: u64, byte: u8) -> Vec<u8> {
        vec![byte; usize::try_from(pages * self.page()).unwrap_or_default()]
    }

    /// This system cannot show what the experiment is about: why.
    pub fn not_available(&mut self, why: impl Into<String>) {
        self.not_available = Some(why.into());
    }

    /// mapscope makes a scratch file.
    pub fn file(&mut self, name: &str, contents: impl Into<Contents>) {
        self.steps.push(ScriptStep::File {
            name: name.to_owned(),
            contents: contents.into(),
        });
    }

    /// The usual scratch file: its first page is all `A`, the next all `B`, and so on.
    pub fn letters(&mut self, name: &str, pages: u64) {
        self.file(name, Contents::Letters { first: 'A', pages });
    }

    /// mapscope deletes a scratch file.
    pub fn delete(&mut self, name: &str) {
        let name = name.to_owned();
        self.steps.push(ScriptStep::Delete { name });
    }

    /// mapscope renames a scratch file, over another one where there is one.
    pub fn rename(&mut self, from: &str, to: &str) {
        let (from, to) = (from.to_owned(), to.to_owned());
        self.steps.push(ScriptStep::Rename { from, to });
    }

    /// Starts a peer: a process of its own. Not within what is repeated.
    pub fn peer(&mut self, name: &str) -> Peer {
        let name = name.to_owned();
        self.steps.push(ScriptStep::Start { name });
        self.next_peer()
    }

    /// Has `parent` fork; the child has everything that its parent has open and mapped, by the same names. Not within what
    /// is repeated.
    pub fn fork(&mut self, parent: Peer, name: &str) -> Peer {
        let name = name.to_owned();
        self.steps.push(ScriptStep::Fork { parent, name });
        self.next_peer()
    }

    fn next_peer(&mut self) -> Peer {
        self.n_peers += 1;
        Peer(self.n_peers - 1)
    }

    /// Asks a peer to do something that may well fail or kill it; `what` says it in words after the peer's name.
    #[must_use = "an observation is there to be checked"]
    pub fn attempt(&mut self, peer: Peer, what: impl Into<String>, call: Call) -> StepId {
        self.ask(peer, what.into(), call, false)
    }

    /// As [`Self::attempt`], for what has to succeed so that the rest makes sense: a step that sets things up observes
    /// nothing, and speaks neither for nor against a claim.
    pub fn must(&mut self, peer: Peer, what: impl Into<String>, call: Call) -> StepId {
        self.ask(peer, what.into(), call, true)
    }

    fn ask(&mut self, peer: Peer, what: String, call: Call, is_needed: bool) -> StepId {
        let id = StepId(self.n_ids);
        self.n_ids += 1;
        self.steps.push(ScriptStep::Ask(Ask {
            id,
            peer,
            what,
            call,
            is_needed,
        }));
        id
    }

    /// The steps that `body` adds are done at the same time, each by another peer. Steps that ask nobody come before.
    pub fn together<T>(&mut self, body: impl FnOnce(&mut Self) -> T) -> T {
        let (told, steps) = self.within(body);
        let mut asks = Vec::new();
        for step in steps {
            match step {
                ScriptStep::Ask(ask) => asks.push(ask),
                other => self.steps.push(other),
            }
        }
        self.steps.push(ScriptStep::Together(asks));
        told
    }

    /// The steps that `body` adds are done `times` times.
    pub fn repeat<T>(&mut self, times: u64, body: impl FnOnce(&mut Self) -> T) -> T {
        let (told, steps) = self.within(body);
        self.steps.push(ScriptStep::Repeat { times, steps });
        told
    }

    /// The steps that `body` adds are done until the rule holds that it gives, and at most so many times.
    pub fn until<T>(&mut self, at_most: u64, body: impl FnOnce(&mut Self) -> (T, Rule)) -> T {
        self.until_after(at_most, body, |_| {})
    }

    /// As [`Self::until`]; what `between` adds is done before each further time.
    pub fn until_after<T>(
        &mut self,
        at_most: u64,
        body: impl FnOnce(&mut Self) -> (T, Rule),
        between: impl FnOnce(&mut Self),
    ) -> T {
        let ((told, rule), steps) = self.within(body);
        let ((), between) = self.within(between);
        self.steps.push(ScriptStep::Until {
            steps,
            rule,
            at_most,
            between,
        });
        told
    }

    /// What `body` gives, and the steps that it adds.
    fn within<T>(&mut self, body: impl FnOnce(&mut Self) -> T) -> (T, Vec<ScriptStep>) {
        let before = std::mem::take(&mut self.steps);
        let told = body(self);
        (told, std::mem::replace(&mut self.steps, before))
    }

    /// Something worth saying that was computed from what steps told, and is no check.
    pub fn note(&mut self, what: &str, observed: impl Into<Words>) {
        self.steps.push(ScriptStep::Note {
            what: what.to_owned(),
            observed: observed.into(),
        });
    }

    /// Where the rule does not hold, the experiment is not available, for this reason: what it is about cannot be.
    pub fn require(&mut self, rule: Rule, why: impl Into<String>) {
        let why = why.into();
        self.steps.push(ScriptStep::Require { rule, why });
    }

    /// A peer takes the bytes of files of many sizes, in several ways that are timed.
    pub fn cost(&mut self, peer: Peer, way: CostWay) {
        self.steps.push(ScriptStep::Cost { peer, way });
    }
}
