//! The store that was asked for last, and whether it was carried out: what a prediction is held against.
//!
//! It owns one order's fate and no more. It must not know what was predicted, nor who sees it.

use super::identity::MappingId;
use super::witness::WitnessId;

/// Through whom it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StoredBy {
    /// A view, a mapping beside it, or `pwrite`, in this process.
    Here(WitnessId),
    /// A process of ours.
    Process(MappingId),
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StoreFate {
    /// It was asked for.
    Asked,
    /// It was carried out.
    Done,
    /// It was not.
    Refused,
}

/// A store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastStore {
    /// The count of stores of this file up to it.
    pub count: u64,
    /// Through whom.
    pub by: StoredBy,
    /// Offset in the file of the first byte.
    pub offset: u64,
    /// The bytes, the first few of many.
    pub bytes: Vec<u8>,
    /// How far it is.
    pub fate: StoreFate,
}
