//! What the person looks for: the pattern as typed, how it is read, and where. It is kept for the session.
//!
//! It owns the form *Find* and what can be asked for in it. It must not know what a search finds.

use crate::bytes::Span;
use crate::bytes::find::{
    ByteOrder, LetterCase, NumberType, Pattern, PatternError, PatternErrorKind, PatternKind,
    TextEncoding, literal, parse,
};

use super::effect::Effect;
use super::finding::Wish;
use super::identity::ViewId;
use super::{App, Focus, Tab};

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
    parsed: Option<Result<Pattern, PatternError>>,
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

    /// What of `view` is searched; `None` for all of it.
    #[must_use]
    pub fn span_in(&self, view: ViewId) -> Option<Span> {
        let (known, span) = self.part?;
        (known == view).then_some(span)
    }

    fn parse(&mut self) {
        self.parsed = Some(parse(&self.text, self.kind()));
    }
}

impl App {
    /// Does what was asked for in the form *Find* or by its keys.
    pub(super) fn apply_find(
        &mut self,
        view: Option<ViewId>,
        action: FindAction,
        effects: &mut Vec<Effect>,
    ) {
        let bar = &mut self.find;
        match action {
            FindAction::Open { replaces } => {
                bar.replaces |= replaces;
                self.show_find(view, effects);
            }
            FindAction::Close => self.close_find(effects),
            FindAction::Edited(text) => {
                bar.text = text;
                bar.parse();
            }
            FindAction::SetForm(form) => {
                bar.form = form;
                bar.parse();
            }
            FindAction::SetOrder(order) => {
                bar.order = order;
                bar.parse();
            }
            FindAction::SetCase(case) => {
                bar.case = case;
                bar.parse();
            }
            FindAction::InSelection(is_wanted) => {
                let known = view.and_then(|view| self.doc_of(view)?.view_by(view));
                let part = known.map(|view| (view.id, view.viewport.selection()));
                self.find.part = part.filter(|_| is_wanted);
            }
            FindAction::Next => self.search(view, Wish::Next, effects),
            FindAction::Previous => self.search(view, Wish::Previous, effects),
            FindAction::All => {
                self.search(view, Wish::All, effects);
                if self.find.pattern().is_some() {
                    self.show_tab(Tab::Found);
                }
            }
            FindAction::GoTo(span) => self.in_view(view, effects, |doc, view, _| {
                doc.go_to_match(view, span);
                None
            }),
            FindAction::ReplacementEdited(text) => bar.replacement = text,
            FindAction::ToggleReplace => bar.replaces = !bar.replaces,
            FindAction::Replace => self.replace(view, false, effects),
            FindAction::ReplaceAll => self.replace(view, true, effects),
            FindAction::LookedUp => {
                let doc = view.and_then(|view| self.doc_of(view));
                let text = doc.map(|doc| doc.lookup.text.trim().to_owned());
                self.find.text = text.unwrap_or_default();
                self.find.form = FindForm::Text(TextEncoding::Utf8);
                self.find.parse();
                self.show_find(view, effects);
                self.search(view, Wish::Next, effects);
            }
        }
    }

    /// Shows the form; there is room for one.
    fn show_find(&mut self, view: Option<ViewId>, effects: &mut Vec<Effect>) {
        self.find.is_shown = true;
        self.in_view(view, effects, |doc, view, _| {
            doc.make_room_for_form(view);
            None
        });
        effects.push(Effect::Focus(Focus::Find));
    }

    fn close_find(&mut self, effects: &mut Vec<Effect>) {
        self.find.is_shown = false;
        let docs: Vec<_> = self.docs.iter().map(|doc| doc.id).collect();
        for id in docs {
            self.in_doc(id, effects, super::Doc::stop_all_searches);
        }
        effects.push(Effect::Focus(Focus::Grid));
    }

    /// Escape in the bytes: where there is nothing else to drop, the form goes.
    pub(super) fn escape_closes_find(
        &mut self,
        view: Option<ViewId>,
        effects: &mut Vec<Effect>,
    ) -> bool {
        let doc = view.and_then(|view| self.doc_of(view));
        let known = doc.and_then(|doc| doc.view_by(view?));
        let is_free = doc.is_some_and(|doc| doc.saving.is_none())
            && known.is_some_and(|view| {
                let viewport = &view.viewport;
                view.fill_text.is_none() && viewport.nibble.is_none() && viewport.anchor.is_none()
            });
        let closes = self.find.is_shown && is_free;
        if closes {
            self.close_find(effects);
        }
        closes
    }

    /// The pattern and what of `view` is searched for it; where the text is none, the form is there to say why.
    fn wanted(
        &mut self,
        view: Option<ViewId>,
        effects: &mut Vec<Effect>,
    ) -> Option<(Pattern, Option<Span>)> {
        if self.find.parsed.is_none() {
            self.find.parse();
        }
        let found = (self.find.pattern().cloned(), view);
        if let (Some(pattern), Some(view)) = found {
            return Some((pattern, self.find.span_in(view)));
        }
        self.show_find(view, effects);
        None
    }

    fn search(&mut self, view: Option<ViewId>, wish: Wish, effects: &mut Vec<Effect>) {
        if let Some((pattern, span)) = self.wanted(view, effects) {
            self.in_view(view, effects, |doc, view, out| {
                doc.search(view, (pattern, span), wish, out);
                None
            });
        }
    }

    /// Replaces the match that is selected, or all.
    fn replace(&mut self, view: Option<ViewId>, all: bool, effects: &mut Vec<Effect>) {
        let Some((pattern, span)) = self.wanted(view, effects) else {
            return;
        };
        let with = self.find.replacement();
        self.in_view(view, effects, |doc, view, out| {
            match with {
                Ok(with) if all => {
                    doc.search(view, (pattern, span), Wish::ReplaceAll(with), out);
                }
                Ok(with) => doc.replace_one(view, (pattern, span), with, out),
                Err(error) => {
                    doc.answer_search(
                        view,
                        format!("Nothing was replaced: in the replacement, {error}"),
                    );
                }
            }
            None
        });
    }
}
