//! The calls on files: open, read, write, length, and what the page cache holds of them.
//!
//! It owns how they are written down. It must not know mappings.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom};
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::{Calls, Executor, Result, refused, result_of, timed};
use crate::map::{CacheFacts, CallResult, STRING_BYTES, Unavailable, cache_facts_of, quoted};
use crate::os::temp_folder::Hold;
use crate::peer::calls::{FileAccess, Outcome};
use crate::peer::raw;

/// The most bytes of one pread.
const MAX_READ: u64 = 65_536;

/// The longest file that there can be.
const MAX_LEN: u64 = i64::MAX as u64;

const LINUX: bool = cfg!(target_os = "linux");

/// `read` or `write`, with an offset: the system call's name.
pub(super) fn at_call(read: bool) -> &'static str {
    match (read, LINUX) {
        (true, true) => "pread64",
        (false, true) => "pwrite64",
        (true, false) => "pread",
        (false, false) => "pwrite",
    }
}

impl Executor {
    pub(super) fn open(
        &mut self,
        name: &str,
        path: &OsStr,
        access: FileAccess,
        calls: &mut Calls,
    ) -> Result {
        let mut options = OpenOptions::new();
        let flags = match access {
            FileAccess::Read => {
                options.read(true);
                "O_RDONLY"
            }
            FileAccess::ReadWrite => {
                options.read(true).write(true);
                "O_RDWR"
            }
            FileAccess::Write => {
                options.write(true);
                "O_WRONLY"
            }
            #[cfg(target_os = "linux")]
            FileAccess::Direct => {
                use std::os::unix::fs::OpenOptionsExt as _;
                options.read(true).write(true);
                options.custom_flags(libc::O_DIRECT);
                "O_RDWR|O_DIRECT"
            }
            #[cfg(not(target_os = "linux"))]
            FileAccess::Direct => return refused("Only Linux has O_DIRECT"),
        };
        if path.as_bytes().contains(&0) {
            return refused("The path has a zero byte within");
        }
        let quoted = quoted(path.as_bytes(), usize::MAX);
        let (call, args) = if LINUX {
            ("openat", format!("AT_FDCWD, {quoted}, {flags}|O_CLOEXEC"))
        } else {
            ("open", format!("{quoted}, {flags}|O_CLOEXEC"))
        };
        let opened = calls.run(call, |_| args, || options.open(path), descriptor_of);
        self.name(name, opened?, calls);
        if self.hold.is_none() {
            self.hold = Hold::take_around(Path::new(path));
        }
        Ok(Outcome::Done)
    }

    #[cfg(target_os = "linux")]
    pub(super) fn memfd(&mut self, name: &str, len: u64, calls: &mut Calls) -> Result {
        let Ok(c_name) = std::ffi::CString::new(name) else {
            return refused("The name has a zero byte within");
        };
        check_len(len)?;
        let args = format!("{}, MFD_CLOEXEC", quoted(name.as_bytes(), STRING_BYTES));
        let make = || raw::file_in_memory(&c_name);
        let file = calls.run("memfd_create", |_| args, make, descriptor_of)?;
        let sized = set_len(&file, len, calls);
        self.name(name, file, calls);
        sized?;
        Ok(Outcome::Done)
    }

    /// Gives a file its name. What had the name before is closed.
    pub(super) fn name(&mut self, name: &str, file: File, calls: &mut Calls) {
        if let Some(before) = self.files.insert(name.to_owned(), file) {
            // Also where it fails the descriptor is gone, and nobody asked for it.
            close(before, calls).ok();
        }
    }

    pub(super) fn close(&mut self, name: &str, calls: &mut Calls) -> Result {
        self.file(name)?;
        if let Some(file) = self.files.remove(name) {
            close(file, calls)?;
        }
        Ok(Outcome::Done)
    }

    pub(super) fn fsync(&self, name: &str, calls: &mut Calls) -> Result {
        fsync(self.file(name)?, calls)?;
        Ok(Outcome::Done)
    }

    pub(super) fn read(&self, name: &str, at: u64, len: u64, calls: &mut Calls) -> Result {
        let file = self.file(name)?;
        let Some(room) = usize::try_from(len).ok().filter(|_| len <= MAX_READ) else {
            return refused(format!(
                "{len} bytes cannot be read at once; at most {MAX_READ} can"
            ));
        };
        let mut bytes = vec![0; room];
        let read = timed_read(file, &mut bytes, at, calls)?;
        bytes.truncate(read);
        Ok(Outcome::Bytes { bytes })
    }

    pub(super) fn write(&self, name: &str, at: u64, bytes: &[u8], calls: &mut Calls) -> Result {
        let file = self.file(name)?;
        let (mut at, mut left) = (at, bytes);
        loop {
            let args = format!(
                "{}, {}, {}, {}",
                file.as_raw_fd(),
                quoted(left, STRING_BYTES),
                left.len(),
                at.cast_signed()
            );
            let make = || {
                if self.skips_stores {
                    return Ok(left.len());
                }
                file.write_at(left, at)
            };
            let written = calls.run(
                at_call(false),
                |_| args,
                make,
                |&n| CallResult::Ok(n as i128),
            );
            let written = written?;
            left = left.get(written..).unwrap_or_default();
            at = at.wrapping_add(written as u64);
            if left.is_empty() {
                return Ok(Outcome::Done);
            }
            if written == 0 {
                return Err(io::Error::from(io::ErrorKind::WriteZero).into());
            }
        }
    }

    pub(super) fn truncate(&self, name: &str, len: u64, calls: &mut Calls) -> Result {
        let file = self.file(name)?;
        check_len(len)?;
        set_len(file, len, calls)?;
        Ok(Outcome::Done)
    }

    pub(super) fn length(&self, name: &str, calls: &mut Calls) -> Result {
        let mut file = self.file(name)?;
        let args = format!("{}, 0, SEEK_END", file.as_raw_fd());
        let value = calls.run(
            "lseek",
            |_| args,
            || file.seek(SeekFrom::End(0)),
            |&value| CallResult::Ok(i128::from(value)),
        )?;
        Ok(Outcome::Number { value })
    }

    pub(super) fn cache(&self, name: &str, calls: &mut Calls) -> Result {
        let file = self.file(name)?;
        let fd = file.as_raw_fd();
        let facts = calls.run(
            "cachestat",
            |facts: &io::Result<CacheFacts>| match facts {
                Ok(facts) => format!(
                    "{fd}, {{off=0, len=0}}, {{nr_cache={}, nr_dirty={}, nr_writeback={}, nr_evicted={}, \
                     nr_recently_evicted={}}}, 0",
                    facts.cached_pages,
                    facts.dirty_pages,
                    facts.writeback_pages,
                    facts.evicted_pages,
                    facts.recently_evicted_pages
                ),
                Err(_) => format!("{fd}, {{off=0, len=0}}, /* counts */, 0"),
            },
            || {
                cache_facts_of(file).map_err(|why| match why {
                    Unavailable::Hidden { errno } | Unavailable::Failed { errno } => {
                        io::Error::from_raw_os_error(errno)
                    }
                    _ => io::Error::from_raw_os_error(libc::ENOSYS),
                })
            },
            |_| CallResult::Ok(0),
        )?;
        Ok(Outcome::Cache {
            cached: facts.cached_pages,
            dirty: facts.dirty_pages,
            writeback: facts.writeback_pages,
        })
    }

    pub(super) fn cool(&self, name: &str, calls: &mut Calls) -> Result {
        let file = self.file(name)?;
        fsync(file, calls)?;
        #[cfg(target_os = "linux")]
        {
            let args = format!("{}, 0, 0, POSIX_FADV_DONTNEED", file.as_raw_fd());
            calls.run_plain("fadvise64", args, || raw::forget_cache(file))?;
            Ok(Outcome::Done)
        }
        #[cfg(not(target_os = "linux"))]
        refused("Only Linux has posix_fadvise, which makes a file cold")
    }
}

/// One pread, listed; how many bytes came.
fn timed_read(file: &File, into: &mut [u8], at: u64, calls: &mut Calls) -> io::Result<usize> {
    let (fd, len, address) = (file.as_raw_fd(), into.len(), into.as_ptr().addr());
    let (read, nanoseconds) = timed(|| file.read_at(into, at));
    let bytes = match &read {
        Ok(n) => quoted(into.get(..*n).unwrap_or_default(), STRING_BYTES),
        Err(_) => format!("{address:#x}"),
    };
    let args = format!("{fd}, {bytes}, {len}, {}", at.cast_signed());
    let result = result_of(&read, |&n| CallResult::Ok(n as i128));
    calls.list_call(at_call(true), &args, result, nanoseconds);
    read
}

pub(super) fn descriptor_of(file: &File) -> CallResult {
    CallResult::Ok(i128::from(file.as_raw_fd()))
}

pub(super) fn close(file: File, calls: &mut Calls) -> io::Result<()> {
    let args = file.as_raw_fd().to_string();
    calls.run_plain("close", args, || raw::close(file))
}

fn fsync(file: &File, calls: &mut Calls) -> io::Result<()> {
    let fd = file.as_raw_fd();
    // As std does it.
    let (call, args) = if cfg!(target_vendor = "apple") {
        ("fcntl", format!("{fd}, F_FULLFSYNC"))
    } else {
        ("fsync", fd.to_string())
    };
    calls.run_plain(call, args, || file.sync_all())
}

pub(super) fn set_len(file: &File, len: u64, calls: &mut Calls) -> io::Result<()> {
    let args = format!("{}, {len}", file.as_raw_fd());
    calls.run_plain("ftruncate", args, || file.set_len(len))
}

pub(super) fn check_len(len: u64) -> Result<()> {
    if len > MAX_LEN {
        return refused(format!("A file cannot have {len} bytes"));
    }
    Ok(())
}
