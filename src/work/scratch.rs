//! Scratch files: the built-in sample, and the file experiments are tried on by hand. Real files, each in a folder of its
//! own that goes with it.

use std::io;
use std::path::{Path, PathBuf};

use crate::os::temp_folder::{Folder, Keeper};

/// The built-in sample: `A` to `Z`, `0` to `9`, `a` to `z`, 62 bytes.
pub const SAMPLE: &[u8] = include_bytes!("../../assets/alphabet.txt");

/// The sample's name.
pub const SAMPLE_NAME: &str = "alphabet.txt";

/// The name of the file that experiments are tried on by hand.
pub const LETTERS_NAME: &str = "letters.bin";

/// A folder for one scratch file; both go when this value does.
#[derive(Debug)]
pub struct Scratch {
    // Dropped in this order.
    folder: Folder,
    keeper: Option<Keeper>,
    /// A keeper was asked for.
    is_kept: bool,
}

impl Scratch {
    /// Makes a folder that only this user can enter, below the system's folder for temporary files. Folders that an
    /// earlier mapscope left behind because it was killed are removed first.
    ///
    /// # Errors
    /// Those of mkdir(2).
    pub fn new() -> io::Result<Self> {
        let folder = Folder::new(&crate::os::environment::temp_dir())?;
        Ok(Self {
            folder,
            keeper: None,
            is_kept: false,
        })
    }

    /// From the first call on the folder goes also where this program is killed. `program` is what is run as `program keep`; where
    /// that cannot be started, the next start removes the folder.
    pub fn keep(&mut self, program: &Path) {
        if !self.is_kept {
            self.is_kept = true;
            self.keeper = Keeper::start(program, self.folder.path()).ok();
        }
    }

    /// Writes a fresh copy of the sample and returns its path.
    ///
    /// # Errors
    /// Those of open(2) and write(2).
    pub fn sample(&self) -> io::Result<PathBuf> {
        let path = self.folder.path().join(SAMPLE_NAME);
        std::fs::write(&path, SAMPLE)?;
        Ok(path)
    }

    /// Writes three pages, all `A`, all `B`, all `C`, and returns the file's path.
    ///
    /// # Errors
    /// Those of open(2) and write(2).
    pub fn letters(&self) -> io::Result<PathBuf> {
        let path = self.folder.path().join(LETTERS_NAME);
        let page = usize::try_from(crate::map::page_bytes()).unwrap_or(4096);
        let bytes: Vec<u8> = [b'A', b'B', b'C']
            .into_iter()
            .flat_map(|letter| std::iter::repeat_n(letter, page))
            .collect();
        std::fs::write(&path, bytes)?;
        Ok(path)
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}
