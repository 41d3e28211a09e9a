//! A tab for each open file, and one for the lab: their order, which of them stand side by side, and what stands in each.
//!
//! It owns the arrangement, which follows the model: a file that was opened gets a tab, one that is closed loses it, and
//! what has the focus is in front. It must not know what closing asks.

mod splits;

use std::collections::BTreeMap;

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, Color32, FontId, Rect, Response, Sense, Stroke, StrokeKind, Ui, vec2};
use egui_tiles::{
    Behavior, Container, ResizeState, SimplificationOptions, TabState, Tile, TileId, Tiles, Tree,
    UiResponse,
};

use crate::model::{Action, App, AppAction, Doc, DocId, FileAction, Intent, LabAction, ViewId};

use super::grid::GridState;
use super::icons::{self, Icon};
use super::theme::BODY;
use super::views_ui::views_ui;
use super::{Frame, LabView, Theme, lab_panel, menus};

use splits::lift_splits;

/// Height of the row of tabs, in points.
pub(super) const TAB_HEIGHT: f32 = 30.0;
/// The widest title, in points; of longer ones the end is left out.
const MOST_TITLE: f32 = 180.0;
/// Room beside a title: a margin, and the closing cross.
const BESIDE_TITLE: f32 = 48.0;

/// What stands in a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pane {
    Doc(DocId),
    Lab,
}

impl Pane {
    /// What has the focus.
    fn front(model: &App) -> Option<Self> {
        if model.lab.is_front {
            return Some(Self::Lab);
        }
        model.doc().map(|doc| Self::Doc(doc.id))
    }

    fn is_there(self, model: &App) -> bool {
        match self {
            Self::Doc(doc) => model.doc_by(doc).is_some(),
            Self::Lab => model.lab.is_open,
        }
    }

    fn come_forward(self) -> Action {
        match self {
            Self::Doc(doc) => Action::App(AppAction::FocusDoc(doc)),
            Self::Lab => Action::Lab(LabAction::Show),
        }
    }

    fn close(self) -> Action {
        match self {
            Self::Doc(doc) => Action::File(FileAction::CloseDoc(doc)),
            Self::Lab => Action::Lab(LabAction::Close),
        }
    }
}

/// How many tabs there are.
pub(super) fn n_tabs(model: &App) -> usize {
    model.docs.len() + usize::from(model.lab.is_open)
}

/// The arrangement, and what the grids keep between frames.
pub struct Tabs {
    tree: Tree<Pane>,
    grids: BTreeMap<ViewId, GridState>,
    /// What was in front in the last frame.
    front: Option<Pane>,
}

impl Default for Tabs {
    fn default() -> Self {
        Self {
            tree: Tree::empty(egui::Id::unique("documents")),
            grids: BTreeMap::new(),
            front: None,
        }
    }
}

impl Tabs {
    /// Draws all that stands on the screen, and says which views do.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        frame: &Frame<'_>,
        lab: &mut LabView,
        intents: &mut Vec<Intent>,
    ) -> Vec<ViewId> {
        self.follow(frame);
        let mut drawing = Drawing {
            frame,
            lab,
            grids: &mut self.grids,
            intents,
            shown: Vec::new(),
            was_dropped: false,
        };
        self.tree.ui(&mut drawing, ui);
        let Drawing {
            shown, was_dropped, ..
        } = drawing;
        if was_dropped {
            lift_splits(&mut self.tree);
        }
        shown
    }

    /// Width and height of a cell in the grid of this view, in points.
    pub(super) fn cell(&mut self, view: ViewId, ctx: &egui::Context) -> egui::Vec2 {
        self.grids.entry(view).or_default().cell(ctx)
    }

    /// Brings the next tab of the group that has the focus to the front, or the one before it.
    pub(super) fn neighbor(&self, model: &App, by: isize) -> Option<Action> {
        let tile = self.tile_of(Pane::front(model)?)?;
        let parent = self.tree.tiles.parent_of(tile)?;
        let Tile::Container(Container::Tabs(tabs)) = self.tree.tiles.get(parent)? else {
            return None;
        };
        let at = tabs.children.iter().position(|child| *child == tile)?;
        let n_tabs = isize::try_from(tabs.children.len()).ok()?;
        let next = (isize::try_from(at).ok()? + by).rem_euclid(n_tabs);
        let next = tabs.children.get(usize::try_from(next).ok()?)?;
        match self.tree.tiles.get(*next)? {
            Tile::Pane(pane) => Some(pane.come_forward()),
            Tile::Container(_) => None,
        }
    }

    fn tile_of(&self, wanted: Pane) -> Option<TileId> {
        self.tree.tiles.iter().find_map(|(id, tile)| match tile {
            Tile::Pane(pane) if *pane == wanted => Some(*id),
            _ => None,
        })
    }

    /// Takes over what changed in the model.
    fn follow(&mut self, frame: &Frame<'_>) {
        let (model, docs) = (frame.model, &frame.model.docs);
        let gone: Vec<TileId> = self
            .tree
            .tiles
            .iter()
            .filter_map(|(id, tile)| match tile {
                Tile::Pane(pane) => (!pane.is_there(model)).then_some(*id),
                Tile::Container(_) => None,
            })
            .collect();
        // those that open come before those that close go, so that a lone tab's place is taken and not lost
        let mut has_new = false;
        for doc in docs {
            if self.tile_of(Pane::Doc(doc.id)).is_none() {
                self.add(doc, docs);
                has_new = true; // a new group has chosen one of its own
            }
        }
        if model.lab.is_open && self.tile_of(Pane::Lab).is_none() {
            let place = self.place_after_front();
            self.insert(Pane::Lab, place, |_| false);
            has_new = true;
        }
        for tile in gone {
            self.tree.remove_recursively(tile);
        }
        self.grids
            .retain(|view, _| frame.model.doc_of(*view).is_some());
        let front = Pane::front(model);
        if front != self.front || has_new {
            self.front = front;
            if let Some(tile) = front.and_then(|front| self.tile_of(front)) {
                self.tree.make_active(|id, _| id == tile);
            }
        }
    }

    /// A tab beside those of the files that were asked for together with this one, in the order they were asked for,
    /// whichever opens first; else right after the one that is in front.
    fn add(&mut self, doc: &Doc, docs: &[Doc]) {
        let place = self.place_beside(doc, docs);
        let place = place.or_else(|| self.place_after_front());
        self.insert(Pane::Doc(doc.id), place, |alone| match alone {
            Pane::Doc(alone) => docs
                .iter()
                .any(|known| known.id == alone && known.batch == doc.batch && doc.id < known.id),
            Pane::Lab => false,
        });
    }

    fn place_after_front(&self) -> Option<(TileId, usize)> {
        let (group, at) = self.place_of(self.front?)?;
        Some((group, at + 1))
    }

    /// A tab in its place, where that is known; where one stands alone, `is_before` says whether it comes before that.
    fn insert(
        &mut self,
        pane: Pane,
        place: Option<(TileId, usize)>,
        is_before: impl FnOnce(Pane) -> bool,
    ) {
        let tile = self.tree.tiles.insert_pane(pane);
        let Some(root) = self.tree.root else {
            let tabs = self.tree.tiles.insert_tab_tile(vec![tile]);
            self.tree.root = Some(tabs);
            return;
        };
        if let Some((group, at)) = place {
            if let Some(Tile::Container(Container::Tabs(tabs))) = self.tree.tiles.get_mut(group) {
                tabs.children.insert(at, tile);
            }
            return;
        }
        if let Some(Tile::Container(Container::Tabs(tabs))) = self.tree.tiles.get_mut(root) {
            tabs.add_child(tile);
        } else {
            // what stands alone has no group
            let is_earlier = match self.tree.tiles.get(root) {
                Some(Tile::Pane(alone)) => is_before(*alone),
                _ => false,
            };
            let children = if is_earlier {
                vec![tile, root]
            } else {
                vec![root, tile]
            };
            let tabs = self.tree.tiles.insert_tab_tile(children);
            self.tree.root = Some(tabs);
        }
    }

    /// After the last tab of those asked for before this one and with it, or before the first of those asked for after it.
    fn place_beside(&self, doc: &Doc, docs: &[Doc]) -> Option<(TileId, usize)> {
        let mates = docs
            .iter()
            .filter(|known| known.batch == doc.batch && known.id != doc.id)
            .filter_map(|known| Some((known.id, self.place_of(Pane::Doc(known.id))?)));
        let earlier = mates.clone().filter(|(id, _)| *id < doc.id);
        let later = mates.filter(|(id, _)| *id > doc.id);
        let after = earlier.max_by_key(|(id, _)| *id);
        let after = after.map(|(_, (group, at))| (group, at + 1));
        after.or_else(|| later.min_by_key(|(id, _)| *id).map(|(_, place)| place))
    }

    /// The group that a tab is in, and where in it.
    fn place_of(&self, pane: Pane) -> Option<(TileId, usize)> {
        let tile = self.tile_of(pane)?;
        let group = self.tree.tiles.parent_of(tile)?;
        let Tile::Container(Container::Tabs(tabs)) = self.tree.tiles.get(group)? else {
            return None;
        };
        let at = tabs.children.iter().position(|child| *child == tile)?;
        Some((group, at))
    }
}

/// One frame of the arrangement.
struct Drawing<'a, 'f> {
    frame: &'a Frame<'f>,
    lab: &'a mut LabView,
    grids: &'a mut BTreeMap<ViewId, GridState>,
    intents: &'a mut Vec<Intent>,
    shown: Vec<ViewId>,
    was_dropped: bool,
}

impl Drawing<'_, '_> {
    fn push(&mut self, view: Option<ViewId>, action: Action) {
        self.intents.push(Intent { view, action });
    }

    /// Its title, and what it is of.
    fn named(&self, tiles: &Tiles<Pane>, tile: TileId) -> (String, Option<Pane>) {
        match tiles.get(tile) {
            Some(Tile::Pane(pane)) => (self.title(*pane), Some(*pane)),
            _ => ("side by side".to_owned(), None),
        }
    }

    fn title(&self, pane: Pane) -> String {
        let model = self.frame.model;
        match pane {
            Pane::Doc(doc) => model.doc_by(doc).map(Doc::name).unwrap_or_default(),
            Pane::Lab => model.lab.tab_title(),
        }
    }

    /// What its pane was pressed for is for what stands in it.
    fn focus_pressed(&mut self, ui: &Ui, pane: Pane, is_pressed: bool) {
        let is_front = Pane::front(self.frame.model) == Some(pane);
        if is_pressed && !is_front && ui.input(|input| input.pointer.any_pressed()) {
            self.push(None, pane.come_forward());
        }
    }

    fn lab_ui(&mut self, ui: &mut Ui) {
        let (mut actions, rect) = (Vec::new(), ui.max_rect());
        lab_panel::lab_ui(ui, self.frame, self.lab, &mut actions);
        let is_pressed = ui.rect_contains_pointer(rect);
        self.focus_pressed(ui, Pane::Lab, is_pressed);
        let view = self.frame.view.map(|view| view.id);
        self.intents
            .extend(actions.into_iter().map(|action| Intent { view, action }));
    }

    fn theme(&self) -> &Theme {
        self.frame.theme
    }
}

impl Behavior<Pane> for Drawing<'_, '_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, pane: &mut Pane) -> UiResponse {
        let Pane::Doc(id) = *pane else {
            self.lab_ui(ui);
            return UiResponse::None;
        };
        let Some(doc) = self.frame.model.doc_by(id) else {
            return UiResponse::None;
        };
        let frame = self.frame.of(doc);
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut intents = Vec::new();
        self.shown.extend(doc.views.iter().map(|view| view.id));
        views_ui(ui, &frame, doc, self.grids, &mut intents);
        self.focus_pressed(ui, *pane, !intents.is_empty());
        self.intents.append(&mut intents);
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> egui::WidgetText {
        self.title(*pane).into()
    }

    fn tab_ui(
        &mut self,
        tiles: &mut Tiles<Pane>,
        ui: &mut Ui,
        id: egui::Id,
        tile: TileId,
        state: &TabState,
    ) -> Response {
        let (label, pane) = self.named(tiles, tile);
        let doc = match pane {
            Some(Pane::Doc(doc)) => self.frame.model.doc_by(doc),
            _ => None,
        };
        let edited = doc.is_some_and(Doc::has_unsaved);
        let theme = self.frame.theme;
        let color = if state.active { theme.text } else { theme.weak };
        let mut job =
            LayoutJob::simple_singleline(label.clone(), FontId::proportional(BODY), color);
        job.wrap = TextWrapping::truncate_at_width(MOST_TITLE);
        let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
        let width = galley.size().x + BESIDE_TITLE;
        let (_, rect) = ui.allocate_space(vec2(width, ui.available_height()));
        let tab = ui.interact(rect, id, Sense::click_and_drag());
        let words = if edited {
            format!("{label}, edited")
        } else {
            label.clone()
        };
        tab.widget_info(|| egui::WidgetInfo::labeled(Role::Tab, true, &words));
        // of a tab, screen readers say that it is selected, not that it is pressed
        ui.ctx()
            .accesskit_node_builder(id, |node| node.set_selected(state.active));
        if !state.is_being_dragged {
            paint_tab(ui, theme, rect, &tab, state.active);
            let clip = rect.with_max_x(rect.right() - 26.0);
            let place = Align2::LEFT_CENTER
                .align_size_within_rect(galley.size(), rect.shrink2(vec2(14.0, 0.0)));
            ui.painter()
                .with_clip_rect(clip)
                .galley(place.min, galley, color);
        }
        let closes = close_ui(ui, theme, &tab, rect, &label, (edited, state.active));
        if let Some(pane) = pane.filter(|_| closes) {
            self.push(None, pane.close());
        }
        let words = doc.map(|doc| super::describe::path(&doc.path));
        let tab = tab.on_hover_text(words.unwrap_or_default());
        if let Some(pane) = pane.filter(|_| tab.clicked() || tab.drag_started()) {
            self.push(None, pane.come_forward());
        }
        if let Some(doc) = doc {
            menus::tab_menu_ui(ui, &tab, doc, self.intents);
        }
        self.on_tab_button(tiles, tile, tab)
    }

    fn on_edit(&mut self, edit: egui_tiles::EditAction) {
        self.was_dropped |= edit == egui_tiles::EditAction::TileDropped;
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions {
            all_panes_must_have_tabs: n_tabs(self.frame.model) > 1,
            ..SimplificationOptions::default()
        }
    }

    fn cycle_tabs_with_keyboard(&self) -> bool {
        false // it would go by the place of the pointer
    }

    fn tab_bar_height(&self, _: &egui::Style) -> f32 {
        TAB_HEIGHT
    }

    fn gap_width(&self, _: &egui::Style) -> f32 {
        1.0
    }

    fn tab_bar_color(&self, _: &egui::Visuals) -> Color32 {
        self.theme().bar
    }

    fn tab_bar_hline_stroke(&self, _: &egui::Visuals) -> Stroke {
        Stroke::new(1.0, self.theme().line)
    }

    fn resize_stroke(&self, _: &egui::Style, state: ResizeState) -> Stroke {
        match state {
            ResizeState::Idle => Stroke::new(1.0, self.theme().line),
            ResizeState::Hovering | ResizeState::Dragging => Stroke::new(2.0, self.theme().accent),
        }
    }
}

fn paint_tab(ui: &Ui, theme: &Theme, rect: Rect, tab: &Response, active: bool) {
    let painter = ui.painter();
    if tab.hovered() && !active {
        painter.rect_filled(rect.shrink2(vec2(2.0, 4.0)), 5.0, theme.control);
    }
    if active {
        let line = Stroke::new(2.0, theme.accent);
        painter.hline(rect.x_range().shrink(10.0), rect.bottom() - 1.0, line);
    }
    if tab.has_focus() {
        let ring = Stroke::new(2.0, theme.accent);
        painter.rect_stroke(rect.shrink(2.0), 5.0, ring, StrokeKind::Inside);
    }
}

/// The closing cross, or a dot for edits; `true` where the tab is to be closed.
fn close_ui(
    ui: &Ui,
    theme: &Theme,
    tab: &Response,
    rect: Rect,
    title: &str,
    (edited, active): (bool, bool),
) -> bool {
    let place = Rect::from_center_size(rect.right_center() - vec2(17.0, 0.0), vec2(18.0, 18.0));
    let cross = ui.interact(place, tab.id.with("close"), Sense::click());
    cross.widget_info(|| egui::WidgetInfo::labeled(Role::Button, true, format!("Close {title}")));
    let painter = ui.painter();
    if cross.hovered() || cross.has_focus() {
        painter.rect_filled(place, 4.0, theme.control);
    }
    if edited && !cross.hovered() {
        painter.circle_filled(place.center(), 3.5, theme.edited);
    } else if tab.hovered() || cross.hovered() || cross.has_focus() || active {
        icons::paint(painter, Icon::Close, place.center(), 12.0, theme.weak);
    }
    cross.clicked() || tab.middle_clicked()
}
