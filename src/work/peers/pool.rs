//! The pool's thread: it takes orders to the processes they are for, and looks after each when something is due.
//!
//! It owns the list of processes and the files they are of, and whom an order reaches. It must not know what a process is
//! asked.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::MOST_WATCHED_BYTES;
use super::mailbox::Mailbox;
use super::member::{Deed, Job, Life, Look, Member, Reap, Store, Tell};
use crate::bytes::Span;
use crate::model::identity::{DocId, Generation, MappingId, OrderId, Target};
use crate::model::process::{
    EndHow, PeerEvent, PeerFile, PeerNews, PeerOrder, ProcessEnd, ProcessKind, ProcessSignal,
    Refusal,
};
use crate::peer::{Ending, Wake};

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
struct DocState {
    /// What its processes map.
    file: Option<PeerFile>,
    watch: Option<Span>,
    next_read: Option<Instant>,
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
    tell: Box<Tell>,
    wake: Wake,
    docs: BTreeMap<DocId, DocState>,
    /// Parents before their children.
    members: Vec<Member>,
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
            for order in taken.orders {
                if taken.stop {
                    self.refuse(order, Refusal::Gone);
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

    fn tell(&self, target: Target, news: PeerNews) {
        (self.tell)(PeerEvent { target, news });
    }

    fn obey(&mut self, order: PeerOrder) {
        match order {
            PeerOrder::File { doc, file } => {
                // Only ways to the same file are taken over; a start in its place finds them.
                let is_same =
                    |it: &&mut Member| it.target.doc == doc && it.file.identity == file.identity;
                for member in self.members.iter_mut().filter(is_same) {
                    member.file.via.clone_from(&file.via);
                    member.file.path.clone_from(&file.path);
                }
                self.docs.entry(doc).or_default().file = Some(file);
            }
            PeerOrder::Grow { doc, extent } => self.grow(doc, extent),
            PeerOrder::Close { doc } => self.close(doc),
            PeerOrder::Watch { doc, span } => self.watch(doc, span),
            PeerOrder::Start {
                target,
                kind,
                built_in,
            } => self.start(target, kind, built_in),
            PeerOrder::Fork { parent, child } => self.fork(parent, child),
            PeerOrder::Store {
                number,
                target,
                offset,
                bytes,
            } => {
                let store = Store {
                    number,
                    offset,
                    bytes,
                };
                self.store(target, store);
            }
            PeerOrder::Signal {
                number,
                target,
                signal,
            } => self.signal(number, target, signal),
            PeerOrder::End { target } => self.end(target),
        }
    }

    fn store(&mut self, target: Target, store: Store) {
        let job = Job::Store(store);
        let taken = match self.find(target) {
            Some(member) => member.queue(job),
            None => Err((job, Refusal::Gone)),
        };
        if let Err((Job::Store(store), why)) = taken {
            self.tell(target, store.refused(why));
        }
    }

    fn signal(&mut self, number: OrderId, target: Target, signal: ProcessSignal) {
        let member = self.find(target).ok_or(Refusal::Gone);
        let news = match member.and_then(|member| member.signal(signal)) {
            Ok(()) => PeerNews::Signalled { number, signal },
            Err(why) => PeerNews::NotSignalled {
                number,
                signal,
                why,
            },
        };
        self.tell(target, news);
    }

    /// Answers what is not carried out as the pool ends. What asks for no answer has none.
    fn refuse(&mut self, order: PeerOrder, why: Refusal) {
        match order {
            PeerOrder::File { .. }
            | PeerOrder::Grow { .. }
            | PeerOrder::Close { .. }
            | PeerOrder::Watch { .. }
            | PeerOrder::End { .. } => {}
            PeerOrder::Start { target, .. } => self.tell(target, PeerNews::NotStarted { why }),
            PeerOrder::Fork { parent, child } => {
                self.tell(child_of(parent, child), PeerNews::NotStarted { why });
            }
            PeerOrder::Store {
                number,
                target,
                offset,
                bytes,
            } => {
                let store = Store {
                    number,
                    offset,
                    bytes,
                };
                self.tell(target, store.refused(why));
            }
            PeerOrder::Signal {
                number,
                target,
                signal,
            } => {
                let news = PeerNews::NotSignalled {
                    number,
                    signal,
                    why,
                };
                self.tell(target, news);
            }
        }
    }

    /// Where the process of that mapping in that generation stands, of a file that is open.
    fn position(&self, target: Target) -> Option<usize> {
        self.docs.get(&target.doc)?.file.as_ref()?;
        self.members.iter().position(|it| it.target == target)
    }

    fn find(&mut self, target: Target) -> Option<&mut Member> {
        let at = self.position(target)?;
        self.members.get_mut(at)
    }

    fn grow(&mut self, doc: DocId, extent: Span) {
        if let Some(file) = self.docs.get_mut(&doc).and_then(|doc| doc.file.as_mut()) {
            file.extent = extent;
        }
        for member in self.members.iter_mut().filter(|it| it.target.doc == doc) {
            member.grow(extent);
        }
    }

    fn end(&mut self, target: Target) {
        let mut deeds = Vec::new();
        if let Some(at) = self.position(target) {
            self.members[at].end_by_order(&Refusal::Ended, &*self.tell, &mut deeds);
            // A fork that has not begun is not begun any more.
            for member in &mut self.members {
                let is_other = |job: &Job| !matches!(job, Job::Fork { child } if *child == target);
                member.jobs.retain(is_other);
            }
        }
        self.follow_all(deeds);
    }

    fn close(&mut self, doc: DocId) {
        self.docs.remove(&doc);
        let mut deeds = Vec::new();
        for member in self.members.iter_mut().filter(|it| it.target.doc == doc) {
            member.end_by_order(&Refusal::Gone, &*self.tell, &mut deeds);
        }
        self.follow_all(deeds);
    }

    fn watch(&mut self, doc: DocId, span: Option<Span>) {
        let span = span.and_then(|span| {
            Span::at(span.start(), span.len().min(MOST_WATCHED_BYTES))
                .filter(|span| !span.is_empty())
        });
        let Some(state) = self.docs.get_mut(&doc) else {
            return; // it is closed
        };
        if state.watch == span {
            return;
        }
        state.watch = span;
        state.next_read = None;
        for member in self.members.iter_mut().filter(|it| it.target.doc == doc) {
            member.told = None;
            member.is_to_read = true;
        }
    }

    fn start(&mut self, target: Target, kind: ProcessKind, built_in: bool) {
        let file = self.docs.get(&target.doc).and_then(|doc| doc.file.clone());
        let is_taken = |it: &Member| it.target.mapping == target.mapping;
        let Some(file) = file.filter(|_| !self.members.iter().any(is_taken)) else {
            let why = Refusal::Gone;
            return self.tell(target, PeerNews::NotStarted { why });
        };
        let mut member = Member::new(target, kind, file, None);
        member.is_replaced = built_in;
        let look = self.look(Instant::now(), None);
        match member.start(&look) {
            Ok(()) => self.members.push(member),
            Err(why) => {
                let why = Refusal::Failed(why);
                self.tell(target, PeerNews::NotStarted { why });
            }
        }
    }

    fn fork(&mut self, parent: Target, child: MappingId) {
        let target = child_of(parent, child);
        let is_taken = self.members.iter().any(|it| it.target.mapping == child);
        let job = Job::Fork { child: target };
        let taken = match self.find(parent) {
            Some(member) if !is_taken => member
                .queue(job)
                .map(|()| (member.kind, member.file.clone()))
                .map_err(|(_, why)| why),
            _ => Err(Refusal::Gone),
        };
        match taken {
            Ok((kind, file)) => {
                let parent = Some(parent.mapping);
                self.members.push(Member::new(target, kind, file, parent));
            }
            Err(why) => self.tell(target, PeerNews::NotStarted { why }),
        }
    }

    fn look(&self, now: Instant, watch: Option<Span>) -> Look<'_> {
        Look {
            now,
            watch,
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
                let doc = self.docs.get(&member.target.doc);
                let look = self.look(now, doc.and_then(|doc| doc.watch));
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
                member.is_to_read = true;
            }
        }
    }

    fn follow_all(&mut self, mut deeds: Vec<Deed>) {
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
        if end.how == EndHow::Unknown
            && let Some(parent) = parent
        {
            let tell = Some(target);
            if !self.reap(parent, Reap { pid, tell }) {
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

/// What a forked child is called.
fn child_of(parent: Target, child: MappingId) -> Target {
    Target {
        doc: parent.doc,
        mapping: child,
        generation: Generation::FIRST,
    }
}
