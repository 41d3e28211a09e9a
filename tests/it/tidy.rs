//! The rules of the repository, read from its sources: layers, where unsafe code and colors may stand, and what may not
//! stand anywhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

mod circles;
mod shape;

/// The most lines of a file.
const MAX_LINES: usize = 500;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A source file: its path from the root with `/`, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The names of its modules from the crate's root: `ui`, `grid`.
    fn modules(&self) -> Vec<&str> {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        path.split('/')
            .filter(|part| !["lib", "main"].contains(part))
            .collect()
    }

    /// Its lines with their numbers, without comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate();
        lines.map(|(index, line)| (index + 1, without_comment(line)))
    }
}

/// `line` up to a comment. A `//` in a string is taken for one, unless a colon stands before it as in an address.
fn without_comment(line: &str) -> &str {
    let mut from = 0;
    while let Some(at) = line[from..].find("//").map(|at| at + from) {
        if !line[..at].ends_with(':') {
            return &line[..at];
        }
        from = at + 2;
    }
    line
}

fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root().join(folder), &mut found);
    assert!(found.len() > 3, "no sources in {folder}");
    found.sort_by(|left, right| left.path.cmp(&right.path));
    found
}

fn collect(folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root()).unwrap().to_str().unwrap();
            let path = path.replace('\\', "/");
            found.push(Source { path, text });
        }
    }
}

/// Fails with all that was found, a line each.
#[track_caller]
fn none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
}

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

#[test]
fn unsafe_code_stands_in_one_place() {
    let mut wrong = Vec::new();
    let mut n_found = 0;
    for source in sources("src") {
        let path = source.path.as_str();
        let is_place = path == "src/map/raw.rs"
            || path.starts_with("src/map/raw/")
            || path == "src/peer/raw.rs";
        for (line, code) in source.code() {
            if words(code).any(|word| word == "unsafe") {
                if is_place {
                    n_found += 1;
                } else {
                    wrong.push(format!("{path}:{line}"));
                }
            }
        }
    }
    assert!(n_found > 0, "no unsafe code was understood");
    none(&wrong, "unsafe code only in map/raw and peer/raw.rs");
}

#[test]
fn colors_stand_in_the_theme() {
    let makers = [
        "Color32::from_",
        "hex_color!",
        "Rgba::from_",
        "rgb(0x",
        "Hsva::",
    ];
    let mut wrong = Vec::new();
    for source in sources("src") {
        if source.path == "src/ui/theme.rs" {
            assert!(makers.iter().any(|maker| source.text.contains(maker)));
            continue;
        }
        for (line, code) in source.code() {
            if makers.iter().any(|maker| code.contains(maker)) {
                wrong.push(format!("{}:{line}: {}", source.path, code.trim()));
            }
        }
    }
    none(&wrong, "colors are made in ui/theme.rs only");
}

#[test]
fn nothing_is_left_undone_and_nothing_prints() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("HA", "CK"),
    ];
    let calls = [
        concat!("todo", "!"),
        concat!("unimplemented", "!"),
        concat!("dbg", "!"),
    ];
    let prints = ["println!", "eprintln!", "print!", "eprint!"];
    let mut wrong = Vec::new();
    for folder in ["src", "tests"] {
        for source in sources(folder) {
            for (index, line) in source.text.lines().enumerate() {
                let marked = words(line).any(|word| marks.contains(&word));
                let called = calls.iter().any(|call| line.contains(call));
                let printed = folder == "src"
                    && prints
                        .iter()
                        .any(|print| without_comment(line).contains(print));
                if marked || called || printed {
                    wrong.push(format!("{}:{}: {}", source.path, index + 1, line.trim()));
                }
            }
        }
    }
    none(
        &wrong,
        "no marks of unfinished work; what is printed goes through a handle that can fail",
    );
}

#[test]
fn every_source_says_what_it_owns_and_stays_short() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        if !source.text.starts_with("//! ") {
            wrong.push(format!("{} does not begin with //!", source.path));
        }
        let n_lines = source.text.lines().count();
        if n_lines > MAX_LINES {
            wrong.push(format!(
                "{} has {n_lines} lines, more than {MAX_LINES}",
                source.path
            ));
        }
    }
    for folder in ["src", "tests"] {
        for source in sources(folder) {
            if source.path.ends_with("/mod.rs") {
                wrong.push(format!("{}: name it after its module", source.path));
            }
        }
    }
    none(&wrong, "files");
}

#[test]
fn no_test_file_is_forgotten() {
    let mut wrong = Vec::new();
    let all = sources("tests");
    let declares = |path: &str, name: &str| {
        let declaration = format!("mod {name};");
        all.iter()
            .find(|source| source.path == path)
            .is_some_and(|source| {
                source
                    .code()
                    .any(|(_, line)| line.trim().ends_with(&declaration))
            })
    };
    for source in &all {
        let Some(inner) = source.path.strip_prefix("tests/it/") else {
            continue;
        };
        let name = inner.trim_end_matches(".rs");
        let parent = match name.rsplit_once('/') {
            Some((folder, _)) => format!("tests/it/{folder}.rs"),
            None if name == "main" => continue,
            None => "tests/it/main.rs".to_owned(),
        };
        let name = name.rsplit('/').next().unwrap_or(name);
        if !declares(&parent, name) {
            wrong.push(format!("{} is not in {parent}", source.path));
        }
    }
    none(&wrong, "a test file that no module names never runs");
}

#[test]
fn nothing_else_lies_at_the_top() {
    let known: BTreeSet<&str> = [
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "assets",
        "tests",
        "README.md",
    ]
    .into();
    let mut wrong = Vec::new();
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        // `target` is what cargo leaves there; git ignores it
        let fine = known.contains(name.as_str())
            || name.starts_with('.')
            || name.starts_with("LICENSE")
            || name == "target";
        if !fine {
            wrong.push(name);
        }
    }
    none(&wrong, "the top folder holds what it must");
}

#[test]
fn no_path_of_one_machine_is_named() {
    let paths = [
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/Us", "ers/"),
    ];
    let mut texts: Vec<(PathBuf, String)> = sources("src")
        .into_iter()
        .map(|source| (PathBuf::from(source.path), source.text))
        .collect();
    for name in ["README.md", "Cargo.toml"] {
        if let Ok(text) = fs::read_to_string(root().join(name)) {
            texts.push((PathBuf::from(name), text));
        }
    }
    let mut wrong = Vec::new();
    for (path, text) in texts {
        for (index, line) in text.lines().enumerate() {
            if paths.iter().any(|name| line.contains(name)) {
                wrong.push(format!("{}:{}: {}", path.display(), index + 1, line.trim()));
            }
        }
    }
    none(&wrong, "no path of one machine");
}

#[test]
fn every_dependency_says_what_it_is_for() {
    let text = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let mut wrong = Vec::new();
    let (mut in_dependencies, mut above, mut n_dependencies) = (false, "", 0);
    for line in text.lines() {
        if line.starts_with('[') {
            in_dependencies = line.ends_with("dependencies]");
        } else if in_dependencies && line.contains('=') && !line.starts_with('#') {
            n_dependencies += 1;
            if !above.starts_with("# ") {
                wrong.push(line.to_owned());
            }
        }
        above = line;
    }
    assert!(n_dependencies > 8);
    none(
        &wrong,
        "a comment above each dependency says what it is for",
    );
}
