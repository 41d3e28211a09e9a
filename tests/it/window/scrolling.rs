//! Size does not matter: the wheel, the keys and the scroll bar are exact at 1 TiB and 16 TiB as at one page.

use super::support::*;
use crate::skip::skip_part;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Pos2, Rect, pos2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{Action, AppAction, Columns, ViewAction};

const TIB: u64 = 1 << 40;

/// A sparse file of `len` bytes, where a file system has room for one.
fn sparse(len: u64) -> Option<(tempfile::TempDir, PathBuf)> {
    for parent in [std::env::temp_dir(), PathBuf::from("/dev/shm")] {
        let Ok(folder) = tempfile::TempDir::new_in(&parent) else {
            continue;
        };
        let path = folder.path().join("sparse");
        let made = fs::File::create(&path).and_then(|file| file.set_len(len));
        if made.is_ok() {
            return Some((folder, path));
        }
    }
    None
}

fn top(window: &Window) -> u64 {
    doc(window).view().viewport.top
}

fn bar(window: &Window) -> egui_kittest::Node<'_> {
    window.get_by_role_and_label(Role::ScrollBar, "Rows")
}

/// Resident memory of this process in KiB.
fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// Walks through a file of `len` bytes with every means there is.
fn walk(path: &Path, len: u64) {
    let started = Instant::now();
    let mut window = open(path);
    let took = started.elapsed();
    assert!(took < Duration::from_secs(5), "opened after {took:?}");
    let page_rows = doc(&window).view().viewport.page_rows;
    let max_top = len / 16 - page_rows;
    let before = resident_kib();

    hover_grid(&mut window);
    for notch in 1..=5 {
        wheel(&mut window, -1.0);
        assert_eq!(top(&window), 3 * notch);
    }
    wheel(&mut window, 1.0);
    assert_eq!(top(&window), 12);

    press(&mut window, CTRL, Key::End);
    assert_eq!(
        (doc(&window).view().viewport.cursor, top(&window)),
        (len - 1, max_top)
    );
    let last = format!("{:08x} 00 00 ", len - 16);
    until(&mut window, "the last row is shown", |window| {
        rows(window)
            .last()
            .is_some_and(|row| row.starts_with(&last))
    });
    for notch in 1..=5 {
        wheel(&mut window, 1.0);
        assert_eq!(top(&window), max_top - 3 * notch);
    }
    wheel(&mut window, -2.0);
    wheel(&mut window, -9.0);
    assert_eq!(top(&window), max_top);
    for up in 1..=3 {
        press(&mut window, egui::Modifiers::NONE, Key::ArrowUp);
        assert_eq!(doc(&window).view().viewport.cursor, len - 1 - 16 * up);
    }
    type_bytes(&mut window, "5a");
    press(&mut window, PLAIN, Key::PageUp);
    assert_eq!(top(&window), max_top - page_rows);

    drag_the_thumb(&mut window, max_top);
    let grew = resident_kib().saturating_sub(before);
    assert!(grew < 64 << 10, "{grew} KiB more for looking round");
}

/// To the end, to the middle, back to the start, and a row a point with Shift.
fn drag_the_thumb(window: &mut Window, max_top: u64) {
    press(window, CTRL, Key::Home);
    assert_eq!(top(window), 0);
    let track: Rect = bar(window).rect();
    let grab = pos2(track.center().x, track.min.y + 5.0);
    let drag = |window: &mut Window, from: Pos2, to: &[Pos2]| {
        window.hover_at(from);
        window.drag_at(from);
        window.step();
        for to in to {
            window.hover_at(*to);
            window.step();
        }
        let at = top(window);
        window.drop_at(*to.last().unwrap());
        window.step();
        assert_eq!(top(window), at, "letting go moves nothing");
    };
    drag(window, grab, &[grab]);
    assert_eq!(top(window), 0, "a press that does not move changes nothing");
    drag(window, grab, &[pos2(grab.x, track.max.y + 200.0)]);
    assert_eq!(top(window), max_top);
    until(window, "its bytes are shown", |window| {
        !rows(window)[0].contains(" ??")
    });
    let thumb = pos2(track.center().x, track.max.y - 5.0);
    drag(
        window,
        thumb,
        &[pos2(thumb.x, thumb.y - track.height() / 2.0)],
    );
    let middle = max_top / 2;
    assert!(
        top(window).abs_diff(middle) < max_top / 10,
        "{} of {max_top}",
        top(window)
    );
    let offset = top(window) * 16;
    until(window, "its bytes are shown", |window| {
        row(window, offset).starts_with(&format!("{offset:08x} 00 00 "))
    });
    a_press_moves_nothing(window, track, max_top);
    bar(window).set_value_accesskit(0.0);
    window.step();
    assert_eq!(top(window), 0);
    #[expect(clippy::cast_precision_loss, reason = "exact to 2^53 rows")]
    bar(window).set_value_accesskit(max_top as f64);
    window.step();
    assert_eq!(top(window), max_top);
    window.step(); // and is drawn in the next frame
    #[expect(clippy::cast_precision_loss, reason = "exact to 2^53 rows")]
    let value = max_top as f64;
    let node = bar(window);
    let data = node.accesskit_node();
    assert_eq!(
        (data.numeric_value(), data.max_numeric_value()),
        (Some(value), Some(value))
    );
}

/// A pixel of the bar can be a thousand million rows: pressing the thumb, and moving sideways, is no wish to scroll.
fn a_press_moves_nothing(window: &mut Window, track: Rect, max_top: u64) {
    let at = max_top / 2 + 1;
    act(window, Action::View(ViewAction::ScrollTo(at)));
    let thumb = track.center();
    window.hover_at(thumb);
    window.drag_at(thumb);
    for sideways in [1.0, -3.0, 2.0] {
        window.hover_at(pos2(thumb.x + sideways, thumb.y));
    }
    window.step();
    assert_eq!(top(window), at);
    window.drop_at(thumb);
    window.step();
    assert_eq!(top(window), at);
}

#[test]
fn through_one_tebibyte() {
    match sparse(TIB) {
        Some((_folder, path)) => walk(&path, TIB),
        None => skip_part(
            "through_one_tebibyte",
            "no file system takes a file of 1 TiB",
        ),
    }
}

#[test]
fn through_sixteen_tebibytes() {
    match sparse(16 * TIB) {
        Some((_folder, path)) => walk(&path, 16 * TIB),
        None => skip_part(
            "through_sixteen_tebibytes",
            "no file system takes a file of 16 TiB",
        ),
    }
}

#[test]
fn through_sixty_four_kibibytes() {
    let (_folder, path) = sparse(64 << 10).unwrap();
    walk(&path, 64 << 10);
}

#[test]
fn a_fine_drag_is_a_row_a_point() {
    let Some((_folder, path)) = sparse(TIB) else {
        skip_part(
            "a_fine_drag_is_a_row_a_point",
            "no file system takes a file of 1 TiB",
        );
        return;
    };
    let mut window = open(&path);
    let track = bar(&window).rect();
    let grab = pos2(track.center().x, track.min.y + 5.0);
    window.hover_at(grab);
    window.drag_at(grab);
    window.hover_at(pos2(grab.x, 300.0));
    window.step();
    let from = top(&window);
    assert!(from > 0);
    let shift = egui::Modifiers::SHIFT;
    window.event(egui::Event::ModifiersChanged(shift));
    window.step();
    for down in 1..=4_u16 {
        window.hover_at(pos2(grab.x, 300.0 + f32::from(down)));
        window.step();
        assert_eq!(top(&window), from + u64::from(down));
    }
}

#[test]
fn a_click_puts_the_cursor_on_the_byte_under_it() {
    let mut window = sample();
    let row_rect = grid(&window)
        .query_all_by_role(Role::Row)
        .nth(2)
        .unwrap()
        .rect();
    // the hex pair of column 3, by the label: 8 digits, gap of 2, then 3 cells a byte
    let cells = row_rect.width() / cells_in_row(&window);
    let at = pos2(row_rect.min.x + cells * 20.7, row_rect.center().y);
    window.hover_at(at);
    window.drag_at(at);
    window.drop_at(at);
    window.step();
    assert_eq!(
        doc(&window).view().viewport.cursor,
        0x23,
        "{}",
        state(&window)
    );
    let to = pos2(row_rect.min.x + cells * 29.7, row_rect.center().y);
    window.hover_at(at);
    window.drag_at(at);
    window.hover_at(to);
    window.drop_at(to);
    window.step();
    let selection = doc(&window).view().viewport.selection();
    assert_eq!((selection.start(), selection.end()), (0x23, 0x27));
}

/// Character cells of the sample's rows: offset, hex with its gap, text, page lane.
fn cells_in_row(_window: &Window) -> f32 {
    // 1 + 8 + 2, then 16 * 3 - 1 + 1 and a gap of 2, then 16 and 2, then the lane of 5 and 1
    11.0 + 48.0 + 2.0 + 16.0 + 2.0 + 6.0
}

#[test]
fn bytes_a_row_keep_the_place() {
    let (_folder, path) = sparse(1 << 20).unwrap();
    let mut window = open(&path);
    go_to(&mut window, 0x8_0000);
    let first = top(&window) * 16;
    let choose = |window: &mut Window, columns: Columns, expected: u64| {
        act(window, Action::App(AppAction::SetColumns(columns)));
        until(window, "the rows have that many bytes", |window| {
            doc(window).view().viewport.columns == expected && !rows(window)[0].contains(" ??")
        });
        let shown = doc(window).view().viewport.visible();
        assert!(shown.contains(first), "{columns:?}: {shown}");
    };
    act(
        &mut window,
        Action::App(AppAction::SetColumns(Columns::Fit)),
    );
    until(&mut window, "more than sixteen fit", |window| {
        doc(window).view().viewport.columns > 16
    });
    let fit = doc(&window).view().viewport.columns;
    for columns in [8_u8, 24, 32, 48, 64, 16] {
        let expected = u64::from(columns).min(fit);
        choose(&mut window, Columns::Fixed(columns), expected);
    }
    choose(&mut window, Columns::Fit, fit);
}
