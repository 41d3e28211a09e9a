//! Settings that cannot be used: each damaged file is kept, not only the last one.

#![cfg(feature = "gui")]

use std::fs;
use std::path::Path;

use mapscope::app::start::remembered::Remembered;

/// Damages the file of settings in `folder`, and starts with it: where it is kept then.
fn damaged(folder: &Path, text: &str) -> String {
    let file = folder.join("app.ron");
    fs::write(&file, text).unwrap();
    let said = Remembered::load(&file).problem.expect("it is said");
    assert!(!file.exists(), "it is not read again");
    let kept = said.rsplit_once("kept as ").expect("it says where").1;
    fs::read_to_string(kept).expect("what is said is there")
}

#[test]
fn a_later_damaged_file_takes_no_earlier_ones_place() {
    let dir = tempfile::tempdir().unwrap();
    let texts: Vec<String> = (0..12).map(|n| format!("damaged {n}")).collect();
    for text in &texts {
        assert_eq!(&damaged(dir.path(), text), text);
    }
    let files = fs::read_dir(dir.path()).unwrap();
    let texts_of =
        |entry: std::io::Result<fs::DirEntry>| fs::read_to_string(entry.unwrap().path()).unwrap();
    let mut kept: Vec<String> = files.map(texts_of).collect();
    kept.sort_by_key(|text| texts.iter().position(|known| known == text));
    // a bounded number: the first ones, and the last
    assert_eq!(kept[..8], texts[..8]);
    assert_eq!(kept[8..], texts[11..]);
    let first = fs::read_to_string(dir.path().join("app.ron.bad")).unwrap();
    assert_eq!(first, texts[0], "what was said of it once is still true");
}
