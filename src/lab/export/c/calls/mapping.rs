//! mmap(2).
//!
//! It must not know what is done with a mapping.

use super::{Lines, ored};
use crate::lab::export::constants::{map_flags, prot};
use crate::lab::export::variables::Variables;
use crate::peer::calls::{MapCall, Placing, Source, Spot};

/// The statements of such a step.
pub(super) fn map(call: &MapCall, v: &mut Variables) -> Lines {
    let (place, how) = match &call.extra.spot {
        Spot::Anywhere => ("NULL".to_owned(), Placing::Hint),
        Spot::At { map, at, how } => (v.at(map, *at), *how),
        Spot::Nowhere { address, how } => (format!("(void *) {address:#x}"), *how),
    };
    let descriptor = match &call.source {
        Source::Anonymous => "-1".to_owned(),
        Source::File(file) => v.fd(file),
        Source::Descriptor(number) => number.to_string(),
    };
    let (map, prot) = (v.map(&call.map), ored(prot(call.prot)));
    let (flags, len, offset) = (ored(&map_flags(call, how)), call.len, call.offset);
    vec![
        format!("{map} = mmap({place}, {len}, {prot}, {flags}, {descriptor}, {offset});"),
        format!("told_map({map});"),
    ]
}
