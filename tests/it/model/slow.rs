//! A worker whose answers come late, as on slow storage: the person goes on typing, remapping and saving meanwhile, and
//! in the end the journal says what the view has and what was typed last is not lost.

use super::*;
use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;

const LEN: usize = 8;

#[derive(Clone, Debug)]
enum Op {
    Type {
        at: usize,
        value: u8,
    },
    Reapply,
    Remap,
    Save,
    /// A truncation takes the private copies.
    Lose,
    /// So many answers come.
    Hear(usize),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (0..LEN, b'W'..=b'Z').prop_map(|(at, value)| Op::Type { at, value }),
        2 => Just(Op::Reapply),
        2 => Just(Op::Remap),
        1 => Just(Op::Save),
        1 => Just(Op::Lose),
        4 => (1..4_usize).prop_map(Op::Hear),
    ]
}

/// Does what it is asked in order, at once; what it says about that waits in a queue.
struct Desk {
    model: Model,
    file: Vec<u8>,
    view: Vec<u8>,
    answers: VecDeque<Event>,
    /// What was typed last, as it reached the mapping.
    newest: BTreeMap<usize, u8>,
}

impl Desk {
    fn new() -> Self {
        Self {
            model: open(LEN as u64),
            file: vec![b'a'; LEN],
            view: vec![b'a'; LEN],
            answers: VecDeque::new(),
            newest: BTreeMap::new(),
        }
    }

    fn act(&mut self, action: Action) {
        let effects = self.model.act(action);
        self.take(&effects);
    }

    fn run(&mut self, op: &Op) {
        match *op {
            Op::Type { at, value } => {
                point(&mut self.model, at as u64);
                self.act(Action::HexDigit(value >> 4));
                self.act(Action::HexDigit(value & 15));
            }
            Op::Reapply => self.act(Action::Reapply),
            Op::Remap => self.act(Action::Remap),
            Op::Save => self.act(Action::WriteBack),
            Op::Lose => {
                self.view.clone_from(&self.file);
                self.answers
                    .push_back(Event::CopiesLost(vec![span(0, LEN as u64)]));
            }
            Op::Hear(n_answers) => {
                for _ in 0..n_answers {
                    self.hear();
                }
            }
        }
    }

    /// `false` when nothing is left to be heard.
    fn hear(&mut self) -> bool {
        let Some(answer) = self.answers.pop_front() else {
            return false;
        };
        let effects = self.model.hear(answer);
        self.take(&effects);
        true
    }

    fn take(&mut self, effects: &[Effect]) {
        for request in requests(effects) {
            let answer = match request {
                FileRequest::Store(batch) => self.store(batch),
                FileRequest::Remap { mode, access, .. } => {
                    self.view.clone_from(&self.file);
                    remapped(*mode, *access, LEN as u64)
                }
                FileRequest::WriteBack(runs) => self.write_back(runs),
                _ => continue,
            };
            self.answers.push_back(answer);
        }
    }

    fn store(&mut self, batch: &StoreBatch) -> Event {
        let mut results = Vec::new();
        for store in &batch.stores {
            let at = usize::try_from(store.offset).unwrap();
            let place = &mut self.view[at..at + store.bytes.len()];
            let old = place.to_vec();
            place.copy_from_slice(&store.bytes);
            if batch.purpose == Purpose::Edit {
                self.newest.insert(at, store.bytes[0]);
            }
            results.push(StoreResult {
                offset: store.offset,
                bytes: store.bytes.clone(),
                outcome: StoreOutcome::Stored(old),
            });
        }
        Event::Stored {
            purpose: batch.purpose,
            mode: batch.mode,
            results,
        }
    }

    /// Each byte where the file still holds its base.
    fn write_back(&mut self, runs: &[mapscope::model::journal::PendingRun]) -> Event {
        let (mut written, mut conflicts) = (Vec::new(), Vec::new());
        for run in runs {
            for ((at, base), value) in (run.offset..).zip(&run.base).zip(&run.value) {
                let index = usize::try_from(at).unwrap();
                if self.file[index] == *base {
                    let shows_the_file = self.view[index] == self.file[index];
                    self.file[index] = *value;
                    if shows_the_file {
                        self.view[index] = *value;
                    }
                    written.push(span(at, at + 1));
                } else {
                    conflicts.push((at, self.file[index]));
                }
            }
        }
        Event::WroteBack {
            written,
            conflicts,
            error: None,
        }
    }

    /// All has been heard.
    fn check(&self) -> Result<(), TestCaseError> {
        let journal = &self.model.doc.as_ref().unwrap().journal;
        for at in 0..LEN {
            let said = journal
                .pending_at(at as u64)
                .map(|byte| (byte.base, byte.value));
            let (base, value) = (self.file[at], self.view[at]);
            let is = (base != value).then_some((base, value));
            prop_assert_eq!(said, is, "base and value pending at {}", at);
        }
        let mut unsaved = BTreeMap::new();
        for run in journal.unsaved_runs() {
            unsaved.extend((run.offset..).zip(run.value));
        }
        for (at, value) in &self.newest {
            let kept = unsaved.get(&(*at as u64)).unwrap_or(&self.file[*at]);
            prop_assert_eq!(kept, value, "what was typed last at {}", at);
        }
        prop_assert!(
            says(&self.model, Topic::Conflict).is_empty(),
            "nobody else wrote"
        );
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_asked_meanwhile_nothing_typed_is_lost(ops in prop::collection::vec(op(), 1..25)) {
        let mut desk = Desk::new();
        for op in &ops {
            desk.run(op);
        }
        while desk.hear() {}
        desk.check()?;
    }
}
