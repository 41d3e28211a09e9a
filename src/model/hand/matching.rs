//! Whether what was observed is a thing to do, and what was seen.
//!
//! It owns what proves each. It must not know whose turn it is.

use super::{Hand, HandSeen, HandTick};
use crate::bytes::Span;
use crate::lab::claim::{HandActor, HandDeed, HandPage, HandWanted};
use crate::map::{GapReason, Mode, PageState};
use crate::model::doc::Doc;
use crate::model::happened::{By, Fate, Happening, Occurrence, Sync};
use crate::model::identity::MappingId;
use crate::model::process::EndHow;
use crate::model::view::View;
use crate::model::witness::{Who, WitnessId, WitnessState};

use super::words::{actual, pages_words, wanted_words};

impl Doc {
    /// The mapping of the view that stands for a peer, and of the second one.
    fn hand_view(&self, index: usize) -> Option<&View> {
        self.views.get(index)
    }

    /// The row of whoever looks in this deed.
    pub(super) fn looks_as(&self, deed: &HandDeed) -> Option<Who> {
        let (HandDeed::Look { by, .. } | HandDeed::Pages { by, .. }) = deed else {
            return None;
        };
        self.row_of_actor(by)
    }

    fn row_of_actor(&self, by: &HandActor) -> Option<Who> {
        let in_front = |mapping: MappingId| self.view().mapping == mapping;
        Some(match by {
            HandActor::Process(name) => Who::Process(self.hand.as_ref()?.mapping(name)?),
            HandActor::Calls => Who::Calls,
            HandActor::View(_) if in_front(self.hand_view(0)?.mapping) => Who::View,
            HandActor::View(_) => Who::OtherMode,
            HandActor::Second(_) => match self.hand_view(1) {
                Some(second) if in_front(second.mapping) => Who::View,
                _ => Who::OtherMode,
            },
        })
    }

    /// It is so now, which is all that there is to observe of it.
    pub(super) fn stands(&self, hand: &Hand, deed: &HandDeed) -> bool {
        match deed {
            HandDeed::Add { name, .. } | HandDeed::Fork { child: name, .. } => {
                let mapping = hand.mapping(name);
                let process = mapping.and_then(|mapping| self.processes.get(mapping));
                // It has its mapping only where it has read through it: that it runs comes before.
                process.is_some_and(|it| it.state.readout().is_some() && it.ended.is_none())
            }
            HandDeed::Window { part } => self.hand_view(0).is_some_and(|view| match part {
                None => view.whole,
                Some((at, len)) => !view.whole && Some(view.viewport.extent) == Span::at(*at, *len),
            }),
            HandDeed::SecondView => self.hand_view(1).is_some(),
            HandDeed::SecondMode { shared } => self
                .hand_view(1)
                .is_some_and(|view| (view.mode == Mode::Shared) == *shared),
            _ => false,
        }
    }

    /// That entry is this deed.
    pub(super) fn is_deed(&self, hand: &Hand, deed: &HandDeed, entry: &Happening) -> bool {
        if entry.fate != Fate::Done {
            return false;
        }
        match (deed, &entry.what) {
            (HandDeed::Store { by, at, bytes }, Occurrence::Wrote { offset, new, .. }) => {
                *offset == *at
                    && new.is_whole()
                    && new.bytes == *bytes
                    && self.is_by(hand, by, entry)
            }
            (HandDeed::Write { at, bytes }, Occurrence::Wrote { offset, new, .. }) => {
                let is_call = matches!(entry.by, By::Calls { .. } | By::Somebody);
                // Of what others wrote only what was looked at is known.
                let is_part =
                    entry.by == By::Somebody && is_within(bytes, *at, *offset, &new.bytes);
                let is_whole = *offset == *at && new.bytes == *bytes;
                is_call && new.is_whole() && (is_whole || is_part)
            }
            // Written past the end: the file grew to where the write ends.
            (HandDeed::Write { at, bytes }, Occurrence::Grew { to, from }) => {
                *to == *at + bytes.len() as u64 && *from <= *at
            }
            (
                HandDeed::Length { to: wanted, .. },
                Occurrence::Shrank { to, .. } | Occurrence::Grew { to, .. },
            ) => wanted == to,
            (HandDeed::Delete, Occurrence::Deleted) => true,
            (HandDeed::End { name }, Occurrence::Ended { .. }) => is_process(hand, name, &entry.by),
            (
                HandDeed::Fault { name, signal, .. },
                Occurrence::Ended {
                    how: EndHow::Faulted(death),
                    ..
                },
            ) => death.signal == *signal && is_process(hand, name, &entry.by),
            (HandDeed::Sync, Occurrence::Synced(sync)) => {
                *sync != Sync::Asked && self.is_view(0, &entry.by)
            }
            (HandDeed::Discard { at, len }, Occurrence::Discarded { span, .. }) => {
                let wanted = Span::at(*at, *len);
                let covers = span.zip(wanted).is_none_or(|(span, wanted)| {
                    let pages = span.pages(self.page_bytes.max(1));
                    let asked = wanted.pages(self.page_bytes.max(1));
                    pages.start <= asked.start && asked.end <= pages.end
                });
                covers && self.is_view(0, &entry.by)
            }
            _ => false,
        }
    }

    fn is_view(&self, index: usize, by: &By) -> bool {
        let mapping = self.hand_view(index).map(|view| view.mapping);
        matches!(by, By::View { target, .. } if Some(target.mapping) == mapping)
    }

    fn is_by(&self, hand: &Hand, actor: &HandActor, entry: &Happening) -> bool {
        match actor {
            HandActor::Process(name) => is_process(hand, name, &entry.by),
            HandActor::Calls => matches!(entry.by, By::Calls { .. }),
            HandActor::View(_) => self.is_view(0, &entry.by),
            HandActor::Second(_) => {
                self.is_view(1, &entry.by) || matches!(entry.by, By::SecondMapping { .. })
            }
        }
    }

    /// What a look shows, from what its row read last.
    pub(super) fn seen_of(&self, hand: &Hand, deed: &HandDeed) -> Option<HandSeen> {
        // the row is that of the list as it is now
        let who = match deed {
            HandDeed::Look { by, .. } | HandDeed::Pages { by, .. } => match by {
                HandActor::Process(name) => Who::Process(hand.mapping(name)?),
                other => self.row_of_actor(other)?,
            },
            _ => return None,
        };
        let state = match who {
            Who::View => &self.witnesses.row(WitnessId::View).state,
            Who::OtherMode => &self.witnesses.row(WitnessId::OtherMode).state,
            Who::Calls => &self.witnesses.row(WitnessId::File).state,
            Who::Process(mapping) => &self.processes.get(mapping)?.state,
            Who::Other { .. } => return None,
        };
        let (at, len) = deed.place()?;
        match deed {
            HandDeed::Look { wanted, .. } => bytes_seen(state, (at, len), wanted),
            HandDeed::Pages { wanted, .. } => self.pages_seen(state, (at, len), wanted),
            _ => None,
        }
    }

    fn pages_seen(
        &self,
        state: &WitnessState,
        (at, len): (u64, u64),
        wanted: &[HandPage],
    ) -> Option<HandSeen> {
        state.readout()?;
        let page = self.page_bytes.max(1);
        let mut found = Vec::new();
        for index in 0..len.div_ceil(page) {
            let seen = state.page_at(at + index * page, page)?;
            let Some(fact) = seen.fact() else {
                return Some(HandSeen {
                    words: format!("it is not told: {seen}"),
                    wanted: pages_words(wanted),
                    agrees: None,
                });
            };
            found.push(fact);
        }
        let agrees = found.len() == wanted.len()
            && found.iter().zip(wanted).all(|(fact, wanted)| match wanted {
                HandPage::OfFile => fact.state == PageState::FilePage,
                HandPage::Copy => matches!(fact.state, PageState::PrivateCopy | PageState::Swapped),
            });
        let words: Vec<String> = found.iter().map(|fact| fact.state.to_string()).collect();
        Some(HandSeen {
            words: words.join(", "),
            wanted: pages_words(wanted),
            agrees: Some(agrees),
        })
    }
}

fn bytes_seen(
    state: &WitnessState,
    (at, len): (u64, u64),
    wanted: &HandWanted,
) -> Option<HandSeen> {
    let readout = state.readout()?;
    let bytes: Option<Vec<u8>> = (at..at + len).map(|at| readout.byte(at)).collect();
    let gap = (at..at + len).find_map(|at| readout.gap_at(at));
    let is_past_end = gap.is_some_and(|gap| matches!(gap.reason, GapReason::PastFileEnd { .. }));
    let agrees = match (wanted, &bytes) {
        (HandWanted::Nothing, _) => true,
        (HandWanted::Bytes(wanted), Some(bytes)) => wanted.contains(bytes),
        (HandWanted::Bytes(_), None) => false,
        (HandWanted::PastEnd(_), bytes) => bytes.is_none() && is_past_end,
    };
    Some(HandSeen {
        words: actual(bytes.as_deref(), is_past_end),
        wanted: wanted_words(wanted),
        agrees: Some(agrees),
    })
}

/// What came of a deed that is a check as well.
pub(super) fn came_of(deed: &HandDeed, entry: &Happening) -> HandTick {
    match (deed, &entry.what) {
        (HandDeed::Fault { signal, .. }, Occurrence::Ended { how, .. }) => {
            HandTick::Saw(HandSeen {
                words: how.words(),
                wanted: format!("killed by {signal}"),
                agrees: Some(true),
            })
        }
        _ => HandTick::Done,
    }
}

fn is_process(hand: &Hand, name: &str, by: &By) -> bool {
    matches!(by, By::Process(process) if Some(process.mapping) == hand.mapping(name))
}

/// What was found is a part of what is to be written.
fn is_within(bytes: &[u8], at: u64, offset: u64, found: &[u8]) -> bool {
    let from = offset
        .checked_sub(at)
        .and_then(|it| usize::try_from(it).ok());
    let part = from.and_then(|from| bytes.get(from..from.checked_add(found.len())?));
    part == Some(found)
}
