//! Storage that hangs when a test says so and goes on when it says so: a file system in user space (fuse(4)) with one file.
//! Root only.
//!
//! It is served by a process of its own, this program again: a process that both serves and uses it could never end, as the
//! kernel waits for the answer of whoever took a request, even at the end of the one who asked. For the same reason nothing
//! hangs longer than [`LONGEST`], whatever became of the test.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// The length of the file.
pub(crate) const LEN: usize = 64 * 4096;
/// What it is full of at first.
pub(crate) const FILL: u8 = b'A';
/// Then what hangs is answered, though nobody asked for it.
const LONGEST: Duration = Duration::from_secs(40);
/// Where the server is told the folder.
const FOLDER: &str = "MAPSCOPE_SERVE_STORAGE";
/// What the server's lines begin with, among those of the test runner.
const SAYS: &str = "storage: ";

/// Requests of the protocol.
const LOOKUP: u32 = 1;
const FORGET: u32 = 2;
const GETATTR: u32 = 3;
const SETATTR: u32 = 4;
const OPEN: u32 = 14;
const READ: u32 = 15;
const WRITE: u32 = 16;
const RELEASE: u32 = 18;
const FSYNC: u32 = 20;
const FLUSH: u32 = 25;
const INIT: u32 = 26;
const OPENDIR: u32 = 27;
const RELEASEDIR: u32 = 29;
const INTERRUPT: u32 = 36;
const BATCH_FORGET: u32 = 42;
/// The note to the kernel that it is to forget pages.
const FORGET_PAGES: i32 = 2;
const ENOENT: i32 = 2;
const EIO: i32 = 5;
const ENOSYS: i32 = 38;

/// What hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hangs {
    /// Reading.
    Reads,
    /// Opening.
    Opens,
    /// Finding the file by its name.
    Lookups,
    /// Writing, and making sure that it is written.
    Writes,
}

/// A page that the storage fails for, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fails {
    /// Reading it.
    Read(u64),
    /// Writing it.
    Write(u64),
}

/// The file system. It goes with this value, and answers what waits.
pub(crate) struct Hanging {
    folder: TempDir,
    server: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Hanging {
    /// Mounts it; `None`, loudly, where that is not allowed.
    #[track_caller]
    pub(crate) fn or_skip() -> Option<Self> {
        let folder = TempDir::new().expect("a folder");
        let mut server = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "rig::hanging::serves_storage", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server");
        let to = server.stdin.take();
        let from = BufReader::new(server.stdout.take().expect("its standard output"));
        let mut storage = Self {
            folder,
            server,
            to,
            from,
        };
        if storage.line() == "mounted" {
            return Some(storage);
        }
        assert!(!super::is_required(), "fuse cannot be mounted");
        // Not by eprintln, which a test that passes keeps to itself.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: storage that hangs, as fuse cannot be mounted"
        );
        None
    }

    /// What the server says next.
    fn line(&mut self) -> String {
        loop {
            let mut line = String::new();
            let n_bytes = self.from.read_line(&mut line).expect("the server talks");
            assert!(n_bytes > 0, "the server ended");
            if let Some((_, said)) = line.trim_end().split_once(SAYS) {
                return said.to_owned();
            }
        }
    }

    fn ask(&mut self, command: &str) -> String {
        let to = self.to.as_mut().expect("it listens until the end");
        writeln!(to, "{command}").expect("the server listens");
        self.line()
    }

    /// The file.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("f")
    }

    /// From now on this is not answered.
    pub(crate) fn hang(&mut self, hangs: Hangs) {
        self.ask(match hangs {
            Hangs::Reads => "reads",
            Hangs::Opens => "opens",
            Hangs::Lookups => "lookups",
            Hangs::Writes => "writes",
        });
    }

    /// From now on this is answered with EIO.
    pub(crate) fn fail(&mut self, fails: Fails) {
        self.ask(&match fails {
            Fails::Read(page) => format!("fail read {page}"),
            Fails::Write(page) => format!("fail write {page}"),
        });
    }

    /// From now on nothing fails.
    pub(crate) fn heal(&mut self) {
        self.ask("fail nothing");
    }

    /// How many requests wait.
    pub(crate) fn n_waiting(&mut self) -> usize {
        self.ask("waiting").parse().expect("a number")
    }

    /// The kernel forgets every page of the file that it can: whoever looks has to read.
    pub(crate) fn forget_pages(&mut self) {
        self.forget_pages_from(0);
    }

    /// The same, from this page on.
    pub(crate) fn forget_pages_from(&mut self, page: u64) {
        self.ask(&format!("forget {page}"));
    }

    /// Answers what waits, and all that comes.
    pub(crate) fn go_on(&mut self) {
        self.ask("go on");
    }

    /// The first byte that the storage has.
    pub(crate) fn stored(&mut self) -> u8 {
        self.ask("first").parse().expect("a byte")
    }
}

impl Drop for Hanging {
    fn drop(&mut self) {
        if let Some(to) = &mut self.to {
            let _ = writeln!(to, "go on");
        }
        let _ = Command::new("umount")
            .arg("-l")
            .arg(self.folder.path())
            .status();
        drop(self.to.take()); // its end, and with it that of the file system
        let _ = self.server.wait();
    }
}

/// The server, where this program was started as it; else no test.
#[test]
fn serves_storage() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let Ok(device) = mount(Path::new(&folder)) else {
        println!("{SAYS}refused");
        return;
    };
    let (device, state) = (Arc::new(device), Arc::new(Mutex::new(State::new())));
    thread::spawn({
        let (device, state) = (Arc::clone(&device), Arc::clone(&state));
        move || serve(&device, &state)
    });
    println!("{SAYS}mounted");
    for line in std::io::stdin().lines().map_while(Result::ok) {
        let said = match line.as_str() {
            "reads" => hang(&device, &state, Hangs::Reads),
            "opens" => hang(&device, &state, Hangs::Opens),
            "lookups" => hang(&device, &state, Hangs::Lookups),
            "writes" => hang(&device, &state, Hangs::Writes),
            "go on" => go_on(&device, &state),
            "waiting" => lock(&state).waiting.len(),
            forget if forget.starts_with("forget ") => {
                forget_pages(&device, forget[7..].parse().unwrap())
            }
            fails if fails.starts_with("fail ") => {
                lock(&state).fails = fails_of(fails);
                0
            }
            _ => lock(&state).bytes[0].into(),
        };
        println!("{SAYS}{said}");
    }
    std::process::exit(0);
}

struct State {
    bytes: Vec<u8>,
    hangs: Option<Hangs>,
    fails: Option<Fails>,
    /// Requests that wait.
    waiting: Vec<Vec<u8>>,
}

impl State {
    fn new() -> Self {
        Self {
            bytes: vec![FILL; LEN],
            hangs: None,
            fails: None,
            waiting: Vec::new(),
        }
    }
}

fn fails_of(command: &str) -> Option<Fails> {
    let mut words = command.split(' ').skip(1);
    let (what, page) = (words.next()?, words.next()?.parse().ok()?);
    Some(if what == "read" {
        Fails::Read(page)
    } else {
        Fails::Write(page)
    })
}

fn mount(folder: &Path) -> std::io::Result<File> {
    let device = File::options().read(true).write(true).open("/dev/fuse")?;
    let status = Command::new("mount")
        .args(["-i", "-t", "fuse", "-o"])
        .arg("fd=0,rootmode=40000,user_id=0,group_id=0,allow_other")
        .args([OsStr::new("mapscope-hanging"), folder.as_os_str()])
        .stdin(Stdio::from(device.try_clone()?))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    if status.success() {
        Ok(device)
    } else {
        Err(std::io::Error::other("mount(8) failed"))
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn hang(device: &Arc<File>, state: &Arc<Mutex<State>>, hangs: Hangs) -> usize {
    lock(state).hangs = Some(hangs);
    let (device, state) = (Arc::clone(device), Arc::clone(state));
    thread::spawn(move || {
        thread::sleep(LONGEST);
        go_on(&device, &state);
    });
    0
}

fn go_on(device: &File, state: &Mutex<State>) -> usize {
    let waiting = {
        let mut state = lock(state);
        state.hangs = None;
        std::mem::take(&mut state.waiting)
    };
    for request in &waiting {
        answer(device, state, request);
    }
    waiting.len()
}

/// That waits for pages that are being read, so it is done beside.
fn forget_pages(device: &Arc<File>, from: u64) -> usize {
    let device = Arc::clone(device);
    thread::spawn(move || {
        let mut note = words32(&[16 + 24, FORGET_PAGES.cast_unsigned(), 0, 0]);
        note.extend([2, from * 4096, 0].into_iter().flat_map(u64::to_ne_bytes));
        let _ = (&*device).write_all(&note);
    });
    0
}

/// Takes requests until the file system is gone.
fn serve(device: &File, state: &Mutex<State>) {
    let mut buffer = vec![0; 1 << 18];
    loop {
        let mut from = device;
        match from.read(&mut buffer) {
            Ok(n_bytes) => {
                let request = &buffer[..n_bytes];
                if !waits(state, request) {
                    answer(device, state, request);
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) if error.raw_os_error() == Some(ENOENT) => {} // it was withdrawn
            Err(_) => return,
        }
    }
}

/// Has the request wait, where it is one of those that hang.
fn waits(state: &Mutex<State>, request: &[u8]) -> bool {
    let opcode = u32_at(request, 4);
    let mut state = lock(state);
    let waits = match state.hangs {
        Some(Hangs::Reads) => opcode == READ,
        Some(Hangs::Opens) => opcode == OPEN,
        Some(Hangs::Lookups) => opcode == LOOKUP,
        Some(Hangs::Writes) => matches!(opcode, WRITE | FSYNC),
        None => false,
    };
    if waits {
        state.waiting.push(request.to_vec());
    }
    waits
}

fn answer(device: &File, state: &Mutex<State>, request: &[u8]) {
    let (opcode, node) = (u32_at(request, 4), u64_at(request, 16));
    let body = &request[40..];
    let said: Result<Vec<u8>, i32> = match opcode {
        FORGET | BATCH_FORGET | INTERRUPT => return,
        INIT => Ok(words32(&[
            7,
            31,
            0,
            0,
            16,
            1 << 17,
            1,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
        ])),
        LOOKUP if body.starts_with(b"f\0") => {
            let mut entry = words32(&[2, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            entry.extend(attributes(2));
            Ok(entry)
        }
        LOOKUP => Err(ENOENT),
        GETATTR | SETATTR => {
            let mut attr = words32(&[0; 4]);
            attr.extend(attributes(node));
            Ok(attr)
        }
        OPEN | OPENDIR => Ok(vec![0; 16]),
        RELEASE | RELEASEDIR | FLUSH | FSYNC => Ok(Vec::new()),
        READ => {
            let (start, len) = (index(u64_at(body, 8)), u32_at(body, 16));
            let end = (start + index(u64::from(len))).min(LEN);
            let state = lock(state);
            let fails = |page| (start..end).contains(&(index(page) * 4096));
            match state.fails {
                Some(Fails::Read(page)) if fails(page) => Err(EIO),
                _ => Ok(state.bytes.get(start..end).unwrap_or_default().to_vec()),
            }
        }
        WRITE => {
            let (start, len) = (index(u64_at(body, 8)), u32_at(body, 16));
            let bytes = &body[40..40 + index(u64::from(len))];
            let end = start + bytes.len();
            let mut state = lock(state);
            match state.fails {
                Some(Fails::Write(page)) if (start..end).contains(&(index(page) * 4096)) => {
                    Err(EIO)
                }
                _ => {
                    state.bytes[start..end].copy_from_slice(bytes);
                    Ok(words32(&[len, 0]))
                }
            }
        }
        _ => Err(ENOSYS),
    };
    let (error, body) = match said {
        Ok(body) => (0, body),
        Err(errno) => (-errno, Vec::new()),
    };
    let len = u32::try_from(16 + body.len()).unwrap();
    let mut reply = words32(&[len, i32::cast_unsigned(error)]);
    reply.extend(&request[8..16]);
    reply.extend(body);
    let mut to = device;
    let _ = to.write_all(&reply); // refused where whoever asked is gone
}

/// `struct fuse_attr` of the folder (1) or of the file.
fn attributes(node: u64) -> Vec<u8> {
    let (mode, len) = match node {
        1 => (0o040_777, 0),
        _ => (0o100_666, LEN as u64),
    };
    let mut attr = Vec::new();
    for word in [node, len, len / 512, 0, 0, 0] {
        attr.extend(word.to_ne_bytes());
    }
    attr.extend(words32(&[0, 0, 0, mode, 1, 0, 0, 0, 4096, 0]));
    attr
}

fn words32(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_ne_bytes()).collect()
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap())
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_ne_bytes(bytes[at..at + 8].try_into().unwrap())
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap()
}
