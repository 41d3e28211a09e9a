//! The views of a file in its tab: one grid, or two, each with a header that says which it is.
//!
//! It owns where they stand and what stands above each. It must not know how bytes are drawn.

use std::collections::BTreeMap;

use egui::accesskit::{self, Role};
use egui::{Rect, Response, RichText, Sense, Stroke, StrokeKind, Ui, UiBuilder, Vec2, pos2, vec2};

use crate::bytes::Span;
use crate::bytes::size::counted;
use crate::model::differing::differing;
use crate::model::{
    Access, Action, AppAction, Columns, Doc, DocAction, FileAction, Intent, MappingAction, View,
    ViewId,
};

use super::describe::text_width;
use super::geometry::{BAR_WIDTH, Cells};
use super::grid::GridState;
use super::icons::{self, Icon};
use super::right::at_right;
use super::{Frame, grid_ui};

/// Height of a header, in points.
const HEADER: f32 = 26.0;
/// The line between the two views, in points.
const GAP: f32 = 1.0;
/// Rows that each of two views, one above the other, has at least: with fewer they stand side by side.
const LEAST_ROWS: f32 = 4.0;
/// Bytes in a row that two views side by side show, where that many are chosen.
const BESIDE_COLUMNS: usize = 16;

/// What the grids of two views were drawn in.
struct Place<'a> {
    view: &'a View,
    /// All of it, header and grid.
    rect: Rect,
}

/// What a header speaks of.
#[derive(Clone, Copy)]
struct Shown<'a> {
    frame: &'a Frame<'a>,
    doc: &'a Doc,
    view: &'a View,
    /// The bytes in sight.
    in_sight: Span,
}

/// Draws the views of `doc` into all the room there is.
pub(super) fn views_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    doc: &Doc,
    grids: &mut BTreeMap<ViewId, GridState>,
    intents: &mut Vec<Intent>,
) {
    let [first, second] = doc.views.as_slice() else {
        let view = doc.view();
        let mut actions = Vec::new();
        let grid = grids.entry(view.id).or_default();
        grid_ui(ui, &frame.of_view(doc, view), grid, &mut actions);
        push(view, &mut actions, intents);
        return;
    };
    let cell = grids.entry(first.id).or_default().cell(ui.ctx());
    let room = ui.available_rect_before_wrap();
    let (left, right) = split(room, stand_beside(frame, doc, room, cell));
    ui.painter().rect_filled(room, 0.0, frame.theme.line);
    for (view, rect) in [(first, left), (second, right)] {
        let place = Place { view, rect };
        let mut actions = Vec::new();
        view_ui(ui, frame, doc, &place, grids, &mut actions);
        push(view, &mut actions, intents);
    }
    ui.advance_cursor_after_rect(room);
}

fn push(view: &View, actions: &mut Vec<Action>, intents: &mut Vec<Intent>) {
    intents.extend(actions.drain(..).map(|action| Intent {
        view: Some(view.id),
        action,
    }));
}

/// Side by side where the bytes that are chosen for a row fit into half the width, or where there is no height for two.
fn stand_beside(frame: &Frame<'_>, doc: &Doc, room: Rect, cell: Vec2) -> bool {
    let fits = |n_columns: usize| {
        doc.views.iter().all(|view| {
            let cells = Cells::new(n_columns, view.viewport.extent, doc.page_bytes);
            cells.total as f32 * cell.x + BAR_WIDTH + GAP <= room.width() / 2.0
        })
    };
    let chosen = match frame.model.settings.columns {
        Columns::Fixed(n) => usize::from(n).min(BESIDE_COLUMNS),
        Columns::Fit => BESIDE_COLUMNS,
    };
    let height = 2.0 * (HEADER + cell.y * (LEAST_ROWS + 1.0));
    fits(chosen) || (room.height() < height && fits(8))
}

/// Two parts of the same size, so that both hold as many rows.
fn split(room: Rect, is_beside: bool) -> (Rect, Rect) {
    let size = if is_beside {
        vec2(((room.width() - GAP) / 2.0).floor(), room.height())
    } else {
        vec2(room.width(), ((room.height() - GAP) / 2.0).floor())
    };
    let size = size.max(Vec2::ZERO);
    let first = Rect::from_min_size(room.min, size);
    let second = if is_beside {
        pos2(room.max.x - size.x, room.min.y)
    } else {
        pos2(room.min.x, room.max.y - size.y)
    };
    (first, Rect::from_min_size(second, size))
}

/// One of two views: a group with a header and a grid.
fn view_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    doc: &Doc,
    place: &Place<'_>,
    grids: &mut BTreeMap<ViewId, GridState>,
    actions: &mut Vec<Action>,
) {
    let (view, rect) = (place.view, place.rect);
    let words = format!("{}, {}", doc.name(), doc.view_words(view.id));
    let group = UiBuilder::new()
        .id_salt(("view", view.id))
        .max_rect(rect)
        .accessibility_role(Role::Group)
        .accessibility_label(words);
    let mut ui = ui.new_child(group);
    ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
        node.set_bounds(super::geometry::bounds(rect));
    });
    let frame = &frame.of_view(doc, view);
    let (top, below) = rect.split_top_bottom_at_y(rect.min.y + HEADER);
    let mut header = ui.new_child(UiBuilder::new().id_salt("header").max_rect(top));
    let mut grid = ui.new_child(UiBuilder::new().id_salt("grid").max_rect(below));
    let in_sight = grid_ui(&mut grid, frame, grids.entry(view.id).or_default(), actions);
    let shown = Shown {
        frame,
        doc,
        view,
        in_sight,
    };
    header_ui(&mut header, shown, actions);
}

/// Mode, read-only, edits and differences; locked scrolling and the closing sign at the right.
fn header_ui(ui: &mut Ui, shown: Shown<'_>, actions: &mut Vec<Action>) {
    let Shown {
        frame, doc, view, ..
    } = shown;
    let theme = frame.theme;
    let rect = ui.max_rect();
    let has_focus = frame.has_focus();
    let fill = if has_focus {
        theme.bar
    } else {
        theme.grid_edge
    };
    ui.painter().rect_filled(rect, 0.0, fill);
    if has_focus {
        let line = Rect::from_min_size(rect.min, vec2(rect.width(), 2.0));
        ui.painter().rect_filled(line, 0.0, theme.accent);
    }
    // no stop for Tab: F6 leads to the bytes below
    let bar = ui.interact(rect, ui.unique_id().with("bar"), Sense::CLICK);
    if bar.clicked() {
        actions.push(Action::App(AppAction::FocusView(view.id)));
    }
    let inner = rect.shrink2(vec2(8.0, 0.0)).with_min_y(rect.min.y + 2.0);
    let mut ui = ui.new_child(UiBuilder::new().id_salt("inner").max_rect(inner));
    ui.spacing_mut().item_spacing.x = 8.0;
    let mut pressed = Vec::new();
    at_right(
        &mut ui,
        "header",
        |ui| facts_ui(ui, shown, actions),
        |ui| signs_ui(ui, frame, doc, view, &mut pressed),
    );
    actions.append(&mut pressed);
}

fn facts_ui(ui: &mut Ui, shown: Shown<'_>, actions: &mut Vec<Action>) {
    let Shown {
        frame, doc, view, ..
    } = shown;
    let theme = frame.theme;
    let (fill, text) = theme.of_mode(view.writes_through());
    let mode = format!(" {} ", view.mode.to_string().to_uppercase());
    let chip = RichText::new(mode).color(text).background_color(fill);
    ui.label(chip.strong());
    if view.access == Access::ReadOnly && lock_ui(ui, frame, doc, view).clicked() {
        actions.push(Action::Mapping(MappingAction::ToggleAccess));
    }
    let words = facts(frame, view, shown.in_sight);
    let room = ui.available_width();
    let gap = ui.spacing().item_spacing.x;
    let fits = |words: &[(String, egui::Color32)]| {
        let width = |text: &String| text_width(ui, text, &egui::TextStyle::Body) + gap;
        words.iter().map(|(text, _)| width(text)).sum::<f32>() <= room
    };
    let Some(words) = words.into_iter().find(|words| fits(words)) else {
        return;
    };
    for (text, color) in words {
        let label = ui.label(RichText::new(&text).color(color));
        ui.ctx().accesskit_node_builder(label.id, |node| {
            node.set_role(Role::Status);
            node.set_label(text.clone());
        });
    }
}

/// What is said of a view, from long to short.
fn facts(frame: &Frame<'_>, view: &View, in_sight: Span) -> [Vec<(String, egui::Color32)>; 3] {
    let theme = frame.theme;
    let mut edits = Vec::new();
    for (n_bytes, what) in [
        (view.journal.pending_bytes(), "edited"),
        (view.journal.patch_bytes(), "to reapply"),
    ] {
        if n_bytes > 0 {
            edits.push((format!("{n_bytes} {what}"), theme.edited));
        }
    }
    let part = (!view.whole).then(|| (format!("part {}", view.viewport.extent), theme.weak));
    let n_bytes = n_differing(frame, in_sight);
    let counts = n_bytes.map(|n_bytes| match n_bytes {
        0 => (
            "no byte in sight differs".to_owned(),
            "0 differ".to_owned(),
            theme.weak,
        ),
        n_bytes => {
            let verb = if n_bytes == 1 { "differs" } else { "differ" };
            let long = format!("{} in sight {verb}", counted(n_bytes, "byte"));
            (long, format!("{n_bytes} {verb}"), theme.different)
        }
    });
    let (long, short) = counts.map_or((None, None), |(long, short, color)| {
        (Some((long, color)), Some((short, color)))
    });
    let all: Vec<_> = edits.iter().cloned().chain(long).chain(part).collect();
    let fewer: Vec<_> = edits.into_iter().chain(short.clone()).collect();
    [all, fewer, short.into_iter().collect()]
}

/// The bytes in sight of both views that differ; `None` where one has none to show yet.
fn n_differing(frame: &Frame<'_>, in_sight: Span) -> Option<u64> {
    let other = frame.beside()?;
    let (one, beside) = (frame.window()?, other.window.as_ref()?);
    Some(differing(one, beside, in_sight).count() as u64)
}

/// The sign of a read-only view; pressed, it asks for read-write.
fn lock_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc, view: &View) -> Response {
    let name = format!("Make the {} read-write", doc.view_words(view.id));
    let sign = sign_ui(ui, frame, &name, false, |ui, rect, stroke| {
        icons::paint(
            ui.painter(),
            Icon::Lock,
            rect.center(),
            icons::SIZE,
            stroke.color,
        );
    });
    ui.label(RichText::new("read-only").color(frame.theme.weak));
    sign.on_hover_text("Read-only: the mapping refuses every store. Press to allow writing")
}

/// Locked scrolling, and the closing cross.
fn signs_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc, view: &View, actions: &mut Vec<Action>) {
    let locked = doc.lockstep.is_locked;
    let lock = sign_ui(ui, frame, "Lock scrolling", locked, |ui, rect, stroke| {
        // two links of a chain, joined or apart
        let middle = rect.center();
        let apart = if locked { 2.5 } else { 4.0 };
        let size = vec2(if locked { 7.5 } else { 5.5 }, 5.5);
        for x in [middle.x - apart, middle.x + apart] {
            let link = Rect::from_center_size(pos2(x, middle.y), size);
            ui.painter()
                .rect_stroke(link, 2.5, stroke, StrokeKind::Middle);
        }
    });
    lock.ctx.accesskit_node_builder(lock.id, |node| {
        node.set_toggled(if locked {
            accesskit::Toggled::True
        } else {
            accesskit::Toggled::False
        });
    });
    let words = if locked {
        "Both views show the same rows. Press to scroll each by itself (Ctrl+Shift+L)"
    } else {
        "Each view scrolls by itself. Press to have both show the same rows (Ctrl+Shift+L)"
    };
    if lock.on_hover_text(words).clicked() {
        actions.push(Action::Doc(DocAction::ToggleLockedScrolling));
    }
    let name = format!("Close the {}", doc.view_words(view.id));
    let close = sign_ui(ui, frame, &name, false, |ui, rect, stroke| {
        icons::paint(ui.painter(), Icon::Close, rect.center(), 12.0, stroke.color);
    });
    let words = "Close this view; the other one stays, with its edits (Ctrl+Shift+W)";
    if close.on_hover_text(words).clicked() {
        actions.push(Action::File(FileAction::CloseView));
    }
}

/// A button with a painted sign.
fn sign_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    name: &str,
    chosen: bool,
    paint: impl FnOnce(&Ui, Rect, Stroke),
) -> Response {
    let theme = frame.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(20.0, 20.0), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(Role::Button, true, name));
    if response.hovered() {
        ui.painter().rect_filled(rect, 4.0, theme.control_hovered);
    }
    if response.has_focus() {
        let ring = Stroke::new(1.5, theme.accent);
        ui.painter()
            .rect_stroke(rect, 4.0, ring, StrokeKind::Inside);
    }
    let color = if chosen { theme.accent } else { theme.text };
    let sign = Rect::from_center_size(rect.center(), vec2(10.0, 10.0));
    paint(ui, sign, Stroke::new(1.4, color));
    response
}
