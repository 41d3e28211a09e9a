//! Scratch folders: real folders that only this user can enter, and that go with the program, however it ends.
//!
//! It owns their names, the mark and the lock that make them ours, and their removal. It must not know what is put into
//! them.
//!
//! # Whose a folder is
//!
//! No name and no process number tells: another program or a person may use the name, and numbers mean nothing in
//! another PID namespace. A folder is ours to delete where all of this holds, and else it is left alone:
//!
//! - it is a directory of this user with the rights 0700, and no link;
//! - it holds a mark, a file that we wrote, which names this very folder (its name and its inode, so a copy or a renamed
//!   folder is somebody else's);
//! - nobody holds a lock on it: flock(2) of the directory itself. Whoever uses the folder (its maker, the keeper, a peer)
//!   holds a shared lock by an open of its own until it ends, and the kernel takes it back, however it ends.
//!
//! The maker locks first and marks then, so a marked folder that nobody locks is one whose users are all gone. Where the
//! file system knows no locks there is no mark either: such a folder goes with its maker, and stays where that is killed.
//! Elsewhere than on Unix it is the same.

mod keeper;
#[cfg(unix)]
mod mark;
#[cfg(not(unix))]
mod unmarked;

use std::ffi::OsStr;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

pub use keeper::run_keeper;
#[cfg(unix)]
pub use mark::Hold;
#[cfg(not(unix))]
pub use unmarked::Hold;

use keeper::Keeper;
#[cfg(unix)]
use mark::{clear, remove_if_dead};
#[cfg(not(unix))]
use unmarked::{clear, remove_if_dead};

/// What every scratch folder's name begins with; random letters follow. It tells nothing about whose a folder is.
const PREFIX: &str = "mapscope-";

/// How many names are tried before the folder is given up.
const ATTEMPTS: u32 = 16;

/// What became of a folder that was to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(unix),
    expect(dead_code, reason = "nothing is known to be ours there")
)]
enum Fate {
    /// It is removed, or was before.
    Gone,
    /// It is not ours by the rules, and is left alone.
    NotOurs,
    /// Somebody uses it.
    Held,
    /// It is ours and dead, and something in it cannot be removed.
    Stuck,
}

/// A folder for scratch files; all of it goes when this value does. Share it (`Arc`) to put several scratch files into
/// one folder: each gets a place of its own by [`Folder::place`].
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    n_places: AtomicU32,
    // Dropped in this order, after the folder was removed.
    hold: Hold,
    /// Empty where the system gave no process.
    keeper: OnceLock<Option<Keeper>>,
}

impl Folder {
    /// Makes a folder below `parent`. Folders that an earlier mapscope left there because it was killed are removed
    /// first.
    ///
    /// # Errors
    /// Those of mkdir(2) and of writing a small file.
    pub fn new(parent: &Path) -> io::Result<Self> {
        // Helpers that are told the path may work in another folder.
        let parent = std::path::absolute(parent)?;
        sweep(&parent);
        let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
        for _ in 0..ATTEMPTS {
            let path = parent.join(format!("{PREFIX}{}", random_name()));
            let made = make_private(&path).and_then(|()| {
                Hold::mark_new(&path).inspect_err(|_| {
                    // It is empty, or holds our mark alone. Where a umask keeps even its owner out, it is empty.
                    let _ = clear(&path).or_else(|_| std::fs::remove_dir(&path));
                })
            });
            match made {
                Ok(hold) => {
                    return Ok(Self {
                        path,
                        n_places: AtomicU32::new(0),
                        hold,
                        keeper: OnceLock::new(),
                    });
                }
                // Somebody has the name, or a cleaner of the system looks into the folder right now.
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::AlreadyExists | io::ErrorKind::WouldBlock
                    ) =>
                {
                    last = error;
                }
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    /// Where it is, absolute.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes an empty folder inside that nobody else was given.
    ///
    /// # Errors
    /// Those of mkdir(2).
    pub fn place(&self) -> io::Result<PathBuf> {
        let number = self.n_places.fetch_add(1, Ordering::Relaxed) + 1;
        let place = self.path.join(number.to_string());
        make_private(&place)?;
        Ok(place)
    }

    /// From the first call on the folder goes also where this program is killed: a keeper process, `program keep FOLDER`,
    /// removes it then. Without a keeper the next start does. Further calls do nothing.
    ///
    /// # Errors
    /// What starting a process reports, once.
    pub fn keep(&self, program: &Path) -> io::Result<()> {
        let mut outcome = Ok(());
        self.keeper.get_or_init(|| {
            Keeper::start(program, &self.path)
                .map_err(|error| outcome = Err(error))
                .ok()
        });
        outcome
    }
}

/// A place of its own in a scratch folder that others may share. What is in it goes when this value does, and the folder
/// with the last value that shares it.
#[derive(Debug)]
pub struct ScratchPlace {
    path: PathBuf,
    folder: Arc<Folder>,
}

impl ScratchPlace {
    /// Makes one.
    ///
    /// # Errors
    /// Those of mkdir(2).
    pub fn within(folder: Arc<Folder>) -> io::Result<Self> {
        let path = folder.place()?;
        Ok(Self { path, folder })
    }

    /// Where it is, absolute.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The scratch folder.
    #[must_use]
    pub fn folder(&self) -> &Arc<Folder> {
        &self.folder
    }
}

impl Drop for ScratchPlace {
    fn drop(&mut self) {
        // Another folder may stand there by now. What stays goes with the folder.
        if self.folder.hold.is_at(&self.folder.path) {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // It is ours to remove by having made it; but only that very folder, not what may stand at its path by now. One
        // that cannot be removed is removed by the keeper or by the next start.
        if self.hold.is_at(&self.path) {
            let _ = clear(&self.path);
        }
    }
}

/// 16 hexadecimal digits that nobody can guess: std's hash keys are random.
pub(crate) fn random_name() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

/// Whether a scratch folder may have this name. It tells nothing about whose a folder is.
fn is_named_as_one(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(PREFIX.as_bytes())
}

#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    std::fs::create_dir(folder)
}

/// Removes scratch folders in `parent` that are ours and that nobody uses any more.
fn sweep(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        // The mark decides. The name only spares opening each folder that is there.
        if is_named_as_one(&entry.file_name()) {
            let _left_or_gone = remove_if_dead(&entry.path());
        }
    }
}
