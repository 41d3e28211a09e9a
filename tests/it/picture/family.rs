//! A parent and one child after a fork, told apart or together without privilege, before and after either stores; and what
//! the bits do not prove is not claimed.

use std::path::Path;

use mapscope::model::picture::{RowMemory, Who};
use mapscope::model::process::ProcessKind;
use mapscope::model::process::ProcessSignal;
use mapscope::model::{Action, MappingId, PeersAction};

use super::stage::{Stage, change_facts};
use super::{IN_MEMORY, LEN};

fn forked(stage: &mut Stage, parent: MappingId) -> MappingId {
    let before = stage.processes(|_| true);
    stage.act(Action::Peers(PeersAction::Fork(parent)));
    stage.settle_processes();
    let new = stage.processes(|it| !before.contains(&it.mapping));
    assert_eq!(new.len(), 1);
    new[0]
}

fn memory(stage: &mut Stage, mapping: MappingId) -> RowMemory {
    let picture = stage.agreed();
    picture.row(Who::Process(mapping)).unwrap().memory.clone()
}

fn parent(folder: &Path, is_told_frames: bool) -> (Stage, MappingId) {
    let mut stage = Stage::open(folder, LEN, is_told_frames);
    stage.add(ProcessKind::Private);
    let added = stage.processes(|it| !it.is_built_in());
    (stage, added[0])
}

#[test]
fn a_parent_and_its_child_are_told_apart_or_together_without_privilege() {
    for folder in [&std::env::temp_dir(), Path::new(IN_MEMORY)] {
        for child_stores in [false, true] {
            let (mut stage, first) = parent(folder, false);
            // Nobody stored: both have the file's page.
            let second = forked(&mut stage, first);
            assert_eq!(memory(&mut stage, first), RowMemory::FilePage);
            assert_eq!(memory(&mut stage, second), RowMemory::FilePage);
            // One stores: it alone has a copy.
            let (storing, other) = if child_stores {
                (second, first)
            } else {
                (first, second)
            };
            stage.store_by(storing, b'x');
            stage.until("it has a copy", |stage| {
                let picture = stage.picture().unwrap();
                matches!(
                    picture.row(Who::Process(storing)).unwrap().memory,
                    RowMemory::Copy(_)
                )
            });
            assert_eq!(memory(&mut stage, other), RowMemory::FilePage);
            // Whoever has the copy forks: both have that one page, and nobody else has.
            let third = forked(&mut stage, storing);
            stage.until("they share the copy", |stage| {
                let picture = stage.picture().unwrap();
                let of = |it| &picture.row(Who::Process(it)).unwrap().memory;
                matches!(of(storing), RowMemory::Copy(_)) && of(storing) == of(third)
            });
            let picture = stage.agreed();
            assert_eq!(
                picture.n_users(&picture.row(Who::Process(third)).unwrap().memory),
                2
            );
            // Either stores, and each has its own.
            let again = if child_stores { third } else { storing };
            stage.store_by(again, b'y');
            stage.until("they part", |stage| {
                let picture = stage.picture().unwrap();
                let of = |it| &picture.row(Who::Process(it)).unwrap().memory;
                matches!((of(storing), of(third)), (RowMemory::Copy(l), RowMemory::Copy(r)) if l != r)
            });
            stage.agreed();
            stage.end();
        }
    }
}

/// One that stands still is not asked; where it is the only one that can have the page too, it has it.
#[test]
fn a_stopped_child_has_the_page_that_nobody_else_can_have() {
    for is_told_frames in [false, true] {
        check_stopped_child(is_told_frames);
    }
}

fn check_stopped_child(is_told_frames: bool) {
    let (mut stage, first) = parent(&std::env::temp_dir(), is_told_frames);
    stage.store_by(first, b'x');
    stage.until("it has a copy", |stage| {
        let picture = stage.picture().unwrap();
        matches!(
            picture.row(Who::Process(first)).unwrap().memory,
            RowMemory::Copy(_)
        )
    });
    let second = forked(&mut stage, first);
    stage.agreed();
    stage.act(Action::Peers(PeersAction::Signal(
        second,
        ProcessSignal::Stop,
    )));
    stage.until("it is stopped", |stage| {
        stage.doc().processes.get(second).unwrap().stopped
    });
    let both = |stage: &Stage| {
        let picture = stage.picture().unwrap();
        let of = |it| picture.row(Who::Process(it)).unwrap().memory.clone();
        (of(first), of(second))
    };
    stage.until("it is said to have the page of its parent", |stage| {
        let (one, other) = both(stage);
        matches!(one, RowMemory::Copy(_)) && one == other
    });
    stage.agreed();
    // The parent stores and parts from it; what the child has is not told any more.
    stage.store_by(first, b'y');
    stage.until("the parent has a page of its own", |stage| {
        both(stage).0 != both(stage).1
    });
    stage.agreed();
    assert!(matches!(both(&stage).1, RowMemory::NotKnown(_)));
    stage.end();
}

/// As of a page within a huge one, whose pages all give one answer.
#[test]
fn whose_a_copy_is_is_not_known_where_the_kernel_does_not_tell() {
    let (mut stage, first) = parent(&std::env::temp_dir(), false);
    stage.change(|event| change_facts(event, |fact| fact.is_exclusive = None));
    stage.store_by(first, b'x');
    let is_not_known = |stage: &Stage, who| {
        let picture = stage.picture().unwrap();
        let memory = &picture.row(who).unwrap().memory;
        matches!(memory, RowMemory::NotKnown(why) if why.starts_with("a copy, and whether"))
    };
    stage.until("it is not known", |stage| {
        is_not_known(stage, Who::Process(first))
    });
    let second = forked(&mut stage, first);
    stage.until("it is not known of both", |stage| {
        [first, second]
            .map(Who::Process)
            .into_iter()
            .all(|who| is_not_known(stage, who))
    });
    stage.end();
}
