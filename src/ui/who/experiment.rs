//! The picture of an experiment of the lab: the same rows, boxes and lines as those of an open file, without what only a file
//! has. What the last step changed is marked.
//!
//! It must not know the steps.

use egui::accesskit::Role;
use egui::{CornerRadius, Rangef, Rect, Sense, Shape, Ui, Vec2};

use crate::model::Picture;
use crate::model::picture::Row;
use crate::ui::Frame;
use crate::ui::geometry::bounds;

use super::layout::scene;
use super::paint::{self, Light};
use super::plan::Wish;
use super::scene::{Part, Scene};

/// What it keeps between frames.
#[derive(Debug, Default)]
pub(in crate::ui) struct ExperimentView {
    /// Of which experiment, how many steps it had, and the rows then.
    now: (&'static str, usize, Vec<Row>),
    /// Which rows the last step changed.
    changed: Vec<bool>,
    /// The row that is pointed at.
    lit: Option<usize>,
}

impl ExperimentView {
    /// Finds out what the step changed that came since the last frame.
    fn note(&mut self, name: &'static str, n_steps: usize, picture: &Picture) {
        let (last, steps, rows) = &self.now;
        if *last == name && *steps == n_steps && *rows == picture.rows {
            return;
        }
        // Of several steps at once nobody knows which one it was. Numbers of processes tell one run from another.
        let is_next = *steps <= n_steps && n_steps <= steps + 1;
        let is_there = |before: &Row| picture.rows.iter().any(|row| row.name == before.name);
        let is_same_run = *last == name && is_next && rows.iter().all(is_there);
        // What follows within one step, as what a look round found, belongs to it.
        let goes_on = is_same_run && *steps == n_steps;
        let before = |row: &Row| rows.iter().find(|it| it.who == row.who);
        let changed = picture.rows.iter().enumerate().map(|(index, row)| {
            let was_changed = goes_on && self.changed.get(index).copied().unwrap_or(false);
            was_changed
                || (is_same_run
                    && !rows.is_empty()
                    && !before(row).is_some_and(|it| is_as(it, row)))
        });
        self.changed = changed.collect();
        self.now = (name, n_steps, picture.rows.clone());
    }
}

fn is_as(before: &Row, row: &Row) -> bool {
    before.sees == row.sees && before.memory == row.memory && before.maps == row.maps
}

/// Draws it.
pub(in crate::ui) fn experiment_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    view: &mut ExperimentView,
    (name, n_steps): (&'static str, usize),
    picture: &Picture,
) {
    view.note(name, n_steps, picture);
    let origin = ui.cursor().min;
    let scene = {
        let measure = paint::measure(ui);
        let seen = ui.clip_rect().y_range();
        scene(Wish {
            picture,
            width: ui.available_width(),
            measure: &measure,
            has_buttons: false,
            has_heads: true,
            visible: Rangef::new(seen.min - origin.y, seen.max - origin.y),
            prediction: None,
        })
    };
    ui.allocate_exact_size(scene.size, Sense::hover());
    let by = origin.to_vec2();
    let under = ui.painter().add(Shape::Noop);
    rows_ui(ui, view, picture, (&scene, by));
    let mut shapes: Vec<Shape> = changed(&scene, view, by)
        .map(|rect| Shape::rect_filled(rect, CornerRadius::same(4), frame.theme.lit))
        .collect();
    let lit = view.lit;
    let light = |part: Part| match (lit, part) {
        (None, _) | (_, Part::Head | Part::Wall | Part::Storage) => Light::Plain,
        (Some(lit), Part::Row(row) | Part::Line(row)) if row == lit => Light::Lit,
        (Some(lit), Part::Piece(piece)) if scene.rows[lit].piece == Some(piece) => Light::Lit,
        _ => Light::Dim,
    };
    shapes.extend(paint::shapes(ui, frame.theme, &scene.marks, by, light));
    ui.painter().set(under, Shape::Vec(shapes));
}

/// Where the rows stand that the last step changed.
fn changed(scene: &Scene, view: &ExperimentView, by: Vec2) -> impl Iterator<Item = Rect> {
    let rows = scene.rows.iter().zip(&view.changed);
    let changed = rows.filter(|(_, changed)| **changed);
    changed.map(move |(place, _)| place.rect.translate(by))
}

fn rows_ui(ui: &Ui, view: &mut ExperimentView, picture: &Picture, (scene, by): (&Scene, Vec2)) {
    let mut lit = None;
    for (index, (row, place)) in picture.rows.iter().zip(&scene.rows).enumerate() {
        let rect = place.rect.translate(by);
        let id = ui.unique_id().with(("experiment row", row.who));
        let response = ui.interact(rect, id, Sense::hover());
        if response.contains_pointer() {
            lit = Some(index);
        }
        let mut words = picture.row_words(row);
        if view.changed.get(index) == Some(&true) {
            words.push_str("; the last step changed it");
        }
        ui.ctx().accesskit_node_builder(id, |node| {
            node.set_role(Role::Row);
            node.set_label(words.clone());
            node.set_bounds(bounds(rect));
        });
        response.on_hover_text(words);
    }
    if view.lit != lit {
        view.lit = lit;
        ui.ctx().request_repaint();
    }
}
