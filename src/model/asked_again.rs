//! Forms that come back: what was asked for by one could not be done, and the person can mend it without typing all of it
//! once more.
//!
//! It owns that a form stands again with what was typed and why it was of no use, unless another one stands by then, and
//! that it takes the keyboard from nobody who went elsewhere. It must not know what was asked for.

use super::doc::{Doc, Out};
use super::effect::Effect;
use super::identity::{DocId, OrderId, ViewId};
use super::offer::OfferId;
use super::saving::{Saving, Sent, What};
use super::{App, Focus};

impl Doc {
    fn place_in(&self, view: ViewId) -> Option<(u64, u64)> {
        let known = self.view_by(view)?;
        Some((known.viewport.cursor, known.journal.revision()))
    }

    /// What the form asked for is under way.
    pub(super) fn form_sent(&mut self, number: Option<OrderId>, form: Saving, out: &mut Out<'_>) {
        if let Some(at) = self.place_in(form.view) {
            self.sent.push(Sent { number, form, at });
        }
        out.push(Effect::Focus(Focus::Grid));
    }

    /// It cannot be done at all, which is said: the form stays.
    pub(super) fn form_stays(&mut self, form: Saving, out: &mut Out<'_>) {
        self.saving = Some(form);
        out.push(Effect::Focus(Focus::Destination));
    }

    /// What a form asked for is done, or given up.
    pub(super) fn form_done(&mut self, number: OrderId) {
        self.sent.retain(|sent| sent.number != Some(number));
    }

    /// What a form asked for was not done: it stands again.
    pub(super) fn form_failed(&mut self, number: OrderId, why: &str, out: &mut Out<'_>) {
        self.stand_again(|sent| sent.number == Some(number), why, out);
    }

    fn stand_again(&mut self, is_it: impl Fn(&Sent) -> bool, why: &str, out: &mut Out<'_>) {
        let Some(at) = self.sent.iter().position(is_it) else {
            return;
        };
        let Sent { mut form, at, .. } = self.sent.remove(at);
        let is_free = self.saving.is_none() && self.view().fill_text.is_none();
        let Some(now) = self.place_in(form.view).filter(|_| is_free) else {
            return;
        };
        form.problem = Some(why.to_owned());
        self.saving = Some(form);
        if now == at {
            out.push(Effect::Focus(Focus::Destination));
        }
    }
}

impl App {
    /// What an earlier run left of a file that is not open was listed, or not.
    pub(super) fn offer_listed(
        &mut self,
        offer: OfferId,
        failed: Option<&str>,
        effects: &mut Vec<Effect>,
    ) {
        let is_it = |sent: &Sent| sent.form.what == What::OtherOffer(offer);
        let doc = self.docs.iter().find(|doc| doc.sent.iter().any(is_it));
        let Some(id) = doc.map(|doc| doc.id) else {
            return;
        };
        self.in_doc(id, effects, |doc, out| match failed {
            Some(why) => doc.stand_again(is_it, why, out),
            None => doc.sent.retain(|sent| !is_it(sent)),
        });
        self.leave_keyboard(id, effects);
    }

    /// What a file says takes the keyboard only where it is in front, and nowhere but from its bytes.
    pub(super) fn leave_keyboard(&self, id: DocId, effects: &mut Vec<Effect>) {
        let is_front = self.doc().is_some_and(|doc| doc.id == id);
        if !is_front || !matches!(self.area, Focus::Grid | Focus::Destination) {
            effects.retain(|effect| *effect != Effect::Focus(Focus::Destination));
        }
    }
}
