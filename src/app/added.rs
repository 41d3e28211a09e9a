//! What the shell does with processes that a person added to the witnesses.

use crate::model::event::Event;
use crate::model::peers::{AddedNews, AddedOrder};
use crate::work::added::AddedWorker;

use super::App;

impl App {
    pub(super) fn act_on_added(&mut self, order: &AddedOrder) {
        if self.added.is_none() {
            let report = self.report(0);
            let worker = AddedWorker::spawn(&self.program, move |id, news| {
                report(Event::Added(id, news));
            });
            match worker {
                Ok(worker) => {
                    worker.watch(self.model.witnesses.span);
                    if let Some(target) = self.attached.clone() {
                        worker.attach(target);
                    }
                    self.added = Some(worker);
                }
                Err(error) => {
                    let how = format!("no thread for it: {error}");
                    self.refuse_added(order, AddedNews::Ended(how));
                    return;
                }
            }
        }
        let taken = self
            .added
            .as_ref()
            .is_some_and(|added| added.order(order.clone()));
        if !taken {
            let news = match order {
                AddedOrder::Start(..) | AddedOrder::Fork(..) => {
                    AddedNews::Ended("too much waits already".to_owned())
                }
                _ => AddedNews::Note("Not done: too much waits already".to_owned()),
            };
            self.refuse_added(order, news);
        }
    }

    fn refuse_added(&mut self, order: &AddedOrder, news: AddedNews) {
        let id = match *order {
            AddedOrder::Start(id, _)
            | AddedOrder::Fork(_, id)
            | AddedOrder::Store { id, .. }
            | AddedOrder::Signal(id, _)
            | AddedOrder::End(id) => id,
        };
        let _ = self.model.hear(Event::Added(id, news));
    }
}
