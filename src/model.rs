//! All application state and its only writer.
//!
//! [`Model::act`] takes what a person asks for, [`Model::hear`] what workers and the kernel report; both change the state
//! and return [`Effect`]s, values that say what the shell must do. No I/O, no clock, no thread, no widget: every rule of
//! the program can be tested on plain values. It may name the mapping layer's words (mode, access, page state), never
//! call into it.

pub mod action;
pub mod effect;
pub mod event;
pub mod journal;
pub mod lab;
pub mod notice;
pub mod peers;
pub mod settings;
pub mod view;
pub mod window;
pub mod witness;

mod clipboard;
mod editing;
mod looking;
pub mod lookup;
mod mapping;
mod opening;
mod update;

use std::path::PathBuf;

use crate::bytes::Span;
use crate::bytes::lookup::Context;

pub use crate::bytes::name::shown_name;
pub use crate::map::{Access, GapReason, Mode, PageState};
pub use action::{Action, Focus, Tab, ThemeChoice, UnsavedChoice};
pub use effect::{Effect, FileRequest, OpenRequest, ScratchFile};
pub use event::{Event, PathNow};
pub use journal::Journal;
pub use lab::{LabAction, LabState};
pub use lookup::LookupState;
pub use notice::{Notice, Notices, Severity, Topic};
pub use peers::{Added, AddedAction, AddedId, AddedNews, AddedOrder, AddedPeers, AddedSignal};
pub use settings::Settings;
pub use view::{Column, Columns, Step, View};
pub use window::Window;
pub use witness::{Seen, WitnessId, WitnessState, Witnesses};

/// The open file.
#[derive(Clone, Debug)]
pub struct Doc {
    /// Where it was opened.
    pub path: PathBuf,
    /// Which scratch file of this program it is, where it is one.
    pub scratch: Option<ScratchFile>,
    /// The mode of the mapping that is shown.
    pub mode: Mode,
    /// Its access.
    pub access: Access,
    /// It covers the file to its end, and grows with it.
    pub whole: bool,
    /// The file's length now.
    pub file_len: u64,
    /// Bytes in a page.
    pub page_bytes: u64,
    /// What its path names now.
    pub path_now: PathNow,
    /// The person decided to go on with the file although its path names another one, or none.
    pub keep_old: bool,
    /// Why shared writing was refused, when it was.
    pub refusal: Option<String>,
    /// Every edit.
    pub journal: Journal,
    /// Where the person looks.
    pub view: View,
    /// Facts about the mapping, while they are shown.
    pub facts: Option<event::Facts>,
}

impl Doc {
    /// The last part of its path, as it can be shown.
    #[must_use]
    pub fn name(&self) -> String {
        shown_name(&self.path)
    }

    /// Whether a store now would reach the file.
    #[must_use]
    pub fn writes_through(&self) -> bool {
        self.mode == Mode::Shared && self.access == Access::ReadWrite
    }

    /// Some edit would be lost with the mapping or the journal.
    #[must_use]
    pub fn has_unsaved(&self) -> bool {
        self.journal.pending_bytes() > 0 || self.journal.patch_bytes() > 0
    }

    /// Edits would be lost that the person may want: not those of a scratch file.
    #[must_use]
    pub fn must_ask(&self) -> bool {
        self.has_unsaved() && self.scratch.is_none()
    }

    /// It is a scratch copy of the built-in sample.
    #[must_use]
    pub fn is_sample(&self) -> bool {
        self.scratch == Some(ScratchFile::Sample)
    }

    /// What a lookup can refer to.
    #[must_use]
    pub fn context(&self) -> Context {
        Context {
            extent: self.view.extent,
            file_len: self.file_len,
            cursor: self.view.cursor,
            page_bytes: self.page_bytes,
        }
    }
}

/// What is being opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Opening {
    /// Nothing.
    #[default]
    Nothing,
    /// A file.
    File,
    /// A file; the person let go of the edits made so far, this many.
    Agreed(usize),
    /// A scratch file: the sample is the last resort.
    Sample,
}

/// What waits for an answer about the private edits.
#[derive(Clone, Debug, PartialEq)]
enum Next {
    /// Switch to this mode and access.
    Map(Mode, Access),
    /// Open another file.
    Open(OpenRequest),
    /// Close the file.
    Close,
    /// Close the window.
    Quit,
}

/// Stores and writes whose outcome is not known yet.
#[derive(Clone, Copy, Debug, Default)]
struct UnderWay {
    /// Batches of stores.
    batches: usize,
    /// Edits on their way to the file.
    write_backs: usize,
    /// Lost edits are to be stored again after these, as what was typed last counts.
    then_reapply: bool,
    /// The private changes are to be written after these, as what was typed last counts.
    then_write: bool,
}

/// Everything the program knows.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The open file.
    pub doc: Option<Doc>,
    /// The bytes on the screen.
    pub window: Option<Window>,
    /// Messages.
    pub notices: Notices,
    /// The lookup field, its answer, and earlier answers.
    pub lookup: LookupState,
    /// Who sees the bytes at the cursor.
    pub witnesses: Witnesses,
    /// The processes that the person added to them.
    pub added: AddedPeers,
    /// The experiments and what came of them.
    pub lab: LabState,
    /// What is remembered between runs.
    pub settings: Settings,
    /// The path field's text while it is edited.
    pub path_text: Option<String>,
    /// Completions of it.
    pub completions: Vec<String>,
    /// The fill bar's text while it is shown.
    pub fill_text: Option<String>,
    /// The list of keys is shown.
    pub help_shown: bool,
    /// Seconds that the storage has not answered.
    pub waiting_seconds: Option<u64>,
    /// A file is being opened.
    pub opening: Opening,
    /// Where the keyboard is.
    pub area: Focus,
    under_way: UnderWay,
    /// What becomes of the edits once the mapping is made anew.
    unsaved_choice: Option<UnsavedChoice>,
    next: Option<Next>,
    /// `next` goes on once the edits have been written.
    next_after_write: bool,
    conflicts: Vec<(u64, u8)>,
    back: Vec<u64>,
    forward: Vec<u64>,
    look_wanted: bool,
}

impl Model {
    /// A model with no file yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            ..Self::default()
        }
    }

    /// The bytes that the screen needs; `None` without a file.
    #[must_use]
    pub fn visible(&self) -> Option<Span> {
        self.doc
            .as_ref()
            .map(|doc| doc.view.visible())
            .filter(|span| !span.is_empty())
    }

    /// What the witnesses are to watch: up to 16 bytes from the cursor's selection; `None` while nobody looks.
    #[must_use]
    pub fn watched(&self) -> Option<Span> {
        let doc = self.doc.as_ref()?;
        if !self.settings.panel_shown
            || self.settings.tab != Tab::Witnesses
            || doc.view.extent.is_empty()
        {
            return None;
        }
        let selection = doc.view.selection();
        Span::at(
            selection.start(),
            selection.len().clamp(1, witness::WATCHED_BYTES),
        )
    }

    /// Another file may take the open one's place: nothing would be lost that the person has not let go of.
    #[must_use]
    pub fn may_replace(&self) -> bool {
        self.doc.as_ref().is_none_or(|doc| {
            !doc.must_ask() || self.opening == Opening::Agreed(doc.journal.edits().len())
        })
    }

    /// The window's title: file, mode, access.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.doc {
            Some(doc) => {
                let edits = if doc.has_unsaved() { "* " } else { "" };
                let mode = doc.mode.to_string().to_uppercase();
                format!(
                    "{edits}{} \u{2014} {mode} {} \u{2014} mapscope",
                    doc.name(),
                    doc.access
                )
            }
            None => "mapscope".to_owned(),
        }
    }

    /// Some byte on the screen is fading.
    #[must_use]
    pub fn is_flashing(&self) -> bool {
        self.window.as_ref().is_some_and(Window::is_flashing)
    }
}
