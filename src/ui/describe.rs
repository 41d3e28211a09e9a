//! Bytes, rows and pages in words: for screen readers, tooltips and the status line, so that all say the same.

use std::fmt::Write as _;

use crate::bytes::class::{is_graphic, text_char};
use crate::bytes::size::human_size;
use crate::model::differing::other_byte;
use crate::model::{Doc, GapReason, OrderId, PageOrigin, PageState, View};

use super::{Frame, grid_found};

/// One byte: offset, value and what is special about it.
pub(super) fn byte(frame: &Frame<'_>, doc: &Doc, offset: u64) -> String {
    let mut words = format!("{offset:#x} ({offset}): ");
    let view = frame.view.unwrap_or_else(|| doc.view());
    let window = frame.window();
    match window.and_then(|window| window.byte(offset)) {
        Some(byte) => {
            let _ = write!(words, "{byte:#04x}, {byte}");
            if is_graphic(byte) {
                let _ = write!(words, ", '{}'", char::from(byte));
            }
            let is_copy = window
                .is_some_and(|window| matches!(window.page(offset), Ok(PageState::PrivateCopy)));
            let origins = view.origins.as_ref().filter(|_| !is_copy);
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
            None if view.viewport.visible().contains(offset) => {
                words.push_str("waiting for storage");
            }
            None => words.push_str("out of sight"),
        },
    }
    if grid_found::marked(frame).is_some_and(|list| list.covers(offset)) {
        words.push_str("; in a match");
    }
    if let Some(pending) = view.journal.pending_at(offset) {
        let _ = write!(words, "; edited privately, was {:#04x}", pending.base);
    }
    if let Some((other, byte)) = beside(frame, offset) {
        let _ = write!(words, "; the {}: {byte:02x}", doc.view_words(other.id));
        if is_graphic(byte) {
            let _ = write!(words, " '{}'", char::from(byte));
        }
    }
    words
}

/// What the file holds where it is something else than the view shows, and whose doing that is; `None` where it holds the
/// same.
pub(super) fn file(frame: &Frame<'_>, offset: u64) -> Option<String> {
    let window = frame.window()?;
    window
        .cell(offset)
        .filter(|cell| cell.differs_from_file())?;
    let own = frame
        .view
        .or_else(|| frame.doc.map(Doc::view))?
        .journal
        .pending_at(offset);
    let file = window.file_at(offset)?;
    let holds = match file {
        Ok(byte) if is_graphic(byte) => format!("file: {byte:02x} '{}'", char::from(byte)),
        Ok(byte) => format!("file: {byte:02x}"),
        Err(GapReason::PastFileEnd { .. }) => "the file ends before it".to_owned(),
        Err(reason) => format!("file: not read, {reason}"),
    };
    let why = match (file, own) {
        (Ok(byte), Some(own)) if own.base != byte => {
            ", written by somebody else; yours is not written"
        }
        (_, Some(_)) => "; yours is not written",
        (Ok(_), None) => ", written since your page was copied",
        (Err(_), None) => "; your page was copied before",
    };
    Some(holds + why)
}

/// The view beside the drawn one, and the byte that it shows at `offset`, where that is another one.
fn beside<'a>(frame: &Frame<'a>, offset: u64) -> Option<(&'a View, u8)> {
    let other = frame.beside()?;
    let byte = other_byte(frame.window()?, other.window.as_ref()?, offset)?;
    Some((other, byte))
}

/// A row as it is drawn: offset, hex pairs, text.
pub(super) fn row(frame: &Frame<'_>, doc: &Doc, row: u64) -> String {
    let view = &frame.view.unwrap_or_else(|| doc.view()).viewport;
    let span = view.rows().span_from_row(row, view.extent);
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

/// Which bytes of a row the file holds otherwise; `None` where it holds the same.
pub(super) fn row_in_file(frame: &Frame<'_>, doc: &Doc, row: u64) -> Option<String> {
    let viewport = &frame.view.unwrap_or_else(|| doc.view()).viewport;
    let span = viewport.rows().span_from_row(row, viewport.extent);
    let (first, _, cells) = frame.window()?.slice(span)?;
    let places = (first..).zip(cells);
    let differing: Vec<String> = places
        .filter(|(_, cell)| cell.differs_from_file())
        .map(|(offset, _)| format!("{offset:#x}"))
        .collect();
    (!differing.is_empty()).then(|| format!("the file differs at {}", differing.join(", ")))
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

/// A search that takes long: its number, how far it is and what it waits for in words, and how far from 0 to 1.
pub(super) fn search(doc: &Doc) -> Option<(OrderId, String, f32)> {
    let now = doc.view().searches.now.as_ref()?;
    let (words, share) = if let Some((done, total)) = now.progress {
        let words = format!("Searching: {} of {}", human_size(done), human_size(total));
        (words, (done as f32 / total.max(1) as f32).min(1.0))
    } else {
        doc.storage_words(Some(now.number))?;
        ("Searching".to_owned(), 0.0)
    };
    Some((now.number, doc.with_storage(now.number, &words), share))
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
