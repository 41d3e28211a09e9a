//! What the shell does with processes that a person added to the witnesses.

use crate::model::event::Event;
use crate::model::hand::{HandNews, HandOrder};
use crate::work::hands::HandWorker;

use super::App;

impl App {
    pub(super) fn hand(&mut self, order: &HandOrder) {
        if self.hands.is_none() {
            let report = self.report(0);
            let worker = HandWorker::spawn(&self.program, move |id, news| {
                report(Event::Hand(id, news));
            });
            match worker {
                Ok(worker) => {
                    worker.watch(self.model.witnesses.span);
                    if let Some(target) = self.attached.clone() {
                        worker.attach(target);
                    }
                    self.hands = Some(worker);
                }
                Err(error) => {
                    let how = format!("no thread for it: {error}");
                    self.refuse_hand(order, HandNews::Ended(how));
                    return;
                }
            }
        }
        let taken = self
            .hands
            .as_ref()
            .is_some_and(|hands| hands.order(order.clone()));
        if !taken {
            let news = match order {
                HandOrder::Start(..) | HandOrder::Fork(..) => {
                    HandNews::Ended("too much waits already".to_owned())
                }
                _ => HandNews::Note("Not done: too much waits already".to_owned()),
            };
            self.refuse_hand(order, news);
        }
    }

    fn refuse_hand(&mut self, order: &HandOrder, news: HandNews) {
        let id = match *order {
            HandOrder::Start(id, _)
            | HandOrder::Fork(_, id)
            | HandOrder::Store { id, .. }
            | HandOrder::Signal(id, _)
            | HandOrder::End(id) => id,
        };
        let _ = self.model.hear(Event::Hand(id, news));
    }
}
