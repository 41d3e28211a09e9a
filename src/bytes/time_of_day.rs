//! The time of day of a moment, and its date, in words. It asks no clock.

use std::time::SystemTime;

/// The date and the time of day of `at`, in UTC: `2026-11-26 03:04:05 UTC`. A moment before 1970 is its first second.
#[must_use]
pub fn date_and_time(at: SystemTime) -> String {
    let since = at.duration_since(SystemTime::UNIX_EPOCH);
    let seconds = since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    });
    let date = time::OffsetDateTime::from_unix_timestamp(seconds).map(time::OffsetDateTime::date);
    match date {
        Ok(date) => format!("{date} {}", time_of_day(at)),
        Err(_) => time_of_day(at), // of a year that has more than four digits
    }
}

/// Hours, minutes and seconds of `at`, in UTC: `03:04:05 UTC`. A moment before 1970 is `00:00:00 UTC`.
#[must_use]
pub fn time_of_day(at: SystemTime) -> String {
    let since = at.duration_since(SystemTime::UNIX_EPOCH);
    let seconds = since.map_or(0, |since| since.as_secs());
    let (hour, minute) = (seconds / 3600 % 24, seconds / 60 % 60);
    format!("{hour:02}:{minute:02}:{:02} UTC", seconds % 60)
}
