//! What a server remembers of its database outside of it, so that it notices when an older one was put back.

use headwater_domain::deployment::Remembered;
use headwater_domain::time::Timestamp;
use headwater_service::Service;
use headwater_service::error::ServiceError;
use serde::{Deserialize, Serialize};

use crate::data_dir::{DataDir, DataDirError};

/// The file in the data directory.
const FILE: &str = "deployment.json";

/// The file's content. Who meets more fields than these passes over them.
#[derive(Serialize, Deserialize)]
struct Record {
    /// Which database it was.
    id: String,
    /// When it was last seen, in milliseconds since the Unix epoch.
    seen_at: i64,
}

/// Reads what was remembered. A file that cannot be read is as good as none, and said to be.
pub(crate) fn remembered(data_dir: &DataDir) -> Result<Option<Remembered>, DataDirError> {
    let Some(text) = data_dir.read(FILE)? else { return Ok(None) };
    let record = serde_json::from_str(&text).inspect_err(|error| {
        tracing::warn!(file = FILE, %error, "what was remembered of the database cannot be read");
    });
    let known = |it: Record| Remembered { id: it.id, seen_at: Timestamp::from_millis(it.seen_at) };
    Ok(record.ok().map(known))
}

/// Takes the database up. What is wrong with it is logged, and keeps no server from starting.
pub(super) async fn take_up(service: &Service, data_dir: &DataDir) -> Result<(), super::StartError> {
    let remembered = remembered(data_dir)?;
    service.deployment.take_up(remembered.as_ref()).await?;
    Ok(())
}

/// Looks again, and remembers. The database comes first: a crash between the two leaves the file behind it, never
/// ahead.
pub(super) async fn keep_up(service: &Service, data_dir: &DataDir) -> Result<(), ServiceError> {
    let Some(seen) = service.deployment.keep_up().await? else { return Ok(()) };
    remember(data_dir, seen)
        .map_err(|error| ServiceError::internal("the database cannot be remembered", error))
}

fn remember(data_dir: &DataDir, seen: Remembered) -> Result<(), DataDirError> {
    let record = Record { id: seen.id, seen_at: seen.seen_at.millis() };
    let text = serde_json::to_vec(&record).expect("invariant: text and a number become JSON");
    data_dir.write_secret(FILE, &text).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_read_back_and_damage_is_as_good_as_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let data_dir = DataDir::open(directory.path()).unwrap();
        assert_eq!(remembered(&data_dir).unwrap(), None);
        let seen = Remembered { id: "one".to_owned(), seen_at: Timestamp::from_millis(1_795_000_000_123) };
        remember(&data_dir, seen.clone()).unwrap();
        assert_eq!(remembered(&data_dir).unwrap(), Some(seen));
        for damaged in ["", "{}", "{\"id\":1}", "\u{0}"] {
            data_dir.write_secret(FILE, damaged.as_bytes()).unwrap();
            assert_eq!(remembered(&data_dir).unwrap(), None, "{damaged}");
        }
    }
}
