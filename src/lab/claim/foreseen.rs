//! What a person can say will be seen of a step, before it is done; and whether so it was.
//!
//! It owns the comparison. It must not know what is expected of a step.

use std::fmt;

use crate::lab::words::outcome_words;
use crate::peer::calls::Outcome;
use crate::peer::wire::PeerPage;

/// Something that may be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Foreseen {
    /// These bytes.
    Bytes(Vec<u8>),
    /// These pages.
    Pages(Vec<PeerPage>),
    /// It is done, as asked.
    Done,
    /// The system refuses it with an error.
    Fails,
    /// The process dies of it.
    Dies,
    /// What is said in these words.
    So(String),
    /// Nothing of that.
    Otherwise,
}

impl fmt::Display for Foreseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => {
                let bytes = bytes.clone();
                f.write_str(&outcome_words(&Outcome::Bytes { bytes }))
            }
            Self::Pages(pages) => {
                let pages = pages.clone();
                f.write_str(&outcome_words(&Outcome::Pages { pages }))
            }
            Self::Done => f.write_str("It is done"),
            Self::Fails => f.write_str("It is refused with an error"),
            Self::Dies => f.write_str("The process dies of it"),
            Self::So(words) => f.write_str(words),
            Self::Otherwise => f.write_str("Something else"),
        }
    }
}

impl Foreseen {
    /// Whether this was seen; `None` where the step does not tell, or not yet.
    fn came(&self, told: Option<&Outcome>, holds: Option<bool>) -> Option<bool> {
        match self {
            Self::So(_) => holds,
            Self::Bytes(wanted) => {
                Some(matches!(told?, Outcome::Bytes { bytes } if bytes == wanted))
            }
            Self::Pages(wanted) => {
                let Outcome::Pages { pages } = told? else {
                    return Some(false);
                };
                let all = pages.len() == wanted.len();
                let mut each = pages.iter().zip(wanted);
                Some(all && each.all(|(page, wanted)| page.is_as(wanted)))
            }
            Self::Done => Some(*told? == Outcome::Done),
            Self::Fails => Some(matches!(told?, Outcome::Failed { .. })),
            Self::Dies => Some(matches!(told?, Outcome::Killed(_))),
            Self::Otherwise => None,
        }
    }
}

/// A step that waits for the person to let it go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NextStep {
    /// The number that it will have.
    pub number: usize,
    /// Who will do it; `None` for mapscope itself.
    pub peer: Option<String>,
    /// What, in words.
    pub what: String,
    /// What may be seen, where it is checked; the last one is that it is nothing of the others.
    pub choices: Vec<Foreseen>,
}

impl NextStep {
    /// Who does what.
    #[must_use]
    pub fn words(&self) -> String {
        let who = self.peer.as_deref().unwrap_or("mapscope");
        format!("{who} {}", self.what)
    }

    /// Whether the choice of that index was seen, by what the step told, and whether it held; `None` where that does not
    /// tell, or not yet.
    #[must_use]
    pub fn came(&self, choice: usize, told: Option<&Outcome>, holds: Option<bool>) -> Option<bool> {
        let chosen = self.choices.get(choice)?;
        if *chosen != Foreseen::Otherwise {
            return chosen.came(told, holds);
        }
        let mut others = self.choices.iter();
        let others = others.by_ref().filter(|it| **it != Foreseen::Otherwise);
        let mut any = false;
        for other in others {
            any |= other.came(told, holds)?;
        }
        Some(!any)
    }
}
