//! Other programs that map the file or have it open: what the watcher last said of them, and what holds it up.
//!
//! It owns which of its news count: those about the bytes and the mapping that are watched now. It must not know how others
//! are found, nor how they are drawn.

mod remarks;

use crate::bytes::Span;

pub use crate::map::{
    Hiding, OtherMapping, OtherOpen, OtherPage, OtherProcess, Others, Sameness, SeenBytes,
    Unavailable,
};
pub use remarks::{only_open, unseen};

use super::doc::Doc;
use super::identity::Target;

/// Who was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OthersSeen {
    /// The bytes that they were asked about.
    pub span: Span,
    /// Those that map the first of them, or have the file open.
    pub found: Others,
}

/// What is known of others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum OthersState {
    /// Nobody asked yet, or the answer is on its way.
    #[default]
    Waiting,
    /// These were seen when it last changed.
    Seen(Box<OthersSeen>),
    /// It cannot be told here, and why.
    Unavailable(Unavailable),
}

/// The watcher waits for the kernel, and nobody can go round that: what was seen before stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookStuck {
    /// The process that it was about to look at; `None` where it was listing them.
    pub pid: Option<u32>,
    /// For how many seconds.
    pub seconds: u64,
}

/// What the watcher of others says, whenever it is something else than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OthersEvent {
    /// The file, the mapping and its generation that they are watched for.
    pub target: Target,
    /// What.
    pub news: OthersNews,
}

/// What it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OthersNews {
    /// Who maps the bytes, or has the file open.
    Seen(Box<OthersSeen>),
    /// It cannot be told here, and why.
    Unavailable(Unavailable),
    /// It waits, or, with `None`, it waits no more.
    Stuck(Option<LookStuck>),
}

/// Other programs, for one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OtherPrograms {
    /// What is known of them.
    pub state: OthersState,
    /// The look under way does not come back.
    pub stuck: Option<LookStuck>,
}

impl Doc {
    /// What the watcher of others says. Late answers about other bytes, or as watched from another mapping, are dropped.
    pub(super) fn others_said(&mut self, event: OthersEvent) {
        if event.target != self.focused_target() || self.witnesses.span.is_none() {
            return;
        }
        match event.news {
            OthersNews::Seen(seen) => {
                if Some(seen.span) == self.witnesses.span {
                    self.others.state = OthersState::Seen(seen);
                    self.others.stuck = None;
                }
            }
            OthersNews::Unavailable(why) => self.others.state = OthersState::Unavailable(why),
            OthersNews::Stuck(stuck) => self.others.stuck = stuck,
        }
    }

    /// Who was seen at the bytes that are watched now; `None` while that is not known.
    #[must_use]
    pub fn others_seen(&self) -> Option<&Others> {
        match &self.others.state {
            OthersState::Seen(seen) if Some(seen.span) == self.witnesses.span => Some(&seen.found),
            _ => None,
        }
    }
}
