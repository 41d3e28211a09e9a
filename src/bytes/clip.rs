//! What goes to the clipboard and what comes back from it.
//!
//! It owns which text stands for copied bytes, and when a pasted text is that copy. It must not know whose clipboard it is.

use super::forms::Form;
use super::hex::format_hex;

/// Bytes that were copied, and the text that stands for them on the clipboard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clip {
    /// What other programs get.
    pub text: String,
    /// What it stands for.
    pub bytes: Vec<u8>,
}

/// What was pasted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pasted {
    /// The clipboard's text.
    pub text: String,
    /// The very bytes, where the text is what this program copied.
    pub bytes: Option<Vec<u8>>,
}

impl From<String> for Pasted {
    fn from(text: String) -> Self {
        Self { text, bytes: None }
    }
}

/// How a selection is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyAs {
    /// As pairs of digits.
    Hex,
    /// As the text that the bytes are.
    Text,
}

/// How bytes are to be copied that were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copying {
    /// As the column has them.
    Plain(CopyAs),
    /// In a form that was chosen.
    As(Form),
}

impl Clip {
    /// `bytes` for the clipboard, and how they went there: what is no text is copied as hex. Text with a NUL is none, as
    /// many programs end there.
    #[must_use]
    pub fn new(bytes: Vec<u8>, wanted: CopyAs) -> (Self, CopyAs) {
        let text = match wanted {
            CopyAs::Text => std::str::from_utf8(&bytes).ok(),
            CopyAs::Hex => None,
        };
        if let Some(text) = text.filter(|text| !text.contains('\0')) {
            let text = text.to_owned();
            return (Self { text, bytes }, CopyAs::Text);
        }
        let text = format_hex(&bytes);
        (Self { text, bytes }, CopyAs::Hex)
    }

    /// A text of the program's own, which stands for itself.
    #[must_use]
    pub fn of_text(text: String) -> Self {
        let bytes = text.clone().into_bytes();
        Self { text, bytes }
    }

    /// Whether `text`, which came from the clipboard, is this copy: equal but for line ends and what follows a NUL,
    /// which are lost on the way.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        !self.text.is_empty() && is_worn(&self.text, text)
    }
}

/// Whether `text` is `full` as it comes through a clipboard: line ends changed, or cut at a NUL.
#[must_use]
pub fn is_worn(full: &str, text: &str) -> bool {
    worn(full).eq(worn(text))
}

/// A text as it comes through a clipboard at its worst: each line end a line feed, cut at a NUL.
fn worn(text: &str) -> impl Iterator<Item = char> {
    let mut chars = text.chars().take_while(|c| *c != '\0').peekable();
    std::iter::from_fn(move || {
        let c = chars.next()?;
        if c == '\r' {
            chars.next_if_eq(&'\n');
            return Some('\n');
        }
        Some(c)
    })
}
