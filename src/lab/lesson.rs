//! What makes an experiment a lesson: an exercise after it, and where to go next.
//!
//! It owns the forms; the lessons stand beside it, topic by topic. It must not know who asks, nor how a script is staged.

mod anonymous;
mod cost;
mod durability;
mod ends;
mod errors;
mod fork;
mod frames;
mod protection;
mod sharing;
mod systems;

use crate::lab::claim::{Environment, Verdict};
use crate::lab::script::{Script, ScriptEdit, Wanted};

/// What goes with an experiment.
#[derive(Clone, Copy, Debug)]
pub struct Lesson {
    /// The experiment's name.
    pub name: &'static str,
    /// The experiment to look at next.
    pub next: &'static str,
    /// Something to change about it, and to predict.
    pub exercise: Option<Exercise>,
}

impl Lesson {
    const fn new(name: &'static str, next: &'static str) -> Self {
        Self {
            name,
            next,
            exercise: None,
        }
    }

    const fn exercise(
        self,
        question: &'static str,
        choices: &'static [&'static str],
        right: usize,
        change: ExerciseChange,
    ) -> Self {
        Self {
            exercise: Some(Exercise {
                question,
                choices,
                right,
                change,
            }),
            ..self
        }
    }
}

/// A change to an experiment, and what comes of it.
#[derive(Clone, Copy, Debug)]
pub struct Exercise {
    /// What is otherwise, and what is asked: one sentence that ends with a question mark.
    pub question: &'static str,
    /// What could happen.
    pub choices: &'static [&'static str],
    /// Which of them does.
    pub right: usize,
    /// The change, with a check of its own.
    pub change: ExerciseChange,
}

/// How an exercise is carried out.
#[derive(Clone, Copy, Debug)]
pub enum ExerciseChange {
    /// The experiment's own steps with these changes; then this has to be told.
    Steps(&'static [ScriptEdit], &'static [Wanted]),
    /// Steps of its own.
    Script(fn(&mut Script)),
}

impl Exercise {
    /// The right choice, in words.
    #[must_use]
    pub fn answer(&self) -> &'static str {
        self.choices.get(self.right).copied().unwrap_or_default()
    }

    /// Whether what a person expected came: an index into the choices. `None` where the run does not tell.
    #[must_use]
    pub fn is_right(&self, verdict: &Verdict, choice: usize) -> Option<bool> {
        match (verdict, choice == self.right) {
            (Verdict::AsPredicted, is_so) => Some(is_so),
            (Verdict::Differs, true) => Some(false),
            _ => None,
        }
    }

    /// Its steps, where its experiment's are put together by `original`.
    #[must_use]
    pub fn script(&self, original: fn(&mut Script), environment: &Environment) -> Script {
        match &self.change {
            ExerciseChange::Steps(edits, wanted) => {
                Script::of(original, environment).changed(edits, wanted)
            }
            ExerciseChange::Script(own) => Script::of(*own, environment),
        }
    }
}

/// Every lesson, in no order that matters.
pub fn all() -> impl Iterator<Item = &'static Lesson> {
    [
        sharing::LESSONS,
        frames::LESSONS,
        fork::LESSONS,
        anonymous::LESSONS,
        protection::LESSONS,
        ends::LESSONS,
        errors::LESSONS,
        durability::LESSONS,
        systems::LESSONS,
        cost::LESSONS,
    ]
    .into_iter()
    .flatten()
}

/// That of the experiment of this name.
#[must_use]
pub fn of(name: &str) -> Option<&'static Lesson> {
    all().find(|lesson| lesson.name == name)
}

/// The exercise of the experiment of this name, where it has one.
#[must_use]
pub fn exercise_of(name: &str) -> Option<&'static Exercise> {
    of(name).and_then(|lesson| lesson.exercise.as_ref())
}
