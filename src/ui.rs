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
pub mod input;
pub mod key_place;
pub mod theme;
pub mod turns;

mod bars;
mod bubble;
mod describe;
mod edits_panel;
mod find_bar;
mod forms;
mod found_panel;
mod geometry;
mod glyphs;
mod grid_beside;
mod grid_found;
mod grid_menu;
mod grid_paint;
mod happened;
mod help;
mod icons;
mod inspector;
mod keyed;
mod lab_panel;
mod menus;
mod news;
mod notices;
mod offers;
mod panel;
mod path_field;
mod process_facts;
mod progress;
mod region;
mod right;
mod scrollbar;
mod status;
mod sums_panel;
mod tabs;
mod tour;
mod views_ui;
mod who;

use std::sync::LazyLock;

use egui::{CentralPanel, Id, Panel, Ui, UiBuilder};

use crate::model::{
    Action, App, AppAction, Doc, DocAction, EditAction, FileAction, Focus, Intent, LookupState,
    Topic, View, ViewAction, ViewId, Window,
};

use command::{Deed, Wishes};
use input::{Pressed, Scene, Typist};
use key_place::KeyPlace;

pub use grid::{GridState, grid_ui};
pub use inspector::InspectorView;
pub use key_place::{grid_id, is_grid, is_row};
pub use lab_panel::LabView;
pub use tabs::Tabs;
pub use theme::Theme;
pub use turns::Turns;
pub use who::{Piece, WhoView, arrange};

/// The narrowest side panel, in points.
const LEAST_PANEL: f32 = 280.0;
/// The usual one, in points: buttons have words in it, whether it is scrolled or not.
const USUAL_PANEL: f32 = 430.0;
/// From this width on the side panel stands beside the bytes, in points.
const PANEL_BESIDE: f32 = 900.0;
/// The lowest panel under the bytes, in points.
const LEAST_LOW_PANEL: f32 = 86.0;
/// From this height on the panel and the inspector both stand under the bytes, in points.
const ROOM_FOR_BOTH: f32 = 560.0;
/// What the panel under the bytes leaves to them, in points: heads and a few rows.
const LEAST_ROWS: f32 = 100.0;
/// The same for two views, one above the other: headers, heads, and two rows each.
const LEAST_VIEWS: f32 = 176.0;
/// What the panel under the bytes takes where there is room for it, in points: tabs, and five rows of who sees a byte.
const LOW_PANEL: f32 = 168.0;
/// What rows of 24 bytes take, in points: of the rest the side panel has as much as its widest picture can use.
const WIDE_GRID: f32 = 1076.0;
/// What the side panel leaves to the grid, in points: a row of eight bytes.
const LEAST_GRID: f32 = 470.0;

/// What a frame is drawn from.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// The application's state.
    pub model: &'a App,
    /// The file that is drawn: the one with the focus, or that of a view beside it.
    pub doc: Option<&'a Doc>,
    /// The view of it that is drawn: the one with the focus, or the one beside it.
    pub view: Option<&'a View>,
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
            view: model.view(),
            theme,
        }
    }

    /// The same, of another file.
    #[must_use]
    pub fn of(&self, doc: &'a Doc) -> Self {
        self.of_view(doc, doc.view())
    }

    /// The same, of this view of a file.
    #[must_use]
    pub fn of_view(&self, doc: &'a Doc, view: &'a View) -> Self {
        Self {
            doc: Some(doc),
            view: Some(view),
            ..*self
        }
    }

    /// The other view of the file, where it has two.
    #[must_use]
    pub fn beside(&self) -> Option<&'a View> {
        self.doc?.beside(self.view?.id)
    }

    /// The view that is drawn is the one that the keys act on.
    #[must_use]
    pub fn has_focus(&self) -> bool {
        self.view.map(|view| view.id) == self.model.view().map(|view| view.id)
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
        self.view.and_then(|view| view.window.as_ref())
    }
}

/// What the window keeps between frames.
#[derive(Default)]
pub struct WindowState {
    /// The tabs, and the grids in them.
    pub tabs: Tabs,
    /// The lab's.
    pub lab: LabView,
    /// That of *Who sees it*.
    pub who: WhoView,
    /// That of the inspector.
    pub inspector: InspectorView,
    /// What commands want of the window alone.
    pub wishes: Wishes,
    /// This is the very first frame: what it shows is the bytes, and the side panel is filled in the next one.
    pub is_first: bool,
    typist: Typist,
    /// The question of the edits had the keys once.
    asked: bool,
    news: news::News,
}

/// The id of what takes the keyboard for `focus`: of the grids, that of the view with the focus; in the lab, its list.
#[must_use]
pub fn keyboard_id(model: &App, focus: Focus) -> Id {
    match model.view().filter(|_| focus == Focus::Grid) {
        _ if focus == Focus::Grid && model.lab.is_front => focus_id(Focus::Lab),
        Some(view) => grid_id(view.id),
        None => focus_id(focus),
    }
}

/// The id of what takes the keyboard for `focus`, where it is no grid.
#[must_use]
pub fn focus_id(focus: Focus) -> Id {
    match focus {
        Focus::Grid => Id::unique("no grid"),
        Focus::Banner => Id::unique("question"),
        Focus::Lookup => Id::unique("lookup field"),
        Focus::Path => Id::unique("path field"),
        Focus::WitnessByte => Id::unique("witness byte"),
        Focus::Rows => Id::unique("first row of who sees it"),
        Focus::Fill => Id::unique("fill byte"),
        Focus::Destination => Id::unique("destination field"),
        Focus::Lab => Id::unique("lab list"),
        Focus::Messages => Id::unique("messages"),
        Focus::News => Id::unique("news"),
        Focus::Panel => Id::unique("side panel tab"),
        Focus::Inspector => Id::unique("data inspector"),
        Focus::Find => Id::unique("find field"),
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
    let place = KeyPlace::now(ui.ctx());
    read_keys(ui, frame, state, place, &mut commands);
    if place == KeyPlace::Grid {
        actions.append(&mut commands); // before a click: that ends its frame
    }
    notices::focus_question(ui, frame, &mut state.asked);
    dropped_files(ui, &mut actions);
    notices::question_ui(ui, frame, &mut state.asked, &mut actions);
    bars_ui(ui, frame, state, &mut actions, &mut intents);
    let is_lab = frame.model.lab.is_front;
    let inspects = frame.model.settings.inspector_shown && !is_lab;
    if is_lab && lab_panel::has_panel(ui, frame) {
        lab_panel::side_ui(ui, frame, &mut state.lab);
    }
    if !is_lab && frame.model.settings.panel_shown && !(inspects && is_small(ui)) {
        side_panel(ui, frame, state, &mut actions);
    }
    if inspects && !state.is_first {
        inspector::inspector_ui(ui, frame, state, &mut actions);
    }
    let done = |actions: &mut Vec<Action>, intents: &mut Vec<Intent>| {
        intents.extend(actions.drain(..).map(|action| Intent { view, action }));
    };
    done(&mut actions, &mut intents);
    let central = egui::Frame::new().fill(frame.theme.grid);
    let shown = CentralPanel::default().frame(central).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        if tabs::n_tabs(frame.model) == 0 {
            empty_ui(ui, frame);
            Vec::new()
        } else {
            let WindowState { tabs, lab, .. } = state;
            tabs.show(ui, frame, lab, &mut intents)
        }
    });
    if frame.model.help_shown {
        help::help_ui(ui, frame, &mut actions);
    }
    if state.wishes.about_shown {
        help::about_ui(ui, frame, &mut state.wishes);
    }
    hovering_files(ui, frame);
    actions.append(&mut commands); // after what was typed into a field in the same frame
    done(&mut actions, &mut intents);
    (intents, shown.inner)
}

/// The bars above and below everything else.
fn bars_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    state: &mut WindowState,
    actions: &mut Vec<Action>,
    intents: &mut Vec<Intent>,
) {
    let bar = egui::Frame::new()
        .fill(frame.theme.bar)
        .inner_margin(egui::Margin::symmetric(8, 4));
    Panel::top("menu bar").frame(bar).show(ui, |ui| {
        menus::top_ui(ui, frame, &mut state.wishes, actions);
    });
    if !frame.model.lab.is_front {
        Panel::top("tools")
            .frame(bar)
            .show(ui, |ui| bars::tools_ui(ui, frame, actions));
    }
    let news = &mut state.news;
    Panel::bottom("status")
        .frame(bar)
        .show_separator_line(false)
        .show(ui, |ui| status::status_ui(ui, frame, news, actions));
    Panel::bottom("messages")
        .frame(egui::Frame::NONE)
        .show(ui, |ui| notices::line_ui(ui, frame, intents));
}

/// There is no room for the side panel and the inspector under the bytes: the inspector stands in the panel's place.
fn is_small(ui: &Ui) -> bool {
    ui.available_width() < PANEL_BESIDE && ui.available_height() < ROOM_FOR_BOTH
}

fn side_panel(ui: &mut Ui, frame: &Frame<'_>, state: &mut WindowState, actions: &mut Vec<Action>) {
    let panel = egui::Frame::new()
        .fill(frame.theme.bar)
        .inner_margin(egui::Margin::symmetric(10, 8));
    let room = ui.available_width();
    if room < PANEL_BESIDE {
        low_panel(ui, panel, frame, state, actions);
        return;
    }
    let most = (room - LEAST_GRID).max(LEAST_PANEL);
    let (id, most) = ("side panel", most.min(640.0));
    let width = (room - WIDE_GRID).clamp(USUAL_PANEL, 600.0);
    Panel::right(id)
        .frame(panel)
        .default_size(width)
        .size_range(LEAST_PANEL..=most)
        .resizable(true)
        .show(ui, |ui| {
            if state.is_first {
                ui.take_available_space(); // else it would be as narrow as what is in it
            } else {
                panel::panel_ui(ui, frame, state, actions);
            }
        });
    edge_ui(ui, ui.scope_id().with_salt(egui::IdSalt::new(id)), frame);
}

/// The side panel under the bytes, in a window too narrow for both; not at all where it is too low for both.
fn low_panel(
    ui: &mut Ui,
    panel: egui::Frame,
    frame: &Frame<'_>,
    state: &mut WindowState,
    actions: &mut Vec<Action>,
) {
    let room = ui.available_height();
    let most = room - least_height(frame);
    if most < LEAST_LOW_PANEL {
        return;
    }
    // an edge that was dragged is for this height of the window: in a higher one it is not as low as in the lowest
    Panel::bottom(Id::unique("low panel").with(room as u32))
        .frame(panel.inner_margin(egui::Margin {
            left: 10,
            right: 10,
            top: 3,
            bottom: 1,
        }))
        .default_size((room * 0.5).max(LOW_PANEL).clamp(LEAST_LOW_PANEL, most))
        .size_range(LEAST_LOW_PANEL..=most)
        .resizable(true)
        .show(ui, |ui| {
            let room = ui.available_rect_before_wrap();
            if !state.is_first {
                // what is in it, however much that is, changes nothing about its height
                let mut inside = ui.new_child(UiBuilder::new().max_rect(room));
                inside.shrink_clip_rect(room);
                panel::panel_ui(&mut inside, frame, state, actions);
            }
            ui.advance_cursor_after_rect(room);
        });
}

/// What the bytes need above a panel, in points: their heads and a few rows, in each of two views, and the row of tabs.
fn least_height(frame: &Frame<'_>) -> f32 {
    let tabs = if tabs::n_tabs(frame.model) > 1 {
        tabs::TAB_HEIGHT
    } else {
        0.0
    };
    let is_split = frame.doc.is_some_and(|doc| doc.views.len() > 1);
    tabs + if is_split { LEAST_VIEWS } else { LEAST_ROWS }
}

/// The keys of this frame that are not for a widget, in order.
fn read_keys(
    ui: &Ui,
    frame: &Frame<'_>,
    state: &mut WindowState,
    place: KeyPlace,
    actions: &mut Vec<Action>,
) {
    let (ctx, model) = (ui.ctx(), frame.model);
    let scene = Scene {
        place,
        column: model
            .doc()
            .map(|doc| doc.view().viewport.column)
            .unwrap_or_default(),
        asked: notices::asks(model),
        menu: state.wishes.arrows_from(ctx),
    };
    let typist = &mut state.typist;
    for pressed in ctx.input_mut(|input| typist.walk(&mut input.events, scene)) {
        match pressed {
            // what is pasted by key goes where the keys are
            Pressed::Command(command)
                if matches!(command.deed, Deed::Paste) && place != KeyPlace::Grid => {}
            Pressed::Command(command) => command.ask(ctx, model, &mut state.wishes, actions),
            Pressed::Menu(menu) => state.wishes.menu = Some(menu),
            Pressed::Tab(by) => actions.extend(state.tabs.neighbor(model, by)),
            Pressed::Paste => ctx.send_viewport_cmd(egui::ViewportCommand::RequestPaste),
            Pressed::Act(Action::View(ViewAction::Escape)) if state.wishes.about_shown => {
                state.wishes.about_shown = false;
            }
            Pressed::Act(Action::Doc(DocAction::Unsaved(choice)))
                if model.notices.get(Topic::Unsaved).is_some() =>
            {
                actions.push(Action::App(AppAction::Unsaved(choice))); // the program's question comes first
            }
            Pressed::Act(Action::Edit(EditAction::Paste(pasted))) => {
                actions.push(Action::Edit(command::forms::pasted(ctx, pasted)));
            }
            Pressed::Act(action) => actions.push(action),
        }
    }
    command::forms::frame_over(ctx);
}

/// Shows that the edge of a panel has the keyboard, which the toolkit does not.
fn edge_ui(ui: &Ui, panel: Id, frame: &Frame<'_>) {
    let edge = panel.with("__resize");
    let Some(response) = ui.read_response(edge).filter(egui::Response::has_focus) else {
        return;
    };
    let layer = egui::LayerId::new(egui::Order::Foreground, edge);
    let stroke = egui::Stroke::new(2.0, frame.theme.accent);
    let (x, ys) = (response.rect.center().x, response.rect.y_range());
    ui.layer_painter(layer).vline(x, ys, stroke);
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
    let dropped: Vec<_> = ui.input(|input| {
        let files = input.raw.dropped_files.iter();
        files.map(|file| file.path().to_path_buf()).collect()
    });
    actions.extend(
        dropped
            .into_iter()
            .map(|path| Action::File(FileAction::Open(path))),
    );
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
