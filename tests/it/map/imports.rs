//! The files of the mapping layer name each other in one direction.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// For each file of the layer, the files of the layer that its `use` lines and paths name: `super::open` in
/// `map/mapping.rs`, `crate::map::open` or `super::open` in `map/raw/linux.rs`.
fn named() -> BTreeMap<String, BTreeSet<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/map");
    let mut files = BTreeMap::new();
    collect(&folder, "", &mut files);
    let known: BTreeSet<String> = files.keys().cloned().collect();
    files
        .into_iter()
        .map(|(name, text)| {
            let from = parent(&name);
            let ways = [("super::", from), ("crate::map::", "")];
            let named = ways.iter().flat_map(|(start, folder)| {
                let after = text.split(*start).skip(1);
                after.flat_map(modules).map(move |module| {
                    if folder.is_empty() {
                        module
                    } else {
                        format!("{folder}/{module}")
                    }
                })
            });
            // `use super::Opening` in raw/linux.rs names what stands in raw.rs
            let mut edges: BTreeSet<String> = named.filter(|to| known.contains(to)).collect();
            if !from.is_empty() && names_a_thing_of_the_parent(&text) {
                edges.insert(from.to_owned());
            }
            (name, edges)
        })
        .collect()
}

fn collect(folder: &Path, inside: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let name = if inside.is_empty() {
            stem.to_owned()
        } else {
            format!("{inside}/{stem}")
        };
        if path.is_dir() {
            collect(&path, &name, files);
        } else {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.lines().map(|line| line.split("//").next().unwrap());
            files.insert(name, code.collect::<Vec<_>>().join("\n"));
        }
    }
}

fn parent(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// The first name of each path after `super::`: one, or those in braces.
fn modules(rest: &str) -> Vec<String> {
    let names = match rest.strip_prefix('{') {
        Some(group) => group.split('}').next().unwrap_or_default(),
        None => rest,
    };
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let first = |path: &str| {
        let path = path.trim_start();
        path[..path.find(|c| !is_name(c)).unwrap_or(path.len())].to_owned()
    };
    if rest.starts_with('{') {
        names.split(',').map(first).collect()
    } else {
        vec![first(names)]
    }
}

fn names_a_thing_of_the_parent(text: &str) -> bool {
    text.split("super::")
        .skip(1)
        .flat_map(modules)
        .any(|name| name.starts_with(char::is_uppercase))
}

/// A way from `from` back to itself, if there is one.
fn circle(from: &str, edges: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    let mut ways = vec![vec![from.to_owned()]];
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop() {
        for next in way
            .last()
            .and_then(|last| edges.get(last))
            .into_iter()
            .flatten()
        {
            let longer = [way.clone(), vec![next.clone()]].concat();
            if next == from {
                return Some(longer);
            }
            if seen.insert(next.clone()) {
                ways.push(longer);
            }
        }
    }
    None
}

#[test]
fn no_file_of_the_layer_leads_back_to_itself() {
    let edges = named();
    let n_edges: usize = edges.values().map(BTreeSet::len).sum();
    assert!(n_edges > 60, "only {n_edges} were understood: {edges:?}");
    let circles: Vec<_> = edges
        .keys()
        .filter_map(|from| circle(from, &edges))
        .collect();
    assert!(circles.is_empty(), "{circles:#?}");
}

/// What stands in a file is named by that file: else the rule above would not see it.
#[test]
fn nothing_is_named_by_way_of_the_layers_own_list() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/map");
    let mut files = BTreeMap::new();
    collect(&folder, "", &mut files);
    let wrong: Vec<_> = files
        .iter()
        .flat_map(|(name, text)| {
            let by_list = if name.contains('/') {
                "crate::map::"
            } else {
                "super::"
            };
            let named = text.split(by_list).skip(1).flat_map(modules);
            named
                .filter(|thing| !thing.is_empty() && !files.contains_key(thing))
                .map(move |thing| format!("{name}: {thing}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
