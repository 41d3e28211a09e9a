//! Who sees what in an experiment, as the picture that an open file has: rows, and the memory that answers each.
//!
//! It owns what is claimed of each row. Only what a step told is shown as seen, and what was seen before something was
//! stored since is shown as that. Two rows are on the file's page only where both are known to be of the same file.

use crate::bytes::Span;
use crate::bytes::size::counted;
use crate::lab::claim::{Doing, KnownMapping, PeerCard, RunStep, ScratchKey};
use crate::map::{Access, Mode};
use crate::model::identity::MappingId;
use crate::model::picture::{
    Below, Cells, Compared, CopyId, Group, Maps, PageCache, Picture, Row, RowMemory, SHOWN_BYTES,
    Sees, Who, WriteAs,
};
use crate::peer::calls::{Call, Outcome, Prot, Source};
use crate::peer::wire::PeerPage;

use super::LabEntry;

/// The bytes that the steps are about, and of which file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Subject {
    span: Span,
    /// What the file is called in the experiment.
    name: String,
    key: ScratchKey,
}

/// What a peer was told to see of the subject, and at which step.
struct Loaded {
    at: usize,
    bytes: Vec<u8>,
}

impl LabEntry {
    /// The picture; `None` where no process maps or reads a file that is known.
    #[must_use]
    pub fn picture(&self, page_bytes: u64) -> Option<Picture> {
        let page_bytes = page_bytes.max(1);
        let (steps, cards) = (self.steps(), self.peers());
        let subject = subject(steps, cards)?;
        let page = subject.span.start() / page_bytes;
        let whole = Span::at(page * page_bytes, page_bytes)?;
        let shown = subject.span.intersect(whole)?;
        let changed = last_change(steps);
        let is_fresh = |loaded: &Loaded| changed.is_none_or(|changed| changed < loaded.at);
        let scene = Scene {
            subject: &subject,
            shown,
            page,
            page_bytes,
            cards,
        };
        let mut rows = Vec::new();
        let mut of_file: Option<(usize, Vec<u8>)> = None;
        let order = by_family(cards).into_iter();
        for (index, depth, card) in
            order.filter_map(|(it, depth)| Some((it, depth, cards.get(it)?)))
        {
            let loaded = loaded(steps, card, &subject, shown);
            let row = scene.row(
                index,
                card,
                depth,
                loaded.as_ref().map(|it| (it, is_fresh(it))),
            );
            if let (RowMemory::FilePage, Some(loaded)) = (&row.memory, loaded)
                && is_fresh(&loaded)
                && of_file.as_ref().is_none_or(|(at, _)| *at < loaded.at)
            {
                of_file = Some((loaded.at, loaded.bytes));
            }
            rows.push(row);
        }
        let file_bytes = of_file.map(|(_, bytes)| cells(&bytes));
        for row in &mut rows {
            row.compared = compared(&row.sees, file_bytes.as_ref(), shown);
        }
        let differing = rows.iter().find_map(differing);
        Some(Picture {
            subject: shown,
            is_cut: false,
            shown,
            page,
            page_bytes,
            file: subject.name.clone(),
            views: (MappingId(0), None),
            own_pid: 0,
            rows,
            differing,
            page_cache: PageCache::NotKnown("no step asked".to_owned()),
            storage: Below::NotKnown,
            file_bytes,
        })
    }

    /// What the last step did, in words.
    #[must_use]
    pub fn last_words(&self) -> Option<String> {
        let step = self.steps().last()?;
        let who = step.peer.as_deref().unwrap_or("mapscope");
        let first = step.observed.lines().next().unwrap_or_default();
        Some(format!(
            "Step {}: {who} {}: {first}",
            step.number, step.what
        ))
    }
}

/// What all rows of a picture share.
struct Scene<'a> {
    subject: &'a Subject,
    shown: Span,
    page: u64,
    page_bytes: u64,
    cards: &'a [PeerCard],
}

impl Scene<'_> {
    fn row(
        &self,
        index: usize,
        card: &PeerCard,
        depth: usize,
        loaded: Option<(&Loaded, bool)>,
    ) -> Row {
        let mapping = card.holding.mapping.as_ref();
        let memory = self.memory(index, card);
        let sees = match (&card.ended, loaded) {
            (Some(how), _) => Sees::Ended(how.clone()),
            (None, Some((loaded, true))) => Sees::Bytes(cells(&loaded.bytes)),
            (None, Some((loaded, false))) => Sees::Earlier(cells(&loaded.bytes)),
            (None, None) => match &memory {
                RowMemory::NotKnown(why) => Sees::Hidden(why.clone()),
                RowMemory::NotPresent => Sees::NotAsked,
                _ => Sees::Hidden("no step of it has loaded this yet".to_owned()),
            },
        };
        Row {
            who: Who::Process(MappingId(index as u64 + 1)),
            group: Group::Ours,
            depth,
            name: format!("{}, process {}", card.name, card.pid),
            maps: maps(mapping),
            sees,
            compared: Compared::NotKnown,
            memory,
            frame: None,
            write: WriteAs::NotNow,
            note: None,
            waits: false,
        }
    }

    /// What answers it, by what its page table was last seen to say.
    fn memory(&self, index: usize, card: &PeerCard) -> RowMemory {
        let not_known = |why: &str| RowMemory::NotKnown(why.to_owned());
        if card.ended.is_some() {
            return RowMemory::Gone;
        }
        let Some(mapping) = &card.holding.mapping else {
            let reads = card
                .holding
                .files
                .values()
                .any(|key| *key == self.subject.key);
            return if reads {
                RowMemory::FilePage // by read and pwrite
            } else {
                not_known("it has no mapping yet")
            };
        };
        match (&mapping.call.source, mapping.file) {
            (Source::Anonymous, _) => return not_known("its memory is of no file"),
            (_, None) => return not_known("which file it maps is not known"),
            (_, Some(key)) if key != self.subject.key => {
                return not_known("it maps another file");
            }
            _ => {}
        }
        let start = mapping.call.offset;
        let end = start.saturating_add(mapping.call.len);
        let page_start = self.page * self.page_bytes;
        if self.shown.start() < start || page_start >= end {
            return RowMemory::NotMapped;
        }
        let Some(pages) = &mapping.pages else {
            return not_known("what backs its pages was not told");
        };
        let place = self.page - start / self.page_bytes;
        let page = usize::try_from(place).ok().and_then(|it| pages.get(it));
        match page {
            Some(PeerPage::FilePage) => RowMemory::FilePage,
            Some(PeerPage::PrivateCopy) if self.is_alone(index) => {
                RowMemory::Copy(CopyId(index as u64))
            }
            Some(PeerPage::PrivateCopy) => RowMemory::CopyOfSeveral,
            Some(PeerPage::Swapped) => RowMemory::Swapped,
            Some(PeerPage::NotPresent) => RowMemory::NotPresent,
            Some(PeerPage::Unavailable(why)) => not_known(why),
            None => {
                let looked_at = counted(pages.len() as u64, "page");
                not_known(&format!("only its first {looked_at} were looked at"))
            }
        }
    }

    /// No other that has a copy can have the very same: none is of its line of forks.
    fn is_alone(&self, index: usize) -> bool {
        let own = root(self.cards, index);
        let mut others = (0..self.cards.len()).filter(|it| *it != index);
        !others.any(|it| root(self.cards, it) == own)
    }
}

/// What was loaded or stored, read or written last, and of which file.
fn subject(steps: &[RunStep], cards: &[PeerCard]) -> Option<Subject> {
    let known = |step: &RunStep| subject_of(step, cards);
    steps.iter().rev().find_map(known).or_else(|| {
        // Nothing was touched yet: the first byte of the first file that is mapped.
        let mapping = cards
            .iter()
            .find_map(|card| card.holding.mapping.as_ref())?;
        Some(Subject {
            span: Span::at(mapping.call.offset, 1)?,
            name: file_name(mapping)?,
            key: mapping.file?,
        })
    })
}

fn file_name(mapping: &KnownMapping) -> Option<String> {
    match &mapping.call.source {
        Source::File(name) => Some(name.clone()),
        _ => None,
    }
}

fn subject_of(step: &RunStep, cards: &[PeerCard]) -> Option<Subject> {
    let Doing::Ask { call, .. } = &step.doing else {
        return None;
    };
    let card = cards
        .iter()
        .find(|card| Some(&card.name) == step.peer.as_ref())?;
    let (at, len) = match call {
        Call::Load { at, len, .. } | Call::Read { at, len, .. } => (*at, *len),
        Call::Store { at, bytes, .. } | Call::Write { at, bytes, .. } => (*at, bytes.len() as u64),
        _ => return None,
    };
    let len = len.clamp(1, SHOWN_BYTES);
    match call {
        Call::Read { file, .. } | Call::Write { file, .. } => Some(Subject {
            span: Span::at(at, len)?,
            name: file.clone(),
            key: *card.holding.files.get(file)?,
        }),
        Call::Load { map, .. } | Call::Store { map, .. } => {
            let mapping = card.holding.mapping.as_ref()?;
            if mapping.call.map != *map {
                return None;
            }
            Some(Subject {
                span: Span::at(mapping.call.offset.checked_add(at)?, len)?,
                name: file_name(mapping)?,
                key: mapping.file?,
            })
        }
        _ => None,
    }
}

/// The last step that can have changed what somebody sees.
fn last_change(steps: &[RunStep]) -> Option<usize> {
    steps.iter().rposition(|step| match &step.doing {
        Doing::Ask { call, .. } => !only_looks(call),
        Doing::DeleteFile { .. } | Doing::RenameFile { .. } => true,
        Doing::MakeFile { .. } | Doing::Start | Doing::Fork { .. } | Doing::Look => false,
    })
}

/// It changes no byte that anybody sees.
fn only_looks(call: &Call) -> bool {
    matches!(
        call,
        Call::Open { .. }
            | Call::Close { .. }
            | Call::Map(_)
            | Call::Load { .. }
            | Call::Read { .. }
            | Call::Pages { .. }
            | Call::Maps { .. }
            | Call::Sums { .. }
            | Call::Memory
            | Call::Faults
            | Call::Sync { .. }
            | Call::Fsync { .. }
            | Call::Cache { .. }
    )
}

/// What the peer was last told to see of what is shown.
fn loaded(steps: &[RunStep], card: &PeerCard, subject: &Subject, shown: Span) -> Option<Loaded> {
    steps.iter().enumerate().rev().find_map(|(at, step)| {
        if step.peer.as_ref() != Some(&card.name) {
            return None;
        }
        let (Doing::Ask { call, .. }, Some(Outcome::Bytes { bytes })) = (&step.doing, &step.told)
        else {
            return None;
        };
        let from = match call {
            Call::Load { map, at, .. } => {
                let mapping = card.holding.mapping.as_ref()?;
                let is_it = mapping.call.map == *map && mapping.file == Some(subject.key);
                is_it.then(|| mapping.call.offset + at)?
            }
            Call::Read { file, at, .. } => {
                let key = card.holding.files.get(file)?;
                // Through a mapping it may see something else.
                (*key == subject.key && card.holding.mapping.is_none()).then_some(*at)?
            }
            _ => return None,
        };
        let skipped = usize::try_from(shown.start().checked_sub(from)?).ok()?;
        let n = usize::try_from(shown.len()).ok()?;
        let bytes = bytes.get(skipped..skipped.checked_add(n)?)?.to_vec();
        Some(Loaded { at, bytes })
    })
}

fn cells(bytes: &[u8]) -> Cells {
    Cells {
        bytes: bytes.iter().copied().map(Some).collect(),
        gap: None,
    }
}

fn compared(sees: &Sees, file: Option<&Cells>, shown: Span) -> Compared {
    let (Sees::Bytes(cells), Some(file)) = (sees, file) else {
        return Compared::NotKnown;
    };
    let pairs = cells.bytes.iter().zip(&file.bytes);
    let differing: Vec<u64> = (shown.start()..)
        .zip(pairs)
        .filter(|(_, (one, other))| one != other)
        .map(|(at, _)| at)
        .collect();
    match differing.first() {
        None => Compared::Same,
        Some(first) => Compared::Differs {
            n_bytes: differing.len() as u64,
            first: *first,
        },
    }
}

fn differing(row: &Row) -> Option<(u64, u64)> {
    match row.compared {
        Compared::Differs { n_bytes, first } => Some((n_bytes, first)),
        Compared::Same | Compared::NotKnown => None,
    }
}

fn maps(mapping: Option<&KnownMapping>) -> Maps {
    let Some(mapping) = mapping else {
        return Maps::Calls;
    };
    let mode = if mapping.call.shared {
        Mode::Shared
    } else {
        Mode::Private
    };
    let access = match mapping.call.prot {
        Prot::ReadWrite | Prot::Write | Prot::All => Access::ReadWrite,
        Prot::None | Prot::Read | Prot::Execute | Prot::ReadExecute => Access::ReadOnly,
    };
    Maps::As(mode, access)
}

fn parent(cards: &[PeerCard], index: usize) -> Option<usize> {
    let name = cards.get(index)?.parent.as_ref()?;
    cards.iter().position(|card| card.name == *name)
}

/// The first of its line of forks.
fn root(cards: &[PeerCard], index: usize) -> usize {
    let mut root = index;
    // A line is never longer than there are peers.
    for _ in cards {
        root = parent(cards, root).unwrap_or(root);
    }
    root
}

/// The peers with children below their parents, the newest first, and how far each stands below the first of its line.
fn by_family(cards: &[PeerCard]) -> Vec<(usize, usize)> {
    let mut order = Vec::new();
    let mut open: Vec<(usize, usize)> = (0..cards.len())
        .rev()
        .filter(|index| parent(cards, *index).is_none())
        .map(|index| (index, 0))
        .collect();
    while let Some((index, depth)) = open.pop() {
        order.push((index, depth));
        let children = (0..cards.len()).filter(|it| parent(cards, *it) == Some(index));
        open.extend(children.map(|child| (child, depth + 1)));
    }
    order
}
