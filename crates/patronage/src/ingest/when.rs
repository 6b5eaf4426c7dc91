//! Days and instants from text and from numbers.
//!
//! Year first is never in doubt: `2024-03-05`, `2024/3/5`, `20240305`, `2024年3月5日`, each with an optional time of day
//! and an optional `Z` or offset. A year that comes last is: `3/5/2024` says nothing about what the 3 is. Which of the
//! two it is follows from the whole column ([`DayMonthEvidence`]), or is asked for.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::time::{DAY_SECONDS, day_number};

/// The unit of a number that counts from 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EpochUnit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Microseconds.
    Microseconds,
    /// Days.
    Days,
}

/// How times are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeFormat {
    /// Year first, or day and month told apart by the column itself.
    #[default]
    Infer,
    /// A year that comes last has the month before the day: `12/1/2010 8:26`.
    MonthDayYear,
    /// A year that comes last has the day before the month: `1.12.2010`.
    DayMonthYear,
    /// A `strftime` pattern, such as `%d.%m.%y %H:%M`.
    Pattern(String),
    /// Counted from 1970-01-01T00:00:00Z.
    Epoch(EpochUnit),
}

/// What a text says: seconds since 1970-01-01 on the clock it was read from, and that clock's offset if it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    seconds: i64,
    offset: Option<i32>,
}

/// Why a text is not a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotTime {
    Unreadable,
    /// The year is not within 1900 to 2199.
    OutOfRange,
    /// Day and month cannot be told apart before the whole column has been looked at.
    DayOrMonth,
}

/// The first and the last second that is accepted: 1900-01-01T00:00:00 and 2199-12-31T23:59:59.
const RANGE: (i64, i64) = (-2_208_988_800, 7_258_118_399);

/// What the values of a column tell about the order of day and month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DayMonthEvidence {
    /// A value whose first number cannot be a month.
    pub(crate) day_first: Option<String>,
    /// A value whose second number cannot be a month.
    pub(crate) month_first: Option<String>,
    /// A value that could be either.
    pub(crate) unclear: Option<String>,
}

impl DayMonthEvidence {
    pub(crate) fn look_at(&mut self, text: &[u8]) {
        let Some((first, second, _, _)) = year_last(text.trim_ascii()) else { return };
        let slot = match (first > 12, second > 12) {
            (true, false) => &mut self.day_first,
            (false, true) => &mut self.month_first,
            (false, false) => &mut self.unclear,
            (true, true) => return,
        };
        if slot.is_none() {
            *slot = Some(String::from_utf8_lossy(text).into_owned());
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.day_first = self.day_first.take().or(other.day_first);
        self.month_first = self.month_first.take().or(other.month_first);
        self.unclear = self.unclear.take().or(other.unclear);
    }
}

/// Reads times into seconds on the local clock.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    format: TimeFormat,
    zone: Tz,
}

impl Clock {
    pub(crate) fn new(format: TimeFormat, zone: Tz) -> Self {
        Self { format, zone }
    }

    /// Reads a text.
    pub(crate) fn parse(&self, text: &[u8]) -> Result<i64, NotTime> {
        let reading = match &self.format {
            TimeFormat::Pattern(pattern) => by_pattern(text, pattern)?,
            TimeFormat::Epoch(unit) => {
                let number = std::str::from_utf8(text).ok().and_then(|text| text.trim().parse::<f64>().ok());
                return self.epoch_float(number.ok_or(NotTime::Unreadable)?, *unit);
            }
            _ => match fixed(text) {
                Some(reading) => reading,
                None => self.loose(text.trim_ascii())?,
            },
        };
        self.local(reading)
    }

    /// A number that counts from the epoch, as the format says.
    pub(crate) fn number(&self, number: i64) -> Result<i64, NotTime> {
        let TimeFormat::Epoch(unit) = self.format else {
            let mut buffer = [0_u8; 20];
            return self.parse(decimal(number, &mut buffer));
        };
        let seconds = match unit {
            EpochUnit::Seconds => Some(number),
            EpochUnit::Milliseconds => Some(number.div_euclid(1_000)),
            EpochUnit::Microseconds => Some(number.div_euclid(1_000_000)),
            EpochUnit::Days => number.checked_mul(DAY_SECONDS),
        };
        let seconds = seconds.ok_or(NotTime::OutOfRange)?;
        if unit == EpochUnit::Days { in_range(seconds) } else { self.utc(seconds) }
    }

    fn epoch_float(&self, number: f64, unit: EpochUnit) -> Result<i64, NotTime> {
        #[expect(clippy::cast_possible_truncation, reason = "the magnitude is checked, and fractions of a unit are meant to go")]
        if number.abs() < 9e15 {
            Clock { format: TimeFormat::Epoch(unit), zone: self.zone }.number(number.floor() as i64)
        } else {
            Err(NotTime::OutOfRange)
        }
    }

    /// Seconds since the epoch in UTC become seconds on the local clock.
    pub(crate) fn utc(&self, seconds: i64) -> Result<i64, NotTime> {
        if self.zone == Tz::UTC {
            return in_range(seconds);
        }
        let instant = DateTime::from_timestamp(seconds, 0).ok_or(NotTime::OutOfRange)?.naive_utc();
        let offset = self.zone.offset_from_utc_datetime(&instant).fix().local_minus_utc();
        in_range(seconds + i64::from(offset))
    }

    /// Seconds on a clock without a zone are local as they are.
    pub(crate) fn naive(seconds: i64) -> Result<i64, NotTime> {
        in_range(seconds)
    }

    fn local(&self, reading: Reading) -> Result<i64, NotTime> {
        match reading.offset {
            None => in_range(reading.seconds),
            Some(offset) => self.utc(reading.seconds - i64::from(offset)),
        }
    }

    /// Everything that is not of the fixed form.
    fn loose(&self, text: &[u8]) -> Result<Reading, NotTime> {
        if let Some((year, month, day, rest)) = year_first(text) {
            return read_parts(year, month, day, rest);
        }
        if let Some((first, second, year, rest)) = year_last(text) {
            let (month, day) = match self.format {
                TimeFormat::MonthDayYear => (first, second),
                TimeFormat::DayMonthYear => (second, first),
                _ => return Err(NotTime::DayOrMonth),
            };
            return read_parts(i64::from(year), month, day, rest);
        }
        Err(NotTime::Unreadable)
    }
}

/// An integer as decimal text.
pub(crate) fn decimal(number: i64, buffer: &mut [u8; 20]) -> &[u8] {
    let mut at = buffer.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        buffer[at] = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        at -= 1;
        buffer[at] = b'-';
    }
    &buffer[at..]
}

fn in_range(seconds: i64) -> Result<i64, NotTime> {
    if (RANGE.0..=RANGE.1).contains(&seconds) { Ok(seconds) } else { Err(NotTime::OutOfRange) }
}

/// Days since 1970-01-01 of a proleptic Gregorian date; `None` when there is no such day.
fn civil_day(year: i64, month: u32, day: u32) -> Option<i64> {
    const LENGTHS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = *LENGTHS.get(month.checked_sub(1)? as usize)? + u32::from(leap && month == 2);
    if day == 0 || day > length {
        return None;
    }
    // Years begin in March, so that the leap day is the last one; eras of 400 years have 146,097 days.
    let shifted = year - i64::from(month <= 2);
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = i64::from((153 * ((month + 9) % 12) + 2) / 5 + day - 1);
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

fn two(text: &[u8]) -> Option<u32> {
    match text {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', ..] => Some(u32::from(a - b'0') * 10 + u32::from(b - b'0')),
        _ => None,
    }
}

/// The fast path: `YYYY-MM-DD`, alone or with `HH:MM:SS` behind a space or a T.
fn fixed(text: &[u8]) -> Option<Reading> {
    let timed = text.len() == 19;
    if !(timed || text.len() == 10) || text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    let year = i64::from(two(text)? * 100 + two(&text[2..])?);
    let mut seconds = civil_day(year, two(&text[5..])?, two(&text[8..])?)? * DAY_SECONDS;
    if timed {
        if !matches!(text[10], b' ' | b'T') || text[13] != b':' || text[16] != b':' {
            return None;
        }
        seconds += time_of_day(two(&text[11..])?, two(&text[14..])?, two(&text[17..])?)?;
    }
    Some(Reading { seconds, offset: None })
}

fn time_of_day(hour: u32, minute: u32, second: u32) -> Option<i64> {
    // A leap second counts as the second before it.
    (hour < 24 && minute < 60 && second <= 60).then(|| i64::from(hour * 3600 + minute * 60 + second.min(59)))
}

/// Takes 1 to `most` digits off the front.
fn number(text: &[u8], most: usize) -> Option<(u32, &[u8])> {
    let length = text.iter().take(most + 1).take_while(|b| b.is_ascii_digit()).count();
    if length == 0 || length > most {
        return None;
    }
    let value = text[..length].iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
    Some((value, &text[length..]))
}

/// `2024-3-5`, `2024/03/05`, `2024.3.5`, `20240305`, `2024年3月5日`, with what follows.
fn year_first(text: &[u8]) -> Option<(i64, u32, u32, &[u8])> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 8 {
        let (year, rest) = number(&text[..4], 4)?;
        debug_assert!(rest.is_empty());
        return Some((i64::from(year), two(&text[4..])?, two(&text[6..])?, &text[8..]));
    }
    if !(4..=6).contains(&digits) {
        return None;
    }
    let (year, rest) = number(text, 6)?;
    if let Some(rest) = rest.strip_prefix("年".as_bytes()) {
        let (month, rest) = number(rest, 2)?;
        let (day, rest) = number(rest.strip_prefix("月".as_bytes())?, 2)?;
        return Some((i64::from(year), month, day, rest.strip_prefix("日".as_bytes())?));
    }
    let (separator, rest) = rest.split_first()?;
    let (month, rest) = number(rest, 2)?;
    let (again, rest) = rest.split_first()?;
    if !matches!(separator, b'-' | b'/' | b'.') || again != separator {
        return None;
    }
    let (day, rest) = number(rest, 2)?;
    Some((i64::from(year), month, day, rest))
}

/// `3/5/2024`, `03-05-2024`, `3.5.2024`, with what follows.
fn year_last(text: &[u8]) -> Option<(u32, u32, u32, &[u8])> {
    let (first, rest) = number(text, 2)?;
    let (separator, rest) = rest.split_first()?;
    let (second, rest) = number(rest, 2)?;
    let (again, rest) = rest.split_first()?;
    if !matches!(separator, b'-' | b'/' | b'.') || again != separator || rest.iter().take_while(|b| b.is_ascii_digit()).count() < 4 {
        return None;
    }
    let (year, rest) = number(rest, 6)?;
    Some((first, second, year, rest))
}

/// A date, and what follows it: nothing, or a time of day, or a time of day and an offset.
fn read_parts(year: i64, month: u32, day: u32, rest: &[u8]) -> Result<Reading, NotTime> {
    let days = civil_day(year, month, day).ok_or(NotTime::Unreadable)?;
    let (time, offset) = if rest.is_empty() { (0, None) } else { clock_time(rest).ok_or(NotTime::Unreadable)? };
    Ok(Reading { seconds: days * DAY_SECONDS + time, offset })
}

fn clock_time(text: &[u8]) -> Option<(i64, Option<i32>)> {
    let text = text.strip_prefix(b"T").or_else(|| text.strip_prefix(b"t")).unwrap_or(text).trim_ascii_start();
    let (mut hour, rest) = number(text, 2)?;
    let (minute, rest) = number(rest.strip_prefix(b":")?, 2)?;
    let (second, rest) = match rest.strip_prefix(b":") {
        Some(rest) => number(rest, 2)?,
        None => (0, rest),
    };
    let rest = match rest.strip_prefix(b".").or_else(|| rest.strip_prefix(b",")) {
        Some(fraction) => &fraction[fraction.iter().take_while(|b| b.is_ascii_digit()).count()..],
        None => rest,
    };
    let rest = rest.trim_ascii();
    let (half, rest) = match rest {
        [a @ (b'A' | b'a' | b'P' | b'p'), b'M' | b'm', rest @ ..] => (Some(a.to_ascii_uppercase()), rest.trim_ascii()),
        _ => (None, rest),
    };
    if let Some(half) = half {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + if half == b'P' { 12 } else { 0 };
    }
    Some((time_of_day(hour, minute, second)?, zone_offset(rest)?))
}

/// Nothing, `Z`, `UTC`, or an offset such as `+08:00`, `+0800`, `+08`. The outer `None` means: not an offset.
#[expect(clippy::option_option, reason = "unreadable, absent and present are three things")]
fn zone_offset(text: &[u8]) -> Option<Option<i32>> {
    let (sign, rest) = match text {
        b"" => return Some(None),
        b"Z" | b"z" | b"UTC" => return Some(Some(0)),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let hours = two(rest)?;
    let minutes = match &rest[2..] {
        b"" => 0,
        [b':', minutes @ ..] | minutes if minutes.len() == 2 => two(minutes)?,
        _ => return None,
    };
    (hours < 24 && minutes < 60).then(|| Some(sign * (hours * 3600 + minutes * 60).cast_signed()))
}

fn by_pattern(text: &[u8], pattern: &str) -> Result<Reading, NotTime> {
    let text = std::str::from_utf8(text).map_err(|_| NotTime::Unreadable)?.trim();
    if let Ok(instant) = DateTime::parse_from_str(text, pattern) {
        return Ok(Reading { seconds: instant.timestamp(), offset: Some(0) });
    }
    let seconds = NaiveDateTime::parse_from_str(text, pattern)
        .map(|local| local.and_utc().timestamp())
        .or_else(|_| NaiveDate::parse_from_str(text, pattern).map(|date| i64::from(day_number(date)) * DAY_SECONDS))
        .map_err(|_| NotTime::Unreadable)?;
    Ok(Reading { seconds, offset: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: TimeFormat, zone: Tz, text: &str) -> Result<String, NotTime> {
        Clock::new(format, zone)
            .parse(text.as_bytes())
            .map(|seconds| DateTime::from_timestamp(seconds, 0).map_or_else(String::new, |t| t.format("%F %T").to_string()))
    }

    #[test]
    fn year_first_is_never_in_doubt() {
        for (text, expected) in [
            ("2024-03-05", "2024-03-05 00:00:00"),
            ("2024/3/5", "2024-03-05 00:00:00"),
            ("2024.03.05 7:08", "2024-03-05 07:08:00"),
            ("20240305", "2024-03-05 00:00:00"),
            ("20240305T1:02:03", "2024-03-05 01:02:03"),
            ("2024年3月5日", "2024-03-05 00:00:00"),
            ("2024-03-05 07:08:09", "2024-03-05 07:08:09"),
            ("2024-03-05T07:08:09.123456", "2024-03-05 07:08:09"),
            ("2024-02-29T23:30:00Z", "2024-02-29 23:30:00"),
            ("2024-03-05T07:08:09+08:00", "2024-03-04 23:08:09"),
            ("2024-03-05 07:08:09 -0130", "2024-03-05 08:38:09"),
            ("2024-03-05 12:08 AM", "2024-03-05 00:08:00"),
        ] {
            assert_eq!(read(TimeFormat::Infer, Tz::UTC, text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn day_and_month_are_asked_for() {
        assert_eq!(read(TimeFormat::Infer, Tz::UTC, "3/4/2024"), Err(NotTime::DayOrMonth));
        assert_eq!(read(TimeFormat::MonthDayYear, Tz::UTC, "12/1/2010 8:26").as_deref(), Ok("2010-12-01 08:26:00"));
        assert_eq!(read(TimeFormat::DayMonthYear, Tz::UTC, "1.12.2010").as_deref(), Ok("2010-12-01 00:00:00"));
        let mut evidence = DayMonthEvidence::default();
        for text in ["3/4/2024", "3/14/2024", "junk", "99/99/2024"] {
            evidence.look_at(text.as_bytes());
        }
        assert_eq!(evidence.month_first.as_deref(), Some("3/14/2024"));
        assert_eq!(evidence.unclear.as_deref(), Some("3/4/2024"));
        assert_eq!(evidence.day_first, None);
    }

    #[test]
    fn refuses_and_ranges() {
        for text in [
            "",
            "2023-02-29",
            "2024-13-01",
            "2024-00-10",
            "24-03-05",
            "2024-03-05 25:00",
            "2024-03-05 10:00 nowhere",
            "now",
            "1700000000",
            "2024-03/05",
        ] {
            assert_eq!(read(TimeFormat::Infer, Tz::UTC, text), Err(NotTime::Unreadable), "{text}");
        }
        for text in ["0000-01-01", "1899-12-31", "2200-01-01", "99999-01-01"] {
            assert_eq!(read(TimeFormat::Infer, Tz::UTC, text), Err(NotTime::OutOfRange), "{text}");
        }
    }

    #[test]
    fn the_zone_decides_the_local_day() {
        assert_eq!(read(TimeFormat::Infer, Tz::Asia__Shanghai, "2024-03-05T20:00:00Z").as_deref(), Ok("2024-03-06 04:00:00"));
        assert_eq!(read(TimeFormat::Infer, Tz::Asia__Shanghai, "2024-03-05 20:00:00").as_deref(), Ok("2024-03-05 20:00:00"));
        assert_eq!(read(TimeFormat::Epoch(EpochUnit::Seconds), Tz::America__New_York, "1709690400").as_deref(), Ok("2024-03-05 21:00:00"));
        assert_eq!(read(TimeFormat::Epoch(EpochUnit::Days), Tz::America__New_York, "19787").as_deref(), Ok("2024-03-05 00:00:00"));
    }

    #[test]
    fn patterns_are_those_of_strftime() {
        let pattern = |p: &str| TimeFormat::Pattern(p.to_owned());
        assert_eq!(read(pattern("%d.%m.%y"), Tz::UTC, "05.03.24").as_deref(), Ok("2024-03-05 00:00:00"));
        assert_eq!(read(pattern("%d %b %Y %H:%M"), Tz::UTC, "05 Mar 2024 07:30").as_deref(), Ok("2024-03-05 07:30:00"));
        assert_eq!(read(pattern("%Y-%m-%dT%H:%M:%S%z"), Tz::UTC, "2024-03-05T00:00:00+0200").as_deref(), Ok("2024-03-04 22:00:00"));
    }

    #[test]
    fn civil_days_agree_with_chrono() {
        for day in (-30_000..90_000).step_by(17) {
            let date = crate::time::date_of(day);
            let (year, month, of_month) = (chrono::Datelike::year(&date), chrono::Datelike::month(&date), chrono::Datelike::day(&date));
            assert_eq!(civil_day(i64::from(year), month, of_month), Some(i64::from(day)));
        }
    }

    #[test]
    fn decimals_are_printed() {
        let mut buffer = [0; 20];
        assert_eq!(decimal(i64::MIN, &mut buffer), i64::MIN.to_string().as_bytes());
        assert_eq!(decimal(0, &mut buffer), b"0");
    }
}
