//! Scratch folders: who holds one, how long it lives, and with what it goes.

mod dead;
mod umask;
mod unusable;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use mapscope::os::temp_folder::{Folder, Hold};
use mapscope::work::scratch::{SAMPLE, Scratch};
use tempfile::TempDir;

use crate::processes::{program, until};

/// Set in a process of [`Maker`], to the folder to make scratch folders in.
const PARENT: &str = "MAPSCOPE_TEST_SCRATCH_PARENT";

/// Another process with a scratch folder, which holds a file.
struct Maker {
    child: Child,
    folder: PathBuf,
}

impl Maker {
    /// Runs the test `dead::only_dead_scratch_folders_go` again, started by `wrapper`.
    fn start(parent: &Path, wrapper: &[&str]) -> Self {
        let me = std::env::current_exe().unwrap();
        let test = [
            "scratch::dead::only_dead_scratch_folders_go",
            "--exact",
            "--nocapture",
        ];
        let mut words = wrapper.iter().map(OsStr::new).chain([me.as_os_str()]);
        let mut child = Command::new(words.next().unwrap())
            .args(words)
            .args(test)
            .env(PARENT, parent)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let folder = out
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("made ").map(PathBuf::from))
            .expect("a folder is made");
        Self { child, folder }
    }

    /// What [`Self::start`] starts: it makes the folder and lives until it is killed.
    fn be(parent: &Path) -> ! {
        let folder = Folder::new(parent).unwrap();
        fs::write(folder.path().join("file"), b"scratch").unwrap();
        if std::env::var_os("MAPSCOPE_TEST_SCRATCH_KEPT").is_some() {
            folder.keep(program()).unwrap();
        }
        // A line end first: the harness has begun a line.
        let mut out = std::io::stdout();
        writeln!(out, "\nmade {}", folder.path().display()).unwrap();
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        // Also where the test died: never by dropping the folder.
        std::process::abort();
    }

    fn kill(mut self) -> PathBuf {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        std::mem::take(&mut self.folder)
    }
}

impl Drop for Maker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The keepers of a folder.
fn keepers(folder: &Path) -> usize {
    let wanted = [b"keep\0", folder.as_os_str().as_encoded_bytes(), b"\0"].concat();
    let lines = fs::read_dir("/proc").unwrap().flatten();
    lines
        .filter_map(|entry| fs::read(entry.path().join("cmdline")).ok())
        .filter(|line| line.ends_with(&wanted))
        .count()
}

#[test]
fn a_keeper_removes_the_folder_of_a_killed_program() {
    let parent = TempDir::new().unwrap();
    let maker = Maker::start(parent.path(), &["env", "MAPSCOPE_TEST_SCRATCH_KEPT=yes"]);
    until("a keeper", || keepers(&maker.folder) == 1);
    let folder = maker.kill();
    until("the keeper's work", || !folder.exists());
    until("the keeper's end", || keepers(&folder) == 0);
}

/// A peer that lives on uses the folder: the keeper leaves it, and the next start takes it when the peer is gone.
#[test]
fn a_keeper_leaves_what_somebody_uses() {
    let parent = TempDir::new().unwrap();
    let maker = Maker::start(parent.path(), &["env", "MAPSCOPE_TEST_SCRATCH_KEPT=yes"]);
    until("a keeper", || keepers(&maker.folder) == 1);
    let peer = Hold::take(&maker.folder).expect("a peer may hold it");
    let folder = maker.kill();
    until("the keeper's end", || keepers(&folder) == 0);
    assert!(folder.join("file").exists());
    drop(peer);
    // A process that another test starts at that moment has our descriptors until it runs its program.
    until("the next start's work", || {
        drop(Folder::new(parent.path()).unwrap());
        !folder.exists()
    });
}

#[test]
fn a_folder_goes_with_its_owner_and_nothing_else_does() {
    let parent = TempDir::new().unwrap();
    let folder = Folder::new(parent.path()).unwrap();
    let path = folder.path().to_owned();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
    let places = [folder.place().unwrap(), folder.place().unwrap()];
    assert_ne!(places[0], places[1]);
    drop(folder);
    assert!(!path.exists());

    // Another folder stands at the path by now: it is not the one that was made.
    let folder = Folder::new(parent.path()).unwrap();
    let path = folder.path().to_owned();
    fs::rename(&path, parent.path().join("aside")).unwrap();
    fs::create_dir(&path).unwrap();
    fs::write(path.join("file"), b"somebody's").unwrap();
    drop(folder);
    assert!(path.join("file").exists());
}

/// Makers and sweepers at once, in threads and so with locks of their own: nobody loses a folder that is in use.
#[test]
fn makers_at_once_never_lose_a_folder() {
    let parent = TempDir::new().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                for _ in 0..40 {
                    let folder = Folder::new(parent.path()).unwrap();
                    let file = folder.path().join("file");
                    fs::write(&file, b"mine").unwrap();
                    let peer = Hold::take_around(&file).expect("a peer may hold it");
                    drop(Folder::new(parent.path()).unwrap());
                    assert_eq!(fs::read(&file).unwrap(), b"mine");
                    drop(peer);
                }
            });
        }
    });
    assert!(fs::read_dir(parent.path()).unwrap().next().is_none());
}

/// Scratch files of one run share a folder; each goes by itself, and the folder with the last.
#[test]
fn scratch_files_share_a_folder() {
    let parent = TempDir::new().unwrap();
    let folder = Arc::new(Folder::new(parent.path()).unwrap());
    let path = folder.path().to_owned();
    let scratches = [(); 3].map(|()| Scratch::within(Arc::clone(&folder)).unwrap());
    drop(folder);
    let samples: Vec<_> = scratches
        .iter()
        .map(|scratch| scratch.sample().unwrap())
        .collect();
    for (scratch, sample) in scratches.into_iter().zip(&samples) {
        assert!(sample.starts_with(&path));
        assert_eq!(fs::read(sample).unwrap(), SAMPLE);
        drop(scratch);
        assert!(!sample.exists());
    }
    assert!(!path.exists());
}

/// Two opens of one folder have locks of their own, also in one process: what the whole design rests on.
#[test]
fn a_lock_of_a_directory_is_of_the_open() {
    let folder = TempDir::new().unwrap();
    let [one, other] = [(); 2].map(|()| File::open(folder.path()).unwrap());
    one.try_lock_shared().unwrap();
    other.try_lock_shared().unwrap();
    let third = File::open(folder.path()).unwrap();
    assert!(third.try_lock().is_err());
    drop(one);
    assert!(third.try_lock().is_err());
    drop(other);
    // A process that another test starts at that moment has our descriptors until it runs its program.
    until("the lock", || third.try_lock().is_ok());
}
