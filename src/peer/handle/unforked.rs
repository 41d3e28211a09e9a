//! Where no peer forks: only Linux hands a child its pipes through `/proc`.

use super::{NotSent, PeerProcess, PendingRequest, Polled};
use crate::peer::error::PeerError;

/// A fork that a peer was asked for. There is none.
#[derive(Debug)]
pub enum Forking {}

impl Forking {
    /// As on Linux.
    #[must_use]
    pub fn pending(&self) -> &PendingRequest {
        match *self {}
    }

    /// As on Linux.
    ///
    /// # Errors
    ///
    /// None.
    pub fn born(self, _: &PeerProcess, _: u32) -> Result<PeerProcess, PeerError> {
        match self {}
    }
}

impl PeerProcess {
    /// As on Linux; always refused.
    ///
    /// # Errors
    ///
    /// [`PeerError::Refused`].
    pub fn begin_fork(&mut self, label: &str) -> Result<Result<Forking, NotSent>, PeerError> {
        Err(PeerError::Refused {
            message: format!("{label} cannot be forked; only Linux can do it"),
            errno: None,
        })
    }

    /// As on Linux.
    pub fn poll_ready(&mut self) -> Polled {
        Polled::Closed
    }
}
