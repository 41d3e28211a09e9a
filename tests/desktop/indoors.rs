//! The program's shell without a screen: its frames are drawn one by one in the test's own thread, so that what is described
//! can be read, and how long that thread was held up can be measured.

#[path = "../it/window/support/frames.rs"]
mod frames;

use std::fs;
use std::time::{Duration, Instant};

use egui_kittest::kittest::NodeT as _;

use crate::rig::PATIENCE;

pub(crate) use frames::{
    CTRL, PAUSE, PLAIN, Shown as Window, act, build as window_on, doc, model, point_at,
    pointer_button, press, type_text,
};

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
pub(crate) fn until(window: &mut Window, what: &str, reached: impl FnMut(&Window) -> bool) {
    let words = |window: &Window| format!("{:#?}", labels(window));
    frames::until_in_frames(window, Window::step, (what, PATIENCE), reached, words);
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
