//! Points in time as people write them.

use std::time::Duration;

use anyhow::{Result, bail};
use headwater_domain::time::Timestamp;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Reads a time of RFC 3339, or how long ago it was: `90s`, `30m`, `24h`, `7d`.
pub(crate) fn read(text: &str, now: Timestamp) -> Result<Timestamp> {
    if let Some(ago) = ago(text) {
        return Ok(now.minus(ago));
    }
    let Ok(moment) = OffsetDateTime::parse(text, &Rfc3339) else {
        bail!("`{text}` is no time: write 2026-11-24T08:00:00Z, or how long ago, such as 30m, 24h or 7d")
    };
    Ok(Timestamp::from_millis(i64::try_from(moment.unix_timestamp_nanos() / 1_000_000)?))
}

fn ago(text: &str) -> Option<Duration> {
    let (digits, seconds) = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)]
        .iter()
        .find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)))?;
    let count: u64 = digits.parse().ok()?;
    Some(Duration::from_secs(count.saturating_mul(*seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let now = Timestamp::from_seconds(1_795_000_000);
        for (text, seconds) in [
            ("90s", 1_794_999_910),
            ("30m", 1_794_998_200),
            ("24h", 1_794_913_600),
            ("7d", 1_794_395_200),
            ("2026-11-18T11:06:40Z", 1_795_000_000),
            ("2026-11-18T12:06:40.5+01:00", 1_795_000_000),
        ] {
            assert_eq!(read(text, now).unwrap().seconds(), seconds, "{text}");
        }
        for text in ["", "h", "-1h", "1.5h", "yesterday", "2026-11-18"] {
            assert!(read(text, now).is_err(), "{text}");
        }
        assert!(read("18446744073709551615d", now).unwrap() < now);
    }
}
