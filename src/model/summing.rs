//! Taking sums: which bytes, when they are over, and whether the bytes changed since.
//!
//! It must not know how sums are taken.

use crate::bytes::Span;

use super::doc::{Doc, Out};
use super::effect::{Effect, FileRequest};
use super::event::SumsNews;
use super::happened::By;
use super::identity::{OrderId, Target, ViewId};
use super::process::Refusal;
use super::sums::{SumsAge, SumsOf, SumsOrder};
use super::take::not_asked_words;
use super::{Mode, View};

impl View {
    /// The bytes that would be summed now.
    #[must_use]
    pub fn to_be_summed(&self) -> (SumsOf, Span) {
        if self.viewport.anchor.is_some() {
            (SumsOf::Selection, self.viewport.selection())
        } else {
            (SumsOf::View, self.viewport.extent)
        }
    }
}

impl Doc {
    /// Has the selection summed, or all that the view shows.
    pub(super) fn sum(&mut self, view: ViewId, out: &mut Out<'_>) {
        self.stop_sums(view, out);
        let Some(known) = self.view_by(view) else {
            return;
        };
        let (of, span) = known.to_be_summed();
        let target = self.target(known);
        let order = SumsOrder {
            number: out.file(target, FileRequest::Sum(span)),
            target,
            of,
            span,
            at: self.happened.now(),
            happened: self.happened.last_number(),
        };
        if let Some(known) = self.view_mut_by(view) {
            known.sums.failure = None;
            known.sums.running = Some((order, None));
            known.sums.flashed[0] = None;
        }
    }

    /// Whatever a view still sums is not summed any more.
    pub(super) fn stop_sums(&mut self, view: ViewId, out: &mut Out<'_>) {
        let doc = self.id;
        if let Some(known) = self.view_mut_by(view)
            && let Some((order, _)) = known.sums.running.take()
        {
            out.push(Effect::CancelJob(doc, order.number));
        }
    }

    /// The person stopped what has this number, which may wait for a storage that does not answer.
    pub(super) fn sums_stopped(&mut self, number: OrderId) {
        if let Some(known) = self.summing_mut(number) {
            known.sums.running = None;
        }
    }

    /// What the worker says of sums. Those of another mapping, or that nobody waits for, are dropped.
    pub(super) fn sums_told(&mut self, number: Option<OrderId>, target: Target, news: SumsNews) {
        let is_now = self.is_now(target);
        let Some(known) = number.and_then(|number| self.summing_mut(number)) else {
            return;
        };
        let sums = &mut known.sums;
        if !is_now {
            sums.running = None;
            return;
        }
        match news {
            SumsNews::SoFar(report) => {
                if let Some((_, so_far)) = &mut sums.running {
                    *so_far = Some(report);
                }
            }
            SumsNews::Over(result) => {
                let Some((order, _)) = sums.running.take() else {
                    return;
                };
                match result {
                    Ok(report) if report.is_stopped => {}
                    Ok(report) => {
                        sums.last = Some((order, report));
                        sums.flashed[1] = sums.flashed[0].take();
                    }
                    Err(why) => sums.failure = Some(why),
                }
            }
        }
    }

    /// They will not be taken.
    pub(super) fn sums_refused(&mut self, number: OrderId, why: &Refusal) {
        if let Some(known) = self.summing_mut(number) {
            known.sums.running = None;
            let why = not_asked_words(why);
            known.sums.failure = Some(format!("The bytes were not summed: {why}"));
        }
    }

    /// Ends sums whose mapping is gone.
    pub(super) fn tend_sums(&mut self, out: &mut Out<'_>) {
        let gone: Vec<ViewId> = self
            .views
            .iter()
            .filter(|known| {
                let running = known.sums.running();
                running.is_some_and(|(order, _)| order.target != self.target(known))
            })
            .map(|known| known.id)
            .collect();
        for view in gone {
            self.stop_sums(view, out);
        }
    }

    /// Whether the bytes of `order` are still those that were summed, as far as this program made or saw a change.
    #[must_use]
    pub fn age_of_sums(&self, view: &View, order: &SumsOrder) -> SumsAge {
        if order.target != self.target(view) {
            return SumsAge::MappedAnew;
        }
        // A private process writes into memory of its own.
        let is_elsewhere =
            |by: &By| matches!(by, By::Process(process) if process.mode == Mode::Private);
        let later = self.happened.newest_first();
        let later = later.take_while(|it| it.number > order.happened);
        let mut later = later.filter(|it| it.changes(order.span) && !is_elsewhere(&it.by));
        if let Some(change) = later.next() {
            return SumsAge::Changed(change.at);
        }
        let is_running = view.sums.running().is_some_and(|(it, _)| it == order);
        if let Some(at) = view.sums.flashed[usize::from(!is_running)] {
            return SumsAge::Changed(at);
        }
        if self.happened.n_forgotten() > order.happened {
            return SumsAge::NotKnown;
        }
        SumsAge::NoChangeSeen
    }

    fn summing_mut(&mut self, number: OrderId) -> Option<&mut View> {
        self.views.iter_mut().find(|known| {
            let running = known.sums.running();
            running.is_some_and(|(order, _)| order.number == number)
        })
    }

    fn view_mut_by(&mut self, view: ViewId) -> Option<&mut View> {
        self.views.iter_mut().find(|known| known.id == view)
    }
}
