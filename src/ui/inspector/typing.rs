//! The field that a value of the inspector is typed in.
//!
//! It owns what is being typed, and for which byte of which view. It must not know how a value becomes bytes, nor how they
//! are stored.

use egui::text::{CCursor, CCursorRange};
use egui::{Id, Key, TextEdit, Ui, Vec2, vec2};

use crate::bytes::inspect::write;
use crate::model::{Action, EditAction, ViewId};
use crate::ui::bubble::bubble_ui;
use crate::ui::{Frame, describe};

use super::words::order_words;
use super::{InspectorView, Place, Subject};

/// A value that is being typed.
#[derive(Debug)]
pub(super) struct Typing {
    view: ViewId,
    offset: u64,
    pub(super) place: Place,
    text: String,
    /// Why it is not taken.
    error: Option<String>,
    /// The field is to have the keys once it can.
    is_new: bool,
}

impl Typing {
    /// `text` is to be typed over, for this byte.
    pub(super) fn new(subject: &Subject<'_>, place: Place, text: String) -> Self {
        Self {
            view: subject.view.id,
            offset: subject.offset,
            place,
            text,
            error: None,
            is_new: true,
        }
    }

    /// Whether it is for this byte.
    pub(super) fn is_at(&self, view: ViewId, offset: u64) -> bool {
        (self.view, self.offset) == (view, offset)
    }
}

fn typed_words(place: Place) -> String {
    format!("{}{}, typed", place.field.name(), order_words(place))
}

/// The field that a value is typed in: Enter stores it, Escape leaves it as it was.
pub(super) fn typing_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    subject: &Subject<'_>,
    size: Vec2,
    inspector: &mut InspectorView,
    actions: &mut Vec<Action>,
) {
    let Some(typing) = &mut inspector.typing else {
        return;
    };
    let place = typing.place;
    let id = Id::unique("inspector field");
    let edit = TextEdit::singleline(&mut typing.text)
        .id(id)
        .font(egui::TextStyle::Monospace)
        .margin(vec2(4.0, 1.0))
        .desired_width(size.x - 10.0);
    let response = ui.add_sized(size, edit);
    describe::name(&response, &typed_words(place));
    if std::mem::take(&mut typing.is_new) {
        response.request_focus();
        select_all(ui, id, &typing.text);
        return;
    }
    if response.changed() {
        typing.error = None;
    }
    if let Some(error) = &typing.error {
        bubble_ui(ui, frame, &response, error);
    }
    if !response.lost_focus() {
        if !response.has_focus() {
            inspector.typing = None; // it was hidden meanwhile
        }
        return;
    }
    let enter = ui.input(|input| input.key_pressed(Key::Enter));
    if !enter {
        let is_left = !ui.input(|input| input.key_pressed(Key::Escape));
        inspector.typing = None;
        inspector.back = (!is_left).then_some(place);
        return;
    }
    match write(place.field, place.order, &typing.text, subject.bytes) {
        Ok(bytes) => {
            let offset = typing.offset;
            inspector.typing = None;
            inspector.back = Some(place);
            let is_new = subject.bytes.get(..bytes.len()) != Some(bytes.as_slice());
            if is_new {
                actions.push(Action::Edit(EditAction::Put { offset, bytes }));
            }
        }
        Err(error) => {
            typing.error = Some(error.to_string());
            response.request_focus();
        }
    }
}

/// Selects the whole `text` of the field, so that what is typed takes its place.
fn select_all(ui: &Ui, id: Id, text: &str) {
    let end = CCursor::new(text.chars().count());
    let mut state = TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
    let all = CCursorRange::two(CCursor::new(0), end);
    state.cursor.set_char_range(Some(all));
    state.store(ui.ctx(), id);
}
