//! Where the boxes of *Who sees it* stand: nothing overlaps, no line runs through a box, and forks nest.

use mapscope::ui::{Piece, arrange};
use proptest::prelude::*;

/// Checks the rule on rows that have these pages; 0 is the file's.
fn checked(pages: &[u64]) -> Vec<Piece> {
    let rows: Vec<Option<u64>> = pages.iter().map(|it| (*it != 0).then_some(*it)).collect();
    let (pieces, n_lanes) = arrange(&rows);
    for (index, left) in pieces.iter().enumerate() {
        assert!(left.lane < left.lane_end && left.lane_end <= n_lanes);
        for right in &pieces[index + 1..] {
            let rows_apart = left.last < right.first || right.last < left.first;
            let lanes_apart = left.lane_end <= right.lane || right.lane_end <= left.lane;
            assert!(
                rows_apart || lanes_apart,
                "{pages:?}: {left:?} lies on {right:?}"
            );
        }
    }
    for (row, page) in rows.iter().enumerate() {
        let is_own = |piece: &&Piece| Some(piece.page) == *page && piece.rows().contains(&row);
        let own = pieces.iter().find(is_own);
        assert_eq!(page.is_some(), own.is_some(), "{pages:?}: row {row}");
        for piece in pieces.iter().filter(|it| it.rows().contains(&row)) {
            let is_before = own.is_none_or(|own| piece.lane < own.lane);
            let is_in_the_way = Some(piece.page) != *page && is_before;
            assert!(!is_in_the_way, "{pages:?}: row {row} through {piece:?}");
        }
    }
    pieces
}

#[test]
fn what_lies_inside_stands_further_left() {
    let pieces = checked(&[1, 0, 0, 2, 2, 3, 2, 0]);
    let places: Vec<_> = pieces
        .iter()
        .map(|it| (it.page, it.first, it.last, it.lane, it.lane_end))
        .collect();
    assert_eq!(places, [(1, 0, 0, 0, 2), (2, 3, 6, 1, 2), (3, 5, 5, 0, 1)]);
}

#[test]
fn what_crosses_or_has_the_files_page_between_is_drawn_twice() {
    assert!(checked(&[1, 2, 1, 2]).iter().any(|it| it.is_again));
    assert!(checked(&[2, 0, 2])[1].is_again);
}

/// A line of forks: each step copies the page of a process, or forks it.
fn lineage(steps: &[(usize, bool)]) -> (Vec<u64>, Vec<Vec<usize>>) {
    let (mut pages, mut children, mut last) = (vec![1_u64], vec![Vec::new()], 1);
    for (who, copies) in steps {
        let who = who % pages.len();
        if *copies {
            last += 1;
            pages[who] = last;
        } else {
            children[who].push(pages.len());
            pages.push(pages[who]);
            children.push(Vec::new());
        }
    }
    (pages, children)
}

/// The pages in the order of the rows.
fn in_rows(pages: &[u64], children: &[Vec<usize>], newest_first: bool) -> Vec<u64> {
    let (mut order, mut waiting) = (Vec::new(), vec![0]);
    while let Some(who) = waiting.pop() {
        order.push(pages[who]);
        let mut below = children[who].clone();
        if !newest_first {
            below.reverse();
        }
        waiting.extend(below);
    }
    order
}

/// Else the next test could not fail.
#[test]
fn with_the_oldest_child_first_boxes_are_split() {
    let steps = [(0, false), (1, false), (1, true), (1, false)];
    let (pages, children) = lineage(&steps);
    let split = |newest_first| {
        let rows = in_rows(&pages, &children, newest_first);
        checked(&rows).iter().any(|it| it.is_again)
    };
    assert!(split(false) && !split(true));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_order_can_be_drawn(pages in prop::collection::vec(0_u64..5, 0..9)) {
        checked(&pages);
    }

    #[test]
    fn with_the_newest_child_first_no_box_is_split(
        steps in prop::collection::vec((0_usize..14, any::<bool>()), 0..14),
    ) {
        let (pages, children) = lineage(&steps);
        let rows = in_rows(&pages, &children, true);
        prop_assert!(!checked(&rows).iter().any(|it| it.is_again), "{rows:?}");
    }
}
