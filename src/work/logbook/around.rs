//! What stood around edited bytes, so that a file that was written anew in its place is told from one that was not, whatever
//! its times say.
//!
//! It owns how much of a file that is, and how it is summed and compared. It must not know where sums are kept.

use std::fs::File;
use std::io;
use std::ops::Range;

use sha2::{Digest as _, Sha256};

use crate::bytes::Span;

/// So much of a file is summed as one, in bytes: what an edited byte stands in.
pub const BLOCK_BYTES: u64 = 4096;

/// A block of a file as it was before any of it was edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockSum {
    /// File offset of its first byte.
    pub offset: u64,
    /// How many bytes there were: fewer where the file ended in it.
    pub len: u32,
    /// SHA-256 of them.
    pub sum: [u8; 32],
}

impl BlockSum {
    /// That of the block `number`, as it stands in `file` now; `None` where nothing of it can be read.
    pub(super) fn of(file: &File, number: u64) -> Option<Self> {
        let offset = number.checked_mul(BLOCK_BYTES)?;
        let bytes = read_at(file, offset, usize::try_from(BLOCK_BYTES).ok()?);
        let len = u32::try_from(bytes.len()).ok().filter(|len| *len > 0)?;
        Some(Self {
            offset,
            len,
            sum: sum_of(&bytes),
        })
    }

    /// Which bytes it is of.
    pub(super) fn span(&self) -> Span {
        Span::at(self.offset, u64::from(self.len)).unwrap_or(Span::empty(self.offset))
    }
}

/// What a block of these bytes is known by.
pub(super) fn sum_of(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The numbers of the blocks that a span touches.
pub(super) fn blocks_of(span: Span) -> Range<u64> {
    if span.is_empty() {
        return 0..0;
    }
    span.start() / BLOCK_BYTES..(span.end() - 1) / BLOCK_BYTES + 1
}

/// As many bytes as there are before the end or a failure.
pub(super) fn read_at(file: &File, offset: u64, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    let mut done = 0;
    while let Some(rest) = bytes.get_mut(done..).filter(|rest| !rest.is_empty()) {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(file, rest, offset + done as u64);
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(file, rest, offset + done as u64);
        match read {
            Ok(n) if n > 0 => done += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            _ => break,
        }
    }
    bytes.truncate(done);
    bytes
}
