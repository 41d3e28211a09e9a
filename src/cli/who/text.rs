//! The answer as lines: one a row, one a box of memory, columns aligned.
//!
//! It owns the layout. What is claimed, and its words, are the picture's.

use std::fmt::Write as _;

use crate::bytes::escape::{escape_name, escape_path};
use crate::map::OtherProcess;
use crate::model::Picture;
use crate::model::others::only_open;
use crate::model::picture::{Group, MemoryBox, Row, RowMemory, Sees, Sentence, Who};

use super::look::Seen;

/// Between two columns.
const GAP: &str = "  ";

/// The cells of a line.
type Line = Vec<String>;

pub(super) fn text(seen: &Seen) -> String {
    let picture = &seen.picture;
    let [question, _] = picture.question();
    let mut text = format!(
        "{question} {}, page {}\n{}\n",
        escape_path(&seen.path),
        picture.page,
        Sentence::of(picture, None).whole()
    );
    let compared = picture.compared_words();
    if !compared.is_empty() {
        let _ = writeln!(text, "{}", compared.join("; "));
    }
    put_rows(&mut text, seen);
    put_boxes(&mut text, picture);
    for remark in &seen.remarks {
        let _ = writeln!(text, "{remark}");
    }
    text
}

fn put_rows(text: &mut String, seen: &Seen) {
    let picture = &seen.picture;
    let boxes = picture.boxes();
    let mut lines: Vec<(Group, Line)> = Vec::new();
    for (index, row) in picture.rows.iter().enumerate() {
        lines.push((row.group, row_line(picture, &boxes, index, row)));
    }
    let opens = only_open(&seen.others).map(|process| (Group::Others, open_line(process)));
    lines.extend(opens);
    lines.sort_by_key(|(group, _)| *group); // stable: each group keeps its order
    let widths = widths(lines.iter().map(|(_, line)| line));
    let mut last = None;
    for (group, line) in &lines {
        if last != Some(*group) {
            let _ = writeln!(text, "{}", group.words());
            last = Some(*group);
        }
        put_line(text, line, &widths);
    }
}

/// Who, how it maps, what it sees, how that compares, through which memory, and how that is known.
fn row_line(picture: &Picture, boxes: &[MemoryBox], index: usize, row: &Row) -> Line {
    let number = boxes.iter().position(|it| it.rows.contains(&index));
    let memory = match (&row.memory, &row.sees) {
        // Said where its bytes would stand.
        (RowMemory::NotKnown(why), Sees::Hidden(hidden)) if why == hidden => String::new(),
        (memory, _) => memory.words(picture.n_users(memory)),
    };
    let memory = match number {
        Some(number) => format!("[{}] {memory}", number + 1),
        None => memory,
    };
    let mut known: Vec<String> = Vec::new();
    known.extend(picture.known_by(row).map(|known| known.words().to_owned()));
    known.extend(row.note.iter().map(|note| note.text.clone()));
    vec![
        format!("{}{}", "  ".repeat(row.depth), row.name),
        row.maps.words().to_owned(),
        sees(row),
        picture.row_compared_words(row),
        memory,
        known.join("; "),
    ]
}

fn sees(row: &Row) -> String {
    match &row.sees {
        Sees::Bytes(cells) => match cells.gap {
            Some(why) => format!("{cells}: {why}"),
            None => cells.to_string(),
        },
        Sees::NotAsked => "--".to_owned(),
        Sees::Hidden(why) => why.clone(),
        // No process of ours, and nobody else is waited for.
        Sees::Waiting | Sees::Stopped(_) | Sees::Late(_) | Sees::Earlier(_) | Sees::Ended(_) => {
            String::new()
        }
    }
}

fn open_line(process: &OtherProcess) -> Line {
    vec![
        format!("{} {}", escape_name(&process.name), process.pid),
        "only open".to_owned(),
        "--".to_owned(),
        String::new(),
        descriptors(process),
        String::new(),
    ]
}

/// `3 read and write, 5 read`.
fn descriptors(process: &OtherProcess) -> String {
    let told = process.open.iter().map(|open| {
        let way = match open.may {
            Some([true, true]) => " read and write",
            Some([true, false]) => " read",
            Some([false, true]) => " write",
            Some([false, false]) => " its path alone",
            None => "",
        };
        format!("{}{way}", open.descriptor)
    });
    let told: Vec<String> = told.collect();
    match process.n_open - told.len() {
        0 => format!("descriptor {}", told.join(", ")),
        n_more => format!("descriptor {} and {n_more} more", told.join(", ")),
    }
}

fn put_boxes(text: &mut String, picture: &Picture) {
    let boxes = picture.boxes();
    let lines: Vec<Line> = boxes
        .iter()
        .enumerate()
        .map(|(index, it)| box_line(picture, index, it))
        .collect();
    let widths = widths(lines.iter());
    text.push_str("Memory\n");
    for line in &lines {
        put_line(text, line, &widths);
    }
    let _ = writeln!(text, "{GAP}storage: {}", picture.storage.words());
}

/// Its number, what it is, its bytes, its state, its frame, and whom it answers.
fn box_line(picture: &Picture, index: usize, it: &MemoryBox) -> Line {
    let names: Vec<&str> = it.rows.iter().map(|row| name(picture, *row)).collect();
    let (what, state) = match it.memory {
        RowMemory::FilePage => (
            format!("page {} of the file in the page cache", picture.page),
            picture.page_cache.words(),
        ),
        _ => (it.memory.words(it.rows.len()), String::new()),
    };
    vec![
        format!("[{}]", index + 1),
        what,
        it.cells.as_ref().map_or(String::new(), ToString::to_string),
        state,
        it.frame
            .map_or(String::new(), |frame| format!("frame {frame:#x}")),
        match names.as_slice() {
            [] => "answers nobody here".to_owned(),
            names => format!("answers {}", names.join(", ")),
        },
    ]
}

fn name(picture: &Picture, index: usize) -> &str {
    match picture.rows.get(index) {
        Some(row) if row.who == Who::Calls => "system calls",
        Some(row) => &row.name,
        None => "",
    }
}

/// How wide each column is.
fn widths<'a>(lines: impl Iterator<Item = &'a Line>) -> Vec<usize> {
    let mut widths = Vec::new();
    for line in lines {
        widths.resize(line.len().max(widths.len()), 0);
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    widths
}

/// A column that is empty in every line is left out.
fn put_line(text: &mut String, line: &Line, widths: &[usize]) {
    let mut put = String::new();
    for (cell, width) in line.iter().zip(widths).filter(|(_, width)| **width > 0) {
        let _ = write!(put, "{GAP}{cell:<width$}");
    }
    text.push_str(put.trim_end());
    text.push('\n');
}
