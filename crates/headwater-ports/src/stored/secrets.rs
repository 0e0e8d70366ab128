//! The secrets of an API client as JSON.

use headwater_domain::api_client::ClientSecretDigest;
use headwater_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::json::{decode_digest, encode, to_json};

/// A client secret as written. Fields are only ever added, as optional ones.
#[derive(Serialize, Deserialize)]
struct WireSecret {
    /// Base64.
    digest: String,
    created_at: i64,
    expires_at: Option<i64>,
}

/// Writes the secrets of an API client.
pub fn write_secrets(secrets: &[ClientSecretDigest]) -> String {
    to_json(&secrets.iter().map(to_wire).collect::<Vec<_>>())
}

/// Reads secrets that were written by [`write_secrets`]; or says what is wrong with them.
pub fn read_secrets(text: &str) -> Result<Vec<ClientSecretDigest>, String> {
    let secrets: Vec<WireSecret> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    secrets.iter().map(from_wire).collect()
}

fn to_wire(secret: &ClientSecretDigest) -> WireSecret {
    WireSecret {
        digest: encode(&secret.digest),
        created_at: secret.created_at.millis(),
        expires_at: secret.expires_at.map(Timestamp::millis),
    }
}

fn from_wire(secret: &WireSecret) -> Result<ClientSecretDigest, String> {
    Ok(ClientSecretDigest {
        digest: decode_digest(&secret.digest)?,
        created_at: Timestamp::from_millis(secret.created_at),
        expires_at: secret.expires_at.map(Timestamp::from_millis),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_secrets_stay_readable() {
        let digest = encode(&[7; 32]);
        let text = format!(
            r#"[{{"digest":"{digest}","created_at":1,"expires_at":2}},{{"digest":"{digest}","created_at":1,"expires_at":null}}]"#
        );
        assert_eq!(write_secrets(&read_secrets(&text).unwrap()), text);
        assert!(read_secrets(r#"[{"digest":"AQ","created_at":1}]"#).unwrap_err().contains("1 bytes"));
    }
}
