//! A form comes back with what was typed where what it asked for was not done; and takes the keyboard from nobody.

use mapscope::model::Focus;
use mapscope::model::event::EditsNews;
use mapscope::model::offer::JournalNews;
use mapscope::model::process::Refusal;
use mapscope::model::{FileOrder, OfferAction};

use super::rig::Done;
use super::*;

const TYPED: &str = "~/no such folder/x";

/// Asks for something, and says where.
fn submit(rig: &mut Rig, asks: impl Done) -> Vec<Effect> {
    rig.act(asks);
    rig.act(D::DestinationEdited(TYPED.to_owned()));
    let effects = rig.act(D::DestinationSubmitted);
    assert!(rig.doc().saving.is_none(), "it is under way");
    effects
}

fn failed(order: &FileOrder) -> FileNews {
    let why = "no such file".to_owned();
    match order.request {
        FileRequest::ReadWhole(_) => FileNews::Edits(EditsNews::WholeRead(Err(why))),
        FileRequest::ReadPatch(_) => FileNews::Edits(EditsNews::PatchRead(Err(why))),
        _ => FileNews::Exported(ExportOutcome::Failed(why)),
    }
}

/// The form stands again, and says why.
#[track_caller]
fn stands_again(rig: &Rig, effects: &[Effect], why: &str, takes_keys: bool) {
    let saving = rig.doc().saving.as_ref().expect("it stands again");
    assert_eq!(saving.text, TYPED);
    let said = saving.problem.as_deref().unwrap_or_default();
    assert!(said.contains(why), "{said}");
    let takes = effects.contains(&Effect::Focus(Focus::Destination));
    assert_eq!(takes, takes_keys);
}

/// Every form that names a place.
fn every_form() -> Vec<Action> {
    vec![
        D::PasteFile.action(),
        D::AskForPatch.action(),
        D::SaveCopy.action(),
        D::ExportEdits.action(),
    ]
}

fn edited() -> Rig {
    let mut rig = open(100);
    rig.typed(5, b'a', b'Z');
    rig
}

#[test]
fn every_form_comes_back_whose_place_is_of_no_use() {
    for asks in every_form() {
        let mut rig = edited();
        submit(&mut rig, asks.clone());
        let order = rig.orders.pop().unwrap();
        let news = failed(&order);
        let effects = rig.answer(&order, news);
        stands_again(&rig, &effects, "no such file", true);
        // and once more, after something else was typed; what was wrong is not said of that
        rig.act(D::DestinationEdited("/elsewhere".to_owned()));
        assert_eq!(rig.doc().saving.as_ref().unwrap().problem, None);
        submit(&mut rig, asks);
        let order = rig.orders.pop().unwrap();
        let effects = rig.refuse(&order, Refusal::QueueFull);
        stands_again(&rig, &effects, "has not answered", true);
    }
}

#[test]
fn a_form_does_not_come_back_once_its_wish_is_done_or_given_up() {
    let mut rig = edited();
    submit(&mut rig, D::ExportEdits);
    rig.exported();
    assert!(rig.doc().saving.is_none());
    submit(&mut rig, D::ExportEdits);
    let order = rig.orders.pop().unwrap();
    rig.answer(&order, FileNews::Exported(ExportOutcome::Cancelled));
    assert!(rig.doc().saving.is_none());
    submit(&mut rig, D::PasteFile);
    let order = rig.orders.pop().unwrap();
    rig.act(D::CancelJob(order.number));
    rig.answer(&order, failed(&order));
    assert!(rig.doc().saving.is_none());
}

/// Another form stands by then, or the view is closed: what was typed there stays.
#[test]
fn a_form_takes_no_other_ones_place() {
    let mut rig = edited();
    submit(&mut rig, D::ExportEdits);
    let order = rig.orders.pop().unwrap();
    rig.act(D::SaveCopy);
    rig.act(D::DestinationEdited("/other".to_owned()));
    rig.answer(&order, failed(&order));
    assert_eq!(rig.doc().saving.as_ref().unwrap().text, "/other");
    rig.act(D::DestinationCancelled);
    submit(&mut rig, D::ExportEdits);
    let order = rig.orders.pop().unwrap();
    rig.act(E::ToggleFill);
    rig.answer(&order, failed(&order));
    assert!(rig.doc().saving.is_none(), "there is room for one form");
    assert!(rig.view().fill_text.is_some());
}

#[test]
fn a_form_that_comes_back_takes_no_keys_from_who_went_elsewhere() {
    let mut rig = edited();
    submit(&mut rig, D::SaveCopy);
    let order = rig.orders.pop().unwrap();
    rig.point(9);
    let effects = rig.answer(&order, failed(&order));
    stands_again(&rig, &effects, "no such file", false);
    rig.act(D::DestinationCancelled);
    submit(&mut rig, D::SaveCopy);
    let order = rig.orders.pop().unwrap();
    rig.app.area = Focus::Lookup;
    let effects = rig.answer(&order, failed(&order));
    stands_again(&rig, &effects, "no such file", false);
    rig.act(D::DestinationCancelled);
    rig.app.area = Focus::Grid;
    submit(&mut rig, D::SaveCopy);
    let order = rig.orders.pop().unwrap();
    rig.open(file("/folder/other.bin", 2, 100));
    let effects = rig.answer(&order, failed(&order));
    assert!(!effects.contains(&Effect::Focus(Focus::Destination)));
}

/// What cannot even be asked for keeps its form as well.
#[test]
fn a_form_stays_that_a_read_only_view_refuses() {
    let mut rig = edited();
    rig.act(M::SetAccess(Access::ReadOnly));
    rig.remapped(Mode::Private, Access::ReadOnly);
    rig.act(D::PasteFile);
    rig.act(D::DestinationEdited(TYPED.to_owned()));
    let effects = rig.act(D::DestinationSubmitted);
    assert_eq!(rig.doc().saving.as_ref().unwrap().text, TYPED);
    assert!(effects.contains(&Effect::Focus(Focus::Destination)));
    rig.act(D::DestinationCancelled);
    rig.act(E::ToggleFill);
    rig.act(E::FillEdited("5a".to_owned()));
    rig.act(E::Fill(0x5a));
    assert_eq!(rig.view().fill_text.as_deref(), Some("5a"));
    rig.assert_says(Topic::Error, &["read-only"]);
}

#[test]
fn a_form_that_stands_is_kept_when_it_is_asked_for_once_more() {
    let mut rig = edited();
    rig.act(D::SaveCopy);
    rig.act(D::DestinationEdited(TYPED.to_owned()));
    let effects = rig.act(D::SaveCopy);
    assert_eq!(rig.doc().saving.as_ref().unwrap().text, TYPED);
    assert!(effects.contains(&Effect::Focus(Focus::Destination)));
    rig.act(D::ExportEdits);
    assert_ne!(
        rig.doc().saving.as_ref().unwrap().text,
        TYPED,
        "another one"
    );
}

/// The list of a file that is not open is written by nobody's worker.
#[test]
fn the_form_for_what_was_left_of_another_file_comes_back_too() {
    let mut rig = edited();
    let mut offer = super::offers::offer("/gone/file", &[(0, b'a', b'b')], &[]);
    offer.identity = None;
    let id = offer.id;
    rig.hear(Event::Journal(JournalNews::Offers(vec![offer])));
    submit(&mut rig, Action::Offer(id, OfferAction::List));
    let news = JournalNews::Listed(id, Err("no such file".to_owned()));
    let effects = rig.hear(Event::Journal(news));
    stands_again(&rig, &effects, "no such file", true);
    rig.act(D::DestinationSubmitted);
    let news = JournalNews::Listed(id, Ok(PathBuf::from("/x")));
    rig.hear(Event::Journal(news));
    assert!(rig.doc().saving.is_none());
}

#[test]
fn a_path_that_could_not_be_opened_stands_in_its_field_again() {
    let mut rig = edited();
    let submit = |rig: &mut Rig| {
        rig.act(F::PathEdited(TYPED.to_owned()));
        rig.act(F::PathSubmitted);
        assert_eq!(rig.app.path_text, None);
        let (doc, ..) = rig.opening.pop().unwrap();
        doc
    };
    let doc = submit(&mut rig);
    let fails = |doc| Event::OpenFailed(doc, "no such file".to_owned());
    let effects = rig.hear(fails(doc));
    assert_eq!(rig.app.path_text.as_deref(), Some(TYPED));
    assert!(effects.contains(&Effect::Focus(Focus::Path)));
    // another path is typed by then
    let doc = submit(&mut rig);
    rig.act(F::PathEdited("/other".to_owned()));
    rig.hear(fails(doc));
    assert_eq!(rig.app.path_text.as_deref(), Some("/other"));
    rig.act(F::PathCancelled);
    // or the keyboard is elsewhere
    let doc = submit(&mut rig);
    rig.app.area = Focus::Lookup;
    let effects = rig.hear(fails(doc));
    assert_eq!(rig.app.path_text, None);
    assert!(!effects.contains(&Effect::Focus(Focus::Path)));
    rig.app.area = Focus::Grid;
    // what was dropped on the window was not typed
    rig.act(F::Open(PathBuf::from("/dropped")));
    let (doc, ..) = rig.opening.pop().unwrap();
    rig.hear(fails(doc));
    assert_eq!(rig.app.path_text, None);
    // and what is no path at all stays
    rig.act(F::PathEdited("file://elsewhere/x".to_owned()));
    let effects = rig.act(F::PathSubmitted);
    assert_eq!(rig.app.path_text.as_deref(), Some("file://elsewhere/x"));
    assert!(effects.contains(&Effect::Focus(Focus::Path)));
}
