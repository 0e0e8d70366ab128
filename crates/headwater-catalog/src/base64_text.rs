//! Files that are given as text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Decodes base64 (RFC 4648 §4), which may be broken into lines.
///
/// # Errors
/// What is wrong with the text, as the end of a sentence that begins with the parameter's name.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, String> {
    let tight: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(tight).map_err(|error| {
        format!("is not base64: {error}; encode the file's bytes with the standard alphabet and padding")
    })
}
