//! The menu of the bytes: by the right button, by the Menu key or by Shift+F10. Its items are those of the table of commands.
//!
//! It owns when the menu opens and who has the keys then. It must not know what the items do.

use egui::{
    FocusDirection, Key, Layout, Popup, PopupCloseBehavior, PopupKind, Pos2, Response,
    SetOpenCommand, Ui,
};

use crate::model::{Action, ViewAction, Viewport};

use super::Frame;
use super::command::{COMMANDS, Deed, FORMS, Wishes};
use super::geometry::Geometry;
use super::menus;

/// What the menu keeps between frames.
#[derive(Debug, Default)]
pub(super) struct GridMenu {
    /// Where it was opened.
    at: Pos2,
    /// It was in the last frame.
    is_open: bool,
    /// The first item is to have the keys once it can.
    is_new: bool,
}

impl GridMenu {
    /// Opens the menu where that is asked for, and draws it.
    pub(super) fn show(
        &mut self,
        ui: &Ui,
        response: &Response,
        frame: &Frame<'_>,
        geometry: &Geometry,
        actions: &mut Vec<Action>,
    ) {
        let Some(view) = frame.doc.map(|doc| &doc.view().viewport) else {
            return;
        };
        let opens = by_pointer(response, view, geometry, actions)
            .or_else(|| by_key(ui, response, view, geometry));
        if let Some(at) = opens {
            self.at = at;
            self.is_new = true;
        }
        let opens = opens.map(|_| SetOpenCommand::Bool(true));
        let shown = Popup::from_response(response)
            .id(response.id.with("menu"))
            .kind(PopupKind::Menu)
            .layout(Layout::top_down_justified(egui::Align::Min))
            .style(egui::containers::menu::menu_style)
            .close_behavior(PopupCloseBehavior::CloseOnClick)
            .accessible_name("What can be done with these bytes")
            .gap(0.0)
            .at_position(self.at)
            .open_memory(opens)
            .show(|ui| self.items_ui(ui, frame, actions));
        let is_open = shown.is_some_and(|shown| !shown.response.should_close());
        if self.is_open && !is_open {
            response.request_focus();
        }
        self.is_open = is_open;
    }

    fn items_ui(&mut self, ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
        ui.set_min_width(260.0);
        // there is nothing at the sides
        let aside = [Key::ArrowLeft, Key::ArrowRight];
        if ui.input(|input| aside.iter().any(|key| input.key_pressed(*key))) {
            ui.memory_mut(|memory| memory.move_focus(FocusDirection::None));
        }
        let mut wishes = Wishes::default(); // no item wants anything of the window
        for command in COMMANDS.iter().filter(|command| command.of_bytes) {
            let item = menus::item_ui(ui, command, frame, &mut wishes, actions);
            if self.is_new && item.enabled() && !ui.is_sizing_pass() {
                item.request_focus();
                self.is_new = false;
            }
            if matches!(command.deed, Deed::Paste) {
                for forms in &FORMS {
                    menus::forms_ui(ui, forms, frame, &mut wishes, actions);
                }
            }
        }
    }
}

/// The right button: what is selected stays so if it was pressed there, else the cursor goes to that byte.
fn by_pointer(
    response: &Response,
    view: &Viewport,
    geometry: &Geometry,
    actions: &mut Vec<Action>,
) -> Option<Pos2> {
    let at = response
        .interact_pointer_pos()
        .filter(|_| response.secondary_clicked())?;
    let (offset, column) = geometry
        .hit(at, view)
        .filter(|_| geometry.body.contains(at))?;
    if !view.selection().contains(offset) {
        actions.push(Action::View(ViewAction::Point {
            offset,
            extend: false,
            column,
        }));
    }
    response.request_focus();
    Some(at)
}

/// The Menu key, or Shift+F10: below the cursor's byte.
fn by_key(ui: &Ui, response: &Response, view: &Viewport, geometry: &Geometry) -> Option<Pos2> {
    let asked = menus::is_asked_by_key(ui, response);
    let row = view
        .rows()
        .row_from_offset(view.cursor)
        .saturating_sub(view.top);
    let column = usize::try_from(view.rows().column_from_offset(view.cursor)).unwrap_or(0);
    let at = geometry
        .rect(geometry.cells.hex_at(column), 2, row)
        .left_bottom();
    asked.then(|| at.clamp(geometry.body.min, geometry.body.max))
}
