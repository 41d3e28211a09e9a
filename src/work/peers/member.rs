//! One process of the pool, through all its generations: what it was told, and what it is asked next.
//!
//! It owns its one question under way and those that wait, and the file that it maps. It must not know the other
//! processes: what concerns them is a [`Deed`]. How a job begins stands in `member_jobs.rs`, how answers are taken in
//! `member_talk.rs`, how it ends in `member_end.rs`.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::JOBS_WAITING;
use super::copies::Copies;
use super::mailbox::Mailbox;
use super::member_store::Store;
use crate::bytes::Span;

use crate::map::{Readout, errno_name, errno_of};
use crate::model::identity::{MappingId, OrderId, Target};
use crate::model::process::{
    Failure, PageSeen, PeerEvent, PeerFile, PeerNews, ProcessEnd, ProcessKind, ProcessSignal,
    Refusal,
};
use crate::peer::{Ending, Forking, PeerProcess, PeerSignal, PendingRequest, Wake};
use crate::work::store_log::StoreLog;

/// How long an answer may take before it is said that there is none.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// Whoever is told what there is to say.
pub(super) type Tell = dyn Fn(PeerEvent) + Send;

/// A forked child that ended: its parent is to reap it, and learns how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reap {
    pub(super) pid: u32,
    /// Who it was, where that is to be told.
    pub(super) tell: Option<Target>,
}

/// Something that a process is told to do when it has done what it was told before.
#[derive(Debug)]
pub(super) enum Job {
    Store(Box<Store>),
    Fork { child: Target },
    Facts,
    Reap(Reap),
}

impl Job {
    /// It is a store that the journal does not have yet.
    pub(super) fn waits_for_record(&self) -> bool {
        matches!(self, Self::Store(store) if store.waits_for_record())
    }
}

/// What a process was asked and has not answered.
#[derive(Debug)]
pub(super) enum Question {
    Open,
    Allow,
    Grow,
    Read(Span),
    Store(Store),
    Fork { child: Target, forking: Forking },
    Facts,
    Reap(Reap),
}

/// The one question under way.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) question: Question,
    /// `None` for a fork, which has its own.
    pub(super) pending: Option<PendingRequest>,
    pub(super) since: Instant,
    /// It was said that the answer takes long.
    pub(super) is_late: bool,
}

/// What has come of the file.
#[derive(Clone, Debug)]
pub(super) enum Mapped {
    /// It was not asked yet.
    No,
    Yes,
    /// It could not; when it may be asked again while somebody looks.
    Failed {
        why: Failure,
        again: Instant,
    },
}

/// Whether a process is to read what is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ToRead {
    No,
    /// To be told where it is something else than before.
    Yes,
    /// To be told whatever it is. A question that is under way may be older than what it is to show: it is asked anew.
    Anew,
}

/// What a process knows of the leave to write that the person gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    /// Nothing.
    Untold,
    /// It was told.
    Told,
}

/// What a process that ends has said.
#[derive(Debug)]
pub(super) enum Said {
    /// Nothing: it never began.
    Nothing,
    /// Answers.
    Answers,
    /// What is no answer, at last.
    Nonsense(String),
}

/// Where in its life a process is.
#[derive(Debug)]
pub(super) enum Life {
    /// Its parent is to fork it.
    Awaited,
    /// It is to be started again, not before this.
    Resting(Instant),
    /// It was forked and has said nothing yet.
    Beginning(PeerProcess),
    Running(PeerProcess),
    Ending(Ending, Said),
    /// It ended, and that was said.
    Over,
}

/// What a process did that concerns others.
#[derive(Debug)]
pub(super) enum Deed {
    /// A fork has been carried out.
    Born {
        parent: Target,
        child: Target,
        process: Box<PeerProcess>,
        mapped: Mapped,
        copies: Copies,
    },
    /// It never will be.
    Unborn { child: Target, why: Refusal },
    /// A forked child ended before it began.
    Stillborn { parent: Option<MappingId>, pid: u32 },
    /// The process has ended.
    Over {
        target: Target,
        pid: u32,
        end: ProcessEnd,
    },
}

/// One process.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) target: Target,
    pub(super) kind: ProcessKind,
    pub(super) parent: Option<MappingId>,
    /// Where it ends by itself another is started in its place.
    pub(super) is_replaced: bool,
    /// Its own file, in whatever generation.
    pub(super) file: PeerFile,
    pub(super) life: Life,
    pub(super) mapped: Mapped,
    /// Why it could not, where it was said.
    pub(super) told_not_mapped: Option<Failure>,
    pub(super) jobs: VecDeque<Job>,
    pub(super) asked: Option<Asked>,
    /// The mapping is to be as long as the file is told to be.
    pub(super) is_to_grow: bool,
    /// Leave to write to the block device that it maps.
    pub(super) leave: Leave,
    /// It is to read what is watched.
    pub(super) to_read: ToRead,
    /// What it read last, where it was said.
    pub(super) told: Option<(Arc<Readout>, Vec<PageSeen>)>,
    pub(super) copies: Copies,
    /// The store before which it was looked whether the copies under it are still there.
    pub(super) looked_under: Option<OrderId>,
    pub(super) pid: u32,
    pub(super) started: Instant,
    /// How often in a row it ended, or could not map the file.
    pub(super) troubles: u32,
}

/// What is passed to each look at a process.
pub(super) struct Look<'a> {
    pub(super) now: Instant,
    pub(super) watch: Option<Span>,
    /// What stores in the file are written down with, where they are.
    pub(super) log: Option<&'a StoreLog>,
    pub(super) mailbox: &'a Arc<Mailbox>,
    pub(super) program: &'a Path,
    pub(super) wake: &'a Wake,
    pub(super) tell: &'a Tell,
}

impl Member {
    pub(super) fn new(
        target: Target,
        kind: ProcessKind,
        file: PeerFile,
        parent: Option<MappingId>,
    ) -> Self {
        Self {
            target,
            kind,
            parent,
            is_replaced: false,
            file,
            life: Life::Awaited,
            mapped: Mapped::No,
            told_not_mapped: None,
            jobs: VecDeque::new(),
            asked: None,
            is_to_grow: false,
            leave: Leave::Untold,
            to_read: ToRead::Yes,
            told: None,
            copies: Copies::default(),
            looked_under: None,
            pid: 0,
            started: Instant::now(),
            troubles: 0,
        }
    }

    pub(super) fn tell(&self, news: PeerNews, tell: &Tell) {
        tell(PeerEvent {
            target: self.target,
            news,
        });
    }

    /// Starts the process of this generation.
    ///
    /// # Errors
    ///
    /// Why not.
    pub(super) fn start(&mut self, look: &Look<'_>) -> Result<(), Failure> {
        self.started = look.now;
        let spawned = PeerProcess::spawn_polled(look.program, &self.label(), look.wake.clone());
        match spawned {
            Ok(process) => {
                self.runs(process, look.tell);
                Ok(())
            }
            Err(error) => Err(Failure {
                message: format!("The process cannot be started: {error}"),
                errno: Some(errno_name(errno_of(&error)).to_owned()),
            }),
        }
    }

    /// What messages of the system about it call it.
    pub(super) fn label(&self) -> String {
        format!("process of {}", self.target)
    }

    pub(super) fn runs(&mut self, process: PeerProcess, tell: &Tell) {
        self.pid = process.pid();
        self.life = Life::Running(process);
        self.tell(PeerNews::Runs { pid: self.pid }, tell);
    }

    /// It was forked, with what its parent had.
    pub(super) fn is_born(&mut self, process: PeerProcess, mapped: Mapped, copies: Copies) {
        (self.pid, self.started) = (process.pid(), Instant::now());
        (self.mapped, self.copies) = (mapped, copies);
        self.life = Life::Beginning(process);
    }

    /// Takes a job, or gives it back with why.
    pub(super) fn queue(&mut self, job: Job) -> Result<(), (Job, Refusal)> {
        match self.life {
            Life::Ending(..) | Life::Over => Err((job, Refusal::Ended)),
            _ if self.jobs.len() < JOBS_WAITING => {
                self.jobs.push_back(job);
                Ok(())
            }
            _ if self.is_late() => Err((job, Refusal::NotAnswering)),
            _ => Err((job, Refusal::QueueFull)),
        }
    }

    /// It is to read as soon as it can.
    pub(super) fn is_to_read(&mut self) {
        self.to_read = self.to_read.max(ToRead::Yes);
    }

    /// The file is as long as `extent` says.
    pub(super) fn grow(&mut self, extent: Span) {
        self.file.extent = extent;
        // What was asked already was asked with the length of before.
        self.is_to_grow = match &self.mapped {
            Mapped::Yes => true,
            Mapped::No => self.asked.is_some() || matches!(self.life, Life::Awaited),
            Mapped::Failed { .. } => {
                self.mapped = Mapped::No;
                false
            }
        };
    }

    pub(super) fn signal(&mut self, signal: ProcessSignal) -> Result<(), Refusal> {
        let process = match &self.life {
            Life::Running(process) => process,
            // Not before a child has begun does it die with its parent, and one that stands still never begins.
            Life::Awaited | Life::Resting(_) | Life::Beginning(_) => {
                return Err(Refusal::NotRunning);
            }
            Life::Ending(..) | Life::Over => return Err(Refusal::Ended),
        };
        let sent = process.signal(match signal {
            ProcessSignal::Stop => PeerSignal::Stop,
            ProcessSignal::Continue => PeerSignal::Continue,
            ProcessSignal::Kill => PeerSignal::Kill,
        });
        // Whoever kills it wants no other one.
        self.is_replaced &= signal != ProcessSignal::Kill;
        sent.map_err(|error| {
            Refusal::Failed(Failure {
                message: format!("It cannot be signalled: {error}"),
                errno: Some(errno_name(errno_of(&error)).to_owned()),
            })
        })
    }

    fn is_late(&self) -> bool {
        self.asked.as_ref().is_some_and(|it| it.is_late)
    }

    /// Whether a read of it can be asked as soon as one is due.
    pub(super) fn can_read(&self) -> bool {
        matches!(self.life, Life::Running(_))
            && matches!(self.mapped, Mapped::Yes)
            && !self.is_late()
    }

    /// When it is to be looked at again, unless something is heard of it before.
    pub(super) fn due(&self, watch: Option<Span>) -> Option<Instant> {
        let is_wanted = watch.is_some() || !self.jobs.is_empty();
        match &self.life {
            Life::Resting(at) => is_wanted.then_some(*at),
            Life::Ending(ending, _) => Some(ending.due()),
            Life::Running(_) => match (&self.asked, &self.mapped) {
                (Some(asked), _) => (!asked.is_late).then(|| asked.since + PATIENCE),
                (None, Mapped::Failed { again, .. }) => is_wanted.then_some(*again),
                (None, _) => None,
            },
            Life::Awaited | Life::Beginning(_) | Life::Over => None,
        }
    }
}
