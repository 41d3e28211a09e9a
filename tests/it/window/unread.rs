//! What *Who sees it* shows of a byte that nobody can read.

use std::fs::OpenOptions;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::support::*;

#[test]
fn a_byte_past_the_end_has_a_remark_in_place_of_a_box_beside_its_row() {
    let (_folder, path) = file(&vec![b'A'; 20_000]);
    let mut window = open(&path);
    press(&mut window, CTRL, Key::End);
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(100).unwrap();
    until(
        &mut window,
        "the view says that there is no byte",
        |window| witness(window, VIEW).starts_with("??"),
    );
    let remark = "nothing: the file ends before it";
    until(&mut window, "it says why", |window| {
        witness(window, VIEW).contains(remark) && is_named(window, remark)
    });
    window.run_steps(3);
    let row = window.query_all_by_role(Role::Row).find(|row| {
        let label = row.accesskit_node().label();
        label.is_some_and(|label| label.starts_with(VIEW))
    });
    let row = row.expect("a row").rect();
    let remarks = window.query_all_by_label(remark);
    let rects: Vec<egui::Rect> = remarks.map(|node| node.rect()).collect();
    let beside = rects
        .iter()
        .find(|it| it.y_range().intersects(row.y_range()));
    let beside = beside.expect("each row has its remark beside it");
    assert!(row.right() <= beside.left(), "{row:?} and {beside:?}");
}
