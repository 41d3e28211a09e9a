//! The matches that were found, and what could not be read: where, and the first bytes of each.
//!
//! Only the rows in sight are drawn, however many there are.

use egui::{Button, RichText, ScrollArea, Ui};

use crate::bytes::class::text_char;
use crate::bytes::hex;
use crate::bytes::size::counted;
use crate::model::find::{HEAD_BYTES, MatchBytes};
use crate::model::{Action, FindAction, FoundList, ViewAction};

use super::keyed::keyed;
use super::{Frame, describe};

/// Draws the list.
pub(super) fn found_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let view = frame.doc.map(crate::model::Doc::view);
    let searching = frame.doc.and_then(describe::search);
    if let Some((_, words, _)) = &searching {
        ui.label(words);
    }
    let Some((view, list)) = view.and_then(|view| Some((view, view.searches.list.as_ref()?)))
    else {
        if searching.is_some() {
            return;
        }
        let words = "Nothing is listed: press Ctrl+F, type what to look for, and choose All";
        ui.label(RichText::new(words).color(frame.theme.weak));
        return;
    };
    let is_old = list.revision != view.journal.revision();
    ui.label(RichText::new(words(list, is_old)).color(frame.theme.weak));
    ui.add_space(4.0);
    let row = ui.spacing().interact_size.y;
    let n_gaps = list.gaps.len();
    ScrollArea::vertical().auto_shrink(false).show_rows(
        ui,
        row,
        n_gaps + list.heads.len(),
        |ui, range| {
            for index in range {
                if let Some(gap) = list.gaps.get(index) {
                    let text = format!("{} not read: {}", gap.span, gap.reason);
                    keyed(ui, ("gap", gap.span.start()), |ui| {
                        gap_ui(ui, frame, (gap.span.start(), text), actions);
                    });
                } else if let Some(found) = list.heads.get(index - n_gaps) {
                    let about = ("match", found.span.start(), found.span.len());
                    keyed(ui, about, |ui| match_ui(ui, frame, found, actions));
                }
            }
        },
    );
}

/// How many there are, and what is not listed.
fn words(list: &FoundList, is_old: bool) -> String {
    let matches = &list.matches;
    let n_listed = list.heads.len() as u64;
    let count = match matches.count {
        0 => "No match".to_owned(),
        1 => "1 match".to_owned(),
        n if n > n_listed => format!("The first {n_listed} of {n} matches"),
        n => format!("{n} matches"),
    };
    let text = list.pattern.text();
    let what: String = text.chars().take(40).collect();
    let more = if what.len() < text.len() {
        "\u{2026}"
    } else {
        ""
    };
    let part = list
        .span
        .map(|span| format!(" in {span}"))
        .unwrap_or_default();
    let unread = match list.unread {
        0 => String::new(),
        n => format!("; {} could not be read", counted(n, "byte")),
    };
    let listed: u64 = list.gaps.iter().map(|gap| gap.span.len()).sum();
    let cut = if listed < list.unread {
        ", the first stretches listed"
    } else {
        ""
    };
    let old = if is_old {
        "; as it was before the last edit"
    } else {
        ""
    };
    format!("{count} of {what}{more}{part}{unread}{cut}{old}")
}

fn gap_ui(ui: &mut Ui, frame: &Frame<'_>, (at, text): (u64, String), actions: &mut Vec<Action>) {
    // there may be no room for the reason
    let hint = format!("{text}\nGo there");
    let text = RichText::new(text).color(frame.theme.unreadable);
    if row_ui(ui, Button::selectable(false, text), &hint) {
        actions.push(Action::View(ViewAction::GoTo(at)));
    }
}

fn match_ui(ui: &mut Ui, frame: &Frame<'_>, found: &MatchBytes, actions: &mut Vec<Action>) {
    let is_here = frame
        .view
        .is_some_and(|view| view.viewport.selection() == found.span);
    let bytes = found
        .bytes
        .get(..8.min(found.bytes.len()))
        .unwrap_or_default();
    let text: String = found.bytes.iter().map(|byte| text_char(*byte)).collect();
    let more = if found.span.len() > HEAD_BYTES as u64 {
        "\u{2026}"
    } else {
        ""
    };
    let text = format!(
        "{:#x}  {}  {text}{more}",
        found.span.start(),
        hex::format_hex(bytes)
    );
    if row_ui(
        ui,
        Button::selectable(is_here, RichText::new(text).monospace()),
        "Go there",
    ) {
        actions.push(Action::Find(FindAction::GoTo(found.span)));
    }
}

fn row_ui(ui: &mut Ui, button: Button<'_>, hint: &str) -> bool {
    let whole = egui::Layout::top_down_justified(egui::Align::Min);
    let size = egui::vec2(ui.available_width(), ui.spacing().interact_size.y);
    let row = ui.allocate_ui_with_layout(size, whole, |ui| ui.add(button.truncate()));
    row.inner.on_hover_text(hint).clicked()
}
