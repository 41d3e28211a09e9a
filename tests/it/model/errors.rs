//! How long an error stands: until the same succeeds, fails once more, or the person hides it.

use mapscope::model::Subject;

use super::*;

const SOMEBODY: &str = "somebody changed";

fn n_errors(rig: &Rig) -> usize {
    let of_errors = |notice: &&Notice| notice.topic == Topic::Error;
    rig.doc().notices.iter().filter(of_errors).count()
}

/// A shared file with an edit whose undo was refused.
fn refused_undo() -> Rig {
    let mut rig = shared(100);
    rig.typed(5, b'a', b'Z');
    rig.act(E::Undo);
    rig.stored(|_| StoreOutcome::Changed(b"q".to_vec()));
    rig.assert_says(Topic::Error, &[SOMEBODY]);
    rig
}

fn flush(rig: &mut Rig, result: Result<Flushed, String>) {
    rig.act(M::Flush);
    let order = rig.order(|request| *request == FileRequest::Flush);
    rig.answer(&order, FileNews::Flushed(result));
}

#[test]
fn an_error_outlasts_what_else_succeeds() {
    let mut rig = refused_undo();
    rig.typed(7, b'a', b'Y');
    rig.assert_says(Topic::Error, &[SOMEBODY]);
    flush(&mut rig, Ok(Flushed::Written(span(0, 100))));
    rig.assert_says(Topic::Done, &["msync"]);
    rig.assert_says(Topic::Error, &[SOMEBODY]);
    rig.remapped(Mode::Shared, Access::ReadWrite);
    rig.assert_says(Topic::Error, &[SOMEBODY]);
}

#[test]
fn an_error_goes_when_the_same_succeeds() {
    let mut rig = refused_undo();
    rig.typed(7, b'a', b'Y');
    rig.act(E::Undo);
    rig.stored(|store| StoreOutcome::Stored(store.expect.clone().unwrap()));
    assert_eq!(rig.says(Topic::Error), "");
}

#[test]
fn errors_about_different_things_stand_side_by_side_and_one_thing_has_one() {
    let mut rig = refused_undo();
    flush(&mut rig, Err("EIO".to_owned()));
    assert_eq!(n_errors(&rig), 2);
    rig.assert_says(Topic::Error, &["EIO"]); // the last comes first
    flush(&mut rig, Err("ENOSPC".to_owned()));
    assert_eq!(n_errors(&rig), 2);
    rig.assert_says(Topic::Error, &["ENOSPC"]);
    rig.act(D::DismissError(Subject::Flush));
    assert_eq!(n_errors(&rig), 1);
    rig.assert_says(Topic::Error, &[SOMEBODY]);
    rig.act(V::Escape);
    assert_eq!(n_errors(&rig), 0);
}

/// As many as there are subjects, whatever is done and however often.
#[test]
fn a_thousand_errors_are_a_few_notices() {
    let mut rig = shared(100);
    for index in 0..1000 {
        flush(&mut rig, Err(format!("EIO {index}")));
        rig.act(E::CannotResize(mapscope::model::action::Resize::Insert));
        rig.act(E::Undo);
    }
    assert!(n_errors(&rig) <= 2, "{:?}", rig.doc().notices);
    assert!(rig.doc().notices.iter().count() <= 4);
}
