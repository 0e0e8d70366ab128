//! Reading rows. What does not make sense is reported with the kind of record and the column, never by a panic.

use std::fmt::Display;

use headwater_domain::sealed::Sealed;
use headwater_domain::time::Timestamp;
use headwater_ports::store::StoreError;
use serde::de::DeserializeOwned;

use crate::row::{Column, Row};

/// A row on its way to becoming a value of the domain.
#[derive(Clone, Copy)]
pub(crate) struct Record<'r> {
    kind: &'static str,
    row: &'r Row,
}

impl<'r> Record<'r> {
    /// `kind` says in messages what the row should be.
    pub(crate) fn new(kind: &'static str, row: &'r Row) -> Self {
        Self { kind, row }
    }

    /// The value of a column as it is.
    pub(crate) fn get<T: Column<'r>>(&self, column: &'static str) -> Result<T, StoreError> {
        self.row.get(column).map_err(|error| self.corrupt(column, error))
    }

    /// Text that `parse` makes sense of.
    pub(crate) fn parsed<T, E: Display>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, StoreError> {
        parse(self.get(column)?).map_err(|error| self.corrupt(column, error))
    }

    /// A value from JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        self.parsed(column, |text| serde_json::from_str(text))
    }

    /// A value from JSON, or nothing.
    pub(crate) fn optional_json<T: DeserializeOwned>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, StoreError> {
        let text: Option<&str> = self.get(column)?;
        text.map(serde_json::from_str).transpose().map_err(|error| self.corrupt(column, error))
    }

    /// A sealed secret.
    pub(crate) fn sealed(&self, column: &'static str) -> Result<Sealed, StoreError> {
        self.get::<Vec<u8>>(column).map(Sealed::from_bytes)
    }

    /// A sealed secret, or nothing.
    pub(crate) fn optional_sealed(&self, column: &'static str) -> Result<Option<Sealed>, StoreError> {
        Ok(self.get::<Option<Vec<u8>>>(column)?.map(Sealed::from_bytes))
    }

    /// A SHA-256 digest.
    pub(crate) fn digest(&self, column: &'static str) -> Result<[u8; 32], StoreError> {
        let bytes: &[u8] = self.get(column)?;
        bytes.try_into().map_err(|error| self.corrupt(column, error))
    }

    /// A point in time.
    pub(crate) fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.get(column).map(Timestamp::from_millis)
    }

    /// A point in time, or nothing.
    pub(crate) fn optional_time(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.get::<Option<i64>>(column)?.map(Timestamp::from_millis))
    }

    /// A version or generation.
    pub(crate) fn count(&self, column: &'static str) -> Result<u64, StoreError> {
        let number: i64 = self.get(column)?;
        u64::try_from(number).map_err(|error| self.corrupt(column, error))
    }

    /// What to report about a column that does not make sense.
    fn corrupt(&self, column: &'static str, reason: impl Display) -> StoreError {
        StoreError::Corrupt { record: self.kind, reason: format!("column {column}: {reason}") }
    }
}
