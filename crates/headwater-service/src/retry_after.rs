//! The one reader of `Retry-After`.

use std::time::{Duration, SystemTime};

use headwater_domain::time::Timestamp;
use http::HeaderMap;
use http::header::RETRY_AFTER;

/// The longest pause that is believed: quotas start anew every hour.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// Reads how long the sender wants to be left alone: in seconds or until a date (RFC 9110 §10.2.3), and an hour at most.
/// `None` where the header is missing or says something else.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = text.parse().ok().map(Duration::from_secs);
    let pause = seconds.or_else(|| Some(now.until(date(text)?)))?;
    Some(pause.min(LONGEST_PAUSE))
}

fn date(text: &str) -> Option<Timestamp> {
    let since = httpdate::parse_http_date(text).ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(Timestamp::from_seconds(i64::try_from(since.as_secs()).ok()?))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_pause_is_read_in_both_forms_and_never_longer_than_an_hour() {
        // Sun, 06 Nov 1994 08:49:37 GMT
        let now = Timestamp::from_seconds(784_111_777);
        let table = [
            ("7", Some(7)),
            (" 7 ", Some(7)),
            ("99999999", Some(3600)),
            ("Sun, 06 Nov 1994 08:49:57 GMT", Some(20)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("-1", None),
            ("soon", None),
        ];
        for (text, expected) in table {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(text))]);
            assert_eq!(retry_after(&headers, now), expected.map(Duration::from_secs), "{text}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
