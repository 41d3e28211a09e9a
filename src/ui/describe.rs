//! Bytes, rows and pages in words: for screen readers, tooltips and the status line, so that all say the same.

use std::fmt::Write as _;

use crate::bytes::class::{is_graphic, text_char};
use crate::model::{Doc, PageOrigin, PageState};

use super::Frame;

/// One byte: offset, value and what is special about it.
pub(super) fn byte(frame: &Frame<'_>, doc: &Doc, offset: u64) -> String {
    let mut words = format!("{offset:#x} ({offset}): ");
    let window = frame.window();
    match window.and_then(|window| window.byte(offset)) {
        Some(byte) => {
            let _ = write!(words, "{byte:#04x}, {byte}");
            if is_graphic(byte) {
                let _ = write!(words, ", '{}'", char::from(byte));
            }
            let is_copy = window
                .is_some_and(|window| matches!(window.page(offset), Ok(PageState::PrivateCopy)));
            let origins = doc.view().origins.as_ref().filter(|_| !is_copy);
            if let Some(origin @ PageOrigin::CacheOnly { .. }) =
                origins.and_then(|origins| origins.of(offset))
            {
                let _ = write!(words, "; {origin}");
            }
        }
        None => match window.and_then(|window| window.gap(offset)) {
            Some(reason) => {
                let _ = write!(words, "no byte, {reason}");
            }
            None if doc.view().viewport.visible().contains(offset) => {
                words.push_str("waiting for storage");
            }
            None => words.push_str("out of sight"),
        },
    }
    if let Some(pending) = doc.view().journal.pending_at(offset) {
        let _ = write!(words, "; edited privately, was {:#04x}", pending.base);
    }
    words
}

/// A row as it is drawn: offset, hex pairs, text.
pub(super) fn row(frame: &Frame<'_>, doc: &Doc, row: u64) -> String {
    let span = doc
        .view()
        .viewport
        .rows()
        .span_from_row(row, doc.view().viewport.extent);
    let mut words = format!("{:08x}", span.start());
    let mut text = String::new();
    for offset in span.start()..span.end() {
        if let Some(byte) = frame.window().and_then(|window| window.byte(offset)) {
            let _ = write!(words, " {byte:02x}");
            text.push(text_char(byte));
        } else {
            let past_end = frame
                .window()
                .and_then(|window| window.cell(offset))
                .is_some_and(super::super::model::window::CellFlags::is_past_end);
            words.push_str(if past_end { " --" } else { " ??" });
            text.push(' ');
        }
    }
    words.push_str("  ");
    words.push_str(&text);
    words
}

/// The state of a page.
pub(super) fn page_state(state: PageState) -> &'static str {
    match state {
        PageState::PrivateCopy => "private copy",
        PageState::FilePage => "file page",
        PageState::Swapped => "swapped",
        PageState::NotPresent => "not present",
    }
}

/// A path as it can be shown.
pub(super) fn path(path: &std::path::Path) -> String {
    crate::bytes::escape::escape_path(path)
}

/// Gives a widget the name that screen readers say.
pub(super) fn name(response: &egui::Response, name: &str) {
    response
        .ctx
        .accesskit_node_builder(response.id, |node| node.set_label(name.to_owned()));
}

/// How wide a text is in one line, in points.
pub(super) fn text_width(ui: &egui::Ui, text: &str, style: &egui::TextStyle) -> f32 {
    let font = style.resolve(ui.style());
    let color = egui::Color32::PLACEHOLDER;
    let galley = ui.fonts_mut(|fonts| fonts.layout_no_wrap(text.to_owned(), font, color));
    galley.size().x
}
