//! The same fill by the real worker and the real model, with no window between them.
//!
//! It owns the loop that the window's shell has otherwise: effects go to the worker, events to the model. It must not know
//! what either of them does with a fill.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use mapscope::map::{Access, CallLog, Mode, OpenFile};
use mapscope::model::{
    Action, App, AppAction, EditAction, Effect, Event, Intent, OpenRequest, ScratchFile, Settings,
    View, ViewAction,
};
use mapscope::work::file::{EventSink, FileWorker};

use super::{MIB, MOST_LEFT, MOST_TIME, N_ROUNDS, N_WARM, NOW, PEAK, map, median, store};

/// How long an answer may take on a slow and busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a fill may take more at any moment, of the heap and of private copies together, and what is counted beside it:
/// the messages and the bytes on the screen.
const MOST_MORE: usize = 4 * MIB;
const BESIDE: usize = MIB / 4;
const FILLED: u8 = 0x5a;

/// An open file of 1 MiB, all of it selected.
struct Opened {
    app: App,
    worker: FileWorker,
    events: Receiver<Event>,
}

impl Opened {
    fn new(path: &Path) -> Self {
        let (sender, events) = channel();
        let report: EventSink = Arc::new(move |event| {
            let _ = sender.send(event);
        });
        let mut app = App::new(Settings::default());
        let request = OpenRequest {
            path: Some(path.to_owned()),
            scratch: ScratchFile::Sample,
            mode: Mode::Private,
            access: Access::ReadWrite,
            span: None,
        };
        let mut effects = Vec::new();
        app.open_request(request, &mut effects);
        let worker = effects.into_iter().find_map(|effect| match effect {
            Effect::Open(doc, mapping, request) => {
                let program = PathBuf::from("mapscope"); // of which nothing is started
                FileWorker::open(doc, mapping, request, program, Arc::clone(&report)).ok()
            }
            _ => None,
        });
        let mut opened = Self {
            app,
            worker: worker.expect("a worker"),
            events,
        };
        opened.until("the file", |app| app.view().is_some());
        let view = opened.view().id;
        opened.act(Action::App(AppAction::Shown(vec![view])));
        opened.act(Action::View(ViewAction::Layout {
            columns: 16,
            page_rows: 40,
        }));
        opened.until("the bytes on the screen", |app| {
            app.view().is_some_and(|view| view.window.is_some())
        });
        opened.act(Action::View(ViewAction::SelectAll));
        opened
    }

    fn view(&self) -> &View {
        self.app.view().expect("an open file")
    }

    fn act(&mut self, action: Action) {
        let view = self.app.view().map(|view| view.id);
        let effects = self.app.apply(Intent { view, action });
        self.run(effects);
    }

    fn run(&self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::File(order) = effect {
                assert!(self.worker.send(order).is_ok(), "the worker takes an order");
            }
        }
    }

    /// Takes what the worker says in until it is so.
    fn until(&mut self, what: &str, is_so: impl Fn(&App) -> bool) {
        while !is_so(&self.app) {
            let event = self.events.recv_timeout(PATIENCE);
            let effects = self.app.take(event.expect(what));
            self.run(effects);
        }
    }

    /// Changes bytes, and waits until that is done and recorded.
    fn edit(&mut self, action: EditAction) {
        let before = self.view().journal.revision();
        self.act(Action::Edit(action));
        self.until("the end of an edit", |app| {
            app.view()
                .is_some_and(|view| view.journal.revision() != before && view.pending.is_empty())
        });
    }

    /// Takes in whatever is still said, until nothing is for a moment.
    fn settle(&mut self) {
        while let Ok(event) = self.events.recv_timeout(Duration::from_millis(400)) {
            let effects = self.app.take(event);
            self.run(effects);
        }
    }
}

/// A fill by the person against the same store through the mapping layer alone, taking turns.
pub(super) fn time(path: &Path, file: &OpenFile, log: &CallLog) -> bool {
    let new = vec![FILLED; MIB];
    let mut times: [Vec<Duration>; 2] = Default::default();
    for round in 0..N_WARM + N_ROUNDS {
        let mapping = map(file, log);
        let start = Instant::now();
        drop(store(&mapping, file, MIB, &new));
        let alone = start.elapsed();
        let mut opened = Opened::new(path);
        let start = Instant::now();
        opened.edit(EditAction::Fill(FILLED));
        let both = start.elapsed();
        if round >= N_WARM {
            times[0].push(alone);
            times[1].push(both);
        }
    }
    let [alone, both] = times.map(median);
    let ratio = both.as_secs_f64() / alone.as_secs_f64();
    println!(
        "a fill by worker and model: stored {:.0} us, from key to record {:.0} us, ratio {ratio:.2} (at most {MOST_TIME:.0})",
        alone.as_secs_f64() * 1e6,
        both.as_secs_f64() * 1e6,
    );
    ratio <= MOST_TIME
}

/// What a fill takes of the heap, beside the private copies that the store makes, and what is left after its undo and one
/// further edit: of the heap, and of private copies.
pub(super) fn memory(path: &Path) -> bool {
    let mut opened = Opened::new(path);
    // the first of everything: caches of the program, and the list of calls
    opened.edit(EditAction::Fill(1));
    opened.edit(EditAction::Undo);
    opened.act(Action::Edit(EditAction::HexDigit(0)));
    opened.edit(EditAction::HexDigit(0));
    opened.settle();
    let before = NOW.load(Ordering::Relaxed);
    let resident = anonymous_kib();
    opened.act(Action::View(ViewAction::SelectAll));
    let mut peak_of = |action| {
        PEAK.store(NOW.load(Ordering::Relaxed), Ordering::Relaxed);
        opened.edit(action);
        opened.settle();
        PEAK.load(Ordering::Relaxed).saturating_sub(before)
    };
    let peak = peak_of(EditAction::Fill(FILLED));
    let kept = NOW.load(Ordering::Relaxed).saturating_sub(before);
    let peak_undo = peak_of(EditAction::Undo);
    opened.act(Action::Edit(EditAction::HexDigit(1)));
    opened.edit(EditAction::HexDigit(1));
    opened.settle();
    let left = NOW.load(Ordering::Relaxed).saturating_sub(before);
    let resident = anonymous_kib() - resident;
    println!(
        "a fill by worker and model: peak {peak} bytes (at most {}), kept {kept}, peak of its undo {peak_undo}; after undo and one edit {left} of the heap (at most {MOST_LEFT}), {resident:+} KiB anonymous",
        MOST_MORE + BESIDE
    );
    peak <= MOST_MORE + BESIDE && left <= MOST_LEFT && resident <= 1024
}

/// Resident private memory of this process in KiB: heap, stacks and private copies.
fn anonymous_kib() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
