//! Cursors of searches. Their outer form is the vendor's; clients do not look inside.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Returns the cursor for the results after `offset` of a query.
pub(crate) fn write(offset: i64, cql: &str) -> String {
    format!(
        "_t_{}_h_{}",
        STANDARD_NO_PAD.encode(format!("[{offset}]")),
        STANDARD_NO_PAD.encode(checksum(cql).to_be_bytes())
    )
}

/// Reads a cursor; nothing when it does not belong to this query.
pub(crate) fn read(cursor: &str, cql: &str) -> Option<i64> {
    let (place, sum) = cursor.strip_prefix("_t_")?.split_once("_h_")?;
    let sum = STANDARD_NO_PAD.decode(sum.trim_end_matches('=')).ok()?;
    if sum != checksum(cql).to_be_bytes() {
        return None;
    }
    let place = String::from_utf8(STANDARD_NO_PAD.decode(place.trim_end_matches('=')).ok()?).ok()?;
    place.strip_prefix('[')?.strip_suffix(']')?.parse().ok().filter(|offset| *offset >= 0)
}

/// Returns the FNV-1a hash of a query. It tells queries apart and protects nothing.
fn checksum(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
