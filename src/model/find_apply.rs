//! What is asked for in the form *Find*: the pattern is read, and a search begun in the view that it is for.
//!
//! It must not know what a search finds.

use crate::bytes::Span;
use crate::bytes::find::{Pattern, PatternErrorKind, TextEncoding};

use super::effect::Effect;
use super::find_bar::{FindAction, FindForm};
use super::found::Wish;
use super::identity::ViewId;
use super::{App, Focus, Tab};

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
                if bar.is_shown {
                    // the menu that it was chosen in is gone
                    effects.push(Effect::Focus(Focus::Find));
                }
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
                self.find_within(view, is_wanted);
                if self.find.is_shown {
                    effects.push(Effect::Focus(Focus::Find));
                }
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
            FindAction::LookedUp => self.find_looked_up(view, effects),
        }
    }

    /// Only what is selected now is searched, or all that is mapped.
    fn find_within(&mut self, view: Option<ViewId>, is_wanted: bool) {
        let known = view.and_then(|view| self.doc_of(view)?.view_by(view));
        let part = known.map(|view| (view.id, view.viewport.selection()));
        self.find.part = part.filter(|_| is_wanted);
    }

    /// Looks for what was typed into *Look up*.
    fn find_looked_up(&mut self, view: Option<ViewId>, effects: &mut Vec<Effect>) {
        let doc = view.and_then(|view| self.doc_of(view));
        let text = doc.map(|doc| doc.lookup.text.trim().to_owned());
        self.find.text = text.unwrap_or_default();
        self.find.form = FindForm::Text(TextEncoding::Utf8);
        self.find.parse();
        self.show_find(view, effects);
        self.search(view, Wish::Next, effects);
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
                    let why = match error.kind {
                        PatternErrorKind::Empty => {
                            "it is empty: as many bytes as a match has are expected at column 1"
                                .to_owned()
                        }
                        _ => error.to_string(),
                    };
                    let words = format!("Nothing was replaced: in the replacement, {why}");
                    doc.answer_search(view, words);
                }
            }
            None
        });
    }
}
