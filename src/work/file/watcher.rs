//! What the worker looks at by itself: the visible bytes, the witnesses of this process, the file's length and path, the
//! private copies, the facts. Nothing is reported that did not change, so an unchanged window costs nothing.
//!
//! No event and no timestamp tells of a store through somebody's mapping: only reading again does.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::{Duration, Instant};

use crate::bytes::Span;
use crate::map::{
    self, Access, MapRequest, Mapping, Mode, OpenFile, PageState, PathState, Readout, StoreError,
    Unavailable,
};
use crate::model::event::{Event, FileState, PathNow};
use crate::model::window::Look;
use crate::model::{Seen, WitnessId, WitnessState};

use super::Worker;

/// How often the visible bytes and the witnesses are read again.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How often length, path and private copies are checked.
const STATE_EVERY: Duration = Duration::from_millis(250);
/// How often facts are read while they are shown.
const FACTS_EVERY: Duration = Duration::from_secs(1);
/// Bytes that may be looked at in new places before pages are given back: bounds the resident memory.
const GIVE_BACK_BYTES: u64 = 2 << 20;
/// Faulting a page in maps its neighbors too; what a look at a new place is taken to cost at least.
const FAULT_AROUND_BYTES: u64 = 128 << 10;
/// Pages with edits that are checked one by one; beyond, all copies are listed in one scan.
const CHECKED_PAGES: usize = 256;

/// What the worker remembers between looks.
pub(super) struct Watcher {
    shown: Option<Span>,
    last: Option<(Readout, Result<Vec<PageState>, String>)>,
    watched: Option<Span>,
    said: [Option<WitnessState>; 3],
    state: FileState,
    copies: BTreeSet<u64>,
    /// Bytes that were stored privately and are not in the file, as far as is known here: offset and value.
    edited: BTreeMap<u64, u8>,
    pub(super) facts_shown: bool,
    seen_bytes: u64,
    next_look: Instant,
    next_state: Instant,
    pub(super) next_facts: Instant,
}

impl Watcher {
    pub(super) fn new(file_len: u64) -> Self {
        let now = Instant::now();
        Self {
            shown: None,
            last: None,
            watched: None,
            said: [None, None, None],
            state: FileState {
                file_len,
                path: PathNow::Same,
            },
            copies: BTreeSet::new(),
            edited: BTreeMap::new(),
            facts_shown: false,
            seen_bytes: 0,
            next_look: now + LOOK_EVERY,
            next_state: now + STATE_EVERY,
            next_facts: now,
        }
    }

    /// Time until the next check is due.
    pub(super) fn until_next(&self) -> Duration {
        self.next_look
            .min(self.next_state)
            .saturating_duration_since(Instant::now())
    }

    /// These bytes were stored privately.
    pub(super) fn edited(&mut self, offset: u64, bytes: &[u8]) {
        self.edited.extend((offset..).zip(bytes.iter().copied()));
    }

    /// These bytes are in the file now.
    pub(super) fn written(&mut self, span: Span) {
        self.edited.retain(|offset, _| !span.contains(*offset));
    }

    /// Some byte in `span` was stored privately and is not in the file.
    pub(super) fn holds_edit(&self, span: Span) -> bool {
        self.edited.range(span.start()..span.end()).next().is_some()
    }

    /// These pages now hold private copies.
    pub(super) fn copied(&mut self, pages: Range<u64>) {
        self.copies.extend(pages);
    }

    /// The private copies of these pages were given back on purpose.
    pub(super) fn discarded(&mut self, pages: Range<u64>) {
        let page_bytes = map::page_bytes();
        self.copies.retain(|page| !pages.contains(page));
        self.edited
            .retain(|offset, _| !pages.contains(&(offset / page_bytes)));
    }

    /// The mapping is a new one.
    pub(super) fn remapped(&mut self) {
        self.copies.clear();
        self.edited.clear();
        self.last = None;
        self.said = [None, None, None];
        self.seen_bytes = 0;
    }
}

impl Worker {
    /// Reads the visible bytes, reports them in any case, and goes on watching them.
    pub(super) fn look(&mut self, span: Span) {
        if self.live.shown != Some(span) {
            self.live.shown = Some(span);
            self.live.last = None;
            self.live.seen_bytes += span.len() + FAULT_AROUND_BYTES;
        }
        self.look_now(true);
        if self.live.seen_bytes > GIVE_BACK_BYTES {
            self.live.seen_bytes = 0;
            self.view(|mapping, _| mapping.give_back(span));
        }
    }

    /// Reads the visible bytes once more because something was done.
    pub(super) fn look_again(&mut self) {
        self.look_now(true);
    }

    fn look_now(&mut self, report_unchanged: bool) {
        let Some(span) = self.live.shown else { return };
        let seen = self.view(|mapping, file| {
            // a wish from before a remap may lie outside by now: it is answered all the same, as somebody waits for it
            let readout = mapping.read(span, file);
            let pages = if span.intersect(mapping.span()) == Some(span) {
                mapping.page_states(span).map_err(|why| why.to_string())
            } else {
                Err("not known outside the mapping".to_owned())
            };
            (readout, pages, mapping.page_bytes())
        });
        let Some((readout, pages, page_bytes)) = seen else {
            return;
        };
        let changed = self
            .live
            .last
            .as_ref()
            .is_none_or(|(last, last_pages)| *last != readout || *last_pages != pages);
        if changed || report_unchanged {
            let look = Look {
                readout: readout.clone(),
                pages: pages.clone(),
                page_bytes,
            };
            self.live.last = Some((readout, pages));
            self.say(Event::Looked(Box::new(look)));
        }
    }

    /// Whatever is due.
    pub(super) fn live_checks(&mut self) {
        let now = Instant::now();
        if now >= self.live.next_look {
            self.live.next_look = now + LOOK_EVERY;
            self.look_now(false);
            self.read_witnesses(false);
        }
        if now >= self.live.next_state {
            self.live.next_state = now + STATE_EVERY;
            self.check_state(false);
            self.check_copies();
        }
        if self.live.facts_shown && now >= self.live.next_facts {
            self.live.next_facts = now + FACTS_EVERY;
            self.read_facts();
        }
    }

    /// Length and path: reported when they change. A mapping of the whole file grows with it.
    pub(super) fn check_state(&mut self, report_unchanged: bool) {
        let file_len = match self.file.file_len() {
            Ok(file_len) => file_len,
            Err(error) => {
                let path = PathNow::Unknown(map::describe_errno(error.raw_os_error().unwrap_or(0)));
                self.set_state(
                    FileState {
                        file_len: self.live.state.file_len,
                        path,
                    },
                    report_unchanged,
                );
                return;
            }
        };
        let path = match self.file.path_state() {
            // where this system never tells, there is nothing to warn of
            PathState::Same | PathState::Unknown(Unavailable::NotOnThisSystem) => PathNow::Same,
            PathState::Replaced { len, .. } => PathNow::Replaced(len),
            PathState::Deleted => PathNow::Deleted,
            PathState::Unknown(why) => PathNow::Unknown(why.to_string()),
        };
        let mapped = self
            .view(|mapping, _| mapping.span().end())
            .unwrap_or(file_len);
        if self.whole && file_len > mapped && path == PathNow::Same {
            self.grow(file_len);
        }
        self.set_state(FileState { file_len, path }, report_unchanged);
    }

    fn set_state(&mut self, state: FileState, report_unchanged: bool) {
        if state != self.live.state || report_unchanged {
            self.live.state = state.clone();
            self.say(Event::FileState(state));
            self.look_now(false);
        }
    }

    /// Private copies that are gone without having been given back: the file was truncated, or saved in place.
    fn check_copies(&mut self) {
        if self.live.copies.is_empty() {
            return;
        }
        let copies = &self.live.copies;
        let lost = self
            .view(|mapping, _| lost_copies(mapping, copies))
            .unwrap_or_default();
        if lost.is_empty() {
            return;
        }
        for page in &lost {
            self.live.discarded(*page..page + 1);
        }
        let page_bytes = map::page_bytes();
        let spans = lost
            .iter()
            .filter_map(|page| Span::at(page * page_bytes, page_bytes))
            .collect();
        self.say(Event::CopiesLost(spans));
        self.look_now(true);
    }

    /// After a private store: a page that was taken away unnoticed just before is a copy again by now, of other bytes.
    /// Nobody else can store there, so an edit in whose place another value stands was lost. One that cannot be read
    /// now, past the file's present end, may still be there.
    pub(super) fn check_edits_beside(&mut self, stored: Span) {
        let page_bytes = map::page_bytes();
        let pages = stored.pages(page_bytes);
        let whole = Span::new(
            pages.start * page_bytes,
            pages.end.saturating_mul(page_bytes),
        );
        let Some(whole) = whole else { return };
        let readout = self.view(|mapping, file| {
            let both = whole.intersect(mapping.span()).unwrap_or(stored);
            mapping.read(both, file)
        });
        let Some(readout) = readout else { return };
        let edits = self.live.edited.range(whole.start()..whole.end());
        let lost: Vec<u64> = edits
            .filter(|(offset, value)| readout.byte(**offset).is_some_and(|now| now != **value))
            .map(|(offset, _)| *offset)
            .collect();
        if lost.is_empty() {
            return;
        }
        for offset in &lost {
            self.live.edited.remove(offset);
        }
        let spans = lost.into_iter().filter_map(|offset| Span::at(offset, 1));
        self.say(Event::CopiesLost(spans.collect()));
    }

    /// Watches these bytes through the witnesses of this process.
    pub(super) fn watch(&mut self, span: Option<Span>) {
        self.live.watched = span;
        if span.is_none() {
            self.other = None; // nobody looks: no second mapping is kept
        }
        self.read_witnesses(true);
    }

    pub(super) fn read_witnesses(&mut self, report_unchanged: bool) {
        let Some(span) = self.live.watched else {
            return;
        };
        let view = self.view(|mapping, file| reading(mapping, file, span));
        let other = match self.other_mapping(false) {
            Ok(()) => self
                .other
                .as_ref()
                .map(|mapping| reading(mapping, &self.file, span)),
            Err(why) => Some(WitnessState::Unavailable(why)),
        };
        let file = WitnessState::Reading {
            span,
            seen: seen(&self.file.pread(span)),
            page: String::new(),
            pid: None,
        };
        let states = [
            (WitnessId::View, view),
            (WitnessId::OtherMode, other),
            (WitnessId::File, Some(file)),
        ];
        for (index, (id, state)) in states.into_iter().enumerate() {
            let Some(state) = state else { continue };
            if report_unchanged || self.live.said[index].as_ref() != Some(&state) {
                self.live.said[index] = Some(state.clone());
                self.say(Event::Witness { id, state });
            }
        }
    }

    /// Makes sure that the mapping of the other mode exists; writable only when asked, as a writable shared mapping
    /// needs a descriptor that may write.
    fn other_mapping(&mut self, writable: bool) -> Result<(), String> {
        let Some((mode, span)) = self.view(|mapping, _| (mapping.mode(), mapping.span())) else {
            return Err("the view's mapping is gone".to_owned());
        };
        let mode = match mode {
            Mode::Private => Mode::Shared,
            Mode::Shared => Mode::Private,
        };
        let access = if writable || mode == Mode::Private {
            Access::ReadWrite
        } else {
            Access::ReadOnly
        };
        if let Some(other) = &self.other
            && other.mode() == mode
            && (other.access() == Access::ReadWrite || !writable)
        {
            return Ok(());
        }
        let span = if self.whole { None } else { Some(span) };
        let request = MapRequest { mode, access, span };
        self.other = Some(
            Mapping::create(&self.file, request, &self.log).map_err(|error| error.to_string())?,
        );
        Ok(())
    }

    pub(super) fn store_in_other(
        &mut self,
        offset: u64,
        bytes: &[u8],
    ) -> Result<String, StoreError> {
        if let Err(refused) = self.file.writer()
            && self.view(|mapping, _| mapping.mode()) == Some(Mode::Private)
        {
            return Err(StoreError::NotWritable(refused));
        }
        if let Err(why) = self.other_mapping(true) {
            return Ok(format!("Not written: {why}"));
        }
        let Some(other) = &self.other else {
            return Ok(String::new());
        };
        other.store(offset, bytes, &self.file)?;
        Ok(format!("written through the {} mapping", other.mode()))
    }
}

/// Which of the pages in `copies` no longer hold a private copy. Nothing is claimed where the system cannot tell.
fn lost_copies(mapping: &Mapping, copies: &BTreeSet<u64>) -> Vec<u64> {
    let page_bytes = mapping.page_bytes();
    if mapping.mode() == Mode::Shared {
        return Vec::new();
    }
    if copies.len() > CHECKED_PAGES {
        let Ok(held) = mapping.private_copies(usize::MAX) else {
            return Vec::new();
        };
        let held: Vec<Range<u64>> = held.iter().map(|span| span.pages(page_bytes)).collect();
        let holds = |page: u64| {
            let index = held.partition_point(|pages| pages.end <= page);
            held.get(index).is_some_and(|pages| pages.contains(&page))
        };
        return copies
            .iter()
            .copied()
            .filter(|page| !holds(*page))
            .collect();
    }
    let is_lost = |page: &u64| {
        let span = Span::at(page.saturating_mul(page_bytes), page_bytes)
            .and_then(|span| span.intersect(mapping.span()));
        let Some(span) = span else { return false };
        match mapping.page_states(span) {
            Ok(states) => matches!(
                states.first(),
                Some(PageState::FilePage | PageState::NotPresent)
            ),
            Err(_) => false,
        }
    };
    copies.iter().copied().filter(is_lost).collect()
}

fn reading(mapping: &Mapping, file: &OpenFile, span: Span) -> WitnessState {
    let readout = mapping.read(span, file);
    let page = match mapping.page_states(Span::at(span.start(), 1).unwrap_or(span)) {
        Ok(states) => states.first().map(ToString::to_string).unwrap_or_default(),
        Err(why) => why.to_string(),
    };
    WitnessState::Reading {
        span,
        seen: seen(&readout),
        page,
        pid: None,
    }
}

/// The bytes of a readout as a witness tells them.
pub(super) fn seen(readout: &Readout) -> Vec<Seen> {
    (readout.span.start()..readout.span.end())
        .map(|offset| match readout.byte(offset) {
            Some(byte) => Seen::Byte(byte),
            None => Seen::Nothing(
                readout
                    .gap_at(offset)
                    .map_or_else(String::new, |gap| gap.reason.to_string()),
            ),
        })
        .collect()
}
