//! What the shell does for the journal on disk: each on a thread of its own, as a folder may be slow.

use std::path::{Path, PathBuf};

use crate::model::effect::{Effect, IfExists};
use crate::model::event::Event;
use crate::model::offer::{JournalNews, OfferId, OfferPart};
use crate::os::save::{Existing, Rights};
use crate::os::state_folder::state_folder;
use crate::work::copy::save_text;

use super::Shell;

impl Shell {
    /// From now on edits are written down in `folder`, and what earlier runs left there is offered.
    pub fn keep_journal(&self, folder: PathBuf) {
        self.logbook.begin(folder);
    }

    /// What an earlier run left is decided, or to be listed.
    pub(super) fn on_offer(&mut self, effect: Effect) {
        match effect {
            Effect::Retire(offer, part) => self.retire(offer, part),
            Effect::ListOffer {
                offer,
                destination,
                if_exists,
                text,
            } => self.list_offer(offer, destination, if_exists, text),
            _ => {}
        }
    }

    /// What was decided is to be on the disk when the program ends.
    fn retire(&self, offer: OfferId, part: OfferPart) {
        let (logbook, report) = (self.logbook.clone(), self.report());
        let place = state_folder().unwrap_or_default();
        self.aside(place, move || {
            if let Err(why) = logbook.retire(offer, part) {
                report(Event::Journal(JournalNews::Failed(why)));
            }
        });
    }

    fn list_offer(&self, offer: OfferId, place: PathBuf, if_exists: IfExists, text: String) {
        let report = self.report();
        self.aside(place.clone(), move || {
            let listed = list(&place, if_exists, &text).map(|()| place);
            report(Event::Journal(JournalNews::Listed(offer, listed)));
        });
    }

    /// Does something that writes to `place`; the end of the program waits for it, as long as for all that still ends.
    fn aside(&self, place: PathBuf, work: impl FnOnce() + Send + 'static) {
        let thread = std::thread::Builder::new().name("offer".to_owned());
        match thread.spawn(work) {
            Ok(thread) => self.farewell.leave_writer(thread, place),
            Err(error) => {
                let why = format!("No thread could be started for this: {error}");
                self.report()(Event::Journal(JournalNews::Failed(why)));
            }
        }
    }
}

/// Lists edits, readable by their owner alone: the file that they are of may be gone, and with it who may read it.
fn list(place: &Path, if_exists: IfExists, text: &str) -> Result<(), String> {
    let existing = match if_exists {
        IfExists::Replace => Existing::Replace,
        IfExists::Refuse | IfExists::Number => Existing::Keep,
    };
    save_text(text, place, existing, Rights::OWNER_ONLY)
        .map_err(|error| format!("The edits were not listed: {error}"))
}
