//! The picture of a moment of a run as SVG: each process with the boxes of its mapping, and the file beneath, in the words and
//! shapes of the window's panel.
//!
//! It owns where everything stands. It must not know the run, nor what the picture stands in: its colors are classes, which
//! whoever shows it gives.

use std::fmt::Write as _;

use crate::lab::claim::{HeldPage, PeerCard};

use super::held::{HeldFile, held};
use super::markup::escaped;

/// How wide the picture is at least, and with as many boxes as there can be. How a process ended may be longer.
const LEAST: u32 = 340;
const WIDTH: u32 = 740;
/// Where the boxes begin: beside `C (pid 4194304), child of A`.
const LEFT: u32 = 216;
/// The height of a row, and of a box in it.
const ROW: u32 = 48;
const BOX: u32 = 32;
/// Between two boxes.
const GAP: u32 = 6;
/// The most boxes of a row.
const MOST: u64 = 8;
/// The widest box.
const WIDEST: u32 = 160;
/// How far from there a text stands that is beside the lines of others that pass.
const BESIDE: u32 = 60;
/// How wide a letter is, about.
const LETTER: u32 = 7;

/// The colors of the classes, for light and dark; the same as the window's.
pub(super) const STYLE: &str = "\
.pic{--t:#1b2027;--w:#535d69;--g:#f2f4f7;--o:#855000;--of:#fff4da;--oe:#c98a1b;--f:#1a6b46;--ff:#e6f5ed;--fe:#52a37d;--u:#97a1ad;--e:#b31d17}
@media (prefers-color-scheme:dark){.pic{--t:#dfe4ec;--w:#9ea8b7;--g:#1d2128;--o:#f0b14a;--of:#2d2719;--oe:#b98328;--f:#67c79a;--ff:#1c2a26;--fe:#4d9c78;--u:#5b6675;--e:#ff8d85}}
@media print{.pic{--t:#1b2027;--w:#535d69;--g:#fff;--o:#855000;--of:#fff4da;--oe:#c98a1b;--f:#1a6b46;--ff:#e6f5ed;--fe:#52a37d;--u:#97a1ad;--e:#b31d17}}
.pic text{font:12px Ubuntu,'DejaVu Sans',Arial,sans-serif;fill:var(--w)}
.pic .t{fill:var(--t);font-size:13.5px}.pic .e{fill:var(--e)}.pic .to{fill:var(--o)}.pic .tf{fill:var(--f)}
.pic .b{font-family:'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:var(--t)}
.pic rect{stroke-width:1.25}.pic .g{fill:var(--g)}.pic .own{fill:var(--of);stroke:var(--oe)}.pic .file{fill:var(--ff);stroke:var(--fe)}
.pic .no{fill:none;stroke:var(--u);stroke-dasharray:4 3}.pic .swap{fill:none;stroke:var(--oe);stroke-dasharray:4 3}
.pic line{stroke:var(--fe);stroke-width:1.25}
";

/// Whether there is anything to draw: a process has, or had, a mapping.
pub(super) fn is_worth_it(cards: &[PeerCard]) -> bool {
    cards.iter().any(|card| held(card).n_pages > 0)
}

/// The picture in words, for those who cannot see it.
pub(super) fn in_words(cards: &[PeerCard]) -> String {
    let words = cards.iter().map(|card| {
        let what = match (&card.ended, card.pages.is_empty()) {
            (Some(how), _) => format!("ended, {how}"),
            (None, true) => "no mapping".to_owned(),
            (None, false) => card.pages.clone(),
        };
        format!("{}: {what}", card.name)
    });
    words.collect::<Vec<_>>().join("; ")
}

/// What stands beneath a column of boxes.
struct Plan<'a> {
    n_boxes: u32,
    width: u32,
    first_page: u64,
    files: Vec<HeldFile<'a>>,
}

impl<'a> Plan<'a> {
    fn new(cards: &'a [PeerCard]) -> Self {
        let of_files = cards.iter().filter(|card| held(card).file.is_some());
        let first_page = of_files.map(|card| held(card).first_page).min();
        let first_page = first_page.unwrap_or_default();
        let ends = cards.iter().map(|card| {
            let from = held(card).first_page.saturating_sub(first_page);
            held(card).n_pages.saturating_add(from).min(MOST)
        });
        let n_boxes = u32::try_from(ends.max().unwrap_or_default()).unwrap_or_default();
        let n_boxes = n_boxes.max(1);
        let mut files = Vec::new();
        for file in cards.iter().filter_map(|card| held(card).file) {
            if !files.contains(&file) {
                files.push(file);
            }
        }
        let room = (WIDTH - LEFT - 12) / n_boxes - GAP;
        Self {
            n_boxes,
            width: room.min(WIDEST),
            first_page,
            files,
        }
    }

    /// How wide the picture has to be.
    fn whole(&self, cards: &[PeerCard]) -> u32 {
        let ends = cards.iter().filter_map(|card| card.ended.as_ref());
        let longest = ends.map(String::len).max().unwrap_or_default();
        let words = u32::try_from(longest)
            .unwrap_or(WIDTH)
            .saturating_mul(LETTER);
        let boxes = self.x(self.n_boxes) + GAP;
        boxes
            .max((LEFT + BESIDE + 12).saturating_add(words))
            .max(LEAST)
    }

    /// The left edge of a column.
    fn x(&self, column: u32) -> u32 {
        LEFT + column * (self.width + GAP)
    }

    /// Which column a page of the file stands in.
    fn column(&self, card: &PeerCard, index: usize) -> Option<u32> {
        let skipped = match held(card).file {
            Some(_) => held(card).first_page.saturating_sub(self.first_page),
            None => 0,
        };
        let column = u32::try_from(skipped)
            .ok()?
            .checked_add(u32::try_from(index).ok()?)?;
        (column < self.n_boxes).then_some(column)
    }
}

/// The picture, as an element of SVG that stands in HTML or alone. `style` goes into it.
pub(super) fn svg(cards: &[PeerCard], title: &str, style: &str) -> String {
    let plan = Plan::new(cards);
    let width = plan.whole(cards);
    let n_rows = u32::try_from(cards.len()).unwrap_or_default();
    let (top, n_files) = (10, u32::try_from(plan.files.len()).unwrap_or_default());
    let file_top = top + n_rows * ROW + 6;
    let height = file_top + n_files * ROW + 4;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"pic\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{}</title>\n",
        escaped(title)
    );
    if !style.is_empty() {
        let _ = writeln!(out, "<style>{style}</style>");
    }
    out.push_str("<rect class=\"g\" width=\"100%\" height=\"100%\" rx=\"6\"/>\n");
    // Lines lie below the boxes.
    for (index, card) in (0..).zip(cards) {
        let file = plan
            .files
            .iter()
            .position(|file| held(card).file.as_ref() == Some(file));
        if let Some(file) = file {
            let end = file_top + u32::try_from(file).unwrap_or_default() * ROW;
            lines(&mut out, &plan, card, (index, top + index * ROW + BOX, end));
        }
    }
    for (index, card) in (0..).zip(cards) {
        row(&mut out, &plan, card, top + index * ROW);
    }
    for (index, file) in (0..).zip(&plan.files) {
        let of_file = cards
            .iter()
            .filter(|card| held(card).file.as_ref() == Some(file));
        let last = of_file.filter_map(|card| {
            let last = held(card).pages.len().checked_sub(1)?;
            plan.column(card, last)
        });
        let n_pages = last.max().map_or(1, |last| last + 1);
        file_row(
            &mut out,
            &plan,
            (file.name, n_pages),
            file_top + index * ROW,
        );
    }
    out.push_str("</svg>\n");
    out
}

/// From each page of the file's that a process has, down to the file.
fn lines(out: &mut String, plan: &Plan<'_>, card: &PeerCard, (index, from, to): (u32, u32, u32)) {
    for (at, page) in held(card).pages.iter().enumerate() {
        if let (HeldPage::FilePage, Some(column)) = (page, plan.column(card, at)) {
            // Side by side, so that those of several processes can be told apart.
            let x = plan.x(column) + (12 + 9 * index).min(plan.width - 4);
            let _ = writeln!(
                out,
                "<line x1=\"{x}\" y1=\"{from}\" x2=\"{x}\" y2=\"{to}\"/>"
            );
        }
    }
}

fn text(out: &mut String, class: &str, (x, y): (u32, u32), text: &str) {
    let _ = writeln!(
        out,
        "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>",
        escaped(text)
    );
}

/// A text in the middle of a box.
fn label(out: &mut String, class: &str, (x, y): (u32, u32), text: &str) {
    let _ = writeln!(
        out,
        "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{}</text>",
        escaped(text)
    );
}

fn boxed(out: &mut String, class: &str, (x, y): (u32, u32), width: u32) {
    let _ = writeln!(
        out,
        "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{BOX}\" rx=\"5\"/>"
    );
}

fn row(out: &mut String, plan: &Plan<'_>, card: &PeerCard, y: u32) {
    let of = card
        .parent
        .as_ref()
        .map_or_else(String::new, |parent| format!(", child of {parent}"));
    text(
        out,
        "t",
        (10, y + 14),
        &format!("{} (pid {}){of}", card.name, card.pid),
    );
    text(out, "", (10, y + 29), &card.mapping);
    let beside = LEFT + BESIDE;
    if let Some(how) = &card.ended {
        text(out, "e", (beside, y + 20), how);
        return;
    }
    if held(card).n_pages == 0 {
        text(out, "", (beside, y + 20), "no mapping");
        return;
    }
    for (at, page) in held(card).pages.iter().enumerate() {
        let Some(column) = plan.column(card, at) else {
            continue;
        };
        let x = plan.x(column);
        let (class, ink, words) = drawn(*page);
        let [long, short] = words;
        let fits = u32::try_from(long.len()).unwrap_or(WIDTH) * LETTER < plan.width;
        boxed(out, class, (x, y), plan.width);
        label(
            out,
            ink,
            (x + plan.width / 2, y + 20),
            if fits { long } else { short },
        );
    }
}

/// The class of a page's box and of its text, and what it is called, long and short.
fn drawn(page: HeldPage) -> (&'static str, &'static str, [&'static str; 2]) {
    match page {
        HeldPage::FilePage => ("file", "tf", ["the file's page", "file page"]),
        HeldPage::PrivateCopy => ("own", "to", ["own copy of this page", "own copy"]),
        HeldPage::Anonymous => ("own", "to", ["anonymous page", "anon."]),
        HeldPage::SharedAnonymous => ("file", "tf", ["shared anonymous page", "shared"]),
        HeldPage::Swapped => ("swap", "", ["own copy, swapped out", "swap"]),
        HeldPage::NotPresent => ("no", "", ["not present yet", "absent"]),
        HeldPage::Unknown => ("no", "", ["not known", "?"]),
    }
}

fn file_row(out: &mut String, plan: &Plan<'_>, (file, n_pages): (&str, u32), y: u32) {
    text(out, "t", (10, y + 14), file);
    // Whether they are in the page cache nobody looked up, nor whether the file goes so far.
    text(out, "", (10, y + 29), "the pages that are mapped");
    for column in 0..n_pages.min(plan.n_boxes) {
        let x = plan.x(column);
        boxed(out, "file", (x, y), plan.width);
        let page = plan.first_page + u64::from(column);
        label(
            out,
            "tf",
            (x + plan.width / 2, y + 20),
            &format!("page {page}"),
        );
    }
}
