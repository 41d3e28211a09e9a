//! What a picture is drawn from: a process's mapping, page by page.
//!
//! It must not know how that was found out.

use crate::lab::claim::{HeldPage, PeerCard, ScratchKey};
use crate::lab::words::Backing;
use crate::map::page_bytes;
use crate::peer::calls::Source;

/// A file that is mapped. Two of one name are two where both are known, as after a rename.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HeldFile<'a> {
    /// Its name in the experiment.
    pub(super) name: &'a str,
    /// Which it is, where that is known.
    key: Option<ScratchKey>,
}

/// A mapping that a process has.
#[derive(Default)]
pub(super) struct Held<'a> {
    /// The file; `None` of memory without one.
    pub(super) file: Option<HeldFile<'a>>,
    /// The first page of the file that it shows.
    pub(super) first_page: u64,
    /// How many pages it was made of; 0 where there is none.
    pub(super) n_pages: u64,
    /// What stands at each; of many the first ones.
    pub(super) pages: Vec<HeldPage>,
}

/// What a process has; of one that ended, nothing.
pub(super) fn held(card: &PeerCard) -> Held<'_> {
    let mapping = card.holding.mapping.as_ref();
    let Some(mapping) = mapping.filter(|_| card.ended.is_none()) else {
        return Held::default();
    };
    let call = &mapping.call;
    let pages = mapping.pages.iter().flatten();
    Held {
        file: match &call.source {
            Source::File(name) => Some(HeldFile {
                name,
                key: mapping.file,
            }),
            Source::Anonymous | Source::Descriptor(_) => None,
        },
        first_page: call.offset / page_bytes(),
        n_pages: call.len.div_ceil(page_bytes()),
        pages: pages.map(|page| Backing::of(call).held(page)).collect(),
    }
}
