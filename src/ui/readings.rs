//! What was read in one place of the bytes at the cursor, drawn and in words: the same for a witness and for a process.
//!
//! It must not know which of them it is of.

use std::fmt::Write as _;

use egui::{RichText, Ui};

use crate::model::{PageSeen, Readout, WitnessState};

use super::Frame;

/// What a witness says; `same`: whether it is what the view has.
pub(super) fn state_ui(ui: &mut Ui, frame: &Frame<'_>, state: &WitnessState, same: Option<bool>) {
    let theme = frame.theme;
    match state {
        WitnessState::Waiting => {
            ui.label(RichText::new("asking\u{2026}").color(theme.weak));
        }
        WitnessState::Unavailable(why) => {
            ui.label(RichText::new(why).color(theme.error));
        }
        WitnessState::Reads { readout, pages } => {
            ui.horizontal_wrapped(|ui| {
                let (hex, text) = hex_and_text(readout);
                ui.label(RichText::new(hex).monospace().color(theme.text));
                // an empty label would begin the row anew, and what follows would be drawn over the first one
                if !text.is_empty() {
                    ui.label(RichText::new(text).monospace().color(theme.weak));
                }
                let sign = same.map(|same| {
                    if same {
                        ("= same", theme.same)
                    } else {
                        ("\u{2260} different", theme.different)
                    }
                });
                if let Some((sign, color)) = sign {
                    ui.label(RichText::new(sign).color(color).strong());
                }
                if let Some(page) = pages.first() {
                    ui.label(RichText::new(page.to_string()).color(theme.weak));
                }
            });
            if let Some(gap) = readout.gaps.first() {
                let why = RichText::new(gap.reason.to_string());
                ui.label(why.color(theme.error).small());
            }
        }
    }
}

/// Bytes, whether they are what the view has, and what backs their page.
pub(super) fn reading_words(readout: &Readout, pages: &[PageSeen], same: Option<bool>) -> String {
    let (hex, text) = hex_and_text(readout);
    let mut words = hex;
    if !text.is_empty() {
        words.push(' ');
        words.push_str(&text);
    }
    words.push_str(match same {
        Some(true) => ", same as this view",
        Some(false) => ", different from this view",
        None => "",
    });
    if let Some(page) = pages.first() {
        let _ = write!(words, ", {page}");
    }
    words
}

/// At most the first 16 bytes.
fn hex_and_text(readout: &Readout) -> (String, String) {
    let mut hex = String::new();
    let mut text = String::new();
    for offset in (readout.span.start()..readout.span.end()).take(16) {
        if !hex.is_empty() {
            hex.push(' ');
        }
        match readout.byte(offset) {
            Some(byte) => {
                let _ = write!(hex, "{byte:02x}");
                text.push(super::grid::text_of(byte));
            }
            None => hex.push_str("??"), // and no text, as nothing was read
        }
    }
    let text = if text.is_empty() {
        text
    } else {
        format!("'{text}'")
    };
    (hex, text)
}
