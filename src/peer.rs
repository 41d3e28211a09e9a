//! Peers: child processes of this same program with mappings of their own, so that what another process sees is observed
//! and not claimed.
//!
//! It owns the wire form, the calls a peer can be asked to make, the handle of a running peer (ours) and the loop that
//! serves (theirs). It must not know the window, the experiments, or who asks.
//!
//! A peer serves two kinds of requests. Those of a witness (`open`, `read`, `store`) go through the mapping layer, so
//! that no file can kill it. Those of an experiment (`do`) are real system calls and real load and store instructions,
//! made by `raw.rs` and its folder, the one place of this layer with unsafe code: there a peer may die of SIGSEGV or SIGBUS, and that is
//! a result.

pub mod calls;
mod error;
mod handle;
mod process;
pub mod protocol;
#[cfg(unix)]
mod raw;
mod serve;
pub mod wire;

pub(crate) use crate::os::exit::describe_signal;
pub use error::PeerError;
pub use handle::{Ending, Forking, NotSent, PeerEnd, PeerProcess, PendingRequest, Polled, Wake};
pub use process::{PeerSignal, Unreaped};
#[cfg(target_os = "linux")]
pub(crate) use raw::has_memfd;
pub use serve::run_peer;
