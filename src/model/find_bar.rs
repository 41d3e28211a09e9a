//! What the person looks for: the pattern as typed, how it is read, and where. It is kept for the session.
//!
//! It owns the form *Find* and what can be asked for in it: plain data. It must not know what a search finds.

use crate::bytes::Span;
use crate::bytes::find::{
    ByteOrder, LetterCase, NumberType, Pattern, PatternError, PatternErrorKind, PatternKind,
    TextEncoding, literal, parse,
};

use super::identity::ViewId;

/// How what is typed is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FindForm {
    /// Bytes in hexadecimal.
    #[default]
    Bytes,
    /// Text.
    Text(TextEncoding),
    /// Numbers.
    Number(NumberType),
    /// A regular expression.
    Expression,
}

/// The form *Find*.
#[derive(Clone, Debug, Default)]
pub struct FindBar {
    /// It is shown, and with it the marks of what was found.
    pub is_shown: bool,
    /// It has a field for a replacement.
    pub replaces: bool,
    /// The pattern as typed.
    pub text: String,
    /// How it is read.
    pub form: FindForm,
    /// In which order the bytes of numbers stand.
    pub order: ByteOrder,
    /// Whether upper and lower case are told apart.
    pub case: LetterCase,
    /// The view and the bytes of it that are searched; `None` for all that is mapped, in any view.
    pub part: Option<(ViewId, Span)>,
    /// The replacement as typed.
    pub replacement: String,
    /// What the text comes to.
    pub(super) parsed: Option<Result<Pattern, PatternError>>,
}

/// What can be asked for in the form, or by its keys.
#[derive(Clone, Debug, PartialEq)]
pub enum FindAction {
    /// Show the form and put the keys there; with a field for a replacement or as it was.
    Open {
        /// With that field.
        replaces: bool,
    },
    /// Hide it; a search stops.
    Close,
    /// The pattern's text changed.
    Edited(String),
    /// Read it in this way.
    SetForm(FindForm),
    /// Look for numbers of this order.
    SetOrder(ByteOrder),
    /// Tell upper and lower case apart, or not.
    SetCase(LetterCase),
    /// Search only what is selected now; or all that is mapped.
    InSelection(bool),
    /// The next match.
    Next,
    /// The match before.
    Previous,
    /// All matches.
    All,
    /// Go to this match.
    GoTo(Span),
    /// The replacement's text changed.
    ReplacementEdited(String),
    /// Show its field, or hide it.
    ToggleReplace,
    /// Replace the match that is selected, and go to the next.
    Replace,
    /// Replace all matches.
    ReplaceAll,
    /// Look for what was typed into *Look up* as text.
    LookedUp,
}

impl FindBar {
    /// How the text is read.
    #[must_use]
    pub fn kind(&self) -> PatternKind {
        match self.form {
            FindForm::Bytes => PatternKind::Bytes,
            FindForm::Text(encoding) => PatternKind::Text(encoding, self.case),
            FindForm::Number(number) => PatternKind::Number(number, self.order),
            FindForm::Expression => PatternKind::Expression(self.case),
        }
    }

    /// What is wrong with the pattern; nothing while none is typed.
    #[must_use]
    pub fn error(&self) -> Option<&PatternError> {
        let error = self.parsed.as_ref()?.as_ref().err()?;
        (error.kind != PatternErrorKind::Empty).then_some(error)
    }

    /// The pattern, where the text is one.
    #[must_use]
    pub fn pattern(&self) -> Option<&Pattern> {
        self.parsed.as_ref()?.as_ref().ok()
    }

    /// The bytes that matches are replaced with.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn replacement(&self) -> Result<Vec<u8>, PatternError> {
        literal(&self.replacement, self.kind())
    }

    /// What is wrong with the replacement; nothing while none is typed, or none is asked for.
    #[must_use]
    pub fn replacement_error(&self) -> Option<PatternError> {
        self.typed_replacement()?.err()
    }

    /// What the replacement comes to; nothing while none is typed, or none is asked for.
    pub(super) fn typed_replacement(&self) -> Option<Result<Vec<u8>, PatternError>> {
        let is_typed = self.replaces && !self.replacement.is_empty();
        is_typed.then(|| self.replacement())
    }

    /// What of `view` is searched; `None` for all of it.
    #[must_use]
    pub fn span_in(&self, view: ViewId) -> Option<Span> {
        let (known, span) = self.part?;
        (known == view).then_some(span)
    }

    /// Reads the text anew.
    pub(super) fn parse(&mut self) {
        self.parsed = Some(parse(&self.text, self.kind()));
    }
}
