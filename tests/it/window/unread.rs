//! What the witnesses show of a byte that nobody can read.

use std::fs::OpenOptions;

use egui::Key;
use egui_kittest::kittest::Queryable as _;

use super::support::*;

#[test]
fn the_sign_of_no_byte_and_the_page_beside_it_do_not_lie_on_each_other() {
    let (_folder, path) = file(&vec![b'A'; 20_000]);
    let mut window = open(&path);
    press(&mut window, CTRL, Key::End);
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(100).unwrap();
    until(
        &mut window,
        "the view says that there is no byte",
        |window| witness(window, "This view").starts_with("??, not present"),
    );
    window.run_steps(3);
    let rects = |label| -> Vec<egui::Rect> {
        let found = window.query_all_by_label(label);
        found.map(|node| node.rect()).collect()
    };
    let (signs, pages) = (rects("??"), rects("not present"));
    assert!(!pages.is_empty() && signs.len() >= pages.len());
    for page in &pages {
        let beside = signs
            .iter()
            .find(|sign| sign.y_range().intersects(page.y_range()));
        let sign = beside.expect("each page state has its sign beside it");
        assert!(sign.right() < page.left(), "{sign:?} and {page:?}");
    }
}
