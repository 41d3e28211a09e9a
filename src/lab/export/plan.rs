//! The steps of a script with what a program has to know of each before it runs: its number, what its names stand for, what
//! was open and how long a mapping was made; and with what its reader is told of it.
//!
//! It owns all that is decided. It must not know any language: what is left to do is to write it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::judged::{Judged, Sentence, StepNumbers};
use super::remarks::remark;
use crate::bytes::size::counted;
use crate::lab::claim::Contents;
use crate::lab::script::{Ask, Rule, Script, ScriptStep, Words};
use crate::lab::words::Backing;
use crate::peer::calls::{AreaCall, Call, ObjectCall, ProcessCall, Remote, TransferCall};

/// The most steps that a program has room for.
pub const MOST_STEPS: usize = 4000;
/// The most peers that a program has room for.
pub const MOST_PEERS: usize = 60;

/// Why what times files of many sizes is no program.
const COST: &str = "it times many passes over files of many sizes and decides by the times how far it goes, which takes \
                    mapscope's own measuring";

/// A script, made ready.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    /// The names of the peers, in the order in which they begin.
    pub(super) peers: Vec<&'a str>,
    /// The steps.
    pub(super) items: Vec<Item<'a>>,
    page: u64,
    numbers: StepNumbers,
    n_steps: usize,
    /// What has been said of calls.
    remarked: BTreeSet<&'static str>,
    /// What each peer has by now.
    state: Vec<Belongings<'a>>,
}

/// What a peer has open and mapped.
#[derive(Clone, Debug, Default)]
struct Belongings<'a> {
    open: BTreeSet<&'a str>,
    places: BTreeMap<&'a str, Placed>,
}

/// A mapping as it was made last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    /// Bytes.
    pub(super) len: u64,
    /// What it is of.
    pub(super) backing: Backing,
}

/// A step that a peer is asked for.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    /// Its number, as the steps stand in the script.
    pub(super) number: usize,
    /// It.
    pub(super) ask: &'a Ask,
    /// The mapping that it is about, as it was made.
    pub(super) placed: Option<Placed>,
    /// The file that it opens has the name of one that is open.
    pub(super) is_reopened: bool,
    /// What its reader is told before it, paragraph by paragraph.
    pub(super) comments: Vec<String>,
    /// The place in another peer's memory that it is about, which that one has to say first: whose, which mapping, and how
    /// far in it.
    pub(super) shared: Option<(&'a str, &'a str, u64)>,
}

/// What main does with a scratch file.
#[derive(Debug)]
pub(super) enum FileWork<'a> {
    Make(&'a str, &'a Contents),
    Delete(&'a str),
    Rename(&'a str, &'a str),
}

/// One step, or what holds steps together.
///
/// What begins with a number has that of the step.
#[derive(Debug)]
pub(super) enum Item<'a> {
    /// A step of main's, what it is, and what its reader is told before it.
    Own(usize, String, FileWork<'a>, Option<String>),
    /// A peer by its place.
    Start(usize, usize),
    /// Parent and child by their places, and what it is.
    Fork(usize, usize, usize, String),
    Ask(Asked<'a>),
    Together(Vec<Asked<'a>>),
    /// What step of this number told is judged.
    Judge(usize, Sentence<'a>, Judged<'a>),
    /// What is looked at, what was observed and what was wanted, and the rule.
    Check(usize, &'a str, [Sentence<'a>; 2], Judged<'a>),
    Note(usize, &'a str, Sentence<'a>),
    Require(Judged<'a>, &'a str),
    Repeat(u64, Vec<Self>),
    Until(Until<'a>),
}

/// Steps that are done until something is so.
#[derive(Debug)]
pub(super) struct Until<'a> {
    /// What its reader is told before it.
    pub(super) comment: String,
    /// What is done each time.
    pub(super) steps: Vec<Item<'a>>,
    /// What has to be so.
    pub(super) enough: Judged<'a>,
    /// How often they are done.
    pub(super) at_most: u64,
    /// What comes between one time and the next.
    pub(super) between: Vec<Item<'a>>,
}

impl<'a> Plan<'a> {
    /// Of a script.
    ///
    /// # Errors
    /// Why a plain process cannot do it, in a sentence.
    pub(super) fn of(script: &'a Script) -> Result<Self, String> {
        let mut plan = Self {
            peers: Vec::new(),
            items: Vec::new(),
            page: script.page(),
            numbers: BTreeMap::new(),
            n_steps: 0,
            remarked: BTreeSet::new(),
            state: Vec::new(),
        };
        plan.items = plan.all(script.steps())?;
        if plan.n_steps > MOST_STEPS {
            return Err(format!(
                "it has more steps than a program has room for, {MOST_STEPS}"
            ));
        }
        if plan.peers.len() > MOST_PEERS {
            return Err(format!(
                "it has more processes than a program has room for, {MOST_PEERS}"
            ));
        }
        Ok(plan)
    }

    /// Without any step: this system cannot show what it is about.
    pub(super) fn leave_out_all(&mut self) {
        self.peers.clear();
        self.items.clear();
    }

    /// The name of a peer by its place.
    pub(super) fn peer(&self, index: usize) -> &'a str {
        self.peers.get(index).copied().unwrap_or_default()
    }

    fn next(&mut self) -> usize {
        self.n_steps += 1;
        self.n_steps
    }

    fn all(&mut self, steps: &'a [ScriptStep]) -> Result<Vec<Item<'a>>, String> {
        let items: Result<Vec<_>, String> = steps.iter().map(|step| self.one(step)).collect();
        let mut items = items?;
        for index in 0..items.len() {
            let (before, rest) = items.split_at_mut(index + 1);
            match before.last_mut() {
                Some(Item::Ask(asked)) => asked.watch_for(rest),
                Some(Item::Together(all)) => all.iter_mut().for_each(|it| it.watch_for(rest)),
                _ => {}
            }
        }
        Ok(items)
    }

    fn one(&mut self, step: &'a ScriptStep) -> Result<Item<'a>, String> {
        Ok(match step {
            ScriptStep::File { name, contents } => self.file(name, contents),
            ScriptStep::Delete { name } => {
                self.own(format!("deletes {name}"), FileWork::Delete(name))
            }
            ScriptStep::Rename { from, to } => self.own(
                format!("renames {from} to {to}"),
                FileWork::Rename(from, to),
            ),
            ScriptStep::Start { name } => {
                self.peers.push(name);
                self.state.push(Belongings::default());
                Item::Start(self.next(), self.peers.len() - 1)
            }
            ScriptStep::Fork { parent, name } => {
                self.peers.push(name);
                let inherited = self.state.get(parent.0).cloned().unwrap_or_default();
                self.state.push(inherited);
                let (number, child) = (self.next(), self.peers.len() - 1);
                Item::Fork(number, parent.0, child, format!("forks {name}"))
            }
            ScriptStep::Ask(ask) => Item::Ask(self.asked(ask)?),
            ScriptStep::Together(asks) => {
                let asked: Result<_, String> = asks.iter().map(|ask| self.asked(ask)).collect();
                Item::Together(asked?)
            }
            ScriptStep::Judge { of, wanted, rule } => {
                let number = self.numbers.get(of).copied().unwrap_or_default();
                Item::Judge(number, self.sentence(wanted), self.judged(rule)?)
            }
            ScriptStep::Check {
                what,
                observed,
                wanted,
                rule,
            } => {
                let said = [observed, wanted].map(|words| self.sentence(words));
                Item::Check(self.next(), what, said, self.judged(rule)?)
            }
            ScriptStep::Note { what, observed } => {
                Item::Note(self.next(), what, self.sentence(observed))
            }
            ScriptStep::Require { rule, why } => Item::Require(self.judged(rule)?, why),
            ScriptStep::Repeat { times, steps } => Item::Repeat(*times, self.all(steps)?),
            ScriptStep::Until {
                steps,
                rule,
                at_most,
                between,
            } => Item::Until(Until {
                comment: format!("Until it is so, {} at most.", counted(*at_most, "time")),
                steps: self.all(steps)?,
                enough: self.judged(rule)?,
                at_most: *at_most,
                between: self.all(between)?,
            }),
            ScriptStep::Cost { .. } => return Err(COST.to_owned()),
        })
    }

    fn judged(&self, rule: &'a Rule) -> Result<Judged<'a>, String> {
        Judged::of(rule, &self.numbers)
    }

    fn sentence(&self, words: &'a Words) -> Sentence<'a> {
        Sentence::of(words, &self.numbers)
    }

    fn own(&mut self, what: String, work: FileWork<'a>) -> Item<'a> {
        Item::Own(self.next(), what, work, None)
    }

    fn file(&mut self, name: &'a str, contents: &'a Contents) -> Item<'a> {
        let len = counted(contents.len(self.page), "byte");
        let remark = match contents {
            Contents::Letters { first, .. } => Some(format!(
                "Its first page is all {first}, the next one all of the letter after it, and so on."
            )),
            Contents::Hole { .. } => {
                Some("It is a hole as a whole: zeros that take no room.".to_owned())
            }
            Contents::Bytes { .. } | Contents::Noise { .. } => None,
        };
        let what = format!("makes the scratch file {name}, {len}");
        Item::Own(self.next(), what, FileWork::Make(name, contents), remark)
    }

    fn asked(&mut self, ask: &'a Ask) -> Result<Asked<'a>, String> {
        if let Some(why) = cannot(&ask.call) {
            return Err(why.to_owned());
        }
        let number = self.next();
        self.numbers.insert(ask.id, number);
        let (mut placed, mut is_reopened) = (None, false);
        if let Some(has) = self.state.get_mut(ask.peer.0) {
            placed = looked_at(&ask.call).and_then(|map| has.places.get(map).copied());
            is_reopened = opens(&ask.call).iter().any(|file| has.open.contains(file));
            has.take(&ask.call);
        }
        let said = remark(&ask.call).filter(|text| self.remarked.insert(text));
        Ok(Asked {
            number,
            ask,
            placed,
            is_reopened,
            comments: said.map(ToOwned::to_owned).into_iter().collect(),
            shared: remote_of(&ask.call),
        })
    }
}

impl Asked<'_> {
    /// Whether what the rest needs is not of the experiment's own making, but the system's to grant: a file of the system's.
    pub(super) fn is_granted(&self) -> bool {
        matches!(&self.ask.call, Call::Open { path, .. } if self.ask.is_needed && Path::new(path).is_absolute())
    }

    /// Says what is expected of it, where that is said in what comes after it.
    fn watch_for(&mut self, rest: &[Item<'_>]) {
        let wanted = rest.iter().find_map(|item| match item {
            Item::Judge(of, wanted, _) if *of == self.number => Some(wanted.text),
            _ => None,
        });
        if let Some(text) = wanted {
            let plain = text.replace("{}", "so many");
            self.comments.push(format!("Watch for: {plain}."));
        }
    }

    /// How long the mapping that it is about was made.
    pub(super) fn len(&self) -> u64 {
        self.placed.map_or(0, |placed| placed.len)
    }
}

impl<'a> Belongings<'a> {
    /// What a call adds, where it succeeds.
    fn take(&mut self, call: &'a Call) {
        match call {
            Call::Close { file } => drop(self.open.remove(file.as_str())),
            Call::Map(map) => self.place(&map.map, map.len, Backing::of(map)),
            Call::Malloc { map, len } => self.place(map, *len, Backing::Private),
            Call::Area(AreaCall::Remap {
                map, len, result, ..
            }) => {
                let before = self.places.get(map.as_str());
                let backing = before.map_or(Backing::File, |placed| placed.backing);
                self.place(result, *len, backing);
            }
            Call::Object(ObjectCall::SegmentAttach { map, len, .. }) => {
                self.place(map, *len, Backing::Shared);
            }
            // A new program has one file and no mapping.
            Call::Process(ProcessCall::Exec { keep }) => {
                *self = Self::default();
                self.open.insert(keep);
            }
            _ => {}
        }
        self.open.extend(opens(call));
    }

    fn place(&mut self, map: &'a str, len: u64, backing: Backing) {
        self.places.insert(map, Placed { len, backing });
    }
}

/// Why no program of its own can do this, where none can.
fn cannot(call: &Call) -> Option<&'static str> {
    match call {
        Call::Pass(_) => {
            Some("it times how a file's bytes are taken, which takes mapscope's own measuring")
        }
        Call::Sabotage(_) => {
            Some("it has a process deceive, which is for tests of mapscope itself")
        }
        Call::Transfer(
            TransferCall::Peek {
                there: Remote::Process { .. },
                ..
            }
            | TransferCall::Poke {
                there: Remote::Process { .. },
                ..
            },
        ) => Some("it names a process and an address by numbers that only a run knows"),
        _ => None,
    }
}

/// The place in another peer's memory that a call is about: whose, which mapping, and how far in it.
fn remote_of(call: &Call) -> Option<(&str, &str, u64)> {
    match call {
        Call::Transfer(TransferCall::Peek { there, .. } | TransferCall::Poke { there, .. }) => {
            match there {
                Remote::Peer { peer, map, at } => Some((peer, map, *at)),
                Remote::Process { .. } => None,
            }
        }
        _ => None,
    }
}

/// The mapping that a call is about as a whole.
fn looked_at(call: &Call) -> Option<&str> {
    match call {
        Call::Maps { map }
        | Call::Sums { map }
        | Call::Pages { map, .. }
        | Call::Area(AreaCall::Mend { map } | AreaCall::ProtectEverySecond { map }) => Some(map),
        _ => None,
    }
}

/// The files that a call opens.
fn opens(call: &Call) -> Vec<&str> {
    match call {
        Call::Open { file, .. }
        | Call::Memfd { file, .. }
        | Call::Object(
            ObjectCall::SealableMemfd { file, .. }
            | ObjectCall::SmallDisk { file, .. }
            | ObjectCall::DiskIn { file, .. }
            | ObjectCall::Watch { file, .. }
            | ObjectCall::ShmOpen { file, .. },
        ) => vec![file],
        Call::Object(ObjectCall::Pipe { read, write }) => vec![read, write],
        _ => Vec::new(),
    }
}
