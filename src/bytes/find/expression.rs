//! Regular expressions over bytes, found within windows of a longest match.
//!
//! It owns what is a match of one, the bounds on its size and time, and the calls of the engine. It must not know chunks: the
//! matches do not depend on where the bytes that it is given end, as long as they reach far enough.
//!
//! The engine answers a call only when it is over, and some calls cost all the bytes that it is given, whatever part of
//! them is to be searched: it gets small cuts, so that a search can be stopped, and many matches cost no more than few.

mod syntax;

use std::fmt;
use std::ops::Range;

use regex_automata::meta::{Cache, Config, Regex};
use regex_automata::nfa::thompson::{self, NFA};
use regex_automata::{Anchored, Input};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

use super::error::{PatternError, PatternErrorKind};
use super::matches::{MatchRun, Matches};
use super::text::LetterCase;

/// The longest match of an expression that has no bound of its own, in bytes.
const LONGEST: usize = 64 << 10;
/// The same of expressions of so many states that the engine would take too long.
const LEAST_LONGEST: usize = 256;
/// Bytes times states of the automaton that one call of the engine may cost.
const WORK: usize = 1 << 25;
/// Starts that are decided by one call of the engine: each match costs a call more, and a call up to so many bytes.
const WINDOW: usize = 64 << 10;
/// Memory of the automaton in bytes.
const AUTOMATON_BYTES: usize = 1 << 20;
/// Memory of what the engine remembers of the automaton while it searches, in bytes.
const CACHE_BYTES: usize = 2 << 20;

/// An expression, ready to be searched for.
#[derive(Clone)]
pub(super) struct Expression {
    regex: Regex,
    /// Bytes of the longest match that is found.
    pub(super) longest: usize,
    /// Whether the expression has no longer matches.
    pub(super) is_exact: bool,
    /// Whether it has no shorter ones either.
    pub(super) has_one_length: bool,
    window: usize,
    /// Bytes of the match that begins at any place in the midst of zeros.
    pub(super) in_zeros: Option<usize>,
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expression")
            .field("longest", &self.longest)
            .field("is_exact", &self.is_exact)
            .finish_non_exhaustive()
    }
}

/// What a text says, or where it is no expression: bytes, not characters; the dot matches all of them.
fn parsed(text: &str, case: LetterCase) -> Result<Hir, PatternError> {
    let column = |offset: usize| {
        let before = text.char_indices().take_while(|(at, _)| *at < offset);
        before.count()
    };
    ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .dot_matches_new_line(true)
        .case_insensitive(case == LetterCase::Ignored)
        .build()
        .parse(text)
        .map_err(|error| {
            let (offset, reason, expected) = match &error {
                regex_syntax::Error::Parse(error) => (
                    error.span().start.offset,
                    error.kind().to_string(),
                    syntax::expected(error.kind()),
                ),
                regex_syntax::Error::Translate(error) => (
                    error.span().start.offset,
                    error.kind().to_string(),
                    syntax::OF_BYTES,
                ),
                other => (0, other.to_string(), syntax::OF_BYTES),
            };
            PatternErrorKind::Expression { reason, expected }.at(column(offset))
        })
}

/// The expression that a text writes.
pub(super) fn of_expression(text: &str, case: LetterCase) -> Result<Expression, PatternError> {
    if text.is_empty() {
        return Err(PatternErrorKind::Empty.at(0));
    }
    let hir = parsed(text, case)?;
    // An expression that matches nowhere has no least length.
    if hir.properties().minimum_len() == Some(0) {
        return Err(PatternErrorKind::MatchesNothing.at(0));
    }
    let automaton = NFA::compiler()
        .configure(
            thompson::Config::new()
                .utf8(false)
                .nfa_size_limit(Some(AUTOMATON_BYTES)),
        )
        .build_from_hir(&hir)
        .map_err(|_| PatternErrorKind::ExpressionTooBig.at(0))?;
    let affordable = (WORK / automaton.states().len().max(1)).max(LEAST_LONGEST);
    let own = hir.properties().maximum_len();
    let most = LONGEST.min(affordable);
    let longest = own.unwrap_or(most).clamp(1, most);
    let config = Config::new()
        .utf8_empty(false)
        .nfa_size_limit(Some(2 * AUTOMATON_BYTES))
        .hybrid_cache_capacity(CACHE_BYTES);
    let regex = Regex::builder()
        .configure(config)
        .build_from_hir(&hir)
        .map_err(|_| PatternErrorKind::ExpressionTooBig.at(0))?;
    let mut expression = Expression {
        regex,
        longest,
        is_exact: own.is_some_and(|own| own <= most),
        has_one_length: hir.properties().minimum_len() == Some(longest) && own == Some(longest),
        window: WINDOW.max(4 * longest).min(affordable),
        in_zeros: None,
    };
    let mut cache = expression.cache();
    let zeros = vec![0; longest + 2];
    expression.in_zeros = expression.match_at(&mut cache, &zeros, 1);
    Ok(expression)
}

impl Expression {
    /// What the engine remembers: one a thread.
    pub(super) fn cache(&self) -> Cache {
        self.regex.create_cache()
    }

    /// Bytes of the match that begins at `start` of `bytes`, which has the byte before it and one more than the longest
    /// match, or ends with the text.
    fn match_at(&self, cache: &mut Cache, bytes: &[u8], start: usize) -> Option<usize> {
        let cut = start.saturating_sub(1);
        let end = (start + self.longest).min(bytes.len());
        let bytes = &bytes[cut..(end + 1).min(bytes.len())];
        let input = Input::new(bytes)
            .range(start - cut..end - cut)
            .anchored(Anchored::Yes);
        self.regex
            .search_with(cache, &input)
            .map(|found| found.len())
    }

    /// Adds the matches that begin in `starts` of `bytes`, whose first one stands at `base`; ends where they want no more, or
    /// `go_on` answers false. Returns where the last match ends, at least `starts.start`.
    pub(super) fn scan(
        &self,
        cache: &mut Cache,
        (bytes, base): (&[u8], u64),
        starts: Range<usize>,
        matches: &mut Matches,
        go_on: &mut dyn FnMut() -> bool,
    ) -> usize {
        let (mut at, mut free) = (starts.start, starts.start);
        while at < starts.end && go_on() {
            // Starts below are decided by this call.
            let part = (at + self.window).min(starts.end);
            let stop = (part - 1 + self.longest).min(bytes.len());
            let cut = at.saturating_sub(1);
            let input =
                Input::new(&bytes[cut..(stop + 1).min(bytes.len())]).range(at - cut..stop - cut);
            let found = self.regex.search_with(cache, &input);
            let found = found.map(|found| (cut + found.start(), found.len()));
            let Some((start, len)) = found.filter(|(start, _)| *start < part) else {
                at = part;
                continue;
            };
            // A longer one may hide one that is short enough.
            let len = if len <= self.longest {
                Some(len)
            } else {
                self.match_at(cache, bytes, start)
            };
            let Some(len) = len.filter(|len| *len > 0) else {
                at = start + 1;
                continue;
            };
            at = start + len;
            free = at;
            let run = MatchRun {
                start: base + start as u64,
                count: 1,
                step: len as u64,
                len: len as u64,
            };
            if !matches.add(run) {
                break;
            }
        }
        free
    }
}
