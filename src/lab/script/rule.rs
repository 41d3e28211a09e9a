//! What has to hold of what steps told.
//!
//! It must not know what was told: that is looked up when a script is carried out.

use crate::peer::calls::Outcome;
use crate::peer::wire::PeerPage;

use super::{Figure, StepId, Value};

/// Something that holds or does not. What asks for something that was not told does not hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// The step told just this.
    Is(StepId, Outcome),
    /// The step read as many bytes, and others.
    OtherBytes(StepId, Vec<u8>),
    /// The step ended its peer by this signal, with this code where one is given.
    Killed(StepId, String, Option<String>),
    /// The step found these pages. Where a private copy is expected, one that was swapped out will do: the system may do
    /// that at any time.
    Pages(StepId, Vec<PeerPage>),
    /// The step repeated a call until it failed with this error.
    Ended(StepId, String),
    /// Both steps told the same.
    Same(StepId, StepId),
    /// The lines of maps that the step told allow this, one for one: `rw-`, or with the kind of the mapping `rw-p`.
    Allow(StepId, Vec<String>),
    /// The lines of maps that the step told are of no file, and not of the heap or the stack.
    Nameless(StepId),
    /// The lines of maps that the step told, at least one, have this in their names.
    Named(StepId, String),
    /// Two numbers, compared.
    Compare(Value, Relation, Value),
    /// All of these.
    All(Vec<Self>),
    /// At least one of these.
    Any(Vec<Self>),
}

/// How one number is to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// As large.
    Equal,
    /// Another one.
    Different,
    /// Smaller.
    Below,
    /// Not larger.
    AtMost,
    /// Not smaller.
    AtLeast,
    /// Larger.
    Above,
}

impl Rule {
    /// All of these.
    #[must_use]
    pub fn all(rules: impl IntoIterator<Item = Self>) -> Self {
        Self::All(rules.into_iter().collect())
    }

    /// At least one of these.
    #[must_use]
    pub fn any(rules: impl IntoIterator<Item = Self>) -> Self {
        Self::Any(rules.into_iter().collect())
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::All(vec![self, other])
    }

    /// One of them, or both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::Any(vec![self, other])
    }
}

impl Value {
    fn compare(self, relation: Relation, other: impl Into<Self>) -> Rule {
        Rule::Compare(self, relation, other.into())
    }

    /// It is as large as the other.
    #[must_use]
    pub fn is(self, other: impl Into<Self>) -> Rule {
        self.compare(Relation::Equal, other)
    }

    /// It is another one.
    #[must_use]
    pub fn is_not(self, other: impl Into<Self>) -> Rule {
        self.compare(Relation::Different, other)
    }

    /// It is smaller.
    #[must_use]
    pub fn below(self, other: impl Into<Self>) -> Rule {
        self.compare(Relation::Below, other)
    }

    /// It is not larger.
    #[must_use]
    pub fn at_most(self, other: impl Into<Self>) -> Rule {
        self.compare(Relation::AtMost, other)
    }

    /// It is not smaller.
    #[must_use]
    pub fn at_least(self, other: impl Into<Self>) -> Rule {
        self.compare(Relation::AtLeast, other)
    }

    /// It is larger.
    #[must_use]
    pub fn above(self, other: impl Into<Self>) -> Rule {
        self.compare(Relation::Above, other)
    }

    /// It is the other, give or take so much.
    #[must_use]
    pub fn near(self, other: impl Into<Self>, by: u64) -> Rule {
        let other = other.into();
        let low = (self.clone() + by).at_least(other.clone());
        low.and(self.at_most(other + by))
    }
}

impl StepId {
    /// It told just this.
    #[must_use]
    pub fn is(self, outcome: Outcome) -> Rule {
        Rule::Is(self, outcome)
    }

    /// It told so many lines of maps.
    #[must_use]
    pub fn n_lines(self, count: u64) -> Rule {
        self.get(Figure::Lines).is(count)
    }

    /// Its lines of maps allow this: `rw-`, `r--`.
    #[must_use]
    pub fn allow(self, lines: &[&str]) -> Rule {
        Rule::Allow(self, lines.iter().map(|line| (*line).to_owned()).collect())
    }
}
