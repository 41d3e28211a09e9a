//! The steps of the person's in order, and which of them undo and redo come to next.
//!
//! It owns the two stacks and the budget of memory: which undo goes first where there is too much. It must not know what
//! the steps come to byte by byte.

use std::collections::{BTreeMap, VecDeque};

use super::edit::Edit;
use super::order::Way;
use super::part::overlaps;
use super::shadow::EVERYTHING;

/// This many edits are listed whose bytes nothing needs any more; older ones go.
const MAX_FACTS: usize = 2048;

/// The steps, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    edits: VecDeque<Edit>,
    /// Ids of those that undo takes back, the last one next.
    done: Vec<u64>,
    /// Ids of those that redo brings back, the last one next.
    undone: Vec<u64>,
    last_id: u64,
    kept: usize,
    /// Steps that take another one back, each with that one.
    taken: BTreeMap<u64, u64>,
}

impl History {
    pub(super) fn edits(&self) -> &VecDeque<Edit> {
        &self.edits
    }

    /// How many there ever were.
    pub(super) fn last_id(&self) -> u64 {
        self.last_id
    }

    /// The number of the next one.
    pub(super) fn next_id(&self) -> u64 {
        self.last_id + 1
    }

    /// Memory in bytes.
    pub(super) fn kept(&self) -> usize {
        let stacks = (self.done.capacity() + self.undone.capacity()) * size_of::<u64>();
        let stacks = stacks + self.taken.len() * size_of::<(u64, u64)>() * 2;
        let spare = self.edits.capacity() - self.edits.len();
        self.kept + stacks + spare * size_of::<Edit>()
    }

    /// Adds a step that takes edit `taken` back.
    pub(super) fn add_taking_back(&mut self, edit: Edit, taken: u64) {
        let id = edit.id();
        self.add(edit);
        self.taken.insert(id, taken); // after: what is not among the edits is no longer taken
    }

    /// The edit that step `id` takes back.
    pub(super) fn taken_by(&self, id: u64) -> Option<u64> {
        self.taken.get(&id).copied()
    }

    pub(super) fn add(&mut self, edit: Edit) {
        self.forget_undone();
        self.last_id = edit.id();
        self.kept += edit.kept();
        self.done.push(edit.id());
        self.edits.push_back(edit);
    }

    /// What was undone can no longer be redone. What was brought back in part only is undone before newer edits.
    fn forget_undone(&mut self) {
        let top = self.done.last().copied();
        let redoable = std::mem::take(&mut self.undone);
        if redoable.is_empty()
            && !top
                .and_then(|id| self.find(id))
                .is_some_and(|edit| edit.can(Way::Redo))
        {
            return;
        }
        for id in redoable.iter().copied().chain(top) {
            let Some(edit) = self.find_mut(id) else {
                continue;
            };
            edit.give_up(|part| part.can(Way::Redo));
            if edit.can(Way::Undo) && Some(id) != top {
                self.done.push(id);
            }
        }
        self.settle();
    }

    /// The next step to go this way.
    pub(super) fn next(&self, way: Way) -> Option<&Edit> {
        let stack = match way {
            Way::Undo => &self.done,
            Way::Redo => &self.undone,
        };
        self.find(*stack.last()?)
    }

    /// Changes the next step to go this way, if it is `id`. It stays the next for as long as a part can still go; then it
    /// is the next to go the other way. Returns whether it was.
    pub(super) fn go(&mut self, way: Way, id: u64, change: impl FnOnce(&mut Edit)) -> bool {
        if self.next(way).map(Edit::id) != Some(id) {
            return false;
        }
        let Some(edit) = self.find_mut(id) else {
            return false;
        };
        let before = edit.kept();
        change(edit);
        let (after, stays) = (edit.kept(), edit.can(way));
        self.kept = (self.kept + after).saturating_sub(before);
        if !stays {
            let (from, to) = match way {
                Way::Undo => (&mut self.done, &mut self.undone),
                Way::Redo => (&mut self.undone, &mut self.done),
            };
            from.pop();
            to.push(id);
            self.keep_in_line();
        }
        true
    }

    /// Passes over the next step to go this way, if it is `id`: it never goes. Returns whether it was.
    pub(super) fn skip(&mut self, way: Way, id: u64) -> bool {
        if self.next(way).map(Edit::id) != Some(id) {
            return false;
        }
        let (from, to, back) = match way {
            Way::Undo => (&mut self.done, &mut self.undone, Way::Redo),
            Way::Redo => (&mut self.undone, &mut self.done, Way::Undo),
        };
        from.pop();
        let index = self.edits.binary_search_by_key(&id, Edit::id);
        if let Some(edit) = index.ok().and_then(|index| self.edits.get_mut(index)) {
            edit.give_up(|part| part.can(way));
            if edit.can(back) {
                to.push(id); // the part of it that went
            }
        }
        self.settle();
        true
    }

    /// Changes one step, wherever it stands.
    pub(super) fn change(&mut self, id: u64, change: impl FnOnce(&mut Edit)) {
        if let Some(edit) = self.find_mut(id) {
            let before = edit.kept();
            change(edit);
            let after = edit.kept();
            self.kept = (self.kept + after).saturating_sub(before);
        }
    }

    /// Those that came after step `id`.
    pub(super) fn after(&self, id: u64) -> impl Iterator<Item = &Edit> {
        let first = self.edits.partition_point(|edit| edit.id() <= id);
        self.edits.range(first..)
    }

    /// What takes an edit back can go no further than that one can come back. And what was taken back, and can never come
    /// back, is passed over by undo.
    fn keep_in_line(&mut self) {
        if self.taken.is_empty() {
            return;
        }
        for (id, taken) in std::mem::take(&mut self.taken) {
            if self.find(id).is_none_or(|edit| !edit.has_bytes()) {
                continue; // for good: it goes nowhere any more
            }
            self.taken.insert(id, taken);
            let gone = match self.find(taken) {
                Some(taken) => taken.without_bytes(),
                None => vec![EVERYTHING],
            };
            if !gone.is_empty() {
                self.change(id, |edit| {
                    edit.split(&gone, |part| part.kept.is_some());
                    edit.give_up(|part| overlaps(&gone, part.span()));
                });
            }
        }
        while let Some(last) = self.done.last().copied()
            && self
                .find(last)
                .is_some_and(|edit| edit.stays_taken() || edit.takes_nothing())
        {
            self.done.pop();
            self.change(last, |edit| edit.give_up(|_| true));
        }
        while let Some(last) = self.undone.last().copied()
            && self.find(last).is_some_and(Edit::takes_nothing)
        {
            self.undone.pop();
        }
    }

    /// Changes every step.
    pub(super) fn each(&mut self, mut change: impl FnMut(&mut Edit)) {
        for edit in &mut self.edits {
            change(edit);
        }
        self.settle();
    }

    /// Takes steps that were retired off the stacks, for good.
    pub(super) fn unstack(&mut self, retired: impl Fn(&Edit) -> bool) {
        let Self {
            edits,
            done,
            undone,
            ..
        } = self;
        let stays = |id: &u64| {
            let index = edits.binary_search_by_key(id, Edit::id);
            let edit = index.ok().and_then(|index| edits.get(index));
            !edit.is_some_and(&retired)
        };
        done.retain(stays);
        undone.retain(stays);
    }

    /// How much memory the next record gives back by itself: what can no longer be redone then.
    pub(super) fn redo_bytes(&self) -> usize {
        let undone = self.undone.iter().filter_map(|id| self.find(*id));
        undone.map(Edit::bytes_to_redo).sum()
    }

    /// The undo of edits that are in the file, oldest first, until `bytes` are given back or none is left: which edits
    /// and how many bytes.
    pub(super) fn forgettable(&self, bytes: usize) -> (Vec<u64>, usize) {
        let (mut ids, mut sum) = (Vec::new(), 0);
        for id in &self.done {
            if sum >= bytes {
                break;
            }
            let edit = self.find(*id);
            if let Some(edit) = edit.filter(|edit| edit.has_bytes() && edit.is_in_file()) {
                ids.push(*id);
                sum += edit.bytes_to_undo();
            }
        }
        (ids, sum)
    }

    /// These can no longer be undone, but stay listed. The ids are ascending.
    pub(super) fn forget(&mut self, ids: &[u64]) {
        if ids.is_empty() {
            return;
        }
        let forgotten = |id: u64| ids.binary_search(&id).is_ok();
        self.done.retain(|id| !forgotten(*id));
        self.each(|edit| {
            if forgotten(edit.id()) {
                edit.give_up(|_| true);
            }
        });
    }

    pub(super) fn find(&self, id: u64) -> Option<&Edit> {
        let index = self.edits.binary_search_by_key(&id, Edit::id).ok()?;
        self.edits.get(index)
    }

    fn find_mut(&mut self, id: u64) -> Option<&mut Edit> {
        let index = self.edits.binary_search_by_key(&id, Edit::id).ok()?;
        self.edits.get_mut(index)
    }

    /// Drops the oldest plain facts beyond their number, gives spare room back and counts anew.
    fn settle(&mut self) {
        self.keep_in_line();
        let n_facts = self.edits.iter().filter(|edit| !edit.has_bytes()).count();
        let mut too_many = n_facts.saturating_sub(MAX_FACTS);
        if too_many > 0 {
            self.edits.retain(|edit| {
                let goes = too_many > 0 && !edit.has_bytes();
                too_many -= usize::from(goes);
                !goes
            });
            let edits = &self.edits;
            let known = |id: &u64| edits.binary_search_by_key(id, Edit::id).is_ok();
            self.done.retain(known);
            self.undone.retain(known);
        }
        self.edits.shrink_to(self.edits.len() * 2);
        self.done.shrink_to(self.done.len() * 2);
        self.undone.shrink_to(self.undone.len() * 2);
        self.kept = self.edits.iter().map(Edit::kept).sum();
    }
}
