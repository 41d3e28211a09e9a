//! Scratch folders: real folders that only this user can enter, and that go with the program, however it ends.
//!
//! It owns their names and their removal. It must not know what is put into them.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::os::exit::gone_within;

/// What every scratch folder's name begins with; the number of the process that made it follows.
const PREFIX: &str = "mapscope-";

/// How long the keeper may take to end once the folder is gone.
const KEEPER_ENDS: Duration = Duration::from_millis(500);

/// A folder for scratch files; all of it goes when this value does.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes a folder below `parent`. Folders that an earlier mapscope left there because it was killed are removed
    /// first.
    ///
    /// # Errors
    /// Those of mkdir(2).
    pub fn new(parent: &Path) -> io::Result<Self> {
        remove_left_behind(parent);
        loop {
            let (path, number) = fresh_name(parent);
            match make_folder(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 10_000 => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that cannot be removed is found and removed by the next start.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// A process that removes a folder should this program end without doing so: it is killed, say.
///
/// Drop it after the folder is gone.
#[derive(Debug)]
pub struct Keeper(Child);

impl Keeper {
    /// Starts `program keep` for a folder that is there, or will be.
    ///
    /// # Errors
    /// What starting a process reports.
    pub fn start(program: &Path, folder: &Path) -> io::Result<Self> {
        let mut command = Command::new(program);
        command
            .arg("keep")
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // Ctrl+C in a terminal goes to the whole group: the keeper has work to do then.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn().map(Self)
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // Its input closes, and it ends.
        drop(self.0.stdin.take());
        if !gone_within(&mut self.0, KEEPER_ENDS) {
            let _ = self.0.kill();
            gone_within(&mut self.0, KEEPER_ENDS);
        }
    }
}

/// A folder that has had a keeper since before it was made.
#[derive(Debug)]
pub struct KeptFolder {
    // Dropped in this order.
    folder: Folder,
    _keeper: Keeper,
}

impl KeptFolder {
    /// Starts the keeper, then makes the folder below `parent`.
    ///
    /// # Errors
    /// Those of starting a process and of mkdir(2).
    pub fn new(program: &Path, parent: &Path) -> io::Result<Self> {
        remove_left_behind(parent);
        let (path, _) = fresh_name(parent);
        let keeper = Keeper::start(program, &path)?;
        make_folder(&path)?;
        Ok(Self {
            folder: Folder { path },
            _keeper: keeper,
        })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// What the keeper does, `mapscope keep FOLDER`: waits until its input closes, which is when the program that started it
/// ended in whatever way, and removes the folder. Only one that a mapscope made.
#[must_use]
pub fn run_keeper(folder: &Path) -> ExitCode {
    let ours = folder
        .file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| maker(name).is_some());
    if !ours {
        return ExitCode::FAILURE;
    }
    // An error is the end of the input as well.
    let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
    // Peers die at the same time; one of them may still be making a file.
    for _ in 0..50 {
        match std::fs::remove_dir_all(folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                std::thread::sleep(Duration::from_millis(10));
            }
            _ => break,
        }
    }
    ExitCode::SUCCESS
}

/// A name that was not given before, and its number.
fn fresh_name(parent: &Path) -> (PathBuf, u32) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("{PREFIX}{}-{number}", std::process::id());
    (parent.join(name), number)
}

/// The process that made the folder of this name.
fn maker(name: &str) -> Option<u32> {
    name.strip_prefix(PREFIX)?.split_once('-')?.0.parse().ok()
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
        let Some(pid) = name.to_str().and_then(maker) else {
            continue;
        };
        // A process that ended and was not yet waited for still has a folder there, but no program.
        let gone = std::fs::read_link(format!("/proc/{pid}/exe"))
            .is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
        if gone {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
