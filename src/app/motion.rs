//! Less motion, where the person or the desktop asks for it: egui's own animations and ours go by one switch.
//!
//! It must not know what moves.

use std::sync::Arc;

use egui::style::ScrollAnimation;

use super::Shell;
use crate::work::motion;

impl Shell {
    /// Asks the desktop once. Until it answers, and where it does not, everything moves unless the person says otherwise.
    pub(super) fn ask_for_motion(&self) {
        let (told, waker) = (Arc::clone(&self.desktop_motion), Arc::clone(&self.waker));
        motion::ask(move |is_less| {
            if told.set(is_less).is_ok() {
                waker.wake();
            }
        });
    }

    /// Has everything move, or nothing, as is wanted now.
    pub(super) fn mind_motion(&mut self, ctx: &egui::Context) {
        self.model.desktop_wants_less_motion = self.desktop_motion.get().copied();
        let wants_less = self.model.wants_less_motion();
        if std::mem::replace(&mut self.is_still, wants_less) == wants_less {
            return;
        }
        let usual = egui::Style::default();
        ctx.all_styles_mut(|style| {
            (style.animation_time, style.scroll_animation) = if wants_less {
                (0.0, ScrollAnimation::none())
            } else {
                (usual.animation_time, usual.scroll_animation)
            };
        });
    }
}
