//! What a person can do of an experiment by hand, made of its script: which steps become things to do in the window of an
//! open file, and why others are none. What no open file can be told, an experiment's own processes do by hand: see
//! `stage/by_hand.rs`.
//!
//! It owns what an open file can be asked for in the place of a peer's call. A peer that maps the file is a process of the
//! tab; one that only reads and writes it is the row of calls; one that gives copies back, or maps the file twice, is this
//! program, as only its own mappings can be told to. What a peer measures of itself has no row, and is left out; where more
//! than half of the checks would be, there is no list. A step without which the rest makes no sense and that no row can be
//! told makes it so too. It does no I/O, and must not know how a list is shown or ticked.

mod cast;
mod make;
mod words;

use crate::lab::claim::{Environment, HandPlan};
use crate::lab::experiment::Experiment;
use crate::lab::script::Script;

/// File systems that scripts differ on.
const FILE_SYSTEMS: [&str; 2] = ["ext4", "tmpfs"];

/// What a person does to try the experiment of this script by hand.
///
/// # Errors
/// In a sentence without a final period, the step that an open file cannot be told, or why there is no list.
pub fn plan(script: &Script) -> Result<HandPlan, String> {
    if let Some(why) = script.why_not() {
        return Err(why.to_owned());
    }
    make::make(script)
}

/// The same of an experiment, wherever scratch files are: it is not asked of the storage.
///
/// # Errors
/// As [`plan`]; or that it depends on the file system what is to be seen.
pub fn plan_of(experiment: &Experiment, page_bytes: u64) -> Result<HandPlan, String> {
    let plans = FILE_SYSTEMS.map(|file_system| {
        let environment = Environment {
            page_bytes,
            file_system: file_system.to_owned(),
            ..Environment::default()
        };
        plan(&Script::of(experiment.script, &environment))
    });
    let [first, second] = plans;
    let (first, second) = (first?, second?);
    if first == second {
        Ok(first)
    } else {
        Err("What is to be seen depends on the file system of the scratch file".to_owned())
    }
}
