//! Other programs that map the file or have it open: what the watcher last said of them, and what holds it up.
//!
//! It owns which of its news count: those about the bytes and the mapping that are watched now. It must not know how others
//! are found, nor how they are drawn.

mod remarks;

use std::sync::Arc;

use crate::bytes::Span;
use crate::bytes::escape::escape_name;
use crate::map::{Gap, GapReason, Readout};

pub use crate::map::{
    Hiding, OtherMapping, OtherOpen, OtherPage, OtherProcess, Others, Sameness, SeenBytes,
    Unavailable,
};
pub use remarks::{only_open, unseen};

use super::doc::Doc;
use super::identity::Target;
use super::witness::Who;

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
                    self.note_others(&seen);
                    self.others.state = OthersState::Seen(seen);
                    self.others.stuck = None;
                }
            }
            OthersNews::Unavailable(why) => self.others.state = OthersState::Unavailable(why),
            OthersNews::Stuck(stuck) => self.others.stuck = stuck,
        }
    }

    /// What others read: whoever of them it shows to have seen a store.
    fn note_others(&mut self, seen: &OthersSeen) {
        let readings = readings(&seen.found, seen.span);
        self.happened
            .keep_others(|who| readings.iter().any(|(known, ..)| *known == who));
        for (who, _, readout) in &readings {
            self.note_reading(*who, readout);
        }
    }

    /// The rows of others that are read now, and what they are called.
    pub(super) fn others_read(&self) -> Vec<(Who, String)> {
        let (Some(found), Some(span)) = (self.others_seen(), self.witnesses.span) else {
            return Vec::new();
        };
        let readings = readings(found, span).into_iter();
        readings.map(|(who, name, _)| (who, name)).collect()
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

/// Each mapping of others that can be read, with its name and what it sees of `span`.
fn readings(found: &Others, span: Span) -> Vec<(Who, String, Arc<Readout>)> {
    let mappings = found.processes.iter().flat_map(|process| {
        let mappings = process.mappings.iter();
        mappings.map(move |mapping| (process, mapping))
    });
    let is_told = |mapping: &OtherMapping| {
        let mut pages = pages_in(&mapping.pages, span);
        pages.any(|page| matches!(page.seen, SeenBytes::Bytes(_)))
    };
    let readings = mappings.filter(|(_, mapping)| is_told(mapping));
    let readings = readings.map(|(process, mapping)| {
        let readout = reading_of(mapping, span);
        (row_of(process, mapping), name_of(process), readout)
    });
    readings.collect()
}

/// The row of a mapping of another program.
pub(super) fn row_of(process: &OtherProcess, mapping: &OtherMapping) -> Who {
    Who::Other {
        pid: process.pid,
        address: mapping.addresses.0,
    }
}

/// What another program is called: `python3 4123`.
pub(super) fn name_of(process: &OtherProcess) -> String {
    format!("{} {}", escape_name(&process.name), process.pid)
}

/// Those of a mapping's pages that are within `span`.
pub(super) fn pages_in(pages: &[OtherPage], span: Span) -> impl Iterator<Item = &OtherPage> {
    let is_in = move |page: &&OtherPage| span.intersect(page.span) == Some(page.span);
    pages.iter().filter(is_in)
}

/// What a mapping of another program sees of `span`. What it was not asked for and what is outside of it are gaps.
pub(super) fn reading_of(mapping: &OtherMapping, span: Span) -> Arc<Readout> {
    let mut readout = Readout::new();
    readout.span = span;
    let mut bytes = vec![0; usize::try_from(span.len()).unwrap_or(0)];
    let mut end = span.start();
    let mut gap = |start: u64, end: u64, reason| {
        let span = Span::new(start, end).filter(|span| !span.is_empty());
        readout.gaps.extend(span.map(|span| Gap { span, reason }));
    };
    for page in pages_in(&mapping.pages, span) {
        gap(end, page.span.start(), GapReason::OutsideMapping);
        end = page.span.start();
        if let SeenBytes::Bytes(seen) = &page.seen {
            let at = usize::try_from(end - span.start()).unwrap_or(0);
            for (to, from) in bytes.iter_mut().skip(at).zip(seen) {
                *to = *from;
            }
            end += seen.len() as u64;
        }
        gap(end, page.span.end(), GapReason::NotAsked);
        end = page.span.end();
    }
    gap(end, span.end(), GapReason::OutsideMapping);
    readout.bytes = bytes;
    Arc::new(readout)
}
