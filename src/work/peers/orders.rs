//! Whom an order reaches: the one mapping, in the one generation, of the one file that it names, or nobody.
//!
//! It owns that rule. It must not know what a process is asked, nor when.

use std::time::Instant;

use super::MOST_WATCHED_BYTES;
use super::member::{Job, Member, ToRead};
use super::member_store::{Over, Store};
use super::pool::Pool;
use crate::bytes::Span;
use crate::model::identity::{DocId, MappingId, OrderId, Target};
use crate::model::process::{PeerFile, PeerNews, PeerOrder, ProcessKind, ProcessSignal, Refusal};

impl Pool {
    pub(super) fn obey(&mut self, order: PeerOrder) {
        match order {
            PeerOrder::File { doc, file } => self.file(doc, file),
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
                expect,
            } => {
                let over = expect.map_or(Over::Whatever, Over::Only);
                self.store(target, Store::new(number, offset, bytes, over));
            }
            PeerOrder::StoreAnyway {
                number,
                target,
                offset,
                bytes,
            } => {
                let store = Store::new(number, offset, bytes, Over::ReadOnly);
                self.store(target, store);
            }
            PeerOrder::Facts { target } => self.facts(target),
            PeerOrder::Signal {
                number,
                target,
                signal,
            } => self.signal(number, target, signal),
            PeerOrder::End { target } => self.end(target),
        }
    }

    fn file(&mut self, doc: DocId, file: PeerFile) {
        // Only ways to the same file are taken over, and leave to write to it; a start in its place finds them.
        let is_same = |it: &&mut Member| it.target.doc == doc && it.file.identity == file.identity;
        for member in self.members.iter_mut().filter(is_same) {
            member.file.via.clone_from(&file.via);
            member.file.path.clone_from(&file.path);
            member.file.is_allowed = file.is_allowed;
        }
        self.docs.entry(doc).or_default().file = Some(file);
    }

    fn store(&mut self, target: Target, store: Store) {
        let job = Job::Store(Box::new(store));
        let taken = match self.find(target) {
            Some(member) => member.queue(job),
            None => Err((job, Refusal::Gone)),
        };
        if let Err((Job::Store(store), why)) = taken {
            self.tell(target, store.refused(why));
        }
    }

    fn facts(&mut self, target: Target) {
        let taken = match self.find(target) {
            Some(member) => member.queue(Job::Facts).map_err(|(_, why)| why),
            None => Err(Refusal::Gone),
        };
        if let Err(why) = taken {
            self.tell(target, PeerNews::NoFacts { why });
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

    pub(super) fn close(&mut self, doc: DocId) {
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
        // Told anew also where it is what was watched already: what was read meanwhile may have come while somebody looked
        // elsewhere, and was dropped there; and after a store it is to be known who sees it.
        state.watch = span;
        state.next_read = None;
        for member in self.members.iter_mut().filter(|it| it.target.doc == doc) {
            member.to_read = ToRead::Anew;
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
        let look = self.look(Instant::now(), target.doc);
        match member.start(&look) {
            Ok(()) => self.members.push(member),
            Err(why) => {
                let why = Refusal::Failed(why);
                self.tell(target, PeerNews::NotStarted { why });
            }
        }
    }

    fn fork(&mut self, parent: Target, child: MappingId) {
        let target = parent.child(child);
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
}
