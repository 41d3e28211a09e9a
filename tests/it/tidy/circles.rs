//! Which source file names which, and that no two that do not lie in one another need each other.
//!
//! A file and those in the folder of its name are one thing spread out: they may name each other. A name that a file hands
//! on (`pub use`) counts as one of the file that has it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Source, none, sources};

/// The circles that there still are, each with why. A file that is in none any more must go from here.
const KNOWN: [(&[&str], &str); 2] = [
    (
        &[
            "model/action",
            "model/closing",
            "model/doc",
            "model/effect",
            "model/event",
            "model/lookup",
            "model/notice",
            "model/others",
            "model/peers",
            "model/pending",
            "model/saving",
            "model/view",
        ],
        "a file's state and what is done with it, by area: the halves of `Doc`, each with the part of the state it owns, and the words that they share with who asks and who answers",
    ),
    (
        &[
            "work/file/others",
            "work/file/serve",
            "work/file/watcher",
            "work/file/witnesses",
        ],
        "the halves of one worker: what it is told, what it looks at by itself, and through whom",
    ),
];

type Module = Vec<String>;

/// The files of `src` by their modules, what each hands on, and their text without comments.
struct Crate {
    code: BTreeMap<Module, String>,
    handed_on: BTreeMap<Module, BTreeMap<String, Module>>,
}

impl Crate {
    fn new(sources: &[Source]) -> Self {
        let code = sources
            .iter()
            .filter(|source| source.path != "src/main.rs")
            .map(|source| {
                let modules = source.modules().into_iter().map(ToOwned::to_owned);
                let code = source.code().flat_map(|(_, line)| [line, "\n"]).collect();
                (modules.collect(), code)
            })
            .collect();
        let mut known = Self {
            code,
            handed_on: BTreeMap::new(),
        };
        let handed_on = known.code.iter().map(|(module, code)| {
            let mut names = BTreeMap::new();
            for (at, _) in code.match_indices("use ") {
                let line = code[..at].rsplit('\n').next().unwrap_or_default().trim();
                if line.starts_with("pub") {
                    for path in known.paths_at(module, &code[at + 4..]) {
                        names.extend(path.last().cloned().map(|name| (name, path)));
                    }
                }
            }
            (module.clone(), names)
        });
        known.handed_on = handed_on.collect();
        known
    }

    /// The files that `module` names, but for itself and the crate's root.
    fn named_by(&self, module: &Module) -> BTreeSet<Module> {
        let code = &self.code[module];
        let starts = code.char_indices().scan(' ', |before, (at, c)| {
            let is_start = (c.is_alphabetic() || c == '_') && !is_in_name(*before);
            *before = c;
            Some(is_start.then_some(at))
        });
        let mut named = BTreeSet::new();
        for at in starts.flatten() {
            let is_use = code[..at].ends_with("use ");
            let rest = &code[at..];
            let is_absolute = ["crate::", "super::", "self::"]
                .iter()
                .any(|head| rest.starts_with(head));
            if is_use || is_absolute {
                for path in self.paths_at(module, rest) {
                    named.extend(self.file_of(&path, 0));
                }
            }
        }
        named.remove(module);
        named.remove(&Vec::new());
        named
    }

    /// The paths from the crate's root that begin here, one for each name in braces; none where they lead out of it.
    fn paths_at(&self, module: &Module, text: &str) -> Vec<Module> {
        let mut found = Vec::new();
        let Some((head, mut rest)) = first_part(text) else {
            return found;
        };
        let mut base = match head {
            "crate" => Vec::new(),
            "self" => module.clone(),
            "super" => module[..module.len().saturating_sub(1)].to_vec(),
            child => {
                let path = [module.as_slice(), &[child.to_owned()]].concat();
                if !self.code.contains_key(&path) {
                    return found;
                }
                path
            }
        };
        while let Some(after) = rest.strip_prefix("super::") {
            base.pop();
            rest = after;
        }
        expand(&base, rest, &mut found);
        found
    }

    /// The file that has what a path leads to.
    fn file_of(&self, path: &[String], deep: usize) -> Option<Module> {
        let file = (0..=path.len())
            .rev()
            .map(|len| path[..len].to_vec())
            .find(|module| self.code.contains_key(module))?;
        let name = path.get(file.len());
        let further = name.and_then(|name| self.handed_on.get(&file)?.get(name));
        match further {
            Some(further) if deep < 5 => {
                let rest = &path[file.len() + 1..];
                self.file_of(&[further.as_slice(), rest].concat(), deep + 1)
            }
            _ => Some(file),
        }
    }

    /// Each set of files that need each other, as paths.
    fn circles(&self) -> Vec<BTreeSet<String>> {
        let named: BTreeMap<&Module, BTreeSet<Module>> = self
            .code
            .keys()
            .map(|module| {
                let mut named = self.named_by(module);
                named.retain(|other| !other.starts_with(module) && !module.starts_with(other));
                (module, named)
            })
            .collect();
        let reached: BTreeMap<&Module, BTreeSet<&Module>> = named
            .keys()
            .map(|module| (*module, reached_from(module, &named)))
            .collect();
        let mut circles = BTreeSet::new();
        for (module, there) in &reached {
            let circle: BTreeSet<String> = there
                .iter()
                .filter(|other| reached[*other].contains(module))
                .map(|other| other.join("/"))
                .collect();
            if circle.len() > 1 {
                circles.insert(circle);
            }
        }
        circles.into_iter().collect()
    }
}

fn reached_from<'a>(
    module: &Module,
    named: &'a BTreeMap<&Module, BTreeSet<Module>>,
) -> BTreeSet<&'a Module> {
    let mut reached = BTreeSet::new();
    let mut left: Vec<&Module> = named[module].iter().collect();
    while let Some(next) = left.pop() {
        if reached.insert(next) {
            left.extend(&named[next]);
        }
    }
    reached
}

fn is_in_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == ':'
}

/// The name at the start of `text`, and what follows its `::`.
fn first_part(text: &str) -> Option<(&str, &str)> {
    let len = text.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
    Some((&text[..len], text[len..].strip_prefix("::")?))
}

/// Adds each path that `rest`, after `base` and a `::`, spells.
fn expand(base: &[String], rest: &str, found: &mut Vec<Module>) {
    if let Some(group) = rest.strip_prefix('{') {
        let (mut deep, mut from) = (0, 0);
        for (at, c) in group.char_indices() {
            match c {
                '{' => deep += 1,
                '}' if deep > 0 => deep -= 1,
                ',' | '}' if deep == 0 => {
                    expand(base, group[from..=at].trim_start(), found);
                    from = at + 1;
                    if c == '}' {
                        return;
                    }
                }
                _ => {}
            }
        }
        return;
    }
    let len = rest
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(rest.len());
    let (name, after) = rest.split_at(len);
    let mut path = base.to_vec();
    if !["self", ""].contains(&name) {
        path.push(name.to_owned());
    }
    match after.strip_prefix("::") {
        Some(after) => expand(&path, after, found),
        None if name.is_empty() => {}
        None => found.push(path),
    }
}

#[test]
fn no_two_files_need_each_other() {
    let known = Crate::new(&sources("src"));
    let n_named: usize = known
        .code
        .keys()
        .map(|module| known.named_by(module).len())
        .sum();
    assert!(n_named > 300, "only {n_named} names were understood");
    let circles = known.circles();
    let mut wrong = Vec::new();
    for circle in &circles {
        let is_known = KNOWN
            .iter()
            .any(|(files, _)| circle.iter().all(|file| files.contains(&file.as_str())));
        if !is_known {
            wrong.push(format!("{circle:?} need each other"));
        }
    }
    for file in KNOWN.iter().flat_map(|(files, _)| *files) {
        if !circles.iter().any(|circle| circle.contains(*file)) {
            wrong.push(format!(
                "{file} is in no circle any more: take it off the list"
            ));
        }
    }
    none(
        &wrong,
        "files that need each other are one file, or lack a third",
    );
}

#[test]
fn the_rule_about_circles_sees_what_it_should() {
    let circles = |files: &[(&str, &str)]| {
        let sources: Vec<Source> = files
            .iter()
            .map(|(path, text)| Source {
                path: format!("src/{path}.rs"),
                text: (*text).to_owned(),
            })
            .collect();
        let circles = Crate::new(&sources).circles();
        let named = circles.iter().map(|circle| {
            let files: Vec<&str> = circle.iter().map(String::as_str).collect();
            files.join(" ")
        });
        named.collect::<Vec<_>>().join(", ")
    };
    let b = ("b", "fn go() { crate::a::x() }");
    assert_eq!(circles(&[("a", "use crate::b::{C, D};"), b]), "a b");
    assert_eq!(circles(&[("a", "// use crate::b::C;"), b]), "");
    assert_eq!(circles(&[("a", "use super::b;"), b]), "a b");
    assert_eq!(circles(&[("a", "use crate::{b::C, d};"), b]), "a b");
    // By a third, and by a name that is handed on.
    let through = [
        ("a", "use crate::c::X;"),
        ("c", "pub use b::X;"),
        ("c/b", "use crate::a::Y;"),
    ];
    assert_eq!(circles(&through), "a c/b");
    let three = [("a", "crate::c::f()"), ("c", "crate::b::f()"), b];
    assert_eq!(circles(&three), "a b c");
    // A file and those in its folder may name each other, and nobody is in a circle alone.
    assert_eq!(
        circles(&[("a", "use b::C; use self::b::D;"), ("a/b", "use super::E;")]),
        ""
    );
    assert_eq!(circles(&[("a", "crate::a::x()")]), "");
}
