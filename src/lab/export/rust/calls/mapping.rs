//! mmap(2).
//!
//! It must not know what is done with a mapping.

use super::{Lines, ored};
use crate::lab::export::constants::{map_flags, prot};
use crate::lab::export::variables::Variables;
use crate::peer::calls::{MapCall, Placing, Source, Spot};

/// The longest statement that has all in one.
const LONG: usize = 100;

/// The statements of such a step.
pub(super) fn map(call: &MapCall, v: &mut Variables) -> Lines {
    let (place, how) = match &call.extra.spot {
        Spot::Anywhere => ("null_mut()".to_owned(), Placing::Hint),
        Spot::At { map, at, how } => (format!("{}.cast()", v.at(map, *at)), *how),
        Spot::Nowhere { address: 0, how } => ("null_mut()".to_owned(), *how),
        Spot::Nowhere { address, how } => (format!("{address:#x} as *mut _"), *how),
    };
    let descriptor = match &call.source {
        Source::Anonymous => "-1".to_owned(),
        Source::File(file) => v.fd(file),
        Source::Descriptor(number) => number.to_string(),
    };
    let (map, prot) = (v.map(&call.map), ored(prot(call.prot)));
    let (flags, len, offset) = (ored(&map_flags(call, how)), call.len, call.offset);
    let mapped = |place: &str, flags: &str| {
        let arguments = format!("{place}, {len}, {prot}, {flags}, {descriptor}, {offset}");
        format!("{map} = unsafe {{ libc::mmap({arguments}) }}.cast();")
    };
    let in_one = mapped(&place, &flags);
    let mut lines = if in_one.len() <= LONG {
        vec![in_one]
    } else if call.extra.spot == Spot::Anywhere {
        vec![format!("let flags = {flags};"), mapped(&place, "flags")]
    } else {
        let place = format!("let place = {place};");
        vec![
            place,
            format!("let flags = {flags};"),
            mapped("place", "flags"),
        ]
    };
    lines.push(format!("lab.told_map({map});"));
    lines
}
