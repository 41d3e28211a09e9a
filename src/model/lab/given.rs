//! An answer to the question of an experiment, and how a person did.
//!
//! It must not know when a question stands.

/// An answer that was given, in this run of the program or in an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenAnswer {
    /// The experiment.
    pub name: String,
    /// An index into its choices.
    pub choice: usize,
    /// Whether it was observed so; `None` where the run did not tell.
    pub right: Option<bool>,
}

/// Answers to the questions of a topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnScore {
    /// As it was observed.
    pub right: usize,
    /// Given at all.
    pub answered: usize,
}
