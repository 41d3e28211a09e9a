//! The window's thread waits for nobody: what may be slow to end is seen off by the one part that waits after the window.

use std::fs;
use std::path::Path;

/// Values whose end waits for a process or for storage.
const SLOW: [&str; 4] = ["peers", "picker", "lab", "completion"];
/// Waiting, by name.
const WAITING: [&str; 5] = [
    ".join()",
    "join_within(",
    "finished_within(",
    ".recv()",
    ".wait()",
];

/// Sentences of the shell's sources: what stands between two semicolons or braces.
fn statements(text: &str) -> Vec<String> {
    let code: Vec<&str> = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect();
    let code = code.join(" ");
    code.split([';', '{', '}'])
        .map(|statement| statement.split_whitespace().collect::<Vec<_>>().concat())
        .collect()
}

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = vec![root.join("app.rs")];
    paths.extend(
        fs::read_dir(root.join("app"))
            .unwrap()
            .map(|entry| entry.unwrap().path()),
    );
    paths.retain(|path| path.extension().is_some() && !path.ends_with("farewell.rs"));
    paths
        .into_iter()
        .map(|path| {
            (
                path.display().to_string(),
                fs::read_to_string(&path).unwrap(),
            )
        })
        .collect()
}

fn faults(text: &str) -> Vec<String> {
    let all = statements(text);
    let mut faults = Vec::new();
    for (at, statement) in all.iter().enumerate() {
        let waits = WAITING.iter().any(|word| statement.contains(word));
        let lets_go = SLOW.iter().any(|field| {
            let of_self = format!("self.{field}");
            [".take()", ".replace(", "=None"]
                .iter()
                .any(|end| statement.contains(&format!("{of_self}{end}")))
        });
        // in the same statement, or in a later one of the same few
        let is_seen_off = all[at..]
            .iter()
            .take(6)
            .any(|later| later.contains("farewell.see_off("));
        if waits || (lets_go && !is_seen_off) {
            faults.push(statement.clone());
        }
    }
    faults
}

#[test]
fn the_windows_thread_joins_nothing_and_sees_off_what_is_slow() {
    let mut n_seen_off = 0;
    for (path, text) in sources() {
        assert_eq!(faults(&text), Vec::<String>::new(), "{path}");
        n_seen_off += text.matches("farewell.see_off(").count();
    }
    assert!(n_seen_off >= 5, "the rule looks in vain");
    for wrong in [
        "self.picker = None;",
        "let earlier = self.picker.replace(picker);",
        "thread.join().ok();",
    ] {
        assert_eq!(faults(wrong).len(), 1, "{wrong}");
    }
}
