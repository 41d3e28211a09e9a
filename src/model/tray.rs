//! Orders that were refused because the mapping they were for is gone: they stand here with their bytes, and with what
//! could be done with them now.
//!
//! Nothing is redirected by itself: what an order would do elsewhere happens only when the person asks for it.

use crate::bytes::hex;

use super::doc::Doc;
use super::identity::{DocId, OrderId};
use super::process::Refusal;

/// How many are kept; the oldest goes first, and that is counted.
const KEPT: usize = 64;
/// Bytes that are shown of one.
const SHOWN_BYTES: usize = 8;

/// A store that was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedOrder {
    /// The order's number.
    pub number: OrderId,
    /// The file it was for.
    pub doc: DocId,
    /// That file's name.
    pub name: String,
    /// Through whom it was to be stored: "this view", "process 3".
    pub through: String,
    /// File offset.
    pub offset: u64,
    /// What was to be stored.
    pub bytes: Vec<u8>,
    /// Why not.
    pub why: Refusal,
}

/// The refused orders.
#[derive(Clone, Debug, Default)]
pub struct Tray {
    orders: Vec<RefusedOrder>,
    /// How many were forgotten because there were too many.
    pub forgotten: u64,
}

impl Tray {
    /// All, oldest first.
    #[must_use]
    pub fn orders(&self) -> &[RefusedOrder] {
        &self.orders
    }

    /// Takes an order in, unless it stands here already.
    pub(super) fn put(&mut self, order: RefusedOrder) {
        let is_known =
            |known: &RefusedOrder| (known.number, known.offset) == (order.number, order.offset);
        if self.orders.iter().any(is_known) {
            return;
        }
        if self.orders.len() == KEPT {
            self.orders.remove(0);
            self.forgotten += 1;
        }
        self.orders.push(order);
    }

    /// All of an order, which may be several stores: they are no longer here.
    pub(super) fn take(&mut self, number: OrderId) -> Vec<RefusedOrder> {
        self.orders
            .extract_if(.., |order| order.number == number)
            .collect()
    }

    pub(super) fn remove(&mut self, number: OrderId) {
        self.orders.retain(|order| order.number != number);
    }
}

impl RefusedOrder {
    /// What was not done, and why: one sentence.
    #[must_use]
    pub fn words(&self) -> String {
        let Self {
            name,
            through,
            offset,
            ..
        } = self;
        let bytes = self.bytes_words();
        let why = self.why.words();
        format!("{bytes} was not written at {offset:#x} of {name} through {through}: {why}")
    }

    /// What can be done with it in `doc`: the words of a button.
    #[must_use]
    pub fn offer(&self, doc: &Doc) -> String {
        let (bytes, offset, name) = (self.bytes_words(), self.offset, doc.name());
        let through = doc.in_words(doc.view().id);
        if doc.id == self.doc {
            format!("Write {bytes} at {offset:#x} of {name}{through} now")
        } else {
            format!("Write {bytes} at {offset:#x} of {name}{through} instead")
        }
    }

    fn bytes_words(&self) -> String {
        let shown = self.bytes.get(..SHOWN_BYTES).unwrap_or(&self.bytes);
        let more = self.bytes.len().saturating_sub(shown.len());
        let hex = hex::format_hex(shown);
        if more == 0 {
            hex
        } else {
            format!("{hex} (and {more} more bytes)")
        }
    }
}
