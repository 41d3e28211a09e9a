//! What a claim rests on: each quotation stands behind the page that has it, so that a reader can look it up.

use mapscope::lab::catalogue;

const OPENS: char = '\u{201c}';
const CLOSES: char = '\u{201d}';

/// Whether a text names a place that can be looked up: a manual page, the standard or one of its functions, a document of
/// the kernel or one of its sources, a processor's manual, the standard of C, a paper.
fn names_a_place(text: &str) -> bool {
    let is_page = text
        .split('(')
        .zip(text.split('(').skip(1))
        .any(|(before, behind)| {
            let has_name =
                before.ends_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '_');
            let section: String = behind.chars().take_while(|letter| *letter != ')').collect();
            let known = ["", "2", "2const", "3", "3type", "4", "5", "7", "8"];
            has_name && known.contains(&section.as_str())
        });
    let known = [
        "POSIX.1-",
        "Documentation/",
        "mm/",
        "fs/",
        "SDM",
        "C11",
        "tools/",
        "CIDR",
        "measured here",
    ];
    is_page || known.iter().any(|name| text.contains(name))
}

/// What is wrong about a source.
fn faults(source: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if !names_a_place(source) {
        wrong.push("names no place to look it up".to_owned());
    }
    for clause in source.split("; ") {
        let mut rest = clause;
        while let Some((before, behind)) = rest.split_once(OPENS) {
            let Some((quoted, after)) = behind.split_once(CLOSES) else {
                wrong.push(format!("a quotation does not end in its clause: {clause}"));
                break;
            };
            let first = &clause[..clause.len() - rest.len() + before.len()];
            if !names_a_place(first) {
                wrong.push(format!("says not where this stands: {quoted}"));
            }
            if quoted.trim() != quoted || quoted.is_empty() || quoted.contains(OPENS) {
                wrong.push(format!("is no clean quotation: {quoted:?}"));
            }
            rest = after;
        }
        if rest.contains(CLOSES) {
            wrong.push(format!(
                "a quotation does not begin in its clause: {clause}"
            ));
        }
    }
    if source.ends_with('.') || source.contains('"') {
        wrong.push("ends with a period, or quotes with straight marks".to_owned());
    }
    wrong
}

#[test]
fn each_quotation_stands_behind_the_page_that_has_it() {
    let mut n_quotations = 0;
    let mut wrong = Vec::new();
    for experiment in catalogue::all() {
        let claim = &experiment.claim;
        n_quotations += claim.source.matches(OPENS).count();
        for fault in faults(claim.source) {
            wrong.push(format!("{}: {fault}", claim.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(n_quotations > 40, "{n_quotations}");
}

#[test]
fn a_source_without_its_place_is_found() {
    for (source, wrong) in [
        (
            "mmap(2), MAP_SHARED: \u{201c}visible\u{201d}; POSIX.1-2024 mmap()",
            0,
        ),
        (
            "POSIX.1-2024 ftruncate(): a signal; mmap(): \u{201c}unspecified\u{201d}",
            0,
        ),
        ("\u{201c}visible\u{201d}, says mmap(2)", 1),
        ("mmap(2); the manual: \u{201c}visible\u{201d}", 1),
        ("mmap(2): \u{201c}visible", 1),
        ("mmap(2): visible\u{201d}", 1),
        ("mmap(2): \u{201c} visible\u{201d}", 1),
        ("the manual", 1),
        ("mmap(2): \"visible\"", 1),
    ] {
        let found = faults(source);
        assert_eq!(found.len(), wrong, "{source}: {found:?}");
    }
}
