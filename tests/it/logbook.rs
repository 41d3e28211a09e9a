//! The journal on disk: its bytes, what they come to, and that an end of the program takes no edit.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use mapscope::model::journal::PendingRun;
use mapscope::model::offer::{EditsOffer, JournalNews};
use mapscope::work::logbook::{Disk, Logbook};

mod around;
mod by_processes;
mod compacting;
mod decided;
mod failing;
mod full;
mod gaps;
mod grouped;
mod identity;
mod killed;
mod ledger;
mod let_go;
mod many;
mod missing;
mod offers;
mod open;
mod order;
mod put_back;
mod racing;
mod returned;
mod short;
mod slow;
mod torn;
mod unopened;

/// How long anything may take on a slow and busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A journal, and what it tells.
struct Book {
    inner: Logbook,
    told: Receiver<JournalNews>,
}

impl Book {
    /// One that edits are written down in from now on, in `folder`.
    fn begin(folder: &Path) -> Self {
        Self::begin_with(folder, 64 << 20)
    }

    fn begin_with(folder: &Path, bound: u64) -> Self {
        Self::begin_on(folder, bound, Disk::default())
    }

    fn begin_on(folder: &Path, bound: u64, disk: Disk) -> Self {
        let (tell, told) = channel();
        let inner = Logbook::new(move |news| drop(tell.send(news)));
        inner.begin_with(folder.to_owned(), bound, disk);
        Self { inner, told }
    }

    #[track_caller]
    fn hear(&self) -> JournalNews {
        self.told.recv_timeout(PATIENCE).expect("it is told")
    }

    /// What is offered at its start.
    #[track_caller]
    fn offers(&self) -> Vec<EditsOffer> {
        match self.hear() {
            JournalNews::Offers(offers) => offers,
            other => panic!("{other:?} in place of what is offered"),
        }
    }
}

/// What the journals in `folder` have to offer; they stay as they are.
#[track_caller]
fn offered(folder: &Path) -> Vec<EditsOffer> {
    Book::begin(folder).offers()
}

/// The byte that runs put at `offset`.
fn value_at(runs: &[PendingRun], offset: u64) -> Option<u8> {
    runs.iter().find_map(|run| {
        let at = usize::try_from(offset.checked_sub(run.offset)?).ok()?;
        run.value.get(at).copied()
    })
}

/// The journals in `folder`.
fn journals(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "journal"))
        .collect()
}
