//! Who would see a store: foretold from what answers each row, and compared with what the rows show afterwards.
//!
//! It owns the rule, and it is a rule about memory alone: whoever has the page that is written sees it. It must not know
//! whether anything is stored, and when.

use super::{Cells, Maps, Picture, Row, RowMemory, Sees, Who, WriteAs};

/// Who would see a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prediction {
    /// These would, the writer among them.
    pub seen: Vec<Who>,
    /// Of these it is not known, as it is not known what answers them.
    pub not_known: Vec<Who>,
}

/// What the rows show after a store, held against what was foretold. Empty lists: as predicted, as far as rows tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surprise {
    /// They show it although they would not.
    pub also: Vec<Who>,
    /// They do not show it although they would.
    pub missing: Vec<Who>,
}

impl Surprise {
    /// There is none.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.also.is_empty() && self.missing.is_empty()
    }
}

/// What a store does to the page that answers a row, where it goes into the file's page.
enum Reached {
    Sees,
    Not,
    NotKnown,
}

impl Picture {
    /// Who would see a store as `writer` at the subject's first byte.
    ///
    /// One that reaches the file is seen by all that the file's page answers, and by those that will bring it in with their
    /// first touch. One that stays in a copy is seen by its writer alone: a page that others have too is copied first.
    #[must_use]
    pub fn predict(&self, writer: Who) -> Prediction {
        let Some(row) = self.row(writer) else {
            return Prediction::default();
        };
        let is_page_of_rows = self.subject.start() / self.page_bytes == self.page;
        let is_outside = matches!(row.memory, RowMemory::PastEnd | RowMemory::NotMapped);
        match row.write {
            WriteAs::ReadOnly | WriteAs::NotOurs | WriteAs::NotNow => Prediction::default(),
            // A store there is a SIGBUS or SIGSEGV; only `pwrite` makes the file longer.
            _ if is_outside && is_page_of_rows && row.maps != Maps::Calls => Prediction::default(),
            WriteAs::StaysOwn => Prediction {
                seen: vec![writer],
                not_known: Vec::new(),
            },
            WriteAs::ReachesFile => self.reached(writer, is_page_of_rows),
        }
    }

    fn reached(&self, writer: Who, is_page_of_rows: bool) -> Prediction {
        let mut prediction = Prediction::default();
        for row in &self.rows {
            let is_certain = row.who == writer || row.who == Who::Calls;
            let reached = match (&row.memory, is_page_of_rows) {
                _ if is_certain => Reached::Sees,
                (RowMemory::Gone | RowMemory::NotMapped, _) => Reached::Not,
                // What answers the rows was told of another page.
                (_, false) => Reached::NotKnown,
                (RowMemory::FilePage | RowMemory::NotPresent, true) => Reached::Sees,
                (RowMemory::Copy(_) | RowMemory::CopyOfSeveral | RowMemory::Swapped, true) => {
                    Reached::Not
                }
                (RowMemory::PastEnd | RowMemory::Waiting | RowMemory::NotKnown(_), true) => {
                    Reached::NotKnown
                }
            };
            match reached {
                Reached::Sees => prediction.seen.push(row.who),
                Reached::NotKnown => prediction.not_known.push(row.who),
                Reached::Not => {}
            }
        }
        prediction
    }

    /// Those that show `bytes` at `offset`: before a store they are no witnesses of it.
    #[must_use]
    pub fn showing(&self, offset: u64, bytes: &[u8]) -> Vec<Who> {
        let shows = |row: &&Row| self.shows(row, offset, bytes) == Some(true);
        self.rows.iter().filter(shows).map(|row| row.who).collect()
    }

    /// Whether a row shows `bytes` at `offset`, as far as that is among what is shown; `None` where it tells nothing.
    fn shows(&self, row: &Row, offset: u64, bytes: &[u8]) -> Option<bool> {
        let Sees::Bytes(Cells { bytes: seen, .. }) = &row.sees else {
            return None;
        };
        let mut compared = None;
        for (at, byte) in (offset..).zip(bytes) {
            let Some(index) = at.checked_sub(self.shown.start()) else {
                continue;
            };
            let Some(seen) = usize::try_from(index).ok().and_then(|it| seen.get(it)) else {
                continue;
            };
            if *seen != Some(*byte) {
                return Some(false);
            }
            compared = Some(true);
        }
        compared
    }

    /// What the rows show now of `bytes` that were stored at `offset`, held against the prediction. Rows that showed the same
    /// bytes `before` tell nothing.
    #[must_use]
    pub fn surprise(
        &self,
        prediction: &Prediction,
        before: &[Who],
        offset: u64,
        bytes: &[u8],
    ) -> Surprise {
        let mut surprise = Surprise::default();
        for row in &self.rows {
            if prediction.not_known.contains(&row.who) || before.contains(&row.who) {
                continue;
            }
            let foretold = prediction.seen.contains(&row.who);
            match (self.shows(row, offset, bytes), foretold) {
                (Some(true), false) => surprise.also.push(row.who),
                (Some(false), true) => surprise.missing.push(row.who),
                _ => {}
            }
        }
        surprise
    }

    /// The names of `who`, with commas and an `and`.
    #[must_use]
    pub fn names(&self, who: &[Who]) -> String {
        let rows = self.rows.iter().filter(|row| who.contains(&row.who));
        let names: Vec<&str> = rows.map(|row| row.name.as_str()).collect();
        match names.as_slice() {
            [] => "nobody".to_owned(),
            [one] => (*one).to_owned(),
            [first @ .., last] => format!("{} and {last}", first.join(", ")),
        }
    }

    /// The prediction in words.
    #[must_use]
    pub fn prediction_words(&self, prediction: &Prediction) -> String {
        let n_rows = self
            .rows
            .iter()
            .filter(|row| row.memory != RowMemory::Gone)
            .count();
        let mut words = match prediction.seen.len() {
            0 => "nobody would see it".to_owned(),
            n if n == n_rows && n > 1 => format!("all {n} would see it"),
            n if n > 3 => format!("{n} of {n_rows} would see it"),
            1 => format!("only {} would see it", self.names(&prediction.seen)),
            _ => format!("{} would see it", self.names(&prediction.seen)),
        };
        if !prediction.not_known.is_empty() {
            words.push_str("; of ");
            words.push_str(&self.names(&prediction.not_known));
            words.push_str(" it is not known");
        }
        words
    }

    /// What became of the prediction, in words.
    #[must_use]
    pub fn surprise_words(&self, surprise: &Surprise) -> String {
        if surprise.is_none() {
            return "as predicted".to_owned();
        }
        let sees = |n: usize| if n == 1 { "sees" } else { "see" };
        let does = |n: usize| if n == 1 { "does" } else { "do" };
        let mut parts = Vec::new();
        if !surprise.also.is_empty() {
            let (names, sees) = (self.names(&surprise.also), sees(surprise.also.len()));
            parts.push(format!("{names} {sees} it too"));
        }
        if !surprise.missing.is_empty() {
            let (names, does) = (self.names(&surprise.missing), does(surprise.missing.len()));
            parts.push(format!("{names} {does} not see it"));
        }
        format!("other than predicted: {}", parts.join("; "))
    }
}
