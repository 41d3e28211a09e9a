//! Processes that were added by hand, in the table of witnesses: what starts them, and what is said of each.

use super::support::{Window, click, doc, until, witness, witness_rows, write_as};

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::Process;

/// What starts a process that maps the file shared.
pub(super) const SHARED: &str = "Start a process that maps the file shared";
/// The same, privately.
pub(super) const PRIVATE: &str = "Start a process that maps the file privately";

/// What process `number` of the file in front is called; empty where there is none.
fn name(window: &Window, number: u32) -> String {
    let mut list = doc(window).processes.list().iter();
    let process = list.find(|process| process.ordinal == number);
    process.map(Process::name).unwrap_or_default()
}

/// What is said of process `number` of the file in front; empty where there is none.
pub(super) fn said(window: &Window, number: u32) -> String {
    match name(window, number) {
        name if name.is_empty() => name,
        name => witness(window, &name),
    }
}

/// Presses the button that writes as process `number`.
#[track_caller]
pub(super) fn write_by(window: &mut Window, number: u32) {
    let name = name(window, number);
    write_as(window, &name);
}

/// Opens the menu of process `number` by a press on its row, and chooses `item`.
#[track_caller]
pub(super) fn order(window: &mut Window, number: u32, item: &str) {
    let head = format!("{}, ", name(window, number));
    let mut rows = witness_rows(window).into_iter();
    let row = rows.find(|row| row.starts_with(&head));
    let row = row.unwrap_or_else(|| panic!("no row of process {number}"));
    {
        let mut nodes = window.query_all_by_role(Role::Row);
        let node = nodes.find(|node| node.accesskit_node().label().as_deref() == Some(&row));
        node.expect("the row").click_accesskit(); // wherever it moves
    }
    until(window, "the menu is open", |window| {
        super::support::is_named(window, item)
    });
    click(window, item);
    window.step();
}

#[track_caller]
pub(super) fn until_says(window: &mut Window, number: u32, words: &str) {
    until(
        window,
        &format!("process {number} says {words:?}"),
        |window| said(window, number).contains(words),
    );
}
