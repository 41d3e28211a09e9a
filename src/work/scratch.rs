//! Scratch files: the built-in sample, and the file experiments are tried on by hand. Real files, each in a place of its
//! own in the run's scratch folder, which goes with it.

use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::lab::claim::Contents;
use crate::lab::environment::refusal;
use crate::map::page_bytes;
use crate::os::environment::{NamedBy, temp_dir};
use crate::os::temp_folder::{Folder, ScratchPlace};

/// The built-in sample: `A` to `Z`, `0` to `9`, `a` to `z`, 62 bytes.
pub const SAMPLE: &[u8] = include_bytes!("../../assets/alphabet.txt");

/// The sample's name.
pub const SAMPLE_NAME: &str = "alphabet.txt";

/// The name of the file that experiments are tried on by hand.
pub const MADE_NAME: &str = "f";

/// A scratch file cannot be made. `Display` is one sentence, with the folder, who named it, the cause and what to do.
#[derive(Debug)]
pub struct ScratchError {
    /// The folder for temporary files, which cannot be used.
    folder: PathBuf,
    named_by: NamedBy,
    /// The error of mkdir(2), open(2) or write(2).
    error: io::Error,
}

impl ScratchError {
    /// Of a folder for temporary files, or one within.
    fn unusable(folder: &Path, error: io::Error) -> Self {
        let (parent, named_by) = temp_dir();
        if folder.starts_with(&parent) {
            return Self {
                folder: parent,
                named_by,
                error,
            };
        }
        Self {
            folder: folder.to_owned(),
            named_by: NamedBy::System,
            error,
        }
    }
}

impl fmt::Display for ScratchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&refusal(&self.folder, self.named_by, &self.error))
    }
}

impl Error for ScratchError {}

/// The scratch folder of this run, which all its scratch files share: made when it is first needed, in the system's folder
/// for temporary files. Folders that an earlier mapscope left behind there because it was killed are removed first.
///
/// # Errors
/// [`ScratchError`], one sentence.
pub fn scratch_folder() -> Result<Arc<Folder>, ScratchError> {
    static OF_THIS_RUN: Mutex<Weak<Folder>> = Mutex::new(Weak::new());
    let mut of_this_run = OF_THIS_RUN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(folder) = of_this_run.upgrade() {
        return Ok(folder);
    }
    let folder = make_folder()?;
    *of_this_run = Arc::downgrade(&folder);
    Ok(folder)
}

fn make_folder() -> Result<Arc<Folder>, ScratchError> {
    let (parent, _) = temp_dir();
    // mkdir(2) would say of a missing folder what it says of one that holds none.
    let made = std::fs::metadata(&parent).and_then(|meta| {
        if meta.is_dir() {
            Folder::new(&parent)
        } else {
            Err(io::ErrorKind::NotADirectory.into())
        }
    });
    match made {
        Ok(folder) => Ok(Arc::new(folder)),
        Err(error) => Err(ScratchError::unusable(&parent, error)),
    }
}

/// A place for one scratch file in a scratch folder, which others may share. The file goes when this value does, and the
/// folder with the last value that shares it.
#[derive(Debug)]
pub struct Scratch(ScratchPlace);

impl Scratch {
    /// A place in the scratch folder of this run.
    ///
    /// # Errors
    /// [`ScratchError`], one sentence.
    pub fn new() -> Result<Self, ScratchError> {
        Self::within(scratch_folder()?)
    }

    /// A place in this scratch folder.
    ///
    /// # Errors
    /// [`ScratchError`], one sentence.
    pub fn within(folder: Arc<Folder>) -> Result<Self, ScratchError> {
        let path = folder.path().to_owned();
        ScratchPlace::within(folder)
            .map(Self)
            .map_err(|error| ScratchError::unusable(&path, error))
    }

    /// From the first call on the folder goes also where this program is killed. `program` is what is run as
    /// `program keep`; where that cannot be started, the next start removes the folder.
    pub fn keep(&self, program: &Path) {
        let _ = self.0.folder().keep(program);
    }

    /// Writes a fresh copy of the sample and returns its path.
    ///
    /// # Errors
    /// [`ScratchError`] with the error of open(2) or write(2).
    pub fn sample(&self) -> Result<PathBuf, ScratchError> {
        self.write(SAMPLE_NAME, SAMPLE)
    }

    /// Makes a file with these contents, and returns its path.
    ///
    /// # Errors
    /// [`ScratchError`] with the error of open(2), write(2) or ftruncate(2).
    pub fn made(&self, contents: &Contents) -> Result<PathBuf, ScratchError> {
        let path = self.place().join(MADE_NAME);
        match File::create(&path).and_then(|file| fill(file, contents)) {
            Ok(()) => Ok(path),
            Err(error) => Err(ScratchError::unusable(self.folder().path(), error)),
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, ScratchError> {
        let path = self.place().join(name);
        match std::fs::write(&path, bytes) {
            Ok(()) => Ok(path),
            Err(error) => Err(ScratchError::unusable(self.folder().path(), error)),
        }
    }

    /// The place: a folder inside the scratch folder.
    #[must_use]
    pub fn place(&self) -> &Path {
        self.0.path()
    }

    /// The scratch folder.
    #[must_use]
    pub fn folder(&self) -> &Arc<Folder> {
        self.0.folder()
    }
}

/// Writes the contents page by page.
fn fill(mut file: File, contents: &Contents) -> io::Result<()> {
    let page = page_bytes();
    match contents {
        Contents::Bytes { bytes } => file.write_all(bytes),
        // Of noise nothing but its length matters where a person looks at it.
        Contents::Hole { len } | Contents::Noise { len } => file.set_len(*len),
        Contents::Letters { first, pages } => {
            let mut bytes = vec![0; usize::try_from(page).unwrap_or(4096)];
            for index in 0..*pages {
                let letter = u32::from(*first) + u32::try_from(index % 26).unwrap_or(0);
                bytes.fill(u8::try_from(letter).unwrap_or(b'?'));
                file.write_all(&bytes)?;
            }
            Ok(())
        }
    }
}
