//! The lab: every claim about mmap is an experiment that runs, carried out by peers.
//!
//! It owns the claims, the experiments with their scripts, the stage that carries these out and judges what peers tell, the
//! report, and what makes a lesson of an experiment. It must not know the window, or who asks.

pub mod catalogue;
pub mod claim;
pub(crate) mod environment;
pub mod experiment;
pub mod export;
pub mod gate;
pub mod glossary;
pub mod hand;
pub mod learning;
pub mod lesson;
mod limits;
mod nearest;
pub mod posix;
pub mod report;
pub mod runner;
pub mod script;
mod seen;
pub mod stage;
pub mod tense;
mod words;

pub use experiment::{Experiment, Need};
