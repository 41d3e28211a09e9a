//! Which colors stand on which: what has to be told apart, and how well.
//!
//! It must not know what draws them.

use egui::Color32;

use super::Theme;

/// Text must have this contrast.
const TEXT: f32 = 4.5;
/// Edges of boxes, and signs that say nothing by themselves.
const EDGE: f32 = 1.5;
/// Signs that say something.
const MARK: f32 = 3.0;

/// A color and what it stands on.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The two, in words.
    pub name: String,
    /// In front.
    pub fore: Color32,
    /// Behind.
    pub back: Color32,
    /// The least contrast, as WCAG 2 counts it: 1 to 21.
    pub least: f32,
}

type Named = (&'static str, Color32);

/// Each of `fore` on each of `back`.
fn each(fore: &[Named], back: &[Named], least: f32) -> Vec<Pair> {
    let pairs = fore
        .iter()
        .flat_map(|over| back.iter().map(move |under| (over, under)));
    let pairs = pairs.map(|(over, under)| Pair {
        name: format!("{} on {}", over.0, under.0),
        fore: over.1,
        back: under.1,
        least,
    });
    pairs.collect()
}

impl Theme {
    /// Every pair that stands on the screen.
    #[must_use]
    pub fn pairs(&self) -> Vec<Pair> {
        let mut pairs = each(&self.bytes(), &self.behind_bytes(), TEXT);
        pairs.extend(self.in_grid());
        pairs.extend(each(&self.texts(), &self.behind_texts(), TEXT));
        pairs.extend(self.chips());
        pairs.extend(self.edges());
        pairs
    }

    fn bytes(&self) -> Vec<Named> {
        let classes = [
            ("a zero", 0x00),
            ("a printable byte", b'A'),
            ("white space", b' '),
            ("a control byte", 0x01),
            ("a high byte", 0x80),
            ("all ones", 0xff),
        ];
        let mut bytes = vec![("an edit", self.edited)];
        for (name, byte) in classes {
            bytes.extend(self.byte.get(usize::from(byte)).map(|color| (name, *color)));
        }
        bytes
    }

    fn behind_bytes(&self) -> [Named; 4] {
        let strongest = self.flash.last().copied().unwrap_or_default();
        [
            ("the grid", self.grid),
            ("the selection", self.selection),
            ("what was found", self.found),
            ("a change", self.grid.blend(strongest)),
        ]
    }

    fn in_grid(&self) -> Vec<Pair> {
        let edits = [("an edit", self.edited), ("a lost edit", self.waiting)];
        let mut pairs = each(&edits, &[("its fill", self.edited_fill)], TEXT);
        let fills = [("the grid", self.grid), ("its fill", self.unreadable_fill)];
        let unreadable = [("what cannot be read", self.unreadable)];
        pairs.extend(each(&unreadable, &fills, TEXT));
        let cursor = [("the cursor", self.cursor)];
        pairs.extend(each(&[("its digits", self.cursor_text)], &cursor, TEXT));
        let heads = [
            ("offsets and heads", self.offset),
            ("past the end", self.past_end),
            ("the letter of a copy", self.copy),
            ("the present row", self.text),
        ];
        let signs = [
            ("the cursor's outline", self.cursor_outline),
            ("a file page", self.file_page),
            ("no page", self.no_page),
            ("the thumb", self.thumb),
            ("a page's line", self.page_line),
            ("the mark of a change", self.different),
        ];
        let backs = [("the grid", self.grid), ("the lane", self.grid_edge)];
        let matched = [("the frame of a match", self.matched)];
        pairs.extend(each(&matched, &backs, MARK));
        pairs.extend(each(&matched, &self.behind_bytes(), MARK));
        pairs.extend(each(&heads, &backs, TEXT));
        pairs.extend(each(&signs, &backs, EDGE));
        pairs
    }

    fn texts(&self) -> [Named; 12] {
        [
            ("text", self.text),
            ("weak text", self.weak),
            ("an accent", self.accent),
            ("an error", self.error),
            ("agreement", self.same),
            ("a difference", self.different),
            ("edits", self.edited),
            ("lost edits", self.waiting),
            ("an own page", self.own),
            ("the file's page", self.file),
            ("an unknown page", self.unknown),
            ("what reaches the file", self.reaches),
        ]
    }

    fn behind_texts(&self) -> [Named; 14] {
        [
            ("a bar", self.bar),
            ("a card", self.grid_edge),
            ("the grid", self.grid),
            ("a control", self.control),
            ("a control pointed at", self.control_hovered),
            ("news", self.notice),
            ("a warning", self.notice_warning),
            ("an error's line", self.notice_error),
            ("the newest step", self.lit),
            ("the chart of read", self.chart_read),
            ("the chart of loads", self.chart_loads),
            ("the selection", self.selection),
            ("an own page's box", self.own_fill),
            ("the file page's box", self.file_fill),
        ]
    }

    fn chips(&self) -> Vec<Pair> {
        let shared = [("SHARED", self.warning)];
        let private = [("PRIVATE", self.private)];
        let mut pairs = each(&[("its text", self.on_warning)], &shared, TEXT);
        pairs.extend(each(&[("its text", self.on_private)], &private, TEXT));
        pairs
    }

    fn edges(&self) -> Vec<Pair> {
        let edges = [
            ("an edge", self.edge),
            ("an own page's edge", self.own_edge),
            ("the file page's edge", self.file_edge),
            ("an unknown page's edge", self.unknown_edge),
            ("the focus", self.accent),
            ("SHARED", self.warning),
            ("PRIVATE", self.private),
            ("the chart's line", self.chart_line),
        ];
        let backs = [
            ("a bar", self.bar),
            ("a card", self.grid_edge),
            ("the grid", self.grid),
        ];
        let mut pairs = each(&edges, &backs, EDGE);
        let boxes = [
            ("a control", self.control),
            ("news", self.notice),
            ("a warning", self.notice_warning),
            ("an error's line", self.notice_error),
        ];
        pairs.extend(each(&[("an edge", self.edge)], &boxes, EDGE));
        let own = [("its box", self.own_fill)];
        pairs.extend(each(&[("an own page's edge", self.own_edge)], &own, EDGE));
        let file = [("its box", self.file_fill)];
        pairs.extend(each(
            &[("the file page's edge", self.file_edge)],
            &file,
            EDGE,
        ));
        pairs
    }
}
