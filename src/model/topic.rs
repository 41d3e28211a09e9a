//! What messages can be about.

/// What a notice is about. There is at most one notice a topic, so a file replaced twice has one banner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// The question what becomes of the private edits.
    Unsaved,
    /// Orders that were refused because their mapping is gone.
    Refused,
    /// An error of the last thing asked for.
    Error,
    /// The path names another file, or none.
    Path,
    /// The file shrank or grew.
    Size,
    /// Edits that the mapping lost.
    Patch,
    /// Bytes that were not written because somebody changed them meanwhile.
    Conflict,
    /// Bytes in sight that the mapping does not give, and pread does.
    Pread,
    /// The storage does not answer.
    Storage,
    /// The native dialog is open.
    Dialog,
    /// What was just done.
    Done,
    /// The sample is open.
    Sample,
}
