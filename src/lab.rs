//! Peers: child processes of this same program with a mapping of their own, so that what another process sees is
//! observed and not claimed.
//!
//! It owns the peers' protocol, the loop of a peer and the handle of the process that started it. It must not know
//! the model, the window, or who asks.

pub(crate) mod ending;
mod peer;
mod peer_error;
mod process;
pub mod protocol;

pub use ending::Corpse;
pub use peer::run_peer;
pub use peer_error::PeerError;
pub use process::{PeerProcess, Pending};
