//! A slow storage takes undo, redo, opening, closing, quitting and exporting in every order while stores are out: at the
//! end nothing is under way, no edit is lost without a question or a word, and the window goes exactly when all is settled
//! or dropped by choice.

use std::collections::BTreeMap;

use mapscope::model::ViewId;

use super::storage::Storage;
use super::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Press {
    Undo,
    Redo,
    Open,
    Close,
    Quit,
    Export,
}

const PRESSES: [Press; 6] = [
    Press::Undo,
    Press::Redo,
    Press::Open,
    Press::Close,
    Press::Quit,
    Press::Export,
];

const LEN: usize = 8;
const TYPED: [u8; 3] = *b"XYZ";

/// Every order of up to `most` of them.
fn permutations(most: usize) -> Vec<Vec<Press>> {
    let mut all: Vec<Vec<Press>> = vec![Vec::new()];
    let mut last = all.clone();
    for _ in 0..most {
        let longer = last.iter().flat_map(|so_far| {
            let rest = PRESSES.into_iter().filter(|press| !so_far.contains(press));
            rest.map(|press| [so_far.as_slice(), &[press]].concat())
        });
        last = longer.collect();
        all.extend(last.iter().cloned());
    }
    all
}

/// How far the storage gets between two presses.
#[derive(Clone, Copy, Debug)]
enum Pace {
    /// Nothing is carried out before the last press.
    Hangs,
    /// One order is carried out after each press, and one answer heard.
    One,
    /// Everything is carried out after each press, and nothing heard.
    Deaf,
}

/// One run, and what its person expects: three bytes typed one after the other, undone and redone.
struct Run {
    storage: Storage,
    view: ViewId,
    mode: Mode,
    /// Edits that stand, and those that were undone.
    done: Vec<usize>,
    undone: Vec<usize>,
    has_quit: bool,
}

impl Run {
    fn new(mode: Mode) -> Self {
        let mut storage = Storage::new();
        let view = storage.open("/a", 1, LEN);
        if mode == Mode::Shared {
            storage.act_in(view, M::ToggleMode);
            storage.settle();
        }
        for (at, byte) in (0..).zip(TYPED) {
            storage.type_at(view, at, byte);
        }
        Self {
            storage,
            view,
            mode,
            done: vec![0, 1, 2],
            undone: Vec::new(),
            has_quit: false,
        }
    }

    fn press(&mut self, press: Press) {
        let is_open = self.storage.view(self.view).is_some();
        match press {
            Press::Undo => {
                if is_open && let Some(edit) = self.done.pop() {
                    self.undone.push(edit);
                }
                self.storage.act_in(self.view, E::Undo);
            }
            Press::Redo => {
                if is_open && let Some(edit) = self.undone.pop() {
                    self.done.push(edit);
                }
                self.storage.act_in(self.view, E::Redo);
            }
            Press::Open => {
                let doc = self.storage.ask_for("/b", 2, LEN);
                self.storage.come(doc, "/b", 2);
            }
            Press::Close => self.storage.act_in(self.view, F::Close),
            Press::Quit => self.storage.act(None, A::Quit),
            Press::Export => {
                self.storage.act_in(self.view, D::SaveCopy);
                self.storage.act_in(self.view, D::DestinationSubmitted);
            }
        }
        self.note_quit(false);
    }

    /// The window may go only when nothing would be lost: nothing under way, nothing unsaved, unless that was dropped.
    fn note_quit(&mut self, is_dropped: bool) {
        if self.storage.quits == 0 || self.has_quit {
            return;
        }
        self.has_quit = true;
        let docs = self.storage.app.docs.iter();
        let loses = docs.flat_map(|doc| &doc.views).any(|view| {
            let changes = view.pending.operations().iter().count() + view.pending.waiting().count();
            view.unsaved_bytes() > 0 || changes > 0
        });
        assert!(!loses || is_dropped, "the window went with work under way");
    }

    fn pace(&mut self, pace: Pace) {
        for doc in self.storage.workers() {
            match pace {
                Pace::Hangs => {}
                Pace::One => {
                    self.storage.carry_out(doc);
                    self.storage.hear(doc);
                }
                Pace::Deaf => while self.storage.carry_out(doc) {},
            }
        }
        self.note_quit(false);
    }

    /// The bytes as the person left them.
    fn expected(&self) -> Vec<u8> {
        let mut bytes = vec![b'a'; LEN];
        for edit in &self.done {
            bytes[*edit] = TYPED[*edit];
        }
        bytes
    }

    /// The person's bytes that are not in the file, as the journal has them.
    fn kept(&self) -> BTreeMap<u64, u8> {
        let known = self.storage.view(self.view);
        let runs = known
            .into_iter()
            .flat_map(|view| view.journal.unsaved_runs());
        runs.flat_map(|run| (run.offset..).zip(run.value)).collect()
    }

    fn check(&mut self, presses: &[Press], choice: UnsavedChoice) {
        let asked_to_quit = presses.contains(&Press::Quit);
        let asked_to_close = presses.contains(&Press::Close);
        let mut was_asked = false;
        for _ in 0..4 {
            if self.has_quit {
                break;
            }
            was_asked |= self.storage.answer(choice);
            self.note_quit(choice == UnsavedChoice::Drop);
            self.storage.settle();
            self.note_quit(choice == UnsavedChoice::Drop);
        }
        let expected = self.expected();
        let file = self.storage.disk[&1].clone();
        let is_open = self.storage.view(self.view).is_some();
        let mut safe = file.clone();
        for (at, byte) in self.kept() {
            safe[usize::try_from(at).unwrap()] = byte;
        }
        if !self.has_quit {
            self.storage.assert_rest();
        }
        let dropped = was_asked && choice == UnsavedChoice::Drop;
        if dropped && (self.has_quit || !is_open) {
            // only what was in the file by itself is there
            assert!(self.mode == Mode::Shared || file == vec![b'a'; LEN]);
        } else if choice == UnsavedChoice::Keep && !is_open && file != expected {
            let (_, listed) = self.storage.exports.last().expect("the edits are listed");
            let edits = self.done.iter().map(|edit| (*edit, TYPED[*edit]));
            assert_eq!(*listed, edits.collect(), "what is not in the file");
        } else {
            assert_eq!(safe, expected, "an edit is nowhere");
        }
        match choice {
            UnsavedChoice::Stay if was_asked => {}
            _ => {
                assert_eq!(self.has_quit, asked_to_quit, "the window's end");
                assert!(self.has_quit || is_open != asked_to_close, "the file's end");
            }
        }
        assert!(self.storage.quits <= 1, "it goes once");
    }
}

fn every_order(mode: Mode, most: usize) {
    for presses in permutations(most) {
        for pace in [Pace::Hangs, Pace::One, Pace::Deaf] {
            for choice in [
                UnsavedChoice::Write,
                UnsavedChoice::Keep,
                UnsavedChoice::Drop,
                UnsavedChoice::Stay,
            ] {
                let what = format!("{mode:?} {presses:?} {pace:?} {choice:?}");
                let result = std::panic::catch_unwind(|| {
                    let mut run = Run::new(mode);
                    for press in &presses {
                        run.press(*press);
                        run.pace(pace);
                    }
                    run.check(&presses, choice);
                });
                assert!(result.is_ok(), "{what}");
            }
        }
    }
}

#[test]
fn a_slow_storage_takes_every_order_of_private_work() {
    every_order(Mode::Private, 5);
}

#[test]
fn a_slow_storage_takes_every_order_of_shared_work() {
    every_order(Mode::Shared, 5);
}
