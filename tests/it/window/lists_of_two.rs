//! The same byte edited in two private views: what is exported of that is read back, and whose edits are meant is asked.

use std::fs;

use mapscope::model::{Action, AppAction, Column, DocAction, MappingAction, ViewAction};

use super::support::*;

#[test]
fn edits_of_one_byte_in_two_views_are_exported_and_applied() {
    let (folder, path) = file(b"0123456789abcdef");
    let mut window = open(&path);
    type_bytes(&mut window, "5a");
    until(&mut window, "it is stored", |window| {
        doc(window).view().journal.pending_bytes() == 1
    });
    act(&mut window, Action::Mapping(MappingAction::AddView));
    until(&mut window, "there are two", |window| {
        doc(window).views.len() == 2
    });
    let second = doc(&window).views[1].id;
    act(&mut window, Action::App(AppAction::FocusView(second)));
    act(
        &mut window,
        Action::Mapping(MappingAction::SetMode(mapscope::map::Mode::Private)),
    );
    until(&mut window, "both are private", |window| {
        doc(window).view().id == second
            && doc(window)
                .views
                .iter()
                .all(|view| !view.writes_through() && view.pending.is_empty())
    });
    let access = mapscope::map::Access::ReadWrite;
    act(
        &mut window,
        Action::Mapping(MappingAction::SetAccess(access)),
    );
    until(&mut window, "it can be edited", |window| {
        let view = doc(window).view();
        view.access == access && view.pending.is_empty()
    });
    let start = ViewAction::Point {
        offset: 0,
        extend: false,
        column: Column::Hex,
    };
    act(&mut window, Action::View(start));
    act(
        &mut window,
        Action::Edit(mapscope::model::EditAction::HexDigit(5)),
    );
    act(
        &mut window,
        Action::Edit(mapscope::model::EditAction::HexDigit(11)),
    );
    until(&mut window, "both are edited", |window| {
        let views = &doc(window).views;
        views.iter().all(|view| view.journal.pending_bytes() == 1)
    });
    let list = folder.path().join("list.txt");
    act(&mut window, Action::Doc(DocAction::ExportEdits));
    save_to(&mut window, &list);
    until(&mut window, "it is listed", |window| {
        list.exists() && doc(window).jobs.is_empty()
    });

    let copy = folder.path().join("copy.bin");
    fs::write(&copy, b"0123456789abcdef").unwrap();
    let mut other = open(&copy);
    act(&mut other, Action::Doc(DocAction::AskForPatch));
    let typed = list.display().to_string();
    act(&mut other, Action::Doc(DocAction::DestinationEdited(typed)));
    act(&mut other, Action::Doc(DocAction::DestinationSubmitted));
    until(&mut other, "it is asked whose are meant", |window| {
        is_told(
            window,
            &["1 byte of the first private view", "second private view"],
        )
    });
    act(&mut other, Action::Doc(DocAction::ChoosePatchPart(1)));
    until(&mut other, "they are compared", |window| {
        is_told(window, &["changes 1 byte"])
    });
    act(
        &mut other,
        Action::Doc(DocAction::ApplyPatch { over: false }),
    );
    until(&mut other, "they are applied", |window| {
        row(window, 0).contains("5b 31")
    });
}
