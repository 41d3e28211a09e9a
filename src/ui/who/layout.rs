//! The picture laid out: from rows, memory and a width to marks. What is told stands in the table at the left, the memory
//! that answers at the right, and each row's line leads from one to the other.
//!
//! It must not know pointer, keys or colors.

use egui::{Align2, Pos2, Rect, pos2, vec2};

use crate::model::picture::{Maps, RowMemory, WriteAs};

use super::plan::{GAP, GROUP, LINE, Plan, STORAGE, Wish};
use super::scene::{Dashes, Face, Form, Ink, Part, Scene};
use super::{boxes, cells, lines};

/// Lays it out with its left top corner at the origin.
pub(super) fn scene(wish: Wish<'_>) -> Scene {
    let plan = Plan::new(wish);
    let mut scene = Scene {
        words: plan.columns.words,
        ..Scene::default()
    };
    let c = &plan.columns;
    let storage_bottom = plan.table_end + GAP + STORAGE;
    scene.size = vec2(wish.width, storage_bottom + 4.0);
    scene.wall = Rect::from_min_max(pos2(c.wall, plan.head), pos2(c.right, plan.table_end));
    scene.rows = (0..plan.rows.len())
        .map(|index| plan.place(index))
        .collect();
    scene.pieces = plan
        .pieces
        .iter()
        .map(|piece| (plan.piece_rect(piece), piece.first))
        .collect();
    // Lines lie below the boxes.
    for index in 0..plan.rows.len() {
        lines::line(&plan, &mut scene, index);
    }
    family_lines(&plan, &mut scene);
    if wish.has_heads {
        heads(&plan, &mut scene);
    }
    for index in 0..plan.rows.len() {
        row(&plan, &mut scene, index);
    }
    boxes::wall(&plan, &mut scene);
    for index in 0..plan.pieces.len() {
        boxes::piece(&plan, &mut scene, index);
    }
    boxes::storage(&plan, &mut scene, plan.table_end + GAP, storage_bottom);
    prediction(&plan, &mut scene);
    scene
}

fn heads(plan: &Plan<'_>, scene: &mut Scene) {
    let c = &plan.columns;
    let y = plan.head / 2.0;
    let mut head = |x: f32, text: &str| {
        let at = (pos2(x, y), Align2::LEFT_CENTER);
        scene.text(Part::Head, at, (text, Face::Small), Ink::Weak);
    };
    head(c.who, "who");
    if let Some(x) = c.maps {
        head(x, "maps");
    }
    head(cells::sees_at(plan), "sees");
    if let Some(x) = c.write.filter(|_| c.words) {
        head(x, "write as");
    }
    let memory = c.lanes;
    scene.head = pos2(memory, y);
    let (texts, ink): (&[&str], Ink) = if plan.wish.prediction.is_some() {
        (&["prediction"], Ink::Text)
    } else {
        (&["memory that answers", "memory"], Ink::Weak)
    };
    let text = plan.fit(texts, Face::Small, c.right - memory);
    let at = (scene.head, Align2::LEFT_CENTER);
    scene.text(Part::Head, at, (text, Face::Small), ink);
    for (top, group) in &plan.groups {
        let [long, short] = plan.picture().heading(*group);
        let text = plan.fit(&[&long, &short], Face::Small, c.end - c.who);
        let at = (pos2(c.who, top + GROUP / 2.0 + 1.0), Align2::LEFT_CENTER);
        let place = Rect::from_min_max(pos2(c.who, *top), pos2(c.end, top + GROUP));
        scene.headings.push((place, long));
        scene.text(Part::Head, at, (text, Face::Small), Ink::Weak);
    }
}

/// The lines of forks, left of the names.
fn family_lines(plan: &Plan<'_>, scene: &mut Scene) {
    let rows = &plan.picture().rows;
    let (left, step) = (plan.columns.who, plan.columns.indent());
    for (index, row) in rows.iter().enumerate().filter(|(_, row)| row.depth > 0) {
        let parent = (0..index).rfind(|it| rows[*it].depth < row.depth);
        let x = left + 4.0 + step * (row.depth - 1) as f32;
        let corner = pos2(x, plan.y(index));
        let mut add = |from: Pos2, to: Pos2| {
            let form = Form::Line {
                from,
                to,
                ink: Ink::Edge,
                width: 1.0,
                dashes: Dashes::Whole,
            };
            scene.add(Part::Head, form);
        };
        add(pos2(x, plan.y(parent.unwrap_or(0)) + 9.0), corner);
        add(corner, corner + vec2(step - 4.0, 0.0));
    }
}

/// The table's side of a row.
fn row(plan: &Plan<'_>, scene: &mut Scene, index: usize) {
    let c = &plan.columns;
    let row = &plan.picture().rows[index];
    let y = plan.y(index);
    let part = Part::Row(index);
    let indent = match row.depth {
        0 => 0.0,
        depth => 6.0 + c.indent() * depth as f32,
    };
    let is_gone = row.memory == RowMemory::Gone;
    let short = row
        .name
        .replace("process ", "pid ")
        .replace("mapping", "map");
    let left = c.who + indent;
    let name = plan.fit(&[&row.name, &short], Face::Body, c.who_end() - left);
    let ink = if is_gone { Ink::Weak } else { Ink::Text };
    let at = |x: f32| (pos2(x, y), Align2::LEFT_CENTER);
    scene.text(part, at(left), (name, Face::Body), ink);
    if let Some(x) = c.maps {
        let words = row.maps.words();
        let texts = match row.maps {
            Maps::Calls => [words, "syscall"],
            Maps::As(..) => [words, words.rsplit(", ").next().unwrap_or(words)],
        };
        let text = plan.fit(&texts, Face::Small, c.sees - x - 4.0);
        scene.text(part, at(x), (text, Face::Small), Ink::Weak);
    }
    cells::sees(plan, scene, index);
    let why = match row.write {
        WriteAs::ReadOnly => "read-only",
        WriteAs::NotOurs => "not ours",
        _ => "",
    };
    if let Some(x) = c.write.filter(|_| c.words) {
        scene.text(part, at(x - 2.0), (why, Face::Small), Ink::Weak);
    }
    if let Some((words, is_failed)) = row.remark() {
        let (top, height) = plan.rows[index];
        let room = plan.bytes.room.max(c.end - c.who) - indent;
        let text = plan.fit(&[words], Face::Small, room);
        let at = pos2(left, top + height - LINE / 2.0 - 2.0);
        let at = (at, Align2::LEFT_CENTER);
        let ink = if is_failed { Ink::Error } else { Ink::Text };
        scene.text(part, at, (text, Face::Small), ink);
    }
}

/// Dashes round all that would see a store.
fn prediction(plan: &Plan<'_>, scene: &mut Scene) {
    let Some((writer, prediction)) = plan.wish.prediction else {
        return;
    };
    let rows = &plan.picture().rows;
    let reaches = plan.picture().row(writer).map(|row| row.write) == Some(WriteAs::ReachesFile);
    let ink = if reaches { Ink::Reaches } else { Ink::Own };
    let dashed = |rect: Rect, ink: Ink| Form::Box {
        rect,
        radius: 5.0,
        fill: None,
        edge: ink,
        is_dashed: true,
    };
    for (index, row) in rows.iter().enumerate() {
        let place = scene.rows[index];
        if prediction.not_known.contains(&row.who) {
            let at = (pos2(place.line.0 + 4.0, place.y), Align2::LEFT_CENTER);
            scene.text(Part::Head, at, ("?", Face::Body), Ink::Text);
        }
        if !prediction.seen.contains(&row.who) {
            continue;
        }
        scene.add(Part::Head, dashed(place.rect, ink));
        if let Some(piece) = place.piece.filter(|_| row.memory != RowMemory::NotPresent) {
            let rect = scene.pieces[piece].0;
            // Of a page that others have too, a copy is made first.
            let is_whole = plan.pieces[piece].first == plan.pieces[piece].last;
            let rect = if is_whole {
                rect
            } else {
                lines::sign_rect(&place)
            };
            scene.add(Part::Head, dashed(rect.expand(2.0), ink));
        } else if !reaches {
            scene.add(Part::Head, dashed(lines::sign_rect(&place), ink));
        }
    }
    if reaches && !prediction.seen.is_empty() {
        scene.add(Part::Head, dashed(scene.wall.expand(2.5), ink));
    }
}
