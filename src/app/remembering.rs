//! What is remembered between runs, as the window goes on: where it is, and what was chosen, which a thread writes.
//!
//! It owns when the thread is told. It must not know how the file is written.

use std::path::PathBuf;

use crate::model::Settings;
use crate::work::remembering::{RememberProblem, RememberWriter};

use super::Shell;
use super::start::place::{self, Extent, Saved};
use super::start::remembered;

/// The thread, and what the window told it last.
#[derive(Debug, Default)]
pub(super) struct Remembering {
    writer: Option<RememberWriter>,
    /// The settings as they were last told.
    settings: Option<Settings>,
    /// Where the window is.
    window: Option<Saved>,
    /// How far it went in the last run, until it has been made so.
    extent: Extent,
}

impl Shell {
    /// What is chosen from now on is written to this file. A sentence on what went wrong is in what this returns when the
    /// window is gone.
    pub(super) fn remember_in(
        &mut self,
        file: Option<PathBuf>,
        window: Option<Saved>,
    ) -> RememberProblem {
        let problem = RememberProblem::default();
        self.remembering.window = window;
        self.remembering.extent = window.map(|saved| saved.extent).unwrap_or_default();
        self.remembering.writer =
            file.and_then(|file| RememberWriter::spawn(file, problem.clone()));
        self.remembering.settings = Some(self.model.settings.clone());
        problem
    }

    /// Notes where the window is, and tells the thread what was chosen since.
    pub(super) fn remember(&mut self, ctx: &egui::Context) {
        let zoom = self.model.settings.zoom();
        let size = ctx.content_rect().size();
        let before = self.remembering.window;
        self.remembering.window =
            ctx.input(|input| place::seen(input.viewport(), size, zoom, before));
        if self.frames <= 1 {
            return; // a window manager hears only of a window that is there (X11)
        }
        if let Some(command) = std::mem::take(&mut self.remembering.extent).command() {
            ctx.send_viewport_cmd(command);
        }
        if self.remembering.settings.as_ref() != Some(&self.model.settings) {
            self.remembering.settings = Some(self.model.settings.clone());
            self.tell_the_writer(ctx);
        }
    }

    fn tell_the_writer(&self, ctx: &egui::Context) {
        let Some(writer) = &self.remembering.writer else {
            return;
        };
        let window = self.remembering.window;
        let text = ctx.memory(|memory| remembered::text(&self.model.settings, memory, window));
        writer.tell(text);
    }

    /// The window is closed: the last of it is written by whoever waits for what still ends.
    pub(super) fn remember_the_last(&mut self) {
        if let Some(ctx) = self.waker.window.get() {
            self.tell_the_writer(ctx);
        }
        if let Some(writer) = self.remembering.writer.take() {
            let (thread, file) = writer.leave();
            self.farewell.leave_writer(thread, file);
        }
    }
}
