//! Why a peer gives no answer, in words.
//!
//! It owns the sentences. It must not know the processes.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use super::calls::Death;

/// Why a request to a peer has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerError {
    /// The process ended, or closed its output.
    Died {
        /// The peer's label and process number.
        peer: String,
        /// `signal 9 (SIGKILL)` or `exit code 1`, then the first line of what it complained.
        how: String,
        /// The signal that ended it, where one is known to have.
        death: Option<Death>,
    },
    /// No answer in time. The peer may be stopped, or wait for a file system.
    TimedOut {
        /// The peer's label and process number.
        peer: String,
        /// How long was waited.
        after: Duration,
        /// The first word of the request.
        request: &'static str,
    },
    /// The peer lives and says no.
    Refused {
        /// Its reason, in a full sentence.
        message: String,
        /// The name of the operating system's error, such as `EACCES`, where it was one.
        errno: Option<String>,
    },
    /// What was said cannot be an answer, or cannot be asked.
    Protocol {
        /// The peer's label and process number.
        peer: String,
        /// What is wrong with it.
        message: String,
    },
}

impl fmt::Display for PeerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Died { peer, how, .. } => write!(f, "The {peer} ended: {how}"),
            Self::TimedOut {
                peer,
                after,
                request,
            } => {
                let seconds = after.as_secs_f64();
                write!(
                    f,
                    "The {peer} did not answer \u{201c}{request}\u{201d} within {seconds:.1} s"
                )
            }
            Self::Refused { message, .. } => f.write_str(message),
            Self::Protocol { peer, message } => {
                write!(f, "The {peer} is not understood: {message}")
            }
        }
    }
}

impl Error for PeerError {}
