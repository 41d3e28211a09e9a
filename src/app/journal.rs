//! What the shell does for the journal on disk: each on a thread of its own, as a folder may be slow.

use std::path::{Path, PathBuf};

use crate::model::effect::Effect;
use crate::model::event::Event;
use crate::model::offer::{JournalNews, OfferId, OfferPart};
use crate::os::save::{Existing, NewFile, Rights, SaveCause};

use super::Shell;

/// Names that are tried where a file is there already.
const MOST_NUMBERED: u32 = 999;

impl Shell {
    /// From now on edits are written down in `folder`, and what earlier runs left there is offered.
    pub fn keep_journal(&self, folder: PathBuf) {
        self.logbook.begin(folder);
    }

    /// What an earlier run left is decided, or to be listed.
    pub(super) fn on_offer(&mut self, effect: Effect) {
        match effect {
            Effect::Retire(offer, part) => self.retire(offer, part),
            Effect::ListOffer { offer, path, text } => self.list_offer(offer, path, text),
            _ => {}
        }
    }

    fn retire(&self, offer: OfferId, part: OfferPart) {
        let (logbook, report) = (self.logbook.clone(), self.report());
        self.aside(move || {
            if let Err(why) = logbook.retire(offer, part) {
                report(Event::Journal(JournalNews::Failed(why)));
            }
        });
    }

    fn list_offer(&self, offer: OfferId, path: PathBuf, text: String) {
        let report = self.report();
        self.aside(move || {
            let home = || {
                let name = path.file_name()?;
                Some(std::env::home_dir()?.join(name))
            };
            // where its folder is gone, or not ours to write to
            let listed = list(&path, &text).or_else(|why| {
                let instead = home().ok_or_else(|| why.clone())?;
                list(&instead, &text).map_err(|_| why)
            });
            report(Event::Journal(JournalNews::Listed(offer, listed)));
        });
    }

    fn aside(&self, work: impl FnOnce() + Send + 'static) {
        let spawned = std::thread::Builder::new()
            .name("offer".to_owned())
            .spawn(work);
        if let Err(error) = spawned {
            let why = format!("No thread could be started for this: {error}");
            self.report()(Event::Journal(JournalNews::Failed(why)));
        }
    }
}

/// Lists edits beside `path`, under a name that no file has.
fn list(path: &Path, text: &str) -> Result<PathBuf, String> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".edits");
    for number in 1..=MOST_NUMBERED {
        let mut name = name.clone();
        if number > 1 {
            name.push(format!("-{number}"));
        }
        name.push(".txt");
        let rights = Rights::of_path(path).unwrap_or(Rights::OWNER_ONLY);
        let path = path.with_file_name(name);
        let saved = NewFile::create(&path, Existing::Keep, rights).and_then(|mut file| {
            file.write_at(text.as_bytes(), 0)?;
            file.publish()
        });
        match saved {
            Ok(()) => return Ok(path),
            Err(error) if matches!(error.cause, SaveCause::Exists) => {}
            Err(error) => return Err(format!("The edits were not listed: {error}")),
        }
    }
    Err("The edits were not listed: all names beside the file are taken".to_owned())
}
