//! Keeps what the person expected of experiments, on a thread of its own: the folder for state may be slow.
//!
//! It owns the order of changes. It must not know the window, nor the form of the file.

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use crate::bytes::time_of_day::date_and_time;
use crate::lab::catalogue;
use crate::lab::learning::{AnswerStore, OwnAnswer, OwnAnswers};
use crate::model::lab::GivenAnswer;
use crate::os::thread::join_within;

/// How long the last change may take when the program ends.
const LAST: Duration = Duration::from_secs(2);

/// A change.
enum Order {
    Note(GivenAnswer),
    Forget(String),
}

/// The thread. Dropping it waits for the changes that were asked for.
#[derive(Debug)]
pub struct AnswerKeeper {
    orders: Option<Sender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl AnswerKeeper {
    /// Reads what is kept in `store`, tells it, and keeps what is asked from then on. `tell` hears of nothing more but why
    /// something could not be kept.
    ///
    /// # Errors
    /// Where the system gives no further thread.
    pub fn start(
        store: AnswerStore,
        tell: impl Fn(Result<Vec<GivenAnswer>, String>) + Send + 'static,
    ) -> io::Result<Self> {
        let (orders, asked) = channel();
        let thread = thread::Builder::new()
            .name("lab answers".to_owned())
            .spawn(move || {
                tell(store.load().map(|answers| given(&answers)));
                for order in asked {
                    if let Err(why) = store.change(|all| carry_out(all, order)) {
                        tell(Err(why));
                    }
                }
            })?;
        Ok(Self {
            orders: Some(orders),
            thread: Some(thread),
        })
    }

    /// Keeps an answer.
    pub fn note(&self, answer: GivenAnswer) {
        self.send(Order::Note(answer));
    }

    /// Forgets the answer of that experiment.
    pub fn forget(&self, name: String) {
        self.send(Order::Forget(name));
    }

    fn send(&self, order: Order) {
        if let Some(orders) = &self.orders {
            let _ = orders.send(order); // a thread that is gone has said why
        }
    }
}

impl Drop for AnswerKeeper {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            join_within(thread, LAST);
        }
    }
}

fn carry_out(all: &mut OwnAnswers, order: Order) {
    match order {
        Order::Forget(name) => drop(all.forget(&name)),
        Order::Note(answer) => {
            let claim = catalogue::find(&answer.name).map(|found| &found.claim);
            let Some(choice) = claim.and_then(|claim| claim.choices.get(answer.choice)) else {
                return;
            };
            let kept = OwnAnswer {
                choice: (*choice).to_owned(),
                right: answer.right,
                at: date_and_time(SystemTime::now()),
            };
            all.note(&answer.name, kept);
        }
    }
}

/// Those to questions that still stand so.
fn given(answers: &OwnAnswers) -> Vec<GivenAnswer> {
    let claims = catalogue::all().map(|experiment| &experiment.claim);
    let given = claims.filter_map(|claim| {
        let (choice, answer) = answers.of(claim)?;
        Some(GivenAnswer {
            name: claim.name.to_owned(),
            choice,
            right: answer.right,
        })
    });
    given.collect()
}
