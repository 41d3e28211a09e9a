//! The sentence on top of *Who sees it*: what happened last to these bytes and who sees it, or else what is seen now.
//!
//! It owns what may be claimed, as data. That a row sees a store is claimed by what it read after it, that a page was
//! copied by the state of its page; of a row that has not been read since nothing is claimed. It must not know words:
//! `sentence/words.rs` makes them.

mod words;

use std::time::Duration;

use super::{Cells, Compared, CopyId, Picture, Row, RowMemory, Sees, Who};
use crate::bytes::Span;
use crate::model::happened::{By, Happening, How, KeptBytes, Occurrence, ProcessName, Saw};

/// The sentence, as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sentence {
    /// Nothing happened to these bytes that is known: what is seen now.
    Observed {
        /// Of which bytes.
        subject: Span,
        /// What is seen.
        seen: Observed,
        /// Why.
        because: Because,
    },
    /// Somebody stored bytes.
    Wrote {
        /// Who.
        by: By,
        /// Why.
        how: How,
        /// Where.
        offset: u64,
        /// Occurrence.
        new: KeptBytes,
        /// It was the same before.
        is_same: bool,
        /// Who sees it.
        seen: SeenBy,
        /// Why.
        because: Because,
    },
    /// A process forked.
    Forked {
        /// The child.
        child: ProcessName,
        /// The parent.
        parent: By,
        /// What answers both of them.
        both: Both,
    },
    /// Private copies were given back.
    Discarded {
        /// Whole pages, where that is known.
        span: Option<Span>,
        /// How many were copies, where that is known.
        n_pages: Option<u64>,
        /// The view shows what the file has: compared.
        is_same: bool,
        /// Because it has the file's page again.
        because: Because,
    },
    /// The file became shorter.
    Shrank {
        /// From this length.
        from: u64,
        /// To this one.
        to: u64,
        /// These bytes are past its end.
        is_past_end: bool,
        /// Where they begin.
        at: u64,
    },
    /// Private copies are gone though nobody asked.
    CopiesLost {
        /// Whose, by name.
        whose: String,
        /// The number of the page.
        page: u64,
    },
}

/// What is seen of the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observed {
    /// Nobody has said it yet.
    Nothing,
    /// There is none to see, for anybody who was asked.
    NoBytes(Cells),
    /// All of so many see the same.
    Same {
        /// How many rows.
        n: usize,
        /// Occurrence; of longer subjects the part that is shown.
        cells: Cells,
    },
    /// Some see something else than the file has.
    Differ {
        /// Those, by name, and what the first of them sees.
        others: Vec<String>,
        /// What that sees.
        cells: Cells,
        /// What the file has.
        file: Option<Cells>,
        /// How many see anything.
        n: usize,
    },
}

/// Who sees a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeenBy {
    /// Nobody was asked: it was not watched.
    NotAsked,
    /// It is being found out.
    Asking,
    /// All of them.
    All {
        /// Within how long.
        within: Duration,
    },
    /// Only whoever made it, by name.
    OnlyWriter(String),
    /// All but these.
    AllBut(Vec<String>),
    /// These.
    Some(Vec<String>),
    /// None of those that were asked.
    Nobody,
}

/// Why it is seen so, as far as states of pages tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because {
    /// It is not known, or says nothing.
    Nothing,
    /// One page in the page cache answers all of them.
    OnePage,
    /// The writer has a copy of this page, and the others have the file's.
    WriterCopied {
        /// The number of the page.
        page: u64,
        /// All others have the file's page.
        others_have_file: bool,
    },
    /// Those that do not see it have copies of their own of the page.
    TheyCopied {
        /// How many they are.
        n: usize,
        /// The number of the page.
        page: u64,
    },
}

/// What answers a parent and its child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Both {
    /// One copy of this page.
    Copy(u64),
    /// The file's page.
    FilePage,
    /// It is not known, or not the same.
    NotKnown,
}

impl Sentence {
    /// The sentence of a picture, and of what happened last to its subject
    /// ([`Happened::last_about`](crate::model::Happened::last_about)).
    #[must_use]
    pub fn of(picture: &Picture, last: Option<&Happening>) -> Self {
        let said = last.and_then(|last| match &last.what {
            Occurrence::Wrote {
                how,
                offset,
                old,
                new,
            } => wrote(picture, last, (*how, *offset), (old.as_ref(), new)),
            Occurrence::Forked { child } => Some(Self::Forked {
                child: *child,
                parent: last.by.clone(),
                both: both(picture, &last.by, child),
            }),
            Occurrence::Discarded { span, n_pages } => {
                discarded(picture, &last.by, (*span, *n_pages))
            }
            Occurrence::Shrank { from, to } => Some(Self::Shrank {
                from: *from,
                to: *to,
                is_past_end: *to <= picture.subject.start(),
                at: picture.subject.start(),
            }),
            Occurrence::CopiesLost { .. } => Some(Self::CopiesLost {
                whose: picture
                    .row_by(&last.by)
                    .and_then(|who| picture.row(who))
                    .map_or_else(|| last.by.subject(), Row::in_sentence),
                page: picture.page,
            }),
            _ => None,
        });
        said.unwrap_or_else(|| observed(picture))
    }
}

fn is_copy(memory: &RowMemory) -> bool {
    matches!(memory, RowMemory::Copy(_) | RowMemory::CopyOfSeveral)
}

/// Whether the row shows these bytes now; `None` where its cells do not tell.
fn shows(picture: &Picture, row: &Row, offset: u64, new: &KeptBytes) -> Option<bool> {
    let Sees::Bytes(cells) = &row.sees else {
        return None;
    };
    let span = Span::at(offset, new.len)?;
    let part = span.intersect(picture.shown)?;
    let mut offsets = part.start()..part.end();
    Some(offsets.all(|at| {
        let index = |at: u64, from: u64| usize::try_from(at - from).unwrap_or(usize::MAX);
        let cell = cells.bytes.get(index(at, picture.shown.start()));
        let byte = new.bytes.get(index(at, offset));
        byte.is_none() || cell.copied().flatten() == byte.copied()
    }))
}

/// The rows that were asked, by what they say of a store.
#[derive(Default)]
struct Rows<'a> {
    seeing: Vec<&'a Row>,
    not: Vec<&'a Row>,
    within: Duration,
    is_asking: bool,
}

/// Sorts the rows that are read.
fn sorted<'a>(picture: &'a Picture, entry: &Happening, offset: u64, new: &KeptBytes) -> Rows<'a> {
    let by_row = picture.row_by(&entry.by);
    let mut rows = Rows::default();
    for row in picture.rows.iter().filter(|row| row.is_read()) {
        let is_writer = Some(row.who) == by_row;
        let saw = entry.saw.iter().find(|saw| saw.who == row.who);
        match (saw.map(|row| row.saw), shows(picture, row, offset, new)) {
            (Some(Saw::Waiting), _) if entry.is_asking() => rows.is_asking = true,
            // A copy that had the same bytes before does not see the store.
            (Some(Saw::Before), _) if is_copy(&row.memory) && !is_writer => rows.not.push(row),
            (Some(Saw::Seen(time)), Some(true) | None) => {
                rows.within = rows.within.max(time);
                rows.seeing.push(row);
            }
            // Nothing was compared after it, as of a program that was found since: what it shows now.
            (Some(Saw::Before), None | Some(true))
            | (None | Some(Saw::Waiting | Saw::Not | Saw::Unclear), Some(true)) => {
                rows.seeing.push(row);
            }
            (None, None) => {}
            (Some(_), None) | (_, Some(false)) => rows.not.push(row),
        }
    }
    rows
}

/// What is said of a store; `None` where it stands no more, so that what is seen now is all that there is to say.
fn wrote(
    picture: &Picture,
    entry: &Happening,
    (how, offset): (How, u64),
    (old, new): (Option<&KeptBytes>, &KeptBytes),
) -> Option<Sentence> {
    let by_row = picture.row_by(&entry.by);
    let own = picture.row(by_row.unwrap_or(Who::Calls));
    let own = own.and_then(|row| shows(picture, row, offset, new));
    // Something stands there by now that nobody told of.
    if !entry.is_asking() && own == Some(false) {
        return None;
    }
    let rows = sorted(picture, entry, offset, new);
    let names = |rows: &[&Row]| rows.iter().map(|row| row.in_sentence()).collect();
    let (n_see, n_not) = (rows.seeing.len(), rows.not.len());
    let only_writer = n_see == 1 && rows.seeing.iter().all(|row| Some(row.who) == by_row);
    let seen = match (n_see, n_not) {
        _ if entry.saw.is_empty() => SeenBy::NotAsked,
        _ if rows.is_asking => SeenBy::Asking,
        (0, _) => SeenBy::Nobody,
        (_, 0) => SeenBy::All {
            within: rows.within,
        },
        _ if only_writer => SeenBy::OnlyWriter(rows.seeing[0].in_sentence()),
        _ if n_not < n_see => SeenBy::AllBut(names(&rows.not)),
        _ => SeenBy::Some(names(&rows.seeing)),
    };
    let because = why_seen(picture, &seen, &rows, offset / picture.page_bytes.max(1));
    Some(Sentence::Wrote {
        by: entry.by.clone(),
        how,
        offset,
        new: new.clone(),
        is_same: old == Some(new),
        seen,
        because,
    })
}

/// Why a store on this page is seen so, by the states of the page that is shown.
fn why_seen(picture: &Picture, seen: &SeenBy, rows: &Rows<'_>, page: u64) -> Because {
    let has_file = |row: &&Row| row.memory == RowMemory::FilePage;
    let has_copy = |row: &&Row| is_copy(&row.memory);
    match seen {
        _ if page != picture.page => Because::Nothing,
        SeenBy::OnlyWriter(_) if rows.seeing.iter().all(has_copy) => Because::WriterCopied {
            page,
            others_have_file: rows.not.iter().all(has_file),
        },
        SeenBy::AllBut(_) | SeenBy::Some(_) if rows.not.iter().all(has_copy) => {
            let n = rows.not.len();
            Because::TheyCopied { n, page }
        }
        SeenBy::All { .. } if rows.seeing.iter().all(has_file) => Because::OnePage,
        _ => Because::Nothing,
    }
}

fn both(picture: &Picture, parent: &By, child: &ProcessName) -> Both {
    let row = |who: Who| picture.row(who);
    let parent = picture.row_by(parent).and_then(row);
    let child = row(Who::Process(child.mapping));
    let (Some(parent), Some(child)) = (parent, child) else {
        return Both::NotKnown;
    };
    match (&parent.memory, &child.memory) {
        (RowMemory::Copy(CopyId(one)), RowMemory::Copy(CopyId(other))) if one == other => {
            Both::Copy(picture.page)
        }
        (RowMemory::FilePage, RowMemory::FilePage) => Both::FilePage,
        _ => Both::NotKnown,
    }
}

fn discarded(
    picture: &Picture,
    by: &By,
    (span, n_pages): (Option<Span>, Option<u64>),
) -> Option<Sentence> {
    let view = picture.row(picture.row_by(by)?)?;
    if is_copy(&view.memory) {
        return None; // it has been copied anew since
    }
    Some(Sentence::Discarded {
        span,
        n_pages,
        is_same: view.who == Who::View && view.compared == Compared::Same,
        because: match view.memory {
            RowMemory::FilePage => Because::OnePage,
            _ => Because::Nothing,
        },
    })
}

fn observed(picture: &Picture) -> Sentence {
    let rows: Vec<(&Row, &Cells)> = picture
        .rows
        .iter()
        .filter_map(|row| match &row.sees {
            Sees::Bytes(cells) => Some((row, cells)),
            _ => None,
        })
        .collect();
    let n = rows.len();
    let differ: Vec<_> = rows
        .iter()
        .filter(|(row, _)| row.compared.differs())
        .collect();
    let (seen, because) = match (rows.first(), differ.first()) {
        (None, _) => (Observed::Nothing, Because::Nothing),
        (Some((_, cells)), None) if cells.bytes.iter().all(Option::is_none) => {
            (Observed::NoBytes((*cells).clone()), Because::Nothing)
        }
        (Some((_, cells)), None) => agreed(&rows, cells),
        (_, Some((_, cells))) => {
            let others = differ.iter().map(|(row, _)| row.in_sentence()).collect();
            let copied = differ.iter().all(|(row, _)| is_copy(&row.memory));
            let (n_differ, page) = (differ.len(), picture.page);
            let because = if copied {
                Because::TheyCopied { n: n_differ, page }
            } else {
                Because::Nothing
            };
            let seen = Observed::Differ {
                others,
                cells: (*cells).clone(),
                file: picture.file_bytes.clone(),
                n,
            };
            (seen, because)
        }
    };
    Sentence::Observed {
        subject: picture.subject,
        seen,
        because,
    }
}

/// Nobody sees something else than the file has; that all see the same is claimed where all were compared.
fn agreed(rows: &[(&Row, &Cells)], cells: &Cells) -> (Observed, Because) {
    if !rows.iter().all(|(row, _)| row.compared == Compared::Same) {
        return (Observed::Nothing, Because::Nothing);
    }
    let one_page = rows
        .iter()
        .all(|(row, _)| row.memory == RowMemory::FilePage);
    let because = if one_page {
        Because::OnePage
    } else {
        Because::Nothing
    };
    let (n, cells) = (rows.len(), cells.clone());
    (Observed::Same { n, cells }, because)
}

impl Row {
    /// It is read: it neither stands still nor ended, and something lets it be asked.
    fn is_read(&self) -> bool {
        matches!(self.sees, Sees::Bytes(_) | Sees::Waiting)
    }

    /// What it is called in a sentence.
    fn in_sentence(&self) -> String {
        match self.who {
            Who::OtherMode => format!("the {}", self.name),
            Who::Calls => "the file".to_owned(),
            Who::View | Who::Process(_) | Who::Other { .. } => self.name.clone(),
        }
    }
}
