//! What a person does in the window, one step at a time, and how long each holds the window up.
//!
//! It must not know what hangs.

use std::time::Duration;

use egui::{Key, Modifiers};
use egui_kittest::kittest::NodeT as _;
use mapscope::model::Tab;

use crate::indoors::*;

/// The window is blocked at most so long by anything.
const MOST: Duration = Duration::from_millis(100);
/// Frames after which what was asked for must be there.
const MOST_FRAMES: usize = 40;

/// What a person does at once.
type Act = Box<dyn Fn(&mut Window)>;

/// Something that a person does, and how the window answers.
pub(super) struct Step {
    pub(super) name: &'static str,
    /// What is done one by one, as keys are.
    acts: Vec<Act>,
    /// What is so once the last was answered.
    pub(super) is_answered: Box<dyn Fn(&Window) -> bool>,
}

impl Step {
    /// Does it, and how long what took longest of it held the window up.
    pub(super) fn measured(
        &self,
        window: &mut Window,
        is_answered: &dyn Fn(&Window) -> bool,
    ) -> Times {
        let mut most = Times::default();
        for (index, act) in self.acts.iter().enumerate() {
            let is_last = index + 1 == self.acts.len();
            let start = Clock::now();
            act(window);
            let mut frames = 0..MOST_FRAMES;
            let comes = frames.any(|_| {
                window.step();
                !is_last || is_answered(window)
            });
            let end = Clock::now();
            assert!(comes, "{} does not come: {:#?}", self.name, labels(window));
            most.blocked = most.blocked.max(end.blocked_since(start));
            most.took = most.took.max(end.took_since(start));
        }
        most
    }
}

/// How long the window was held up.
#[derive(Clone, Copy, Default)]
pub(super) struct Times {
    /// It slept or was blocked.
    blocked: Duration,
    /// It took until it was drawn, but for the time in which other work had the processor.
    took: Duration,
}

/// The longest times of many steps.
#[derive(Default)]
pub(super) struct Most {
    times: Times,
    names: [&'static str; 2],
}

impl Most {
    /// Adds those of one more. How long it took depends on what else the machine does: it is said, and nothing else.
    #[track_caller]
    pub(super) fn add(&mut self, what: &str, name: &'static str, times: Times) {
        let Times { blocked, took } = times;
        assert!(blocked < MOST, "{what}: blocked for {blocked:?} at: {name}");
        if blocked > self.times.blocked {
            (self.times.blocked, self.names[0]) = (blocked, name);
        }
        if took > self.times.took {
            (self.times.took, self.names[1]) = (took, name);
        }
    }
}

impl std::fmt::Display for Most {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ms = [self.times.blocked, self.times.took].map(|time| time.as_secs_f64() * 1e3);
        let [blocked, took] = self.names;
        write!(
            f,
            "blocked for at most {:.1} ms ({blocked}), answered within {:.1} ms ({took})",
            ms[0], ms[1]
        )
    }
}

pub(super) fn step(
    name: &'static str,
    act: impl Fn(&mut Window) + 'static,
    is_answered: impl Fn(&Window) -> bool + 'static,
) -> Step {
    Step {
        name,
        acts: vec![Box::new(act)],
        is_answered: Box::new(is_answered),
    }
}

/// A key, and the tab of the panel that it shows.
pub(super) fn tab(name: &'static str, key: Key, tab: Tab) -> Step {
    step(
        name,
        move |window| window.key_press_modifiers(CTRL, key),
        move |window| model(window).settings.tab == tab,
    )
}

/// A key, and words that the window then has.
pub(super) fn shows(
    name: &'static str,
    modifiers: Modifiers,
    key: Key,
    words: &'static str,
) -> Step {
    step(
        name,
        move |window| window.key_press_modifiers(modifiers, key),
        move |window| has(window, words),
    )
}

/// A key, and words that the window then has no more.
pub(super) fn hides(
    name: &'static str,
    modifiers: Modifiers,
    key: Key,
    words: &'static str,
) -> Step {
    step(
        name,
        move |window| window.key_press_modifiers(modifiers, key),
        move |window| !has(window, words),
    )
}

/// Something that is described has these words.
pub(super) fn says(window: &Window, words: &str) -> bool {
    labels(window).iter().any(|label| label.contains(words))
}

/// Clicks what begins with this name and takes clicks, of several the last.
#[track_caller]
pub(super) fn click(window: &mut Window, name: &str) {
    let place_of = |window: &Window| {
        let named = window.root().children_recursive().filter(|node| {
            let node = node.accesskit_node();
            node.label().is_some_and(|label| label.starts_with(name))
                && node.data().supports_action(egui::accesskit::Action::Click)
        });
        named.last().map(|node| node.rect())
    };
    // words beside it that count the seconds may move it
    let Some(place) = point_at(window, place_of) else {
        panic!("nothing to click is called {name:?}: {:#?}", labels(window));
    };
    for pressed in [true, false] {
        pointer_button(window, place, pressed);
    }
}

pub(super) fn clicks(
    name: &'static str,
    clicked: &'static str,
    is_answered: impl Fn(&Window) -> bool + 'static,
) -> Step {
    step(name, move |window| click(window, clicked), is_answered)
}

/// A key, and what follows from it.
pub(super) fn key(
    name: &'static str,
    (modifiers, key): (Modifiers, Key),
    is_answered: impl Fn(&Window) -> bool + 'static,
) -> Step {
    let act = move |window: &mut Window| window.key_press_modifiers(modifiers, key);
    step(name, act, is_answered)
}

/// A text that is typed, and what follows from it.
pub(super) fn typed(
    name: &'static str,
    text: impl Into<String>,
    is_answered: impl Fn(&Window) -> bool + 'static,
) -> Step {
    let text: String = text.into();
    let acts = text.chars().map(|character| {
        let event = egui::Event::Text(character.to_string());
        let act = move |window: &mut Window| window.event(event.clone());
        Box::new(act) as Act
    });
    Step {
        acts: acts.collect(),
        ..step(name, |_| (), is_answered)
    }
}

pub(super) fn esc(name: &'static str, goes: &'static str) -> Step {
    key(name, (PLAIN, Key::Escape), move |window| {
        !says(window, goes)
    })
}

pub(super) fn is_waiting(window: &Window, what: &str) -> bool {
    let waiting = |label: &String| label.contains(what) && label.contains("waiting for storage");
    labels(window).iter().any(waiting)
}

/// The name of what has the keys.
pub(super) fn focused(window: &Window) -> String {
    let mut nodes = window.root().children_recursive();
    let node = nodes.find(egui_kittest::Node::is_focused);
    let name = node.and_then(|node| node.accesskit_node().label());
    name.unwrap_or_default()
}
