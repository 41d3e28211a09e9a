//! Trying an experiment by hand: its scratch file in a tab, with the list of what to do there.
//!
//! It owns what is opened for it. It must not know what ticks the list.

use std::sync::Arc;

use crate::lab::claim::HandPlan;
use crate::map::Mode;
use crate::model::doc::Out;
use crate::model::effect::{Effect, OpenRequest, ScratchFile};
use crate::model::hand::Hand;
use crate::model::{App, DocId};

use super::{LabState, Pace};

impl App {
    /// Opens the scratch file of an experiment in a tab of its own, mapped as its list begins with; where there is no list,
    /// has its own processes wait for what they are to do.
    pub(super) fn lab_by_hand(&mut self, name: &str, effects: &mut Vec<Effect>) {
        let Some(entry) = self.lab.entry(name) else {
            return;
        };
        let name = entry.claim.name;
        let Ok(plan) = &entry.by_hand else {
            // No open file can be told all of it: its own processes can.
            if entry.available.is_ok() {
                self.lab_show(Some(name), effects);
                self.lab_run(vec![name.to_owned()], Pace::ByHand, effects);
            }
            return;
        };
        let request = OpenRequest {
            scratch: ScratchFile::Made(Arc::new(plan.contents.clone())),
            mode: if plan.is_shared {
                Mode::Shared
            } else {
                Mode::Private
            },
            ..OpenRequest::private(None)
        };
        self.open_for(request, Some(name), effects);
    }

    /// The same from the start, in the place of that file.
    pub(super) fn lab_start_over(&mut self, id: DocId, effects: &mut Vec<Effect>) {
        let hand = self.doc_by(id).and_then(|doc| doc.hand.as_ref());
        let Some(name) = hand.map(|hand| hand.experiment) else {
            return;
        };
        self.lab_by_hand(name, effects);
        self.close(id, effects);
    }

    /// What is to be done on a file that was opened to try this experiment.
    pub(in crate::model) fn hand_of(&self, name: &'static str) -> Option<Hand> {
        let plan = self.lab.entry(name)?.by_hand.as_ref().ok()?;
        Some(Hand::new(name, Arc::clone(plan)))
    }

    /// Ticks what was observed of what is tried by hand.
    pub(in crate::model) fn observe_by_hand(&mut self, effects: &mut Vec<Effect>) {
        let mut out = Out {
            numbers: &mut self.numbers,
            effects,
        };
        for doc in self.docs.iter_mut().filter(|doc| doc.hand.is_some()) {
            doc.observe_hand(&mut out);
        }
    }
}

impl LabState {
    /// What is done to try each by hand is known.
    pub(in crate::model) fn by_hand_known(
        &mut self,
        plans: Vec<(&'static str, Result<Arc<HandPlan>, String>)>,
    ) {
        for (name, plan) in plans {
            if let Some(entry) = self.entry_mut(name) {
                entry.by_hand = plan;
            }
        }
    }
}
