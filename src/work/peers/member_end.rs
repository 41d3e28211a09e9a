//! How a process ends: by itself, by order, or as it cannot be understood; and what it was told comes back.
//!
//! It owns that each order is answered before the end is said. It must not know other processes, nor whether another is
//! started in its place.

use std::time::Duration;

use super::member::{Asked, Deed, Job, Life, Look, Member, Question, Said, Tell};
use crate::model::process::{EndHow, PeerNews, ProcessEnd, Refusal};
use crate::peer::{PeerEnd, Polled};

/// How long a process may take to end by itself.
const GRACE: Duration = Duration::from_millis(250);

impl Member {
    /// The process ended, or is not understood and has to end.
    pub(super) fn ends(
        &mut self,
        nonsense: Option<String>,
        look: &Look<'_>,
        deeds: &mut Vec<Deed>,
    ) {
        let grace = if nonsense.is_some() {
            Duration::ZERO
        } else {
            GRACE
        };
        self.end(grace, nonsense, &Refusal::Ended, look.tell, deeds);
    }

    /// Somebody wants its end, for the reason that `why` gives for what it was told and has not begun.
    pub(super) fn end_by_order(&mut self, why: &Refusal, tell: &Tell, deeds: &mut Vec<Deed>) {
        self.is_replaced = false;
        self.end(GRACE, None, why, tell, deeds);
    }

    fn end(
        &mut self,
        grace: Duration,
        nonsense: Option<String>,
        why: &Refusal,
        tell: &Tell,
        deeds: &mut Vec<Deed>,
    ) {
        match std::mem::replace(&mut self.life, Life::Over) {
            Life::Running(process) => {
                let said = nonsense.map_or(Said::Answers, Said::Nonsense);
                self.life = Life::Ending(process.begin_end(grace), said);
            }
            Life::Beginning(process) => {
                self.life = Life::Ending(process.begin_end(grace), Said::Nothing);
            }
            // The fork, or the next start, does not come about.
            Life::Awaited | Life::Resting(_) => self.not_started(why.clone(), tell, deeds),
            other @ (Life::Ending(..) | Life::Over) => self.life = other,
        }
        self.refuse_jobs(why, tell, deeds);
        // A child of which it is not known whether it began hears by its pipes that it is not wanted.
        if let Some(Asked {
            question: Question::Fork { child, .. },
            ..
        }) = &self.asked
        {
            let (child, why) = (*child, why.clone());
            deeds.push(Deed::Unborn { child, why });
            self.asked = None;
        }
    }

    /// There is no process of this generation, and will be none.
    pub(super) fn not_started(&mut self, why: Refusal, tell: &Tell, deeds: &mut Vec<Deed>) {
        self.life = Life::Over;
        self.refuse_jobs(&why, tell, deeds);
        self.tell(PeerNews::NotStarted { why }, tell);
    }

    fn refuse_jobs(&mut self, why: &Refusal, tell: &Tell, deeds: &mut Vec<Deed>) {
        for job in std::mem::take(&mut self.jobs) {
            match job {
                Job::Store(store) => self.tell(store.refused(why.clone()), tell),
                Job::Facts => self.tell(PeerNews::NoFacts { why: why.clone() }, tell),
                Job::Fork { child } => {
                    let why = why.clone();
                    deeds.push(Deed::Unborn { child, why });
                }
                // How that child ended stays unknown.
                Job::Reap(_) => {}
            }
        }
    }

    /// Hears the last answer and, once the process is gone, says what became of it.
    pub(super) fn finish(&mut self, look: &Look<'_>, deeds: &mut Vec<Deed>) {
        self.hear_last(look, deeds);
        let Life::Ending(ending, _) = &mut self.life else {
            return;
        };
        let Some(end) = ending.poll() else {
            return;
        };
        // All that it said is there by now.
        self.hear_last(look, deeds);
        match (self.asked.take().map(|asked| asked.question), &end.fault) {
            (Some(Question::Store(store)), Some(death)) if store.is_of_read_only() => {
                self.tell(store.faulted(death.clone()), look.tell);
            }
            (Some(Question::Store(mut store)), _) if end.is_stuck => {
                store.stays_open();
                let why = Refusal::Unanswered;
                self.refused(Question::Store(store), why, look, deeds);
            }
            (Some(question), _) => self.refused(question, Refusal::Unanswered, look, deeds),
            (None, _) => {}
        }
        let nonsense = match std::mem::replace(&mut self.life, Life::Over) {
            Life::Ending(_, Said::Nothing) => {
                let (parent, pid) = (self.parent, self.pid);
                deeds.push(Deed::Stillborn { parent, pid });
                return self.not_started(Refusal::Ended, look.tell, deeds);
            }
            Life::Ending(_, Said::Nonsense(what)) => Some(what),
            _ => None,
        };
        deeds.push(Deed::Over {
            target: self.target,
            pid: self.pid,
            end: ProcessEnd {
                how: how(&end, nonsense),
                complaint: end.complaint,
                lost_copies: !self.copies.is_empty(),
                next: None,
            },
        });
    }

    fn hear_last(&mut self, look: &Look<'_>, deeds: &mut Vec<Deed>) {
        if let (Life::Ending(ending, _), Some(asked)) = (&self.life, &self.asked)
            && let Some(pending) = asked.pending()
            && let Polled::Answer(answer) = ending.poll_answer(pending)
        {
            self.answered(answer, look, deeds);
        }
    }
}

fn how(end: &PeerEnd, nonsense: Option<String>) -> EndHow {
    if let (None, Some(death)) = (&nonsense, &end.fault) {
        return EndHow::Faulted(death.clone());
    }
    match (nonsense, end.signal, end.code) {
        (Some(what), ..) => EndHow::NotUnderstood(what),
        (None, Some(signal), _) => EndHow::Killed(signal),
        (None, None, Some(code)) => EndHow::Exited(code),
        (None, None, None) if end.is_stuck => EndHow::Stuck,
        (None, None, None) => EndHow::Unknown,
    }
}

/// How a process ended that its parent reaped.
pub(super) fn how_reaped(signal: Option<i32>, code: Option<i32>) -> EndHow {
    match (signal, code) {
        (Some(signal), _) => EndHow::Killed(signal),
        (None, Some(code)) => EndHow::Exited(code),
        (None, None) => EndHow::Unknown,
    }
}
