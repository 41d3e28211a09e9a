//! Where the keyboard is, and where it is put.

use crate::model::{Action, AppAction, Focus};
use crate::ui::{grid_id, is_grid, is_row, keyboard_id};

use super::Shell;

impl Shell {
    pub(super) fn put_focus(&mut self, ctx: &egui::Context) {
        let Some(focus) = self.focus_wanted.take() else {
            return;
        };
        let id = keyboard_id(&self.model, focus);
        ctx.memory_mut(|memory| memory.request_focus(id));
        if !matches!(
            focus,
            Focus::Grid
                | Focus::Banner
                | Focus::Messages
                | Focus::News
                | Focus::Lab
                | Focus::Panel
                | Focus::Inspector
                | Focus::Rows
        ) {
            // all of it selected; what is being typed and was completed goes on at its end
            let end = egui::text::CCursor::new(usize::MAX);
            let goes_on = focus == Focus::Path && self.is_path_edited();
            let start = if goes_on {
                end
            } else {
                egui::text::CCursor::new(0)
            };
            let all = egui::text::CCursorRange::two(start, end);
            let mut state = egui::TextEdit::load_state(ctx, id).unwrap_or_default();
            state.cursor.set_char_range(Some(all));
            state.store(ctx, id);
        }
        ctx.request_repaint();
    }

    /// The path field holds something else than the open file's path.
    fn is_path_edited(&self) -> bool {
        let open = self.model.doc().map(|doc| doc.path.display().to_string());
        let text = &self.model.path_text;
        text.is_some() && *text != open
    }

    /// Remembers which area has the keyboard. Where nothing has it, the grid gets it: after a click on a button, keys go
    /// on working.
    pub(super) fn note_area(&mut self, ctx: &egui::Context) {
        let focused = ctx.memory(egui::Memory::focused);
        if focused.is_none() && self.focus_wanted.is_none() && !egui::Popup::is_any_open(ctx) {
            self.focus_wanted = Some(Focus::Grid);
            ctx.request_repaint();
        }
        let areas = [
            Focus::Lab, // where the lab is in front, in the place of the grid
            Focus::Grid,
            Focus::Banner,
            Focus::Lookup,
            Focus::Path,
            Focus::WitnessByte,
            Focus::Fill,
            Focus::Destination,
            Focus::Messages,
            Focus::News,
            Focus::Panel,
            Focus::Inspector,
            Focus::Find,
        ];
        if let Some(area) = areas
            .into_iter()
            .find(|area| focused == Some(keyboard_id(&self.model, *area)))
        {
            self.model.area = area;
        } else if focused.is_some_and(|id| is_row(ctx, id)) {
            self.model.area = Focus::Rows;
        }
        self.follow_keyboard(ctx, focused);
    }

    /// The keys act on the view whose grid has the keyboard: where that was put into the grid of another one, the view
    /// gets the focus, and where another view got the focus, its grid gets the keyboard.
    fn follow_keyboard(&mut self, ctx: &egui::Context, focused: Option<egui::Id>) {
        let was = std::mem::replace(&mut self.keyboard, focused);
        let Some(id) = focused.filter(|id| is_grid(ctx, *id)) else {
            return;
        };
        if id == keyboard_id(&self.model, Focus::Grid) {
            return;
        }
        let shown = self.model.shown().iter();
        let view = shown.copied().find(|view| grid_id(*view) == id);
        if let Some(view) = view.filter(|_| was != focused) {
            self.act(ctx, Action::App(AppAction::FocusView(view)));
        } else if self.focus_wanted.is_none() {
            self.focus_wanted = Some(Focus::Grid);
            ctx.request_repaint();
        }
    }
}
