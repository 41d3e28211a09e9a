//! Whom the worker has watched beside its own witnesses: other programs that map the file or have it open.
//!
//! It owns the watcher and what it is told: the same bytes, from the same view, for as long as those are watched. The
//! looking itself is done by a thread of its own.

use std::path::Path;
use std::sync::Arc;

use crate::map::{FileKey, Unavailable};
use crate::model::event::Event;
use crate::model::identity::Target;
use crate::model::others::{LookStuck, OthersEvent, OthersNews};
use crate::work::others::{OthersWatcher, OthersWish};

use super::serve::Worker;

/// The watcher, once something is to be watched, and what it was told.
#[derive(Default)]
pub(super) struct WatchedOthers {
    watcher: Option<OthersWatcher>,
    wish: Option<OthersWish>,
    /// What they see is to be said also where it is as before.
    is_anew: bool,
    stuck: Option<LookStuck>,
}

impl Worker {
    /// The watcher follows what the witnesses watch; and where it does not come back, that is told in its stead.
    pub(super) fn tend_others(&mut self, program: &Path) {
        let wish = self.others_wish();
        let is_anew = std::mem::take(&mut self.others.is_anew);
        if wish != self.others.wish || is_anew {
            self.others.wish = wish;
            self.others.stuck = None;
            self.watch_others(wish, program);
        }
        let watcher = self.others.watcher.as_mut();
        let stuck = watcher.and_then(OthersWatcher::go_round);
        if let Some(wish) = wish
            && stuck != self.others.stuck
        {
            self.others.stuck = stuck;
            self.say_of_others(wish.target, OthersNews::Stuck(stuck));
        }
    }

    /// Somebody may have stored something: that others do not see it is known by what they read after it.
    pub(super) fn read_others_anew(&mut self) {
        self.others.is_anew = true;
    }

    fn others_wish(&self) -> Option<OthersWish> {
        let (mapping, span) = self.witnesses.watched()?;
        let view = self.views.iter().find(|view| view.id == mapping)?;
        let target = Target {
            doc: self.doc,
            mapping,
            generation: view.generation,
        };
        Some(OthersWish { target, span })
    }

    fn watch_others(&mut self, wish: Option<OthersWish>, program: &Path) {
        if let (None, Some(wish)) = (&self.others.watcher, wish) {
            match self.start_watcher(wish, program) {
                Ok(watcher) => self.others.watcher = Some(watcher),
                Err(why) => self.say_of_others(wish.target, OthersNews::Unavailable(why)),
            }
        }
        if let Some(watcher) = &self.others.watcher {
            watcher.watch(wish);
        }
    }

    fn start_watcher(
        &self,
        wish: OthersWish,
        program: &Path,
    ) -> Result<OthersWatcher, Unavailable> {
        let view = self
            .views
            .iter()
            .find(|view| view.id == wish.target.mapping);
        let key = view.and_then(|view| view.with(|mapping| FileKey::of(mapping, &self.file)));
        let key = key.unwrap_or(Err(Unavailable::NotOnThisSystem))?;
        let report = Arc::clone(&self.report);
        let own = Arc::clone(&self.board.own);
        let sink = Arc::new(move |event| report(Event::Others(event)));
        let way = Arc::clone(&self.board.way);
        OthersWatcher::spawn(key, program, own, way, sink).map_err(|error| Unavailable::Failed {
            errno: crate::map::errno_of(&error),
        })
    }

    fn say_of_others(&self, target: Target, news: OthersNews) {
        (self.report)(Event::Others(OthersEvent { target, news }));
    }
}
