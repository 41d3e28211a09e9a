//! The lab: every claim about mmap is an experiment that runs, carried out by peers: child processes of this same program
//! with mappings of their own, so that what another process sees is observed and not claimed.
//!
//! It owns the peers, their protocol, and the experiments with their scripts and their report. It must not know the
//! window, or who asks.
//!
//! A peer serves two kinds of requests. Those of a witness (`open`, `read`, `store`) go through the mapping layer, so
//! that no file can kill it. Those of an experiment (`do`) are real system calls and real load and store instructions,
//! made by `raw.rs`, the one place of the lab with unsafe code: there a peer may die of SIGSEGV or SIGBUS, and that is a
//! result.

mod body;
pub mod calls;
pub mod catalogue;
#[cfg(unix)]
mod doing;
pub(crate) mod ending;
pub mod experiment;
mod ground;
mod peer;
mod peer_error;
mod process;
pub mod protocol;
#[cfg(unix)]
mod raw;
pub mod report;
pub mod runner;
pub mod scratch;
pub mod stage;

pub use body::PeerSignal;
pub use ending::Corpse;
pub use experiment::{Experiment, Need};
pub use peer::run_peer;
pub use peer_error::PeerError;
pub use process::{PeerProcess, Pending};
