//! Scratch files: the built-in sample, and the file experiments are tried on by hand. Real files, each in a folder of its
//! own that goes with it.

use std::io;
use std::path::{Path, PathBuf};

use crate::lab::scratch::Folder;

/// The built-in sample: `A` to `Z`, `0` to `9`, `a` to `z`, 62 bytes.
pub const SAMPLE: &[u8] = include_bytes!("../../assets/alphabet.txt");

/// The sample's name.
pub const SAMPLE_NAME: &str = "alphabet.txt";

/// The name of the file that experiments are tried on by hand.
pub const LETTERS_NAME: &str = "letters.bin";

/// A folder for one scratch file; both go when this value does.
#[derive(Debug)]
pub struct Scratch {
    folder: Folder,
}

impl Scratch {
    /// Makes a folder that only this user can enter, below the system's folder for temporary files. Folders that an
    /// earlier mapscope left behind because it was killed are removed first.
    ///
    /// # Errors
    /// Those of mkdir(2).
    pub fn new() -> io::Result<Self> {
        let folder = Folder::new(&std::env::temp_dir())?;
        Ok(Self { folder })
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
