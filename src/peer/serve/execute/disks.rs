//! A file system within a file, to be looked into from outside, and bytes that are looked for in a file.
//!
//! It owns that the file system goes with the file that is open on it: it is mounted in a namespace that ends as soon as the
//! file is open, by a loop device that goes with the mount. It must not know what an experiment looks for.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::FileExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::files::descriptor_of;
use super::{Calls, Executor, Result, refused, timed};
use crate::map::quoted;
use crate::os::exit::gone_within;
use crate::peer::calls::Outcome;

/// What the helper runs, in a mount namespace of its own: it makes the file system, mounts it over the folder of its image,
/// says so, and ends when its input does, which is when the peer has the file open, or has ended.
const SCRIPT: &str = r#"
PATH="$PATH:/usr/sbin:/sbin"
mkfs.ext4 -q -F "$1" && mount -t ext4 -o loop "$1" "$2" && : > "$2/f" && echo mounted && read -r end
"#;

/// How long the helper may take to end.
const PATIENCE: Duration = Duration::from_secs(2);

/// The largest file that is looked through, and how much of it at once.
const MOST: u64 = 64 << 20;
const PIECE: usize = 1 << 20;

impl Executor {
    /// Where it cannot be made it is ENODEV: the tools tell their reasons in sentences.
    pub(super) fn disk_in(&mut self, image: &str, name: &str, calls: &mut Calls) -> Result {
        let fd = self.file(image)?.as_raw_fd();
        let path = fs::read_link(format!("/proc/self/fd/{fd}"))?;
        let Some(folder) = path.parent() else {
            return refused("The image is in no folder");
        };
        let (helper, nanoseconds) = timed(|| {
            Command::new("unshare")
                .args(["--mount", "sh", "-c", SCRIPT, "sh"])
                .args([&path, folder])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
        });
        let mut helper = helper?;
        calls.list(
            format!("unshare --mount sh -c 'mkfs.ext4 and mount -o loop' of {fd}"),
            nanoseconds,
        );
        let opened = open_in(&mut helper, folder, calls);
        drop(helper.stdin.take());
        gone_within(&mut helper, PATIENCE);
        self.name(name, opened?, calls);
        Ok(Outcome::Done)
    }

    /// How often the bytes stand in a file.
    pub(super) fn find(&self, name: &str, bytes: &[u8], calls: &mut Calls) -> Result {
        let file = self.file(name)?;
        let len = file.metadata()?.len();
        if len > MOST || bytes.is_empty() || bytes.len() > PIECE {
            return refused(format!("{len} bytes cannot be looked through"));
        }
        let (found, nanoseconds) = timed(|| count_in(file, bytes));
        let (value, n_reads) = found?;
        let fd = file.as_raw_fd();
        let sought = quoted(bytes, usize::MAX);
        calls.list(
            format!("pread64({fd}, ...): {n_reads} of them, with {sought} {value} times"),
            nanoseconds,
        );
        Ok(Outcome::Number { value })
    }
}

/// The file on the mounted file system, opened through the helper's root.
fn open_in(helper: &mut Child, folder: &std::path::Path, calls: &mut Calls) -> io::Result<File> {
    let nothing = || io::Error::from_raw_os_error(libc::ENODEV);
    let output = helper.stdout.take().ok_or_else(nothing)?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    if line != "mounted\n" {
        return Err(nothing());
    }
    let path = format!("/proc/{}/root{}/f", helper.id(), folder.display());
    let args = format!(
        "AT_FDCWD, {}, O_RDWR|O_CLOEXEC",
        quoted(path.as_bytes(), usize::MAX)
    );
    let open = || File::options().read(true).write(true).open(&path);
    calls.run("openat", |_| args, open, descriptor_of)
}

/// How often the bytes stand in the file, and how many reads it took.
fn count_in(file: &File, bytes: &[u8]) -> io::Result<(u64, u64)> {
    let (mut at, mut count, mut n_reads) = (0, 0, 0);
    // What lies across two pieces is in what is kept of the first.
    let (mut piece, mut kept) = (vec![0; PIECE], Vec::new());
    loop {
        let n = file.read_at(&mut piece, at)?;
        n_reads += 1;
        if n == 0 {
            return Ok((count, n_reads));
        }
        at += n as u64;
        kept.extend_from_slice(piece.get(..n).unwrap_or_default());
        count += memchr::memmem::find_iter(&kept, bytes).count() as u64;
        kept.drain(..kept.len().saturating_sub(bytes.len() - 1));
    }
}
