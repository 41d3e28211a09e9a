//! The scratch copy of the built-in sample: a real file, in a folder of its own that goes with it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// The built-in sample: `A` to `Z`, `0` to `9`, `a` to `z`, 62 bytes.
pub const SAMPLE: &[u8] = include_bytes!("../../assets/alphabet.txt");

/// The sample's name.
pub const SAMPLE_NAME: &str = "alphabet.txt";

const PREFIX: &str = "mapscope-";

/// A folder for one scratch file; both go when this value does.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    /// Makes a folder that only this user can enter, below the system's folder for temporary files. Folders that an
    /// earlier mapscope left behind because it was killed are removed first.
    ///
    /// # Errors
    /// Those of mkdir(2).
    pub fn new() -> io::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let parent = std::env::temp_dir();
        remove_left_behind(&parent);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let folder = parent.join(format!("{PREFIX}{}-{number}", std::process::id()));
            match make_folder(&folder) {
                Ok(()) => return Ok(Self { folder }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 10_000 => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Writes a fresh copy of the sample and returns its path.
    ///
    /// # Errors
    /// Those of open(2) and write(2).
    pub fn sample(&self) -> io::Result<PathBuf> {
        let path = self.folder.join(SAMPLE_NAME);
        std::fs::write(&path, SAMPLE)?;
        Ok(path)
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // a folder that cannot be removed is found and removed by the next start
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    std::fs::create_dir(folder)
}

/// Removes scratch folders whose process is gone. Only where `/proc` can tell, and only folders of this user: those of
/// others cannot be removed.
fn remove_left_behind(parent: &Path) {
    if !Path::new("/proc/self").exists() {
        return;
    }
    let Ok(entries) = std::fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(|name| {
            name.strip_prefix(PREFIX)?
                .split_once('-')?
                .0
                .parse::<u32>()
                .ok()
        }) else {
            continue;
        };
        // a process that ended and was not yet waited for still has a folder there, but no program
        let gone = std::fs::read_link(format!("/proc/{pid}/exe"))
            .is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
        if gone {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
