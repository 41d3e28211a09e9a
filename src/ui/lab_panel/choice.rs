//! The list of experiments as a choice in one line: up and down choose, Enter runs, a click shows the list.
//!
//! It must not know what the list looks like.

use egui::accesskit::{self, Role};
use egui::{EventFilter, RichText, Sense, TextStyle, TextWrapMode, Ui, WidgetText, pos2, vec2};

use crate::model::Focus;
use crate::ui::{Frame, focus_id};

use super::list::outline;
use super::signs::{self, Sign, sign};

/// Draws it into the width there is; `is_choosing` says whether the list is shown.
pub(super) fn choice_ui(ui: &mut Ui, frame: &Frame<'_>, is_choosing: &mut bool) {
    let (theme, lab) = (frame.theme, &frame.model.lab);
    let size = vec2(ui.available_width(), ui.spacing().interact_size.y);
    let (_, rect) = ui.allocate_space(size);
    // Where the list is shown, that has the keyboard.
    let id = if *is_choosing {
        ui.unique_id().with("choice")
    } else {
        focus_id(Focus::Lab)
    };
    let response = ui.interact(rect, id, Sense::click());
    let focused = response.has_focus();
    if focused {
        let filter = EventFilter {
            vertical_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    }
    let title = match lab.chosen() {
        Some(entry) => format!("{}: {}", entry.claim.topic.title(), entry.label()),
        None => "Choose an experiment".to_owned(),
    };
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(Role::ComboBox);
        node.set_label("Experiments");
        node.set_value(title.clone());
        node.set_expanded(*is_choosing);
        node.add_action(accesskit::Action::Click);
    });
    let fill = if response.hovered() {
        theme.control_hovered
    } else {
        theme.control
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    if focused {
        outline(ui, rect, frame);
    }
    let mut left = rect.left() + 12.0;
    if let Some(entry) = lab.chosen() {
        let (shape, color) = sign(&lab.standing(entry), theme);
        signs::paint(ui.painter(), pos2(left, rect.center().y), shape, color);
        left += 14.0;
    }
    let text = WidgetText::from(RichText::new(title).color(theme.text));
    let room = (rect.right() - left - 24.0).max(0.0);
    let text = text.into_galley(ui, Some(TextWrapMode::Truncate), room, TextStyle::Body);
    let at = pos2(left, rect.center().y - text.size().y / 2.0);
    ui.painter().galley(at, text, theme.text);
    let at = pos2(rect.right() - 12.0, rect.center().y);
    signs::paint(ui.painter(), at, Sign::Down, theme.weak);
    if response.clicked() {
        *is_choosing = !*is_choosing;
    }
}
