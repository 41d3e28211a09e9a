//! *Write back as the same*: what stood there before an entry of *What happened* is stored again, by whoever made it.
//!
//! It owns which entries offer that. It goes through the same mapping in the same generation, and only where what the entry
//! wrote still stands: that is compared where it is carried out.

use super::doc::{Doc, Out};
use super::happened::{By, Fate, Happening, Occurrence};
use super::identity::Target;
use super::pending::{StoreBy, StoreOver, Waiting, WitnessStore};
use super::topic::Subject;
use super::witness::WitnessId;

/// Why an entry cannot be written back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPutBack {
    /// It is no store by a witness, a process or pwrite, or was not carried out. Edits through a view are undone.
    NotThat,
    /// Something was written there later.
    NotTheLatest,
    /// Not all of its bytes were kept, or what stood there was not read.
    NotKept,
    /// The mapping it went through is gone.
    Gone,
    /// The process that made it stands no more.
    Ended,
}

impl NoPutBack {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotThat => "only what a witness, a process or pwrite stored is written back here",
            Self::NotTheLatest => "something was written there later",
            Self::NotKept => "what stood there was not kept whole",
            Self::Gone => "the mapping that it went through is gone",
            Self::Ended => "the process that made it is gone",
        }
    }
}

impl Doc {
    /// Whether the entry of that number can be written back now.
    ///
    /// # Errors
    /// Why not.
    pub fn can_put_back(&self, number: u64) -> Result<(), NoPutBack> {
        let entry = self.happened.get(number).ok_or(NoPutBack::NotKept)?;
        self.check_put_back(entry)
    }

    fn check_put_back(&self, entry: &Happening) -> Result<(), NoPutBack> {
        let Occurrence::Wrote { old, new, .. } = &entry.what else {
            return Err(NoPutBack::NotThat);
        };
        if entry.fate != Fate::Done {
            return Err(NoPutBack::NotThat);
        }
        match &entry.by {
            By::SecondMapping { target, .. } | By::Calls { target } => {
                let is_second = matches!(entry.by, By::SecondMapping { .. });
                if !self.is_now(*target) || is_second && self.views.len() > 1 {
                    return Err(NoPutBack::Gone);
                }
            }
            By::Process(name) => {
                let process = self.processes.get(name.mapping).ok_or(NoPutBack::Ended)?;
                if process.ended.is_some() || process.generation != name.generation {
                    return Err(NoPutBack::Ended);
                }
            }
            By::View { .. } | By::Somebody => return Err(NoPutBack::NotThat),
        }
        let is_kept = old
            .as_ref()
            .is_some_and(|old| old.is_whole() && old.len == new.len);
        if !is_kept || !new.is_whole() {
            return Err(NoPutBack::NotKept);
        }
        let span = entry.span().ok_or(NoPutBack::NotKept)?;
        let mut later = self.happened.newest_first();
        let is_over = |it: &Happening| it.span().is_some_and(|it| it.intersect(span).is_some());
        let is_later = |it: &&Happening| it.is_store() && is_over(it);
        match later.find(is_later) {
            Some(latest) if latest.number == entry.number => Ok(()),
            _ => Err(NoPutBack::NotTheLatest),
        }
    }

    /// Writes back what stood there before the entry of that number.
    pub(super) fn put_back(&mut self, number: u64, out: &mut Out<'_>) {
        if let Err(why) = self.can_put_back(number) {
            let why = why.words();
            self.failed(Subject::Edit, format!("Not written back: {why}"));
            return;
        }
        let Some(Happening {
            by,
            what:
                Occurrence::Wrote {
                    offset,
                    old: Some(old),
                    new,
                    ..
                },
            ..
        }) = self.happened.get(number).cloned()
        else {
            return;
        };
        self.notices.settle(Subject::Edit);
        self.wrote(offset, old.bytes.len());
        let (bytes, expect) = (old.bytes, Some(new.bytes));
        let (id, target) = match by {
            By::SecondMapping { target, .. } => (WitnessId::OtherMode, target),
            By::Calls { target } => (WitnessId::File, target),
            By::Process(name) => {
                let store = StoreBy {
                    number: out.numbers.order(),
                    target: Target {
                        doc: self.id,
                        mapping: name.mapping,
                        generation: name.generation,
                    },
                    offset,
                    bytes,
                    over: expect.map_or(StoreOver::Whatever, StoreOver::Only),
                    puts_back: Some(number),
                };
                self.send_store(store, out);
                return;
            }
            By::View { .. } | By::Somebody => return,
        };
        let view = self
            .views
            .iter()
            .find(|view| view.mapping == target.mapping);
        let store = WitnessStore {
            id,
            offset,
            bytes,
            expect,
            puts_back: Some(number),
        };
        if let Some(view) = view.map(|view| view.id) {
            self.submit(view, Waiting::Witness(target, store), out);
        }
    }
}
