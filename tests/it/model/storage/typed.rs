//! What each view typed last, by what the workers did: kept apart from the journals, which are to agree with it.

use super::*;

impl Storage {
    /// Takes note of what a store did for the view that asked for it.
    pub(super) fn note_stored(&mut self, asker: Option<ViewId>, news: &FileNews) {
        let FileNews::Stored {
            purpose,
            mode,
            results,
            ..
        } = news
        else {
            return;
        };
        for result in results {
            let (Some(view), StoreOutcome::Stored(old)) = (asker, &result.outcome) else {
                continue;
            };
            let at = usize::try_from(result.offset).unwrap();
            for ((at, byte), old) in (at..).zip(&result.bytes).zip(old) {
                match (purpose, mode) {
                    (Purpose::Edit, Mode::Private) if !self.dropping.contains(&view) => {
                        self.newest.insert((view, at), *byte);
                        let file = &self.disk[&self.homes[&view]];
                        if old == byte && file[at] == *byte {
                            self.was_there.insert((view, at));
                        } else {
                            self.was_there.remove(&(view, at));
                        }
                    }
                    (Purpose::Reapply, _) => {}
                    _ => {
                        self.newest.remove(&(view, at));
                    }
                }
            }
        }
    }

    /// The file held `before`. What was typed where it stood already was in the file, and whoever wrote there since wrote
    /// over it.
    pub(super) fn note_overwritten(&mut self, inode: u64, before: &[u8]) {
        let now = &self.disk[&inode];
        let homes = &self.homes;
        let is_over = |(view, at): &(ViewId, usize)| {
            homes.get(view) == Some(&inode) && before[*at] != now[*at]
        };
        for place in self.was_there.extract_if(.., is_over) {
            self.newest.remove(&place);
        }
    }
}
