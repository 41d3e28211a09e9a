//! The order of tabs: as the files were asked for, whichever is open first.

use super::support::*;
use std::fs;
use std::path::PathBuf;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{Action, AppAction, FileAction, OpenRequest};

/// How many files are opened at the same time, so that hardly ever they are open in the order in which they were named.
const N_FILES: usize = 8;

/// The tabs of files by name, from left to right.
fn tabs(window: &Window) -> Vec<String> {
    let tabs = window.query_all_by_role(Role::Tab);
    let tabs = tabs.map(|tab| {
        let name = tab.accesskit_node().label().unwrap_or_default();
        (tab.rect().left(), name)
    });
    let mut tabs: Vec<_> = tabs.filter(|(_, name)| name.contains(".bin")).collect();
    tabs.sort_by(|one, other| one.0.total_cmp(&other.0));
    tabs.into_iter().map(|(_, name)| name).collect()
}

#[test]
fn files_of_one_command_stand_in_its_order_and_the_next_one_beside_the_front() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mut names: Vec<String> = (0..N_FILES).map(|number| format!("{number}.bin")).collect();
    for name in names.iter().map(String::as_str).chain(["next.bin"]) {
        fs::write(path(name), [b'A'; 64]).unwrap();
    }
    for _ in 0..4 {
        let paths = names.iter().map(|name| Some(path(name)));
        let mut window = start_with(paths.map(OpenRequest::private).collect());
        until(&mut window, "all are open", |window| {
            model(window).docs.len() == N_FILES && tabs(window).len() == N_FILES
        });
        assert_eq!(tabs(&window), names);
    }
    let paths: Vec<PathBuf> = names.iter().map(|name| path(name)).collect();
    let requests = paths.iter().cloned().map(Some);
    let mut window = start_with(requests.map(OpenRequest::private).collect());
    until(&mut window, "all are open", |window| {
        model(window).docs.len() == N_FILES
    });
    let third = model(&window).docs.iter().find(|doc| doc.path == paths[2]);
    let third = third.unwrap().id;
    act(&mut window, Action::App(AppAction::FocusDoc(third)));
    until(&mut window, "the third is in front", |window| {
        doc(window).id == third
    });
    act(
        &mut window,
        Action::File(FileAction::Open(path("next.bin"))),
    );
    names.insert(3, "next.bin".to_owned());
    until(&mut window, "the next one has a tab", |window| {
        tabs(window).len() == names.len()
    });
    assert_eq!(tabs(&window), names);
}

#[test]
fn every_file_that_is_dropped_opens_a_tab() {
    let folder = tempfile::TempDir::new().unwrap();
    let names = ["a.bin", "b.bin", "c.bin"];
    let mut window = start_with(vec![OpenRequest::private(None)]);
    for name in names {
        let path = folder.path().join(name);
        fs::write(&path, [b'A'; 64]).unwrap();
        drop_files(&mut window, [path]);
    }
    until(&mut window, "each has a tab", |window| {
        tabs(window).len() == names.len()
    });
    assert_eq!(tabs(&window), names);
}
