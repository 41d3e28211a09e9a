//! What makes an experiment a lesson: an exercise after it, and where to go next.
//!
//! It owns the forms; the lessons stand beside it, topic by topic. It must not know who asks, nor how a script is staged.

mod anonymous;
mod bounds;
mod cost;
mod durability;
mod ends;
mod errors;
mod fork;
mod frames;
mod meetings;
mod programs;
mod protection;
mod rooms;
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
    pub exercise: Exercise,
}

/// An experiment and the next one, before its exercise is told.
struct Heading {
    name: &'static str,
    next: &'static str,
}

impl Heading {
    const fn new(name: &'static str, next: &'static str) -> Self {
        Self { name, next }
    }

    /// One choice comes, of which the experiment itself has another.
    const fn exercise(
        self,
        question: &'static str,
        choices: &'static [&'static str],
        right: usize,
        change: ExerciseChange,
    ) -> Lesson {
        self.with(Exercise {
            question,
            choices,
            right: Right::One(right),
            turns: true,
            change,
        })
    }

    /// As [`Self::exercise`], where what the experiment shows comes of it all the same: that is what is to be learned.
    const fn exercise_alike(
        self,
        question: &'static str,
        choices: &'static [&'static str],
        right: usize,
        change: ExerciseChange,
    ) -> Lesson {
        let mut lesson = self.exercise(question, choices, right, change);
        lesson.exercise.turns = false;
        lesson
    }

    /// As [`Self::exercise`], where nobody promises which of the choices comes.
    const fn open_exercise(
        self,
        question: &'static str,
        choices: &'static [&'static str],
        change: ExerciseChange,
    ) -> Lesson {
        self.with(Exercise {
            question,
            choices,
            right: Right::Any,
            turns: false,
            change,
        })
    }

    const fn with(self, exercise: Exercise) -> Lesson {
        let Self { name, next } = self;
        Lesson {
            name,
            next,
            exercise,
        }
    }
}

/// Steps that are told whether the change is made, which it is.
const fn switched(own: fn(&mut Script, bool)) -> ExerciseChange {
    ExerciseChange::Switched(own, true)
}

/// A change to an experiment, and what comes of it.
#[derive(Clone, Copy, Debug)]
pub struct Exercise {
    /// What is otherwise, and what is asked: one sentence that ends with a question mark.
    pub question: &'static str,
    /// What could happen.
    pub choices: &'static [&'static str],
    /// Which of them does.
    pub right: Right,
    /// Whether something else comes without the change. Tests hold it to that where the change can be left out.
    pub turns: bool,
    /// The change, with a check of its own.
    pub change: ExerciseChange,
}

/// Which choice of an exercise comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// This one.
    One(usize),
    /// Nobody promises which: none is wrong, and a run tells what it saw.
    Any,
}

/// How an exercise is carried out.
#[derive(Clone, Copy, Debug)]
pub enum ExerciseChange {
    /// The experiment's own steps with these changes; then this has to be told.
    Steps(&'static [ScriptEdit], &'static [Wanted]),
    /// Steps of its own.
    Script(fn(&mut Script)),
    /// The same, which are told whether the change is made.
    Switched(fn(&mut Script, bool), bool),
}

impl Exercise {
    /// The right choice, in words; all of them where nobody promises which.
    #[must_use]
    pub fn answer(&self) -> String {
        match self.right {
            Right::One(right) => self.choices.get(right).copied().unwrap_or_default().into(),
            Right::Any => self.choices.join("; or: "),
        }
    }

    /// Whether what a person expected came: an index into the choices. `None` where the run does not tell, or nobody promises
    /// which of them comes.
    #[must_use]
    pub fn is_right(&self, verdict: &Verdict, choice: usize) -> Option<bool> {
        let Right::One(right) = self.right else {
            return None;
        };
        match (verdict, choice == right) {
            (Verdict::AsPredicted, is_so) => Some(is_so),
            (Verdict::Differs, true) => Some(false),
            _ => None,
        }
    }

    /// The same without its change, where that can be left out: what it wants must not come then, but where it turns nothing.
    #[must_use]
    pub fn unchanged(&self) -> Option<Self> {
        let change = match self.change {
            ExerciseChange::Steps(_, wanted) => ExerciseChange::Steps(&[], wanted),
            ExerciseChange::Script(_) => return None,
            ExerciseChange::Switched(own, _) => ExerciseChange::Switched(own, false),
        };
        Some(Self { change, ..*self })
    }

    /// Its steps, where its experiment's are put together by `original`.
    #[must_use]
    pub fn script(&self, original: fn(&mut Script), environment: &Environment) -> Script {
        match &self.change {
            ExerciseChange::Steps(edits, wanted) => {
                Script::of(original, environment).changed(edits, wanted)
            }
            ExerciseChange::Script(own) => Script::of(*own, environment),
            ExerciseChange::Switched(own, is_made) => {
                Script::with(|s| own(s, *is_made), environment)
            }
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
        rooms::LESSONS,
        systems::LESSONS,
        bounds::LESSONS,
        programs::LESSONS,
        meetings::LESSONS,
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

/// The exercise of the experiment of this name.
#[must_use]
pub fn exercise_of(name: &str) -> Option<&'static Exercise> {
    of(name).map(|lesson| &lesson.exercise)
}
