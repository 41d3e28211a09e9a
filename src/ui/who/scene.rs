//! The picture as marks on a plane: texts, boxes, lines, in roles of color. The same marks are painted in the window and
//! written as SVG.
//!
//! It must not know what they stand for, nor how they are drawn.

use egui::{Align2, FontFamily, FontId, Pos2, Rect, vec2};

/// A color by its role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Text,
    Weak,
    Error,
    Own,
    OwnFill,
    OwnEdge,
    FileFill,
    FileEdge,
    Reaches,
    Edge,
    /// What lies behind everything.
    Back,
}

/// A size and a kind of letters: two sizes, and figures in monospace, so that they line up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    Body,
    Small,
    Mono,
    SmallMono,
}

impl Face {
    /// In points.
    pub(super) const fn size(self) -> f32 {
        match self {
            Self::Body | Self::Mono => 13.5,
            Self::Small | Self::SmallMono => 12.0,
        }
    }

    pub(super) const fn is_mono(self) -> bool {
        matches!(self, Self::Mono | Self::SmallMono)
    }

    pub(super) fn font(self) -> FontId {
        let family = if self.is_mono() {
            FontFamily::Monospace
        } else {
            FontFamily::Proportional
        };
        FontId::new(self.size(), family)
    }
}

/// What a mark belongs to: what is lit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Heads and headings.
    Head,
    /// The table's side of a row.
    Row(usize),
    /// Its line.
    Line(usize),
    /// A box or a remark in front of the wall.
    Piece(usize),
    /// The file's page.
    Wall,
    /// What lies below it.
    Storage,
}

/// A shape.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Form {
    Text {
        at: Pos2,
        align: Align2,
        text: String,
        face: Face,
        ink: Ink,
    },
    Box {
        rect: Rect,
        radius: f32,
        fill: Option<Ink>,
        edge: Ink,
        is_dashed: bool,
    },
    Line {
        from: Pos2,
        to: Pos2,
        ink: Ink,
        width: f32,
        dashes: Dashes,
    },
    /// The tip of an arrow.
    Tip { at: Pos2, to_right: bool, ink: Ink },
    /// A small ring: *copies*, where there is no room for the word.
    Ring { at: Pos2, ink: Ink },
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dashes {
    Whole,
    Dashed,
    Dotted,
}

impl Dashes {
    /// Lengths of a dash and of the gap after it; `None` for a whole line.
    pub(super) const fn lengths(self) -> Option<(f32, f32)> {
        match self {
            Self::Whole => None,
            Self::Dashed => Some((5.0, 4.0)),
            Self::Dotted => Some((1.5, 3.5)),
        }
    }
}

/// A shape and what it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mark {
    pub(super) part: Part,
    pub(super) form: Form,
}

/// Where a row stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RowPlace {
    /// Its side of the table.
    pub(super) rect: Rect,
    /// The height of its line.
    pub(super) y: f32,
    /// Its button.
    pub(super) button: Option<Rect>,
    /// Left and right end of its line.
    pub(super) line: (f32, f32),
    /// What stands in front of the wall there, by its number.
    pub(super) piece: Option<usize>,
}

/// All of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scene {
    /// In the order in which they are painted.
    pub(super) marks: Vec<Mark>,
    pub(super) rows: Vec<RowPlace>,
    /// Boxes and remarks in front of the wall, with the first row of each.
    pub(super) pieces: Vec<(Rect, usize)>,
    pub(super) wall: Rect,
    pub(super) storage: Rect,
    /// All of it, from the left top corner on.
    pub(super) size: egui::Vec2,
    /// The headings of groups, and where they stand.
    pub(super) headings: Vec<(Rect, String)>,
    /// Where the words over the memory stand.
    pub(super) head: Pos2,
    /// There is room for the buttons' word.
    pub(super) words: bool,
}

/// How wide a text is.
pub(super) type Measure<'a> = &'a dyn Fn(&str, Face) -> f32;

impl Default for Scene {
    fn default() -> Self {
        Self {
            marks: Vec::new(),
            rows: Vec::new(),
            pieces: Vec::new(),
            wall: Rect::NOTHING,
            storage: Rect::NOTHING,
            size: egui::Vec2::ZERO,
            headings: Vec::new(),
            head: Pos2::ZERO,
            words: true,
        }
    }
}

impl Scene {
    pub(super) fn add(&mut self, part: Part, form: Form) {
        self.marks.push(Mark { part, form });
    }

    pub(super) fn text(
        &mut self,
        part: Part,
        (at, align): (Pos2, Align2),
        (text, face): (impl Into<String>, Face),
        ink: Ink,
    ) {
        let text = text.into();
        if !text.is_empty() {
            let form = Form::Text {
                at,
                align,
                text,
                face,
                ink,
            };
            self.add(part, form);
        }
    }

    /// A text in the middle of `rect`, at its left edge.
    pub(super) fn left(&mut self, part: Part, rect: Rect, text: (String, Face), ink: Ink) {
        self.text(part, (rect.left_center(), Align2::LEFT_CENTER), text, ink);
    }
}

/// The first of `texts` that is at most `width` wide, else the last one, cut.
pub(super) fn fit(measure: Measure<'_>, texts: &[&str], face: Face, width: f32) -> String {
    let fits = |text: &&&str| measure(text, face) <= width;
    if let Some(text) = texts.iter().find(fits) {
        return (*text).to_owned();
    }
    cut(
        measure,
        texts.last().copied().unwrap_or_default(),
        face,
        width,
        0.0,
    )
}

/// A name of which the middle is left out where it is too wide: ends tell files apart.
pub(super) fn fit_name(measure: Measure<'_>, name: &str, face: Face, width: f32) -> String {
    if measure(name, face) <= width {
        return name.to_owned();
    }
    cut(measure, name, face, width, 0.5)
}

/// As much of `text` as fits with an ellipsis, `tail` of it from the end.
fn cut(measure: Measure<'_>, text: &str, face: Face, width: f32, tail: f32) -> String {
    let chars: Vec<char> = text.chars().collect();
    let shortened = |kept: usize| {
        let at_end = (kept as f32 * tail) as usize;
        let start: String = chars.iter().take(kept - at_end).collect();
        let end: String = chars.iter().skip(chars.len() - at_end).collect();
        format!("{}\u{2026}{end}", start.trim_end())
    };
    let (mut least, mut most) = (0, chars.len().saturating_sub(1));
    while least < most {
        let middle = (least + most).div_ceil(2);
        if measure(&shortened(middle), face) <= width {
            least = middle;
        } else {
            most = middle - 1;
        }
    }
    shortened(least)
}

/// Where a mark that begins at its left top corner goes when all is moved.
pub(super) fn moved(mut mark: Mark, by: egui::Vec2) -> Mark {
    match &mut mark.form {
        Form::Text { at, .. } | Form::Tip { at, .. } | Form::Ring { at, .. } => *at += by,
        Form::Box { rect, .. } => *rect = rect.translate(by),
        Form::Line { from, to, .. } => {
            *from += by;
            *to += by;
        }
    }
    mark
}

/// The corners of the tip of an arrow.
pub(super) fn tip(at: Pos2, to_right: bool) -> [Pos2; 3] {
    let back = if to_right { -6.5 } else { 6.5 };
    [at, at + vec2(back, -3.75), at + vec2(back, 3.75)]
}
