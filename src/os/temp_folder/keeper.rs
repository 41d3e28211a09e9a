//! The keeper: a process that removes a scratch folder should the program that made it end without doing so.
//!
//! It deletes by the rules of the folder's mark and lock alone; the name that it is started with tells it nothing.

use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use super::{Fate, Hold, remove_if_dead};
use crate::os::exit::gone_within;

/// How long the keeper may take to end once the folder is gone.
const KEEPER_ENDS: Duration = Duration::from_millis(500);

/// How long the keeper waits for peers, which die at the same time and may still be making a file.
const PEERS_END: Duration = Duration::from_secs(2);

/// A process that removes a folder should this program end without doing so: it is killed, say.
///
/// Drop it after the folder is gone.
#[derive(Debug)]
pub(super) struct Keeper(Child);

impl Keeper {
    /// Starts `program keep` for a folder that is there and marked.
    ///
    /// # Errors
    /// What starting a process reports.
    pub(super) fn start(program: &Path, folder: &Path) -> io::Result<Self> {
        let mut command = Command::new(program);
        command
            .arg("keep")
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // Ctrl+C in a terminal goes to the whole group: the keeper has work to do then.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn().map(Self)
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // Its input closes, and it ends.
        drop(self.0.stdin.take());
        if !gone_within(&mut self.0, KEEPER_ENDS) {
            let _ = self.0.kill();
            gone_within(&mut self.0, KEEPER_ENDS);
        }
    }
}

/// What the keeper does, `mapscope keep FOLDER`: holds the folder until its input closes, which is when the program that
/// started it ended in whatever way, and removes it then. Only a scratch folder of this user that nobody else uses;
/// anything else is left alone, whatever its name, with a failure at once.
#[must_use]
pub fn run_keeper(folder: &Path) -> ExitCode {
    let Some(hold) = Hold::take(folder) else {
        return ExitCode::FAILURE;
    };
    // An error is the end of the input as well.
    let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
    drop(hold);
    let deadline = Instant::now() + PEERS_END;
    loop {
        match remove_if_dead(folder) {
            Fate::Gone => return ExitCode::SUCCESS,
            Fate::NotOurs => return ExitCode::FAILURE,
            // The next start removes what does not go.
            Fate::Held | Fate::Stuck if Instant::now() >= deadline => return ExitCode::FAILURE,
            Fate::Held | Fate::Stuck => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}
