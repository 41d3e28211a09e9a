//! The program's shell without a screen: its frames are drawn one by one in the test's own thread, so that what is described
//! can be read, and how long that thread was held up can be measured.

use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT as _;
use mapscope::app::{Shell, Start};
use mapscope::model::{App, Doc, OpenRequest};

use crate::rig::PATIENCE;

pub(crate) const CTRL: Modifiers = Modifiers {
    ctrl: true,
    command: true,
    ..Modifiers::NONE
};
pub(crate) const PLAIN: Modifiers = Modifiers::NONE;
/// Between two frames while something is waited for.
pub(crate) const PAUSE: Duration = Duration::from_millis(5);

pub(crate) type Window = Harness<'static, Shell>;

/// A window of this size on these files.
pub(crate) fn window_on(requests: Vec<OpenRequest>, size: [f32; 2]) -> Window {
    Harness::builder()
        .with_size(size)
        .with_step_dt(0.1)
        .allow_missing_glyphs()
        .build_eframe(|creation| {
            let program = PathBuf::from(env!("CARGO_BIN_EXE_mapscope"));
            let mut shell = Shell::new(program, Start { requests, at: None });
            shell.attach(creation);
            shell
        })
}

pub(crate) fn model(window: &Window) -> &App {
    window.state().model()
}

#[track_caller]
pub(crate) fn doc(window: &Window) -> &Doc {
    model(window).doc().expect("a file is open")
}

/// All that is described.
pub(crate) fn labels(window: &Window) -> Vec<String> {
    let nodes = window.root().children_recursive();
    nodes
        .filter_map(|node| {
            let node = node.accesskit_node();
            node.label().or_else(|| node.value())
        })
        .collect()
}

/// Something is called so, or begins so.
pub(crate) fn has(window: &Window, words: &str) -> bool {
    labels(window).iter().any(|label| label.starts_with(words))
}

pub(crate) fn title_has(window: &Window, words: &str) -> bool {
    model(window).title().contains(words)
}

#[track_caller]
pub(crate) fn until(window: &mut Window, what: &str, mut reached: impl FnMut(&Window) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        window.step();
        if reached(window) {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "waited in vain until {what}: {:#?}",
            labels(window)
        );
        sleep(PAUSE);
    }
}

pub(crate) fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.step();
}

pub(crate) fn type_text(window: &mut Window, text: &str) {
    for character in text.chars() {
        window.event(Event::Text(character.to_string()));
    }
    window.step();
}

/// Time that this thread had, and that it waited for a processor.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    wall: Instant,
    ran: Duration,
    queued: Duration,
}

impl Clock {
    pub(crate) fn now() -> Self {
        let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        let mut words = text.split_whitespace().map(|word| word.parse().unwrap());
        let mut next = || Duration::from_nanos(words.next().unwrap());
        Self {
            wall: Instant::now(),
            ran: next(),
            queued: next(),
        }
    }

    /// How long it took, but for the time in which other work had the processor.
    pub(crate) fn took_since(self, start: Self) -> Duration {
        let took = self.wall.duration_since(start.wall);
        took.saturating_sub(self.queued.saturating_sub(start.queued))
    }

    /// How long this thread slept or was blocked.
    pub(crate) fn blocked_since(self, start: Self) -> Duration {
        let ran = self.ran.saturating_sub(start.ran);
        self.took_since(start).saturating_sub(ran)
    }
}
