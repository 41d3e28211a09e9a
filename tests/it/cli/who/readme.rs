//! What README says of the command, beside what it prints.

use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::{Mapper, bytes, file, mapscope, others, out, who};

fn readme() -> String {
    std::fs::read_to_string("README.md").unwrap()
}

/// What README shows behind the line that ends so, as long as it is indented.
fn example(after: &str) -> String {
    let readme = readme();
    let (_, rest) = readme.split_once(after).expect("the example");
    let lines = rest.trim_start_matches('\n').lines();
    let lines: Vec<&str> = lines.take_while(|line| line.starts_with("    ")).collect();
    lines.join("\n")
}

/// The words of each line up to that of the storage, as behind it stands what else there is on the machine; without what is
/// another one each time: the kernel tells root the numbers of frames, and whether something is left to write.
fn words(text: &str, told: &[(&str, &str)]) -> Vec<Vec<String>> {
    let mut text = text.to_owned();
    for (here, there) in told {
        text = text.replace(here, there);
    }
    let lines = text
        .split_once("storage:")
        .expect("its last line")
        .0
        .lines();
    let is_told = |word: &&str| !["frame", "clean", "dirty"].contains(word) && !is_frame(word);
    let words = |line: &str| {
        let told = line.split_whitespace().filter(is_told);
        told.map(ToOwned::to_owned).collect()
    };
    lines.map(words).collect()
}

fn is_frame(word: &str) -> bool {
    word.len() > 4 && word.starts_with("0x")
}

struct Tail(Child);

impl Drop for Tail {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn the_examples_are_what_is_printed() {
    let (_dir, path) = file(&std::fs::read("assets/alphabet.txt").unwrap());
    let python = "import mmap, sys\n\
        f = open(sys.argv[1], 'r+b')\n\
        m = mmap.mmap(f.fileno(), 0, flags=mmap.MAP_PRIVATE)\n\
        m[28:29] = b'Z'\n\
        print(flush=True)\n\
        sys.stdin.read()";
    let mut python = Command::new("python3")
        .args(["-c", python, &path])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map(Tail)
        .unwrap();
    let mut ready = [0];
    let output = python.0.stdout.as_mut().unwrap();
    std::io::Read::read_exact(output, &mut ready).unwrap();
    let tail = Command::new("tail")
        .args(["-f", &path])
        .stdout(Stdio::piped())
        .spawn();
    let mut tail = tail.map(Tail).unwrap();
    // It has printed the file, so it has it open.
    std::io::Read::read_exact(tail.0.stdout.as_mut().unwrap(), &mut ready).unwrap();
    let (python, tail) = (python.0.id().to_string(), tail.0.id().to_string());
    let told = [
        (path.as_str(), "/srv/mapscope/assets/alphabet.txt"),
        (python.as_str(), "4711"),
        (tail.as_str(), "4712"),
    ];
    let printed = out(&mapscope(&["who", &path, "28"]).output().unwrap());
    let shown = example("$ mapscope who assets/alphabet.txt 28\n");
    assert_eq!(words(&printed, &told), words(&shown, &[]));

    let said = who(&path, "28");
    let mut row = others(&said)[0].clone();
    row["frame"] = Value::Null;
    row["mapping"]["address"] = "0x7f8f907bc000".into();
    let mut row = row.to_string();
    for (here, there) in told {
        row = row.replace(here, there);
    }
    let row: Value = serde_json::from_str(&row).unwrap();
    let shown: Value = serde_json::from_str(&example("without what is null:\n")).unwrap();
    assert_eq!(without_null(&row), shown);
}

fn without_null(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), without_null(value)))
            .collect(),
        other => other.clone(),
    }
}

/// Every field stands in README.
#[test]
fn it_has_every_field() {
    let readme = readme();
    let (_, table) = readme
        .split_once("`\"mapscope-who\"`, 2")
        .expect("its table");
    let table = table.split("\n## ").next().unwrap();
    let (_dir, path) = file(&bytes());
    let _mapper = Mapper::start(&path, 28);
    let _reader = super::only_open::Reader::start(&path);
    let mut missing = Vec::new();
    fields(&who(&path, "20..36"), &mut |name| {
        let is_told = ["format", "version"].contains(&name)
            || table.contains(&format!("`{name}`"))
            || table.contains(&format!("`{name}[]`"));
        if !is_told {
            missing.push(name.to_owned());
        }
    });
    assert!(missing.is_empty(), "not in README: {missing:?}");
}

fn fields(value: &Value, said: &mut dyn FnMut(&str)) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                said(name);
                fields(value, said);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| fields(value, said)),
        _ => {}
    }
}
