//! Every panel, menu, form and order of the window, once each while the storage hangs: all answer at once, and what cannot be
//! had says that it waits.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::{Key, Modifiers, OutputCommand};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::map::Mode;
use mapscope::model::{Action, MappingAction, Tab, ThemeChoice, Topic};
use tempfile::TempDir;

use super::{MOST, MOST_FRAMES, Step, hides, open_both, shows, step, tab, turn, until_waits};
use crate::indoors::*;
use crate::rig::hanging::{FILL, Hanging, Hangs};

/// Between two frames at most while something waits, in seconds.
const SOON: Duration = Duration::from_secs(1);
const ALT: Modifiers = Modifiers::ALT;
const SHIFT: Modifiers = Modifiers::SHIFT;
const CTRL_SHIFT: Modifiers = Modifiers {
    shift: true,
    ..CTRL
};
/// A menu's letter, and an item that no other place has.
const MENUS: [(&str, Key, &str); 7] = [
    ("the menu File", Key::F, "Type a path"),
    ("the menu Edit", Key::E, "Select all"),
    ("the menu Mapping", Key::M, "Map the whole file"),
    ("the menu Go", Key::G, "Repeat the last lookup"),
    ("the menu Lab", Key::L, "Run its topic"),
    ("the menu View", Key::V, "Full screen"),
    ("the menu Help", Key::H, "Keys and signs"),
];

/// Something that is described has these words.
pub(super) fn says(window: &Window, words: &str) -> bool {
    labels(window).iter().any(|label| label.contains(words))
}

/// Clicks what begins with this name and takes clicks, of several the last.
#[track_caller]
pub(super) fn click(window: &mut Window, name: &str) {
    let named = window.root().children_recursive().filter(|node| {
        let node = node.accesskit_node();
        node.label().is_some_and(|label| label.starts_with(name))
            && node.data().supports_action(egui::accesskit::Action::Click)
    });
    match named.last() {
        Some(node) => node.click(),
        None => panic!("nothing to click is called {name:?}: {:#?}", labels(window)),
    }
}

fn clicks(
    name: &'static str,
    clicked: &'static str,
    is_answered: impl Fn(&Window) -> bool + 'static,
) -> Step {
    step(name, move |window| click(window, clicked), is_answered)
}

/// A key, and what follows from it.
fn key(
    name: &'static str,
    (modifiers, key): (Modifiers, Key),
    is_answered: impl Fn(&Window) -> bool + 'static,
) -> Step {
    let act = move |window: &mut Window| window.key_press_modifiers(modifiers, key);
    step(name, act, is_answered)
}

/// A text that is typed, and what follows from it.
fn typed(
    name: &'static str,
    text: impl Into<String>,
    is_answered: impl Fn(&Window) -> bool + 'static,
) -> Step {
    let text = text.into();
    let act = move |window: &mut Window| {
        for character in text.chars() {
            window.event(egui::Event::Text(character.to_string()));
        }
    };
    step(name, act, is_answered)
}

fn esc(name: &'static str, goes: &'static str) -> Step {
    key(name, (PLAIN, Key::Escape), move |window| {
        !says(window, goes)
    })
}

fn is_waiting(window: &Window, what: &str) -> bool {
    let waiting = |label: &String| label.contains(what) && label.contains("waiting for storage");
    labels(window).iter().any(waiting)
}

/// A menu is opened, and an item clicked.
fn item(
    (menu, letter, shown): (&'static str, Key, &'static str),
    name: &'static str,
    label: &'static str,
    is_answered: impl Fn(&Window) -> bool + 'static,
) -> Vec<Step> {
    vec![
        shows(menu, ALT, letter, shown),
        clicks(name, label, is_answered),
    ]
}

fn menus() -> Vec<Step> {
    let menus = MENUS.into_iter().flat_map(|(name, key, shown)| {
        [
            shows(name, ALT, key, shown),
            hides(name, PLAIN, Key::Escape, shown),
        ]
    });
    menus.collect()
}

/// Where the job that writes what happened is to leave it.
fn listed(folder: &Path) -> PathBuf {
    folder.join("happened.txt")
}

fn what_happened(folder: &Path) -> Vec<Step> {
    let is_copied = |window: &Window| {
        let commands = &window.output().platform_output.commands;
        let mut commands = commands.iter();
        commands.any(|command| matches!(command, OutputCommand::CopyText(_)))
    };
    let path = listed(folder);
    let typed_path = path.display().to_string();
    vec![
        clicks("copying what happened", "Copy all", is_copied),
        clicks("saving steps", "Save as steps", |window| {
            says(window, "Save the steps to")
        }),
        esc("saving no steps", "Save the steps to"),
        clicks("saving what happened", "Save as text", |window| {
            says(window, "Save what happened to")
        }),
        typed("the place to save to", typed_path, move |window| {
            let saving = doc(window).saving.as_ref();
            saving.is_some_and(|saving| Path::new(&saving.text) == path)
        }),
        key("saving there", (PLAIN, Key::Enter), |window| {
            is_waiting(window, "Saving what happened")
        }),
        clicks("stopping that", "Stop", |window| {
            is_waiting(window, "Stopping: Saving what happened")
        }),
    ]
}

/// The name of what has the keys.
fn focused(window: &Window) -> String {
    let mut nodes = window.root().children_recursive();
    let node = nodes.find(egui_kittest::Node::is_focused);
    let name = node.and_then(|node| node.accesskit_node().label());
    name.unwrap_or_default()
}

fn rows() -> Vec<Step> {
    let is_open = |window: &Window| has(window, "Fork a child") || has(window, "Write as it");
    vec![
        key("the first row of who sees it", (PLAIN, Key::F7), |window| {
            focused(window).starts_with("this view, ")
        }),
        key("the menu of a row", (PLAIN, Key::Enter), is_open),
        key("no menu of a row", (PLAIN, Key::Escape), move |window| {
            !is_open(window)
        }),
    ]
}

fn forms() -> Vec<Step> {
    let fills = "Fill 1 byte with";
    let mut steps = vec![
        shows("the form to fill", CTRL, Key::B, fills),
        typed("the byte to fill with", "cc", |window| {
            doc(window).view().fill_text.as_deref() == Some("cc")
        }),
        key("filling", (PLAIN, Key::Enter), |window| {
            !has(window, "Fill 1 byte with") && is_waiting(window, "Storing")
        }),
    ];
    steps.extend(item(
        MENUS[0],
        "saving the selection",
        "Save selection as",
        |window| says(window, "Save the selection to"),
    ));
    steps.push(esc("saving no selection", "Save the selection to"));
    steps
}

/// Another file, a sound one, is to be pasted: the worker of this one does not come to it.
fn pasting(sound: &Path) -> Vec<Step> {
    let text = sound.display().to_string();
    let sound = sound.to_owned();
    let mut steps = item(MENUS[1], "pasting a file", "Paste from a file", |window| {
        says(window, "Paste at the cursor the bytes of")
    });
    steps.extend([
        key("all of the path", (CTRL, Key::A), |_| true),
        typed("the file to paste", text, move |window| {
            let saving = doc(window).saving.as_ref();
            saving.is_some_and(|saving| Path::new(&saving.text) == sound)
        }),
        key("pasting it", (PLAIN, Key::Enter), |window| {
            is_waiting(window, "sound.bin to paste it")
        }),
        clicks("pasting it no more", "Stop", |window| {
            !says(window, "to paste it")
        }),
    ]);
    steps
}

fn finding() -> Vec<Step> {
    let form = "Looked for as: ";
    vec![
        shows("the form Find", CTRL, Key::F, form),
        typed("what to look for", "41 41", |window| {
            model(window).find.text == "41 41"
        }),
        key("looking for it", (PLAIN, Key::Enter), |window| {
            is_waiting(window, "Searching")
        }),
        key("the tab Found", (CTRL, Key::Num7), |window| {
            model(window).settings.tab == Tab::Found && is_waiting(window, "Searching")
        }),
        clicks("stopping the search", "Stop", |window| {
            !is_waiting(window, "Searching") && says(window, "Stopped")
        }),
        clicks("closing Find", "Close Find", move |window| {
            !says(window, form)
        }),
    ]
}

fn sums() -> Vec<Step> {
    vec![
        tab("sums", Key::Num8, Tab::Sums),
        clicks("computing sums", "Compute", |window| {
            is_waiting(window, "Summing")
        }),
        clicks("computing no sums", "Stop", |window| {
            !says(window, "Summing")
        }),
    ]
}

fn inspector() -> Vec<Step> {
    vec![
        shows("the inspector", CTRL, Key::I, "Data inspector"),
        clicks("a value of it", "u8: ", |window| says(window, "u8, typed")),
        typed("another value", "91", |window| says(window, "u8, typed")),
        key("storing the value", (PLAIN, Key::Enter), |window| {
            !says(window, "u8, typed") && is_waiting(window, "Storing")
        }),
        hides("no inspector", CTRL, Key::I, "Data inspector"),
    ]
}

fn edits(mode: Mode) -> Vec<Step> {
    let mut steps = vec![tab("edits", Key::Num5, Tab::Edits)];
    if mode == Mode::Private {
        let one = "Undo this one, at 0x0";
        steps.push(clicks("taking one edit back", one, |window| {
            is_waiting(window, "Taking an edit back")
        }));
    }
    steps
}

fn looking_up() -> Vec<Step> {
    vec![
        key("the field Look up", (CTRL, Key::G), |window| {
            focused(window) == "Look up"
        }),
        typed("an index", "9000", |window| {
            has(window, "waiting for storage")
        }),
        key("no index", (PLAIN, Key::Escape), |window| {
            !has(window, "waiting for storage")
        }),
    ]
}

fn lab() -> Vec<Step> {
    vec![
        tab("the lab", Key::Num4, Tab::Lab),
        clicks("running experiments", "Run all", |window| {
            model(window).lab.queue.is_some()
        }),
        clicks("stopping experiments", "Stop", |window| {
            let queue = model(window).lab.queue.as_ref();
            queue.is_none_or(|queue| queue.stopping)
        }),
    ]
}

fn view_menu() -> Vec<Step> {
    let view = MENUS[5];
    let mut steps = item(view, "another theme", "Light", |window| {
        model(window).settings.theme == ThemeChoice::Light
    });
    steps.extend(item(view, "the theme before", "Dark", |window| {
        model(window).settings.theme == ThemeChoice::Dark
    }));
    let about = "mapscope 0.";
    let shown = move |window: &Window| has(window, about);
    steps.extend(item(MENUS[6], "about the program", "About", shown));
    steps.push(clicks("nothing about it", "Close window", move |window| {
        !has(window, about)
    }));
    steps
}

fn grid_menu() -> Vec<Step> {
    let open = "Fill the selection";
    vec![
        step(
            "the bytes",
            |window| {
                let grid = window.get_by_role_and_label(egui::accesskit::Role::Grid, "Bytes");
                grid.focus();
            },
            |_| true,
        ),
        shows("the menu of the bytes", SHIFT, Key::F10, open),
        hides("no menu of the bytes", PLAIN, Key::Escape, open),
    ]
}

fn another_file(third: &Path) -> Vec<Step> {
    let (third, name) = (third.display().to_string(), "third.bin");
    vec![
        key("the field for a path", (CTRL_SHIFT, Key::O), |window| {
            focused(window) == "Path"
        }),
        key("all of the path", (CTRL, Key::A), |_| true),
        typed("a path", third.clone(), move |window| {
            model(window).path_text.as_ref() == Some(&third)
        }),
        key("opening another file", (PLAIN, Key::Enter), move |window| {
            title_has(window, name)
        }),
        key("closing it", (CTRL, Key::W), |window| {
            title_has(window, "f \u{2014}")
        }),
    ]
}

fn questions(mode: Mode) -> Vec<Step> {
    let (closes, quits) = (
        "The file is about to be closed",
        "The window is about to close",
    );
    let mut steps = vec![
        key("closing", (CTRL, Key::W), move |window| {
            says(window, closes)
        }),
        esc("not closing", closes),
        key("quitting", (CTRL, Key::Q), move |window| {
            says(window, quits)
        }),
        esc("not quitting", quits),
    ];
    if mode == Mode::Private {
        let asks = "A shared mapping shows the file itself";
        steps.extend([
            key("another mode", (CTRL, Key::T), move |window| {
                says(window, asks)
            }),
            esc("the mode as it was", asks),
        ]);
    }
    let makes = match mode {
        Mode::Private => "Making a second view",
        Mode::Shared => "msync, after 1 more",
    };
    steps.push(key(
        "a second view",
        (CTRL_SHIFT, Key::Num2),
        move |window| is_waiting(window, makes),
    ));
    if mode == Mode::Private {
        steps.push(key("the next difference", (PLAIN, Key::F8), |window| {
            is_waiting(window, "Comparing with the file")
        }));
    }
    steps
}

/// Everything, once each.
fn all(mode: Mode, folder: &Path) -> Vec<Step> {
    let sound = folder.join("sound.bin");
    let who = shows("who sees it", CTRL, Key::Num1, "this view, ");
    let mut steps = menus();
    steps.extend(what_happened(folder));
    steps.extend(rows());
    steps.extend(questions(mode));
    steps.extend(edits(mode));
    steps.push(tab("facts", Key::Num3, Tab::Mapping));
    steps.push(tab("lookups", Key::Num2, Tab::Lookups));
    steps.extend(looking_up());
    steps.extend(finding());
    steps.extend(sums());
    steps.extend(pasting(&sound));
    steps.extend(forms());
    steps.extend(inspector());
    steps.extend(lab());
    steps.extend(view_menu());
    steps.extend(grid_menu());
    steps.extend(another_file(&folder.join("third.bin")));
    steps.push(who);
    steps
}

/// Does what `step` says; how long the window was blocked for it, and how long it took.
fn measured(window: &mut Window, step: &Step) -> (Duration, Duration) {
    let start = Clock::now();
    (step.act)(window);
    for _ in 0..MOST_FRAMES {
        window.step();
        if (step.is_answered)(window) {
            let end = Clock::now();
            return (end.blocked_since(start), end.took_since(start));
        }
    }
    panic!("{} does not come: {:#?}", step.name, labels(window));
}

/// The next frame comes by itself, so that what is waited for is told for how long.
#[track_caller]
fn assert_goes_on(window: &Window, name: &str) {
    let delay = window.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay;
    assert!(delay <= SOON, "after {name} nothing is drawn for {delay:?}");
}

/// Does everything while the storage hangs.
fn do_all(window: &mut Window, mode: Mode, folder: &Path) {
    let (mut most, mut longest) = ([Duration::ZERO; 2], [""; 2]);
    let begun = Instant::now();
    for step in all(mode, folder) {
        let times = measured(window, &step);
        for (at, time) in [times.0, times.1].into_iter().enumerate() {
            if time > most[at] {
                (most[at], longest[at]) = (time, step.name);
            }
        }
        assert!(
            times.0 < MOST,
            "{mode}: blocked for {:?} at: {}",
            times.0,
            step.name
        );
        let is_in_front = title_has(window, "f \u{2014}");
        if is_in_front {
            assert!(
                doc(window).notices.get(Topic::Storage).is_some(),
                "what is waited for stands there after: {}",
                step.name
            );
        }
        assert_goes_on(window, step.name);
    }
    super::say(&format!(
        "{mode}, everything within {:.1} s: blocked for at most {:.1} ms ({}), answered within {:.1} ms ({})",
        begun.elapsed().as_secs_f64(),
        most[0].as_secs_f64() * 1e3,
        longest[0],
        most[1].as_secs_f64() * 1e3,
        longest[1],
    ));
}

fn settled(window: &Window) -> bool {
    let mut docs = model(window).docs.iter();
    docs.all(|doc| {
        doc.waiting_seconds.is_none()
            && doc.jobs.is_empty()
            && doc.views.iter().all(|view| view.pending.is_settled())
    })
}

/// A window on the file that can hang, a sound one, and one to be opened.
fn begin(storage: &Hanging) -> (TempDir, Window) {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("third.bin"), [b'T'; 64]).unwrap();
    let window = open_both(storage, folder.path());
    (folder, window)
}

#[test]
fn every_panel_answers_while_reads_hang() {
    let Some(_turn) = turn() else { return };
    let Some(mut storage) = Hanging::or_skip() else {
        return;
    };
    let (folder, mut window) = begin(&storage);
    type_text(&mut window, "5a");
    press(&mut window, CTRL, Key::Home);
    until(&mut window, "the edit is in the view", |window| {
        has(window, "00000000 5a 41 ")
    });
    storage.hang(Hangs::Reads);
    storage.forget_pages();
    until_waits(&mut window);
    do_all(&mut window, Mode::Private, folder.path());
    storage.go_on();
    until(&mut window, "it answers again", settled);
    assert_eq!(storage.stored(), FILL, "what was done is private");
    assert!(!listed(folder.path()).exists(), "that was stopped");
}

#[test]
fn every_panel_answers_while_writes_hang() {
    let Some(_turn) = turn() else { return };
    let Some(mut storage) = Hanging::or_skip() else {
        return;
    };
    let (folder, mut window) = begin(&storage);
    let shared = Action::Mapping(MappingAction::SetMode(Mode::Shared));
    let ctx = window.ctx.clone();
    window.state_mut().act(&ctx, shared);
    until(&mut window, "it is shared", |window| {
        doc(window).view().writes_through()
    });
    type_text(&mut window, "5a");
    press(&mut window, CTRL, Key::Home);
    until(&mut window, "it is stored", |window| {
        has(window, "00000000 5a 41 ")
    });
    storage.hang(Hangs::Writes);
    press(&mut window, CTRL, Key::M);
    until_waits(&mut window);
    do_all(&mut window, Mode::Shared, folder.path());
    assert_eq!(storage.stored(), FILL, "nothing was written yet");
    storage.go_on();
    until(&mut window, "it answers again", settled);
    assert!(!listed(folder.path()).exists(), "that was stopped");
}
