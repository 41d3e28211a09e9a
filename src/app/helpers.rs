//! What the shell keeps beside the open files: the dialog, path completion.

use crate::model::Completed;
use crate::model::effect::PickRequest;
use crate::model::event::Event;
use crate::work::completion::Completion;
use crate::work::picker::{PickKind, PickOutcome, Picker};

use super::Shell;

impl Shell {
    /// Shows the native dialog. An earlier one ends on a thread of its own: its helper may take its time.
    pub(super) fn pick(&mut self, request: &PickRequest) {
        let report = self.report();
        let kind = if request.save {
            PickKind::Save
        } else {
            PickKind::Open
        };
        let number = request.number;
        let picker = Picker::start(
            &self.program,
            request.folder.as_deref(),
            kind,
            move |outcome| {
                let picked = match outcome {
                    PickOutcome::Chosen(path) => Ok(Some(path)),
                    PickOutcome::Cancelled => Ok(None),
                    PickOutcome::Failed(message) => Err(message),
                };
                report(Event::Picked(number, picked));
            },
        );
        if let Some(earlier) = self.picker.replace(picker) {
            earlier.cancel();
            let thread = std::thread::Builder::new().name("goodbye".to_owned());
            let _ = thread.spawn(move || drop(earlier));
        }
    }

    pub(super) fn complete(&mut self, text: &str) {
        if self.completion.is_none() {
            let report = self.report();
            self.completion = Completion::spawn(move |list| {
                let completed = list.entries.into_iter().map(|entry| Completed {
                    text: entry.text,
                    path: entry.path,
                    is_folder: entry.is_dir,
                });
                report(Event::Completions(list.typed, completed.collect()));
            })
            .ok();
        }
        if let Some(completion) = &self.completion {
            completion.request(text);
        }
    }
}
