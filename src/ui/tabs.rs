//! A tab for each open file: their order, which of them stand side by side, and what stands in each.
//!
//! It owns the arrangement, which follows the model: a file that was opened gets a tab, one that is closed loses it, and
//! the file with the focus is in front. It must not know what closing asks.

use std::collections::BTreeMap;

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, Color32, FontId, Rect, Response, Sense, Stroke, StrokeKind, Ui, vec2};
use egui_tiles::{
    Behavior, Container, ResizeState, SimplificationOptions, TabState, Tile, TileId, Tiles, Tree,
    UiResponse,
};

use crate::model::{Action, AppAction, Doc, DocId, FileAction, Intent, ViewId};

use super::grid::GridState;
use super::icons::{self, Icon};
use super::theme::BODY;
use super::views_ui::views_ui;
use super::{Frame, Theme, menus};

/// Height of the row of tabs, in points.
pub(super) const TAB_HEIGHT: f32 = 30.0;
/// The widest title, in points; of longer ones the end is left out.
const MOST_TITLE: f32 = 180.0;
/// Room beside a title: a margin, and the closing cross.
const BESIDE_TITLE: f32 = 48.0;

/// A file in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pane {
    doc: DocId,
}

/// The arrangement, and what the grids keep between frames.
pub struct Tabs {
    tree: Tree<Pane>,
    grids: BTreeMap<ViewId, GridState>,
    /// The file that was in front in the last frame.
    front: Option<DocId>,
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
        intents: &mut Vec<Intent>,
    ) -> Vec<ViewId> {
        self.follow(frame);
        let mut drawing = Drawing {
            frame,
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

    /// The next file of the group that has the focus, or the one before it.
    pub(super) fn neighbor(&self, front: DocId, by: isize) -> Option<DocId> {
        let tile = self.tile_of(front)?;
        let parent = self.tree.tiles.parent_of(tile)?;
        let Tile::Container(Container::Tabs(tabs)) = self.tree.tiles.get(parent)? else {
            return None;
        };
        let at = tabs.children.iter().position(|child| *child == tile)?;
        let n_tabs = isize::try_from(tabs.children.len()).ok()?;
        let next = (isize::try_from(at).ok()? + by).rem_euclid(n_tabs);
        let next = tabs.children.get(usize::try_from(next).ok()?)?;
        match self.tree.tiles.get(*next)? {
            Tile::Pane(pane) => Some(pane.doc),
            Tile::Container(_) => None,
        }
    }

    fn tile_of(&self, doc: DocId) -> Option<TileId> {
        self.tree.tiles.iter().find_map(|(id, tile)| match tile {
            Tile::Pane(pane) if pane.doc == doc => Some(*id),
            _ => None,
        })
    }

    /// Takes over what changed in the model.
    fn follow(&mut self, frame: &Frame<'_>) {
        let docs = &frame.model.docs;
        let gone: Vec<TileId> = self
            .tree
            .tiles
            .iter()
            .filter_map(|(id, tile)| match tile {
                Tile::Pane(pane) => docs.iter().all(|doc| doc.id != pane.doc).then_some(*id),
                Tile::Container(_) => None,
            })
            .collect();
        // those that open come before those that close go, so that a lone tab's place is taken and not lost
        let mut has_new = false;
        for doc in docs {
            if self.tile_of(doc.id).is_none() {
                self.add(doc, docs);
                has_new = true; // a new group has chosen one of its own
            }
        }
        for tile in gone {
            self.tree.remove_recursively(tile);
        }
        self.grids
            .retain(|view, _| frame.model.doc_of(*view).is_some());
        let front = frame.doc.map(|doc| doc.id);
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
        let pane = Pane { doc: doc.id };
        let place = self.place_beside(doc, docs).or_else(|| {
            let (group, at) = self.place_of(self.front?)?;
            Some((group, at + 1))
        });
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
            // a file alone has no group
            let is_earlier = match self.tree.tiles.get(root) {
                Some(Tile::Pane(alone)) => docs.iter().any(|known| {
                    known.id == alone.doc && known.batch == doc.batch && doc.id < known.id
                }),
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
            .filter_map(|known| Some((known.id, self.place_of(known.id)?)));
        let earlier = mates.clone().filter(|(id, _)| *id < doc.id);
        let later = mates.filter(|(id, _)| *id > doc.id);
        let after = earlier.max_by_key(|(id, _)| *id);
        let after = after.map(|(_, (group, at))| (group, at + 1));
        after.or_else(|| later.min_by_key(|(id, _)| *id).map(|(_, place)| place))
    }

    /// The group that a file's tab is in, and where in it.
    fn place_of(&self, doc: DocId) -> Option<(TileId, usize)> {
        let tile = self.tile_of(doc)?;
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
    grids: &'a mut BTreeMap<ViewId, GridState>,
    intents: &'a mut Vec<Intent>,
    shown: Vec<ViewId>,
    was_dropped: bool,
}

impl Drawing<'_, '_> {
    fn push(&mut self, view: Option<ViewId>, action: Action) {
        self.intents.push(Intent { view, action });
    }

    fn named(&self, tiles: &Tiles<Pane>, tile: TileId) -> (String, Option<&Doc>) {
        let doc = match tiles.get(tile) {
            Some(Tile::Pane(pane)) => self.frame.model.doc_by(pane.doc),
            _ => None,
        };
        (
            doc.map_or_else(|| "side by side".to_owned(), Doc::name),
            doc,
        )
    }

    fn theme(&self) -> &Theme {
        self.frame.theme
    }
}

impl Behavior<Pane> for Drawing<'_, '_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, pane: &mut Pane) -> UiResponse {
        let Some(doc) = self.frame.model.doc_by(pane.doc) else {
            return UiResponse::None;
        };
        let frame = self.frame.of(doc);
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut intents = Vec::new();
        self.shown.extend(doc.views.iter().map(|view| view.id));
        views_ui(ui, &frame, doc, self.grids, &mut intents);
        let focuses = !frame.is_front()
            && !intents.is_empty()
            && ui.input(|input| input.pointer.any_pressed());
        if focuses {
            self.push(None, Action::App(AppAction::FocusDoc(pane.doc)));
        }
        self.intents.append(&mut intents);
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> egui::WidgetText {
        let doc = self.frame.model.doc_by(pane.doc);
        doc.map(Doc::name).unwrap_or_default().into()
    }

    fn tab_ui(
        &mut self,
        tiles: &mut Tiles<Pane>,
        ui: &mut Ui,
        id: egui::Id,
        tile: TileId,
        state: &TabState,
    ) -> Response {
        let (label, doc) = self.named(tiles, tile);
        let (name, edited) = (doc.map(|doc| doc.id), doc.is_some_and(Doc::has_unsaved));
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
        if let Some(doc) = name.filter(|_| closes) {
            self.push(None, Action::File(FileAction::CloseDoc(doc)));
        }
        let tab = tab.on_hover_text(
            name.and_then(|name| self.frame.model.doc_by(name))
                .map(|doc| super::describe::path(&doc.path))
                .unwrap_or_default(),
        );
        if let Some(doc) = name.filter(|_| tab.clicked() || tab.drag_started()) {
            self.push(None, Action::App(AppAction::FocusDoc(doc)));
        }
        if let Some(doc) = name.and_then(|name| self.frame.model.doc_by(name)) {
            menus::tab_menu_ui(ui, &tab, doc, self.intents);
        }
        self.on_tab_button(tiles, tile, tab)
    }

    fn on_edit(&mut self, edit: egui_tiles::EditAction) {
        self.was_dropped |= edit == egui_tiles::EditAction::TileDropped;
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions {
            all_panes_must_have_tabs: self.frame.model.docs.len() > 1,
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

/// A drop on a view splits inside its tab, so that the other tabs of the group hide the split. Lifts such splits out of
/// the group: `Tabs(Split(Tabs(a) Tabs(d)) b c)` becomes `Split(Tabs(a b c) Tabs(d))`.
fn lift_splits(tree: &mut Tree<Pane>) {
    while let Some((group, split)) = split_in_group(tree) {
        if lift(tree, group, split).is_none() {
            return;
        }
    }
}

fn split_in_group(tree: &Tree<Pane>) -> Option<(TileId, TileId)> {
    tree.tiles.iter().find_map(|(id, tile)| {
        let Tile::Container(Container::Tabs(tabs)) = tile else {
            return None;
        };
        let split = tabs.children.iter().find(|child| {
            matches!(
                tree.tiles.get(**child),
                Some(Tile::Container(Container::Linear(_)))
            )
        })?;
        Some((*id, *split))
    })
}

fn lift(tree: &mut Tree<Pane>, group: TileId, split: TileId) -> Option<()> {
    let Some(Tile::Container(Container::Linear(linear))) = tree.tiles.get(split) else {
        return None;
    };
    let first = *linear.children.first()?;
    let moved: Vec<TileId> = match tree.tiles.get(first) {
        Some(Tile::Container(Container::Tabs(tabs))) => tabs.children.clone(),
        _ => vec![first],
    };
    let Some(Tile::Container(Container::Tabs(tabs))) = tree.tiles.get_mut(group) else {
        return None;
    };
    let at = tabs.children.iter().position(|child| *child == split)?;
    tabs.children.splice(at..=at, moved.iter().copied());
    tabs.active = moved.first().copied();
    // the two trade places: the split stands where the group stood, the group is its first part
    let (group_tile, mut split_tile) = (tree.tiles.remove(group)?, tree.tiles.remove(split)?);
    if let Tile::Container(Container::Linear(linear)) = &mut split_tile {
        for child in &mut linear.children {
            if *child == first {
                *child = split;
            }
        }
    }
    if !moved.contains(&first) {
        tree.tiles.remove(first);
    }
    tree.tiles.insert(group, split_tile);
    tree.tiles.insert(split, group_tile);
    Some(())
}
