//! Who sees the bytes at the cursor: what each witness last said.

use crate::bytes::Span;
use crate::bytes::answer::Cell;

use super::identity::MappingId;
use super::process::Reading;

/// Bytes that can be watched at once.
pub const WATCHED_BYTES: u64 = 16;

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

/// What a witness said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WitnessState {
    /// Nobody asked yet, or the answer is on its way.
    #[default]
    Waiting,
    /// It read these bytes.
    Reads {
        /// Which.
        span: Span,
        /// Their values, one for each offset of `span`.
        readings: Vec<Reading>,
        /// The state of the first byte's page in words; empty where a witness has no pages.
        page: String,
    },
    /// It cannot say, in words.
    Unavailable(String),
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

/// The witnesses in this process.
#[derive(Clone, Debug)]
pub struct Witnesses {
    /// The rows, in the order of [`WitnessId::ALL`].
    pub rows: [WitnessRow; 3],
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
            span: None,
            mapping: None,
        }
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
            (
                WitnessState::Reads {
                    span: view_span,
                    readings: view,
                    ..
                },
                WitnessState::Reads { span, readings, .. },
            ) if span == view_span => agree(view, readings),
            _ => None,
        }
    }
}

fn agree(left: &[Reading], right: &[Reading]) -> Option<bool> {
    let mut unread = false;
    for pair in left.iter().zip(right) {
        match pair {
            (Reading::Byte(left), Reading::Byte(right)) if left == right => {}
            (Reading::Nothing(_), Reading::Nothing(_)) => unread = true,
            _ => return Some(false),
        }
    }
    (!unread).then_some(true)
}

/// A reading as the answers take it.
#[must_use]
pub fn cell(reading: Reading) -> Cell {
    match reading {
        Reading::Byte(byte) => Cell::Byte(byte),
        Reading::Nothing(why) => Cell::Unreadable(why.to_string().into()),
    }
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
