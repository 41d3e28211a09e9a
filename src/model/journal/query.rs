//! What the journal knows, for those who ask.
//!
//! It owns no state. It must not change anything.

use std::collections::VecDeque;

use super::block::Which;
use super::edit::Edit;
use super::part::ascending;
use super::shadow::EVERYTHING;
use super::{Journal, PendingByte, PendingRun, Unsaved};
use crate::bytes::Span;

impl Journal {
    /// All edits that are still listed, oldest first. Of old ones that can be neither undone nor redone only the plain
    /// facts are left, and of those only the last few thousand.
    #[must_use]
    pub fn edits(&self) -> &VecDeque<Edit> {
        self.history.edits()
    }

    /// How many edits there ever were.
    #[must_use]
    pub fn n_recorded(&self) -> u64 {
        self.history.last_id()
    }

    /// How many bytes are edited privately and not in the file.
    #[must_use]
    pub fn pending_bytes(&self) -> usize {
        self.shadow.counts().pending
    }

    /// How many edited bytes wait for reapplication, where nothing newer is pending.
    #[must_use]
    pub fn patch_bytes(&self) -> usize {
        self.shadow.counts().waiting
    }

    /// How many bytes are not safe: neither on the device, nor in an export.
    #[must_use]
    pub fn unsaved_bytes(&self) -> usize {
        let unsaved = self.unsaved();
        if unsaved.exported { 0 } else { unsaved.total() }
    }

    /// Which bytes are not safe.
    #[must_use]
    pub fn unsaved(&self) -> Unsaved {
        let counts = self.shadow.counts();
        Unsaved {
            pending: counts.pending,
            waiting: counts.waiting,
            not_synced: counts.not_synced,
            exported: self.exported == Some(self.revision),
        }
    }

    /// The pending byte at `offset`.
    #[must_use]
    pub fn pending_at(&self, offset: u64) -> Option<PendingByte> {
        let mut bytes = self.pending_in(Span::at(offset, 1)?);
        bytes.next().map(|(_, byte)| byte)
    }

    /// Pending bytes inside `span`, ascending.
    pub fn pending_in(&self, span: Span) -> impl Iterator<Item = (u64, PendingByte)> + '_ {
        self.shadow.bytes_in(Which::Pending, span)
    }

    /// Bytes inside `span` that wait for reapplication, ascending.
    pub fn patch_in(&self, span: Span) -> impl Iterator<Item = (u64, PendingByte)> + '_ {
        self.shadow.bytes_in(Which::Waiting, span)
    }

    /// The pending bytes inside `span` as runs of neighbors, ascending: what the mapping must hold.
    pub fn pending_runs_in(&self, span: Span) -> impl Iterator<Item = PendingRun> + '_ {
        self.shadow.runs_in(Which::Pending, span)
    }

    /// All pending bytes as runs, ascending.
    pub fn pending_runs(&self) -> impl Iterator<Item = PendingRun> + '_ {
        self.pending_runs_in(EVERYTHING)
    }

    /// The bytes that wait for reapplication as runs, ascending.
    pub fn patch_runs(&self) -> impl Iterator<Item = PendingRun> + '_ {
        self.shadow.runs_in(Which::Waiting, EVERYTHING)
    }

    /// The same inside `span`.
    pub fn patch_runs_in(&self, span: Span) -> impl Iterator<Item = PendingRun> + '_ {
        self.shadow.runs_in(Which::Waiting, span)
    }

    /// Where bytes wait for reapplication, ascending.
    #[must_use]
    pub fn patch_spans(&self) -> Vec<Span> {
        let runs = self.patch_runs();
        runs.filter_map(|run| Span::at(run.offset, run.value.len() as u64))
            .collect()
    }

    /// All that is to be written to the file, as runs, ascending: pending, waiting, or in it but refused by the device.
    pub fn unsaved_runs(&self) -> impl Iterator<Item = PendingRun> + '_ {
        self.shadow.runs_in(Which::Unsaved, EVERYTHING)
    }

    /// The same, where the person has seen what the file holds at these offsets and wants to write over it: there it
    /// stands for the base, in this order only. `found` is ascending.
    pub fn unsaved_runs_over<'a>(
        &'a self,
        found: &'a [(u64, u8)],
    ) -> impl Iterator<Item = PendingRun> + 'a {
        self.unsaved_runs().map(move |mut run| {
            let first = found.partition_point(|(offset, _)| *offset < run.offset);
            for (offset, byte) in found.iter().skip(first) {
                let index = usize::try_from(offset - run.offset).unwrap_or(usize::MAX);
                match run.base.get_mut(index) {
                    Some(base) => *base = *byte,
                    None => break,
                }
            }
            run
        })
    }

    /// Where bytes are in the file that a failed sync may have lost; with their neighbors, in no order.
    pub fn unsynced(&self) -> impl Iterator<Item = Span> + '_ {
        self.shadow.unsynced()
    }

    /// The mapping holds something of the person's in `span` that is not in the file.
    #[must_use]
    pub fn holds_edit(&self, span: Span) -> bool {
        self.shadow.is_pending_in(span)
    }

    /// The pages of `page_bytes` bytes that `spans` touch and that hold nothing of the person's: their private copies
    /// can be given back. Ascending, neighbors as one.
    #[must_use]
    pub fn pages_free_of_edits(&self, spans: &[Span], page_bytes: u64) -> Vec<Span> {
        let page_bytes = page_bytes.max(1);
        let pages = ascending(spans).into_iter().flat_map(|span| {
            let pages = span.pages(page_bytes);
            pages.filter_map(|page| Span::at(page.checked_mul(page_bytes)?, page_bytes))
        });
        let free: Vec<Span> = pages.filter(|page| !self.holds_edit(*page)).collect();
        ascending(&free)
    }
}
