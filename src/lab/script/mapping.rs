//! Mappings, loads and stores as scripts write them down.
//!
//! It must not know who is asked for them.

use crate::peer::calls::{Call, MapCall, MapExtra, Prot, Source};

/// A shared, readable and writable mapping of `len` bytes of `file` from its start, by the name `m`.
#[must_use]
pub fn shared(file: &str, len: u64) -> MapCall {
    MapCall {
        map: "m".to_owned(),
        source: Source::File(file.to_owned()),
        shared: true,
        prot: Prot::ReadWrite,
        offset: 0,
        len,
        extra: MapExtra::default(),
    }
}

/// As [`shared`], private.
#[must_use]
pub fn private(file: &str, len: u64) -> MapCall {
    MapCall {
        shared: false,
        ..shared(file, len)
    }
}

/// A shared, readable and writable mapping without a file, by the name `m`.
#[must_use]
pub fn anonymous_shared(len: u64) -> MapCall {
    MapCall {
        source: Source::Anonymous,
        ..shared("", len)
    }
}

/// As [`anonymous_shared`], private.
#[must_use]
pub fn anonymous(len: u64) -> MapCall {
    MapCall {
        shared: false,
        ..anonymous_shared(len)
    }
}

impl MapCall {
    /// By another name.
    #[must_use]
    pub fn named(mut self, map: &str) -> Self {
        map.clone_into(&mut self.map);
        self
    }

    /// With another protection.
    #[must_use]
    pub fn allowing(mut self, prot: Prot) -> Self {
        self.prot = prot;
        self
    }

    /// From this offset in the file on.
    #[must_use]
    pub fn from(mut self, offset: u64) -> Self {
        self.offset = offset;
        self
    }
}

/// A load through a mapping.
#[must_use]
pub fn load(map: &str, at: u64, len: u64) -> Call {
    Call::Load {
        map: map.to_owned(),
        at,
        len,
    }
}

/// A store through a mapping.
#[must_use]
pub fn store(map: &str, at: u64, bytes: &[u8]) -> Call {
    Call::Store {
        map: map.to_owned(),
        at,
        bytes: bytes.to_vec(),
    }
}
