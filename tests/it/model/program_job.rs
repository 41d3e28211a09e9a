//! A program of a session that is being written: whatever is done in between, it is asked about, goes on or is stopped, and
//! what came of it is said.

use mapscope::model::saving::What;
use mapscope::model::session::ProgramLanguage;
use mapscope::model::{Effect, FileOrder};

use super::*;

/// One byte was edited and is in the file's tab; its session is being written as a program.
fn writing() -> (Rig, FileOrder) {
    let mut rig = open(100);
    rig.typed(5, b'a', b'Z');
    rig.act(E::Undo);
    rig.stored(|_| StoreOutcome::Stored(vec![b'Z']));
    rig.act(D::SaveProgram(ProgramLanguage::C));
    rig.act(D::DestinationEdited("/elsewhere/programs".to_owned()));
    rig.act(D::DestinationSubmitted);
    let order = rig.order(|request| matches!(request, FileRequest::Export { .. }));
    let jobs: Vec<_> = rig.doc().jobs.iter().map(|job| job.what).collect();
    assert_eq!(jobs, [What::Program(ProgramLanguage::C)]);
    (rig, order)
}

fn done() -> FileNews {
    FileNews::Exported(ExportOutcome::Done {
        destination: "/elsewhere/programs".into(),
        bytes: 1,
        is_view: false,
    })
}

#[test]
fn leaving_the_file_asks_and_staying_stops_nothing() {
    for (leave, answer) in leaving() {
        let (mut rig, order) = writing();
        let id = rig.doc().id;
        let effects = rig.act(leave.clone());
        assert!(!leaves(&effects, id), "{effects:?}");
        let asked = [&rig.app.notices, &rig.doc().notices];
        let asked = asked.iter().find_map(|it| it.get(Topic::Unsaved));
        let asked = &asked.expect("it is asked").text;
        assert!(
            asked.contains("A file is being saved from data.bin"),
            "{asked}"
        );
        let effects = rig.act(answer(UnsavedChoice::Stay));
        assert!(!effects.contains(&Effect::CancelJob(id, order.number)));
        rig.answer(&order, done());
        rig.assert_says(Topic::Done, &["make -C '/elsewhere/programs' check"]);
        let effects = rig.act(leave);
        assert!(leaves(&effects, id), "nothing is left to ask");
    }
}

#[test]
fn leaving_the_file_all_the_same_stops_it() {
    for (leave, answer) in leaving() {
        let (mut rig, order) = writing();
        let id = rig.doc().id;
        rig.act(leave);
        let effects = rig.act(answer(UnsavedChoice::Drop));
        // With the program ends what it does.
        let is_stopped = effects.contains(&Effect::CancelJob(id, order.number));
        assert!(is_stopped || effects.contains(&Effect::Quit), "{effects:?}");
        assert!(leaves(&effects, id), "{effects:?}");
        rig.answer(&order, FileNews::Exported(ExportOutcome::Cancelled));
    }
}

#[test]
fn another_file_and_another_mode_do_not_disturb_it() {
    let (mut rig, order) = writing();
    let first = rig.doc().id;
    rig.act(M::ToggleMode);
    rig.remapped(Mode::Shared, Access::ReadWrite);
    rig.open(file("/other", 2, 10));
    assert_ne!(rig.doc().id, first);
    let effects = rig.answer(&order, done());
    assert!(requests(&effects).is_empty(), "{effects:?}");
    let doc = rig.app.doc_by(first).unwrap();
    assert!(doc.jobs.is_empty());
    let said = doc.notices.iter().map(|notice| notice.text.clone());
    let said: Vec<_> = said.collect();
    assert!(
        said.iter()
            .any(|text| text.contains("make -C '/elsewhere/programs' check")),
        "{said:?}"
    );
}

#[test]
fn what_could_not_be_written_is_said_and_the_form_is_there_again() {
    let (mut rig, order) = writing();
    let failed = ExportOutcome::Failed("No space left on device (ENOSPC)".to_owned());
    rig.answer(&order, FileNews::Exported(failed));
    rig.assert_says(Topic::Error, &["ENOSPC"]);
    let saving = rig.doc().saving.as_ref().expect("a place is asked for");
    assert_eq!(saving.what, What::Program(ProgramLanguage::C));
    assert_eq!(saving.text, "/elsewhere/programs");
    // What happened is there all the same: another place will do.
    rig.act(D::DestinationEdited("/third".to_owned()));
    rig.act(D::DestinationSubmitted);
    rig.exported();
    rig.assert_says(Topic::Done, &["/third"]);
}

/// Something that leaves the file, and how the question is answered that it leads to.
type Leave = (Action, fn(UnsavedChoice) -> Action);

fn leaving() -> [Leave; 2] {
    [
        (Action::File(F::Close), |choice| {
            Action::Doc(D::Unsaved(choice))
        }),
        (Action::App(A::Quit), |choice| {
            Action::App(A::Unsaved(choice))
        }),
    ]
}

fn leaves(effects: &[Effect], id: mapscope::model::DocId) -> bool {
    effects.contains(&Effect::Close(id)) || effects.contains(&Effect::Quit)
}
