//! In a report of HTML no line ends between a number and its unit.

use std::fs;

use super::{Lab, text};

const UNITS: [&str; 4] = ["ns", "\u{b5}s", "ms", "KiB"];

/// A number and a unit with a blank between them at which a line may end.
fn breakable(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split([' ', '<', '>', '\n', ',', ';', ']']).collect();
    let pairs = words
        .windows(2)
        .filter(|pair| UNITS.contains(&pair[1]) && pair[0].ends_with(|c: char| c.is_ascii_digit()));
    pairs.map(|pair| pair.join(" ")).collect()
}

#[test]
fn numbers_in_html_stay_with_their_units() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("report.html");
    let names = [
        "shared-seen-by-shared",
        "msync-sync-cleans",
        "memory-comes-with-the-touch",
    ];
    let mut arguments = names.to_vec();
    arguments.extend(["--report", path.to_str().unwrap()]);
    let output = Lab::new(&arguments).output();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let report = fs::read_to_string(&path).unwrap();
    assert!(report.contains("\u{a0}\u{b5}s"), "there are times");
    let (_, steps) = report.split_once("Step by step").unwrap();
    assert_eq!(breakable(steps), [""; 0]);
}
