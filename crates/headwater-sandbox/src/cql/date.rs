//! Dates in queries: written ones and computed ones, in the user's time zone.

use time::macros::format_description;
use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use super::ast::{Field, Function, Operand};
use super::error::CqlError;

const EXPECTED: &str =
    "write a date as yyyy-MM-dd or yyyy/MM/dd, with HH:mm if need be, or use a function such as now(\"-1d\")";

/// The time of a search, in the time zone of the user.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) now: OffsetDateTime,
}

/// A span of time in milliseconds: a date names a day, a date with a time names a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) begin: i64,
    /// The first millisecond after it.
    pub(crate) end: i64,
}

impl Moment {
    /// `now_ms` as seen from a time zone `offset_seconds` east of Greenwich.
    pub(crate) fn new(now_ms: i64, offset_seconds: i32) -> Self {
        let now = OffsetDateTime::from_unix_timestamp_nanos(i128::from(now_ms) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        Self { now: now.to_offset(UtcOffset::from_whole_seconds(offset_seconds).unwrap_or(UtcOffset::UTC)) }
    }

    /// Returns the span of time that a date operand stands for.
    pub(crate) fn span(&self, field: Field, operand: &Operand) -> Result<Span, CqlError> {
        let wrong = |value: &str| CqlError::Value {
            field: field.as_str(),
            value: value.to_owned(),
            expected: EXPECTED,
        };
        match operand {
            Operand::Text(text) => self.written(text).ok_or_else(|| wrong(text)),
            Operand::Function(function, arguments) => {
                let increment = arguments.first().map_or("", String::as_str);
                let at = self.computed(*function, increment).ok_or_else(|| wrong(&operand.to_string()))?;
                let begin = millis(at);
                Ok(Span { begin, end: begin + 1 })
            }
        }
    }

    fn written(&self, text: &str) -> Option<Span> {
        let text = text.trim().replace('/', "-");
        let day = format_description!("[year]-[month]-[day]");
        let minute = format_description!("[year]-[month]-[day] [hour]:[minute]");
        let (begin, length) = match Date::parse(&text, &day) {
            Ok(date) => (date.midnight(), Duration::DAY),
            Err(_) => (PrimitiveDateTime::parse(&text, &minute).ok()?, Duration::MINUTE),
        };
        let begin = begin.assume_offset(self.now.offset());
        Some(Span { begin: millis(begin), end: millis(begin.checked_add(length)?) })
    }

    fn computed(&self, function: Function, increment: &str) -> Option<OffsetDateTime> {
        let today = self.now.replace_time(Time::MIDNIGHT);
        let monday =
            today.checked_sub(Duration::days(i64::from(today.weekday().number_days_from_monday())))?;
        let month = today.replace_day(1).ok()?;
        let year = month.replace_month(Month::January).ok()?;
        let (begin, unit, is_end) = match function {
            Function::Now => (self.now, 'm', false),
            Function::StartOfDay => (today, 'd', false),
            Function::EndOfDay => (today, 'd', true),
            Function::StartOfWeek => (monday, 'w', false),
            Function::EndOfWeek => (monday, 'w', true),
            Function::StartOfMonth => (month, 'M', false),
            Function::EndOfMonth => (month, 'M', true),
            Function::StartOfYear => (year, 'y', false),
            Function::EndOfYear => (year, 'y', true),
            Function::CurrentContent
            | Function::CurrentSpace
            | Function::CurrentUser
            | Function::FavouriteSpaces
            | Function::RecentlyViewedContent
            | Function::RecentlyViewedSpaces => return None,
        };
        let (count, unit) = if increment.is_empty() { (0, unit) } else { read_increment(increment, unit)? };
        let moved = shift(begin, count, unit)?;
        if !is_end {
            return Some(moved);
        }
        let next = match function {
            Function::EndOfDay => shift(moved, 1, 'd'),
            Function::EndOfWeek => shift(moved, 1, 'w'),
            Function::EndOfMonth => shift(moved, 1, 'M'),
            _ => shift(moved, 1, 'y'),
        };
        next?.checked_sub(Duration::MILLISECOND)
    }
}

/// Reads a signed number and a unit; without a unit, that of the function.
fn read_increment(text: &str, unit: char) -> Option<(i64, char)> {
    let text = text.trim();
    let (number, unit) = match text.char_indices().last()? {
        (place, letter) if "dwMyhm".contains(letter) => (text.get(..place)?, letter),
        _ => (text, unit),
    };
    Some((number.trim_start_matches('+').parse().ok()?, unit))
}

fn shift(from: OffsetDateTime, count: i64, unit: char) -> Option<OffsetDateTime> {
    let step = match unit {
        'd' => Duration::DAY,
        'w' => Duration::WEEK,
        'h' => Duration::HOUR,
        'm' => Duration::MINUTE,
        _ => return shift_months(from, if unit == 'y' { count.checked_mul(12)? } else { count }),
    };
    let seconds = step.whole_seconds().checked_mul(count)?;
    from.checked_add(Duration::seconds(seconds))
}

fn shift_months(from: OffsetDateTime, count: i64) -> Option<OffsetDateTime> {
    let months = i64::from(from.year())
        .checked_mul(12)?
        .checked_add(i64::from(u8::from(from.month())) - 1)?
        .checked_add(count)?;
    let year = i32::try_from(months.div_euclid(12)).ok()?;
    let month = Month::try_from(u8::try_from(months.rem_euclid(12)).ok()? + 1).ok()?;
    let day = from.day().min(month.length(year));
    Some(from.replace_date(Date::from_calendar_date(year, month, day).ok()?))
}

fn millis(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000_000)).unwrap_or(i64::MAX)
}
