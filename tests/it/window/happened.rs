//! *What happened* and the sentence on top, with the real worker and real processes on the sample.

use super::support::*;
use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::happened::{Fate, who_saw};
use mapscope::model::{
    Action, DocAction, Happening, MappingId, Mode, PeersAction, Picture, WitnessId,
};

/// What the sentence on top says.
fn sentence(window: &Window) -> String {
    let doc = doc(window);
    let picture = Picture::of(doc, None).expect("something is looked at");
    picture.sentence(doc).main()
}

fn last(window: &Window) -> &Happening {
    let mut entries = doc(window).happened.newest_first();
    entries.next().expect("something happened")
}

/// A process of the built-in pair.
fn process(window: &Window, mode: Mode) -> MappingId {
    let mut pair = doc(window).processes.built_in();
    let wanted = |it: &mapscope::model::Process| it.reaches_file() == (mode == Mode::Shared);
    pair.find(|it| wanted(it)).expect("the pair runs").mapping
}

fn write_outside(path: &PathBuf, offset: u64, bytes: &[u8]) {
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.write_all_at(bytes, offset).unwrap();
}

/// The sample with the cursor on `offset`, and every row heard.
fn at(offset: u64, byte: char) -> (PathBuf, Window) {
    let mut window = sample();
    go_to(&mut window, offset);
    let heard = format!("All five see the same {byte} at {offset}.");
    until(&mut window, "all five rows were heard", |window| {
        sentence(window) == heard
    });
    let path = doc(&window).path.clone();
    (path, window)
}

#[test]
fn what_is_typed_privately_only_the_view_sees() {
    let (_path, mut window) = at(28, '2');
    type_bytes(&mut window, "5a");
    let wanted = "You wrote Z at 28. Only this view sees it: page 0 was copied.";
    until(&mut window, "it is known who sees it", |window| {
        sentence(window) == wanted
    });
    let saw = who_saw(&last(&window).saw);
    assert!(saw.starts_with("only this view saw it, within "), "{saw}");
}

#[test]
fn what_a_process_stores_all_see_but_the_view_that_copied_the_page() {
    let (_path, mut window) = at(28, '2');
    type_bytes(&mut window, "5a");
    go_to(&mut window, 3);
    act(
        &mut window,
        Action::Peers(PeersAction::ByteEdited("23".to_owned())),
    );
    let mapping = process(&window, Mode::Shared);
    let pid = doc(&window)
        .processes
        .get(mapping)
        .and_then(|it| it.pid)
        .unwrap();
    act(&mut window, Action::Peers(PeersAction::Store(mapping)));
    let wanted = format!(
        "Process {pid} wrote # at 3. All see it but this view: its page was copied before."
    );
    until(&mut window, "it is known who sees it", |window| {
        sentence(window) == wanted
    });
    let saw = who_saw(&last(&window).saw);
    assert!(saw.starts_with("all but this view saw it within "), "{saw}");
}

#[test]
fn a_write_by_others_is_told_once_and_one_of_ours_never_as_theirs() {
    let (path, mut window) = at(3, 'D');
    write_outside(&path, 3, b"#");
    until(&mut window, "it is told of, and who sees it", |window| {
        sentence(window).starts_with("Somebody else wrote # at 3. All see it")
    });
    act(
        &mut window,
        Action::Peers(PeersAction::StoreAs(WitnessId::File)),
    );
    until(
        &mut window,
        "pwrite is told of, and who sees it",
        |window| sentence(window).starts_with("pwrite wrote ! at 3. All see it"),
    );
    let mapping = process(&window, Mode::Shared);
    for byte in ["61", "62", "63", "64", "65"] {
        act(
            &mut window,
            Action::Peers(PeersAction::ByteEdited(byte.to_owned())),
        );
        act(&mut window, Action::Peers(PeersAction::Store(mapping)));
    }
    until(
        &mut window,
        "all are told of, and who sees the last",
        |window| sentence(window).contains(" wrote e at 3. All see it"),
    );
    let words: Vec<String> = doc(&window)
        .happened
        .newest_first()
        .map(Happening::words)
        .collect();
    let n_by_others = words.iter().filter(|it| it.starts_with("Somebody")).count();
    assert_eq!(n_by_others, 1, "{words:#?}");
}

#[test]
fn an_entry_is_a_button_that_goes_there() {
    let (_path, mut window) = at(28, '2');
    type_bytes(&mut window, "5a");
    until(&mut window, "all have read it", |window| {
        !last(window).is_asking() // who has not when the cursor goes never will
    });
    go_to(&mut window, 3);
    let entry = |window: &Window| {
        let list = window.query_by_role_and_label(Role::List, "What happened");
        let buttons = list.into_iter().flat_map(|list| {
            let buttons = list.query_all_by_role(Role::Button);
            buttons
                .filter_map(|it| it.accesskit_node().label())
                .collect::<Vec<_>>()
        });
        let mut buttons = buttons.collect::<Vec<_>>().into_iter();
        buttons.find(|it| it.contains("You wrote Z at 28 privately, where 2 was"))
    };
    until(
        &mut window,
        "the entry stands in the list, with who saw it",
        |window| entry(window).is_some_and(|it| it.contains("; only this view saw it, within ")),
    );
    let name = entry(&window).unwrap();
    click(&mut window, &name);
    until(&mut window, "the cursor is there", |window| {
        doc(window).view().viewport.cursor == 28
    });
}

#[test]
fn a_store_by_a_process_is_written_back_unless_somebody_wrote_there_since() {
    for mode in [Mode::Shared, Mode::Private] {
        let (path, mut window) = at(3, 'D');
        let mapping = process(&window, mode);
        act(
            &mut window,
            Action::Peers(PeersAction::ByteEdited("23".to_owned())),
        );
        act(&mut window, Action::Peers(PeersAction::Store(mapping)));
        until(&mut window, "it stored", |window| {
            last(window).words().contains("wrote # at 3")
        });
        let name = format!("Write back as the same: {}", last(&window).words());
        until(&mut window, "it is offered", |window| {
            is_named(window, &name)
        });
        click(&mut window, &name);
        until(&mut window, "it is written back", |window| {
            last(window).words().contains("wrote back what entry")
        });
        assert_eq!(fs::read(&path).unwrap()[3], b'D');
        // once more, and now somebody else writes there, which nobody sees as nobody looks there
        act(&mut window, Action::Peers(PeersAction::Store(mapping)));
        until(&mut window, "it stored", |window| {
            last(window).words().contains("wrote # at 3")
        });
        let number = last(&window).number;
        go_to(&mut window, 40);
        until(&mut window, "something else is watched", |window| {
            doc(window)
                .witnesses
                .span
                .is_some_and(|span| span.start() == 40)
        });
        if mode == Mode::Private {
            continue; // a copy of its own: nobody else can write there
        }
        write_outside(&path, 3, b"?");
        act(&mut window, Action::Peers(PeersAction::PutBack(number)));
        until(&mut window, "it is refused", |window| {
            last(window).fate != Fate::Done
        });
        assert_eq!(last(&window).fate, Fate::Changed(b"?".to_vec()));
        assert_eq!(fs::read(&path).unwrap()[3], b'?');
    }
}

#[test]
fn pwrite_and_the_second_mapping_write_back_only_over_what_they_wrote() {
    for id in [WitnessId::File, WitnessId::OtherMode] {
        let (path, mut window) = at(3, 'D');
        act(&mut window, Action::Peers(PeersAction::StoreAs(id)));
        until(&mut window, "it stored", |window| {
            last(window).words().contains("wrote ! at 3")
        });
        let number = last(&window).number;
        go_to(&mut window, 40);
        write_outside(&path, 3, b"?");
        act(&mut window, Action::Peers(PeersAction::PutBack(number)));
        until(&mut window, "it is refused", |window| {
            last(window).fate != Fate::Done
        });
        assert_eq!(fs::read(&path).unwrap()[3], b'?');
        write_outside(&path, 3, b"!");
        act(&mut window, Action::Peers(PeersAction::PutBack(number)));
        until(&mut window, "it is written back", |_| {
            fs::read(&path).unwrap()[3] == b'D'
        });
    }
}

#[test]
fn the_steps_are_saved_with_their_surroundings() {
    let (path, mut window) = at(28, '2');
    type_bytes(&mut window, "5a");
    until(&mut window, "it is known who sees it", |window| {
        !last(window).is_asking()
    });
    act(&mut window, Action::Doc(DocAction::SaveSteps));
    let to = path.with_file_name("steps.md");
    save_to(&mut window, &to);
    until(&mut window, "they are saved", |_| to.exists());
    let text = fs::read_to_string(&to).unwrap();
    for part in [
        "| Program | mapscope ",
        "| Kernel | Linux ",
        "| File system | ",
        "| Page size | ",
        " You wrote Z at 28 privately, where 2 was.\n   - call: store through the view's mapping (MAP_PRIVATE)",
        "   - bytes: 5a\n   - before: 32\n   - this view: saw it within ",
        "   - the file: did not see it\n",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}
