//! What a mapping shows of some bytes: the bytes, and what its page table says of their pages.
//!
//! It owns the order: the page table is asked after the bytes, so that it tells what answered the read.

use std::sync::Arc;

use crate::bytes::Span;
use crate::map::{Mapping, OpenFile};
use crate::model::WitnessState;
use crate::model::process::PageSeen;

/// Reads `span` of `file` through `mapping`.
#[must_use]
pub fn reading(mapping: &Mapping, file: &OpenFile, span: Span) -> WitnessState {
    let readout = mapping.read(span, file);
    let pages = match mapping.page_facts(span) {
        Ok(facts) => facts.into_iter().map(PageSeen::Told).collect(),
        Err(why) => vec![PageSeen::NotTold(why.to_string())],
    };
    WitnessState::Reads {
        readout: Arc::new(readout),
        pages,
    }
}

/// What read(2) gives of `span`.
#[must_use]
pub fn reading_of_file(file: &OpenFile, span: Span) -> WitnessState {
    WitnessState::Reads {
        readout: Arc::new(file.pread(span)),
        pages: Vec::new(),
    }
}
