//! The experiments, grouped as a person would study them.

mod advice;
mod anonymous;
pub(in crate::lab) mod atomics;
pub(in crate::lab) mod bounds;
mod copies;
mod cost;
pub(in crate::lab) mod dirty;
mod durability;
mod ends;
mod errors;
mod fork;
mod frames;
mod holes;
mod limits;
mod malloc;
pub(in crate::lab) mod meetings;
mod moving;
pub(in crate::lab) mod names;
mod objects;
pub(in crate::lab) mod others;
mod pipes;
pub(in crate::lab) mod programs;
mod protection;
mod reach;
pub(in crate::lab) mod rooms;
mod sharing;
pub(in crate::lab) mod storage;
pub(in crate::lab) mod tables;
mod truncation;
mod unmapping;

use crate::lab::Experiment;
use crate::lab::claim::LabTopic;

/// Every experiment, in the order of study.
pub fn all() -> impl Iterator<Item = &'static Experiment> {
    [
        sharing::EXPERIMENTS,
        copies::EXPERIMENTS,
        frames::EXPERIMENTS,
        pipes::EXPERIMENTS,
        objects::EXPERIMENTS,
        names::EXPERIMENTS,
        fork::EXPERIMENTS,
        anonymous::EXPERIMENTS,
        advice::EXPERIMENTS,
        malloc::EXPERIMENTS,
        unmapping::EXPERIMENTS,
        protection::EXPERIMENTS,
        moving::EXPERIMENTS,
        ends::EXPERIMENTS,
        truncation::EXPERIMENTS,
        reach::EXPERIMENTS,
        holes::EXPERIMENTS,
        rooms::EXPERIMENTS,
        tables::EXPERIMENTS,
        errors::EXPERIMENTS,
        durability::EXPERIMENTS,
        storage::EXPERIMENTS,
        limits::EXPERIMENTS,
        bounds::EXPERIMENTS,
        programs::EXPERIMENTS,
        others::EXPERIMENTS,
        atomics::EXPERIMENTS,
        meetings::EXPERIMENTS,
        cost::EXPERIMENTS,
    ]
    .into_iter()
    .flatten()
}

/// Those of a topic.
pub fn of_topic(topic: LabTopic) -> impl Iterator<Item = &'static Experiment> {
    all().filter(move |experiment| experiment.claim.topic == topic)
}

/// The experiment of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Experiment> {
    all().find(|experiment| experiment.claim.name == name)
}
