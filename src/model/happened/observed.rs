//! Entries of *What happened* that nobody here is the cause of: what is found of the file's length and path, lost copies, and
//! what readings show.
//!
//! It owns what may be said to be somebody else's doing. It must not know how an entry is worded.

use std::sync::Arc;

use super::record::Write;
use super::seen::row_of;
use super::{About, By, Fate, How, MOST_PARTS, Occurrence};
use crate::bytes::Span;
use crate::map::Readout;
use crate::model::doc::Doc;
use crate::model::event::{FileState, PathNow};
use crate::model::witness::{Who, WitnessId};

impl Doc {
    /// The rows that can be read now, and what they are called in a sentence.
    pub(super) fn rows_read(&self) -> Vec<(Who, String)> {
        let here = WitnessId::ALL.map(|id| (row_of(id), self.row_name(id)));
        let ours = self.processes.list().iter();
        let ours = ours.filter(|process| process.ended.is_none() && process.pid.is_some());
        let ours = ours.map(|process| (Who::Process(process.mapping), process.name()));
        here.into_iter()
            .chain(ours)
            .chain(self.others_read())
            .collect()
    }

    /// What a row of this program is called in a sentence. Of two views, which one is *this* changes; their modes tell them
    /// apart.
    fn row_name(&self, id: WitnessId) -> String {
        let view = self.view().id;
        match (id, self.beside(view)) {
            (WitnessId::File, _) => "the file".to_owned(),
            (WitnessId::View, None) => "this view".to_owned(),
            (WitnessId::OtherMode, None) => "the second mapping".to_owned(),
            (WitnessId::View, Some(_)) => format!("the {}", self.view_words(view)),
            (WitnessId::OtherMode, Some(beside)) => format!("the {}", self.view_words(beside.id)),
        }
    }

    /// The file's length or what its path names is about to be as `state` says.
    pub(super) fn note_state(&mut self, state: &FileState) {
        let (from, to) = (self.file_len, state.file_len);
        if to < from {
            self.note(By::Somebody, Occurrence::Shrank { from, to }, Fate::Done);
        }
        self.note_growth(to);
        if self.path_now != state.path {
            let what = match &state.path {
                PathNow::Same => Occurrence::InPlace,
                PathNow::Replaced(len) => Occurrence::Replaced { len: *len },
                PathNow::Deleted => Occurrence::Deleted,
                PathNow::Unknown(_) => return,
            };
            self.note(By::Somebody, what, Fate::Done);
        }
    }

    /// The file is about to be known to have this length, if it is a greater one.
    pub(super) fn note_growth(&mut self, to: u64) {
        let from = self.file_len;
        if to <= from {
            return;
        }
        let now = self.happened.now;
        // A log grows many times: that is one thing that happened.
        if let Some(last) = self.happened.entries.back_mut()
            && let Occurrence::Grew { to: before, .. } = &mut last.what
        {
            *before = to;
            last.at = now;
        } else {
            self.note(By::Somebody, Occurrence::Grew { from, to }, Fate::Done);
        }
    }

    /// Private copies are gone though nobody asked.
    pub(super) fn note_lost(&mut self, by: By, spans: &[Span]) {
        if let Some(first) = spans.first() {
            let n_bytes = spans.iter().map(|span| span.len()).sum();
            let first = *first;
            self.note(by, Occurrence::CopiesLost { first, n_bytes }, Fate::Done);
        }
    }

    /// A row was read: whoever it shows to have seen a store, and what others wrote.
    pub(in crate::model) fn note_reading(&mut self, who: Who, readout: &Arc<Readout>) {
        if who == Who::Calls {
            let now = self.happened.since();
            self.happened.file.read(readout, now);
        }
        self.happened.row_read(who, readout);
        self.hand_read(who, readout);
        self.note_found();
    }

    /// Whatever others wrote, as far as no store of ours may yet turn out to have done it.
    pub(super) fn note_found(&mut self) {
        let sent = &self.happened.sent;
        let is_coming = |offset: u64, byte: u8| {
            sent.iter().any(|sent| {
                let (start, bytes) = match &sent.about {
                    About::Store { offset, bytes }
                    | About::PutBack {
                        coming: Some((offset, bytes)),
                        ..
                    } => (*offset, bytes),
                    _ => return false,
                };
                let index = offset.checked_sub(start);
                let index = index.and_then(|index| usize::try_from(index).ok());
                index.and_then(|index| bytes.get(index)) == Some(&byte)
            })
        };
        let found = self.happened.file.found(is_coming);
        self.happened.has_found |= !found.is_empty();
        let mut rest = Vec::new();
        let since = found.iter().map(|found| found.since);
        let since = since.min_by_key(|since| since.n_made).unwrap_or_default();
        for (index, found) in found.iter().enumerate() {
            if index >= MOST_PARTS {
                rest.extend(Span::at(found.offset, found.new.len() as u64));
                continue;
            }
            let now = std::mem::replace(&mut self.happened.now, found.at);
            self.note_write(Write {
                by: By::Somebody,
                how: How::Store,
                offset: found.offset,
                old: Some(&found.old),
                new: &found.new,
                fate: Fate::Done,
                sent: found.since,
            });
            self.happened.now = now;
        }
        self.note_rest((By::Somebody, How::Store), &rest, since);
    }
}
