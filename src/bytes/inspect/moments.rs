//! Dates and times, in UTC; DOS's in whatever zone its maker had.

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};

use super::{Field, NoReading, Order, Reading, WriteError, expected, first, ordered, plain};

/// From 1601 to 1970, in tenths of a microsecond.
const TICKS_TO_1970: i128 = 116_444_736_000_000_000;
const TICKS: i128 = 10_000_000;
const OUT_OF_YEARS: NoReading = NoReading::Invalid("in the years 0 to 9999");
const FORM: &str = "a date and time such as 2026-11-26 06:28:36";

/// The moment that `bytes` are.
pub(super) fn read(field: Field, order: Order, bytes: &[u8]) -> Result<Reading, NoReading> {
    let (text, len) = match field {
        Field::Unix32 => {
            let seconds = i32::from_le_bytes(first(order, bytes)?);
            (utc(i128::from(seconds) * TICKS, false)?, 4)
        }
        Field::Unix64 => {
            let seconds = i64::from_le_bytes(first(order, bytes)?);
            (utc(i128::from(seconds) * TICKS, false)?, 8)
        }
        Field::Filetime => {
            let ticks = u64::from_le_bytes(first(order, bytes)?);
            (utc(i128::from(ticks) - TICKS_TO_1970, true)?, 8)
        }
        _ => (dos(u32::from_le_bytes(first(order, bytes)?))?, 4),
    };
    Ok(plain(text, len))
}

/// The moment so many tenths of a microsecond after 1970, with them or without.
fn utc(ticks: i128, has_fraction: bool) -> Result<String, NoReading> {
    let at = OffsetDateTime::from_unix_timestamp_nanos(ticks.saturating_mul(100));
    let at = at.ok().filter(|at| (0..=9999).contains(&at.year()));
    let at = at.ok_or(OUT_OF_YEARS)?;
    let fraction = if has_fraction {
        format!(".{:07}", ticks.rem_euclid(TICKS))
    } else {
        String::new()
    };
    let (date, time) = (at.date(), at.time());
    Ok(format!("{}{fraction} UTC", words(date, time)))
}

fn words(date: Date, time: Time) -> String {
    let (year, month, day) = date.to_calendar_date();
    let (hour, minute, second) = time.as_hms();
    let month = u8::from(month);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

/// Day 5 bits, month 4, years since 1980 7; pairs of seconds 5, minutes 6, hours 5: the time is the lower half.
fn dos(bits: u32) -> Result<String, NoReading> {
    let part =
        |shift: u32, width: u32| u8::try_from(bits >> shift & ((1 << width) - 1)).unwrap_or(0);
    let month = Month::try_from(part(21, 4)).ok();
    let date = month.and_then(|month| {
        let year = 1980 + i32::from(part(25, 7));
        Date::from_calendar_date(year, month, part(16, 5)).ok()
    });
    let time = Time::from_hms(part(11, 5), part(5, 6), part(0, 5) * 2).ok();
    match (date, time) {
        (Some(date), Some(time)) => Ok(words(date, time)),
        (None, _) => Err(NoReading::Invalid("a date")),
        (_, None) => Err(NoReading::Invalid("a time")),
    }
}

/// The bytes of a typed moment.
pub(super) fn write(field: Field, order: Order, typed: &str) -> Result<Vec<u8>, WriteError> {
    let moment = parse(typed)?;
    let whole_only = |what: &'static str| {
        if moment.fraction == 0 {
            Ok(())
        } else {
            Err(expected(moment.start + 19, what))
        }
    };
    let seconds = moment.at.assume_utc().unix_timestamp();
    match field {
        Field::Unix32 => {
            whole_only("whole seconds")?;
            let seconds = i32::try_from(seconds);
            let seconds = seconds.map_err(|_| {
                expected(
                    moment.start,
                    "a date from 1901-12-13 20:45:52 to 2038-01-19 03:14:07",
                )
            })?;
            Ok(ordered(order, seconds.to_le_bytes()))
        }
        Field::Unix64 => {
            whole_only("whole seconds")?;
            Ok(ordered(order, seconds.to_le_bytes()))
        }
        Field::Filetime => {
            let ticks = i128::from(seconds) * TICKS + i128::from(moment.fraction) + TICKS_TO_1970;
            let ticks = u64::try_from(ticks);
            let ticks = ticks.map_err(|_| expected(moment.start, "a date from 1601 on"))?;
            Ok(ordered(order, ticks.to_le_bytes()))
        }
        _ => {
            whole_only("whole seconds")?;
            Ok(ordered(order, dos_bits(&moment)?.to_le_bytes()))
        }
    }
}

fn dos_bits(moment: &Moment) -> Result<u32, WriteError> {
    let (date, time) = (moment.at.date(), moment.at.time());
    let year = date
        .year()
        .checked_sub(1980)
        .and_then(|year| u32::try_from(year).ok());
    let year = year.filter(|year| *year < 128);
    let year = year.ok_or_else(|| expected(moment.start, "a year from 1980 to 2107"))?;
    if time.second() % 2 != 0 {
        return Err(expected(moment.start + 17, "even seconds"));
    }
    let date = year << 9 | u32::from(u8::from(date.month())) << 5 | u32::from(date.day());
    let (hour, minute) = (u32::from(time.hour()), u32::from(time.minute()));
    Ok(date << 16 | hour << 11 | minute << 5 | u32::from(time.second() / 2))
}

/// A typed moment.
struct Moment {
    at: PrimitiveDateTime,
    /// Tenths of a microsecond.
    fraction: u32,
    /// The column that it begins at.
    start: usize,
}

/// `2026-11-26 06:28:36`, with up to seven digits behind a point, and with `T`, `Z` or `UTC` where ISO 8601 or this program
/// writes them.
fn parse(typed: &str) -> Result<Moment, WriteError> {
    let chars: Vec<char> = typed.trim_end().chars().collect();
    let start = chars.iter().take_while(|c| c.is_whitespace()).count();
    let (body, rest) = chars[start..]
        .split_at_checked(19)
        .unwrap_or((&chars[start..], &[]));
    for (at, wanted) in "dddd-dd-dd_dd:dd:dd".chars().enumerate() {
        let is_right = body.get(at).is_some_and(|c| match wanted {
            'd' => c.is_ascii_digit(),
            '_' => matches!(c, ' ' | 'T' | 't'),
            other => *c == other,
        });
        if !is_right {
            return Err(expected(start + at, FORM));
        }
    }
    let part = |from: usize, n: usize| -> u16 {
        let digits = body
            .iter()
            .skip(from)
            .take(n)
            .filter_map(|c| c.to_digit(10));
        digits.fold(0, |value, digit| {
            value * 10 + u16::try_from(digit).unwrap_or(0)
        })
    };
    let small = |from: usize| u8::try_from(part(from, 2)).unwrap_or(u8::MAX);
    let month =
        Month::try_from(small(5)).map_err(|_| expected(start + 5, "a month from 01 to 12"))?;
    let date = Date::from_calendar_date(part(0, 4).into(), month, small(8))
        .map_err(|_| expected(start + 8, "a day of that month"))?;
    let time = Time::from_hms(small(11), small(14), small(17))
        .map_err(|_| expected(start + 11, "a time from 00:00:00 to 23:59:59"))?;
    Ok(Moment {
        at: PrimitiveDateTime::new(date, time),
        fraction: fraction(rest, start + 19)?,
        start,
    })
}

/// What stands behind the seconds.
fn fraction(rest: &[char], at: usize) -> Result<u32, WriteError> {
    let (digits, zone) = match rest.split_first() {
        Some(('.', behind)) => {
            let n = behind.iter().take_while(|c| c.is_ascii_digit()).count();
            behind.split_at(n)
        }
        _ => (&[][..], rest),
    };
    let zone: String = zone.iter().collect();
    let is_point_alone = rest.first() == Some(&'.') && digits.is_empty();
    if is_point_alone || digits.len() > 7 {
        return Err(expected(at + 1, "one to seven digits"));
    }
    if !matches!(zone.trim(), "" | "Z" | "z" | "UTC") {
        let column = at + rest.len() - zone.chars().count();
        return Err(expected(column, "UTC, or nothing more"));
    }
    let value = digits.iter().filter_map(|c| c.to_digit(10));
    let value = value.fold(0, |value, digit| value * 10 + digit);
    let missing = u32::try_from(7 - digits.len()).unwrap_or(0);
    Ok(value * 10_u32.pow(missing))
}
