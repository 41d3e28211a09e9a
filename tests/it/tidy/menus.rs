//! Menus have ids of their own.

use super::{none, sources};

/// Where a button with a menu may be made: one that is counted among what stands before it has another id as soon as something
/// comes or goes there, and its menu is closed or taken for another.
const PLACES: [(&str, usize); 2] = [
    // The helper that gives the id.
    ("src/ui/keyed.rs", 1),
    // Its whole row has an id of its own.
    ("src/ui/happened.rs", 1),
];

#[test]
fn each_button_with_a_menu_has_an_id_of_its_own() {
    let mut wrong = Vec::new();
    for source in sources("src/ui") {
        let is_made = |line: &str| line.contains(".menu_button(") || line.contains("SubMenuButton");
        let made = source.code().filter(|(_, line)| is_made(line));
        let lines: Vec<usize> = made.map(|(line, _)| line).collect();
        let allowed = PLACES.iter().find(|(path, _)| *path == source.path);
        let allowed = allowed.map_or(0, |(_, n)| *n);
        if lines.len() != allowed {
            wrong.push(format!("{}: {lines:?}, allowed are {allowed}", source.path));
        }
        if source.path == "src/ui/happened.rs" {
            assert!(source.text.contains("keyed("), "{}", source.path);
        }
    }
    none(&wrong, "use keyed::menu_button");
}
