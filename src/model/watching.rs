//! Which witnesses are watched, and how many processes there may be in all: what concerns the files together.

use super::doc::{Doc, Out};
use super::effect::{Effect, FileRequest};
use super::identity::{DocId, Target, ViewId};
use super::peers::{MOST_ADDED, MOST_ADDED_IN_ALL, MOST_PAIRS, PeersAction};
use super::pending::StoreOver;
use super::process::{PeerEvent, PeerNews, PeerOrder, Refusal};
use super::topic::Subject;
use super::tray::{RefusedOrder, RefusedPart};
use super::witness::parse_bytes;
use super::{App, Tab};

/// Who is to be read at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The processes: the worker has read its witnesses after what it did.
    ByProcesses,
    /// The processes and the witnesses of this program.
    ByAll,
}

impl Doc {
    /// Somebody stored something: all that are watched are read again at once, so that it is known who sees it.
    pub(super) fn read_now(&self, asked: Asked, out: &mut Out<'_>) {
        let (Some(span), Some(mapping)) = (self.witnesses.span, self.witnesses.mapping) else {
            return; // nobody looks
        };
        let view = self.views.iter().find(|view| view.mapping == mapping);
        if let (Some(view), Asked::ByAll) = (view, asked) {
            out.file(self.target(view), FileRequest::Watch(Some(span)));
        }
        let (doc, span) = (self.id, Some(span));
        out.push(Effect::Peers(PeerOrder::Watch { doc, span }));
    }
}

impl App {
    pub(super) fn apply_peers(
        &mut self,
        view: Option<ViewId>,
        action: PeersAction,
        effects: &mut Vec<Effect>,
    ) {
        if let PeersAction::ByteEdited(text) = action {
            self.byte_text = text;
            return;
        }
        if self.takes_process(view, &action)
            && let Some(why) = view.and_then(|view| self.why_no_room(view))
        {
            self.in_view(view, effects, |doc, _, _| {
                doc.failed(Subject::Process, why);
                None
            });
            return;
        }
        if let PeersAction::ShowMapping(Some(_)) = action {
            self.show_tab(Tab::Mapping);
        }
        let bytes = parse_bytes(&self.byte_text);
        self.in_view(view, effects, |doc, view, out| {
            doc.touched = true;
            match action {
                PeersAction::ByteEdited(_) => {}
                PeersAction::Pin => doc.toggle_pin(),
                PeersAction::StoreAs(id) => doc.store_as(view, id, bytes, out),
                PeersAction::Add(kind) => doc.add_process(kind, out),
                PeersAction::Fork(parent) => doc.fork_process(parent, out),
                PeersAction::Store(mapping) => {
                    doc.store_by(mapping, bytes, StoreOver::Whatever, out);
                }
                PeersAction::StoreAnyway(mapping) => {
                    doc.store_by(mapping, bytes, StoreOver::ReadOnly, out);
                }
                PeersAction::ShowMapping(mapping) => doc.show_mapping(mapping, out),
                PeersAction::PutBack(number) => doc.put_back(number, out),
                PeersAction::Signal(mapping, signal) => doc.signal(mapping, signal, out),
                PeersAction::Remove(mapping) => doc.remove_process(mapping, out),
                PeersAction::DoByHand(index) => doc.do_by_hand(index, out),
                PeersAction::FoldByHand => doc.fold_by_hand(),
            }
            None
        });
    }

    /// It asks for a further process.
    fn takes_process(&self, view: Option<ViewId>, action: &PeersAction) -> bool {
        match action {
            PeersAction::Add(_) | PeersAction::Fork(_) => true,
            PeersAction::DoByHand(_) => {
                let doc = view.and_then(|view| self.doc_of(view));
                let item = doc.and_then(|doc| doc.hand.as_ref()?.current_item());
                item.is_some_and(|item| item.deed.is_process())
            }
            _ => false,
        }
    }

    /// Why no process can be added to the file of `view`, in words that name the tab that has them; `None` where one can.
    #[must_use]
    pub fn why_no_room(&self, view: ViewId) -> Option<String> {
        let doc = self.doc_of(view)?;
        if doc.processes.n_added() >= MOST_ADDED {
            return Some(format!(
                "{MOST_ADDED} processes are enough for one file: remove one of {} first",
                doc.name()
            ));
        }
        let in_all: usize = self.docs.iter().map(|doc| doc.processes.n_added()).sum();
        if in_all < MOST_ADDED_IN_ALL {
            return None;
        }
        let most = self.docs.iter().max_by_key(|doc| doc.processes.n_added())?;
        Some(format!(
            "{MOST_ADDED_IN_ALL} processes are enough: remove one first, the tab of {} has {}",
            most.name(),
            most.processes.n_added()
        ))
    }

    /// The witnesses of the file that has the focus watch its cursor while somebody looks; all others rest.
    pub(super) fn watch(&mut self, effects: &mut Vec<Effect>) {
        let shown = self.shows(Tab::Witnesses);
        let wanted = self
            .doc()
            .filter(|_| shown)
            .and_then(|doc| Some((doc.focused_target(), doc.watched()?)));
        if wanted == self.watched {
            return;
        }
        let before = std::mem::replace(&mut self.watched, wanted);
        if let Some((target, _)) = before
            && wanted.is_none_or(|(now, _)| now.doc != target.doc)
            && let Some((doc, mut out)) = self.doc_and_out(target.doc, effects)
        {
            doc.rest(target, &mut out);
        }
        if let Some((target, span)) = wanted {
            let is_new = before.is_none_or(|(was, _)| was.doc != target.doc);
            if let Some((doc, mut out)) = self.doc_and_out(target.doc, effects) {
                doc.start_watching(target, span, is_new, &mut out);
            }
            if is_new {
                self.end_old_pairs(target.doc, effects);
            }
        }
    }

    /// Beyond four built-in pairs the one shown longest ago ends, unless something of the person's would go with it.
    fn end_old_pairs(&mut self, shown: DocId, effects: &mut Vec<Effect>) {
        let count = self.numbers.fresh();
        if let Some(doc) = self.docs.iter_mut().find(|doc| doc.id == shown) {
            doc.processes.shown_at = count;
        }
        loop {
            let running = self
                .docs
                .iter()
                .filter(|doc| doc.processes.built_in().next().is_some());
            if running.clone().count() <= MOST_PAIRS {
                return;
            }
            let oldest = running
                .filter(|doc| doc.id != shown && doc.processes.pair_is_free())
                .min_by_key(|doc| doc.processes.shown_at)
                .map(|doc| doc.id);
            let Some((doc, mut out)) = oldest.and_then(|oldest| self.doc_and_out(oldest, effects))
            else {
                return;
            };
            doc.end_pair(&mut out);
        }
    }

    /// What a process says. Late news of an earlier generation is not taken for that of a later one.
    pub(super) fn peer_said(&mut self, event: PeerEvent, effects: &mut Vec<Effect>) {
        let PeerEvent { target, news } = event;
        if let PeerNews::Refused {
            number,
            offset,
            bytes,
            why,
        } = &news
            && !self.is_put_back(target.doc, *number, why)
        {
            let order = RefusedOrder {
                number: *number,
                doc: target.doc,
                name: self
                    .doc_by(target.doc)
                    .map_or_else(|| "a file that is closed".to_owned(), Doc::name),
                through: self.through_words(target),
                parts: vec![RefusedPart {
                    offset: *offset,
                    bytes: bytes.clone(),
                }],
                why: why.clone(),
            };
            self.tray.put(order);
        }
        let is_store = matches!(news, PeerNews::Stored { .. });
        let settled = self.in_doc(target.doc, effects, |doc, out| {
            let settled = doc.process_told(target, news);
            if is_store {
                doc.read_now(Asked::ByAll, out);
            }
            settled
        });
        if let Some(Some(settled)) = settled {
            self.settled(target.doc, settled, effects);
        }
    }

    /// What was to be written back from *What happened* and found something else there is no order that waits for
    /// somebody to decide: it is told in the list.
    fn is_put_back(&self, doc: DocId, number: super::OrderId, why: &Refusal) -> bool {
        let doc = self.doc_by(doc);
        matches!(why, Refusal::Changed { .. })
            || doc.is_some_and(|doc| doc.happened.is_put_back(number))
    }

    fn through_words(&self, target: Target) -> String {
        self.doc_by(target.doc)
            .and_then(|doc| doc.processes.get(target.mapping))
            .map_or_else(
                || "a process that is gone".to_owned(),
                super::Process::words,
            )
    }
}
