//! The file that was edited is gone with its folder: what was left of it is exported where the person says, over nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use mapscope::model::patch::parse;
use mapscope::model::{Action, AppAction, Tab};

use super::support::*;

#[test]
fn what_was_left_of_a_file_that_is_gone_is_exported_where_it_is_asked() {
    let (folder, path) = file(b"0123456789abcdef");
    let state = folder.path().join("state");
    let gone = folder.path().join("gone");
    fs::create_dir(&gone).unwrap();
    let edited = gone.join("edited.bin");
    fs::write(&edited, b"0123456789abcdef").unwrap();
    let mut window = open(&edited);
    window.state().keep_journal(state.clone());
    type_bytes(&mut window, "5a");
    until(&mut window, "it is stored", |window| {
        doc(window).view().journal.pending_bytes() == 1
    });
    drop(window);
    fs::remove_dir_all(&gone).unwrap();

    let mut window = open(&path);
    window.state().keep_journal(state);
    until(&mut window, "it is offered", |window| {
        let offers = &model(window).offers;
        offers.len() == 1 && offers[0].words().contains("the file is gone")
    });
    act(&mut window, Action::App(AppAction::ShowTab(Tab::Edits)));
    let taken = folder.path().join("taken.txt");
    fs::write(&taken, b"mine").unwrap();
    let export = "Export: edits left of edited.bin";
    until(&mut window, "it can be exported", |window| {
        is_named(window, export)
    });
    click(&mut window, export);
    save_to(&mut window, &taken);
    until(&mut window, "it is refused", |window| {
        is_told(window, &["The edits were not listed", "taken.txt"])
    });
    assert_eq!(fs::read(&taken).unwrap(), b"mine");
    assert!(!gone.exists(), "and nothing was made beside what is gone");

    let place = folder.path().join("list.txt");
    click(&mut window, export);
    save_to(&mut window, &place);
    until(&mut window, "it is listed", |window| {
        is_told(
            window,
            &["What the earlier run left is listed in", "list.txt"],
        )
    });
    let listed = parse(&fs::read_to_string(&place).unwrap()).unwrap();
    assert_eq!(listed.runs[0].value, [0x5a]);
    let mode = fs::metadata(&place).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(model(&window).offers.len(), 1, "it is still offered");
}
