//! Every order, answer and job knows its file, its view and its generation: whatever comes late, twice, out of turn or of
//! something that is gone changes nothing but its own.

use std::collections::BTreeMap;

use mapscope::model::{DocId, ViewId};
use proptest::prelude::*;

use super::storage::Storage;
use super::*;
use crate::random::cases;

const LEN: usize = 6;
const PATHS: [&str; 3] = ["/a", "/b", "/c"];

#[derive(Clone, Debug)]
enum Op {
    /// In the view of this number.
    Do(usize, Doing),
    /// A file is asked for, opened before or not.
    Ask(usize),
    /// One that was asked for is open.
    Come(usize),
    CarryOut(usize),
    Hear(usize),
    Finish(usize),
    /// Something that was heard is said again.
    Again(usize),
    /// Workers take at most so many orders.
    Room(usize),
    Answer(UnsavedChoice),
    Lose(usize),
    Quit,
}

#[derive(Clone, Debug)]
enum Doing {
    Type { at: u64, value: u8 },
    Action(Action),
}

fn doing() -> impl Strategy<Value = Doing> {
    let actions = [
        Action::Edit(E::Undo),
        Action::Edit(E::Redo),
        Action::Edit(E::WriteBack),
        Action::Edit(E::Reapply),
        Action::Mapping(M::Remap),
        Action::Mapping(M::ToggleMode),
        Action::Mapping(M::ToggleAccess),
        Action::Mapping(M::DiscardAll),
        Action::Mapping(M::Flush),
        Action::Mapping(M::AddView),
        Action::File(F::Close),
        Action::View(V::LookupEdited("3".to_owned())),
        Action::View(V::LookupCommit),
    ];
    prop_oneof![
        5 => (0..LEN as u64, b'V'..=b'Z').prop_map(|(at, value)| Doing::Type { at, value }),
        6 => prop::sample::select(actions.to_vec()).prop_map(Doing::Action),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let choices = vec![
        UnsavedChoice::Write,
        UnsavedChoice::Keep,
        UnsavedChoice::Drop,
        UnsavedChoice::Stay,
    ];
    prop_oneof![
        12 => (0..4_usize, doing()).prop_map(|(view, doing)| Op::Do(view, doing)),
        1 => (0..3_usize).prop_map(Op::Ask),
        2 => (0..3_usize).prop_map(Op::Come),
        8 => (0..4_usize).prop_map(Op::CarryOut),
        8 => (0..4_usize).prop_map(Op::Hear),
        1 => (0..4_usize).prop_map(Op::Finish),
        3 => any::<usize>().prop_map(Op::Again),
        1 => prop::sample::select(vec![1, 2, usize::MAX]).prop_map(Op::Room),
        3 => prop::sample::select(choices).prop_map(Op::Answer),
        1 => (0..4_usize).prop_map(Op::Lose),
        1 => Just(Op::Quit),
    ]
}

fn nth<T: Copy>(all: &[T], n: usize) -> Option<T> {
    (!all.is_empty()).then(|| all[n % all.len()])
}

fn run(storage: &mut Storage, op: &Op) {
    let view = |storage: &Storage, n| nth(&storage.views(), n);
    let worker = |storage: &Storage, n| nth::<DocId>(&storage.workers(), n);
    match op {
        Op::Do(n, doing) => {
            let Some(view) = view(storage, *n) else {
                return;
            };
            match doing {
                Doing::Type { at, value } => storage.type_at(view, *at, *value),
                Doing::Action(action) => storage.act_in(view, action.clone()),
            }
        }
        Op::Ask(n) => {
            storage.ask_for(PATHS[*n], *n as u64 + 1, LEN);
        }
        Op::Come(n) => {
            let asked = storage.opening.iter().find_map(|(doc, _, request)| {
                let path = request.path.as_ref()?;
                (path == Path::new(PATHS[*n])).then_some(*doc)
            });
            if let Some(doc) = asked {
                storage.come(doc, PATHS[*n], *n as u64 + 1);
            }
        }
        Op::CarryOut(n) => {
            if let Some(doc) = worker(storage, *n) {
                storage.carry_out(doc);
            }
        }
        Op::Hear(n) => {
            if let Some(doc) = worker(storage, *n) {
                storage.hear(doc);
            }
        }
        Op::Finish(n) => {
            if let Some(doc) = worker(storage, *n) {
                storage.finish(doc, None);
            }
        }
        Op::Again(which) => storage.say_again(*which),
        Op::Room(room) => storage.room = *room,
        Op::Answer(choice) => {
            storage.answer(*choice);
        }
        Op::Lose(n) => {
            if let Some(view) = view(storage, *n) {
                storage.lose(view);
            }
        }
        Op::Quit => storage.act(None, A::Quit),
    }
}

/// What was typed last in each view is kept there, or in the file, or in a list of edits, unless its file was closed,
/// which happens only when nothing of it is left or by choice.
fn check(storage: &Storage) -> Result<(), TestCaseError> {
    let mut unsaved: BTreeMap<(ViewId, u64), u8> = BTreeMap::new();
    for view in storage.app.docs.iter().flat_map(|doc| &doc.views) {
        for run in view.journal.unsaved_runs() {
            let bytes = (run.offset..).zip(run.value);
            unsaved.extend(bytes.map(|(at, value)| ((view.id, at), value)));
        }
    }
    for ((view, at), value) in &storage.newest {
        let home = storage.home(*view);
        let listed = storage
            .exports
            .iter()
            .any(|(file, edits)| *file == home && edits.get(at) == Some(value));
        let kept = unsaved.get(&(*view, *at as u64)) == Some(value);
        let in_file = storage.disk[&home][*at] == *value;
        prop_assert!(
            kept || in_file || listed,
            "{:02x} at {} of {:?} is nowhere",
            value,
            at,
            view
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn an_answer_changes_its_own_view_and_nothing_stays_pending(ops in prop::collection::vec(op(), 1..60)) {
        let mut storage = Storage::new();
        for (n, path) in PATHS.iter().enumerate() {
            storage.open(path, n as u64 + 1, LEN);
        }
        let first = storage.views()[0];
        storage.act_in(first, M::AddView);
        for op in &ops {
            run(&mut storage, op);
            if storage.quits > 0 {
                return Ok(()); // the window is gone
            }
        }
        storage.settle();
        storage.answer(UnsavedChoice::Stay);
        storage.settle();
        storage.assert_rest();
        check(&storage)?;
    }
}
