//! What the kernel says about this process's memory: looking, which touches nothing.
//!
//! It owns the reading of `/proc/self`. It must not change anything.

use std::fs::File;
use std::io::{BufRead as _, BufReader};

use super::{Executor, Place, Result, refused};
use crate::map::{page_bytes, page_states_at};
use crate::peer::calls::{Memory, Outcome, Sums};
use crate::peer::raw;
use crate::peer::serve::own_maps::{lines_of, overlaps, own, range_of};
use crate::peer::serve::peer_page;
use crate::peer::wire::PeerPage;

/// The most pages of one question: as many as an answer's line has room for.
const MAX_PAGES: u64 = 65_536;

impl Executor {
    pub(super) fn pages(&self, map: &str, at: u64, len: u64) -> Result {
        let place = self.place(map)?;
        let page = page_bytes();
        let start = (place.address as u64).checked_add(at);
        let Some((start, end)) = start.and_then(|start| Some((start, start.checked_add(len)?)))
        else {
            return refused("The place lies past the end of the address space");
        };
        let (first, last) = (start / page, end.div_ceil(page));
        let count = last - first;
        if count > MAX_PAGES {
            return refused(format!(
                "{count} pages cannot be told of at once; at most {MAX_PAGES} can"
            ));
        }
        let (Ok(base), Ok(count)) = (usize::try_from(first * page), usize::try_from(count)) else {
            return refused("The place lies past the end of the address space");
        };
        let pages = match page_states_at(base, count) {
            Ok(states) => states.into_iter().map(peer_page).collect(),
            Err(why) => vec![PeerPage::Unavailable(why.to_string())],
        };
        Ok(Outcome::Pages { pages })
    }

    pub(super) fn maps(&self, map: &str) -> Result {
        let place = self.place(map)?;
        only_on_linux("maps")?;
        let lines = lines_of(place.address, place.end_as_made())?;
        Ok(Outcome::Lines { lines })
    }

    pub(super) fn sums(&self, map: &str) -> Result {
        let place = self.place(map)?;
        let text = proc("smaps")?;
        let (mut sums, mut is_ours) = (Sums::default(), false);
        for line in text.lines() {
            if range_of(line).is_some() {
                is_ours = overlaps(line, place.address, place.end_as_made());
                continue;
            }
            let Some((field, kib)) = kib_of(line).filter(|_| is_ours) else {
                continue;
            };
            let sum = match field {
                "Rss" => &mut sums.rss,
                "Pss" => &mut sums.pss,
                "Shared_Clean" => &mut sums.shared_clean,
                "Shared_Dirty" => &mut sums.shared_dirty,
                "Private_Clean" => &mut sums.private_clean,
                "Private_Dirty" => &mut sums.private_dirty,
                "Anonymous" => &mut sums.anonymous,
                "LazyFree" => &mut sums.lazy_free,
                "AnonHugePages" => &mut sums.huge,
                "Swap" => &mut sums.swapped,
                "Locked" => &mut sums.locked,
                _ => continue,
            };
            *sum += kib;
        }
        Ok(Outcome::Sums(sums))
    }
}

pub(super) fn memory() -> Result {
    let field = |text: &str, name: &str| {
        let found = text.lines().filter_map(kib_of).find(|it| it.0 == name);
        match found {
            Some((_, kib)) => Ok(kib),
            None => refused(format!("The kernel tells no {name}")),
        }
    };
    let (status, rollup) = (proc("status")?, proc("smaps_rollup")?);
    Ok(Outcome::Memory(Memory {
        address_space: field(&status, "VmSize")?,
        resident: field(&rollup, "Rss")?,
        swapped: field(&rollup, "Swap")?,
        locked: field(&status, "VmLck")?,
        page_tables: field(&status, "VmPTE")?,
        areas: count_areas()?,
    }))
}

/// The lines of maps, a few at a time: there may be so many that no memory is left for all of them.
fn count_areas() -> Result<u64> {
    let mut lines = BufReader::new(File::open("/proc/self/maps")?);
    let mut count = 0;
    while lines.skip_until(b'\n')? > 0 {
        count += 1;
    }
    Ok(count)
}

pub(super) fn faults() -> Outcome {
    let (minor, major) = raw::page_faults();
    Outcome::Faults { minor, major }
}

/// A file of `/proc/self`.
fn proc(name: &str) -> Result<String> {
    only_on_linux(name)?;
    Ok(own(name)?)
}

fn only_on_linux(name: &str) -> Result<()> {
    if cfg!(not(target_os = "linux")) {
        return refused(format!("Only Linux tells this, in /proc/self/{name}"));
    }
    Ok(())
}

impl Place {
    /// One past the last byte that was asked for.
    fn end_as_made(self) -> usize {
        self.address.saturating_add(self.len)
    }
}

/// The field and the number of a line such as `Rss:      4 kB`.
fn kib_of(line: &str) -> Option<(&str, u64)> {
    let (field, value) = line.split_once(':')?;
    let number = value.trim().strip_suffix("kB")?.trim();
    Some((field, number.parse().ok()?))
}
