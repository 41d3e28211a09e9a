//! What *Who sees it* keeps between frames: what is pointed at, which rows are new, the write that runs along the lines, and
//! the prediction that waits for what is observed.
//!
//! It must not know how anything is drawn.

use crate::bytes::Span;
use crate::model::happened::{Fate, Happening, Occurrence};
use crate::model::picture::{Cells, Prediction, Row, RowMemory, Sees, Who, WriteAs};
use crate::model::{Doc, DocId, Picture};

/// A write runs for so long, in seconds.
const RUN: f64 = 0.4;
/// What others see of it comes within this time, and is no new write.
const ECHO: f64 = 1.0;
/// Rows are read again this long after a store was answered, before they contradict a prediction.
const SETTLES: f64 = 0.5;

/// What is lit, and with it all that belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lit {
    /// A row.
    Row(Who),
    /// What stands in front of the wall beside this row, its first one.
    Piece(Who),
    /// The file's page.
    Wall,
}

/// What the panel keeps between frames.
#[derive(Debug, Default)]
pub struct WhoView {
    doc: Option<DocId>,
    /// The rows of the last frame.
    known: Vec<Who>,
    /// Those that were not there in the last frame.
    pub(super) fresh: Vec<Who>,
    /// Under the pointer, or focused.
    lit: Option<Lit>,
    /// A box that was clicked.
    chosen: Option<Lit>,
    /// Whose button is pointed at, or focused.
    writer: Option<Who>,
    /// It was pressed since: what became of that is said, not what another press would do.
    spent: Option<Who>,
    subject: Option<Span>,
    /// What each row showed last.
    showed: Vec<(Who, Cells)>,
    run: Option<Run>,
    /// The number of the last entry of *What happened* that ran along the lines, or never will.
    ran: u64,
    follow: Option<Follow>,
}

/// A write on its way.
#[derive(Clone, Debug)]
struct Run {
    started: f64,
    writer: Option<Who>,
    readers: Vec<Who>,
    /// It was read before its answer came.
    is_early: bool,
}

/// Where a write is in this frame.
#[derive(Clone, Debug)]
pub(super) struct Running {
    /// From 0 to 1.
    at: f32,
    pub(super) writer: Option<Who>,
    readers: Vec<Who>,
}

/// A prediction that waits for what is observed.
#[derive(Clone, Debug)]
struct Follow {
    /// The store's entry in *What happened* will come after that of this number.
    after: u64,
    writer: Who,
    prediction: Prediction,
    /// Who showed the bytes before.
    before: Vec<Who>,
    answered: Option<f64>,
    /// It is settled, in words.
    settled: Option<String>,
}

/// What there is to say of a prediction, and in how many seconds to look again.
pub(super) struct Said {
    pub(super) words: Option<String>,
    pub(super) again: Option<f64>,
}

impl WhoView {
    /// Takes note of a new frame. `moves`: motion is wanted.
    pub(super) fn note(&mut self, doc: &Doc, picture: &Picture, now: f64, moves: bool) {
        let rows: Vec<Who> = picture.rows.iter().map(|row| row.who).collect();
        if self.doc == Some(doc.id) {
            let is_new = |who: &&Who| !self.known.contains(who);
            self.fresh = rows.iter().filter(is_new).copied().collect();
        } else {
            *self = Self {
                doc: Some(doc.id),
                ran: doc.happened.n_made(),
                ..Self::default()
            };
        }
        self.known = rows;
        let changed = self.changed(picture);
        if moves && !changed.is_empty() {
            self.start_run(doc, picture, &changed, now);
        }
        let is_over = |run: &mut Run| now - run.started > ECHO;
        if self.run.take_if(is_over).is_some() || !moves {
            self.run = None;
        }
    }

    /// The rows that show something else than in the last frame, of the same bytes.
    fn changed(&mut self, picture: &Picture) -> Vec<Who> {
        let cells = |row: &Row| match &row.sees {
            Sees::Bytes(cells) => Some((row.who, cells.clone())),
            _ => None,
        };
        let shows: Vec<(Who, Cells)> = picture.rows.iter().filter_map(cells).collect();
        let before = std::mem::replace(&mut self.showed, shows);
        if self.subject.replace(picture.shown) != Some(picture.shown) {
            self.chosen = None;
            return Vec::new();
        }
        let differs = |(who, cells): &&(Who, Cells)| {
            let old = before.iter().find(|(known, _)| known == who);
            old.is_some_and(|(_, old)| old != cells)
        };
        let changed = self.showed.iter().filter(differs);
        changed.map(|(who, _)| *who).collect()
    }

    fn start_run(&mut self, doc: &Doc, picture: &Picture, changed: &[Who], now: f64) {
        let stored = |it: &&Happening| {
            let is_here = it.span().and_then(|span| span.intersect(picture.shown));
            it.is_store() && is_here.is_some()
        };
        let last = doc.happened.after(self.ran).filter(stored).last();
        let coming = doc.coming_from(picture.shown);
        let (writer, is_early) = match last {
            Some(last) => (picture.row_by(&last.by), false),
            None => (coming, coming.is_some()),
        };
        self.ran = last.map_or(self.ran, |last| last.number);
        if let Some(run) = &mut self.run {
            let is_it = run.is_early && run.writer == writer;
            run.is_early &= last.is_none();
            if is_it || last.is_none() {
                return; // others see what ran already
            }
        }
        let own = writer.and_then(|who| picture.row(who));
        let reaches_file = match own {
            Some(row) => row.write == WriteAs::ReachesFile,
            None => changed.contains(&Who::Calls),
        };
        let reads = |row: &&Row| match own {
            _ if reaches_file => row.memory == RowMemory::FilePage,
            Some(own) => row.who == own.who,
            None => changed.contains(&row.who),
        };
        self.run = Some(Run {
            started: now,
            writer,
            is_early,
            readers: picture
                .rows
                .iter()
                .filter(reads)
                .map(|row| row.who)
                .collect(),
        });
    }

    /// The write on its way, while it is.
    pub(super) fn running(&self, now: f64) -> Option<Running> {
        let run = self.run.as_ref()?;
        let at = ((now - run.started) / RUN) as f32;
        (0.0..1.0).contains(&at).then(|| Running {
            at,
            writer: run.writer,
            readers: run.readers.clone(),
        })
    }

    /// What is lit: what is pointed at, else what was clicked. While something is foretold, that stands out instead.
    pub(super) fn lights(&self) -> Option<Lit> {
        self.lit
            .or(self.chosen)
            .filter(|_| self.foretells().is_none())
    }

    /// A box was clicked.
    pub(super) fn chooses(&mut self, which: Lit) {
        self.chosen = (self.chosen != Some(which)).then_some(which);
    }

    pub(super) fn is_chosen(&self, which: Lit) -> bool {
        self.chosen == Some(which)
    }

    /// Whose store is to be foretold.
    pub(super) fn foretells(&self) -> Option<Who> {
        self.writer.filter(|writer| self.spent != Some(*writer))
    }

    /// What is pointed at now. Whether that is news.
    pub(super) fn points_at(&mut self, lit: Option<Lit>, writer: Option<Who>) -> bool {
        let is_new = (lit, writer) != (self.lit, self.writer);
        (self.lit, self.writer) = (lit, writer);
        if self.spent != writer {
            self.spent = None;
        }
        is_new
    }

    /// A button was pressed: what it leads to is held against the prediction.
    pub(super) fn wrote(&mut self, doc: &Doc, picture: &Picture, writer: Who, bytes: &[u8]) {
        self.spent = Some(writer);
        self.follow = None;
        let offset = picture.subject.start();
        if !picture.shown.contains(offset) {
            return; // the rows do not show what is written: they could neither confirm it nor contradict
        }
        self.follow = Some(Follow {
            after: doc.happened.n_made(),
            writer,
            prediction: picture.predict(writer),
            before: picture.showing(offset, bytes),
            answered: None,
            settled: None,
        });
    }

    /// What became of the last prediction, as far as that is observed.
    pub(super) fn verdict(&mut self, doc: &Doc, picture: &Picture, now: f64) -> Said {
        let nothing = Said {
            words: None,
            again: None,
        };
        let Some(follow) = &mut self.follow else {
            return nothing;
        };
        let words = |words: &str| Said {
            words: Some(words.to_owned()),
            again: None,
        };
        let mut stores = doc.happened.after(follow.after).filter(|it| {
            let is_write = matches!(it.what, Occurrence::Wrote { .. });
            is_write
                && it
                    .span()
                    .and_then(|it| it.intersect(picture.subject))
                    .is_some()
        });
        let found = match (stores.next(), stores.next()) {
            (None, _) if doc.is_storing(follow.writer) => return words("on its way"),
            // It came to nothing, or something else was stored since.
            (None, _) | (_, Some(_)) => None,
            (Some(store), None) => {
                let is_its = picture.row_by(&store.by) == Some(follow.writer);
                Some(store).filter(|store| is_its && store.fate == Fate::Done)
            }
        };
        let Some(Happening {
            what: Occurrence::Wrote { offset, new, .. },
            ..
        }) = found
        else {
            self.follow = None;
            return nothing;
        };
        if let Some(settled) = &follow.settled {
            return words(settled);
        }
        let answered = *follow.answered.get_or_insert(now);
        let surprise = picture.surprise(&follow.prediction, &follow.before, *offset, &new.bytes);
        let is_settled = now - answered >= SETTLES;
        let said = picture.surprise_words(&surprise);
        if surprise.is_none() {
            if is_settled {
                follow.settled = Some(said.clone());
            }
            return words(&said);
        }
        if is_settled {
            return words(&said);
        }
        Said {
            words: Some("written: looking who sees it".to_owned()),
            again: Some(SETTLES - (now - answered)),
        }
    }
}

impl Running {
    /// Where the dot of a row's line is, from 0 at the row to 1 at the memory.
    pub(super) fn dot(&self, who: Who) -> Option<f32> {
        let ease = |it: f32| it * it * (3.0 - 2.0 * it);
        let start = if self.writer.is_some() { 0.5 } else { 0.0 };
        if self.writer == Some(who) {
            return (self.at < 0.4).then(|| ease(self.at / 0.4));
        }
        let is_reader = self.readers.contains(&who) && self.at > start;
        is_reader.then(|| 1.0 - ease((self.at - start) / (1.0 - start)))
    }

    /// The memory that is written shines.
    pub(super) fn is_at_memory(&self) -> bool {
        (0.35..0.6).contains(&self.at)
    }
}
