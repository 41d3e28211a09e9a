//! mmap(2) with its flags, and the names of protections and advices.
//!
//! It must not know what is done with a mapping.

use super::{Lines, Variables};
use crate::peer::calls::{Advice, MapCall, MapFlag, Placing, Prot, Source, Spot};

/// A protection.
pub(super) fn prot(prot: Prot) -> &'static str {
    match prot {
        Prot::None => "PROT_NONE",
        Prot::Read => "PROT_READ",
        Prot::ReadWrite => "PROT_READ | PROT_WRITE",
        Prot::Write => "PROT_WRITE",
        Prot::Execute => "PROT_EXEC",
        Prot::ReadExecute => "PROT_READ | PROT_EXEC",
        Prot::All => "PROT_READ | PROT_WRITE | PROT_EXEC",
    }
}

/// An advice.
pub(super) fn advice(advice: Advice) -> &'static str {
    match advice {
        Advice::Normal => "MADV_NORMAL",
        Advice::Random => "MADV_RANDOM",
        Advice::Sequential => "MADV_SEQUENTIAL",
        Advice::WillNeed => "MADV_WILLNEED",
        Advice::DontNeed => "MADV_DONTNEED",
        Advice::Free => "MADV_FREE",
        Advice::Remove => "MADV_REMOVE",
        Advice::DontFork => "MADV_DONTFORK",
        Advice::WipeOnFork => "MADV_WIPEONFORK",
        Advice::Mergeable => "MADV_MERGEABLE",
        Advice::Unmergeable => "MADV_UNMERGEABLE",
        Advice::HugePage => "MADV_HUGEPAGE",
        Advice::NoHugePage => "MADV_NOHUGEPAGE",
        Advice::Cold => "MADV_COLD",
        Advice::PageOut => "MADV_PAGEOUT",
        Advice::PopulateRead => "MADV_POPULATE_READ",
        Advice::PopulateWrite => "MADV_POPULATE_WRITE",
    }
}

fn flag(flag: MapFlag) -> Option<&'static str> {
    match flag {
        // They stand in place of the kind.
        MapFlag::NeitherKind | MapFlag::BothKinds => None,
        MapFlag::NoReserve => Some("MAP_NORESERVE"),
        MapFlag::Populate => Some("MAP_POPULATE"),
        MapFlag::GrowsDown => Some("MAP_GROWSDOWN"),
        MapFlag::Locked => Some("MAP_LOCKED"),
        MapFlag::HugeTlb => Some("MAP_HUGETLB"),
    }
}

/// The flags of a mapping, one by one.
pub(super) fn flags(call: &MapCall, how: Placing) -> Vec<&'static str> {
    let extra = &call.extra.flags;
    let mut flags = if extra.contains(&MapFlag::NeitherKind) {
        vec!["0"]
    } else if extra.contains(&MapFlag::BothKinds) {
        vec!["MAP_SHARED", "MAP_PRIVATE"]
    } else if call.shared {
        vec!["MAP_SHARED"]
    } else {
        vec!["MAP_PRIVATE"]
    };
    flags.extend(match how {
        Placing::Hint => None,
        Placing::Fixed => Some("MAP_FIXED"),
        Placing::FixedNoReplace => Some("MAP_FIXED_NOREPLACE"),
    });
    if call.source == Source::Anonymous {
        flags.push("MAP_ANONYMOUS");
    }
    flags.extend(extra.iter().filter_map(|one| flag(*one)));
    flags
}

/// mmap(2).
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
    let (map, prot) = (v.map(&call.map), prot(call.prot));
    let flags = flags(call, how).join(" | ");
    let (len, offset) = (call.len, call.offset);
    vec![
        format!("{map} = mmap({place}, {len}, {prot}, {flags}, {descriptor}, {offset});"),
        format!("told_map({map});"),
    ]
}
