//! What the inspector says of a value: what is drawn in its cell, what is spoken, and what stands in its hint.
//!
//! It must not know where a cell stands.

use egui::{FontId, Response, Ui};

use crate::bytes::inspect::{NoReading, Order, Reading};
use crate::ui::describe;
use crate::ui::theme::SMALL;

use super::{Behind, Place};

/// Why there is no value.
pub(super) fn why_words(why: NoReading, behind: Behind) -> String {
    match (why, behind) {
        (NoReading::TooShort, Behind::Unread) => "not read yet".to_owned(),
        (NoReading::TooShort, Behind::Unreadable) => "some of its bytes cannot be read".to_owned(),
        (why, _) => why.to_string(),
    }
}

/// What the cell shows.
pub(super) fn shown(reading: &Reading) -> String {
    match &reading.note {
        Some(note) => format!("{} {note}", reading.text),
        None if reading.text.is_empty() => "\u{201c}\u{201d}".to_owned(),
        None => reading.text.clone(),
    }
}

/// The same without a character that no font here has: its number and name are behind it. A moment that there is no room for
/// is drawn without its zone, which it is always told in.
pub(super) fn drawn(ui: &Ui, reading: &Reading, room: f32) -> String {
    let font = FontId::monospace(SMALL);
    let has = ui.fonts_mut(|fonts| fonts.has_glyphs(&font, &reading.text));
    let text = match &reading.note {
        Some(note) if !has => note.clone(),
        _ => shown(reading),
    };
    match text.strip_suffix(" UTC") {
        Some(moment) if width(ui, &text) > room => moment.to_owned(),
        _ => text,
    }
}

/// How wide a value is drawn, in points.
pub(super) fn width(ui: &Ui, text: &str) -> f32 {
    let font = FontId::monospace(SMALL);
    ui.fonts_mut(|fonts| text.chars().map(|c| fonts.glyph_width(&font, c)).sum())
}

pub(super) fn order_words(place: Place) -> &'static str {
    match place.order {
        _ if !place.field.has_order() => "",
        Order::Little => ", little-endian",
        Order::Big => ", big-endian",
    }
}

pub(super) fn hover_words(place: Place, reading: &Reading) -> String {
    let len = crate::bytes::size::counted(reading.len as u64, "byte");
    let (name, order) = (place.field.name(), order_words(place));
    format!(
        "{name}{order}, {len}: {}\nClick or Enter to type over it, Ctrl+C to copy it",
        shown(reading)
    )
}

pub(super) fn spoken(
    response: &Response,
    place: Place,
    reading: &Result<Reading, NoReading>,
    behind: Behind,
) {
    let value = match reading {
        Ok(reading) => shown(reading),
        Err(why) => why_words(*why, behind),
    };
    let words = format!("{}{}: {value}", place.field.name(), order_words(place));
    describe::name(response, &words);
}
