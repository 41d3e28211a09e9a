//! Another process and a thread do to the open file whatever can be done to a file, while a person scrolls, types and
//! switches modes. Nothing may end the program, and no edit may go from the journal.
//!
//! `MAPSCOPE_CHAOS_SECONDS` makes it longer than the ten seconds of an ordinary run.

use super::support::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use egui::Key;
use mapscope::bytes::Span;
use mapscope::model::{
    Action, DocAction, EditAction, Generation, MappingAction, Mode, Topic, UnsavedChoice,
    ViewAction,
};

/// Names the file that the second process makes trouble with.
const TROUBLE: &str = "MAPSCOPE_TEST_TROUBLE";
const LEN: u64 = 5 * 4096 + 100;

/// The same numbers each time, so that a failure can be looked for.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn byte(&mut self, low: u8, high: u8) -> u8 {
        let n = self.below(u64::from(high - low) + 1);
        low + u8::try_from(n).unwrap()
    }
}

/// One thing that can be done to a file. The bytes that are written are below 0x80.
fn trouble(path: &Path, numbers: &mut Numbers) -> std::io::Result<()> {
    let open = || fs::OpenOptions::new().write(true).open(path);
    let byte = numbers.byte(0, 0x7f);
    match numbers.below(9) {
        0 => open()?.set_len(0),
        1 => open()?.set_len(numbers.below(LEN)),
        2 => open()?.set_len(LEN),
        3 => open()?.set_len(LEN + numbers.below(20_000)),
        4 => open()?.write_all_at(&[byte; 300], numbers.below(LEN)),
        5 => fs::write(path, vec![byte; usize::try_from(LEN).unwrap()]),
        6 => {
            let new = path.with_extension(format!("new{}", std::process::id()));
            fs::write(&new, vec![byte; 5000])?;
            fs::rename(&new, path)
        }
        7 => fs::remove_file(path).and_then(|()| fs::write(path, [byte; 10])),
        _ => {
            let mut longer = fs::OpenOptions::new().append(true).open(path)?;
            longer.write_all(&[byte; 500])
        }
    }
}

/// What the second process does: trouble until it is ended.
fn make_trouble(path: &Path) {
    end_with_parent();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let end = Instant::now() + Duration::from_mins(10);
    while Instant::now() < end {
        let _may_fail = trouble(path, &mut numbers);
        std::thread::sleep(Duration::from_micros(numbers.below(20_000)));
    }
}

/// Where a part of an edit is, and what it stored; `None` where that was given up before anybody looked, as the bytes
/// waited already.
type Part = (Span, Option<Vec<u8>>);

/// What the journal has confirmed so far: each edit by its number.
#[derive(Default)]
struct Confirmed {
    edits: BTreeMap<u64, (Vec<Part>, Mode)>,
    /// What was unsaved when the person asked for it to be stored again, by offset. A shared view does that in the file:
    /// from then on it may hold these values.
    offered: BTreeMap<u64, BTreeSet<u8>>,
    /// It was asked for, and no private mapping came since.
    is_offered: bool,
    generation: Option<Generation>,
}

impl Confirmed {
    fn offer(&mut self, unsaved: &BTreeMap<u64, u8>) {
        for (at, byte) in unsaved {
            self.offered.entry(*at).or_default().insert(*byte);
        }
    }

    #[track_caller]
    fn check(&mut self, window: &Window) {
        let journal = &doc(window).view().journal;
        let listed: BTreeMap<u64, _> = journal
            .edits()
            .iter()
            .map(|edit| (edit.id(), edit))
            .collect();
        for (id, (parts, mode)) in &self.edits {
            let edit = listed.get(id).expect("it is still listed");
            for (span, _) in parts {
                let same = edit.span().contains_span(*span) && edit.mode() == *mode;
                assert!(same, "edit {id} is no longer what it was");
            }
        }
        for (id, edit) in listed {
            let parts = edit.parts().map(|part| {
                let new = part.bytes.map(|(_, new)| new.all().into_owned());
                (Span::at(part.offset, part.len).unwrap(), new)
            });
            // once it can be neither undone nor redone, its bytes are no longer in the list
            self.edits
                .entry(id)
                .or_insert_with(|| (parts.collect(), edit.mode()));
        }
        // the last private value of each offset is pending or waits
        let mut newest = BTreeMap::new();
        for (parts, mode) in self.edits.values() {
            for (span, new) in parts.iter().filter(|_| *mode == Mode::Private) {
                match new {
                    Some(new) => newest.extend((span.start()..).zip(new.iter().copied())),
                    None => newest.retain(|at, _| !span.contains(*at)),
                }
            }
        }
        let (view, unsaved) = (doc(window).view(), unsaved(window));
        let is_new = self.generation.replace(view.generation) != Some(view.generation);
        self.is_offered &= !(is_new && view.mode == Mode::Private);
        if self.is_offered {
            self.offer(&unsaved);
        }
        for (at, byte) in newest {
            let in_file = self.offered.get(&at).is_some_and(|of| of.contains(&byte));
            if in_file && !unsaved.contains_key(&at) {
                continue; // it went into the file, as was asked, or is what that holds
            }
            let edits = journal.edits().iter();
            let there: Vec<_> = edits.filter(|edit| edit.span().contains(at)).collect();
            let shown = doc(window)
                .view()
                .window
                .as_ref()
                .and_then(|shown| shown.byte(at));
            assert_eq!(
                unsaved.get(&at),
                Some(&byte),
                "the last private edit at {at} was {byte:#04x}; the view shows {shown:02x?}, edits there: {there:02x?}\n{}",
                state(window)
            );
        }
    }
}

/// What is edited and not in the file, by offset.
fn unsaved(window: &Window) -> BTreeMap<u64, u8> {
    let mut unsaved = BTreeMap::new();
    for run in doc(window).view().journal.unsaved_runs() {
        unsaved.extend((run.offset..).zip(run.value));
    }
    unsaved
}

/// One thing that a person does. Private bytes are from 0xc0 on, shared ones from 0x80 to 0xbf.
fn person(window: &mut Window, numbers: &mut Numbers, confirmed: &mut Confirmed) {
    match numbers.below(14) {
        0 => press(window, PLAIN, Key::PageDown),
        1 => press(window, PLAIN, Key::PageUp),
        2 => press(window, CTRL, Key::End),
        3 => press(window, CTRL, Key::Home),
        4 => {
            hover_grid(window);
            wheel(window, if numbers.below(2) == 0 { -1.0 } else { 1.0 });
        }
        5..=8 => {
            let byte = match doc(window).view().mode {
                Mode::Private => numbers.byte(0xc0, 0xff),
                Mode::Shared => numbers.byte(0x80, 0xbf),
            };
            press(window, PLAIN, Key::Escape); // half a byte may be left of another mode
            type_text(window, &format!("{byte:02x}"));
        }
        9 => {
            act(window, Action::Mapping(MappingAction::ToggleMode));
            act(window, Action::Doc(DocAction::Unsaved(UnsavedChoice::Keep)));
        }
        10 => {
            confirmed.is_offered = true;
            confirmed.offer(&unsaved(window));
            act(window, Action::Edit(EditAction::Reapply));
        }
        11 => act(window, Action::Doc(DocAction::KeepOld)),
        12 => act(window, Action::Mapping(MappingAction::Remap)),
        _ => {
            let offset = numbers.below(LEN);
            act(
                window,
                Action::View(ViewAction::LookupEdited(offset.to_string())),
            );
            act(window, Action::View(ViewAction::LookupCommit));
        }
    }
}

#[test]
fn survives_and_keeps_every_edit() {
    if let Some(path) = std::env::var_os(TROUBLE) {
        return make_trouble(Path::new(&path));
    }
    let seconds = std::env::var("MAPSCOPE_CHAOS_SECONDS")
        .ok()
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or(10);
    let (_folder, path) = file(&vec![1; usize::try_from(LEN).unwrap()]);
    // the file that is open keeps this name, so that trouble also comes to it after it was replaced
    let held = path.with_file_name("held.bin");
    fs::hard_link(&path, &held).unwrap();
    let mut window = open(&path);
    let others = other_process(
        "window::chaos::survives_and_keeps_every_edit",
        TROUBLE,
        &path,
    );
    let over = Arc::new(AtomicBool::new(false));
    let thread = std::thread::spawn({
        let (over, held) = (Arc::clone(&over), held.clone());
        move || {
            let mut numbers = Numbers(42);
            while !over.load(Ordering::Relaxed) {
                let length = numbers.below(LEN + 1000);
                let file = fs::OpenOptions::new().write(true).open(&held).unwrap();
                let _may_fail = match numbers.below(3) {
                    0 => file.set_len(length),
                    1 => file.set_len(LEN),
                    _ => file.write_all_at(&[3; 5000], length),
                };
                std::thread::sleep(Duration::from_micros(numbers.below(30_000)));
            }
        }
    });
    let mut numbers = Numbers(7);
    let mut confirmed = Confirmed::default();
    let (end, mut steps, mut slowest) = (
        Instant::now() + Duration::from_secs(seconds),
        0,
        Duration::ZERO,
    );
    while Instant::now() < end {
        let started = Instant::now();
        person(&mut window, &mut numbers, &mut confirmed);
        slowest = slowest.max(started.elapsed());
        confirmed.check(&window);
        steps += 1;
    }
    drop(others);
    over.store(true, Ordering::Relaxed);
    thread.join().unwrap();
    assert!(
        steps > 100 && confirmed.edits.len() > 20,
        "{steps} steps, {} edits",
        confirmed.edits.len()
    );
    assert!(slowest < Duration::from_secs(2), "a frame took {slowest:?}");
    calm(&mut window, &held);
    confirmed.check(&window);
    shows_every_edit(&mut window);
}

/// The trouble is over: the file is as long as any edit needs, the view is private and whole, all that waited is reapplied.
fn calm(window: &mut Window, held: &Path) {
    let edits = doc(window).view().journal.edits();
    let length = edits.iter().map(|edit| edit.span().end()).max().unwrap() + 5000;
    let file = fs::OpenOptions::new().write(true).open(held).unwrap();
    file.set_len(length).unwrap();
    until(window, "the length is noticed", |window| {
        doc(window).file_len == length
    });
    throughout(window, Duration::from_millis(700), "it is quiet", |_| true);
    if doc(window).view().mode == Mode::Shared {
        act(window, Action::Mapping(MappingAction::ToggleMode));
        until(window, "it is private", |window| {
            doc(window).view().mode == Mode::Private
        });
    }
    act(window, Action::Mapping(MappingAction::Remap));
    until(window, "all that waited is reapplied", |window| {
        doc(window).view().viewport.extent.end() == length
            && doc(window).view().journal.patch_bytes() == 0
            && notice(window, Topic::Patch).is_empty()
    });
}

/// Whatever is pending is what the view has.
fn shows_every_edit(window: &mut Window) {
    let extent = doc(window).view().viewport.extent;
    let mut from = extent.start();
    while from < extent.end() {
        let visible = doc(window).view().viewport.visible();
        let shown = Span::new(visible.start().max(from), visible.end()).unwrap();
        until(window, "these rows were read", |window| {
            doc(window)
                .view()
                .window
                .as_ref()
                .is_some_and(|held| held.span().contains_span(shown))
        });
        let held = doc(window).view().window.as_ref().unwrap();
        for (offset, pending) in doc(window).view().journal.pending_in(shown) {
            assert_eq!(
                held.byte(offset),
                Some(pending.value),
                "the edit at {offset} is said to be in the view"
            );
        }
        if shown.end() == extent.end() {
            return;
        }
        from = shown.end();
        act(window, Action::View(ViewAction::ScrollTo(from / 16)));
    }
}
