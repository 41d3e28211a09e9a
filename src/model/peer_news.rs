//! What processes and witnesses say, as the table of them shows it.
//!
//! It owns the sentences. It must not know what is asked of them.

use super::closing::Settled;
use super::doc::Doc;
use super::identity::Target;
use super::peers::Process;
use super::process::{PeerNews, ProcessEnd, ProcessFacts, ProcessKind, ProcessSignal};
use super::witness::{Note, WitnessState};
use crate::bytes::size::counted;

impl Doc {
    /// What a process says of itself and of what it was asked. Where it did not store in the file what it was to, what
    /// waited for that does not happen.
    pub(super) fn process_told(&mut self, target: Target, news: PeerNews) -> Option<Settled> {
        let is_start = matches!(news, PeerNews::Runs { .. } | PeerNews::NotStarted { .. });
        if !is_start {
            self.note_process(target, &news);
        }
        // off the list: it was removed meanwhile
        let process = self.processes.get_mut(target.mapping)?;
        let is_answered = match &news {
            PeerNews::Stored { number, .. }
            | PeerNews::Refused { number, .. }
            | PeerNews::Faulted { number, .. } => process.end(*number),
            _ => false,
        };
        let is_refused = is_answered && matches!(news, PeerNews::Refused { .. });
        let reaches_file = process.reaches_file();
        let process = self.processes.get(target.mapping)?;
        if target.generation >= process.generation {
            let started = is_start.then(|| news.clone());
            self.process_said(target, news);
            if let Some(news) = started {
                self.note_process(target, &news); // its number is known now
            }
        }
        if is_refused && reaches_file {
            self.stay()
        } else {
            None
        }
    }

    fn process_said(&mut self, target: Target, news: PeerNews) {
        let watched = self.witnesses.span;
        let Some(process) = self.processes.get_mut(target.mapping) else {
            return;
        };
        process.generation = target.generation;
        match news {
            PeerNews::Runs { pid } => {
                process.pid = Some(pid);
                process.ended = None;
                process.stopped = false;
                process.is_late = false;
                process.state = WitnessState::Waiting;
            }
            PeerNews::NotStarted { why } => {
                process.ended = Some(format!("it was not started: {}", why.words()));
            }
            PeerNews::NotMapped { why } => process.state = WitnessState::Unavailable(why.message),
            PeerNews::Reads { readout, pages } => {
                if watched == Some(readout.span) {
                    process.state = WitnessState::Reads { readout, pages };
                    process.holds_copy |= process.state.has_copy();
                }
            }
            PeerNews::Stored { number, .. } => {
                process.stopped &= number < process.last_signal; // else somebody else had it go on
                process.holds_copy |= process.kind == ProcessKind::Private;
                process.note = Some(Note::done("written by that process"));
            }
            PeerNews::Refused { why, .. } => {
                process.note = Some(Note::failed(format!("Not written: {}", why.words())));
            }
            PeerNews::Faulted { .. } => {
                process.note = Some(Note::failed("Not written: the processor refused the store"));
            }
            PeerNews::Facts(facts) => process.facts = Some(ProcessFacts::Told(facts)),
            PeerNews::NoFacts { why } => {
                process.facts = Some(ProcessFacts::NotTold(why.words()));
            }
            PeerNews::Signalled { number, signal } => {
                process.last_signal = number;
                process.stopped = match signal {
                    ProcessSignal::Stop => true,
                    ProcessSignal::Continue => false,
                    ProcessSignal::Kill => process.stopped,
                };
            }
            PeerNews::NotSignalled { why, .. } => {
                process.note = Some(Note::failed(format!(
                    "It was not signalled: {}",
                    why.words()
                )));
            }
            PeerNews::Late { .. } => {
                process.is_late = true;
                process.note = Some(Note::done(if process.stopped {
                    "it is stopped: what it was told waits"
                } else {
                    "it has not answered for a second: what it was told waits"
                }));
            }
            PeerNews::Answers => {
                process.stopped = false; // whoever had it go on
                process.is_late = false;
                process.note = None;
            }
            PeerNews::Grown { .. } => {}
            PeerNews::NotGrown { why } => {
                process.note = Some(Note::failed(format!(
                    "it could not map the new bytes: {}",
                    why.message
                )));
            }
            PeerNews::CopiesLost { spans } => {
                let bytes: u64 = spans.iter().map(|span| span.len()).sum();
                process.note = Some(Note::failed(format!(
                    "its private copies of {} are gone: the file was shorter in between",
                    counted(bytes, "byte")
                )));
            }
            PeerNews::Ended(end) => process_ended(process, &end),
            PeerNews::EndLearned { how } => process.ended = Some(how.words()),
        }
    }
}

fn process_ended(process: &mut Process, end: &ProcessEnd) {
    let mut words = end.how.words();
    if let Some(complaint) = &end.complaint {
        words = format!("{words}: {complaint}");
    }
    if end.lost_copies {
        words.push_str("; its private copies went with it");
    }
    process.pending.clear();
    process.holds_copy = false;
    process.stopped = false;
    process.is_late = false;
    process.state = WitnessState::Waiting;
    if let Some(next) = end.next {
        process.generation = next;
        process.pid = None;
        process.note = Some(Note::failed(format!(
            "ended: {words}; another one is started"
        )));
    } else {
        process.ended = Some(words);
    }
}
