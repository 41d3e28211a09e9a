//! All application state and its only writer.
//!
//! [`App::apply`] takes what a person asks for, [`App::take`] what workers and the kernel report; both change the state
//! and return [`Effect`]s, values that say what the shell must do. No I/O, no clock, no thread, no widget: every rule of
//! the program can be tested on plain values. It may name the mapping layer's words (mode, access, page state), never
//! call into it.
//!
//! [`App`] owns the open files. A [`Doc`] owns what belongs to one file: its lookups, witnesses, processes, jobs and
//! messages. A [`View`] owns what belongs to one mapping of it: mode, window, cursor, journal, and what is under way.
//! `impl Doc` reaches its own file and nothing else.

pub mod action;
pub mod change;
pub mod differences;
pub mod differing;
pub mod doc;
pub mod effect;
pub mod event;
pub mod find;
mod find_apply;
pub mod find_bar;
mod finding;
pub mod found;
pub mod hand;
pub mod happened;
pub mod identity;
mod inspecting;
pub mod journal;
pub mod lab;
pub mod lockstep;
pub mod lookup;
pub mod moment;
pub mod notice;
pub mod offer;
pub mod others;
pub mod patch;
pub mod peers;
pub mod pending;
pub mod picture;
pub mod process;
mod process_facts;
pub mod session;
pub mod settings;
pub mod sums;
pub mod topic;
pub mod tour;
pub mod tray;
pub mod view;
pub mod viewport;
pub mod window;
pub mod witness;

mod apply;
mod asked_again;
mod beside;
mod closing;
mod comparing;
mod copying;
mod editing;
mod looking;
mod mapping;
mod offering;
mod opening;
mod pasting_file;
mod patching;
mod peer_news;
mod pin;
mod process_store;
pub mod put_back;
mod redirecting;
mod replacing;
pub mod saving;
mod state;
mod storing;
mod summing;
pub mod syncs;
mod take;
mod under_way;
mod undo_one;
mod views;
mod waiting;
mod watching;
mod writing;

use std::path::PathBuf;

use crate::bytes::Span;

pub use crate::map::{Access, GapReason, Mode, PageOrigin, PageState, Readout};
pub use action::{
    Action, AppAction, DocAction, EditAction, FileAction, Focus, Intent, MappingAction,
    OfferAction, PlaceText, Tab, ThemeChoice, UnsavedChoice, ViewAction,
};
pub use differences::{ChangedInFile, Heading};
pub use doc::{Doc, shown_name};
pub use editing::EDIT_LIMIT_BYTES;
pub use effect::{Effect, FileOrder, FileRequest, OpenRequest, ScratchFile};
pub use event::{Event, PathNow};
pub use find_bar::{FindAction, FindBar, FindForm};
pub use found::{FoundList, PLACES};
pub use happened::{Happened, Happening};
pub use identity::{DocId, Generation, MappingId, OrderId, Target, ViewId};
pub use journal::Journal;
pub use lab::{LabAction, LabState};
pub use lookup::LookupState;
pub use moment::Moment;
pub use notice::{Notice, Notices, Severity};
pub use peers::{PeersAction, Process, Processes};
pub use picture::Picture;
pub use process::PageSeen;
pub use replacing::OtherLength;
pub use settings::Settings;
pub use topic::{Subject, Topic};
pub use tour::Tour;
pub use tray::{RefusedOrder, RefusedPart, Tray};
pub use view::View;
pub use viewport::{Column, Columns, Step, Viewport};
pub use window::{ReadBy, Window};
pub use witness::{WitnessId, WitnessState, Witnesses};

use closing::Quitting;
use identity::Numbers;

/// A file that is being opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// What it will be called.
    pub doc: DocId,
    /// The name of its mapping.
    mapping: MappingId,
    /// What was asked for.
    pub request: OpenRequest,
    /// What was typed as its path, where it was.
    typed: Option<String>,
    /// The experiment that it is opened to try by hand.
    experiment: Option<&'static str>,
    /// The file that was in front when it was asked for.
    beside: Option<DocId>,
    /// The first of those that were asked for with it.
    batch: DocId,
    /// Seconds that its storage has not answered.
    waiting_seconds: Option<u64>,
}

/// Everything the program knows.
#[derive(Clone, Debug, Default)]
pub struct App {
    /// The open files, in the order they were opened.
    pub docs: Vec<Doc>,
    /// Those that are being opened.
    pub incoming: Vec<Incoming>,
    /// Messages that belong to no file.
    pub notices: Notices,
    /// Orders that were refused, with what they would have stored.
    pub tray: Tray,
    /// The experiments and what came of them.
    pub lab: LabState,
    /// How far the tour of the sample is.
    pub tour: Tour,
    /// What earlier runs left of files, as long as nothing is decided about it.
    pub offers: Vec<offer::EditsOffer>,
    /// What is looked for.
    pub find: FindBar,
    /// What is remembered between runs.
    pub settings: Settings,
    /// The path field's text while it is edited.
    pub path_text: Option<String>,
    /// Completions of it.
    pub completions: Vec<Completed>,
    /// The byte to write as a witness, as typed.
    pub byte_text: String,
    /// The list of keys is shown.
    pub help_shown: bool,
    /// Where the keyboard is.
    pub area: Focus,
    /// Files by when they were last looked at, the present one last.
    order: Vec<DocId>,
    /// The views on the screen.
    shown: Vec<ViewId>,
    /// What the completed path field means, where its text only resembles the path.
    path_known: Option<Completed>,
    /// What the desktop says of motion, where it says anything.
    pub desktop_wants_less_motion: Option<bool>,
    /// The dialog that is open, and whom it asks for.
    dialog: Option<(OrderId, Option<DocId>)>,
    /// The window is to close once this is settled.
    quitting: Option<Quitting>,
    /// What is watched through the witnesses.
    watched: Option<(Target, Span)>,
    /// The file whose facts are reported.
    facts_of: Option<Target>,
    numbers: Numbers,
    /// It is now.
    now: Moment,
}

/// A way for a typed path to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completed {
    /// What the field holds then. Where a name is not Unicode this only resembles the path.
    pub text: String,
    /// The path itself.
    pub path: PathBuf,
    /// It is a folder.
    pub is_folder: bool,
}

impl App {
    /// A model with no file yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            byte_text: "21".to_owned(),
            ..Self::default()
        }
    }

    /// Nothing is to move: as the person said, else as the desktop does.
    #[must_use]
    pub fn wants_less_motion(&self) -> bool {
        let chosen = self.settings.less_motion.or(self.desktop_wants_less_motion);
        chosen.unwrap_or(false)
    }

    /// The file that has the focus.
    #[must_use]
    pub fn doc(&self) -> Option<&Doc> {
        let id = self.order.last()?;
        self.docs.iter().find(|doc| doc.id == *id)
    }

    /// The view that has the focus.
    #[must_use]
    pub fn view(&self) -> Option<&View> {
        self.doc().map(Doc::view)
    }

    /// The open file of this name.
    #[must_use]
    pub fn doc_by(&self, id: DocId) -> Option<&Doc> {
        self.docs.iter().find(|doc| doc.id == id)
    }

    /// The file that `view` is a view of.
    #[must_use]
    pub fn doc_of(&self, view: ViewId) -> Option<&Doc> {
        self.docs.iter().find(|doc| doc.view_by(view).is_some())
    }

    /// It is `now` from here on: to be said before each event is taken, with the moment that it was sent at.
    pub fn tick(&mut self, now: Moment) {
        self.now = now;
        for doc in &mut self.docs {
            doc.happened.tick(now);
        }
    }

    /// The window's title: file, mode, access.
    #[must_use]
    pub fn title(&self) -> String {
        match self.doc() {
            _ if self.lab.is_front => format!("{} \u{2014} mapscope", self.lab.tab_title()),
            Some(doc) => {
                let view = doc.view();
                let edits = if doc.has_unsaved() { "* " } else { "" };
                let mode = view.mode.to_string().to_uppercase();
                format!(
                    "{edits}{} \u{2014} {mode} {} \u{2014} mapscope",
                    doc.name(),
                    view.access
                )
            }
            None => "mapscope".to_owned(),
        }
    }

    /// Some byte on the screen is fading.
    #[must_use]
    pub fn is_flashing(&self) -> bool {
        self.shown_views().any(View::is_flashing)
    }

    /// A sentence on what would be lost if the program ended now; `None` where nothing would.
    #[must_use]
    pub fn unsaved_words(&self) -> Option<String> {
        let mut unsaved = self.docs.iter().filter(|doc| doc.must_ask());
        let first = closing::unsaved_words(unsaved.next()?);
        Some(unsaved.fold(first, |words, doc| {
            format!("{words}; {}", closing::unsaved_words(doc))
        }))
    }

    /// An answer about edits is being carried out, and something waits for that.
    #[must_use]
    pub fn is_settling(&self) -> bool {
        matches!(self.quitting, Some(Quitting::Settling(_)))
            || self.docs.iter().any(Doc::is_settling)
    }

    /// The views on the screen, as they were last told.
    #[must_use]
    pub fn shown(&self) -> &[ViewId] {
        &self.shown
    }

    /// The views on the screen.
    fn shown_views(&self) -> impl Iterator<Item = &View> {
        self.docs
            .iter()
            .flat_map(|doc| &doc.views)
            .filter(|view| self.shown.contains(&view.id))
    }
}
