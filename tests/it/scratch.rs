//! Scratch folders: which go and which are left alone, whoever looks and whatever they are called.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mapscope::os::temp_folder::{Folder, Hold};
use mapscope::work::scratch::{SAMPLE, Scratch};
use tempfile::TempDir;

/// How long anything may take on a slow and busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Set in a process of [`Maker`], to the folder to make scratch folders in.
const PARENT: &str = "MAPSCOPE_TEST_SCRATCH_PARENT";

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_mapscope"))
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

/// Says why something was not tried.
#[track_caller]
fn skip(what: &str, why: &str) {
    crate::skip::skip(&format!("{what}: {why}"));
}

#[track_caller]
fn until(what: &str, mut done: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < PATIENCE, "{what} within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Another process with a scratch folder, which holds a file.
struct Maker {
    child: Child,
    folder: PathBuf,
}

impl Maker {
    /// Runs the test `only_dead_scratch_folders_go` again, started by `wrapper`.
    fn start(parent: &Path, wrapper: &[&str]) -> Self {
        let me = std::env::current_exe().unwrap();
        let test = [
            "scratch::only_dead_scratch_folders_go",
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

/// The folder of a killed program, with a mark and no lock.
fn dead(parent: &Path) -> PathBuf {
    let folder = Maker::start(parent, &[]).kill();
    assert!(folder.join("file").exists());
    folder
}

/// What the kinds of folders are made of, and whether they are to go.
struct Case {
    name: &'static str,
    folder: PathBuf,
    goes: bool,
    /// Files that must be there afterwards, whatever goes.
    stays: Vec<PathBuf>,
    /// As long as it lives, it is held.
    _maker: Option<Maker>,
}

impl Case {
    fn left(name: &'static str, folder: PathBuf) -> Self {
        let stays = vec![folder.join("file")];
        Self {
            name,
            folder,
            goes: false,
            stays,
            _maker: None,
        }
    }

    fn gone(name: &'static str, folder: PathBuf) -> Self {
        Self {
            goes: true,
            stays: Vec::new(),
            ..Self::left(name, folder)
        }
    }
}

/// A person's folder with a file in it.
fn person(parent: &Path, name: &str) -> PathBuf {
    let folder = parent.join(name);
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    fs::write(folder.join("file"), b"work of years").unwrap();
    folder
}

fn mark_of(folder: &Path) -> PathBuf {
    let marks = fs::read_dir(folder).unwrap().flatten();
    let mark = marks.into_iter().find(|entry| entry.file_name() != "file");
    mark.expect("a mark").path()
}

fn persons(parent: &Path) -> Vec<Case> {
    let mut cases: Vec<_> = [
        "mapscope-2024-notes",
        "mapscope-5-mydata",
        "mapscope-4194999-7",
        "mapscope-0123456789abcdef",
        "mapscope-",
    ]
    .into_iter()
    .map(|name| Case::left(name, person(parent, name)))
    .collect();
    let file = parent.join("mapscope-00000000000000ff");
    fs::write(&file, b"a file").unwrap();
    cases.push(Case {
        stays: vec![file.clone()],
        ..Case::left("a file", file)
    });
    cases
}

/// Folders that were scratch folders once, and of which something is not right.
fn altered(parent: &Path, elsewhere: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, mode) in [("0755", 0o755), ("0770", 0o770), ("0500", 0o500)] {
        let folder = dead(parent);
        fs::set_permissions(&folder, Permissions::from_mode(mode)).unwrap();
        cases.push(Case::left(name, folder));
    }
    let renamed = parent.join("mapscope-fedcba9876543210");
    fs::rename(dead(parent), &renamed).unwrap();
    cases.push(Case::left("renamed", renamed));

    let original = dead(elsewhere);
    let copied = parent.join(original.file_name().unwrap());
    let status = Command::new("cp")
        .arg("-a")
        .args([&original, &copied])
        .status();
    assert!(status.unwrap().success());
    cases.push(Case::left("copied", copied));

    let link = parent.join("mapscope-1111111111111111");
    symlink(&original, &link).unwrap();
    cases.push(Case::left("a link to a dead one", link));
    let link = parent.join("mapscope-2222222222222222");
    symlink(person(elsewhere, "notes"), &link).unwrap();
    cases.push(Case::left("a link to a person's", link));

    let folder = dead(parent);
    fs::write(mark_of(&folder), b"").unwrap();
    cases.push(Case::left("an empty mark", folder));
    let folder = dead(parent);
    let mark = mark_of(&folder);
    let moved = elsewhere.join("mark");
    fs::rename(&mark, &moved).unwrap();
    symlink(&moved, &mark).unwrap();
    cases.push(Case::left("a link for a mark", folder));
    let folder = dead(parent);
    let mark = mark_of(&folder);
    fs::remove_file(&mark).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(&mark)
            .status()
            .unwrap()
            .success()
    );
    cases.push(Case::left("a pipe for a mark", folder));
    cases
}

/// Folders of living programs, here and in another namespace.
fn held(parent: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut hold = |name, wrapper: &[&str]| {
        let maker = Maker::start(parent, wrapper);
        let folder = maker.folder.clone();
        cases.push(Case {
            _maker: Some(maker),
            ..Case::left(name, folder)
        });
    };
    hold("held", &[]);
    if is_root() {
        hold(
            "held in another PID namespace",
            &["unshare", "--pid", "--fork", "--kill-child"],
        );
    } else {
        skip("a holder in another PID namespace", "it takes root");
    }
    cases
}

fn foreign(parent: &Path) -> Vec<Case> {
    if !is_root() {
        skip("folders of another user", "it takes root");
        return Vec::new();
    }
    let folder = dead(parent);
    std::os::unix::fs::chown(&folder, Some(65534), Some(65534)).unwrap();
    let marked = dead(parent);
    std::os::unix::fs::chown(mark_of(&marked), Some(65534), Some(65534)).unwrap();
    vec![
        Case::left("another user's", folder),
        Case::left("another user's mark", marked),
    ]
}

/// Folders that are to go, also with what may be dangerous in them.
fn to_go(parent: &Path, elsewhere: &Path) -> Vec<Case> {
    let precious = person(elsewhere, "precious");
    // A maker sweeps: both live until both are there.
    let makers = [(); 2].map(|()| Maker::start(parent, &[]));
    let [plain, folder] = makers.map(Maker::kill);
    symlink(&precious, folder.join("folder")).unwrap();
    symlink(precious.join("file"), folder.join("link")).unwrap();
    symlink("nowhere", folder.join("dangling")).unwrap();
    fs::create_dir_all(folder.join("1/deep")).unwrap();
    symlink(&precious, folder.join("1/deep/up")).unwrap();
    let read_only = folder.join("1/read-only");
    fs::write(&read_only, b"x").unwrap();
    fs::set_permissions(&read_only, Permissions::from_mode(0o0)).unwrap();
    vec![
        Case::gone("dead", plain),
        Case {
            stays: vec![precious.join("file")],
            ..Case::gone("dead, with links", folder)
        },
    ]
}

fn cases(parent: &Path, elsewhere: &Path) -> Vec<Case> {
    // Each maker sweeps: those that are to go come last.
    let mut cases = persons(parent);
    cases.extend(altered(parent, elsewhere));
    cases.extend(foreign(parent));
    cases.extend(held(parent));
    cases.extend(to_go(parent, elsewhere));
    cases
}

/// Fails where `case` is not what it must be after `act` had its way.
#[track_caller]
fn check(case: &Case, act: &str) {
    let is_there = fs::symlink_metadata(&case.folder).is_ok();
    assert_eq!(is_there, !case.goes, "{act}: {}", case.name);
    for file in &case.stays {
        assert!(file.exists(), "{act}: {}: {}", case.name, file.display());
    }
}

/// By the start of another program.
#[test]
fn only_dead_scratch_folders_go() {
    if let Some(parent) = std::env::var_os(PARENT) {
        Maker::be(Path::new(&parent));
    }
    let (parent, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let cases = cases(parent.path(), elsewhere.path());
    drop(Folder::new(parent.path()).unwrap());
    for case in &cases {
        check(case, "a new folder");
    }
}

/// By a keeper, whatever it is told to keep.
#[test]
fn a_keeper_removes_only_dead_scratch_folders() {
    let (parent, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    for case in &cases(parent.path(), elsewhere.path()) {
        let status = Command::new(program())
            .arg("keep")
            .arg(&case.folder)
            .stdin(Stdio::null())
            .status()
            .unwrap();
        assert_eq!(status.success(), case.goes, "keep: {}: {status}", case.name);
        check(case, "keep");
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

/// Where the environment names no usable folder, one sentence says so and what to do.
#[test]
fn an_unusable_folder_is_told() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let file = file.path().to_str().unwrap();
    for (value, words) in [
        ("/nonexistent/folder", ["/nonexistent/folder", "(ENOENT)"]),
        (file, [file, "not a folder"]),
        ("/proc", ["/proc", "choose another folder"]),
    ] {
        let working = TempDir::new().unwrap();
        let output = Command::new(program())
            .args(["lab", "shared-seen-by-shared"])
            .env("TMPDIR", value)
            .current_dir(working.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{value:?}: {said}");
        for word in words {
            assert!(said.contains(word), "{value:?}: {said}");
        }
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(fs::read_dir(working.path()).unwrap().next().is_none());
    }
}

/// The same for the sample, in a process of its own, as the environment is the process's.
#[test]
fn an_unusable_folder_for_the_sample_is_told() {
    const INSIDE: &str = "MAPSCOPE_TEST_SAMPLE_FOLDER";
    if std::env::var_os(INSIDE).is_some() {
        writeln!(std::io::stdout(), "\nsaid {}", Scratch::new().unwrap_err()).unwrap();
        return;
    }
    for (value, words) in [
        ("/nonexistent/folder", ["/nonexistent/folder", "(ENOENT)"]),
        ("/proc", ["/proc", "set TMPDIR to"]),
    ] {
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "scratch::an_unusable_folder_for_the_sample_is_told",
                "--exact",
            ])
            .arg("--nocapture")
            .env(INSIDE, "yes")
            .env("TMPDIR", value)
            .output()
            .unwrap();
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = out.lines().find_map(|line| line.strip_prefix("said "));
        let said = said.unwrap_or_else(|| panic!("{value:?}: {out}"));
        assert!(
            words.iter().all(|word| said.contains(word)),
            "{value:?}: {said}"
        );
    }
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
