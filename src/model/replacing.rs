//! Replacing matches by as many bytes: one, or all as one edit.
//!
//! It owns that nothing is replaced but what was found and still stands there. It must not know how that is found.

use std::fmt;

use crate::bytes::Span;
use crate::bytes::find::{MatchRun, Pattern, non_overlapping};
use crate::bytes::size::{counted, human_size};

use super::doc::{Doc, Out};
use super::editing::EDIT_LIMIT_BYTES;
use super::effect::FileRequest;
use super::find::{FindGoal, FindRequest, MatchBytes, NoMatch};
use super::find_bar::FindBar;
use super::found::{AfterReplacing, Search, Wish};
use super::identity::{OrderId, ViewId};
use super::patch::PatchPart;
use super::patching::no_room;
use super::view::View;

/// A match has other bytes than as many as are to be put in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherLength {
    /// Where it begins; `None` of any, as all have the same length.
    at: Option<u64>,
    /// Its bytes.
    len: u64,
    /// Those of the replacement.
    with: u64,
}

impl OtherLength {
    /// There are too few, so that the rest may be about to be typed.
    #[must_use]
    pub fn is_unfinished(self) -> bool {
        self.with < self.len
    }
}

impl fmt::Display for OtherLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "the match at {at:#x}")?,
            None => write!(f, "a match")?,
        }
        let (len, with) = (counted(self.len, "byte"), self.with);
        write!(
            f,
            " has {len} and the replacement {with}; a mapping cannot change a file's length"
        )
    }
}

impl View {
    /// Why what is typed as a replacement cannot take the place of the match that is selected; where none is, of any.
    /// Nothing while nothing is typed, or it is no replacement at all.
    #[must_use]
    pub fn other_length(&self, bar: &FindBar) -> Option<OtherLength> {
        let pattern = bar.pattern()?;
        let with = bar.typed_replacement()?.ok()?.len() as u64;
        let selected = self.viewport.selection();
        let at = self.searches.current(pattern).filter(|at| *at == selected);
        let len = match at {
            Some(at) => at.len(),
            None => pattern.only_length()? as u64,
        };
        let at = at.map(Span::start);
        (len != with).then_some(OtherLength { at, len, with })
    }
}

impl Doc {
    /// Replaces the match that is selected; where none is, goes to the next one.
    pub(super) fn replace_one(
        &mut self,
        view: ViewId,
        what: (Pattern, Option<Span>),
        with: Vec<u8>,
        out: &mut Out<'_>,
    ) {
        let Some(known) = self.view_by(view) else {
            return;
        };
        let selected = known.viewport.selection();
        let at = known.searches.current(&what.0).filter(|at| *at == selected);
        let Some(at) = at else {
            self.search(view, what, Wish::Next, out);
            return;
        };
        let run = MatchRun {
            start: at.start(),
            count: 1,
            step: at.len(),
            len: at.len(),
        };
        self.stop_search(view, out);
        let after = AfterReplacing::Next(at.end());
        self.read_to_replace(view, what, vec![run], (with, after), out);
    }

    /// All matches are known: they are read, so as to be replaced.
    pub(super) fn replace_all(
        &mut self,
        view: ViewId,
        search: &Search,
        with: Vec<u8>,
        out: &mut Out<'_>,
    ) {
        let list = self
            .view_by(view)
            .and_then(|view| view.searches.list.as_ref());
        let Some(list) = list else {
            return;
        };
        let why = if list.matches.count == 0 {
            Some("No match".to_owned())
        } else if list.unread > 0 {
            let unread = counted(list.unread, "byte");
            Some(format!(
                "Nothing was replaced: {unread} could not be read, and may hold matches; replace within a selection"
            ))
        } else if !list.matches.lists_all {
            let count = list.matches.count;
            Some(format!(
                "Nothing was replaced: {count} matches are more than are listed; replace within a selection"
            ))
        } else {
            None
        };
        let runs = non_overlapping(&list.matches.runs);
        if let Some(why) = why {
            self.answer_search(view, why);
            return;
        }
        let (what, after) = (search.what(), AfterReplacing::Nothing);
        self.read_to_replace(view, what, runs, (with, after), out);
    }

    fn read_to_replace(
        &mut self,
        view: ViewId,
        (pattern, span): (Pattern, Option<Span>),
        runs: Vec<MatchRun>,
        (with, after): (Vec<u8>, AfterReplacing),
        out: &mut Out<'_>,
    ) {
        let len = with.len() as u64;
        let other = runs.iter().find(|run| run.len != len);
        if let Some(run) = other {
            let other = OtherLength {
                at: Some(run.start),
                len: run.len,
                with: len,
            };
            self.answer_search(view, format!("Nothing was replaced: {other}"));
            return;
        }
        let n_matches: u64 = runs.iter().map(|run| run.count).sum();
        let n_bytes = n_matches.saturating_mul(len);
        if n_bytes > EDIT_LIMIT_BYTES {
            let words = format!(
                "Nothing was replaced: {n_matches} matches have {}; one edit may change 1 MiB, so that it can be undone: replace within a selection",
                human_size(n_bytes)
            );
            self.answer_search(view, words);
            return;
        }
        if self.refuses_typing(view, "the replacement") {
            return;
        }
        let request = FindRequest {
            pattern: pattern.clone(),
            span,
            goal: FindGoal::All,
        };
        let request = FileRequest::ReadMatches(Box::new(request), runs);
        self.send_search(view, request, (pattern, span), Wish::Read(with, after), out);
    }

    /// The matches were read again: what still stands there is replaced as one edit.
    pub(super) fn matches_read(
        &mut self,
        view: ViewId,
        search: &Search,
        read: Result<Vec<MatchBytes>, NoMatch>,
        out: &mut Out<'_>,
    ) {
        let Wish::Read(with, after) = &search.wish else {
            return;
        };
        let read = match read {
            Ok(read) => read,
            Err(why) => {
                let why = no_match_words(why, search.span, with.len());
                self.answer_search(view, format!("Nothing was replaced: {why}"));
                return;
            }
        };
        let n_matches = read.len() as u64;
        let parts = joined(read, with);
        if let Some(why) = self.cannot_replace(view, &parts) {
            self.answer_search(view, format!("Nothing was replaced: {why}"));
            return;
        }
        if self.refuses_typing(view, "the replacement") {
            return;
        }
        let number = self.store_parts(view, parts, out);
        self.touched = true;
        if let (Some(number), Some(known)) =
            (number, self.views.iter_mut().find(|it| it.id == view))
        {
            let (pattern, span) = search.what();
            known.searches.replacing = Some((number, n_matches, *after, pattern, span));
        }
    }

    fn cannot_replace(&self, view: ViewId, parts: &[PatchPart]) -> Option<String> {
        let known = self.view_by(view)?;
        if !known.pending.is_settled() {
            return Some("earlier edits are not stored yet; do it again once they are".to_owned());
        }
        let places = parts.iter().map(|(at, _, new)| (*at, new.len()));
        no_room(known, &places.collect::<Vec<_>>())
    }

    /// The stores of this number were answered: whether all of them were done.
    pub(super) fn replaced(&mut self, number: OrderId, is_done: bool, out: &mut Out<'_>) {
        let mut views = self.views.iter_mut();
        let replaced = views.find_map(|known| {
            let replacing = &mut known.searches.replacing;
            let replaced = replacing.take_if(|it| it.0 == number)?;
            known.searches.list = None; // of what was replaced nothing stands there any more
            Some((known.id, replaced))
        });
        let Some((view, (_, n_matches, after, pattern, span))) = replaced else {
            return;
        };
        if !is_done {
            self.answer_search(view, "Not all was replaced".to_owned());
            return;
        }
        match after {
            AfterReplacing::Nothing => {
                let words = format!("{n_matches} replaced, as one edit");
                self.answer_search(view, words);
            }
            AfterReplacing::Next(from) => {
                let goal = FindGoal::Next { from, wraps: true };
                self.ask_for_matches(view, (pattern, span), (goal, Wish::Next), out);
            }
        }
    }
}

/// Why a match of `len` bytes was not read, where only `part` was searched.
fn no_match_words(why: NoMatch, part: Option<Span>, len: usize) -> String {
    match why {
        NoMatch::Outside(offset) => {
            let found = Span::at(offset, len as u64);
            let is_outside = |part: &Span| found.is_none_or(|it| !part.contains_span(it));
            match part.filter(is_outside) {
                Some(part) => format!(
                    "the match at {offset:#x} lies outside of the part that is searched, {:#x} to {:#x}",
                    part.start(),
                    part.end().saturating_sub(1)
                ),
                None => format!(
                    "the match at {offset:#x} lies outside of what the view shows now; search again"
                ),
            }
        }
        NoMatch::Changed(offset) => format!("what stood at {offset:#x} has changed; search again"),
        NoMatch::Unread(offset, reason) => {
            format!("what stands at {offset:#x} cannot be read: {reason}")
        }
        NoMatch::Stopped => "it was stopped".to_owned(),
    }
}

/// What is to be stored: neighbors at once.
fn joined(read: Vec<MatchBytes>, with: &[u8]) -> Vec<PatchPart> {
    let mut parts: Vec<PatchPart> = Vec::new();
    for found in read {
        match parts.last_mut() {
            Some((at, old, new)) if *at + old.len() as u64 == found.span.start() => {
                old.extend(found.bytes);
                new.extend(with);
            }
            _ => parts.push((found.span.start(), found.bytes, with.to_vec())),
        }
    }
    parts
}
