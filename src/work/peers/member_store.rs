//! A store that a process is told to make: what is said of it, and that it is written down before.
//!
//! It owns that a store which reaches the file is not sent before the journal has it, and that the journal hears what came of
//! it. It must not know how it is written down.

use std::sync::Arc;

use super::mailbox::Mailbox;
use crate::model::identity::OrderId;
use crate::model::process::{Death, Failure, PeerNews, Refusal};
use crate::peer::protocol::Request;
use crate::work::store_log::{NotKept, Recording, StoreFate, StoreLog};

/// Bytes to store.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) number: OrderId,
    pub(super) offset: u64,
    pub(super) bytes: Vec<u8>,
    over: Over,
    /// What is written down of it, where that was asked for.
    recording: Option<Recording>,
}

/// What it may be stored over.
#[derive(Debug)]
pub(super) enum Over {
    /// Whatever stands there.
    Whatever,
    /// These bytes, and nothing else.
    Only(Vec<u8>),
    /// A mapping that is read-only: the store ends the process.
    ReadOnly,
}

impl Store {
    pub(super) fn new(number: OrderId, offset: u64, bytes: Vec<u8>, over: Over) -> Self {
        Self {
            number,
            offset,
            bytes,
            over,
            recording: None,
        }
    }

    /// It ends the process where it is carried out as asked.
    pub(super) fn is_of_read_only(&self) -> bool {
        matches!(self.over, Over::ReadOnly)
    }

    /// Whether it may be sent; `None` until the journal has it. `heard` of the mailbox is woken when that is known.
    pub(super) fn is_recorded(
        &mut self,
        log: Option<&StoreLog>,
        mailbox: &Arc<Mailbox>,
    ) -> Option<Result<(), Refusal>> {
        let Some(log) = log else {
            return Some(Ok(()));
        };
        let (offset, bytes) = (self.offset, &self.bytes);
        let recording = self.recording.get_or_insert_with(|| {
            let waker = Arc::clone(mailbox);
            log.ask(offset, bytes.clone(), move || waker.wake())
        });
        let refusal = |why| match why {
            NotKept::Gone => Refusal::Gone,
            NotKept::NotRecorded(message) => Refusal::Failed(Failure {
                message,
                errno: None,
            }),
        };
        Some(recording.is_allowed()?.map_err(refusal))
    }

    /// The journal has not answered yet.
    pub(super) fn waits_for_record(&self) -> bool {
        let recording = self.recording.as_ref();
        recording.is_some_and(|it| it.is_allowed().is_none())
    }

    /// Whoever was told may still do it: the journal hears nothing, and it is compared at the next start.
    pub(super) fn stays_open(&mut self) {
        self.recording = None;
    }

    /// What the process is told.
    pub(super) fn request(&self) -> Request {
        let (offset, bytes) = (self.offset, self.bytes.clone());
        match &self.over {
            Over::Only(expect) => Request::StoreOver {
                offset,
                bytes,
                expect: expect.clone(),
            },
            Over::Whatever => Request::Store { offset, bytes },
            Over::ReadOnly => Request::StoreAnyway { offset, bytes },
        }
    }

    /// It comes back.
    pub(super) fn refused(self, why: Refusal) -> PeerNews {
        let Self {
            number,
            offset,
            bytes,
            over: _,
            recording,
        } = self;
        let fate = match &why {
            Refusal::Unanswered => StoreFate::Unknown,
            Refusal::NotWhole { before, .. } => StoreFate::Over(before.clone()),
            _ => StoreFate::NotMade,
        };
        ended(recording, fate);
        PeerNews::Refused {
            number,
            offset,
            bytes,
            why,
        }
    }

    /// The process died of it.
    pub(super) fn faulted(self, death: Death) -> PeerNews {
        let Self {
            number,
            offset,
            bytes,
            over: _,
            recording,
        } = self;
        ended(recording, StoreFate::NotMade);
        PeerNews::Faulted {
            number,
            offset,
            bytes,
            death,
        }
    }

    /// It was carried out; `old` stood there.
    pub(super) fn stored(self, old: Vec<u8>) -> PeerNews {
        let Self {
            number,
            offset,
            bytes,
            over: _,
            recording,
        } = self;
        ended(recording, StoreFate::Over(old.clone()));
        PeerNews::Stored {
            number,
            offset,
            bytes,
            old,
        }
    }
}

fn ended(recording: Option<Recording>, fate: StoreFate) {
    if let Some(recording) = recording {
        recording.ended(fate);
    }
}
