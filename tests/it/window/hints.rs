//! A hint about a byte stands over the grid, and never over the panel beside it, which tells of the same byte.

use super::support::*;

use egui::{Event, pos2, vec2};
use egui_kittest::kittest::Queryable as _;

#[test]
fn a_hint_of_the_grid_does_not_cover_the_panel() {
    let (_folder, path) = file(&[b'A'; 8192]);
    let mut window = open(&path);
    window.set_size(vec2(1280.0, 800.0));
    window.run_steps(6);
    let grid = grid(&window).rect();
    for share in [0.2, 0.4, 0.6, 0.7] {
        let at = pos2(grid.left() + grid.width() * share, grid.center().y);
        window.event(Event::PointerMoved(at));
        until(&mut window, "the hint", |window| {
            window
                .query_by_label_contains("the page cache's own page")
                .is_some()
        });
        // Its place follows from its size, which is known a frame later.
        window.run_steps(3);
        let hint = window.get_by_label_contains("the page cache's own page");
        let hint = hint.rect();
        assert!(
            grid.contains_rect(hint),
            "at {at:?} the hint {hint:?} leaves {grid:?}"
        );
        window.event(Event::PointerMoved(pos2(2.0, 2.0)));
        window.run_steps(3);
    }
}
