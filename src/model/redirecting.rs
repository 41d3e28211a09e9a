//! What a refused order would have done, done in another place: only when the person asks for it, as one step or not at
//! all.
//!
//! It owns that no part of a step goes without the others. It must not know why the order was refused.

use crate::bytes::Span;

use super::App;
use super::beside::Beneath;
use super::doc::{Doc, Out};
use super::editing::add_drawn;
use super::effect::{Effect, Store};
use super::identity::{OrderId, ViewId};
use super::journal::Drawn;
use super::patching::no_room;
use super::topic::Subject;
use super::tray::RefusedPart;

impl App {
    /// What a refused order would do, done in the view that has the focus: as if it was typed there. What cannot be done
    /// there stays in the tray.
    pub(super) fn redirect(&mut self, number: OrderId, effects: &mut Vec<Effect>) {
        let Some(view) = self.view().map(|view| view.id) else {
            return;
        };
        let Some(order) = self.tray.take(number) else {
            return;
        };
        let mut is_taken = false;
        self.in_view(Some(view), effects, |doc, view, out| {
            is_taken = match order.parts.as_slice() {
                [only] => doc.store(view, only.offset, only.bytes.clone(), out),
                parts => doc.store_step(view, parts, out),
            };
            None
        });
        if !is_taken {
            self.tray.put(order);
        }
    }
}

impl Doc {
    /// One step of several parts, over whatever stands there. `false` where there is a reason against it, which is said.
    fn store_step(&mut self, view: ViewId, parts: &[RefusedPart], out: &mut Out<'_>) -> bool {
        if self.refuses_typing(view, "what was refused") {
            return false;
        }
        let Some(known) = self.view_by(view) else {
            return false;
        };
        let extent = known.viewport.extent;
        let is_outside = |part: &&RefusedPart| {
            let span = Span::at(part.offset, part.bytes.len() as u64);
            span.is_none_or(|span| span.intersect(extent) != Some(span))
        };
        let places: Vec<(u64, usize)> = parts.iter().map(RefusedPart::place).collect();
        let why = if let Some(part) = parts.iter().find(is_outside) {
            format!("the view ends before {:#x}", part.end())
        } else if !known.pending.is_settled() {
            "earlier edits are not stored yet, do it again once they are".to_owned()
        } else if let Some(why) = no_room(known, &places) {
            why
        } else {
            let mut seen = Drawn::nothing();
            for (offset, len) in places {
                add_drawn(&mut seen, known, offset, len);
            }
            let stores = parts.iter().map(|part| Store {
                offset: part.offset,
                bytes: part.bytes.clone(),
                expect: None,
            });
            let step = (stores.collect(), seen, Beneath::Listed);
            return self.send_step(view, step, out).is_some();
        };
        let message = format!("Nothing of what was refused was written: {why}");
        self.failed(Subject::Edit, message);
        false
    }
}
