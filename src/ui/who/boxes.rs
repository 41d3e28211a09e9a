//! The boxes of memory: the file's page, private pages in front of it, remarks where there is no page, the storage below.

use egui::{Align2, Rect, pos2};

use crate::model::picture::{Below, PageCache, Row, RowMemory, Sees};

use super::columns::PAD;
use super::plan::Plan;
use super::scene::{Dashes, Face, Form, Ink, Part, Scene, fit_name};

/// Between two lines of text in a box.
const LEADING: f32 = 3.0;

/// A line of text in a box.
type TextLine = (String, Face, Ink);

/// The height of a line of text.
fn height(face: Face) -> f32 {
    (face.size() * 1.2).ceil()
}

/// Lines in the middle of `rect`, as far as it is in sight; those that do not fit are left out from the end.
fn centered(plan: &Plan<'_>, scene: &mut Scene, part: Part, rect: Rect, mut lines: Vec<TextLine>) {
    let total = |lines: &[TextLine]| {
        let heights = lines.iter().map(|line| height(line.1) + LEADING);
        heights.sum::<f32>() - LEADING
    };
    while lines.len() > 1 && total(&lines) > rect.height() {
        lines.pop();
    }
    let seen = rect.y_range().intersection(plan.wish.visible);
    let middle = if seen.span() > 0.0 {
        seen.center()
    } else {
        rect.center().y
    };
    let total = total(&lines);
    let highest = (rect.bottom() - total).max(rect.top());
    let mut y = (middle - total / 2.0).clamp(rect.top(), highest);
    for (text, face, ink) in lines {
        let half = height(face) / 2.0;
        let at = (pos2(rect.center().x, y + half), Align2::CENTER_CENTER);
        scene.text(part, at, (text, face), ink);
        y += 2.0 * half + LEADING;
    }
}

/// The file's page.
pub(super) fn wall(plan: &Plan<'_>, scene: &mut Scene) {
    let picture = plan.picture();
    let rect = scene.wall;
    let is_absent = matches!(
        picture.page_cache,
        PageCache::NotCached | PageCache::PastEnd
    );
    let form = Form::Box {
        rect,
        radius: 6.0,
        fill: Some(Ink::FileFill),
        edge: Ink::FileEdge,
        is_dashed: is_absent,
    };
    scene.add(Part::Wall, form);
    let inner = rect.shrink2(egui::vec2(4.0, 6.0));
    let width = inner.width();
    let page_of = format!("page {} of", picture.page);
    let page = format!("page {}", picture.page);
    let number = format!("p{}", picture.page);
    let state = picture.page_cache.words();
    let state = plan.fit(&[&state, "not known"], Face::Small, width);
    let state_ink = match picture.page_cache {
        PageCache::Dirty | PageCache::BeingWritten => Ink::Reaches,
        _ => Ink::Weak,
    };
    let is_long = plan.width(&picture.file, Face::Body) > width;
    let face = if is_long { Face::Small } else { Face::Body };
    let name = fit_name(plan.wish.measure, &picture.file, face, width);
    let small = |texts: &[&str]| (plan.fit(texts, Face::Small, width), Face::Small, Ink::Weak);
    let mut lines = vec![
        small(&[&page_of, &page, &number]),
        (name, face, Ink::Text),
        small(&["in the page cache", "page cache", "cached"]),
    ];
    if let Some(bytes) = byte_text(plan, picture.file_bytes.as_ref(), width) {
        lines.push((bytes, Face::Mono, Ink::Text));
    }
    lines.push((state, Face::Small, state_ink));
    let frame = picture.rows.iter().find_map(|row| {
        let is_file = row.memory == RowMemory::FilePage;
        row.frame.filter(|_| is_file)
    });
    if let Some(frame) = frame {
        lines.push(frame_line(plan, frame, width));
    }
    centered(plan, scene, Part::Wall, inner, lines);
}

fn frame_line(plan: &Plan<'_>, frame: u64, width: f32) -> TextLine {
    let texts = [format!("frame {frame:#x}"), format!("{frame:#x}")];
    let text = plan.fit(&[&texts[0], &texts[1]], Face::Small, width);
    (text, Face::Small, Ink::Weak)
}

/// The bytes in a box, where they fit.
fn byte_text(
    plan: &Plan<'_>,
    cells: Option<&crate::model::picture::Cells>,
    width: f32,
) -> Option<String> {
    let cells = cells?;
    let (text, hex) = (cells.to_string(), cells.hex());
    let fits = |text: &&String| plan.width(text, Face::Mono) <= width;
    [&text, &hex].into_iter().find(fits).cloned()
}

/// What stands in front of the wall.
pub(super) fn piece(plan: &Plan<'_>, scene: &mut Scene, index: usize) {
    let piece = &plan.pieces[index];
    let rect = plan.piece_rect(piece);
    let row = &plan.picture().rows[piece.first];
    match row.memory {
        RowMemory::Copy(_) | RowMemory::CopyOfSeveral => copy(plan, scene, index, rect, row),
        _ => remark(plan, scene, index, rect, row),
    }
}

/// What a copy is called, from long to short.
fn copy_words(plan: &Plan<'_>, index: usize, row: &Row) -> [&'static str; 3] {
    if plan.pieces[index].is_again {
        ["same page as above", "same as above", "same"]
    } else if row.memory == RowMemory::CopyOfSeveral {
        [
            "by fork, with whom is not known",
            "by fork, with ?",
            "fork, ?",
        ]
    } else if plan.picture().n_users(&row.memory) > 1 {
        ["one copy, shared by fork", "shared by fork", "by fork"]
    } else {
        ["own copy of this page", "own copy", "copy"]
    }
}

fn copy(plan: &Plan<'_>, scene: &mut Scene, index: usize, rect: Rect, row: &Row) {
    let part = Part::Piece(index);
    let form = Form::Box {
        rect,
        radius: 5.0,
        fill: Some(Ink::OwnFill),
        edge: Ink::OwnEdge,
        is_dashed: false,
    };
    scene.add(part, form);
    let inset = if rect.width() < 72.0 { 5.0 } else { 8.0 };
    let inner = rect.shrink2(egui::vec2(inset, 2.0));
    let words = copy_words(plan, index, row);
    let cells = match &row.sees {
        Sees::Bytes(cells) => Some(cells),
        _ => None,
    };
    let is_single = plan.pieces[index].first == plan.pieces[index].last;
    if is_single && plan.bytes.n_lines == 0 {
        let text = cells.map(ToString::to_string).unwrap_or_default();
        let hex = cells
            .map(crate::model::picture::Cells::hex)
            .unwrap_or_default();
        // The longest pair that fits; the words matter more than the character.
        let pairs = [
            (words[0], &text),
            (words[1], &text),
            (words[1], &hex),
            (words[2], &text),
            (words[2], &hex),
        ];
        let fits = |(words, bytes): &(&str, &String)| {
            let bytes = plan.width(bytes, Face::Mono);
            plan.width(words, Face::Small) + bytes + 6.0 <= inner.width()
        };
        let (words, bytes) = pairs.into_iter().find(fits).unwrap_or(("", &hex));
        scene.left(part, inner, (words.to_owned(), Face::Small), Ink::Own);
        let at = (inner.right_center(), Align2::RIGHT_CENTER);
        scene.text(part, at, (bytes.clone(), Face::Mono), Ink::Text);
        return;
    }
    let width = inner.width();
    let fits = |text: &&str| plan.width(text, Face::Small) <= width;
    let mut lines: Vec<TextLine> = Vec::new();
    if let Some(words) = words[..2].iter().copied().find(|text| fits(text)) {
        lines.push((words.to_owned(), Face::Small, Ink::Own));
    } else if rect.height() > 60.0 && plan.picture().n_users(&row.memory) > 1 {
        lines.extend(["shared", "by fork"].map(|it| (it.to_owned(), Face::Small, Ink::Own)));
    } else if fits(&words[2]) {
        lines.push((words[2].to_owned(), Face::Small, Ink::Own));
    }
    if let Some(bytes) = byte_text(plan, cells, width) {
        lines.push((bytes, Face::Mono, Ink::Text));
    }
    if let Some(frame) = row.frame {
        lines.push(frame_line(plan, frame, width));
    }
    centered(plan, scene, part, inner, lines);
}

/// What is said where no page is known, from long to short.
fn remark_words(row: &Row) -> ([String; 3], Ink) {
    let words = |texts: [&str; 3]| texts.map(ToOwned::to_owned);
    match (&row.memory, &row.sees) {
        (RowMemory::NotPresent, _) => (
            words([
                "not present: the first touch brings it",
                "not present yet",
                "absent",
            ]),
            Ink::Weak,
        ),
        (RowMemory::Swapped, _) => (
            words(["own copy, swapped out", "swapped out", "swap"]),
            Ink::Weak,
        ),
        (RowMemory::PastEnd, _) => (
            words(["past the end: SIGBUS", "past the end", "end"]),
            Ink::Weak,
        ),
        (RowMemory::NotMapped, _) => (
            words(["its mapping ends before it", "not mapped", "none"]),
            Ink::Weak,
        ),
        (RowMemory::Waiting, _) => (words(["asking\u{2026}", "\u{2026}", "\u{2026}"]), Ink::Weak),
        (_, Sees::Ended(how)) => ([how.clone(), short_end(how), signal_of(how)], Ink::Error),
        (RowMemory::NotKnown(_), Sees::Stopped(_) | Sees::Late(_)) => (
            words(["not known: it does not answer", "not known", "?"]),
            Ink::Weak,
        ),
        (RowMemory::NotKnown(why), _) => (
            [
                format!("not known: {why}"),
                "not known".to_owned(),
                "?".to_owned(),
            ],
            Ink::Weak,
        ),
        _ => (words(["", "", ""]), Ink::Weak),
    }
}

/// How a process ended, without what else there is to say.
fn short_end(how: &str) -> String {
    how.split([';', ':']).next().unwrap_or(how).to_owned()
}

/// The name of the signal that ended it, where one did.
fn signal_of(how: &str) -> String {
    let mut names = how.split(|c: char| !c.is_ascii_alphanumeric());
    let name = names.find(|name| name.len() > 3 && name.starts_with("SIG"));
    name.unwrap_or("ended").to_owned()
}

fn remark(plan: &Plan<'_>, scene: &mut Scene, index: usize, rect: Rect, row: &Row) {
    let part = Part::Piece(index);
    let y = plan.y(plan.pieces[index].first);
    let (texts, ink) = remark_words(row);
    let inset = if row.memory == RowMemory::Swapped {
        7.0
    } else {
        2.0
    };
    let width = rect.width() - 2.0 * inset;
    let text = plan.fit(&[&texts[0], &texts[1], &texts[2]], Face::Small, width);
    if row.memory == RowMemory::Swapped {
        let right = rect.left() + 2.0 * inset + plan.width(&text, Face::Small);
        let form = Form::Box {
            rect: rect.with_max_x(right.min(rect.right())),
            radius: 5.0,
            fill: None,
            edge: Ink::OwnEdge,
            is_dashed: true,
        };
        scene.add(part, form);
    }
    let at = (pos2(rect.left() + inset, y), Align2::LEFT_CENTER);
    scene.text(part, at, (text, Face::Small), ink);
}

/// The storage, and what leads to it.
pub(super) fn storage(plan: &Plan<'_>, scene: &mut Scene, top: f32, bottom: f32) {
    let below = &plan.picture().storage;
    let (short, ink) = match below {
        Below::None => ("none", Ink::Weak),
        Below::NothingLeft => ("nothing to write", Ink::Text),
        Below::Older => ("older: not written yet", Ink::Reaches),
        Below::BeingWritten => ("being written", Ink::Reaches),
        Below::Hole => ("a hole", Ink::Text),
        Below::Refused(_) => ("refused: older", Ink::Error),
        Below::InDoubt(_) => ("not known", Ink::Error),
        Below::NotKnown => ("not known", Ink::Weak),
    };
    let words = below.words();
    let needs = plan.width(&words, Face::Small) + 17.0;
    // As wide as its words: below the table there is room to the left.
    let (wall, right) = (scene.wall.left(), scene.wall.right());
    let left = wall.min(right - needs).max(PAD + 90.0);
    let rect = Rect::from_min_max(pos2(left, top), pos2(right, bottom));
    scene.storage = rect;
    if !matches!(below, Below::None) {
        let x = scene.wall.center().x;
        let is_same = matches!(below, Below::NothingLeft | Below::Hole);
        let form = Form::Line {
            from: pos2(x, scene.wall.bottom()),
            to: pos2(x, top),
            ink: Ink::Edge,
            width: 1.25,
            dashes: if is_same {
                Dashes::Whole
            } else {
                Dashes::Dashed
            },
        };
        scene.add(Part::Storage, form);
    }
    let form = Form::Box {
        rect,
        radius: 5.0,
        fill: None,
        edge: Ink::Edge,
        is_dashed: matches!(below, Below::None | Below::NotKnown),
    };
    scene.add(Part::Storage, form);
    let at = rect.left_top() + egui::vec2(8.0, 9.5);
    let at = (at, Align2::LEFT_CENTER);
    scene.text(Part::Storage, at, ("storage", Face::Small), Ink::Weak);
    let text = plan.fit(&[&words, short], Face::Small, rect.width() - 16.0);
    let at = rect.left_bottom() + egui::vec2(8.0, -9.5);
    let at = (at, Align2::LEFT_CENTER);
    scene.text(Part::Storage, at, (text, Face::Small), ink);
}
