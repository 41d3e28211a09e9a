//! A form of a view that is closed while what it asked for is under way: it is kept for nobody.

use super::storage::Storage;
use super::*;

/// How many forms are kept, to stand again where what they asked for fails.
fn kept(storage: &Storage) -> usize {
    format!("{:?}", storage.app.docs)
        .matches("form: Saving {")
        .count()
}

#[test]
fn a_form_goes_with_its_view() {
    let mut storage = Storage::new();
    let first = storage.open("/a", 1, 8);
    storage.act_in(first, M::AddView);
    storage.settle();
    let second = storage.views()[1];
    for view in [first, second] {
        storage.act_in(view, D::SaveCopy);
        storage.act_in(view, D::DestinationEdited("~/copy".to_owned()));
        storage.act_in(view, D::DestinationSubmitted);
    }
    assert_eq!(kept(&storage), 2, "both are under way");
    storage.act_in(second, F::CloseView);
    assert_eq!(storage.views(), [first]);
    assert_eq!(kept(&storage), 1, "that of the other view");
    storage.settle();
    assert_eq!(kept(&storage), 0);
}
