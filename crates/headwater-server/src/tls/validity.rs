//! From when to when a certificate is valid, read from its DER.
//!
//! rustls checks the other side's certificate and does not say these two dates of ours. They are a fixed walk into
//! the structure (RFC 5280 §4.1), so this walks it rather than bringing in an X.509 library.

use headwater_domain::time::Timestamp;
use time::{Date, Month, PrimitiveDateTime, Time};

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// The two dates of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// Not valid before this.
    pub begins_at: Timestamp,
    /// Not valid after this.
    pub ends_at: Timestamp,
}

impl Validity {
    /// Reads them; `None` when `der` is no X.509 certificate.
    pub fn of(der: &[u8]) -> Option<Self> {
        let (certificate, _) = element(der, SEQUENCE)?;
        let (mut fields, _) = element(certificate, SEQUENCE)?;
        if let Some((_, rest)) = element(fields, VERSION) {
            fields = rest;
        }
        let (_, fields) = element(fields, INTEGER)?; // serial number
        let (_, fields) = element(fields, SEQUENCE)?; // signature algorithm
        let (_, fields) = element(fields, SEQUENCE)?; // issuer
        let (validity, _) = element(fields, SEQUENCE)?;
        let (begins_at, rest) = point_in_time(validity)?;
        let (ends_at, _) = point_in_time(rest)?;
        Some(Self { begins_at, ends_at })
    }
}

/// Splits off the element at the front, when it has that tag: its content, and what comes after it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    if found != tag {
        return None;
    }
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        if digits.len() > 4 {
            return None;
        }
        (digits.iter().fold(0_usize, |length, &digit| (length << 8) | usize::from(digit)), rest)
    };
    rest.split_at_checked(length)
}

fn point_in_time(der: &[u8]) -> Option<(Timestamp, &[u8])> {
    if let Some((content, rest)) = element(der, UTC_TIME) {
        let text = std::str::from_utf8(content).ok()?;
        let short: i32 = text.get(..2)?.parse().ok()?;
        let year = if short < 50 { 2000 + short } else { 1900 + short };
        return Some((within_year(year, text.get(2..)?)?, rest));
    }
    let (content, rest) = element(der, GENERALIZED_TIME)?;
    let text = std::str::from_utf8(content).ok()?;
    Some((within_year(text.get(..4)?.parse().ok()?, text.get(4..)?)?, rest))
}

/// `text` is `MMDDHHMMSSZ`.
fn within_year(year: i32, text: &str) -> Option<Timestamp> {
    let number = |at: usize| text.get(at..at + 2)?.parse::<u8>().ok();
    let date = Date::from_calendar_date(year, Month::try_from(number(0)?).ok()?, number(2)?).ok()?;
    let time = Time::from_hms(number(4)?, number(6)?, number(8)?).ok()?;
    (text.get(10..)? == "Z")
        .then(|| Timestamp::from_seconds(PrimitiveDateTime::new(date, time).assume_utc().unix_timestamp()))
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};
    use time::OffsetDateTime;

    use super::*;

    fn certificate(begins_at: i64, ends_at: i64) -> Vec<u8> {
        let mut parameters = CertificateParams::new(["localhost".to_owned()]).unwrap();
        parameters.not_before = OffsetDateTime::from_unix_timestamp(begins_at).unwrap();
        parameters.not_after = OffsetDateTime::from_unix_timestamp(ends_at).unwrap();
        parameters.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn both_ways_of_writing_a_date_are_read() {
        // 1999, 2026 and 2049 are written with two digits of the year, 2050 and later with four.
        for (begins_at, ends_at) in
            [(915_148_800, 1_767_225_600), (2_524_607_999, 2_524_608_000), (0, 4_102_444_800)]
        {
            let validity = Validity::of(&certificate(begins_at, ends_at)).unwrap();
            assert_eq!(validity.begins_at, Timestamp::from_seconds(begins_at));
            assert_eq!(validity.ends_at, Timestamp::from_seconds(ends_at));
        }
    }

    #[test]
    fn damaged_certificates_are_no_certificates_and_no_panic() {
        let der = certificate(0, 1_767_225_600);
        // The dates are within the first 200 bytes: cutting before them leaves nothing to read.
        for length in 0..100 {
            assert_eq!(Validity::of(&der[..length]), None, "{length}");
        }
        for at in 0..der.len().min(200) {
            for value in [0x00, 0x30, 0x7f, 0x80, 0x84, 0xff] {
                let mut damaged = der.clone();
                damaged[at] = value;
                std::hint::black_box(Validity::of(&damaged));
            }
        }
        assert_eq!(Validity::of(b"not a certificate"), None);
    }
}
