//! Writing files of one's own from an open file: a copy of what a view shows, the list of its edits. Each is a job with
//! progress and an end of its own.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::bytes::Span;
use crate::bytes::escape::escape_path;
use crate::bytes::shell;
use crate::bytes::size::counted;
use crate::bytes::typed_path::typed_path;

use super::Focus;
use super::closing::Settled;
use super::doc::{Doc, Out};
use super::effect::{Effect, Export, FileRequest, IfExists};
use super::event::ExportOutcome;
use super::identity::{OrderId, ViewId};
use super::offer::{EditsOffer, OfferId};
use super::patch;
use super::session::{NOTHING_HAPPENED, ProgramLanguage};
use super::topic::Subject;

/// What is to be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The bytes as a view shows them.
    View,
    /// Those of them that are selected.
    Selection(Span),
    /// The list of edits.
    Edits,
    /// The list of the edits that an earlier run left.
    Offer,
    /// The list of the edits that an earlier run left of a file that is not open.
    OtherOffer(OfferId),
    /// A list of edits that is to be applied: nothing is saved, it is read from there.
    Patch,
    /// A file whose bytes are to be pasted: nothing is saved, it is read.
    PasteFile,
    /// What happened, as text.
    Happened,
    /// What happened, as steps that can be done again.
    Steps,
    /// What happened, as a program that does it again: a folder.
    Program(ProgramLanguage),
    /// The picture of who sees a byte.
    Picture,
}

impl What {
    /// Nothing is saved: what is asked for is there already, and is read.
    #[must_use]
    pub const fn is_read(self) -> bool {
        matches!(self, Self::Patch | Self::PasteFile)
    }
}

/// Where to save is being asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saving {
    /// What is to be saved.
    pub what: What,
    /// Of which view.
    pub view: ViewId,
    /// The place as typed.
    pub text: String,
    /// Why that is of no use, once it was tried.
    pub problem: Option<String>,
    /// What goes there, where it was made before the place was asked for.
    contents: String,
    /// The place, where the text stands for it as it was proposed.
    proposed: PathBuf,
}

/// A form that was answered, until it is known what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    /// The order that it led to; `None` where it is no file's worker that does it.
    pub(super) number: Option<OrderId>,
    pub(super) form: Saving,
    /// Where the cursor was, and the journal as it was.
    pub(super) at: (u64, u64),
}

/// Something that is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub number: OrderId,
    /// What is written.
    pub what: What,
    /// Where to.
    pub destination: PathBuf,
    /// Bytes done.
    pub done: u64,
    /// All of them; 0 until that is known.
    pub total: u64,
    /// The person wants it no more.
    pub is_stopping: bool,
    /// The journals as they were when their edits were listed.
    revisions: Vec<(ViewId, u64)>,
}

impl Job {
    /// What it does and how far it is, in words.
    #[must_use]
    pub fn words(&self) -> String {
        let what = match self.what {
            What::View => "Saving a copy",
            What::Selection(_) => "Saving the selection",
            What::Edits | What::Offer | What::OtherOffer(_) | What::Patch | What::PasteFile => {
                "Saving the edits"
            }
            What::Happened => "Saving what happened",
            What::Steps => "Saving the steps",
            What::Program(_) => "Saving the program",
            What::Picture => "Saving the picture",
        };
        let what = if self.is_stopping {
            format!("Stopping: {what}")
        } else {
            what.to_owned()
        };
        if self.total == 0 {
            return what;
        }
        format!(
            "{what}: {} of {}",
            crate::bytes::size::human_size(self.done),
            crate::bytes::size::human_size(self.total)
        )
    }

    /// How far it is, 0 to 1.
    #[must_use]
    pub fn share(&self) -> f32 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a share of a bar needs no more than an f32 holds"
        )]
        let share = self.done as f32 / self.total.max(1) as f32;
        share.min(1.0)
    }
}

impl Doc {
    /// Asks where to save; proposes a place beside the file. There is room for one form.
    pub(super) fn ask_destination(&mut self, what: What, view: ViewId, out: &mut Out<'_>) {
        let proposed = beside(&self.path, what);
        self.ask_place(what, view, proposed, out);
    }

    fn ask_place(&mut self, what: What, view: ViewId, proposed: PathBuf, out: &mut Out<'_>) {
        out.push(Effect::Focus(Focus::Destination));
        let is_it = |saving: &Saving| (saving.what, saving.view) == (what, view);
        if self.saving.as_ref().is_some_and(is_it) {
            return; // it stands, with what was typed
        }
        self.view_mut().fill_text = None;
        self.saving = Some(Saving {
            what,
            view,
            text: proposed.display().to_string(),
            problem: None,
            contents: String::new(),
            proposed,
        });
    }

    /// Asks where to save what is selected now.
    pub(super) fn save_selection(&mut self, view: ViewId, out: &mut Out<'_>) {
        if let Some(selection) = self.selected(view) {
            self.ask_destination(What::Selection(selection), view, out);
        }
    }

    /// Asks for a folder to write *What happened* to, as a program.
    pub(super) fn save_program(
        &mut self,
        language: ProgramLanguage,
        view: ViewId,
        out: &mut Out<'_>,
    ) {
        if self.happened.is_empty() {
            self.failed(Subject::Save, format!("No program: {NOTHING_HAPPENED}"));
        } else {
            self.ask_destination(What::Program(language), view, out);
        }
    }

    /// Asks where to save a picture that is drawn already.
    pub(super) fn save_picture(&mut self, svg: String, view: ViewId, out: &mut Out<'_>) {
        self.ask_destination(What::Picture, view, out);
        if let Some(saving) = &mut self.saving {
            saving.contents = svg;
        }
    }

    /// Asks where to list what an earlier run left.
    pub(super) fn save_offer(&mut self, text: String, out: &mut Out<'_>) {
        self.ask_destination(What::Offer, self.view().id, out);
        if let Some(saving) = &mut self.saving {
            saving.contents = text;
        }
    }

    /// Asks where to list what an earlier run left of another file, which may be gone: here, as its own tab is not there.
    pub(super) fn save_other_offer(&mut self, offer: &EditsOffer, out: &mut Out<'_>) {
        let what = What::OtherOffer(offer.id);
        let proposed = beside(&offer.path, what);
        self.ask_place(what, self.view().id, proposed, out);
        if let Some(saving) = &mut self.saving {
            saving.contents = patch::of_offer(offer);
        }
    }

    pub(super) fn destination_edited(&mut self, text: String) {
        if let Some(saving) = &mut self.saving {
            saving.text = text;
            saving.problem = None;
        }
    }

    pub(super) fn destination_cancelled(&mut self, out: &mut Out<'_>) {
        self.saving = None;
        out.push(Effect::Focus(Focus::Grid));
    }

    pub(super) fn destination_submitted(&mut self, out: &mut Out<'_>) {
        let Some(saving) = &self.saving else {
            return;
        };
        let typed = saving.text.trim_end_matches(['\n', '\r']);
        if typed.is_empty() {
            self.failed(
                Subject::Save,
                match saving.what {
                    What::Patch => "Type the path of a list of edits to apply",
                    What::PasteFile => "Type the path of a file to paste",
                    What::Program(_) => "Type the path of a new folder for the program",
                    _ => "Type the path of a new file to save to",
                },
            );
            out.push(Effect::Focus(Focus::Destination));
            return;
        }
        let path = if saving.proposed.display().to_string() == typed {
            saving.proposed.clone() // the text may only resemble it
        } else {
            match typed_path(typed.as_bytes()) {
                Ok(path) => path,
                Err(error) => {
                    self.failed(Subject::Save, error.to_string());
                    out.push(Effect::Focus(Focus::Destination));
                    return;
                }
            }
        };
        self.save_to(path, IfExists::Refuse, out);
    }

    /// Saves what was asked about to `path`, which was chosen in the system's dialog.
    pub(super) fn save_to_chosen(&mut self, path: PathBuf, out: &mut Out<'_>) {
        if let Some(saving) = &mut self.saving {
            saving.text = path.display().to_string();
            saving.proposed.clone_from(&path);
        }
        // the dialog has asked about a file that is there already
        self.save_to(path, IfExists::Replace, out);
    }

    /// Saves what was asked about to `path`.
    fn save_to(&mut self, path: PathBuf, if_exists: IfExists, out: &mut Out<'_>) {
        let Some(saving) = self.saving.take() else {
            return;
        };
        let form = saving.clone();
        let export = match saving.what {
            What::View => Export::View,
            What::Selection(span) => Export::Part(span),
            What::Edits => Export::Text(self.edits_as_text()),
            What::Patch => {
                let number = self.read_patch_at(path, saving.view, out);
                return self.form_sent(number, form, out);
            }
            What::PasteFile => {
                return match self.paste_file(path, saving.view, out) {
                    Some(number) => self.form_sent(Some(number), form, out),
                    None => self.form_stays(form, out),
                };
            }
            What::OtherOffer(offer) => {
                out.push(Effect::ListOffer {
                    offer,
                    destination: path,
                    if_exists,
                    text: saving.contents,
                });
                return self.form_sent(None, form, out);
            }
            What::Picture | What::Offer => Export::Text(saving.contents),
            What::Happened => Export::Text(self.happened.as_text(&self.name())),
            What::Steps => Export::Steps(self.as_steps()),
            What::Program(language) => Export::Program(Box::new(self.as_session()), language),
        };
        let number = self.start_job((saving.what, export), saving.view, path, if_exists, out);
        self.form_sent(number, form, out);
    }

    /// Saves the list of edits beside the file.
    pub(super) fn export_beside(&mut self, out: &mut Out<'_>) {
        if self.has_unsaved() {
            let path = beside(&self.path, What::Edits);
            let edits = (What::Edits, Export::Text(self.edits_as_text()));
            self.start_job(edits, self.view().id, path, IfExists::Number, out);
        }
    }

    fn start_job(
        &mut self,
        (what, export): (What, Export),
        view: ViewId,
        destination: PathBuf,
        if_exists: IfExists,
        out: &mut Out<'_>,
    ) -> Option<OrderId> {
        let target = self.view_by(view).map(|known| self.target(known))?;
        let number = out.file(
            target,
            FileRequest::Export {
                destination: destination.clone(),
                if_exists,
                what: export,
            },
        );
        let revisions = self
            .views
            .iter()
            .map(|known| (known.id, known.journal.revision()))
            .collect();
        self.jobs.push(Job {
            number,
            what,
            destination,
            revisions,
            done: 0,
            total: 0,
            is_stopping: false,
        });
        Some(number)
    }

    pub(super) fn progressed(&mut self, number: OrderId, done: u64, total: u64) {
        if let Some(job) = self.jobs.iter_mut().find(|job| job.number == number) {
            job.done = done;
            job.total = total;
        }
        self.finds_slowly(number);
        self.search_progressed(number, done, total);
    }

    /// A job is over.
    pub(super) fn exported(
        &mut self,
        number: OrderId,
        outcome: ExportOutcome,
        out: &mut Out<'_>,
    ) -> Option<Settled> {
        let at = self.jobs.iter().position(|job| job.number == number)?;
        let job = self.jobs.remove(at);
        if !matches!(outcome, ExportOutcome::Failed(_)) {
            self.form_done(number);
        }
        match outcome {
            ExportOutcome::Done {
                destination,
                bytes,
                is_view,
            } => {
                if job.what == What::Edits {
                    for (view, revision) in job.revisions {
                        let known = self.views.iter_mut().find(|known| known.id == view);
                        if let Some(known) = known {
                            known.journal.exported(revision);
                        }
                    }
                }
                let place = escape_path(&destination);
                let words = match job.what {
                    What::Happened | What::Steps => format!("What happened stands in {place}"),
                    What::Program(language) => built(language, &destination),
                    _ if is_view => {
                        let (bytes, name) = (counted(bytes, "byte"), self.name());
                        format!("{bytes} of {name}, as shown, went to {place}")
                    }
                    What::Picture => format!("The picture is in {place}"),
                    _ => format!("The edits are listed in {place}"),
                };
                self.done(Subject::Save, words);
                None
            }
            ExportOutcome::Cancelled => {
                let place = escape_path(&job.destination);
                self.done(
                    Subject::Save,
                    format!("Stopped: nothing is left at {place}"),
                );
                self.stay()
            }
            ExportOutcome::Failed(why) => {
                self.form_failed(number, &why, out);
                self.failed(Subject::Save, why);
                let settled = self.stay();
                // an answer wanted them listed beside the file, and there is no room or no right: the person says where
                if settled.is_some() && job.what == What::Edits && self.saving.is_none() {
                    self.ask_destination(What::Edits, self.view().id, out);
                }
                settled
            }
        }
    }
}

/// Where a program is, and how it is built and run.
fn built(language: ProgramLanguage, folder: &Path) -> String {
    let word = shell::word(folder.as_os_str());
    let how = match language {
        ProgramLanguage::C => format!("make -C {word} check"),
        ProgramLanguage::Rust => format!("cd {word} && cargo run"),
    };
    let place = escape_path(folder);
    format!("What happened is a program in {language} in {place}: {how} builds and runs it")
}

/// A place beside `path`, named after it.
fn beside(path: &Path, what: What) -> PathBuf {
    let mut name: OsString = path.file_name().unwrap_or_default().to_owned();
    name.push(match what {
        What::View => ".copy",
        What::Selection(_) => ".part",
        What::PasteFile => return path.with_file_name(""),
        What::Edits | What::Offer | What::OtherOffer(_) | What::Patch => ".edits.txt",
        What::Happened => ".happened.txt",
        What::Steps => ".steps.md",
        What::Program(ProgramLanguage::C) => ".session-c",
        What::Program(ProgramLanguage::Rust) => ".session-rust",
        What::Picture => ".who.svg",
    });
    path.with_file_name(name)
}
