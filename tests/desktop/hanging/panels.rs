//! Every panel, menu, form and order of the window, once each while the storage hangs: all answer at once, and what cannot be
//! had says that it waits.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use egui::Key;
use mapscope::map::Mode;
use mapscope::model::happened::{Fate, Occurrence};
use mapscope::model::viewport::Column;
use mapscope::model::witness::WitnessId;
use mapscope::model::{Action, PeersAction, Topic, ViewAction};
use tempfile::TempDir;

use super::everything::{self, CALLED_AT, call, listed};
use super::steps::Most;
use super::{open_both, share, turn, until_waits};
use crate::indoors::*;
use crate::rig::hanging::{FILL, Hanging, Hangs};

/// Between two frames at most while something waits, in seconds.
const SOON: Duration = Duration::from_secs(1);
/// The next frame comes by itself, so that what is waited for is told for how long.
#[track_caller]
fn assert_goes_on(window: &Window, name: &str) {
    let delay = window.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay;
    assert!(delay <= SOON, "after {name} nothing is drawn for {delay:?}");
}

/// Does everything while the storage hangs.
fn do_all(window: &mut Window, mode: Mode, folder: &Path) {
    let mut most = Most::default();
    let begun = Instant::now();
    for step in everything::all(mode, folder) {
        let times = step.measured(window, &step.is_answered);
        most.add(&mode.to_string(), step.name, times);
        // the scratch file of an experiment that is tried by hand has the same name
        let is_in_front = title_has(window, "f \u{2014}") && doc(window).hand.is_none();
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
        "{mode}, everything within {:.1} s: {most}",
        begun.elapsed().as_secs_f64()
    ));
}

/// Has a call store a byte, so that there is what can be written back; the cursor is at the first byte after it.
fn store_by_call(window: &mut Window) {
    let ctx = window.ctx.clone();
    let mut act = |action| window.state_mut().act(&ctx, action);
    act(Action::View(ViewAction::Point {
        offset: CALLED_AT,
        extend: false,
        column: Column::Hex,
    }));
    act(Action::Peers(PeersAction::StoreAs(WitnessId::File)));
    until(window, "the call has stored", |window| {
        call(window).is_some_and(|entry| doc(window).can_put_back(entry.number).is_ok())
    });
    press(window, CTRL, Key::Home);
}

/// The byte that the call stored was written back.
#[track_caller]
fn assert_written_back(window: &Window) {
    let entry = call(window).expect("a store by a call");
    assert_eq!(entry.fate, Fate::Done, "{}", entry.full_words());
    let Occurrence::Wrote { new, .. } = &entry.what else {
        panic!("{}", entry.full_words());
    };
    assert_eq!(new.bytes, [FILL], "{}", entry.full_words());
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
    let mut window = open_both(storage, folder.path());
    // Signs of the values there are looked for in the system's fonts, once, which are on another storage.
    press(&mut window, CTRL, Key::Home);
    for shows in [true, false] {
        press(&mut window, CTRL, Key::I);
        until(&mut window, "the inspector comes and goes", |window| {
            has(window, "Data inspector") == shows
        });
    }
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
    store_by_call(&mut window);
    storage.hang(Hangs::Reads);
    storage.forget_pages();
    until_waits(&mut window);
    do_all(&mut window, Mode::Private, folder.path());
    storage.go_on();
    until(&mut window, "it answers again", settled);
    assert_written_back(&window);
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
    share(&mut window);
    type_text(&mut window, "5a");
    press(&mut window, CTRL, Key::Home);
    until(&mut window, "it is stored", |window| {
        has(window, "00000000 5a 41 ")
    });
    store_by_call(&mut window);
    storage.hang(Hangs::Writes);
    press(&mut window, CTRL, Key::M);
    until_waits(&mut window);
    do_all(&mut window, Mode::Shared, folder.path());
    assert_eq!(storage.stored(), FILL, "nothing was written yet");
    storage.go_on();
    until(&mut window, "it answers again", settled);
    assert_written_back(&window);
    assert!(!listed(folder.path()).exists(), "that was stopped");
}
