//! Entries of *What happened* that processes are the cause of.
//!
//! It owns how a process is called in them, also once it is off the list. It must not know how an entry is worded.

use super::record::Write;
use super::{By, Fate, Happening, KeptBytes, MOST_NAMES, Occurrence, ProcessName};
use crate::map::Mode;
use crate::model::Generation;
use crate::model::doc::Doc;
use crate::model::identity::{MappingId, OrderId, Target};
use crate::model::peers::Process;
use crate::model::process::{EndHow, PeerNews, ProcessKind, Refusal};
use crate::model::witness::Who;

impl Process {
    /// What it is called now.
    pub(in crate::model) fn called(&self) -> ProcessName {
        ProcessName {
            mapping: self.mapping,
            generation: self.generation,
            pid: self.pid,
            letter: self.letter,
            is_child: self.parent.is_some(),
            mode: match self.kind {
                ProcessKind::Private => Mode::Private,
                ProcessKind::Shared | ProcessKind::ReadOnly => Mode::Shared,
            },
            is_read_only: self.kind == ProcessKind::ReadOnly,
        }
    }
}

impl super::Happened {
    /// The processes that are off the list, by name.
    pub(in crate::model) fn gone(&self) -> impl Iterator<Item = &ProcessName> {
        self.names.iter()
    }
}

impl Doc {
    /// What a process is called, also one that is off the list.
    fn name_of_process(&self, target: Target) -> Option<ProcessName> {
        let known = self.processes.get(target.mapping).map(Process::called);
        let known = known.filter(|name| name.generation == target.generation);
        let mut names = self.happened.names.iter().rev();
        known.or_else(|| {
            let of = |name: &&ProcessName| {
                name.mapping == target.mapping && name.generation == target.generation
            };
            names.find(of).copied()
        })
    }

    /// A process goes off the list; what is still to come of it has its name.
    pub(in crate::model) fn note_removed(&mut self, mapping: MappingId) {
        if let Some(name) = self.processes.get(mapping).map(Process::called) {
            let names = &mut self.happened.names;
            if names.len() >= MOST_NAMES {
                names.pop_front();
            }
            names.push_back(name);
            self.happened.forget_row(mapping);
        }
    }

    /// What a process says. To be called before the process takes note of it, but of its start after that.
    pub(in crate::model) fn note_process(&mut self, target: Target, news: &PeerNews) {
        let Some(name) = self.name_of_process(target) else {
            return;
        };
        let by = By::Process(name);
        match news {
            PeerNews::Runs { .. } => self.note_start(name, Fate::Done),
            PeerNews::NotStarted { why } => {
                self.note_start(name, Fate::Refused(why.words()));
            }
            PeerNews::Reads { readout, .. } => {
                self.note_reading(Who::Process(target.mapping), readout);
            }
            PeerNews::Stored {
                number,
                offset,
                bytes,
                old,
            } => self.note_process_store((by, *number), (*offset, bytes), Some(old), Fate::Done),
            PeerNews::Refused {
                number,
                offset,
                bytes,
                why,
            } => self.note_process_refusal((by, *number), (*offset, bytes), why),
            PeerNews::Faulted {
                number,
                offset,
                bytes,
                death,
            } => {
                let fate = Fate::Faulted(death.clone());
                self.note_process_store((by, *number), (*offset, bytes), None, fate);
            }
            PeerNews::Signalled { signal, .. } => {
                self.note(by, Occurrence::Signalled(*signal), Fate::Done);
            }
            PeerNews::NotSignalled { signal, why, .. } => {
                let fate = Fate::Refused(why.words());
                self.note(by, Occurrence::Signalled(*signal), fate);
            }
            PeerNews::CopiesLost { spans } => self.note_lost(by, spans),
            PeerNews::Ended(end) => {
                let what = Occurrence::Ended {
                    how: end.how.clone(),
                    lost_copies: end.lost_copies,
                };
                self.note(by, what, Fate::Done);
                self.happened.forget_row(target.mapping);
            }
            PeerNews::EndLearned { how } => self.end_learned(target, how),
            PeerNews::NotMapped { .. }
            | PeerNews::Late { .. }
            | PeerNews::Facts(_)
            | PeerNews::NoFacts { .. }
            | PeerNews::Answers
            | PeerNews::Grown { .. }
            | PeerNews::NotGrown { .. } => {}
        }
    }

    fn note_process_refusal(
        &mut self,
        order: (By, OrderId),
        (offset, bytes): (u64, &[u8]),
        why: &Refusal,
    ) {
        let words = || why.words();
        match why {
            Refusal::NotWhole { before, .. } => {
                let done = before.len().min(bytes.len());
                let (by, number) = order;
                if done > 0 {
                    let part = (offset, &bytes[..done]);
                    let order = (by.clone(), number);
                    self.note_process_store(order, part, Some(before), Fate::Done);
                }
                let rest = (offset + done as u64, &bytes[done..]);
                if !rest.1.is_empty() {
                    self.note_process_store((by, number), rest, None, Fate::Refused(words()));
                }
            }
            Refusal::Changed { found } => {
                let found = KeptBytes::of(found).bytes;
                self.note_process_store(order, (offset, bytes), None, Fate::Changed(found));
            }
            Refusal::Unanswered => {
                self.note_process_store(order, (offset, bytes), None, Fate::NotKnown(words()));
            }
            _ => self.note_process_store(order, (offset, bytes), None, Fate::Refused(words())),
        }
    }

    fn note_process_store(
        &mut self,
        (by, number): (By, OrderId),
        (offset, new): (u64, &[u8]),
        old: Option<&[u8]>,
        fate: Fate,
    ) {
        let sent = self.happened.answered(number);
        let (how, sent) = self.happened.why_and_when(sent.as_ref());
        self.note_write(Write {
            by,
            how,
            offset,
            old,
            new,
            fate,
            sent,
        });
        self.note_found();
    }

    /// It runs, or does not: by itself, or forked.
    fn note_start(&mut self, name: ProcessName, fate: Fate) {
        let parent = self.processes.get(name.mapping).and_then(|it| it.parent);
        let parent = parent.filter(|_| name.generation == Generation::FIRST);
        let parent = parent.and_then(|parent| {
            let known = self.processes.get(parent).map(Process::called);
            let mut names = self.happened.names.iter().rev();
            known.or_else(|| names.find(|it| it.mapping == parent).copied())
        });
        let ordered = self.happened.fork_told(name.mapping);
        match parent {
            Some(parent) => {
                let what = Occurrence::Forked { child: name };
                self.note_after(ordered.n_made, By::Process(parent), what, fate);
            }
            None => self.note(By::Process(name), Occurrence::Started, fate),
        }
    }

    /// How a process ended that was said to have ended.
    fn end_learned(&mut self, target: Target, learned: &EndHow) {
        let mut entries = self.happened.entries.iter_mut().rev();
        let of = |entry: &&mut Happening| {
            let is_it = matches!(&entry.by, By::Process(name)
                if name.mapping == target.mapping && name.generation == target.generation);
            is_it && matches!(entry.what, Occurrence::Ended { .. })
        };
        if let Some(Occurrence::Ended { how, .. }) = entries.find(of).map(|entry| &mut entry.what) {
            how.clone_from(learned);
        }
    }
}
