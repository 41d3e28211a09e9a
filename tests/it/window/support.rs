//! What the tests of the window share: the window, what is done in it, its words, other processes.

mod ask;
mod found;
mod frames;
mod ids;
mod others;
mod read;
mod shown;

pub(super) use ask::*;
pub(super) use found::*;
pub(super) use frames::{CTRL, PLAIN, act, doc, model, press, type_text};
pub(super) use others::*;
pub(super) use read::*;
pub(super) use shown::*;
