//! The journal beside the plainest thing that does the same: two arrays of bytes, the file and what the private view
//! shows of it. What is pending is then where they differ, by definition.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use mapscope::bytes::Span;
use mapscope::model::journal::{EditState, Journal, PendingByte, PendingRun};
use mapscope::model::{Effect, FileRequest, Mode};
use proptest::collection::vec;
use proptest::prelude::*;

/// Bytes of the file: few, so that edits often meet.
const LEN: usize = 24;
/// Bytes that go together when copies are lost.
const PAGE: usize = 8;

#[derive(Clone, Debug)]
enum Op {
    /// A store by the person.
    Type {
        at: usize,
        bytes: Vec<u8>,
    },
    Undo,
    Redo,
    /// A truncation takes the copies of these pages.
    Lose {
        page: usize,
        pages: usize,
    },
    /// The person gives them back.
    Discard {
        page: usize,
        pages: usize,
    },
    /// The mapping is about to go.
    SetAside,
    Reapply,
    /// Everything unsaved is written to the file.
    WriteBack,
    /// Only this part of it could be written.
    WritePart {
        at: usize,
        len: usize,
    },
    /// From private to shared or back.
    Switch,
    /// Somebody else writes a byte that is not edited.
    Foreign {
        at: usize,
        byte: u8,
    },
}

fn op() -> impl Strategy<Value = Op> {
    // values from a small set, so that an edit often brings a byte back to what it was
    let byte = 0_u8..4;
    prop_oneof![
        8 => (0..LEN, vec(byte.clone(), 1..5)).prop_map(|(at, bytes)| Op::Type { at, bytes }),
        4 => Just(Op::Undo),
        3 => Just(Op::Redo),
        2 => (0..LEN / PAGE, 1..4_usize).prop_map(|(page, pages)| Op::Lose { page, pages }),
        1 => (0..LEN / PAGE, 1..4_usize).prop_map(|(page, pages)| Op::Discard { page, pages }),
        1 => Just(Op::SetAside),
        3 => Just(Op::Reapply),
        1 => Just(Op::WriteBack),
        1 => (0..LEN, 1..LEN).prop_map(|(at, len)| Op::WritePart { at, len }),
        1 => Just(Op::Switch),
        1 => (0..LEN, byte).prop_map(|(at, byte)| Op::Foreign { at, byte }),
    ]
}

/// The journal and, beside it, what is really there.
struct Desk {
    journal: Journal,
    mode: Mode,
    file: Vec<u8>,
    view: Vec<u8>,
    /// What was taken from the view and waits: base and value by offset.
    waiting: BTreeMap<u64, PendingByte>,
    /// Ids of edits that undo would take back, oldest first.
    done: Vec<u64>,
    /// Ids that redo would bring back, the next one last.
    undone: Vec<u64>,
    /// Ids of all that was typed: they stay listed.
    listed: BTreeSet<u64>,
    /// Ids of those that were taken back and not brought back.
    taken_back: BTreeSet<u64>,
}

impl Desk {
    fn new() -> Self {
        let file: Vec<u8> = [0, 1, 2].into_iter().cycle().take(LEN).collect();
        Self {
            journal: Journal::new(),
            mode: Mode::Private,
            view: file.clone(),
            file,
            waiting: BTreeMap::new(),
            done: Vec::new(),
            undone: Vec::new(),
            listed: BTreeSet::new(),
            taken_back: BTreeSet::new(),
        }
    }

    /// Stores through the mapping; returns what stood there.
    fn store(&mut self, at: usize, bytes: &[u8]) -> Vec<u8> {
        let range = at..at + bytes.len();
        let old = self.view[range.clone()].to_vec();
        self.view[range.clone()].copy_from_slice(bytes);
        if self.mode == Mode::Shared {
            self.file[range].copy_from_slice(bytes);
        } else {
            // what waited there is older than this
            self.waiting
                .retain(|offset, _| !range.contains(&index(*offset)));
        }
        old
    }

    /// The view shows the file again in `range`; what was edited there waits.
    fn take(&mut self, range: std::ops::Range<usize>) {
        for at in range {
            if self.view[at] != self.file[at] {
                let byte = PendingByte {
                    base: self.file[at],
                    value: self.view[at],
                };
                self.waiting.insert(at as u64, byte);
                self.view[at] = self.file[at];
            }
        }
    }

    fn pending(&self) -> BTreeMap<u64, PendingByte> {
        (0..LEN)
            .filter(|at| self.view[*at] != self.file[*at])
            .map(|at| {
                let (base, value) = (self.file[at], self.view[at]);
                (at as u64, PendingByte { base, value })
            })
            .collect()
    }

    fn unsaved(&self) -> BTreeMap<u64, PendingByte> {
        let mut unsaved = self.waiting.clone();
        unsaved.extend(self.pending());
        unsaved
    }

    fn run(&mut self, op: Op) {
        match op {
            Op::Type { at, bytes } => self.record(at, &bytes),
            Op::Undo => self.undo(),
            Op::Redo => self.redo(),
            Op::Lose { page, pages } => {
                let (range, span) = pages_from(page, pages);
                let n_bytes = range
                    .clone()
                    .filter(|at| self.view[*at] != self.file[*at])
                    .count();
                self.take(range);
                assert_eq!(self.journal.lose(span), n_bytes);
            }
            Op::Discard { page, pages } => {
                let (range, span) = pages_from(page, pages);
                self.take(range);
                self.journal.discard(span);
            }
            Op::SetAside => {
                let n_bytes = self.pending().len();
                self.take(0..LEN);
                assert_eq!(self.journal.set_aside(), n_bytes);
            }
            Op::Reapply => self.reapply(),
            Op::WriteBack => self.write(0, LEN),
            Op::WritePart { at, len } => self.write(at, len.min(LEN - at)),
            Op::Switch => {
                self.take(0..LEN);
                self.journal.set_aside();
                self.mode = match self.mode {
                    Mode::Private => Mode::Shared,
                    Mode::Shared => Mode::Private,
                };
            }
            Op::Foreign { at, byte } => {
                if self.view[at] == self.file[at] {
                    self.view[at] = byte;
                    self.file[at] = byte;
                }
            }
        }
    }

    fn record(&mut self, at: usize, bytes: &[u8]) {
        let bytes = &bytes[..bytes.len().min(LEN - at)];
        let old = self.store(at, bytes);
        let id = self.journal.record(
            at as u64,
            old,
            bytes.to_vec(),
            self.mode,
            SystemTime::UNIX_EPOCH,
        );
        assert!(
            self.listed.iter().all(|known| *known < id),
            "numbers in the order of typing"
        );
        self.undone.clear(); // gone by new typing, as everywhere
        self.listed.insert(id);
        self.done.push(id);
    }

    fn undo(&mut self) {
        let Some(next) = self.journal.undo() else {
            assert!(self.done.is_empty(), "undo forgot {:?}", self.done);
            return;
        };
        assert_eq!(Some(next.id), self.done.last().copied());
        if next.mode != self.mode {
            return;
        }
        let at = index(next.offset);
        self.done.pop();
        if self.view[at..at + next.expect.len()] == next.expect[..] {
            self.store(at, &next.write);
            self.journal.undone(next.id);
            self.undone.push(next.id);
            self.taken_back.insert(next.id);
        } else {
            self.journal.skip(next.id);
        }
    }

    fn redo(&mut self) {
        let Some(next) = self.journal.redo() else {
            assert!(self.undone.is_empty(), "redo forgot {:?}", self.undone);
            return;
        };

        assert_eq!(Some(next.id), self.undone.last().copied());
        let at = index(next.offset);
        if next.mode != self.mode {
            return;
        }
        self.undone.pop();
        if self.view[at..at + next.expect.len()] == next.expect[..] {
            self.store(at, &next.write);
            self.journal.redone(next.id);
            self.taken_back.remove(&next.id);
            self.done.push(next.id);
        } else {
            self.journal.skip(next.id);
        }
    }

    fn reapply(&mut self) {
        if self.mode == Mode::Shared {
            return;
        }
        for run in self.journal.patch_runs() {
            let old = self.store(index(run.offset), &run.value);
            self.journal.reapplied(run.offset, &old, &run.value);
            for (i, old) in old.iter().enumerate() {
                if *old == run.value[i] {
                    // from here the journal cannot tell a view that had the edit still from a file that holds the same
                    // by now; it keeps what it knew, as if somebody had put the old byte back below the copy
                    self.file[index(run.offset) + i] = run.base[i];
                }
            }
            for offset in run.offset..run.offset + run.value.len() as u64 {
                self.waiting.remove(&offset);
            }
        }
        assert_eq!(self.journal.patch_bytes(), 0);
    }

    fn write(&mut self, at: usize, len: usize) {
        let part = Span::at(at as u64, len as u64).unwrap();
        for (offset, byte) in self.unsaved() {
            if part.contains(offset) {
                self.file[index(offset)] = byte.value;
                self.view[index(offset)] = byte.value;
                self.waiting.remove(&offset);
            }
        }
        self.journal.written_back(part);
    }

    fn check(&self) {
        let journal = &self.journal;
        let all = Span::new(0, LEN as u64).unwrap();
        assert_eq!(
            journal.pending_in(all).collect::<BTreeMap<_, _>>(),
            self.pending(),
            "pending is where view and file differ"
        );
        assert_eq!(
            journal.patch_in(all).collect::<BTreeMap<_, _>>(),
            self.waiting,
            "what was taken from the view waits"
        );
        assert_eq!(journal.pending_bytes(), self.pending().len());
        assert_eq!(journal.patch_bytes(), self.waiting.len());
        assert_eq!(flat(&journal.pending_runs()), self.pending());
        assert_eq!(flat(&journal.patch_runs()), self.waiting);
        assert_eq!(flat(&journal.unsaved_runs()), self.unsaved());
        for at in 0..LEN as u64 {
            assert_eq!(journal.pending_at(at), self.pending().get(&at).copied());
        }
        let listed: BTreeSet<u64> = journal.edits().iter().map(|edit| edit.id).collect();
        assert_eq!(listed, self.listed, "what was typed stays listed");
        for edit in journal.edits() {
            assert_eq!(
                edit.state == EditState::Undone,
                self.taken_back.contains(&edit.id),
                "edit {} is {:?}",
                edit.id,
                edit.state
            );
        }
    }
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap()
}

fn pages_from(page: usize, pages: usize) -> (std::ops::Range<usize>, Span) {
    let range = page * PAGE..((page + pages) * PAGE).min(LEN);
    let span = Span::new(range.start as u64, range.end as u64).unwrap();
    (range, span)
}

/// The bytes of `runs`, after a check that no two runs could be one and none is out of order.
fn flat(runs: &[PendingRun]) -> BTreeMap<u64, PendingByte> {
    let mut bytes = BTreeMap::new();
    let mut end = None;
    for run in runs {
        assert!(!run.value.is_empty() && run.base.len() == run.value.len());
        assert!(
            end.is_none_or(|end| end < run.offset),
            "runs are ascending, apart from each other and as long as can be: {runs:?}"
        );
        end = Some(run.offset + run.value.len() as u64);
        for (index, (base, value)) in run.base.iter().zip(&run.value).enumerate() {
            let byte = PendingByte {
                base: *base,
                value: *value,
            };
            bytes.insert(run.offset + index as u64, byte);
        }
    }
    bytes
}

/// This many cases; a case that failed is printed, not written beside the sources.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn says_what_two_arrays_say(ops in vec(op(), 1..60)) {
        let mut desk = Desk::new();
        for op in ops {
            desk.run(op);
            desk.check();
        }
    }

    #[test]
    fn undo_of_everything_restores(typed in vec((0..LEN, vec(any::<u8>(), 1..6)), 1..30), shared: bool) {
        let mut desk = Desk::new();
        if shared {
            desk.run(Op::Switch);
        }
        let (file, view) = (desk.file.clone(), desk.view.clone());
        for (at, bytes) in typed.clone() {
            desk.run(Op::Type { at, bytes });
        }
        let (typed_file, typed_view) = (desk.file.clone(), desk.view.clone());
        while desk.journal.undo().is_some() {
            desk.run(Op::Undo);
        }
        desk.check();
        prop_assert_eq!(&desk.file, &file);
        prop_assert_eq!(&desk.view, &view);
        prop_assert_eq!(desk.journal.pending_bytes(), 0);
        for _ in typed {
            desk.run(Op::Redo);
        }
        desk.check();
        prop_assert_eq!(desk.file, typed_file);
        prop_assert_eq!(desk.view, typed_view);
    }

    #[test]
    fn losing_and_reapplying_brings_every_edit_back(typed in vec((0..LEN, vec(any::<u8>(), 1..6)), 1..20), page in 0..LEN / PAGE) {
        let mut desk = Desk::new();
        for (at, bytes) in typed {
            desk.run(Op::Type { at, bytes });
        }
        let view = desk.view.clone();
        desk.run(Op::Lose { page, pages: 2 });
        desk.check();
        desk.run(Op::Reapply);
        desk.check();
        prop_assert_eq!(desk.view, view);
    }
}

/// A store of `value` at `offset` over `old`.
fn record(journal: &mut Journal, offset: u64, old: u8, value: u8, mode: Mode) -> u64 {
    let at = SystemTime::UNIX_EPOCH;
    journal.record(offset, vec![old], vec![value], mode, at)
}

#[test]
fn nothing_is_written_back_twice_and_undo_after_it_is_a_private_edit() {
    let mut journal = Journal::new();
    let id = record(&mut journal, 3, b'a', b'b', Mode::Private);
    journal.written_back(Span::at(3, 1).unwrap());
    assert!(journal.unsaved_runs().is_empty());
    journal.undone(id);
    let pending = PendingByte {
        base: b'b',
        value: b'a',
    };
    assert_eq!(journal.pending_at(3), Some(pending));
}

#[test]
fn a_conflict_is_overwritten_only_after_its_base_was_renewed() {
    let mut journal = Journal::new();
    record(&mut journal, 3, b'a', b'b', Mode::Private);
    record(&mut journal, 4, b'a', b'b', Mode::Private);
    journal.lose(Span::at(4, 1).unwrap());
    journal.rebase(3, b'x');
    journal.rebase(4, b'y');
    journal.rebase(5, b'z'); // not edited: nothing to renew
    let run = PendingRun {
        offset: 3,
        base: b"xy".to_vec(),
        value: b"bb".to_vec(),
    };
    assert_eq!(journal.unsaved_runs(), [run]);
}

#[test]
fn answers_about_another_edit_than_the_one_named_change_nothing() {
    let mut journal = Journal::new();
    let first = record(&mut journal, 0, 0, 1, Mode::Private);
    let second = record(&mut journal, 1, 0, 1, Mode::Private);
    journal.undone(first);
    journal.skip(first);
    journal.redone(second);
    journal.undone(99);
    assert_eq!(journal.undo().map(|next| next.id), Some(second));
    assert_eq!(journal.pending_bytes(), 2);
}

#[test]
fn an_edit_that_undo_passed_over_stays_listed() {
    let mut journal = Journal::new();
    let id = record(&mut journal, 0, b'a', b'b', Mode::Shared);
    journal.skip(id); // somebody changed the byte since: it was not taken back
    record(&mut journal, 9, b'a', b'b', Mode::Shared);
    assert!(
        journal.edits().iter().any(|edit| edit.id == id),
        "edit {id} reached the file, was never taken back, and is no longer listed: {:?}",
        journal.edits()
    );
}

#[test]
fn reapplying_never_goes_over_what_was_typed_since() {
    let mut model = super::model::open(64);
    super::model::typed(&mut model, 5, b'a', b'X');
    let page = Span::new(0, 64).unwrap();
    model.hear(mapscope::model::Event::CopiesLost(vec![page]));
    super::model::typed(&mut model, 5, b'a', b'Y');
    let stored = model.act(mapscope::model::Action::Reapply);
    let over = stored.iter().any(|effect| match effect {
        Effect::File(FileRequest::Store(batch)) => {
            batch.stores.iter().any(|store| store.bytes.contains(&b'X'))
        }
        _ => false,
    });
    assert!(
        !over,
        "the X of before is stored over the newer Y: {stored:?}"
    );
}

#[test]
fn an_edit_that_the_view_still_had_when_it_was_reapplied_stays_pending() {
    let mut journal = Journal::new();
    record(&mut journal, 5, b'a', b'X', Mode::Private);
    journal.lose(Span::new(0, 64).unwrap()); // it seemed lost: the file ended before it for a while
    journal.reapplied(5, b"X", b"X"); // but its private copy was there all the time
    let pending = PendingByte {
        base: b'a',
        value: b'X',
    };
    assert_eq!(journal.pending_at(5), Some(pending));
}
