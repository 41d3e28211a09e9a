//! What workers and the kernel report. What comes from a file or a process is taken only under the identity that it was
//! said under: of a closed file, an earlier generation, or an order that is not waited for, nothing is shown.

use super::App;
use super::closing::Settled;
use super::doc::{Doc, Out};
use super::editing::stores_of;
use super::effect::{Effect, FileOrder, FileRequest, Purpose};
use super::event::{Event, FileEvent, FileNews, StoreOutcome, StoreResult};
use super::identity::{DocId, OrderId, Target};
use super::pending::Under;
use super::process::{Failure, Refusal};
use super::storing::Answer;
use super::tray::RefusedOrder;

impl App {
    /// Takes note of what happened outside.
    pub fn take(&mut self, event: Event) -> Vec<Effect> {
        let mut effects = Vec::new();
        match event {
            Event::Opened(doc, opened) => self.opened(doc, *opened, &mut effects),
            Event::OpenFailed(doc, message) => self.open_failed(doc, message, &mut effects),
            Event::File(event) => self.file_said(event, &mut effects),
            Event::Waiting(doc, seconds) => {
                self.in_doc(doc, &mut effects, |doc, _| doc.waits(seconds));
            }
            Event::Peer(event) => self.peer_said(event, &mut effects),
            Event::Picked(number, result) => self.picked(number, result, &mut effects),
            Event::Completions(text, list) => self.completions_came(&text, list),
            Event::LabCatalogue(list) => self.lab_listed(list),
            Event::Lab(progress) => self.lab_told(*progress),
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
        let settled = self.in_doc(id, effects, |doc, out| doc.take(event, out));
        if let Some(Some(settled)) = settled {
            self.settled(id, settled, effects);
        }
    }

    /// What was typed and could not be stored stands in the tray too: the message about it goes with the next key.
    fn not_stored(&mut self, target: Target, number: OrderId, results: &[StoreResult]) {
        for result in results {
            if let StoreOutcome::Refused(why) = &result.outcome {
                self.tray.put(RefusedOrder {
                    number,
                    doc: target.doc,
                    name: self.name_of(target.doc),
                    through: "the view".to_owned(),
                    offset: result.offset,
                    bytes: result.bytes.clone(),
                    why: Refusal::Failed(Failure {
                        message: why.clone(),
                        errno: None,
                    }),
                });
            }
        }
    }

    fn name_of(&self, doc: DocId) -> String {
        self.doc_by(doc)
            .map_or_else(|| "a file that is closed".to_owned(), Doc::name)
    }

    /// An order that stores something was not carried out: it stands in the tray, with its bytes.
    pub(super) fn refused(&mut self, order: &FileOrder, why: &Refusal) {
        let id = order.target.doc;
        let name = self.name_of(id);
        for (offset, bytes) in stores_of(order) {
            self.tray.put(RefusedOrder {
                number: order.number,
                doc: id,
                name: name.clone(),
                through: match order.request {
                    FileRequest::WitnessStore { .. } => "a witness of this process".to_owned(),
                    _ => "the view".to_owned(),
                },
                offset,
                bytes,
                why: why.clone(),
            });
        }
    }
}

impl Doc {
    /// Takes what its worker says.
    fn take(&mut self, event: FileEvent, out: &mut Out<'_>) -> Option<Settled> {
        let FileEvent {
            target,
            number,
            news,
        } = event;
        let mapping = target.mapping;
        match (news, number) {
            (FileNews::Refused(request, why), Some(number)) => {
                return self.not_done(number, &request, &why, out);
            }
            (FileNews::Looked(look), _) => {
                if self.is_now(target) {
                    self.looked(mapping, *look, out);
                }
            }
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
            (FileNews::CopiesLost(spans), _) => {
                if self.is_now(target) {
                    self.lost_in(mapping, &spans);
                }
            }
            (FileNews::Witness(id, state), _) => self.witness_said(target, id, state),
            (news @ FileNews::WitnessStored { .. }, _) => self.witness_stored(news),
            (FileNews::Facts(facts), _) => {
                if self.focused_target() == target {
                    self.facts = Some(*facts);
                }
            }
            (FileNews::Progress { done, total }, Some(number)) => {
                self.progressed(number, done, total);
            }
            (FileNews::Exported(outcome), Some(number)) => return self.exported(number, outcome),
            // nothing follows from having given pages back; an answer without the number of its order answers nothing
            (FileNews::GaveBack, _)
            | (
                FileNews::Refused(..)
                | FileNews::Peeked(_)
                | FileNews::Stored { .. }
                | FileNews::Flushed(_)
                | FileNews::Discarded(_)
                | FileNews::WroteBack(_)
                | FileNews::Progress { .. }
                | FileNews::Exported(_),
                None,
            ) => {}
        }
        None
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
            Some((view, Under::Remap { .. })) => self.remap_is_over(*view),
            _ => String::new(),
        };
        self.peek_refused(number, why);
        if !is_job && ended.is_none() && !is_added {
            return None; // a look, or what stands in the tray
        }
        let what = match request {
            // looks are asked for again, or stand for nothing
            FileRequest::Look(_)
            | FileRequest::Peek(_)
            | FileRequest::Watch(_)
            | FileRequest::Facts(_)
            | FileRequest::GiveBack(_)
            | FileRequest::AllowWriting
            | FileRequest::DropView
            // and these stand in the tray
            | FileRequest::Store(_)
            | FileRequest::WitnessStore { .. } => None,
            FileRequest::Remap { .. } => Some("was not mapped anew"),
            FileRequest::AddView { .. } => Some("has no second view"),
            FileRequest::Flush => Some("was not flushed"),
            FileRequest::Discard(_) => Some("kept its private copies"),
            FileRequest::WriteBack(_) => Some("did not get its edits written"),
            FileRequest::Export { .. } => Some("was not saved as you asked"),
        };
        if let Some(what) = what {
            let why = not_asked_words(why);
            let message = format!("{} {what}: {why}{typed}", self.name());
            self.failed(message);
        }
        if let Some((view, _)) = ended {
            self.go_on(view, out);
        }
        if is_added { None } else { self.stay() }
    }
}

/// Why an order did not reach its mapping.
pub(super) fn not_asked_words(why: &Refusal) -> &'static str {
    match why {
        Refusal::Gone => "its mapping is another one by now",
        _ => "its storage has not answered for long",
    }
}
