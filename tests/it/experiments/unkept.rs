//! Answers that cannot be kept as the window goes: that is said, of which experiments, and why.

use std::fs::File;
use std::sync::mpsc::channel;

use mapscope::lab::learning::{AnswerStore, OwnAnswers};
use mapscope::model::lab::GivenAnswer;
use mapscope::work::answers::AnswerKeeper;

fn answer(name: &str) -> GivenAnswer {
    GivenAnswer {
        name: name.to_owned(),
        choice: 0,
        right: Some(true),
    }
}

#[test]
fn what_another_program_keeps_from_being_kept_is_said_at_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let store = AnswerStore::at(dir.path().join("answers.json"));
    let lock = File::create(dir.path().join("answers.lock")).unwrap();
    lock.lock().unwrap();
    let (tell, told) = channel();
    let keeper = AnswerKeeper::start(store, move |news| drop(tell.send(news))).unwrap();
    assert_eq!(told.recv().unwrap(), Ok(Vec::new()));
    let unkept = keeper.unkept();
    assert_eq!(unkept.in_words(), None);
    keeper.note(answer("shared-seen-by-shared"));
    keeper.note(answer("shared-seen-by-read"));
    drop(keeper);
    let said = unkept.in_words().expect("nothing is kept");
    for part in ["shared-seen-by-shared and 1 more", "locked", "answers.json"] {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(said.lines().count(), 1);
}

#[test]
fn nothing_is_said_of_what_is_kept_or_was_told_to_the_window() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("answers.json");
    let (tell, told) = channel();
    let start = |path| {
        let tell = tell.clone();
        AnswerKeeper::start(AnswerStore::at(path), move |news| drop(tell.send(news))).unwrap()
    };
    let keeper = start(path.clone());
    let unkept = keeper.unkept();
    keeper.note(answer("shared-seen-by-shared"));
    drop(keeper);
    assert_eq!(unkept.in_words(), None);
    let kept = AnswerStore::at(path.clone()).load().unwrap();
    assert_ne!(kept, OwnAnswers::default());
    assert!(told.recv().unwrap().is_ok());
    // what stands there is not of this program
    std::fs::write(&path, "{}").unwrap();
    let keeper = start(path);
    let unkept = keeper.unkept();
    assert!(told.recv().unwrap().is_err(), "it cannot be read");
    keeper.note(answer("shared-seen-by-shared"));
    assert!(told.recv().unwrap().is_err(), "it cannot be changed");
    drop(keeper);
    assert_eq!(unkept.in_words(), None, "that was told");
}
