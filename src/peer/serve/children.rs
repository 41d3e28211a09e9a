//! The children that a peer has forked: where they begin, and how they ended.
//!
//! It owns that a child has nothing of its parent's pipes, and that no zombie is left. It must not know requests.

use std::ffi::OsStr;

use super::{Channel, error};
use crate::peer::protocol::Answer;

/// Which of two processes goes on here.
pub(super) enum Side {
    /// The peer that was asked; its answer.
    Parent(Answer),
    /// A child that has just been forked, and whom it listens to.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "only on Linux a peer forks")
    )]
    Child(Channel),
}

/// The children that are not reaped yet. Dropping this kills and reaps them.
#[derive(Default)]
pub(super) struct Children {
    #[cfg(target_os = "linux")]
    pids: Vec<u32>,
}

#[cfg(not(target_os = "linux"))]
impl Children {
    #[expect(clippy::unused_self, reason = "one signature on all systems")]
    pub(super) fn fork(&mut self, _: &OsStr, _: &OsStr) -> Result<Side, Answer> {
        Err(error(
            "A forked child is handed its pipes through /proc, which only Linux has",
        ))
    }

    #[expect(clippy::unused_self, reason = "one signature on all systems")]
    pub(super) fn reap(&mut self, pid: u32) -> Result<Answer, Answer> {
        Err(error(format!("Process {pid} is no child of this peer")))
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::{self, File};
    use std::io::{self, BufReader};
    use std::os::fd::AsRawFd as _;
    use std::os::unix::fs::FileTypeExt as _;
    use std::os::unix::process::{ExitStatusExt as _, parent_id};
    use std::process::ExitStatus;
    use std::thread;
    use std::time::{Duration, Instant};

    use super::{Answer, Channel, Children, OsStr, Side, error};
    use crate::map::{die_with_parent, errno_of};
    use crate::os::exit::{describe_exit, signal_name};
    use crate::peer::calls::MadeCall;
    use crate::peer::raw;
    use crate::peer::serve::execute::timed;
    use crate::peer::serve::system_error;

    /// How long a child that is said to end may take.
    const ENDS_WITHIN: Duration = Duration::from_secs(1);

    impl Children {
        pub(in crate::peer::serve) fn fork(
            &mut self,
            input: &OsStr,
            output: &OsStr,
        ) -> Result<Side, Answer> {
            let failed =
                |error: io::Error| system_error(&format!("{error}"), Some(errno_of(&error)));
            let threads = fs::read_dir("/proc/self/task").map_err(failed)?.count();
            if threads != 1 {
                return Err(error(format!(
                    "A process of {threads} threads is not forked"
                )));
            }
            // All that can fail comes before.
            let input = File::open(input).map_err(failed)?;
            let output = File::options().write(true).open(output).map_err(failed)?;
            // The number in a path of /proc is another process's once ours is gone: its files are not written to.
            for pipe in [&input, &output] {
                if !pipe.metadata().map_err(failed)?.file_type().is_fifo() {
                    return Err(error("What the child is to be handed is no pipe"));
                }
            }
            let mut null = File::options();
            let null = null
                .read(true)
                .write(true)
                .open("/dev/null")
                .map_err(failed)?;
            let parent = std::process::id();
            let (forked, nanoseconds) = timed(raw::fork);
            if let Some(pid) = forked.map_err(failed)? {
                self.pids.push(pid);
                let text = format!("fork() = {pid}");
                let call = MadeCall {
                    text,
                    nanoseconds,
                    faults: None,
                };
                return Ok(Side::Parent(Answer::Forked { pid, call }));
            }
            die_with_parent();
            if parent_id() != parent {
                // The parent ended before the kernel was asked to tell.
                std::process::exit(1);
            }
            raw::replace_standard(&null);
            raw::tell_faults_to(output.as_raw_fd());
            // Those are its siblings.
            self.pids.clear();
            Ok(Side::Child(Channel {
                input: Box::new(BufReader::new(input)),
                output: Box::new(output),
            }))
        }

        pub(in crate::peer::serve) fn reap(&mut self, pid: u32) -> Result<Answer, Answer> {
            if !self.pids.contains(&pid) {
                return Err(error(format!("Process {pid} is no child of this peer")));
            }
            match ended_within(pid, ENDS_WITHIN) {
                Ok(Some(status)) => {
                    self.pids.retain(|child| *child != pid);
                    Ok(Answer::Reaped {
                        how: describe_exit(status),
                        signal: status.signal().map(signal_name),
                        number: status.signal(),
                        code: status.code(),
                    })
                }
                Ok(None) => Err(error(format!("Process {pid} has not ended"))),
                Err(error) => Err(system_error(&error, Some(errno_of(&error)))),
            }
        }
    }

    impl Drop for Children {
        fn drop(&mut self) {
            for pid in &self.pids {
                // A failure means that it ended by itself.
                raw::send_signal(*pid, libc::SIGKILL).ok();
            }
            for pid in &self.pids {
                // One that is stuck in the kernel is left to whoever reaps for this process.
                ended_within(*pid, ENDS_WITHIN).ok();
            }
        }
    }

    /// How the child ended, if it does before `limit` is over. It is reaped by this.
    fn ended_within(pid: u32, limit: Duration) -> io::Result<Option<ExitStatus>> {
        let deadline = Instant::now() + limit;
        loop {
            let status = raw::reap(pid)?;
            if status.is_some() || Instant::now() >= deadline {
                return Ok(status);
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}
