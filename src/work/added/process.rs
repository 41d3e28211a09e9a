//! One process that was added by added: what it is asked next, and what it said.
//!
//! It owns the one question under way and those that wait. It must not know the other processes.

use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};

use crate::bytes::Span;
use crate::lab::claim::AddedKind;
use crate::model::peers::{AddedId, AddedNews, AddedSignal};
use crate::model::witness::{Seen, WitnessState};
use crate::peer::protocol::{Answer, MapAccess, MapMode, Request};
use crate::peer::{PeerError, PeerProcess, PeerSignal, Pending};
use crate::work::witness::{WitnessTarget, cells_of};

use super::{POLL, label};

/// How many jobs may wait.
const JOBS_WAITING: usize = 32;
/// How long an answer may take before the person is told.
const PATIENCE: Duration = Duration::from_secs(1);

/// Something to ask a process.
#[derive(Clone, Debug)]
pub(super) enum Job {
    Open,
    Read(Span),
    Store { offset: u64, bytes: Vec<u8> },
    Reap { child: AddedId, pid: u32 },
}

/// A process that was added by added.
#[derive(Debug)]
pub(super) struct AddedProcess {
    pub(super) id: AddedId,
    pub(super) parent: Option<AddedId>,
    kind: AddedKind,
    pid: u32,
    /// `None` once it ended.
    process: Option<PeerProcess>,
    jobs: VecDeque<Job>,
    asked: Option<(Job, Pending, Instant)>,
    /// The answer to it, taken before its time.
    early: Option<Result<Answer, String>>,
    mapped: bool,
    /// It was said that the question under way takes long.
    is_late: bool,
    last_read: Option<Instant>,
    told: Option<WitnessState>,
}

/// What a turn brought.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) news: Vec<(AddedId, AddedNews)>,
    /// It was found to have ended.
    pub(super) ended: bool,
    /// When the question under way was asked.
    pub(super) asked: Option<Instant>,
    /// When it is to be asked next.
    pub(super) due: Option<Duration>,
}

impl AddedProcess {
    pub(super) fn new(id: AddedId, kind: AddedKind, process: PeerProcess) -> Self {
        Self {
            id,
            parent: None,
            kind,
            pid: process.pid(),
            process: Some(process),
            jobs: VecDeque::new(),
            asked: None,
            early: None,
            mapped: false,
            is_late: false,
            last_read: None,
            told: None,
        }
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether the job was taken.
    pub(super) fn queue(&mut self, job: Job) -> bool {
        let taken = self.process.is_some() && self.jobs.len() < JOBS_WAITING;
        if taken {
            self.jobs.push_back(job);
        }
        taken
    }

    /// Whether it was asked to map the file, and answered; or ended, and never will.
    pub(super) fn has_mapped(&self) -> bool {
        self.mapped || self.process.is_none()
    }

    /// What it mapped is not the open file any more.
    pub(super) fn map_anew(&mut self) {
        self.mapped = false;
        self.told = None;
    }

    pub(super) fn signal(&mut self, signal: AddedSignal) -> io::Result<()> {
        let Some(process) = &self.process else {
            return Err(io::Error::other("it ended"));
        };
        process.signal(match signal {
            AddedSignal::Stop => PeerSignal::Stop,
            AddedSignal::Continue => PeerSignal::Continue,
            AddedSignal::Kill => PeerSignal::Kill,
        })
    }

    pub(super) fn fork(&mut self, child: AddedId, limit: Duration) -> Result<Self, String> {
        let Some(process) = self.process.as_mut() else {
            return Err("its parent ended".to_owned());
        };
        // Else the answer to the question under way would be taken for a late one, and dropped.
        if let Some((_, pending, _)) = &self.asked
            && self.early.is_none()
        {
            match process.wait(pending, limit) {
                Ok(Some(answer)) => self.early = Some(Ok(answer)),
                Ok(None) => return Err("its parent does not answer".to_owned()),
                Err(PeerError::Refused { message, .. }) => self.early = Some(Err(message)),
                Err(error) => return Err(error.to_string()),
            }
        }
        let (forked, _) = process
            .fork(&label(child), limit)
            .map_err(|error| error.to_string())?;
        let mut added = Self::new(child, self.kind, forked);
        added.parent = Some(self.id);
        added.mapped = self.mapped;
        Ok(added)
    }

    /// Ends the process, if it has not ended.
    pub(super) fn end(&mut self) {
        if let Some(process) = self.process.take() {
            // What cannot be killed is reaped by a thread of its own.
            drop(process.kill());
        }
    }

    /// Takes the answer that is due, asks what is next.
    pub(super) fn turn(
        &mut self,
        now: Instant,
        target: Option<&WitnessTarget>,
        watch: Option<Span>,
    ) -> Told {
        let mut told = Told::default();
        if self.process.is_none() {
            return told;
        }
        if let Err(error) = self.take_answer(now, &mut told.news) {
            self.over(&error, &mut told);
            return told;
        }
        if self.asked.is_none()
            && let Some(job) = self.next_job(now, target, watch)
            && let Err(error) = self.ask(job, now, target)
        {
            self.over(&error, &mut told);
            return told;
        }
        told.asked = self.asked.as_ref().map(|(_, _, since)| *since);
        told.due = self
            .last_read
            .map(|last| POLL.saturating_sub(now.duration_since(last)));
        told
    }

    fn over(&mut self, error: &PeerError, told: &mut Told) {
        let how = match error {
            PeerError::Died { how, .. } => how.clone(),
            other => other.to_string(),
        };
        told.news.push((self.id, AddedNews::Ended(how)));
        told.ended = true;
        self.end();
    }

    fn take_answer(
        &mut self,
        now: Instant,
        news: &mut Vec<(AddedId, AddedNews)>,
    ) -> Result<(), PeerError> {
        let Some(process) = self.process.as_mut() else {
            return Ok(());
        };
        if let Some(error) = process.ended() {
            return Err(error);
        }
        let Some((job, pending, since)) = &self.asked else {
            return Ok(());
        };
        let answered = match self.early.take() {
            Some(early) => Ok(Some(early)),
            None => match process.wait(pending, Duration::ZERO) {
                Ok(answer) => Ok(answer.map(Ok)),
                Err(PeerError::Refused { message, .. }) => Ok(Some(Err(message))),
                Err(error) => Err(error),
            },
        };
        let Some(answer) = answered? else {
            if now.duration_since(*since) >= PATIENCE && !self.is_late {
                self.is_late = true;
                self.told = None;
                let why = "it does not answer: it was stopped, or waits for its storage";
                let state = WitnessState::Unavailable(why.to_owned());
                news.push((self.id, AddedNews::Sees(state)));
            }
            return Ok(());
        };
        let job = job.clone();
        self.asked = None;
        self.is_late = false;
        self.settle(job, answer, news);
        Ok(())
    }

    fn settle(
        &mut self,
        job: Job,
        answer: Result<Answer, String>,
        news: &mut Vec<(AddedId, AddedNews)>,
    ) {
        match (job, answer) {
            (Job::Open, Ok(_)) => self.mapped = true,
            (Job::Open, Err(why)) => {
                self.mapped = true; // asked again when another file is opened
                self.sees(WitnessState::Unavailable(why), news);
            }
            (Job::Read(span), Ok(Answer::Read(answer))) => {
                let (cells, pages) = cells_of(span, answer);
                let state = WitnessState::Reading {
                    span,
                    seen: cells.into_iter().map(Seen::from).collect(),
                    page: pages.first().map(ToString::to_string).unwrap_or_default(),
                    pid: Some(self.pid),
                };
                self.sees(state, news);
            }
            (Job::Read(_), Err(why)) => self.sees(WitnessState::Unavailable(why), news),
            (Job::Store { .. }, Ok(_)) => {
                self.last_read = None;
                news.push((
                    self.id,
                    AddedNews::Note("written by that process".to_owned()),
                ));
            }
            (Job::Store { .. }, Err(why)) => {
                news.push((self.id, AddedNews::Note(format!("Not written: {why}"))));
            }
            (Job::Reap { child, .. }, Ok(Answer::Reaped { how, .. })) => {
                news.push((child, AddedNews::Ended(how)));
            }
            (Job::Reap { .. }, _) | (Job::Read(_), Ok(_)) => {}
        }
    }

    fn sees(&mut self, state: WitnessState, news: &mut Vec<(AddedId, AddedNews)>) {
        if self.told.as_ref() != Some(&state) {
            self.told = Some(state.clone());
            news.push((self.id, AddedNews::Sees(state)));
        }
    }

    fn next_job(
        &mut self,
        now: Instant,
        target: Option<&WitnessTarget>,
        watch: Option<Span>,
    ) -> Option<Job> {
        if !self.mapped {
            target?;
            return Some(Job::Open);
        }
        if let Some(job) = self.jobs.pop_front() {
            return Some(job);
        }
        let span = watch?;
        let due = self
            .last_read
            .is_none_or(|last| now.duration_since(last) >= POLL);
        due.then(|| {
            self.last_read = Some(now);
            Job::Read(span)
        })
    }

    fn ask(
        &mut self,
        job: Job,
        now: Instant,
        target: Option<&WitnessTarget>,
    ) -> Result<(), PeerError> {
        let request = match &job {
            Job::Open => match target {
                Some(target) => Request::Open(target.open(mode(self.kind), access(self.kind))),
                None => return Ok(()),
            },
            Job::Read(span) => Request::Read {
                offset: span.start(),
                len: span.len(),
            },
            Job::Store { offset, bytes } => Request::Store {
                offset: *offset,
                bytes: bytes.clone(),
            },
            Job::Reap { pid, .. } => Request::Reap { pid: *pid },
        };
        let Some(process) = self.process.as_mut() else {
            return Ok(());
        };
        let pending = process.send(&request)?;
        self.asked = Some((job, pending, now));
        Ok(())
    }
}

/// A child maps anew as its parent would.
fn mode(kind: AddedKind) -> MapMode {
    match kind {
        AddedKind::Shared | AddedKind::ReadOnly => MapMode::Shared,
        AddedKind::Private | AddedKind::Child => MapMode::Private,
    }
}

fn access(kind: AddedKind) -> MapAccess {
    match kind {
        AddedKind::ReadOnly => MapAccess::ReadOnly,
        AddedKind::Shared | AddedKind::Private | AddedKind::Child => MapAccess::ReadWrite,
    }
}
