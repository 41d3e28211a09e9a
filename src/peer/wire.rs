//! What calls and requests have in common on the wire: bytes as hexadecimal digits, and the state of a page.
//!
//! It must not know requests or calls.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::bytes::class::hex_pair;
use crate::bytes::hex::parse_hex;
use crate::map::GapReason;

/// What backs one page of a peer's mapping, at the moment of the read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeerPage {
    /// The peer's own copy, made by a store into a private mapping.
    PrivateCopy,
    /// The file's page in the page cache.
    FilePage,
    /// A private copy that was swapped out.
    Swapped,
    /// No page yet.
    NotPresent,
    /// The system does not tell, and why.
    Unavailable(String),
}

impl PeerPage {
    /// It is what was expected there: a private copy may have been swapped out meanwhile, which the system does at any time.
    #[must_use]
    pub fn is_as(&self, expected: &Self) -> bool {
        self == expected || (*expected == Self::PrivateCopy && *self == Self::Swapped)
    }
}

/// The same, with what else the page table of the peer says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerPageFact {
    /// What it is.
    pub page: PeerPage,
    /// Whether no other page table has it now; `None` where that is not told of this very page.
    pub exclusive: Option<bool>,
    /// The number of its frame, where the kernel tells it.
    pub frame: Option<u64>,
}

impl fmt::Display for PeerPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PrivateCopy => f.write_str("private copy"),
            Self::FilePage => f.write_str("file page"),
            Self::Swapped => f.write_str("swapped"),
            Self::NotPresent => f.write_str("not present"),
            Self::Unavailable(why) => write!(f, "unavailable: {why}"),
        }
    }
}

/// Page faults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultCount {
    /// Without a read from storage.
    pub minor: u64,
    /// With one.
    pub major: u64,
}

/// How [`GapReason`] travels.
#[derive(Serialize, Deserialize)]
#[serde(remote = "GapReason", rename_all = "snake_case")]
pub(super) enum WireReason {
    PastFileEnd { file_len: u64 },
    Storage { errno: i32 },
    StorageGaveNothing,
    HoleNeedsBlock,
    NotThroughMapping { errno: i32 },
    Failed { errno: i32 },
    OutsideMapping,
    NotAsked,
}

pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    let text: String = bytes
        .iter()
        .flat_map(|byte| hex_pair(*byte).map(char::from))
        .collect();
    to.serialize_str(&text)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    let text = Cow::<'de, str>::deserialize(from)?;
    parse_hex(&text).map_err(|_| D::Error::custom("the bytes are not hexadecimal"))
}

/// A path as text, where it is UTF-8; else as serde has it, so that every path can be told.
pub(super) mod path {
    use std::ffi::OsString;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// What is read: either form.
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        Other(OsString),
    }

    pub(in crate::peer) fn serialize<S: Serializer>(
        path: &OsString,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match path.to_str() {
            Some(text) => to.serialize_str(text),
            None => path.serialize(to),
        }
    }

    pub(in crate::peer) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<OsString, D::Error> {
        Ok(match Written::deserialize(from)? {
            Written::Text(text) => text.into(),
            Written::Other(path) => path,
        })
    }
}
