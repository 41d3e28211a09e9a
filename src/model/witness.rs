//! Who sees the bytes at the cursor: what each witness last said.

use std::sync::Arc;

use crate::bytes::Span;
use crate::map::{FilePageFact, PageState, Readout};

use super::identity::MappingId;
use super::process::PageSeen;

/// The most bytes that are watched, and compared, at once.
pub const WATCHED_BYTES: u64 = 64 << 10;

/// A place in this process that the same bytes are read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WitnessId {
    /// The mapping that the view shows.
    View,
    /// A mapping of the other mode in this process.
    OtherMode,
    /// The file, through `pread`.
    File,
}

impl WitnessId {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 3] = [Self::View, Self::OtherMode, Self::File];
}

/// Who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// The mapping that the view shows.
    View,
    /// A mapping of the other mode in this process.
    OtherMode,
    /// Nobody's mapping: `read` and `pwrite`.
    Calls,
    /// A process of ours.
    Process(MappingId),
    /// A mapping of a process that is not ours.
    Other {
        /// Its process number.
        pid: u32,
        /// Where the mapping begins there.
        address: u64,
    },
}

/// What a witness said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WitnessState {
    /// Nobody asked yet, or the answer is on its way.
    #[default]
    Waiting,
    /// It read these bytes.
    Reads {
        /// Which, and what could not be read.
        readout: Arc<Readout>,
        /// What backs each page that they touch, in order; empty for the file, which has no page table.
        pages: Vec<PageSeen>,
    },
    /// It cannot say, in words.
    Unavailable(String),
}

/// What holds the panel on other bytes than the selection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pin {
    /// The bytes; `None`: it follows the selection.
    pub span: Option<Span>,
    /// The person pinned them: moving does not let go.
    pub is_by_person: bool,
}

/// What became of the last that was asked of a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// In words.
    pub text: String,
    /// It was not done.
    pub failed: bool,
}

impl Note {
    pub(super) fn done(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            failed: false,
        }
    }

    pub(super) fn failed(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            failed: true,
        }
    }
}

/// A row of the table.
#[derive(Clone, Debug)]
pub struct WitnessRow {
    /// Which witness.
    pub id: WitnessId,
    /// What it last said.
    pub state: WitnessState,
    /// What became of the last bytes written from here.
    pub note: Option<Note>,
}

/// What is known of the pages of the file itself that are watched, each from before it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePages {
    /// The bytes.
    pub span: Span,
    /// One for each page that they touch, in order.
    pub pages: Vec<FilePageFact>,
}

/// The witnesses in this process.
#[derive(Clone, Debug)]
pub struct Witnesses {
    /// The rows, in the order of [`WitnessId::ALL`].
    pub rows: [WitnessRow; 3],
    /// What is known of the file's own pages.
    pub file_pages: Option<FilePages>,
    /// What is watched.
    pub span: Option<Span>,
    /// The mapping that it is watched from.
    pub(super) mapping: Option<MappingId>,
}

impl Default for Witnesses {
    fn default() -> Self {
        let rows = WitnessId::ALL.map(|id| WitnessRow {
            id,
            state: WitnessState::Waiting,
            note: None,
        });
        Self {
            rows,
            file_pages: None,
            span: None,
            mapping: None,
        }
    }
}

impl WitnessState {
    /// What was read, where something was.
    #[must_use]
    pub fn readout(&self) -> Option<&Readout> {
        match self {
            Self::Reads { readout, .. } => Some(readout),
            Self::Waiting | Self::Unavailable(_) => None,
        }
    }

    /// The page of the byte at `offset`, where it was read through a page table.
    #[must_use]
    pub fn page_at(&self, offset: u64, page_bytes: u64) -> Option<&PageSeen> {
        let Self::Reads { readout, pages } = self else {
            return None;
        };
        let first = readout.span.start() / page_bytes;
        let index = (offset / page_bytes).checked_sub(first)?;
        // A system that tells nothing says so once.
        match pages.as_slice() {
            [PageSeen::NotTold(_)] => pages.first(),
            pages => pages.get(usize::try_from(index).ok()?),
        }
    }

    /// Some of its pages is a copy of its own.
    #[must_use]
    pub fn has_copy(&self) -> bool {
        matches!(self, Self::Reads { pages, .. } if pages.iter().any(|page| page.is(PageState::PrivateCopy)))
    }
}

impl Witnesses {
    /// The row of `id`.
    #[must_use]
    pub fn row(&self, id: WitnessId) -> &WitnessRow {
        &self.rows[id as usize]
    }

    /// The row of `id`, to be changed.
    pub fn row_mut(&mut self, id: WitnessId) -> &mut WitnessRow {
        &mut self.rows[id as usize]
    }

    /// Whether whoever is in `state` reads the same as the view; `None` where one of them has no answer, or where nothing
    /// speaks against it but some byte could be read by neither: of a byte that nobody read, nothing is claimed.
    #[must_use]
    pub fn agree_with_view(&self, state: &WitnessState) -> Option<bool> {
        match (&self.row(WitnessId::View).state, state) {
            (WitnessState::Reads { readout: view, .. }, WitnessState::Reads { readout, .. })
                if readout.span == view.span =>
            {
                agree(view, readout)
            }
            _ => None,
        }
    }
}

/// Whether two readers have the same: `None` where nothing speaks against it but some byte could be read by neither.
#[must_use]
pub fn agree(left: &Readout, right: &Readout) -> Option<bool> {
    if left.is_whole() && right.is_whole() {
        return Some(left.bytes == right.bytes);
    }
    let mut unread = false;
    for offset in left.span.start()..left.span.end() {
        match (left.byte(offset), right.byte(offset)) {
            (Some(left), Some(right)) if left == right => {}
            (None, None) => unread = true,
            _ => return Some(false),
        }
    }
    (!unread).then_some(true)
}

/// Reads what a person typed as bytes: hex pairs (`5a`, `de ad`), or characters after a quote (`'Z`).
///
/// # Errors
/// A sentence that says what is wrong.
pub fn parse_bytes(text: &str) -> Result<Vec<u8>, String> {
    let text = text.trim();
    if let Some(characters) = text.strip_prefix(['\'', '"']) {
        let characters = characters
            .strip_suffix(['\'', '"'])
            .filter(|rest| !rest.is_empty())
            .unwrap_or(characters);
        return if characters.is_empty() {
            Err("type a character after the quote".to_owned())
        } else {
            Ok(characters.as_bytes().to_vec())
        };
    }
    match crate::bytes::hex::parse_hex(text) {
        Ok(bytes) if bytes.is_empty() => {
            Err("type a byte as two hex digits, or a character after a quote".to_owned())
        }
        Ok(bytes) => Ok(bytes),
        Err(error) => Err(format!("{error}")),
    }
}
