//! Storage that takes nothing for a while: an ext4 file system in a file of another one, which is frozen (`fsfreeze(8)`).
//!
//! Whatever is being written then stays so, for certain. Whoever waits for it waits as well, so that it may not last: a
//! process of its own thaws the storage after some seconds, and as soon as this one ends, however it ends.

use std::error::Error;
use std::ffi::OsStr;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::{Mounted, run};

/// The longest that it may take nothing. Whoever waits for it is not to be held up for much longer than a test takes.
const AT_MOST: &str = "15";

/// What goes first comes first.
pub(crate) struct Stalled {
    inside: Mounted,
    outside: Mounted,
    _image: TempDir,
}

impl Stalled {
    /// `None` after saying why the test cannot run here.
    #[track_caller]
    pub(crate) fn or_skip(test: &str) -> Option<Self> {
        let image = TempDir::new().unwrap();
        let outside = || Mounted::ext4(&image.path().join("image"), 64 << 20);
        let outside = Mounted::or_skip(test, outside)?;
        // Nothing but the file's own blocks is written, and a page is one.
        let options = ["-b", "4096", "-O", "^has_journal"];
        let image_inside = outside.path().join("image");
        let inside = || Mounted::ext4_with(&image_inside, 32 << 20, &options);
        Some(Self {
            inside: Mounted::or_skip(test, inside)?,
            outside,
            _image: image,
        })
    }

    /// The file system whose storage can be held.
    pub(crate) fn path(&self) -> &Path {
        self.inside.path()
    }

    /// Its storage takes nothing until that is dropped, 15 seconds at most.
    pub(crate) fn hold(&self) -> Result<Held<'_>, Box<dyn Error>> {
        let mut guard = Command::new("sh")
            // It reads until this program ends, or is not interested any more.
            .args(["-c", "timeout \"$1\" cat; exec fsfreeze -u \"$0\""])
            .args([self.outside.path().as_os_str(), OsStr::new(AT_MOST)])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // What a terminal sends to end the test does not end it.
            .process_group(0)
            .spawn()?;
        let freeze = [OsStr::new("-f"), self.outside.path().as_os_str()];
        if let Err(why) = run("fsfreeze", &freeze) {
            drop(guard.stdin.take());
            guard.wait()?;
            return Err(why);
        }
        Ok(Held {
            guard,
            _storage: self,
        })
    }
}

/// Storage that takes nothing.
pub(crate) struct Held<'a> {
    guard: Child,
    _storage: &'a Stalled,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _thawed = self.guard.wait();
    }
}
