//! A process that uses a scratch file keeps its folder, whoever else is gone; and what it forks is known by more than its
//! number.

use std::process::{Child, Command, Stdio};

use mapscope::os::temp_folder::Folder;
use mapscope::peer::PeerProcess;
use mapscope::peer::calls::{Call, FileAccess};
use mapscope::peer::protocol::{Answer, MapAccess, MapMode, Open, Request};
use tempfile::TempDir;

use super::*;
use crate::processes::is_over;

/// A mapscope with a scratch file, the copy of its standard input, which it waits for more of.
struct Run {
    parent: TempDir,
    child: Child,
    folder: PathBuf,
    file: PathBuf,
}

impl Run {
    fn start() -> Self {
        let parent = TempDir::new().unwrap();
        let mut child = Command::new(program())
            .args(["lookup", "-", "0"])
            .env("TMPDIR", parent.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let bytes = [b'A'; 4096];
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), &bytes).unwrap();
        let mut file = None;
        until("there is a copy", || {
            file = find(parent.path(), "standard-input");
            file.as_ref()
                .is_some_and(|file| fs::metadata(file).is_ok_and(|meta| meta.len() == 4096))
        });
        let folder = folders(parent.path()).remove(0);
        until("there is a keeper", || !keepers(&folder).is_empty());
        Self {
            parent,
            child,
            folder,
            file: file.unwrap(),
        }
    }

    /// Kills it. Its keeper has done what it does, and ended, when this returns.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        until("its keeper has ended", || keepers(&self.folder).is_empty());
    }

    /// Whether the folder is there after another mapscope has begun.
    fn stays(&self) -> bool {
        drop(Folder::new(self.parent.path()).unwrap());
        self.folder.exists()
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    fs::read_dir(folder).ok()?.flatten().find_map(|entry| {
        let path = entry.path();
        if entry.file_name() == name {
            return Some(path);
        }
        entry
            .file_type()
            .ok()?
            .is_dir()
            .then(|| find(&path, name))?
    })
}

/// The keepers of a folder, by number.
fn keepers(folder: &Path) -> Vec<u32> {
    let wanted = [b"keep\0", folder.as_os_str().as_encoded_bytes(), b"\0"].concat();
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter(|entry| {
            fs::read(entry.path().join("cmdline")).is_ok_and(|line| line.ends_with(&wanted))
        })
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

fn peer() -> PeerProcess {
    PeerProcess::spawn(program(), "peer").unwrap()
}

/// Has it map the file, as the window's processes do.
#[track_caller]
fn maps(peer: &mut PeerProcess, path: &Path) {
    use std::os::unix::fs::MetadataExt as _;
    let meta = fs::metadata(path).unwrap();
    let open = Request::Open(Open {
        via: path.into(),
        path: path.into(),
        dev: meta.dev(),
        ino: meta.ino(),
        mode: MapMode::Shared,
        access: MapAccess::ReadWrite,
        start: 0,
        end: meta.len(),
        whole: true,
    });
    assert_eq!(peer.request(&open, LONG), Ok(Answer::Opened));
}

#[track_caller]
fn reads_a(peer: &mut PeerProcess) {
    let read = peer.request(&Request::Read { offset: 0, len: 1 }, LONG);
    assert!(
        matches!(&read, Ok(Answer::Read(answer)) if answer.bytes == b"A"),
        "{read:?}"
    );
}

#[test]
fn a_process_that_maps_a_scratch_file_keeps_its_folder() {
    let mut run = Run::start();
    let mut peer = peer();
    maps(&mut peer, &run.file);
    run.kill();
    assert!(run.stays(), "it was removed under the process");
    assert_eq!(fs::read(&run.file).unwrap(), [b'A'; 4096]);
    reads_a(&mut peer);
    // and it goes once nobody uses it any more
    drop(peer);
    until("the next start removes it", || !run.stays());
}

/// As the processes of an experiment do, which map by themselves.
#[test]
fn a_process_that_has_opened_a_scratch_file_keeps_its_folder() {
    let mut run = Run::start();
    let mut peer = peer();
    let open = Request::Do(Call::Open {
        file: "f".to_owned(),
        path: run.file.clone().into(),
        access: FileAccess::ReadWrite,
    });
    assert!(matches!(peer.request(&open, LONG), Ok(Answer::Did(_))));
    run.kill();
    assert!(run.stays(), "it was removed under the process");
    drop(peer);
    until("the next start removes it", || !run.stays());
}

/// A forked child uses what its parent used, also when the parent has turned to something else.
#[test]
fn a_forked_child_keeps_the_folder_too() {
    let mut run = Run::start();
    let other = tempfile::NamedTempFile::new().unwrap();
    fs::write(other.path(), [b'B'; 64]).unwrap();
    let mut parent = peer();
    maps(&mut parent, &run.file);
    let (mut child, _) = parent.fork("child", LONG).unwrap();
    maps(&mut parent, other.path());
    run.kill();
    assert!(run.stays(), "it was removed under the child");
    reads_a(&mut child);
    maps(&mut child, other.path());
    until("the next start removes it", || !run.stays());
}

/// A process that maps a file of somebody's own holds nothing of it: no folder above is locked.
#[test]
fn a_process_locks_no_folder_that_is_no_scratch_folder() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("mapscope-0123456789abcdef");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("file");
    fs::write(&file, [b'A'; 64]).unwrap();
    let mut peer = peer();
    maps(&mut peer, &file);
    let locked = fs::File::open(&folder).unwrap().try_lock();
    assert!(locked.is_ok(), "{locked:?}");
    drop(peer);
}

/// The number that a peer tells of its child may be another's by now: it is held only as a child of that peer.
#[test]
fn a_number_that_is_no_childs_is_not_taken_for_one() {
    let mut stranger = Command::new("sleep").arg("1000").spawn().unwrap();
    let mut parent = peer();
    let forking = parent.begin_fork("child").unwrap().unwrap();
    let born = forking.born(&parent, stranger.id());
    let is_refused = born.is_err();
    drop(born); // which would end the process that was taken for the child
    let is_alive = !is_over(stranger.id()) && matches!(stranger.try_wait(), Ok(None));
    let _ = stranger.kill();
    let _ = stranger.wait();
    assert!(
        is_refused && is_alive,
        "refused {is_refused}, alive {is_alive}"
    );
}
