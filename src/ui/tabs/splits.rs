//! What a drop leaves behind: splits within a tab, lifted out of it.
//!
//! It must not know what stands in the tabs.

use egui_tiles::{Container, Tile, TileId, Tree};

/// A drop on a view splits inside its tab, so that the other tabs of the group hide the split. Lifts such splits out of
/// the group: `Tabs(Split(Tabs(a) Tabs(d)) b c)` becomes `Split(Tabs(a b c) Tabs(d))`.
pub(super) fn lift_splits<Pane>(tree: &mut Tree<Pane>) {
    while let Some((group, split)) = split_in_group(tree) {
        if lift(tree, group, split).is_none() {
            return;
        }
    }
}

fn split_in_group<Pane>(tree: &Tree<Pane>) -> Option<(TileId, TileId)> {
    tree.tiles.iter().find_map(|(id, tile)| {
        let Tile::Container(Container::Tabs(tabs)) = tile else {
            return None;
        };
        let split = tabs.children.iter().find(|child| {
            matches!(
                tree.tiles.get(**child),
                Some(Tile::Container(Container::Linear(_)))
            )
        })?;
        Some((*id, *split))
    })
}

fn lift<Pane>(tree: &mut Tree<Pane>, group: TileId, split: TileId) -> Option<()> {
    let Some(Tile::Container(Container::Linear(linear))) = tree.tiles.get(split) else {
        return None;
    };
    let first = *linear.children.first()?;
    let moved: Vec<TileId> = match tree.tiles.get(first) {
        Some(Tile::Container(Container::Tabs(tabs))) => tabs.children.clone(),
        _ => vec![first],
    };
    let Some(Tile::Container(Container::Tabs(tabs))) = tree.tiles.get_mut(group) else {
        return None;
    };
    let at = tabs.children.iter().position(|child| *child == split)?;
    tabs.children.splice(at..=at, moved.iter().copied());
    tabs.active = moved.first().copied();
    // the two trade places: the split stands where the group stood, the group is its first part
    let (group_tile, mut split_tile) = (tree.tiles.remove(group)?, tree.tiles.remove(split)?);
    if let Tile::Container(Container::Linear(linear)) = &mut split_tile {
        for child in &mut linear.children {
            if *child == first {
                *child = split;
            }
        }
    }
    if !moved.contains(&first) {
        tree.tiles.remove(first);
    }
    tree.tiles.insert(group, split_tile);
    tree.tiles.insert(split, group_tile);
    Some(())
}
