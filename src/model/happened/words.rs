//! *What happened* in words: a sentence for each entry, and who saw it within how long.
//!
//! It owns the sentences. It must not know how they are shown.

use std::time::Duration;

use super::{By, Fate, Happening, How, KeptBytes, Occurrence, ProcessName, RowSaw, Saw, Sync};
use crate::bytes::said::{bytes_said, capital, listed};
use crate::bytes::size::counted;
use crate::map::{Access, Mode};
use crate::model::process::ProcessSignal;

/// A stretch of time as an upper bound: whole milliseconds, at least one.
#[must_use]
pub fn within(time: Duration) -> String {
    let millis = time.as_micros().div_ceil(1000).max(1);
    if millis < 10_000 {
        format!("{millis} ms")
    } else {
        format!("{} s", millis.div_ceil(1000))
    }
}

/// Who saw a store, and within how long at the most: `all but this view saw it within 2 ms`. Empty where nobody was
/// asked.
#[must_use]
pub fn who_saw(rows: &[RowSaw]) -> String {
    let named = |is_it: fn(Saw) -> bool| -> Vec<&str> {
        let rows = rows.iter().filter(|row| is_it(row.saw));
        rows.map(|row| row.name.as_str()).collect()
    };
    let seen = named(|saw| matches!(saw, Saw::Seen(_)));
    let not = named(|saw| saw == Saw::Not);
    let before = named(|saw| saw == Saw::Before);
    let waiting = named(|saw| saw == Saw::Waiting);
    let unclear = named(|saw| saw == Saw::Unclear);
    if rows.is_empty() {
        return String::new();
    }
    let times = rows.iter().filter_map(|row| match row.saw {
        Saw::Seen(time) => Some(time),
        _ => None,
    });
    let time = within(times.max().unwrap_or_default());
    let all_told = waiting.is_empty() && before.is_empty() && unclear.is_empty();
    let mut words = match (seen.as_slice(), not.as_slice()) {
        ([], []) => String::new(),
        ([], _) if all_told => "none of those asked saw it".to_owned(),
        ([], not) => format!("{} did not see it", listed(not)),
        (_, []) if all_told => format!("all saw it within {time}"),
        ([only], _) if all_told => format!("only {only} saw it, within {time}"),
        (seen, not) if all_told && not.len() < seen.len() => {
            format!("all but {} saw it within {time}", listed(not))
        }
        (seen, []) => format!("{} saw it within {time}", listed(seen)),
        (seen, not) => format!(
            "{} saw it within {time}, {} did not",
            listed(seen),
            listed(not)
        ),
    };
    let mut add = |more: String| {
        if !words.is_empty() {
            words.push_str("; ");
        }
        words.push_str(&more);
    };
    if !before.is_empty() {
        add(format!("{} had the same before", listed(&before)));
    }
    if !unclear.is_empty() {
        let unclear = listed(&unclear);
        add(format!(
            "whether {unclear} saw it is not clear, as what was read may be of another store there"
        ));
    }
    if !waiting.is_empty() {
        add(format!("not read since: {}", listed(&waiting)));
    }
    words
}

impl ProcessName {
    /// What it is called: `process 4123`, `child 4124`.
    #[must_use]
    pub fn words(&self) -> String {
        let kind = if self.is_child { "child" } else { "process" };
        let name = match self.pid {
            Some(pid) => format!("{kind} {pid}"),
            None => format!("a {kind} that did not start"),
        };
        match self.letter {
            Some(letter) => format!("{letter}, {name}"),
            None => name,
        }
    }
}

impl By {
    /// The subject of a sentence, at its beginning.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::View { .. } => "You".to_owned(),
            Self::SecondMapping { .. } => "The second mapping".to_owned(),
            Self::Calls { .. } => "pwrite".to_owned(),
            Self::Process(name) => capital(&name.words()),
            Self::Somebody => "Somebody else".to_owned(),
        }
    }
}

impl KeptBytes {
    fn words(&self) -> String {
        bytes_said(&self.bytes, self.len)
    }
}

impl Happening {
    /// What happened, in one sentence without a final period: `You wrote Z at 28, where 2 was`.
    #[must_use]
    pub fn words(&self) -> String {
        let done = match &self.what {
            Occurrence::Wrote { .. }
            | Occurrence::WroteMore { .. }
            | Occurrence::Conflicts { .. } => self.write_words(),
            _ => self.other_words(),
        };
        match &self.fate {
            Fate::Done => done,
            Fate::Changed(found) => {
                let found = bytes_said(found, found.len() as u64);
                format!("{done}: somebody has changed it to {found} since")
            }
            Fate::Refused(why) | Fate::NotKnown(why) => format!("{done}: {why}"),
            Fate::Faulted(death) => format!("{done}: the processor refused it: {}", death.signal),
        }
    }

    /// The same with who saw it: all that there is to say of it.
    #[must_use]
    pub fn full_words(&self) -> String {
        let saw = who_saw(&self.saw);
        if saw.is_empty() {
            self.words()
        } else {
            format!("{}; {saw}", self.words())
        }
    }

    /// It was done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.fate == Fate::Done
    }

    fn write_words(&self) -> String {
        let who = self.by.subject();
        match &self.what {
            Occurrence::Wrote {
                how,
                offset,
                old,
                new,
            } => {
                let what = format!("{} at {offset}", new.words());
                let through = self.through();
                if let Fate::NotKnown(_) = self.fate {
                    return format!("Whether {} wrote {what} is not known", who.to_lowercase());
                }
                if !self.is_done() {
                    return format!("Not written: {what}, {}", self.by_whom());
                }
                let stood = match old {
                    Some(old) if old == new => ", as it was".to_owned(),
                    Some(old) => format!(", where {} was", old.words()),
                    None => String::new(),
                };
                match how {
                    How::Store => format!("{who} wrote {what}{through}{stood}"),
                    How::Undo => format!("{who} took an edit back: {what}{through}{stood}"),
                    How::Redo => format!("{who} brought an edit back: {what}{through}{stood}"),
                    How::Reapply => format!("{who} reapplied an edit: {what}{through}{stood}"),
                    How::WriteBack => format!("{who} wrote an edit to the file: {what}"),
                    How::PutBack { of } => {
                        format!("{who} wrote back what entry {of} replaced: {what}{stood}")
                    }
                }
            }
            Occurrence::WroteMore { how, hull, n_bytes } => {
                let bytes = counted(*n_bytes, "byte");
                match (self.is_done(), how) {
                    (true, How::WriteBack) => {
                        format!("{who} wrote edits to the file: {bytes} more in {hull}")
                    }
                    (true, _) => format!("{who} wrote {bytes} more in {hull}"),
                    (false, _) => format!("Not written to the file: {bytes} in {hull}"),
                }
            }
            Occurrence::Conflicts { first, n_bytes } => format!(
                "Not written to the file: {}, as somebody changed the file meanwhile; at {} it holds {}",
                counted(*n_bytes, "edited byte"),
                first.0,
                bytes_said(&[first.1], 1)
            ),
            _ => String::new(),
        }
    }

    /// Whose store it was to be.
    fn by_whom(&self) -> String {
        match &self.by {
            By::View { mode, .. } => format!("by you, through the {mode} view"),
            By::SecondMapping { mode, .. } => format!("through the second mapping, {mode}"),
            By::Calls { .. } => "by pwrite".to_owned(),
            By::Process(name) => format!("by {}", name.words()),
            By::Somebody => "by somebody else".to_owned(),
        }
    }

    /// Through which mapping, where the subject does not say it.
    fn through(&self) -> String {
        match &self.by {
            By::View { mode, .. } => match mode {
                Mode::Private => " privately".to_owned(),
                Mode::Shared => " in the file, through the shared view".to_owned(),
            },
            By::SecondMapping { mode, .. } => format!(", {mode}"),
            By::Process(name) if name.mode == Mode::Private => " privately".to_owned(),
            By::Process(_) | By::Calls { .. } | By::Somebody => String::new(),
        }
    }

    fn mapped_words(&self) -> String {
        match &self.what {
            Occurrence::Mapped {
                mode: Some(mode),
                access: Some(access),
                extent: Some(extent),
            } => {
                let access = access_words(*access);
                format!("You mapped the file anew: {mode}, {access}, {extent}")
            }
            _ => "Not mapped as asked".to_owned(),
        }
    }

    fn other_words(&self) -> String {
        let who = self.by.subject();
        let done = self.is_done();
        match &self.what {
            Occurrence::Started if done => format!("{who} started"),
            Occurrence::Started => "A process was not started".to_owned(),
            Occurrence::Forked { child } if done => forked_words(child, &self.by),
            Occurrence::Forked { .. } => format!("{who} did not fork"),
            Occurrence::Ended { how, lost_copies } => {
                let copies = if *lost_copies {
                    "; its private copies went with it"
                } else {
                    ""
                };
                format!("{who} ended: {}{copies}", how.words())
            }
            Occurrence::Signalled(signal) => signal_words(&who, *signal, done),
            Occurrence::Synced(sync) => sync_words(sync),
            Occurrence::Discarded { span, n_pages } => discard_words(*span, *n_pages, done),
            Occurrence::Mapped { .. } => self.mapped_words(),
            Occurrence::Grew { from, to } => format!(
                "The file grew from {} to {}",
                counted(*from, "byte"),
                counted(*to, "byte")
            ),
            Occurrence::Shrank { from, to } => format!(
                "The file was truncated from {} to {}",
                counted(*from, "byte"),
                counted(*to, "byte")
            ),
            Occurrence::Replaced { len } => format!(
                "The path names another file now, of {}",
                counted(*len, "byte")
            ),
            Occurrence::Deleted => "The file was deleted or moved away".to_owned(),
            Occurrence::InPlace => "The path names the open file again".to_owned(),
            Occurrence::CopiesLost { first, n_bytes } => {
                let whose = match &self.by {
                    By::Process(name) => name.words(),
                    _ => "the view".to_owned(),
                };
                let bytes = counted(*n_bytes, "byte");
                format!(
                    "Private copies of {whose} are gone: {bytes}, from {}",
                    first.start()
                )
            }
            Occurrence::Wrote { .. }
            | Occurrence::WroteMore { .. }
            | Occurrence::Conflicts { .. } => String::new(),
        }
    }
}

/// A fork in a sentence without a final period.
pub(in crate::model) fn forked_words(child: &ProcessName, parent: &By) -> String {
    let pid = |name: &ProcessName| match name.pid {
        Some(pid) => pid.to_string(),
        None => name.words(),
    };
    let parent = match parent {
        By::Process(parent) => pid(parent),
        other => other.subject(),
    };
    format!("Process {} forked from {parent}", pid(child))
}

/// Copies that were given back, in a sentence without a final period.
pub(in crate::model) fn discard_words(
    span: Option<crate::bytes::Span>,
    n_pages: Option<u64>,
    done: bool,
) -> String {
    let place = span.map_or_else(String::new, |span| format!(" in {span}"));
    match (done, n_pages) {
        (true, Some(0)) => format!("You gave back no private copy{place}: there was none"),
        (true, Some(n)) => {
            let pages = if n == 1 {
                "1 private page".to_owned()
            } else {
                format!("{n} private pages")
            };
            format!("You gave back {pages}{place}")
        }
        (true, None) => format!("Private pages were given back{place}"),
        (false, _) => format!("Private pages were not given back{place}"),
    }
}

fn access_words(access: Access) -> &'static str {
    match access {
        Access::ReadOnly => "read-only",
        Access::ReadWrite => "read-write",
    }
}

fn signal_words(who: &str, signal: ProcessSignal, done: bool) -> String {
    let sent = match signal {
        ProcessSignal::Stop => "stopped (SIGSTOP)",
        ProcessSignal::Continue => "told to go on (SIGCONT)",
        ProcessSignal::Kill => "sent SIGKILL",
    };
    let not = if done { "" } else { "not " };
    format!("{who} was {not}{sent}")
}

fn sync_words(sync: &Sync) -> String {
    match sync {
        Sync::Asked => "msync failed".to_owned(),
        Sync::Private => "msync had nothing to write: the mapping is private".to_owned(),
        Sync::Written(span) => format!("msync wrote what was changed in {span} to the storage"),
        Sync::EarlierFailure(why) => {
            format!("msync succeeded, but an earlier write to the storage failed: {why}")
        }
    }
}
