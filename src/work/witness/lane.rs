//! One peer's thread: start the peer, keep it mapped, ask it, report, and start another when it dies.
//!
//! It owns the peer and the times between attempts. It must not know the other peer.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::bytes::span::Span;
use crate::peer::protocol::{Answer, MapAccess, MapMode, Open, Request};
use crate::peer::{PeerError, PeerProcess, Unreaped};
use crate::work::witness::orders::{Orders, Store, Taken};
use crate::work::witness::{WitnessId, WitnessReport, WitnessState, WitnessTarget, cells_of};

/// How often a peer is asked what it sees.
const POLL: Duration = Duration::from_millis(100);
/// How long a peer may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it is looked, while a peer is silent, whether anybody still wants an answer.
const SLICE: Duration = Duration::from_millis(50);
/// After so long without trouble the next trouble is the first again.
const SOUND: Duration = Duration::from_secs(10);

/// A peer and what its thread remembers.
pub(super) struct Lane<R> {
    id: WitnessId,
    program: PathBuf,
    orders: Arc<Orders>,
    report: Arc<Mutex<R>>,
    peer: Option<PeerProcess>,
    /// A peer of before that could not be ended; no other is started until it is gone.
    unreaped: Option<Unreaped>,
    /// Which target was seen last.
    generation: u64,
    /// Since when the peer has had that target mapped.
    mapped: Option<Instant>,
    /// What was reported last, of all that lasts.
    reported: Option<WitnessState>,
    /// How often in a row there was trouble, and when the next attempt is due.
    troubles: u32,
    retry: Option<Instant>,
}

/// Why an attempt ended early.
enum Trouble {
    /// The thread is to end.
    Stopped,
    /// No process.
    Start(io::Error),
    /// The process of before is stuck.
    Stuck,
    /// The process, or what it said.
    Peer(PeerError),
}

impl From<PeerError> for Trouble {
    fn from(error: PeerError) -> Self {
        Self::Peer(error)
    }
}

impl<R: Fn(WitnessReport)> Lane<R> {
    pub(super) fn new(
        id: WitnessId,
        program: PathBuf,
        orders: Arc<Orders>,
        report: Arc<Mutex<R>>,
    ) -> Self {
        Self {
            id,
            program,
            orders,
            report,
            peer: None,
            unreaped: None,
            generation: 0,
            mapped: None,
            reported: None,
            troubles: 0,
            retry: None,
        }
    }

    /// Works until it is told to stop; the peer ends with this.
    pub(super) fn run(mut self) {
        let mut wake = None;
        while let Some(taken) = self.orders.take(wake) {
            wake = self.step(taken);
        }
    }

    /// Does what is due, and says when something is due again.
    fn step(&mut self, mut taken: Taken) -> Option<Instant> {
        if self.generation != taken.generation {
            self.generation = taken.generation;
            self.mapped = None;
            self.reported = None;
            self.troubles = 0;
            self.retry = None;
        }
        let Some(target) = taken.target.take() else {
            self.refuse(&mut taken, "No file is open that a peer could map");
            self.end_peer();
            return None;
        };
        if let Some(error) = self.peer.as_mut().and_then(PeerProcess::ended) {
            self.trouble(Trouble::Peer(error), taken.watch.is_some());
        }
        if taken.watch.is_none() && taken.stores.is_empty() {
            return None;
        }
        let begin = Instant::now();
        if self.retry.is_none_or(|retry| retry <= begin) {
            match self.attempt(&target, &mut taken) {
                Ok(()) => self.retry = None,
                Err(Trouble::Stopped) => return None,
                Err(trouble) => {
                    let message = self.trouble(trouble, taken.watch.is_some());
                    self.refuse(&mut taken, &message);
                }
            }
        } else {
            let label = self.id.label();
            self.refuse(&mut taken, &format!("The {label} is not running now"));
        }
        taken.watch.and(self.retry.or(Some(begin + POLL)))
    }

    /// Starts the peer and maps the file where that is to do; then stores, then reads.
    fn attempt(&mut self, target: &WitnessTarget, taken: &mut Taken) -> Result<(), Trouble> {
        if self.peer.is_none() {
            self.start()?;
        }
        if self.mapped.is_none() {
            self.ask(&Request::Open(self.open(target)))?;
            self.mapped = Some(Instant::now());
        }
        // A store leaves the list when its fate is known; in trouble those that are left are refused.
        while let Some(Store { offset, bytes }) = taken.stores.front() {
            let (offset, len) = (*offset, bytes.len() as u64);
            let bytes = bytes.clone();
            let state = match self.ask(&Request::Store { offset, bytes }) {
                Ok(_) => WitnessState::Stored { offset, len },
                Err(Trouble::Peer(PeerError::Refused { message, .. })) => {
                    WitnessState::StoreRefused { message }
                }
                Err(trouble) => return Err(trouble),
            };
            taken.stores.pop_front();
            self.tell(state);
            // What is read next is news again, also if it is what was read before.
            self.reported = None;
        }
        if let Some(span) = taken.watch {
            let answer = self.ask(&Request::Read {
                offset: span.start(),
                len: span.len(),
            })?;
            let state = self.reading(span, answer)?;
            self.tell_changed(state);
        }
        Ok(())
    }

    fn start(&mut self) -> Result<(), Trouble> {
        if self
            .unreaped
            .as_mut()
            .is_some_and(|unreaped| !unreaped.is_gone())
        {
            return Err(Trouble::Stuck);
        }
        self.unreaped = None;
        self.tell_changed(WitnessState::Starting);
        let orders = Arc::clone(&self.orders);
        let closed = move || orders.nudge();
        let peer = PeerProcess::spawn_watched(&self.program, self.id.label(), closed)
            .map_err(Trouble::Start)?;
        self.peer = Some(peer);
        Ok(())
    }

    fn open(&self, target: &WitnessTarget) -> Open {
        let (mode, writable) = match self.id {
            WitnessId::SharedPeer => (MapMode::Shared, target.writable),
            // Its stores stay in its own pages.
            WitnessId::PrivatePeer => (MapMode::Private, true),
        };
        let access = if writable {
            MapAccess::ReadWrite
        } else {
            MapAccess::ReadOnly
        };
        target.open(mode, access)
    }

    /// The peer's answer to `request`, unless it takes too long or the thread is to end.
    fn ask(&mut self, request: &Request) -> Result<Answer, Trouble> {
        let Some(peer) = self.peer.as_mut() else {
            return Err(Trouble::Stopped);
        };
        let deadline = Instant::now() + PATIENCE;
        let pending = peer.send(request)?;
        loop {
            if let Some(answer) = peer.wait(&pending, SLICE)? {
                return Ok(answer);
            }
            if self.orders.stopped() {
                return Err(Trouble::Stopped);
            }
            if Instant::now() >= deadline {
                return Err(peer.timed_out(request, PATIENCE).into());
            }
        }
    }

    /// What an answer says that the peer reads at `span`.
    fn reading(&self, span: Span, answer: Answer) -> Result<WitnessState, Trouble> {
        let pid = self.peer.as_ref().map_or(0, PeerProcess::pid);
        match answer {
            Answer::Read(answer) if answer.bytes.len() as u64 == span.len() => {
                let (cells, pages) = cells_of(span, answer);
                Ok(WitnessState::Reading {
                    pid,
                    span,
                    cells,
                    pages,
                })
            }
            _ => Err(Trouble::Peer(PeerError::Protocol {
                peer: format!("{} (process {pid})", self.id.label()),
                message: "its answer is not what was asked for".to_owned(),
            })),
        }
    }

    /// Reports `trouble`, ends the peer if it is to blame, and sets the time of the next attempt. Gives the message.
    fn trouble(&mut self, trouble: Trouble, watched: bool) -> String {
        if self.mapped.is_some_and(|since| since.elapsed() >= SOUND) {
            self.troubles = 0;
        }
        // At once, then after 1, 2, 3, 4, 5 and 5 seconds.
        let pause = Duration::from_secs(self.troubles.min(5).into());
        self.troubles = self.troubles.saturating_add(1);
        self.retry = Some(Instant::now() + pause);
        self.mapped = None;
        let label = self.id.label();
        let (message, state): (String, fn(String, bool) -> WitnessState) = match trouble {
            Trouble::Stopped => return String::new(),
            Trouble::Start(error) => (
                format!("The {label} cannot be started: {error}"),
                unavailable,
            ),
            Trouble::Stuck => (
                format!(
                    "The {label} of before cannot be ended: it waits for a file system that does not answer"
                ),
                unavailable,
            ),
            Trouble::Peer(PeerError::Refused { message, .. }) => (message, unavailable),
            Trouble::Peer(error @ PeerError::Died { .. }) => (error.to_string(), died),
            Trouble::Peer(error) => (format!("{error}; it was ended"), died),
        };
        let state = state(message.clone(), watched);
        if matches!(state, WitnessState::Died { .. }) {
            self.end_peer();
        }
        self.tell_changed(state);
        message
    }

    fn end_peer(&mut self) {
        self.mapped = None;
        if let Some(peer) = self.peer.take() {
            self.unreaped = peer.kill();
        }
    }

    fn refuse(&self, taken: &mut Taken, message: &str) {
        for _ in taken.stores.drain(..) {
            self.tell(WitnessState::StoreRefused {
                message: message.to_owned(),
            });
        }
    }

    fn tell_changed(&mut self, state: WitnessState) {
        if self.reported.as_ref() != Some(&state) {
            self.reported = Some(state.clone());
            self.tell(state);
        }
    }

    fn tell(&self, state: WitnessState) {
        let report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        report(WitnessReport { id: self.id, state });
    }
}

fn unavailable(message: String, _watched: bool) -> WitnessState {
    WitnessState::Unavailable { message }
}

fn died(message: String, restarting: bool) -> WitnessState {
    WitnessState::Died {
        message,
        restarting,
    }
}
