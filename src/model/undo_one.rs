//! Taking one edit back that is not the last one: a step of its own, which undo takes back in its turn.

use super::doc::{Doc, Out};
use super::effect::Purpose;
use super::identity::ViewId;
use super::journal::NotAlone;
use super::pending::Waiting;
use super::topic::Subject;

impl Doc {
    /// Takes back edit `id` alone, after what is under way.
    pub(super) fn undo_one(&mut self, view: ViewId, id: u64, out: &mut Out<'_>) {
        self.submit(view, Waiting::UndoOne(id), out);
    }

    pub(super) fn begin_undo_one(&mut self, view: ViewId, id: u64, out: &mut Out<'_>) {
        let Some(known) = self.view_by(view) else {
            return;
        };
        match known.journal.undo_one(id) {
            Ok(compensation) => self.send_compensation(view, compensation, Purpose::UndoOne, out),
            Err(why) => self.failed(Subject::Undo, not_alone_words(why)),
        }
    }
}

fn not_alone_words(why: NotAlone) -> String {
    match why {
        NotAlone::Unknown => "Not undone: that edit is no longer listed".to_owned(),
        NotAlone::InFile { offset } => format!(
            "Not undone: the edit at {offset:#x} is in the file; only Undo takes it back, after those made since"
        ),
        NotAlone::NotHeld { offset } => {
            format!("Not undone: the mapping does not hold the edit at {offset:#x}")
        }
        NotAlone::Beneath { offset, later } => format!(
            "Not undone: a later edit, number {later}, lies over this one at {offset:#x}: undo that first"
        ),
    }
}
