//! Heeding what a provider's answer says about the pace of calls.

use std::time::{Duration, SystemTime};

use headwater_domain::time::Timestamp;
use http::HeaderMap;
use http::header::RETRY_AFTER;

use crate::Service;
use crate::audit;
use crate::governor::Permit;
use crate::live::LiveAccount;

/// The pause after "too many requests" that names none.
const UNNAMED_PAUSE: Duration = Duration::from_secs(2);
/// The longest pause that is believed: quotas turn with the hour.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

impl Service {
    /// Tells the governor of the account's site what an answer means for the next calls.
    pub(crate) fn heed(&self, live: &LiveAccount, status: u16, headers: &HeaderMap, permit: Option<&Permit>) {
        audit::answered(status, headers);
        audit::touched(&live.account.id, &live.connection.id);
        let pause = match (status, retry_after(headers, self.now())) {
            (429, pause) => Some(pause.unwrap_or(UNNAMED_PAUSE)),
            (503, pause) => pause,
            _ => None,
        };
        match (pause, live.site_key(), permit) {
            (Some(pause), Some(site), _) => {
                tracing::warn!(site = %site.cloud_id, status, ?pause, "the provider asked for a pause");
                self.governor().hold(&site, pause, self.clock().elapsed());
            }
            (None, _, Some(permit)) if status < 500 => permit.went_well(),
            _ => {}
        }
    }
}

/// How long the provider wants to be left alone: in seconds or until a date (RFC 9110 §10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = text.parse().ok().map(Duration::from_secs);
    let pause = seconds.or_else(|| Some(now.until(moment(text)?)))?;
    Some(pause.min(LONGEST_PAUSE))
}

fn moment(text: &str) -> Option<Timestamp> {
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
