//! Long random sequences of everything that can happen to edits: the journal says what is.

use mapscope::model::Mode;
use proptest::collection::vec;
use proptest::prelude::*;

use super::world::{PAGE, World};
use crate::random::cases;

#[derive(Clone, Debug)]
enum Op {
    /// A store by the person; one bit a byte says what was in sight.
    Type {
        at: usize,
        bytes: Vec<u8>,
        seen: u8,
    },
    /// The same byte many times.
    Fill {
        at: usize,
        len: usize,
        byte: u8,
        seen: u8,
    },
    /// Of so many bytes only, where a number is given.
    Undo(Option<usize>),
    Redo(Option<usize>),
    /// One of them, whichever is the last.
    UndoOne(usize, Option<usize>),
    Lose {
        page: usize,
        pages: usize,
    },
    Discard {
        page: usize,
        pages: usize,
    },
    Remap,
    Switch,
    DropPatch,
    /// At most so many runs.
    Reapply(usize),
    Write {
        at: usize,
        len: usize,
        synced: bool,
        over: bool,
    },
    WriteAll {
        synced: bool,
    },
    Sync(bool),
    Export {
        late: bool,
    },
    /// Somebody else writes.
    Foreign {
        at: usize,
        byte: u8,
    },
    /// The window is drawn anew.
    Draw,
}

fn op(len: usize, longest: usize) -> impl Strategy<Value = Op> {
    // values from a small set, so that an edit often brings a byte back to what it was
    let byte = 0_u8..4;
    let pages = len / PAGE;
    let part = prop_oneof![3 => Just(None), 1 => (0..longest).prop_map(Some)];
    prop_oneof![
        8 => (0..len, vec(byte.clone(), 1..=longest.min(12)), any::<u8>())
            .prop_map(|(at, bytes, seen)| Op::Type { at, bytes, seen }),
        4 => (0..len, 1..=longest, byte.clone(), any::<u8>())
            .prop_map(|(at, len, byte, seen)| Op::Fill { at, len, byte, seen }),
        5 => part.clone().prop_map(Op::Undo),
        4 => part.clone().prop_map(Op::Redo),
        4 => (any::<usize>(), part).prop_map(|(which, limit)| Op::UndoOne(which, limit)),
        2 => (0..pages, 1..=pages).prop_map(|(page, pages)| Op::Lose { page, pages }),
        1 => (0..pages, 1..=pages).prop_map(|(page, pages)| Op::Discard { page, pages }),
        1 => Just(Op::Remap),
        1 => Just(Op::Switch),
        1 => Just(Op::DropPatch),
        2 => prop_oneof![Just(usize::MAX), 0..3_usize].prop_map(Op::Reapply),
        2 => (0..len, 1..=len, any::<bool>(), any::<bool>())
            .prop_map(|(at, len, synced, over)| Op::Write { at, len, synced, over }),
        1 => prop::bool::weighted(0.7).prop_map(|synced| Op::WriteAll { synced }),
        1 => any::<bool>().prop_map(Op::Sync),
        1 => any::<bool>().prop_map(|late| Op::Export { late }),
        3 => (0..len, byte).prop_map(|(at, byte)| Op::Foreign { at, byte }),
        3 => Just(Op::Draw),
    ]
}

fn run(world: &mut World, op: &Op) {
    let len = world.len();
    let pages = |page: usize, pages: usize| page * PAGE..((page + pages) * PAGE).min(len);
    match *op {
        Op::Type {
            at,
            ref bytes,
            seen,
        } => {
            world.type_bytes(at, bytes, |at| seen >> (at % 8) & 1 == 1);
        }
        Op::Fill {
            at,
            len,
            byte,
            seen,
        } => {
            world.type_bytes(at, &vec![byte; len], |at| seen >> (at / 3 % 8) & 1 == 1);
        }
        Op::Undo(limit) => world.step(true, limit),
        Op::Redo(limit) => world.step(false, limit),
        Op::UndoOne(which, limit) => world.undo_one(which, limit),
        Op::Lose { page, pages: n } => lose(world, pages(page, n), false),
        Op::Discard { page, pages: n } => lose(world, pages(page, n), true),
        Op::Remap => world.remap(world.mode),
        Op::Switch => world.remap(match world.mode {
            Mode::Private => Mode::Shared,
            Mode::Shared => Mode::Private,
        }),
        Op::DropPatch => world.drop_patch(),
        Op::Reapply(n_runs) => world.reapply(n_runs),
        Op::Write {
            at,
            len: n,
            synced,
            over,
        } => world.write(at..(at + n).min(len), synced, over),
        Op::WriteAll { synced } => world.write(0..len, synced, false),
        Op::Sync(succeeds) => world.sync(succeeds),
        Op::Export { late } => world.export(late),
        Op::Foreign { at, byte } => world.foreign(at, byte),
        Op::Draw => world.draw(),
    }
}

fn lose(world: &mut World, range: std::ops::Range<usize>, by_person: bool) {
    if world.mode == Mode::Private {
        world.lose(range, by_person);
    }
}

proptest! {
    #![proptest_config(cases(1_500))]

    #[test]
    fn says_what_is_of_few_bytes(ops in vec(op(32, 6), 1..60)) {
        let mut world = World::new(32);
        for op in &ops {
            run(&mut world, op);
            world.check();
        }
    }
}

proptest! {
    #![proptest_config(cases(30))]

    #[test]
    fn says_what_is_of_many_bytes(ops in vec(op(800, 500), 1..50)) {
        let mut world = World::new(800);
        for op in &ops {
            run(&mut world, op);
            world.check();
        }
    }

    #[test]
    fn says_what_is_of_many_pages(ops in vec(op(9_600, 6_000), 1..12)) {
        let mut world = World::new(9_600);
        for op in &ops {
            run(&mut world, op);
        }
        world.check();
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn undo_of_everything_restores(typed in vec((0..32_usize, vec(any::<u8>(), 1..6)), 1..30), shared: bool) {
        let mut world = World::new(32);
        if shared {
            world.remap(Mode::Shared);
        }
        let (file, view) = (world.file.clone(), world.view.clone());
        for (at, bytes) in &typed {
            world.type_bytes(*at, bytes, |_| false);
        }
        let (typed_file, typed_view) = (world.file.clone(), world.view.clone());
        while world.journal.undo().is_some() {
            world.step(true, None);
        }
        world.check();
        prop_assert_eq!(&world.file, &file);
        prop_assert_eq!(&world.view, &view);
        prop_assert_eq!(world.journal.pending_bytes(), 0);
        while world.journal.redo().is_some() {
            world.step(false, None);
        }
        world.check();
        prop_assert_eq!(&world.file, &typed_file);
        prop_assert_eq!(&world.view, &typed_view);
    }

    #[test]
    fn taking_back_one_by_one_and_undoing_that_restores(typed in vec((0..32_usize, vec(any::<u8>(), 1..6)), 1..20), which in vec(any::<usize>(), 1..20)) {
        let mut world = World::new(32);
        let before = world.view.clone();
        for (at, bytes) in &typed {
            world.type_bytes(*at, bytes, |_| false);
        }
        let after = world.view.clone();
        for which in &which {
            world.undo_one(*which, None);
            world.check();
        }
        let taken = world.view.clone();
        let n_steps = world.journal.edits().len() - typed.len();
        for _ in 0..n_steps {
            world.step(true, None);
            world.check();
        }
        prop_assert_eq!(&world.view, &after);
        for _ in 0..n_steps {
            world.step(false, None);
            world.check();
        }
        prop_assert_eq!(&world.view, &taken);
        while world.journal.undo().is_some() {
            world.step(true, None);
        }
        world.check();
        prop_assert_eq!(&world.view, &before);
        prop_assert_eq!(world.journal.pending_bytes(), 0);
    }

    #[test]
    fn losing_and_reapplying_brings_every_edit_back(typed in vec((0..32_usize, vec(any::<u8>(), 1..6)), 1..20), page in 0..3_usize) {
        let mut world = World::new(32);
        for (at, bytes) in &typed {
            world.type_bytes(*at, bytes, |_| true);
        }
        let view = world.view.clone();
        world.lose(page * PAGE..(page + 2) * PAGE, false);
        world.check();
        world.reapply(usize::MAX);
        world.check();
        prop_assert_eq!(&world.view, &view);
    }
}
