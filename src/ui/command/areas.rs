//! The areas of the window that F6 goes round: a question, lookup, path, side panel, messages, the bytes.

use crate::model::{App, Focus, Tab};
use crate::ui::notices;

/// The area `by` places behind the one that has the keyboard.
pub(super) fn area(model: &App, by: isize) -> Focus {
    let mut areas = vec![Focus::Grid];
    if notices::asks(model) {
        areas.push(Focus::Banner);
    }
    areas.extend([Focus::Lookup, Focus::Path]);
    if model.settings.panel_shown {
        areas.push(match model.settings.tab {
            Tab::Witnesses => Focus::WitnessByte,
            Tab::Lookups | Tab::Mapping => Focus::Panel,
            Tab::Lab => Focus::Lab,
        });
    }
    if notices::stands(model) {
        areas.push(Focus::Messages);
    }
    let now = areas.iter().position(|area| *area == model.area);
    let next = now.unwrap_or_default().wrapping_add_signed(by);
    // one before the first is the last
    let next = if next == usize::MAX {
        areas.len() - 1
    } else {
        next % areas.len()
    };
    areas.get(next).copied().unwrap_or_default()
}
