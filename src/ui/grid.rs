//! The byte grid as a widget: offset, hex, text, page lane, scroll bar.
//!
//! It draws a copy of the bytes and returns what the person did; between frames it keeps only what belongs to the screen.

use egui::accesskit::{self, Role};
use egui::{
    Event, EventFilter, Id, MouseWheelUnit, PointerButton, Pos2, Rect, RectAlign, Response, Sense,
    Tooltip, Ui, Vec2,
};

use crate::bytes::Span;
use crate::model::{Action, AppAction, Columns, Doc, PageState, ViewAction, Viewport};

use super::Frame;
use super::describe;
use super::geometry::{Cells, Geometry, bounds};
use super::glyphs::{Glyphs, Quads};
use super::grid_found;
use super::grid_menu::GridMenu;
use super::grid_paint::{Painting, paint};
use super::key_place::{IsGrid, grid_id};
use super::scrollbar::ScrollBar;
use super::theme::grid_font;

/// Rows a notch of the wheel moves.
const NOTCH_ROWS: f64 = 3.0;

/// Points between the pointer and a hint, as egui has them for hints at the pointer.
const HINT_GAP: f32 = 12.0;

/// What the grid keeps between frames.
#[derive(Default)]
pub struct GridState {
    glyphs: Option<Glyphs>,
    quads: Quads,
    bar: ScrollBar,
    menu: GridMenu,
    /// A selection is being dragged.
    dragging: bool,
}

/// Draws the bytes of a view of the open file into all the room there is. Returns those that are in sight.
pub fn grid_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    state: &mut GridState,
    actions: &mut Vec<Action>,
) -> Span {
    let (Some(doc), Some(shown)) = (frame.doc, frame.view) else {
        return Span::empty(0);
    };
    let rect = ui.available_rect_before_wrap();
    let builder = egui::UiBuilder::new()
        .scope_id(grid_id(shown.id))
        .max_rect(rect)
        .sense(Sense::click_and_drag())
        .accessibility_role(Role::Grid)
        .accessibility_label("Bytes");
    let mut ui = ui.new_child(builder);
    let ui = &mut ui;
    ui.set_min_size(rect.size());
    let id = ui.unique_id();
    let ctx = ui.ctx().clone();
    ctx.data_mut(|data| data.insert_temp(id, IsGrid));
    let glyphs = state.take_glyphs(&ctx);

    let view = &shown.viewport;
    let geometry = lay_out(rect, frame, doc, &glyphs, actions);
    let response = ui.response();
    wheel(ui, rect, view, &geometry, actions);
    pointer(ui, &response, view, &geometry, state, actions);
    state.menu.show(ui, &response, frame, &geometry, actions);
    let focused = response.has_focus();
    if focused {
        keep_keys(ui, id);
    }
    let (rows, bar) = (id.with("rows"), geometry.bar);
    state.bar.show(ui, rows, bar, view, frame.theme, actions);
    grid_found::ticks(ui, frame, bar);

    let hovered = response
        .hover_pos()
        .filter(|pointer| geometry.body.contains(*pointer));
    let painting = Painting {
        frame,
        view: shown,
        page_bytes: doc.page_bytes,
        geometry: &geometry,
        glyphs: &glyphs,
        focused,
    };
    paint(ui, &painting, &mut state.quads);
    state.glyphs = Some(glyphs);
    accessible(ui, id, frame, doc, &geometry);
    if let Some(pointer) = hovered {
        hover(&response, frame, doc, &geometry, pointer);
    }
    in_sight(view, &geometry)
}

impl GridState {
    fn take_glyphs(&mut self, ctx: &egui::Context) -> Glyphs {
        let font = grid_font();
        let known = self.glyphs.take();
        let mut glyphs = known.unwrap_or_else(|| Glyphs::new(ctx, font.clone()));
        glyphs.refresh(ctx, &font);
        glyphs
    }

    /// Width and height of a cell, in points.
    pub(super) fn cell(&mut self, ctx: &egui::Context) -> Vec2 {
        let glyphs = self.take_glyphs(ctx);
        let cell = glyphs.cell();
        self.glyphs = Some(glyphs);
        cell
    }
}

/// The bytes whose rows are painted, the last one cut or not.
fn in_sight(view: &Viewport, geometry: &Geometry) -> Span {
    let last = view.top.saturating_add(geometry.painted_rows());
    let last = last.min(view.row_count()).saturating_sub(1);
    let end = view.rows().span_from_row(last, view.extent).end();
    Span::new(view.first(), end).unwrap_or(Span::empty(view.first()))
}

/// Where everything stands in `rect`. Asks for another layout where the present one does not fit.
fn lay_out(
    rect: Rect,
    frame: &Frame<'_>,
    doc: &Doc,
    glyphs: &Glyphs,
    actions: &mut Vec<Action>,
) -> Geometry {
    let view = &frame.view.unwrap_or_else(|| doc.view()).viewport;
    // as many as chosen, fewer where the window is too narrow: nothing is cut off
    let width = rect.width() - super::geometry::BAR_WIDTH;
    let fit = |extent| Cells::fit(width, glyphs.cell().x, extent, doc.page_bytes);
    // rows of views that show the same bytes are of one length
    let other = frame.beside().filter(|_| doc.lockstep.is_locked);
    let other = other.map_or(64, |other| fit(other.viewport.extent));
    let fit = fit(view.extent).min(other);
    let columns = match frame.model.settings.columns {
        Columns::Fixed(n) => usize::from(n).clamp(8, 64).min(fit),
        Columns::Fit => fit,
    };
    let cells = Cells::new(
        usize::try_from(view.columns).unwrap_or(16),
        view.extent,
        doc.page_bytes,
    );
    let geometry = Geometry::new(
        rect,
        cells,
        glyphs.cell(),
        view.fraction_points,
        glyphs.pixels_per_point(),
    );
    if columns as u64 != view.columns || geometry.page_rows != view.page_rows {
        actions.push(Action::View(ViewAction::Layout {
            columns: columns as u64,
            page_rows: geometry.page_rows,
        }));
    }
    geometry
}

/// Has the toolkit leave the grid's keys to the grid: Tab swaps the columns here, the arrows move the cursor, and Esc
/// leaves the keyboard where it is.
fn keep_keys(ui: &Ui, id: Id) {
    let filter = EventFilter {
        tab: true,
        horizontal_arrows: true,
        vertical_arrows: true,
        escape: true,
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
}

/// The wheel: a notch is exactly three rows everywhere; touchpads scroll by points.
fn wheel(ui: &Ui, rect: Rect, view: &Viewport, geometry: &Geometry, actions: &mut Vec<Action>) {
    if !ui.rect_contains_pointer(rect) {
        return;
    }
    let (n_rows, points, zoom) = ui.input_mut(|input| {
        let (mut n_rows, mut points, mut zoom) = (0.0_f64, 0.0_f32, 0.0_f32);
        for event in &input.events {
            if let Event::MouseWheel {
                unit,
                delta,
                modifiers,
                ..
            } = event
            {
                if modifiers.command {
                    zoom += delta.y;
                    continue;
                }
                match unit {
                    MouseWheelUnit::Line => n_rows -= f64::from(delta.y) * NOTCH_ROWS,
                    MouseWheelUnit::Page => n_rows -= f64::from(delta.y) * view.page_rows as f64,
                    MouseWheelUnit::Point => points -= delta.y,
                }
            }
        }
        // nobody else scrolls by it, nor gets the smoothed rest of it in later frames
        input.smooth_scroll_delta = Vec2::ZERO;
        (n_rows, points, zoom)
    });
    if n_rows != 0.0 {
        actions.push(Action::View(ViewAction::ScrollRows(n_rows.round() as i64)));
    }
    if points != 0.0 {
        actions.push(Action::View(ViewAction::ScrollPoints {
            points,
            row_points: geometry.cell.y,
        }));
    }
    if zoom != 0.0 {
        actions.push(Action::App(AppAction::Zoom(if zoom > 0.0 {
            1
        } else {
            -1
        })));
    }
}

/// Click, Shift-click and drag.
fn pointer(
    ui: &Ui,
    response: &Response,
    view: &Viewport,
    geometry: &Geometry,
    state: &mut GridState,
    actions: &mut Vec<Action>,
) {
    if !response.is_pointer_button_down_on() {
        state.dragging = false;
        return;
    }
    let Some(pointer) = response.interact_pointer_pos() else {
        return;
    };
    // the press counts where it was, with the modifiers of that moment
    let press = ui.input(|input| input.events.iter().find_map(pressed_at));
    let pressed = press.is_some();
    let (pointer, shift) = press.unwrap_or((pointer, false));
    if pressed {
        response.request_focus();
        state.dragging = geometry.body.contains(pointer) && geometry.hit(pointer, view).is_some();
    }
    if !state.dragging {
        return;
    }
    let Some((offset, column)) = geometry.hit(pointer, view) else {
        return;
    };
    if pressed {
        actions.push(Action::View(ViewAction::Point {
            offset,
            extend: shift,
            column,
        }));
    } else if offset != view.cursor
        && ui.input(|input| input.pointer.delta() != Vec2::ZERO || beyond(geometry, pointer))
    {
        actions.push(Action::View(ViewAction::Point {
            offset,
            extend: true,
            column: view.column,
        }));
        if beyond(geometry, pointer) {
            ui.ctx().request_repaint(); // goes on scrolling while the pointer stays outside
        }
    }
}

/// Where the left button went down, and whether Shift was held.
fn pressed_at(event: &Event) -> Option<(Pos2, bool)> {
    match event {
        Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed: true,
            modifiers,
        } => Some((*pos, modifiers.shift)),
        _ => None,
    }
}

fn beyond(geometry: &Geometry, pointer: Pos2) -> bool {
    pointer.y < geometry.body.min.y || pointer.y > geometry.body.max.y
}

/// What stands under the pointer, in words.
fn hover(response: &Response, frame: &Frame<'_>, doc: &Doc, geometry: &Geometry, pointer: Pos2) {
    let lane_x = geometry.at(geometry.cells.lane, 0).x;
    let row = ((pointer.y - geometry.origin.y) / geometry.cell.y)
        .floor()
        .max(0.0) as u64;
    let view = &frame.view.unwrap_or_else(|| doc.view()).viewport;
    let span = view
        .rows()
        .span_from_row(view.top.saturating_add(row), view.extent);
    if span.is_empty() {
        return;
    }
    let text = if pointer.x >= lane_x {
        page_words(frame, doc, span.start())
    } else if let Some((offset, _)) = geometry.hit(pointer, view) {
        let mut lines = vec![describe::byte(frame, doc, offset)];
        lines.extend(describe::file(frame, offset));
        lines.push(page_words(frame, doc, offset));
        lines.join("\n")
    } else {
        return;
    };
    hover_text(response, pointer, text);
}

/// A hint at the pointer that stays over the grid where it can: the panel beside it tells of the same byte, and must
/// not be covered by a word about it.
fn hover_text(response: &Response, pointer: Pos2, text: String) {
    let mut hint = Tooltip::for_enabled(response).at_pointer().gap(HINT_GAP);
    let id = Tooltip::tooltip_id(response.id, 0);
    let width = hint.popup.ctx().global_style().spacing.tooltip_width;
    hint.popup = hint.popup.id(id);
    let width = hint.popup.get_expected_size().map_or(width, |size| size.x);
    if pointer.x + width > response.rect.right() && pointer.x - width >= response.rect.left() {
        hint.popup = hint.popup.align(RectAlign::BOTTOM_END);
    }
    hint.show(|ui| ui.label(text));
}

fn page_words(frame: &Frame<'_>, doc: &Doc, offset: u64) -> String {
    let page = offset / doc.page_bytes.max(1);
    let first = page.saturating_mul(doc.page_bytes);
    let state = match frame.window().map(|window| window.page(offset)) {
        Some(Ok(state)) => format!("{}: {}", describe::page_state(state), page_meaning(state)),
        Some(Err(why)) => format!("its state is {why}"),
        None => "not looked at yet".to_owned(),
    };
    format!("Page {page} (p{page} = {first:#x}), {state}")
}

fn page_meaning(state: PageState) -> &'static str {
    match state {
        PageState::PrivateCopy => {
            "this view wrote here, so the whole page was copied; what others write in it no longer shows"
        }
        PageState::FilePage => {
            "the page cache's own page; what anybody writes in the file shows here"
        }
        PageState::Swapped => "moved out to swap",
        PageState::NotPresent => "not mapped into memory at the moment of looking",
    }
}

/// Rows and cursor for screen readers and tests; costs nothing while nobody listens.
fn accessible(ui: &Ui, id: Id, frame: &Frame<'_>, doc: &Doc, geometry: &Geometry) {
    let ctx = ui.ctx();
    let view = &frame.view.unwrap_or_else(|| doc.view()).viewport;
    let body = geometry.body;
    let listening = ctx.accesskit_node_builder(id, |node| {
        node.set_row_count(usize::try_from(view.row_count()).unwrap_or(usize::MAX));
        node.set_column_count(geometry.cells.columns);
        let file = describe::file(frame, view.cursor);
        let byte = describe::byte(frame, doc, view.cursor);
        node.set_value(file.map_or_else(|| byte.clone(), |file| format!("{byte}; {file}")));
        node.add_action(accesskit::Action::Focus);
        node.set_bounds(bounds(body));
    });
    if listening.is_none() {
        return;
    }
    let last = view
        .row_count()
        .min(view.top.saturating_add(geometry.page_rows));
    for row in view.top..last {
        let row_id = id.with(("row", row)); // a bare number is what egui gives the grid's tooltip
        let rect = geometry.rect(0, geometry.cells.total, row - view.top);
        let _ = ui.interact(rect, row_id, Sense::empty()); // gives the node its parent
        let label = describe::row(frame, doc, row);
        let differing = describe::row_in_file(frame, doc, row);
        ctx.accesskit_node_builder(row_id, |node| {
            node.set_role(Role::Row);
            node.set_label(label);
            node.set_row_index(usize::try_from(row).unwrap_or(usize::MAX));
            node.set_bounds(bounds(rect));
            if let Some(differing) = &differing {
                node.set_description(differing.as_str());
            }
            if row == view.rows().row_from_offset(view.cursor) {
                node.set_selected(true);
            }
        });
    }
}
