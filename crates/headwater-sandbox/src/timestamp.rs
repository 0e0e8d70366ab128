//! Times as the vendor writes them: `2026-11-01T09:30:00.000Z`.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Writes milliseconds since 1970.
pub(crate) fn iso(milliseconds: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.millisecond()
    )
}

/// Reads an ISO time with a zone, such as a client sends for the date of a blog post.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok()
}

/// Reads a day such as `2026-11-01` as its first millisecond in UTC.
pub(crate) fn day(text: &str) -> Option<i64> {
    parse(&format!("{text}T00:00:00Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_decimals_and_a_z() {
        assert_eq!(iso(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso(1_793_491_200_007), "2026-11-01T00:00:00.007Z");
        assert_eq!(parse("2026-11-01T00:00:00.007Z"), Some(1_793_491_200_007));
        assert_eq!(parse("2026-11-01T02:00:00.007+02:00"), Some(1_793_491_200_007));
        assert_eq!(parse("1st of November"), None);
    }
}
