//! Puts a session together as a script, entry by entry.
//!
//! It owns who there is: mapscope with its mappings, the processes, somebody. What is done for each kind of entry stands in
//! `told.rs`, what rows have to see in `rows.rs`.

use std::collections::BTreeMap;

use crate::bytes::Span;
use crate::lab::claim::{Contents, Environment};
use crate::lab::export::MOST_STEPS;
use crate::lab::script::{Peer, Script, ScriptStep, private, shared};
use crate::map::Mode;
use crate::model::happened::{Occurrence, OwnRows, ProcessName};
use crate::model::session::Session;
use crate::model::{Generation, MappingId, Target};
use crate::peer::calls::{Call, FileAccess, MapCall, MapFlag, Prot};

use super::crossed::Crossed;
use super::known::{Bytes, Known, known_words, runs};

/// The scratch file.
pub(super) const FILE: &str = "f";
/// What a process's mapping is called.
const MAP: &str = "m";
/// The second mapping.
const SECOND: &str = "second";
/// Room that is left for the last steps.
const RESERVE: usize = 200;
/// The longest run of bytes that is written at once.
const RUN: usize = 4096;

/// A mapping that the session goes through: of a process, or of mapscope by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Through {
    pub(super) peer: PeerKey,
    /// Its name.
    pub(super) map: String,
}

/// Whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PeerKey {
    Mapscope,
    Process(MappingId, Generation),
}

/// A process of the session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Actor {
    pub(super) peer: Peer,
    pub(super) parent: Option<(MappingId, Generation)>,
    pub(super) is_private: bool,
    pub(super) is_gone: bool,
}

/// A mapping of mapscope's own, as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Own {
    target: Target,
    mode: Mode,
    second: u64,
}

/// Puts the script together.
pub(super) struct Player<'a> {
    pub(super) session: &'a Session,
    pub(super) script: Script,
    pub(super) mapscope: Peer,
    somebody: Option<Peer>,
    own: BTreeMap<String, Own>,
    views: Vec<MappingId>,
    pub(super) actors: BTreeMap<(MappingId, Generation), Actor>,
    names: Vec<String>,
    /// How long the file is by now, in bytes.
    pub(super) len: u64,
    /// How long every mapping is.
    pub(super) most_len: u64,
    births: std::vec::IntoIter<Bytes>,
    pub(super) n_known: u64,
    first_len: u64,
    /// Private mappings that may have copies in these pages which no entry tells of.
    pub(super) unsure: Vec<(Through, Span)>,
    /// Where the file, or a copy of it, may hold other bytes than it did.
    pub(super) doubtful: Vec<Span>,
    /// Stores of which it is not known which came first.
    pub(super) crossed: Crossed,
    /// There is no room for the entries from this one on.
    left_out: Option<u64>,
}

impl<'a> Player<'a> {
    pub(super) fn new(session: &'a Session, environment: &Environment) -> Self {
        let mut environment = environment.clone();
        environment.page_bytes = session.page_bytes;
        let (first_len, most_len) = lengths(session);
        let mut script = Script::new(&environment);
        script.file(FILE, Contents::Hole { len: first_len });
        let mapscope = script.peer("mapscope");
        script.open(mapscope, FILE);
        let mut player = Self {
            session,
            script,
            mapscope,
            somebody: None,
            own: BTreeMap::new(),
            views: Vec::new(),
            actors: BTreeMap::new(),
            names: Vec::new(),
            len: first_len,
            most_len,
            births: Known::of(&session.entries).into_iter(),
            n_known: 0,
            first_len,
            unsure: Vec::new(),
            doubtful: Vec::new(),
            crossed: Crossed::of(session),
            left_out: None,
        };
        player.n_known = player
            .births
            .as_slice()
            .first()
            .map_or(0, |it| it.len() as u64);
        player.bring_known();
        player
    }

    pub(super) fn play(&mut self) {
        for entry in &self.session.entries {
            if self.n_steps() + RESERVE + 4 * entry.saw.len() > MOST_STEPS {
                self.left_out = Some(entry.number);
                break;
            }
            self.entry(entry);
        }
    }

    fn n_steps(&self) -> usize {
        let steps = self.script.steps().iter();
        steps
            .filter(|step| !matches!(step, ScriptStep::Judge { .. }))
            .count()
    }

    /// The script, and what is known of the file's bytes, in words.
    pub(super) fn done(mut self) -> (Script, String) {
        if let Some(number) = self.left_out {
            let words = format!("there is no room for entry {number} and those after it");
            self.script.note("main goes no further", words);
        }
        // What was observed of the file's length, and that the steps went through.
        if self.left_out.is_none() {
            let len = self.session.file_len;
            self.script.expect_length(self.mapscope, FILE, len);
        }
        (self.script, known_words(self.n_known, self.first_len))
    }

    /// What the file came to hold with its beginning, or with a growth, as far as that is known.
    pub(super) fn bring_known(&mut self) {
        let known = self.births.next().unwrap_or_default();
        for (at, bytes) in runs(&known, RUN) {
            if at + bytes.len() as u64 <= self.len {
                let somebody = self.somebody();
                self.script.write(somebody, FILE, at, &bytes);
            }
        }
    }

    /// Whoever is not known.
    pub(super) fn somebody(&mut self) -> Peer {
        if let Some(peer) = self.somebody {
            return peer;
        }
        let peer = self.script.peer("somebody");
        self.script.open_as(peer, FILE, FileAccess::Write);
        self.somebody = Some(peer);
        peer
    }

    /// mapscope's mapping that a view shows, in this mode; made where it is not there yet.
    pub(super) fn view(&mut self, target: Target, mode: Mode) -> Through {
        let place = self.views.iter().position(|known| *known == target.mapping);
        let place = place.unwrap_or_else(|| {
            self.views.push(target.mapping);
            self.views.len() - 1
        });
        let name = match place {
            0 => "view".to_owned(),
            n => format!("view{}", n + 1),
        };
        self.own(
            name,
            Own {
                target,
                mode,
                second: 0,
            },
        )
    }

    /// Its second mapping, of the mode that the view has not.
    pub(super) fn second(&mut self, rows: &OwnRows) -> Through {
        let (target, mode) = rows.view;
        let mode = match mode {
            Mode::Private => Mode::Shared,
            Mode::Shared => Mode::Private,
        };
        let second = rows.second;
        self.own(
            SECOND.to_owned(),
            Own {
                target,
                mode,
                second,
            },
        )
    }

    fn own(&mut self, map: String, wanted: Own) -> Through {
        let before = self.own.insert(map.clone(), wanted);
        let peer = self.mapscope;
        if before.is_some_and(|before| before != wanted) {
            let call = Call::Unmap {
                map: map.clone(),
                at: 0,
                len: self.most_len,
            };
            self.script.must(peer, format!("unmaps {map}"), call);
            self.unsure.retain(|(through, _)| through.map != map);
        }
        if before != Some(wanted) {
            let call = self
                .map_call(wanted.mode == Mode::Private, false)
                .named(&map);
            self.script.map(peer, call);
            let through = Through {
                peer: PeerKey::Mapscope,
                map: map.clone(),
            };
            let is_first = before.is_none() && !self.is_mapped_by_entry(wanted);
            if self.session.n_forgotten > 0 && is_first && wanted.mode == Mode::Private {
                self.unsure
                    .push((through, Span::at(0, u64::MAX).unwrap_or(Span::empty(0))));
            }
        }
        Through {
            peer: PeerKey::Mapscope,
            map,
        }
    }

    /// An entry tells that it was made: it had no copy before.
    fn is_mapped_by_entry(&self, own: Own) -> bool {
        self.session.entries.iter().any(|entry| {
            let is_mapped = matches!(entry.what, Occurrence::Mapped { mode: Some(_), .. });
            is_mapped && entry.is_done() && matches!(entry.by, crate::model::happened::By::View { target, .. } if target == own.target)
        })
    }

    fn map_call(&self, is_private: bool, is_read_only: bool) -> MapCall {
        match (is_private, is_read_only) {
            // As mapscope does, so that a private mapping may be larger than memory.
            (true, _) => private(FILE, self.most_len).with(MapFlag::NoReserve),
            (false, true) => shared(FILE, self.most_len).allowing(Prot::Read),
            (false, false) => shared(FILE, self.most_len),
        }
    }

    /// A process that starts by itself.
    pub(super) fn start(&mut self, name: &ProcessName) -> Peer {
        let words = self.fresh_name(name);
        let peer = self.script.peer(&words);
        let access = if name.is_read_only {
            FileAccess::Read
        } else {
            FileAccess::ReadWrite
        };
        self.script.open_as(peer, FILE, access);
        let is_private = name.mode == Mode::Private;
        let call = self.map_call(is_private, name.is_read_only);
        if self.most_len > 0 {
            self.script.map(peer, call);
        }
        self.enter(name, peer, None);
        peer
    }

    /// A child of one that is there.
    pub(super) fn fork(&mut self, parent: (MappingId, Generation), name: &ProcessName) -> bool {
        let Some(known) = self.actors.get(&parent).copied().filter(|it| !it.is_gone) else {
            return false;
        };
        let words = self.fresh_name(name);
        let peer = self.script.fork(known.peer, &words);
        self.enter(name, peer, Some(parent));
        let of_parent = through_process(parent);
        let of_child = through_process((name.mapping, name.generation));
        let inherited = self
            .unsure
            .iter()
            .filter(|(through, _)| *through == of_parent);
        let inherited: Vec<_> = inherited
            .map(|(_, span)| (of_child.clone(), *span))
            .collect();
        self.unsure.extend(inherited);
        true
    }

    fn enter(&mut self, name: &ProcessName, peer: Peer, parent: Option<(MappingId, Generation)>) {
        let actor = Actor {
            peer,
            parent,
            is_private: name.mode == Mode::Private,
            is_gone: false,
        };
        self.actors.insert((name.mapping, name.generation), actor);
    }

    /// What the process is called in the program; no two are called the same.
    fn fresh_name(&mut self, name: &ProcessName) -> String {
        let words = name.letter.map_or_else(|| name.words(), String::from);
        let is_new = |known: &Vec<String>, words: &String| !known.contains(words);
        let mut fresh = words.clone();
        let mut number = 2;
        while !is_new(&self.names, &fresh) {
            fresh = format!("{words} {number}");
            number += 1;
        }
        self.names.push(fresh.clone());
        fresh
    }

    /// The process of that name, started where the entries do not tell that it was; `None` for one that is gone.
    pub(super) fn process(&mut self, name: &ProcessName) -> Option<Peer> {
        let key = (name.mapping, name.generation);
        if let Some(actor) = self.actors.get(&key) {
            return (!actor.is_gone).then_some(actor.peer);
        }
        // It was there before the first entry that is kept.
        let peer = self.start(name);
        if name.mode == Mode::Private {
            let everywhere = Span::at(0, u64::MAX).unwrap_or(Span::empty(0));
            self.unsure.push((through_process(key), everywhere));
        }
        Some(peer)
    }

    /// A process ended, and with it those that it forked.
    pub(super) fn gone(&mut self, key: (MappingId, Generation)) {
        let mut gone = vec![key];
        while let Some(key) = gone.pop() {
            if let Some(actor) = self.actors.get_mut(&key) {
                actor.is_gone = true;
            }
            let children = self
                .actors
                .iter()
                .filter(|(_, it)| it.parent == Some(key) && !it.is_gone);
            gone.extend(children.map(|(key, _)| *key));
        }
    }

    /// Who goes through a mapping.
    pub(super) fn peer_of(&self, through: &Through) -> Option<Peer> {
        match through.peer {
            PeerKey::Mapscope => Some(self.mapscope),
            PeerKey::Process(mapping, generation) => self
                .actors
                .get(&(mapping, generation))
                .map(|actor| actor.peer),
        }
    }

    /// How mapscope maps by that name now.
    pub(super) fn mode_of(&self, map: &str) -> Option<Mode> {
        self.own.get(map).map(|own| own.mode)
    }
}

/// The mapping of a process.
pub(super) fn through_process(key: (MappingId, Generation)) -> Through {
    Through {
        peer: PeerKey::Process(key.0, key.1),
        map: MAP.to_owned(),
    }
}

/// How long the file was at first, and at most.
fn lengths(session: &Session) -> (u64, u64) {
    let mut first = None;
    let mut most = session.file_len;
    for entry in &session.entries {
        if let Occurrence::Grew { from, to } | Occurrence::Shrank { from, to } = &entry.what {
            first = first.or(Some(*from));
            most = most.max(*from).max(*to);
        }
    }
    (first.unwrap_or(session.file_len), most)
}
