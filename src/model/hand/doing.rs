//! Doing by one press what comes next of an experiment that is tried by hand: by the same orders as by hand.
//!
//! It owns which things can be done so. It must not know what ticks them.

use std::sync::Arc;

use super::{Hand, has_press, kind_of};
use crate::bytes::Span;
use crate::lab::claim::{HandActor, HandDeed};
use crate::map::Mode;
use crate::model::ViewAction;
use crate::model::change::Change;
use crate::model::doc::{Doc, Out};
use crate::model::identity::{MappingId, ViewId};
use crate::model::pending::{StoreBy, StoreOver, Waiting, WitnessStore};
use crate::model::viewport::Column;
use crate::model::witness::WitnessId;

impl Doc {
    /// Does the one of that index, where it is its turn.
    pub(in crate::model) fn do_by_hand(&mut self, index: usize, out: &mut Out<'_>) {
        let Some(hand) = &self.hand else { return };
        if hand.current() != Some(index) {
            return; // it was done meanwhile
        }
        if self.hand_blocked().is_some() {
            return;
        }
        let plan = Arc::clone(&hand.plan);
        let Some(item) = plan.items.get(index).filter(|item| has_press(&item.deed)) else {
            return;
        };
        let Some(view) = self.views.first().map(|view| view.id) else {
            return;
        };
        match &item.deed {
            // Asked for, and not seen yet: a second press is for the same one.
            HandDeed::Add { name, .. } | HandDeed::Fork { child: name, .. }
                if self.has_living(name) => {}
            HandDeed::Add { kind, .. } => self.add_process(kind_of(*kind), out),
            HandDeed::Fork { parent: name, .. }
            | HandDeed::End { name }
            | HandDeed::Fault { name, .. } => {
                if let Some(mapping) = self.lettered_mapping(name) {
                    self.have_done(mapping, &item.deed, out);
                }
            }
            HandDeed::Store { by, at, bytes } => self.store_by_hand(by, *at, bytes, out),
            HandDeed::Write { at, bytes } => self.write_by_hand(view, *at, bytes, out),
            HandDeed::Look { at, len, .. } | HandDeed::Pages { at, len, .. } => {
                self.select_by_hand(*at, *len, out);
            }
            HandDeed::Window { part } => {
                let span = part.and_then(|(at, len)| Span::at(at, len));
                self.set_window(view, span, out);
            }
            HandDeed::SecondView => self.add_view(view, out),
            HandDeed::SecondMode { shared } => {
                let second = self.views.get(1).map(|view| view.id);
                let mode = if *shared { Mode::Shared } else { Mode::Private };
                if let Some(second) = second {
                    self.change(second, Change::Mode(mode), None, out);
                }
            }
            HandDeed::Sync => self.flush(view, out),
            HandDeed::Discard { at, len } => {
                let span = Span::at(*at, *len);
                self.submit(view, Waiting::Discard(span), out);
            }
            HandDeed::Length { .. } | HandDeed::Delete => {}
        }
    }

    /// Has a process do it.
    fn have_done(&mut self, mapping: MappingId, deed: &HandDeed, out: &mut Out<'_>) {
        match deed {
            HandDeed::Fork { .. } => self.fork_process(mapping, out),
            HandDeed::End { .. } => self.remove_process(mapping, out),
            HandDeed::Fault { at, bytes, .. } => {
                self.order_store(mapping, (*at, bytes), StoreOver::ReadOnly, out);
            }
            _ => {}
        }
    }

    /// Why the next one cannot be done: who is to do it ended, or maps otherwise. `None` where nothing is known against it.
    #[must_use]
    pub fn hand_blocked(&self) -> Option<String> {
        let hand = self.hand.as_ref()?;
        let deed = &hand.current_item()?.deed;
        if self.maps_otherwise(hand, deed) {
            let words = if hand.plan.is_shared {
                ("private", "shared")
            } else {
                ("shared", "private")
            };
            return Some(format!(
                "This view is {} now, and the list is for a {} one: switch back, or start over",
                words.0, words.1
            ));
        }
        if matches!(deed, HandDeed::SecondMode { .. }) && self.views.len() < 2 {
            let words = "The second view is closed: open it again, or start over";
            return Some(words.to_owned());
        }
        let (HandDeed::Fork { parent: name, .. }
        | HandDeed::End { name }
        | HandDeed::Fault { name, .. }
        | HandDeed::Store {
            by: HandActor::Process(name),
            ..
        }
        | HandDeed::Look {
            by: HandActor::Process(name),
            ..
        }
        | HandDeed::Pages {
            by: HandActor::Process(name),
            ..
        }) = deed
        else {
            return None;
        };
        (!self.has_living(name)).then(|| format!("{name} has ended: start over"))
    }

    /// The person switched the mode of the view that is to do it.
    pub(super) fn maps_otherwise(&self, hand: &Hand, deed: &HandDeed) -> bool {
        let is_of_view = match deed {
            HandDeed::Store { by, .. } | HandDeed::Look { by, .. } | HandDeed::Pages { by, .. } => {
                match by {
                    HandActor::View(_) => true,
                    // without a second view it is the mapping in the other mode
                    HandActor::Second(_) => self.views.len() < 2,
                    HandActor::Process(_) | HandActor::Calls => false,
                }
            }
            HandDeed::Sync | HandDeed::Discard { .. } => true,
            _ => false,
        };
        let mode = self.views.first().map(|view| view.mode);
        is_of_view && mode.is_some_and(|mode| (mode == Mode::Shared) != hand.plan.is_shared)
    }

    fn has_living(&self, name: &str) -> bool {
        let mapping = self.lettered_mapping(name);
        let process = mapping.and_then(|mapping| self.processes.get(mapping));
        process.is_some_and(|process| process.ended.is_none())
    }

    /// Shows or hides the list.
    pub(in crate::model) fn fold_by_hand(&mut self) {
        if let Some(hand) = &mut self.hand {
            hand.is_folded = !hand.is_folded;
        }
    }

    fn lettered_mapping(&self, name: &str) -> Option<MappingId> {
        self.hand.as_ref()?.mapping(name)
    }

    fn order_store(
        &mut self,
        mapping: MappingId,
        (offset, bytes): (u64, &[u8]),
        over: StoreOver,
        out: &mut Out<'_>,
    ) {
        let Some(target) = self.process_target(mapping) else {
            return;
        };
        let number = out.numbers.order();
        self.wrote(offset, bytes.len());
        let store = StoreBy {
            number,
            target,
            offset,
            bytes: bytes.to_vec(),
            over,
            puts_back: None,
        };
        self.send_store(store, out);
    }

    fn store_by_hand(&mut self, by: &HandActor, at: u64, bytes: &[u8], out: &mut Out<'_>) {
        let view = |index: usize| self.views.get(index).map(|view| view.id);
        let (view, id) = match by {
            HandActor::Process(name) => {
                if let Some(mapping) = self.lettered_mapping(name) {
                    self.order_store(mapping, (at, bytes), StoreOver::Whatever, out);
                }
                return;
            }
            HandActor::View(_) => (view(0), WitnessId::View),
            HandActor::Second(_) if self.views.len() > 1 => (view(1), WitnessId::View),
            HandActor::Second(_) => (view(0), WitnessId::OtherMode),
            HandActor::Calls => (view(0), WitnessId::File),
        };
        let Some(view) = view else { return };
        self.wrote(at, bytes.len());
        if id == WitnessId::View {
            self.store(view, at, bytes.to_vec(), out);
        } else {
            self.witness_by_hand(view, id, (at, bytes), out);
        }
    }

    fn write_by_hand(&mut self, view: ViewId, at: u64, bytes: &[u8], out: &mut Out<'_>) {
        self.wrote(at, bytes.len());
        self.witness_by_hand(view, WitnessId::File, (at, bytes), out);
    }

    fn witness_by_hand(
        &mut self,
        view: ViewId,
        id: WitnessId,
        (offset, bytes): (u64, &[u8]),
        out: &mut Out<'_>,
    ) {
        let Some(target) = self.view_by(view).map(|view| self.target(view)) else {
            return;
        };
        let store = WitnessStore {
            id,
            offset,
            bytes: bytes.to_vec(),
            expect: None,
            puts_back: None,
        };
        self.submit(view, Waiting::Witness(target, store), out);
    }

    /// The panel is about these bytes, as if they were selected.
    fn select_by_hand(&mut self, at: u64, len: u64, out: &mut Out<'_>) {
        self.pin.is_by_person = false;
        let view = self.view().id;
        let last = (len > 1).then(|| (at + len - 1, true));
        for (offset, extend) in [(at, false)].into_iter().chain(last) {
            let column = Column::Hex;
            let point = ViewAction::Point {
                offset,
                extend,
                column,
            };
            self.apply_view(view, point, out);
        }
    }
}
