//! What an entry is about: which bytes, and whether it changed what somebody may see of them.

use super::{By, Fate, Happened, Happening, How, Occurrence, Saw, Sync};
use crate::bytes::Span;
use crate::map::Mode;
use crate::model::doc::Doc;
use crate::model::witness::{Who, WitnessId};

impl Happening {
    /// The bytes of the file that it is about, where it is about some.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        match &self.what {
            Occurrence::Wrote { offset, new, .. } => Span::at(*offset, new.len),
            Occurrence::WroteMore { hull, .. } => Some(*hull),
            Occurrence::Conflicts { first, .. } => Span::at(first.0, 1),
            Occurrence::Synced(Sync::Written(span)) => Some(*span),
            Occurrence::Discarded { span, .. } => *span,
            Occurrence::Grew { from, to } => Span::new(*from, *to),
            Occurrence::Shrank { from, to } => Span::new(*to, *from),
            Occurrence::CopiesLost { first, .. } => Some(*first),
            Occurrence::Mapped { extent, .. } => *extent,
            Occurrence::Started
            | Occurrence::Forked { .. }
            | Occurrence::Ended { .. }
            | Occurrence::Signalled(_)
            | Occurrence::Synced(_)
            | Occurrence::Replaced { .. }
            | Occurrence::Deleted
            | Occurrence::InPlace => None,
        }
    }

    /// It was done, and may have changed what somebody sees of `subject`, or through which page.
    pub(in crate::model) fn changes(&self, subject: Span) -> bool {
        let is_about = match &self.what {
            Occurrence::Wrote { .. }
            | Occurrence::WroteMore { .. }
            | Occurrence::Discarded { .. }
            | Occurrence::Grew { .. }
            | Occurrence::Shrank { .. }
            | Occurrence::CopiesLost { .. } => {
                let span = self.span();
                span.is_none_or(|span| span.intersect(subject).is_some())
            }
            Occurrence::Forked { .. } | Occurrence::Mapped { .. } => true,
            Occurrence::Conflicts { .. }
            | Occurrence::Started
            | Occurrence::Ended { .. }
            | Occurrence::Signalled(_)
            | Occurrence::Synced(_)
            | Occurrence::Replaced { .. }
            | Occurrence::Deleted
            | Occurrence::InPlace => false,
        };
        is_about && self.fate == Fate::Done
    }

    /// It stored bytes, or may have.
    #[must_use]
    pub fn is_store(&self) -> bool {
        let is_write = matches!(
            self.what,
            Occurrence::Wrote { .. } | Occurrence::WroteMore { .. }
        );
        is_write && matches!(self.fate, Fate::Done | Fate::NotKnown(_))
    }

    /// Whoever saw it is still being found out.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        let is_watched = self.watch.as_ref().is_some_and(|watch| !watch.is_over);
        is_watched && self.saw.iter().any(|row| row.saw == Saw::Waiting)
    }

    /// What a store made of the file's own bytes: it is in the file at once.
    #[must_use]
    pub fn reaches_file(&self) -> bool {
        let How::WriteBack = self.how() else {
            return match &self.by {
                By::View { mode, .. } | By::SecondMapping { mode, .. } => *mode == Mode::Shared,
                By::Process(name) => name.mode == Mode::Shared,
                By::Calls { .. } | By::Somebody => true,
            };
        };
        true
    }

    fn how(&self) -> How {
        match &self.what {
            Occurrence::Wrote { how, .. } | Occurrence::WroteMore { how, .. } => *how,
            _ => How::Store,
        }
    }
}

impl Happened {
    /// How many entries were ever made: the number of the newest.
    #[must_use]
    pub fn n_made(&self) -> u64 {
        self.n_made
    }

    /// The entries after that of this number, the oldest first.
    pub fn after(&self, number: u64) -> impl Iterator<Item = &Happening> {
        self.entries.iter().filter(move |it| it.number > number)
    }
}

impl Doc {
    /// A store by whoever has that row was asked for, and is not answered.
    #[must_use]
    pub fn is_storing(&self, who: Who) -> bool {
        let view = self.view();
        let through = |id: WitnessId| view.pending.witness_stores().any(|it| it.id == id);
        match who {
            Who::View => !view.pending.is_empty(),
            Who::OtherMode => match self.beside(view.id) {
                Some(beside) => !beside.pending.is_empty(),
                None => through(WitnessId::OtherMode),
            },
            Who::Calls => through(WitnessId::File),
            Who::Process(mapping) => {
                let process = self.processes.get(mapping);
                process.is_some_and(|process| !process.pending.is_empty())
            }
            Who::Other { .. } => false,
        }
    }

    /// The process that was told to store in the file in `span` and has not answered: what is read there meanwhile may be
    /// its doing.
    #[must_use]
    pub fn coming_from(&self, span: Span) -> Option<Who> {
        let mut stores = self.processes.stores_to_file();
        let found = stores.find(|(_, store)| {
            let place = Span::at(store.offset, store.bytes.len() as u64);
            place.is_some_and(|place| place.intersect(span).is_some())
        });
        found.map(|(process, _)| Who::Process(process.mapping))
    }
}
