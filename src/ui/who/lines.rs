//! The lines from rows to memory: what each reads and writes through.

use egui::{Align2, Rect, pos2, vec2};

use crate::model::picture::{Maps, Row, RowMemory};
use crate::model::{Access, Mode};

use super::plan::Plan;
use super::scene::{Dashes, Face, Form, Ink, Part, RowPlace, Scene};

/// The word on a line through which a store does not go.
const COPIES: &str = "copies";

/// A row's line.
pub(super) fn line(plan: &Plan<'_>, scene: &mut Scene, index: usize) {
    let row = &plan.picture().rows[index];
    let place = scene.rows[index];
    let (left, right) = place.line;
    let (y, part) = (place.y, Part::Line(index));
    let ink = ink_of(row);
    let mut add = |from: f32, to: f32, dashes: Dashes| {
        let form = Form::Line {
            from: pos2(from, y),
            to: pos2(to, y),
            ink,
            width: 1.5,
            dashes,
        };
        scene.add(part, form);
    };
    match row.memory {
        RowMemory::Gone => return,
        RowMemory::FilePage | RowMemory::Copy(_) | RowMemory::CopyOfSeveral => {}
        _ => {
            add(left, right, Dashes::Dotted);
            return;
        }
    }
    let copies = copies(plan, row);
    let goes_through = may_write(row) && !copies;
    let end = if goes_through {
        right - 5.0
    } else {
        right + 3.0
    };
    let dashes = if row.maps == Maps::Calls {
        Dashes::Dashed
    } else {
        Dashes::Whole
    };
    add(left + 5.0, end, dashes);
    let at = pos2(left, y);
    let to_right = false;
    scene.add(part, Form::Tip { at, to_right, ink });
    if goes_through {
        let (at, to_right) = (pos2(right + 1.0, y), true);
        scene.add(part, Form::Tip { at, to_right, ink });
    }
    if copies {
        sign(plan, scene, part, &place, ink);
    }
}

/// The color of a row's line.
fn ink_of(row: &Row) -> Ink {
    match row.memory {
        RowMemory::FilePage => Ink::FileEdge,
        RowMemory::Copy(_) | RowMemory::CopyOfSeveral | RowMemory::Swapped => Ink::OwnEdge,
        _ => Ink::Edge,
    }
}

/// The mapping allows stores; of one that is not ours, too.
fn may_write(row: &Row) -> bool {
    !matches!(row.maps, Maps::As(_, Access::ReadOnly))
}

/// A store would copy the page first: somebody else has it too.
fn copies(plan: &Plan<'_>, row: &Row) -> bool {
    let is_private = matches!(row.maps, Maps::As(Mode::Private, Access::ReadWrite));
    is_private
        && match row.memory {
            RowMemory::FilePage | RowMemory::CopyOfSeveral => true,
            RowMemory::Copy(_) => plan.picture().n_users(&row.memory) > 1,
            _ => false,
        }
}

/// Where the sign of a line stands.
pub(super) fn sign_rect(place: &RowPlace) -> Rect {
    let (left, right) = place.line;
    let width = (right - left - 12.0).clamp(9.0, 50.0);
    Rect::from_center_size(
        pos2(f32::midpoint(left, right) + 3.0, place.y),
        vec2(width, 16.0),
    )
}

fn sign(plan: &Plan<'_>, scene: &mut Scene, part: Part, place: &RowPlace, ink: Ink) {
    let (left, right) = place.line;
    let middle = pos2(f32::midpoint(left, right) + 3.0, place.y);
    let width = plan.width(COPIES, Face::Small) + 12.0;
    if width + 24.0 >= right - left {
        scene.add(part, Form::Ring { at: middle, ink });
        return;
    }
    let form = Form::Box {
        rect: Rect::from_center_size(middle, vec2(width, 17.0)),
        radius: 8.0,
        fill: Some(Ink::Back),
        edge: Ink::Edge,
        is_dashed: false,
    };
    scene.add(part, form);
    let at = (middle, Align2::CENTER_CENTER);
    scene.text(part, at, (COPIES, Face::Small), Ink::Weak);
}
