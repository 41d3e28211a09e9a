//! What a person can have an experiment's own processes do, in any order, and what came of it.
//!
//! It owns the forms of both. It must not know scripts, nor how anything is carried out.

/// A thing to do: a step of the experiment, or several that only make sense together, with what is compared after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageItem {
    /// Who does it; `None` for mapscope itself, and where several do.
    pub peer: Option<String>,
    /// It in words, after the name of whoever does it.
    pub what: String,
    /// The processes that have to be there: their places in the order in which they begin.
    pub of: Vec<usize>,
    /// The place of the process that begins with it. It can begin when all before it have, and once.
    pub starts: Option<usize>,
    /// The experiment expects something of it.
    pub is_check: bool,
}

/// What came of a thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StageCame {
    /// It was done.
    Done,
    /// It was done, and what the experiment waits for is not so yet, which can be: it does it again from this place in the list
    /// on.
    NotYet(usize),
    /// It was not begun, so that nothing changed: why, in a sentence.
    NotBegun(String),
    /// It was not done to its end: why, in a sentence.
    Stopped(String),
}

/// What is told of an experiment that is tried by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StageTold {
    /// What its processes can be told to do.
    Items(Vec<StageItem>),
    /// One of these was done.
    Did(StageDid),
}

/// Which thing was done, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageDid {
    /// Its place in the list.
    pub item: usize,
    /// The numbers of the steps that were told meanwhile.
    pub steps: std::ops::Range<usize>,
    /// What came of it.
    pub came: StageCame,
}
