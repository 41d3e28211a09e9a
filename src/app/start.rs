//! The start of the window, and its end: the display is looked at before the toolkit does, what was remembered is checked, and
//! an end that nobody asked for is told on the terminal with the edits that it takes.
//!
//! It owns the sentences about displays. It must not know what the window shows.

pub mod display;
pub mod place;
pub mod remembered;

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::bytes::escape::{escape, escape_path, path_in_sentence};
use crate::bytes::size::{counted, human_size};
use crate::lab::learning::AnswerStore;
use crate::model::effect::OpenRequest;
use crate::model::pending::FIRST_BYTES;
use crate::model::{Doc, Notice, Severity, Subject, Topic};
use crate::os::environment::address_space_left;
use crate::os::state_folder::state_folder;
use crate::os::{last_words, signals};
use crate::work::answers::AnswerKeeper;

use super::Shell;
use display::DisplayProtocol;

/// The program's name, for the display, and for the folder of what is remembered.
const APP_ID: &str = "mapscope";
/// Address space that the window takes with a driver that draws in software, measured, and some more. With less, libraries
/// that do not expect it end the process.
const NEEDED_ADDRESS_SPACE: u64 = 1 << 30;
/// How long the program stays after its window for what still ends.
const GOODBYE: Duration = Duration::from_millis(1500);
/// Bytes of edits that the last words list.
const LISTED_BYTES: usize = FIRST_BYTES;

/// More than one frame was drawn: the start is over.
static HAS_STARTED: AtomicBool = AtomicBool::new(false);

/// What the command line asks of the window.
#[derive(Clone, Debug)]
pub struct Start {
    /// What to open; at least one, which may be the sample.
    pub requests: Vec<OpenRequest>,
    /// A lookup to begin with, in the first of them.
    pub at: Option<String>,
}

/// Opens the window and returns when it is closed, with a sentence on each thing that is lost or waited for in vain: a
/// copy that nobody took over, files whose storage does not answer.
///
/// # Errors
/// A sentence where there is no display or no OpenGL, or where the window was ended by anything but the person.
pub fn run(program: PathBuf, start: Start) -> Result<Vec<String>, String> {
    let (way, monitors) = look_at_the_display().map_err(|why| no_window(&why))?;
    let (mut remembered, file) = remembered::load();
    let ctx = egui::Context::default();
    remembered.prepare(&ctx);
    let mut app = Shell::new(program, start);
    let farewell = app.farewell.clone();
    let logbook = app.logbook.clone();
    let state = state_folder();
    app.keep_state(state.clone());
    let bequest = app.bequest.clone();
    let unkept = app.answers.as_ref().map(AnswerKeeper::unkept);
    app.model.settings = std::mem::take(&mut remembered.settings);
    if let Some(problem) = remembered.problem.take() {
        // Of this topic, as that of the start stays in sight when the file is there.
        let notice = Notice::new(Topic::Error, Severity::Warning, problem);
        app.model.notices.put(notice);
    }
    let zoom = app.model.settings.zoom();
    let window = remembered.window;
    let place = window.map(|saved| place::place(saved, zoom, &monitors));
    let unremembered = app.remember_in(file.clone(), window);
    // Where no thread can be started the program ends by a signal as any does, in silence.
    let _ = signals::before_ending(last_words::say);
    let panic = note_panics();
    let ended = catch_unwind(AssertUnwindSafe(|| {
        eframe::run_native_ext(
            APP_ID,
            options(way, place),
            Some(ctx),
            Box::new(|cc| {
                last_words::say_at_exit_of_this_thread();
                app.attach(cc);
                app.ask_for_motion();
                Ok(Box::new(app))
            }),
        )
    }));
    let ended = ended.map_err(|_| {
        let panic = panic.lock().unwrap_or_else(PoisonError::into_inner).take();
        panic.unwrap_or_else(|| "a panic without words".to_owned())
    });
    if matches!(ended, Ok(Ok(()))) {
        last_words::forget();
        if let (Some(thread), Some(folder)) = (logbook.finish(), state) {
            farewell.leave_writer(thread, folder);
        }
        let lost = (way == DisplayProtocol::X11)
            .then(|| bequest.lost())
            .flatten();
        let stuck = farewell.wait(GOODBYE);
        let unkept = unkept.and_then(|unkept| unkept.in_words());
        let said = [lost, stuck, unremembered.take(), unkept];
        return Ok(said.into_iter().flatten().collect());
    }
    last_words::say();
    let _ = farewell.wait(GOODBYE);
    Err(end_in_words(ended, file.as_deref()))
}

/// Edits are not written down in this run.
fn no_state_folder() -> Notice {
    let text = "There is no home folder, so no journal of edits: should the program be killed, edits that are not in the file are lost";
    Notice::new(Topic::Error, Severity::Warning, text).about(Subject::Journal)
}

/// Which display the window goes to, and its monitors in pixels; or why it cannot come about on it.
fn look_at_the_display() -> Result<(DisplayProtocol, Vec<egui::Rect>), String> {
    let way = display::choose(&display::Surroundings::of_this_process(), &display::answers)?;
    let monitors = match way {
        DisplayProtocol::X11 => display::ask_x_server()?,
        DisplayProtocol::Wayland => Vec::new(),
    };
    match address_space_left() {
        Some(left) if left < NEEDED_ADDRESS_SPACE => Err(format!(
            "the limit on address space (ulimit -v) leaves {}, and the window needs {}; raise it",
            human_size(left),
            human_size(NEEDED_ADDRESS_SPACE)
        )),
        _ => Ok((way, monitors)),
    }
}

/// The sentence for a window that did not come about, or that went without being asked to. `ended` is the toolkit's error, or
/// the words of a panic.
fn end_in_words(ended: Result<eframe::Result, String>, file: Option<&Path>) -> String {
    let has_started = HAS_STARTED.load(Ordering::Relaxed);
    match ended {
        Ok(Ok(())) => String::new(),
        Ok(Err(error)) if has_started => format!(
            "The window is gone, as the display ended: {}",
            cause(&error)
        ),
        Ok(Err(error)) => refusal(&error),
        Err(panic) if has_started => {
            format!("The window is gone, by an error in this program or its toolkit: {panic}")
        }
        Err(panic) => {
            // It may be at fault, and would be again at the next start.
            let aside = file.and_then(remembered::set_aside);
            let aside = aside.map_or_else(String::new, |aside| {
                let aside = path_in_sentence(&aside);
                format!(
                    "; what was remembered of the window is now {aside}, start again without it"
                )
            });
            no_window(&format!("the toolkit failed: {panic}{aside}"))
        }
    }
}

fn options(way: DisplayProtocol, place: Option<place::Place>) -> eframe::NativeOptions {
    let icon = eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon.png"));
    let viewport = egui::ViewportBuilder::default()
        .with_icon(icon.unwrap_or_default())
        .with_app_id(APP_ID)
        .with_inner_size(place::USUAL_SIZE)
        .with_min_inner_size(place::LEAST_SIZE)
        .with_drag_and_drop(true);
    let viewport = match place {
        Some(place) => place.apply(viewport),
        None => viewport,
    };
    eframe::NativeOptions {
        viewport,
        renderer: eframe::Renderer::Glow,
        system_font_fallback: false,
        event_loop_builder: event_loop(way),
        ..Default::default()
    }
}

/// What has the event loop speak another protocol than it would choose by itself.
#[cfg(all(unix, not(target_vendor = "apple")))]
fn event_loop(way: DisplayProtocol) -> Option<eframe::EventLoopBuilderHook> {
    use winit::platform::x11::EventLoopBuilderExtX11 as _;
    let x11: eframe::EventLoopBuilderHook = Box::new(|builder| {
        builder.with_x11();
    });
    (way == DisplayProtocol::X11).then_some(x11)
}

/// Elsewhere there is one protocol.
#[cfg(not(all(unix, not(target_vendor = "apple"))))]
fn event_loop(_: DisplayProtocol) -> Option<eframe::EventLoopBuilderHook> {
    None
}

/// Keeps the words of a panic of this thread in place of printing them, and says the last words at once, as a second panic
/// would end the process. Panics of other threads are printed as ever.
fn note_panics() -> Arc<Mutex<Option<String>>> {
    let noted = Arc::new(Mutex::new(None));
    let note = Arc::clone(&noted);
    let window = std::thread::current().id();
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let is_of_window = std::thread::current().id() == window;
        if is_of_window {
            last_words::say();
            let words = panic.payload_as_str().unwrap_or("no words");
            let place = panic.location().map_or_else(String::new, |location| {
                let name = Path::new(location.file()).file_name();
                let name = name.unwrap_or_default().to_string_lossy();
                format!(" ({name}:{})", location.line())
            });
            let mut note = note.lock().unwrap_or_else(PoisonError::into_inner);
            note.get_or_insert_with(|| escape(words) + &place); // the first is the cause
        }
        if !is_of_window || std::env::var_os("RUST_BACKTRACE").is_some() {
            usual(panic);
        }
    }));
    noted
}

/// The sentence where no window comes about.
fn no_window(why: &str) -> String {
    format!("No window can be opened here: {why}. `mapscope lookup FILE` works without one")
}

/// Why the toolkit opened no window.
fn refusal(error: &eframe::Error) -> String {
    let cause = cause(error);
    match error {
        eframe::Error::Glutin(_)
        | eframe::Error::NoGlutinConfigs(..)
        | eframe::Error::OpenGL(_) => no_window(&format!(
            "the display has no OpenGL that can be used ({cause}); install Mesa's drivers, such as the packages libgl1-mesa-dri, libglx-mesa0 and libegl1"
        )),
        _ => {
            let display = std::env::var_os("DISPLAY").unwrap_or_default();
            let display = escape_path(Path::new(&display));
            no_window(&format!(
                "{cause}; DISPLAY is {display}, check that it names a display that is there"
            ))
        }
    }
}

/// The toolkit's error names a line of its own source; its last part is the cause.
fn cause(error: &eframe::Error) -> String {
    let error = error.to_string();
    let cause = error.rsplit(": ").next().unwrap_or(&error);
    escape(cause.trim_end_matches([')', '.']))
}

impl Shell {
    /// Has edits and answers of the lab written down in this folder.
    fn keep_state(&mut self, folder: Option<PathBuf>) {
        match folder {
            Some(folder) => self.keep_journal(folder),
            None => self.model.notices.put(no_state_folder()),
        }
        if let Some(store) = AnswerStore::of_user() {
            self.keep_answers(store); // where there is no folder, answers last as long as the window
        }
    }

    /// Takes down what is to be said if the program ends now. Cheap where nothing changed.
    pub(super) fn note_unsaved(&self) {
        if self.frames > 1 {
            HAS_STARTED.store(true, Ordering::Relaxed);
        }
        let unsaved = || self.model.docs.iter().filter(|doc| doc.must_ask());
        let mut key = DefaultHasher::new();
        for doc in unsaved() {
            for view in &doc.views {
                let state = (view.journal.revision(), view.pending.edit_bytes());
                (doc.id, state).hash(&mut key);
            }
        }
        last_words::note(key.finish(), || {
            let words: Vec<String> = unsaved().map(unsaved_words).collect();
            words.join("\n")
        });
    }
}

/// The edits of a file that are lost with the program: how many, and the first of them.
#[must_use]
pub fn unsaved_words(doc: &Doc) -> String {
    let n_bytes = doc.unsaved_bytes();
    let mut lines = format!(
        "the program ended with {} that had not been written to {}:",
        counted(n_bytes, "edited byte"),
        path_in_sentence(&doc.path)
    );
    let mut left = LISTED_BYTES;
    let mut list = |offset: u64, bytes: &[u8]| {
        if left == 0 {
            return;
        }
        let _ = write!(lines, "\n  {offset:#x}:"); // into a String it does not fail
        for value in bytes.iter().take(left) {
            let _ = write!(lines, " {value:02x}");
        }
        left = left.saturating_sub(bytes.len());
    };
    for view in &doc.views {
        for run in view.journal.unsaved_runs() {
            list(run.offset, &run.value);
        }
        for (offset, bytes) in view.pending.first_bytes() {
            list(offset, bytes);
        }
    }
    if n_bytes > LISTED_BYTES as u64 {
        lines += "\n  and more";
    }
    lines
}
