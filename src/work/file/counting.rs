//! When the private copies of a view are compared with the file: for a search that was asked for, and by themselves while
//! they are looked at.

use std::sync::Arc;
use std::time::Instant;

use crate::map::Mapping;
use crate::model::Heading;
use crate::model::differences::Differences;
use crate::model::event::FileNews;
use crate::model::identity::{OrderId, Target};

use super::comparing::{Job, spans_of};
use super::serve::Worker;
use super::views::ViewMapping;
use super::waits::Waits;

impl Worker {
    /// Begins a search for a difference.
    pub(super) fn find_difference(
        &mut self,
        index: usize,
        number: OrderId,
        from: u64,
        heading: Heading,
    ) {
        let Some(view) = self.views.get(index) else {
            return;
        };
        let (stop, waits) = self.runs(number);
        waits.asked(); // also while the thread still waits in what it did before
        let job = self.comparing(view, Some((number, from, heading)));
        view.comparer.submit(Job { stop, waits, ..job });
    }

    fn comparing(&self, view: &ViewMapping, search: Option<(OrderId, u64, Heading)>) -> Job {
        let copies: Vec<u64> = view.copies.iter().copied().collect();
        let page_bytes = view.with(Mapping::page_bytes).unwrap_or(1);
        Job {
            target: Target {
                doc: self.doc,
                mapping: view.id,
                generation: view.generation,
            },
            search,
            stop: Arc::default(),
            waits: Arc::new(Waits::new()),
            file: Arc::clone(&self.file),
            mapping: Arc::clone(&view.mapping),
            own: spans_of(&copies, page_bytes),
            report: Arc::clone(&self.report),
            board: Arc::clone(&self.board),
        }
    }

    /// Says which searches take long, and has the copies of what is looked at counted, when that is due. A store made by
    /// this program is what makes a copy: without one there is nothing to compare.
    pub(super) fn compare_due(&mut self) {
        for index in 0..self.views.len() {
            let Some(view) = self.views.get(index) else {
                continue;
            };
            if let Some(number) = view.comparer.slow_search() {
                let news = FileNews::Progress { done: 0, total: 0 };
                self.say(index, Some(number), news);
            }
            if view.shown.is_none() {
                continue;
            }
            if view.copies.is_empty() {
                let told = view.comparer.state().told.take();
                if told.is_some_and(|(_, told)| !told.runs.is_empty()) {
                    let none = Differences {
                        runs: Vec::new(),
                        is_whole: true,
                    };
                    self.say(index, None, FileNews::Compared(none));
                }
                continue;
            }
            let is_due = {
                let state = view.comparer.state();
                let is_time = state.next_count.is_none_or(|next| next <= Instant::now());
                is_time && !state.is_running
            };
            if is_due {
                view.comparer.submit(self.comparing(view, None));
            }
        }
    }
}
