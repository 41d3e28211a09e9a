//! Which private pages are said to be one: only those that are one in every way the pages can lie.
//!
//! The oracle lists all ways: every partition of the rows into pages that agrees with what the page tables say and with the
//! bytes that were read.

use std::sync::Arc;

use mapscope::map::Readout;
use mapscope::model::picture::{Candidate, Family, joined};
use proptest::prelude::*;

use super::span;

#[derive(Clone, Debug)]
struct Told {
    family: u64,
    is_exclusive: Option<bool>,
    frame: Option<u64>,
    byte: Option<u8>,
    behind: u8,
}

fn candidate(told: &Told) -> Candidate {
    let read = told.byte.map(|byte| {
        let mut readout = Readout::new();
        // What lies behind the page says nothing of it.
        readout.span = span(0, 2);
        readout.bytes = vec![byte, told.behind];
        Arc::new(readout)
    });
    Candidate {
        family: Family(told.family),
        is_exclusive: told.is_exclusive,
        frame: told.frame,
        read,
    }
}

/// All partitions of `0..n`, each as the number of the page of each.
fn partitions(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for shorter in partitions(n - 1) {
        let n_pages = shorter.iter().max().map_or(0, |most| most + 1);
        for page in 0..=n_pages {
            let mut longer = shorter.clone();
            longer.push(page);
            all.push(longer);
        }
    }
    all
}

/// Everything that is told holds where the pages lie like that. Who is not told of may have any page, as may one whose
/// answer is old: its bytes prove nothing.
fn agrees(pages: &[usize], told: &[Told]) -> bool {
    let pairs = (0..told.len()).flat_map(|l| (0..told.len()).map(move |r| (l, r)));
    let pairs_agree = pairs.filter(|(l, r)| l != r).all(|(l, r)| {
        let is_one = pages[l] == pages[r];
        let (left, right) = (&told[l], &told[r]);
        let are_told = left.is_exclusive.is_some() && right.is_exclusive.is_some();
        let differ = are_told && matches!((left.byte, right.byte), (Some(a), Some(b)) if a != b);
        !is_one || (left.family == right.family && !differ)
    });
    let alone = |at: usize| pages.iter().filter(|page| **page == pages[at]).count() == 1;
    pairs_agree
        && (0..told.len()).all(|at| match told[at].is_exclusive {
            Some(exclusive) => exclusive == alone(at),
            None => true,
        })
}

fn told() -> impl Strategy<Value = Told> {
    let byte = prop::option::weighted(0.9, 0_u8..2);
    let exclusive = prop_oneof![1 => Just(None), 2 => Just(Some(true)), 5 => Just(Some(false))];
    (0_u64..2, exclusive, byte, 0_u8..2).prop_map(|(family, is_exclusive, byte, behind)| Told {
        family,
        is_exclusive,
        frame: None,
        byte,
        behind,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn one_page_is_claimed_where_no_other_way_is_left(told in prop::collection::vec(told(), 0..7)) {
        let candidates: Vec<_> = told.iter().map(candidate).collect();
        let found = joined(&candidates, span(0, 1));
        let ways: Vec<_> = partitions(told.len())
            .into_iter()
            .filter(|pages| agrees(pages, &told))
            .collect();
        // What was told at different moments may fit no way at all; then nothing may be claimed but what stands alone.
        for left in 0..told.len() {
            for right in left + 1..told.len() {
                let is_claimed = found[left].is_some() && found[left] == found[right];
                let is_proven = !ways.is_empty() && ways.iter().all(|way| way[left] == way[right]);
                if !ways.is_empty() {
                    prop_assert_eq!(is_claimed, is_proven, "{} and {} of {:?}", left, right, told);
                }
            }
            if told[left].is_exclusive == Some(true) {
                prop_assert!(found[left].is_some());
            }
        }
    }

    /// With frames told of all that have a page, one frame is one page.
    #[test]
    fn equal_frames_are_one_page(frames in prop::collection::vec(1_u64..4, 0..7)) {
        let told = frames.iter().map(|frame| Told {
            family: 0,
            is_exclusive: Some(frames.iter().filter(|it| *it == frame).count() == 1),
            frame: Some(*frame),
            byte: None,
            behind: 0,
        });
        let candidates: Vec<_> = told.map(|told| candidate(&told)).collect();
        let found = joined(&candidates, span(0, 1));
        for left in 0..frames.len() {
            for right in 0..frames.len() {
                let is_one = frames[left] == frames[right];
                prop_assert_eq!(found[left].is_some() && found[left] == found[right], is_one);
            }
        }
    }
}

/// The frame of one that somebody else has too: it is not alone with it, though nobody else is told to have that frame.
#[test]
fn a_frame_that_is_told_of_one_alone_is_not_its_own_for_that() {
    let with = |frame, is_exclusive| Told {
        family: 0,
        is_exclusive,
        frame,
        byte: None,
        behind: 0,
    };
    let joined = |told: &[Told]| {
        let candidates: Vec<_> = told.iter().map(candidate).collect();
        joined(&candidates, span(0, 1))
    };
    assert_eq!(joined(&[with(Some(5), Some(false))]), [None]);
    // One is not told of: it can be nobody else.
    let stopped = with(None, None);
    let found = joined(&[with(Some(5), Some(false)), stopped.clone()]);
    assert!(found[0].is_some() && found[0] == found[1], "{found:?}");
    // It may be with either of two frames, or with none.
    let found = joined(&[
        with(Some(5), Some(false)),
        with(Some(6), Some(false)),
        stopped,
    ]);
    assert_eq!(found, [None; 3]);
}
