//! What is done again for each entry of *What happened*, and what is only told.
//!
//! It owns the reasons why something is not done. It must not know how a step is carried out.

use crate::bytes::Span;
use crate::bytes::said::bytes_said;
use crate::lab::script::store;
use crate::model::happened::{By, Fate, Happening, How, KeptBytes, Occurrence, ProcessName, Sync};
use crate::model::process::EndHow;
use crate::peer::calls::{Advice, Call, SyncHow};

use super::player::{FILE, Player, Through, through_process};

/// Why what was not done is not done.
const NOT_DONE: &str = "not done here either";
/// Why what changes no byte is not done.
const NO_BYTE: &str = "not done here: it changes no byte that anybody sees";

impl Player<'_> {
    pub(super) fn entry(&mut self, entry: &Happening) {
        match (&entry.fate, &entry.what) {
            (
                Fate::Done,
                Occurrence::Wrote {
                    how, offset, new, ..
                },
            ) => {
                self.wrote(entry, *how, *offset, new);
            }
            (Fate::Done, _) => self.other(entry),
            (Fate::Faulted(death), Occurrence::Wrote { offset, new, .. }) => {
                let By::Process(name) = &entry.by else {
                    return self.tell(entry, NOT_DONE);
                };
                let Some(peer) = self.process(name).filter(|_| self.is_mapped(*offset)) else {
                    return self.tell(entry, "not done here: that process is gone");
                };
                let what = format!(
                    "{}, which ends it",
                    store_words(new, *offset, "m", entry.number)
                );
                let told = self
                    .script
                    .attempt(peer, what, store("m", *offset, &new.bytes));
                self.script
                    .expect_killed(told, &death.signal, death.code.as_deref());
                self.gone((name.mapping, name.generation));
            }
            (Fate::NotKnown(_), _) => {
                self.tell(entry, "not done here, as whether it was done is not known");
                self.lacks(entry, entry.span());
            }
            (Fate::Changed(_) | Fate::Refused(_) | Fate::Faulted(_), _) => {
                self.tell(entry, NOT_DONE);
            }
        }
    }

    /// Says what happened, and why it is not done again.
    pub(super) fn tell(&mut self, entry: &Happening, why: &str) {
        let what = format!("entry {}: {}", entry.number, entry.words());
        self.script.note(&what, why);
    }

    fn is_mapped(&self, offset: u64) -> bool {
        offset < self.most_len
    }

    fn wrote(&mut self, entry: &Happening, how: How, offset: u64, new: &KeptBytes) {
        let end = offset + new.bytes.len() as u64;
        if end > self.len || new.bytes.is_empty() {
            self.tell(
                entry,
                "not done here: the file is not as long by the entries before",
            );
            return self.lacks(entry, Span::at(offset, new.len));
        }
        let is_call = how == How::WriteBack || matches!(entry.by, By::Calls { .. } | By::Somebody);
        if is_call {
            let peer = if entry.by == By::Somebody {
                self.somebody()
            } else {
                self.mapscope
            };
            let what = format!(
                "writes {} at {offset} of {FILE} by pwrite, entry {}",
                bytes_said(&new.bytes, new.bytes.len() as u64),
                entry.number
            );
            let call = Call::Write {
                file: FILE.to_owned(),
                at: offset,
                bytes: new.bytes.clone(),
            };
            self.script.must(peer, what, call);
        } else {
            let through = self.through(entry);
            let Some((peer, through)) = through.and_then(|it| Some((self.peer_of(&it)?, it)))
            else {
                self.tell(entry, "not done here: that process is gone");
                return self.lacks(entry, Span::at(offset, new.len));
            };
            let what = store_words(new, offset, &through.map, entry.number);
            self.script
                .must(peer, what, store(&through.map, offset, &new.bytes));
        }
        if !new.is_whole() {
            let kept = new.bytes.len();
            self.lacks(entry, Span::at(end, new.len - kept as u64));
            self.tell(
                entry,
                &format!(
                    "only its first {kept} bytes were kept, so that the others are not written here"
                ),
            );
        }
        self.rows(entry, new);
    }

    /// The mapping that an entry's store went through; `None` for a call, and for a process that is gone.
    pub(super) fn through(&mut self, entry: &Happening) -> Option<Through> {
        if self.most_len == 0 {
            return None;
        }
        match &entry.by {
            By::View { target, mode } => Some(self.view(*target, *mode)),
            By::SecondMapping { .. } => Some(self.second(&entry.own_rows)),
            By::Process(name) => {
                self.process(name)?;
                Some(through_process((name.mapping, name.generation)))
            }
            By::Calls { .. } | By::Somebody => None,
        }
    }

    /// What was stored there, or may have been, is not stored here: a private mapping may have copies that no entry tells of,
    /// and whoever looks may find other bytes than it did.
    fn lacks(&mut self, entry: &Happening, span: Option<Span>) {
        let Some(span) = span else { return };
        if entry.reaches_file() {
            self.doubtful.push(span);
        } else if let Some(through) = self.through(entry) {
            self.is_unsure(through, span);
        }
    }

    /// A private mapping may have copies there that no entry tells of.
    fn is_unsure(&mut self, through: Through, span: Span) {
        if self.is_private(&through) {
            let pages = self.session.pages(span);
            self.unsure.push((through, pages));
        }
    }

    fn other(&mut self, entry: &Happening) {
        match &entry.what {
            Occurrence::WroteMore { hull, .. } => {
                self.tell(entry, "not done here: its bytes were not kept");
                self.lacks(entry, Some(*hull));
            }
            Occurrence::Started => {
                if let By::Process(name) = &entry.by {
                    self.start(name);
                }
            }
            Occurrence::Forked { child } => self.forked(entry, child),
            Occurrence::Ended { how, .. } => self.ended(entry, how),
            Occurrence::Synced(sync) => self.synced(entry, sync),
            Occurrence::Discarded { span, .. } => self.discarded(entry, *span),
            Occurrence::Mapped {
                mode: Some(mode), ..
            } => {
                if let By::View { target, .. } = &entry.by
                    && self.most_len > 0
                {
                    self.view(*target, *mode);
                }
            }
            Occurrence::Grew { to, .. } => self.has_length(entry, *to, true),
            Occurrence::Shrank { to, .. } => self.has_length(entry, *to, false),
            Occurrence::Signalled(_) => self.tell(entry, NO_BYTE),
            Occurrence::CopiesLost { .. } => self.tell(entry, "nothing to do: it comes of itself"),
            Occurrence::Conflicts { .. } | Occurrence::Mapped { .. } => self.tell(entry, NOT_DONE),
            Occurrence::Replaced { .. } | Occurrence::Deleted | Occurrence::InPlace => {
                self.tell(
                    entry,
                    "not done here: whoever maps the file keeps it, whatever its path names",
                );
            }
            Occurrence::Wrote { .. } => {}
        }
    }

    fn forked(&mut self, entry: &Happening, child: &ProcessName) {
        let By::Process(parent) = &entry.by else {
            return self.tell(entry, "not done here: who forked it is not known");
        };
        let is_there = self.process(parent).is_some();
        if !is_there || !self.fork((parent.mapping, parent.generation), child) {
            return self.tell(entry, "not done here: that process is gone");
        }
        // It may have forked before it made these copies, though the child told of itself after that.
        let by_parent = |it: &&Happening| it.by == entry.by && it.crosses(entry) && it.is_store();
        for store in self.session.entries.iter().filter(by_parent) {
            if let Some(span) = store.span() {
                self.is_unsure(through_process((child.mapping, child.generation)), span);
            }
        }
    }

    fn ended(&mut self, entry: &Happening, how: &EndHow) {
        let By::Process(name) = &entry.by else { return };
        let key = (name.mapping, name.generation);
        let known = self.actors.get(&key).copied();
        let Some(actor) = known.filter(|actor| !actor.is_gone) else {
            return; // a step before ended it
        };
        match how {
            EndHow::Killed(_) | EndHow::Faulted(_) | EndHow::Stuck => {
                let what = format!(
                    "ends by abort(3), entry {}: {}",
                    entry.number,
                    entry.words()
                );
                let told = self.script.attempt(actor.peer, what, Call::Abort);
                self.script.expect_killed(told, "SIGABRT", None);
            }
            EndHow::Exited(_) | EndHow::WithParent | EndHow::Unknown | EndHow::NotUnderstood(_) => {
                self.tell(
                    entry,
                    "here it stays until the program ends, and does nothing more",
                );
            }
        }
        self.gone(key);
    }

    fn synced(&mut self, entry: &Happening, sync: &Sync) {
        let span = match sync {
            Sync::Written(span) => *span,
            Sync::Private => Span::at(0, self.len).unwrap_or(Span::empty(0)),
            Sync::Asked | Sync::EarlierFailure(_) => return self.tell(entry, NOT_DONE),
        };
        let Some(through) = self.through(entry).filter(|_| !span.is_empty()) else {
            return self.tell(entry, "not done here: nothing is mapped");
        };
        let pages = self.session.pages(span);
        let call = Call::Sync {
            map: through.map.clone(),
            at: pages.start(),
            len: pages
                .len()
                .min(self.most_len - pages.start().min(self.most_len)),
            how: SyncHow::Sync,
        };
        let what = format!(
            "calls msync with MS_SYNC of {}, entry {}",
            through.map, entry.number
        );
        let told = self.script.attempt(self.mapscope, what, call);
        self.script.expect_done(told);
    }

    fn discarded(&mut self, entry: &Happening, span: Option<Span>) {
        let through = self.through(entry);
        let (Some(through), Some(span)) = (through, span.filter(|span| !span.is_empty())) else {
            return self.tell(entry, "not done here: which pages is not known");
        };
        let pages = self.session.pages(span);
        let call = Call::Advise {
            map: through.map.clone(),
            at: pages.start(),
            len: pages
                .len()
                .min(self.most_len - pages.start().min(self.most_len)),
            advice: Advice::DontNeed,
        };
        let what = format!(
            "says MADV_DONTNEED of {pages} of {}, entry {}",
            through.map, entry.number
        );
        self.script.must(self.mapscope, what, call);
        let is_within = |it: &Span| it.start() >= pages.start() && it.end() <= pages.end();
        self.unsure
            .retain(|(known, span)| *known != through || !is_within(span));
    }

    fn has_length(&mut self, entry: &Happening, len: u64, grows: bool) {
        let somebody = self.somebody();
        let what = format!("makes {FILE} {len} bytes long, entry {}", entry.number);
        let call = Call::Truncate {
            file: FILE.to_owned(),
            len,
        };
        self.script.must(somebody, what, call);
        self.len = len;
        if grows {
            self.bring_known();
        }
    }
}

fn store_words(new: &KeptBytes, offset: u64, map: &str, number: u64) -> String {
    let bytes = bytes_said(&new.bytes, new.bytes.len() as u64);
    format!("stores {bytes} at {offset} of {map}, entry {number}")
}
