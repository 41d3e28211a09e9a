//! The sign of where an experiment stands. Never color alone: each sign has a shape and words of its own.
//!
//! Signs are drawn, not written: the built-in fonts have few of them, and not every machine has others.

use egui::{Color32, Painter, Pos2, Rect, Sense, Shape, Stroke, TextStyle, Ui, vec2};

use crate::lab::claim::Verdict;
use crate::model::lab::Standing;
use crate::ui::Theme;

/// The room of a sign in a line of text, in points.
pub(super) const WIDTH: f32 = 14.0;

/// A shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Sign {
    /// A check mark: it holds.
    Check,
    /// A cross: it does not.
    Cross,
    /// An exclamation mark: it could not be carried out.
    Exclamation,
    /// A dash: not available.
    Dash,
    /// A ring: not run.
    Ring,
    /// Three dots: waits.
    Dots,
    /// A triangle to the right: runs, or is folded.
    Right,
    /// A triangle downwards: is unfolded.
    Down,
    /// A disk: measured.
    Disk,
    /// A square: stopped.
    Square,
}

/// The sign and its color; the words are the standing's own.
pub(super) fn sign(standing: &Standing<'_>, theme: &Theme) -> (Sign, Color32) {
    match standing {
        Standing::NotRun => (Sign::Ring, theme.weak),
        Standing::NotAvailable(_) | Standing::Over(Verdict::NotAvailable(_)) => {
            (Sign::Dash, theme.weak)
        }
        Standing::Waiting => (Sign::Dots, theme.accent),
        Standing::Running => (Sign::Right, theme.accent),
        Standing::Over(Verdict::AsPredicted) => (Sign::Check, theme.same),
        Standing::Over(Verdict::Differs) => (Sign::Cross, theme.error),
        Standing::Over(Verdict::Measured) => (Sign::Disk, theme.accent),
        Standing::Over(Verdict::NotDone(_)) => (Sign::Exclamation, theme.different),
        Standing::Over(Verdict::Cancelled) => (Sign::Square, theme.different),
    }
}

/// Draws a sign as a part of a line of text.
pub(in crate::ui) fn sign_ui(ui: &mut Ui, sign: Sign, color: Color32) {
    let size = vec2(WIDTH, ui.text_style_height(&TextStyle::Body));
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    if ui.is_rect_visible(rect) {
        paint(ui.painter(), rect.center(), sign, color);
    }
}

/// Draws a sign around `at`.
pub(super) fn paint(painter: &Painter, at: Pos2, sign: Sign, color: Color32) {
    let line = Stroke::new(1.8, color);
    let stroke = |from: (f32, f32), to: (f32, f32)| {
        let ends = [at + vec2(from.0, from.1), at + vec2(to.0, to.1)];
        painter.line_segment(ends, line);
    };
    let filled = |corners: [(f32, f32); 3]| {
        let corners = corners.map(|(x, y)| at + vec2(x, y)).to_vec();
        painter.add(Shape::convex_polygon(corners, color, Stroke::NONE));
    };
    match sign {
        Sign::Check => {
            let corners = [(-4.5, 0.5), (-1.5, 3.8), (4.5, -4.0)];
            let corners = corners.map(|(x, y)| at + vec2(x, y)).to_vec();
            painter.line(corners, line);
        }
        Sign::Cross => {
            stroke((-3.6, -3.6), (3.6, 3.6));
            stroke((-3.6, 3.6), (3.6, -3.6));
        }
        Sign::Exclamation => {
            stroke((0.0, -5.0), (0.0, 1.2));
            painter.circle_filled(at + vec2(0.0, 4.2), 1.3, color);
        }
        Sign::Dash => stroke((-4.0, 0.0), (4.0, 0.0)),
        Sign::Ring => {
            painter.circle_stroke(at, 4.0, Stroke::new(1.2, color));
        }
        Sign::Dots => {
            for x in [-4.0, 0.0, 4.0] {
                painter.circle_filled(at + vec2(x, 0.0), 1.3, color);
            }
        }
        Sign::Right => filled([(-3.0, -4.5), (4.5, 0.0), (-3.0, 4.5)]),
        Sign::Down => filled([(-4.5, -3.0), (4.5, -3.0), (0.0, 4.0)]),
        Sign::Disk => {
            painter.circle_filled(at, 4.0, color);
        }
        Sign::Square => {
            let square = Rect::from_center_size(at, vec2(7.0, 7.0));
            painter.rect_filled(square, 0.0, color);
        }
    }
}
