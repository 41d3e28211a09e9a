//! Orders that were refused because the mapping they were for is gone: they stand here with their bytes, and with what
//! could be done with them now.
//!
//! Nothing is redirected by itself: what an order would do elsewhere happens only when the person asks for it.

use crate::bytes::hex;
use crate::bytes::size::counted;

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
    /// What was to be stored: all of one step, ascending.
    pub parts: Vec<RefusedPart>,
    /// Why not.
    pub why: Refusal,
}

/// Neighboring bytes that were to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedPart {
    /// File offset.
    pub offset: u64,
    /// What was to be stored there.
    pub bytes: Vec<u8>,
}

impl RefusedPart {
    /// Where, and how many bytes.
    pub(super) fn place(&self) -> (u64, usize) {
        (self.offset, self.bytes.len())
    }

    /// Where it ends.
    pub(super) fn end(&self) -> u64 {
        self.offset.saturating_add(self.bytes.len() as u64)
    }

    fn words(&self) -> String {
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

    /// Takes an order in, unless it stands here already, or stores nothing.
    pub(super) fn put(&mut self, order: RefusedOrder) {
        let is_known = |known: &RefusedOrder| known.number == order.number;
        if order.parts.is_empty() || self.orders.iter().any(is_known) {
            return;
        }
        if self.orders.len() == KEPT {
            self.orders.remove(0);
            self.forgotten += 1;
        }
        self.orders.push(order);
    }

    /// An order, which is no longer here then.
    pub(super) fn take(&mut self, number: OrderId) -> Option<RefusedOrder> {
        let at = self.orders.iter().position(|it| it.number == number)?;
        Some(self.orders.remove(at))
    }

    pub(super) fn remove(&mut self, number: OrderId) {
        self.orders.retain(|order| order.number != number);
    }
}

impl RefusedOrder {
    /// What was not done, and why: one sentence.
    #[must_use]
    pub fn words(&self) -> String {
        let (name, through, why) = (&self.name, &self.through, self.why.words());
        if let [only] = self.parts.as_slice() {
            let (bytes, offset) = (only.words(), only.offset);
            return format!(
                "{bytes} was not written at {offset:#x} of {name} through {through}: {why}"
            );
        }
        let what = self.what();
        format!("{what} were not written to {name} through {through}: {why}")
    }

    /// What can be done with it in `doc`: the words of a button.
    #[must_use]
    pub fn offer(&self, doc: &Doc) -> String {
        let (what, name) = (self.what(), doc.name());
        let through = doc.in_words(doc.view().id);
        let when = if doc.id == self.doc { "now" } else { "instead" };
        format!("Write {what} of {name}{through} {when}")
    }

    /// What was to be stored, and where.
    fn what(&self) -> String {
        match self.parts.as_slice() {
            [only] => format!("{} at {:#x}", only.words(), only.offset),
            parts => {
                let n_bytes = parts.iter().map(|part| part.bytes.len() as u64).sum();
                let first = parts.first().map_or(0, |part| part.offset);
                format!(
                    "{} in {} from {first:#x} on",
                    counted(n_bytes, "byte"),
                    counted(parts.len() as u64, "place")
                )
            }
        }
    }
}
