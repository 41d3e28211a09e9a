//! The calls on files that only Linux has, and on pipes, seals, watches and shared memory by its name.
//!
//! It owns how they are written down. It must not know mappings' pages.

use std::ffi::{CString, OsStr};
use std::fs::File;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;

use rustix::fs::{FallocateFlags, FileType, FlockOperation, Mode, SealFlags};

use super::files::{check_len, descriptor_of, set_len};
use super::memory::{length, shown};
use super::undoing::Undo;
use super::{Calls, Executor, Kind, Place, Result, refused};
use crate::map::{CallResult, STRING_BYTES, quoted};
use crate::peer::calls::{AllocateHow, FileFacts, FileLock, ObjectCall, Outcome, SealKind};
use crate::peer::raw;

/// What all names of shared memory begin with.
const PREFIX: &str = "/dev/shm/mapscope-";

impl Executor {
    pub(super) fn object(&mut self, call: &ObjectCall, calls: &mut Calls) -> Result {
        match call {
            ObjectCall::Pipe { read, write } => self.pipe(read, write, calls),
            ObjectCall::SealableMemfd { file, len } => self.sealable(file, *len, calls),
            ObjectCall::SmallDisk { file, room } => self.small_disk(file, *room, calls),
            ObjectCall::Stat { file } => self.stat(file, calls),
            ObjectCall::Room { file } => {
                let told = rustix::fs::fstatfs(self.file(file)?).map_err(std::io::Error::from)?;
                let block = u64::try_from(told.f_bsize).unwrap_or(0);
                let value = told.f_bfree.saturating_mul(block);
                Ok(Outcome::Number { value })
            }
            ObjectCall::Allocate { file, how, at, len } => {
                self.allocate(file, *how, *at, *len, calls)
            }
            ObjectCall::Unlink { path } => unlink(path, calls),
            ObjectCall::TruncatePath { path, len } => truncate_path(path, *len, calls),
            ObjectCall::Chmod { file, mode } => self.chmod(file, *mode, calls),
            ObjectCall::Lock { file, how } => self.lock_file(file, *how, calls),
            ObjectCall::Seal { file, seals } => self.seal(file, seals, calls),
            ObjectCall::Clone { from, into } => self.clone_file(from, into, calls),
            ObjectCall::Watch { file, path } => self.watch(file, path, calls),
            ObjectCall::ShmOpen { file, name, create } => self.shm_open(file, name, *create, calls),
            ObjectCall::ShmUnlink { name } => unlink(OsStr::new(&shm_path(name)?), calls),
            ObjectCall::SegmentMake { segment, len } => self.segment_make(segment, *len, calls),
            ObjectCall::SegmentAttach { segment, map, len } => {
                self.segment_attach(segment, map, *len, calls)
            }
            ObjectCall::SegmentDetach { map } => {
                let address = self.place(map)?.address;
                calls.run_plain("shmdt", shown(address), || raw::segment_detach(address))?;
                Ok(Outcome::Done)
            }
            ObjectCall::SegmentRemove { segment } => {
                let segment = self.segment(segment)?;
                let args = format!("{segment}, IPC_RMID, NULL");
                calls.run_plain("shmctl", args, || raw::segment_remove(segment))?;
                Ok(Outcome::Done)
            }
        }
    }

    fn pipe(&mut self, read: &str, write: &str, calls: &mut Calls) -> Result {
        let flags = rustix::pipe::PipeFlags::NONBLOCK | rustix::pipe::PipeFlags::CLOEXEC;
        let (left, right) = calls.run(
            "pipe2",
            |made| {
                let ends = made
                    .as_ref()
                    .map_or("NULL".to_owned(), |ends: &(OwnedFd, OwnedFd)| {
                        format!("[{}, {}]", ends.0.as_raw_fd(), ends.1.as_raw_fd())
                    });
                format!("{ends}, O_NONBLOCK|O_CLOEXEC")
            },
            || Ok(rustix::pipe::pipe_with(flags)?),
            |_| CallResult::Ok(0),
        )?;
        self.name(read, left.into(), calls);
        self.name(write, right.into(), calls);
        Ok(Outcome::Done)
    }

    fn sealable(&mut self, name: &str, len: u64, calls: &mut Calls) -> Result {
        let c_name = c_string(OsStr::new(name))?;
        check_len(len)?;
        let args = format!(
            "{}, MFD_CLOEXEC|MFD_ALLOW_SEALING",
            quoted(name.as_bytes(), STRING_BYTES)
        );
        let flags = rustix::fs::MemfdFlags::CLOEXEC | rustix::fs::MemfdFlags::ALLOW_SEALING;
        let make = || Ok(File::from(rustix::fs::memfd_create(&c_name, flags)?));
        let file = calls.run("memfd_create", |_| args, make, descriptor_of)?;
        let sized = set_len(&file, len, calls);
        self.name(name, file, calls);
        sized?;
        Ok(Outcome::Done)
    }

    fn stat(&self, name: &str, calls: &mut Calls) -> Result {
        let file = self.file(name)?;
        let told = calls.run(
            "fstat",
            |told| match told {
                Ok(told) => format!(
                    "{}, {{st_mode={}, {}, ...}}",
                    file.as_raw_fd(),
                    mode_words(told),
                    size_words(told)
                ),
                Err(_) => file.as_raw_fd().to_string(),
            },
            || Ok(rustix::fs::fstat(file)?),
            |_| CallResult::Ok(0),
        )?;
        Ok(Outcome::Stat(facts_of(&told)))
    }

    fn allocate(
        &self,
        name: &str,
        how: AllocateHow,
        at: u64,
        len: u64,
        calls: &mut Calls,
    ) -> Result {
        let file = self.file(name)?;
        let (flags, words) = match how {
            AllocateHow::Grow => (FallocateFlags::empty(), "0"),
            AllocateHow::KeepSize => (FallocateFlags::KEEP_SIZE, "FALLOC_FL_KEEP_SIZE"),
            AllocateHow::PunchHole => (
                FallocateFlags::KEEP_SIZE | FallocateFlags::PUNCH_HOLE,
                "FALLOC_FL_KEEP_SIZE|FALLOC_FL_PUNCH_HOLE",
            ),
            AllocateHow::Collapse => (FallocateFlags::COLLAPSE_RANGE, "FALLOC_FL_COLLAPSE_RANGE"),
            AllocateHow::Zero => (FallocateFlags::ZERO_RANGE, "FALLOC_FL_ZERO_RANGE"),
            AllocateHow::Insert => (FallocateFlags::INSERT_RANGE, "FALLOC_FL_INSERT_RANGE"),
        };
        let args = format!(
            "{}, {words}, {}, {}",
            file.as_raw_fd(),
            at.cast_signed(),
            len.cast_signed()
        );
        calls.run_plain("fallocate", args, || {
            Ok(rustix::fs::fallocate(file, flags, at, len)?)
        })?;
        Ok(Outcome::Done)
    }

    fn chmod(&self, name: &str, mode: u32, calls: &mut Calls) -> Result {
        let file = self.file(name)?;
        let args = format!("{}, {}", file.as_raw_fd(), octal(mode & 0o7777));
        calls.run_plain("fchmod", args, || {
            let mode = Mode::from_raw_mode(mode & 0o7777);
            Ok(rustix::fs::fchmod(file, mode)?)
        })?;
        Ok(Outcome::Done)
    }

    fn lock_file(&self, name: &str, how: FileLock, calls: &mut Calls) -> Result {
        let file = self.file(name)?;
        let fd = file.as_raw_fd();
        let whole = |operation, calls: &mut Calls, words: &str| {
            calls.run_plain("flock", format!("{fd}, {words}"), || {
                Ok(rustix::fs::flock(file, operation)?)
            })
        };
        let range = |kind, calls: &mut Calls, words: &str| {
            let lock = format!("{{l_type={words}, l_whence=SEEK_SET, l_start=0, l_len=0}}");
            let args = format!("{fd}, F_OFD_SETLK, {lock}");
            calls.run_plain("fcntl", args, || raw::lock_range(file.as_fd(), kind))
        };
        match how {
            FileLock::Whole => {
                whole(
                    FlockOperation::NonBlockingLockExclusive,
                    calls,
                    "LOCK_EX|LOCK_NB",
                )?;
            }
            FileLock::UnlockWhole => whole(FlockOperation::Unlock, calls, "LOCK_UN")?,
            FileLock::Range => range(libc::F_WRLCK, calls, "F_WRLCK")?,
            FileLock::UnlockRange => range(libc::F_UNLCK, calls, "F_UNLCK")?,
        }
        Ok(Outcome::Done)
    }

    fn seal(&self, name: &str, seals: &[SealKind], calls: &mut Calls) -> Result {
        let file = self.file(name)?;
        let mut seals = seals.to_vec();
        seals.sort_unstable();
        let (mut flags, mut words) = (SealFlags::empty(), Vec::new());
        for seal in seals {
            let (flag, word) = match seal {
                SealKind::Seal => (SealFlags::SEAL, "F_SEAL_SEAL"),
                SealKind::Shrink => (SealFlags::SHRINK, "F_SEAL_SHRINK"),
                SealKind::Grow => (SealFlags::GROW, "F_SEAL_GROW"),
                SealKind::Write => (SealFlags::WRITE, "F_SEAL_WRITE"),
                SealKind::FutureWrite => (SealFlags::FUTURE_WRITE, "F_SEAL_FUTURE_WRITE"),
            };
            flags |= flag;
            words.push(word);
        }
        let args = format!("{}, F_ADD_SEALS, {}", file.as_raw_fd(), words.join("|"));
        calls.run_plain("fcntl", args, || {
            Ok(rustix::fs::fcntl_add_seals(file, flags)?)
        })?;
        Ok(Outcome::Done)
    }

    fn clone_file(&self, from: &str, into: &str, calls: &mut Calls) -> Result {
        let (from, into) = (self.file(from)?, self.file(into)?);
        // The two are one number, and strace says so.
        let args = format!(
            "{}, BTRFS_IOC_CLONE or FICLONE, {}",
            into.as_raw_fd(),
            from.as_raw_fd()
        );
        calls.run_plain("ioctl", args, || Ok(rustix::fs::ioctl_ficlone(into, from)?))?;
        Ok(Outcome::Done)
    }

    fn watch(&mut self, name: &str, path: &OsStr, calls: &mut Calls) -> Result {
        use rustix::fs::inotify::{CreateFlags, WatchFlags, add_watch, init};
        let c_path = c_string(path)?;
        let file = calls.run(
            "inotify_init1",
            |_| "IN_NONBLOCK|IN_CLOEXEC".to_owned(),
            || {
                Ok(File::from(init(
                    CreateFlags::NONBLOCK | CreateFlags::CLOEXEC,
                )?))
            },
            descriptor_of,
        )?;
        let args = format!(
            "{}, {}, IN_MODIFY",
            file.as_raw_fd(),
            quoted(path.as_bytes(), usize::MAX)
        );
        let added = calls.run(
            "inotify_add_watch",
            |_| args,
            || Ok(add_watch(&file, &c_path, WatchFlags::MODIFY)?),
            |&number| CallResult::Ok(i128::from(number)),
        );
        self.name(name, file, calls);
        added?;
        Ok(Outcome::Done)
    }

    fn shm_open(&mut self, file: &str, name: &str, create: bool, calls: &mut Calls) -> Result {
        let path = shm_path(name)?;
        // As shm_open(3) does it.
        let mut options = File::options();
        options
            .read(true)
            .write(true)
            .custom_flags(libc::O_NOFOLLOW);
        let mut args = format!("AT_FDCWD, {}, O_RDWR", quoted(path.as_bytes(), usize::MAX));
        if create {
            // The guard runs before there is anything to guard. It hears of the name when it is there: one that another
            // process made is not to be removed.
            self.undoing.begin()?;
            options.create_new(true).mode(0o600);
            args.push_str("|O_CREAT|O_EXCL");
        }
        args.push_str("|O_NOFOLLOW|O_CLOEXEC");
        if create {
            args.push_str(", 0600");
        }
        let opened = calls.run("openat", |_| args, || options.open(&path), descriptor_of)?;
        if create {
            self.undoing.add(Undo::Unlink(path))?;
        }
        self.name(file, opened, calls);
        Ok(Outcome::Done)
    }

    fn segment(&self, name: &str) -> Result<i32> {
        match self.segments.get(name) {
            Some(segment) => Ok(*segment),
            None => refused(format!("This process has no segment that is called {name}")),
        }
    }

    fn segment_make(&mut self, name: &str, len: u64, calls: &mut Calls) -> Result {
        let len = length(len)?;
        // The guard runs before there is anything to guard.
        self.undoing.begin()?;
        let args = format!("IPC_PRIVATE, {len}, IPC_CREAT|0600");
        let segment = calls.run(
            "shmget",
            |_| args,
            || raw::segment_make(len),
            |&segment| CallResult::Ok(i128::from(segment)),
        )?;
        self.undoing.add(Undo::Segment(segment))?;
        self.segments.insert(name.to_owned(), segment);
        let value = u64::from(segment.cast_unsigned());
        Ok(Outcome::Number { value })
    }

    fn segment_attach(&mut self, name: &str, map: &str, len: u64, calls: &mut Calls) -> Result {
        let (segment, len) = (self.segment(name)?, length(len)?);
        self.places.remove(map);
        let address = calls.run(
            "shmat",
            |_| format!("{segment}, NULL, 0"),
            || raw::segment_attach(segment),
            |&address| CallResult::Address(address as u64),
        )?;
        let kind = Kind::Mmap;
        let place = Place { address, len, kind };
        self.places.insert(map.to_owned(), place);
        Ok(Outcome::Done)
    }
}

fn c_string(path: &OsStr) -> Result<CString> {
    match CString::new(path.as_bytes()) {
        Ok(path) => Ok(path),
        Err(_) => refused("The path has a zero byte within"),
    }
}

fn unlink(path: &OsStr, calls: &mut Calls) -> Result {
    let c_path = c_string(path)?;
    let args = format!("AT_FDCWD, {}, 0", quoted(path.as_bytes(), usize::MAX));
    calls.run_plain("unlinkat", args, || {
        let none = rustix::fs::AtFlags::empty();
        Ok(rustix::fs::unlinkat(rustix::fs::CWD, &c_path, none)?)
    })?;
    Ok(Outcome::Done)
}

fn truncate_path(path: &OsStr, len: u64, calls: &mut Calls) -> Result {
    let c_path = c_string(path)?;
    check_len(len)?;
    let args = format!("{}, {len}", quoted(path.as_bytes(), usize::MAX));
    calls.run_plain("truncate", args, || raw::truncate_path(&c_path, len))?;
    Ok(Outcome::Done)
}

/// Where shared memory of this name lies. A name of others cannot be meant.
fn shm_path(name: &str) -> Result<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if name.is_empty() || name.len() > 64 || !name.chars().all(is_plain) {
        return refused(format!("{name} is no name for shared memory here"));
    }
    Ok(format!("{PREFIX}{name}"))
}

/// Permission bits as strace writes them: at least three digits, with a zero before.
fn octal(mode: u32) -> String {
    if mode == 0 {
        "000".to_owned()
    } else {
        format!("0{mode:03o}")
    }
}

/// What strace tells of a file besides: its length, or of a device which one it is.
fn size_words(told: &rustix::fs::Stat) -> String {
    match FileType::from_raw_mode(told.st_mode) {
        FileType::CharacterDevice | FileType::BlockDevice => {
            let (major, minor) = (
                rustix::fs::major(told.st_rdev),
                rustix::fs::minor(told.st_rdev),
            );
            format!("st_rdev=makedev({major:#x}, {minor:#x})")
        }
        _ => format!("st_size={}", told.st_size),
    }
}

fn mode_words(told: &rustix::fs::Stat) -> String {
    let kind = match FileType::from_raw_mode(told.st_mode) {
        FileType::RegularFile => "S_IFREG",
        FileType::Directory => "S_IFDIR",
        FileType::CharacterDevice => "S_IFCHR",
        FileType::BlockDevice => "S_IFBLK",
        FileType::Fifo => "S_IFIFO",
        _ => "0",
    };
    let mut words = kind.to_owned();
    for (bit, word) in [
        (0o4000, "|S_ISUID"),
        (0o2000, "|S_ISGID"),
        (0o1000, "|S_ISVTX"),
    ] {
        if told.st_mode & bit != 0 {
            words.push_str(word);
        }
    }
    format!("{words}|{}", octal(told.st_mode & 0o777))
}

#[allow(
    clippy::useless_conversion,
    clippy::cast_possible_wrap,
    clippy::unnecessary_cast,
    clippy::cast_lossless,
    reason = "the fields' types differ by processor"
)]
fn facts_of(told: &rustix::fs::Stat) -> FileFacts {
    let moment = |seconds: i64, nanoseconds: u64| {
        let nanoseconds = i64::try_from(nanoseconds).unwrap_or(0);
        seconds
            .saturating_mul(1_000_000_000)
            .saturating_add(nanoseconds)
    };
    let count = |value: i64| u64::try_from(value).unwrap_or(0);
    FileFacts {
        len: count(told.st_size),
        blocks: count(told.st_blocks),
        links: told.st_nlink.into(),
        accessed: moment(told.st_atime as i64, told.st_atime_nsec as u64),
        modified: moment(told.st_mtime as i64, told.st_mtime_nsec as u64),
        changed: moment(told.st_ctime as i64, told.st_ctime_nsec as u64),
    }
}
