//! What a peer leaves to the machine that must not stay: names of shared memory, segments, turned knobs of the kernel.
//!
//! It owns that each of them is set back or removed when the peer ends, also by SIGKILL, and also when whoever started it is
//! killed too: a guard, a shell of its own process group, waits for the end of a pipe of which the peer and its forked
//! children alone have the other end, and then does it. It must not know what is set back, nor why.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use super::{NotDone, Result};
use crate::os::exit::gone_within;

/// How long the guard may take when the peer ends in good order.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the guard runs: it takes note of a line for each thing, `what`, `where` and `value`, until its input ends, and then
/// undoes them, the last first. No signal of a terminal ends it.
const SCRIPT: &str = r#"
trap '' HUP INT QUIT TERM
set --
while read -r what where value; do set -- "$what" "$where" "$value" "$@"; done
while [ $# -ge 3 ]; do
    case $1 in
        unlink) rm -f -- "$2" ;;
        segment) ipcrm -m "$2" 2>/dev/null ;;
        write) printf '%s' "$3" > "$2" ;;
    esac
    shift 3
done
"#;

/// One thing to undo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Undo {
    /// A file to remove. Its path has no spaces.
    Unlink(String),
    /// A segment of System V to remove.
    Segment(i32),
    /// A file of the kernel to write a number to.
    Write(&'static str, u64),
}

/// A guard, and the pipe at whose end it does what it is there for.
#[derive(Debug)]
struct Guard(Child, Option<ChildStdin>);

/// What is to be undone, and who does it.
#[derive(Debug, Default)]
pub(super) struct Undoing {
    guards: Vec<Guard>,
    known: Vec<Undo>,
}

impl Undoing {
    /// Starts the guard, where it does not run yet.
    pub(super) fn begin(&mut self) -> Result<()> {
        if self.guards.is_empty() {
            self.start(Stdio::null())?;
        }
        Ok(())
    }

    /// Starts a guard, which has `held` open as long as it runs.
    fn start(&mut self, held: Stdio) -> Result<()> {
        let started = Command::new("/bin/sh")
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(held)
            .stderr(Stdio::null())
            .current_dir("/")
            .process_group(0)
            .spawn();
        let mut guard = started.map_err(|error| {
            NotDone::Refused(format!(
                "Nobody would set it back if this process were killed: /bin/sh cannot be started: {error}"
            ))
        })?;
        let input = guard.stdin.take();
        self.guards.push(Guard(guard, input));
        Ok(())
    }

    /// Has the guard take note of one thing more, once.
    pub(super) fn add(&mut self, undo: Undo) -> Result<()> {
        if self.known.contains(&undo) {
            return Ok(());
        }
        self.begin()?;
        self.tell(undo, 0)
    }

    /// As [`Self::add`], with a guard of its own that keeps a lock on `held`, which goes when it is undone.
    pub(super) fn add_held(&mut self, undo: Undo, held: File) -> Result<()> {
        self.start(Stdio::from(held))?;
        self.tell(undo, self.guards.len() - 1)
    }

    fn tell(&mut self, undo: Undo, guard: usize) -> Result<()> {
        let line = match &undo {
            Undo::Unlink(path) => format!("unlink {path} 0\n"),
            Undo::Segment(segment) => format!("segment {segment} 0\n"),
            Undo::Write(path, value) => format!("write {path} {value}\n"),
        };
        let guard = self.guards.get_mut(guard);
        let input = guard.and_then(|guard| guard.1.as_mut());
        let told = match input {
            Some(input) => input.write_all(line.as_bytes()),
            None => Err(io::Error::from(io::ErrorKind::BrokenPipe)),
        };
        told.map_err(|error| {
            NotDone::Refused(format!(
                "Nobody would set it back if this process were killed: its guard does not listen: {error}"
            ))
        })?;
        self.known.push(undo);
        Ok(())
    }

    /// In a forked child: what its parent has to undo is its parent's.
    pub(super) fn leave_to_parent(&mut self) {
        self.guards.clear();
        self.known.clear();
    }

    /// Whether something like this is to be undone already.
    pub(super) fn knows(&self, is_it: impl Fn(&Undo) -> bool) -> bool {
        self.known.iter().any(is_it)
    }
}

impl Drop for Undoing {
    fn drop(&mut self) {
        for Guard(mut guard, input) in self.guards.drain(..) {
            drop(input);
            // One that takes longer does it all the same.
            gone_within(&mut guard, PATIENCE);
        }
    }
}
