//! What the window says, as a screen reader would read it out.

use egui::accesskit::{Action as AccessAction, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::process::ProcessKind;
use mapscope::model::{Process, Topic};

use super::frames::{Shown, doc, model};
use super::shown::Window;

/// The messages of the program and of the file with the focus.
pub(crate) fn notices(window: &Window) -> Vec<mapscope::model::Notice> {
    let model = model(window);
    let of_file = model.doc().into_iter().flat_map(|doc| doc.notices.iter());
    model.notices.iter().chain(of_file).cloned().collect()
}

/// A node is called so.
pub(crate) fn is_named(window: &Window, name: &str) -> bool {
    window
        .root()
        .children_recursive()
        .any(|node| node.accesskit_node().label().as_deref() == Some(name))
}

/// The text field of this name.
#[track_caller]
pub(crate) fn field<'a>(window: &'a Window, name: &'a str) -> egui_kittest::Node<'a> {
    window.get_by_role_and_label(Role::TextInput, name)
}

/// What can be clicked and has this name.
pub(crate) fn clickable<'a>(window: &'a Shown, label: &'a str) -> Option<egui_kittest::Node<'a>> {
    window.query_all_by_label(label).rfind(|node| {
        node.accesskit_node()
            .data()
            .supports_action(AccessAction::Click)
    })
}

pub(crate) fn grid(window: &Window) -> egui_kittest::Node<'_> {
    window.get_by_role_and_label(Role::Grid, "Bytes")
}

/// The rows of the grid, of two the first: offset, bytes, text.
pub(crate) fn rows(window: &Window) -> Vec<String> {
    let grids = window.query_all_by_role_and_label(Role::Grid, "Bytes");
    let Some(grid) = grids.into_iter().next() else {
        return Vec::new();
    };
    grid.query_all_by_role(Role::Row)
        .filter_map(|row| row.accesskit_node().label())
        .collect()
}

/// The row that begins with this offset; empty where it is not in sight.
pub(crate) fn row(window: &Window, offset: u64) -> String {
    let head = format!("{offset:08x} ");
    rows(window)
        .into_iter()
        .find(|row| row.starts_with(&head))
        .unwrap_or_default()
}

/// The rows of the table of witnesses.
pub(crate) fn witness_rows(window: &Window) -> Vec<String> {
    let in_grid = rows(window);
    window
        .query_all_by_role(Role::Row)
        .filter_map(|row| row.accesskit_node().label())
        .filter(|row| !in_grid.contains(row))
        .collect()
}

/// The rows of this process and of the system calls.
pub(crate) const VIEW: &str = "this view";
pub(crate) const SECOND: &str = "second mapping";
pub(crate) const CALLS: &str = "read, pwrite";
/// The two processes that are always there, which are called by their numbers.
pub(crate) const SHARED_PEER: &str = "the shared process";
pub(crate) const PRIVATE_PEER: &str = "the private process";

/// What the row of `who` is called.
pub(crate) fn row_name(window: &Window, who: &str) -> String {
    let kind = match who {
        SHARED_PEER => ProcessKind::Shared,
        PRIVATE_PEER => ProcessKind::Private,
        _ => return who.to_owned(),
    };
    let mut pair = doc(window).processes.built_in();
    let process = pair.find(|process| process.kind == kind);
    process.map(Process::name).unwrap_or_default()
}

/// What the row of `who` says, without its name and how it maps; of bytes that it sees, those first.
pub(crate) fn witness(window: &Window, who: &str) -> String {
    let name = row_name(window, who);
    let rows = witness_rows(window);
    let mut said = rows
        .iter()
        .filter_map(|row| row.strip_prefix(&name)?.strip_prefix(", "));
    let said = said.find_map(|row| row.split_once(": "));
    let said = said.map(|(_, said)| said).unwrap_or_default();
    said.strip_prefix("sees ").unwrap_or(said).to_owned()
}

/// The banners as they are spoken.
pub(crate) fn alerts(window: &Window) -> Vec<String> {
    window
        .query_all_by_role(Role::Alert)
        .filter_map(|alert| alert.accesskit_node().label())
        .collect()
}

/// The lookup's answer, and the cursor in words.
pub(crate) fn status(window: &Window) -> Vec<String> {
    window
        .query_all_by_role(Role::Status)
        .filter_map(|status| status.accesskit_node().label())
        .collect()
}

pub(crate) fn notice(window: &Window, topic: Topic) -> String {
    notices(window)
        .iter()
        .find(|notice| notice.topic == topic)
        .map(|notice| notice.text.clone())
        .unwrap_or_default()
}

/// A message in the tree, or what is news, has all these parts.
pub(crate) fn is_told(window: &Window, parts: &[&str]) -> bool {
    // what the line of messages has no room for is the description of the button that opens the list
    let unseen = window.root().children_recursive();
    let unseen = unseen.filter_map(|node| {
        node.accesskit_node()
            .data()
            .description()
            .map(str::to_owned)
    });
    let unseen: Vec<String> = unseen.collect();
    alerts(window)
        .iter()
        .chain(&status(window))
        .chain(&unseen)
        .any(|alert| parts.iter().all(|part| alert.contains(part)))
}

/// Commands that the last frame gave to the window's frame.
pub(crate) fn commands(window: &Window) -> Vec<egui::ViewportCommand> {
    window.output().viewport_output[&egui::ViewportId::ROOT]
        .commands
        .clone()
}

/// The name of what has the keys.
pub(crate) fn focused(window: &Window) -> String {
    let mut nodes = window.root().children_recursive();
    let node = nodes.find(egui_kittest::Node::is_focused);
    let name = node.and_then(|node| node.accesskit_node().label());
    name.unwrap_or_default()
}
