//! How a process begins what it was told and had no time for.
//!
//! It owns what has to come before: an attempt to map, a look, a record. It must not know what is answered.

use super::member::{Asked, Deed, Job, Life, Look, Mapped, Member, Question};
use super::member_store::Store;
use super::member_talk::failure;
use crate::bytes::Span;
use crate::model::identity::Target;
use crate::model::process::{ProcessKind, Refusal};
use crate::peer::protocol::{MAX_READ_BYTES, Request};

impl Member {
    /// Begins what waits.
    pub(super) fn begin(&mut self, job: Job, look: &Look<'_>, deeds: &mut Vec<Deed>) {
        match job {
            Job::Store(store) => {
                if let Mapped::Failed { why, again } = &mut self.mapped {
                    if *again <= look.now {
                        // An attempt first; the store comes after it.
                        self.mapped = Mapped::No;
                        self.jobs.push_front(Job::Store(store));
                        return;
                    }
                    let news = store.refused(Refusal::Failed(why.clone()));
                    self.tell(news, look.tell);
                    return;
                }
                if let Some(span) = self.to_look_under(&store) {
                    self.looked_under = Some(store.number);
                    self.jobs.push_front(Job::Store(store));
                    let (offset, len) = (span.start(), span.len());
                    let request = Request::Read { offset, len };
                    self.send(Question::Read(span), &request, look, deeds);
                    return;
                }
                self.begin_store(store, look, deeds);
            }
            Job::Fork { child } => self.begin_fork(child, look, deeds),
            Job::Facts => {
                self.send(Question::Facts, &Request::Facts, look, deeds);
            }
            Job::Reap(reap) => {
                let request = Request::Reap { pid: reap.pid };
                self.send(Question::Reap(reap), &request, look, deeds);
            }
        }
    }

    /// What reaches the file is written down first.
    fn begin_store(&mut self, mut store: Box<Store>, look: &Look<'_>, deeds: &mut Vec<Deed>) {
        let log = look.log.filter(|_| self.kind == ProcessKind::Shared);
        match store.is_recorded(log, look.mailbox) {
            None => self.jobs.push_front(Job::Store(store)),
            Some(Err(why)) => self.tell(store.refused(why), look.tell),
            Some(Ok(())) => {
                let request = store.request();
                self.send(Question::Store(*store), &request, look, deeds);
            }
        }
    }

    /// What is to be read before the store: a page that was taken away would be copied anew by it, and nobody would
    /// miss what stood there.
    fn to_look_under(&self, store: &Store) -> Option<Span> {
        let len = (store.bytes.len() as u64).min(MAX_READ_BYTES);
        let span = Span::at(store.offset, len)?;
        let is_due = self.looked_under != Some(store.number) && self.copies.are_under(span);
        is_due.then_some(span)
    }

    fn begin_fork(&mut self, child: Target, look: &Look<'_>, deeds: &mut Vec<Deed>) {
        let Life::Running(process) = &mut self.life else {
            return;
        };
        let why = match process.begin_fork(&format!("process of {child}")) {
            Ok(Ok(forking)) => {
                self.asked = Some(Asked {
                    question: Question::Fork { child, forking },
                    pending: None,
                    since: look.now,
                    is_late: false,
                });
                return;
            }
            Ok(Err(not_sent)) => self.not_sent(not_sent),
            Err(error) => Refusal::Failed(failure(error)),
        };
        deeds.push(Deed::Unborn { child, why });
    }
}
