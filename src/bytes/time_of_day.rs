//! The time of day of a moment, in words. It asks no clock.

use std::time::SystemTime;

/// Hours, minutes and seconds of `at`, in UTC: `03:04:05 UTC`. A moment before 1970 is `00:00:00 UTC`.
#[must_use]
pub fn time_of_day(at: SystemTime) -> String {
    let since = at.duration_since(SystemTime::UNIX_EPOCH);
    let seconds = since.map_or(0, |since| since.as_secs());
    let (hour, minute) = (seconds / 3600 % 24, seconds / 60 % 60);
    format!("{hour:02}:{minute:02}:{:02} UTC", seconds % 60)
}
