//! The shape of the sources: short functions, one name for one type, and no clock where none belongs.

use std::collections::{BTreeMap, BTreeSet};

use super::{Source, none, sources, words};

/// The most lines of a function, from its name to its closing brace.
const MAX_FUNCTION_LINES: usize = 60;

/// Functions that may be longer, as they are one `match` over every case there is: file and name. One that has become
/// short must go from here.
const EXHAUSTIVE: [(&str, &str); 3] = [
    ("src/model/peer_news.rs", "process_said"),
    ("src/model/take.rs", "take"),
    ("src/peer/serve/execute.rs", "attempt"),
];

/// Names of types that stand twice, as only one of the two is built: one is of the systems that can do it, the other of
/// those that cannot.
const BY_SYSTEM: [&str; 2] = ["Forking", "Hold"];

/// Where a clock is asked by what should be told the time.
const CLOCKS: [&str; 0] = [];

/// Each function of a source: its name, the line where it begins and how many lines it has. Formatted code closes a function
/// with a brace in the column where it began.
fn functions(source: &Source) -> Vec<(String, usize, usize)> {
    let lines: Vec<&str> = source.code().map(|(_, line)| line.trim_end()).collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else {
            continue;
        };
        let indent = &line[..line.len() - line.trim_start().len()];
        let is_over = |line: &&&str| {
            // In one line, without a body, or with one.
            line.strip_prefix(indent).is_some_and(|rest| {
                !rest.starts_with(' ') && (rest.ends_with('}') || rest.ends_with(';'))
            })
        };
        let len = lines[index..]
            .iter()
            .position(|line| is_over(&line))
            .map_or(1, |last| last + 1);
        found.push((name.to_owned(), index + 1, len));
    }
    found
}

/// The name of the function that begins in this line.
fn function_name(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let known = [
        "pub", "crate", "super", "in", "const", "unsafe", "async", "extern", "C", "peer", "serve",
        "lab", "",
    ];
    if !words(before).all(|word| known.contains(&word)) {
        return None;
    }
    words(after).next().filter(|name| !name.is_empty())
}

#[test]
fn functions_are_short() {
    let (mut long, mut n_functions) = (BTreeMap::new(), 0);
    for source in sources("src") {
        for (name, line, len) in functions(&source) {
            n_functions += 1;
            if len > MAX_FUNCTION_LINES {
                let words = format!("{}:{line}: {name} has {len} lines", source.path);
                long.insert((source.path.clone(), name), words);
            }
        }
    }
    assert!(
        n_functions > 1000,
        "only {n_functions} functions were understood"
    );
    let listed: BTreeSet<_> = EXHAUSTIVE
        .iter()
        .map(|(path, name)| ((*path).to_owned(), (*name).to_owned()))
        .collect();
    let mut wrong: Vec<String> = long
        .iter()
        .filter(|(key, _)| !listed.contains(key))
        .map(|(_, words)| words.clone())
        .collect();
    for (path, name) in listed.iter().filter(|key| !long.contains_key(key)) {
        wrong.push(format!("{path}: {name} is short: take it off the list"));
    }
    none(&wrong, "a function has at most 60 lines");
}

#[test]
fn the_rule_about_functions_sees_what_it_should() {
    let check = |text: &str, expected: &[(&str, usize, usize)]| {
        let source = Source {
            path: "src/a.rs".to_owned(),
            text: text.to_owned(),
        };
        let found = functions(&source);
        let found: Vec<_> = found
            .iter()
            .map(|(name, line, len)| (name.as_str(), *line, *len))
            .collect();
        assert_eq!(found, expected, "{text}");
    };
    check("fn a() {\n    b();\n}\n", &[("a", 1, 3)]);
    check("\npub(crate) const fn a() {}\n", &[("a", 2, 1)]);
    check("fn a(\n    b: u8,\n) -> u8 {\n    b\n}\n", &[("a", 1, 5)]);
    check("    fn a(&self);\n", &[("a", 1, 1)]);
    check("    fn a(\n        b: u8,\n    ) -> u8;\n", &[("a", 1, 3)]);
    check(
        "impl A {\n    pub fn a() {\n        if b {\n        }\n    }\n    extern \"C\" fn c() {\n    }\n}\n",
        &[("a", 2, 4), ("c", 6, 2)],
    );
    check("fn a<T>() -> T\nwhere\n    T: B,\n{\n}\n", &[("a", 1, 5)]);
    check(
        "    script: fn(&mut Stage) -> u8,\n// fn a() {\nlet f: fn (u8);\n",
        &[],
    );
}

/// The names of the types that a source shows to everybody.
fn public_types(source: &Source) -> Vec<String> {
    let kinds = [
        "pub struct ",
        "pub enum ",
        "pub trait ",
        "pub type ",
        "pub union ",
    ];
    source
        .code()
        .filter_map(|(_, line)| {
            let line = line.trim_start();
            let after = kinds.iter().find_map(|kind| line.strip_prefix(kind))?;
            words(after).next().map(ToOwned::to_owned)
        })
        .collect()
}

/// Whether every module down to this source is public.
fn is_public(source: &Source, all: &[Source]) -> bool {
    let modules = source.modules();
    (0..modules.len()).all(|depth| {
        let parent = match depth {
            0 => "src/lib.rs".to_owned(),
            _ => format!("src/{}.rs", modules[..depth].join("/")),
        };
        let declaration = format!("pub mod {};", modules[depth]);
        let parent = all.iter().find(|source| source.path == parent);
        parent.is_some_and(|parent| parent.code().any(|(_, line)| line.trim() == declaration))
    })
}

/// Whether a public module above this source hands on its type of this name.
fn is_handed_on(source: &Source, name: &str, all: &[Source]) -> bool {
    let modules = source.modules();
    let above = (0..modules.len()).filter_map(|depth| {
        let path = match depth {
            0 => "src/lib.rs".to_owned(),
            _ => format!("src/{}.rs", modules[..depth].join("/")),
        };
        let above = all.iter().find(|source| source.path == path)?;
        Some((above, modules[depth]))
    });
    above.into_iter().any(|(above, child)| {
        let code: String = above.code().flat_map(|(_, line)| [line, "\n"]).collect();
        let mut uses = code.split("pub use ").skip(1);
        is_public(above, all)
            && uses.any(|after| {
                let named: Vec<&str> = words(after.split(';').next().unwrap_or_default()).collect();
                named.contains(&child) && named.contains(&name)
            })
    })
}

#[test]
fn a_public_type_has_a_name_of_its_own() {
    let all = sources("src");
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in &all {
        let is_public = is_public(source, &all);
        for name in public_types(source) {
            if is_public || is_handed_on(source, &name, &all) {
                places.entry(name).or_default().push(source.path.clone());
            }
        }
    }
    assert!(
        places.len() > 200,
        "only {} types were understood",
        places.len()
    );
    places.retain(|_, places| places.len() > 1);
    let mut wrong: Vec<String> = places
        .iter()
        .filter(|(name, _)| !BY_SYSTEM.contains(&name.as_str()))
        .map(|(name, places)| format!("{name}: {}", places.join(" and ")))
        .collect();
    for name in BY_SYSTEM.iter().filter(|name| !places.contains_key(**name)) {
        wrong.push(format!("{name} stands once: take it off the list"));
    }
    none(&wrong, "a public type has a name that no other has");
}

#[test]
fn the_pure_layers_have_no_clock() {
    let clocks = [
        "SystemTime::now",
        "Instant::now",
        ".elapsed()",
        "thread::sleep",
    ];
    let (mut wrong, mut found) = (Vec::new(), BTreeSet::new());
    for source in sources("src") {
        let layer = source.modules().first().copied().unwrap_or_default();
        if !["bytes", "model", "ui"].contains(&layer) {
            continue;
        }
        for (line, code) in source.code() {
            if clocks.iter().any(|clock| code.contains(clock)) {
                found.insert(source.path.clone());
                if !CLOCKS.contains(&source.path.as_str()) {
                    wrong.push(format!("{}:{line}: {}", source.path, code.trim()));
                }
            }
        }
    }
    for path in CLOCKS.iter().filter(|path| !found.contains(**path)) {
        wrong.push(format!(
            "{path} asks no clock any more: take it off the list"
        ));
    }
    none(
        &wrong,
        "bytes, model and ui are told the time and never ask for it",
    );
}
