//! Ticking what was observed of what is to be done by hand, and which letters processes get.
//!
//! It must not know what proves a deed.

use std::sync::Arc;

use super::{Hand, HandTick, READINGS, kind_of, letter, matching};
use crate::bytes::Span;
use crate::lab::claim::{HandDeed, HandPlan};
use crate::map::Readout;
use crate::model::doc::{Doc, Out};
use crate::model::happened::Happening;
use crate::model::identity::MappingId;
use crate::model::process::ProcessKind;
use crate::model::watching::Asked;
use crate::model::witness::Who;

impl Doc {
    /// What a process is called that is about to be added or forked: as the list has it, where its turn is now or only other
    /// processes come before it.
    pub(in crate::model) fn letter_for(
        &self,
        kind: ProcessKind,
        parent: Option<MappingId>,
    ) -> Option<char> {
        let hand = self.hand.as_ref()?;
        let coming = hand.plan.items.get(hand.ticks.len()..)?.iter();
        let coming = coming.map_while(|item| match &item.deed {
            HandDeed::Add { name, kind } => Some((name, Some(kind_of(*kind)), None)),
            HandDeed::Fork { parent, child } => Some((child, None, hand.mapping(parent))),
            _ => None,
        });
        let is_free = |name: &str| {
            let mapping = hand.mapping(name);
            let process = mapping.and_then(|mapping| self.processes.get(mapping));
            process.is_none_or(|process| process.ended.is_some())
        };
        let mut fitting = coming.filter(|(name, its_kind, its_parent)| {
            let fits = match parent {
                Some(parent) => *its_parent == Some(parent),
                None => *its_kind == Some(kind),
            };
            fits && is_free(name)
        });
        letter(fitting.next()?.0)
    }

    /// A process has that letter from now on.
    pub(in crate::model) fn lettered(&mut self, letter: Option<char>, mapping: MappingId) {
        if let (Some(hand), Some(letter)) = (&mut self.hand, letter) {
            hand.letters.retain(|(known, _)| *known != letter);
            hand.letters.push((letter, mapping));
        }
    }

    /// A row was read.
    pub(in crate::model) fn hand_read(&mut self, who: Who, readout: &Readout) {
        let Some(hand) = &self.hand else { return };
        let Some(item) = hand.current_item().filter(|item| item.deed.is_look()) else {
            return;
        };
        let is_its = self.looks_as(&item.deed) == Some(who);
        let covers = item.deed.place().is_some_and(|(at, len)| {
            Span::at(at, len).is_some_and(|it| readout.span.contains_span(it))
        });
        let is_shown = self.witnesses.span == Some(readout.span);
        if is_its
            && covers
            && is_shown
            && let Some(hand) = &mut self.hand
        {
            hand.n_read = hand.n_read.saturating_add(1);
            hand.wants_reading = hand.n_read < READINGS;
        }
    }

    /// Ticks what was observed.
    pub(in crate::model) fn observe_hand(&mut self, out: &mut Out<'_>) {
        while self.tick_next() {}
        let wants = self.hand.as_mut();
        if wants.is_some_and(|hand| std::mem::take(&mut hand.wants_reading)) {
            self.read_now(Asked::ByAll, out);
        }
    }

    /// Ticks the one whose turn it is, where it was observed.
    fn tick_next(&mut self) -> bool {
        let Some(mut hand) = self.hand.take() else {
            return false;
        };
        let tick = self.observed(&mut hand);
        let is_ticked = tick.is_some();
        if let Some(tick) = tick {
            hand.tick(tick);
        }
        self.hand = Some(hand);
        is_ticked
    }

    /// What was observed of the one whose turn it is: `None` where it was not.
    fn observed(&self, hand: &mut Hand) -> Option<HandTick> {
        let index = hand.current()?;
        let plan = Arc::clone(&hand.plan);
        let deed = &plan.items.get(index)?.deed;
        if self.stands(hand, deed) {
            return Some(HandTick::Done);
        }
        if self.maps_otherwise(hand, deed) {
            // What happens meanwhile, and what is read, is of another mapping than the list is for.
            self.note_early(hand, &plan);
            hand.n_read = 0;
            return None;
        }
        if deed.is_look() {
            if hand.n_read < READINGS {
                self.note_early(hand, &plan);
                return None;
            }
            return self.seen_of(hand, deed).map(HandTick::Saw);
        }
        let entries = self.happened.after(hand.looked_to);
        for entry in entries {
            hand.looked_to = entry.number;
            if self.is_deed(hand, deed, entry) {
                return Some(matching::came_of(deed, entry));
            }
            self.note_out_of_turn(hand, &plan, entry);
        }
        None
    }

    /// What happens while something is to be seen is none of what comes after it.
    fn note_early(&self, hand: &mut Hand, plan: &HandPlan) {
        for entry in self.happened.after(hand.looked_to) {
            hand.looked_to = entry.number;
            self.note_out_of_turn(hand, plan, entry);
        }
    }

    fn note_out_of_turn(&self, hand: &mut Hand, plan: &HandPlan, entry: &Happening) {
        let later = hand.ticks.len() + 1;
        let items = plan.items.iter().enumerate().skip(later);
        let first = items
            .filter(|(index, _)| !hand.early.contains(index))
            .find(|(_, item)| self.is_deed(hand, &item.deed, entry));
        if let Some((index, _)) = first {
            hand.early.insert(index);
        }
    }
}
