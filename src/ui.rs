//! The window's contents: functions of a read-only [`Frame`] that return what the person did.
//!
//! A view sees the model and a copy of the bytes, never a mapping or a thread; it changes nothing but what belongs to the
//! screen alone (a drag under way, glyphs of the current scale).

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "points on a screen and rows of a file meet here: every cast is of a value clamped to the screen, or exact to 2^53"
)]

pub mod command;
pub mod fonts;
pub mod grid;
pub mod theme;

mod bars;
mod describe;
mod geometry;
mod glyphs;
mod grid_keys;
mod grid_paint;
mod help;
mod lab_panel;
mod notices;
mod panel;
mod peer_table;
mod scrollbar;
mod shortcuts;
mod tabs;
mod witness_table;

use std::sync::LazyLock;

use egui::{CentralPanel, Id, Panel, Ui};

use crate::model::{
    Action, App, AppAction, Doc, FileAction, Focus, Intent, LookupState, Tab, ViewId, Window,
};

pub use grid::{GridState, grid_id, grid_ui};
pub use lab_panel::LabView;
pub use tabs::Tabs;
pub use theme::Theme;

/// The narrowest side panel, in points.
const LEAST_PANEL: f32 = 280.0;
/// The lab's share of the window's width.
const LAB_SHARE: f32 = 0.54;
/// What the side panel leaves to the grid, in points: a row of eight bytes.
const LEAST_GRID: f32 = 470.0;

/// What a frame is drawn from.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// The application's state.
    pub model: &'a App,
    /// The file that is drawn: the one with the focus, or that of a view beside it.
    pub doc: Option<&'a Doc>,
    /// The colors.
    pub theme: &'a Theme,
}

impl<'a> Frame<'a> {
    /// A frame of the file that has the focus.
    #[must_use]
    pub fn new(model: &'a App, theme: &'a Theme) -> Self {
        Self {
            model,
            doc: model.doc(),
            theme,
        }
    }

    /// The same, of another file.
    #[must_use]
    pub fn of(&self, doc: &'a Doc) -> Self {
        Self {
            doc: Some(doc),
            ..*self
        }
    }

    /// The file that is drawn is the one with the focus.
    #[must_use]
    pub fn is_front(&self) -> bool {
        self.doc.map(|doc| doc.id) == self.model.doc().map(|doc| doc.id)
    }

    /// Its lookup field.
    #[must_use]
    pub fn lookup(&self) -> &'a LookupState {
        static NONE: LazyLock<LookupState> = LazyLock::new(LookupState::default);
        self.doc.map_or(&*NONE, |doc| &doc.lookup)
    }

    /// The bytes on the screen.
    #[must_use]
    pub fn window(&self) -> Option<&'a Window> {
        self.doc.and_then(|doc| doc.view().window.as_ref())
    }
}

/// What the window keeps between frames.
#[derive(Default)]
pub struct WindowState {
    /// The tabs, and the grids in them.
    pub tabs: Tabs,
    /// The lab's.
    pub lab: LabView,
}

/// The id of what takes the keyboard for `focus`.
#[must_use]
pub fn focus_id(focus: Focus) -> Id {
    match focus {
        Focus::Grid => grid_id(),
        Focus::Lookup => Id::unique("lookup field"),
        Focus::Path => Id::unique("path field"),
        Focus::WitnessByte => Id::unique("witness byte"),
        Focus::Fill => Id::unique("fill byte"),
        Focus::Destination => Id::unique("destination field"),
        Focus::Lab => Id::unique("lab list"),
    }
}

/// Draws the whole window. Returns what the person did, each with the view it was done in, and the views that stand on
/// the screen.
pub fn window_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    state: &mut WindowState,
) -> (Vec<Intent>, Vec<ViewId>) {
    let view = frame.doc.map(|doc| doc.view().id);
    let mut intents = Vec::new();
    let mut commands = Vec::new();
    let mut actions = Vec::new();
    shortcuts::read_keys(ui.ctx(), frame.model, &mut commands);
    tab_keys(ui, frame, &state.tabs, &mut commands);
    dropped_files(ui, &mut actions);
    let bar = egui::Frame::new()
        .fill(frame.theme.bar)
        .inner_margin(egui::Margin::symmetric(8, 4));
    Panel::top("menu bar")
        .frame(bar)
        .show(ui, |ui| bars::menu_ui(ui, frame, &mut actions));
    Panel::top("mapping bar")
        .frame(bar)
        .show(ui, |ui| bars::mapping_ui(ui, frame, &mut actions));
    Panel::top("lookup bar")
        .frame(bar)
        .show(ui, |ui| bars::lookup_ui(ui, frame, &mut actions));
    Panel::bottom("status")
        .frame(bar)
        .show(ui, |ui| bars::status_ui(ui, frame, &mut actions));
    if frame.model.settings.panel_shown {
        side_panel(ui, frame, &mut state.lab, &mut actions);
    }
    let central = egui::Frame::new().fill(frame.theme.grid);
    let shown = CentralPanel::default().frame(central).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        notices::program_ui(ui, frame, &mut actions);
        if frame.model.docs.is_empty() {
            empty_ui(ui, frame);
            Vec::new()
        } else {
            state.tabs.show(ui, frame, &mut intents)
        }
    });
    if frame.model.help_shown {
        help::help_ui(ui, frame, &mut actions);
    }
    hovering_files(ui, frame);
    actions.append(&mut commands); // after what was typed in the same frame
    let done_here = actions.into_iter().map(|action| Intent { view, action });
    intents.extend(done_here);
    (intents, shown.inner)
}

fn side_panel(ui: &mut Ui, frame: &Frame<'_>, lab: &mut LabView, actions: &mut Vec<Action>) {
    let panel = egui::Frame::new()
        .fill(frame.theme.bar)
        .inner_margin(egui::Margin::symmetric(10, 8));
    let room = ui.available_width();
    let most = (room - LEAST_GRID).max(LEAST_PANEL);
    // the lab needs more room than the others, and has a width of its own
    let (id, width, most) = if frame.model.settings.tab == Tab::Lab {
        ("lab panel", room * LAB_SHARE, most)
    } else {
        ("side panel", 424.0, most.min(640.0))
    };
    Panel::right(id)
        .frame(panel)
        .default_size(width)
        .size_range(LEAST_PANEL..=most)
        .resizable(true)
        .show(ui, |ui| panel::panel_ui(ui, frame, lab, actions));
}

/// Ctrl+Tab and Ctrl+Shift+Tab: the next file, the one before it.
fn tab_keys(ui: &Ui, frame: &Frame<'_>, tabs: &Tabs, actions: &mut Vec<Action>) {
    let by = ui.input_mut(|input| {
        let mut by = 0_isize;
        input.events.retain(|event| match event {
            egui::Event::Key {
                key: egui::Key::Tab,
                pressed: true,
                modifiers,
                ..
            } if modifiers.ctrl && !modifiers.alt => {
                by += if modifiers.shift { -1 } else { 1 };
                false
            }
            _ => true,
        });
        by
    });
    let next = frame
        .doc
        .filter(|_| by != 0)
        .and_then(|doc| tabs.neighbor(doc.id, by));
    if let Some(next) = next {
        actions.push(Action::App(AppAction::FocusDoc(next)));
    }
}

fn empty_ui(ui: &mut Ui, frame: &Frame<'_>) {
    ui.centered_and_justified(|ui| {
        let text = if frame.model.incoming.is_empty() {
            "No file is open: press Ctrl+O, or drop one here"
        } else {
            "Opening\u{2026}"
        };
        ui.label(egui::RichText::new(text).color(frame.theme.weak));
    });
}

/// Files dropped on the window: the first is opened.
fn dropped_files(ui: &Ui, actions: &mut Vec<Action>) {
    let dropped = ui.input(|input| {
        input
            .raw
            .dropped_files
            .first()
            .map(|file| file.path().to_path_buf())
    });
    if let Some(path) = dropped {
        actions.push(Action::File(FileAction::Open(path)));
    }
}

fn hovering_files(ui: &Ui, frame: &Frame<'_>) {
    if ui.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let ctx = ui.ctx();
    let rect = ctx.content_rect();
    let painter = ctx.layer_painter(egui::LayerId::new(
        egui::Order::Foreground,
        Id::unique("drop target"),
    ));
    painter.rect_filled(rect, 0.0, frame.theme.grid.gamma_multiply(0.85));
    painter.text(
        rect.center(),
        egui::Align2::CENTER_CENTER,
        "Drop the file to open it",
        egui::FontId::proportional(22.0),
        frame.theme.text,
    );
}
