//! Regular expressions: the matches of a search of the whole, whatever chunks, pieces, threads, holes and bad places there are.

use mapscope::bytes::find::{LetterCase, Pattern, PatternKind};
use mapscope::model::find::FindGoal;
use mapscope::work::find::FindOptions;
use proptest::prelude::*;
use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

use super::fake::fakes;
use super::{each, found, list, nearest, options, pattern};
use crate::searched::{Cell, Fake};

pub(super) const EXPRESSIONS: [&str; 30] = [
    "ab",
    "a{2,3}",
    "(?:a|bb)c?",
    "[ab]{2}c",
    r"\ba",
    r"a\b",
    r"\Ba",
    "^a",
    "a$",
    r"\Aab|b\z",
    "(?m)^[ab]",
    "(?m)a$",
    r"(?m)^\x00",
    r"\x00{2}",
    r"\x00\x00a?",
    r"\x00\b|a",
    r"\x00a",
    "a.?b",
    "(?i)Ab",
    "a+?b",
    "a+",
    r"\x00+",
    "[ab]+c",
    "a.*?b",
    "a.*b",
    "ab|a",
    "a|ab",
    r"[^\x00]{5,}",
    ".",
    "...",
];

pub(super) fn expression(text: &str) -> Pattern {
    pattern(text, PatternKind::Expression(LetterCase::Matters))
}

/// The same expression, as the engine's own search takes it.
pub(super) fn plain(text: &str) -> Regex {
    let syntax = syntax::Config::new()
        .unicode(false)
        .utf8(false)
        .dot_matches_new_line(true);
    Regex::builder()
        .configure(Regex::config().utf8_empty(false))
        .syntax(syntax)
        .build(text)
        .unwrap()
}

/// Start and length of the matches that begin from `from` on, in the stretches that can be read.
pub(super) fn matches_from(fake: &Fake, regex: &Regex, from: u64) -> Vec<(u64, u64)> {
    let mut matches = Vec::new();
    for (base, bytes) in fake.readable() {
        let mut at = usize::try_from(from.saturating_sub(base)).unwrap();
        while at < bytes.len()
            && let Some(next) = regex.search(&Input::new(&bytes).range(at..))
        {
            matches.push((base + next.start() as u64, next.len() as u64));
            at = next.end();
        }
    }
    matches
}

proptest! {
    #![proptest_config(super::n_cases())]

    #[test]
    fn the_matches_are_those_of_one_search(
        (base, cells) in fakes(),
        options in options(),
        cursor in 0..300_u64,
    ) {
        let fake = Fake::new(base, cells);
        for text in EXPRESSIONS {
            let (pattern, regex) = (expression(text), plain(text));
            let expected = matches_from(&fake, &regex, 0);
            let report = found(&fake, &pattern, FindGoal::All, &options);
            assert_eq!(each(&list(&report).runs), expected, "{text}");
            assert_eq!(list(&report).count, expected.len() as u64, "{text}");
            let gaps: Vec<_> = report.gaps.iter().map(|gap| gap.span.start()..gap.span.end()).collect();
            assert_eq!(gaps, fake.bad(), "{text}");

            let next = matches_from(&fake, &regex, cursor).first().copied();
            for wraps in [false, true] {
                let report = found(&fake, &pattern, FindGoal::Next { from: cursor, wraps }, &options);
                let around = expected.first().filter(|(start, _)| wraps && *start < cursor);
                let place = next.map(|next| (next, false)).or(around.map(|around| (*around, true)));
                let nearest = nearest(&report);
                let got = nearest.map(|it| ((it.span.start(), it.span.len()), it.wrapped));
                assert_eq!(got, place, "{text} from {cursor}");
            }
        }
    }

    /// Of a list that is cut the count is right, and what is listed is the beginning.
    #[test]
    fn a_short_list_is_the_beginning(
        (base, cells) in fakes(),
        options in options(),
        most_runs in 0..8_usize,
    ) {
        let fake = Fake::new(base, cells);
        for text in ["a+", "[ab]", "a", r"\x00{2}", ".", "aba"] {
            let pattern = expression(text);
            let whole = found(&fake, &pattern, FindGoal::All, &options);
            let short = found(&fake, &pattern, FindGoal::All, &FindOptions { most_runs, ..options });
            let (whole, short) = (list(&whole), list(&short));
            assert_eq!(short.count, whole.count, "{text}");
            assert_eq!(short.lists_all, whole.runs.len() <= most_runs, "{text}");
            let n_listed = whole.runs.len().min(most_runs);
            assert_eq!(short.runs, whole.runs[..n_listed], "{text}");
        }
    }
}

/// The next match as it is defined, found by trying each start: the lowest at which the expression matches within the
/// longest match.
fn defined(bytes: &[u8], regex: &Regex, longest: usize) -> Vec<(u64, u64)> {
    let (mut matches, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let end = bytes.len().min(at + longest);
        let input = Input::new(bytes).range(at..end).anchored(Anchored::Yes);
        match regex.search(&input) {
            Some(found) => {
                matches.push((at as u64, found.len() as u64));
                at = found.end();
            }
            None => at += 1,
        }
    }
    matches
}

/// Matches longer than the longest that is found are cut or passed over, the same for all chunks and pieces.
#[test]
fn long_matches_are_found_within_the_longest() {
    let mut bytes = vec![b'a'; 150_000];
    bytes.extend(b"b....c");
    bytes.extend(vec![b'x'; 70_000]);
    bytes.extend(b"z");
    bytes.extend(vec![b'a'; 3000]);
    bytes[20_000] = b'-';
    bytes[40_000] = b'c';
    let fake = Fake::new(0, bytes.iter().map(|byte| Cell::Byte(*byte)).collect());
    let mut n_cut = 0;
    for text in ["a+", "c[^z]*z", "c[^z]*z|x", "-.*?c", "(?:[ax]{40}){40,}"] {
        let (pattern, regex) = (expression(text), plain(text));
        assert!(pattern.cuts_matches());
        let expected = defined(&bytes, &regex, pattern.longest());
        n_cut += usize::from(expected != matches_from(&fake, &regex, 0));
        for (chunk, stripe, threads) in [(5000, 30_000, 2), (1 << 20, 1 << 24, 1), (777, 9999, 3)] {
            let options = FindOptions {
                chunk,
                stripe,
                threads,
                is_nice: false,
                ..FindOptions::default()
            };
            let report = found(&fake, &pattern, FindGoal::All, &options);
            assert_eq!(each(&list(&report).runs), expected, "{text}");
        }
    }
    assert!(n_cut >= 3, "{n_cut} were cut");
    assert!(!expression("[0-9]{4}-[0-9]{2}").cuts_matches());
    assert_eq!(expression("[0-9]{4}-[0-9]{2}").longest(), 7);
}
