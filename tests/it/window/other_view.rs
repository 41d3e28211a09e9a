//! *Who sees it* with two views of one file: the second row of this program is the other view, with its own page.

use super::support::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::{Key, Modifiers};
use mapscope::model::happened::who_saw;
use mapscope::model::{Access, Action, AppAction, MappingAction, Mode, Picture, View, ViewAction};

const CTRL_SHIFT: Modifiers = CTRL.plus(Modifiers::SHIFT);
const OTHER: &str = "other view";

/// Steps the window until `reached`. That of the other tests tells of one grid only.
#[track_caller]
fn until(window: &mut Window, what: &str, mut reached: impl FnMut(&Window) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        window.step();
        if reached(window) {
            return;
        }
        let told = (witness_rows(window), alerts(window));
        assert!(Instant::now() < deadline, "in vain until {what}: {told:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// How many mappings of the file this process has.
fn n_mappings(path: &Path) -> usize {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let of_file = |line: &&str| line.ends_with(path.to_str().unwrap());
    maps.lines().filter(of_file).count()
}

fn view(window: &Window, mode: Mode) -> &View {
    let mut views = doc(window).views.iter();
    views.find(|view| view.mode == mode).expect("it is there")
}

/// A file of 64 bytes `A`, private beside shared; the private view is the one that is looked at.
#[track_caller]
fn split() -> (tempfile::TempDir, PathBuf, Window) {
    let (folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    until(&mut window, "the second mapping is read", |window| {
        witness(window, SECOND).starts_with("41 'A'")
    });
    assert_eq!(n_mappings(&path), 2);
    press(&mut window, CTRL_SHIFT, Key::Num2);
    until(&mut window, "there are two views", |window| {
        doc(window).views.len() == 2 && witness(window, OTHER).starts_with("41 'A'")
    });
    let first = view(&window, Mode::Private).id;
    act(&mut window, Action::App(AppAction::FocusView(first)));
    until(&mut window, "the private one is looked at", |window| {
        doc(window).view().id == first && witness(window, VIEW).starts_with("41 'A'")
    });
    (folder, path, window)
}

#[test]
fn the_other_view_stands_in_the_row_and_no_third_mapping_is_made() {
    let (_folder, path, mut window) = split();
    until(&mut window, "the other view is read", |window| {
        witness(window, OTHER).starts_with("41 'A', as the file has it; through the file's page")
    });
    assert_eq!(n_mappings(&path), 2, "one a view");
    assert!(witness(&window, SECOND).is_empty());
    let picture = Picture::of(doc(&window), None).unwrap();
    assert_eq!(picture.rows[1].maps.words(), "read-only");
    assert!(!is_named(&window, "Write as other view"), "read-only");

    // It has its own page: what is written in the private view is a copy there, seen from the shared one.
    type_bytes(&mut window, "5a");
    until(&mut window, "the view has its copy", |window| {
        witness(window, VIEW).starts_with("5a 'Z', which differs")
    });
    let second = view(&window, Mode::Shared).id;
    act(&mut window, Action::App(AppAction::FocusView(second)));
    act(&mut window, Action::View(ViewAction::GoTo(0)));
    let copy = "5a 'Z', which differs from the file; through a copy of its own";
    until(&mut window, "the copy is the other view's", |window| {
        witness(window, OTHER).starts_with(copy)
    });
    assert!(witness(&window, VIEW).starts_with("41 'A'"));
    assert_eq!(n_mappings(&path), 2);

    // The private view goes: in its place there is a mapping of the other mode again, without its copy.
    let first = view(&window, Mode::Private).id;
    act(&mut window, Action::App(AppAction::FocusView(first)));
    press(&mut window, CTRL, Key::Z);
    until(&mut window, "the edit is taken back", |window| {
        !doc(window).has_unsaved() && witness(window, VIEW).starts_with("41 'A'")
    });
    press(&mut window, CTRL_SHIFT, Key::W);
    until(&mut window, "one view is left", |window| {
        doc(window).views.len() == 1 && witness(window, SECOND).starts_with("41 'A', as")
    });
    assert_eq!(n_mappings(&path), 2);
}

#[test]
fn to_write_as_the_other_view_is_to_type_there() {
    let (_folder, path, mut window) = split();
    let (first, second) = (
        view(&window, Mode::Private).id,
        view(&window, Mode::Shared).id,
    );
    act(&mut window, Action::App(AppAction::FocusView(second)));
    let write = MappingAction::SetAccess(Access::ReadWrite);
    act(&mut window, Action::Mapping(write));
    until(&mut window, "the other view is heard", |window| {
        doc(window).view().access == Access::ReadWrite
            && witness(window, OTHER).starts_with("41 'A'")
    });
    // As the private view, while the shared one is looked at.
    click(&mut window, "Write as other view");
    until(&mut window, "the other view has a copy", |window| {
        witness(window, OTHER).starts_with("21 '!', which differs")
    });
    assert_eq!(doc(&window).view().id, second, "the keys stay");
    assert!(view(&window, Mode::Private).journal.can_undo());
    assert!(!view(&window, Mode::Shared).journal.can_undo());
    assert_eq!(fs::read(&path).unwrap()[0], b'A');
    let sentence = |window: &Window| {
        let picture = Picture::of(doc(window), None).unwrap();
        picture.sentence(doc(window)).main()
    };
    until(&mut window, "it is known who sees it", |window| {
        sentence(window) == "You wrote ! at 0. Only the other view sees it: page 0 was copied."
    });
    let last = |window: &Window| who_saw(&doc(window).happened.newest_first().next().unwrap().saw);
    assert!(
        last(&window).starts_with("only the private view saw it"),
        "{}",
        last(&window)
    );

    // And as the shared one, while the private one is looked at: in the file at once.
    act(&mut window, Action::App(AppAction::FocusView(first)));
    until(&mut window, "what is foretold can be", |window| {
        witness(window, OTHER).starts_with("41 'A'") && is_named(window, "Write as other view")
    });
    let byte = mapscope::model::PeersAction::ByteEdited("5a".to_owned());
    act(&mut window, Action::Peers(byte));
    click(&mut window, "Write as other view");
    until(&mut window, "it is in the file", |window| {
        witness(window, CALLS).starts_with("5a 'Z'") && witness(window, OTHER).starts_with("5a")
    });
    assert!(witness(&window, VIEW).starts_with("21 '!'"));
    until(&mut window, "it is known who sees it", |window| {
        let told = sentence(window);
        told.starts_with("You wrote Z at 0. All see it but this view")
    });
}
