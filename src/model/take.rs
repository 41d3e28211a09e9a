//! What workers and the kernel report. What comes from a file or a process is taken only under the identity that it was
//! said under: of a closed file, an earlier generation, or an order that is not waited for, nothing is shown.

use super::App;
use super::closing::Settled;
use super::doc::{Doc, Out};
use super::editing::stores_of;
use super::effect::{Effect, FileOrder, FileRequest, Purpose};
use super::event::{EditsNews, Event, FileEvent, FileNews, StoreOutcome, StoreResult};
use super::identity::{DocId, OrderId, Target};
use super::offer::OfferId;
use super::pending::{Later, Under};
use super::process::{Failure, Refusal};
use super::storing::Answer;
use super::topic::Subject;
use super::tray::{RefusedOrder, RefusedPart};
use super::watching::Asked;
use super::witness::Note;

/// What stores in the tray were to go through that were no view's and no process's.
const THROUGH_WITNESS: &str = "another mapping of this process";

/// What an earlier run wrote to a file is no longer to be offered.
fn put_back_whole(news: &FileNews) -> Option<OfferId> {
    match news {
        FileNews::Edits(EditsNews::PutBack(offer, wrote)) if wrote.is_whole() => Some(*offer),
        _ => None,
    }
}

fn failure(why: &str) -> Refusal {
    Refusal::Failed(Failure {
        message: why.to_owned(),
        errno: None,
    })
}

impl App {
    /// Takes note of what happened outside.
    pub fn take(&mut self, event: Event) -> Vec<Effect> {
        let mut effects = Vec::new();
        match event {
            Event::Opened(doc, opened) => self.opened(doc, *opened, &mut effects),
            Event::OpenFailed(doc, message) => self.open_failed(doc, message, &mut effects),
            Event::File(event) => self.file_said(event, &mut effects),
            Event::Waiting(doc, seconds) => {
                self.opening_waits(doc, seconds);
                self.in_doc(doc, &mut effects, |doc, _| doc.waits(seconds));
            }
            Event::JobsWait(doc, jobs) => {
                self.in_doc(doc, &mut effects, |doc, _| doc.waiting_jobs = jobs);
            }
            Event::Peer(event) => self.peer_said(event, &mut effects),
            Event::Others(event) => {
                self.in_doc(event.target.doc, &mut effects, |doc, _| {
                    doc.others_said(event);
                });
            }
            Event::Picked(number, result) => self.picked(number, result, &mut effects),
            Event::Completions(text, list) => self.completions_came(&text, list),
            Event::LabCatalogue(list) => self.lab_listed(list),
            Event::LabByHand(plans) => self.lab.by_hand_known(plans),
            Event::Lab(progress) => self.lab_told(*progress, &mut effects),
            Event::LabAnswers(answers) => self.lab_answers(answers),
            Event::Journal(news) => self.journal_told(news, &mut effects),
        }
        self.after(&mut effects);
        effects
    }

    fn file_said(&mut self, event: FileEvent, effects: &mut Vec<Effect>) {
        let id = event.target.doc;
        if let (FileNews::Refused(request, why), Some(number)) = (&event.news, event.number) {
            self.refused(
                &FileOrder {
                    number,
                    target: event.target,
                    request: request.as_ref().clone(),
                },
                why,
            );
        }
        if let (
            FileNews::Stored {
                purpose: Purpose::Edit,
                results,
                ..
            },
            Some(number),
        ) = (&event.news, event.number)
        {
            self.not_stored(event.target, number, results);
        }
        if let (
            FileNews::WitnessStored {
                offset,
                bytes,
                outcome: Err(why),
                ..
            },
            Some(number),
        ) = (&event.news, event.number)
            && !self
                .doc_by(id)
                .is_some_and(|doc| doc.happened.is_put_back(number))
        {
            self.tray.put(RefusedOrder {
                number,
                doc: id,
                name: self.name_of(id),
                through: THROUGH_WITNESS.to_owned(),
                parts: vec![RefusedPart {
                    offset: *offset,
                    bytes: bytes.clone(),
                }],
                why: failure(why),
            });
        }
        let put_back = put_back_whole(&event.news);
        let settled = self.in_doc(id, effects, |doc, out| doc.hear(event, out));
        self.leave_keyboard(id, effects);
        if let Some(offer) = put_back {
            self.offer_is_done(offer);
        }
        if let Some(Some(settled)) = settled {
            self.settled(id, settled, effects);
        }
    }

    /// What was typed and could not be stored stands in the tray too: the message about it goes with the next key.
    fn not_stored(&mut self, target: Target, number: OrderId, results: &[StoreResult]) {
        let mut first = None;
        let mut parts = Vec::new();
        for result in results {
            if let StoreOutcome::Refused(why) = &result.outcome {
                first = first.or(Some(why));
                parts.push(RefusedPart {
                    offset: result.offset,
                    bytes: result.bytes.clone(),
                });
            }
        }
        let Some(why) = first else {
            return;
        };
        self.tray.put(RefusedOrder {
            number,
            doc: target.doc,
            name: self.name_of(target.doc),
            through: self.view_through(target),
            parts,
            why: failure(why),
        });
    }

    fn name_of(&self, doc: DocId) -> String {
        self.doc_by(doc)
            .map_or_else(|| "a file that is closed".to_owned(), Doc::name)
    }

    /// Which view a store was to go through.
    fn view_through(&self, target: Target) -> String {
        let doc = self.doc_by(target.doc);
        let view = doc.and_then(|doc| Some((doc, doc.view_with(target.mapping)?)));
        view.map_or_else(
            || "a view that is closed".to_owned(),
            |(doc, view)| format!("the {}", doc.view_name(view.id)),
        )
    }

    /// An order that stores something was not carried out: it stands in the tray, with its bytes.
    pub(super) fn refused(&mut self, order: &FileOrder, why: &Refusal) {
        let id = order.target.doc;
        self.tray.put(RefusedOrder {
            number: order.number,
            doc: id,
            name: self.name_of(id),
            through: match order.request {
                FileRequest::WitnessStore { .. } => THROUGH_WITNESS.to_owned(),
                _ => self.view_through(order.target),
            },
            parts: stores_of(order),
            why: why.clone(),
        });
    }
}

impl Doc {
    /// What its worker says is something that happened, before anything follows from it.
    fn hear(&mut self, event: FileEvent, out: &mut Out<'_>) -> Option<Settled> {
        if self.note_news(event.target, event.number, &event.news) {
            self.read_now(Asked::ByProcesses, out);
        }
        self.take(event, out)
    }

    /// Takes what its worker says.
    fn take(&mut self, event: FileEvent, out: &mut Out<'_>) -> Option<Settled> {
        let FileEvent {
            target,
            number,
            news,
        } = event;
        let mapping = target.mapping;
        if number.is_none() && self.is_now(target) {
            self.ask_again(target, out); // it has come round to looking by itself
        }
        match (news, number) {
            (FileNews::Refused(request, why), Some(number)) => {
                return self.not_done(number, &request, &why, out);
            }
            (FileNews::Looked(look), _) => {
                if self.is_now(target) {
                    self.looked(mapping, look, out);
                }
            }
            (FileNews::Origins(origins), _) => self.origins_told(target, origins),
            (FileNews::Peeked(readout), Some(number)) => self.peeked(number, &readout, out),
            (
                FileNews::Stored {
                    purpose,
                    mode,
                    at,
                    results,
                    lost,
                },
                Some(number),
            ) => {
                let answer = Answer {
                    number,
                    target,
                    mode,
                    at,
                };
                self.stored(&answer, purpose, results, &lost, out);
            }
            (FileNews::Remapped(remapped), number) => {
                if self.added(number) == Some(mapping) {
                    self.view_came(target, remapped, out);
                    return None;
                }
                self.remapped(mapping, target.generation, number, remapped, out);
            }
            (FileNews::RemapFailed(message), number) => {
                return self.remap_failed(number, message, out);
            }
            (FileNews::Grown(extent), _) => {
                if self.is_now(target) {
                    self.grown(mapping, extent, out);
                }
            }
            (FileNews::Flushed(result), Some(number)) => self.flushed(number, result, out),
            (FileNews::Discarded(result), Some(number)) => self.discarded(number, result, out),
            (FileNews::WroteBack(wrote), Some(number)) => {
                return self.wrote_back(number, wrote, out);
            }
            (FileNews::State(state), _) => self.state_changed(state, out),
            (FileNews::CopiesLost(spans), _) => self.copies_gone(target, &spans),
            (FileNews::Witness(id, state), _) => self.witness_said(target, id, state),
            (FileNews::FilePages(pages), _) => self.file_pages_told(target, pages),
            (news @ FileNews::WitnessStored { .. }, Some(number)) => {
                return self.witness_stored(number, news, out);
            }
            (FileNews::GaveBack | FileNews::WritingAllowed, Some(number)) => {
                self.is_done(number, out);
            }
            (FileNews::ReadsBy(by), Some(number)) => self.reads_by(number, by, out),
            (FileNews::Dropped, Some(number)) => drop(self.dropped(number)),
            (FileNews::Facts(facts), _) => self.facts_told(target, *facts),
            (FileNews::Progress { done, total }, Some(n)) => self.progressed(n, done, total),
            (FileNews::Exported(outcome), Some(number)) => {
                return self.exported(number, outcome, out);
            }
            (FileNews::Edits(news), number) => self.edits_told(number, news, out),
            (FileNews::Found(found), Some(number)) => self.found(number, target, found, out),
            (FileNews::Sums(news), number) => self.sums_told(number, target, news),
            (FileNews::Find(news), Some(number)) => self.searched(number, target, news, out),
            (FileNews::Compared(found), _) => self.compared(target, &found),
            // an answer without the number of its order answers nothing
            (
                FileNews::GaveBack
                | FileNews::WritingAllowed
                | FileNews::ReadsBy(_)
                | FileNews::Dropped
                | FileNews::WitnessStored { .. }
                | FileNews::Refused(..)
                | FileNews::Peeked(_)
                | FileNews::Stored { .. }
                | FileNews::Flushed(_)
                | FileNews::Discarded(_)
                | FileNews::WroteBack(_)
                | FileNews::Progress { .. }
                | FileNews::Exported(_)
                | FileNews::Found(_)
                | FileNews::Find(_),
                None,
            ) => {}
        }
        None
    }

    /// An order that nothing follows from was carried out.
    fn is_done(&mut self, number: OrderId, out: &mut Out<'_>) {
        if let Some((view, _)) = self.ended(number) {
            self.go_on(view, out);
        }
    }

    /// It was said of a mapping as it is now.
    pub(super) fn is_now(&self, target: Target) -> bool {
        self.views.iter().any(|view| self.target(view) == target)
    }

    /// An order was not carried out: what waited for it goes on, and the person is told where it was theirs.
    fn not_done(
        &mut self,
        number: OrderId,
        request: &FileRequest,
        why: &Refusal,
        out: &mut Out<'_>,
    ) -> Option<Settled> {
        let job = self.jobs.iter().position(|job| job.number == number);
        let is_job = job.map(|at| self.jobs.remove(at)).is_some();
        let ended = self.ended(number);
        let is_added = self.added(Some(number)).is_some();
        let typed = match &ended {
            Some((view, Under::Remap { .. })) => {
                self.changes_are_off(*view).to_owned() + &self.remap_is_over(*view)
            }
            _ => String::new(),
        };
        self.peek_refused(number, why);
        self.search_refused(number, why);
        self.patch_refused(number, why, out);
        self.pasted_file_refused(number, why, out);
        self.sums_refused(number, why);
        if let (Some(target), Refusal::QueueFull) = (self.dropped(number), why) {
            self.later.push(Later::DropView(target));
        }
        if !is_job && ended.is_none() && !is_added {
            return None; // a look, or what stands in the tray
        }
        if let Some((subject, what)) = not_done_words(request) {
            let why = not_asked_words(why);
            let message = format!("{} {what}: {why}{typed}", self.name());
            self.form_failed(number, &message, out);
            self.failed(subject, message);
        }
        let is_own_wish = match (&ended, request) {
            (Some((_, Under::Witness(store))), _) => {
                let why = why.words();
                let note = Note::failed(format!("Not written: {why}"));
                self.witnesses.row_mut(store.id).note = Some(note);
                true
            }
            (Some((view, Under::GiveBack)), FileRequest::GiveBack(pages)) => {
                // of a mapping that is gone there are no copies either
                if let (Some(known), Refusal::QueueFull) = (self.view_by(*view), why) {
                    let later = Later::GiveBack(self.target(known), pages.clone());
                    self.later.push(later);
                }
                return None;
            }
            _ => !is_added,
        };
        if let Some((view, _)) = ended {
            self.go_on(view, out);
        }
        if is_own_wish { self.stay() } else { None }
    }
}

/// What became of a request that was not carried out, after the file's name; `None` where nothing is to be told.
fn not_done_words(request: &FileRequest) -> Option<(Subject, &'static str)> {
    match request {
        // looks are asked for again, or stand for nothing
        FileRequest::Look(_)
        | FileRequest::Peek(_)
        | FileRequest::Watch(_)
        | FileRequest::Facts(_)
        | FileRequest::GiveBack(_)
        | FileRequest::DropView
        | FileRequest::Forget(_)
        | FileRequest::TakeOver { .. }
        | FileRequest::WriteDown { .. }
        | FileRequest::ReadPatch(_)
        | FileRequest::ReadPatchPart(..)
        | FileRequest::ReadWhole(_)
        | FileRequest::Sum(_)
        // what is said of these stands beside the field
        | FileRequest::Find(_)
        | FileRequest::ReadMatches(..)
        // and these stand in the tray
        | FileRequest::Store(_)
        | FileRequest::WitnessStore { .. } => None,
        FileRequest::ReadBy(_) => Some((Subject::Map, "is read as before")),
        FileRequest::AllowWriting => Some((Subject::Map, "may not be written to yet")),
        FileRequest::Remap { .. } => Some((Subject::Map, "was not mapped anew")),
        FileRequest::AddView { .. } => Some((Subject::Map, "has no second view")),
        FileRequest::Flush => Some((Subject::Flush, "was not synced")),
        FileRequest::Discard(_) => Some((Subject::Discard, "kept its private copies")),
        FileRequest::WriteBack(_) => Some((Subject::Write, "did not get its edits written")),
        FileRequest::PutBack { .. } => Some((Subject::Write, "did not get back what stood there")),
        FileRequest::FindDifference { .. } => Some((Subject::Compare, "was not compared")),
        FileRequest::Export { .. } => Some((Subject::Save, "was not saved as you asked")),
    }
}

/// Why an order did not reach its mapping.
pub(super) fn not_asked_words(why: &Refusal) -> &'static str {
    match why {
        Refusal::Gone => "its mapping is another one by now",
        _ => "its storage has not answered for long",
    }
}
