//! Who saw a store within how long: what each row read after it.
//!
//! It owns the rule. A row that shows the written bytes in a reading from after the answer has seen them by then; one that
//! shows something else has not; readings of other bytes, and bytes that the row had before, prove nothing; nor
//! does a reading that may be of another store at the same place, as it was told after that was sent, or as that may have
//! been carried out later though it was told of first.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::under_way::{Since, Stored};
use super::{Fate, Happened, Happening, Occurrence, RowSaw, Saw, Watch};
use crate::bytes::Span;
use crate::map::Readout;
use crate::model::identity::MappingId;
use crate::model::moment::Moment;
use crate::model::witness::{Who, WitnessId};

/// A reading that was under way when the answer came may show what stood there before; one that comes later than this, after
/// one that showed something else, shows it for another reason than the store.
const LATE: Duration = Duration::from_secs(1);
/// How many different readings of a row are remembered; of more, those that tell most of stores that are not judged yet.
const READINGS: usize = 4;

/// What a row read, the last of it.
#[derive(Clone, Debug)]
pub(super) struct RowReading {
    who: Who,
    /// The newest last; all of the same bytes, and each differed from the one before it when it was told.
    told: VecDeque<Told>,
}

/// What a row read, once or several times in a row.
#[derive(Clone, Debug)]
struct Told {
    /// When that was first told, and last.
    first: Moment,
    last: Moment,
    readout: Arc<Readout>,
}

impl RowReading {
    /// The oldest is forgotten that does not say what the row showed at one of these moments.
    fn forget_one(&mut self, moments: &(impl Iterator<Item = Moment> + Clone)) {
        let told = &self.told;
        // Of what was told at the very moment it is not known which came first.
        let is_last_before = |at: usize| {
            let (begin, end) = (told[at].first.run, told[at + 1].first.run);
            moments.clone().any(|it| begin <= it.run && it.run <= end)
        };
        let newest = told.len().saturating_sub(1);
        let oldest = (0..newest).find(|at| !is_last_before(*at));
        self.told.remove(oldest.unwrap_or(0));
    }
}

impl Happened {
    /// A row was read.
    pub(super) fn row_read(&mut self, who: Who, readout: &Arc<Readout>) {
        let now = self.now;
        for entry in &mut self.entries {
            entry.is_read(who, readout, now);
        }
        let index = self.rows.iter().position(|row| row.who == who);
        let index = index.unwrap_or_else(|| {
            let told = VecDeque::new();
            self.rows.push(RowReading { who, told });
            self.rows.len() - 1
        });
        let told = &mut self.rows[index].told;
        match told.back_mut() {
            Some(known) if known.readout == *readout => {
                known.last = now;
                return;
            }
            Some(known) if known.readout.span != readout.span => told.clear(),
            Some(_) | None => {}
        }
        told.push_back(Told {
            first: now,
            last: now,
            readout: Arc::clone(readout),
        });
        if told.len() > READINGS {
            let sent = self.sent.iter().map(|sent| sent.since.at);
            self.rows[index].forget_one(&sent.chain(self.file.known_at()));
        }
    }

    /// The rows of this program are of other mappings from now on.
    pub(in crate::model) fn forget_own_rows(&mut self) {
        self.stop_watching(None);
        self.second_is_gone();
        let is_own = |who: &Who| matches!(who, Who::View | Who::OtherMode);
        self.rows.retain(|row| !is_own(&row.who));
    }

    /// Of other programs, only those of `are_there` are read.
    pub(in crate::model) fn keep_others(&mut self, are_there: impl Fn(Who) -> bool) {
        let stays = |row: &RowReading| !matches!(row.who, Who::Other { .. }) || are_there(row.who);
        self.rows.retain(stays);
    }

    /// A process is off the list.
    pub(super) fn forget_row(&mut self, mapping: MappingId) {
        self.rows.retain(|row| row.who != Who::Process(mapping));
    }

    /// Begins to compare the rows with a store that was sent after `sent`: the bytes of it that are watched.
    pub(super) fn watch_for(
        &self,
        entry: &mut Happening,
        watched: Option<Span>,
        rows: Vec<(Who, String)>,
        sent: Since,
    ) {
        let (Occurrence::Wrote { offset, new, .. }, Fate::Done) = (&entry.what, &entry.fate) else {
            return;
        };
        let part = Span::at(*offset, new.bytes.len() as u64)
            .zip(watched)
            .and_then(|(span, watched)| span.intersect(watched));
        let Some(span) = part else { return };
        let first = usize::try_from(span.start() - offset).unwrap_or(usize::MAX);
        let len = usize::try_from(span.len()).unwrap_or(0);
        let Some(bytes) = new.bytes.get(first..first.saturating_add(len)) else {
            return;
        };
        let mut watch = Watch {
            span,
            bytes: bytes.to_vec(),
            judged: Vec::new(),
            rivals: self.rivals(entry, span, bytes),
            blurred: Vec::new(),
            is_over: false,
        };
        let rows = rows.into_iter();
        let unread = rows.clone().map(|(who, _)| who);
        let unread = unread.filter(|who| self.may_show_earlier(*who, &watch));
        watch.blurred = unread.collect();
        let saws = rows.map(|(who, name)| RowSaw {
            who,
            name,
            saw: watch.leave(who, self.has_already(who, &watch, sent.at)),
        });
        entry.saw = saws.collect();
        let seen = entry.saw.iter().filter(|row| row.is_judged());
        watch.judged = seen.map(|row| (row.who, self.now)).collect();
        entry.compared = Some(span);
        entry.watch = Some(watch);
    }

    /// What the last reading of a row, from before the answer, says of the store: where the row came to show it only after
    /// the store was sent, it saw it. What it showed before is claimed only where that is remembered.
    fn has_already(&self, who: Who, watch: &Watch, sent: Moment) -> Saw {
        let row = self.rows.iter().find(|row| row.who == who);
        let told = row.iter().flat_map(|row| row.told.iter().rev());
        let mut told = told.map(|it| (it.first, watch.is_in(&it.readout)));
        let Some((mut since, Some(true))) = told.next() else {
            return Saw::Waiting;
        };
        // The first reading that showed them, of those since which all have.
        for (earlier, is_in) in told {
            match is_in {
                Some(true) => since = earlier,
                Some(false) if since.run > sent.run => return Saw::Seen(Duration::ZERO),
                // It came to show them at the very moment that the store was sent.
                Some(false) if since.run == sent.run => return Saw::Unclear,
                Some(false) | None => return Saw::Before,
            }
        }
        if since.run > sent.run {
            Saw::Waiting
        } else {
            Saw::Before
        }
    }

    /// The same bytes were stored there before, and the row was not found to show others since: it may show them for that.
    fn may_show_earlier(&self, who: Who, watch: &Watch) -> bool {
        let row = self.rows.iter().find(|row| row.who == who);
        let mut told = row.iter().flat_map(|row| row.told.iter().rev());
        let other = told.find(|it| watch.is_in(&it.readout) == Some(false));
        let other = other.map_or(Moment::default(), |it| it.last);
        let mut since = self.entries.iter().filter(|it| it.at.run >= other.run);
        since.any(|it| it.may_leave(watch.span, &watch.bytes))
    }

    /// What is read from now on says nothing of stores there, as something else happened: `None` means anywhere.
    pub(super) fn stop_watching(&mut self, span: Option<Span>) {
        for entry in &mut self.entries {
            let is_there =
                |watch: &&mut Watch| span.is_none_or(|span| watch.span.intersect(span).is_some());
            if let Some(watch) = entry.watch.as_mut().filter(is_there) {
                watch.is_over = true;
            }
        }
    }

    /// These bytes were stored, or may have been, at some time since `sent`: what rows were seen to see since of an earlier
    /// store at the same place may be of this one.
    pub(super) fn stored_over(&mut self, stored: Stored<'_>, sent: Since) {
        let span = stored.span;
        for entry in &mut self.entries {
            let is_there = |watch: &&mut Watch| watch.span.intersect(span).is_some();
            let Some(watch) = entry.watch.as_mut().filter(is_there) else {
                continue;
            };
            watch.is_over = true;
            let is_same = stored.may_be(watch.span, &watch.bytes);
            for row in entry.saw.iter_mut().filter(|row| row.is_judged()) {
                let mut judged = watch.judged.iter();
                let is_late = judged.any(|(who, at)| *who == row.who && at.run >= sent.at.run);
                // It showed bytes that the later store has not.
                if is_late && (row.saw == Saw::Not || is_same) {
                    row.saw = Saw::Unclear;
                }
            }
        }
    }
}

impl Watch {
    /// What is left of what a reading of that row says.
    fn leave(&self, who: Who, saw: Saw) -> Saw {
        match self.rivals.leave(saw) {
            Saw::Seen(_) if self.blurred.contains(&who) => Saw::Unclear,
            saw => saw,
        }
    }

    /// Whether these bytes stand in what was read; `None` where not all of them were asked for.
    fn is_in(&self, readout: &Readout) -> Option<bool> {
        if !readout.span.contains_span(self.span) {
            return None;
        }
        let offsets = self.span.start()..self.span.end();
        let mut pairs = offsets.zip(&self.bytes);
        Some(pairs.all(|(offset, byte)| readout.byte(offset) == Some(*byte)))
    }
}

impl Happening {
    fn is_read(&mut self, who: Who, readout: &Readout, now: Moment) {
        let watch = self.watch.as_mut().filter(|watch| !watch.is_over);
        let Some(watch) = watch else { return };
        let Some(is_in) = watch.is_in(readout) else {
            return;
        };
        let Some(row) = self.saw.iter_mut().find(|row| row.who == who) else {
            return;
        };
        let before = row.saw;
        let is_early = now.since(self.at) <= LATE;
        let says = match (row.saw, is_in) {
            (Saw::Waiting, true) => Saw::Seen(now.since(self.at)),
            (Saw::Not | Saw::Unclear, true) if is_early => Saw::Seen(now.since(self.at)),
            (Saw::Waiting, false) => Saw::Not,
            (saw, _) => saw,
        };
        row.saw = watch.leave(who, says);
        if row.saw != before {
            watch.judged.retain(|(judged, _)| *judged != who);
            watch.judged.push((who, now));
        }
    }
}

impl RowSaw {
    /// What it read after the store says whether it saw it.
    const fn is_judged(&self) -> bool {
        matches!(self.saw, Saw::Seen(_) | Saw::Not)
    }
}

/// The row of the panel for a witness of this program.
pub(in crate::model) const fn row_of(id: WitnessId) -> Who {
    match id {
        WitnessId::View => Who::View,
        WitnessId::OtherMode => Who::OtherMode,
        WitnessId::File => Who::Calls,
    }
}
