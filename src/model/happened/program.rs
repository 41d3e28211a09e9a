//! *What happened* as what a program is made of.
//!
//! It owns what is taken along. It must not know what a program looks like.

use super::ProcessName;
use crate::model::doc::Doc;
use crate::model::peers::Process;
use crate::model::session::Session;

impl Doc {
    /// The session so far.
    #[must_use]
    pub fn as_session(&self) -> Session {
        let mut processes: Vec<ProcessName> = self.happened.gone().copied().collect();
        processes.extend(self.processes.list().iter().map(Process::called));
        Session {
            name: self.name(),
            file_len: self.file_len,
            page_bytes: self.page_bytes,
            n_forgotten: self.happened.n_forgotten(),
            entries: self.happened.newest_first().rev().cloned().collect(),
            processes,
        }
    }
}
