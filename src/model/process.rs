//! Processes with a mapping of an open file: what they are told, and what they say.
//!
//! It owns the words between the model and the pool that runs the processes, each with its identity: an order is for one
//! mapping in one generation of one file, and an answer says whom it is from. It must not know how a process is run. What
//! another part decides on is data here; sentences are made where they are shown.

mod words;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::identity::{DocId, Generation, MappingId, OrderId, Target};
use crate::bytes::Span;
use crate::map::{Identity, PageFact, PageState, Readout};

pub use crate::peer::calls::Death;
pub use crate::peer::protocol::MappedFacts;

/// The file that the processes of an open file map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerFile {
    /// A path that leads to the very file that is open here, such as `/proc/PID/fd/N`.
    pub via: PathBuf,
    /// The file's own path, for a system without such paths.
    pub path: PathBuf,
    /// What makes it the same file. A process maps no other, whatever the paths lead to.
    pub identity: Identity,
    /// Which bytes of it are mapped.
    pub extent: Span,
    /// They are the whole file, and the mapping grows with it. Else they are a window, which does not.
    pub is_whole: bool,
    /// The person allowed writing to it, which is asked for a block device only.
    pub is_allowed: bool,
}

/// How a process maps its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProcessKind {
    /// Shared: what it stores is in the file.
    Shared,
    /// Private: what it stores is in copies of its own.
    Private,
    /// Shared and read-only: its stores are refused.
    ReadOnly,
}

/// A signal for a process, signal(7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProcessSignal {
    /// SIGSTOP: it stands still, and what it is told waits.
    Stop,
    /// SIGCONT: it goes on.
    Continue,
    /// SIGKILL: it ends. One that is built in is not started again after this.
    Kill,
}

/// What the pool of processes is told. How each is answered stands with it; none is answered twice, and none not at all,
/// also where a process dies, its file is closed or the pool ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerOrder {
    /// The file that processes of this open file map from now on. No answer.
    File {
        /// The open file.
        doc: DocId,
        /// What to map.
        file: PeerFile,
    },
    /// The file has another length: each process makes its mapping as long by mremap(2), where it is to be longer, and
    /// looks whether its private copies are still there. Each answers [`PeerNews::Grown`] or [`PeerNews::NotGrown`]; of
    /// several such orders that a process had no time for it answers the last.
    Grow {
        /// The open file.
        doc: DocId,
        /// What is to be mapped from now on.
        extent: Span,
    },
    /// The file is closed: its processes end. Each says [`PeerNews::Ended`].
    Close {
        /// The open file.
        doc: DocId,
    },
    /// Start a process that maps the file. [`PeerNews::Runs`] or [`PeerNews::NotStarted`].
    Start {
        /// What it is called from now on.
        target: Target,
        /// How it maps.
        kind: ProcessKind,
        /// Where it ends by itself it is started again, as the next generation of the same mapping.
        built_in: bool,
    },
    /// Have a process fork, after what it was told before. The child is the first generation of a mapping of its own, and
    /// says [`PeerNews::Runs`] or [`PeerNews::NotStarted`].
    Fork {
        /// Who forks.
        parent: Target,
        /// What the child's mapping is called.
        child: MappingId,
    },
    /// Have a process store bytes through its mapping. [`PeerNews::Stored`] or [`PeerNews::Refused`].
    Store {
        /// Names the order.
        number: OrderId,
        /// Whose mapping.
        target: Target,
        /// Offset in the file of the first byte.
        offset: u64,
        /// The bytes.
        bytes: Vec<u8>,
        /// What must stand there now, as long as they are; `None` for whatever.
        expect: Option<Vec<u8>>,
    },
    /// Have a process store bytes through its read-only mapping, which ends it: [`PeerNews::Faulted`], and
    /// [`PeerNews::Ended`] after it. Where it was not tried or not refused, as for [`PeerOrder::Store`].
    StoreAnyway {
        /// Names the order.
        number: OrderId,
        /// Whose mapping.
        target: Target,
        /// Offset in the file of the first byte.
        offset: u64,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Have a process say what it has mapped, and where. [`PeerNews::Facts`] or [`PeerNews::NoFacts`].
    Facts {
        /// Whom.
        target: Target,
    },
    /// Send a process a signal, at once. [`PeerNews::Signalled`] or [`PeerNews::NotSignalled`].
    Signal {
        /// Names the order.
        number: OrderId,
        /// Whom.
        target: Target,
        /// Which.
        signal: ProcessSignal,
    },
    /// End a process, and those that it forked. [`PeerNews::Ended`], unless that was said before.
    End {
        /// Whom.
        target: Target,
    },
    /// Say what the processes of this file read there, now, also where it is what they said before, and whenever it
    /// changes; the first 64 KiB of it. `None`, or an empty span: nobody looks, and they rest.
    Watch {
        /// The open file.
        doc: DocId,
        /// Where.
        span: Option<Span>,
    },
}

impl PeerOrder {
    /// The answer where it is not carried out, and why. `None` for what asks for no answer, and for an end: a process that
    /// cannot be told to end says so by going on.
    #[must_use]
    pub fn refused(self, why: Refusal) -> Option<PeerEvent> {
        let (target, news) = match self {
            Self::Start { target, .. } => (target, PeerNews::NotStarted { why }),
            Self::Fork { parent, child } => (parent.child(child), PeerNews::NotStarted { why }),
            Self::Facts { target } => (target, PeerNews::NoFacts { why }),
            Self::Store {
                number,
                target,
                offset,
                bytes,
                expect: _,
            }
            | Self::StoreAnyway {
                number,
                target,
                offset,
                bytes,
            } => {
                let news = PeerNews::Refused {
                    number,
                    offset,
                    bytes,
                    why,
                };
                (target, news)
            }
            Self::Signal {
                number,
                target,
                signal,
            } => {
                let news = PeerNews::NotSignalled {
                    number,
                    signal,
                    why,
                };
                (target, news)
            }
            Self::File { .. }
            | Self::Grow { .. }
            | Self::Close { .. }
            | Self::Watch { .. }
            | Self::End { .. } => return None,
        };
        Some(PeerEvent { target, news })
    }
}

impl Target {
    /// What a child that this process forks is called.
    #[must_use]
    pub const fn child(self, child: MappingId) -> Self {
        Self {
            doc: self.doc,
            mapping: child,
            generation: Generation::FIRST,
        }
    }
}

/// What a process says, or what is found out about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerEvent {
    /// Which one, in which generation.
    pub target: Target,
    /// What.
    pub news: PeerNews,
}

/// The page behind bytes that were read, as the page table of the reader had it right after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageSeen {
    /// What it is.
    Told(PageFact),
    /// The system does not tell, and why, in words.
    NotTold(String),
}

impl PageSeen {
    /// What it is, where that is told.
    #[must_use]
    pub const fn fact(&self) -> Option<PageFact> {
        match self {
            Self::Told(fact) => Some(*fact),
            Self::NotTold(_) => None,
        }
    }

    /// It is told to be in this state.
    #[must_use]
    pub fn is(&self, state: PageState) -> bool {
        self.fact().is_some_and(|fact| fact.state == state)
    }
}

impl fmt::Display for PageSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(fact) => write!(f, "{}", fact.state),
            Self::NotTold(why) => f.write_str(why),
        }
    }
}

/// What there is to say about a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerNews {
    /// It runs. The first news of a generation; what it maps is said only where that fails.
    Runs {
        /// Its process number.
        pid: u32,
    },
    /// It could not be started or forked. Nothing else is said of this target.
    NotStarted {
        /// Why.
        why: Refusal,
    },
    /// It runs and could not map the file. It tries again when the file grows, when it is to store, and now and then while
    /// somebody looks.
    NotMapped {
        /// Why.
        why: Failure,
    },
    /// What it reads; said again only when it differs, or after a store or a silence of the process.
    Reads {
        /// The bytes that were asked for.
        readout: Arc<Readout>,
        /// What backs each page that they touch, in order; mostly one.
        pages: Vec<PageSeen>,
    },
    /// It stored. [`PeerNews::Reads`] follows while somebody looks.
    Stored {
        /// The order.
        number: OrderId,
        /// Offset in the file of the first byte.
        offset: u64,
        /// What it stored.
        bytes: Vec<u8>,
        /// What stood there before.
        old: Vec<u8>,
    },
    /// It did not store. The order comes back whole, and was carried out nowhere else.
    Refused {
        /// The order.
        number: OrderId,
        /// Offset in the file of the first byte.
        offset: u64,
        /// What it was to store.
        bytes: Vec<u8>,
        /// Why not.
        why: Refusal,
    },
    /// It stored through its read-only mapping, and dies of it: nothing was stored.
    Faulted {
        /// The order.
        number: OrderId,
        /// Offset in the file of the first byte.
        offset: u64,
        /// What it was to store.
        bytes: Vec<u8>,
        /// What it dies of.
        death: Death,
    },
    /// What it has mapped, and where.
    Facts(MappedFacts),
    /// It did not say what it has mapped.
    NoFacts {
        /// Why not.
        why: Refusal,
    },
    /// The signal was sent: after [`ProcessSignal::Stop`] it stands still, after [`ProcessSignal::Continue`] it goes on. The
    /// end by [`ProcessSignal::Kill`] is said when it is seen.
    Signalled {
        /// The order.
        number: OrderId,
        /// Which.
        signal: ProcessSignal,
    },
    /// The signal was not sent.
    NotSignalled {
        /// The order.
        number: OrderId,
        /// Which.
        signal: ProcessSignal,
        /// Why not.
        why: Refusal,
    },
    /// It has not answered for a second: it was stopped, or waits for its storage. What it was told waits.
    Late {
        /// When it was asked what it does not answer.
        since: Instant,
    },
    /// After [`PeerNews::Late`]: it answers.
    Answers,
    /// Its mapping is as long as it was told, or was longer already.
    Grown {
        /// What is mapped now.
        extent: Span,
    },
    /// Its mapping could not be made longer; it is as it was.
    NotGrown {
        /// Why.
        why: Failure,
    },
    /// Private copies of it are gone although it lives: the file was shorter in between. What it reads there is the file.
    CopiesLost {
        /// Whole pages, in order.
        spans: Vec<Span>,
    },
    /// It ended; what it was told and had not begun came back before this. The last news of a generation, but for
    /// [`PeerNews::EndLearned`].
    Ended(ProcessEnd),
    /// How a forked child ended, which only its parent could learn.
    EndLearned {
        /// How.
        how: EndHow,
    },
}

/// What is known of a process's mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProcessFacts {
    /// It was asked.
    Asking,
    /// This.
    Told(MappedFacts),
    /// It did not say it, and why, in words.
    NotTold(String),
}

/// The end of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessEnd {
    /// How.
    pub how: EndHow,
    /// The first line that it wrote to standard error, if any.
    pub complaint: Option<String>,
    /// It had private copies, which went with it.
    pub lost_copies: bool,
    /// The generation that takes its place, now or when somebody looks again.
    pub next: Option<Generation>,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndHow {
    /// It exited with this code.
    Exited(i32),
    /// A signal of this number ended it.
    Killed(i32),
    /// A load or store of its own did, which the processor refused.
    Faulted(Death),
    /// It ended with the process that had forked it.
    WithParent,
    /// Only the process that had forked it knows; [`PeerNews::EndLearned`] may follow.
    Unknown,
    /// It was killed and does not go: it is stuck in the kernel. Nothing is asked of it any more.
    Stuck,
    /// It was ended, as what it said is no answer.
    NotUnderstood(String),
}

/// Why an order was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such mapping in that generation, or its file is closed.
    Gone,
    /// Too much waits for this process already.
    QueueFull,
    /// The same, and it does not answer.
    NotAnswering,
    /// There is no process to be signalled now: it has not begun, or is to be started again.
    NotRunning,
    /// The process ended before it began.
    Ended,
    /// The process ended after it was told and before it answered: whether it did it is not known.
    Unanswered,
    /// Something else stands there than was expected: nothing was stored.
    Changed {
        /// What.
        found: Vec<u8>,
    },
    /// It was tried and failed.
    Failed(Failure),
    /// The store broke off, or other bytes stood there right after it: what stood before is known.
    NotWhole {
        /// Why.
        why: Failure,
        /// What stood where bytes were stored, from the first one.
        before: Vec<u8>,
    },
}

/// What a system or a process says where something failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Why, in a full sentence without a final period.
    pub message: String,
    /// The name of the operating system's error, such as `EACCES`, where it was one.
    pub errno: Option<String>,
}
