//! Sums of what a view shows, by a thread of its own.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use crate::bytes::Span;
use crate::model::event::{Event, FileEvent, FileNews, SumsNews};
use crate::model::identity::{OrderId, Target};
use crate::work::shown_bytes::SearchedFile;
use crate::work::sums::{SumsOptions, sum};

use super::serve::Worker;
use super::waits::Noted;

/// How often it is told how far they are.
const TELL_EVERY: Duration = Duration::from_millis(100);

impl Worker {
    /// Starts a thread that sums `span` of what the view shows.
    pub(super) fn sum(&mut self, index: usize, number: OrderId, span: Span) {
        let Some(view) = self.views.get(index) else {
            return;
        };
        let (stop, waits) = self.runs(number);
        let (file, mapping) = (Arc::clone(&self.file), Arc::clone(&view.mapping));
        let (board, report) = (Arc::clone(&self.board), Arc::clone(&self.report));
        let target = Target {
            doc: self.doc,
            mapping: view.id,
            generation: view.generation,
        };
        let say = move |news| {
            report(Event::File(FileEvent {
                target,
                number: Some(number),
                news: FileNews::Sums(news),
            }));
        };
        let spawned = std::thread::Builder::new()
            .name("sums".to_owned())
            .spawn(move || {
                crate::os::thread::be_nice();
                let source = SearchedFile::of_view(&file, &mapping).within(span);
                let source = Noted(source, &waits);
                let mut next = Instant::now();
                let outcome = sum(&source, &SumsOptions::default(), &mut |so_far| {
                    if stop.load(Ordering::Relaxed) {
                        return ControlFlow::Break(());
                    }
                    let now = Instant::now();
                    if now >= next && so_far.done > 0 {
                        next = now + TELL_EVERY;
                        say(SumsNews::SoFar(Box::new(so_far)));
                    }
                    ControlFlow::Continue(())
                });
                let mut jobs = board.jobs.lock().unwrap_or_else(PoisonError::into_inner);
                jobs.retain(|job| job.number != number);
                drop(jobs);
                let outcome = outcome.map(Box::new).map_err(|error| error.to_string());
                say(SumsNews::Over(outcome));
            });
        if let Err(error) = spawned {
            self.runs_no_more(number);
            let why = format!("No thread to sum with: {error}; end other programs and try again");
            self.say(
                index,
                Some(number),
                FileNews::Sums(SumsNews::Over(Err(why))),
            );
        }
    }
}
