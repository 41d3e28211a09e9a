//! Checksums and digests of bytes that come in pieces.
//!
//! It owns which there are and how each is written. It must not know where the bytes come from.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::class::hex_pair;

/// Which checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SumKind {
    /// The cyclic redundancy check of zip, gzip and PNG.
    Crc32,
    /// RFC 1321. Broken: two texts with the same one can be made.
    Md5,
    /// FIPS 180-4. Broken as well.
    Sha1,
    /// FIPS 180-4.
    Sha256,
}

impl SumKind {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Crc32, Self::Md5, Self::Sha1, Self::Sha256];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC-32",
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
        }
    }

    /// Whether that of bytes can be put together of those of their parts, which are then taken in any order.
    #[must_use]
    pub const fn is_combinable(self) -> bool {
        matches!(self, Self::Crc32)
    }
}

/// A checksum under way.
#[derive(Clone, Debug)]
pub struct Sum(State);

#[derive(Clone, Debug)]
enum State {
    Crc32(crc32fast::Hasher),
    Md5(Md5),
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Sum {
    /// That of no bytes.
    #[must_use]
    pub fn new(kind: SumKind) -> Self {
        Self(match kind {
            SumKind::Crc32 => State::Crc32(crc32fast::Hasher::new()),
            SumKind::Md5 => State::Md5(Md5::new()),
            SumKind::Sha1 => State::Sha1(Sha1::new()),
            SumKind::Sha256 => State::Sha256(Sha256::new()),
        })
    }

    /// Adds `bytes` behind those added before.
    pub fn add(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Crc32(sum) => sum.update(bytes),
            State::Md5(sum) => sum.update(bytes),
            State::Sha1(sum) => sum.update(bytes),
            State::Sha256(sum) => sum.update(bytes),
        }
    }

    /// Adds the bytes that `behind` was taken of, where both are of one kind that [is combinable](SumKind::is_combinable).
    /// `false` where they are not: nothing is added.
    pub fn append(&mut self, behind: &Self) -> bool {
        match (&mut self.0, &behind.0) {
            (State::Crc32(sum), State::Crc32(behind)) => {
                sum.combine(behind);
                true
            }
            _ => false,
        }
    }

    /// The digits, as `md5sum` and its kin write them.
    #[must_use]
    pub fn digits(self) -> String {
        match self.0 {
            State::Crc32(sum) => format!("{:08x}", sum.finalize()),
            State::Md5(sum) => hex(&sum.finalize()),
            State::Sha1(sum) => hex(&sum.finalize()),
            State::Sha256(sum) => hex(&sum.finalize()),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| hex_pair(*byte));
    digits.map(char::from).collect()
}
