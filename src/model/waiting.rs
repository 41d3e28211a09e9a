//! What waits for storage that does not answer, in words: jobs, files that are opened, files that are read beside the open one.
//!
//! It must not know how it is found out that it does not.

use crate::bytes::escape::path_in_sentence;

use super::App;
use super::doc::Doc;
use super::identity::{DocId, OrderId};
use super::notice::{Notice, Severity};
use super::patch::Patching;
use super::pending::{Under, Waiting};
use super::picture::Who;
use super::topic::{Subject, Topic};
use super::witness::WitnessId;
use super::{Action, FileAction};

/// For how long, in words.
fn words(seconds: u64) -> String {
    match seconds {
        0 => "waiting for storage".to_owned(),
        n => format!("waiting for storage for {n} s"),
    }
}

impl Doc {
    /// That the storage does not answer, where it does not: of the order of this number, or of the file as a whole.
    #[must_use]
    pub fn storage_words(&self, number: Option<OrderId>) -> Option<String> {
        let job = self.waiting_jobs.iter();
        let job = job.filter(|(known, _)| Some(*known) == number);
        let of_job = job.map(|(_, seconds)| *seconds).next();
        of_job.or(self.waiting_seconds).map(words)
    }

    /// `doing`, and what it waits for, where it does.
    #[must_use]
    pub fn with_storage(&self, number: OrderId, doing: &str) -> String {
        match self.storage_words(Some(number)) {
            Some(waiting) => format!("{doing}; {waiting}"),
            None => doing.to_owned(),
        }
    }

    /// What was asked of the view with the focus last and waits for a storage that does not answer.
    #[must_use]
    pub fn held_up(&self) -> Option<String> {
        let waiting = self.storage_words(None)?;
        let pending = &self.view().pending;
        // a comparison that takes long is told by itself
        let is_told = |what: &Under| matches!(what, Under::Find { is_slow: true, .. });
        let sent = pending.operations().iter().filter(|it| !is_told(&it.what));
        let sent = sent.map(|it| (it.number, it.what.doing()));
        let adding = self.adding.map(|it| (it.0, "Making a second view"));
        let mut sent: Vec<_> = sent.chain(adding).collect();
        sent.sort_by_key(|(number, _)| *number);
        let sent = sent.into_iter().map(|(_, doing)| doing);
        let mut all: Vec<&str> = sent.chain(pending.waiting().map(Waiting::doing)).collect();
        let last = all.pop()?;
        let before = match all.len() {
            0 => String::new(),
            n => format!(", after {n} more"),
        };
        Some(format!("{last}{before}; {waiting}"))
    }

    /// A store as this row was asked for and is held up by a storage that does not answer.
    pub(super) fn store_waits(&self, who: Who) -> bool {
        if self.storage_words(None).is_none() {
            return false;
        }
        let witness = match who {
            Who::View => return self.view().pending.stores_by_view(),
            Who::OtherMode => WitnessId::OtherMode,
            Who::Calls => WitnessId::File,
            Who::Process(mapping) => {
                let process = self.processes.get(mapping);
                return process.is_some_and(|process| !process.pending.is_empty());
            }
            Who::Other { .. } => return false,
        };
        let mut stores = self.view().pending.witness_stores();
        stores.any(|store| store.id == witness)
    }

    /// What is read from another file, where that waits for its storage.
    #[must_use]
    pub fn slow_reading(&self) -> Option<(OrderId, String)> {
        let (number, what, path) = match (&self.pasting, &self.patching) {
            (Some(paste), _) => (paste.number, "to paste it", &paste.path),
            (None, Some(Patching::Reads(number, _, place))) => {
                (*number, "to apply it", &place.path)
            }
            _ => return None,
        };
        self.storage_words(Some(number))?;
        let doing = format!("Reading {} {what}", path_in_sentence(path));
        Some((number, self.with_storage(number, &doing)))
    }

    /// The person does not want what is read under this number any more.
    pub(super) fn reading_stopped(&mut self, number: OrderId) {
        let pasting = self.pasting.take_if(|paste| paste.number == number);
        let is_it =
            |it: &mut Patching| matches!(it, Patching::Reads(known, ..) if *known == number);
        let patching = self.patching.take_if(is_it);
        self.form_done(number);
        if pasting.is_some() {
            self.done(Subject::Edit, "Stopped: nothing was pasted".to_owned());
        } else if patching.is_some() {
            self.done(
                Subject::Patch,
                "Stopped: no list of edits was read".to_owned(),
            );
        }
    }
}

impl Under {
    /// What it does, in words.
    const fn doing(&self) -> &'static str {
        match self {
            Self::Store { .. } | Self::Witness(_) => "Storing",
            Self::Compensate(_) => "Taking an edit back",
            Self::Reapply => "Reapplying edits",
            Self::WriteBack => "Writing edits to the file",
            Self::Remap { .. } => "Mapping anew",
            Self::Flush => "msync",
            Self::Discard | Self::GiveBack => "Discarding private copies",
            Self::AllowWriting => "Allowing writes",
            Self::ReadBy => "Reading in another way",
            Self::Find { .. } => "Comparing with the file",
        }
    }
}

impl Waiting {
    /// What it will do, in words.
    const fn doing(&self) -> &'static str {
        match self {
            Self::Store { .. } | Self::Witness(..) => "Storing",
            Self::Undo | Self::UndoOne(_) => "Taking an edit back",
            Self::Redo => "Bringing an edit back",
            Self::Reapply(..) => "Reapplying edits",
            Self::WriteBack => "Writing edits to the file",
            Self::Discard(_) => "Discarding private copies",
            Self::Remap { .. } => "Mapping anew",
        }
    }
}

impl App {
    /// For how many seconds the storage of this file has not answered, as far as it was told: also of one that is being
    /// opened. `None` where there is no such file.
    #[must_use]
    pub fn waiting_seconds(&self, id: DocId) -> Option<Option<u64>> {
        let open = self.doc_by(id).map(|doc| doc.waiting_seconds);
        let mut incoming = self.incoming.iter();
        open.or_else(|| {
            let incoming = incoming.find(|known| known.doc == id)?;
            Some(incoming.waiting_seconds)
        })
    }

    /// A file that is being opened waits for its storage.
    pub(super) fn opening_waits(&mut self, id: DocId, seconds: Option<u64>) {
        if let Some(incoming) = self.incoming.iter_mut().find(|known| known.doc == id) {
            incoming.waiting_seconds = seconds;
            self.tell_of_opening();
        }
    }

    /// Says of the file that is longest in being opened that its storage does not answer, where one does not.
    pub(super) fn tell_of_opening(&mut self) {
        let waiting = self.incoming.iter().filter_map(|known| {
            let path = known.request.path.as_ref()?;
            Some((known.doc, path, known.waiting_seconds?))
        });
        let Some((id, path, seconds)) = waiting.max_by_key(|(.., seconds)| *seconds) else {
            self.notices.clear(Topic::Storage);
            return;
        };
        let text = format!(
            "Waiting for storage: {} has not been opened for {seconds} s; the rest stays usable",
            path_in_sentence(path)
        );
        let give_up = Action::File(FileAction::CloseDoc(id));
        let notice = Notice::new(Topic::Storage, Severity::Warning, text);
        self.notices
            .put(notice.with("Do not open it", give_up).pinned());
    }
}
