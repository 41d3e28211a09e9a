//! What an earlier run left of a file that is not open, and may be gone, is listed where the person says, and nowhere before.

use mapscope::model::OfferAction;
use mapscope::model::effect::IfExists;
use mapscope::model::offer::{FileFate, JournalNews, OfferId};
use mapscope::model::patch::parse;

use super::offers::{changes, offer, told};
use super::*;

const LIST: Action = Action::Offer(OfferId(1), OfferAction::List);

fn gone() -> Rig {
    let mut rig = open(100);
    let mut left = offer("/gone/other.bin", &[(5, b'a', b'Z')], &[(7, b'a', b'Y')]);
    (left.identity, left.standing) = (None, FileFate::Gone);
    told(&mut rig, vec![left]);
    rig
}

#[test]
fn export_of_a_file_that_is_gone_asks_where_and_replaces_nothing() {
    let mut rig = gone();
    let effects = rig.act(LIST);
    assert_eq!(changes(&effects), Vec::<&Effect>::new());
    let asked = rig.doc().saving.clone().expect("it asks where");
    assert_eq!(asked.text, "/gone/other.bin.edits.txt");
    rig.act(D::DestinationEdited("/there/list.txt".to_owned()));
    let effects = rig.act(D::DestinationSubmitted);
    let [
        Effect::ListOffer {
            offer,
            destination,
            if_exists,
            text,
        },
    ] = changes(&effects)[..]
    else {
        panic!("{effects:?}");
    };
    assert_eq!(*offer, OfferId(1));
    assert_eq!(*destination, PathBuf::from("/there/list.txt"));
    assert_eq!(*if_exists, IfExists::Refuse);
    let listed = parse(text).unwrap();
    assert_eq!(listed.of.as_deref(), Some("/gone/other.bin"));
    assert_eq!(listed.runs[0].value, b"Z");
    assert!(text.contains("0x7"), "what is in the file is listed too");
    assert!(rig.doc().saving.is_none());
    rig.hear(Event::Journal(JournalNews::Listed(
        OfferId(1),
        Err("it is taken".to_owned()),
    )));
    let said = rig.app.notices.get(Topic::Error).unwrap();
    assert!(said.text.contains("it is taken"), "{}", said.text);
    assert_eq!(rig.app.offers.len(), 1, "and it is still offered");
}

#[test]
fn export_that_is_called_off_lists_nothing() {
    let mut rig = gone();
    rig.act(LIST);
    let effects = rig.act(D::DestinationCancelled);
    assert_eq!(changes(&effects), Vec::<&Effect>::new());
    assert!(rig.doc().saving.is_none());
    assert_eq!(rig.app.offers.len(), 1);
}
