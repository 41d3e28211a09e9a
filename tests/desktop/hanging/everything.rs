//! Every panel, menu, form and order of the window as steps, once each, and what the window says of each while the storage
//! hangs.
//!
//! It must not know how they are measured.

use std::path::{Path, PathBuf};

use egui::{Key, Modifiers, OutputCommand};
use egui_kittest::kittest::Queryable as _;
use mapscope::map::Mode;
use mapscope::model::happened::By;
use mapscope::model::lab::Pace;
use mapscope::model::{Action, Happening, LabAction, Tab, ThemeChoice};

use super::steps::*;
use crate::indoors::*;

const ALT: Modifiers = Modifiers::ALT;
const SHIFT: Modifiers = Modifiers::SHIFT;
const CTRL_SHIFT: Modifiers = Modifiers {
    shift: true,
    ..CTRL
};
/// Where a store by a call is made beforehand.
pub(super) const CALLED_AT: u64 = 0x30;
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
pub(super) fn listed(folder: &Path) -> PathBuf {
    folder.join("happened.txt")
}

/// The newest store by a call.
pub(super) fn call(window: &Window) -> Option<&Happening> {
    let mut entries = doc(window).happened.newest_first();
    entries.find(|entry| entry.is_store() && matches!(entry.by, By::Calls { .. }))
}

fn entries() -> Vec<Step> {
    let go = |window: &mut Window| {
        let entry = call(window).expect("a store by a call");
        let name = format!("{}: {}", entry.at.time(), entry.full_words());
        click(window, &name);
    };
    vec![
        step("an entry of what happened", go, |window| {
            doc(window).view().viewport.cursor == CALLED_AT
        }),
        clicks("writing back", "Write back as the same", |window| {
            is_waiting(window, "Storing")
        }),
    ]
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
        clicks("the menu of programs", "Export as a program", |window| {
            has(window, "Export as C\u{2026}") && has(window, "Export as Rust\u{2026}")
        }),
        clicks("a program in C", "Export as C", |window| {
            says(window, "Write the program in C")
        }),
        esc("no program in C", "Write the program in C"),
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
        shows("the lab", CTRL, Key::Num4, "Experiments"),
        // No row of an open file can be told what this one does.
        step(
            "an experiment that is tried by hand with its own processes",
            |window| {
                act(
                    window,
                    Action::Lab(LabAction::ByHand("same-frame".to_owned())),
                );
            },
            |window| has(window, "What there is to do"),
        ),
        key(
            "having something done by hand",
            (PLAIN, Key::F4),
            |window| says(window, "By hand: 1 of "),
        ),
        clicks("running experiments", "Run all", |window| {
            // what is tried by hand ends first
            let queue = model(window).lab.queue.as_ref();
            let is_on = queue.is_some_and(|it| it.pace == Pace::AtOnce || it.stopping);
            is_on && labels(window).iter().any(|it| it == "Stop")
        }),
        clicks("stopping experiments", "Stop", |window| {
            let queue = model(window).lab.queue.as_ref();
            queue.is_none_or(|queue| queue.stopping)
        }),
        hides("no lab", CTRL, Key::W, "Experiments"),
        step(
            "an experiment that is tried by hand in a file",
            |window| {
                let name = "shared-seen-by-shared".to_owned();
                act(window, Action::Lab(LabAction::ByHand(name)));
            },
            |window| says(window, "things to do by hand are done"),
        ),
        clicks("doing what is to be done there", "Do it", |window| {
            doc(window).processes.n_added() == 1
        }),
        key("closing its file", (CTRL, Key::W), |window| {
            title_has(window, "f \u{2014}") && !says(window, "things to do by hand are done")
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
        Mode::Private => "Making a second view, after 1 more",
        Mode::Shared => "Making a second view, after 2 more",
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
pub(super) fn all(mode: Mode, folder: &Path) -> Vec<Step> {
    let sound = folder.join("sound.bin");
    let who = shows("who sees it", CTRL, Key::Num1, "this view, ");
    let mut steps = menus();
    steps.extend(entries());
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
