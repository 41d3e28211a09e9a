//! The mappings of one open file: one a view, each with its name and its generation, and the other mode's where a witness
//! asks for it.

use std::collections::BTreeSet;
use std::sync::{Arc, RwLock};

use crate::bytes::Span;
use crate::map::{Access, Bar, CallLog, MapRequest, Mapping, Mode, OpenFile, PageState, Readout};
use crate::model::ReadBy;
use crate::model::event::{NotAsAsked, Remapped};
use crate::model::identity::{Generation, MappingId};
use crate::model::window::{Look, Origins};

use super::comparing::Comparer;

/// A view's mapping, and what is remembered of it between looks.
pub(super) struct ViewMapping {
    pub(super) id: MappingId,
    pub(super) generation: Generation,
    /// Long jobs read it under the lock, and keep it after the view is mapped anew: they are of what it showed.
    pub(super) mapping: Arc<RwLock<Mapping>>,
    /// It covers the file to its end, and grows with it.
    pub(super) whole: bool,
    /// What is on the screen.
    pub(super) shown: Option<Span>,
    pub(super) last: Option<Arc<Look>>,
    /// Pages that stores made private copies of.
    pub(super) copies: BTreeSet<u64>,
    /// Bytes that were looked at since pages were last given back.
    pub(super) looked_bytes: u64,
    /// How what is on the screen is read.
    pub(super) read_by: ReadBy,
    /// What was last told of where it comes from.
    pub(super) origins: Option<Origins>,
    /// Compares its private copies with the file.
    pub(super) comparer: Comparer,
}

impl ViewMapping {
    pub(super) fn new(id: MappingId, mapping: Mapping, whole: bool) -> Self {
        Self {
            id,
            generation: Generation::FIRST,
            mapping: Arc::new(RwLock::new(mapping)),
            whole,
            shown: None,
            last: None,
            copies: BTreeSet::new(),
            looked_bytes: 0,
            read_by: ReadBy::Mapping,
            origins: None,
            comparer: Comparer::default(),
        }
    }

    /// Does something with the mapping. `None` only where a thread died while it held the lock.
    pub(super) fn with<T>(&self, read: impl FnOnce(&Mapping) -> T) -> Option<T> {
        self.mapping.read().ok().map(|mapping| read(&mapping))
    }

    /// Reads as the view shows it. `None` as in [`ViewMapping::with`].
    pub(super) fn read(&self, span: Span, file: &OpenFile) -> Option<Readout> {
        self.with(|mapping| match self.read_by {
            ReadBy::Mapping => mapping.read(span, file),
            ReadBy::Pread => read_by_pread(mapping, span, file),
        })
    }

    /// Puts another mapping in its place: the next generation. Jobs that read the one before have it until they end: what is
    /// saved as shown is not half of the one and half of the other, and an address is never used again under a read.
    pub(super) fn replace(&mut self, mapping: Mapping, whole: bool) {
        self.mapping = Arc::new(RwLock::new(mapping));
        self.generation = self.generation.next();
        self.whole = whole;
        self.last = None;
        self.copies.clear();
        self.looked_bytes = 0;
        self.read_by = ReadBy::Mapping;
        self.origins = None;
        self.comparer.forget();
    }

    /// How it is mapped now.
    pub(super) fn state(&self, refusal: Option<NotAsAsked>) -> Option<Remapped> {
        self.with(|mapping| Remapped {
            mode: mapping.mode(),
            access: mapping.access(),
            extent: mapping.span(),
            whole: self.whole,
            refusal,
        })
    }

    /// A store through it reaches the file.
    pub(super) fn writes_through(&self) -> bool {
        self.with(writes_through).unwrap_or(false)
    }
}

/// The file's bytes without touching the mapping's pages, but for private copies, which are in no file. Where the system
/// does not tell which those are, all is read through the mapping.
fn read_by_pread(mapping: &Mapping, span: Span, file: &OpenFile) -> Readout {
    let is_inside = span.intersect(mapping.span()) == Some(span) && !span.is_empty();
    let copied = match (is_inside, mapping.mode()) {
        (false, _) => None,
        (true, Mode::Shared) => return file.pread(span),
        (true, Mode::Private) => mapping.page_states(span).ok(),
    };
    let Some(states) = copied else {
        return mapping.read(span, file);
    };
    let is_copy = |state: &PageState| matches!(state, PageState::PrivateCopy | PageState::Swapped);
    let mut whole = Readout::new();
    whole.span = span;
    let mut page = span.pages(mapping.page_bytes()).start;
    for run in states.chunk_by(|left, right| is_copy(left) == is_copy(right)) {
        let pages = Span::at(
            page * mapping.page_bytes(),
            run.len() as u64 * mapping.page_bytes(),
        );
        page += run.len() as u64;
        let Some(part) = pages.and_then(|pages| pages.intersect(span)) else {
            continue;
        };
        let read = if run.first().is_some_and(is_copy) {
            mapping.read(part, file)
        } else {
            file.pread(part)
        };
        whole.bytes.extend(read.bytes);
        whole.gaps.extend(read.gaps);
    }
    whole
}

pub(super) fn writes_through(mapping: &Mapping) -> bool {
    mapping.mode() == Mode::Shared && mapping.access() == Access::ReadWrite
}

/// Maps; where the way that was asked for is refused, maps in the nearest that works and says why.
pub(super) fn create(
    file: &OpenFile,
    mode: Mode,
    access: Access,
    span: Option<Span>,
    log: &CallLog,
) -> Result<(Mapping, Option<NotAsAsked>), String> {
    let request = MapRequest { mode, access, span };
    Mapping::create_nearest(file, request, log)
        .map(|(mapping, refusal)| {
            let refusal = refusal.map(|refusal| NotAsAsked {
                why: refusal.to_string(),
                may_allow: refusal.bar == Bar::BlockDevice,
            });
            (mapping, refusal)
        })
        .map_err(|error| error.to_string())
}
