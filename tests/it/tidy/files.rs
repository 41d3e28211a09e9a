//! Files: what each begins with, how long it may be, where it may lie, and that none is forgotten.

use std::collections::BTreeSet;
use std::fs;

use super::{none, root, sources};

/// The most lines of a file.
const MAX_LINES: usize = 500;

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
