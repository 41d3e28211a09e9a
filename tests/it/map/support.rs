//! What the tests of the mapping layer share: scratch files, other processes, other users.

use std::error::Error;
use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mapscope::bytes::Span;
use mapscope::map::{Access, CallLog, MapRequest, Mapping, Mode, OpenFile, Primitive};
use tempfile::TempDir;

pub(super) use crate::machine::{Mounted, is_root, run};
pub(super) use crate::skip::skip_part;

pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// The user and group `nobody`.
const NOBODY: u32 = 65534;
/// Set in a process that a test started from its own program, to the folder that it may use.
const RERUN_FOLDER: &str = "MAPSCOPE_TEST_RERUN_FOLDER";

pub(super) const PRIMITIVES: [Primitive; 2] = [Primitive::ProcessVm, Primitive::Pipe];
pub(super) const PAGE: u64 = 4096;

/// Bytes that differ from page to page and from byte to byte, and hold no zero.
pub(super) fn pattern(len: usize) -> Vec<u8> {
    (0..len)
        .map(|index| u8::try_from((index * 7 + index / 4096 * 13) % 255 + 1).unwrap_or(1))
        .collect()
}

pub(super) fn span(start: u64, end: u64) -> Result<Span, Box<dyn Error>> {
    Span::new(start, end).ok_or_else(|| "a reversed span".into())
}

/// A folder that every user may enter, and a file of `bytes` in it.
pub(super) fn scratch(bytes: &[u8]) -> Result<(TempDir, PathBuf), Box<dyn Error>> {
    let folder = TempDir::new()?;
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
    let path = folder.path().join("file");
    fs::write(&path, bytes)?;
    Ok((folder, path))
}

pub(super) fn opened(path: &Path) -> Result<(OpenFile, CallLog), Box<dyn Error>> {
    let log = CallLog::new();
    Ok((OpenFile::open(path, &log)?, log))
}

pub(super) fn mapped(
    file: &OpenFile,
    mode: Mode,
    access: Access,
) -> Result<Mapping, Box<dyn Error>> {
    let request = MapRequest {
        mode,
        access,
        span: None,
    };
    Ok(Mapping::create(file, request, &CallLog::new())?)
}

/// A private and a shared mapping, both read-write, that are read and stored to by `primitive`.
pub(super) fn both_by(
    primitive: Primitive,
    file: &OpenFile,
) -> Result<[Mapping; 2], Box<dyn Error>> {
    let by = |mode| {
        let request = MapRequest {
            mode,
            access: Access::ReadWrite,
            span: None,
        };
        Mapping::create_by(primitive, file, request, &CallLog::new())
    };
    Ok([by(Mode::Private)?, by(Mode::Shared)?])
}

pub(super) fn private(file: &OpenFile) -> Result<Mapping, Box<dyn Error>> {
    mapped(file, Mode::Private, Access::ReadWrite)
}

pub(super) fn shared(file: &OpenFile) -> Result<Mapping, Box<dyn Error>> {
    mapped(file, Mode::Shared, Access::ReadWrite)
}

/// What the file holds at `offset`, by pread(2) on a descriptor of its own.
pub(super) fn in_file(path: &Path, offset: u64, len: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; len];
    File::open(path)?.read_exact_at(&mut bytes, offset)?;
    Ok(bytes)
}

/// Another process writes `bytes` at `offset` and leaves the length as it is.
pub(super) fn write_by_other(path: &Path, offset: u64, bytes: &[u8]) -> Outcome {
    let mut dd = Command::new("dd")
        .arg(format!("of={}", path.display()))
        .args(["bs=1", "conv=notrunc", &format!("seek={offset}")])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    dd.stdin
        .take()
        .ok_or("no standard input")?
        .write_all(bytes)?;
    if dd.wait()?.success() {
        Ok(())
    } else {
        Err("dd failed".into())
    }
}

/// Another process sets the length.
pub(super) fn resize_by_other(path: &Path, len: u64) -> Outcome {
    run(
        "truncate",
        &[
            OsStr::new("-s"),
            OsStr::new(&len.to_string()),
            path.as_os_str(),
        ],
    )
    .map(|_| ())
}

/// The folder of this run, if a test started this process.
pub(super) fn rerun_folder() -> Option<PathBuf> {
    std::env::var_os(RERUN_FOLDER).map(PathBuf::from)
}

/// A copy of this test program that everybody may start, and a folder for it to work in.
pub(super) fn program_for_all(mode: u32) -> Result<(TempDir, PathBuf, PathBuf), Box<dyn Error>> {
    let home = TempDir::new()?;
    fs::set_permissions(home.path(), Permissions::from_mode(0o755))?;
    let program = home.path().join("program");
    copy_program(&std::env::current_exe()?, &program, mode)?;
    let folder = home.path().join("work");
    fs::create_dir(&folder)?;
    fs::set_permissions(&folder, Permissions::from_mode(0o777))?;
    Ok((home, program, folder))
}

/// Copies a program by another process: a descriptor of ours that is open for writing could be inherited by a child that
/// another test starts at that moment, and the copy could not be started (`ETXTBSY`).
pub(super) fn copy_program(from: &Path, to: &Path, mode: u32) -> Outcome {
    run("cp", &[from.as_os_str(), to.as_os_str()])?;
    fs::set_permissions(to, Permissions::from_mode(mode))?;
    Ok(())
}

/// A command that runs the test `name` alone in a new process, which works in `folder`.
pub(super) fn rerun(program: &Path, folder: &Path, name: &str) -> Command {
    let mut command = Command::new(program);
    rerun_args(&mut command, folder, name);
    command
}

/// Makes `command` pass on what a rerun needs.
pub(super) fn rerun_args(command: &mut Command, folder: &Path, name: &str) {
    command
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(RERUN_FOLDER, folder);
    command.current_dir(folder).stdin(Stdio::null());
}

/// The full name of a test from its module and function.
pub(super) fn full_name(module: &str, test: &str) -> String {
    let module = module.split_once("::").map_or(module, |(_, rest)| rest);
    format!("{module}::{test}")
}

/// Runs a command of [`rerun`] and expects that its one test ran and passed.
pub(super) fn expect_rerun(mut command: Command) -> Result<String, Box<dyn Error>> {
    let output = command.output()?;
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    if output.status.success() && text.contains("1 passed") {
        Ok(text)
    } else {
        Err(format!("the second run ended with {}:\n{text}", output.status).into())
    }
}

/// Runs `body` as a user without rights: here if this is one, else in a second run of the test as nobody.
pub(crate) fn as_nobody(module: &str, test: &str, body: impl FnOnce(&Path) -> Outcome) -> Outcome {
    if let Some(folder) = rerun_folder() {
        return body(&folder);
    }
    if !is_root() {
        let folder = TempDir::new()?;
        return body(folder.path());
    }
    let (_home, program, folder) = program_for_all(0o755)?;
    let mut command = rerun(&program, &folder, &full_name(module, test));
    command.uid(NOBODY).gid(NOBODY);
    expect_rerun(command).map(|_| ())
}

/// Waits until `reached` says so; an error after ten seconds.
pub(super) fn wait_until(what: &str, mut reached: impl FnMut() -> bool) -> Outcome {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !reached() {
        if Instant::now() > deadline {
            return Err(format!("waited ten seconds for: {what}").into());
        }
        std::thread::yield_now();
    }
    Ok(())
}

/// What `/proc/self/smaps` says of the mapping at `address`, in KiB.
pub(super) fn smaps_kib(address: usize, field: &str) -> Result<u64, Box<dyn Error>> {
    let start = format!("{address:x}-");
    let smaps = fs::read_to_string("/proc/self/smaps")?;
    let mut lines = smaps
        .lines()
        .skip_while(|line| !line.starts_with(&start))
        .skip(1);
    let line = lines
        .find(|line| line.starts_with(&format!("{field}:")))
        .ok_or("no such mapping or field")?;
    Ok(line.split_whitespace().nth(1).ok_or("no number")?.parse()?)
}
