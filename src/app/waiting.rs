//! Waiting for storage: a moment for the bytes that a frame is to show, and no longer; from then on it is said who waits.
//!
//! It must not know what is waited for.

use std::time::{Duration, Instant};

use super::{PATIENCE, Shell, WAIT_FOR_BYTES, files};
use crate::model::event::Event;

impl Shell {
    /// Waits a moment for the visible bytes that were asked for.
    pub(super) fn wait_for_bytes(&mut self, ctx: &egui::Context) {
        if self.awaits_bytes() {
            self.waker.take_on(true); // what comes in time needs no frame of its own
            let deadline = Instant::now() + WAIT_FOR_BYTES;
            while self.awaits_bytes() {
                let left = deadline.saturating_duration_since(Instant::now());
                match self.events.recv_timeout(left) {
                    Ok((at, event)) => self.take(ctx, at, event),
                    Err(_) => break,
                }
            }
            self.waker.take_on(false);
            self.drain(ctx);
        }
        self.tell_who_waits(ctx);
        if self.awaits_bytes() {
            ctx.request_repaint_after(PATIENCE);
        }
    }

    /// Has the model say which files and jobs wait for a storage that does not answer.
    fn tell_who_waits(&mut self, ctx: &egui::Context) {
        let waits = |time: Duration| (time >= PATIENCE).then_some(time.as_secs());
        for files::Busy { doc, time, jobs } in self.files.waiting() {
            let waiting = waits(time);
            // else nothing would have a frame drawn that says it
            if time > Duration::ZERO || !jobs.is_empty() {
                ctx.request_repaint_after(PATIENCE);
            }
            if self
                .model
                .waiting_seconds(doc)
                .is_some_and(|known| known != waiting)
            {
                let effects = self.model.take(Event::Waiting(doc, waiting));
                self.run(ctx, effects);
            }
            let jobs = jobs.into_iter();
            let jobs: Vec<_> = jobs
                .filter_map(|(job, time)| Some((job, waits(time)?)))
                .collect();
            let known = self.model.doc_by(doc).map(|doc| &doc.waiting_jobs);
            if known.is_some_and(|known| *known != jobs) {
                let effects = self.model.take(Event::JobsWait(doc, jobs));
                self.run(ctx, effects);
            }
        }
    }

    /// The bytes that the views of the file with the focus show are on their way, or the file is.
    fn awaits_bytes(&self) -> bool {
        match self.model.doc() {
            Some(doc) => doc.views.iter().any(|view| self.files.looks(view.mapping)),
            None => !self.model.incoming.is_empty(),
        }
    }
}
