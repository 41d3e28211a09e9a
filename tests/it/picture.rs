//! *Who sees it* against what the test finds out by itself: random histories of stores, forks, writes by others, growth,
//! truncation, holes and syncs, with a real worker and real processes, and after each a comparison of every row and every box
//! with `/proc`, a descriptor of the test's own, what a second process finds, and the storage.
//!
//! What the kernel tells root alone, the number of a frame, is the test's proof. In half of the histories the program is
//! not told it, as an unprivileged one is not. Root plays as many again as a user without rights, whose pages it proves from
//! outside. `MAPSCOPE_PICTURES` is how many histories are played each time, `MAPSCOPE_PICTURES_SEED` which is the first.

mod broken;
mod family;
mod huge;
mod kernel;
mod second;
mod stage;
mod storage;
mod truth;
mod unprivileged;
mod writing;
mod written;

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use mapscope::model::picture::{Below, Row, RowMemory};
use mapscope::model::process::ProcessKind;
use mapscope::model::{Action, MappingAction, WitnessId};

use crate::machine::{Mounted, is_root};
use crate::random::{Draw, play_all};
use stage::Stage;

/// Histories that are played unless asked otherwise.
const HISTORIES: u64 = 200;
/// Steps of one.
const STEPS: u64 = 36;
/// How many are played at once: most of their time they wait.
const AT_ONCE: u64 = 6;
const PAGE: u64 = 4096;
const LEN: u64 = 3 * PAGE;
/// Files in this folder are in memory alone.
const IN_MEMORY: &str = "/dev/shm";

#[test]
fn every_row_and_box_is_as_the_kernel_has_it() {
    let folder = Folder::with_storage("pictures of files with storage");
    let mut counts = Counts::default();
    let play = |seed| play(seed, folder.path());
    let histories = play_all("MAPSCOPE_PICTURES", HISTORIES, AT_ONCE, play, |played| {
        counts.add(played);
    });
    eprintln!("{histories} histories: {counts:?}");
    if histories >= HISTORIES {
        counts.check();
    }
}

/// A folder of an ext4 file system of the test's own where that can be, else the one for temporary files.
struct Folder {
    mounted: Option<(Mounted, tempfile::TempDir)>,
}

impl Folder {
    fn with_storage(test: &str) -> Self {
        let image = tempfile::tempdir().unwrap();
        let mount = || Mounted::ext4(&image.path().join("image"), 64 << 20);
        let mounted = is_root().then(|| Mounted::or_skip(test, mount)).flatten();
        if let Some(mounted) = &mounted {
            // Without rights too.
            let all = std::fs::Permissions::from_mode(0o777);
            std::fs::set_permissions(mounted.path(), all).unwrap();
        }
        Self {
            mounted: mounted.map(|mounted| (mounted, image)),
        }
    }

    fn path(&self) -> PathBuf {
        let mounted = self.mounted.as_ref();
        mounted.map_or_else(std::env::temp_dir, |(it, _)| it.path().to_owned())
    }
}

/// How often each kind of row and box was compared.
#[derive(Clone, Debug, Default)]
struct Counts {
    file_page: u64,
    own_copy: u64,
    one_copy: u64,
    of_several: u64,
    past_end: u64,
    not_known: u64,
    nothing_left: u64,
    older: u64,
    hole: u64,
    no_storage: u64,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.file_page += other.file_page;
        self.own_copy += other.own_copy;
        self.one_copy += other.one_copy;
        self.of_several += other.of_several;
        self.past_end += other.past_end;
        self.not_known += other.not_known;
        self.nothing_left += other.nothing_left;
        self.older += other.older;
        self.hole += other.hole;
        self.no_storage += other.no_storage;
    }

    fn note_storage(&mut self, storage: &Below) {
        match storage {
            Below::NothingLeft => self.nothing_left += 1,
            Below::Older => self.older += 1,
            Below::Hole => self.hole += 1,
            Below::None => self.no_storage += 1,
            Below::BeingWritten | Below::Refused(_) | Below::InDoubt(_) | Below::NotKnown => {}
        }
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
            ("a copy of several", self.of_several),
            ("past the end", self.past_end),
            ("nothing left to write", self.nothing_left),
            ("older", self.older),
            ("a hole", self.hole),
            ("no storage", self.no_storage),
        ] {
            assert!(n >= 20, "{what} {n} times: {self:?}");
        }
    }
}

fn play(seed: u64, with_storage: PathBuf) -> Counts {
    let mut draw = Draw::new(seed);
    let folder = if seed.is_multiple_of(3) {
        PathBuf::from(IN_MEMORY)
    } else {
        with_storage
    };
    let is_told_frames = seed.is_multiple_of(2);
    let mut stage = Stage::open(&folder, LEN, is_told_frames);
    if seed.is_multiple_of(5) {
        stage.map_shared();
    }
    stage.add(ProcessKind::Private);
    let mut counts = Counts::default();
    for step in 0..STEPS {
        one_step(&mut stage, &mut draw);
        if step % 5 == 4 || step == STEPS - 1 {
            let picture = stage.agreed();
            for row in &picture.rows {
                counts.note(row, picture.n_users(&row.memory));
            }
            counts.note_storage(&picture.storage);
        }
    }
    stage.end();
    counts
}

fn one_step(stage: &mut Stage, draw: &mut Draw) {
    // Few places, so that histories meet.
    let offset = draw.next(3) * PAGE + draw.next(3);
    let byte = b"abcdefgh"[usize::try_from(draw.next(8)).unwrap()];
    match draw.next(26) {
        0 | 1 => stage.point(offset),
        2 => stage.select(offset, 1 + draw.next(9000)),
        3 | 4 => stage.store_as(WitnessId::View, byte),
        5 => stage.store_as(WitnessId::OtherMode, byte),
        6 => stage.store_as(WitnessId::File, byte),
        7..=11 => {
            let all = stage.processes(|it| !it.stopped);
            if let Some(process) = draw.one_of(&all) {
                stage.store_by(process, byte);
            }
        }
        12 if stage.n_added() < 4 => {
            let kinds = [
                ProcessKind::Private,
                ProcessKind::Shared,
                ProcessKind::ReadOnly,
            ];
            stage.add(draw.one_of(&kinds).unwrap());
        }
        12..=14 if stage.n_added() < 7 => {
            let private =
                stage.processes(|it| it.kind == ProcessKind::Private && !it.is_built_in());
            if let Some(parent) = draw.one_of(&private) {
                stage.fork(parent);
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
        20 => stage.act(Action::Mapping(MappingAction::Flush)),
        21 | 22 => {
            let ways = ["fsync", "msync", "start_writing"];
            stage.second.does(draw.one_of(&ways).unwrap(), &[]);
        }
        23 => {
            // What the file still has of it becomes a hole, or blocks are reserved for it.
            let way = draw.one_of(&["punch", "punch", "reserve"]).unwrap();
            stage.second.does(way, &[offset / PAGE]);
        }
        24 => {
            let added = stage.processes(|it| !it.is_built_in());
            if let Some(process) = draw.one_of(&added) {
                stage.stop_or_continue(process);
            }
        }
        _ => stage.settle(),
    }
}
