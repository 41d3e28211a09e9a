//! *Who sees it* against what the test finds out by itself: random histories of stores, forks, writes by others, growth and
//! truncation, with a real worker and real processes, and after each a comparison of every row and every box with `/proc`
//! and a descriptor of the test's own.
//!
//! What the kernel tells root alone, the number of a frame, is the test's proof. In half of the histories the program is
//! not told it, as an unprivileged one is not. `MAPSCOPE_PICTURES` is how many histories are played,
//! `MAPSCOPE_PICTURES_SEED` which is the first.

mod family;
mod stage;
mod truth;

use std::path::Path;

use mapscope::lab::claim::AddedKind;
use mapscope::model::picture::{Row, RowMemory};
use mapscope::model::process::ProcessKind;
use mapscope::model::{Action, MappingAction, PeersAction, WitnessId};

use crate::random::{Draw, play_all};
use stage::Stage;

/// Histories that are played unless asked otherwise.
const HISTORIES: u64 = 200;
/// Steps of one.
const STEPS: u64 = 40;
/// How many are played at once: most of their time they wait.
const AT_ONCE: u64 = 6;
const PAGE: u64 = 4096;
const LEN: u64 = 3 * PAGE;

#[test]
fn every_row_and_box_is_as_the_kernel_has_it() {
    let mut counts = Counts::default();
    let histories = play_all("MAPSCOPE_PICTURES", HISTORIES, AT_ONCE, play, |played| {
        counts.add(played);
    });
    eprintln!("{histories} histories: {counts:?}");
    if histories >= HISTORIES {
        counts.check();
    }
}

/// How often each kind of row was compared.
#[derive(Clone, Debug, Default)]
struct Counts {
    file_page: u64,
    own_copy: u64,
    one_copy: u64,
    of_several: u64,
    past_end: u64,
    not_known: u64,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.file_page += other.file_page;
        self.own_copy += other.own_copy;
        self.one_copy += other.one_copy;
        self.of_several += other.of_several;
        self.past_end += other.past_end;
        self.not_known += other.not_known;
    }

    fn note(&mut self, row: &Row, users: usize) {
        match &row.memory {
            RowMemory::FilePage => self.file_page += 1,
            RowMemory::Copy(_) if users > 1 => self.one_copy += 1,
            RowMemory::Copy(_) => self.own_copy += 1,
            RowMemory::CopyOfSeveral => self.of_several += 1,
            RowMemory::PastEnd => self.past_end += 1,
            _ => self.not_known += 1,
        }
    }

    /// Each kind comes about often enough to be worth anything.
    fn check(&self) {
        for (what, n) in [
            ("the file's page", self.file_page),
            ("a copy of its own", self.own_copy),
            ("a copy of two", self.one_copy),
            ("past the end", self.past_end),
        ] {
            assert!(n >= 20, "{what} {n} times: {self:?}");
        }
    }
}

fn play(seed: u64) -> Counts {
    let mut draw = Draw::new(seed);
    let folder = if seed.is_multiple_of(4) {
        Path::new("/dev/shm")
    } else {
        Path::new("/tmp")
    };
    let is_told_frames = seed.is_multiple_of(2);
    let mut stage = Stage::open(folder, LEN, is_told_frames);
    stage.add(AddedKind::Private);
    let mut counts = Counts::default();
    for step in 0..STEPS {
        one_step(&mut stage, &mut draw);
        if step % 5 == 4 || step == STEPS - 1 {
            let picture = stage.agreed();
            for row in &picture.rows {
                counts.note(row, picture.n_users(&row.memory));
            }
        }
    }
    stage.end();
    counts
}

fn one_step(stage: &mut Stage, draw: &mut Draw) {
    // Few places, so that histories meet.
    let offset = draw.next(3) * PAGE + draw.next(3);
    let byte = b"abcdefgh"[usize::try_from(draw.next(8)).unwrap()];
    match draw.next(20) {
        0 | 1 => stage.point(offset),
        2 => stage.select(offset, 1 + draw.next(9000)),
        3 | 4 => stage.store_as(WitnessId::View, byte),
        5 => stage.store_as(WitnessId::OtherMode, byte),
        6 => stage.store_as(WitnessId::File, byte),
        7..=11 => {
            let all = stage.processes(|_| true);
            if let Some(process) = draw.one_of(&all) {
                stage.store_by(process, byte);
            }
        }
        12 if stage.n_added() < 4 => {
            let kinds = [AddedKind::Private, AddedKind::Shared, AddedKind::ReadOnly];
            stage.add(draw.one_of(&kinds).unwrap());
        }
        12..=14 if stage.n_added() < 7 => {
            let private =
                stage.processes(|it| it.kind == ProcessKind::Private && !it.is_built_in());
            if let Some(parent) = draw.one_of(&private) {
                stage.act(Action::Peers(PeersAction::Fork(parent)));
                stage.settle_processes();
            }
        }
        15 | 16 => stage.write_outside(offset, byte),
        17 => stage.set_len(match draw.next(4) {
            0 => LEN + draw.next(2 * PAGE),
            1 => PAGE + draw.next(PAGE),
            2 => PAGE,
            _ => LEN,
        }),
        18 if draw.one_in(2) => stage.act(Action::Mapping(MappingAction::DiscardAll)),
        _ => stage.settle(),
    }
}
