//! A file system of one file whose pages answer as a test wants: the kernel's FUSE protocol, served by a thread.
//!
//! Layouts are those of `linux/fuse.h`, version 7.31. No request is left unanswered, so nothing can hang.

use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::TempDir;

use super::support::{PAGE, is_root, run, skip_part};

/// How a page answers reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// With its bytes.
    Bytes,
    /// With this error number.
    Error(i32),
    /// With no bytes and no error.
    Nothing,
}

/// Pages of the one file.
pub(super) const PAGES: usize = 16;
/// What the file is full of.
pub(super) const FILLED_WITH: u8 = b'A';

/// The mounted file system; unmounted when it is dropped. Root only.
pub(super) struct Fuse {
    folder: TempDir,
    answers: Arc<Mutex<[Answer; PAGES]>>,
}

impl Fuse {
    /// Mounts it, or says why the test `test` cannot run here. With `direct_io`, the file has no page cache and cannot
    /// be mapped shared.
    pub(super) fn or_skip(test: &str, direct_io: bool) -> Option<Self> {
        if !is_root() {
            skip_part(test, "mounting needs root");
            return None;
        }
        match Self::mount(direct_io) {
            Ok(mounted) => Some(mounted),
            Err(why) => {
                skip_part(test, &why.to_string());
                None
            }
        }
    }

    fn mount(direct_io: bool) -> Result<Self, Box<dyn Error>> {
        let device = OpenOptions::new()
            .read(true)
            .write(true)
            .open("/dev/fuse")?;
        let folder = TempDir::new()?;
        let answers = Arc::new(Mutex::new([Answer::Bytes; PAGES]));
        let server = Server {
            device: device.try_clone()?,
            answers: Arc::clone(&answers),
            open_flags: if direct_io { 1 } else { 2 },
        };
        std::thread::spawn(move || server.run());
        let options = "fd=0,rootmode=40000,user_id=0,group_id=0,allow_other";
        let mounted = Command::new("mount")
            .args(["-i", "-t", "fuse", "-o", options, "mapscope-test"])
            .arg(folder.path())
            .stdin(Stdio::from(device))
            .output()?;
        if mounted.status.success() {
            Ok(Self { folder, answers })
        } else {
            Err(String::from_utf8_lossy(&mounted.stderr).into())
        }
    }

    /// The one file.
    pub(super) fn file(&self) -> PathBuf {
        self.folder.path().join("file")
    }

    /// From now on page `page` answers so.
    pub(super) fn set(&self, page: usize, answer: Answer) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)[page] = answer;
    }
}

impl Drop for Fuse {
    fn drop(&mut self) {
        let _best_effort = run("umount", &["-l".as_ref(), self.folder.path().as_os_str()]);
    }
}

struct Server {
    device: File,
    answers: Arc<Mutex<[Answer; PAGES]>>,
    open_flags: u32,
}

impl Server {
    /// Answers until the file system is unmounted, or was never mounted.
    fn run(mut self) {
        let mut request = vec![0; 1 << 18];
        loop {
            match self.device.read(&mut request) {
                Ok(len) => self.answer(&request[..len]),
                // not mounted yet, or interrupted; nobody else holds the answers once mounting failed
                Err(error)
                    if matches!(error.raw_os_error(), Some(1 | 4))
                        && Arc::strong_count(&self.answers) > 1 =>
                {
                    std::thread::yield_now();
                }
                Err(_) => return,
            }
        }
    }

    fn answer(&mut self, request: &[u8]) {
        const NO_SUCH_FILE: i32 = 2;
        const NOT_KNOWN: i32 = 38;
        let node = number(request, 16, 8);
        let body = request.get(40..).unwrap_or_default();
        let reply = match number(request, 4, 4) {
            26 => Ok(fields(&[
                (7, 4),
                (31, 4),
                (0, 4),
                (0, 4),
                (16, 2),
                (12, 2),
                (4096, 4),
                (1, 4),
                (0, 32),
            ])),
            1 if body.starts_with(b"file\0") => {
                let entry = [(2, 8), (0, 8), (100, 8), (100, 8), (0, 8)];
                Ok([fields(&entry), attributes(2)].concat())
            }
            1 => Err(NO_SUCH_FILE),
            3 | 4 => Ok([fields(&[(100, 8), (0, 8)]), attributes(node)].concat()),
            14 | 27 => Ok(fields(&[(1, 8), (u64::from(self.open_flags), 4), (0, 4)])),
            15 => self.read(number(body, 8, 8), number(body, 16, 4)),
            16 => Ok(fields(&[(number(body, 16, 4), 4), (0, 4)])),
            17 => Ok(vec![0; 80]),
            18 | 20 | 25 | 29 => Ok(Vec::new()),
            // forgotten, interrupted: these get no answer
            2 | 36 | 42 => return,
            _ => Err(NOT_KNOWN),
        };
        let (error, bytes) = match reply {
            Ok(bytes) => (0, bytes),
            Err(errno) => (-errno, Vec::new()),
        };
        let mut answer = fields(&[(16 + bytes.len() as u64, 4)]);
        answer.extend(error.to_ne_bytes());
        answer.extend(fields(&[(number(request, 8, 8), 8)]));
        answer.extend(bytes);
        let _told = self.device.write(&answer);
    }

    fn read(&self, offset: u64, len: u64) -> Result<Vec<u8>, i32> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let end = (offset + len).min(PAGES as u64 * PAGE);
        let mut bytes = Vec::new();
        for page in offset / PAGE..end.div_ceil(PAGE) {
            match answers[usize::try_from(page).unwrap_or(0)] {
                Answer::Bytes => bytes.resize(bytes.len() + 4096, FILLED_WITH),
                Answer::Error(errno) => return Err(errno),
                Answer::Nothing => break,
            }
        }
        bytes.truncate(usize::try_from(end.saturating_sub(offset)).unwrap_or(0));
        Ok(bytes)
    }
}

/// The number of `len` bytes at `at`, in this machine's order.
fn number(bytes: &[u8], at: usize, len: usize) -> u64 {
    let mut value = [0; 8];
    value[..len].copy_from_slice(&bytes[at..at + len]);
    u64::from_le_bytes(value)
}

/// Numbers and how many bytes each of them takes; past eight they are zeros.
fn fields(fields: &[(u64, usize)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for &(value, len) in fields {
        let value = value.to_le_bytes();
        bytes.extend(value.iter().copied().chain(std::iter::repeat(0)).take(len));
    }
    bytes
}

/// `struct fuse_attr` of the folder (1) or the file.
fn attributes(node: u64) -> Vec<u8> {
    let (mode, size) = if node == 1 {
        (0o040_777, 0)
    } else {
        (0o100_666, PAGES as u64 * PAGE)
    };
    fields(&[
        (node, 8),
        (size, 8),
        (size / 512, 8),
        (0, 36),
        (mode, 4),
        (1, 4),
        (0, 12),
        (4096, 4),
        (0, 4),
    ])
}
