//! The question that each experiment answers: what is shown before a run, in the place of a title that gives the answer away.
//!
//! It must not know the answers.

mod memory;
mod system;

/// The question of the experiment of this name.
pub(super) fn of(name: &str) -> Option<&'static str> {
    let mut all = memory::QUESTIONS.iter().chain(&system::QUESTIONS);
    let found = all.find(|(known, _)| *known == name);
    found.map(|(_, question)| *question)
}
