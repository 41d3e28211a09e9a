//! The bytes that rows see: one beside the name, several below it, those that differ in a color and with a sign.

use egui::{Align2, pos2};

use crate::bytes::class::text_char;
use crate::model::picture::{Cells, Compared, Row, Sees, Who};

use super::columns::SIGN;
use super::plan::{LINE, Plan, ROW};
use super::scene::{Face, Ink, Part, Scene};

/// The sign of what differs from the file.
pub(super) const DIFFERS: &str = "\u{2260}";
/// Where the bytes stand: right of the sign.
pub(super) fn sees_at(plan: &Plan<'_>) -> f32 {
    plan.columns.sees + SIGN
}

/// What a row sees.
pub(super) fn sees(plan: &Plan<'_>, scene: &mut Scene, index: usize) {
    let row = &plan.picture().rows[index];
    let word = match &row.sees {
        Sees::Bytes(cells) if plan.bytes.n_lines == 0 => return one(plan, scene, index, cells),
        Sees::Bytes(cells) => {
            below(plan, scene, index, cells, false);
            return counted(plan, scene, index);
        }
        Sees::Earlier(cells) if plan.bytes.n_lines == 0 => {
            return earlier(plan, scene, index, cells);
        }
        Sees::Earlier(cells) => {
            below(plan, scene, index, cells, true);
            ("before", Ink::Weak)
        }
        Sees::Stopped(last) | Sees::Late(last) => {
            if let Some(cells) = last.as_ref().filter(|_| plan.bytes.n_lines > 0) {
                below(plan, scene, index, cells, true);
            }
            let is_stopped = matches!(row.sees, Sees::Stopped(_));
            (if is_stopped { "stopped" } else { "silent" }, Ink::Text)
        }
        Sees::Ended(_) => ("ended", Ink::Error),
        Sees::Waiting => ("\u{2026}", Ink::Weak),
        Sees::NotAsked | Sees::Hidden(_) => ("--", Ink::Weak),
    };
    let (text, ink) = word;
    let at = (pos2(sees_at(plan), plan.y(index)), Align2::LEFT_CENTER);
    scene.text(Part::Row(index), at, (text, Face::Small), ink);
}

/// What it saw before the last change.
fn earlier(plan: &Plan<'_>, scene: &mut Scene, index: usize, cells: &Cells) {
    let hex = cells.hex();
    let texts = [
        format!("was {cells}"),
        format!("was {hex}"),
        format!("{hex}?"),
    ];
    let columns = &plan.columns;
    let room = columns.write.unwrap_or(columns.end) - sees_at(plan);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let text = plan.fit(&texts, Face::SmallMono, room);
    let at = (pos2(sees_at(plan), plan.y(index)), Align2::LEFT_CENTER);
    scene.text(Part::Row(index), at, (text, Face::SmallMono), Ink::Weak);
}

/// It is marked: it sees something else than the file has. The file itself is what others are compared with.
fn is_marked(row: &Row) -> bool {
    row.compared.differs() && row.who != Who::Calls
}

fn mark(plan: &Plan<'_>, scene: &mut Scene, index: usize) {
    let at = (pos2(plan.columns.sees, plan.y(index)), Align2::LEFT_CENTER);
    scene.text(Part::Row(index), at, (DIFFERS, Face::Small), Ink::Own);
}

fn one(plan: &Plan<'_>, scene: &mut Scene, index: usize, cells: &Cells) {
    let row = &plan.picture().rows[index];
    let ink = if is_marked(row) { Ink::Own } else { Ink::Text };
    if is_marked(row) {
        mark(plan, scene, index);
    }
    let text = if plan.columns.hex_only {
        cells.hex()
    } else {
        cells.to_string()
    };
    let at = (pos2(sees_at(plan), plan.y(index)), Align2::LEFT_CENTER);
    scene.text(Part::Row(index), at, (text, Face::Mono), ink);
}

/// How many of several bytes differ.
fn counted(plan: &Plan<'_>, scene: &mut Scene, index: usize) {
    let row = &plan.picture().rows[index];
    let (text, face, ink) = match row.compared {
        _ if row.who == Who::Calls => return,
        Compared::Differs { n_bytes, .. } => {
            mark(plan, scene, index);
            (n_bytes.to_string(), Face::Mono, Ink::Own)
        }
        Compared::Same => ("same".to_owned(), Face::Small, Ink::Weak),
        Compared::NotKnown => ("?".to_owned(), Face::Small, Ink::Weak),
    };
    let at = (pos2(sees_at(plan), plan.y(index)), Align2::LEFT_CENTER);
    scene.text(Part::Row(index), at, (text, face), ink);
}

/// Several bytes, below the name. `is_old`: that is what it had.
fn below(plan: &Plan<'_>, scene: &mut Scene, index: usize, cells: &Cells, is_old: bool) {
    let lines = plan.bytes;
    let row = &plan.picture().rows[index];
    let file = plan.picture().file_bytes.as_ref();
    let differs = |at: usize| {
        let file = file.and_then(|file| file.bytes.get(at));
        !is_old && is_marked(row) && file.is_some_and(|file| cells.bytes.get(at) != Some(file))
    };
    let (top, _) = plan.rows[index];
    for (line, bytes) in cells.bytes.chunks(lines.per_line).enumerate() {
        let y = top + ROW + LINE * line as f32 + LINE / 2.0 - 2.0;
        for (column, byte) in bytes.iter().enumerate() {
            let at = line * lines.per_line + column;
            let ink = match (differs(at), is_old) {
                (true, _) => Ink::Own,
                (false, true) => Ink::Weak,
                (false, false) => Ink::Text,
            };
            let hex = byte.map_or_else(|| "??".to_owned(), |byte| format!("{byte:02x}"));
            let mut put = |place: usize, text: String, ink: Ink| {
                let at = pos2(lines.left + lines.digit * place as f32, y);
                let at = (at, Align2::LEFT_CENTER);
                scene.text(Part::Row(index), at, (text, Face::SmallMono), ink);
            };
            put(3 * column, hex, ink);
            if lines.has_text {
                let shown = byte.map_or(' ', text_char);
                let ink = if differs(at) { Ink::Own } else { Ink::Weak };
                let full = lines.per_line.min(cells.bytes.len());
                put(3 * full + 1 + column, shown.to_string(), ink);
            }
        }
    }
}
