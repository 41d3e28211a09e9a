//! One peer on the stage: its process, and what it was last seen to hold.
//!
//! It owns how a peer's death and silence become words. It must not know the list of steps.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::lab::claim::{CallLine, Holding, PeerCard, Progress, ScratchKey};
use crate::lab::script::Peer;
use crate::lab::words::{Backing, mapping_words, outcome_words, pages_words};
use crate::map::page_bytes;
use crate::peer::calls::{
    Advice, Call, Death, MadeCall, MapCall, ObjectCall, Outcome, ProcessCall, Sabotage,
    TransferCall,
};
use crate::peer::protocol::{Answer, Request};
use crate::peer::{PeerError, PeerProcess, PendingRequest};

use super::{STEP_LIMIT, Stage, Stop};

/// The most pages of a mapping that are looked up after each step.
const WATCHED_PAGES: u64 = 8;

/// What a peer answers, or why it does not.
pub(super) type Said = Result<Answer, PeerError>;

/// A request that waits for its answer, or was not taken.
pub(super) type Pending = Result<PendingRequest, PeerError>;

/// A peer on the stage.
#[derive(Debug)]
pub(in crate::lab) struct Actor {
    /// `None` once it ended.
    process: Option<PeerProcess>,
    parent: Option<usize>,
    /// The mapping that is looked up after each step, and how many bytes it has.
    watched: Option<(String, u64)>,
    /// What its mappings are of that are of no file.
    backing: BTreeMap<String, Backing>,
    pub(super) card: PeerCard,
}

impl Actor {
    pub(super) fn spawn(program: &Path, name: &str) -> Result<Self, Stop> {
        let process = PeerProcess::spawn(program, &format!("process {name}"))
            .map_err(|error| Stop::NotDone(format!("process {name} cannot be started: {error}")))?;
        Ok(Self {
            card: PeerCard {
                name: name.to_owned(),
                pid: process.pid(),
                ..PeerCard::default()
            },
            process: Some(process),
            parent: None,
            watched: None,
            backing: BTreeMap::new(),
        })
    }

    /// A child of this one, which stands at `own` in the list.
    pub(super) fn fork(
        &mut self,
        name: &str,
        own: usize,
        limit: Duration,
    ) -> Result<(Self, CallLine), Stop> {
        let Some(process) = self.process.as_mut() else {
            return Err(self.is_gone());
        };
        let (child, call) = process
            .fork(&format!("process {name}"), limit)
            .map_err(not_forked)?;
        let card = PeerCard {
            name: name.to_owned(),
            pid: child.pid(),
            parent: Some(self.card.name.clone()),
            ..self.card.clone()
        };
        let child = Self {
            process: Some(child),
            parent: Some(own),
            watched: self.watched.clone(),
            backing: self.backing.clone(),
            card,
        };
        Ok((child, line(call)))
    }

    fn is_gone(&self) -> Stop {
        let how = self.card.ended.as_deref().unwrap_or("it ended");
        Stop::NotDone(format!("process {} is gone: {how}", self.card.name))
    }

    pub(super) fn sabotage(&mut self, sabotage: Sabotage) -> Result<(), Stop> {
        let Some(process) = self.process.as_mut() else {
            return Err(self.is_gone());
        };
        process
            .request(&Request::Do(Call::Sabotage(sabotage)), STEP_LIMIT)
            .map(drop)
            .map_err(|error| Stop::NotDone(error.to_string()))
    }

    /// Takes note of what is shown of a peer.
    pub(super) fn note(&mut self, call: &Call, outcome: &Outcome) {
        match (call, outcome) {
            (Call::Map(map), Outcome::Done) => self.note_map(map),
            // A new program has none of the mappings.
            (Call::Process(ProcessCall::Exec { .. }), Outcome::Done) => {
                self.watched = None;
                self.backing.clear();
                self.card.mapping = String::new();
                self.card.pages = String::new();
                self.card.holding = Holding::default();
            }
            (Call::Open { file, path, .. }, Outcome::Done) => {
                self.card.holding.open(file, key_of(Path::new(path)));
            }
            (Call::Memfd { file, .. }, Outcome::Done) => {
                // No path leads to it: nobody else has it but who inherits it, by this name.
                let number = self.card.holding.files.len() as u64;
                let key = (u64::MAX, u64::from(self.card.pid) << 32 | number);
                self.card.holding.open(file, Some(key));
            }
            (Call::Close { file }, Outcome::Done) => self.card.holding.open(file, None),
            (Call::Malloc { map, .. }, Outcome::Done) => {
                self.backing.insert(map.clone(), Backing::Private);
            }
            (Call::Load { at, .. } | Call::Read { at, .. }, Outcome::Bytes { .. }) => {
                self.card.bytes = format!("{at}: {}", outcome_words(outcome));
            }
            _ => {}
        }
    }

    fn note_map(&mut self, map: &MapCall) {
        self.backing.insert(map.map.clone(), Backing::of(map));
        let is_shown = |(name, _): &(String, u64)| *name == map.map;
        if self.watched.as_ref().is_none_or(is_shown) {
            self.card.mapping = mapping_words(map);
            self.watched = Some((map.map.clone(), map.len));
            self.card.holding.map(map);
        }
    }

    /// What the mapping is of that the call is about.
    pub(super) fn backing(&self, call: &Call) -> Backing {
        let map = match call {
            Call::Pages { map, .. } => self.backing.get(map),
            _ => None,
        };
        map.copied().unwrap_or(Backing::File)
    }
}

/// A child that this system does not let anybody hold speaks neither for nor against a claim.
fn not_forked(error: PeerError) -> Stop {
    match error {
        PeerError::Refused {
            message,
            errno: Some(errno),
        } if ["ENOSYS", "EPERM", "EACCES"].contains(&errno.as_str()) => Stop::NotAvailable(
            format!("forked processes need what is refused here: {message} ({errno})"),
        ),
        error => Stop::NotDone(error.to_string()),
    }
}

/// Which file is there now; asked right after a peer opened it, when nobody else does anything.
#[cfg(unix)]
fn key_of(path: &Path) -> Option<ScratchKey> {
    use std::os::unix::fs::MetadataExt as _;
    let facts = std::fs::metadata(path).ok()?;
    Some((facts.dev(), facts.ino()))
}

#[cfg(not(unix))]
fn key_of(_: &Path) -> Option<ScratchKey> {
    None
}

/// A call as the window takes it.
fn line(call: MadeCall) -> CallLine {
    CallLine {
        text: call.text,
        nanoseconds: call.nanoseconds,
        faults: call.faults,
    }
}

/// Whose pages a step can touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Touches {
    /// Those of the peer that carries it out.
    Own,
    /// Those of every peer: what a file loses, the mappings of it lose; and some calls reach into another process.
    All,
}

impl Touches {
    pub(super) fn of(call: &Call) -> Self {
        match call {
            Call::Truncate { .. }
            | Call::Cool { .. }
            | Call::Object(ObjectCall::Allocate { .. } | ObjectCall::TruncatePath { .. })
            // It copies a page of the other one.
            | Call::Transfer(TransferCall::Poke { .. })
            | Call::Advise {
                advice: Advice::Remove,
                ..
            } => Self::All,
            _ => Self::Own,
        }
    }
}

impl Stage<'_> {
    pub(super) fn actor(&mut self, peer: Peer) -> Result<&mut Actor, Stop> {
        self.actors
            .get_mut(peer.0)
            .ok_or_else(|| Stop::NotDone("a process of another experiment was asked".to_owned()))
    }

    /// The peer of that name.
    pub(super) fn named(&self, name: &str) -> Result<Peer, Stop> {
        let at = self.actors.iter().position(|it| it.card.name == name);
        at.map(Peer)
            .ok_or_else(|| Stop::NotDone(format!("there is no process {name}")))
    }

    /// Lists a peer that has just begun.
    pub(super) fn enter(&mut self, mut actor: Actor) -> Result<Peer, Stop> {
        if let Some((name, sabotage)) = self.sabotage
            && name == actor.card.name
        {
            actor.sabotage(sabotage)?;
        }
        self.actors.push(actor);
        let cards = self.cards();
        (self.tell)(Progress::Peers(cards));
        Ok(Peer(self.actors.len() - 1))
    }

    /// Has a peer do something within `limit`.
    pub(super) fn carry_out(
        &mut self,
        peer: Peer,
        call: &Call,
        limit: Duration,
    ) -> Result<(Outcome, Vec<CallLine>), Stop> {
        let pending = self.begin(peer, call)?;
        let said = self.listen(peer, call, pending, limit)?;
        self.understand(peer, call, said)
    }

    /// Asks a peer, and does not wait for it.
    pub(super) fn begin(&mut self, peer: Peer, call: &Call) -> Result<Pending, Stop> {
        let actor = self.actor(peer)?;
        let Some(process) = actor.process.as_mut() else {
            return Err(actor.is_gone());
        };
        Ok(process.send(&Request::Do(call.clone())))
    }

    /// What a peer answers to what it was asked, within `limit`.
    pub(super) fn listen(
        &mut self,
        peer: Peer,
        call: &Call,
        pending: Pending,
        limit: Duration,
    ) -> Result<Said, Stop> {
        let actor = self.actor(peer)?;
        let Some(process) = actor.process.as_mut() else {
            return Err(actor.is_gone());
        };
        Ok(pending.and_then(|pending| {
            let answer = process.wait(&pending, limit)?;
            answer.ok_or_else(|| process.timed_out(&Request::Do(call.clone()), limit))
        }))
    }

    /// What came of it. A peer that died is reaped, for which its parent is asked.
    pub(super) fn understand(
        &mut self,
        peer: Peer,
        call: &Call,
        said: Said,
    ) -> Result<(Outcome, Vec<CallLine>), Stop> {
        match said {
            Ok(Answer::Did(did)) => Ok((did.outcome, did.calls.into_iter().map(line).collect())),
            Ok(other) => Err(Stop::NotDone(format!(
                "process {} was asked to {} and answered {other:?}",
                self.actor(peer)?.card.name,
                call.word()
            ))),
            Err(error @ PeerError::Died { .. }) => {
                let death = self.reap(peer, &error);
                match death {
                    Some(death) if is_of_the_experiment(call, &death) => {
                        Ok((Outcome::Killed(death), Vec::new()))
                    }
                    _ => Err(Stop::NotDone(error.to_string())),
                }
            }
            Err(error) => Err(Stop::NotDone(error.to_string())),
        }
    }

    /// Reaps a peer that ended, and finds out how.
    fn reap(&mut self, peer: Peer, error: &PeerError) -> Option<Death> {
        let PeerError::Died { death, how, .. } = error else {
            return None;
        };
        let actor = self.actors.get_mut(peer.0)?;
        let process = actor.process.take()?;
        let (pid, parent) = (process.pid(), actor.parent);
        drop(process.kill());
        let mut death = death.clone();
        let mut how = how.clone();
        // Of a forked child only its parent learns the signal.
        if let Some(parent) = parent.and_then(|parent| self.actors.get_mut(parent))
            && let Some(process) = parent.process.as_mut()
            && let Ok(Answer::Reaped {
                how: told, signal, ..
            }) = process.request(&Request::Reap { pid }, STEP_LIMIT)
        {
            how = told;
            death = signal.map(|signal| match death {
                Some(death) if death.signal == signal => death,
                _ => Death {
                    signal,
                    code: None,
                    address: None,
                },
            });
        }
        let card = &mut self.actors.get_mut(peer.0)?.card;
        card.ended = Some(death.as_ref().map_or(how, ToString::to_string));
        card.pages = String::new();
        if !card.bytes.is_empty() {
            card.bytes.push_str(", before it ended");
        }
        let cards = self.cards();
        (self.tell)(Progress::Peers(cards));
        death
    }

    /// Looks up what the peers hold now that a step of these can have touched, which touches no page itself; finds out who
    /// ended meanwhile.
    pub(super) fn look_around(&mut self, by: &[Peer], touches: Touches) -> Result<(), Stop> {
        for index in 0..self.actors.len() {
            let Some(actor) = self.actors.get_mut(index) else {
                continue;
            };
            let Some(process) = actor.process.as_mut() else {
                continue;
            };
            if let Some(error) = process.ended() {
                self.reap(Peer(index), &error);
                return Err(Stop::NotDone(error.to_string()));
            }
            let Some((map, len)) = actor.watched.clone() else {
                continue;
            };
            let is_touched = touches == Touches::All || by.contains(&Peer(index));
            if cfg!(not(target_os = "linux")) || !is_touched {
                continue;
            }
            let n_pages = len.div_ceil(page_bytes());
            let len = len.min(WATCHED_PAGES * page_bytes());
            let call = Call::Pages { map, at: 0, len };
            let (outcome, _) = self.carry_out(Peer(index), &call, self.limit)?;
            if let Some(actor) = self.actors.get_mut(index) {
                if let Some(mapping) = &mut actor.card.holding.mapping {
                    mapping.pages = match &outcome {
                        Outcome::Pages { pages } => Some(pages.clone()),
                        _ => None,
                    };
                }
                actor.card.pages = match outcome {
                    Outcome::Pages { pages } if n_pages > WATCHED_PAGES => format!(
                        "{} (the first {WATCHED_PAGES} of {n_pages})",
                        pages_words(&pages, actor.backing(&call))
                    ),
                    Outcome::Pages { pages } => pages_words(&pages, actor.backing(&call)),
                    other => outcome_words(&other),
                };
            }
        }
        let cards = self.cards();
        (self.tell)(Progress::Peers(cards));
        Ok(())
    }

    /// Whether every peer that should be there still answers.
    pub(in crate::lab) fn roll_call(&mut self) -> Result<(), Stop> {
        for index in 0..self.actors.len() {
            if self
                .actors
                .get(index)
                .is_some_and(|actor| actor.process.is_some())
            {
                self.carry_out(Peer(index), &Call::Faults, self.limit)?;
            }
        }
        Ok(())
    }

    /// Ends and reaps every peer, children before their parents. `at_once`: without asking them first.
    pub(in crate::lab) fn clear(&mut self, at_once: bool) {
        for index in (0..self.actors.len()).rev() {
            let Some(actor) = self.actors.get_mut(index) else {
                continue;
            };
            let Some(process) = actor.process.take() else {
                continue;
            };
            let (pid, parent) = (process.pid(), actor.parent);
            // What cannot even be killed is reaped by a thread of its own when it goes.
            drop(if at_once {
                process.kill()
            } else {
                process.end()
            });
            if let Some(parent) = parent.and_then(|parent| self.actors.get_mut(parent))
                && let Some(process) = parent.process.as_mut()
            {
                // Where the parent does not answer it is killed next, and its child with it.
                let limit = Duration::from_millis(if at_once { 100 } else { 1000 });
                let _ = process.request(&Request::Reap { pid }, limit);
            }
        }
    }
}

/// Whether a load or store of the peer itself brought the signal on, or the peer did as it was asked to. A peer that has no
/// memory left aborts too; and a signal that somebody sends has no fault that the peer could tell of.
fn is_of_the_experiment(call: &Call, death: &Death) -> bool {
    match death.signal.as_str() {
        "SIGSEGV" | "SIGBUS" => death.code.is_some(),
        "SIGABRT" => *call == Call::Abort,
        _ => false,
    }
}
