//! Showing and hiding the data inspector.

use super::effect::Effect;
use super::{App, Focus};

impl App {
    /// Shows the inspector, or hides it. What it reads beyond the visible bytes is asked for at once.
    pub(super) fn toggle_inspector(&mut self, effects: &mut Vec<Effect>) {
        let shown = !self.settings.inspector_shown;
        self.settings.inspector_shown = shown;
        for view in self.docs.iter_mut().flat_map(|doc| &mut doc.views) {
            view.look_wanted = true;
        }
        effects.push(Effect::Focus(if shown {
            Focus::Inspector
        } else {
            Focus::Grid
        }));
    }
}
