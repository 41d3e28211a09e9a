//! Starting peers, and asking them.
//!
//! It owns what a failure means: of a step that sets things up it is no observation, and some errors say that the system
//! has too little. It must not know what is expected of a step.

use std::path::Path;
use std::time::Duration;

use crate::lab::claim::{CallLine, Doing};
use crate::lab::limits::check_memory;
use crate::lab::script::{Ask, Peer, StepId};
use crate::lab::words::{outcome_words, words_of};
use crate::peer::calls::{
    AreaCall, Call, FutexCall, MutexCall, ObjectCall, Outcome, Remote, TransferCall,
};
use crate::peer::wire::PeerPage;

use super::actor::{Actor, Touches};
use super::{Stage, Stop, Told};

/// How many times as long a step may take that waits for the storage, or for another peer.
const WAITING_STEPS: u32 = 4;
/// The same, for one that takes or drops a large file as a whole.
const PASS_STEPS: u32 = 12;

/// Errors that say that the system has not enough of something, or grants it to others only.
const WANTS: [&str; 9] = [
    "ENOMEM", "EAGAIN", "EMFILE", "ENFILE", "ENOSPC", "EDQUOT", "EFBIG", "EPERM", "ENOSYS",
];

/// What the threads that talk to a peer take of this process's memory: their stacks.
const THREADS_OF_A_PEER: u64 = 3 * (2 << 20);

impl Stage<'_> {
    pub(super) fn start(&mut self, name: &str) -> Result<(), Stop> {
        check_memory(THREADS_OF_A_PEER).map_err(Stop::NotAvailable)?;
        let actor = Actor::spawn(self.program, name)?;
        let what = "starts as a process of its own".to_owned();
        let peer = self.enter(actor)?;
        self.push(
            Some(peer),
            what,
            Doing::Start,
            Vec::new(),
            "runs".to_owned(),
        );
        Ok(())
    }

    pub(super) fn fork(&mut self, parent: Peer, name: &str) -> Result<(), Stop> {
        check_memory(THREADS_OF_A_PEER).map_err(Stop::NotAvailable)?;
        let limit = self.limit;
        let (child, call) = self.actor(parent)?.fork(name, parent.0, limit)?;
        let pid = child.card.pid;
        self.enter(child)?;
        let what = format!("forks {name}");
        let child = name.to_owned();
        let doing = Doing::Fork { child };
        self.push(
            Some(parent),
            what,
            doing,
            vec![call],
            format!("process {pid}"),
        );
        Ok(())
    }

    pub(super) fn ask(&mut self, ask: &Ask) -> Result<(), Stop> {
        let call = self.located(&ask.call)?;
        let limit = self.limit_of(&call);
        let (outcome, calls) = self.carry_out(ask.peer, &call, limit)?;
        self.heard(ask, outcome, calls)?;
        self.look_around(&[ask.peer], Touches::of(&call))?;
        self.is_enough(ask)
    }

    /// Several peers at once: all are asked before anybody is listened to, and all are heard before any of it is understood,
    /// for which a parent may be asked something else.
    pub(super) fn together(&mut self, asks: &[Ask]) -> Result<(), Stop> {
        let mut pending = Vec::new();
        for ask in asks {
            let call = self.located(&ask.call)?;
            pending.push(self.begin(ask.peer, &call)?);
        }
        let mut answers = Vec::new();
        for (ask, pending) in asks.iter().zip(pending) {
            let limit = self.limit_of(&ask.call);
            answers.push(self.listen(ask.peer, &ask.call, pending, limit)?);
        }
        let mut touches = Touches::Own;
        for (ask, said) in asks.iter().zip(answers) {
            let (outcome, calls) = self.understand(ask.peer, &ask.call, said)?;
            self.heard(ask, outcome, calls)?;
            touches = touches.max(Touches::of(&ask.call));
        }
        let peers: Vec<Peer> = asks.iter().map(|ask| ask.peer).collect();
        self.look_around(&peers, touches)?;
        asks.iter().try_for_each(|ask| self.is_enough(ask))
    }

    /// Lists what came of a step.
    fn heard(&mut self, ask: &Ask, outcome: Outcome, calls: Vec<CallLine>) -> Result<(), Stop> {
        let located = self.located(&ask.call)?;
        let actor = self.actor(ask.peer)?;
        actor.note(&located, &outcome);
        let words = words_of(&outcome, actor.backing(&ask.call));
        let doing = Doing::Ask {
            call: ask.call.clone(),
            sets_up: ask.is_needed,
        };
        let told = (words, Some(outcome.clone()));
        let at = self.push_told(Some(ask.peer), ask.what.clone(), doing, calls, told);
        let closed = why_closed(&outcome);
        self.told.insert(ask.id, Told { at, outcome });
        closed.map_or(Ok(()), |why| Err(Stop::NotAvailable(why)))
    }

    /// Whether a step did what the rest needs it for.
    fn is_enough(&mut self, ask: &Ask) -> Result<(), Stop> {
        let Some(Told { outcome, .. }) = self.told.get(&ask.id).filter(|_| ask.is_needed) else {
            return Ok(());
        };
        if let Outcome::Failed { errno } = outcome
            && is_look(&ask.call)
        {
            let what = &ask.what;
            return Err(Stop::NotAvailable(format!(
                "a process {what}, and the system refuses that: {errno}"
            )));
        }
        // What is not of the experiment's own making is the system's to grant.
        if let (Call::Open { path, .. }, Outcome::Failed { errno }) = (&ask.call, outcome)
            && Path::new(path).is_absolute()
        {
            let path = path.display();
            return Err(Stop::NotAvailable(format!(
                "this system does not let {path} be opened so: {errno}"
            )));
        }
        if let Outcome::Failed { errno } = outcome
            && WANTS.contains(&errno.as_str())
        {
            let word = ask.call.word();
            return Err(Stop::NotAvailable(format!(
                "\u{201c}{word}\u{201d} fails with {errno}: a limit of this system, or of this user"
            )));
        }
        if matches!(outcome, Outcome::Failed { .. } | Outcome::Killed(_)) {
            let words = outcome_words(outcome);
            return Err(Stop::NotDone(format!(
                "a step that the rest needs does not succeed: {} {}: {words}",
                self.actor(ask.peer)?.card.name,
                ask.what
            )));
        }
        Ok(())
    }

    /// Asks a peer to do something that no rule is about, as a step.
    pub(super) fn listed(
        &mut self,
        peer: Peer,
        what: String,
        call: Call,
        is_needed: bool,
    ) -> Result<Outcome, Stop> {
        self.on()?;
        let id = StepId::UNNAMED;
        self.ask(&Ask {
            id,
            peer,
            what,
            call,
            is_needed,
        })?;
        let told = self.told.remove(&id);
        Ok(told.map_or(Outcome::Done, |told| told.outcome))
    }

    /// Asks a peer to do something, without listing it as a step.
    pub(super) fn quietly(&mut self, peer: Peer, call: &Call) -> Result<Outcome, Stop> {
        self.not_cancelled()?;
        let limit = self.limit_of(call);
        let (outcome, _) = self.carry_out(peer, call, limit)?;
        Ok(outcome)
    }

    /// The call with the path or the name that it means, or the place in another peer's memory.
    fn located(&mut self, call: &Call) -> Result<Call, Stop> {
        let mut call = call.clone();
        match &mut call {
            // What is absolute stays as it is.
            Call::Open { path, .. }
            | Call::Object(
                ObjectCall::Unlink { path }
                | ObjectCall::TruncatePath { path, .. }
                | ObjectCall::Watch { path, .. },
            ) => *path = self.folder.join(&*path).into_os_string(),
            // Another run may use the same name at the same time.
            Call::Object(ObjectCall::ShmOpen { name, .. } | ObjectCall::ShmUnlink { name }) => {
                *name = format!("{name}-{}", self.actor(Peer(0))?.card.pid);
            }
            Call::Transfer(TransferCall::Peek { there, .. } | TransferCall::Poke { there, .. }) => {
                *there = self.found(there)?;
            }
            _ => {}
        }
        Ok(call)
    }

    /// Where a place in another peer's memory is.
    fn found(&mut self, there: &Remote) -> Result<Remote, Stop> {
        let Remote::Peer { peer, map, at } = there else {
            return Ok(there.clone());
        };
        let whose = self.named(peer)?;
        let pid = self.actor(whose)?.card.pid;
        let (map, at) = (map.clone(), *at);
        match self.quietly(whose, &Call::Area(AreaCall::Where { map, at }))? {
            Outcome::Number { value: address } => Ok(Remote::Process { pid, address }),
            other => Err(Stop::NotDone(format!(
                "process {peer} does not tell where its mapping is: {}",
                outcome_words(&other)
            ))),
        }
    }

    /// How long a peer may take: as long as what it is asked for can take on a busy machine.
    fn limit_of(&self, call: &Call) -> Duration {
        match call {
            Call::Pass(_)
            | Call::Cool { .. }
            | Call::Object(ObjectCall::DiskIn { .. } | ObjectCall::Find { .. }) => {
                self.limit * PASS_STEPS
            }
            Call::Sync { .. }
            | Call::Fsync { .. }
            | Call::Race(_)
            | Call::Count { .. }
            | Call::Area(AreaCall::ProtectEverySecond { .. }) => self.limit * WAITING_STEPS,
            // It waits by itself for so long.
            Call::Futex(
                FutexCall::Wait { milliseconds, .. } | FutexCall::Wake { milliseconds, .. },
            )
            | Call::Mutex(MutexCall::Lock { milliseconds, .. }) => {
                self.limit + Duration::from_millis(*milliseconds)
            }
            _ => self.limit,
        }
    }
}

/// It asks what the kernel tells of memory, and does nothing else.
fn is_look(call: &Call) -> bool {
    matches!(
        call,
        Call::Maps { .. }
            | Call::Sums { .. }
            | Call::Memory
            | Call::Faults
            | Call::Area(AreaCall::Frames { .. })
    )
}

/// Why this system does not tell what backs a page, where it does not.
fn why_closed(outcome: &Outcome) -> Option<String> {
    let Outcome::Pages { pages } = outcome else {
        return None;
    };
    pages.iter().find_map(|page| match page {
        PeerPage::Unavailable(why) => Some(format!("what backs a page is not told: {why}")),
        _ => None,
    })
}
