//! Going to where a private view shows something else than the file holds, and how much of it somebody else changed.
//!
//! It owns what a search leads to, late or not. It must not know how the two are compared.

use super::differences::{ChangedInFile, CopiesBy, Differences, Found, Heading};
use super::doc::{Doc, Out};
use super::effect::{Effect, FileRequest};
use super::identity::{OrderId, Target, ViewId};
use super::notice::{Notice, Severity};
use super::pending::Under;
use super::topic::{Subject, Topic};
use super::{Action, Mode, View, ViewAction};
use crate::bytes::Span;

impl Doc {
    /// Goes to the next difference, or the one before, once it is found. A newer wish takes the place of an older one.
    pub(super) fn find_difference(&mut self, view: ViewId, heading: Heading, out: &mut Out<'_>) {
        self.stop_finding(view, out);
        let Some(known) = self.view_by(view) else {
            return;
        };
        if known.mode == Mode::Shared {
            self.said("No difference: this mapping shows the file itself");
            return;
        }
        let from = known.viewport.cursor;
        let request = FileRequest::FindDifference { from, heading };
        let number = out.file(self.target(known), request);
        let under = Under::Find {
            from,
            heading,
            is_slow: false,
        };
        self.began(view, number, under);
    }

    /// Whatever a view still looks for is not looked for any more.
    pub(super) fn stop_finding(&mut self, view: ViewId, out: &mut Out<'_>) {
        let doc = self.id;
        if let Some(known) = self.views.iter_mut().find(|known| known.id == view) {
            for number in known.pending.end_searches() {
                out.push(Effect::CancelJob(doc, number));
            }
        }
    }

    /// The person stops what has this number: a job, or a search, which may wait for a storage that does not answer.
    pub(super) fn cancel(&mut self, number: OrderId, out: &mut Out<'_>) {
        out.push(Effect::CancelJob(self.id, number));
        self.sums_stopped(number);
        self.cancel_search(number);
        self.reading_stopped(number);
        let job = self.jobs.iter_mut().find(|job| job.number == number);
        if let Some(job) = job {
            job.is_stopping = true;
        }
        let mut views = self.views.iter();
        let searching = views.any(|known| known.pending.search().is_some_and(|it| it.0 == number));
        if searching && let Some((view, _)) = self.ended(number) {
            self.said("The search was stopped");
            self.go_on(view, out);
        }
    }

    /// A search is over. What was looked for in another mapping, or is not waited for any more, leads nowhere.
    pub(super) fn found(
        &mut self,
        number: OrderId,
        target: Target,
        found: Found,
        out: &mut Out<'_>,
    ) {
        let Some((view, under)) = self.ended(number) else {
            return;
        };
        if let (true, Under::Find { from, heading, .. }) = (self.is_now(target), under) {
            self.go_to_difference(view, from, heading, found);
        }
        self.go_on(view, out);
    }

    fn go_to_difference(&mut self, view: ViewId, from: u64, heading: Heading, found: Found) {
        if !matches!(found, Found::Failed(_)) {
            self.notices.settle(Subject::Compare);
        }
        let (offset, wrapped) = match found {
            Found::At { offset, wrapped } => (offset, wrapped),
            Found::Nothing(CopiesBy::Kernel) => {
                self.said("No difference: the view and the file hold the same");
                return;
            }
            Found::Nothing(CopiesBy::OwnStores) => {
                self.said("No difference in the pages that were written here; this system does not list the private copies");
                return;
            }
            Found::Stopped => {
                self.said("The search was stopped");
                return;
            }
            Found::Failed(why) => {
                let name = self.name();
                self.failed(Subject::Compare, format!("{name} was not compared: {why}"));
                return;
            }
        };
        let Some(known) = self.views.iter_mut().find(|known| known.id == view) else {
            return;
        };
        let words = match (wrapped, heading) {
            _ if wrapped && offset == from => {
                format!("The only difference is here, at {offset:#x}")
            }
            (false, _) => format!("Difference at {offset:#x}"),
            (true, Heading::Next) => format!("From the top: difference at {offset:#x}"),
            (true, Heading::Previous) => format!("From the end: difference at {offset:#x}"),
        };
        // what is typed lands where the keys are: nobody is moved who has gone elsewhere since
        let stayed = known.viewport.cursor == from && known.viewport.nibble.is_none();
        if stayed {
            known.jump_to(offset);
            self.said(words);
        } else {
            let notice = Notice::new(Topic::Done, Severity::Info, words);
            let go = Action::View(ViewAction::GoTo(offset));
            self.is_news(notice.with("Go there", go));
        }
    }

    /// A search, or another order with this number, takes long.
    pub(super) fn finds_slowly(&mut self, number: OrderId) {
        for known in &mut self.views {
            known.pending.mark_slow(number);
        }
    }

    /// All private copies of a view were compared with the file.
    pub(super) fn compared(&mut self, target: Target, differences: &Differences) {
        if !self.is_now(target) {
            return; // said of a mapping that is gone
        }
        if let Some(known) = self.view_of_mut(target.mapping) {
            let journal = &known.journal;
            let others = differences.runs.iter().map(|run| {
                let own = journal.pending_in(*run).count() as u64;
                run.len().saturating_sub(own)
            });
            known.changed_in_file = ChangedInFile {
                n_bytes: others.sum(),
                is_least: !differences.is_whole,
            };
        }
    }

    /// Puts the cursor on a byte as a jump, from which one can go back.
    pub(super) fn go_to(&mut self, view: ViewId, offset: u64) {
        if let Some(known) = self.views.iter_mut().find(|known| known.id == view) {
            known.jump_to(offset);
        }
    }
}

impl View {
    /// Selects bytes as a jump; the cursor is on the first, as their start is to be seen.
    pub(super) fn jump_to_span(&mut self, span: Span) {
        self.jump_to(span.start());
        if span.len() > 1 {
            self.viewport.set_cursor(span.end() - 1, false);
            self.viewport.set_cursor(span.start(), true);
        }
    }

    fn jump_to(&mut self, offset: u64) {
        if self.viewport.cursor != offset {
            self.back.push(self.viewport.cursor);
            self.forward.clear();
        }
        self.viewport.set_cursor(offset, false);
        self.viewport.reveal_centered();
        self.look_wanted = true;
    }
}
