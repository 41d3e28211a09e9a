//! What was read in one place of the bytes at the cursor, drawn and in words: the same for a witness and for a process.
//!
//! It must not know which of them it is of.

use std::fmt::Write as _;

use egui::{RichText, Ui};

use crate::model::{Reading, WitnessState};

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
        WitnessState::Reads { readings, page, .. } => {
            ui.horizontal_wrapped(|ui| {
                let (hex, text) = hex_and_text(readings);
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
                if !page.is_empty() {
                    ui.label(RichText::new(page).color(theme.weak));
                }
            });
            let unread = readings.iter().find_map(|reading| match reading {
                Reading::Nothing(why) => Some(why),
                Reading::Byte(_) => None,
            });
            if let Some(why) = unread {
                ui.label(RichText::new(why.to_string()).color(theme.error).small());
            }
        }
    }
}

/// Bytes, whether they are what the view has, and what backs their page.
pub(super) fn reading_words(readings: &[Reading], page: &str, same: Option<bool>) -> String {
    let (hex, text) = hex_and_text(readings);
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
    if !page.is_empty() {
        words.push_str(", ");
        words.push_str(page);
    }
    words
}

fn hex_and_text(readings: &[Reading]) -> (String, String) {
    let mut hex = String::new();
    let mut text = String::new();
    for one in readings {
        if !hex.is_empty() {
            hex.push(' ');
        }
        match one {
            Reading::Byte(byte) => {
                let _ = write!(hex, "{byte:02x}");
                text.push(super::grid::text_of(*byte));
            }
            Reading::Nothing(_) => hex.push_str("??"), // and no text, as nothing was read
        }
    }
    let text = if text.is_empty() {
        text
    } else {
        format!("'{text}'")
    };
    (hex, text)
}
