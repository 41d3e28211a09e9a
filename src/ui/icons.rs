//! Icons painted as strokes on a grid of 16 units: no font is needed, they are sharp at any zoom, and colored like text.
//!
//! It must not know what they stand for.

use egui::{Atom, Button, Color32, Painter, Pos2, Rect, Response, Shape, Stroke, Ui, Vec2, pos2};

/// The width of an icon beside text, in points.
pub(super) const SIZE: f32 = 15.0;

/// All icons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Icon {
    Open,
    Undo,
    Redo,
    Find,
    Lock,
    Unlock,
    Close,
    Warning,
    Info,
    Error,
    Discard,
    More,
    Previous,
    Next,
}

/// What an icon is made of; coordinates and radii in units, angles in degrees, clockwise from the right.
enum Part {
    Line(&'static [(f32, f32)]),
    Loop(&'static [(f32, f32)]),
    Circle(f32, f32, f32),
    Dot(f32, f32, f32),
    Arc(f32, f32, f32, f32, f32),
}
use Part::{Arc, Circle, Dot, Line, Loop};

/// Pieces of an arc: round enough at three times the usual size.
const ARC_PIECES: u8 = 12;

fn parts(icon: Icon) -> &'static [Part] {
    match icon {
        Icon::Open => &[
            Line(&[
                (2.0, 13.0),
                (2.0, 3.5),
                (6.0, 3.5),
                (7.5, 5.5),
                (13.0, 5.5),
                (13.0, 7.5),
            ]),
            Loop(&[(2.0, 13.0), (4.5, 7.5), (15.0, 7.5), (12.5, 13.0)]),
        ],
        Icon::Previous => &[Line(&[(3.0, 10.5), (8.0, 5.5), (13.0, 10.5)])],
        Icon::Next => &[Line(&[(3.0, 5.5), (8.0, 10.5), (13.0, 5.5)])],
        Icon::Undo => &[
            Line(&[(6.0, 2.5), (2.5, 6.0), (6.0, 9.5)]),
            Line(&[(2.5, 6.0), (9.5, 6.0)]),
            Arc(9.5, 9.75, 3.75, -90.0, 90.0),
            Line(&[(9.5, 13.5), (5.0, 13.5)]),
        ],
        Icon::Redo => &[
            Line(&[(10.0, 2.5), (13.5, 6.0), (10.0, 9.5)]),
            Line(&[(13.5, 6.0), (6.5, 6.0)]),
            Arc(6.5, 9.75, 3.75, 90.0, 270.0),
            Line(&[(6.5, 13.5), (11.0, 13.5)]),
        ],
        Icon::Find => &[Circle(7.0, 7.0, 4.5), Line(&[(10.5, 10.5), (14.0, 14.0)])],
        Icon::Lock => &[
            Loop(&[(3.0, 7.0), (13.0, 7.0), (13.0, 14.0), (3.0, 14.0)]),
            Arc(8.0, 5.0, 3.0, 180.0, 360.0),
            Line(&[(5.0, 5.0), (5.0, 7.0)]),
            Line(&[(11.0, 5.0), (11.0, 7.0)]),
            Dot(8.0, 10.5, 1.1),
        ],
        Icon::Unlock => &[
            Loop(&[(3.0, 7.0), (13.0, 7.0), (13.0, 14.0), (3.0, 14.0)]),
            Arc(11.5, 4.5, 2.5, 180.0, 350.0),
            Line(&[(9.0, 4.5), (9.0, 7.0)]),
            Dot(8.0, 10.5, 1.1),
        ],
        Icon::Close | Icon::Warning | Icon::Info | Icon::Error | Icon::Discard | Icon::More => {
            signs(icon)
        }
    }
}

fn signs(icon: Icon) -> &'static [Part] {
    match icon {
        Icon::Close => &[
            Line(&[(3.5, 3.5), (12.5, 12.5)]),
            Line(&[(12.5, 3.5), (3.5, 12.5)]),
        ],
        Icon::Warning => &[
            Loop(&[(8.0, 2.0), (15.0, 13.5), (1.0, 13.5)]),
            Line(&[(8.0, 6.0), (8.0, 9.5)]),
            Dot(8.0, 11.5, 0.9),
        ],
        Icon::Info => &[
            Circle(8.0, 8.0, 6.0),
            Line(&[(8.0, 7.5), (8.0, 11.5)]),
            Dot(8.0, 5.0, 0.95),
        ],
        Icon::Error => &[
            Circle(8.0, 8.0, 6.0),
            Line(&[(5.8, 5.8), (10.2, 10.2)]),
            Line(&[(10.2, 5.8), (5.8, 10.2)]),
        ],
        // a page, and one in front of it that goes
        Icon::Discard => &[
            Line(&[
                (10.5, 5.0),
                (10.5, 2.5),
                (2.5, 2.5),
                (2.5, 10.5),
                (5.0, 10.5),
            ]),
            Line(&[(7.0, 7.0), (13.5, 13.5)]),
            Line(&[(13.5, 7.0), (7.0, 13.5)]),
        ],
        _ => &[Line(&[(3.5, 10.0), (8.0, 5.5), (12.5, 10.0)])],
    }
}

/// Paints `icon`, `size` points wide, around `center`.
pub(super) fn paint(painter: &Painter, icon: Icon, center: Pos2, size: f32, color: Color32) {
    let scale = painter.pixels_per_point();
    let corner = Rect::from_center_size(center, Vec2::splat(size)).min;
    let whole = |points: f32| (points * scale).round() / scale;
    let origin = pos2(whole(corner.x), whole(corner.y));
    let unit = size / 16.0;
    let stroke = Stroke::new((1.35 * unit).max(1.1 / scale.max(1.0)), color);
    let at = |&(x, y): &(f32, f32)| pos2(origin.x + x * unit, origin.y + y * unit);
    for part in parts(icon) {
        painter.add(match part {
            Line(corners) => Shape::line(corners.iter().map(at).collect(), stroke),
            Loop(corners) => Shape::closed_line(corners.iter().map(at).collect(), stroke),
            Circle(x, y, radius) => Shape::circle_stroke(at(&(*x, *y)), radius * unit, stroke),
            Dot(x, y, radius) => Shape::circle_filled(at(&(*x, *y)), radius * unit, color),
            Arc(x, y, radius, from, to) => {
                let point = |piece: u8| {
                    let share = f32::from(piece) / f32::from(ARC_PIECES);
                    let angle = (from + (to - from) * share).to_radians();
                    at(&(x + radius * angle.cos(), y + radius * angle.sin()))
                };
                Shape::line((0..=ARC_PIECES).map(point).collect(), stroke)
            }
        });
    }
}

/// An icon as a part of a button or a line, in the color of the text beside it.
pub(super) fn atom<'a>(icon: Icon, color: Color32) -> Atom<'a> {
    Atom::paint(
        Vec2::splat(SIZE),
        move |ui: &Ui, args: egui::AtomPaintArgs| {
            paint(ui.painter(), icon, args.rect.center(), SIZE, color);
        },
    )
}

/// An icon beside text.
pub(super) fn icon_ui(ui: &mut Ui, icon: Icon, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(SIZE), egui::Sense::hover());
    paint(ui.painter(), icon, rect.center(), SIZE, color);
}

/// A button of nothing but an icon; screen readers say `name`.
pub(super) fn icon_button(
    ui: &mut Ui,
    icon: Icon,
    color: Color32,
    name: &str,
    enabled: bool,
) -> Response {
    let button = Button::new(atom(icon, color)).min_size(Vec2::splat(ui.spacing().interact_size.y));
    let response = ui.add_enabled(enabled, button);
    super::describe::name(&response, name);
    response
}
