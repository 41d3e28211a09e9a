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
        Spot::Anywhere => ("std::ptr::null_mut()".to_owned(), Placing::Hint),
        Spot::At { map, at, how } => (format!("{}.cast()", v.at(map, *at)), *how),
        Spot::Nowhere { address, how } => (format!("{address:#x} as *mut _"), *how),
    };
    let descriptor = match &call.source {
        Source::Anonymous => "-1".to_owned(),
        Source::File(file) => v.fd(file),
        Source::Descriptor(number) => number.to_string(),
    };
    let (map, prot) = (v.map(&call.map), ored(prot(call.prot)));
    let (flags, len, offset) = (ored(&map_flags(call, how)), call.len, call.offset);
    let arguments = format!("{place}, {len}, {prot}, {flags}, {descriptor}, {offset}");
    vec![
        format!("{map} = unsafe {{ libc::mmap({arguments}) }}.cast();"),
        format!("lab.told_map({map});"),
    ]
}
