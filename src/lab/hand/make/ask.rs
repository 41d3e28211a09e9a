//! What becomes of the things that peers are asked for.
//!
//! It must not know the order of the steps.

use crate::lab::claim::{HandActor, HandDeed, HandKind, HandPage, HandWanted};
use crate::lab::script::{Ask, Rule};
use crate::peer::calls::{
    Advice, Call, FileAccess, MapCall, MapExtra, ObjectCall, Outcome, Prot, Source, SyncHow,
};
use crate::peer::wire::PeerPage;

use super::{Maker, Placed};

/// The most bytes that rows are compared in at once.
const MOST_LOOKED: u64 = 64 << 10;

impl<'a> Maker<'a> {
    /// Takes what a peer is asked for into the list, or leaves it out.
    ///
    /// # Errors
    /// In a sentence, that no row can be told it.
    pub(super) fn ask(&mut self, ask: &'a Ask) -> Result<(), String> {
        match &ask.call {
            Call::Open { file, path, access } => self.open(ask, file, path, *access),
            Call::Close { .. } if self.peers[ask.peer.0].maps.is_empty() => Ok(()),
            Call::Map(map) => self.map(ask, map),
            Call::Unmap { map, at: 0, len } => self.unmap(ask, map, *len),
            Call::Load { map, at, len } => self.load(ask, map, *at, *len),
            Call::Touch {
                map,
                at,
                len,
                write: false,
            } => {
                let placed = self.placed(ask, map)?;
                self.look(ask, &placed, *at, *len, HandWanted::Nothing)
            }
            Call::Touch {
                map,
                at,
                len,
                write: true,
            } if *len <= self.page => self.store(ask, map, *at, &[1]),
            Call::Store { map, at, bytes } => self.store(ask, map, *at, bytes),
            Call::Read { file, at, len } => self.read(ask, file, *at, *len),
            Call::Write { file, at, bytes } => self.write(ask, file, *at, bytes),
            Call::Truncate { file, len } => self.truncate(ask, file, *len),
            _ => self.ask_more(ask),
        }
    }

    /// The same of what no mapping stores or shows.
    fn ask_more(&mut self, ask: &'a Ask) -> Result<(), String> {
        match &ask.call {
            Call::Sync {
                how: SyncHow::Sync, ..
            } => {
                self.must_be_done(ask)?;
                self.put(HandDeed::Sync, self.name(ask.peer));
                Ok(())
            }
            Call::Advise {
                advice: Advice::NoHugePage,
                ..
            } => Ok(()),
            Call::Advise {
                map,
                at,
                len,
                advice: Advice::DontNeed,
            } => {
                let at = self.placed(ask, map)?.offset + at;
                self.must_be_done(ask)?;
                self.put(HandDeed::Discard { at, len: *len }, self.name(ask.peer));
                Ok(())
            }
            Call::Pages { map, at, len } => self.pages(ask, map, *at, *len),
            Call::Length { .. }
            | Call::Maps { .. }
            | Call::Sums { .. }
            | Call::Memory
            | Call::Faults
            | Call::Cache { .. }
            | Call::Object(ObjectCall::Stat { .. }) => {
                self.is_told(ask);
                Ok(())
            }
            _ => Err(self.cannot(ask)),
        }
    }

    fn open(
        &mut self,
        ask: &Ask,
        file: &str,
        path: &std::ffi::OsStr,
        access: FileAccess,
    ) -> Result<(), String> {
        self.must_be_done(ask)?;
        let is_known = path.to_str().is_some_and(|path| self.is_file(path));
        if !is_known || access == FileAccess::Direct {
            return Err(self.cannot(ask));
        }
        let open = &mut self.peers[ask.peer.0].open;
        open.insert(file.to_owned(), access);
        Ok(())
    }

    fn map(&mut self, ask: &Ask, call: &MapCall) -> Result<(), String> {
        self.must_be_done(ask)?;
        let name = self.name(ask.peer);
        let kind = match (call.shared, call.prot) {
            (true, Prot::ReadWrite) => HandKind::Shared,
            (true, Prot::Read) => HandKind::ReadOnly,
            (false, Prot::ReadWrite) => HandKind::Private,
            _ => return Err(self.cannot(ask)),
        };
        let is_of_file = matches!(&call.source, Source::File(file)
            if self.peers[ask.peer.0].open.contains_key(file));
        let is_usual = call.extra == MapExtra::default() && call.offset.is_multiple_of(self.page);
        if !is_of_file || !is_usual || call.len == 0 {
            return Err(self.cannot(ask));
        }
        self.reach(ask, call)?;
        let n_live = self.peers[ask.peer.0].maps.len();
        let actor = match (self.cast.view == Some(ask.peer), n_live) {
            (false, _) => HandActor::Process(name.to_owned()),
            (true, 0) => HandActor::View(name.to_owned()),
            (true, 1) => HandActor::Second(name.to_owned()),
            (true, _) => return Err(self.cannot(ask)),
        };
        self.add(ask, call, &actor, kind)?;
        let placed = Placed {
            actor,
            offset: call.offset,
            len: call.len,
            kind,
        };
        let maps = &mut self.peers[ask.peer.0].maps;
        maps.insert(call.map.clone(), placed);
        Ok(())
    }

    /// The file is as long as the mapping, or is made so at first and cut.
    fn reach(&mut self, ask: &Ask, call: &MapCall) -> Result<(), String> {
        let end = call.offset + call.len;
        if end <= self.file_len.next_multiple_of(self.page) {
            return Ok(());
        }
        let is_begun = self
            .items
            .iter()
            .any(|item| !matches!(item.deed, HandDeed::Add { .. } | HandDeed::Window { .. }));
        // That an mmap past the end is granted cannot be seen by cutting the file.
        if is_begun || !ask.is_needed || end > crate::lab::claim::HAND_BYTES {
            return Err(self.cannot(ask));
        }
        self.made_len = self.made_len.max(end.next_multiple_of(self.page));
        self.is_to_cut = true;
        Ok(())
    }

    /// What makes a mapping: a process, unless it is this program's.
    fn add(
        &mut self,
        ask: &Ask,
        call: &MapCall,
        actor: &HandActor,
        kind: HandKind,
    ) -> Result<(), String> {
        let name = self.name(ask.peer);
        match actor {
            HandActor::Process(_) => {
                let part = (call.offset > 0).then_some((call.offset, call.len));
                if part.is_some() {
                    self.put(HandDeed::Window { part }, name);
                }
                let name = name.to_owned();
                self.put(HandDeed::Add { name, kind }, self.name(ask.peer));
                if part.is_some() {
                    self.put(HandDeed::Window { part: None }, self.name(ask.peer));
                }
            }
            _ if kind == HandKind::ReadOnly || call.offset > 0 => return Err(self.cannot(ask)),
            HandActor::Second(_) => {
                let shared = kind == HandKind::Shared;
                // The second mapping of this program is of the other mode.
                if shared == self.cast.is_shared {
                    self.put(HandDeed::SecondView, name);
                    self.put(HandDeed::SecondMode { shared }, name);
                }
            }
            HandActor::View(_) | HandActor::Calls => {}
        }
        Ok(())
    }

    /// The mapping of that name.
    fn placed(&self, ask: &Ask, map: &str) -> Result<Placed, String> {
        let placed = self.peers[ask.peer.0].maps.get(map);
        placed.cloned().ok_or_else(|| self.cannot(ask))
    }

    /// A mapping goes as a whole: with the process that has it.
    fn unmap(&mut self, ask: &Ask, map: &str, len: u64) -> Result<(), String> {
        self.must_be_done(ask)?;
        let placed = self.placed(ask, map)?;
        let HandActor::Process(name) = placed.actor else {
            return Err(self.cannot(ask));
        };
        if len != placed.len {
            return Err(self.cannot(ask));
        }
        self.put(HandDeed::End { name }, self.name(ask.peer));
        self.peers[ask.peer.0].maps.clear();
        Ok(())
    }

    fn load(&mut self, ask: &Ask, map: &str, at: u64, len: u64) -> Result<(), String> {
        let rules = self.rules(ask.id);
        if rules.is_empty() {
            return Ok(()); // it brings a page in, which each reading of a row does
        }
        if !self.peers[ask.peer.0].maps.contains_key(map) {
            return Ok(()); // its row went with its mapping: nobody is there to be looked at
        }
        let placed = self.placed(ask, map)?;
        let from = placed.offset + at;
        let ends = self.file_len.next_multiple_of(self.page);
        if from >= ends {
            let signal = match self.rules(ask.id) {
                [Rule::Killed(_, signal, _)] if from < self.made_len => signal.clone(),
                _ => {
                    self.is_told(ask);
                    return Ok(());
                }
            };
            return self.look(ask, &placed, at, len, HandWanted::PastEnd(signal));
        }
        match self.wanted(ask) {
            // What lies in the last page past the end of the file no row shows.
            Some(wanted) if from + len <= self.file_len => {
                self.look(ask, &placed, at, len, HandWanted::Bytes(wanted))
            }
            _ => {
                self.is_told(ask);
                Ok(())
            }
        }
    }

    /// The bytes that are expected, where bytes are.
    fn wanted(&self, ask: &Ask) -> Option<Vec<Vec<u8>>> {
        let bytes = |rule: &Rule| match rule {
            Rule::Is(_, Outcome::Bytes { bytes }) => Some(bytes.clone()),
            _ => None,
        };
        match self.rules(ask.id) {
            [Rule::Any(rules)] => rules.iter().map(bytes).collect(),
            [rule] => Some(vec![bytes(rule)?]),
            _ => None,
        }
    }

    fn look(
        &mut self,
        ask: &Ask,
        placed: &Placed,
        at: u64,
        len: u64,
        wanted: HandWanted,
    ) -> Result<(), String> {
        if len > MOST_LOOKED {
            return Err(self.cannot(ask));
        }
        let deed = HandDeed::Look {
            by: placed.actor.clone(),
            at: placed.offset + at,
            len,
            wanted,
        };
        self.put(deed, self.name(ask.peer));
        Ok(())
    }

    fn store(&mut self, ask: &Ask, map: &str, at: u64, bytes: &[u8]) -> Result<(), String> {
        let placed = self.placed(ask, map)?;
        let at = placed.offset + at;
        let name = self.name(ask.peer);
        let bytes = bytes.to_vec();
        // Past the end of the file no row stores.
        if at + bytes.len() as u64 > self.file_len {
            return Err(self.cannot(ask));
        }
        let deed = match (self.rules(ask.id), placed.kind, placed.actor) {
            ([Rule::Killed(_, signal, _)], HandKind::ReadOnly, HandActor::Process(name)) => {
                HandDeed::Fault {
                    name,
                    at,
                    bytes,
                    signal: signal.clone(),
                }
            }
            (_, HandKind::Shared | HandKind::Private, by) => {
                self.must_be_done(ask)?;
                HandDeed::Store { by, at, bytes }
            }
            _ => return Err(self.cannot(ask)),
        };
        self.put(deed, name);
        Ok(())
    }

    fn read(&mut self, ask: &Ask, file: &str, at: u64, len: u64) -> Result<(), String> {
        let Some(wanted) = self.wanted(ask) else {
            self.is_told(ask);
            return Ok(());
        };
        self.knows(ask, file)?;
        // A read ends with the file.
        let len = len.min(self.file_len.saturating_sub(at));
        if len == 0 || len > MOST_LOOKED {
            self.is_told(ask);
            return Ok(());
        }
        let deed = HandDeed::Look {
            by: HandActor::Calls,
            at,
            len,
            wanted: HandWanted::Bytes(wanted),
        };
        self.put(deed, self.name(ask.peer));
        Ok(())
    }

    /// The peer has the scratch file open by that name.
    fn knows(&self, ask: &Ask, file: &str) -> Result<(), String> {
        if self.peers[ask.peer.0].open.contains_key(file) {
            Ok(())
        } else {
            Err(self.cannot(ask))
        }
    }

    fn write(&mut self, ask: &Ask, file: &str, at: u64, bytes: &[u8]) -> Result<(), String> {
        self.must_be_done(ask)?;
        self.knows(ask, file)?;
        self.file_len = self.file_len.max(at + bytes.len() as u64);
        let bytes = bytes.to_vec();
        self.put(HandDeed::Write { at, bytes }, self.name(ask.peer));
        Ok(())
    }

    fn truncate(&mut self, ask: &Ask, file: &str, to: u64) -> Result<(), String> {
        self.must_be_done(ask)?;
        self.knows(ask, file)?;
        let from = self.file_len;
        self.put(HandDeed::Length { from, to }, self.name(ask.peer));
        self.file_len = to;
        Ok(())
    }

    fn pages(&mut self, ask: &Ask, map: &str, at: u64, len: u64) -> Result<(), String> {
        let page = |page: &PeerPage| match page {
            PeerPage::FilePage => Some(HandPage::OfFile),
            PeerPage::PrivateCopy | PeerPage::Swapped => Some(HandPage::Copy),
            PeerPage::NotPresent | PeerPage::Unavailable(_) => None,
        };
        let wanted: Option<Vec<HandPage>> = match self.rules(ask.id) {
            [Rule::Pages(_, pages)] if len <= MOST_LOOKED => pages.iter().map(page).collect(),
            _ => None,
        };
        let Some(wanted) = wanted else {
            // A row is looked at by loading from it: of a page that is to be absent that tells nothing.
            self.is_told(ask);
            return Ok(());
        };
        let placed = self.placed(ask, map)?;
        let deed = HandDeed::Pages {
            by: placed.actor.clone(),
            at: placed.offset + at,
            len,
            wanted,
        };
        self.put(deed, self.name(ask.peer));
        Ok(())
    }
}
