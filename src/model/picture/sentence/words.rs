//! The sentence on top in words: a main line, and a second one with the reason.
//!
//! It owns the sentences, whole ones with their periods. It must not know how they are shown.

use super::{Because, Both, Observed, Sentence};
use super::{Cells, SeenBy};
use crate::bytes::Span;
use crate::bytes::said::{bytes_said, capital, listed};
use crate::bytes::size::counted;
use crate::model::happened::{By, How, discard_words, forked_words, within};

/// Numbers that are said as words.
const NUMBERS: [&str; 13] = [
    "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
];

impl Sentence {
    /// What happened and who sees it, or what is seen.
    #[must_use]
    pub fn main(&self) -> String {
        match self {
            Self::Observed { subject, seen, .. } => observed(*subject, seen),
            Self::Wrote {
                by,
                how,
                offset,
                new,
                is_same,
                seen,
                because,
            } => {
                let bytes = bytes_said(&new.bytes, new.len);
                let same = if *is_same { ", as it was" } else { "" };
                let wrote = wrote(by, *how, &format!("{bytes} at {offset}"));
                format!("{wrote}{same}.{}", seen_words(seen, because))
            }
            Self::Forked {
                child,
                parent,
                both,
            } => {
                let forked = forked_words(child, parent);
                match both {
                    Both::Copy(page) => {
                        format!("{forked}: both have the same copy of page {page}.")
                    }
                    Both::FilePage => format!("{forked}: both have the file's page."),
                    Both::NotKnown => format!("{forked}."),
                }
            }
            Self::Discarded {
                span,
                n_pages,
                is_same,
                ..
            } => {
                let shows = if *is_same {
                    ": this view shows what the file has"
                } else {
                    ""
                };
                format!("{}{shows}.", discard_words(*span, *n_pages, true))
            }
            Self::Shrank { .. } | Self::CopiesLost { .. } => self.loss(),
        }
    }

    /// What went.
    fn loss(&self) -> String {
        match self {
            Self::Shrank {
                from,
                to,
                is_past_end,
                at,
            } => {
                let gone = if *is_past_end {
                    format!(": it ends before {at}")
                } else {
                    String::new()
                };
                let to = counted(*to, "byte");
                format!("The file was truncated from {from} to {to}{gone}.")
            }
            Self::CopiesLost { whose, page } => format!(
                "The copy of page {page} that {whose} had is gone, and nobody asked for that."
            ),
            _ => String::new(),
        }
    }

    /// Why, in a second line; empty where nothing is known of that, or the main line says it.
    #[must_use]
    pub fn because(&self) -> String {
        let because = match self {
            Self::Observed { because, .. }
            | Self::Wrote { because, .. }
            | Self::Discarded { because, .. } => because,
            Self::Forked { both, .. } => {
                return match both {
                    Both::Copy(_) => {
                        "The first of them that stores there gets a copy of its own.".to_owned()
                    }
                    _ => String::new(),
                };
            }
            Self::Shrank { is_past_end, .. } => {
                return if *is_past_end {
                    "A load there would be SIGBUS.".to_owned()
                } else {
                    String::new()
                };
            }
            Self::CopiesLost { .. } => return String::new(),
        };
        match (because, self) {
            (Because::OnePage, Self::Discarded { .. }) => {
                "It has the file's own page there again.".to_owned()
            }
            (Because::OnePage, _) => "One page in the page cache answers them all.".to_owned(),
            (
                Because::WriterCopied {
                    others_have_file: true,
                    ..
                },
                _,
            ) => "The others have the file's page, which the store did not reach.".to_owned(),
            (Because::TheyCopied { n: 1, page }, Self::Observed { .. }) => {
                format!("It has its own copy of page {page}.")
            }
            (Because::TheyCopied { page, .. }, Self::Observed { .. }) => {
                format!("They have copies of page {page}.")
            }
            (Because::Nothing | Because::WriterCopied { .. } | Because::TheyCopied { .. }, _) => {
                match self {
                    Self::Wrote {
                        seen: SeenBy::Asking,
                        ..
                    } => "What each row shows is being read.".to_owned(),
                    _ => String::new(),
                }
            }
        }
    }

    /// Both lines as one text.
    #[must_use]
    pub fn whole(&self) -> String {
        let (main, because) = (self.main(), self.because());
        if because.is_empty() {
            main
        } else {
            format!("{main} {because}")
        }
    }
}

fn wrote(by: &By, how: How, what: &str) -> String {
    let who = by.subject();
    match how {
        How::Store => format!("{who} wrote {what}"),
        How::Undo => format!("{who} took an edit back: {what}"),
        How::Redo => format!("{who} brought an edit back: {what}"),
        How::Reapply => format!("{who} reapplied an edit: {what}"),
        How::WriteBack => format!("{who} wrote an edit to the file: {what}"),
        How::PutBack { .. } => format!("{who} wrote {what} back"),
    }
}

/// Who sees it, with a blank before it.
fn seen_words(seen: &SeenBy, because: &Because) -> String {
    let copied = match because {
        Because::WriterCopied { page, .. } => format!(": page {page} was copied"),
        Because::TheyCopied { n: 1, .. } => ": its page was copied before".to_owned(),
        Because::TheyCopied { .. } => ": their pages were copied before".to_owned(),
        Because::Nothing | Because::OnePage => String::new(),
    };
    match seen {
        SeenBy::NotAsked => String::new(),
        SeenBy::Asking => " Who sees it is being asked.".to_owned(),
        SeenBy::All { within: time } if time.is_zero() => " All see it.".to_owned(),
        SeenBy::All { within: time } => format!(" All see it, within {}.", within(*time)),
        SeenBy::OnlyWriter(name) => format!(" Only {name} sees it{copied}."),
        SeenBy::AllBut(names) => format!(" All see it but {}{copied}.", listed(names)),
        SeenBy::Some(names) => {
            let see = if names.len() == 1 { "sees" } else { "see" };
            let not = match because {
                Because::TheyCopied { .. } => "; the others' pages were copied before",
                _ => "",
            };
            format!(" Only {} {see} it{not}.", listed(names))
        }
        SeenBy::Nobody => " Nobody who was asked sees it.".to_owned(),
    }
}

fn number(n: usize) -> String {
    NUMBERS
        .get(n)
        .map_or_else(|| n.to_string(), |word| (*word).to_owned())
}

/// What cells hold, as a sentence says it; `the same` where there is more than is shown.
fn cells_said(cells: &Cells, subject: Span) -> Option<String> {
    let bytes: Option<Vec<u8>> = cells.bytes.iter().copied().collect();
    let bytes = bytes.filter(|bytes| bytes.len() as u64 == subject.len())?;
    (bytes.len() <= 8).then(|| bytes_said(&bytes, bytes.len() as u64))
}

fn observed(subject: Span, seen: &Observed) -> String {
    let place = if subject.len() == 1 {
        format!("at {}", subject.start())
    } else {
        format!(
            "in the {} from {}",
            counted(subject.len(), "byte"),
            subject.start()
        )
    };
    match seen {
        Observed::Nothing => format!("Nobody has said yet what is {place}."),
        Observed::NoBytes(cells) => match cells.gap {
            Some(why) => format!("Nobody can see a byte {place}: {why}."),
            None => format!("Nobody can see a byte {place}."),
        },
        Observed::Same { n: 1, cells } => match cells_said(cells, subject) {
            Some(said) => format!("The only one that was asked sees {said} {place}."),
            None => format!("Only one was asked what is {place}."),
        },
        Observed::Same { n, cells } => {
            let n = number(*n);
            let said = cells_said(cells, subject).map_or(String::new(), |said| format!(" {said}"));
            format!("All {n} see the same{said} {place}.")
        }
        Observed::Differ {
            others,
            cells,
            file,
            n,
        } => {
            let verb = if others.len() == 1 { "sees" } else { "see" };
            let what = match (cells_said(cells, subject), file.as_ref()) {
                (Some(said), Some(file)) if others.len() == 1 => {
                    let has = cells_said(file, subject);
                    let has =
                        has.map_or(String::new(), |has| format!(", where the file has {has}"));
                    format!("{said} {place}{has}")
                }
                _ => format!("something else than the file {place}"),
            };
            if others.len() * 2 > *n {
                let (k, n) = (number(others.len()), number(*n));
                format!(
                    "{} of {n} see something else than the file {place}.",
                    capital(&k)
                )
            } else {
                format!("Only {} {verb} {what}.", listed(others))
            }
        }
    }
}
