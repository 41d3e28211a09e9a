//! The shell: owns the model, the open file's worker, the peers, the dialog and the completion thread.
//!
//! One frame: drain events, wait at most 2 ms for the visible bytes, draw from a read-only frame, apply what the person
//! did, carry out the effects. The window's thread makes no call on a file or a mapping.

mod added;
mod clipboard;
mod focus;
mod helpers;
mod lab;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::bytes::Span;
use crate::model::effect::{FileRequest, OpenRequest};
use crate::model::event::{Event, StoreOutcome, StoreResult};
use crate::model::{Action, Effect, Focus, Model, Settings, ThemeChoice};
use crate::ui::{Frame, Theme, Turns, WindowState, fonts, window_ui};
use crate::work::added::AddedWorker;
use crate::work::completion::Completion;
use crate::work::file::{FileWorker, Report};
use crate::work::lab::LabRun;
use crate::work::picker::Picker;
use crate::work::witness::{WitnessTarget, WitnessWorker};

/// How long a frame waits for the visible bytes; later ones are drawn when they come.
const WAIT_FOR_BYTES: Duration = Duration::from_millis(2);
/// How long a request may take before the person is told.
const PATIENCE: Duration = Duration::from_millis(200);
/// A step of a fading byte.
const FADE_EVERY: Duration = Duration::from_millis(100);
/// Time that draining events may take in a frame.
const DRAIN: Duration = Duration::from_millis(4);
/// Key of the remembered settings.
const SETTINGS_KEY: &str = "settings";

/// Events carry the number of the worker that sent them, so that a closed file's late ones are dropped. 0: always valid.
type Tagged = (u64, Event);

/// Wakes the window, once there is one.
type Waker = Arc<OnceLock<egui::Context>>;

/// What the command line asks of the window.
#[derive(Clone, Debug)]
pub struct Start {
    /// What to open.
    pub request: OpenRequest,
    /// A lookup to begin with.
    pub at: Option<String>,
}

/// The application.
pub struct App {
    model: Model,
    window: WindowState,
    sender: Sender<Tagged>,
    events: Receiver<Tagged>,
    waker: Waker,
    program: PathBuf,
    /// The open file and the number of its worker.
    file: Option<(u64, FileWorker)>,
    /// The file that is being opened.
    incoming: Option<(u64, FileWorker)>,
    last_number: u64,
    witnesses: Option<WitnessWorker>,
    attached: Option<WitnessTarget>,
    added: Option<AddedWorker>,
    picker: Option<Picker>,
    completion: Option<Completion>,
    lab: Option<LabRun>,
    clipboard: clipboard::Clipboard,
    look: Look,
    next_fade: Option<Instant>,
    at: Option<String>,
    title: String,
    may_close: bool,
    /// Frames drawn so far, up to a few.
    frames: u8,
    /// What to watch once there is something on the screen.
    watch_later: Option<Span>,
    focus_wanted: Option<Focus>,
}

/// The one look at the visible bytes that is under way, and the one wanted after it.
#[derive(Debug, Default)]
struct Look {
    under_way: bool,
    next: Option<Span>,
}

impl App {
    /// Begins to open the file at once, before there is a window, so that the first frame has bytes.
    #[must_use]
    pub fn new(program: PathBuf, start: Start) -> Self {
        let (sender, events) = channel();
        let mut app = Self {
            model: Model::new(Settings::default()),
            window: WindowState::default(),
            sender,
            events,
            waker: Waker::default(),
            program,
            file: None,
            incoming: None,
            last_number: 0,
            witnesses: None,
            attached: None,
            added: None,
            picker: None,
            completion: None,
            lab: None,
            clipboard: clipboard::Clipboard::default(),
            look: Look::default(),
            next_fade: None,
            at: start.at,
            title: String::new(),
            may_close: false,
            frames: 0,
            watch_later: None,
            focus_wanted: Some(Focus::Grid),
        };
        if let Effect::Open(request) = app.model.begin(start.request) {
            app.open(request);
        }
        app.list_experiments();
        app
    }

    /// Takes the window over: fonts, theme, remembered settings.
    pub fn attach(&mut self, cc: &eframe::CreationContext<'_>) {
        let ctx = &cc.egui_ctx;
        if let Some(settings) = cc
            .storage
            .and_then(|storage| eframe::get_value::<Settings>(storage, SETTINGS_KEY))
        {
            self.model.settings = settings;
        }
        let _ = self.waker.set(ctx.clone());
        Theme::install(ctx);
        fonts::install(ctx);
        ctx.add_plugin(Turns::default());
        ctx.options_mut(|options| options.zoom_with_keyboard = false); // the table of commands has those keys
        set_theme(ctx, self.model.settings.theme);
    }

    /// The state, for tests that drive the window without a display.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Does what a person asked for, as a click or a key would.
    pub fn act(&mut self, ctx: &egui::Context, action: Action) {
        let action = match action {
            Action::Paste(pasted) => Action::Paste(self.clipboard.pasted(pasted)),
            other => other,
        };
        let effects = self.model.act(action);
        self.run(ctx, effects);
    }

    fn report(&self, number: u64) -> Report {
        let (sender, waker) = (self.sender.clone(), Arc::clone(&self.waker));
        Arc::new(move |event| {
            if sender.send((number, event)).is_ok()
                && let Some(ctx) = waker.get()
            {
                ctx.request_repaint();
            }
        })
    }

    fn open(&mut self, request: OpenRequest) {
        self.last_number += 1;
        let number = self.last_number;
        match FileWorker::open(request, self.program.clone(), self.report(number)) {
            Ok(worker) => goodbye(self.incoming.replace((number, worker))),
            Err(error) => {
                let message = format!("No thread can be started to open the file with: {error}");
                let _ = self.sender.send((0, Event::OpenFailed(message)));
            }
        }
    }

    /// Takes note of what workers reported, for a bounded time.
    fn drain(&mut self, ctx: &egui::Context) {
        let start = Instant::now();
        while start.elapsed() < DRAIN {
            match self.events.try_recv() {
                Ok(tagged) => self.hear(ctx, tagged),
                Err(_) => return,
            }
        }
        ctx.request_repaint(); // the rest in the next frame
    }

    /// Waits a moment for the visible bytes that were asked for.
    fn wait_for_bytes(&mut self, ctx: &egui::Context) {
        let deadline = Instant::now() + WAIT_FOR_BYTES;
        while self.look.under_way || self.model.doc.is_none() {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(tagged) => self.hear(ctx, tagged),
                Err(_) => break,
            }
        }
        let busy = self
            .file
            .as_ref()
            .map_or(Duration::ZERO, |(_, worker)| worker.busy_for());
        let waiting = (busy >= PATIENCE).then_some(busy.as_secs());
        if waiting != self.model.waiting_seconds {
            let effects = self.model.hear(Event::Waiting(waiting));
            self.run(ctx, effects);
        }
        if self.look.under_way || waiting.is_some() {
            ctx.request_repaint_after(PATIENCE);
        }
    }

    fn hear(&mut self, ctx: &egui::Context, (number, event): Tagged) {
        if self
            .incoming
            .as_ref()
            .is_some_and(|(incoming, _)| *incoming == number)
        {
            match &event {
                Event::Opened(_) if self.model.may_replace() => self.replace_file(),
                Event::OpenFailed(_) => self.incoming = None,
                _ => {}
            }
        } else if number != 0
            && self
                .file
                .as_ref()
                .is_none_or(|(current, _)| *current != number)
        {
            return; // of a file that is closed
        }
        let opened = matches!(event, Event::Opened(_));
        let remade = opened || matches!(event, Event::Remapped { .. } | Event::Grown(_));
        if matches!(event, Event::Looked(_)) {
            self.look.under_way = false;
        }
        let effects = self.model.hear(event);
        if opened {
            goodbye(self.incoming.take()); // only where it could not take the open file's place
        }
        if remade {
            self.attach_peers();
        }
        self.run(ctx, effects);
        if !self.look.under_way
            && let Some(span) = self.look.next.take()
        {
            self.ask(ctx, FileRequest::Look(span));
        }
        if opened && let Some(at) = self.at.take() {
            self.act(ctx, Action::LookupEdited(at));
            self.act(ctx, Action::LookupCommit);
        }
    }

    /// The new file is ready: the old one goes, on a thread of its own, as its storage may hang.
    fn replace_file(&mut self) {
        let old = std::mem::replace(&mut self.file, self.incoming.take());
        self.look = Look::default();
        goodbye(old);
    }

    fn ask(&mut self, ctx: &egui::Context, request: FileRequest) {
        if let FileRequest::Look(span) = request
            && self.look.under_way
        {
            self.look.next = Some(span); // the latest wish counts
            return;
        }
        let is_look = matches!(request, FileRequest::Look(_));
        let Some((_, worker)) = &self.file else {
            return;
        };
        match worker.send(request) {
            Ok(()) => self.look.under_way |= is_look,
            Err(request) => {
                let effects = self.model.hear(not_taken(request));
                self.run(ctx, effects);
            }
        }
    }

    fn run(&mut self, ctx: &egui::Context, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Open(request) => self.open(request),
                Effect::Pick(folder) => self.pick(folder.as_deref()),
                Effect::CancelPick => {
                    if let Some(picker) = &self.picker {
                        picker.cancel(); // dropping it would wait for the helper to go
                    }
                }
                Effect::Complete(text) => self.complete(&text),
                Effect::File(request) => self.ask(ctx, request),
                Effect::Watch(span) => self.watch(ctx, span),
                Effect::WitnessStore { id, offset, bytes } => {
                    self.witness_store(ctx, id, offset, bytes);
                }
                Effect::Added(order) => self.act_on_added(&order),
                Effect::LabRun { names, slowly } => self.run_experiments(&names, slowly),
                Effect::LabStop => self.stop_experiments(),
                Effect::CopyText(clip) => self.clipboard.copy(ctx, clip),
                Effect::Focus(focus) => self.focus_wanted = Some(focus),
                Effect::Zoom(by) => zoom(ctx, by),
                Effect::Theme(theme) => set_theme(ctx, theme),
                Effect::ToggleFullScreen => {
                    let full = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
                    ctx.send_viewport_cmd(egui::ViewportCommand::Fullscreen(!full));
                }
                Effect::Quit => {
                    self.may_close = true;
                    ctx.send_viewport_cmd(egui::ViewportCommand::Close);
                }
            }
        }
    }

    /// The window is being closed: edits that would be lost are asked about first.
    fn closing(&mut self, ctx: &egui::Context) {
        let closing = ctx.input(|input| input.viewport().close_requested());
        if closing
            && !self.may_close
            && self
                .model
                .doc
                .as_ref()
                .is_some_and(crate::model::Doc::must_ask)
        {
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.act(ctx, Action::Quit);
        }
    }

    fn fade(&mut self, ctx: &egui::Context) {
        if !self.model.is_flashing() {
            self.next_fade = None;
            return;
        }
        let now = Instant::now();
        let due = *self.next_fade.get_or_insert(now + FADE_EVERY);
        if now >= due {
            self.next_fade = Some(now + FADE_EVERY);
            self.act(ctx, Action::Fade);
        }
        ctx.request_repaint_after(FADE_EVERY);
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.drain(ctx);
        self.closing(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        self.wait_for_bytes(&ctx);
        self.fade(&ctx);
        self.put_focus(&ctx);
        let theme = if ctx.theme() == egui::Theme::Dark {
            Theme::dark()
        } else {
            Theme::light()
        };
        let mut actions = Vec::new();
        window_ui(
            ui,
            &Frame {
                model: &self.model,
                theme: &theme,
            },
            &mut self.window,
            &mut actions,
        );
        self.note_area(&ctx);
        if !actions.is_empty() {
            ctx.request_repaint();
        }
        for action in actions {
            self.act(&ctx, action);
        }
        self.frames = self.frames.saturating_add(1);
        if self.frames > 1
            && let Some(span) = self.watch_later.take()
        {
            self.watch(&ctx, Some(span));
        }
        let title = self.model.title();
        if title != self.title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        eframe::set_value(storage, SETTINGS_KEY, &self.model.settings);
    }
}

/// What to tell of a request that waits for storage in vain: that it was not done.
fn not_taken(request: FileRequest) -> Event {
    let why = "The storage has not answered for long: that was not done".to_owned();
    match request {
        FileRequest::Store(batch) => Event::Stored {
            purpose: batch.purpose,
            mode: batch.mode,
            results: batch
                .stores
                .into_iter()
                .map(|store| StoreResult {
                    offset: store.offset,
                    bytes: store.bytes,
                    outcome: StoreOutcome::Refused(why.clone()),
                })
                .collect(),
        },
        FileRequest::WriteBack(_) => Event::WroteBack {
            written: Vec::new(),
            conflicts: Vec::new(),
            error: Some(why),
        },
        _ => Event::RemapFailed(why),
    }
}

/// Lets a file's worker go on a thread of its own, as its storage may hang.
fn goodbye(old: Option<(u64, FileWorker)>) {
    if let Some(old) = old {
        let thread = std::thread::Builder::new().name("goodbye".to_owned());
        let _ = thread.spawn(move || drop(old));
    }
}

fn zoom(ctx: &egui::Context, by: i8) {
    let now = ctx.zoom_factor();
    let next = if by == 0 {
        1.0
    } else {
        (now + 0.1 * f32::from(by)).clamp(0.5, 3.0)
    };
    ctx.set_zoom_factor((next * 10.0).round() / 10.0);
}

fn set_theme(ctx: &egui::Context, theme: ThemeChoice) {
    ctx.set_theme(match theme {
        ThemeChoice::System => egui::ThemePreference::System,
        ThemeChoice::Dark => egui::ThemePreference::Dark,
        ThemeChoice::Light => egui::ThemePreference::Light,
    });
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// A sentence where there is no display or no OpenGL.
pub fn run(program: PathBuf, start: Start) -> Result<(), String> {
    let mut app = App::new(program, start);
    let icon = eframe::icon_data::from_png_bytes(include_bytes!("../assets/icon.png"));
    let viewport = egui::ViewportBuilder::default()
        .with_icon(icon.unwrap_or_default())
        .with_app_id("mapscope")
        .with_inner_size([1200.0, 740.0])
        .with_min_inner_size([640.0, 400.0])
        .with_drag_and_drop(true);
    let options = eframe::NativeOptions {
        viewport,
        renderer: eframe::Renderer::Glow,
        system_font_fallback: false,
        ..Default::default()
    };
    eframe::run_native(
        "mapscope",
        options,
        Box::new(|cc| {
            app.attach(cc);
            Ok(Box::new(app))
        }),
    )
    .map_err(|error| {
        // the toolkit's error names a line of its own source; its last part is the cause
        let error = error.to_string();
        let cause = error.rsplit(": ").next().unwrap_or(&error).trim_end_matches([')', '.']);
        format!("No window can be opened here: {cause}. Check DISPLAY or WAYLAND_DISPLAY; `mapscope lookup FILE` works without one")
    })
}
