//! Scratch memory that starts at a page boundary.
//!
//! It owns the alignment only. A `Vec` of 128 KiB or more starts 16 bytes into a page with glibc, and some processors
//! copy into such memory four to nine times more slowly.

use std::ops::{Deref, DerefMut};

use super::raw::page_bytes;

/// Bytes whose first one stands at a page boundary; zeros at first. The length is fixed.
#[derive(Debug)]
pub struct AlignedBuffer {
    /// One page longer than asked for, and never pushed to: its memory does not move.
    storage: Vec<u8>,
    start: usize,
    len: usize,
}

impl AlignedBuffer {
    /// A buffer of `len` bytes.
    #[must_use]
    pub fn new(len: usize) -> Self {
        let page = usize::try_from(page_bytes()).unwrap_or(4096);
        let storage = vec![0; len.saturating_add(page)];
        // The result is below `page` for bytes; were it not, an unaligned buffer is only slower.
        let start = storage.as_ptr().align_offset(page).min(page);
        Self {
            storage,
            start,
            len,
        }
    }
}

impl Deref for AlignedBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.storage[self.start..self.start + self.len]
    }
}

impl DerefMut for AlignedBuffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.storage[self.start..self.start + self.len]
    }
}
