//! A worker whose answers come late, as on slow storage: the person goes on typing, remapping and saving meanwhile, and
//! in the end the journal says what the view has and what was typed last is not lost.

use std::collections::BTreeMap;

use mapscope::model::ViewId;
use proptest::prelude::*;

use super::storage::Storage;
use super::*;
use crate::random::cases;

const LEN: usize = 8;

#[derive(Clone, Debug)]
enum Op {
    Type {
        at: u64,
        value: u8,
    },
    Undo,
    Redo,
    Reapply,
    Remap,
    Save,
    /// A truncation takes the private copies.
    Lose,
    /// So many orders are carried out.
    CarryOut(usize),
    /// So many answers come.
    Hear(usize),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (0..LEN as u64, b'W'..=b'Z').prop_map(|(at, value)| Op::Type { at, value }),
        2 => Just(Op::Undo),
        1 => Just(Op::Redo),
        2 => Just(Op::Reapply),
        2 => Just(Op::Remap),
        1 => Just(Op::Save),
        1 => Just(Op::Lose),
        4 => (1..4_usize).prop_map(Op::CarryOut),
        4 => (1..4_usize).prop_map(Op::Hear),
    ]
}

fn run(storage: &mut Storage, view: ViewId, op: &Op) {
    let doc = storage.app.doc_of(view).unwrap().id;
    match *op {
        Op::Type { at, value } => storage.type_at(view, at, value),
        Op::Undo => storage.act_in(view, E::Undo),
        Op::Redo => storage.act_in(view, E::Redo),
        Op::Reapply => storage.act_in(view, E::Reapply),
        Op::Remap => storage.act_in(view, M::Remap),
        Op::Save => storage.act_in(view, E::WriteBack),
        Op::Lose => storage.lose(view),
        Op::CarryOut(n) => {
            for _ in 0..n {
                storage.carry_out(doc);
            }
        }
        Op::Hear(n) => {
            for _ in 0..n {
                storage.hear(doc);
            }
        }
    }
}

/// All has been heard.
fn check(storage: &Storage, view: ViewId, is_involved: bool) -> Result<(), TestCaseError> {
    let known = storage.view(view).unwrap();
    let file = &storage.disk[&1];
    let shown = storage.shown(known);
    for at in 0..LEN {
        let said = known
            .journal
            .pending_at(at as u64)
            .map(|byte| (byte.base, byte.value));
        let (base, value) = (file[at], shown[at]);
        let is = (base != value).then_some((base, value));
        // an undo leaves the old byte in the private page: what is typed there while the file is being written has that for
        // its base, as that is what the view showed
        let is_its = said.is_none_or(|(_, said)| said == value) && (said.is_some() || is.is_none());
        prop_assert!(
            said == is || (is_involved && is_its),
            "{:?} is pending at {}, not {:?}",
            said,
            at,
            is
        );
    }
    let mut unsaved = BTreeMap::new();
    for run in known.journal.unsaved_runs() {
        unsaved.extend((run.offset..).zip(run.value));
    }
    for ((_, at), value) in &storage.newest {
        let kept = unsaved.get(&(*at as u64)).unwrap_or(&file[*at]);
        prop_assert_eq!(kept, value, "what was typed last at {}", at);
    }
    let doc = storage.app.doc_of(view).unwrap();
    prop_assert!(
        is_involved || doc.notices.get(Topic::Conflict).is_none(),
        "nobody else wrote"
    );
    Ok(())
}

proptest! {
    #![proptest_config(cases(5_000))]

    #[test]
    fn whatever_is_asked_meanwhile_nothing_typed_is_lost(ops in prop::collection::vec(op(), 1..25)) {
        let mut storage = Storage::new();
        let view = storage.open("/folder/data.bin", 1, LEN);
        for op in &ops {
            run(&mut storage, view, op);
        }
        storage.settle();
        storage.assert_rest();
        let saves = ops.iter().any(|op| matches!(op, Op::Save));
        let undoes = ops.iter().any(|op| matches!(op, Op::Undo));
        check(&storage, view, saves && undoes)?;
    }
}

/// A byte typed over while the one before is still on its way was taken for an edit that the mapping had lost: the store
/// was sent with what the journal knew, not with what would stand there by then.
#[test]
fn what_is_on_its_way_is_not_taken_for_lost() {
    for undoes in [false, true] {
        let mut storage = Storage::new();
        let view = storage.open("/folder/data.bin", 1, LEN);
        storage.type_at(view, 2, b'X');
        storage.settle();
        storage.type_at(view, 2, b'W');
        if undoes {
            storage.act_in(view, E::Undo);
        }
        storage.type_at(view, 2, b'Y');
        storage.settle();
        let doc = storage.app.doc_of(view).unwrap();
        assert!(doc.notices.get(Topic::Patch).is_none());
        let pending = doc.view().journal.pending_at(2).unwrap();
        assert_eq!((pending.base, pending.value), (b'a', b'Y'));
    }
}

/// What is typed last over a byte that waits is what counts, also where the file holds that already.
#[test]
fn a_byte_of_the_file_typed_over_one_that_waits_is_the_last_word() {
    let mut storage = Storage::new();
    let view = storage.open("/folder/data.bin", 1, LEN);
    storage.type_at(view, 2, b'X');
    storage.act_in(view, E::WriteBack);
    storage.settle();
    storage.type_at(view, 2, b'Y');
    storage.act_in(view, M::DiscardAll);
    storage.settle();
    storage.type_at(view, 2, b'X');
    storage.act_in(view, E::WriteBack);
    storage.settle();
    assert_eq!(storage.disk[&1][2], b'X');
}

/// The private copies go while an undo is under way, and it finds in the file what it is to take back: what it stores is an
/// edit like any other.
#[test]
fn what_an_undo_stores_after_a_loss_is_an_edit() {
    for alone in [false, true] {
        let mut storage = Storage::new();
        let view = storage.open("/folder/data.bin", 1, LEN);
        let doc = storage.app.doc_of(view).unwrap().id;
        storage.type_at(view, 2, b'Y');
        storage.act_in(view, E::WriteBack);
        storage.settle();
        storage.type_at(view, 2, b'W');
        storage.settle();
        storage.type_at(view, 2, b'Y');
        storage.settle();
        let id = storage
            .view(view)
            .unwrap()
            .journal
            .edits()
            .back()
            .unwrap()
            .id();
        if alone {
            storage.act_in(view, E::UndoOne(id));
        } else {
            storage.act_in(view, E::Undo);
        }
        storage.lose(view);
        storage.carry_out(doc);
        storage.settle();
        storage.assert_rest();
        let known = storage.view(view).unwrap();
        assert_eq!(storage.shown(known)[2], b'W');
        let pending = known.journal.pending_at(2).expect("it is an edit");
        assert_eq!((pending.base, pending.value), (b'Y', b'W'), "{alone}");
    }
}
