//! Paints the grid as one mesh: backgrounds first, then glyphs, marks last.

use egui::{Color32, Rect, Ui, pos2, vec2};

use crate::bytes::Span;
use crate::bytes::class::{hex_pair, text_char};
use crate::model::window::{CellFlags, FLASH_STEPS};
use crate::model::{Column, PageState, View, Window};

use super::Frame;
use super::geometry::Geometry;
use super::glyphs::{Glyphs, Quads};
use super::grid_beside;
use super::grid_found;
use super::theme::Theme;

/// What a frame of the grid is painted from.
pub(super) struct Painting<'a> {
    pub(super) frame: &'a Frame<'a>,
    /// The view that is drawn.
    pub(super) view: &'a View,
    pub(super) page_bytes: u64,
    pub(super) geometry: &'a Geometry,
    pub(super) glyphs: &'a Glyphs,
    pub(super) focused: bool,
}

/// A row on the screen.
struct Row<'a> {
    /// Counted from the first one shown.
    line: u64,
    span: Span,
    /// The bytes and cells of the row that are known, from `first` on.
    first: u64,
    bytes: &'a [u8],
    cells: &'a [CellFlags],
}

/// Paints heads and rows.
pub(super) fn paint(ui: &Ui, painting: &Painting<'_>, quads: &mut Quads) {
    let geometry = painting.geometry;
    let theme = painting.frame.theme;
    let whole = geometry.head.union(geometry.body);
    ui.painter().rect_filled(whole, 0.0, theme.grid);

    let n_rows = usize::try_from(geometry.painted_rows()).unwrap_or(0);
    quads.begin(n_rows * (geometry.cells.columns * 3 + 40));
    rows(painting, quads);
    ui.painter()
        .with_clip_rect(geometry.body)
        .add(quads.finish(painting.glyphs, geometry.body));

    quads.begin(geometry.cells.columns * 2 + 40);
    heads(painting, quads);
    ui.painter()
        .with_clip_rect(geometry.head)
        .add(quads.finish(painting.glyphs, geometry.head));
}

fn heads(painting: &Painting<'_>, quads: &mut Quads) {
    let (geometry, theme, glyphs) = (painting.geometry, painting.frame.theme, painting.glyphs);
    let cells = geometry.cells;
    quads.rect(geometry.head, theme.grid_edge);
    let line = Rect::from_min_max(
        pos2(geometry.head.min.x, geometry.head.max.y - 1.0),
        geometry.head.max,
    );
    quads.rect(line, theme.line);
    let y = geometry.head.min.y + 2.0;
    let at = |cell: usize| pos2(geometry.at(cell, 0).x, y);
    quads.text(glyphs, at(1), "Offset", theme.offset);
    let view = &painting.view.viewport;
    let cursor_column = view.rows().column_from_offset(view.cursor);
    for column in 0..cells.columns {
        let digits = hex_pair(u8::try_from(column).unwrap_or(0));
        let color = if column as u64 == cursor_column {
            theme.text
        } else {
            theme.offset
        };
        let x = cells.hex_at(column);
        quads.glyph(glyphs, at(x), digits[0], color);
        quads.glyph(glyphs, at(x + 1), digits[1], color);
    }
    quads.text(glyphs, at(cells.text), "Text", theme.offset);
    if at(cells.lane + 4).x <= painting.geometry.body.max.x {
        quads.text(glyphs, at(cells.lane), "Page", theme.offset);
    }
}

fn rows(painting: &Painting<'_>, quads: &mut Quads) {
    let view = &painting.view.viewport;
    let geometry = painting.geometry;
    let lane = Rect::from_min_max(
        pos2(
            geometry.at(geometry.cells.lane, 0).x - geometry.cell.x / 2.0,
            geometry.body.min.y,
        ),
        pos2(geometry.at(geometry.cells.total, 0).x, geometry.body.max.y),
    );
    quads.rect(lane, painting.frame.theme.grid_edge);
    let beside = grid_beside::Beside {
        frame: painting.frame,
        geometry,
        pixel: 1.0 / painting.glyphs.pixels_per_point(),
    };
    let end = view
        .row_count()
        .min(view.top.saturating_add(geometry.painted_rows()));
    let found = grid_found::in_sight(painting.frame, view.visible(), view.columns);
    for row in view.top..end {
        let span = view.rows().span_from_row(row, view.extent);
        let known = painting
            .frame
            .window()
            .and_then(|window| window.slice(span));
        let (first, bytes, cells) = known.unwrap_or((span.start(), &[], &[]));
        let row = Row {
            line: row - view.top,
            span,
            first,
            bytes,
            cells,
        };
        backgrounds(painting, &row, quads);
        offset(painting, &row, quads);
        glyphs(painting, &row, quads);
        page(painting, &row, quads);
        grid_beside::row(&beside, row.span, row.line, quads);
        let place = (geometry, beside.pixel);
        grid_found::row(painting.frame, place, &found, (row.span, row.line), quads);
    }
    grid_beside::cursor(&beside, quads);
    cursor(painting, quads);
}

/// Fills behind runs of cells: selection, lookup, flashes, edits, gaps.
fn backgrounds(painting: &Painting<'_>, row: &Row<'_>, quads: &mut Quads) {
    let theme = painting.frame.theme;
    let view = &painting.view.viewport;
    let (frame, has_keys) = (painting.frame, painting.focused);
    if view.anchor.is_some() || grid_found::is_current(frame, has_keys, view.cursor) {
        fill(painting, row, view.selection(), theme.selection, quads);
    }
    if painting.frame.lookup().is_previewing()
        && let Some(found) = painting.frame.lookup().found()
    {
        fill(painting, row, found, theme.found, quads);
    }
    if row.cells.iter().all(|cell| cell.is_plain()) {
        return;
    }
    let mut at = row.first;
    for run in row.cells.chunk_by(|left, right| left == right) {
        let span = Span::at(at, run.len() as u64).unwrap_or(Span::empty(at));
        at = span.end();
        let Some(cell) = run.first().filter(|cell| !cell.is_plain()) else {
            continue;
        };
        if cell.is_edited() || cell.is_waiting() {
            fill(painting, row, span, theme.edited_fill, quads);
        }
        if cell.is_unreadable() {
            fill(painting, row, span, theme.unreadable_fill, quads);
        }
        // Without motion it stands as strong as at first for as long, and is gone at once.
        let flash = match cell.flash() {
            1.. if painting.frame.model.wants_less_motion() => FLASH_STEPS,
            step => step,
        };
        if let Some(color) = theme.flash.get(usize::from(flash)).filter(|_| flash > 0) {
            fill(painting, row, span, *color, quads);
        }
    }
}

/// One rectangle in the hex and one in the text column behind the bytes of `span` that stand in this row.
fn fill(painting: &Painting<'_>, row: &Row<'_>, span: Span, color: Color32, quads: &mut Quads) {
    let Some(both) = row.span.intersect(span) else {
        return;
    };
    let geometry = painting.geometry;
    let column = |offset: u64| usize::try_from(offset - row.span.start()).unwrap_or(0);
    let (from, to) = (column(both.start()), column(both.end() - 1));
    let (left, right) = (geometry.cells.hex_at(from), geometry.cells.hex_at(to) + 2);
    let pad = vec2(geometry.cell.x * 0.5, 0.0);
    quads.rect(
        geometry.rect(left, right - left, row.line).expand2(pad),
        color,
    );
    quads.rect(
        geometry.rect(geometry.cells.text + from, to - from + 1, row.line),
        color,
    );
}

fn offset(painting: &Painting<'_>, row: &Row<'_>, quads: &mut Quads) {
    let (geometry, theme) = (painting.geometry, painting.frame.theme);
    let has_cursor = row.span.contains(painting.view.viewport.cursor);
    let color = if has_cursor { theme.text } else { theme.offset };
    let digits = geometry.cells.digits;
    for place in 0..digits {
        let shift = 4 * (digits - 1 - place);
        let digit = usize::try_from(
            row.span
                .start()
                .checked_shr(u32::try_from(shift).unwrap_or(64))
                .unwrap_or(0)
                & 15,
        );
        let character = digit
            .ok()
            .and_then(|digit| crate::bytes::class::HEX_DIGITS.get(digit).copied());
        quads.glyph(
            painting.glyphs,
            geometry.at(1 + place, row.line),
            character.unwrap_or(b'?'),
            color,
        );
    }
}

fn glyphs(painting: &Painting<'_>, row: &Row<'_>, quads: &mut Quads) {
    let (geometry, theme, glyphs) = (painting.geometry, painting.frame.theme, painting.glyphs);
    let skipped = usize::try_from(row.first - row.span.start()).unwrap_or(0);
    for (index, (byte, cell)) in row.bytes.iter().zip(row.cells).enumerate() {
        let column = skipped + index;
        let hex = geometry.at(geometry.cells.hex_at(column), row.line);
        let text = geometry.at(geometry.cells.text + column, row.line);
        if cell.is_plain() || cell.is_byte() {
            let color = if cell.is_edited() {
                theme.edited
            } else {
                theme.byte[usize::from(*byte)]
            };
            let digits = hex_pair(*byte);
            quads.glyph(glyphs, hex, digits[0], color);
            quads.glyph(
                glyphs,
                pos2(hex.x + geometry.cell.x, hex.y),
                digits[1],
                color,
            );
            quads.glyph(glyphs, text, ascii(*byte), color);
            if !cell.is_plain() {
                marks(painting, *cell, column, row.line, quads);
            }
        } else {
            let (sign, color) = if cell.is_past_end() {
                (b'-', theme.past_end)
            } else {
                (b'?', theme.unreadable)
            };
            quads.glyph(glyphs, hex, sign, color);
            quads.glyph(glyphs, pos2(hex.x + geometry.cell.x, hex.y), sign, color);
            if cell.is_unreadable() {
                quads.glyph(glyphs, text, sign, color);
            }
            if cell.is_waiting() {
                marks(painting, *cell, column, row.line, quads);
            }
        }
    }
}

/// Marks that do not rest on color: a line below an edit, one above a change, one through a lost edit, a dot above a byte of
/// which the file holds something else.
fn marks(painting: &Painting<'_>, cell: CellFlags, column: usize, line: u64, quads: &mut Quads) {
    let (geometry, theme) = (painting.geometry, painting.frame.theme);
    let pixel = 1.0 / painting.glyphs.pixels_per_point();
    let hex = geometry.rect(geometry.cells.hex_at(column), 2, line);
    if cell.differs_from_file() {
        dot(painting, hex, theme.file_differs, quads);
    }
    for rect in [hex, geometry.rect(geometry.cells.text + column, 1, line)] {
        if cell.is_edited() {
            let below = Rect::from_min_max(
                pos2(rect.min.x, rect.max.y - 2.0 * pixel),
                pos2(rect.max.x, rect.max.y - pixel),
            );
            quads.rect(below, theme.edited);
        }
        if cell.flash() > 2 {
            let above = Rect::from_min_size(rect.min, vec2(rect.width(), pixel));
            quads.rect(above, theme.different);
        }
        if cell.is_waiting() {
            let middle = rect.center().y;
            quads.rect(
                Rect::from_min_size(pos2(rect.min.x, middle), vec2(rect.width(), pixel)),
                theme.waiting,
            );
        }
    }
}

/// The dot above a hex cell, on whole pixels.
fn dot(painting: &Painting<'_>, hex: Rect, color: Color32, quads: &mut Quads) {
    let scale = painting.glyphs.pixels_per_point();
    let pixels = |points: f32| (points * scale).round().max(2.0) / scale;
    let size = vec2(pixels(4.0), pixels(3.0));
    let left = ((hex.center().x - size.x / 2.0) * scale).round() / scale;
    let rect = Rect::from_min_size(pos2(left, hex.min.y), size);
    quads.rect(rect, color);
}

/// The page lane: a bar in the color of the page's state, and on the page's first row on the screen its letter and number.
fn page(painting: &Painting<'_>, row: &Row<'_>, quads: &mut Quads) {
    let (geometry, theme) = (painting.geometry, painting.frame.theme);
    let state = painting
        .frame
        .window()
        .and_then(|window: &Window| window.page(row.span.start()).ok());
    let color = page_color(theme, state);
    let left_top = geometry.at(geometry.cells.lane, row.line);
    let width = (geometry.cell.x * 0.5).round();
    quads.rect(
        Rect::from_min_size(left_top, vec2(width, geometry.cell.y)),
        color,
    );

    let page_bytes = painting.page_bytes.max(1);
    let number = row.span.start() / page_bytes;
    let begins = (row.span.end() - 1) / page_bytes * page_bytes;
    if row.line == 0 || row.span.start().is_multiple_of(page_bytes) {
        let at = geometry.at(geometry.cells.lane + 1, row.line);
        quads.glyph(
            painting.glyphs,
            at,
            page_letter(state),
            if state == Some(PageState::PrivateCopy) {
                theme.copy
            } else {
                theme.offset
            },
        );
        let label = format!("p{number}");
        let cell = geometry.cells.lane + 3;
        // half a number would be another number
        if geometry.at(cell + label.len(), 0).x <= geometry.body.max.x {
            let at = geometry.at(cell, row.line);
            quads.text(painting.glyphs, at, &label, theme.offset);
        }
    }
    if row.span.start() <= begins && begins > painting.view.viewport.extent.start() {
        page_line(painting, row, begins, quads);
    }
}

/// The line between two pages: a stair where the page begins inside the row.
fn page_line(painting: &Painting<'_>, row: &Row<'_>, begins: u64, quads: &mut Quads) {
    let (geometry, theme) = (painting.geometry, painting.frame.theme);
    let pixel = 1.0 / painting.glyphs.pixels_per_point();
    let top = geometry.at(0, row.line).y;
    let bottom = top + geometry.cell.y;
    let edge = |cell: usize| geometry.at(cell, 0).x - geometry.cell.x * 0.5;
    let column = usize::try_from(begins - row.span.start()).unwrap_or(0);
    let right = geometry.at(geometry.cells.total, 0).x;
    let mut level = |from: f32, to: f32, y: f32| {
        quads.rect(
            Rect::from_min_max(pos2(from, y), pos2(to, y + pixel)),
            theme.page_line,
        );
    };
    if column == 0 {
        level(geometry.body.min.x, right, top);
        return;
    }
    let (hex, text) = (
        edge(geometry.cells.hex_at(column)),
        geometry.at(geometry.cells.text + column, 0).x,
    );
    let text_left = edge(geometry.cells.text);
    level(hex, text_left, top);
    level(geometry.body.min.x, hex, bottom - pixel);
    level(text, right, top);
    level(text_left, text, bottom - pixel);
    for x in [hex, text] {
        quads.rect(
            Rect::from_min_max(pos2(x, top), pos2(x + pixel, bottom)),
            theme.page_line,
        );
    }
}

fn page_color(theme: &Theme, state: Option<PageState>) -> Color32 {
    match state {
        Some(PageState::PrivateCopy) => theme.own_edge,
        Some(PageState::FilePage) => theme.file_page,
        Some(PageState::Swapped | PageState::NotPresent) | None => theme.no_page,
    }
}

fn page_letter(state: Option<PageState>) -> u8 {
    match state {
        Some(PageState::PrivateCopy) => b'C',
        Some(PageState::FilePage) => b'F',
        Some(PageState::Swapped) => b'S',
        Some(PageState::NotPresent) => b'-',
        None => b'?',
    }
}

/// The cursor: filled where it takes keys, an outline in the other column.
fn cursor(painting: &Painting<'_>, quads: &mut Quads) {
    let (geometry, theme, view) = (
        painting.geometry,
        painting.frame.theme,
        &painting.view.viewport,
    );
    let row = view.rows().row_from_offset(view.cursor);
    let Some(line) = row
        .checked_sub(view.top)
        .filter(|line| *line < geometry.painted_rows())
    else {
        return;
    };
    let column = usize::try_from(view.rows().column_from_offset(view.cursor)).unwrap_or(0);
    let hex = geometry.rect(geometry.cells.hex_at(column), 2, line);
    let text = geometry.rect(geometry.cells.text + column, 1, line);
    let (active, other) = if view.column == Column::Hex {
        (hex, text)
    } else {
        (text, hex)
    };
    outline(painting, other, quads);
    if !painting.focused {
        outline(painting, active, quads);
        return;
    }
    quads.rect(active.expand2(vec2(1.0, 0.0)), theme.cursor);
    let byte = painting
        .frame
        .window()
        .and_then(|window| window.byte(view.cursor));
    let digits = match (view.nibble, byte) {
        (Some(high), _) => [hex_pair(high)[1], b'_'],
        (None, Some(byte)) => hex_pair(byte),
        (None, None) => [b'-', b'-'],
    };
    if view.column == Column::Hex {
        let cell = painting.frame.window().and_then(|it| it.cell(view.cursor));
        if cell.is_some_and(CellFlags::differs_from_file) {
            dot(painting, hex, theme.cursor_text, quads);
        }
        quads.glyph(painting.glyphs, hex.min, digits[0], theme.cursor_text);
        quads.glyph(
            painting.glyphs,
            pos2(hex.min.x + geometry.cell.x, hex.min.y),
            digits[1],
            theme.cursor_text,
        );
    } else if let Some(byte) = byte {
        quads.glyph(painting.glyphs, text.min, ascii(byte), theme.cursor_text);
    }
}

fn outline(painting: &Painting<'_>, rect: Rect, quads: &mut Quads) {
    let pixel = 1.0 / painting.glyphs.pixels_per_point();
    let color = painting.frame.theme.cursor_outline;
    let rect = rect.expand2(vec2(1.0, 0.0));
    let (min, max) = (rect.min, rect.max);
    for side in [
        Rect::from_min_max(min, pos2(max.x, min.y + pixel)),
        Rect::from_min_max(pos2(min.x, max.y - pixel), max),
        Rect::from_min_max(min, pos2(min.x + pixel, max.y)),
        Rect::from_min_max(pos2(max.x - pixel, min.y), max),
    ] {
        quads.rect(side, color);
    }
}

fn ascii(byte: u8) -> u8 {
    u8::try_from(text_char(byte)).unwrap_or(b'.')
}
