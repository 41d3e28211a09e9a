//! *Replace* where only a part is searched: a match outside of it is left, and what is said of that is true.

use std::fs;
use std::path::Path;

use mapscope::bytes::Span;
use mapscope::bytes::find::TextEncoding;
use mapscope::model::{FindAction, FindForm};

use super::support::*;

/// A window in which `ELF` is to be replaced by `elf`.
fn replacing(path: &Path) -> Window {
    let mut window = open(path);
    let text = FindForm::Text(TextEncoding::Utf8);
    find(&mut window, FindAction::SetForm(text));
    find(&mut window, FindAction::Edited("ELF".to_owned()));
    find(&mut window, FindAction::Open { replaces: true });
    find(&mut window, FindAction::ReplacementEdited("elf".to_owned()));
    window
}

#[test]
fn a_match_outside_of_the_part_that_is_searched_is_said_to_be() {
    let (_folder, path) = file_with_elf(&[1, 100, 4096]);
    let bytes = fs::read(&path).unwrap();
    let mut window = replacing(&path);
    find(&mut window, FindAction::All);
    until_said(&mut window, "3 matches");
    // one of the list is gone to, though only what was selected before is to be searched
    find(&mut window, FindAction::GoTo(Span::at(100, 3).unwrap()));
    find(&mut window, FindAction::InSelection(true));
    find(&mut window, FindAction::GoTo(Span::at(1, 3).unwrap()));
    find(&mut window, FindAction::Replace);
    until_said(
        &mut window,
        "Nothing was replaced: the match at 0x1 lies outside of the part that is searched, 0x64 to 0x66",
    );
    assert_eq!(doc(&window).view().journal.edits().len(), 0);
    // in the part it is replaced
    find(&mut window, FindAction::GoTo(Span::at(100, 3).unwrap()));
    find(&mut window, FindAction::Replace);
    until(&mut window, "it is replaced", |window| {
        doc(window).view().journal.pending_bytes() == 3
    });
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

/// What is no more in the file is outside as well, but of no part that anybody chose.
#[test]
fn a_match_past_the_present_end_is_said_to_be_outside_of_the_view() {
    let (_folder, path) = file_with_elf(&[5000]);
    let mut window = replacing(&path);
    find(&mut window, FindAction::Next);
    until_said(&mut window, "1 of 1 match");
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(100)
        .unwrap();
    find(&mut window, FindAction::Replace);
    until(&mut window, "it says why not", |window| {
        status(window)
            .iter()
            .any(|said| said.starts_with("Nothing was replaced: ") && !said.contains("part"))
    });
    assert_eq!(doc(&window).view().journal.edits().len(), 0);
}
