//! What a process is asked and what it answers.
//!
//! It owns the order of questions and that an answer counts for the question it was given to. It must not know other
//! processes.

use std::sync::Arc;
use std::time::Duration;

use super::member::{Asked, Deed, Leave, Life, Look, Mapped, Member, PATIENCE, Question, ToRead};
use super::member_end::how_reaped;
use super::member_store::Store;
use crate::bytes::Span;
use crate::map::{Gap, PageFact, PageState, Readout};
use crate::model::identity::Target;
use crate::model::process::{Failure, PageSeen, PeerEvent, PeerNews, ProcessKind, Refusal};
use crate::peer::protocol::{Answer, MapAccess, MapMode, Open, ReadAnswer, ReadGap, Request};
use crate::peer::wire::{PeerPage, PeerPageFact};
use crate::peer::{NotSent, PeerError, Polled};

/// The longest pause between two attempts to map the file, in seconds.
const LONGEST_PAUSE: u32 = 5;

impl Member {
    /// Does what is due. Never waits.
    pub(super) fn step(&mut self, look: &Look<'_>, deeds: &mut Vec<Deed>) {
        match &mut self.life {
            Life::Awaited | Life::Over | Life::Running(_) => {}
            Life::Resting(at) => {
                let is_wanted = look.watch.is_some() || !self.jobs.is_empty();
                if is_wanted
                    && *at <= look.now
                    && let Err(why) = self.start(look)
                {
                    self.not_started(Refusal::Failed(why), look.tell, deeds);
                }
            }
            Life::Beginning(process) => match process.poll_ready() {
                Polled::Nothing => {}
                Polled::Answer(_) => {
                    if let Life::Beginning(process) = std::mem::replace(&mut self.life, Life::Over)
                    {
                        self.runs(process, look.tell);
                    }
                }
                Polled::Closed => self.ends(None, look, deeds),
                Polled::Nonsense(what) => self.ends(Some(what), look, deeds),
            },
            Life::Ending(..) => self.finish(look, deeds),
        }
        while matches!(self.life, Life::Running(_)) && self.converse(look, deeds) {}
    }

    /// Takes the answer that is due, or asks what is next; whether there may be more to do.
    fn converse(&mut self, look: &Look<'_>, deeds: &mut Vec<Deed>) -> bool {
        let Life::Running(process) = &self.life else {
            return false;
        };
        let Some(asked) = &self.asked else {
            if process.is_closed() {
                self.ends(None, look, deeds);
                return false;
            }
            return self.ask_next(look, deeds);
        };
        let polled = asked
            .pending()
            .map_or(Polled::Nothing, |it| process.poll(it));
        match polled {
            Polled::Nothing => {
                self.note_late(look);
                false
            }
            Polled::Answer(answer) => {
                self.answered(answer, look, deeds);
                true
            }
            Polled::Closed => {
                self.ends(None, look, deeds);
                false
            }
            Polled::Nonsense(what) => {
                self.ends(Some(what), look, deeds);
                false
            }
        }
    }

    /// Says, once, that the answer takes long.
    fn note_late(&mut self, look: &Look<'_>) {
        let asked = self.asked.as_mut().filter(|it| !it.is_late);
        if let Some(asked) = asked.filter(|it| look.now.duration_since(it.since) >= PATIENCE) {
            asked.is_late = true;
            let since = asked.since;
            self.told = None;
            self.tell(PeerNews::Late { since }, look.tell);
        }
    }

    /// Asks what is next; whether something was done.
    fn ask_next(&mut self, look: &Look<'_>, deeds: &mut Vec<Deed>) -> bool {
        let may_map = match &self.mapped {
            Mapped::Yes => false,
            Mapped::No => true,
            Mapped::Failed { again, .. } => look.watch.is_some() && *again <= look.now,
        };
        if may_map {
            self.leave = Leave::Untold; // it is told anew for each open
            let request = Request::Open(self.open());
            return self.send(Question::Open, &request, look, deeds);
        }
        if self.is_to_grow && matches!(self.mapped, Mapped::Yes) {
            self.is_to_grow = false;
            let end = self.file.extent.end();
            return self.send(Question::Grow, &Request::Grow { end }, look, deeds);
        }
        let is_due = self.file.is_allowed && self.leave == Leave::Untold;
        if is_due && matches!(self.mapped, Mapped::Yes) {
            self.leave = Leave::Told;
            return self.send(Question::Allow, &Request::AllowWriting, look, deeds);
        }
        if let Some(job) = self.jobs.pop_front_if(|job| !job.waits_for_record()) {
            self.begin(job, look, deeds);
            return true;
        }
        if let Some(span) = look.watch
            && self.to_read != ToRead::No
            && matches!(self.mapped, Mapped::Yes)
        {
            if std::mem::replace(&mut self.to_read, ToRead::No) == ToRead::Anew {
                self.told = None;
            }
            let request = Request::Read {
                offset: span.start(),
                len: span.len(),
            };
            return self.send(Question::Read(span), &request, look, deeds);
        }
        false
    }

    fn open(&self) -> Open {
        let file = &self.file;
        Open {
            via: file.via.clone().into_os_string(),
            path: file.path.clone().into_os_string(),
            dev: file.identity.dev,
            ino: file.identity.ino,
            mode: match self.kind {
                ProcessKind::Shared | ProcessKind::ReadOnly => MapMode::Shared,
                ProcessKind::Private => MapMode::Private,
            },
            access: match self.kind {
                ProcessKind::Shared | ProcessKind::Private => MapAccess::ReadWrite,
                ProcessKind::ReadOnly => MapAccess::ReadOnly,
            },
            start: file.extent.start(),
            end: file.extent.end(),
            whole: file.is_whole,
        }
    }

    /// Sends a question; whether that was possible. What cannot be sent is answered at once.
    pub(super) fn send(
        &mut self,
        question: Question,
        request: &Request,
        look: &Look<'_>,
        deeds: &mut Vec<Deed>,
    ) -> bool {
        let Life::Running(process) = &mut self.life else {
            return false;
        };
        match process.try_send(request) {
            Ok(pending) => {
                self.asked = Some(Asked {
                    question,
                    pending: Some(pending),
                    since: look.now,
                    is_late: false,
                });
                true
            }
            Err(not_sent) => {
                let is_closed = not_sent == NotSent::Closed;
                let why = self.not_sent(not_sent);
                self.refused(question, why, look, deeds);
                if is_closed {
                    self.ends(None, look, deeds);
                }
                !is_closed
            }
        }
    }

    pub(super) fn not_sent(&self, why: NotSent) -> Refusal {
        match why {
            NotSent::Closed => Refusal::Ended,
            NotSent::Full => Refusal::NotAnswering,
            NotSent::NotEncoded(message) => Refusal::Failed(Failure {
                message: format!("The {} cannot be told: {message}", self.label()),
                errno: None,
            }),
        }
    }

    /// Takes the answer to the question under way.
    pub(super) fn answered(&mut self, answer: Answer, look: &Look<'_>, deeds: &mut Vec<Deed>) {
        let Some(Asked {
            question, is_late, ..
        }) = self.asked.take()
        else {
            return;
        };
        if is_late {
            self.told = None;
            self.tell(PeerNews::Answers, look.tell);
        }
        match (question, answer) {
            (question, Answer::Error { message, errno }) => {
                let why = Refusal::Failed(Failure { message, errno });
                self.refused(question, why, look, deeds);
            }
            (Question::Open, Answer::Opened) => {
                self.mapped = Mapped::Yes;
                self.is_to_read();
            }
            (Question::Allow, Answer::Allowed) => {}
            (Question::Facts, Answer::Facts(facts)) => {
                self.tell(PeerNews::Facts(facts), look.tell);
            }
            (Question::Grow, Answer::Grown { end, copies }) => self.grown(end, copies, look),
            (Question::Read(span), Answer::Read(answer)) => self.read(span, answer, look),
            (Question::Store(store), Answer::Stored { old }) => {
                self.has_stored(store.offset, store.bytes.len());
                self.tell(store.stored(old), look.tell);
            }
            (Question::Store(store), Answer::Differs { found }) => {
                self.tell(store.refused(Refusal::Changed { found }), look.tell);
            }
            (
                Question::Store(store),
                Answer::NotWhole {
                    before,
                    message,
                    errno,
                },
            ) => {
                self.broke_off(store, before, Failure { message, errno }, look);
            }
            (Question::Fork { child, forking }, Answer::Forked { pid, .. }) => {
                self.forked(child, forking, pid, deeds);
            }
            (Question::Reap(reap), Answer::Reaped { number, code, .. }) => {
                let how = how_reaped(number, code);
                let news = PeerNews::EndLearned { how };
                let told = reap.tell.map(|target| PeerEvent { target, news });
                told.into_iter().for_each(look.tell);
            }
            (question, other) => {
                self.refused(question, Refusal::Unanswered, look, deeds);
                let what = format!("it says {other:?}");
                self.ends(Some(what), look, deeds);
            }
        }
    }

    /// Only the first bytes of a store are there: `before` stood where they are.
    fn broke_off(&mut self, store: Store, before: Vec<u8>, why: Failure, look: &Look<'_>) {
        self.has_stored(store.offset, before.len());
        let why = Refusal::NotWhole { why, before };
        self.tell(store.refused(why), look.tell);
    }

    fn forked(
        &mut self,
        child: Target,
        forking: crate::peer::Forking,
        pid: u32,
        deeds: &mut Vec<Deed>,
    ) {
        // A parent that is about to end takes its child along, which hears it by its pipes.
        let Life::Running(process) = &self.life else {
            let why = Refusal::Ended;
            deeds.push(Deed::Unborn { child, why });
            return;
        };
        deeds.push(match forking.born(process, pid) {
            Ok(process) => Deed::Born {
                parent: self.target,
                child,
                process: Box::new(process),
                mapped: self.mapped.clone(),
                copies: self.copies.clone(),
            },
            Err(error) => Deed::Unborn {
                child,
                why: Refusal::Failed(failure(error)),
            },
        });
    }

    fn grown(&mut self, end: u64, copies: Option<Vec<(u64, u64)>>, look: &Look<'_>) {
        let start = self.file.extent.start();
        let extent = Span::new(start, end).unwrap_or(self.file.extent);
        self.tell(PeerNews::Grown { extent }, look.tell);
        if let Some(copies) = copies {
            let spans = self.copies.are(&copies);
            self.lost(spans, look);
        }
        self.is_to_read();
    }

    fn has_stored(&mut self, offset: u64, len: usize) {
        if self.kind == ProcessKind::Private {
            self.copies.stored(offset, len as u64);
        }
        // What is read next is news again, also if it is what was read before.
        self.told = None;
        self.is_to_read();
    }

    /// A question comes to nothing.
    pub(super) fn refused(
        &mut self,
        question: Question,
        why: Refusal,
        look: &Look<'_>,
        deeds: &mut Vec<Deed>,
    ) {
        match (question, why) {
            (Question::Store(store), why) => self.tell(store.refused(why), look.tell),
            (Question::Facts, why) => self.tell(PeerNews::NoFacts { why }, look.tell),
            (Question::Fork { child, .. }, why) => deeds.push(Deed::Unborn { child, why }),
            (Question::Open, Refusal::Failed(why)) => {
                self.troubles = self.troubles.saturating_add(1);
                let pause = Duration::from_secs(self.troubles.min(LONGEST_PAUSE).into());
                let again = look.now + pause;
                let same = matches!(&self.told_not_mapped, Some(told) if *told == why);
                if !same {
                    self.told_not_mapped = Some(why.clone());
                    self.tell(PeerNews::NotMapped { why: why.clone() }, look.tell);
                }
                self.mapped = Mapped::Failed { why, again };
            }
            (Question::Grow, Refusal::Failed(why)) => {
                self.tell(PeerNews::NotGrown { why }, look.tell);
            }
            // A reading that fails as a whole is one that never came; the end of a process is said otherwise.
            (
                Question::Open
                | Question::Allow
                | Question::Grow
                | Question::Read(_)
                | Question::Reap(_),
                _,
            ) => {}
        }
    }

    fn read(&mut self, span: Span, answer: ReadAnswer, look: &Look<'_>) {
        let ReadAnswer { bytes, gaps, pages } = answer;
        let lost = self.copies.seen(span, &pages);
        self.lost(lost, look);
        if look.watch != Some(span) {
            return; // something else is looked at by now
        }
        let gap = |gap: ReadGap| {
            let reason = gap.reason;
            Span::new(gap.start, gap.end).map(|span| Gap { span, reason })
        };
        let readout = Readout {
            span,
            bytes,
            gaps: gaps.into_iter().filter_map(gap).collect(),
        };
        let told = (
            Arc::new(readout),
            pages.into_iter().map(page_seen).collect(),
        );
        if self.told.as_ref() == Some(&told) {
            return;
        }
        let (readout, pages) = told.clone();
        self.told = Some(told);
        self.tell(PeerNews::Reads { readout, pages }, look.tell);
    }

    fn lost(&self, spans: Vec<Span>, look: &Look<'_>) {
        if !spans.is_empty() {
            self.tell(PeerNews::CopiesLost { spans }, look.tell);
        }
    }
}

impl Asked {
    /// What the answer is known by.
    pub(super) fn pending(&self) -> Option<&crate::peer::PendingRequest> {
        match &self.question {
            Question::Fork { forking, .. } => Some(forking.pending()),
            _ => self.pending.as_ref(),
        }
    }
}

fn page_seen(fact: PeerPageFact) -> PageSeen {
    let state = match fact.page {
        PeerPage::PrivateCopy => PageState::PrivateCopy,
        PeerPage::FilePage => PageState::FilePage,
        PeerPage::Swapped => PageState::Swapped,
        PeerPage::NotPresent => PageState::NotPresent,
        PeerPage::Unavailable(why) => return PageSeen::NotTold(why),
    };
    PageSeen::Told(PageFact {
        state,
        is_exclusive: fact.exclusive,
        frame: fact.frame,
    })
}

/// What a peer says of its own.
pub(super) fn failure(error: PeerError) -> Failure {
    match error {
        PeerError::Refused { message, errno } => Failure { message, errno },
        other => Failure {
            message: other.to_string(),
            errno: None,
        },
    }
}
