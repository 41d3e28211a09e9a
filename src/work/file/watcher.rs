//! What the worker looks at by itself: the visible bytes, the witnesses of this process, the file's length and path, the
//! private copies, the facts. Nothing is reported that did not change, so an unchanged window costs nothing.
//!
//! No event and no timestamp tells of a store through somebody's mapping: only reading again does.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::bytes::Span;
use crate::map::{
    self, GapReason, Mapping, Mode, OpenFile, PageState, PathState, Readout, Unavailable,
};
use crate::model::event::{Facts, FileNews, FileState, PathNow};
use crate::model::identity::MappingId;
use crate::model::window::{Look, Origins};

use super::comparing::file_beside;
use super::serve::Worker;

/// How often the visible bytes and the witnesses are read again.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How often length, path and private copies are checked.
const STATE_EVERY: Duration = Duration::from_millis(250);
/// How often growth is followed and told: a log may grow many times a second.
const GROW_EVERY: Duration = Duration::from_secs(1);
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
    state: FileState,
    /// The view whose facts are shown.
    pub(super) facts_of: Option<MappingId>,
    /// The facts as they were last told, and when.
    pub(super) facts_told: Option<(Facts, Instant)>,
    next_look: Instant,
    next_state: Instant,
    next_growth: Instant,
    pub(super) next_facts: Instant,
}

impl Watcher {
    pub(super) fn new(file_len: u64) -> Self {
        let now = Instant::now();
        Self {
            state: FileState {
                file_len,
                path: PathNow::Same,
            },
            facts_of: None,
            facts_told: None,
            next_look: now + LOOK_EVERY,
            next_state: now + STATE_EVERY,
            next_growth: now,
            next_facts: now,
        }
    }
}

impl Worker {
    /// Time until the next check is due. While nobody looks only the file's state is checked.
    pub(super) fn until_next(&self) -> Duration {
        let watcher = &self.watcher;
        let looked_at = self.views.iter().any(|view| view.shown.is_some());
        let next = if looked_at {
            watcher.next_look.min(watcher.next_state)
        } else {
            watcher.next_state
        };
        next.saturating_duration_since(Instant::now())
    }

    /// Reads the visible bytes, reports them in any case, and goes on watching them; `None` lets them rest.
    pub(super) fn look(&mut self, index: usize, span: Option<Span>) {
        let Some(view) = self.views.get_mut(index) else {
            return;
        };
        if view.shown != span {
            view.shown = span;
            view.last = None;
            view.looked_bytes += span.map_or(0, |span| span.len() + FAULT_AROUND_BYTES);
        }
        self.look_now(index, true);
        if let (Some(span), Some(view)) = (span, self.views.get_mut(index))
            && view.looked_bytes > GIVE_BACK_BYTES
        {
            view.looked_bytes = 0;
            view.with(|mapping| mapping.give_back(span));
        }
    }

    /// Reads the visible bytes of a view once more because something was done, and those of the others, as they may show
    /// it too.
    pub(super) fn look_again(&mut self, index: usize) {
        for other in 0..self.views.len() {
            self.look_now(other, other == index);
        }
    }

    fn look_now(&mut self, index: usize, report_unchanged: bool) {
        let Some(span) = self.views.get(index).and_then(|view| view.shown) else {
            return;
        };
        let file = Arc::clone(&self.file);
        // a wish from before a remap may lie outside by now: it is answered all the same, as somebody waits for it
        let readout = self
            .views
            .get(index)
            .and_then(|view| view.read(span, &file));
        let seen = self.with(index, |mapping| {
            let pages = if span.intersect(mapping.span()) == Some(span) {
                mapping.page_states(span).map_err(|why| why.to_string())
            } else {
                Err("not known outside the mapping".to_owned())
            };
            let own = self.views.get(index).map(|view| &view.copies);
            let beside = own.map(|own| file_beside(mapping, &file, span, &pages, own));
            (pages, mapping.page_bytes(), beside.unwrap_or_default())
        });
        let (Some(readout), Some((pages, page_bytes, beside)), Some(view)) =
            (readout, seen, self.views.get_mut(index))
        else {
            return;
        };
        let changed = view.last.as_ref().is_none_or(|last| {
            (&last.readout, &last.pages, &last.file) != (&readout, &pages, &beside)
        });
        if changed || report_unchanged {
            let origins = origins(&file, &readout, page_bytes);
            let is_news = view.origins != origins;
            view.origins.clone_from(&origins);
            let look = Arc::new(Look {
                readout,
                pages,
                page_bytes,
                file: beside,
            });
            view.last = Some(Arc::clone(&look));
            if is_news {
                self.say(index, None, FileNews::Origins(origins));
            }
            self.say(index, None, FileNews::Looked(look));
        }
    }

    /// Whatever is due.
    pub(super) fn check(&mut self) {
        let now = Instant::now();
        if now >= self.watcher.next_look {
            self.watcher.next_look = now + LOOK_EVERY;
            for index in 0..self.views.len() {
                self.look_now(index, false);
            }
            self.read_witnesses(false);
            self.compare_due();
        }
        if now >= self.watcher.next_state {
            self.watcher.next_state = now + STATE_EVERY;
            self.check_state(false);
            for index in 0..self.views.len() {
                self.check_copies(index);
            }
        }
        if self.watcher.facts_of.is_some() && now >= self.watcher.next_facts {
            self.watcher.next_facts = now + FACTS_EVERY;
            self.read_facts();
        }
    }

    /// Length and path: reported when they change. A mapping of the whole file grows with it, at most once a second.
    pub(super) fn check_state(&mut self, report_unchanged: bool) {
        let file_len = match self.file.file_len() {
            Ok(file_len) => file_len,
            Err(error) => {
                let path = PathNow::Unknown(map::describe_errno(map::errno_of(&error)));
                let file_len = self.watcher.state.file_len;
                self.set_state(FileState { file_len, path }, report_unchanged);
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
        let now = Instant::now();
        let only_grew = file_len > self.watcher.state.file_len && path == self.watcher.state.path;
        if only_grew && now < self.watcher.next_growth && !report_unchanged {
            return;
        }
        let mapped = self
            .views
            .iter()
            .filter(|view| view.whole)
            .filter_map(|view| view.with(|mapping| mapping.span().end()))
            .min();
        if mapped.is_some_and(|mapped| file_len > mapped) && path == PathNow::Same {
            self.watcher.next_growth = now + GROW_EVERY;
            self.grow(file_len);
        }
        self.set_state(FileState { file_len, path }, report_unchanged);
    }

    fn set_state(&mut self, state: FileState, report_unchanged: bool) {
        if state != self.watcher.state || report_unchanged {
            self.watcher.state = state.clone();
            self.say_of_file(FileNews::State(state));
            for index in 0..self.views.len() {
                self.look_now(index, false);
            }
        }
    }

    /// Private copies that are gone without having been given back: the file was truncated, or saved in place.
    fn check_copies(&mut self, index: usize) {
        let Some(view) = self.views.get_mut(index) else {
            return;
        };
        if view.copies.is_empty() {
            return;
        }
        let lost = view
            .with(|mapping| (mapping.page_bytes(), lost_copies(mapping, &view.copies)))
            .filter(|(_, lost)| !lost.is_empty());
        let Some((page_bytes, lost)) = lost else {
            return;
        };
        for page in &lost {
            view.copies.remove(page);
        }
        let spans = lost
            .iter()
            .filter_map(|page| Span::at(page * page_bytes, page_bytes))
            .collect();
        self.say(index, None, FileNews::CopiesLost(spans));
        self.look_now(index, true);
    }
}

/// Whether the storage still has the pages of a look, where it did not give some of them: what can be read of the others may
/// be what memory alone still has. Reading those anew may take as long as the look did.
fn origins(file: &OpenFile, readout: &Readout, page_bytes: u64) -> Option<Origins> {
    let fails = |reason| {
        matches!(
            reason,
            GapReason::Storage { .. } | GapReason::StorageGaveNothing
        )
    };
    if !readout.gaps.iter().any(|gap| fails(gap.reason)) {
        return None;
    }
    let pages = file.page_origins(readout.span).ok()?;
    Some(Origins {
        first_page: readout.span.start() / page_bytes.max(1),
        pages,
        page_bytes,
    })
}

/// Which of the pages in `copies` no longer hold a private copy. Nothing is claimed where the system cannot tell.
pub(super) fn lost_copies(mapping: &Mapping, copies: &BTreeSet<u64>) -> Vec<u64> {
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
