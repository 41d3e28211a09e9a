//! What a picture is made of: all that witnesses, processes and the kernel told of some bytes, as plain data.
//!
//! It owns what has to be known, and how an open file of the window has it. Whoever has no window fills it in by itself.

use crate::bytes::Span;
use crate::map::{Access, Mode, Others, own_pid};
use crate::model::doc::Doc;
use crate::model::identity::MappingId;
use crate::model::peers::Processes;
use crate::model::syncs::Syncs;
use crate::model::witness::{WATCHED_BYTES, Witnesses};

/// What a mapping is called that is made to compare the view with.
pub const SECOND: &str = "second mapping";

/// What was told of the bytes that a picture is about.
#[derive(Clone, Debug)]
pub struct Basis<'a> {
    /// The bytes, at most [`WATCHED_BYTES`]. What was told of other bytes is no answer.
    pub subject: Span,
    /// The selection is longer than that.
    pub is_cut: bool,
    /// Bytes in a page.
    pub page_bytes: u64,
    /// The file's name, as it can be shown.
    pub file: String,
    /// How the view maps.
    pub view: (Mode, Access),
    /// The mapping of the view, and of the other view of the file, where there are two.
    pub views: (MappingId, Option<MappingId>),
    /// The number of this program's own process.
    pub own_pid: u32,
    /// What the other mapping here is called, and how it maps.
    pub second: (&'static str, Mode, Access),
    /// What was read here, and what is known of the file's own pages.
    pub witnesses: &'a Witnesses,
    /// The processes of this program.
    pub processes: &'a Processes,
    /// What was found of others; `None` where that is not known.
    pub others: Option<&'a Others>,
    /// What syncs brought to the storage.
    pub syncs: &'a Syncs,
}

impl<'a> Basis<'a> {
    /// What was told to an open file; `None` where it asks about nothing.
    pub(super) fn of(doc: &'a Doc, others: Option<&'a Others>) -> Option<Self> {
        let view = doc.view();
        let beside = doc.beside(view.id);
        let is_cut = |about: Span| about.len() > WATCHED_BYTES;
        Some(Self {
            subject: doc.witnesses.span.or_else(|| doc.watched())?,
            is_cut: doc.about().is_some_and(is_cut),
            page_bytes: doc.page_bytes,
            file: doc.name(),
            view: (view.mode, view.access),
            views: (view.mapping, beside.map(|it| it.mapping)),
            own_pid: own_pid(),
            second: match beside {
                Some(beside) => ("other view", beside.mode, beside.access),
                // It may be written to once it is written as.
                None => (SECOND, view.mode.other(), Access::ReadWrite),
            },
            witnesses: &doc.witnesses,
            processes: &doc.processes,
            others,
            syncs: &doc.syncs,
        })
    }
}
