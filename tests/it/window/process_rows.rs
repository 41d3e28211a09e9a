//! Processes that were added by hand, in the table of witnesses: what starts them, and what is said of each.

use super::support::{Window, until, witness_rows};

/// What starts a process that maps the file shared.
pub(super) const SHARED: &str = "Start a process that maps the file shared";
/// The same, privately.
pub(super) const PRIVATE: &str = "Start a process that maps the file privately";

/// What is said of process `number` of the file in front, after its title; empty where there is none.
pub(super) fn said(window: &Window, number: u32) -> String {
    let title = format!("Process {number} (pid ");
    let mut rows = witness_rows(window).into_iter();
    let row = rows.find(|row| row.starts_with(&title)).unwrap_or_default();
    let said = row.split_once("): ").or(row.split_once(", "));
    said.map(|(_, said)| said.to_owned()).unwrap_or_default()
}

#[track_caller]
pub(super) fn until_says(window: &mut Window, number: u32, words: &str) {
    until(
        window,
        &format!("process {number} says {words:?}"),
        |window| said(window, number).contains(words),
    );
}
