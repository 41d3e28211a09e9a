//! Journals that other runs left behind, and what can be offered of them.
//!
//! It owns whose they are: the lock says it. A run that goes on holds the lock of its journal, so what can be locked was
//! left behind, and whoever locks it has it alone. It compares files and changes none; what is decided is added to the
//! journal that it stands in, and a journal without anything to offer goes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::book::{Book, Disk, ENDING, PART, let_go};
use super::compared::{Compared, compare, look_for_open};
use super::ledger::{Entry, Ledger, recover};
use super::record::{ByteChange, EditPlace, Record};
use crate::bytes::escape::path_in_sentence;
use crate::model::journal::PendingRun;
use crate::model::offer::{EditsOffer, OfferId, OfferPart, TornEnd};

/// No journal is read that is longer: it is none of ours.
const MOST_BYTES: u64 = 1 << 32;

/// A journal that another run left, and this one has the lock of.
#[derive(Debug)]
pub(super) struct Orphan {
    book: Book,
    ledger: Ledger,
    /// What is offered, with the number of its file.
    offers: Vec<(OfferId, u32)>,
}

impl Orphan {
    /// This offer is of it.
    pub(super) fn has(&self, offer: OfferId) -> bool {
        self.offers.iter().any(|(known, _)| *known == offer)
    }

    /// A part of an offer is decided.
    pub(super) fn retire(&mut self, offer: OfferId, part: OfferPart) -> io::Result<()> {
        let Some((_, file)) = self
            .offers
            .iter()
            .find(|(known, _)| *known == offer)
            .copied()
        else {
            return Ok(());
        };
        let places: Vec<Option<EditPlace>> = match part {
            OfferPart::All => vec![None],
            OfferPart::InFile => vec![Some(EditPlace::File)],
            OfferPart::Unsaved => {
                let private = self.ledger.files.get(&file).map(|entry| &entry.private);
                let mappings = private.into_iter().flatten();
                mappings
                    .map(|(mapping, _)| Some(EditPlace::Private(*mapping)))
                    .collect()
            }
        };
        let retired = places
            .into_iter()
            .map(|place| Record::Retired { file, place });
        let retired: Vec<Record> = retired.collect();
        for record in &retired {
            self.ledger.take(record.clone());
        }
        if self.ledger.is_empty() {
            return Ok(()); // all of the journal goes
        }
        self.book.append(&retired)?;
        self.book.sync()
    }

    /// Nothing of it is left to be offered; it is removed then.
    pub(super) fn is_done(&mut self) -> bool {
        let is_done = self.ledger.is_empty();
        if is_done {
            let _ = fs::remove_file(self.book.path()); // else it is looked at once more
        }
        is_done
    }
}

/// What was found in the folder of journals.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Those that nobody writes.
    pub(super) orphans: Vec<Orphan>,
    /// What can be offered of them, oldest first.
    pub(super) offers: Vec<EditsOffer>,
    /// Those that are not understood, each with why.
    pub(super) unread: Vec<String>,
    /// Those that the system does not let be read now, each with why; or the folder.
    pub(super) refused: Vec<String>,
}

/// Looks through `folder`, which `disk` keeps.
pub(super) fn find(folder: &Path, disk: &Disk) -> Found {
    let mut found = Found::default();
    let (mut paths, refused) = paths_in(folder);
    if let Some(error) = refused {
        found.refused.push(with_why(folder, &error));
    }
    paths.sort();
    for path in paths {
        let ending = path.extension().unwrap_or_default();
        if ending == PART {
            // a journal that was about to replace one that is whole
            if let Ok(Some(_)) = take(&path) {
                let _ = fs::remove_file(&path);
            }
        } else if ending == ENDING {
            match take(&path) {
                Ok(Some(file)) => adopt(file, path, disk, &mut found),
                Ok(None) => {}
                Err(error) => found.refused.push(with_why(&path, &error)),
            }
        }
    }
    found.offers.sort_by_key(|offer| offer.at);
    found
}

/// What is in a folder, as far as it can be looked at, and why not all of it can.
fn paths_in(folder: &Path) -> (Vec<PathBuf>, Option<io::Error>) {
    let (mut paths, mut refused) = (Vec::new(), None);
    match fs::read_dir(folder) {
        Ok(entries) => {
            for entry in entries {
                match entry {
                    Ok(entry) => paths.push(entry.path()),
                    Err(error) => refused = Some(error),
                }
            }
        }
        // None yet; or a file stands where it would be, which the journal says that is to be there.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) => {}
        Err(error) => refused = Some(error),
    }
    (paths, refused)
}

/// A path and what the system says.
fn with_why(path: &Path, error: &io::Error) -> String {
    let why = crate::map::describe_errno(crate::map::errno_of(error));
    format!("{} ({why})", path_in_sentence(path))
}

/// Opens and locks a file of ours that nobody else has locked. `None` where it is no such file.
///
/// # Errors
/// What the system says where it does not let a file of ours be opened.
fn take(path: &Path) -> io::Result<Option<File>> {
    match open(path) {
        Ok(file) => Ok(lock(file, path)),
        Err(error) => match fs::symlink_metadata(path) {
            Ok(meta) if meta.is_file() && is_same(&meta, &meta) => Err(error),
            _ => Ok(None),
        },
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        libc::O_NOFOLLOW | libc::O_NONBLOCK,
    );
    options.open(path)
}

/// Locks it, where it is a file of ours that nobody else has locked.
fn lock(file: File, path: &Path) -> Option<File> {
    let meta = file.metadata().ok().filter(fs::Metadata::is_file)?;
    file.try_lock().ok()?;
    // locked, but another one may have been put in its place meanwhile
    let now = fs::symlink_metadata(path).ok()?;
    is_same(&meta, &now).then_some(file)
}

#[cfg(unix)]
fn is_same(left: &fs::Metadata, right: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let is_ours = left.uid() == rustix::process::geteuid().as_raw();
    is_ours && (left.dev(), left.ino()) == (right.dev(), right.ino())
}

#[cfg(not(unix))]
fn is_same(_left: &fs::Metadata, right: &fs::Metadata) -> bool {
    right.is_file()
}

/// Reads a journal that is locked, and lists what it has to offer.
fn adopt(file: File, path: PathBuf, disk: &Disk, found: &mut Found) {
    let mut bytes = Vec::new();
    if let Err(error) = (&file).take(MOST_BYTES).read_to_end(&mut bytes) {
        found.refused.push(with_why(&path, &error));
        let_go(&file);
        return; // it stays, for another time
    }
    let mut read = match recover(&bytes) {
        Ok(read) => read,
        // made, and ended before its header was written
        Err(_) if bytes.len() < super::record::HEADER_BYTES => {
            let _ = fs::remove_file(&path);
            return;
        }
        // of another version: it stays
        Err(why) => {
            found
                .unread
                .push(format!("{} ({why})", path_in_sentence(&path)));
            let_go(&file);
            return;
        }
    };
    drop(bytes);
    read.ledger.files.values_mut().for_each(look_for_open);
    read.ledger.end();
    if read.ledger.is_empty() {
        let _ = fs::remove_file(&path);
        return;
    }
    let mut offers = Vec::new();
    for (number, entry) in read
        .ledger
        .files
        .iter()
        .filter(|(_, entry)| !entry.is_empty())
    {
        let id = OfferId(found.offers.len() as u64 + 1);
        offers.push((id, *number));
        found.offers.push(offer(id, entry, read.cut));
    }
    let book = Book::go_on(file, path, disk, &read);
    found.orphans.push(Orphan {
        book,
        ledger: read.ledger,
        offers,
    });
}

/// What is offered of one file.
fn offer(id: OfferId, entry: &Entry, cut: Option<TornEnd>) -> EditsOffer {
    let run = |change: ByteChange| PendingRun {
        offset: change.offset,
        base: change.old,
        value: change.new,
    };
    let mut unsaved: Vec<PendingRun> = entry.unsaved().into_iter().map(run).collect();
    let mut in_file: Vec<PendingRun> = entry.in_file.joined().into_iter().map(run).collect();
    unsaved.shrink_to_fit();
    in_file.shrink_to_fit();
    let Compared {
        standing,
        identity,
        conflicts,
    } = compare(entry, &unsaved, &in_file);
    EditsOffer {
        id,
        path: entry.path.clone(),
        identity,
        standing,
        conflicts,
        at: SystemTime::UNIX_EPOCH + Duration::from_millis(entry.at),
        size: entry.stamp.size,
        unsaved,
        in_file,
        cut,
    }
}
