//! Stores that processes are asked for: what is remembered of each until it is answered.

use super::doc::{Doc, Out};
use super::effect::Effect;
use super::happened::About;
use super::peers::ProcessStore;
use super::pending::StoreBy;
use super::process::PeerOrder;

impl Doc {
    /// Has a process store bytes.
    pub(super) fn send_store(&mut self, store: StoreBy, out: &mut Out<'_>) {
        let StoreBy {
            number,
            target,
            offset,
            bytes,
            expect,
            puts_back,
        } = store;
        let Some(process) = self.processes.get_mut(target.mapping) else {
            return;
        };
        process.note = None;
        process.pending.push(ProcessStore {
            number,
            offset,
            bytes: bytes.clone(),
        });
        // It may be read in the file before the process has answered.
        let coming = process.reaches_file().then(|| (offset, bytes.clone()));
        let about = match (puts_back, coming) {
            (Some(of), coming) => About::PutBack { of, coming },
            (None, Some((offset, bytes))) => About::Store { offset, bytes },
            (None, None) => About::Nothing,
        };
        self.happened.sent(number, about);
        out.push(Effect::Peers(PeerOrder::Store {
            number,
            target,
            offset,
            bytes,
            expect,
        }));
    }
}
