//! `mapscope lab --ask`: asks what a person expects before each run, and says afterwards whether it was so.
//!
//! It must not know how a run is made.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufRead, Read as _};
use std::time::SystemTime;

use crate::bytes::time_of_day::date_and_time;
use crate::lab::catalogue;
use crate::lab::claim::{Claim, Expected, RunRecord};
use crate::lab::learning::{AnswerStore, OwnAnswer, OwnAnswers, is_right};
use crate::lab::lesson::{Right, exercise_of};

use super::super::output::{Unwritten, cause, complain, print};
use super::tables::store;

/// The longest line that is read.
const MAX_LINE: u64 = 4096;

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Matter {
    /// Experiments; the answers are kept.
    Experiments,
    /// Their exercises; the answers are not kept.
    Exercises,
}

/// Asks, and keeps what was answered.
pub(super) struct Asker {
    matter: Matter,
    /// Whether it says before each run what that is about.
    speaks: bool,
    /// Whether there is anybody who answers.
    asks: bool,
    picks: BTreeMap<String, usize>,
    given: OwnAnswers,
    store: Option<AnswerStore>,
    n_right: u64,
    n_told: u64,
}

impl Asker {
    pub(super) fn new(matter: Matter, asks: bool) -> Self {
        let store = if asks && matter == Matter::Experiments {
            store().map_err(|message| complain(&message)).ok()
        } else {
            None
        };
        Self {
            matter,
            speaks: asks || matter == Matter::Exercises,
            asks,
            picks: BTreeMap::new(),
            given: OwnAnswers::default(),
            store,
            n_right: 0,
            n_told: 0,
        }
    }

    /// Whether it says before each run what that is about.
    pub(super) fn speaks(&self) -> bool {
        self.speaks
    }

    /// Says what comes, and asks what is expected of it.
    pub(super) fn before(&mut self, name: &str) -> Result<(), Unwritten> {
        let Some(claim) = claim(name) else {
            return Ok(());
        };
        if !self.speaks {
            return Ok(());
        }
        // The name of an experiment gives its answer away, that of an exercise does not.
        let (head, question, choices) = match (self.matter, exercise_of(name)) {
            (Matter::Exercises, Some(exercise)) => (name, exercise.question, exercise.choices),
            _ => (claim.topic.title(), claim.question(), claim.choices),
        };
        let is_told = self.matter == Matter::Exercises || claim.expected != Expected::Measured;
        let mut text = format!("\n{head}\n  question   {question}\n");
        for (number, choice) in (1..).zip(choices) {
            let _ = writeln!(text, "         {number}   {choice}");
        }
        print(&text)?;
        while self.asks && is_told {
            print(&format!(
                "your prediction (1 to {}, or nothing to leave it open): ",
                choices.len()
            ))?;
            let line = match line(&mut io::stdin().lock()) {
                Ok(Some(line)) => line,
                Ok(None) => {
                    self.asks = false;
                    print("\n")?;
                    break;
                }
                Err(error) => {
                    self.asks = false;
                    print("\n")?;
                    complain(&format!("standard input cannot be read: {}", cause(&error)));
                    break;
                }
            };
            match line.trim().parse::<usize>() {
                _ if line.trim().is_empty() => break,
                Ok(number) if (1..=choices.len()).contains(&number) => {
                    self.picks.insert(name.to_owned(), number - 1);
                    break;
                }
                _ => print(&format!(
                    "A number from 1 to {} is needed.\n",
                    choices.len()
                ))?,
            }
        }
        Ok(())
    }

    /// Says whether it was as the person expected, and keeps that.
    pub(super) fn after(&mut self, record: &RunRecord, file_system: &str) -> Result<(), Unwritten> {
        let (Some(claim), Some(pick)) = (claim(&record.name), self.picks.get(&record.name)) else {
            return Ok(());
        };
        let (pick, name) = (*pick, record.name.as_str());
        let (right, choices) = match (self.matter, exercise_of(name)) {
            (Matter::Exercises, Some(exercise)) if exercise.right == Right::Any => {
                return print(
                    "\nNobody promises which: none is wrong, and this run tells what it saw.\n",
                );
            }
            (Matter::Exercises, Some(exercise)) => {
                let right = exercise.is_right(&record.verdict, pick);
                (right, exercise.choices)
            }
            _ => (
                is_right(claim, file_system, &record.verdict, pick),
                claim.choices,
            ),
        };
        let choice = choices.get(pick).copied().unwrap_or_default();
        let number = pick + 1;
        print(&match right {
            Some(true) => format!("\nRight: {number}, {choice}.\n"),
            Some(false) => format!("\nWrong: not {number}, {choice}.\n"),
            None => format!("\nThis run does not tell whether it is {number}, {choice}.\n"),
        })?;
        self.n_told += u64::from(right.is_some());
        self.n_right += u64::from(right == Some(true));
        let answer = OwnAnswer {
            choice: choice.to_owned(),
            right,
            at: date_and_time(SystemTime::now()),
        };
        self.given.note(name, answer.clone());
        let kept = self
            .store
            .as_ref()
            .map(|it| it.change(|all| all.note(name, answer)));
        if let Some(Err(message)) = kept {
            complain(&message);
            // Once is enough.
            self.store = None;
        }
        Ok(())
    }

    /// What was answered in this run, kept or not.
    pub(super) fn given(self) -> OwnAnswers {
        self.given
    }

    /// How the person did in this run; nothing where nobody was asked.
    pub(super) fn summary(&self) -> String {
        match self.n_told {
            0 => String::new(),
            n_told => format!("your predictions: {} of {n_told} right\n", self.n_right),
        }
    }
}

fn claim(name: &str) -> Option<&'static Claim> {
    catalogue::find(name).map(|experiment| &experiment.claim)
}

/// The next line; `None` at the end. Of one that is too long, what is too long.
fn line(input: &mut dyn BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    if input.take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if !line.ends_with(b"\n") && line.len() as u64 == MAX_LINE {
        input.skip_until(b'\n')?;
    }
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}
