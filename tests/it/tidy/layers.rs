//! Layers: which part of the program may name which, and what of the outside each may name.

use super::{Source, none, sources, words};

/// The top modules of this crate that `source` names, with the line: `crate::map`, `crate::{map, ui}`, and `super::super::map`
/// where that leads to the root.
fn named_layers(source: &Source) -> Vec<(usize, String)> {
    let code: String = source.code().flat_map(|(_, line)| [line, "\n"]).collect();
    let depth = source.modules().len();
    let mut named = Vec::new();
    let mut rest = 0;
    while let Some(at) = code[rest..].find("::").map(|at| at + rest) {
        rest = at + 2;
        let head = &code[..at];
        let before = last_path(head);
        let to_root = before == "crate" || {
            let supers: Vec<_> = before.split("::").collect();
            supers.len() == depth && supers.iter().all(|part| *part == "super")
        };
        if !to_root {
            continue;
        }
        let line = head.lines().count();
        for name in first_names(&code[rest..]) {
            named.push((line, name.to_owned()));
        }
    }
    named
}

/// The path at the end of `head`: `super::super`.
fn last_path(head: &str) -> &str {
    let start = head
        .rfind(|c: char| !c.is_alphanumeric() && c != '_' && c != ':')
        .map_or(0, |at| at + 1);
    head[start..].trim_start_matches(':')
}

/// The first name after `crate::`, or each first name in braces.
fn first_names(after: &str) -> Vec<&str> {
    let Some(group) = after.strip_prefix('{') else {
        return words(after)
            .take(1)
            .filter(|name| !name.is_empty())
            .collect();
    };
    let mut names = Vec::new();
    let (mut deep, mut begins) = (0, true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => deep += 1,
            '}' if deep == 0 => break,
            '}' => deep -= 1,
            ',' if deep == 0 => begins = true,
            c if begins && deep == 0 && (c.is_alphabetic() || c == '_') => {
                begins = false;
                names.extend(words(&group[at..]).next());
            }
            _ => {}
        }
    }
    names
}

/// What a layer may name of the others.
fn allowed(layer: &str) -> &'static [&'static str] {
    match layer {
        "bytes" | "os" => &[],
        "map" => &["bytes", "os"],
        "peer" => &["bytes", "os", "map"],
        "lab" => &["bytes", "os", "map", "peer"],
        // of the lab, only the words of its claims; another rule looks after that
        "model" => &["bytes", "map", "peer", "lab"],
        "work" => &["bytes", "os", "map", "peer", "lab", "model"],
        "ui" => &["bytes", "lab", "model"],
        "app" => &["bytes", "os", "map", "lab", "model", "work", "ui"],
        "cli" => &[
            "bytes", "os", "map", "peer", "lab", "model", "work", "ui", "app",
        ],
        _ => &["cli"],
    }
}

#[test]
fn no_layer_names_one_above_it() {
    let layers = [
        "bytes", "os", "map", "peer", "lab", "model", "work", "ui", "app", "cli",
    ];
    let mut wrong = Vec::new();
    let mut n_named = 0;
    for source in sources("src") {
        let layer = source
            .modules()
            .first()
            .copied()
            .unwrap_or("root")
            .to_owned();
        for (line, name) in named_layers(&source) {
            n_named += 1;
            let is_layer = layers.contains(&name.as_str());
            if is_layer && name != layer && !allowed(&layer).contains(&name.as_str()) {
                wrong.push(format!("{}:{line} names {name}", source.path));
            }
        }
    }
    assert!(n_named > 100, "only {n_named} names were understood");
    none(&wrong, "each layer names only those before it");
}

#[test]
fn state_and_window_know_the_lab_by_its_claims_only() {
    let mut wrong = Vec::new();
    let mut n_named = 0;
    for source in sources("src") {
        let layer = source.modules().first().copied().unwrap_or_default();
        if !["model", "ui"].contains(&layer) {
            continue;
        }
        for (line, code) in source.code() {
            for (at, _) in code.match_indices("crate::lab") {
                n_named += 1;
                let after = &code[at + "crate::lab".len()..];
                if !after.starts_with("::claim") {
                    wrong.push(format!("{}:{line}: {}", source.path, code.trim()));
                }
            }
        }
    }
    assert!(n_named > 5, "only {n_named} names were understood");
    none(&wrong, "model and window name only lab/claim of the lab");
}

#[test]
fn the_layer_rule_sees_what_it_should() {
    let check = |path: &str, text: &str, expected: &[&str]| {
        let source = Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let named: Vec<_> = named_layers(&source)
            .into_iter()
            .map(|(_, name)| name)
            .collect();
        assert_eq!(named, expected, "{text}");
    };
    check("src/ui/grid.rs", "use crate::map::Mode;", &["map"]);
    check(
        "src/ui/grid.rs",
        "// crate::map\nuse crate::{app, model::{A, B}, map};",
        &["app", "model", "map"],
    );
    check(
        "src/ui/grid.rs",
        "use crate::{\n    app::X,\n    work,\n};",
        &["app", "work"],
    );
    check(
        "src/ui/grid.rs",
        "super::super::work::go(); super::theme::x()",
        &["work"],
    );
    check("src/app.rs", "super::map::go(crate::ui::x)", &["map", "ui"]);
    check("src/map/raw/unix.rs", "super::super::Mode", &[]);
    check(
        "src/map/raw/unix.rs",
        "super::super::super::ui::Mode",
        &["ui"],
    );
}

#[test]
fn below_the_window_no_gui_crate_is_named_and_the_window_has_no_thread() {
    let gui = ["egui", "eframe", "egui_kittest", "winit", "rfd"];
    let mut wrong = Vec::new();
    for source in sources("src") {
        let layer = source
            .modules()
            .first()
            .copied()
            .unwrap_or_default()
            .to_owned();
        for (line, code) in source.code() {
            let at = format!("{}:{line}: {}", source.path, code.trim());
            let names_gui = words(code).any(|word| gui.contains(&word));
            // the helper process that shows the native dialog is all of it that names rfd
            let is_dialog = source.path == "src/work/picker/dialog.rs" && !code.contains("egui");
            if ["bytes", "os", "map", "peer", "lab", "model", "work"].contains(&layer.as_str())
                && names_gui
                && !is_dialog
            {
                wrong.push(at.clone());
            }
            let threads = [
                "std::thread",
                "thread::spawn",
                "std::fs",
                "std::process",
                "std::net",
            ];
            if layer == "ui" && threads.iter().any(|name| code.contains(name)) {
                wrong.push(at.clone());
            }
            let outside = ["std::fs", "std::thread", "std::process", "std::net"];
            if ["bytes", "model"].contains(&layer.as_str())
                && outside.iter().any(|name| code.contains(name))
            {
                wrong.push(at);
            }
        }
    }
    none(
        &wrong,
        "the core knows no widget, the window no thread, the model no I/O",
    );
}
