//! What messages can be about.

/// What a notice is about. There is at most one notice a topic, so a file replaced twice has one banner; of errors, one a
/// [`Subject`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// The question what becomes of the private edits.
    Unsaved,
    /// Orders that were refused because their mapping is gone.
    Refused,
    /// Something asked for was not done.
    Error,
    /// The path names another file, or none.
    Path,
    /// The file shrank or grew.
    Size,
    /// Edits that the mapping lost.
    Patch,
    /// What an earlier run left.
    Offer,
    /// A list of edits that is to be applied.
    Apply,
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

/// What was asked for when it was not done. An error stands until the same succeeds, fails once more, or the person hides
/// it: that something else succeeds says nothing about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Typing, pasting, filling.
    Edit,
    /// Undo and redo.
    Undo,
    /// Storing lost edits again.
    Reapply,
    /// Writing private changes to the file.
    Write,
    /// To the clipboard.
    Copy,
    /// Modes, access, mapping anew, a second view.
    Map,
    /// msync.
    Flush,
    /// Giving private copies back.
    Discard,
    /// Looking for differences between the view and the file.
    Compare,
    /// A copy of the view, a list of the edits.
    Save,
    /// Opening a file.
    Open,
    /// The journal on disk.
    Journal,
    /// A list of edits that is to be applied.
    Patch,
    /// A process with a mapping of its own.
    Process,
}
