//! Statements with their parameters, for either driver.

use std::borrow::Cow;

use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Database, Encode, SqlSafeStr as _, SqlStr, Type};

use crate::value::Value;

/// A statement and its parameters `$1`, `$2` and so on, which both databases understand.
#[derive(Clone)]
pub(crate) struct Statement {
    text: Cow<'static, str>,
    values: Vec<Value>,
}

impl Statement {
    /// A statement without parameters yet. What a caller wrote is bound, never part of `text`.
    pub(crate) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), values: Vec::new() }
    }

    /// Gives the next parameter its value.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Adds text at the end.
    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// Adds a parameter and its value at the end.
    pub(crate) fn push_bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.push_bind_with(value, str::to_owned)
    }

    /// Adds a parameter with its value, and text in which it stands any number of times.
    pub(crate) fn push_bind_with(
        &mut self,
        value: impl Into<Value>,
        text: impl FnOnce(&str) -> String,
    ) -> &mut Self {
        self.values.push(value.into());
        let text = text(&format!("${}", self.values.len()));
        self.push(&text)
    }

    /// The statement as the driver of `D` takes it.
    pub(crate) fn query<D: Database>(self) -> Query<'static, D, D::Arguments>
    where
        Option<String>: Encode<'static, D> + Type<D>,
        Option<i64>: Encode<'static, D> + Type<D>,
        Option<Vec<u8>>: Encode<'static, D> + Type<D>,
        bool: Encode<'static, D> + Type<D>,
    {
        let text = match self.text {
            Cow::Borrowed(text) => SqlStr::from_static(text),
            // Put together from texts of this crate: whatever came from outside is a value.
            Cow::Owned(text) => AssertSqlSafe(text).into_sql_str(),
        };
        self.values.into_iter().fold(sqlx::query(text), |query, value| match value {
            Value::Text(text) => query.bind(text),
            Value::Integer(number) => query.bind(number),
            Value::Flag(flag) => query.bind(flag),
            Value::Bytes(bytes) => query.bind(bytes),
        })
    }
}
