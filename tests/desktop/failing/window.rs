//! The same as the window shows it: only the page that cannot be read is missing, a search goes on and lists it, and what the
//! device refused is said to be final and can be saved elsewhere.

use std::path::Path;

use egui::Key;
use mapscope::map::Mode;
use mapscope::model::{
    Action, AppAction, DocAction, FindAction, FindForm, MappingAction, OpenRequest, Tab, ViewAction,
};
use tempfile::TempDir;

use super::PAGE;
use crate::indoors::*;
use crate::rig::Stage;
use crate::rig::hanging::{FILL, Fails, Hanging, LEN};

const EIO: &str = "Input/output error (EIO)";

fn says(window: &Window, parts: &[&str]) -> bool {
    let has_all = |label: &String| parts.iter().all(|part| label.contains(part));
    labels(window).iter().any(has_all)
}

#[track_caller]
fn until_says(window: &mut Window, parts: &[&str]) {
    until(window, &format!("{parts:?} is said"), |window| {
        says(window, parts)
    });
}

/// Goes to a byte, and waits until its row begins like this.
#[track_caller]
fn until_row(window: &mut Window, offset: u64, bytes: &str) {
    act(window, Action::View(ViewAction::GoTo(offset)));
    let row = format!("{:08x} {bytes}", offset - offset % 16);
    until(window, &format!("the row {row}"), |window| {
        has(window, &row)
    });
}

fn open(path: &Path) -> Window {
    let request = OpenRequest::private(Some(path.to_owned()));
    window_on(vec![request], [1500.0, 900.0])
}

#[test]
fn one_page_that_cannot_be_read_is_missing_alone_and_a_search_lists_it() {
    let Some(_turn) = Stage::set(640, 480, &[]) else {
        return;
    };
    let Some(mut storage) = Hanging::or_skip() else {
        return;
    };
    storage.fail(Fails::Read(10));
    let mut window = open(&storage.path());
    until_row(&mut window, 0, "41 41 ");
    storage.forget_pages();
    until_row(&mut window, 10 * PAGE - 16, "41 41 ");
    until_row(&mut window, 11 * PAGE, "41 41 ");
    until_row(&mut window, 10 * PAGE, "?? ?? ");
    until_says(&mut window, &["Cursor 0xa000", "no byte", EIO]);
    until_row(&mut window, 11 * PAGE - 16, "?? ?? ");

    for action in [
        FindAction::Open { replaces: false },
        FindAction::SetForm(FindForm::Bytes),
        FindAction::Edited("41".to_owned()),
        FindAction::All,
    ] {
        act(&mut window, Action::Find(action));
    }
    let n_read = LEN as u64 - PAGE;
    let count = format!("{n_read} matches");
    until_says(&mut window, &[&count, "not all could be read"]);
    act(&mut window, Action::App(AppAction::ShowTab(Tab::Found)));
    until_says(&mut window, &["0xa000..0xb000 not read", EIO]);

    storage.heal();
    act(&mut window, Action::Mapping(MappingAction::Remap));
    until_row(&mut window, 10 * PAGE, "41 41 ");
}

#[test]
fn what_the_device_refused_stays_told_and_can_be_saved_elsewhere() {
    let Some(_turn) = Stage::set(640, 480, &[]) else {
        return;
    };
    let Some(mut storage) = Hanging::or_skip() else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let mut window = open(&storage.path());
    until_row(&mut window, 0, "41 41 ");
    let shared = MappingAction::SetMode(Mode::Shared);
    act(&mut window, Action::Mapping(shared));
    until(&mut window, "it is shared", |window| {
        doc(window).view().writes_through()
    });
    storage.fail(Fails::Write(40));
    until_row(&mut window, 40 * PAGE, "41 41 ");
    act(
        &mut window,
        Action::App(AppAction::Focus(mapscope::model::Focus::Grid)),
    );
    window.step();
    type_text(&mut window, "5a");
    until_row(&mut window, 40 * PAGE, "5a 41 ");
    press(&mut window, CTRL, Key::M);
    until_says(
        &mut window,
        &["The device did not take", "final", EIO, "0x0..0x40000"],
    );
    assert!(doc(&window).unsaved_bytes() > 0, "it is not saved");

    // the kernel says once what went wrong, the program always
    press(&mut window, CTRL, Key::M);
    window.run_steps(3);
    until(&mut window, "the second one is answered", |window| {
        doc(window).view().pending.is_settled()
    });
    assert!(says(&window, &[EIO]), "{:#?}", labels(&window));
    assert!(doc(&window).unsaved_bytes() > 0, "it is not saved");
    press(&mut window, CTRL, Key::W);
    until_says(&mut window, &["The file is about to be closed"]);
    press(&mut window, PLAIN, Key::Escape);

    let list = folder.path().join("list.txt");
    act(&mut window, Action::Doc(DocAction::ExportEdits));
    let text = list.display().to_string();
    act(&mut window, Action::Doc(DocAction::DestinationEdited(text)));
    act(&mut window, Action::Doc(DocAction::DestinationSubmitted));
    until(&mut window, "the edits are listed", |_| list.exists());
    let listed = std::fs::read_to_string(list).unwrap();
    assert!(listed.contains("0x28000"), "{listed}");
    assert_eq!(storage.stored(), FILL);
}
