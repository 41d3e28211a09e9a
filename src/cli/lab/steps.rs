//! `mapscope lab NAME --steps LIST`: what a person has an experiment's processes do, in an order of their own.
//!
//! It owns how that is written. It must not know what an order comes to.

use std::fmt::Write as _;

use crate::lab::Experiment;
use crate::lab::claim::Environment;
use crate::lab::runner;

use super::super::output::{FINE, Unwritten, print};

/// The most steps of one order.
const MOST: usize = 1000;

/// What is wanted of the steps of an experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Steps {
    /// To have them listed.
    List,
    /// To have these done, in this order: their places, from 0.
    Order(Vec<usize>),
}

/// `list`, or numbers from 1 and ranges of them, such as `1-8,10,9`.
pub(super) fn steps(text: &str) -> Result<Steps, String> {
    if text == "list" {
        return Ok(Steps::List);
    }
    let wanted = "list, or numbers from 1 such as 1-8,10,9, is needed";
    let mut order = Vec::new();
    for part in text.split(',') {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let number = |text: &str| text.trim().parse::<usize>().ok();
        let (Some(from), Some(to)) = (number(from), number(to)) else {
            return Err(wanted.to_owned());
        };
        if from == 0 || to < from {
            return Err(wanted.to_owned());
        }
        if to - from >= MOST || order.len() + (to - from) >= MOST {
            return Err(format!("at most {MOST} steps are done in one order"));
        }
        order.extend(from - 1..to);
    }
    Ok(Steps::Order(order))
}

/// Prints what there is to do, with the numbers that an order is made of.
pub(super) fn list(
    experiment: &'static Experiment,
    environment: &Environment,
) -> Result<u8, Unwritten> {
    let mut text = String::new();
    for (number, item) in (1..).zip(runner::items(experiment, environment)) {
        let who = item.peer.as_deref().unwrap_or("mapscope");
        let _ = writeln!(text, "{number:>4}  {who} {}", item.what);
    }
    print(&text)?;
    Ok(FINE)
}
