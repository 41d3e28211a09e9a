//! Which colors stand on which: what has to be told apart, and how well.
//!
//! It must not know what draws them.

use egui::Color32;

use super::Theme;

/// Text must have this contrast.
const TEXT: f32 = 4.5;
/// Edges of boxes, and signs that say nothing by themselves.
const EDGE: f32 = 1.5;

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

fn all(fore: &[Named], back: &[Named], least: f32, pairs: &mut Vec<Pair>) {
    for (over, under) in fore
        .iter()
        .flat_map(|over| back.iter().map(move |under| (over, under)))
    {
        pairs.push(Pair {
            name: format!("{} on {}", over.0, under.0),
            fore: over.1,
            back: under.1,
            least,
        });
    }
}

impl Theme {
    /// Every pair that stands on the screen.
    #[must_use]
    pub fn pairs(&self) -> Vec<Pair> {
        let mut pairs = Vec::new();
        self.grid_pairs(&mut pairs);
        self.panel_pairs(&mut pairs);
        pairs
    }

    /// The strongest background of a changed byte, as it looks on the grid.
    fn flashed(&self) -> Color32 {
        let strongest = self.flash.last().copied().unwrap_or_default();
        self.grid.blend(strongest)
    }

    fn grid_pairs(&self, pairs: &mut Vec<Pair>) {
        let mut bytes: Vec<Named> = Vec::new();
        for (name, byte) in [
            ("a zero", 0x00),
            ("a printable byte", b'A'),
            ("white space", b' '),
            ("a control byte", 0x01),
            ("a high byte", 0x80),
            ("all ones", 0xff),
        ] {
            bytes.extend(self.byte.get(usize::from(byte)).map(|color| (name, *color)));
        }
        let backs = [
            ("the grid", self.grid),
            ("the selection", self.selection),
            ("what was found", self.found),
            ("a change", self.flashed()),
        ];
        all(&bytes, &backs, TEXT, pairs);
        all(&[("an edit", self.edited)], &backs, TEXT, pairs);
        all(
            &[("an edit", self.edited), ("a lost edit", self.waiting)],
            &[("an edit's fill", self.edited_fill)],
            TEXT,
            pairs,
        );
        all(
            &[("what cannot be read", self.unreadable)],
            &[("the grid", self.grid), ("its fill", self.unreadable_fill)],
            TEXT,
            pairs,
        );
        all(
            &[
                ("offsets and heads", self.offset),
                ("past the end", self.past_end),
                ("the letter of a copy", self.copy),
                ("the present row", self.text),
            ],
            &[("the grid", self.grid), ("the lane", self.grid_edge)],
            TEXT,
            pairs,
        );
        all(
            &[("the cursor's digits", self.cursor_text)],
            &[("the cursor", self.cursor)],
            TEXT,
            pairs,
        );
        all(
            &[
                ("the cursor's outline", self.cursor_outline),
                ("a file page", self.file_page),
                ("no page", self.no_page),
                ("a page's line", self.page_line),
                ("the mark of a change", self.different),
            ],
            &[("the grid", self.grid), ("the lane", self.grid_edge)],
            EDGE,
            pairs,
        );
    }

    fn panel_pairs(&self, pairs: &mut Vec<Pair>) {
        let texts = [
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
        ];
        let backs = [
            ("a bar", self.bar),
            ("a card", self.grid_edge),
            ("the grid", self.grid),
            ("a control", self.control),
            ("a control pointed at", self.control_hovered),
            ("news", self.notice),
            ("a warning", self.notice_warning),
            ("an error's banner", self.notice_error),
            ("the newest step", self.lit),
            ("the chart of read", self.chart_read),
            ("the chart of loads", self.chart_loads),
            ("the selection", self.selection),
            ("an own page's box", self.own_fill),
            ("the file page's box", self.file_fill),
        ];
        all(&texts, &backs, TEXT, pairs);
        all(
            &[("its text", self.on_warning)],
            &[("SHARED", self.warning)],
            TEXT,
            pairs,
        );
        all(
            &[("its text", self.on_private)],
            &[("PRIVATE", self.private)],
            TEXT,
            pairs,
        );
        let under = [
            ("a bar", self.bar),
            ("a card", self.grid_edge),
            ("the grid", self.grid),
        ];
        all(
            &[
                ("an edge", self.edge),
                ("an own page's edge", self.own_edge),
                ("the file page's edge", self.file_edge),
                ("an unknown page's edge", self.unknown_edge),
                ("the focus", self.accent),
                ("SHARED", self.warning),
                ("PRIVATE", self.private),
                ("the chart's line", self.chart_line),
            ],
            &under,
            EDGE,
            pairs,
        );
        all(
            &[("an edge", self.edge)],
            &[
                ("a control", self.control),
                ("news", self.notice),
                ("a warning", self.notice_warning),
                ("an error's banner", self.notice_error),
            ],
            EDGE,
            pairs,
        );
        all(
            &[("its edge", self.own_edge)],
            &[("an own page's box", self.own_fill)],
            EDGE,
            pairs,
        );
        all(
            &[("its edge", self.file_edge)],
            &[("the file page's box", self.file_fill)],
            EDGE,
            pairs,
        );
    }
}
