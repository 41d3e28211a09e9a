//! The pool's thread: it looks after each process when something is due, and follows what one does that concerns others.
//!
//! It owns the list of processes and the files they are of. It must not know what a process is asked; whom an order
//! reaches stands in `orders.rs`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::mailbox::Mailbox;
use super::member::{Deed, Job, Life, Look, Member, Reap, Tell};
use crate::bytes::Span;
use crate::model::identity::{DocId, Generation, MappingId, Target};
use crate::model::process::{EndHow, PeerEvent, PeerFile, PeerNews, ProcessEnd, Refusal};
use crate::peer::{Ending, Wake};
use crate::work::store_log::StoreLog;

/// Between two reads of what is watched.
const POLL: Duration = Duration::from_millis(100);
/// Between two starts of a built-in process at least, by how often in a row it ended.
const AGAIN: Duration = Duration::from_secs(1);
/// The most times that is taken.
const MOST_PAUSES: u32 = 5;
/// After so long without trouble the next trouble is the first again.
const SOUND: Duration = Duration::from_secs(10);

/// An open file.
#[derive(Debug, Default)]
pub(super) struct DocState {
    /// What its processes map.
    pub(super) file: Option<PeerFile>,
    pub(super) watch: Option<Span>,
    pub(super) next_read: Option<Instant>,
    /// What stores in it are written down with, where they are.
    pub(super) log: Option<StoreLog>,
}

/// A forked child that is to end, and who has to reap it.
struct Orphan {
    parent: Target,
    pid: u32,
    ending: Ending,
}

/// What the thread keeps.
pub(super) struct Pool {
    program: PathBuf,
    mailbox: Arc<Mailbox>,
    pub(super) tell: Box<Tell>,
    wake: Wake,
    pub(super) docs: BTreeMap<DocId, DocState>,
    /// Parents before their children.
    pub(super) members: Vec<Member>,
    /// Forked children that nobody wanted any more when they were born.
    orphans: Vec<Orphan>,
    is_stopping: bool,
}

impl Pool {
    pub(super) fn new(program: PathBuf, mailbox: Arc<Mailbox>, tell: Box<Tell>) -> Self {
        let waker = Arc::clone(&mailbox);
        Self {
            program,
            mailbox,
            tell,
            wake: Wake::new(move || waker.wake()),
            docs: BTreeMap::new(),
            members: Vec::new(),
            orphans: Vec::new(),
            is_stopping: false,
        }
    }

    /// Works until it is told to stop and every process is gone.
    pub(super) fn run(mut self) {
        let mut due = None;
        loop {
            let taken = self.mailbox.take(due);
            for (doc, log) in taken.logs {
                self.docs.entry(doc).or_default().log = Some(log);
            }
            for order in taken.orders {
                if taken.stop {
                    if let Some(event) = order.refused(Refusal::Gone) {
                        (self.tell)(event);
                    }
                } else {
                    self.obey(order);
                }
            }
            if taken.stop {
                break;
            }
            due = self.turn();
        }
        self.is_stopping = true;
        let docs: Vec<_> = self.docs.keys().copied().collect();
        for doc in docs {
            self.close(doc);
        }
        while let Some(due) = self.turn() {
            // What is due is a matter of milliseconds; the mailbox would not sleep any more.
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
        }
    }

    pub(super) fn tell(&self, target: Target, news: PeerNews) {
        (self.tell)(PeerEvent { target, news });
    }

    pub(super) fn look(&self, now: Instant, doc: DocId) -> Look<'_> {
        let doc = self.docs.get(&doc);
        Look {
            now,
            watch: doc.and_then(|doc| doc.watch),
            log: doc.and_then(|doc| doc.log.as_ref()),
            mailbox: &self.mailbox,
            program: &self.program,
            wake: &self.wake,
            tell: &*self.tell,
        }
    }

    /// Has the parent reap a child; whether it lives.
    fn reap(&mut self, parent: MappingId, reap: Reap) -> bool {
        let is_parent =
            |it: &&mut Member| it.target.mapping == parent && matches!(it.life, Life::Running(_));
        let parent = self.members.iter_mut().find(is_parent);
        // It is not bounded: there are as many as there were children.
        parent
            .map(|parent| parent.jobs.push_back(Job::Reap(reap)))
            .is_some()
    }

    fn end_orphans(&mut self) {
        let over = self
            .orphans
            .extract_if(.., |it| it.ending.poll().is_some())
            .map(|it| (it.parent, it.pid));
        for (parent, pid) in over.collect::<Vec<_>>() {
            self.reap(parent.mapping, Reap { pid, tell: None });
        }
    }

    /// Does for each process what is due, and says when something is due again.
    fn turn(&mut self) -> Option<Instant> {
        self.end_orphans();
        let mut deeds = Vec::new();
        loop {
            let now = Instant::now();
            self.tick(now);
            let mut members = std::mem::take(&mut self.members);
            for member in &mut members {
                let look = self.look(now, member.target.doc);
                member.step(&look, &mut deeds);
            }
            self.members = members;
            self.members
                .retain(|it| !matches!(it.life, Life::Over) || is_told_of(&deeds, it.target));
            if deeds.is_empty() {
                break;
            }
            self.follow_all(std::mem::take(&mut deeds));
        }
        let members = self.members.iter().filter_map(|it| {
            let doc = self.docs.get(&it.target.doc);
            it.due(doc.and_then(|doc| doc.watch))
        });
        let reads = self.docs.iter().filter_map(|(id, doc)| {
            let can_read = |it: &Member| it.target.doc == *id && it.can_read();
            let next = doc.next_read.filter(|_| doc.watch.is_some())?;
            self.members.iter().any(can_read).then_some(next)
        });
        let orphans = self.orphans.iter().map(|it| it.ending.due());
        members.chain(reads).chain(orphans).min()
    }

    /// Has the processes of each file that is watched read at once, whenever it is time.
    fn tick(&mut self, now: Instant) {
        for (id, doc) in &mut self.docs {
            if doc.watch.is_none() || doc.next_read.is_some_and(|next| now < next) {
                continue;
            }
            doc.next_read = Some(now + POLL);
            for member in self.members.iter_mut().filter(|it| it.target.doc == *id) {
                member.is_to_read();
            }
        }
    }

    pub(super) fn follow_all(&mut self, mut deeds: Vec<Deed>) {
        while let Some(deed) = (!deeds.is_empty()).then(|| deeds.remove(0)) {
            self.follow(deed, &mut deeds);
        }
    }

    fn follow(&mut self, deed: Deed, more: &mut Vec<Deed>) {
        match deed {
            Deed::Born {
                parent,
                child,
                process,
                mapped,
                copies,
            } => {
                let is_wanted =
                    |it: &&mut Member| it.target == child && matches!(it.life, Life::Awaited);
                match self.members.iter_mut().find(is_wanted) {
                    Some(member) => member.is_born(*process, mapped, copies),
                    None => self.orphans.push(Orphan {
                        parent,
                        pid: process.pid(),
                        ending: process.begin_end(Duration::ZERO),
                    }),
                }
            }
            Deed::Unborn { child, why } => {
                if let Some(at) = self.members.iter().position(|it| it.target == child) {
                    let member = &mut self.members[at];
                    if matches!(member.life, Life::Awaited) {
                        member.not_started(why, &*self.tell, more);
                    }
                }
            }
            Deed::Stillborn { parent, pid } => {
                if let Some(parent) = parent {
                    self.reap(parent, Reap { pid, tell: None });
                }
            }
            Deed::Over { target, pid, end } => self.over(target, pid, end),
        }
    }

    fn over(&mut self, target: Target, pid: u32, mut end: ProcessEnd) {
        let Some(at) = self.members.iter().position(|it| it.target == target) else {
            return;
        };
        let parent = self.members[at].parent;
        // A child is its parent's to reap; one that died of a fault has said so itself.
        let is_unknown = end.how == EndHow::Unknown;
        if let Some(parent) = parent.filter(|_| is_unknown || matches!(end.how, EndHow::Faulted(_)))
        {
            let tell = is_unknown.then_some(target);
            if !self.reap(parent, Reap { pid, tell }) && is_unknown {
                end.how = EndHow::WithParent;
            }
        }
        let is_open = self.docs.contains_key(&target.doc) && !self.is_stopping;
        let member = &mut self.members[at];
        let is_again = member.is_replaced && end.how != EndHow::Stuck;
        if is_again && is_open {
            end.next = Some(member.rest());
        }
        self.tell(target, PeerNews::Ended(end));
        // The ends of others may still be to say.
        self.members
            .retain(|it| it.target != target || !matches!(it.life, Life::Over));
    }
}

impl Member {
    /// Takes the next generation, to be started again after a pause.
    fn rest(&mut self) -> Generation {
        if self.started.elapsed() >= SOUND {
            self.troubles = 0;
        }
        self.troubles = self.troubles.saturating_add(1);
        let at = self.started + AGAIN * self.troubles.min(MOST_PAUSES);
        let mut next = Self::new(self.target, self.kind, self.file.clone(), self.parent);
        next.target.generation = self.target.generation.next();
        next.is_replaced = true;
        next.troubles = self.troubles;
        next.started = self.started;
        next.life = Life::Resting(at);
        *self = next;
        self.target.generation
    }
}

/// Whether the end of that process is among what is still to be said.
fn is_told_of(deeds: &[Deed], target: Target) -> bool {
    deeds
        .iter()
        .any(|deed| matches!(deed, Deed::Over { target: it, .. } if *it == target))
}
