//! A search in a view: at most one at a time, what it found, and what follows from that.
//!
//! It owns that nothing is taken of another search, another mapping or another generation. It must not know how a pattern is
//! typed, nor how it is found.

use crate::bytes::Span;
use crate::bytes::find::Pattern;
use crate::bytes::size::{counted, human_size};

use super::doc::{Doc, Out};
use super::effect::{Effect, FileRequest};
use super::find::{
    FindGoal, FindNews, FindReport, FindRequest, FoundMatches, MatchBytes, NearestMatch,
};
use super::found::{FoundList, Search, Searches, Wish, places};
use super::identity::{OrderId, Target, ViewId};
use super::notice::{Notice, Severity};
use super::process::Refusal;
use super::take::not_asked_words;
use super::topic::Topic;
use super::{Action, FindAction, View};

/// After a match was found, all are counted by themselves where no more bytes than these are searched.
const COUNTED_BYTES: u64 = 64 << 20;
fn counted_matches(count: u64) -> String {
    match count {
        0 => "No match".to_owned(),
        1 => "1 match".to_owned(),
        n => format!("{n} matches"),
    }
}

fn unread_words(unread: u64) -> String {
    match unread {
        0 => String::new(),
        n => format!("; not all could be read: {} missing", counted(n, "byte")),
    }
}

impl Doc {
    fn searches_mut(&mut self, view: ViewId) -> Option<&mut Searches> {
        let view = self.views.iter_mut().find(|known| known.id == view)?;
        Some(&mut view.searches)
    }

    /// No other form stands in the way of *Find*.
    pub(super) fn make_room_for_form(&mut self, view: ViewId) {
        self.saving = None;
        if let Some(view) = self.views.iter_mut().find(|known| known.id == view) {
            view.fill_text = None;
        }
    }

    /// What is said beside the field.
    pub(super) fn answer_search(&mut self, view: ViewId, words: String) {
        if let Some(searches) = self.searches_mut(view) {
            searches.answer = words;
        }
    }

    /// Whatever the view looks for is not looked for any more. Whether there was anything.
    pub(super) fn stop_search(&mut self, view: ViewId, out: &mut Out<'_>) -> bool {
        let id = self.id;
        let now = self
            .searches_mut(view)
            .and_then(|searches| searches.now.take());
        if let Some(search) = &now {
            out.push(Effect::CancelJob(id, search.number));
        }
        now.is_some()
    }

    pub(super) fn stop_all_searches(&mut self, out: &mut Out<'_>) {
        let views: Vec<ViewId> = self.views.iter().map(|view| view.id).collect();
        for view in views {
            self.stop_search(view, out);
        }
    }

    /// Another mapping stands in the view: what was found in the one before says nothing of it.
    pub(super) fn forget_found(&mut self, view: ViewId, out: &mut Out<'_>) {
        let stopped = self.stop_search(view, out);
        if let Some(searches) = self.searches_mut(view) {
            let known = std::mem::take(searches);
            if stopped || known.list.is_some() {
                "Mapped anew: search again".clone_into(&mut searches.answer);
            }
        }
    }

    /// The person stops the search of this number.
    pub(super) fn cancel_search(&mut self, number: OrderId) {
        for view in &mut self.views {
            if view
                .searches
                .now
                .take_if(|now| now.number == number)
                .is_some()
            {
                "Stopped".clone_into(&mut view.searches.answer);
            }
        }
    }

    pub(super) fn search_progressed(&mut self, number: OrderId, done: u64, total: u64) {
        let searches = self.views.iter_mut().map(|view| &mut view.searches);
        for now in searches.filter_map(|it| it.now.as_mut()) {
            if now.number == number {
                now.progress = Some((done, total));
            }
        }
    }

    /// A search was not begun.
    pub(super) fn search_refused(&mut self, number: OrderId, why: &Refusal) {
        for view in &mut self.views {
            if view
                .searches
                .now
                .take_if(|now| now.number == number)
                .is_some()
            {
                view.searches.answer = format!("Not searched: {}", not_asked_words(why));
            }
        }
    }

    /// Begins a search; an older one ends.
    pub(super) fn search(
        &mut self,
        view: ViewId,
        (pattern, span): (Pattern, Option<Span>),
        wish: Wish,
        out: &mut Out<'_>,
    ) {
        self.stop_search(view, out);
        let Some(known) = self.view_by(view) else {
            return;
        };
        let viewport = &known.viewport;
        let selected = viewport.selection();
        let is_current = |(found, at): &&(Pattern, Span)| *found == pattern && *at == selected;
        let at_match = known.searches.current.as_ref().filter(is_current);
        let goal = match &wish {
            Wish::Previous => FindGoal::Previous {
                before: selected.start(),
                wraps: true,
            },
            Wish::Next => FindGoal::Next {
                from: match at_match {
                    Some((_, at)) if pattern.goes_on_behind_a_match() => at.end(),
                    Some((_, at)) => at.start().saturating_add(1),
                    None => viewport.cursor,
                },
                wraps: true,
            },
            _ => FindGoal::All,
        };
        self.ask_for_matches(view, (pattern, span), (goal, wish), out);
    }

    pub(super) fn ask_for_matches(
        &mut self,
        view: ViewId,
        (pattern, span): (Pattern, Option<Span>),
        (goal, wish): (FindGoal, Wish),
        out: &mut Out<'_>,
    ) {
        let request = FindRequest {
            pattern: pattern.clone(),
            span,
            goal,
        };
        self.send_search(
            view,
            FileRequest::Find(Box::new(request)),
            (pattern, span),
            wish,
            out,
        );
    }

    /// Sends what is answered as a search.
    pub(super) fn send_search(
        &mut self,
        view: ViewId,
        request: FileRequest,
        (pattern, span): (Pattern, Option<Span>),
        wish: Wish,
        out: &mut Out<'_>,
    ) {
        let Some(known) = self.view_by(view) else {
            return;
        };
        let number = out.file(self.target(known), request);
        let now = Search {
            number,
            progress: None,
            wish,
            pattern,
            span,
            cursor: known.viewport.cursor,
            revision: known.journal.revision(),
        };
        if let Some(searches) = self.searches_mut(view) {
            if !matches!(now.wish, Wish::Count(_)) {
                searches.answer.clear();
            }
            searches.now = Some(now);
        }
    }

    /// A search is over, or a look at what it found. Of another search, mapping or generation it is dropped.
    pub(super) fn searched(
        &mut self,
        number: OrderId,
        target: Target,
        news: FindNews,
        out: &mut Out<'_>,
    ) {
        let Some(known) = self.view_of_mut(target.mapping) else {
            return;
        };
        let view = known.id;
        let is_it = |now: &mut Search| now.number == number;
        let Some(search) = known.searches.now.take_if(is_it) else {
            return;
        };
        if !self.is_now(target) {
            return;
        }
        match news {
            FindNews::Searched(Err(why)) | FindNews::NotRead(why) => {
                self.answer_search(view, format!("Not searched: {why}"));
            }
            FindNews::Searched(Ok((report, _))) if report.is_stopped => {
                self.answer_search(view, "Stopped".to_owned());
            }
            FindNews::Searched(Ok((report, heads))) => match report.found {
                FoundMatches::Nearest(nearest) => {
                    self.nearest_found(view, &search, nearest, report.unread, out);
                }
                FoundMatches::All(_) => self.all_found(view, &search, report, heads, out),
            },
            FindNews::Read(read) => self.matches_read(view, &search, read, out),
        }
    }

    /// The nearest match was found, or there is none.
    fn nearest_found(
        &mut self,
        view: ViewId,
        search: &Search,
        nearest: Option<NearestMatch>,
        unread: u64,
        out: &mut Out<'_>,
    ) {
        let Some(nearest) = nearest else {
            let words = format!("{}{}", counted_matches(0), unread_words(unread));
            self.answer_search(view, words);
            return;
        };
        let Some(known) = self.views.iter_mut().find(|known| known.id == view) else {
            return;
        };
        let span = nearest.span;
        // nobody is moved who has gone elsewhere since
        let stayed = known.viewport.cursor == search.cursor && known.viewport.nibble.is_none();
        let moved = if stayed {
            known.select_match(&search.pattern, span);
            ""
        } else {
            let words = format!("The match that you looked for is at {:#x}", span.start());
            let notice = Notice::new(Topic::Done, Severity::Info, words);
            let go = Action::Find(FindAction::GoTo(span));
            self.is_news(notice.with("Go there", go));
            "; you went elsewhere meanwhile"
        };
        let wrapped = match (nearest.wrapped, &search.wish) {
            (false, _) => "",
            (true, Wish::Previous) => ", from the end again",
            (true, _) => ", from the top again",
        };
        let how = format!("{wrapped}{moved}");
        let tail = format!("{how}{}", unread_words(unread));
        let is_counted = self.count_words(view, search, span, &tail);
        let Some(known) = self.view_by(view).filter(|_| !is_counted) else {
            return;
        };
        let searched = search.span.unwrap_or(known.viewport.extent);
        let words = format!("At {:#x}{tail}", span.start());
        self.answer_search(view, words);
        if searched.len() <= COUNTED_BYTES {
            let what = (search.pattern.clone(), search.span);
            self.ask_for_matches(view, what, (FindGoal::All, Wish::Count(how)), out);
        }
    }

    /// Says which of how many matches `span` is, where all are known as they are now. Whether they are.
    fn count_words(&mut self, view: ViewId, search: &Search, span: Span, tail: &str) -> bool {
        let Some(known) = self.view_by(view) else {
            return false;
        };
        let list = known.searches.list.as_ref().filter(|list| {
            list.pattern == search.pattern
                && list.span == search.span
                && list.revision == known.journal.revision()
        });
        let number = list.and_then(|list| Some((list.number_of(span.start())?, list)));
        let words = number.map(|(number, list)| {
            let all = counted_matches(list.matches.count);
            format!("{number} of {all}{tail}")
        });
        let is_known = words.is_some();
        if let Some(words) = words {
            self.answer_search(view, words);
        }
        is_known
    }

    /// All matches were found.
    fn all_found(
        &mut self,
        view: ViewId,
        search: &Search,
        report: FindReport,
        heads: Vec<MatchBytes>,
        out: &mut Out<'_>,
    ) {
        let FoundMatches::All(matches) = report.found else {
            return;
        };
        let Some(known) = self.views.iter_mut().find(|known| known.id == view) else {
            return;
        };
        let extent = known.viewport.extent;
        let is_listed = matches.lists_all;
        let (count, unread) = (matches.count, report.unread);
        known.searches.list = Some(FoundList {
            pattern: search.pattern.clone(),
            span: search.span,
            places: places(&matches.runs, extent),
            matches,
            heads,
            gaps: report.gaps,
            unread,
            revision: search.revision,
        });
        let unmarked = if is_listed {
            ""
        } else {
            ", not all of them marked"
        };
        let cut = if search.pattern.cuts_matches() {
            let longest = human_size(search.pattern.longest() as u64);
            format!("; none is longer than {longest} here")
        } else {
            String::new()
        };
        let tail = format!("{unmarked}{}{cut}", unread_words(unread));
        match &search.wish {
            Wish::ReplaceAll(with) => {
                let with = with.clone();
                self.replace_all(view, search, with, out);
            }
            Wish::Count(how) => {
                let current = known.searches.current(&search.pattern);
                if let Some(at) = current {
                    self.count_words(view, search, at, &format!("{how}{tail}"));
                }
            }
            _ => self.answer_search(view, format!("{}{tail}", counted_matches(count))),
        }
    }

    /// Goes to a match of the list.
    pub(super) fn go_to_match(&mut self, view: ViewId, span: Span) {
        let Some(known) = self.views.iter_mut().find(|known| known.id == view) else {
            return;
        };
        let list = known.searches.list.as_ref();
        let pattern = list.map(|list| list.pattern.clone());
        match pattern {
            Some(pattern) => known.select_match(&pattern, span),
            None => known.jump_to_span(span),
        }
        self.moved();
    }
}

impl View {
    fn select_match(&mut self, pattern: &Pattern, span: Span) {
        self.jump_to_span(span);
        self.searches.current = Some((pattern.clone(), span));
    }
}
