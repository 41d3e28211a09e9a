//! Marks painted: colors for roles, whole pixels, and what is lit or fades.

use std::sync::Arc;

use egui::emath::GuiRounding as _;
use egui::epaint::{PathStroke, RectShape};
use egui::{Color32, Galley, Rect, Shape, Stroke, StrokeKind, Ui, Vec2, pos2};

use crate::ui::Theme;

use super::scene::{Dashes, Face, Form, Ink, Mark, Part, moved, tip};

/// How much is left of the color of what is not lit, while something is.
const FADED: f32 = 0.55;

/// How a part is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Light {
    Plain,
    Lit,
    Dim,
}

/// The color of a role.
pub(super) fn color(theme: &Theme, ink: Ink) -> Color32 {
    match ink {
        Ink::Text => theme.text,
        Ink::Weak => theme.weak,
        Ink::Error => theme.error,
        Ink::Own => theme.own,
        Ink::OwnFill => theme.own_fill,
        Ink::OwnEdge => theme.own_edge,
        Ink::FileFill => theme.file_fill,
        Ink::FileEdge => theme.file_edge,
        Ink::Reaches => theme.reaches,
        Ink::Edge => theme.unknown_edge,
        Ink::Back => theme.bar,
    }
}

/// A text laid out; its color is given when it is painted.
pub(super) fn galley(ui: &Ui, text: &str, face: Face) -> Arc<Galley> {
    ui.fonts_mut(|fonts| fonts.layout_no_wrap(text.to_owned(), face.font(), Color32::PLACEHOLDER))
}

/// How wide a text is.
pub(super) fn measure(ui: &Ui) -> impl Fn(&str, Face) -> f32 {
    |text, face| galley(ui, text, face).size().x
}

/// The shapes of all marks, moved to where the picture stands.
pub(super) fn shapes(
    ui: &Ui,
    theme: &Theme,
    marks: &[Mark],
    by: Vec2,
    light: impl Fn(Part) -> Light,
) -> Vec<Shape> {
    let mut shapes = Vec::with_capacity(marks.len() * 2);
    for mark in marks {
        let light = light(mark.part);
        let mark = moved(mark.clone(), by);
        let edge = |ink: Ink| {
            let color = color(theme, ink);
            if light == Light::Dim {
                color.lerp_to_gamma(theme.bar, FADED)
            } else {
                color
            }
        };
        shape(
            ui,
            theme,
            &mark.form,
            edge,
            light == Light::Lit,
            &mut shapes,
        );
    }
    shapes
}

fn shape(
    ui: &Ui,
    theme: &Theme,
    form: &Form,
    edge: impl Fn(Ink) -> Color32,
    is_lit: bool,
    shapes: &mut Vec<Shape>,
) {
    let pixels = ui.pixels_per_point();
    match form {
        Form::Text {
            at,
            align,
            text,
            face,
            ink,
        } => {
            let galley = galley(ui, text, *face);
            let place = align.anchor_size(*at, galley.size()).min;
            let place = place.round_to_pixels(pixels);
            shapes.push(Shape::galley(place, galley, color(theme, *ink)));
        }
        Form::Box { .. } => boxed(ui, theme, form, (edge, is_lit), shapes),
        Form::Line {
            from,
            to,
            ink,
            width,
            dashes,
        } => {
            let snap = |it: f32| ui.painter().round_to_pixel_center(it);
            let (from, to) = (
                pos2(snap(from.x), snap(from.y)),
                pos2(snap(to.x), snap(to.y)),
            );
            let width = if is_lit { width + 0.75 } else { *width };
            shapes.extend(line([from, to], Stroke::new(width, edge(*ink)), *dashes));
        }
        Form::Tip { at, to_right, ink } => {
            let y = ui.painter().round_to_pixel_center(at.y);
            let corners = tip(pos2(at.x, y), *to_right).to_vec();
            let shape = Shape::convex_polygon(corners, edge(*ink), PathStroke::NONE);
            shapes.push(shape);
        }
        Form::Ring { at, ink } => {
            let at = pos2(at.x, ui.painter().round_to_pixel_center(at.y));
            shapes.push(Shape::circle_filled(at, 4.0, theme.bar));
            shapes.push(Shape::circle_stroke(at, 3.5, Stroke::new(1.25, edge(*ink))));
        }
    }
}

fn boxed(
    ui: &Ui,
    theme: &Theme,
    form: &Form,
    (edge, is_lit): (impl Fn(Ink) -> Color32, bool),
    shapes: &mut Vec<Shape>,
) {
    let Form::Box {
        rect,
        radius,
        fill,
        edge: ink,
        is_dashed,
    } = form
    else {
        return;
    };
    let rect = rect.round_to_pixels(ui.pixels_per_point());
    if let Some(fill) = fill {
        shapes.push(Shape::rect_filled(rect, *radius, color(theme, *fill)));
    }
    if *is_dashed {
        shapes.extend(dashed_box(rect, edge(*ink)));
    } else {
        let stroke = Stroke::new(if is_lit { 2.0 } else { 1.25 }, edge(*ink));
        let edge = RectShape::stroke(rect, *radius, stroke, StrokeKind::Inside);
        shapes.push(edge.into());
    }
}

fn line(points: [egui::Pos2; 2], stroke: Stroke, dashes: Dashes) -> Vec<Shape> {
    match dashes.lengths() {
        None => vec![Shape::line_segment(points, stroke)],
        Some((dash, gap)) => Shape::dashed_line(&points, stroke, dash, gap),
    }
}

fn dashed_box(rect: Rect, color: Color32) -> Vec<Shape> {
    let rect = rect.shrink(0.5);
    let corners = [
        rect.left_top(),
        rect.right_top(),
        rect.right_bottom(),
        rect.left_bottom(),
        rect.left_top(),
    ];
    Shape::dashed_line(&corners, Stroke::new(1.25, color), 4.0, 3.0)
}
