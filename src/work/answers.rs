//! Keeps what the person expected of experiments, on a thread of its own: the folder for state may be slow.
//!
//! It owns the order of changes. It must not know the window, nor the form of the file.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use crate::bytes::escape::path_in_sentence;
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

impl Order {
    /// Whose experiment it is about.
    fn name(&self) -> &str {
        match self {
            Self::Note(answer) => &answer.name,
            Self::Forget(name) => name,
        }
    }
}

/// What was asked for and has not come about. It is told to a window as long as there is one, and to who asks after that.
#[derive(Clone, Debug)]
pub struct UnkeptAnswers {
    path: PathBuf,
    left: Arc<Mutex<Left>>,
}

#[derive(Debug, Default)]
struct Left {
    /// The experiments whose changes are asked for and not done, in the order in which they were.
    waiting: VecDeque<String>,
    /// Nobody hears any more why a change could not be made.
    is_alone: bool,
    /// Those whose changes could not be made since, and why the last one could not.
    failed: Vec<String>,
    why: String,
}

impl UnkeptAnswers {
    fn left(&self) -> MutexGuard<'_, Left> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A change is made, or why it could not be: whether there is somebody to be told that.
    fn is_over(&self, failed: Option<&String>) -> bool {
        let mut left = self.left();
        let name = left.waiting.pop_front();
        if let Some(why) = failed.filter(|_| left.is_alone) {
            left.failed.extend(name);
            left.why.clone_from(why);
        }
        !left.is_alone
    }

    /// A sentence on what is not kept, where the end of the program takes something.
    #[must_use]
    pub fn in_words(&self) -> Option<String> {
        let left = self.left();
        let mut names: Vec<&str> = Vec::new();
        for name in left.failed.iter().chain(&left.waiting) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        let (first, rest) = names.split_first()?;
        let more = match rest.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let why = if left.why.is_empty() {
            let path = path_in_sentence(&self.path);
            format!(
                "another program has your answers locked, or their storage does not answer: {path}"
            )
        } else {
            left.why.clone()
        };
        Some(format!(
            "what you changed last of your answers is not kept, of {first}{more}: {why}"
        ))
    }
}

/// The thread. Dropping it waits for the changes that were asked for, for a moment: see [`UnkeptAnswers`].
#[derive(Debug)]
pub struct AnswerKeeper {
    orders: Option<Sender<Order>>,
    thread: Option<JoinHandle<()>>,
    unkept: UnkeptAnswers,
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
        let (orders, asked) = channel::<Order>();
        let unkept = UnkeptAnswers {
            path: store.path().to_owned(),
            left: Arc::default(),
        };
        let waiting = unkept.clone();
        let thread = thread::Builder::new()
            .name("lab answers".to_owned())
            .spawn(move || {
                tell(store.load().map(|answers| given(&answers)));
                for order in asked {
                    let changed = store.change(|all| carry_out(all, order)).map(drop);
                    let is_heard = waiting.is_over(changed.as_ref().err());
                    if let Some(why) = changed.err().filter(|_| is_heard) {
                        tell(Err(why));
                    }
                }
            })?;
        Ok(Self {
            orders: Some(orders),
            thread: Some(thread),
            unkept,
        })
    }

    /// What is not kept in the end; to be asked for when this is gone.
    #[must_use]
    pub fn unkept(&self) -> UnkeptAnswers {
        self.unkept.clone()
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
            let name = order.name().to_owned();
            self.unkept.left().waiting.push_back(name);
            let _ = orders.send(order); // a thread that is gone has said why
        }
    }
}

impl Drop for AnswerKeeper {
    fn drop(&mut self) {
        self.orders = None;
        self.unkept.left().is_alone = true;
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
