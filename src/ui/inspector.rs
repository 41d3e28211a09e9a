//! The data inspector: what the bytes from the cursor on are as numbers, dates, identifiers and characters, in both orders
//! side by side, each of which can be copied and typed over.
//!
//! It owns where its values stand and what is being typed. It must not know how a value is read, nor how it is stored.

mod typing;
mod words;

use egui::{
    Align, Button, Event, Id, Layout, Panel, Popup, Response, RichText, ScrollArea, TextStyle, Ui,
    UiBuilder, Vec2, accesskit, vec2,
};

use crate::bytes::Span;
use crate::bytes::inspect::{Field, MOST_BYTES, NoReading, Order, Reading, read};
use crate::model::{Action, AppAction, Focus, View, ViewAction};

use super::geometry::{BAR_WIDTH, Cells};
use super::icons::{Icon, icon_button};
use super::menus::{give_back, is_asked_by_key};
use super::region::region_ui;
use super::theme::SMALL;
use super::{Frame, WindowState, describe};
use typing::{Typing, typing_ui};
use words::{drawn, hover_words, spoken, why_words};

/// Height of a row, in points.
const ROW: f32 = 20.0;
/// The widest of a field's names, in points.
const NAME: f32 = 122.0;
/// Behind a name, in points.
const BEHIND_NAME: f32 = 10.0;
/// The narrowest column for one order, in points: twenty digits, or a moment.
const LEAST_VALUE: f32 = 156.0;
/// The widest, in points: a moment with its fractions, 31 characters.
const MOST_VALUE: f32 = 222.0;
/// Between two columns of rows, in points.
const GAP: f32 = 14.0;
/// Beside a value in its cell, both sides together, in points.
const PADDING: f32 = 8.0;
/// The narrowest cell where there is no value, in points.
const NO_VALUE: f32 = 30.0;
/// What is above the rows, in points.
const HEAD: f32 = 30.0;
/// The least of the bytes that stays to be seen, in points.
const LEAST_GRID: f32 = 110.0;

/// A value's place among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    field: Field,
    order: Order,
}

/// What the inspector keeps between frames.
#[derive(Debug, Default)]
pub struct InspectorView {
    typing: Option<Typing>,
    /// The value that is to have the keys again.
    back: Option<Place>,
}

/// What it reads.
struct Subject<'a> {
    view: &'a View,
    offset: u64,
    bytes: &'a [u8],
    behind: Behind,
}

/// What is behind the bytes that it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behind {
    /// Nothing: they reach to the end, or are as many as any value takes.
    Nothing,
    /// Bytes that were not read yet.
    Unread,
    /// Bytes that cannot be read.
    Unreadable,
}

/// Draws the inspector beside the bytes, or under them.
pub(super) fn inspector_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    state: &mut WindowState,
    actions: &mut Vec<Action>,
) {
    let Some((doc, view)) = frame.doc.zip(frame.view) else {
        return;
    };
    let cell = state.tabs.cell(view.id, ui.ctx());
    let columns = usize::try_from(view.viewport.columns).unwrap_or(usize::MAX);
    let cells = Cells::new(columns, view.viewport.extent, doc.page_bytes);
    let n_views = doc.views.len() as f32;
    let grid = vec2(
        (cells.total as f32 * cell.x + BAR_WIDTH) * n_views,
        (view.viewport.row_count().min(u64::from(u32::MAX)) as f32 + 3.0) * cell.y,
    );
    let room = ui.available_size();
    let inspector = &mut state.inspector;
    let typing = inspector.typing.as_ref();
    if typing.is_some_and(|typing| !typing.is_at(view.id, view.viewport.cursor)) {
        // Another view or another byte came forward, and what was being typed was for that one.
        *inspector = InspectorView::default();
    }
    let around = egui::Frame::new()
        .fill(frame.theme.bar)
        .inner_margin(egui::Margin::symmetric(10, 6));
    let column = NAME + 2.0 * LEAST_VALUE + 24.0;
    let under = height_under(ui, room.x - 20.0) + HEAD + 16.0;
    let is_short = grid.y + under <= room.y;
    if !is_short && grid.x + column <= room.x {
        let most = (room.x - grid.x)
            .min(NAME + 2.0 * MOST_VALUE + 40.0)
            .max(column);
        Panel::right("inspector beside")
            .frame(around)
            .exact_size(most)
            .resizable(false)
            .show(ui, |ui| contents_ui(ui, frame, inspector, actions));
    } else {
        let most = (room.y - LEAST_GRID).max(HEAD + ROW);
        let height = if is_short {
            under
        } else {
            (room.y * 0.5).min(under)
        };
        Panel::bottom("inspector under")
            .frame(around)
            .exact_size(height.min(most))
            .resizable(false)
            .show(ui, |ui| contents_ui(ui, frame, inspector, actions));
    }
}

/// The columns of rows that fit side by side.
struct Columns {
    /// The rows that each has.
    rows: usize,
    /// The room for the names in each, in points.
    names: Vec<f32>,
    /// The room for one value, in points: the same in all of them.
    value: f32,
}

/// As many columns as show their values whole, or one.
fn arrange(ui: &Ui, width: f32) -> Columns {
    let arranged = |n: usize| {
        let rows = Field::ALL.len().div_ceil(n);
        let widest = |fields: &[Field]| {
            let names = fields.iter().map(|field| name_width(ui, *field));
            names.fold(0.0, f32::max) + BEHIND_NAME
        };
        let names: Vec<f32> = Field::ALL.chunks(rows).map(widest).collect();
        let rest = width - names.iter().sum::<f32>() - GAP * (n - 1) as f32;
        Columns {
            rows,
            value: rest / (2 * n) as f32,
            names,
        }
    };
    let fits = |columns: &Columns| columns.value >= LEAST_VALUE;
    let several = [3, 2].into_iter().map(arranged).find(fits);
    several.unwrap_or_else(|| arranged(1))
}

fn name_width(ui: &Ui, field: Field) -> f32 {
    describe::text_width(ui, field.name(), &TextStyle::Body)
}

/// The room for so many rows and what stands above them.
fn height(rows: usize) -> f32 {
    (rows + 1) as f32 * ROW
}

fn height_under(ui: &Ui, width: f32) -> f32 {
    height(arrange(ui, width).rows)
}

fn contents_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    inspector: &mut InspectorView,
    actions: &mut Vec<Action>,
) {
    let Some(view) = frame.view else {
        return;
    };
    let offset = view.viewport.cursor;
    let subject = subject_at(frame, view, offset);
    head_ui(ui, frame, view, subject.is_some(), actions);
    let Some(subject) = subject else {
        return;
    };
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let columns = arrange(ui, ui.available_width());
        let rows = columns.rows;
        let mut at = ui.cursor().min;
        let parts = Field::ALL.chunks(rows).zip(&columns.names);
        for (index, (fields, name)) in parts.enumerate() {
            let width = name + 2.0 * columns.value;
            let rect = egui::Rect::from_min_size(at, vec2(width, height(rows)));
            at.x += width + GAP;
            let mut column = ui.new_child(UiBuilder::new().id_salt(index).max_rect(rect));
            column.spacing_mut().item_spacing = Vec2::ZERO;
            column.spacing_mut().interact_size.y = ROW;
            column.spacing_mut().button_padding = vec2(PADDING / 2.0, 0.0);
            orders_ui(&mut column, frame, *name);
            for field in fields {
                let row = (*field, *name);
                row_ui(&mut column, frame, &subject, row, inspector, actions);
            }
        }
        ui.allocate_space(vec2(ui.available_width(), height(rows)));
    });
}

/// The bytes from `offset` on, as far as they are there to be read. `None` where they are not in sight.
fn subject_at<'a>(frame: &Frame<'a>, view: &'a View, offset: u64) -> Option<Subject<'a>> {
    let window = frame.window()?;
    let end = offset.saturating_add(MOST_BYTES as u64);
    let wanted = Span::new(offset, end.min(view.viewport.extent.end()))?;
    let (start, bytes, cells) = window.slice(wanted)?;
    let n = cells.iter().take_while(|cell| cell.is_byte()).count();
    let behind = match cells.get(n) {
        Some(cell) if cell.is_past_end() => Behind::Nothing,
        Some(_) => Behind::Unreadable,
        None if (n as u64) < wanted.len() => Behind::Unread,
        None => Behind::Nothing,
    };
    let bytes = bytes.get(..n).filter(|_| start == offset)?;
    Some(Subject {
        view,
        offset,
        bytes,
        behind,
    })
}

fn head_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    view: &View,
    is_in_sight: bool,
    actions: &mut Vec<Action>,
) {
    let offset = view.viewport.cursor;
    let role = (accesskit::Role::Group, "Data inspector");
    region_ui(ui, frame, Focus::Inspector, role, vec2(4.0, 2.0), |ui| {
        ui.horizontal(|ui| {
            ui.label(RichText::new("Data inspector").strong());
            ui.label(RichText::new(format!("at {offset:#x}")).color(frame.theme.weak));
            if !is_in_sight {
                let is_visible = view.viewport.visible().contains(offset);
                let waiting = frame.doc.and_then(|doc| doc.storage_words(None));
                let words = match (is_visible, waiting) {
                    (true, Some(waiting)) => format!("which is not read yet: {waiting}"),
                    (true, None) => "which is not read yet".to_owned(),
                    (false, _) => "which is not in sight".to_owned(),
                };
                ui.label(RichText::new(words).color(frame.theme.weak));
                if !is_visible && ui.button("Show it").clicked() {
                    actions.push(Action::View(ViewAction::GoTo(offset)));
                }
            }
            let right = Layout::right_to_left(Align::Center);
            ui.with_layout(right, |ui| {
                let words = "Hide the inspector";
                let close = icon_button(ui, Icon::Close, frame.theme.text, words, true);
                if close.on_hover_text("Hide the inspector (Ctrl+I)").clicked() {
                    actions.push(Action::App(AppAction::ToggleInspector));
                }
            });
        });
    });
    ui.add_space(3.0);
}

/// What the columns of values are.
fn orders_ui(ui: &mut Ui, frame: &Frame<'_>, name: f32) {
    let width = ui.available_width();
    let row = Layout::left_to_right(Align::Center);
    ui.allocate_ui_with_layout(vec2(width, ROW), row, |ui| {
        let room = (width - name) / 2.0;
        text_ui(ui, frame, name + 4.0, "");
        text_ui(ui, frame, room, "little-endian");
        text_ui(ui, frame, room - 4.0, "big-endian");
    });
}

/// Words of this width, in the middle of the row.
fn text_ui(ui: &mut Ui, frame: &Frame<'_>, width: f32, words: &str) {
    let row = Layout::left_to_right(Align::Center);
    ui.allocate_ui_with_layout(vec2(width, ROW), row, |ui| {
        ui.set_min_size(vec2(width, ROW));
        let text = RichText::new(words).color(frame.theme.weak);
        ui.add(egui::Label::new(text).truncate());
    });
}

fn row_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    subject: &Subject<'_>,
    (field, name): (Field, f32),
    inspector: &mut InspectorView,
    actions: &mut Vec<Action>,
) {
    let width = ui.available_width();
    let row = Layout::left_to_right(Align::Center);
    ui.allocate_ui_with_layout(vec2(width, ROW), row, |ui| {
        text_ui(ui, frame, name, field.name());
        let room = width - name;
        let orders: &[Order] = if field.has_order() {
            &[Order::Little, Order::Big]
        } else {
            &[Order::Little]
        };
        let half = room / orders.len() as f32;
        let is_typed = |typing: &Typing| typing.place.field == field;
        let mut first = half;
        if !inspector.typing.as_ref().is_some_and(is_typed) {
            first = first_width(ui, subject, field, (room, half));
        }
        for (order, width) in orders.iter().zip([first, room - first]) {
            let place = Place {
                field,
                order: *order,
            };
            let size = vec2(width, ROW);
            value_ui(ui, frame, subject, place, size, inspector, actions);
        }
    });
}

/// The width of the first of a field's values: half of the room, or where that is too little and the other order has no value,
/// most of it.
fn first_width(ui: &Ui, subject: &Subject<'_>, field: Field, (room, half): (f32, f32)) -> f32 {
    let value = |order| read(field, order, subject.bytes);
    match (value(Order::Little), value(Order::Big)) {
        (Ok(little), Err(_)) if field.has_order() => {
            let wanted = words::width(ui, &words::shown(&little)) + PADDING;
            wanted.clamp(half, (room - NO_VALUE).max(half))
        }
        _ => half,
    }
}

/// One value: a button, or the field that it is typed in.
fn value_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    subject: &Subject<'_>,
    place: Place,
    size: Vec2,
    inspector: &mut InspectorView,
    actions: &mut Vec<Action>,
) {
    let typing = inspector.typing.as_ref();
    if typing.is_some_and(|typing| typing.place == place) {
        typing_ui(ui, frame, subject, size, inspector, actions);
        return;
    }
    let id = Id::unique("inspected").with((place.field, place.order));
    let reading = read(place.field, place.order, subject.bytes);
    let (text, color) = match &reading {
        Ok(reading) => (drawn(ui, reading, size.x - PADDING), frame.theme.text),
        Err(_) => ("\u{2013}".to_owned(), frame.theme.weak),
    };
    let text = RichText::new(text).monospace().size(SMALL).color(color);
    let button = Button::selectable(false, text).truncate().min_size(size);
    let fill = Layout::top_down_justified(Align::Min);
    let builder = UiBuilder::new().scope_id(id).layout(fill);
    let rect = egui::Rect::from_min_size(ui.cursor().min, size);
    let response = ui
        .scope_builder(builder.max_rect(rect), |ui| ui.add(button))
        .inner;
    spoken(&response, place, &reading, subject.behind);
    if inspector.back == Some(place) {
        inspector.back = None;
        response.request_focus();
    }
    let response = match &reading {
        Ok(reading) => response.on_hover_text(hover_words(place, reading)),
        Err(why) => {
            let why = why_words(*why, subject.behind);
            response.on_hover_text(format!("{}: {why}", place.field.name()))
        }
    };
    if let (true, Ok(reading)) = (is_copied(ui, &response), &reading) {
        actions.push(Action::App(AppAction::CopyText(reading.text.clone())));
    }
    let wants_typing = response.clicked() | menu_ui(ui, &response, &reading, actions);
    if wants_typing && reading != Err(NoReading::TooShort) {
        let text = reading.map_or_else(|_| String::new(), |reading| reading.text);
        inspector.typing = Some(Typing::new(subject, place, text));
        ui.ctx().request_repaint();
    }
}

/// Whether the copying key was pressed where `response` has the keys.
fn is_copied(ui: &Ui, response: &Response) -> bool {
    response.has_focus()
        && ui.input_mut(|input| {
            let before = input.events.len();
            input.events.retain(|event| !matches!(event, Event::Copy));
            input.events.len() < before
        })
}

/// The menu of a value. Whether it is to be typed over.
fn menu_ui(
    ui: &Ui,
    response: &Response,
    reading: &Result<Reading, NoReading>,
    actions: &mut Vec<Action>,
) -> bool {
    let by_key = is_asked_by_key(ui, response);
    let id = response.id.with("menu");
    if response.secondary_clicked() || by_key {
        response.request_focus();
        Popup::open_id(ui.ctx(), id);
    }
    let shown = Popup::from_response(response)
        .id(id)
        .kind(egui::PopupKind::Menu)
        .open_memory(None)
        .layout(Layout::top_down_justified(Align::Min))
        .style(egui::containers::menu::menu_style)
        .show(|ui| {
            ui.set_min_width(120.0);
            let types = ui.button("Type over it");
            if by_key {
                types.request_focus();
            }
            if let Ok(reading) = reading
                && ui.button("Copy").clicked()
            {
                actions.push(Action::App(AppAction::CopyText(reading.text.clone())));
                ui.close();
            }
            if types.clicked() {
                ui.close();
            }
            types.clicked()
        });
    let Some(shown) = shown else {
        return false;
    };
    give_back(ui, id, &shown.response, response);
    shown.inner
}
