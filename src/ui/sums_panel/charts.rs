//! Two charts: how often each byte stands there, and entropy along the bytes.
//!
//! It must not know where they are drawn.

use egui::{
    Align2, Pos2, Rect, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, pos2, vec2,
};

use crate::bytes::class::text_char;
use crate::bytes::histogram::Histogram;
use crate::bytes::size::counted;
use crate::model::sums::SumsReport;
use crate::model::{Action, ViewAction};
use crate::ui::Frame;

/// The height of a chart, in points.
const HEIGHT: f32 = 72.0;
/// Room for words below it.
const BELOW: f32 = 16.0;
/// The most bits a byte can tell.
const MOST_BITS: f32 = 8.0;

/// The plot, and the place of the words below it.
fn plot_of(ui: &mut Ui, sense: Sense) -> (Rect, egui::Response) {
    let size = vec2(ui.available_width(), HEIGHT + BELOW);
    let (rect, response) = ui.allocate_exact_size(size, sense);
    let plot = Rect::from_min_max(rect.min, rect.max - vec2(1.0, BELOW));
    (plot, response)
}

/// Words at both ends and in the middle of what is below a plot.
fn ends_ui(ui: &Ui, frame: &Frame<'_>, plot: Rect, words: [&str; 3]) {
    let small = TextStyle::Small.resolve(ui.style());
    let y = plot.bottom() + 2.0;
    let places = [
        (plot.left(), Align2::LEFT_TOP),
        (plot.center().x, Align2::CENTER_TOP),
        (plot.right(), Align2::RIGHT_TOP),
    ];
    for ((x, align), words) in places.into_iter().zip(words) {
        let painter = ui.painter();
        painter.text(pos2(x, y), align, words, small.clone(), frame.theme.weak);
    }
}

/// Which of `n` things of equal width is at `x`.
fn index_at(plot: Rect, x: f32, n: usize) -> Option<usize> {
    let share = (x - plot.left()) / plot.width().max(1.0);
    let index = (share * n as f32).floor();
    (0.0..n as f32).contains(&index).then_some(index as usize)
}

/// Bars of all 256 bytes.
pub(super) fn histogram_ui(ui: &mut Ui, frame: &Frame<'_>, histogram: &Histogram) {
    let (plot, response) = plot_of(ui, Sense::hover());
    let theme = frame.theme;
    let counts = histogram.counts();
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let width = plot.width() / counts.len() as f32;
    let pointed = response
        .hover_pos()
        .and_then(|pointer| index_at(plot, pointer.x, counts.len()));
    if ui.is_rect_visible(plot) {
        let painter = ui.painter();
        painter.rect_filled(plot, 0.0, theme.grid);
        for (value, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let share = (*count as f64 / most as f64).sqrt() as f32;
            let left = plot.left() + value as f32 * width;
            let top = plot.bottom() - (share * (plot.height() - 2.0)).max(1.0);
            let bar = Rect::from_min_max(pos2(left, top), pos2(left + width, plot.bottom()));
            let color = if pointed == Some(value) {
                theme.text
            } else {
                theme.chart_line
            };
            painter.rect_filled(bar, 0.0, color);
        }
        let edge = Stroke::new(1.0, theme.edge);
        painter.rect_stroke(plot, 0.0, edge, StrokeKind::Outside);
        ends_ui(ui, frame, plot, ["00", "80", "ff"]);
    }
    let total = histogram.total();
    let (first, n) = (0..=u8::MAX)
        .zip(counts)
        .max_by_key(|(value, count)| (**count, std::cmp::Reverse(*value)))
        .map_or((0, 0), |(value, count)| (value, *count));
    let kinds = counts.iter().filter(|count| **count > 0).count();
    let kinds = counted(kinds as u64, "different byte");
    let most = byte_words(first, n, total);
    let spoken = format!("Histogram: {kinds}, most often {most}");
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    if let Some((value, count)) =
        pointed.and_then(|value| Some((u8::try_from(value).ok()?, *counts.get(value)?)))
    {
        let words = byte_words(value, count, total);
        response.on_hover_ui_at_pointer(|ui| {
            ui.label(words);
        });
    }
}

fn byte_words(value: u8, count: u64, total: u64) -> String {
    let percent = 100.0 * count as f64 / total.max(1) as f64;
    let times = counted(count, "time");
    format!(
        "{value:02x} '{}': {times}, {percent:.3} %",
        text_char(value)
    )
}

/// Entropy along the bytes; a click goes there.
pub(super) fn entropy_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    report: &SumsReport,
    actions: &mut Vec<Action>,
) {
    let (plot, response) = plot_of(ui, Sense::click());
    let line = &report.entropy;
    let len = report.span.len();
    let n_blocks = usize::try_from(len.div_ceil(line.block.max(1))).unwrap_or(usize::MAX);
    let pointed = response
        .hover_pos()
        .and_then(|pointer| index_at(plot, pointer.x, n_blocks));
    if ui.is_rect_visible(plot) {
        paint_entropy(ui, frame, plot, report, n_blocks, pointed);
        let last = report.span.end().saturating_sub(1);
        let ends = [format!("{:#x}", report.span.start()), format!("{last:#x}")];
        ends_ui(ui, frame, plot, [&ends[0], "", &ends[1]]);
    }
    let known = line.bits.iter().flatten();
    let (least, most) = known.fold((MOST_BITS, 0.0_f32), |(least, most), bits| {
        (least.min(*bits), most.max(*bits))
    });
    let blocks = counted(line.bits.len() as u64, "block");
    let spoken = format!(
        "Entropy along the bytes, {blocks} of {}: {least:.2} to {most:.2} bits a byte",
        counted(line.block, "byte")
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    let start = |index: usize| {
        let from = (index as u64).saturating_mul(line.block);
        report.span.start().saturating_add(from)
    };
    let clicked = response.clicked();
    if let Some(index) = pointed {
        let bits = match line.bits.get(index) {
            Some(Some(bits)) => format!("{bits:.2} bits a byte"),
            Some(None) => "could not be read".to_owned(),
            None => "not read yet, or not at all".to_owned(),
        };
        let offset = start(index);
        let words = format!("{offset:#x}: {bits}");
        response.on_hover_ui_at_pointer(|ui| {
            ui.label(words);
            ui.weak("Click to go there");
        });
        if clicked {
            actions.push(Action::View(ViewAction::GoTo(offset)));
        }
    } else if clicked && !line.bits.is_empty() {
        // By a key, or by who speaks the window: where most is told.
        let most = line.bits.iter().enumerate().max_by(|one, other| {
            let bits = |bits: &Option<f32>| bits.unwrap_or(-1.0);
            bits(one.1).total_cmp(&bits(other.1))
        });
        if let Some((index, _)) = most {
            actions.push(Action::View(ViewAction::GoTo(start(index))));
        }
    }
}

fn paint_entropy(
    ui: &Ui,
    frame: &Frame<'_>,
    plot: Rect,
    report: &SumsReport,
    n_blocks: usize,
    pointed: Option<usize>,
) {
    let (theme, painter) = (frame.theme, ui.painter());
    painter.rect_filled(plot, 0.0, theme.grid);
    for share in [0.25, 0.5, 0.75] {
        let y = plot.bottom() - share * plot.height();
        painter.hline(plot.x_range(), y, Stroke::new(1.0, theme.line));
    }
    let x = |index: usize| plot.left() + plot.width() * index as f32 / n_blocks.max(1) as f32;
    let y = |bits: f32| plot.bottom() - 1.0 - bits / MOST_BITS * (plot.height() - 2.0);
    let stroke = Stroke::new(1.5, theme.chart_line);
    let mut points: Vec<Pos2> = Vec::new();
    // A step a block; what could not be read parts the line.
    for (index, bits) in report.entropy.bits.iter().enumerate() {
        if let Some(bits) = bits {
            points.extend([pos2(x(index), y(*bits)), pos2(x(index + 1), y(*bits))]);
        } else {
            painter.line(std::mem::take(&mut points), stroke);
            let at = Rect::from_x_y_ranges(x(index)..=x(index + 1), plot.y_range());
            painter.rect_filled(at, 0.0, theme.unreadable_fill);
        }
    }
    painter.line(points, stroke);
    if let Some(index) = pointed {
        let middle = x(index).midpoint(x(index + 1));
        painter.vline(middle, plot.y_range(), Stroke::new(1.0, theme.text));
    }
    let edge = Stroke::new(1.0, theme.edge);
    painter.rect_stroke(plot, 0.0, edge, StrokeKind::Outside);
}
