//! Ranges over several pages: every byte is compared that may be asked for, and nothing is said of the others.

use serde_json::Value;

use super::{Mapper, bytes, file, others, who};

const PAGE: usize = 4096;

/// The row of the mapping that python may write privately, which has the copy.
fn copied(said: &Value) -> Value {
    let rows = others(said);
    let is_it = |row: &&Value| row["mode"] == "private" && row["access"] == "read-write";
    rows.into_iter().find(is_it).unwrap().clone()
}

/// The one byte that python wrote is in the middle page, and that page is its own.
#[test]
fn a_copy_in_the_middle_of_three_pages_is_found() {
    let (_dir, path) = file(&bytes());
    let at = PAGE + 100;
    let mut mapper = Mapper::start(&path, at);
    // Each page by a touch of its own: a fault brings in neighbors only where nobody holds them just then.
    for page in [0, 2, 3] {
        mapper.ask(&format!("touch {}", page * PAGE));
    }
    let own = mapper.ask("tell");
    assert_eq!(
        own["states"][1]["pages"],
        serde_json::json!([[1, 1], [1, 0], [1, 1], [1, 1]])
    );
    let said = who(&path, "0x10..0x2800");
    assert_eq!(mapper.ask("tell"), own, "looking brings no page in");
    let one = serde_json::json!({"bytes": 1, "first": at});
    assert_eq!(said["differing"], one, "{said}");
    let row = copied(&said);
    assert_eq!(
        (&row["compared"], &row["differing"]),
        (&"differs".into(), &one)
    );
    assert_eq!(row["memory"]["is"], "copy");
    // The 16 bytes round it are shown, of the page that it is in.
    assert_eq!(said["page"], 1);
    let start = usize::try_from(said["shown"]["offset"].as_u64().unwrap()).unwrap();
    assert!((at - 15..=at).contains(&start));
    let mut expected = bytes()[start..start + 16].to_vec();
    expected[at - start] = 0x5a;
    let hex: Vec<String> = expected.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(row["sees"]["bytes"], hex.join(" "));
    // All others have the same everywhere.
    for row in said["rows"].as_array().unwrap() {
        let is_untouched = row["memory"]["is"] == "not-present";
        let is_copied = row["differing"] == one;
        assert!(
            row["compared"] == "same" || is_untouched || is_copied,
            "{row}"
        );
    }
    let words = format!("1 of 10224 differs, at {at:#x}");
    let output = super::mapscope(&["who", &path, "0x10..0x2800"])
        .output()
        .unwrap();
    let text = super::out(&output);
    assert_eq!(
        text.matches(&words).count(),
        2,
        "of all, and of the row: {text}"
    );
}

/// Nothing is claimed of pages that python did not bring in, and none is brought in by looking.
#[test]
fn pages_that_are_not_there_are_neither_asked_for_nor_counted() {
    let (_dir, path) = file(&bytes());
    let at = PAGE + 100;
    let mut mapper = Mapper::start(&path, at);
    let own = mapper.ask("tell");
    assert_eq!(
        own["states"][1]["pages"],
        serde_json::json!([[0, 0], [1, 0], [0, 0], [0, 0]])
    );
    let said = who(&path, "0..12288");
    assert_eq!(mapper.ask("tell"), own, "looking brings no page in");
    let one = serde_json::json!({"bytes": 1, "first": at});
    assert_eq!(copied(&said)["differing"], one);
    assert_eq!(said["differing"], one);
    // Pages alone that are not there.
    let said = who(&path, "8192..12388");
    assert_eq!(copied(&said)["compared"], "not-known", "{said}");
    assert_eq!(said["differing"], Value::Null);
    assert_eq!(mapper.ask("tell"), own);
}
