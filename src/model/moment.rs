//! When something was said: told to the model, which has no clock.
//!
//! It owns how a time is written down. It must not know what is timed.

use std::fmt;
use std::time::Duration;

const SECONDS_A_DAY: u64 = 86_400;

/// A moment, by the two clocks that each can do what the other cannot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// The time of day, since the beginning of 1970 in UTC. It may jump.
    pub utc: Duration,
    /// How long this run has gone on: what passed between two moments is told by this.
    pub run: Duration,
}

impl Moment {
    /// What passed since `earlier`; nothing where that is not earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        self.run.saturating_sub(earlier.run)
    }

    /// The time of day in UTC, to the minute: `12:03`.
    #[must_use]
    pub fn minute(self) -> String {
        let minutes = self.utc.as_secs() / 60;
        format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60)
    }

    /// The time of day in UTC, to a tenth of a second: `12:03:04.5`.
    #[must_use]
    pub fn time(self) -> String {
        let second = self.utc.as_secs() % SECONDS_A_DAY;
        let (hour, minute) = (second / 3600, second / 60 % 60);
        let tenth = self.utc.subsec_millis() / 100;
        format!("{hour:02}:{minute:02}:{:02}.{tenth}", second % 60)
    }
}

impl fmt::Display for Moment {
    /// Date and time in UTC: `2026-11-26 12:03:04.5 UTC`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date(self.utc.as_secs() / SECONDS_A_DAY);
        write!(f, "{year:04}-{month:02}-{day:02} {} UTC", self.time())
    }
}

/// The date so many days after 1970-01-01. Counted in years that begin in March, whose leap day is their last.
fn date(days: u64) -> (u64, u64, u64) {
    const DAYS_OF_400_YEARS: u64 = 146_097;
    let days = days + 719_468; // since 0000-03-01
    let (era, day) = (days / DAYS_OF_400_YEARS, days % DAYS_OF_400_YEARS);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day + 2) / 153;
    let day = day - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = era * 400 + year + u64::from(month <= 2);
    (year, month, day)
}
