//! News: what was just done. They stand in the status line for some seconds, with what can be done about them, and pass.
//!
//! It owns how long they stand. It must not know what is done.

use egui::{Label, TextStyle, Ui, accesskit, vec2};

use crate::model::{Action, App, Doc, DocAction, DocId, Focus, Notice, Topic};

use super::describe::text_width;
use super::keyed::keyed;
use super::notices::key;
use super::region::region_ui;
use super::{Frame, focus_id};

/// How long news stand, in seconds.
const SECONDS: f64 = 6.0;

/// What was just done, for as long as it is news.
#[derive(Debug, Default)]
pub(super) struct News {
    /// Of which file, what, and until when in the toolkit's time.
    shown: Option<(DocId, String, f64)>,
    /// Somebody is about to press its button: the keyboard or the pointer is there.
    is_held: bool,
}

/// Something can be done about what is news.
#[must_use]
pub(in crate::ui) fn can_be_answered(model: &App) -> bool {
    let news = model.doc().and_then(|doc| doc.notices.get(Topic::Done));
    news.is_some_and(|notice| !notice.actions.is_empty())
}

impl News {
    /// What is news of this file now. Asks to forget it when its time is over.
    pub(super) fn now<'a>(
        &mut self,
        ui: &Ui,
        doc: &'a Doc,
        actions: &mut Vec<Action>,
    ) -> Option<&'a Notice> {
        let Some(notice) = doc.notices.get(Topic::Done) else {
            *self = Self::default();
            return None;
        };
        let now = ui.input(|input| input.time);
        let is_known =
            matches!(&self.shown, Some((of, text, _)) if *of == doc.id && *text == notice.text);
        if !is_known || self.is_held {
            self.shown = Some((doc.id, notice.text.clone(), now + SECONDS));
        }
        let until = self.shown.as_ref().map_or(now, |(.., until)| *until);
        if now >= until {
            actions.push(Action::Doc(DocAction::Dismiss(Topic::Done)));
            return None;
        }
        let left = std::time::Duration::from_secs_f64(until - now);
        ui.ctx().request_repaint_after(left);
        Some(notice)
    }

    /// Draws it: the sentence, and a button for each thing that can be done.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        frame: &Frame<'_>,
        notice: &Notice,
        actions: &mut Vec<Action>,
    ) {
        self.is_held = false;
        if notice.actions.is_empty() {
            sentence_ui(ui, notice);
            return;
        }
        let group = (accesskit::Role::Group, "News");
        region_ui(ui, frame, Focus::News, group, vec2(3.0, 0.0), |ui| {
            let buttons = notice.actions.iter();
            let widths = buttons.map(|(label, _)| {
                let spacing = ui.spacing();
                let around = 2.0 * spacing.button_padding.x + spacing.item_spacing.x;
                text_width(ui, label, &TextStyle::Button) + around
            });
            let room = (ui.available_width() - widths.sum::<f32>()).max(0.0);
            ui.scope(|ui| {
                ui.set_max_width(room);
                sentence_ui(ui, notice);
            });
            keyed(ui, key(&(), notice), |ui| {
                for (label, action) in &notice.actions {
                    let button = ui.button(label);
                    self.is_held |= button.has_focus() || button.hovered();
                    if button.clicked() {
                        actions.push(notice.chosen(action));
                    }
                }
            });
        });
        self.is_held |= ui.memory(|memory| memory.has_focus(focus_id(Focus::News)));
    }
}

fn sentence_ui(ui: &mut Ui, notice: &Notice) {
    let label = ui.add(Label::new(&notice.text).truncate());
    ui.ctx().accesskit_node_builder(label.id, |node| {
        node.set_role(accesskit::Role::Status);
        node.set_label(notice.text.clone());
        node.set_live(accesskit::Live::Polite);
    });
}
