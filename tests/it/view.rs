//! Scrolling and the cursor beside plain arithmetic in 128 bits, from one byte to the last that 64 bits can name.

use mapscope::bytes::Span;
use mapscope::model::{Column, Step, Viewport};
use proptest::prelude::*;

use crate::random::cases;

const TIB: u64 = 1 << 40;
/// Points are exact in an `f32` as multiples of this part, at the sizes of a screen.
const PART: i128 = 64;

/// Files of every size, with their start: few bytes, rows that just fit, 16 TiB, the end of 64 bits.
fn extent() -> impl Strategy<Value = Span> {
    let len = prop_oneof![
        3 => 1..300_u64,
        2 => 1..100_000_u64,
        2 => (0..5000_u64).prop_map(|less| 16 * TIB - less),
        1 => (0..5000_u64).prop_map(|more| TIB + more),
        1 => any::<u64>().prop_map(|len| len.max(1)),
        2 => (0..5000_u64).prop_map(|less| u64::MAX - less),
    ];
    let start = prop_oneof![
        4 => Just(0_u64),
        1 => 0..100_000_u64,
        1 => any::<u64>(),
        1 => Just(u64::MAX),
    ];
    (len, start).prop_map(|(len, start)| Span::at(start.min(u64::MAX - len), len).unwrap())
}

fn step() -> impl Strategy<Value = Step> {
    prop::sample::select(vec![
        Step::Left,
        Step::Right,
        Step::Up,
        Step::Down,
        Step::PageUp,
        Step::PageDown,
        Step::RowStart,
        Step::RowEnd,
        Step::Start,
        Step::End,
    ])
}

/// Somewhere in `0..len`, near the ends as often as anywhere.
fn place(len: u64, part: u64, near: u64) -> u64 {
    match part % 3 {
        0 => near.min(len - 1),
        1 => len - 1 - near.min(len - 1),
        _ => part % len,
    }
}

prop_compose! {
    /// A view as it can come about: a cursor anywhere, scrolled anywhere.
    fn view()(
        extent in extent(),
        columns in 1..=64_u64,
        page_rows in prop_oneof![1..4_u64, 20..80_u64],
        (cursor, near_cursor) in (any::<u64>(), 0..200_u64),
        (top, near_top) in (any::<u64>(), 0..200_u64),
        anchored: bool,
    ) -> Viewport {
        let mut view = Viewport::new(extent);
        view.columns = columns;
        view.page_rows = page_rows;
        view.cursor = extent.start() + place(extent.len(), cursor, near_cursor);
        view.anchor = anchored.then_some(extent.start());
        view.top = place(view.row_count(), top, near_top);
        view.clamp();
        view
    }
}

/// The same in 128 bits, without a thought for overflow.
struct Plain {
    start: i128,
    len: i128,
    columns: i128,
    page: i128,
}

impl Plain {
    fn of(view: &Viewport) -> Self {
        Self {
            start: view.extent.start().into(),
            len: view.extent.len().into(),
            columns: view.columns.into(),
            page: view.page_rows.into(),
        }
    }

    fn rows(&self) -> i128 {
        (self.len + self.columns - 1) / self.columns
    }

    fn max_top(&self) -> i128 {
        (self.rows() - self.page).max(0)
    }

    fn last(&self) -> i128 {
        self.start + self.len - 1
    }

    fn row(&self, offset: i128) -> i128 {
        (offset - self.start) / self.columns
    }

    fn row_start(&self, row: i128) -> i128 {
        self.start + row * self.columns
    }

    fn target(&self, cursor: i128, step: Step) -> i128 {
        let row = self.row(cursor);
        let column = cursor - self.row_start(row);
        let on_row = |to: i128| {
            let to = to.clamp(0, self.rows() - 1);
            if to == row {
                cursor
            } else {
                (self.row_start(to) + column).min(self.last())
            }
        };
        match step {
            Step::Left => (cursor - 1).max(self.start),
            Step::Right => (cursor + 1).min(self.last()),
            Step::Up => on_row(row - 1),
            Step::Down => on_row(row + 1),
            Step::PageUp => on_row(row - self.page),
            Step::PageDown => on_row(row + self.page),
            Step::RowStart => self.row_start(row),
            Step::RowEnd => (self.row_start(row + 1) - 1).min(self.last()),
            Step::Start => self.start,
            Step::End => self.last(),
        }
    }

    /// The first row that shows `row` with the least scrolling from `top`.
    fn showing(&self, row: i128, top: i128) -> i128 {
        top.clamp(row - self.page + 1, row).clamp(0, self.max_top())
    }
}

fn check_bounds(view: &Viewport) {
    let plain = Plain::of(view);
    assert_eq!(i128::from(view.row_count()), plain.rows());
    assert_eq!(i128::from(view.max_top()), plain.max_top());
    assert!(view.top <= view.max_top(), "{view:?}");
    assert!(view.extent.contains(view.cursor), "{view:?}");
    assert!(
        view.anchor
            .is_none_or(|anchor| view.extent.contains(anchor)),
        "{view:?}"
    );
    assert!(view.fraction_points >= 0.0);
    assert!(
        view.top < view.max_top() || view.fraction_points == 0.0,
        "nothing lies below the last row: {view:?}"
    );
    let shown = view.visible();
    assert!(view.extent.contains_span(shown) && !shown.is_empty());
    assert_eq!(
        i128::from(shown.start()),
        plain.row_start(i128::from(view.top))
    );
    let enough = (i128::from(shown.start()) + plain.page * plain.columns).min(plain.last() + 1);
    assert!(i128::from(shown.end()) >= enough, "{view:?} shows {shown}");
}

fn check_visible(view: &Viewport) {
    let row = view.rows().row_from_offset(view.cursor);
    assert!(
        view.top <= row && row - view.top < view.page_rows,
        "the cursor's row {row} is out of sight: {view:?}"
    );
    assert!(
        row > view.top || view.fraction_points == 0.0,
        "its row is cut at the top: {view:?}"
    );
}

proptest! {
    #![proptest_config(cases(3_000))]

    #[test]
    fn steps_as_plain_arithmetic_does(mut view in view(), steps in prop::collection::vec((step(), any::<bool>()), 1..20)) {
        for (step, extend) in steps {
            let plain = Plain::of(&view);
            let before = i128::from(view.cursor);
            let anchor = view.anchor;
            let top = i128::from(view.top);
            view.step(step, extend);
            let cursor = i128::from(view.cursor);
            prop_assert_eq!(cursor, plain.target(before, step), "{:?} from {}", step, before);
            let went = plain.row(cursor) - plain.row(before);
            let top = match step {
                Step::PageUp | Step::PageDown => (top + went).max(0),
                _ => top,
            };
            prop_assert_eq!(i128::from(view.top), plain.showing(plain.row(cursor), top), "{:?}", step);
            check_bounds(&view);
            check_visible(&view);
            let expected = if extend { anchor.or(u64::try_from(before).ok()) } else { None };
            prop_assert_eq!(view.anchor, expected);
            let (low, high) = (view.anchor.unwrap_or(view.cursor).min(view.cursor), view.anchor.unwrap_or(view.cursor).max(view.cursor));
            prop_assert_eq!((view.selection().start(), view.selection().last()), (low, Some(high)));
        }
    }

    #[test]
    fn scrolls_by_rows_as_plain_arithmetic_does(mut view in view(), by in prop::collection::vec(prop_oneof![-5..5_i64, any::<i64>(), Just(i64::MIN), Just(i64::MAX)], 1..20)) {
        let cursor = view.cursor;
        for n_rows in by {
            let plain = Plain::of(&view);
            let expected = (i128::from(view.top) + i128::from(n_rows)).clamp(0, plain.max_top());
            view.scroll_rows(n_rows);
            prop_assert_eq!(i128::from(view.top), expected);
            check_bounds(&view);
        }
        prop_assert_eq!(view.cursor, cursor, "the wheel leaves the cursor alone");
    }

    #[test]
    fn scrolls_by_points_without_losing_any(mut view in view(), row_points in 8..40_i16, parts in prop::collection::vec(-3000..3000_i16, 1..200)) {
        let row = i128::from(row_points) * PART;
        for part in parts {
            let plain = Plain::of(&view);
            let end = plain.max_top() * row;
            let before = position(&view, row);
            view.scroll_points(f32::from(part) / 64.0, f32::from(row_points));
            prop_assert_eq!(position(&view, row), (before + i128::from(part)).clamp(0, end));
            prop_assert!(view.fraction_points < f32::from(row_points));
            check_bounds(&view);
        }
    }

    #[test]
    fn other_columns_keep_the_byte_at_the_top(mut view in view(), columns in 0..200_u64) {
        let first = Plain::of(&view).row_start(i128::from(view.top));
        let (cursor, same) = (view.cursor, view.columns == columns.clamp(1, 64));
        let fraction = view.fraction_points;
        view.set_columns(columns);
        let plain = Plain::of(&view);
        prop_assert_eq!(plain.columns, i128::from(columns.clamp(1, 64)));
        prop_assert_eq!(i128::from(view.top), plain.row(first).min(plain.max_top()));
        prop_assert_eq!(view.cursor, cursor);
        prop_assert!(!same || view.fraction_points.to_bits() == fraction.to_bits());
        check_bounds(&view);
    }

    #[test]
    fn another_extent_keeps_what_it_can(mut view in view(), extent in extent()) {
        let first = Plain::of(&view).row_start(i128::from(view.top));
        let cursor = i128::from(view.cursor);
        view.set_extent(extent);
        let plain = Plain::of(&view);
        prop_assert_eq!(i128::from(view.cursor), cursor.clamp(plain.start, plain.last()));
        let row = plain.row(first.clamp(plain.start, plain.last()));
        prop_assert_eq!(i128::from(view.top), row.min(plain.max_top()));
        check_bounds(&view);
    }

    #[test]
    fn reveals_with_the_least_scrolling(mut view in view(), to in any::<u64>(), near in 0..200_u64) {
        view.cursor = view.extent.start() + place(view.extent.len(), to, near);
        let plain = Plain::of(&view);
        let row = plain.row(i128::from(view.cursor));
        let (mut centered, top) = (view.clone(), i128::from(view.top));
        view.reveal();
        prop_assert_eq!(i128::from(view.top), plain.showing(row, top));
        check_bounds(&view);
        check_visible(&view);
        centered.reveal_centered();
        check_bounds(&centered);
        let shown = row - i128::from(centered.top);
        prop_assert!((0..plain.page).contains(&shown), "row {} of {:?}", row, centered);
    }

    #[test]
    fn points_at_bytes_inside_only(mut view in view(), offsets in prop::collection::vec((any::<u64>(), any::<bool>()), 1..10)) {
        for (offset, extend) in offsets {
            view.set_cursor(offset, extend);
            prop_assert_eq!(view.cursor, offset.clamp(view.extent.start(), view.extent.end() - 1));
            check_bounds(&view);
        }
    }
}

/// Points above the first one shown, in parts.
fn position(view: &Viewport, row: i128) -> i128 {
    let parts = f64::from(view.fraction_points) * 64.0;
    assert!(
        parts.fract() == 0.0,
        "{} points are kept",
        view.fraction_points
    );
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a whole number, at most a row"
    )]
    let parts = parts as i128;
    i128::from(view.top) * row + parts
}

/// A view of `len` bytes as the window shows it.
fn of_len(len: u64) -> Viewport {
    let mut view = Viewport::new(Span::new(0, len).unwrap());
    view.page_rows = 40;
    view
}

#[test]
fn a_thousand_half_points_are_five_hundred() {
    for len in [1 << 20, 16 * TIB, u64::MAX] {
        let mut view = of_len(len);
        for _ in 0..1000 {
            view.scroll_points(0.5, 17.0);
        }
        assert_eq!(
            (view.top, view.fraction_points),
            (29, 7.0),
            "500 = 29 * 17 + 7"
        );
        for _ in 0..1000 {
            view.scroll_points(-0.5, 17.0);
        }
        assert_eq!((view.top, view.fraction_points), (0, 0.0));
    }
}

#[test]
fn a_notch_is_three_rows_at_the_start_and_at_the_end_of_16_tib() {
    let mut view = of_len(16 * TIB);
    assert_eq!(view.row_count(), 1 << 40);
    for notch in 1..=1000 {
        view.scroll_rows(3);
        assert_eq!(view.top, 3 * notch);
    }
    view.step(Step::End, false);
    let end = (1 << 40) - 40;
    assert_eq!(view.top, end);
    for notch in 1..=1000 {
        view.scroll_rows(-3);
        assert_eq!(view.top, end - 3 * notch);
    }
    for _ in 0..1001 {
        view.scroll_rows(3);
    }
    assert_eq!(view.top, end);
}

#[test]
fn a_page_keeps_the_cursor_on_its_line_of_the_screen() {
    let mut view = of_len(16 * TIB);
    view.set_cursor(16 * 10 + 5, false);
    for page in 1..5 {
        view.step(Step::PageDown, false);
        assert_eq!(
            (view.top, view.cursor),
            (40 * page, 16 * (10 + 40 * page) + 5)
        );
    }
}

#[test]
fn tab_and_a_step_drop_a_half_typed_byte() {
    let mut view = of_len(100);
    for change in [
        Viewport::swap_column,
        Viewport::select_all,
        |view: &mut Viewport| view.step(Step::Right, false),
        |view: &mut Viewport| view.set_cursor(9, true),
    ] {
        view.nibble = Some(7);
        change(&mut view);
        assert_eq!(view.nibble, None);
    }
    assert_eq!(view.column, Column::Text);
    view.swap_column();
    assert_eq!(view.column, Column::Hex);
}
