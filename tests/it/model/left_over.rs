//! What an earlier run left does not take the place of what the person typed since, be that in the view or lost from it.

use mapscope::model::OfferAction;
use mapscope::model::offer::OfferId;

use super::offers::{changes, offer, told};
use super::*;

const REAPPLY: Action = Action::Offer(OfferId(1), OfferAction::Reapply);

#[test]
fn an_edit_that_waits_is_not_covered_by_an_older_one() {
    let mut rig = open(0x4000);
    rig.typed(5, b'a', b'b');
    rig.say(FileNews::CopiesLost(vec![span(0, 0x1000)]));
    told(&mut rig, vec![offer(PATH, &[(5, b'a', b'Z')], &[])]);
    let effects = rig.act(REAPPLY);
    assert_eq!(changes(&effects), Vec::<&Effect>::new());
    rig.assert_says(Topic::Error, &["Nothing was reapplied", "at 0x5"]);
    let waits: Vec<_> = rig.journal().patch_runs().collect();
    assert_eq!(waits.len(), 1);
    assert_eq!(waits[0].value, b"b", "what was typed last");
    // once that is decided the older one may come
    rig.act(E::DropPatch);
    rig.act(REAPPLY);
    let waits: Vec<_> = rig.journal().patch_runs().collect();
    assert_eq!(waits[0].value, b"Z");
}
