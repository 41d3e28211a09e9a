//! The rows, from what witnesses, processes and the kernel said.

use std::sync::Arc;

use super::boxes::file_page;
use super::compare::{compare, counted};
use super::copies::{Candidate, Family, joined};
use super::{
    Basis, Cells, Compared, Group, Maps, Picture, Read, Row, RowMemory, SHOWN_BYTES, Sees, Who,
    WriteAs,
};
use crate::bytes::Span;
use crate::map::{
    Access, GapReason, Mode, OtherMapping, OtherProcess, PageState, Readout, Sameness, SeenBytes,
    errno_name,
};
use crate::model::identity::MappingId;
use crate::model::others::{name_of, pages_in, reading_of, row_of};
use crate::model::peers::{Process, Processes};
use crate::model::process::{PageSeen, ProcessKind};
use crate::model::witness::{Note, WitnessId, WitnessState};

/// A row before its memory is told apart from that of others, and what that takes.
struct Draft {
    row: Row,
    read: Option<Read>,
    /// What it said last before it stood still.
    last: Option<Read>,
    pages: Vec<PageSeen>,
    /// What is said in the place of bytes that were not asked for or refused.
    without: Vec<(Span, Sees)>,
    family: Family,
}

/// A family of one: a mapping that nobody forked from.
const NO_FAMILY: u64 = 1 << 62;

pub(super) fn picture(basis: &Basis<'_>) -> Picture {
    let subject = basis.subject;
    let mut drafts = drafts(basis);
    let file = file_readout(basis);
    let mut all = vec![false; usize::try_from(subject.len()).unwrap_or(0)];
    for draft in &mut drafts {
        draft.row.compared = compare(subject, draft.read.as_deref(), file.as_deref(), &mut all);
    }
    let differing = counted(subject, &all);
    let (page, shown) = shown(subject, differing.map(|(_, first)| first), basis.page_bytes);
    let index = page - subject.start() / basis.page_bytes;
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    for draft in &mut drafts {
        draft.show(shown, index);
        draft.end_with(file.as_deref(), shown);
    }
    let whole = Span::at(page.saturating_mul(basis.page_bytes), basis.page_bytes);
    tell_copies_apart(&mut drafts, index, whole.unwrap_or(shown));
    let facts = basis.witnesses.file_pages.as_ref();
    let facts = facts.filter(|facts| facts.span == subject);
    let fact = facts.and_then(|facts| facts.pages.get(index));
    let (page_cache, storage) = file_page(fact, basis.syncs.of(page));
    Picture {
        subject,
        is_cut: basis.is_cut,
        shown,
        page,
        page_bytes: basis.page_bytes,
        file: basis.file.clone(),
        views: basis.views,
        own_pid: basis.own_pid,
        rows: drafts.into_iter().map(|draft| draft.row).collect(),
        differing,
        page_cache,
        storage,
        file_bytes: file.map(|readout| Cells::of(&readout, shown)),
    }
}

/// The rows in their order, with all that was said of the subject.
fn drafts(basis: &Basis<'_>) -> Vec<Draft> {
    let mut drafts = vec![
        here(basis, WitnessId::View),
        here(basis, WitnessId::OtherMode),
    ];
    let built_in = basis.processes.built_in();
    let built_in = built_in.flat_map(|process| basis.processes.line_of(process));
    for (depth, process) in built_in.chain(basis.processes.tree()) {
        drafts.push(ours(basis, process, depth));
    }
    for process in basis.others.iter().flat_map(|others| &others.processes) {
        let mappings = process.mappings.iter();
        drafts.extend(mappings.map(|it| other(process, it, basis.subject, basis.page_bytes)));
    }
    drafts.push(here(basis, WitnessId::File));
    drafts
}

/// What `read` gave of the subject.
fn file_readout(basis: &Basis<'_>) -> Option<Read> {
    match &basis.witnesses.row(WitnessId::File).state {
        WitnessState::Reads { readout, .. } if readout.span == basis.subject => {
            Some(Arc::clone(readout))
        }
        _ => None,
    }
}

/// The page that is shown, and at most 16 bytes of it: from the subject's start, or round the first difference.
fn shown(subject: Span, first: Option<u64>, page_bytes: u64) -> (u64, Span) {
    let at = first.unwrap_or(subject.start());
    let page = at / page_bytes;
    let inside = Span::at(page * page_bytes, page_bytes).and_then(|page| page.intersect(subject));
    let inside = inside.unwrap_or(subject);
    // The difference stands near the middle, unless the end of what there is keeps it further right.
    let last_start = inside.end().saturating_sub(SHOWN_BYTES);
    let start = at.saturating_sub(SHOWN_BYTES / 2 - 1).min(last_start);
    let start = start.max(inside.start());
    let span = Span::at(start, SHOWN_BYTES).and_then(|span| span.intersect(inside));
    (page, span.unwrap_or(inside))
}

fn here(basis: &Basis<'_>, id: WitnessId) -> Draft {
    let row = basis.witnesses.row(id);
    let (who, group, name) = match id {
        WitnessId::View => (Who::View, Group::Here, "this view"),
        WitnessId::OtherMode => (Who::OtherMode, Group::Here, basis.second.0),
        WitnessId::File => (Who::Calls, Group::Calls, "read, pwrite"),
    };
    let maps = match id {
        WitnessId::View => Maps::As(basis.view.0, basis.view.1),
        WitnessId::OtherMode => Maps::As(basis.second.1, basis.second.2),
        WitnessId::File => Maps::Calls,
    };
    let write = match maps {
        Maps::As(_, Access::ReadOnly) => WriteAs::ReadOnly,
        Maps::As(Mode::Private, _) => WriteAs::StaysOwn,
        Maps::As(Mode::Shared, _) | Maps::Calls => WriteAs::ReachesFile,
    };
    let mut draft = Draft::new(who, group, name.to_owned(), maps, write);
    draft.row.note.clone_from(&row.note);
    draft.hear(&row.state, basis.subject);
    draft
}

fn ours(basis: &Basis<'_>, process: &Process, depth: usize) -> Draft {
    let maps = match process.kind {
        ProcessKind::Shared => Maps::As(Mode::Shared, Access::ReadWrite),
        ProcessKind::Private => Maps::As(Mode::Private, Access::ReadWrite),
        ProcessKind::ReadOnly => Maps::As(Mode::Shared, Access::ReadOnly),
    };
    let runs = process.ended.is_none() && process.pid.is_some();
    let write = match process.kind {
        _ if !runs => WriteAs::NotNow,
        ProcessKind::Shared => WriteAs::ReachesFile,
        ProcessKind::Private => WriteAs::StaysOwn,
        ProcessKind::ReadOnly => WriteAs::ReadOnly,
    };
    let who = Who::Process(process.mapping);
    let mut draft = Draft::new(who, Group::Ours, process.name(), maps, write);
    draft.row.depth = depth;
    draft.row.note.clone_from(&process.note);
    draft.family = Family(root_of(basis.processes, process).0);
    draft.hear(&process.state, basis.subject);
    if let Some(how) = &process.ended {
        draft.row.sees = Sees::Ended(how.clone());
        draft.row.memory = RowMemory::Gone;
        (draft.read, draft.pages) = (None, Vec::new());
    } else if process.stopped || process.is_late {
        draft.last = draft.read.take();
        draft.pages = Vec::new();
        let why = "it does not answer, so what it has now is not known";
        draft.row.sees = if process.stopped {
            Sees::Stopped(None)
        } else {
            Sees::Late(None)
        };
        draft.row.memory = RowMemory::NotKnown(why.to_owned());
    }
    draft
}

/// The first of its line of forks, also where that one is off the list by now.
fn root_of(processes: &Processes, process: &Process) -> MappingId {
    let mut root = process.mapping;
    let mut parent = process.parent;
    while let Some(mapping) = parent {
        root = mapping;
        parent = processes.get(mapping).and_then(|known| known.parent);
    }
    root
}

fn other(process: &OtherProcess, mapping: &OtherMapping, subject: Span, page_bytes: u64) -> Draft {
    let access = if mapping.may[1] {
        Access::ReadWrite
    } else {
        Access::ReadOnly
    };
    let who = row_of(process, mapping);
    let name = name_of(process);
    let maps = Maps::As(mapping.mode, access);
    let mut draft = Draft::new(who, Group::Others, name, maps, WriteAs::NotOurs);
    draft.row.note = path_remark(process, mapping).map(Note::done);
    draft.row.memory = match mapping.sameness {
        Sameness::Proven => RowMemory::Waiting,
        Sameness::OtherSubvolume => RowMemory::NotKnown(
            "a file of another subvolume can have the same device and inode (btrfs)".to_owned(),
        ),
        Sameness::OtherLayer => RowMemory::NotKnown(
            "a mapping made before the file was copied up keeps the lower layer's page (overlayfs)"
                .to_owned(),
        ),
    };
    draft.see(mapping, subject, page_bytes);
    draft
}

/// What is to be known of the path in its maps.
fn path_remark(process: &OtherProcess, mapping: &OtherMapping) -> Option<&'static str> {
    match (mapping.is_deleted, process.is_elsewhere == Some(true)) {
        (true, _) => Some("the name that it was mapped by is gone"),
        (false, true) => Some("its path is that of another mount namespace"),
        (false, false) => None,
    }
}

impl Draft {
    fn new(who: Who, group: Group, name: String, maps: Maps, write: WriteAs) -> Self {
        let row = Row {
            who,
            group,
            depth: 0,
            name,
            maps,
            sees: Sees::Waiting,
            compared: Compared::NotKnown,
            memory: RowMemory::Waiting,
            frame: None,
            write,
            note: None,
            waits: false,
        };
        Self {
            row,
            read: None,
            last: None,
            pages: Vec::new(),
            without: Vec::new(),
            family: Family(NO_FAMILY),
        }
    }

    /// What another program has of the subject, page by page; the rest lies outside its mapping.
    fn see(&mut self, mapping: &OtherMapping, subject: Span, page_bytes: u64) {
        let pages = &mapping.pages;
        let before = pages.first().map_or(0, |page| {
            (page.span.start() / page_bytes).saturating_sub(subject.start() / page_bytes)
        });
        let outside = PageSeen::NotTold("its mapping does not reach there".to_owned());
        self.pages = vec![outside; usize::try_from(before).unwrap_or(0)];
        for page in pages_in(pages, subject) {
            self.pages.push(match page.fact {
                Ok(fact) => PageSeen::Told(fact),
                Err(why) => PageSeen::NotTold(why.to_string()),
            });
            let sees = match &page.seen {
                SeenBytes::Bytes(_) => continue,
                SeenBytes::NotPresent => Sees::NotAsked,
                SeenBytes::NotTold(why) => Sees::Hidden(why.to_string()),
                SeenBytes::Refused(errno) => Sees::Hidden(errno_name(*errno).to_owned()),
            };
            self.without.push((page.span, sees));
        }
        self.read = Some(reading_of(mapping, subject));
    }

    /// What it last said; of other bytes it is no answer.
    fn hear(&mut self, state: &WitnessState, subject: Span) {
        match state {
            WitnessState::Reads { readout, pages } if readout.span == subject => {
                self.read = Some(Arc::clone(readout));
                self.pages.clone_from(pages);
            }
            WitnessState::Unavailable(why) => {
                self.row.sees = Sees::Hidden(why.clone());
                self.row.memory = RowMemory::NotKnown(why.clone());
            }
            WitnessState::Waiting | WitnessState::Reads { .. } => {}
        }
    }

    /// What it shows of `shown`, in the page of that number, of which `index` are before it in the subject.
    fn show(&mut self, shown: Span, index: usize) {
        let cells = |readout: &Read| Cells::of(readout, shown);
        let without = self
            .without
            .iter()
            .find(|(span, _)| span.contains(shown.start()));
        if let (Sees::Waiting, Some((_, sees))) = (&self.row.sees, without) {
            self.row.sees = sees.clone();
        }
        match (&self.row.sees, &self.read, &self.last) {
            (Sees::Waiting, Some(readout), _) => self.row.sees = Sees::Bytes(cells(readout)),
            (Sees::Stopped(_), _, last) => self.row.sees = Sees::Stopped(last.as_ref().map(cells)),
            (Sees::Late(_), _, last) => self.row.sees = Sees::Late(last.as_ref().map(cells)),
            _ => {}
        }
        if self.row.memory != RowMemory::Waiting {
            return;
        }
        // A system that tells nothing says so once.
        let page = match self.pages.as_slice() {
            [PageSeen::NotTold(_)] => self.pages.first(),
            pages => pages.get(index),
        };
        let gap = self.read.as_ref().and_then(|it| it.gap_at(shown.start()));
        self.row.memory = match (page, gap.map(|gap| gap.reason)) {
            (_, Some(GapReason::PastFileEnd { .. })) => RowMemory::PastEnd,
            (_, Some(GapReason::OutsideMapping)) => RowMemory::NotMapped,
            (Some(PageSeen::Told(fact)), _) => {
                self.row.frame = fact.frame;
                match fact.state {
                    PageState::FilePage => RowMemory::FilePage,
                    PageState::PrivateCopy => RowMemory::CopyOfSeveral,
                    PageState::Swapped => RowMemory::Swapped,
                    PageState::NotPresent => RowMemory::NotPresent,
                }
            }
            (Some(PageSeen::NotTold(why)), _) => RowMemory::NotKnown(why.clone()),
            (None, _) if self.row.maps == Maps::Calls && self.read.is_some() => RowMemory::FilePage,
            (None, Some(reason)) => RowMemory::NotKnown(reason.to_string()),
            (None, None) => RowMemory::Waiting,
        };
    }

    /// A page that another program has not and that lies past the end of the file never comes, by no touch.
    fn end_with(&mut self, file: Option<&Readout>, shown: Span) {
        let Some(file) = file.filter(|_| self.row.memory == RowMemory::NotPresent) else {
            return;
        };
        let gap = file.gap_at(shown.start()).map(|gap| gap.reason);
        if let (Group::Others, Some(GapReason::PastFileEnd { .. })) = (self.row.group, gap) {
            self.row.memory = RowMemory::PastEnd;
            self.row.sees = Sees::Bytes(Cells::of(file, shown));
        }
    }

    fn fact(&self, index: usize) -> Option<crate::map::PageFact> {
        self.pages.get(index).and_then(PageSeen::fact)
    }
}

/// Gives each copy the number of its page, where that is proven; also to a process that does not answer, where nobody else
/// can be the one that has the page too.
fn tell_copies_apart(drafts: &mut [Draft], index: usize, page: Span) {
    let may_be = |draft: &Draft| {
        draft.row.memory == RowMemory::CopyOfSeveral
            || matches!(draft.row.sees, Sees::Stopped(_) | Sees::Late(_))
    };
    let at: Vec<usize> = (0..drafts.len())
        .filter(|it| may_be(&drafts[*it]))
        .collect();
    let candidates: Vec<Candidate> = at
        .iter()
        .map(|it| {
            let draft = &drafts[*it];
            let fact = draft.fact(index);
            Candidate {
                // Who is nobody's child has no relative but itself.
                family: match draft.family {
                    Family(NO_FAMILY) => Family(NO_FAMILY + 1 + *it as u64),
                    family => family,
                },
                is_exclusive: fact.and_then(|fact| fact.is_exclusive),
                frame: fact.and_then(|fact| fact.frame),
                read: draft.read.clone(),
            }
        })
        .collect();
    for ((it, candidate), page) in at.iter().zip(&candidates).zip(joined(&candidates, page)) {
        let memory = &mut drafts[*it].row.memory;
        if let Some(page) = page {
            *memory = RowMemory::Copy(page);
        } else if *memory == RowMemory::CopyOfSeveral && candidate.is_exclusive.is_none() {
            let why =
                "a copy, and whether another process has it too is not told (as of a huge page)";
            *memory = RowMemory::NotKnown(why.to_owned());
        }
    }
}
