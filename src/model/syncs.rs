//! Which pages of the file a failed sync did not bring to the storage, as far as that is known.
//!
//! It owns what was told of pages between one sync and the next. A sync that failed does not say which pages it lost: only
//! of a page that was to be written then is it known. It must not know mappings, nor how a page is told about.

use std::collections::BTreeSet;
use std::ops::Range;

use super::moment::Moment;
use crate::bytes::Span;

/// So many pages are kept in mind of each kind; of what is beyond, nothing is known.
const MOST_PAGES: usize = 4096;

/// What is known of a file's pages through syncs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Syncs {
    /// Pages that were to be written when they were last told of.
    dirty: BTreeSet<u64>,
    /// Pages that were to be written at some time since the last sync.
    touched: BTreeSet<u64>,
    failure: Option<SyncFailure>,
}

/// The last sync that failed, and what is known since.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SyncFailure {
    why: String,
    at: Moment,
    /// Pages that were to be written when a sync failed, and were not written since.
    lost: BTreeSet<u64>,
    /// Pages that were to be written after the failure, and a sync succeeded since.
    written: BTreeSet<u64>,
}

/// What a failed sync means for a page that is clean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterSync<'a> {
    /// Nothing: none failed, or the page was written since.
    Fine,
    /// It was to be written when a sync failed, in words.
    Lost(&'a str),
    /// A sync failed at that moment, and whether it lost this page is not known.
    NotKnown(Moment),
}

impl Syncs {
    /// The page was told of: something in it is not on the storage yet, or nothing is.
    pub fn told(&mut self, page: u64, is_dirty: bool) {
        if is_dirty {
            insert(&mut self.dirty, page);
            insert(&mut self.touched, page);
        } else {
            self.dirty.remove(&page);
        }
    }

    /// A sync of these bytes succeeded; `page_bytes` are in a page.
    pub fn succeeded(&mut self, span: Span, page_bytes: u64) {
        self.succeeded_in(&span.pages(page_bytes.max(1)));
    }

    fn succeeded_in(&mut self, pages: &Range<u64>) {
        self.dirty.retain(|page| !pages.contains(page));
        let touched = std::mem::take(&mut self.touched);
        let (synced, others): (BTreeSet<u64>, _) =
            touched.into_iter().partition(|page| pages.contains(page));
        self.touched = others;
        if let Some(failure) = &mut self.failure {
            for page in synced {
                failure.lost.remove(&page);
                insert(&mut failure.written, page);
            }
        }
    }

    /// A sync of the whole file succeeded.
    pub fn all_succeeded(&mut self) {
        self.succeeded_in(&(0..u64::MAX));
    }

    /// A sync failed. `edited`: pages with bytes in the file that no sync brought to the storage.
    pub fn failed(&mut self, why: &str, at: Moment, edited: impl Iterator<Item = u64>) {
        let dirty = std::mem::take(&mut self.dirty);
        let touched = std::mem::take(&mut self.touched);
        // One that was seen clean since it was edited, the kernel had written before, or failed to: that is not known.
        let edited = edited.filter(|page| !touched.contains(page) || dirty.contains(page));
        let mut lost = self.failure.take().map(|it| it.lost).unwrap_or_default();
        for page in edited.chain(dirty.iter().copied()) {
            insert(&mut lost, page);
        }
        self.is_failed(why, at, lost);
    }

    /// A sync succeeded, and told that the system had failed to write something before: which pages is not known.
    pub fn failed_before(&mut self, why: &str, at: Moment) {
        self.dirty.clear();
        self.touched.clear();
        let lost = self.failure.take().map(|it| it.lost).unwrap_or_default();
        self.is_failed(why, at, lost);
    }

    fn is_failed(&mut self, why: &str, at: Moment, lost: BTreeSet<u64>) {
        self.failure = Some(SyncFailure {
            why: why.to_owned(),
            at,
            lost,
            written: BTreeSet::new(),
        });
    }

    /// What is to be said of the page of this number, where it is clean.
    #[must_use]
    pub fn of(&self, page: u64) -> AfterSync<'_> {
        match &self.failure {
            None => AfterSync::Fine,
            Some(failure) if failure.lost.contains(&page) => AfterSync::Lost(&failure.why),
            Some(failure) if failure.written.contains(&page) => AfterSync::Fine,
            Some(failure) => AfterSync::NotKnown(failure.at),
        }
    }
}

fn insert(pages: &mut BTreeSet<u64>, page: u64) {
    if pages.len() < MOST_PAGES {
        pages.insert(page);
    }
}
