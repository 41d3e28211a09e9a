//! Where the columns of the table and the lanes of the picture stand, by the width there is. Pure arithmetic in points.

/// Room at the left and at the right.
pub(super) const PAD: f32 = 3.0;
/// Between the sign of a difference and the byte.
pub(super) const SIGN: f32 = 11.0;

/// The least widths of a lane, of the wall, and of the shortest line.
const LANE: f32 = 64.0;
const WALL: f32 = 76.0;
const LINE: f32 = 26.0;
/// The widths of *maps*, *sees* and *write as*.
const MAPS: f32 = 76.0;
const SEES: f32 = 68.0;
const WRITE: f32 = 58.0;
/// The same where it is narrow: digits alone, a pen alone.
const SEES_HEX: f32 = 34.0;
const WRITE_PEN: f32 = 24.0;

/// Left edges of the columns, counted from the left edge of all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Columns {
    pub(super) who: f32,
    /// How it maps; where it is narrow the line says that alone.
    pub(super) maps: Option<f32>,
    pub(super) sees: f32,
    /// There is room for two digits only.
    pub(super) hex_only: bool,
    /// The button; `None` in a picture that nobody presses.
    pub(super) write: Option<f32>,
    /// There is room for the button's word.
    pub(super) words: bool,
    /// Where the table ends and the lines begin.
    pub(super) end: f32,
    /// The first lane.
    pub(super) lanes: f32,
    /// The width of a lane.
    pub(super) lane: f32,
    /// The wall.
    pub(super) wall: f32,
    /// The right edge of the wall.
    pub(super) right: f32,
}

impl Columns {
    /// For `width` points and so many lanes. `several`: the rows show more than one byte, below their names.
    pub(super) fn new(width: f32, n_lanes: usize, several: bool, has_buttons: bool) -> Self {
        let right = width - PAD;
        let n_lanes = n_lanes.max(1); // else all would move aside for the first copy
        let lanes = n_lanes as f32;
        let needs = LINE + LANE * lanes + WALL;
        let who_width = (width * 0.21).clamp(100.0, 160.0);
        let button = |width: f32| if has_buttons { width } else { 6.0 };
        let rest = width - 2.0 * PAD - who_width - SEES - needs;
        let is_wide = rest >= MAPS + button(WRITE);
        let words = rest >= button(WRITE);
        let hex_only = rest < button(WRITE_PEN) && n_lanes > 1 && !several;
        let maps = is_wide.then_some(PAD + who_width);
        let sees = PAD + who_width + if is_wide { MAPS } else { 0.0 };
        let after = sees + if hex_only { SEES_HEX } else { SEES };
        let end = after + button(if words { WRITE } else { WRITE_PEN });
        let spare = (right - end - needs).max(0.0);
        let shortest = if hex_only {
            20.0
        } else {
            LINE + (spare * 0.15).min(24.0)
        };
        let from = end + shortest;
        // The wall takes 40 % of what is spare, as a name wants 96 points; the lanes share the rest.
        let least = if hex_only { 62.0 } else { WALL };
        let wall = right - (least + spare * 0.4).min((right - from) * 0.55);
        Self {
            who: PAD,
            maps,
            sees,
            hex_only,
            write: has_buttons.then_some(after),
            words,
            end,
            lanes: from,
            lane: (wall - from) / lanes,
            wall,
            right,
        }
    }

    /// Where *who* ends.
    pub(super) fn who_end(&self) -> f32 {
        self.maps.map_or(self.sees - 1.0, |maps| maps - 3.0)
    }

    /// How far a child stands right of its parent.
    pub(super) fn indent(&self) -> f32 {
        if self.hex_only { 9.0 } else { 12.0 }
    }
}
