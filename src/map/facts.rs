//! What the kernel says about the pages of a mapping and of its file.
//!
//! It owns how the facts are asked for, and how much at once. It must not guess: what is not told is [`Unavailable`].

use std::ops::Range;

use super::mapping::Mapping;
use super::mode::Mode;
use super::open::OpenFile;
use super::page::{CacheFacts, PageFact, PageState, Unavailable};
use super::raw::{self, Wanted, page_bytes};
use crate::bytes::Span;

/// Pages that one question may cover, so that an answer stays small and quick: 4 GiB of 4 KiB pages.
const ASKED_PAGES: u64 = 1 << 20;

/// Pages of the largest mapping that is searched for copies entry by entry where the kernel cannot scan: 1 GiB.
const SEARCHED_PAGES: u64 = 1 << 18;

/// What the page cache holds of `file`: cachestat(2), Linux 6.5 and later.
///
/// # Errors
///
/// [`Unavailable::Hidden`] with `EPERM` for a file that is neither ours nor writable; [`Unavailable::Failed`] with `ENOSYS`
/// from an older kernel.
pub fn cache_facts(file: &OpenFile) -> Result<CacheFacts, Unavailable> {
    raw::cache_facts(file.file(), None)
}

/// As [`cache_facts`], of a part of the file; what is told is counted per folio, so neighbors of its pages may come along.
///
/// # Errors
///
/// As for [`cache_facts`].
pub fn cache_facts_in(file: &OpenFile, span: Span) -> Result<CacheFacts, Unavailable> {
    raw::cache_facts(file.file(), Some(span))
}

/// As [`cache_facts`], of a file that is open otherwise.
#[cfg(unix)]
pub(crate) fn cache_facts_of(file: &std::fs::File) -> Result<CacheFacts, Unavailable> {
    raw::cache_facts(file, None)
}

/// The state of each of `pages` pages of this process's memory from the one that holds `address`, whatever is mapped
/// there; touches none of them. Memory without a file counts as a copy where it is private, and as a file's where it is
/// shared: the kernel says no more.
#[cfg(unix)]
pub(crate) fn page_states_at(address: usize, pages: usize) -> Result<Vec<PageState>, Unavailable> {
    let entries = raw::page_entries(address, pages)?;
    Ok(entries
        .into_iter()
        .map(|entry| state_of(entry, true))
        .collect())
}

/// What an entry says of a page; a page that belongs to no file is a copy in private memory alone.
pub(super) fn state_of(entry: raw::PageEntry, is_private: bool) -> PageState {
    if entry.is_swapped() {
        PageState::Swapped
    } else if !entry.is_present() {
        PageState::NotPresent
    } else if is_private && !entry.is_file_page() {
        PageState::PrivateCopy
    } else {
        PageState::FilePage
    }
}

/// What an entry says of a page that the page table has as a part of a huge one, or not, which then gives one answer for all
/// of it. `None`: the kernel cannot say which pages are huge. Of a file's pages, copies alone never are.
pub(super) fn fact_of(entry: raw::PageEntry, is_private: bool, is_huge: Option<bool>) -> PageFact {
    let state = state_of(entry, is_private);
    let is_told = match is_huge {
        Some(is_huge) => !is_huge,
        None => state == PageState::PrivateCopy,
    };
    let is_here = entry.is_present() && !entry.is_swapped();
    PageFact {
        state,
        is_exclusive: (is_here && is_told).then(|| entry.is_exclusive()),
        frame: entry.frame(),
    }
}

/// Whole pages of a mapping: the address of the first, and how many.
#[derive(Clone, Copy, Debug)]
struct Pages {
    base: usize,
    count: usize,
}

impl Pages {
    fn len_bytes(self) -> usize {
        self.count
            .saturating_mul(usize::try_from(page_bytes()).unwrap_or(4096))
    }
}

impl Mapping {
    /// The state of each page that `span` touches, in order: entry `i` is page `span.start() / page_bytes + i` of the
    /// file. Pages outside the mapping are [`PageState::NotPresent`].
    ///
    /// # Errors
    ///
    /// [`Unavailable::Hidden`] where the kernel does not let this process look at its own page table, as in a
    /// non-dumpable process (`EACCES`); [`Unavailable::TooManyPages`] for more than 2^20 pages;
    /// [`Unavailable::NoFilePages`] where the page table does not tell of the mapping's memory.
    pub fn page_states(&self, span: Span) -> Result<Vec<PageState>, Unavailable> {
        if self.has_no_file_pages() {
            return Err(Unavailable::NoFilePages);
        }
        let is_private = self.mode() == Mode::Private;
        self.asked(span, PageState::NotPresent, |pages| {
            Ok(raw::page_entries(pages.base, pages.count)?
                .into_iter()
                .map(|entry| state_of(entry, is_private))
                .collect())
        })
    }

    /// What our page table says of each page that `span` touches, in order: what it is, whether another page table has it,
    /// and, for root, its frame. Asking touches no page. Of what lies outside the mapping nothing is said but
    /// [`PageState::NotPresent`].
    ///
    /// # Errors
    ///
    /// As [`Mapping::page_states`].
    pub fn page_facts(&self, span: Span) -> Result<Vec<PageFact>, Unavailable> {
        if self.has_no_file_pages() {
            return Err(Unavailable::NoFilePages);
        }
        let is_private = self.mode() == Mode::Private;
        self.asked(span, PageFact::only(PageState::NotPresent), |pages| {
            let range = pages.base..pages.base + pages.len_bytes();
            let mut huge: Vec<Range<usize>> = Vec::new();
            let scanned = raw::scan(range, Wanted::HugePages, |run| {
                huge.push(run);
                true
            });
            let page = usize::try_from(page_bytes()).unwrap_or(4096);
            let addresses = (pages.base..).step_by(page);
            let entries = raw::page_entries(pages.base, pages.count)?;
            Ok(addresses
                .zip(entries)
                .map(|(address, entry)| {
                    let is_huge = || huge.iter().any(|run| run.contains(&address));
                    fact_of(entry, is_private, scanned.is_ok().then(is_huge))
                })
                .collect())
        })
    }

    /// All private copies, as offsets of the file: page-aligned, in order, neighbors joined; at most `limit` spans, so a
    /// list of that length may be incomplete. Empty for a shared mapping. The last span may reach past the mapping's
    /// end to the end of its last page.
    ///
    /// ioctl `PAGEMAP_SCAN` (Linux 6.7), which takes milliseconds for terabytes; elsewhere pagemap entry by entry, for
    /// mappings of at most 2^18 pages.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] where neither works.
    pub fn private_copies(&self, limit: usize) -> Result<Vec<Span>, Unavailable> {
        self.private_copies_in(self.span(), limit)
    }

    /// As [`Mapping::private_copies`], of the pages that `span` touches.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] where neither works.
    pub fn private_copies_in(&self, span: Span, limit: usize) -> Result<Vec<Span>, Unavailable> {
        let mut found: Vec<Span> = Vec::new();
        let Some(inside) = span.intersect(self.span()) else {
            return Ok(found);
        };
        let pages = self.pages(inside);
        if self.mode() == Mode::Shared || limit == 0 {
            return Ok(found);
        }
        let range = pages.base..pages.base + pages.len_bytes();
        let scanned = raw::scan(range, Wanted::PrivateCopies, |range| {
            self.note_copy(&range, limit, &mut found)
        });
        match scanned {
            Ok(()) => Ok(found),
            Err(Unavailable::NotOnThisSystem) => Err(Unavailable::NotOnThisSystem),
            Err(_) if pages.count as u64 <= SEARCHED_PAGES => self.search_copies(pages, limit),
            Err(why) => Err(why),
        }
    }

    fn search_copies(&self, pages: Pages, limit: usize) -> Result<Vec<Span>, Unavailable> {
        let mut found = Vec::new();
        let page = usize::try_from(page_bytes()).unwrap_or(4096);
        for (index, entry) in raw::page_entries(pages.base, pages.count)?
            .into_iter()
            .enumerate()
        {
            let is_copy = entry.is_swapped() || (entry.is_present() && !entry.is_file_page());
            let start = pages.base + index * page;
            if is_copy && !self.note_copy(&(start..start + page), limit, &mut found) {
                break;
            }
        }
        Ok(found)
    }

    /// Adds the pages at `range` to `found`; whether there is room for more.
    fn note_copy(&self, range: &Range<usize>, limit: usize, found: &mut Vec<Span>) -> bool {
        let first = self.first_page() * page_bytes();
        let offset = |address: usize| first + address.saturating_sub(self.region().base()) as u64;
        let (start, end) = (offset(range.start), offset(range.end));
        let is_full = found.len() == limit;
        match found.last_mut() {
            Some(last) if last.end() == start => {
                *last = last.hull(Span::new(start, end).unwrap_or(*last));
            }
            _ if is_full => return false,
            _ => found.extend(Span::new(start, end)),
        }
        true
    }

    /// Throws away the private copies of all pages that `span` touches, which then show the file again: madvise(2),
    /// `MADV_DONTNEED`. The number of pages that this covers, copies or not.
    ///
    /// # Errors
    ///
    /// [`Unavailable::NotPrivate`] for a shared mapping, [`Unavailable::NotOnThisSystem`] elsewhere than on Linux,
    /// [`Unavailable::Failed`] with the error number of the call.
    pub fn discard(&self, span: Span) -> Result<u64, Unavailable> {
        if self.mode() == Mode::Shared {
            return Err(Unavailable::NotPrivate);
        }
        let Some(inside) = span.intersect(self.span()) else {
            return Ok(0);
        };
        let pages = self.pages(inside);
        let _stores_wait = self.lock_stores();
        raw::drop_pages(pages.base, pages.len_bytes(), Some(self.log()))?;
        Ok(pages.count as u64)
    }

    /// Bounds our resident memory: takes the file's pages outside `keep` (in offsets of the file) out of our page table.
    /// They stay in the page cache, and the next read finds them there. Pages of `keep` may go as well where the kernel
    /// maps many pages as one. Counted as painting.
    ///
    /// No edit can be lost. On a shared mapping a page is the file's own and its dirty mark goes with it. On a private
    /// mapping exactly the pages are dropped that the scan called file pages, which are no copies; a page becomes a copy
    /// by a store alone, only this process can store to its private pages, its stores all go through
    /// [`Mapping::store`], and that waits while this runs.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] where the kernel cannot scan (private mappings, before Linux 6.7) or has no such advice: memory
    /// then stays as it is.
    pub fn give_back(&self, keep: Span) -> Result<(), Unavailable> {
        let pages = self.pages(self.span());
        let all = pages.base..pages.base + pages.len_bytes();
        let kept = match keep.intersect(self.span()) {
            Some(keep) => {
                let kept = self.pages(keep);
                kept.base..kept.base + kept.len_bytes()
            }
            None => all.start..all.start,
        };
        let _stores_wait = self.lock_stores();
        for range in [all.start..kept.start, kept.end..all.end] {
            if range.is_empty() {
                continue;
            }
            self.log().count_read();
            if self.mode() == Mode::Shared {
                raw::drop_pages(range.start, range.len(), None)?;
                continue;
            }
            let mut dropped = Ok(());
            raw::scan(range, Wanted::FilePages, |run| {
                dropped = raw::drop_pages(run.start, run.len(), None);
                dropped.is_ok()
            })?;
            dropped?;
        }
        Ok(())
    }

    /// Number of the page of the file with which the mapping starts.
    fn first_page(&self) -> u64 {
        self.span().start() / page_bytes()
    }

    /// The pages that `inside`, a part of the mapping's span, touches.
    fn pages(&self, inside: Span) -> Pages {
        let range = inside.pages(page_bytes());
        let skipped = range
            .start
            .saturating_sub(self.first_page())
            .saturating_mul(page_bytes());
        let base = self.region().base() + usize::try_from(skipped).unwrap_or(0);
        Pages {
            base,
            count: usize::try_from(range.end - range.start).unwrap_or(0),
        }
    }

    /// Asks about the pages that `span` touches; those outside the mapping are `outside`.
    fn asked<T: Copy>(
        &self,
        span: Span,
        outside: T,
        ask: impl FnOnce(Pages) -> Result<Vec<T>, Unavailable>,
    ) -> Result<Vec<T>, Unavailable> {
        let wanted = span.pages(page_bytes());
        let count = wanted.end - wanted.start;
        if count > ASKED_PAGES {
            return Err(Unavailable::TooManyPages {
                pages: count,
                limit: ASKED_PAGES,
            });
        }
        let mut answers = vec![outside; usize::try_from(count).unwrap_or(0)];
        if let Some(inside) = span.intersect(self.span()) {
            self.log().count_read();
            let skipped =
                usize::try_from(inside.pages(page_bytes()).start - wanted.start).unwrap_or(0);
            for (slot, answer) in answers
                .iter_mut()
                .skip(skipped)
                .zip(ask(self.pages(inside))?)
            {
                *slot = answer;
            }
        }
        Ok(answers)
    }
}
