//! What the number of a frame proves, and what it does not.

use mapscope::model::picture::{Candidate, CopyId, Family, joined};

use super::span;

fn candidate(family: u64, frame: Option<u64>, is_exclusive: Option<bool>) -> Candidate {
    Candidate {
        family: Family(family),
        is_exclusive,
        frame,
        read: None,
    }
}

fn pages(candidates: &[Candidate]) -> Vec<Option<CopyId>> {
    joined(candidates, span(0, 4096))
}

#[test]
fn one_frame_is_one_page() {
    let found = pages(&[
        candidate(1, Some(7), Some(false)),
        candidate(2, Some(7), Some(false)),
        candidate(3, Some(8), Some(true)),
    ]);
    assert!(found[0].is_some() && found[0] == found[1], "{found:?}");
    assert!(found[2].is_some() && found[2] != found[0], "{found:?}");
}

/// Whoever has the page too is not among those that could be asked.
#[test]
fn a_page_that_somebody_unseen_has_too_is_nobodys_own() {
    assert_eq!(pages(&[candidate(1, Some(7), Some(false))]), [None]);
    let found = pages(&[
        candidate(1, Some(7), Some(false)),
        candidate(1, Some(8), Some(false)),
    ]);
    assert_eq!(found, [None, None], "two frames are two pages");
}

/// Of the two that can have it one does not tell.
#[test]
fn one_that_does_not_tell_has_the_page_that_nobody_else_can_have() {
    let found = pages(&[candidate(1, Some(7), Some(false)), candidate(1, None, None)]);
    assert!(found[0].is_some() && found[0] == found[1], "{found:?}");
}
