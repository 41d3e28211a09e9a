//! What `mapscope lab` knows without running anything: words, assertions, scores.
//!
//! It must not know how a run is made.

use std::fmt::Write as _;

use crate::lab::glossary::{self, TERMS, Term};
use crate::lab::learning::AnswerStore;
use crate::lab::{posix, runner};

use super::super::output::{FINE, NOT_OPENED, USAGE, Unwritten, complain, print};

/// Prints the glossary, or some words of it.
pub(super) fn glossary(words: &[String]) -> Result<u8, Unwritten> {
    let mut text = String::new();
    if words.is_empty() {
        for term in &TERMS {
            explain(&mut text, term);
        }
    }
    for word in words {
        let Some(term) = glossary::look_up(word) else {
            let nearest = glossary::nearest(word).join(", ");
            complain(&format!(
                "the glossary has no \u{201c}{word}\u{201d}; the nearest are {nearest}"
            ));
            return Ok(USAGE);
        };
        explain(&mut text, term);
    }
    print(&text)?;
    Ok(FINE)
}

fn explain(text: &mut String, term: &Term) {
    let also = match term.also {
        [] => String::new(),
        names => format!(" (also: {})", names.join(", ")),
    };
    let _ = writeln!(text, "{}{also}\n  {}", term.word, term.meaning);
    if !term.shown_by.is_empty() {
        let _ = writeln!(text, "  shown by {}", term.shown_by);
    }
}

/// Prints what POSIX asserts, and where Linux differs.
pub(super) fn posix() -> Result<u8, Unwritten> {
    print(&posix::tables())?;
    Ok(FINE)
}

/// Where answers are kept.
///
/// # Errors
/// A sentence.
pub(super) fn store() -> Result<AnswerStore, String> {
    AnswerStore::of_user().ok_or_else(|| {
        "your answers are kept nowhere: there is no home directory; set HOME or XDG_STATE_HOME"
            .to_owned()
    })
}

/// Prints how the person did, topic by topic.
pub(super) fn scores() -> Result<u8, Unwritten> {
    let answers = match store().and_then(|store| store.load()) {
        Ok(answers) => answers,
        Err(message) => {
            complain(&message);
            return Ok(NOT_OPENED);
        }
    };
    let mut text = String::new();
    for score in answers.scores() {
        let _ = writeln!(text, "{:<12} {score}", score.topic.word());
    }
    print(&text)?;
    Ok(FINE)
}

/// Forgets the answers to these, so that they are asked again.
pub(super) fn forget(names: &[String], all: bool) -> Result<u8, Unwritten> {
    if names.is_empty() && !all {
        complain("--forget needs names of experiments or topics, or --all");
        return Ok(USAGE);
    }
    let experiments = match runner::choose(names) {
        Ok(experiments) => experiments,
        Err(message) => {
            complain(&message);
            return Ok(USAGE);
        }
    };
    let mut n_forgotten = 0;
    let changed = store().and_then(|store| {
        store.change(|answers| {
            if all {
                n_forgotten = answers.forget_all() as u64;
            }
            for experiment in experiments {
                n_forgotten += u64::from(answers.forget(experiment.claim.name));
            }
        })
    });
    if let Err(message) = changed {
        complain(&message);
        return Ok(NOT_OPENED);
    }
    let n_words = crate::bytes::size::counted(n_forgotten, "answer");
    print(&format!("forgot {n_words}\n"))?;
    Ok(FINE)
}
