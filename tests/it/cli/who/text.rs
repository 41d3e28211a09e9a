//! The lines, beside the JSON: the same rows and boxes, and columns that stand.

use serde_json::Value;

use super::{Mapper, bytes, file, mapscope, out, who};

/// The headings, in their order, and the name that the JSON has for each.
const HEADINGS: [(&str, &str); 4] = [
    ("This program", "this-program"),
    ("Our processes", "our-processes"),
    ("Other processes", "other-processes"),
    ("System calls", "system-calls"),
];

/// A line below a heading.
struct Line {
    heading: String,
    text: String,
}

/// What `mapscope who` prints: each indented line with its heading, and the others.
fn printed(path: &str, expression: &str) -> (Vec<Line>, Vec<String>) {
    let output = mapscope(&["who", path, expression]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let (mut lines, mut words) = (Vec::new(), Vec::new());
    for line in out(&output).lines() {
        match line.strip_prefix("  ") {
            Some(text) => lines.push(Line {
                heading: words.last().cloned().unwrap_or_default(),
                text: text.to_owned(),
            }),
            None => words.push(line.to_owned()),
        }
    }
    (lines, words)
}

/// All of `words` stand in the line, one behind the other.
#[track_caller]
fn holds_in_order(line: &str, words: &[&str]) {
    let mut rest = line;
    for word in words {
        let at = rest.find(word);
        let at = at.unwrap_or_else(|| panic!("{word:?} is not in {rest:?} of {line:?}"));
        rest = &rest[at + word.len()..];
    }
}

fn words_of(row: &Value) -> Vec<&str> {
    let sees = row["sees"]["bytes"].as_str().unwrap_or("--");
    let compared = match row["compared"].as_str().unwrap() {
        _ if row["group"] == "system-calls" => "",
        "differs" => "differ",
        "same" => "same",
        _ => "",
    };
    let memory = row["memory"]["words"].as_str().unwrap();
    let known = row["known_by"]["words"].as_str().unwrap();
    let name = row["name"].as_str().unwrap();
    vec![name, sees, compared, memory, known]
}

#[test]
fn the_lines_have_the_rows_and_boxes_of_the_json() {
    let (_dir, path) = file(&bytes());
    let mut mapper = Mapper::start(&path, 28);
    mapper.ask("fork");
    let _reader = super::only_open::Reader::start(&path);
    for expression in ["28", "20..36", "0..4000", "p1"] {
        let said = who(&path, expression);
        let (lines, words) = printed(&path, expression);
        assert!(words.contains(&said["sentence"].as_str().unwrap().to_owned()));
        let rows = said["rows"].as_array().unwrap();
        let open = said["open"].as_array().unwrap();
        for (heading, name) in HEADINGS {
            let mut here = lines.iter().filter(|line| line.heading == heading);
            for row in rows.iter().filter(|row| row["group"] == name) {
                let line = here.next().unwrap_or_else(|| panic!("no line for {row}"));
                holds_in_order(&line.text, &words_of(row));
                let number = row["box"].as_u64().map(|number| format!("[{number}]"));
                assert_eq!(line.text.contains('['), number.is_some());
                assert!(line.text.contains(&number.unwrap_or_default()));
            }
            for process in open.iter().filter(|_| name == "other-processes") {
                let line = here
                    .next()
                    .unwrap_or_else(|| panic!("no line for {process}"));
                holds_in_order(&line.text, &[process["name"].as_str().unwrap()]);
            }
            assert!(here.next().is_none(), "no more lines than rows: {said}");
        }
        let mut boxes = lines.iter().filter(|line| line.heading == "Memory");
        for (at, it) in said["boxes"].as_array().unwrap().iter().enumerate() {
            let number = format!("[{}]", at + 1);
            let mut expected = vec![number.as_str(), it["bytes"].as_str().unwrap(), "answers "];
            let names = it["rows"].as_array().unwrap().iter();
            expected.extend(names.filter_map(|row| {
                let row = &rows[usize::try_from(row.as_u64().unwrap()).unwrap()];
                row["name"].as_str().filter(|name| *name != "read, pwrite")
            }));
            holds_in_order(&boxes.next().unwrap().text, &expected);
        }
        let storage = said["storage"]["words"].as_str().unwrap();
        assert_eq!(boxes.next().unwrap().text, format!("storage: {storage}"));
        assert!(boxes.next().is_none());
    }
}

/// Whether a column begins there: a sign behind two blanks.
fn begins(line: &str, at: usize) -> bool {
    let signs: Vec<char> = line.chars().collect();
    signs.get(at).is_some_and(|sign| *sign != ' ') && signs[..at].ends_with(&[' ', ' '])
}

#[test]
fn columns_stand() {
    let (_dir, path) = file(&bytes());
    let mut mapper = Mapper::start(&path, 28);
    mapper.ask("name a_long_name_it");
    let (lines, _) = printed(&path, "28");
    let rows: Vec<&str> = lines
        .iter()
        .filter(|line| line.heading != "Memory")
        .map(|line| line.text.as_str())
        .collect();
    let longest = rows.iter().map(|line| line.find("  ").unwrap()).max();
    let second = longest.unwrap() + 2;
    for row in &rows {
        assert!(begins(row, second), "how it maps at {second}: {row:?}");
    }
    let boxed = rows.iter().filter_map(|row| row.find('['));
    let boxed: Vec<usize> = boxed.collect();
    assert!(
        boxed.len() > 3 && boxed.iter().all(|at| *at == boxed[0]),
        "{rows:#?}"
    );
}

#[test]
fn a_name_cannot_act_on_the_terminal() {
    let (_dir, path) = file(&bytes());
    let mut mapper = Mapper::start(&path, 28);
    let (plain, _) = printed(&path, "28");
    mapper.ask("name \\x1b[31mred\\n  [1] x");
    let (lines, words) = printed(&path, "28");
    assert_eq!(lines.len(), plain.len(), "a line end begins no line");
    let all: Vec<&String> = lines.iter().map(|it| &it.text).chain(&words).collect();
    for text in &all {
        assert!(!text.contains(char::is_control), "{text:?}");
    }
    let named = all
        .iter()
        .filter(|text| text.contains("\\u{1b}[31mred\\u{a}"));
    assert!(named.count() >= 4, "its rows, and its boxes: {all:#?}");
    let output = mapscope(&["who", "--json", &path, "28"]).output().unwrap();
    assert!(!out(&output).contains(|c: char| c.is_control() && c != '\n'));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let named = super::others(&said);
    assert!(
        named[0]["name"]
            .as_str()
            .unwrap()
            .starts_with("\\u{1b}[31mred\\u{a}")
    );
}

#[test]
fn the_sentences_of_one_byte() {
    let (_dir, path) = file(&bytes());
    let (_, words) = printed(&path, "0");
    assert_eq!(words[0], format!("Who sees byte 0 (0x0)? {path}, page 0"));
    assert!(
        words[1].starts_with("All three see the same 0x00 at 0."),
        "{words:?}"
    );
    let mapper = Mapper::start(&path, 28);
    let (lines, words) = printed(&path, "28");
    let pid = mapper.pid();
    let sentence = format!(
        "Only python3 {pid} sees Z at 28, where the file has 0x1c. It has its own copy of page 0."
    );
    assert_eq!(words[1], sentence);
    let copy = lines.iter().find(|line| line.text.contains("differs"));
    holds_in_order(
        &copy.unwrap().text,
        &[
            "python3",
            "private",
            "5a 'Z'",
            "differs",
            "[2] a copy of its own",
            "by its page table",
        ],
    );
}
