//! Files as tabs: going from one to the other, closing them, and that what is asked of one file reaches no other.

use super::process_rows::{PRIVATE, SHARED, order, said, until_says, write_by};
use super::support::*;
use crate::processes::state_of;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{Action, Doc, FileAction, OpenRequest, Topic};
use tempfile::TempDir;

/// The tabs by name, from left to right, and the one in front.
fn tabs(window: &Window) -> (Vec<String>, Option<String>) {
    let tabs = window.query_all_by_role(Role::Tab).map(|tab| {
        let node = tab.accesskit_node();
        (
            tab.rect().left(),
            node.label().unwrap_or_default(),
            node.is_selected() == Some(true),
        )
    });
    let mut tabs: Vec<_> = tabs.collect();
    tabs.retain(|(_, name, _)| name.contains(".bin") || name.contains(".txt"));
    tabs.sort_by(|one, other| one.0.total_cmp(&other.0));
    let front = tabs.iter().find(|tab| tab.2).map(|tab| tab.1.clone());
    (tabs.into_iter().map(|tab| tab.1).collect(), front)
}

/// A window on `a.bin`, 64 bytes `A`, and then on `b.bin`, 64 bytes `B`.
fn two() -> (TempDir, PathBuf, PathBuf, Window) {
    let folder = TempDir::new().unwrap();
    let (a, b) = (folder.path().join("a.bin"), folder.path().join("b.bin"));
    fs::write(&a, [b'A'; 64]).unwrap();
    fs::write(&b, [b'B'; 64]).unwrap();
    let mut window = open(&a);
    and_open(&mut window, &b);
    (folder, a, b, window)
}

#[track_caller]
fn and_open(window: &mut Window, path: &Path) {
    act(window, Action::File(FileAction::Open(path.to_owned())));
    until_front(window, path);
}

/// The file is in front: its title, its bytes, and the keyboard in them.
#[track_caller]
fn until_front(window: &mut Window, path: &Path) {
    let name = path.file_name().unwrap().to_str().unwrap();
    let byte = if name.starts_with('a') { "41" } else { "42" };
    until(window, &format!("{name} is in front"), |window| {
        let title = model(window).title();
        let title = title.trim_start_matches("* ");
        title.starts_with(name)
            && doc(window).path == path
            && row(window, 16).starts_with(&format!("00000010 {byte} "))
            && grid(window).is_focused()
    });
}

#[track_caller]
fn until_heard(window: &mut Window, byte: &str) {
    until(window, "every witness was heard", |window| {
        [CALLS, SHARED_PEER, PRIVATE_PEER]
            .iter()
            .all(|title| witness(window, title).starts_with(byte))
    });
}

#[test]
fn each_file_has_a_tab_and_the_keys_lead_from_one_to_the_other() {
    let (_folder, a, b, mut window) = two();
    assert_eq!(
        tabs(&window),
        (
            vec!["a.bin".to_owned(), "b.bin".to_owned()],
            Some("b.bin".to_owned())
        )
    );
    press(&mut window, CTRL, Key::Tab);
    until_front(&mut window, &a);
    type_bytes(&mut window, "5a");
    until(&mut window, "the tab says that it is edited", |window| {
        tabs(window).1.as_deref() == Some("a.bin, edited")
    });
    assert!(
        model(&window).title().starts_with("* a.bin "),
        "{}",
        state(&window)
    );
    press(&mut window, CTRL | Modifiers::SHIFT, Key::Tab);
    until_front(&mut window, &b);
    assert!(
        row(&window, 0).starts_with("00000000 42 42 "),
        "{}",
        state(&window)
    );
    // opened once more it comes forward, and there is no third
    act(&mut window, Action::File(FileAction::Open(a.clone())));
    until_front(&mut window, &a);
    assert_eq!(model(&window).docs.len(), 2);
    assert!(
        row(&window, 0).starts_with("00000000 5a 41 "),
        "{}",
        state(&window)
    );
}

#[test]
fn a_tab_is_closed_by_key_and_by_the_middle_button_and_the_sample_comes_last() {
    let (_folder, a, b, mut window) = two();
    press(&mut window, CTRL, Key::W);
    until_front(&mut window, &a);
    assert_eq!(model(&window).docs.len(), 1);
    and_open(&mut window, &b);
    let tab = window.get_by_role_and_label(Role::Tab, "a.bin");
    let pos = tab.rect().left_center() + egui::vec2(20.0, 0.0);
    window.hover_at(pos);
    window.step();
    for pressed in [true, false] {
        window.event(Event::PointerButton {
            pos,
            button: PointerButton::Middle,
            pressed,
            modifiers: Modifiers::NONE,
        });
        window.step();
    }
    until(
        &mut window,
        "it is closed, and was not in front",
        |window| model(window).docs.iter().all(|doc| doc.path == b),
    );
    until_front(&mut window, &b);
    and_open(&mut window, &a);
    click(&mut window, "Close b.bin");
    until(&mut window, "it is closed by its cross", |window| {
        model(window).docs.iter().all(|doc| doc.path == a)
    });
    press(&mut window, CTRL, Key::W);
    until(&mut window, "the sample is back", |window| {
        model(window).docs.len() == 1 && model(window).doc().is_some_and(Doc::is_sample)
    });
}

#[test]
fn a_closed_file_with_edits_is_asked_about_and_the_other_stays() {
    let (_folder, a, b, mut window) = two();
    type_bytes(&mut window, "5a");
    press(&mut window, CTRL, Key::W);
    until(&mut window, "it is asked", |window| {
        is_told(window, &["1 byte is edited privately in b.bin"])
    });
    click(&mut window, "Write it to the file");
    until_front(&mut window, &a);
    assert_eq!(model(&window).docs.len(), 1);
    assert_eq!(fs::read(&b).unwrap()[..2], *b"ZB");
    assert_eq!(fs::read(&a).unwrap(), [b'A'; 64]);
}

#[test]
fn quitting_asks_once_for_all_files() {
    let (_folder, a, b, mut window) = two();
    type_bytes(&mut window, "5a");
    press(&mut window, CTRL, Key::Tab);
    until_front(&mut window, &a);
    type_bytes(&mut window, "5b5c");
    press(&mut window, CTRL, Key::Q);
    until(&mut window, "it is asked", |window| {
        is_told(window, &["a.bin: 2 edited bytes", "b.bin: 1 edited byte "])
    });
    let questions = alerts(&window)
        .iter()
        .filter(|alert| alert.contains('?'))
        .count();
    assert_eq!(questions, 1, "{:?}", alerts(&window));
    click(&mut window, "Write them to their files");
    let mut closed = false;
    until(
        &mut window,
        "all is written and the window closes",
        |window| {
            closed |= commands(window).contains(&egui::ViewportCommand::Close);
            closed
        },
    );
    assert_eq!(fs::read(&a).unwrap()[..3], *b"[\\A");
    assert_eq!(fs::read(&b).unwrap()[..2], *b"ZB");
}

/// A process of `a.bin` is told to store while it is stopped; then `b.bin` is opened.
fn stopped_with_a_store() -> (TempDir, PathBuf, PathBuf, Window) {
    let folder = TempDir::new().unwrap();
    let (a, b) = (folder.path().join("a.bin"), folder.path().join("b.bin"));
    fs::write(&a, [b'A'; 64]).unwrap();
    fs::write(&b, [b'B'; 64]).unwrap();
    let mut window = open(&a);
    until_heard(&mut window, "41 'A'");
    click(&mut window, SHARED);
    until_says(&mut window, 1, "41 'A', as the file has it");
    order(&mut window, 1, "Stop");
    until_says(&mut window, 1, "stopped");
    let list = doc(&window).processes.list().iter();
    let pid = list
        .filter(|process| process.ordinal == 1)
        .find_map(|process| process.pid);
    until(&mut window, "the kernel says so", |_| {
        state_of(pid.unwrap()) == Some('T')
    });
    write_by(&mut window, 1);
    and_open(&mut window, &b);
    until_heard(&mut window, "42 'B'");
    assert_eq!(fs::read(&a).unwrap(), [b'A'; 64]);
    (folder, a, b, window)
}

#[test]
fn what_waits_for_a_stopped_process_reaches_its_own_file() {
    let (_folder, a, b, mut window) = stopped_with_a_store();
    assert_eq!(
        doc(&window).processes.n_added(),
        0,
        "it is not of this file"
    );
    press(&mut window, CTRL, Key::Tab);
    until_front(&mut window, &a);
    order(&mut window, 1, "Continue");
    until(&mut window, "the byte is in its file", |_| {
        fs::read(&a).unwrap()[0] == b'!'
    });
    until_says(&mut window, 1, "written by that process");
    assert_eq!(fs::read(&b).unwrap(), [b'B'; 64]);
}

#[test]
fn what_waits_for_a_process_of_a_closed_file_comes_back_and_goes_nowhere() {
    let (_folder, a, b, mut window) = stopped_with_a_store();
    press(&mut window, CTRL, Key::Tab);
    until_front(&mut window, &a);
    press(&mut window, CTRL, Key::W);
    until(&mut window, "it is closed, or asked about", |window| {
        doc(window).path == b || !notice(window, Topic::Unsaved).is_empty()
    });
    if doc(&window).path == a {
        click(&mut window, "Stop it and close");
    }
    until_front(&mut window, &b);
    until(
        &mut window,
        "it is said what was not written, and where",
        |window| {
            is_told(
                window,
                &["21 was not written at 0x0", "a file that is closed"],
            ) || is_told(window, &["21 was not written at 0x0 of a.bin"])
        },
    );
    assert_eq!(fs::read(&a).unwrap(), [b'A'; 64]);
    assert_eq!(fs::read(&b).unwrap(), [b'B'; 64]);
}

#[test]
fn private_copies_of_all_processes_outlast_growth() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    until_heard(&mut window, "41 'A'");
    click(&mut window, PRIVATE);
    until_says(&mut window, 1, "41 'A', as the file has it");
    let copied = "21 '!', which differs from the file; through a copy";
    write_as(&mut window, PRIVATE_PEER);
    // What is said of it makes its row longer, and moves those below it away from under a click.
    until(&mut window, "the built-in process has written", |window| {
        let said = witness(window, PRIVATE_PEER);
        said.starts_with(copied) && said.ends_with("written by that process")
    });
    write_by(&mut window, 1);
    until_says(&mut window, 1, copied);
    until_says(&mut window, 1, "written by that process");
    order(&mut window, 1, "Fork a child");
    until_says(&mut window, 2, copied);
    until(&mut window, "the built-in process has its copy", |window| {
        witness(window, PRIVATE_PEER).starts_with(copied)
    });
    let mut longer = fs::OpenOptions::new().append(true).open(&path).unwrap();
    longer.write_all(b"ZZZZZZ").unwrap();
    until(&mut window, "the growth is told", |window| {
        is_told(
            window,
            &[
                "data.bin grew from 64 to 70 bytes",
                "the view shows all of it",
            ],
        )
    });
    throughout(
        &mut window,
        Duration::from_millis(500),
        "all three have their copies",
        |window| {
            said(window, 1).contains(copied)
                && said(window, 2).contains(copied)
                && witness(window, PRIVATE_PEER).starts_with(copied)
        },
    );
    // a copy has what stood past the end when it was made; what is no copy shows the new bytes
    go_to(&mut window, 69);
    for number in [1, 2] {
        until_says(
            &mut window,
            number,
            "00, which differs from the file; through a copy",
        );
    }
    until(&mut window, "the other process sees them", |window| {
        witness(window, SHARED_PEER).starts_with("5a 'Z', as the file has it")
    });
    assert_eq!(fs::read(&path).unwrap()[0], b'A');
}

/// The program opens them at the same time; whichever comes first, the one that was named first is in front.
#[test]
fn of_the_files_to_begin_with_the_first_is_in_front() {
    let folder = TempDir::new().unwrap();
    let paths: Vec<PathBuf> = (0..8)
        .map(|number| folder.path().join(format!("a{number}.bin")))
        .collect();
    for path in &paths {
        fs::write(path, [b'A'; 64]).unwrap();
    }
    let requests = paths.iter().cloned().map(Some);
    let mut window = start_with(requests.map(OpenRequest::private).collect());
    until(&mut window, "all are open", |window| {
        model(window).docs.len() == paths.len()
    });
    until_front(&mut window, &paths[0]);
}
