//! The rules of the repository, read from its sources. Here how they are read, and what may stand in one place only or
//! nowhere.

use std::fs;
use std::path::{Path, PathBuf};

mod circles;
mod files;
mod layers;
mod menus;
mod shape;

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

#[test]
fn unsafe_code_stands_in_one_place() {
    let mut wrong = Vec::new();
    let mut n_found = 0;
    for source in sources("src") {
        let path = source.path.as_str();
        if path.starts_with("src/lab/export/rust") {
            // Text of programs, where the word stands between quotes; what is code there the compiler looks after.
            continue;
        }
        let is_place = path == "src/map/raw.rs"
            || path.starts_with("src/map/raw/")
            || path == "src/peer/raw.rs"
            || path.starts_with("src/peer/raw/");
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
    none(&wrong, "unsafe code only in map/raw and peer/raw");
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
