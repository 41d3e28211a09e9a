//! Where the file holds something else than a private view shows: marks, words, the way from one to the next, counts. The
//! oracle is the file as std reads it, and what the view showed when its page was copied.

use std::fs;
use std::path::Path;
use std::process::Command;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::window::CellFlags;
use mapscope::model::{Mode, PageState, Topic};

use super::support::*;
use crate::random::Draw;

const PAGE: usize = 4096;
const SHIFT: Modifiers = Modifiers::SHIFT;

/// Another process writes into the file.
fn write_by_another(path: &Path, offset: usize, bytes: &[u8]) {
    let octal: Vec<String> = bytes.iter().map(|byte| format!("\\{byte:03o}")).collect();
    let octal = octal.concat();
    let script =
        format!("printf '{octal}' | dd of=\"$1\" bs=1 seek={offset} conv=notrunc status=none");
    let status = Command::new("sh")
        .args(["-c", &script, "sh"])
        .arg(path)
        .status()
        .unwrap();
    assert!(status.success());
}

/// The offsets in sight that have the mark.
fn marked(window: &Window) -> Vec<usize> {
    let shown = doc(window).view().window.as_ref().expect("a look");
    let span = shown.span();
    let marked = |at: &u64| shown.cell(*at).is_some_and(CellFlags::differs_from_file);
    let marked = (span.start()..span.end()).filter(marked);
    marked.map(|at| usize::try_from(at).unwrap()).collect()
}

/// What must be marked of what is in sight: the view shows `view`.
fn wanted(window: &Window, path: &Path, view: &[u8]) -> Vec<usize> {
    let file = fs::read(path).unwrap();
    let span = doc(window).view().window.as_ref().unwrap().span();
    let in_sight = (0..view.len()).filter(|at| span.contains(*at as u64));
    in_sight
        .filter(|at| file.get(*at) != Some(&view[*at]))
        .collect()
}

fn changed(window: &Window) -> u64 {
    doc(window).view().changed_in_file.n_bytes
}

fn said(window: &Window) -> String {
    notice(window, Topic::Done)
}

#[track_caller]
fn go_on(window: &mut Window, modifiers: Modifiers, to: u64) {
    press(window, modifiers, Key::F8);
    until(window, &format!("the cursor is on {to}"), |window| {
        doc(window).view().viewport.cursor == to
    });
}

#[test]
fn marks_are_where_a_second_process_and_the_view_made_them_differ() {
    let bytes: Vec<u8> = (0..4 * PAGE)
        .map(|at| u8::try_from(at % 251).unwrap())
        .collect();
    let (_folder, path) = file(&bytes);
    let mut window = open(&path);
    go_to(&mut window, PAGE as u64 + 8);
    let mut draw = Draw::new(crate::random::number_of("MAPSCOPE_TEST_SEED", 7));
    // what each page showed when it was copied, with what was stored since; `None`: it is the file's
    let mut copies: Vec<Option<Vec<u8>>> = vec![None; 4];
    let (mut n_own, mut n_marks) = (0, 0);
    for _ in 0..30 {
        let near = |draw: &mut Draw| PAGE - 60 + usize::try_from(draw.next(120)).unwrap();
        let at = near(&mut draw);
        let byte = u8::try_from(draw.next(256)).unwrap();
        if draw.one_in(2) {
            write_by_another(&path, at, &[byte]);
        } else {
            go_to(&mut window, at as u64);
            type_bytes(&mut window, &format!("{byte:02x}"));
            n_own += 1;
            let page = at / PAGE;
            let now = fs::read(&path).unwrap();
            let copy = copies[page].get_or_insert_with(|| now[page * PAGE..][..PAGE].to_vec());
            copy[at % PAGE] = byte;
        }
        let view = || -> Vec<u8> {
            let file = fs::read(&path).unwrap();
            let pages = copies.iter().zip(file.chunks(PAGE));
            pages
                .flat_map(|(copy, file)| copy.as_deref().unwrap_or(file).to_vec())
                .collect()
        };
        until(
            &mut window,
            "the marks are where the two differ",
            |window| marked(window) == wanted(window, &path, &view()),
        );
        n_marks += marked(&window).len();
    }
    assert!(n_own > 5 && n_marks > 50, "{n_own} {n_marks}");
    // in shared mode nothing can differ
    let is_copied = |window: &Window, at: usize| {
        let view = doc(window).view().window.as_ref().unwrap();
        view.page(at as u64) == Ok(PageState::PrivateCopy)
    };
    assert!(is_copied(&window, PAGE - 1) && is_copied(&window, PAGE));
    act(
        &mut window,
        mapscope::model::Action::Mapping(mapscope::model::MappingAction::SetMode(Mode::Shared)),
    );
    act(
        &mut window,
        mapscope::model::Action::Doc(mapscope::model::DocAction::Unsaved(
            mapscope::model::UnsavedChoice::Drop,
        )),
    );
    until(
        &mut window,
        "the mapping is shared and nothing is marked",
        |window| doc(window).view().mode == Mode::Shared && marked(window).is_empty(),
    );
    press(&mut window, PLAIN, Key::F8);
    until(&mut window, "that is said", |window| {
        said(window).contains("shows the file itself")
    });
}

#[test]
fn f8_goes_through_all_differences_of_the_mapping_and_round() {
    const LEN: usize = 64 << 20;
    let (_folder, path) = file(&[]);
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(LEN as u64)
        .unwrap();
    let mut window = open(&path);
    press(&mut window, PLAIN, Key::F8);
    until(&mut window, "nothing is found", |window| {
        said(window).contains("the view and the file hold the same")
    });
    let far = (48_u64 << 20) + 5;
    for offset in [0x10, far] {
        go_to(&mut window, offset);
        type_bytes(&mut window, "5a5b");
    }
    write_by_another(&path, 0x20, b"##");
    write_by_another(&path, 0x9000, b"in a page that is the file's");
    go_to(&mut window, 0);
    for to in [0x10, 0x20, far, 0x10] {
        go_on(&mut window, PLAIN, to);
    }
    assert!(
        said(&window).starts_with("From the top"),
        "{}",
        said(&window)
    );
    for to in [far, 0x20, 0x10] {
        go_on(&mut window, SHIFT, to);
    }
    assert!(
        said(&window).starts_with("Difference at"),
        "{}",
        said(&window)
    );
}

#[test]
fn the_file_is_described_and_counted() {
    let mut bytes = vec![b'.'; 3 * PAGE];
    bytes[3] = b'3';
    let (_folder, path) = file(&bytes);
    let mut window = open(&path);
    let value = |window: &Window| grid(window).accesskit_node().value().unwrap_or_default();
    let counts = |window: &Window, words: &str| status(window).iter().any(|status| status == words);
    go_to(&mut window, 0x1c);
    type_bytes(&mut window, "5a");
    go_to(&mut window, 0x1c);
    until(&mut window, "one's own edit is described", |window| {
        value(window).ends_with("; file: 2e '.'; yours is not written")
    });
    until(&mut window, "it is counted", |window| {
        counts(window, "1 edited")
    });
    write_by_another(&path, 3, b"#");
    until(&mut window, "what another wrote is counted", |window| {
        counts(window, "1 edited, 1 changed in the file")
    });
    go_to(&mut window, 3);
    until(&mut window, "it is described", |window| {
        value(window).ends_with("; file: 23 '#', written since your page was copied")
    });
    write_by_another(&path, 0x1c, b"A");
    go_to(&mut window, 0x1c);
    until(&mut window, "both have written", |window| {
        value(window).contains("file: 41 'A', written by somebody else; yours is not written")
    });
    let row = grid(&window)
        .query_all_by_role(Role::Row)
        .find(|row| {
            row.accesskit_node()
                .label()
                .is_some_and(|it| it.starts_with("00000000"))
        })
        .and_then(|row| row.accesskit_node().description());
    assert_eq!(row.as_deref(), Some("the file differs at 0x3"));
    // it is the same once more
    write_by_another(&path, 3, b"3");
    until(&mut window, "that is gone from the count", |window| {
        changed(window) == 0
    });
    press(&mut window, CTRL, Key::D);
    until(&mut window, "the page is given back", |window| {
        marked(window).is_empty()
    });
    write_by_another(&path, 4, b"#");
    until(
        &mut window,
        "nothing is counted of the file's own page",
        |window| row_has(window, 4, 0x23) && changed(window) == 0 && marked(window).is_empty(),
    );
}

fn row_has(window: &Window, at: u64, byte: u8) -> bool {
    let shown = doc(window).view().window.as_ref();
    shown.and_then(|shown| shown.byte(at)) == Some(byte)
}

/// Where there is no private copy nothing is read for this, and where nothing changes nothing is told.
#[test]
fn counts_are_those_of_all_copies_and_go_with_them() {
    let (_folder, path) = file(&vec![b'.'; 64 * PAGE]);
    let mut window = open(&path);
    for page in [1, 40] {
        go_to(&mut window, page * PAGE as u64);
        type_bytes(&mut window, "5a");
    }
    go_to(&mut window, 0);
    write_by_another(&path, 40 * PAGE + 9, b"####");
    write_by_another(&path, PAGE + 9, b"#");
    until(&mut window, "what is out of sight is counted", |window| {
        changed(window) == 5
    });
    assert_eq!(marked(&window), [0_usize; 0]);
    press(
        &mut window,
        Modifiers {
            shift: true,
            ..CTRL
        },
        Key::D,
    );
    until(&mut window, "no copies, no count", |window| {
        changed(window) == 0
    });
}
