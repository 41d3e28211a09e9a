//! Who sees the bytes at the cursor: what each witness last said.

use crate::bytes::Span;
use crate::bytes::answer::Cell;

/// Bytes that can be watched at once.
pub const WATCHED_BYTES: u64 = 16;

/// A place the same bytes are read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WitnessId {
    /// The mapping that the window shows.
    View,
    /// A mapping of the other mode in this process.
    OtherMode,
    /// The file, through `pread`.
    File,
    /// Another process with a shared mapping.
    SharedPeer,
    /// Another process with a private mapping.
    PrivatePeer,
}

impl WitnessId {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 5] = [
        Self::View,
        Self::OtherMode,
        Self::File,
        Self::SharedPeer,
        Self::PrivatePeer,
    ];
}

/// One witnessed byte: its value, or in words why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Its value.
    Byte(u8),
    /// Why it cannot be read.
    Nothing(String),
}

impl From<Cell> for Seen {
    fn from(cell: Cell) -> Self {
        match cell {
            Cell::Byte(byte) => Self::Byte(byte),
            Cell::Unreadable(why) => Self::Nothing(why.into_owned()),
        }
    }
}

/// What a witness said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WitnessState {
    /// Nobody asked yet, or the answer is on its way.
    Waiting,
    /// It read these bytes.
    Reading {
        /// Which.
        span: Span,
        /// Their values, one for each offset of `span`.
        seen: Vec<Seen>,
        /// The state of the first byte's page in words; empty where a witness has no pages.
        page: String,
        /// The process, where it is another one.
        pid: Option<u32>,
    },
    /// It cannot say, in words.
    Unavailable(String),
}

/// A row of the table.
#[derive(Clone, Debug)]
pub struct WitnessRow {
    /// Which witness.
    pub id: WitnessId,
    /// What it last said.
    pub state: WitnessState,
    /// What became of the last byte written from here, or of the process.
    pub note: Option<String>,
}

/// The whole table.
#[derive(Clone, Debug)]
pub struct Witnesses {
    /// The rows, in the order of [`WitnessId::ALL`].
    pub rows: [WitnessRow; 5],
    /// The byte to write, as typed.
    pub byte_text: String,
    /// What is watched.
    pub span: Option<Span>,
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
            byte_text: "21".to_owned(),
            span: None,
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

    /// Forgets what was said: another file, or other bytes.
    pub fn forget(&mut self) {
        for row in &mut self.rows {
            row.state = WitnessState::Waiting;
            row.note = None;
        }
    }

    /// The bytes to write: hex pairs, or text after a quote (`'a`).
    ///
    /// # Errors
    /// A sentence that says what is wrong with the text.
    pub fn bytes_to_write(&self) -> Result<Vec<u8>, String> {
        parse_bytes(&self.byte_text)
    }

    /// Whether `id` reads the same as the view; `None` where one of them has no answer, or where nothing speaks against it
    /// but some byte could be read by neither: of a byte that nobody read, nothing is claimed.
    #[must_use]
    pub fn same_as_view(&self, id: WitnessId) -> Option<bool> {
        self.agree_with_view(&self.row(id).state)
    }

    /// As [`Self::same_as_view`], for whatever else reads the same bytes.
    #[must_use]
    pub fn agree_with_view(&self, state: &WitnessState) -> Option<bool> {
        match (&self.row(WitnessId::View).state, state) {
            (
                WitnessState::Reading {
                    span: view_span,
                    seen: view,
                    ..
                },
                WitnessState::Reading { span, seen, .. },
            ) if span == view_span => agree(view, seen),
            _ => None,
        }
    }
}

fn agree(left: &[Seen], right: &[Seen]) -> Option<bool> {
    let mut unread = false;
    for pair in left.iter().zip(right) {
        match pair {
            (Seen::Byte(left), Seen::Byte(right)) if left == right => {}
            (Seen::Nothing(_), Seen::Nothing(_)) => unread = true,
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
