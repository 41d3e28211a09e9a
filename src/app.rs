//! The shell: owns the model, a worker for each open file, the pool of processes, the dialog and the completion thread.
//!
//! One frame: drain events, wait at most 2 ms for the visible bytes, draw from a read-only frame, apply what the person
//! did, carry out the effects. The window's thread makes no call on a file or a mapping, and joins no thread.

mod clipboard;
mod farewell;
mod files;
mod focus;
mod helpers;
mod journal;
mod lab;
mod motion;
mod remembering;
pub mod start;
mod waiting;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use crate::model::event::Event;
use crate::model::identity::DocId;
use crate::model::{
    Action, App, AppAction, EditAction, Effect, Focus, Intent, Moment, Settings, ThemeChoice,
    ViewAction, ViewId,
};
use crate::ui::{Frame, Theme, Turns, WindowState, fonts, window_ui};
use crate::work::answers::AnswerKeeper;
use crate::work::completion::Completion;
use crate::work::file::EventSink;
use crate::work::lab::LabThread;
use crate::work::logbook::Logbook;
use crate::work::peers::PeerPool;
use crate::work::picker::Picker;

use farewell::Farewell;
use files::Files;
use remembering::Remembering;

pub use start::Start;

/// How long a frame waits for the visible bytes; later ones are drawn when they come.
const WAIT_FOR_BYTES: Duration = Duration::from_millis(2);
/// How long a request may take before the person is told.
const PATIENCE: Duration = Duration::from_millis(200);
/// A step of a fading byte.
const FADE_EVERY: Duration = Duration::from_millis(100);
/// Time that draining events may take in a frame.
const DRAIN: Duration = Duration::from_millis(4);

/// Wakes the window, once there is one, unless it is just taking in what there is: each frame costs.
#[derive(Debug, Default)]
struct Waker {
    window: OnceLock<egui::Context>,
    is_taking: AtomicBool,
}

impl Waker {
    /// Something was sent. Changed in one step with being read, here and in [`Waker::take_on`], so that either this sees
    /// that the window goes on by itself, or the window sees what was sent.
    fn wake(&self) {
        let is_taking = self.is_taking.fetch_or(false, Ordering::AcqRel);
        if let (false, Some(window)) = (is_taking, self.window.get()) {
            window.request_repaint();
        }
    }

    /// The window takes in what is sent from now on without being woken, or, with `false`, has to be woken again: what
    /// was sent until then it must take in after this.
    fn take_on(&self, is_taking: bool) {
        self.is_taking.swap(is_taking, Ordering::AcqRel);
    }
}

/// The application.
pub struct Shell {
    model: App,
    window: WindowState,
    /// Each with the moment that it was sent at, on the thread that sent it.
    sender: Sender<(Moment, Event)>,
    events: Receiver<(Moment, Event)>,
    /// When this run began.
    began: Instant,
    waker: Arc<Waker>,
    program: PathBuf,
    files: Files,
    /// Where edits are written down before they are stored.
    logbook: Logbook,
    farewell: Farewell,
    remembering: Remembering,
    peers: Option<PeerPool>,
    picker: Option<Picker>,
    completion: Option<Completion>,
    lab: Option<LabThread>,
    answers: Option<AnswerKeeper>,
    clipboard: clipboard::Clipboard,
    /// Something was copied, from the bytes or from a text field.
    has_copied: bool,
    bequest: clipboard::Bequest,
    next_fade: Option<Instant>,
    /// The desktop wants less motion, once it has said so or the contrary.
    desktop_motion: Arc<OnceLock<bool>>,
    /// Nothing moves.
    is_still: bool,
    /// The lookup to begin with, and the file it is for.
    at: Option<(DocId, String)>,
    /// Of the files to begin with, the one that is to be in front, whichever is open first.
    first: Option<DocId>,
    title: String,
    may_close: bool,
    /// Frames drawn so far, up to a few.
    frames: u8,
    /// What the pool is told once there is something on the screen: processes would compete with the first frame.
    later: Vec<Effect>,
    focus_wanted: Option<Focus>,
    /// What had the keyboard in the last frame.
    keyboard: Option<egui::Id>,
}

/// It is now, in a run that began then.
fn moment(began: Instant) -> Moment {
    let utc = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Moment {
        utc: utc.unwrap_or_default(),
        run: began.elapsed(),
    }
}

/// Tells the window what happened, from whichever thread.
fn report(began: Instant, sender: &Sender<(Moment, Event)>, waker: &Arc<Waker>) -> EventSink {
    let (sender, waker) = (sender.clone(), Arc::clone(waker));
    Arc::new(move |event| {
        if sender.send((moment(began), event)).is_ok() {
            waker.wake();
        }
    })
}

impl Shell {
    /// Begins to open the files at once, before there is a window, so that the first frame has bytes.
    #[must_use]
    pub fn new(program: PathBuf, start: Start) -> Self {
        let (sender, events) = channel();
        let (began, waker) = (Instant::now(), Arc::<Waker>::default());
        let report = report(began, &sender, &waker);
        let mut shell = Self {
            model: App::new(Settings::default()),
            window: WindowState::default(),
            sender,
            events,
            began,
            waker,
            program,
            files: Files::default(),
            logbook: Logbook::new(move |news| report(Event::Journal(news))),
            farewell: Farewell::default(),
            remembering: Remembering::default(),
            peers: None,
            picker: None,
            completion: None,
            lab: None,
            answers: None,
            clipboard: clipboard::Clipboard::default(),
            has_copied: false,
            bequest: clipboard::Bequest::default(),
            next_fade: None,
            desktop_motion: Arc::default(),
            is_still: false,
            at: None,
            first: None,
            title: String::new(),
            may_close: false,
            frames: 0,
            later: Vec::new(),
            focus_wanted: Some(Focus::Grid),
            keyboard: None,
        };
        let mut effects = Vec::new();
        for request in start.requests {
            shell.model.open_request(request, &mut effects);
        }
        let first = effects.iter().find_map(|effect| match effect {
            Effect::Open(doc, ..) => Some(*doc),
            _ => None,
        });
        shell.first = first;
        shell.at = first.zip(start.at);
        for effect in effects {
            if let Effect::Open(doc, mapping, request) = effect {
                shell.open(doc, mapping, request);
            }
        }
        shell.list_experiments();
        shell
    }

    /// Takes the window over: fonts, theme.
    pub fn attach(&mut self, cc: &eframe::CreationContext<'_>) {
        let ctx = &cc.egui_ctx;
        let _ = self.waker.window.set(ctx.clone());
        Theme::install(ctx);
        fonts::install(ctx);
        ctx.add_plugin(Turns::default());
        ctx.options_mut(|options| options.zoom_with_keyboard = false); // the table of commands has those keys
        set_theme(ctx, self.model.settings.theme);
    }

    /// The state, for tests that drive the window without a display.
    #[must_use]
    pub fn model(&self) -> &App {
        &self.model
    }

    /// Does what a person asked for in the view that has the focus, as a click or a key would.
    pub fn act(&mut self, ctx: &egui::Context, action: Action) {
        let view = self.model.view().map(|view| view.id);
        self.apply(ctx, Intent { view, action });
    }

    fn apply(&mut self, ctx: &egui::Context, intent: Intent) {
        let Intent { view, action } = intent;
        let action = match action {
            Action::Edit(EditAction::Paste(pasted)) => {
                Action::Edit(EditAction::Paste(self.clipboard.pasted(pasted)))
            }
            Action::Edit(EditAction::PasteAs(form, pasted)) => {
                Action::Edit(EditAction::PasteAs(form, self.clipboard.pasted(pasted)))
            }
            other => other,
        };
        self.model.tick(moment(self.began));
        let effects = self.model.apply(Intent { view, action });
        self.run(ctx, effects);
    }

    fn report(&self) -> EventSink {
        report(self.began, &self.sender, &self.waker)
    }

    /// Takes note of what workers reported, for a bounded time.
    fn drain(&mut self, ctx: &egui::Context) {
        let start = Instant::now();
        while start.elapsed() < DRAIN {
            match self.events.try_recv() {
                Ok((at, event)) => self.take(ctx, at, event),
                Err(_) => return,
            }
        }
        ctx.request_repaint(); // the rest in the next frame
    }

    fn take(&mut self, ctx: &egui::Context, at: Moment, event: Event) {
        self.model.tick(at);
        self.files.note(&event);
        let opened = match &event {
            Event::Opened(doc, _) => Some(*doc),
            _ => None,
        };
        let peers = Files::wants_peers_told(&event);
        let is_of_peer = matches!(event, Event::Peer(_));
        let effects = self.model.take(event);
        if is_of_peer {
            self.files.tell_own(&self.model);
        }
        if let Some(doc) = peers {
            self.tell_peers_of(doc);
        }
        self.run(ctx, effects);
        self.look_next(ctx);
        if opened.is_some() {
            self.bring_first_forward(ctx);
        }
        if let Some(doc) = opened
            && let Some((_, at)) = self.at.take_if(|(first, _)| *first == doc)
            && let Some(view) = self.model.doc_by(doc).map(|doc| doc.view().id)
        {
            for action in [ViewAction::LookupEdited(at), ViewAction::LookupCommit] {
                let intent = Intent {
                    view: Some(view),
                    action: Action::View(action),
                };
                self.apply(ctx, intent);
            }
        }
    }

    /// Workers open the files to begin with at the same time, in whatever order.
    fn bring_first_forward(&mut self, ctx: &egui::Context) {
        let open = self
            .first
            .filter(|first| self.model.doc_by(*first).is_some());
        if let Some(first) = open {
            let intent = Intent {
                view: None,
                action: Action::App(AppAction::FocusDoc(first)),
            };
            self.apply(ctx, intent);
        }
        if self.model.incoming.is_empty() {
            self.first = None;
        }
    }

    fn run(&mut self, ctx: &egui::Context, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Open(doc, mapping, request) => self.open(doc, mapping, request),
                Effect::Close(doc) => self.close(doc),
                Effect::File(order) => self.ask(ctx, order),
                Effect::CancelJob(doc, number) => self.files.cancel(doc, number),
                Effect::Peers(order) => self.order_peers(ctx, order),
                Effect::Pick(request) => self.pick(&request),
                Effect::CancelPick => {
                    if let Some(picker) = &self.picker {
                        picker.cancel(); // dropping it would wait for the helper to go
                    }
                }
                Effect::Complete(text) => self.complete(&text),
                Effect::LabRun { names, pace } => self.run_experiments(&names, pace),
                Effect::LabAnswered(answer) => self.keep_answer(answer),
                Effect::LabForget(name) => self.forget_answer(name),
                Effect::LabStep => self.step_experiments(),
                Effect::LabHaveDone(item) => self.have_experiment_do(item),
                Effect::LabGoOn => self.let_experiments_go_on(),
                Effect::LabStop => self.stop_experiments(),
                Effect::CopyText(clip) => self.clipboard.copy(ctx, clip),
                Effect::Focus(focus) => self.focus_wanted = Some(focus),
                Effect::Zoom(by) => {
                    self.model.settings.zoom_by(by);
                    ctx.set_zoom_factor(self.model.settings.zoom());
                }
                Effect::Theme(theme) => set_theme(ctx, theme),
                Effect::ToggleFullScreen => {
                    let full = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
                    ctx.send_viewport_cmd(egui::ViewportCommand::Fullscreen(!full));
                }
                Effect::Retire(..) | Effect::ListOffer { .. } => self.on_offer(effect),
                Effect::Quit => {
                    self.logbook.is_decided();
                    self.may_close = true;
                    self.bequest.note(self.has_copied);
                    ctx.send_viewport_cmd(egui::ViewportCommand::Close);
                }
            }
        }
    }

    /// The window is being closed: what would be lost is asked about first.
    fn closing(&mut self, ctx: &egui::Context) {
        let closing = ctx.input(|input| input.viewport().close_requested());
        if closing && !self.may_close {
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.act(ctx, Action::App(AppAction::Quit));
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
            self.act(ctx, Action::App(AppAction::Fade));
        }
        ctx.request_repaint_after(FADE_EVERY);
    }

    /// Draws, and returns what the person did and which views stand on the screen.
    fn draw(&mut self, ui: &mut egui::Ui) -> (Vec<Intent>, Vec<ViewId>) {
        let theme = if ui.ctx().theme() == egui::Theme::Dark {
            Theme::dark()
        } else {
            Theme::light()
        };
        let frame = Frame::new(&self.model, &theme);
        window_ui(ui, &frame, &mut self.window)
    }
}

impl eframe::App for Shell {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.drain(ctx);
        self.closing(ctx);
        self.note_unsaved();
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        self.wait_for_bytes(&ctx);
        self.mind_motion(&ctx);
        self.fade(&ctx);
        self.put_focus(&ctx);
        self.window.is_first = self.frames == 0;
        let (intents, shown) = self.draw(ui);
        self.note_area(&ctx);
        if !intents.is_empty() {
            ctx.request_repaint();
        }
        for intent in intents {
            self.apply(&ctx, intent);
        }
        if shown != self.model.shown() {
            ctx.request_repaint();
            self.act(&ctx, Action::App(AppAction::Shown(shown)));
        }
        // A frame that is laid out once more is not on the screen yet.
        self.frames = self.frames.saturating_add(u8::from(!ctx.will_discard()));
        if self.frames > 1 && !self.later.is_empty() {
            let later = std::mem::take(&mut self.later);
            self.run(&ctx, later);
        } else if !self.later.is_empty() || self.window.is_first {
            ctx.request_repaint();
        }
        self.has_copied |= ctx.output(|output| {
            let mut commands = output.commands.iter();
            commands.any(|command| matches!(command, egui::OutputCommand::CopyText(_)))
        });
        let title = self.model.title();
        if title != self.title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
        self.note_unsaved();
        self.remember(&ctx);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.remember_the_last();
    }
}

fn set_theme(ctx: &egui::Context, theme: ThemeChoice) {
    ctx.set_theme(match theme {
        ThemeChoice::System => egui::ThemePreference::System,
        ThemeChoice::Dark => egui::ThemePreference::Dark,
        ThemeChoice::Light => egui::ThemePreference::Light,
    });
}
