//! Names of keys in key management services, as operators write them.

use std::fmt;
use std::str::FromStr;

/// Which key wraps the key file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KmsKey {
    /// `aws-kms:` and a key's ARN, id or alias.
    Aws(AwsKey),
    /// `gcp-kms:` and a key's resource name.
    Gcp(GcpKey),
    /// `vault-transit:` and a key's URL, of HashiCorp Vault or OpenBao.
    Vault(VaultKey),
}

/// A key of AWS KMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsKey(String);

/// A key of Google Cloud KMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GcpKey(String);

/// A key of a transit secrets engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultKey {
    origin: String,
    mount: String,
    name: String,
}

/// A text that names no key in a key management service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKmsKey {
    /// Of no service that is known.
    #[error("must begin with aws-kms:, gcp-kms: or vault-transit:")]
    Kind,
    /// No AWS key.
    #[error(
        "must name a key as aws-kms:arn:aws:kms:REGION:ACCOUNT:key/ID; an id or alias/NAME instead of the ARN takes region and account from the credentials"
    )]
    Aws,
    /// No Google key.
    #[error(
        "must name a key, without a version, as gcp-kms:projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY"
    )]
    Gcp,
    /// No Vault key.
    #[error("must name a key as vault-transit:https://HOST:8200/MOUNT/keys/NAME")]
    Vault,
    /// The token and the keys could be read on the way.
    #[error("must lead to Vault over https://; http:// is for 127.0.0.1, [::1] and localhost only")]
    Plain,
}

impl AwsKey {
    /// The ARN, id or alias.
    pub fn id(&self) -> &str {
        &self.0
    }

    /// The region, when the name tells it.
    pub fn region(&self) -> Option<&str> {
        self.0.strip_prefix("arn:")?.split(':').nth(2).filter(|region| !region.is_empty())
    }
}

impl GcpKey {
    /// The resource name, `projects/…/cryptoKeys/…`.
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl VaultKey {
    /// Scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The path of the secrets engine, without slashes at its ends.
    pub fn mount(&self) -> &str {
        &self.mount
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl FromStr for KmsKey {
    type Err = InvalidKmsKey;

    fn from_str(text: &str) -> Result<Self, InvalidKmsKey> {
        match text.trim().split_once(':') {
            Some(("aws-kms", id)) => aws(id).map(Self::Aws).ok_or(InvalidKmsKey::Aws),
            Some(("gcp-kms", name)) => gcp(name).map(Self::Gcp).ok_or(InvalidKmsKey::Gcp),
            Some(("vault-transit", url)) => vault(url).map(Self::Vault),
            Some(_) | None => Err(InvalidKmsKey::Kind),
        }
    }
}

impl fmt::Display for KmsKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aws(AwsKey(id)) => write!(formatter, "aws-kms:{id}"),
            Self::Gcp(GcpKey(name)) => write!(formatter, "gcp-kms:{name}"),
            Self::Vault(key) => {
                write!(formatter, "vault-transit:{}/{}/keys/{}", key.origin, key.mount, key.name)
            }
        }
    }
}

fn aws(id: &str) -> Option<AwsKey> {
    let plain = |text: &str| word(text, "-_/");
    let valid = match id.strip_prefix("arn:") {
        // partition, service, region, account, resource
        Some(arn) => match arn.split(':').collect::<Vec<_>>()[..] {
            [partition, "kms", region, account, resource] => {
                let known = resource.starts_with("key/") || resource.starts_with("alias/");
                known && [partition, region, account, resource].into_iter().all(plain)
            }
            _ => false,
        },
        None => plain(id),
    };
    valid.then(|| AwsKey(id.to_owned()))
}

fn gcp(name: &str) -> Option<GcpKey> {
    let plain = |text: &str| word(text, "-_.:");
    let valid = match name.split('/').collect::<Vec<_>>()[..] {
        ["projects", project, "locations", location, "keyRings", ring, "cryptoKeys", key] => {
            [project, location, ring, key].into_iter().all(plain)
        }
        _ => false,
    };
    valid.then(|| GcpKey(name.to_owned()))
}

fn vault(url: &str) -> Result<VaultKey, InvalidKmsKey> {
    let (scheme, rest) = url.split_once("://").ok_or(InvalidKmsKey::Vault)?;
    let (authority, path) = rest.split_once('/').ok_or(InvalidKmsKey::Vault)?;
    let (mount, name) = path.rsplit_once("/keys/").ok_or(InvalidKmsKey::Vault)?;
    let folders = mount.split('/').all(|folder| word(folder, "-_."));
    if !folders || !word(name, "-_.") || !word(authority, "-_.:[]") {
        return Err(InvalidKmsKey::Vault);
    }
    match scheme {
        "https" => {}
        "http" if local(authority) => {}
        "http" => return Err(InvalidKmsKey::Plain),
        _ => return Err(InvalidKmsKey::Vault),
    }
    let origin = format!("{scheme}://{}", authority.to_ascii_lowercase());
    Ok(VaultKey { origin, mount: mount.to_owned(), name: name.to_owned() })
}

/// Whether `host`, perhaps with a port, is this machine.
pub(crate) fn local(authority: &str) -> bool {
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    [authority, host].iter().any(|it| ["127.0.0.1", "[::1]", "localhost"].contains(it))
}

/// Whether a text is a part of a path that no parser reads as anything else.
fn word(text: &str, besides: &str) -> bool {
    let allowed = |it: char| it.is_ascii_alphanumeric() || besides.contains(it);
    !text.is_empty() && text != "." && text != ".." && text.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for text in [
            "aws-kms:arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "aws-kms:arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/headwater",
            "aws-kms:alias/headwater",
            "aws-kms:mrk-1234abcd12ab34cd56ef1234567890ab",
            "gcp-kms:projects/example.com:app/locations/europe-west3/keyRings/r_1/cryptoKeys/headwater",
            "vault-transit:https://vault.example:8200/transit/keys/headwater",
            "vault-transit:https://[2001:db8::1]/team/a/transit/keys/head.water",
            "vault-transit:http://127.0.0.1:8200/transit/keys/headwater",
            "vault-transit:http://[::1]:8200/transit/keys/headwater",
            "vault-transit:http://localhost/transit/keys/headwater",
        ] {
            assert_eq!(text.parse::<KmsKey>().map(|key| key.to_string()), Ok(text.to_owned()));
        }
        let Ok(KmsKey::Aws(key)) = "aws-kms:arn:aws:kms:eu-central-1:1:key/a".parse() else { panic!() };
        assert_eq!((key.region(), key.id()), (Some("eu-central-1"), "arn:aws:kms:eu-central-1:1:key/a"));
        let Ok(KmsKey::Vault(key)) = "vault-transit:https://Vault:1/a/b/keys/c".parse() else { panic!() };
        assert_eq!((key.origin(), key.mount(), key.name()), ("https://vault:1", "a/b", "c"));
    }

    #[test]
    fn everything_else_is_refused_with_the_right_form() {
        for (text, expected) in [
            ("", InvalidKmsKey::Kind),
            ("azure:x", InvalidKmsKey::Kind),
            ("https://vault.example/transit/keys/headwater", InvalidKmsKey::Kind),
            ("aws-kms:", InvalidKmsKey::Aws),
            ("aws-kms:arn:aws:s3:eu-central-1:1:key/a", InvalidKmsKey::Aws),
            ("aws-kms:arn:aws:kms:eu-central-1:1:bucket/a", InvalidKmsKey::Aws),
            ("aws-kms:arn:aws:kms:eu-central-1::key/a", InvalidKmsKey::Aws),
            ("aws-kms:a b", InvalidKmsKey::Aws),
            ("gcp-kms:projects/p/locations/l/keyRings/r", InvalidKmsKey::Gcp),
            (
                "gcp-kms:projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1",
                InvalidKmsKey::Gcp,
            ),
            ("gcp-kms:projects/p/locations/l/keyRings/../cryptoKeys/k", InvalidKmsKey::Gcp),
            ("gcp-kms:projects/p/locations/l/keyRings/r/cryptoKeys/k:encrypt?x", InvalidKmsKey::Gcp),
            ("vault-transit:transit/keys/k", InvalidKmsKey::Vault),
            ("vault-transit:https://vault/transit/k", InvalidKmsKey::Vault),
            ("vault-transit:https://vault/transit/../keys/k", InvalidKmsKey::Vault),
            ("vault-transit:https://user:word@vault/transit/keys/k", InvalidKmsKey::Vault),
            ("vault-transit:https://vault/transit/keys/k?x", InvalidKmsKey::Vault),
            ("vault-transit:ftp://vault/transit/keys/k", InvalidKmsKey::Vault),
            ("vault-transit:http://vault.example/transit/keys/k", InvalidKmsKey::Plain),
            ("vault-transit:http://127.0.0.1.evil.example/transit/keys/k", InvalidKmsKey::Plain),
        ] {
            assert_eq!(text.parse::<KmsKey>(), Err(expected), "{text}");
        }
    }
}
