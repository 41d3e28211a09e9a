//! Stores that processes are asked for: what is remembered of each until it is answered.

use super::doc::{Doc, Out};
use super::effect::Effect;
use super::happened::About;
use super::identity::MappingId;
use super::peers::ProcessStore;
use super::pending::{StoreBy, StoreOver};
use super::process::PeerOrder;
use super::witness::Note;

impl Doc {
    /// Has a process store the byte to write.
    pub(super) fn store_by(
        &mut self,
        mapping: MappingId,
        bytes: Result<Vec<u8>, String>,
        over: StoreOver,
        out: &mut Out<'_>,
    ) {
        let (Some(target), Some(span)) = (self.process_target(mapping), self.watched()) else {
            return;
        };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(why) => {
                if let Some(process) = self.processes.get_mut(mapping) {
                    process.note = Some(Note::failed(format!("Not written: {why}")));
                }
                return;
            }
        };
        let (number, offset) = (out.numbers.order(), span.start());
        self.wrote(offset, bytes.len());
        self.send_store(
            StoreBy {
                number,
                target,
                offset,
                bytes,
                over,
                puts_back: None,
            },
            out,
        );
    }

    /// Has a process store bytes.
    pub(super) fn send_store(&mut self, store: StoreBy, out: &mut Out<'_>) {
        let StoreBy {
            number,
            target,
            offset,
            bytes,
            over,
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
        let expect = match over {
            StoreOver::Whatever => None,
            StoreOver::Only(expect) => Some(expect),
            StoreOver::ReadOnly => {
                out.push(Effect::Peers(PeerOrder::StoreAnyway {
                    number,
                    target,
                    offset,
                    bytes,
                }));
                return;
            }
        };
        out.push(Effect::Peers(PeerOrder::Store {
            number,
            target,
            offset,
            bytes,
            expect,
        }));
    }
}
