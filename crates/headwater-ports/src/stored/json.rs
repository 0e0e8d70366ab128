//! Lists and nested values as JSON text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::Serialize;

/// Writes a value that is made of plain data.
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("invariant: plain data with text keys always becomes JSON")
}

/// Bytes as they stand in JSON.
pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD_NO_PAD.encode(bytes)
}

/// Reads bytes that were written by [`encode`].
pub(super) fn decode(text: &str) -> Result<Vec<u8>, String> {
    STANDARD_NO_PAD.decode(text).map_err(|error| format!("bytes in it are not Base64: {error}"))
}

/// Reads a digest that was written by [`encode`].
pub(super) fn decode_digest(text: &str) -> Result<[u8; 32], String> {
    decode(text)?
        .try_into()
        .map_err(|bytes: Vec<u8>| format!("a digest has {} bytes instead of 32", bytes.len()))
}
