//! Linux: the memory of one other process, page by page.
//!
//! It owns the order of the questions: the page table first, then bytes only of a page that is there. It must not know which
//! mapping matters.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use super::process::Process;
use super::{MOST_BYTES, OtherPage, SeenBytes};
use crate::bytes::Span;
use crate::map::errno::{EACCES, EIO, errno_of};
use crate::map::facts::fact_of;
use crate::map::page::{PageFact, PageState, Unavailable};
use crate::map::raw::{Wanted, entries_in, page_bytes, scan_in};

/// Why a question about a process was refused.
pub(super) fn hidden(error: &io::Error) -> Unavailable {
    Unavailable::Hidden {
        errno: errno_of(error),
    }
}

/// Where the file lies in the memory of a process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The first address.
    pub(super) start: u64,
    /// The part of the file that lies there.
    pub(super) span: Span,
    pub(super) is_private: bool,
    /// The process may load from there.
    pub(super) may_read: bool,
    /// It is the kernel's own memory or a device's.
    pub(super) is_kernels: bool,
}

/// The memory of a process as it is now: opened anew for each look, as after an exec the old one is shown.
pub(super) struct Memory {
    pagemap: io::Result<File>,
    bytes: io::Result<File>,
}

impl Memory {
    pub(super) fn open(process: &Process) -> Self {
        Self {
            pagemap: process.open("pagemap"),
            bytes: process.open("mem"),
        }
    }

    /// The pages there that have some of `asked`, and what the process sees of them: [`MOST_BYTES`] of `asked` at most.
    pub(super) fn look_at(&self, place: Place, asked: Span) -> Vec<OtherPage> {
        let most = Span::at(asked.start(), asked.len().min(MOST_BYTES));
        let Some(inside) = most.and_then(|most| most.intersect(place.span)) else {
            return Vec::new();
        };
        let numbers = inside.pages(page_bytes());
        let facts = self.facts(place, numbers.start, numbers.end - numbers.start);
        let page = |number: u64| {
            let page = Span::at(number * page_bytes(), page_bytes())?;
            let span = page.intersect(inside)?;
            let fact = match &facts {
                // In the same order: the first is that of the first page.
                Ok(facts) => match usize::try_from(number - numbers.start) {
                    Ok(index) => facts.get(index).copied(),
                    Err(_) => None,
                }
                .ok_or(Unavailable::Failed { errno: EIO }),
                Err(why) => Err(*why),
            };
            let seen = self.seen(place, fact, span);
            Some(OtherPage { span, fact, seen })
        };
        numbers.clone().filter_map(page).collect()
    }

    fn facts(&self, place: Place, first: u64, n_pages: u64) -> Result<Vec<PageFact>, Unavailable> {
        if place.is_kernels {
            return Err(Unavailable::NoFilePages);
        }
        let pagemap = self.pagemap.as_ref().map_err(hidden)?;
        let failed = Unavailable::Failed { errno: EIO };
        let base = place.start + (first * page_bytes() - place.span.start());
        let n_pages = usize::try_from(n_pages).map_err(|_| failed)?;
        let page = usize::try_from(page_bytes()).map_err(|_| failed)?;
        let address = usize::try_from(base).map_err(|_| failed)?;
        let mut huge = Vec::new();
        let range = address..address + n_pages * page;
        let scanned = scan_in(pagemap, range, Wanted::HugePages, |run| {
            huge.push(run);
            true
        });
        let entries = entries_in(pagemap, base, n_pages).map_err(|error| hidden(&error))?;
        let addresses = (address..).step_by(page);
        let facts = addresses.zip(entries).map(|(address, entry)| {
            let is_huge = || huge.iter().any(|run| run.contains(&address));
            fact_of(entry, place.is_private, scanned.is_ok().then(is_huge))
        });
        Ok(facts.collect())
    }

    fn seen(&self, place: Place, fact: Result<PageFact, Unavailable>, span: Span) -> SeenBytes {
        match fact {
            // A page in swap would be brought in.
            Ok(fact) if matches!(fact.state, PageState::NotPresent | PageState::Swapped) => {
                SeenBytes::NotPresent
            }
            // Its file would give bytes that the process itself cannot read.
            Ok(_) if !place.may_read => SeenBytes::Refused(EACCES),
            Ok(_) => self.bytes(
                place.start + (span.start() - place.span.start()),
                span.len(),
            ),
            Err(Unavailable::Hidden { errno } | Unavailable::Failed { errno }) => {
                SeenBytes::Refused(errno)
            }
            Err(why) => SeenBytes::NotTold(why),
        }
    }

    /// At most `len` bytes at `address`, which are in one page.
    ///
    /// By `/proc/PID/mem`, which only looks. `process_vm_readv(2)` pins the page, and the kernel then makes a copy of one
    /// that a parent and its child share since a fork: measured on Linux 6.18, mm/gup.c, `gup_must_unshare`.
    fn bytes(&self, address: u64, len: u64) -> SeenBytes {
        let mut bytes = vec![0; usize::try_from(len).unwrap_or(0)];
        let read = match &self.bytes {
            Ok(mem) => mem.read_at(&mut bytes, address),
            Err(error) => return SeenBytes::Refused(errno_of(error)),
        };
        match read {
            Ok(n) => {
                bytes.truncate(n);
                SeenBytes::Bytes(bytes)
            }
            Err(error) => SeenBytes::Refused(errno_of(&error)),
        }
    }
}
