//! What reading costs by `read` and by loads, drawn: the size of the file to the right, the time of loads relative to
//! `read` upwards, both on scales that double.

use egui::{
    Align2, Label, Pos2, Rect, RichText, Sense, Stroke, StrokeKind, TextStyle, Ui, accesskit, pos2,
    vec2,
};

use crate::bytes::size::human_size;
use crate::lab::claim::{CostPoint, EVEN, time_words};
use crate::ui::Frame;

/// The chart's height, in points.
const HEIGHT: f32 = 210.0;
/// Room for the words on the left and below.
const LEFT: f32 = 46.0;
const BELOW: f32 = 24.0;
/// How near the pointer must come to a dot.
const NEAR: f32 = 14.0;
/// The fewest points between two words below the chart.
const APART: f32 = 62.0;

/// Where values are in the chart.
struct Scale {
    plot: Rect,
    /// Doublings: of bytes to the right, of the ratio up to `most` upwards and downwards.
    first: f32,
    last: f32,
    most: f32,
}

impl Scale {
    fn new(plot: Rect, points: &[CostPoint]) -> Self {
        let sizes = points.iter().map(|point| doublings(point.bytes));
        let (first, last) = sizes.fold((f32::MAX, f32::MIN), |(first, last), size| {
            (first.min(size), last.max(size))
        });
        let most = points.iter().map(|point| height(point).abs());
        Self {
            plot,
            first: first - 0.5,
            last: last + 0.5,
            most: most.fold(1.0, f32::max).ceil() + 0.25,
        }
    }

    fn x(&self, doublings: f32) -> f32 {
        let share = (doublings - self.first) / (self.last - self.first).max(1.0);
        self.plot.left() + share * self.plot.width()
    }

    fn y(&self, height: f32) -> f32 {
        self.plot.center().y - height / self.most * self.plot.height() / 2.0
    }

    fn at(&self, point: &CostPoint) -> Pos2 {
        pos2(self.x(doublings(point.bytes)), self.y(height(point)))
    }
}

fn doublings(bytes: u64) -> f32 {
    (bytes.max(1) as f64).log2() as f32
}

/// How many times the time of loads is that of `read`, in doublings.
fn height(point: &CostPoint) -> f32 {
    let height = point.ratio().log2() as f32;
    if height.is_finite() { height } else { 0.0 }
}

/// Draws the chart and the table below it.
pub(super) fn chart_ui(ui: &mut Ui, frame: &Frame<'_>, points: &[CostPoint]) {
    let size = vec2(ui.available_width(), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let plot = Rect::from_min_max(rect.min + vec2(LEFT, 4.0), rect.max - vec2(4.0, BELOW));
    let scale = Scale::new(plot, points);
    if ui.is_rect_visible(rect) {
        axes(ui, frame, &scale, points);
        curve(ui, frame, &scale, points, response.hover_pos());
    }
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(accesskit::Role::Image);
        node.set_label(describe(points));
    });
    let near = response.hover_pos().and_then(|pointer| {
        points
            .iter()
            .find(|point| (scale.at(point).x - pointer.x).abs() <= NEAR)
    });
    if let Some(point) = near {
        response.on_hover_ui_at_pointer(|ui| values_ui(ui, frame, point));
    }
    ui.add_space(4.0);
    table_ui(ui, frame, points);
}

fn axes(ui: &Ui, frame: &Frame<'_>, scale: &Scale, points: &[CostPoint]) {
    let (theme, painter, plot) = (frame.theme, ui.painter(), scale.plot);
    let small = TextStyle::Small.resolve(ui.style());
    let middle = scale.y(0.0);
    let above = Rect::from_min_max(plot.min, pos2(plot.right(), middle));
    let below = Rect::from_min_max(pos2(plot.left(), middle), plot.max);
    painter.rect_filled(above, 0.0, theme.chart_read);
    painter.rect_filled(below, 0.0, theme.chart_loads);
    let even = (EVEN as f32).log2();
    let band = Rect::from_x_y_ranges(plot.x_range(), scale.y(even)..=scale.y(-even));
    painter.rect_filled(band, 0.0, theme.control);
    let line = Stroke::new(1.0, theme.line);
    let step = if scale.most > 5.0 { 2 } else { 1 };
    let most = scale.most as i32;
    for tick in (-most..=most).filter(|tick| tick % step == 0) {
        let y = scale.y(tick as f32);
        painter.hline(plot.x_range(), y, line);
        let words = match tick {
            0 => "equal".to_owned(),
            1.. => format!("{}\u{d7}", 1_u64 << tick.min(40)),
            _ => format!("1/{}\u{d7}", 1_u64 << (-tick).min(40)),
        };
        let at = pos2(plot.left() - 6.0, y);
        painter.text(at, Align2::RIGHT_CENTER, words, small.clone(), theme.weak);
    }
    for point in points {
        painter.vline(scale.x(doublings(point.bytes)), plot.y_range(), line);
    }
    for (x, words) in size_labels(scale, points) {
        let at = pos2(x, plot.bottom() + 5.0);
        painter.text(at, Align2::CENTER_TOP, words, small.clone(), theme.weak);
    }
    painter.rect_stroke(plot, 0.0, line, StrokeKind::Inside);
    let label = small.clone();
    for (at, align, words) in [
        (
            plot.right_top() + vec2(-8.0, 6.0),
            Align2::RIGHT_TOP,
            "read is faster",
        ),
        (
            plot.max - vec2(8.0, 6.0),
            Align2::RIGHT_BOTTOM,
            "mmap is faster",
        ),
    ] {
        painter.text(at, align, words, label.clone(), theme.text);
    }
}

/// What is written below the chart and where: the first size, the last, and of those between them what has room.
fn size_labels(scale: &Scale, points: &[CostPoint]) -> Vec<(f32, String)> {
    let place = |point: &CostPoint| scale.x(doublings(point.bytes));
    let last = points.last().map_or(f32::MAX, place);
    let mut before = f32::MIN;
    let mut labels = Vec::new();
    for point in points {
        let x = place(point);
        let has_room = x - before >= APART && (last - x >= APART || last <= x);
        if has_room {
            before = x;
            labels.push((x, size_words(point.bytes)));
        }
    }
    labels
}

fn curve(ui: &Ui, frame: &Frame<'_>, scale: &Scale, points: &[CostPoint], hover: Option<Pos2>) {
    let (color, painter) = (frame.theme.chart_line, ui.painter());
    let dots: Vec<Pos2> = points.iter().map(|point| scale.at(point)).collect();
    painter.line(dots.clone(), Stroke::new(1.5, color));
    for dot in dots {
        let near = hover.is_some_and(|pointer| (pointer.x - dot.x).abs() <= NEAR);
        let radius = if near { 5.5 } else { 3.5 };
        painter.circle_filled(dot, radius, color);
    }
}

/// `4 KiB`: sizes of experiments are whole.
fn size_words(bytes: u64) -> String {
    human_size(bytes).replace(".0 ", " ")
}

/// Billions of bytes in a second.
fn rate(bytes: u64, seconds: f64) -> String {
    format!("{:.2}", bytes as f64 / seconds / 1e9)
}

/// Page faults, minor and major: `256`, `256 + 2`.
fn faults((minor, major): (u64, u64)) -> String {
    if major == 0 {
        minor.to_string()
    } else {
        format!("{minor} + {major}")
    }
}

fn values_ui(ui: &mut Ui, frame: &Frame<'_>, point: &CostPoint) {
    ui.label(RichText::new(size_words(point.bytes)).strong());
    for (name, seconds, n_faults) in [
        ("read", point.read_seconds, point.read_faults),
        ("loads", point.load_seconds, point.load_faults),
    ] {
        ui.label(format!(
            "{name}: {}, {} GB/s, {} faults",
            time_words(seconds),
            rate(point.taken, seconds),
            faults(n_faults)
        ));
    }
    if let Some(seconds) = point.kept_seconds {
        let words = time_words(seconds);
        ui.label(format!("loads from a mapping that is kept: {words}"));
    }
    ui.label(RichText::new(point.winner()).color(frame.theme.accent));
}

fn table_ui(ui: &mut Ui, frame: &Frame<'_>, points: &[CostPoint]) {
    let heads = [
        "\nfile",
        "read\nGB/s",
        "loads\nGB/s",
        "faults\nof read",
        "faults\nof loads",
    ];
    egui::ScrollArea::horizontal()
        .id_salt("costs")
        .auto_shrink([false, true])
        .show(ui, |ui| {
            egui::Grid::new("costs")
                .num_columns(heads.len() + 1)
                .spacing([12.0, 3.0])
                .striped(true)
                .show(ui, |ui| {
                    let weak = |text: &str| RichText::new(text).color(frame.theme.weak).small();
                    for head in heads {
                        right(ui, |ui| {
                            ui.label(weak(head))
                                .on_hover_text("Faults: minor, and after a plus sign major ones")
                        });
                    }
                    ui.label(weak("\nwho wins"));
                    ui.end_row();
                    for point in points {
                        row_ui(ui, frame, point);
                        ui.end_row();
                    }
                });
        });
}

/// Numbers stand to the right of their column, and their heads.
fn right(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> egui::Response) {
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), contents);
}

fn row_ui(ui: &mut Ui, frame: &Frame<'_>, point: &CostPoint) {
    let theme = frame.theme;
    for text in [
        size_words(point.bytes),
        rate(point.taken, point.read_seconds),
        rate(point.taken, point.load_seconds),
        faults(point.read_faults),
        faults(point.load_faults),
    ] {
        right(ui, |ui| {
            ui.add(Label::new(RichText::new(text).small()).selectable(true))
        });
    }
    let even = point.winner() == "no winner";
    let color = if even { theme.weak } else { theme.text };
    ui.add(Label::new(RichText::new(point.winner()).small().color(color)).selectable(true));
}

fn describe(points: &[CostPoint]) -> String {
    let parts = points
        .iter()
        .map(|point| format!("{}: {}", size_words(point.bytes), point.winner()));
    let all: Vec<String> = parts.collect();
    format!(
        "Time of loads relative to read, by size: {}",
        all.join("; ")
    )
}
