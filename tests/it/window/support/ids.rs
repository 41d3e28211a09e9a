//! What can be pressed is known by what it is about: what comes or goes before it hands its press to nothing else.

use std::collections::HashMap;

use egui::accesskit::{Action as AccessAction, NodeId};
use egui_kittest::kittest::NodeT as _;

use super::frames::Shown;

/// The names of what can be pressed, by what the toolkit knows it by.
type Pressable = HashMap<NodeId, String>;

fn pressable(window: &Shown) -> Pressable {
    let mut all = Pressable::new();
    for node in window.root().children_recursive() {
        let node = node.accesskit_node();
        if let Some(name) = node.label()
            && node.data().supports_action(AccessAction::Click)
        {
            all.insert(node.locate().0, name);
        }
    }
    all
}

/// Draws a frame. Nothing in it is known by what another thing was known by that only moved: a press that began on the one
/// would be a click on the other.
#[track_caller]
pub(crate) fn step(window: &mut Shown) {
    let before = pressable(window);
    window.step();
    let now = pressable(window);
    for (id, was) in &before {
        let Some(is) = now.get(id).filter(|is| *is != was) else {
            continue;
        };
        let elsewhere = |all: &Pressable, name: &String, not: &Pressable| {
            let mut others = all.iter().filter(|(other, _)| *other != id);
            others.any(|(other, known)| known == name && not.get(other) != Some(name))
        };
        let moved = elsewhere(&now, was, &before) || elsewhere(&before, is, &now);
        assert!(!moved, "a press that began on {was:?} is a click on {is:?}");
    }
}
