//! Between columns and values. What cannot be read is reported as a corrupt record, never guessed.

use headwater_domain::sealed::Sealed;
use headwater_domain::time::Timestamp;
use headwater_ports::store::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Row as _, Sqlite, Type};

/// A row of one kind of record.
pub(crate) struct Columns<'a> {
    record: &'static str,
    row: &'a SqliteRow,
}

impl<'a> Columns<'a> {
    pub(crate) fn of(record: &'static str, row: &'a SqliteRow) -> Self {
        Self { record, row }
    }

    /// A column as the driver gives it.
    pub(crate) fn get<T: Decode<'a, Sqlite> + Type<Sqlite>>(
        &self,
        column: &'static str,
    ) -> Result<T, StoreError> {
        self.row.try_get(column).map_err(|error| self.corrupt(column, &error))
    }

    /// A text column as the value that it stands for.
    pub(crate) fn parse<T, E: std::fmt::Display>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, StoreError> {
        parse(self.get(column)?).map_err(|error| self.corrupt(column, &error))
    }

    /// A column of JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        self.parse(column, |text| serde_json::from_str(text))
    }

    /// A column of JSON that may be absent.
    pub(crate) fn optional_json<T: DeserializeOwned>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, StoreError> {
        let text: Option<&str> = self.get(column)?;
        text.map(serde_json::from_str).transpose().map_err(|error| self.corrupt(column, &error))
    }

    pub(crate) fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        Ok(Timestamp::from_millis(self.get(column)?))
    }

    pub(crate) fn optional_time(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.get::<Option<i64>>(column)?.map(Timestamp::from_millis))
    }

    pub(crate) fn sealed(&self, column: &'static str) -> Result<Sealed, StoreError> {
        Ok(Sealed::from_bytes(self.get::<Vec<u8>>(column)?))
    }

    pub(crate) fn optional_sealed(&self, column: &'static str) -> Result<Option<Sealed>, StoreError> {
        Ok(self.get::<Option<Vec<u8>>>(column)?.map(Sealed::from_bytes))
    }

    /// A SHA-256 digest.
    pub(crate) fn digest(&self, column: &'static str) -> Result<[u8; 32], StoreError> {
        self.get::<Vec<u8>>(column)?.try_into().map_err(|_| self.corrupt(column, &"has a wrong length"))
    }

    /// A number that counts up from 1.
    pub(crate) fn count(&self, column: &'static str) -> Result<u64, StoreError> {
        u64::try_from(self.get::<i64>(column)?).map_err(|error| self.corrupt(column, &error))
    }

    pub(crate) fn corrupt(&self, column: &str, reason: &dyn std::fmt::Display) -> StoreError {
        StoreError::Corrupt { record: self.record, reason: format!("{column}: {reason}") }
    }
}

/// A value as a column of JSON.
pub(crate) fn to_json(record: &'static str, value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt { record, reason: error.to_string() })
}

/// A counter as a column.
pub(crate) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A pattern for `LIKE … ESCAPE '\'` that finds `text` anywhere, its own wildcards taken literally.
pub(crate) fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
