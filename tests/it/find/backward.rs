//! Regular expressions backwards: the last match before a cursor, of a search that begins a little before its block.

use mapscope::model::find::FindGoal;
use mapscope::work::find::FindOptions;
use proptest::prelude::*;

use super::expressions::{EXPRESSIONS, expression, matches_from, plain};
use super::fake::fakes;
use super::{found, nearest, options};
use crate::searched::{Cell, Fake};
use regex_automata::meta::Regex;

/// The last match that begins in `least..before`, block by block, each searched from a little before it on.
fn last_before(
    fake: &Fake,
    regex: &Regex,
    (least, before): (u64, u64),
    options: &FindOptions,
) -> Option<(u64, u64)> {
    let mut end = before;
    while end > least {
        let block = (end - 1) / options.block * options.block;
        let from = block.saturating_sub(options.lead);
        let matches = matches_from(fake, regex, from);
        let start = block.max(least);
        let inside = |(at, _): &(u64, u64)| start <= *at && *at < end;
        if let Some(last) = matches.into_iter().rfind(inside) {
            return Some(last);
        }
        end = start;
    }
    None
}

proptest! {
    #![proptest_config(super::n_cases())]

    #[test]
    fn the_last_match_before_the_cursor_is_found(
        (base, cells) in fakes(),
        options in options(),
        cursor in 0..300_u64,
    ) {
        let fake = Fake::new(base, cells);
        let end = base + fake.cells.len() as u64;
        let before = cursor.clamp(base, end);
        for text in EXPRESSIONS {
            let (pattern, regex) = (expression(text), plain(text));
            let first = last_before(&fake, &regex, (base, before), &options);
            for wraps in [false, true] {
                let goal = FindGoal::Previous { before: cursor, wraps };
                let report = found(&fake, &pattern, goal, &options);
                let rest = (first.is_none() && wraps)
                    .then(|| last_before(&fake, &regex, (before, end), &options));
                let expected = first.map(|it| (it, false)).or(rest.flatten().map(|it| (it, true)));
                let got = nearest(&report).map(|it| ((it.span.start(), it.span.len()), it.wrapped));
                assert_eq!(got, expected, "{text} before {cursor}");
            }
        }
    }
}

/// Backwards from the end of a large file only its end is read; where nothing is found, each byte some times at most.
#[test]
fn only_what_is_near_is_read() {
    let mut cells = vec![Cell::Byte(b'.'); 8 << 20];
    let at = (6 << 20) + 5;
    cells[at] = Cell::Byte(b'x');
    let fake = Fake::new(0, cells);
    let read = |text: &str, before: u64| {
        fake.n_read.store(0, std::sync::atomic::Ordering::Relaxed);
        let goal = FindGoal::Previous {
            before,
            wraps: false,
        };
        let report = found(&fake, &expression(text), goal, &FindOptions::default());
        let n_read = fake.n_read.load(std::sync::atomic::Ordering::Relaxed);
        (nearest(&report).map(|it| it.span.start()), n_read)
    };
    let (place, n_read) = read("x[.]", at as u64 + 1);
    assert_eq!(place, Some(at as u64));
    // Two threads, so the next blocks may have been begun.
    assert!(n_read < 4 << 20, "{n_read}");
    let (place, n_read) = read("x[^.]", 8 << 20);
    assert_eq!(place, None);
    assert!(n_read < 12 << 20, "{n_read}");
}
