//! Writes what is remembered between runs on a thread of its own: a home folder whose storage hangs stops nobody else.
//!
//! It owns when that is written, and that the file is replaced in one step, so that a killed program or a full disk leaves
//! what was remembered before. It must not know what is written.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::bytes::escape::escape;
use crate::model::Settings;
use crate::os::save::{Existing, NewFile, Rights, SaveError};

use super::Shell;
use super::start::place::{self, Extent, Saved};
use super::start::remembered;

/// How long the thread waits for more, so that many changes are one write.
const GATHERING: Duration = Duration::from_millis(500);

/// The thread, and what the window told it last.
#[derive(Debug, Default)]
pub(super) struct Remembering {
    writer: Option<Writer>,
    /// The settings as they were last told.
    settings: Option<Settings>,
    /// Where the window is.
    window: Option<Saved>,
    /// How far it went in the last run, until it has been made so.
    extent: Extent,
    problem: Problem,
}

/// Why the last write failed, once it has.
#[derive(Clone, Debug, Default)]
pub(super) struct Problem(Arc<Mutex<Option<String>>>);

impl Problem {
    fn note(&self, result: Result<(), SaveError>) {
        let said = result.err().map(|error| {
            format!(
                "what was chosen in the window is not remembered: {}",
                escape(&error.to_string())
            )
        });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = said;
    }

    /// A sentence on it.
    pub(super) fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Writes the file. When its texts end, it writes the last one and ends.
#[derive(Debug)]
struct Writer {
    texts: Sender<String>,
    thread: JoinHandle<()>,
    file: PathBuf,
}

impl Writer {
    fn spawn(file: PathBuf, problem: Problem) -> Option<Self> {
        let (texts, told) = channel();
        let place = file.clone();
        let thread = std::thread::Builder::new().name("remember".to_owned());
        let thread = thread.spawn(move || write_on(&told, &place, &problem));
        Some(Self {
            texts,
            thread: thread.ok()?, // without a thread nothing is remembered
            file,
        })
    }
}

fn write_on(texts: &Receiver<String>, file: &Path, problem: &Problem) {
    while let Ok(mut text) = texts.recv() {
        let is_last = loop {
            match texts.recv_timeout(GATHERING) {
                Ok(newer) => text = newer,
                Err(RecvTimeoutError::Timeout) => break false,
                Err(RecvTimeoutError::Disconnected) => break true,
            }
        };
        problem.note(write(file, &text));
        if is_last {
            return;
        }
    }
}

/// Replaces the file in one step. A link is followed, as whoever keeps such files elsewhere made it.
///
/// # Errors
/// What saving reports; what was there before still is.
pub fn write(file: &Path, text: &str) -> Result<(), SaveError> {
    let target = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let mut new = NewFile::create(&target, Existing::Replace, Rights::OWNER_ONLY)?;
    new.write_at(text.as_bytes(), 0)?;
    new.publish()
}

impl Shell {
    /// What is chosen from now on is written to this file. A sentence on what went wrong is in what this returns when the
    /// window is gone.
    pub(super) fn remember_in(&mut self, file: Option<PathBuf>, window: Option<Saved>) -> Problem {
        let problem = self.remembering.problem.clone();
        self.remembering.window = window;
        self.remembering.extent = window.map(|saved| saved.extent).unwrap_or_default();
        self.remembering.writer = file.and_then(|file| Writer::spawn(file, problem.clone()));
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
        // The thread ends only after this.
        let _ = writer.texts.send(text);
    }

    /// The window is closed: the last of it is written by whoever waits for what still ends.
    pub(super) fn remember_the_last(&mut self) {
        if let Some(ctx) = self.waker.window.get() {
            self.tell_the_writer(ctx);
        }
        if let Some(Writer { thread, file, .. }) = self.remembering.writer.take() {
            self.farewell.leave_writer(thread, file);
        }
    }
}
