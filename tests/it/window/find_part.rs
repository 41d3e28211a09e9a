//! *Replace* where only a part is searched: a match outside of it is left, and what is said of that is true.

use std::fs;

use mapscope::bytes::Span;
use mapscope::bytes::find::TextEncoding;
use mapscope::model::{Action, FindAction, FindForm};

use super::support::*;

fn find(window: &mut Window, action: FindAction) {
    act(window, Action::Find(action));
}

#[track_caller]
fn until_said(window: &mut Window, words: &str) {
    until(window, &format!("it says {words:?}"), |window| {
        status(window).iter().any(|said| said == words)
    });
}

#[test]
fn a_match_outside_of_the_part_that_is_searched_is_said_to_be() {
    let mut bytes = vec![b'.'; 6000];
    for start in [1, 100, 4096] {
        bytes[start..start + 3].copy_from_slice(b"ELF");
    }
    let (_folder, path) = file(&bytes);
    let mut window = open(&path);
    let text = FindForm::Text(TextEncoding::Utf8);
    find(&mut window, FindAction::SetForm(text));
    find(&mut window, FindAction::Edited("ELF".to_owned()));
    find(&mut window, FindAction::Open { replaces: true });
    find(&mut window, FindAction::ReplacementEdited("elf".to_owned()));
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
    let mut bytes = vec![b'.'; 6000];
    bytes[5000..5003].copy_from_slice(b"ELF");
    let (_folder, path) = file(&bytes);
    let mut window = open(&path);
    let text = FindForm::Text(TextEncoding::Utf8);
    find(&mut window, FindAction::SetForm(text));
    find(&mut window, FindAction::Edited("ELF".to_owned()));
    find(&mut window, FindAction::Open { replaces: true });
    find(&mut window, FindAction::ReplacementEdited("elf".to_owned()));
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
