//! Where experiments run: kernel, file system, page size, user; and whether scratch files can be made there at all.
//!
//! It owns how that is found out. It must not know the experiments.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use crate::bytes::escape::{escape_path, path_in_sentence};
use crate::lab::claim::{Environment, OVERLAY};
use crate::map::{describe_errno, page_bytes};
use crate::os::environment::{NamedBy, TEMP_VARIABLE};

/// How much room the scratch folder must have: what most experiments take. Those that take more look for themselves.
const ROOM: usize = 1 << 20;
/// What that room is filled with.
const PIECE: [u8; 4096] = [0x5a; 4096];

/// What can be told of `dir`.
#[must_use]
pub(crate) fn environment(dir: &Path) -> Environment {
    let release = if cfg!(target_os = "linux") {
        fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default()
    } else {
        String::new()
    };
    let kernel = format!("{} {}", system_name(), release.trim());
    Environment {
        kernel: kernel.trim_end().to_owned(),
        machine: std::env::consts::ARCH.to_owned(),
        page_bytes: page_bytes(),
        dir: escape_path(dir),
        file_system: file_system(dir).unwrap_or_else(|| "an unknown file system".to_owned()),
        user: user(),
        other_malloc: other_malloc(),
    }
}

/// Why malloc may not be that of glibc with its own settings, where that can be told.
fn other_malloc() -> Option<String> {
    if !cfg!(all(target_os = "linux", target_env = "gnu")) {
        return Some("this is not the malloc of glibc".to_owned());
    }
    for name in ["LD_PRELOAD", "MALLOC_MMAP_MAX_", "MALLOC_MMAP_THRESHOLD_"] {
        if std::env::var_os(name).is_some_and(|value| !value.is_empty()) {
            return Some(format!("{name} is set, so that malloc may work otherwise"));
        }
    }
    let tunables = std::env::var("GLIBC_TUNABLES").unwrap_or_default();
    let is_set = tunables.contains("glibc.malloc.");
    is_set.then(|| "GLIBC_TUNABLES is set, so that malloc works otherwise".to_owned())
}

fn system_name() -> &'static str {
    match std::env::consts::OS {
        "linux" => "Linux",
        "macos" => "macOS",
        "windows" => "Windows",
        other => other,
    }
}

/// The effective user's number, where there is one.
#[cfg(unix)]
pub(super) fn user() -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    // The owner of this process's own entry; where there is none, of what this user has just made.
    fs::metadata("/proc/self").ok().map(|meta| meta.uid())
}

/// Where users have no numbers.
#[cfg(not(unix))]
pub(super) fn user() -> Option<u32> {
    None
}

/// The file system of `dir`, as `/proc/self/mountinfo` names it (`proc_pid_mountinfo(5)`): that of the longest mount point
/// above it, and of several at the same place the last, which covers the others.
fn file_system(dir: &Path) -> Option<String> {
    let table = fs::read_to_string("/proc/self/mountinfo").ok()?;
    file_system_in(&table, dir)
}

fn file_system_in(table: &str, dir: &Path) -> Option<String> {
    let dir = dir.canonicalize().ok()?;
    let mut best: Option<(usize, &str)> = None;
    for line in table.lines() {
        let (front, back) = line.split_once(" - ")?;
        let point = unescape(front.split(' ').nth(4)?);
        let depth = Path::new(&point).components().count();
        if dir.starts_with(&point) && best.is_none_or(|(before, _)| depth >= before) {
            best = Some((depth, back));
        }
    }
    let (_, back) = best?;
    let mut parts = back.split(' ');
    let name = parts.next()?;
    // An overlay keeps what is written in a folder of another file system, where that can be seen from here.
    let upper = parts.nth(1).and_then(|options| {
        options
            .split(',')
            .find_map(|option| option.strip_prefix("upperdir="))
    });
    let below = upper
        .filter(|_| name == "overlay")
        .map(unescape)
        // What is relative is so to the folder of whoever mounted it.
        .filter(|upper| Path::new(upper).is_absolute())
        .and_then(|upper| file_system_in(table, Path::new(&upper)));
    let flushes = back.split([' ', ',']).any(|option| option == "flush");
    Some(match below {
        Some(below) => format!("{OVERLAY}{below}"),
        // It writes when a file is closed then.
        None if flushes && ["vfat", "msdos"].contains(&name) => format!("{name} with flush"),
        None => name.to_owned(),
    })
}

/// A path with blanks and the like written as `\040`.
fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let code = after
            .get(..3)
            .and_then(|code| u8::from_str_radix(code, 8).ok());
        if let Some(code) = code {
            plain.push(char::from(code));
            rest = after.get(3..).unwrap_or_default();
        } else {
            plain.push('\\');
            rest = after;
        }
    }
    plain + rest
}

/// Makes a file in `folder` and fills it, so that a full disk is found out before anything begins.
///
/// # Errors
/// That of open(2), write(2), fsync(2) or unlink(2).
pub(super) fn check_room(folder: &Path) -> io::Result<()> {
    let path = folder.join("room");
    let written = File::create_new(&path).and_then(|mut file| {
        // Piece by piece: there may be little memory.
        for _ in 0..ROOM / PIECE.len() {
            file.write_all(&PIECE)?;
        }
        file.sync_all()
    });
    let removed = fs::remove_file(&path);
    written.and(removed)
}

/// Why no scratch file can be made below `dir`, and what to do, in one sentence.
pub(crate) fn refusal(dir: &Path, named_by: NamedBy, error: &io::Error) -> String {
    let cause = match (error.kind(), error.raw_os_error()) {
        (io::ErrorKind::NotADirectory, _) => "it is not a directory (ENOTDIR)".to_owned(),
        (_, Some(errno)) => describe_errno(errno),
        (_, None) => error.to_string(),
    };
    let dir = path_in_sentence(dir);
    let (who, how) = match named_by {
        NamedBy::Argument => (dir, "with --dir".to_owned()),
        NamedBy::Variable => (
            format!("{TEMP_VARIABLE} names {dir}, which"),
            set_variable(),
        ),
        NamedBy::EmptyVariable => (
            format!("{TEMP_VARIABLE} is empty, and {dir}, which is taken then,"),
            set_variable(),
        ),
        NamedBy::System => (dir, set_variable()),
    };
    let (first, whose) = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            ("free a few megabytes there, or ", "")
        }
        io::ErrorKind::FileTooLarge => {
            return format!(
                "{who} cannot hold scratch files: {cause}; raise the limit on the size of a file (ulimit -f), which is too low for them"
            );
        }
        io::ErrorKind::NotFound => ("make it first, or ", ""),
        _ => ("", " that you may write in"),
    };
    format!(
        "{who} cannot hold scratch files: {cause}; {first}choose another directory{whose} {how}"
    )
}

/// Why this program cannot be started as a helper, and what to do, in one sentence.
pub(super) fn no_helper(program: &Path, error: &io::Error) -> String {
    let cause = error
        .raw_os_error()
        .map_or_else(|| error.to_string(), describe_errno);
    // What is missing need not be the program itself.
    for (path, remedy) in [
        ("/proc/self", "mount it (mount -t proc proc /proc)"),
        ("/dev/null", "mount or make what belongs in /dev"),
    ] {
        let missing = cfg!(target_os = "linux") && !Path::new(path).exists();
        if error.kind() == io::ErrorKind::NotFound && missing {
            return format!(
                "no process can be started to carry this out: {cause} for {path}; {remedy}"
            );
        }
    }
    let remedy = match error.kind() {
        io::ErrorKind::NotFound => {
            "see that the program is still there, and that /proc tells where"
        }
        io::ErrorKind::WouldBlock => "end some processes, or raise the limit on them (ulimit -u)",
        _ => "see that this user may run it",
    };
    let program = path_in_sentence(program);
    format!("no process can be started to carry this out: {cause} for {program}; {remedy}")
}

fn set_variable() -> String {
    format!("(set {TEMP_VARIABLE} to it)")
}
