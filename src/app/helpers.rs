//! What the shell keeps beside the open file: the dialog, path completion, the peers.

use std::path::Path;

use crate::bytes::Span;
use crate::model::effect::FileRequest;
use crate::model::event::Event;
use crate::model::{Seen, WitnessId, WitnessState};
use crate::work::completion::Completion;
use crate::work::file::Report;
use crate::work::picker::{PickKind, PickOutcome, Picker};
use crate::work::witness::{self, WitnessReport, WitnessTarget, WitnessWorker};

use super::App;

impl App {
    pub(super) fn pick(&mut self, folder: Option<&Path>) {
        let report = self.report(0);
        self.picker = Some(Picker::start(
            &self.program,
            folder,
            PickKind::Open,
            move |outcome| {
                report(Event::Picked(match outcome {
                    PickOutcome::Chosen(path) => Ok(Some(path)),
                    PickOutcome::Cancelled => Ok(None),
                    PickOutcome::Failed(message) => Err(message),
                }));
            },
        ));
    }

    pub(super) fn complete(&mut self, text: &str) {
        if self.completion.is_none() {
            let report = self.report(0);
            self.completion = Completion::spawn(move |list| {
                let texts = list.entries.into_iter().map(|entry| entry.text).collect();
                report(Event::Completions(list.typed, texts));
            })
            .ok();
        }
        if let Some(completion) = &self.completion {
            completion.request(text);
        }
    }

    pub(super) fn watch(&mut self, ctx: &egui::Context, span: Option<Span>) {
        self.watch_later = None;
        if self.frames == 0 && span.is_some() {
            self.watch_later = span; // two processes would compete with the first frame
            ctx.request_repaint();
            return;
        }
        if span.is_some() && self.witnesses.is_none() {
            let report = self.report(0);
            match WitnessWorker::spawn(&self.program, move |said| said_by_peer(said, &report)) {
                Ok(worker) => self.witnesses = Some(worker),
                Err(error) => {
                    let state = WitnessState::Unavailable(format!(
                        "no thread for the other processes: {error}"
                    ));
                    for id in [WitnessId::SharedPeer, WitnessId::PrivatePeer] {
                        let _ = self.model.hear(Event::Witness {
                            id,
                            state: state.clone(),
                        });
                    }
                }
            }
            self.attach_peers();
        }
        if let Some(witnesses) = &self.witnesses {
            witnesses.watch(span);
        }
        if let Some(added) = &self.added {
            added.watch(span);
        }
        self.ask(ctx, FileRequest::Watch(span));
    }

    pub(super) fn witness_store(
        &mut self,
        ctx: &egui::Context,
        id: WitnessId,
        offset: u64,
        bytes: Vec<u8>,
    ) {
        let peer = match id {
            WitnessId::SharedPeer => witness::WitnessId::SharedPeer,
            WitnessId::PrivatePeer => witness::WitnessId::PrivatePeer,
            WitnessId::View | WitnessId::OtherMode | WitnessId::File => {
                self.ask(ctx, FileRequest::WitnessStore { id, offset, bytes });
                return;
            }
        };
        let taken = self
            .witnesses
            .as_ref()
            .is_some_and(|witnesses| witnesses.store(peer, offset, &bytes));
        if !taken {
            let note = "Not written: the other process does not answer".to_owned();
            let _ = self.model.hear(Event::WitnessNote { id, note });
        }
    }

    /// The peers map the open file as it is mapped here, unless they do already.
    pub(super) fn attach_peers(&mut self) {
        let Some(file) = self
            .file
            .as_ref()
            .and_then(|(_, worker)| worker.peer_file())
        else {
            return;
        };
        let target = WitnessTarget {
            via: file.via.into_os_string(),
            path: file.path.into_os_string(),
            identity: file.identity,
            extent: file.extent,
            writable: true,
        };
        if self.attached.as_ref() == Some(&target) {
            return;
        }
        if let Some(witnesses) = &self.witnesses {
            witnesses.attach(target.clone());
            if let Some(added) = &self.added {
                added.attach(target.clone());
            }
            self.attached = Some(target);
        }
    }
}

/// What a peer said, as the model takes it.
fn said_by_peer(said: WitnessReport, report: &Report) {
    let id = match said.id {
        witness::WitnessId::SharedPeer => WitnessId::SharedPeer,
        witness::WitnessId::PrivatePeer => WitnessId::PrivatePeer,
    };
    let state = match said.state {
        witness::WitnessState::Starting => WitnessState::Waiting,
        witness::WitnessState::Reading {
            pid,
            span,
            cells,
            pages,
        } => WitnessState::Reading {
            span,
            seen: cells.into_iter().map(Seen::from).collect(),
            page: pages.first().map(ToString::to_string).unwrap_or_default(),
            pid: Some(pid),
        },
        witness::WitnessState::Stored { .. } => {
            report(Event::WitnessNote {
                id,
                note: "written by that process".to_owned(),
            });
            return;
        }
        witness::WitnessState::StoreRefused { message } => {
            report(Event::WitnessNote {
                id,
                note: format!("Not written: {message}"),
            });
            return;
        }
        witness::WitnessState::Died {
            message,
            restarting,
        } => {
            let then = if restarting {
                "; another one is started"
            } else {
                ""
            };
            report(Event::WitnessNote {
                id,
                note: format!("{message}{then}"),
            });
            WitnessState::Waiting
        }
        witness::WitnessState::Unavailable { message } => WitnessState::Unavailable(message),
    };
    report(Event::Witness { id, state });
}
