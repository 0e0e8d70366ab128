//! The key file: key-encryption keys as text.
//!
//! ```text
//! headwater-key-v1
//! # made on 2026-11-23
//! k1 M0Mm…32 bytes as Base64…=
//! k2 …
//! ```
//!
//! The first line names the format. Every other line holds a key id, a space and a key of 32 bytes in standard
//! Base64; empty lines and lines that begin with `#` are passed over. The last key seals; every key opens what was
//! sealed with it. To change keys, add one before the last, let every replica read the file, and then move it to the
//! end: so that nobody meets what it cannot open. Keep the old ones as long as anything in the database or in a backup
//! was sealed with them.
//!
//! A file that holds nothing but 32 bytes in Base64 is one key, whose id is taken from it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headwater_domain::secret::Secret;
use headwater_ports::entropy::Entropy;
use zeroize::Zeroizing;

use crate::key_id::{InvalidKeyId, KeyId};

/// Length of a key-encryption key in bytes: AES-256.
pub const KEY_LENGTH: usize = 32;

const FORMAT: &str = "headwater-key-v1";
/// Room for one line: id, space, 44 characters of Base64, line feed.
const LINE_LENGTH: usize = 80;

/// A key-encryption key, wiped on drop.
pub(crate) type KeyBytes = Zeroizing<[u8; KEY_LENGTH]>;

/// The key-encryption keys of a deployment; at least one.
pub struct KeyFile {
    older: Vec<(KeyId, KeyBytes)>,
    newest: (KeyId, KeyBytes),
}

/// A text that is no key file. No message repeats a key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeyFileError {
    /// It is something else.
    #[error(
        "this is neither 32 bytes in Base64 (`openssl rand -base64 32` makes them) nor a key file, which begins with the line `headwater-key-v1`"
    )]
    Format,
    /// A line that names no key.
    #[error("line {line} of the key file: {source}")]
    Id {
        /// Which line, from 1.
        line: usize,
        /// What is wrong.
        source: InvalidKeyId,
    },
    /// A line without a usable key.
    #[error("line {line} of the key file: after the id and a space there must be 32 bytes in Base64")]
    Key {
        /// Which line, from 1.
        line: usize,
    },
    /// Two keys with one name.
    #[error("the key file holds two keys with the id `{0}`; every key needs an id of its own")]
    Duplicate(KeyId),
    /// A key that is not in the file.
    #[error("the key file holds no key with the id `{0}`")]
    Unknown(KeyId),
    /// The key that seals, where another one is needed.
    #[error("the key `{0}` is the one that seals; let another one seal first")]
    Sealing(KeyId),
    /// No key at all.
    #[error("the key file holds no key; add a line with an id, a space and 32 bytes in Base64")]
    Empty,
}

impl KeyFile {
    /// A key file with one new key.
    pub fn generate(entropy: &dyn Entropy, id: KeyId) -> Self {
        Self { older: Vec::new(), newest: (id, new_key(entropy)) }
    }

    /// A key file with this one key. Its id is taken from the key, so that another key never answers to the same id.
    pub fn single(key: &[u8; KEY_LENGTH]) -> Self {
        Self { older: Vec::new(), newest: (KeyId::of(key), Zeroizing::new(*key)) }
    }

    /// Adds a new key, which opens but does not seal yet. The id is the next free one of `k1`, `k2` and so on.
    #[must_use]
    pub fn with_new_key(mut self, entropy: &dyn Entropy) -> Self {
        let taken = |id: &KeyId| self.ids().any(|it| it == id);
        let present = self.older.len() + 1;
        // One more number than there are keys: one of them is free.
        let id = (present + 1..=2 * present + 1)
            .filter_map(|it| KeyId::parse(&format!("k{it}")).ok())
            .find(|it| !taken(it));
        self.older.extend(id.map(|id| (id, new_key(entropy))));
        self
    }

    /// Makes a key the one that seals; the others stay.
    pub fn activate(self, id: &KeyId) -> Result<Self, KeyFileError> {
        let mut keys: Vec<_> = self.older.into_iter().chain([self.newest]).collect();
        let place = keys.iter().position(|(it, _)| it == id);
        let chosen = keys.remove(place.ok_or_else(|| KeyFileError::Unknown(id.clone()))?);
        Self::from_keys(keys, chosen)
    }

    /// Takes out a key that nothing is sealed with any more. The one that seals cannot be taken out.
    pub fn remove(mut self, id: &KeyId) -> Result<Self, KeyFileError> {
        if self.newest.0 == *id {
            return Err(KeyFileError::Sealing(id.clone()));
        }
        let place = self.older.iter().position(|(it, _)| it == id);
        drop(self.older.remove(place.ok_or_else(|| KeyFileError::Unknown(id.clone()))?));
        Ok(self)
    }

    /// The id of the key that seals.
    pub fn sealing(&self) -> &KeyId {
        &self.newest.0
    }

    /// Reads a key file, or a single key.
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        if let Some(key) = decode(text.trim()) {
            return Ok(Self::single(&key));
        }
        let mut lines = text.lines().map(str::trim).zip(1..);
        if lines.next().is_none_or(|(line, _)| line != FORMAT) {
            return Err(KeyFileError::Format);
        }
        let entries = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
        let mut keys =
            entries.map(|(line, number)| parse_line(line, number)).collect::<Result<Vec<_>, _>>()?;
        let newest = keys.pop().ok_or(KeyFileError::Empty)?;
        Self::from_keys(keys, newest)
    }

    /// The key file as text, to be kept where only this deployment can read it.
    pub fn to_text(&self) -> Secret {
        // As large as the result from the start: growing would leave copies of keys behind.
        let mut text = String::with_capacity(LINE_LENGTH * (self.older.len() + 2));
        text.push_str(FORMAT);
        text.push('\n');
        for (id, key) in self.keys() {
            text.push_str(id.as_str());
            text.push(' ');
            STANDARD.encode_string(key.as_slice(), &mut text);
            text.push('\n');
        }
        Secret::new(text)
    }

    /// The ids of all keys, oldest first.
    pub fn ids(&self) -> impl Iterator<Item = &KeyId> {
        self.keys().map(|(id, _)| id)
    }

    /// All keys, oldest first.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &(KeyId, KeyBytes)> {
        self.older.iter().chain([&self.newest])
    }

    /// All keys, newest first.
    pub(crate) fn into_keys(mut self) -> Vec<(KeyId, KeyBytes)> {
        self.older.push(self.newest);
        self.older.reverse();
        self.older
    }

    fn from_keys(older: Vec<(KeyId, KeyBytes)>, newest: (KeyId, KeyBytes)) -> Result<Self, KeyFileError> {
        let file = Self { older, newest };
        let duplicate =
            file.ids().enumerate().find(|(at, id)| file.ids().take(*at).any(|earlier| earlier == *id));
        match duplicate {
            Some((_, id)) => Err(KeyFileError::Duplicate(id.clone())),
            None => Ok(file),
        }
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.ids()).finish()
    }
}

fn new_key(entropy: &dyn Entropy) -> KeyBytes {
    let mut key = KeyBytes::default();
    entropy.fill(&mut *key);
    key
}

fn parse_line(line: &str, number: usize) -> Result<(KeyId, KeyBytes), KeyFileError> {
    let (id, key) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let id = KeyId::parse(id).map_err(|source| KeyFileError::Id { line: number, source })?;
    let key = decode(key.trim()).ok_or(KeyFileError::Key { line: number })?;
    Ok((id, key))
}

fn decode(text: &str) -> Option<KeyBytes> {
    let bytes = Zeroizing::new(STANDARD.decode(text).ok()?);
    bytes.as_slice().try_into().ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use headwater_ports::fakes::SeededEntropy;

    use super::*;

    fn id(text: &str) -> KeyId {
        KeyId::parse(text).unwrap()
    }

    #[expect(clippy::disallowed_methods, reason = "the test looks at the text")]
    fn text(file: &KeyFile) -> String {
        file.to_text().expose().to_owned()
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let entropy = SeededEntropy::new(1);
        let file = KeyFile::generate(&entropy, id("k1")).with_new_key(&entropy);
        let read = KeyFile::parse(&text(&file)).unwrap();
        assert_eq!(text(&read), text(&file));
        assert!(file.keys().eq(read.keys()));
        assert_eq!(format!("{read:?}"), "[k2, k1]");
        assert_ne!(read.newest.1, read.older[0].1);
    }

    #[test]
    fn a_new_key_is_known_to_all_before_it_seals() {
        let entropy = SeededEntropy::new(1);
        let file = KeyFile::parse(&STANDARD.encode([7; 32])).unwrap();
        let first = file.sealing().clone();
        let file = file.with_new_key(&entropy);
        assert_eq!(file.sealing(), &first, "the old one seals until the new one is everywhere");
        let file = file.activate(&id("k2")).unwrap();
        assert_eq!(file.sealing(), &id("k2"));
        assert!(file.keys().any(|(it, key)| *it == first && **key == [7; 32]), "the old one still opens");
        assert_eq!(file.remove(&id("k2")).unwrap_err(), KeyFileError::Sealing(id("k2")));
        let file =
            KeyFile::parse(&STANDARD.encode([7; 32])).unwrap().with_new_key(&entropy).with_new_key(&entropy);
        assert_eq!(file.ids().map(KeyId::as_str).collect::<Vec<_>>(), ["k2", "k3", first.as_str()]);
        let file = file.remove(&id("k2")).unwrap();
        assert_eq!(file.activate(&id("k9")).unwrap_err(), KeyFileError::Unknown(id("k9")));
    }

    #[test]
    fn people_may_write_comments_and_use_any_line_ends() {
        let key = STANDARD.encode([7; 32]);
        let read = KeyFile::parse(&format!(
            "headwater-key-v1\r\n\r\n# old\r\n k1\t{key} \r\n#k0 x\r\nk2  {key}\r\n"
        ));
        let read = read.unwrap();
        assert_eq!(read.ids().map(KeyId::as_str).collect::<Vec<_>>(), ["k1", "k2"]);
        assert_eq!(*read.newest.1, [7; 32]);
    }

    #[test]
    fn what_is_wrong_is_said_without_repeating_a_key() {
        let key = STANDARD.encode([7; 32]);
        let short = STANDARD.encode([7; 31]);
        let table = [
            (String::new(), KeyFileError::Format),
            (format!("k1 {key}"), KeyFileError::Format),
            ("headwater-key-v2\n".to_owned(), KeyFileError::Format),
            ("headwater-key-v1\n# k1\n".to_owned(), KeyFileError::Empty),
            (format!("headwater-key-v1\n{key} k1"), KeyFileError::Id { line: 2, source: InvalidKeyId }),
            (format!("headwater-key-v1\n{key}"), KeyFileError::Id { line: 2, source: InvalidKeyId }),
            ("headwater-key-v1\n\nk1".to_owned(), KeyFileError::Key { line: 3 }),
            (format!("headwater-key-v1\nk1 {short}"), KeyFileError::Key { line: 2 }),
            (format!("headwater-key-v1\nk1 {key} {key}"), KeyFileError::Key { line: 2 }),
            (format!("headwater-key-v1\nk1 {key}\nk1 {key}"), KeyFileError::Duplicate(id("k1"))),
        ];
        for (text, expected) in table {
            let error = KeyFile::parse(&text).unwrap_err();
            assert!(!error.to_string().contains(&key), "{error}");
            assert_eq!(error, expected, "{text}");
        }
    }
}
