//! What is done while the program of a session is being written, and folders that take none.

use super::*;
use crate::machine::Mounted;
use mapscope::model::session::ProgramLanguage::C;
use mapscope::model::{DocAction, FileAction, Topic, UnsavedChoice};

/// Orders a program, without a frame for its answer.
fn order(hand: &mut Hand, folder: &Path) {
    let path = folder.to_str().unwrap().to_owned();
    hand.act(Action::Doc(DocAction::SaveProgram(C)));
    hand.act(Action::Doc(DocAction::DestinationEdited(path)));
    hand.act(Action::Doc(DocAction::DestinationSubmitted));
}

fn written(folder: &Path) -> Vec<String> {
    let Ok(names) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<_> = names
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

const ALL: [&str; 4] = ["Makefile", "lab.c", "lab.h", "session.c"];

#[test]
fn another_mode_and_another_file_meanwhile_do_not_disturb_it() {
    let mut hand = Hand::new();
    hand.store(PeersAction::Store(hand.pair(Mode::Shared)));
    let before = fs::read(&hand.path).unwrap();
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("programs");
    order(&mut hand, &folder);
    hand.act(Action::Mapping(MappingAction::SetMode(Mode::Shared)));
    let other = place.path().join("other.bin");
    fs::write(&other, "another file").unwrap();
    hand.act(Action::File(FileAction::Open(other.clone())));
    let first = |window: &Window| {
        let docs = model(window).docs.iter();
        let mut first = docs.filter(|doc| doc.path != other);
        first
            .next()
            .is_some_and(|doc| doc.jobs.is_empty() && doc.view().mode == Mode::Shared)
    };
    until(&mut hand.window, "both are done", first);
    until(&mut hand.window, "the other one is open", |window| {
        model(window).docs.len() == 2
    });
    assert_eq!(written(&folder), ALL);
    assert_eq!(fs::read(&hand.path).unwrap(), before);
    assert_eq!(written(place.path()), ["other.bin", "programs"]);
}

#[test]
fn a_tab_that_is_closed_meanwhile_leaves_all_of_it_or_nothing() {
    let mut hand = Hand::new();
    hand.store(PeersAction::Store(hand.pair(Mode::Shared)));
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("programs");
    order(&mut hand, &folder);
    hand.act(Action::File(FileAction::Close));
    // It may be done by now: then nothing is asked.
    if doc(&hand.window).path == hand.path {
        hand.act(Action::Doc(DocAction::Unsaved(UnsavedChoice::Drop)));
    }
    let path = hand.path.clone();
    until(&mut hand.window, "it is closed", |window| {
        model(window).docs.iter().all(|doc| doc.path != path)
    });
    until(&mut hand.window, "all of it or nothing", |_| {
        let names = written(&folder);
        let is_whole = names == ALL || !folder.exists();
        is_whole && written(place.path()).iter().all(|name| name == "programs")
    });
}

#[test]
fn folders_that_take_no_program_are_told_and_the_form_stays() {
    for (options, words) in [("size=4k", "(ENOSPC)"), ("ro", "(EROFS)")] {
        let mount = || Mounted::tmpfs_with(options);
        let Some(mounted) = Mounted::or_skip("a program in a folder that takes none", mount) else {
            return;
        };
        let mut hand = Hand::new();
        hand.store(PeersAction::Store(hand.pair(Mode::Shared)));
        let folder = mounted.path().join("programs");
        order(&mut hand, &folder);
        until(&mut hand.window, "the cause is told", |window| {
            is_told(window, &[words, folder.to_str().unwrap()])
        });
        let saving = doc(&hand.window).saving.as_ref();
        let saving = saving.expect("another place can be named");
        assert_eq!(Path::new(&saving.text), folder);
        assert!(written(mounted.path()).is_empty(), "{options}");
        assert!(!notice(&hand.window, Topic::Error).is_empty());
        // There it goes.
        let place = tempfile::tempdir().unwrap();
        let elsewhere = place.path().join("programs");
        order(&mut hand, &elsewhere);
        until(&mut hand.window, "it is written", |window| {
            is_told(window, &["make -C"])
        });
        assert_eq!(written(&elsewhere), ALL);
    }
}
