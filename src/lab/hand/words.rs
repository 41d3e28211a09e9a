//! Things to do by hand in words, and why a step is none.
//!
//! It must not know how a list is made.

use crate::bytes::said::bytes_said;
use crate::bytes::size::counted;
use crate::lab::claim::{HandActor, HandDeed, HandKind, HandWanted};
use crate::lab::script::Ask;

/// That a peer does what no row can be told, in a sentence.
pub(super) fn calls(name: &str, ask: &Ask) -> String {
    format!(
        "{name} {}, which no row of an open file can be told",
        ask.what
    )
}

/// That a peer is asked what no row shows, in a sentence.
pub(super) fn tells(name: &str, what: &str) -> String {
    format!("{name} {what}, which no row of an open file shows")
}

/// What is to be done, after whom the experiment has do it.
pub(super) fn what(deed: &HandDeed, peer: &str) -> String {
    match deed {
        HandDeed::Add { name, kind } => {
            format!("Add {name}: a process with {}", kind_words(*kind))
        }
        HandDeed::Fork { parent, child } => format!("Have {parent} fork: the child is {child}"),
        HandDeed::End { name } => format!("End {name}: its mapping goes with it"),
        HandDeed::Store { bytes, at, .. } => format!("{peer} stores {}", bytes_at(bytes, *at)),
        HandDeed::Fault { bytes, at, .. } => {
            let bytes = bytes_at(bytes, *at);
            format!("{peer} tries to store {bytes}, through a read-only mapping")
        }
        HandDeed::Write { bytes, at } => {
            format!("{peer} writes {} by pwrite", bytes_at(bytes, *at))
        }
        HandDeed::Look {
            by: HandActor::Calls,
            at,
            len,
            ..
        } => format!("See what read gives {peer} {}", place(*at, *len)),
        HandDeed::Look {
            wanted: HandWanted::Nothing,
            at,
            len,
            ..
        } => format!(
            "Have {peer} look {}, which brings the pages in",
            place(*at, *len)
        ),
        HandDeed::Look { by, at, len, .. } => {
            let through = match by {
                HandActor::Second(_) => " through its second mapping",
                _ => "",
            };
            format!("See what {peer} has {}{through}", place(*at, *len))
        }
        HandDeed::Pages { at, len, .. } => {
            format!("See what backs {peer}\u{2019}s pages {}", place(*at, *len))
        }
        _ => of_all(deed, peer),
    }
}

/// The same of what is done to the file or to the mappings of this program.
fn of_all(deed: &HandDeed, peer: &str) -> String {
    match deed {
        HandDeed::Length { from, to } if to < from => {
            format!("{peer} cuts the file to {}", counted(*to, "byte"))
        }
        HandDeed::Length { to, .. } => {
            format!("{peer} makes the file {} long", counted(*to, "byte"))
        }
        HandDeed::Delete => "Delete the file".to_owned(),
        HandDeed::Window {
            part: Some((at, len)),
        } => format!("Have the tab map the file {} alone", place(*at, *len)),
        HandDeed::Window { part: None } => "Have the tab map all of the file again".to_owned(),
        HandDeed::SecondView => format!("Open a second view: {peer}\u{2019}s second mapping"),
        HandDeed::SecondMode { shared: true } => "Have the second view map it shared".to_owned(),
        HandDeed::SecondMode { shared: false } => {
            "Have the second view map it privately".to_owned()
        }
        HandDeed::Sync => format!("Have this view call msync, as {peer} does"),
        _ => format!("Discard {peer}\u{2019}s private copies: madvise(MADV_DONTNEED)"),
    }
}

/// How it is done in the window.
pub(super) fn how(deed: &HandDeed) -> String {
    let how = match deed {
        HandDeed::Add {
            kind: HandKind::Shared,
            ..
        } => "Press + shared",
        HandDeed::Add {
            kind: HandKind::Private,
            ..
        } => "Press + private",
        HandDeed::Add {
            kind: HandKind::ReadOnly,
            ..
        } => "Press + read-only",
        HandDeed::Fork { .. } => "In the menu of its row",
        HandDeed::End { .. } => {
            "Remove it in the menu of its row: no row can be told to unmap alone"
        }
        HandDeed::Store {
            by: HandActor::Process(_),
            ..
        } => "Put the cursor there and the byte to write, and press Write in its row",
        HandDeed::Store { .. } => "Type it there, or press Write in the row of the mapping",
        HandDeed::Fault { .. } => "In the menu of its row, with the byte to write",
        HandDeed::Write { .. } => "Press Write in the row read, pwrite; or have a shell do it",
        HandDeed::Look { .. } | HandDeed::Pages { .. } => {
            "Select these bytes, and wait for the row to be read"
        }
        HandDeed::Length { .. } | HandDeed::Delete => "Have a shell do it",
        HandDeed::Window { .. } | HandDeed::Discard { .. } => "In the menu Mapping",
        HandDeed::SecondView => "In the menu View",
        HandDeed::SecondMode { .. } => "Press its mode in its bar",
        HandDeed::Sync => "Sync, in the menu Mapping: it writes the same page",
    };
    how.to_owned()
}

fn kind_words(kind: HandKind) -> &'static str {
    match kind {
        HandKind::Shared => "a shared mapping",
        HandKind::Private => "a private mapping",
        HandKind::ReadOnly => "a shared mapping that is read-only",
    }
}

fn bytes_at(bytes: &[u8], at: u64) -> String {
    let len = bytes.len() as u64;
    format!("{} at {at}", bytes_said(bytes, len))
}

/// `at 28`, `at 27 to 29`.
fn place(at: u64, len: u64) -> String {
    match len {
        0 | 1 => format!("at {at}"),
        len => format!("at {at} to {}", at + len - 1),
    }
}
